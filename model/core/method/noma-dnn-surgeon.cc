/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-surgeon.h"

#include "noma-round-robin-radio.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

DnnSurgeonAllocator::DnnSurgeonAllocator(Goal goal)
    : m_goal(goal)
{
}

std::string
DnnSurgeonAllocator::GetName() const
{
    return m_goal == Goal::LATENCY ? "dnn-surgeon" : "dnn-surgeon-throughput";
}

Allocation
DnnSurgeonAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& /* options */)
{
    Allocation result;
    result.decision.users.resize(instance.users.size());
    const PresentState state = ObservePresentState(instance);
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        const auto cost = [&](uint32_t k) {
            const Stages t = EstimateDelay(instance, i, instance.users[i].options[k], state);
            const double sum = t.device + t.up + t.edge;
            return m_goal == Goal::LATENCY
                       ? std::make_pair(sum, sum)
                       : std::make_pair(std::max({t.device, t.up, t.edge}), sum);
        };
        uint32_t& choice = result.decision.users[i].option;
        auto best = cost(0);
        for (uint32_t k = 1; k < instance.users[i].options.size(); ++k)
        {
            const auto c = cost(k);
            if (c < best)
            {
                best = c;
                choice = k;
            }
        }
    }
    CompleteUncoordinated(instance, result.decision);
    result.report.status = SolverStatus::EXACT;
    result.report.evaluations = 1;
    return result;
}

} // namespace noma
} // namespace ns3
