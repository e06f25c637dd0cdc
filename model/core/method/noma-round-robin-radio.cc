/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-round-robin-radio.h"

#include "ns3/noma-servability.h"
#include "ns3/noma-subchannel.h"
#include "ns3/noma-units.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Lowers the powers of one access point until its budget holds.
/// @param instance instance @param users its users @param decision decision
void
FitPowerBudget(const Instance& instance, const std::vector<uint32_t>& users, Decision& decision)
{
    const auto sum = [&](double scale) {
        double total = 0;
        for (uint32_t i : users)
        {
            LinkDecision& link = decision.users[i].link[DOWNLINK];
            const Interval& range = instance.users[i].powerW[DOWNLINK];
            for (const Share& s : link.shares)
            {
                link.powerW = std::max({range.min, scale * range.max, LEAST_POWER_W});
                total += s.share * link.powerW;
            }
        }
        return total;
    };
    if (sum(1.0) <= instance.apPowerBudgetW)
    {
        return;
    }
    double low = 0;
    double high = 1;
    for (int k = 0; k < 100; ++k)
    {
        const double middle = 0.5 * (low + high);
        (sum(middle) <= instance.apPowerBudgetW ? low : high) = middle;
    }
    sum(low);
}

} // namespace

void
AssignRoundRobinRadio(const Instance& instance,
                      const PerDirection<std::vector<bool>>& uses,
                      Decision& decision)
{
    const uint32_t m = instance.subchannels;
    const auto byAp = UsersByAp(instance);
    for (Direction d : DIRECTIONS)
    {
        for (uint32_t ap = 0; ap < byAp.size(); ++ap)
        {
            const auto count = static_cast<uint32_t>(
                std::count_if(byAp[ap].begin(), byAp[ap].end(), [&](uint32_t i) {
                    return uses[d][i];
                }));
            const auto start = static_cast<uint32_t>(static_cast<uint64_t>(ap) * m / byAp.size());
            uint32_t turn = 0;
            for (uint32_t i : byAp[ap])
            {
                LinkDecision& link = decision.users[i].link[d];
                link = LinkDecision();
                if (!uses[d][i])
                {
                    continue;
                }
                const uint32_t position = turn++ % m;
                const uint32_t holders = count / m + (position < count % m ? 1 : 0);
                link.shares.push_back({(start + position) % m, 1.0 / holders});
                link.powerW = instance.users[i].powerW[d].max;
            }
            if (d == DOWNLINK)
            {
                FitPowerBudget(instance, byAp[ap], decision);
            }
        }
    }
}

PresentState
ObservePresentState(const Instance& instance)
{
    const std::size_t n = instance.users.size();
    Decision decision;
    decision.users.resize(n);
    PerDirection<std::vector<bool>> uses;
    for (Direction d : DIRECTIONS)
    {
        uses[d].assign(n, false);
    }
    for (std::size_t i = 0; i < n; ++i)
    {
        const auto& options = instance.users[i].options;
        for (uint32_t k = 0; k < options.size(); ++k)
        {
            for (Direction d : DIRECTIONS)
            {
                uses[d][i] = uses[d][i] || UsesRadio(options[k], d);
            }
            if (options[k].edgeFlops > options[decision.users[i].option].edgeFlops)
            {
                decision.users[i].option = k;
            }
        }
    }
    AssignRoundRobinRadio(instance, uses, decision);

    PresentState state;
    state.rate.resize(n);
    state.powerW.resize(n);
    state.units.resize(n);
    const auto byAp = UsersByAp(instance);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        ShareUnitsEqually(instance, ap, byAp[ap], decision);
    }
    for (std::size_t i = 0; i < n; ++i)
    {
        state.units[i] = decision.users[i].units;
    }
    for (Direction d : DIRECTIONS)
    {
        std::vector<std::vector<SubchannelMember>> members(instance.subchannels);
        for (uint32_t i = 0; i < n; ++i)
        {
            for (const Share& s : decision.users[i].link[d].shares)
            {
                SubchannelMember member;
                member.user = i;
                member.share = s.share;
                members[s.subchannel].push_back(member);
            }
            state.powerW[i][d] = decision.users[i].link[d].powerW;
        }
        SubchannelProblem problem(instance, d);
        std::vector<double> p;
        for (uint32_t m = 0; m < instance.subchannels; ++m)
        {
            p.clear();
            for (const auto& member : members[m])
            {
                p.push_back(decision.users[member.user].link[d].powerW);
            }
            problem.Load(m, members[m]);
            problem.Cost(p.data());
            for (std::size_t k = 0; k < members[m].size(); ++k)
            {
                state.rate[members[m][k].user][d] = problem.GetRate(k);
            }
        }
    }
    return state;
}

Stages
EstimateDelay(const Instance& instance,
              uint32_t user,
              const CutOption& option,
              const PresentState& state)
{
    const User& u = instance.users[user];
    const EdgeServer& edge = instance.edges[u.ap];
    Stages t;
    t.device = option.deviceFlops / (u.clockHz * u.flopPerCycle);
    if (UsesEdge(option))
    {
        t.edge = option.edgeFlops /
                 (edge.lambda.Speedup(state.units[user]) * edge.clockHz * edge.flopPerCycle);
    }
    t.up = option.upBits > 0 ? option.upBits / state.rate[user].up : 0.0;
    t.down = option.downBits > 0 ? option.downBits / state.rate[user].down : 0.0;
    return t;
}

Stages
EstimateEnergy(const Instance& instance,
               uint32_t user,
               const CutOption& option,
               const PresentState& state)
{
    const User& u = instance.users[user];
    const EdgeServer& edge = instance.edges[u.ap];
    const Stages t = EstimateDelay(instance, user, option, state);
    Stages e;
    e.device = u.kappa * u.clockHz * u.clockHz * option.deviceFlops / u.flopPerCycle;
    if (UsesEdge(option))
    {
        const double clock = edge.lambda.Speedup(state.units[user]) * edge.clockHz;
        e.edge = edge.kappa * clock * clock * option.edgeFlops / edge.flopPerCycle;
    }
    e.up = t.up * state.powerW[user].up;
    e.down = t.down * state.powerW[user].down;
    return e;
}

void
CompleteUncoordinated(const Instance& instance, Decision& decision)
{
    AdmitUsers(instance, decision);
    PerDirection<std::vector<bool>> uses;
    for (Direction d : DIRECTIONS)
    {
        for (std::size_t i = 0; i < instance.users.size(); ++i)
        {
            const CutOption& option = instance.users[i].options[decision.users[i].option];
            uses[d].push_back(UsesRadio(option, d));
        }
    }
    AssignRoundRobinRadio(instance, uses, decision);
    const auto byAp = UsersByAp(instance);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        ShareUnitsEqually(instance, ap, byAp[ap], decision);
    }
}

} // namespace noma
} // namespace ns3
