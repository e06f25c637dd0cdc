/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-network.h"

#include "noma-distribution.h"
#include "noma-round-robin-scheduler.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/mobility-model.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <sstream>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaNetwork");
NS_OBJECT_ENSURE_REGISTERED(NomaNetwork);

TypeId
NomaNetwork::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaNetwork")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<NomaNetwork>()
            .AddAttribute("SlotDuration",
                          "Duration of a slot.",
                          TimeValue(MilliSeconds(1)),
                          MakeTimeAccessor(&NomaNetwork::m_slotDuration),
                          MakeTimeChecker(NanoSeconds(1), Seconds(1e6)))
            .AddAttribute("Subchannels",
                          "Number of subchannels of each band (M).",
                          UintegerValue(6),
                          MakeUintegerAccessor(&NomaNetwork::m_subchannels),
                          MakeUintegerChecker<uint32_t>(1, 65535))
            .AddAttribute("MaxSuperposed",
                          "Users superposed on a subchannel at most (K); 1 = orthogonal access.",
                          UintegerValue(3),
                          MakeUintegerAccessor(&NomaNetwork::m_maxSuperposed),
                          MakeUintegerChecker<uint32_t>(1, 64))
            .AddAttribute("UplinkFrequency",
                          "Centre of the uplink band (Hz).",
                          DoubleValue(1.95e9),
                          MakeDoubleAccessor(&NomaNetwork::m_centerUp),
                          MakeDoubleChecker<double>(1.0, 1e13))
            .AddAttribute("DownlinkFrequency",
                          "Centre of the downlink band (Hz).",
                          DoubleValue(2.14e9),
                          MakeDoubleAccessor(&NomaNetwork::m_centerDown),
                          MakeDoubleChecker<double>(1.0, 1e13))
            .AddAttribute("UplinkBandwidth",
                          "Width of the uplink band (Hz).",
                          DoubleValue(10e6),
                          MakeDoubleAccessor(&NomaNetwork::m_bandwidthUp),
                          MakeDoubleChecker<double>(1.0, 1e13))
            .AddAttribute("DownlinkBandwidth",
                          "Width of the downlink band (Hz).",
                          DoubleValue(10e6),
                          MakeDoubleAccessor(&NomaNetwork::m_bandwidthDown),
                          MakeDoubleChecker<double>(1.0, 1e13))
            .AddAttribute("McsTable",
                          "Modulation-and-coding table whose greatest spectral efficiency not "
                          "above the one possible is granted, nothing if there is none: "
                          "Ts38214Table1, Ts38214Table2 or Ts38214Table3 (3GPP TS 38.214, tables "
                          "5.1.3.1-1 to 5.1.3.1-3); None = any rate.",
                          EnumValue(MCS_TABLE_2),
                          NOMA_ENUM_ACCESSOR(NomaMcsTable, &NomaNetwork::m_mcs),
                          MakeEnumChecker(MCS_TABLE_NONE,
                                          "None",
                                          MCS_TABLE_1,
                                          "Ts38214Table1",
                                          MCS_TABLE_2,
                                          "Ts38214Table2",
                                          MCS_TABLE_3,
                                          "Ts38214Table3"))
            .AddAttribute("QueuePackets",
                          "Packets that the queue of a link holds.",
                          UintegerValue(1000),
                          MakeUintegerAccessor(&NomaNetwork::m_queuePackets),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("QueueBytes",
                          "Bytes that the queue of a link holds.",
                          UintegerValue(UINT64_MAX),
                          MakeUintegerAccessor(&NomaNetwork::m_queueBytes),
                          MakeUintegerChecker<uint64_t>(1))
            .AddAttribute("RetryLimit",
                          "Retransmissions of a segment before its packet is given up.",
                          UintegerValue(7),
                          MakeUintegerAccessor(&NomaNetwork::m_retryLimit),
                          MakeUintegerChecker<uint32_t>(0, 1000000))
            .AddAttribute("HarqTransmissions",
                          "Transmissions of a block that receivers combine, at most, before its "
                          "segments count as lost; 1 = no hybrid ARQ.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&NomaNetwork::m_transmissions),
                          MakeUintegerChecker<uint32_t>(1, 1000))
            .AddAttribute("FeedbackDelay",
                          "Slots after which the sender of a lost block knows.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&NomaNetwork::m_feedbackSlots),
                          MakeUintegerChecker<uint32_t>(0, 1000000))
            .AddAttribute("AssociationInterval",
                          "Time after which association is evaluated again.",
                          TimeValue(MilliSeconds(100)),
                          MakeTimeAccessor(&NomaNetwork::m_associationInterval),
                          MakeTimeChecker(NanoSeconds(1), Seconds(1e6)))
            .AddAttribute("Hysteresis",
                          "A user changes over if another access point has less path loss by this "
                          "(dB).",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&NomaNetwork::m_hysteresisDb),
                          MakeDoubleChecker<double>(0.0, 100.0))
            .AddAttribute("MaxPathLoss",
                          "A user with more path loss to every access point is out of coverage "
                          "(dB).",
                          DoubleValue(160.0),
                          MakeDoubleAccessor(&NomaNetwork::m_maxPathLossDb),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddAttribute(
                "Snooping",
                "Whether address resolution requests go to the owner of the address only, "
                "if there is one, instead of to all users.",
                BooleanValue(true),
                MakeBooleanAccessor(&NomaNetwork::m_snooping),
                MakeBooleanChecker())
            .AddAttribute(
                "Scheduler",
                "The scheduler; null = round robin.",
                PointerValue(),
                MakePointerAccessor(&NomaNetwork::SetScheduler, &NomaNetwork::GetScheduler),
                MakePointerChecker<SlotScheduler>())
            .AddAttribute(
                "CsiEstimator",
                "What the scheduler believes of the channel; null = the truth.",
                PointerValue(),
                MakePointerAccessor(&NomaNetwork::SetCsiEstimator, &NomaNetwork::GetCsiEstimator),
                MakePointerChecker<NomaCsiEstimator>())
            .AddTraceSource("Slot",
                            "A slot begins.",
                            MakeTraceSourceAccessor(&NomaNetwork::m_slotTrace),
                            "ns3::noma::NomaNetwork::SlotTracedCallback")
            .AddTraceSource("Block",
                            "A transport block was decoded or lost.",
                            MakeTraceSourceAccessor(&NomaNetwork::m_blockTrace),
                            "ns3::noma::NomaNetwork::BlockTracedCallback")
            .AddTraceSource("Harq",
                            "A block was received, or lost and not sent again as it is.",
                            MakeTraceSourceAccessor(&NomaNetwork::m_harqTrace),
                            "ns3::noma::NomaNetwork::HarqTracedCallback")
            .AddTraceSource("Association",
                            "A user is served by another access point than before.",
                            MakeTraceSourceAccessor(&NomaNetwork::m_associationTrace),
                            "ns3::noma::NomaNetwork::AssociationTracedCallback")
            .AddTraceSource("Drop",
                            "A link dropped a frame.",
                            MakeTraceSourceAccessor(&NomaNetwork::m_dropTrace),
                            "ns3::noma::NomaNetwork::DropTracedCallback");
    return tid;
}

