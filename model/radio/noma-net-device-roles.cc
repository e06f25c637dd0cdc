/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The devices of users and of access points.
 */
#include "noma-net-device.h"
#include "noma-network.h"

#include "ns3/double.h"

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaUeNetDevice);

TypeId
NomaUeNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaUeNetDevice")
            .SetParent<NomaNetDevice>()
            .SetGroupName("Noma")
            .AddConstructor<NomaUeNetDevice>()
            .AddAttribute("TxPower",
                          "Greatest transmit power, summed over all subchannels (dBm).",
                          DoubleValue(25.0),
                          MakeDoubleAccessor(&NomaUeNetDevice::SetTxPowerDbm,
                                             &NomaUeNetDevice::GetTxPowerDbm),
                          MakeDoubleChecker<double>(-100.0, 100.0))
            .AddTraceSource("Association",
                            "The user is served by another access point than before.",
                            MakeTraceSourceAccessor(&NomaUeNetDevice::m_associationTrace),
                            "ns3::noma::NomaUeNetDevice::AssociationTracedCallback");
    return tid;
}

NomaUeNetDevice::NomaUeNetDevice() = default;

NomaUeNetDevice::~NomaUeNetDevice() = default;

bool
NomaUeNetDevice::IsLinkUp() const
{
    return IsOn() && m_ap != NONE;
}

void
NomaUeNetDevice::SetServingAp(uint32_t ap)
{
    if (ap == m_ap)
    {
        return;
    }
    const uint32_t from = m_ap;
    m_ap = ap;
    ++m_changes;
    m_associationTrace(from, ap);
    // The first access point is no change: who listens, ARP above all, would forget what a script
    // told it before the simulation.
    const bool first = !m_served;
    m_served = true;
    if (IsOn() && !first && (from == NONE) != (ap == NONE))
    {
        NotifyLinkChange();
    }
}

TrafficCounters
NomaUeNetDevice::GetTxCounters() const
{
    return GetNetwork()->GetLinkCounters(UPLINK, GetIndex());
}

PacketCount
NomaUeNetDevice::GetTxQueued() const
{
    return GetNetwork()->GetLinkQueued(UPLINK, GetIndex());
}

bool
NomaUeNetDevice::DoSend(Ptr<Packet> frame)
{
    return GetNetwork()->SendToLink(UPLINK, GetIndex(), frame);
}

void
NomaUeNetDevice::DoCountRefused(uint32_t size, DropReason reason)
{
    GetNetwork()->CountRefused(GetIndex(), size, reason);
}

NS_OBJECT_ENSURE_REGISTERED(NomaApNetDevice);

TypeId
NomaApNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaApNetDevice")
            .SetParent<NomaNetDevice>()
            .SetGroupName("Noma")
            .AddConstructor<NomaApNetDevice>()
            .AddAttribute("TxPower",
                          "Greatest transmit power, summed over all subchannels (dBm).",
                          DoubleValue(43.0),
                          MakeDoubleAccessor(&NomaApNetDevice::SetTxPowerDbm,
                                             &NomaApNetDevice::GetTxPowerDbm),
                          MakeDoubleChecker<double>(-100.0, 100.0));
    return tid;
}

NomaApNetDevice::NomaApNetDevice() = default;

NomaApNetDevice::~NomaApNetDevice() = default;

bool
NomaApNetDevice::SupportsSendFrom() const
{
    return true;
}

TrafficCounters
NomaApNetDevice::GetTxCounters() const
{
    return m_counters;
}

PacketCount
NomaApNetDevice::GetTxQueued() const
{
    return {};
}

void
NomaApNetDevice::CountForwarded(uint32_t size)
{
    m_counters.offered.Add(size);
    m_counters.delivered.Add(size);
}

void
NomaApNetDevice::CountDropped(uint32_t size, DropReason reason)
{
    m_counters.offered.Add(size);
    m_counters.Dropped(reason).Add(size);
}

bool
NomaApNetDevice::DoSend(Ptr<Packet> frame)
{
    return GetNetwork()->SendFromAp(GetIndex(), frame);
}

void
NomaApNetDevice::DoCountRefused(uint32_t size, DropReason reason)
{
    CountDropped(size, reason);
}

} // namespace noma
} // namespace ns3
