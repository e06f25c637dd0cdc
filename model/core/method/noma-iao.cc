/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-iao.h"

#include "noma-round-robin-radio.h"

#include "ns3/noma-math.h"
#include "ns3/noma-units.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// One user's delay against its units, each with the best cut.
struct Ladder
{
    std::vector<double> units;    //!< 0, the minimum, then integers up to the maximum
    std::vector<double> delay;    //!< least delay at these units (s)
    std::vector<uint32_t> option; //!< the cut that reaches it
    std::size_t level{0};         //!< current rung
    std::size_t floor{0};         //!< lowest rung it can run on

    /// @returns delay at the current rung
    double Delay() const
    {
        return delay[level];
    }

    /// @returns the next rung that is faster, 0 if none
    std::size_t NextFaster() const
    {
        for (std::size_t l = level + 1; l < delay.size(); ++l)
        {
            if (delay[l] < delay[level])
            {
                return l;
            }
        }
        return 0;
    }

    /// @returns the rung above the current one that gains most per unit, 0 if none
    std::size_t BestRate() const
    {
        std::size_t best = 0;
        double bestRate = 0;
        for (std::size_t l = level + 1; l < delay.size(); ++l)
        {
            const double rate = (delay[level] - delay[l]) / (units[l] - units[level]);
            if (rate > bestRate)
            {
                bestRate = rate;
                best = l;
            }
        }
        return best;
    }
};

/// @param instance instance
/// @param user user index
/// @param state present rates
/// @param capacity units of the edge server
/// @returns the ladder of a user
Ladder
MakeLadder(const Instance& instance, uint32_t user, PresentState& state, double capacity)
{
    const User& u = instance.users[user];
    Ladder ladder;
    const double top = std::min(u.units.max, std::max(capacity, u.units.min));
    // Beyond 256 rungs a rung is several units.
    const double step = std::max(1.0, std::ceil((top - u.units.min) / 256));
    ladder.units = {0.0, u.units.min};
    double r = std::floor(u.units.min) + step;
    // where numbers are so large that a step is rounded away, there is no next rung
    while (r > ladder.units.back() && r <= top)
    {
        ladder.units.push_back(r);
        r += step;
    }
    for (double units : ladder.units)
    {
        double best = math::INFINITE;
        uint32_t choice = NONE;
        state.units[user] = units;
        for (uint32_t k = 0; k < u.options.size(); ++k)
        {
            if (units == 0 && UsesEdge(u.options[k]))
            {
                continue;
            }
            const double delay = EstimateDelay(instance, user, u.options[k], state).Total();
            if (choice == NONE || delay < best)
            {
                best = delay;
                choice = k;
            }
        }
        ladder.delay.push_back(best);
        ladder.option.push_back(choice);
    }
    return ladder;
}

/// Frees units by taking rungs, cheapest first.
/// @param ladders ladders @param taker who will get them @param need units to free
/// @param cost cost of taking one rung from a user, infinite if not allowed
/// @returns units freed; the ladders are lowered only if the need was met
template <typename F>
double
TakeRungs(std::vector<Ladder>& ladders, std::size_t taker, double need, const F& cost)
{
    std::vector<std::size_t> before;
    before.reserve(ladders.size());
    for (const Ladder& l : ladders)
    {
        before.push_back(l.level);
    }
    double freed = 0;
    while (freed < need)
    {
        std::size_t donor = ladders.size();
        double least = math::INFINITE;
        for (std::size_t k = 0; k < ladders.size(); ++k)
        {
            if (k != taker && ladders[k].level > ladders[k].floor)
            {
                const double c = cost(ladders[k]);
                if (c < least)
                {
                    least = c;
                    donor = k;
                }
            }
        }
        if (donor == ladders.size())
        {
            for (std::size_t k = 0; k < ladders.size(); ++k)
            {
                ladders[k].level = before[k];
            }
            return 0;
        }
        Ladder& l = ladders[donor];
        freed += l.units[l.level] - l.units[l.level - 1];
        --l.level;
    }
    return freed;
}

/// Lowers the largest delay. @param ladders ladders @param spare free units @returns steps taken
uint64_t
MinMax(std::vector<Ladder>& ladders, double spare)
{
    uint64_t steps = 0;
    std::vector<bool> done(ladders.size(), false);
    bool taking = true;
    while (true)
    {
        std::size_t slowest = ladders.size();
        for (std::size_t k = 0; k < ladders.size(); ++k)
        {
            if (!done[k] &&
                (slowest == ladders.size() || ladders[k].Delay() > ladders[slowest].Delay()))
            {
                slowest = k;
            }
        }
        if (slowest == ladders.size())
        {
            return steps;
        }
        Ladder& l = ladders[slowest];
        const std::size_t next = l.NextFaster();
        const double need = next == 0 ? 0.0 : l.units[next] - l.units[l.level];
        if (next != 0 && spare < need && taking)
        {
            // Never make anybody as slow as the slowest is now.
            const double limit = l.Delay();
            spare += TakeRungs(ladders, slowest, need - spare, [&](const Ladder& donor) {
                const double after = donor.delay[donor.level - 1];
                return after < limit ? after : math::INFINITE;
            });
        }
        if (next != 0 && spare >= need)
        {
            l.level = next;
            spare -= need;
            ++steps;
        }
        else
        {
            // The maximum cannot fall any more: the rest only share what is still free.
            done[slowest] = true;
            taking = false;
        }
    }
}