NomaNetwork::NomaNetwork() = default;

NomaNetwork::~NomaNetwork() = default;

void
NomaNetwork::DoDispose()
{
    m_slotEvent.Cancel();
    m_snapshot.csi = nullptr;
    m_snapshot.receivers = nullptr;
    m_receivers.SetReceivers({}, {}, 0);
    m_ues.clear();
    m_aps.clear();
    m_uePhys.clear();
    m_apPhys.clear();
    for (const Direction d : DIRECTIONS)
    {
        m_links[d].clear();
        m_layers[d].clear();
        m_layersSlot[d].clear();
        m_expected[d].clear();
        m_bands[d] = nullptr;
    }
    m_stopped.clear();
    m_blocks.clear();
    m_segments.clear();
    m_harq.Clear();
    if (m_scheduler)
    {
        m_scheduler->Dispose();
        m_scheduler = nullptr;
    }
    if (m_csi)
    {
        m_csi->Dispose();
        m_csi = nullptr;
    }
    Object::DoDispose();
}

uint32_t
NomaNetwork::AddUe(Ptr<NomaUeNetDevice> device, Ptr<NomaSpectrumPhy> phy)
{
    const auto index = static_cast<uint32_t>(m_ues.size());
    SetUp(device, phy, NomaRole::UE, index);
    m_ues.push_back(device);
    m_uePhys.push_back(phy);
    m_attached.push_back(NONE);
    m_lastAp.push_back(NONE);
    for (const Direction d : DIRECTIONS)
    {
        Link link;
        link.sender = NomaArqSender(NomaMacQueue(m_queuePackets, m_queueBytes), m_retryLimit);
        m_links[d].push_back(std::move(link));
    }
    m_harq.SetUsers(m_ues.size());
    return index;
}

