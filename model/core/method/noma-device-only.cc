/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-device-only.h"

#include "noma-round-robin-radio.h"

namespace ns3
{
namespace noma
{

std::string
DeviceOnlyAllocator::GetName() const
{
    return "device-only";
}

Allocation
DeviceOnlyAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& /* options */)
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
            const double bitsA = a.upBits + a.downBits;
            const double bitsB = b.upBits + b.downBits;
            if (a.edgeFlops < b.edgeFlops || (a.edgeFlops == b.edgeFlops && bitsA < bitsB))
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
