/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-neurosurgeon.h"

#include "noma-round-robin-radio.h"

namespace ns3
{
namespace noma
{

NeurosurgeonAllocator::NeurosurgeonAllocator(Goal goal)
    : m_goal(goal)
{
}

std::string
NeurosurgeonAllocator::GetName() const
{
    return m_goal == Goal::LATENCY ? "neurosurgeon" : "neurosurgeon-energy";
}

Allocation
NeurosurgeonAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& /* options */)
{
    Allocation result;
    result.decision.users.resize(instance.users.size());
    const PresentState state = ObservePresentState(instance);
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        const auto cost = [&](uint32_t k) {
            const CutOption& option = instance.users[i].options[k];
            if (m_goal == Goal::LATENCY)
            {
                return EstimateDelay(instance, i, option, state).Total();
            }
            const Stages energy = EstimateEnergy(instance, i, option, state);
            return energy.device + energy.up;
        };
        uint32_t& choice = result.decision.users[i].option;
        double best = cost(0);
        for (uint32_t k = 1; k < instance.users[i].options.size(); ++k)
        {
            const double c = cost(k);
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
