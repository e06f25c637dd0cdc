/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-net-device.h"

#include "noma-network.h"

#include "ns3/abort.h"
#include "ns3/ethernet-header.h"
#include "ns3/log.h"
#include "ns3/net-device-queue-interface.h"
#include "ns3/node.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/pointer.h"
#include "ns3/queue-disc.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaNetDevice");
NS_OBJECT_ENSURE_REGISTERED(NomaNetDevice);

TypeId
NomaNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaNetDevice")
            .SetParent<NetDevice>()
            .SetGroupName("Noma")
            .AddAttribute("Mtu",
                          "Greatest size of a packet from the layer above (byte).",
                          UintegerValue(1500),
                          MakeUintegerAccessor(&NomaNetDevice::SetMtu, &NomaNetDevice::GetMtu),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Phy",
                          "The physical layer.",
                          TypeId::ATTR_GET,
                          PointerValue(),
                          MakePointerAccessor(&NomaNetDevice::GetPhy),
                          MakePointerChecker<NomaSpectrumPhy>())
            .AddAttribute("Network",
                          "The network this device belongs to.",
                          TypeId::ATTR_GET,
                          PointerValue(),
                          MakePointerAccessor(&NomaNetDevice::GetNetwork),
                          MakePointerChecker<NomaNetwork>())
            .AddTraceSource("On",
                            "Whether the device is switched on and has energy.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_on),
                            "ns3::TracedValueCallback::Bool")
            .AddTraceSource("MacTx",
                            "A frame of this node was taken over for transmission.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_macTxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacTxDrop",
                            "A frame was dropped before or during transmission, with the reason.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_macTxDropTrace),
                            "ns3::noma::NomaNetDevice::DropTracedCallback")
            .AddTraceSource("Drop",
                            "The same without the reason, as ascii traces need it.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_dropTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacRx",
                            "A frame for this node was received.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_macRxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacPromiscRx",
                            "A frame was received, whoever it is for.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_macPromiscRxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("Sniffer",
                            "A frame from or for this node, as packet sniffers see it.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_snifferTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PromiscSniffer",
                            "A frame from, for or through this node, as packet sniffers see it.",
                            MakeTraceSourceAccessor(&NomaNetDevice::m_promiscSnifferTrace),
                            "ns3::Packet::TracedCallback");
    return tid;
}

NomaNetDevice::NomaNetDevice() = default;

NomaNetDevice::~NomaNetDevice()
{
    m_metered -= IsMetered();
}

void
NomaNetDevice::DoInitialize()
{
    NS_ABORT_MSG_IF(!m_network, "NomaNetDevice: the device has not joined a NomaNetwork");
    m_network->Initialize();
    NetDevice::DoInitialize();
}

void
NomaNetDevice::DoDispose()
{
    if (m_network)
    {
        m_network->Dispose();
        m_network = nullptr;
    }
    if (m_phy)
    {
        m_phy->Dispose();
        m_phy = nullptr;
    }
    m_node = nullptr;
    m_rxCallback = ReceiveCallback();
    m_promiscRxCallback = PromiscReceiveCallback();
    SetActivityCallback(ActivityCallback());
    NetDevice::DoDispose();
}

void
NomaNetDevice::Join(Ptr<NomaNetwork> network, Ptr<NomaSpectrumPhy> phy)
{
    NS_ABORT_MSG_IF(m_network, "NomaNetDevice: the device is in a NomaNetwork already");
    m_network = network;
    m_phy = phy;
}

Ptr<NomaNetwork>
NomaNetDevice::GetNetwork() const
{
    return m_network;
}

Ptr<NomaSpectrumPhy>
NomaNetDevice::GetPhy() const
{
    return m_phy;
}

uint32_t
NomaNetDevice::GetIndex() const
{
    return m_phy->GetIndex();
}

