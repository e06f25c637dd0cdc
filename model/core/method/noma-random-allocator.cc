/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-allocator.h"

#include "ns3/noma-random-draw.h"
#include "ns3/noma-servability.h"
#include "ns3/noma-units.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

Decision
DrawDecision(const Instance& instance, std::mt19937_64& rng)
{
    const uint32_t m = instance.subchannels;
    const auto byAp = UsersByAp(instance);
    const auto n = static_cast<uint32_t>(instance.users.size());
    Decision decision;
    decision.users.resize(n);
    for (uint32_t i = 0; i < n; ++i)
    {
        const auto count = static_cast<uint32_t>(instance.users[i].options.size());
        decision.users[i].option = DrawIndex(rng, count);
    }
    AdmitUsers(instance, decision);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        double units = 0;
        double least = 0;
        for (uint32_t i : byAp[ap])
        {
            const User& u = instance.users[i];
            UserDecision& d = decision.users[i];
            if (UsesEdge(u.options[d.option]))
            {
                d.units = u.units.min + DrawUniform(rng) * (u.units.max - u.units.min);
                units += d.units;
                least += u.units.min;
            }
        }
        const double capacity = instance.edges[ap].units;
        const double scale =
            units > capacity ? std::max(0.0, (capacity - least) / (units - least)) : 1.0;
        for (uint32_t i : byAp[ap])
        {
            UserDecision& d = decision.users[i];
            const double low = instance.users[i].units.min;
            d.units = d.units > 0 && scale < 1 ? low + scale * (d.units - low) : d.units;
        }
        for (Direction dir : DIRECTIONS)
        {
            std::vector<uint32_t> users;
            for (uint32_t i : byAp[ap])
            {
                const CutOption& o = instance.users[i].options[decision.users[i].option];
                if (UsesRadio(o, dir))
                {
                    users.push_back(i);
                }
            }
            const bool shared = users.size() > uint64_t{m} * instance.maxSuperposed;
            std::vector<uint32_t> holders(m, 0);
            double total = 0;
            double leastPower = 0;
            for (uint32_t i : users)
            {
                uint32_t k = DrawIndex(rng, m);
                while (!shared && holders[k] >= instance.maxSuperposed)
                {
                    k = DrawIndex(rng, m);
                }
                ++holders[k];
                LinkDecision& link = decision.users[i].link[dir];
                const Interval& range = instance.users[i].powerW[dir];
                link.shares = {{k, 1.0}};
                link.powerW =
                    std::max(range.min + DrawUniform(rng) * (range.max - range.min), LEAST_POWER_W);
                total += link.powerW;
                leastPower += range.min;
            }
            const double budget =
                dir == UPLINK ? std::numeric_limits<double>::infinity() : instance.apPowerBudgetW;
            for (uint32_t i : users)
            {
                LinkDecision& link = decision.users[i].link[dir];
                Share& share = link.shares.front();
                share.share = std::min(1.0,
                                       static_cast<double>(instance.maxSuperposed) /
                                           holders[share.subchannel]);
                if (total > budget)
                {
                    const double low = instance.users[i].powerW[dir].min;
                    const double f = std::max(0.0, (budget - leastPower) / (total - leastPower));
                    link.powerW = std::max(low + f * (link.powerW - low), LEAST_POWER_W);
                }
            }
        }
    }
    return decision;
}

std::string
RandomAllocator::GetName() const
{
    return "random";
}

HonouredOptions
RandomAllocator::GetHonouredOptions() const
{
    HonouredOptions honoured;
    honoured.seed = true;
    return honoured;
}

Allocation
RandomAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    std::mt19937_64 rng(options.seed);
    Allocation result;
    result.decision = DrawDecision(instance, rng);
    result.report.status = SolverStatus::EXACT;
    return result;
}

} // namespace noma
} // namespace ns3
