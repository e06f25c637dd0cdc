/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-ecc.h"

#include "noma-deadline-rounds.h"
#include "noma-ecc-search.h"

#include "ns3/noma-deadline.h"

namespace ns3
{
namespace noma
{

namespace
{

/// @returns how finely the relaxed problem is solved: whole subchannels follow, so that the last
/// digits are of no use @param capacity users per (access point, subchannel) at a time, 0 = K
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
    const bool both = m_access == Access::NOMA && instance.maxSuperposed > 1;
    const double alone = both ? 0.25 : 1.0;
    EccSearch orthogonal(instance, options, 1, m_alone);
    const Allocation result = orthogonal.Run(nullptr, 0, alone);
    if (!both || result.report.status == SolverStatus::CANCELLED)
    {
        return result;
    }
    EccSearch search(instance, options, instance.maxSuperposed, m_shared);
    Allocation superposed = search.Run(&orthogonal.GetSlotDecision(), alone, 1);
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