void
NomaNetDevice::SetTxPowerDbm(double dbm)
{
    ++m_changes;
    m_txPowerDbm = dbm;
    m_maxPowerW = FromDb(dbm - 30);
}

double
NomaNetDevice::GetTxPowerDbm() const
{
    return m_txPowerDbm;
}

void
NomaNetDevice::SetOn(bool on)
{
    ++m_changes;
    m_switchedOn = on;
    PowerChanged();
}

void
NomaNetDevice::SetDepleted(bool depleted)
{
    ++m_changes;
    m_depleted = depleted;
    PowerChanged();
}

void
NomaNetDevice::PowerChanged()
{
    if (m_on == IsOn())
    {
        return;
    }
    m_on = IsOn();
    NS_LOG_INFO("device " << m_address << " is " << (m_on ? "on" : "off"));
    if (m_network)
    {
        m_network->NotifyPower(this);
    }
    if (IsMetered())
    {
        m_activeW = 0;
        m_receiving = false;
        m_activity(0, false);
    }
    NotifyLinkChange();
}

void
NomaNetDevice::NotifyLinkChange()
{
    m_linkChangeCallbacks();
}

const PacketCount&
NomaNetDevice::GetRxCount() const
{
    return m_received;
}

const PacketCount&
NomaNetDevice::GetRxRefused() const
{
    return m_refused;
}

void
NomaNetDevice::SetActivityCallback(ActivityCallback callback)
{
    m_metered -= IsMetered();
    m_activity = callback;
    m_metered += IsMetered();
}

bool
NomaNetDevice::StopQueue()
{
    const auto interface = GetObject<NetDeviceQueueInterface>();
    const auto control = m_node ? m_node->GetObject<TrafficControlLayer>() : nullptr;
    if (m_stopped || !interface || !control || !control->GetRootQueueDiscOnDevice(this))
    {
        return false;
    }
    m_stopped = true;
    interface->GetTxQueue(0)->Stop();
    return true;
}

void
NomaNetDevice::WakeQueue()
{
    const auto interface = GetObject<NetDeviceQueueInterface>();
    m_stopped = false;
    if (interface && m_node)
    {
        interface->GetTxQueue(0)->Wake();
    }
}

void
NomaNetDevice::SetActivity(double txPowerW, bool receiving)
{
    // also if nothing changes while it is active: the source may run out in any slot
    if (txPowerW > 0 || receiving || m_activeW > 0 || m_receiving)
    {
        m_activeW = txPowerW;
        m_receiving = receiving;
        m_activity(txPowerW, receiving);
    }
}

void
NomaNetDevice::SetIfIndex(const uint32_t index)
{
    m_ifIndex = index;
}

uint32_t
NomaNetDevice::GetIfIndex() const
{
    return m_ifIndex;
}

Ptr<Channel>
NomaNetDevice::GetChannel() const
{
    return m_phy ? m_phy->GetChannel() : nullptr;
}

void
NomaNetDevice::SetAddress(Address address)
{
    m_address = Mac48Address::ConvertFrom(address);
    if (m_network)
    {
        m_network->NotifyAddress();
    }
}

Address
NomaNetDevice::GetAddress() const
{
    return m_address;
}

bool
NomaNetDevice::SetMtu(const uint16_t mtu)
{
    m_mtu = mtu;
    return true;
}

uint16_t
NomaNetDevice::GetMtu() const
{
    return m_mtu;
}

bool
NomaNetDevice::IsLinkUp() const
{
    return IsOn();
}

void
NomaNetDevice::AddLinkChangeCallback(Callback<void> callback)
{
    m_linkChangeCallbacks.ConnectWithoutContext(callback);
}

bool
NomaNetDevice::IsBroadcast() const
{
    return true;
}

Address
NomaNetDevice::GetBroadcast() const
{
    return Mac48Address::GetBroadcast();
}

bool
NomaNetDevice::IsMulticast() const
{
    return true;
}

