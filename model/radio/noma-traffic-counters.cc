/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-traffic-counters.h"

#include <sstream>

namespace ns3
{
namespace noma
{

const char*
DropReasonName(DropReason reason)
{
    switch (reason)
    {
    case DropReason::QUEUE_FULL:
        return "queue full";
    case DropReason::TOO_LONG:
        return "too long";
    case DropReason::RETRY_LIMIT:
        return "retry limit";
    case DropReason::DEVICE_OFF:
        return "device off";
    case DropReason::NO_DESTINATION:
        return "no destination";
    }
    return "unknown";
}

PacketCount
TrafficCounters::DroppedTotal() const
{
    PacketCount total;
    for (const auto& count : dropped)
    {
        total += count;
    }
    return total;
}

TrafficCounters&
TrafficCounters::operator+=(const TrafficCounters& other)
{
    offered += other.offered;
    delivered += other.delivered;
    for (std::size_t i = 0; i < DROP_REASONS; ++i)
    {
        dropped[i] += other.dropped[i];
    }
    return *this;
}

std::string
TrafficCounters::CheckConservation(const PacketCount& queued) const
{
    PacketCount sum = delivered;
    sum += queued;
    sum += DroppedTotal();
    if (sum == offered)
    {
        return "";
    }
    std::ostringstream os;
    os << "offered " << offered.packets << " packets (" << offered.bytes << " byte), delivered "
       << delivered.packets << " (" << delivered.bytes << "), queued " << queued.packets << " ("
       << queued.bytes << ")";
    for (std::size_t i = 0; i < DROP_REASONS; ++i)
    {
        os << ", " << DropReasonName(static_cast<DropReason>(i)) << " " << dropped[i].packets
           << " (" << dropped[i].bytes << ")";
    }
    return os.str();
}

} // namespace noma
} // namespace ns3