uint32_t
NomaNetwork::AddAp(Ptr<NomaApNetDevice> device, Ptr<NomaSpectrumPhy> phy)
{
    const auto index = static_cast<uint32_t>(m_aps.size());
    SetUp(device, phy, NomaRole::AP, index);
    m_aps.push_back(device);
    m_apPhys.push_back(phy);
    return index;
}

void
NomaNetwork::SetUp(const Ptr<NomaNetDevice>& device,
                   const Ptr<NomaSpectrumPhy>& phy,
                   NomaRole role,
                   uint32_t index)
{
    NS_ABORT_MSG_IF(IsInitialized(), "NomaNetwork: devices cannot join after the start");
    const auto node = device->GetNode();
    std::ostringstream who;
    who << (role == NomaRole::UE ? "user " : "access point ") << index;
    NS_ABORT_MSG_IF(!node, "NomaNetwork: " << who.str() << " has no node");
    uint32_t others = 0;
    for (uint32_t i = 0; i < node->GetNDevices(); ++i)
    {
        const auto other = node->GetDevice(i);
        others += other != device && DynamicCast<NomaNetDevice>(other);
    }
    const auto mobility = node->GetObject<MobilityModel>();
    if (m_setUpError.empty() && others > 0)
    {
        m_setUpError = "node " + std::to_string(node->GetId()) + " of " + who.str() +
                       " has more than one NOMA device: must be one";
    }
    if (m_setUpError.empty() && !mobility)
    {
        m_setUpError = "node " + std::to_string(node->GetId()) + " of " + who.str() +
                       " has no mobility model: install one before the NOMA device";
    }
    MakeBands();
    phy->SetDevice(device);
    phy->SetMobility(mobility);
    phy->SetIdentity(role, index);
    phy->SetBands(m_bands.up, m_bands.down);
    phy->SetReceiveCallback(MakeCallback(&NomaNetwork::TakeOutcomes, this));
    device->Join(this, phy);
    NotifyAddress();
}

void
NomaNetwork::MakeBands()
{
    if (!m_bands.up)
    {
        m_bands.up = MakeNomaSpectrumModel(m_centerUp, m_bandwidthUp, m_subchannels);
        m_bands.down = MakeNomaSpectrumModel(m_centerDown, m_bandwidthDown, m_subchannels);
    }
}

Ptr<const SpectrumModel>
NomaNetwork::GetBand(Direction d)
{
    MakeBands();
    return m_bands[d];
}

std::string
NomaNetwork::CheckSetUp() const
{
    if (!m_setUpError.empty())
    {
        return m_setUpError;
    }
    if (m_aps.empty())
    {
        return "the network has " + std::to_string(m_ues.size()) +
               " users and no access point: must have at least one";
    }
    if (m_ues.empty())
    {
        return "the network has no user: must have at least one";
    }
    const double gap = std::abs(m_centerUp - m_centerDown) - (m_bandwidthUp + m_bandwidthDown) / 2;
    if (gap < 0)
    {
        return "the uplink and the downlink band overlap";
    }
    for (const auto* side : {&m_apPhys, &m_uePhys})
    {
        for (const auto& phy : *side)
        {
            std::string unsupported = NomaPathGain::CheckChannel(phy->GetChannel());
            if (!unsupported.empty())
            {
                return unsupported;
            }
            if (phy->GetChannel() != m_apPhys[0]->GetChannel() ||
                phy->GetFading() != m_apPhys[0]->GetFading())
            {
                return "the devices of a network must share one channel and one fading model";
            }
        }
    }
    return "";
}

