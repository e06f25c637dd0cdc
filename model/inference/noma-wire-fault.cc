/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-wire-fault.h"

#include <numeric>

namespace ns3
{
namespace noma
{

const char*
WireFaultName(WireFault fault)
{
    switch (fault)
    {
    case WireFault::NONE:
        return "none";
    case WireFault::GARBAGE:
        return "garbage";
    case WireFault::LENGTH:
        return "length";
    case WireFault::CONTRADICTION:
        return "contradiction";
    case WireFault::SENDER:
        return "sender";
    case WireFault::USER:
        return "user";
    case WireFault::CLAIM:
        return "claim";
    case WireFault::MEMORY:
        return "memory";
    }
    return "?";
}

void
WireFaultCounters::Count(WireFault fault)
{
    ++m_counts[static_cast<std::size_t>(fault)];
}

uint64_t
WireFaultCounters::Get(WireFault fault) const
{
    return m_counts[static_cast<std::size_t>(fault)];
}

uint64_t
WireFaultCounters::GetTotal() const
{
    return std::accumulate(m_counts.begin(), m_counts.end(), uint64_t(0));
}

} // namespace noma
} // namespace ns3