Address
NomaNetDevice::GetMulticast(Ipv4Address multicastGroup) const
{
    return Mac48Address::GetMulticast(multicastGroup);
}

Address
NomaNetDevice::GetMulticast(Ipv6Address addr) const
{
    return Mac48Address::GetMulticast(addr);
}

bool
NomaNetDevice::IsBridge() const
{
    return false;
}

bool
NomaNetDevice::IsPointToPoint() const
{
    return false;
}

bool
NomaNetDevice::Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber)
{
    return SendFrom(packet, m_address, dest, protocolNumber);
}

bool
NomaNetDevice::SendFrom(Ptr<Packet> packet,
                        const Address& source,
                        const Address& dest,
                        uint16_t protocolNumber)
{
    const bool fits = packet->GetSize() <= m_mtu;
    EthernetHeader header(false);
    header.SetSource(Mac48Address::ConvertFrom(source));
    header.SetDestination(Mac48Address::ConvertFrom(dest));
    header.SetLengthType(protocolNumber);
    packet->AddHeader(header);
    if (!fits || !IsOn())
    {
        const DropReason reason = fits ? DropReason::DEVICE_OFF : DropReason::TOO_LONG;
        DoCountRefused(packet->GetSize(), reason);
        NotifyDrop(packet, reason);
        return false;
    }
    m_macTxTrace(packet);
    m_snifferTrace(packet);
    m_promiscSnifferTrace(packet);
    return DoSend(packet);
}

void
NomaNetDevice::NotifyDrop(Ptr<const Packet> frame, DropReason reason)
{
    NS_LOG_LOGIC("device " << m_address << " drops a frame: " << DropReasonName(reason));
    m_macTxDropTrace(frame, reason);
    m_dropTrace(frame);
}

void
NomaNetDevice::Sniff(Ptr<const Packet> frame)
{
    m_macPromiscRxTrace(frame);
    m_promiscSnifferTrace(frame);
}

void
NomaNetDevice::Receive(Ptr<Packet> frame)
{
    if (!m_node) // disposed of since the frame was sent on its way
    {
        return;
    }
    if (!IsOn())
    {
        m_refused.Add(frame->GetSize());
        NotifyDrop(frame, DropReason::DEVICE_OFF);
        return;
    }
    Sniff(frame);
    auto packet = frame->Copy();
    EthernetHeader header(false);
    packet->RemoveHeader(header);
    const Mac48Address to = header.GetDestination();
    PacketType type = PACKET_OTHERHOST;
    if (to.IsBroadcast())
    {
        type = PACKET_BROADCAST;
    }
    else if (to.IsGroup())
    {
        type = PACKET_MULTICAST;
    }
    else if (to == m_address)
    {
        type = PACKET_HOST;
    }
    m_received.Add(frame->GetSize());
    if (!m_promiscRxCallback.IsNull())
    {
        m_promiscRxCallback(this,
                            packet->Copy(),
                            header.GetLengthType(),
                            header.GetSource(),
                            to,
                            type);
    }
    if (type != PACKET_OTHERHOST)
    {
        m_macRxTrace(frame);
        m_snifferTrace(frame);
        if (!m_rxCallback.IsNull())
        {
            m_rxCallback(this, packet, header.GetLengthType(), header.GetSource());
        }
    }
}

Ptr<Node>
NomaNetDevice::GetNode() const
{
    return m_node;
}

void
NomaNetDevice::SetNode(Ptr<Node> node)
{
    m_node = node;
}

bool
NomaNetDevice::NeedsArp() const
{
    return true;
}

void
NomaNetDevice::SetReceiveCallback(ReceiveCallback cb)
{
    m_rxCallback = cb;
}

void
NomaNetDevice::SetPromiscReceiveCallback(PromiscReceiveCallback cb)
{
    m_promiscRxCallback = cb;
}

bool
NomaNetDevice::SupportsSendFrom() const
{
    return false;
}

} // namespace noma
} // namespace ns3
