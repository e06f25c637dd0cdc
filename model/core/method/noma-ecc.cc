/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-ecc.h"

#include "noma-deadline-rounds.h"
#include "noma-ecc-search.h"

#include "ns3/noma-deadline.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// @param capacity users per (access point, subchannel) at a time, 0 = K
/// @returns how finely the relaxed problem is solved: whole subchannels follow, so that the last
///        digits are of no use
LiGdEngineParams
EngineParams(uint32_t capacity)
{
    LiGdEngineParams params;
    params.tolerance = 1e-3;
    params.columnTolerance = 5e-3;
    params.loadTolerance = 5e-2;
    params.maxRounds = 8;
    params.capacity = capacity;
    return params;
}

/// Progress from which on taking turns is searched, where it comes last.
constexpr double ALONE_FROM = 0.75;

/// A power below this times the least counts as the least.
constexpr double NEAR_MINIMUM = 1.5;

/// @param instance instance
/// @param decision decision
/// @returns whether most would rather send with less power than they may
bool
SendAtMinimum(const Instance& instance, const Decision& decision)
{
    std::size_t links = 0;
    std::size_t least = 0;
    for (std::size_t i = 0; i < decision.users.size(); ++i)
    {
        for (Direction d : DIRECTIONS)
        {
            const LinkDecision& link = decision.users[i].link[d];
            links += link.shares.empty() ? 0 : 1;
            least += !link.shares.empty() &&
                     link.powerW < NEAR_MINIMUM * instance.users[i].powerW[d].min;
        }
    }
    return 2 * least > links;
}

/// @param instance instance
/// @returns whether no access point has more users that must transmit than subchannels
bool
HasSubchannelForEach(const Instance& instance)
{
    std::vector<uint64_t> bound(instance.GetAps(), 0);
    for (const User& user : instance.users)
    {
        const bool must = std::all_of(user.options.begin(),
                                      user.options.end(),
                                      [](const CutOption& o) { return UsesRadio(o); });
        bound[user.ap] += must ? 1 : 0;
    }
    return *std::max_element(bound.begin(), bound.end()) <= instance.subchannels;
}

} // namespace

EccAllocator::EccAllocator(Access access)
    : m_access(access),
      m_shared(EngineParams(0)),
      m_alone(EngineParams(1))
{
}

std::string
EccAllocator::GetName() const
{
    return m_access == Access::NOMA ? "ecc-noma" : "ecc-oma";
}

HonouredOptions
EccAllocator::GetHonouredOptions() const
{
    HonouredOptions honoured;
    honoured.effort = true;
    honoured.seed = true;
    honoured.maxIterations = true;
    honoured.epsilon = true;
    honoured.integral = true;
    honoured.warmStart = true;
    return honoured;
}

Allocation
EccAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    if (HasDeadlines(instance))
    {
        return SolveWithDeadlines(instance,
                                  options,
                                  [this](const Instance& priced, const AllocatorOptions& o) {
                                      return DoAllocate(priced, o);
                                  });
    }
    if (m_access == Access::OMA || instance.maxSuperposed == 1)
    {
        return EccSearch(instance, options, 1, m_alone).Run(nullptr, 0, 1);
    }
    EccSearch search(instance, options, instance.maxSuperposed, m_shared);
    if (options.integral && !HasSubchannelForEach(instance))
    {
        return search.Run(nullptr, 0, 1);
    }
    EccSearch orthogonal(instance, options, 1, m_alone);
    Allocation superposed;
    Allocation result;
    if (EccSearch::IsLarge(instance))
    {
        superposed = search.Run(nullptr, 0, ALONE_FROM);
        // Superposed at the same mean power, those that take turns lose nothing, unless that is
        // less than they may send with.
        if (superposed.report.status == SolverStatus::CANCELLED ||
            !SendAtMinimum(instance, search.GetSlotDecision()))
        {
            return superposed;
        }
        result = orthogonal.Run(nullptr, ALONE_FROM, 1);
    }
    else
    {
        result = orthogonal.Run(nullptr, 0, 1 - ALONE_FROM);
        if (result.report.status == SolverStatus::CANCELLED)
        {
            return result;
        }
        superposed = search.Run(&orthogonal.GetSlotDecision(), 1 - ALONE_FROM, 1);
    }
    for (uint64_t SolverReport::*work :
         {&SolverReport::iterations, &SolverReport::evaluations, &SolverReport::activeEvaluations})
    {
        superposed.report.*work += result.report.*work;
    }
    if (result.gamma < superposed.gamma)
    {
        superposed.gamma = result.gamma;
        superposed.decision = result.decision;
        superposed.report.message = "taking turns is better than superposing";
    }
    return superposed;
}

} // namespace noma
} // namespace ns3