void
NomaNetwork::DoInitialize()
{
    const std::string error = CheckSetUp();
    NS_ABORT_MSG_IF(!error.empty(), "NomaNetwork: " << error);
    if (!m_scheduler)
    {
        m_scheduler = CreateObject<RoundRobinScheduler>();
    }
    if (!m_csi)
    {
        m_csi = CreateObject<NomaCsiEstimator>();
    }
    m_csi->SetDevices(m_uePhys, m_apPhys);
    m_harq.SetLimits(m_transmissions, m_feedbackSlots);
    auto& s = m_snapshot;
    s.slotSeconds = m_slotDuration.GetSeconds();
    s.aps = static_cast<uint32_t>(m_aps.size());
    s.subchannels = m_subchannels;
    s.maxSuperposed = m_maxSuperposed;
    s.efficiencies = GetMcsEfficiencies(m_mcs);
    s.csi = PeekPointer(m_csi);
    s.apOn.resize(m_aps.size());
    s.apMaxPowerW.resize(m_aps.size());
    s.ues.resize(m_ues.size());
    for (const Direction d : DIRECTIONS)
    {
        const auto& senders = d == UPLINK ? m_uePhys : m_apPhys;
        const auto& receivers = d == UPLINK ? m_apPhys : m_uePhys;
        s.subchannelHz[d] = receivers[0]->GetSubchannelHz(d);
        m_layers[d].resize(senders.size());
        m_layersSlot[d].resize(senders.size());
        m_expected[d].resize(receivers.size());
        m_firstBlock[d].resize(m_aps.size() * m_subchannels);
        for (const auto& phy : receivers)
        {
            // one value stands for all receivers: the worst
            s.noiseW[d] = std::max(s.noiseW[d], phy->GetNoiseW());
            s.snrGap = std::max(s.snrGap, phy->GetSnrGap());
            s.residual = std::max(s.residual, phy->GetCanceller()->Residual(1));
            s.channelError[d] = std::max(s.channelError[d], phy->GetChannelErrorVariance());
        }
    }
    m_receivers.SetReceivers(m_uePhys, m_apPhys, s.slotSeconds);
    s.receivers = m_receivers.IsPlain() ? nullptr : &m_receivers;
    m_nextAssociation = Simulator::Now();
    // not from within a node's initialisation: all nodes have to be ready
    m_slotEvent = Simulator::ScheduleNow(&NomaNetwork::Slot, this);
    Object::DoInitialize();
}

uint32_t
NomaNetwork::GetNUes() const
{
    return static_cast<uint32_t>(m_ues.size());
}

uint32_t
NomaNetwork::GetNAps() const
{
    return static_cast<uint32_t>(m_aps.size());
}

Ptr<NomaUeNetDevice>
NomaNetwork::GetUe(uint32_t ue) const
{
    NS_ABORT_MSG_IF(ue >= m_ues.size(),
                    "NomaNetwork: user is " << ue << ": must be below " << m_ues.size());
    return m_ues[ue];
}

Ptr<NomaApNetDevice>
NomaNetwork::GetAp(uint32_t ap) const
{
    NS_ABORT_MSG_IF(ap >= m_aps.size(),
                    "NomaNetwork: access point is " << ap << ": must be below " << m_aps.size());
    return m_aps[ap];
}

Time
NomaNetwork::GetSlotDuration() const
{
    return m_slotDuration;
}

uint32_t
NomaNetwork::GetMaxSuperposed() const
{
    return m_maxSuperposed;
}

void
NomaNetwork::SetScheduler(Ptr<SlotScheduler> scheduler)
{
    m_scheduler = scheduler;
}

Ptr<SlotScheduler>
NomaNetwork::GetScheduler() const
{
    return m_scheduler;
}

void
NomaNetwork::SetCsiEstimator(Ptr<NomaCsiEstimator> estimator)
{
    m_csi = estimator;
}

Ptr<NomaCsiEstimator>
NomaNetwork::GetCsiEstimator() const
{
    return m_csi;
}

uint64_t
NomaNetwork::GetSlots() const
{
    return m_slots;
}

int64_t
NomaNetwork::AssignStreams(int64_t stream)
{
    const int64_t first = stream;
    if (m_scheduler)
    {
        stream += m_scheduler->AssignStreams(stream);
    }
    if (m_csi)
    {
        stream += m_csi->AssignStreams(stream);
    }
    return stream - first;
}

void
NomaNetwork::NotifyPower(Ptr<NomaNetDevice> device)
{
    m_nextAssociation = Simulator::Now();
    const uint32_t i = device->GetIndex();
    const bool user = device->GetPhy()->GetRole() == NomaRole::UE;
    if (device->IsOn())
    {
        return;
    }
    device->GetPhy()->AbortSlot();
    if (user && i < m_ues.size())
    {
        FlushLink(UPLINK, i);
        FlushLink(DOWNLINK, i);
    }
}

void
NomaNetwork::NotifyAddress()
{
    if (!m_distribution)
    {
        m_distribution = std::make_unique<NomaDistribution>(*this, m_snooping);
    }
    m_distribution->ForgetAddresses();
}

} // namespace noma
} // namespace ns3