/// Lowers the sum of delays. @param ladders ladders @param spare free units @returns steps taken
uint64_t
MinSum(std::vector<Ladder>& ladders, double spare)
{
    uint64_t steps = 0;
    std::vector<bool> done(ladders.size(), false);
    while (true)
    {
        std::size_t best = ladders.size();
        double bestRate = 0;
        for (std::size_t k = 0; k < ladders.size(); ++k)
        {
            const std::size_t next = done[k] ? 0 : ladders[k].BestRate();
            if (next != 0)
            {
                const Ladder& l = ladders[k];
                const double gain = l.Delay() - l.delay[next];
                const double rate = gain / (l.units[next] - l.units[l.level]);
                if (rate > bestRate)
                {
                    bestRate = rate;
                    best = k;
                }
            }
        }
        if (best == ladders.size())
        {
            return steps;
        }
        Ladder& l = ladders[best];
        const std::size_t next = l.BestRate();
        const double need = l.units[next] - l.units[l.level];
        std::vector<std::size_t> before;
        double sumBefore = 0;
        for (const Ladder& k : ladders)
        {
            before.push_back(k.level);
            sumBefore += k.Delay();
        }
        double freed = 0;
        if (spare < need)
        {
            freed = TakeRungs(ladders, best, need - spare, [&](const Ladder& donor) {
                const double loss = donor.delay[donor.level - 1] - donor.Delay();
                return loss / (donor.units[donor.level] - donor.units[donor.level - 1]);
            });
        }
        double sum = 0;
        if (spare + freed >= need)
        {
            l.level = next;
            for (const Ladder& k : ladders)
            {
                sum += k.Delay();
            }
        }
        if (spare + freed >= need && sum < sumBefore)
        {
            spare += freed - need;
            ++steps;
            // Whoever gave may now be worth giving to.
            std::fill(done.begin(), done.end(), false);
        }
        else
        {
            for (std::size_t k = 0; k < ladders.size(); ++k)
            {
                ladders[k].level = before[k];
            }
            done[best] = true;
        }
    }
}

} // namespace

IaoAllocator::IaoAllocator(Goal goal)
    : m_goal(goal)
{
}

std::string
IaoAllocator::GetName() const
{
    return m_goal == Goal::MIN_MAX ? "iao" : "iao-sum";
}

Allocation
IaoAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& /* options */)
{
    Allocation result;
    result.decision.users.resize(instance.users.size());
    PresentState state = ObservePresentState(instance);
    const auto byAp = UsersByAp(instance);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        std::vector<Ladder> ladders;
        double spare = instance.edges[ap].units;
        for (uint32_t i : byAp[ap])
        {
            ladders.push_back(MakeLadder(instance, i, state, spare));
        }
        for (Ladder& l : ladders)
        {
            // Who cannot do without the edge starts with the least it can run on.
            l.floor = l.option[0] == NONE ? 1 : 0;
            l.level = l.floor;
            spare -= l.units[l.level];
        }
        result.report.iterations +=
            m_goal == Goal::MIN_MAX ? MinMax(ladders, spare) : MinSum(ladders, spare);
        for (std::size_t k = 0; k < ladders.size(); ++k)
        {
            result.decision.users[byAp[ap][k]].option = ladders[k].option[ladders[k].level];
        }
        for (std::size_t k = 0; k < ladders.size(); ++k)
        {
            state.units[byAp[ap][k]] = ladders[k].units[ladders[k].level];
        }
    }
    CompleteUncoordinated(instance, result.decision);
    for (const std::vector<uint32_t>& cell : byAp)
    {
        const auto usesEdge = [&](uint32_t i) {
            return UsesEdge(instance.users[i].options[result.decision.users[i].option]);
        };
        // Where the power budget moved somebody to the edge that has no units, shares are equal.
        if (std::all_of(cell.begin(), cell.end(), [&](uint32_t i) {
                return !usesEdge(i) || state.units[i] > 0;
            }))
        {
            for (uint32_t i : cell)
            {
                result.decision.users[i].units = usesEdge(i) ? state.units[i] : 0.0;
            }
        }
    }
    result.report.status = SolverStatus::CONVERGED;
    result.report.evaluations = 1;
    return result;
}

} // namespace noma
} // namespace ns3
