/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-edge-only.h"

#include "noma-round-robin-radio.h"

namespace ns3
{
namespace noma
{

std::string
EdgeOnlyAllocator::GetName() const
{
    return "edge-only";
}

Allocation
EdgeOnlyAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& /* options */)
{
    Allocation result;
    result.decision.users.resize(instance.users.size());
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const auto& options = instance.users[i].options;
        uint32_t& choice = result.decision.users[i].option;
        for (uint32_t k = 1; k < options.size(); ++k)
        {
            const CutOption& a = options[k];
            const CutOption& b = options[choice];
            if (a.deviceFlops < b.deviceFlops ||
                (a.deviceFlops == b.deviceFlops && a.edgeFlops > b.edgeFlops))
            {
                choice = k;
            }
        }
    }
    CompleteUncoordinated(instance, result.decision);
    result.report.status = SolverStatus::EXACT;
    return result;
}

} // namespace noma
} // namespace ns3
