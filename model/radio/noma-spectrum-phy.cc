/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-spectrum-phy.h"

#include "noma-ns3-compat.h"
#include "noma-path-gain.h"
#include "noma-prefetch.h"
#include "noma-spectrum-channel.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaSpectrumPhy");
NS_OBJECT_ENSURE_REGISTERED(NomaSpectrumPhy);

namespace
{

/// Position version last given away.
uint64_t g_positionVersion = 0;

/// @returns a number never returned before
uint64_t
NextPositionVersion()
{
    return ++g_positionVersion;
}

/// @param up a band @param down another
/// @returns whether they do not overlap
bool
AreOrthogonal(const SpectrumModel& up, const SpectrumModel& down)
{
    // all devices of a network ask this of the same bands, and it takes long
    static std::pair<SpectrumModelUid_t, SpectrumModelUid_t> last;
    const std::pair<SpectrumModelUid_t, SpectrumModelUid_t> now{up.GetUid(), down.GetUid()};
    if (now != last && up.IsOrthogonal(down))
    {
        last = now;
    }
    return now == last;
}

} // namespace

TypeId
NomaSpectrumPhy::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaSpectrumPhy")
            .SetParent<SpectrumPhy>()
            .SetGroupName("Noma")
            .AddConstructor<NomaSpectrumPhy>()
            .AddAttribute("NoiseDensity",
                          "Thermal noise power density (dBm/Hz).",
                          DoubleValue(-174.0),
                          MakeDoubleAccessor(&NomaSpectrumPhy::m_noiseDensity),
                          MakeDoubleChecker<double>(-300.0, 300.0))
            .AddAttribute("NoiseFigure",
                          "Noise figure of the receiver (dB).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaSpectrumPhy::m_noiseFigure),
                          MakeDoubleChecker<double>(0.0, 100.0))
            .AddAttribute("SnrGap",
                          "Loss of the codes against capacity (dB).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaSpectrumPhy::m_snrGapDb),
                          MakeDoubleChecker<double>(0.0, 40.0))
            .AddAttribute("MaxLayers",
                          "Number of superposed layers that the receiver can decode.",
                          UintegerValue(3),
                          MakeUintegerAccessor(&NomaSpectrumPhy::m_maxLayers),
                          MakeUintegerChecker<uint32_t>(1, 64))
            .AddAttribute("ErrorPropagation",
                          "What a layer that was not decoded does to later ones: Physical = its "
                          "power stays as interference; Strict = all later layers fail; Genie = "
                          "it is cancelled all the same.",
                          EnumValue(PROPAGATION_STRICT),
                          NOMA_ENUM_ACCESSOR(ErrorPropagation, &NomaSpectrumPhy::m_propagation),
                          MakeEnumChecker(PROPAGATION_PHYSICAL,
                                          "Physical",
                                          PROPAGATION_STRICT,
                                          "Strict",
                                          PROPAGATION_GENIE,
                                          "Genie"))
            .AddAttribute("ChannelErrorVariance",
                          "Mean square error of the receiver's estimate of the fading coefficient, "
                          "whose mean square is 1. What is not known acts as noise.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaSpectrumPhy::m_channelError),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("ErrorModel",
                          "Block error model; null = capacity threshold.",
                          PointerValue(),
                          MakePointerAccessor(&NomaSpectrumPhy::m_errorModel),
                          MakePointerChecker<NomaErrorModel>())
            .AddAttribute("Canceller",
                          "Canceller of decoded layers; null = perfect.",
                          PointerValue(),
                          MakePointerAccessor(&NomaSpectrumPhy::m_canceller),
                          MakePointerChecker<NomaCanceller>())
            .AddAttribute("OrderPolicy",
                          "Decoding order of uplink groups by what is received; null = the order "
                          "that was granted.",
                          PointerValue(),
                          MakePointerAccessor(&NomaSpectrumPhy::m_orderPolicy),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute(
                "Fading",
                "Small-scale fading, one object for all devices of a network; null = "
                "none.",
                PointerValue(),
                MakePointerAccessor(&NomaSpectrumPhy::SetFading, &NomaSpectrumPhy::GetFading),
                MakePointerChecker<NomaFadingModel>())
            .AddTraceSource("SicStage",
                            "A layer has been through a stage of the SIC receiver.",
                            MakeTraceSourceAccessor(&NomaSpectrumPhy::m_sicStageTrace),
                            "ns3::noma::NomaSpectrumPhy::SicStageTracedCallback")
            .AddTraceSource("TxStart",
                            "A signal is sent.",
                            MakeTraceSourceAccessor(&NomaSpectrumPhy::m_txStartTrace),
                            "ns3::noma::NomaSpectrumPhy::TxStartTracedCallback");
    return tid;
}

NomaSpectrumPhy::NomaSpectrumPhy()
    : m_positionVersion(NextPositionVersion()),
      m_estimateNoise(CreateObject<NomaBlockFadingModel>()),
      m_random(CreateObject<UniformRandomVariable>())
{
}

NomaSpectrumPhy::~NomaSpectrumPhy() = default;

void
NomaSpectrumPhy::DoDispose()
{
    m_device = nullptr;
    m_mobility = nullptr;
    m_channel = nullptr;
    m_fastChannel = nullptr;
    m_gains = nullptr;
    m_antenna = nullptr;
    m_errorModel = nullptr;
    m_canceller = nullptr;
    m_orderPolicy = nullptr;
    m_fading = nullptr;
    m_estimateNoise = nullptr;
    m_receive = ReceiveCallback();
    m_open = false;
    m_expected.clear();
    m_signal = nullptr;
    m_listening.clear();
    m_arrivals.clear();
    m_outcomes.clear();
    m_reported.clear();
    m_results.clear();
    SpectrumPhy::DoDispose();
}

void
NomaSpectrumPhy::SetDevice(Ptr<NetDevice> d)
{
    m_device = d;
    m_positionVersion = NextPositionVersion();
}

Ptr<NetDevice>
NomaSpectrumPhy::GetDevice() const
{
    return m_device;
}

void
NomaSpectrumPhy::SetMobility(Ptr<MobilityModel> m)
{
    m_mobility = m;
    m_positionVersion = NextPositionVersion();
    UpdatePosition();
}

Ptr<MobilityModel>
NomaSpectrumPhy::GetMobility() const
{
    return m_mobility;
}

void
NomaSpectrumPhy::SetChannel(Ptr<SpectrumChannel> c)
{
    AbortSlot();
    m_channel = c;
    m_fastChannel = DynamicCast<NomaSpectrumChannel>(c);
    m_gains = c ? NomaPathGain::Of(c) : nullptr;
    m_gainIndex = NONE;
    m_paths = {};
}

Ptr<SpectrumChannel>
NomaSpectrumPhy::GetChannel() const
{
    return m_channel;
}

Ptr<const SpectrumModel>
NomaSpectrumPhy::GetRxSpectrumModel() const
{
    return m_bands[GetRxDirection()];
}

const Ptr<const SpectrumModel>&
NomaSpectrumPhy::GetTxSpectrumModel() const
{
    return m_bands[GetTxDirection()];
}

Ptr<NOMA_ANTENNA>
NomaSpectrumPhy::NOMA_GET_ANTENNA() const
{
    return m_antenna;
}

uint32_t
NomaSpectrumPhy::MeetGains() const
{
    return m_gainIndex != NONE ? m_gainIndex : m_gains->IndexOf(*this);
}

void
NomaSpectrumPhy::SetAntenna(Ptr<AntennaModel> antenna)
{
    m_antenna = antenna;
    m_gainIndex = NONE;
    m_positionVersion = NextPositionVersion();
}

void
NomaSpectrumPhy::SetIdentity(NomaRole role, uint32_t index)
{
    NS_ABORT_MSG_IF(role == NomaRole::AP && index >= 32768,
                    "access point index is " << index << ": must be below 32768");
    m_role = role;
    m_index = index;
    m_gainIndex = NONE;
    m_positionVersion = NextPositionVersion();
}

void
NomaSpectrumPhy::SetBands(Ptr<const SpectrumModel> up, Ptr<const SpectrumModel> down)
{
    NS_ABORT_MSG_IF(!up || !down, "NomaSpectrumPhy: two bands are needed, one per direction");
    NS_ABORT_MSG_IF(up->GetNumBands() == 0 || up->GetNumBands() != down->GetNumBands(),
                    "NomaSpectrumPhy: the bands have " << up->GetNumBands() << " and "
                                                       << down->GetNumBands()
                                                       << " subchannels: must be equal and not 0");
    NS_ABORT_MSG_IF(!AreOrthogonal(*up, *down),
                    "NomaSpectrumPhy: the uplink and the downlink band overlap");
    m_bands.up = up;
    m_bands.down = down;
    m_width.up = up->Begin()->fh - up->Begin()->fl;
    m_width.down = down->Begin()->fh - down->Begin()->fl;
}

uint32_t
NomaSpectrumPhy::GetSubchannels() const
{
    return m_bands.up ? static_cast<uint32_t>(m_bands.up->GetNumBands()) : 0;
}

double
NomaSpectrumPhy::GetSubchannelHz(Direction d) const
{
    return m_width[d];
}

Direction
NomaSpectrumPhy::GetTxDirection() const
{
    return m_role == NomaRole::UE ? UPLINK : DOWNLINK;
}

Direction
NomaSpectrumPhy::GetRxDirection() const
{
    return m_role == NomaRole::UE ? DOWNLINK : UPLINK;
}

double
NomaSpectrumPhy::GetNoiseW() const
{
    return NoisePowerW(m_noiseDensity, m_noiseFigure, m_width[GetRxDirection()]);
}

double
NomaSpectrumPhy::GetSnrGap() const
{
    return FromDb(m_snrGapDb);
}

double
NomaSpectrumPhy::GetChannelErrorVariance() const
{
    return m_channelError;
}

Ptr<NomaErrorModel>
NomaSpectrumPhy::GetErrorModel() const
{
    if (!m_errorModel)
    {
        m_errorModel = CreateObject<NomaCapacityErrorModel>();
    }
    return m_errorModel;
}

Ptr<NomaCanceller>
NomaSpectrumPhy::GetCanceller() const
{
    return m_canceller ? m_canceller : CreateObject<NomaCanceller>();
}

void
NomaSpectrumPhy::SetFading(Ptr<NomaFadingModel> fading)
{
    m_fading = fading;
}

Ptr<NomaFadingModel>
NomaSpectrumPhy::GetFading() const
{
    return m_fading;
}

void
NomaSpectrumPhy::SetReceiveCallback(ReceiveCallback callback)
{
    m_receive = callback;
}

int64_t
NomaSpectrumPhy::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1 + m_estimateNoise->AssignStreams(stream + 1);
}

uint64_t
NomaSpectrumPhy::GetLatestPositionVersion()
{
    return g_positionVersion;
}

void
NomaSpectrumPhy::PrefetchSelf(uint32_t depth) const
{
    if (depth == 0)
    {
        Prefetch(&m_signal, &m_device);
        return;
    }
    constexpr std::size_t MOBILITY_BYTES = 128; // so many hold the position, as a rule
    const auto* const mobility = reinterpret_cast<const char*>(PeekPointer(m_mobility));
    Prefetch(mobility, mobility + MOBILITY_BYTES);
    Prefetch(PeekPointer(m_signal), PeekPointer(m_signal) + 1);
}

void
NomaSpectrumPhy::UpdatePosition() const
{
    if (m_mobility)
    {
        NotePosition(m_mobility->GetPosition());
    }
}

void
NomaSpectrumPhy::NotePosition(const Vector& now) const
{
    if (now.x != m_position.x || now.y != m_position.y || now.z != m_position.z)
    {
        m_position = now;
        m_positionVersion = NextPositionVersion();
    }
}

void
NomaSpectrumPhy::CheckSetUp() const
{
    NS_ABORT_MSG_IF(!m_channel, "NomaSpectrumPhy: no channel set");
    NS_ABORT_MSG_IF(!m_bands.up, "NomaSpectrumPhy: no bands set");
}

Ptr<SpectrumValue>
NomaSpectrumPhy::MakePsd() const
{
    const Direction d = GetTxDirection();
    auto psd = Create<SpectrumValue>(m_bands[d]);
    for (const NomaLayer& layer : m_signal->layers)
    {
        (*psd)[layer.grant.subchannel] += layer.grant.powerW / m_width[d];
    }
    return psd;
}

void
NomaSpectrumPhy::StartTx(const std::vector<NomaLayer>& sent, Time duration)
{
    StartTx(std::vector<NomaLayer>(sent), duration);
}

void
NomaSpectrumPhy::StartTx(std::vector<NomaLayer>&& sent, Time duration)
{
    CheckSetUp();
    if (sent.empty())
    {
        return;
    }
    NS_ABORT_MSG_IF(!duration.IsStrictlyPositive(),
                    "NomaSpectrumPhy: duration of a signal is " << duration << ": must be above 0");
    // the last signal, if nobody holds it any more: to make one takes longer
    if (!m_signal || m_signal->GetReferenceCount() > 1)
    {
        m_signal = Create<NomaSpectrumSignalParameters>();
    }
    auto& layers = m_signal->layers;
    layers.swap(sent);
    const auto before = [](const NomaLayer& a, const NomaLayer& b) {
        return a.grant.subchannel != b.grant.subchannel ? a.grant.subchannel < b.grant.subchannel
                                                        : a.grant.order < b.grant.order;
    };
    if (!std::is_sorted(layers.begin(), layers.end(), before))
    {
        std::sort(layers.begin(), layers.end(), before);
    }
    const uint32_t subchannels = GetSubchannels();
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const auto& g = layers[i].grant;
        NS_ABORT_MSG_IF(g.subchannel >= subchannels,
                        "grant: subchannel is " << g.subchannel << ": must be below "
                                                << subchannels);
        NS_ABORT_MSG_IF(!(g.powerW >= 0) || !std::isfinite(g.powerW),
                        "grant: power is " << g.powerW << " W: must be finite and not negative");
        NS_ABORT_MSG_IF(i > 0 && layers[i - 1].grant.subchannel == g.subchannel &&
                            (m_role == NomaRole::UE || layers[i - 1].grant.order == g.order),
                        "grants: two layers on subchannel " << g.subchannel << " at position "
                                                            << g.order);
    }
    m_signal->duration = duration;
    if (PeekPointer(m_signal->txPhy) != this)
    {
        m_signal->txPhy = this;
    }
    m_signal->txAntenna = m_antenna;
    m_signal->role = m_role;
    m_signal->index = m_index;
    m_signal->start = Simulator::Now();
    // NOMA receivers need none on a channel that lays signals out by subchannel
    const bool seen = !m_fastChannel || m_fastChannel->IsPsdSeen() || !m_txStartTrace.IsEmpty();
    m_signal->psd = seen ? MakePsd() : nullptr;
    NS_LOG_LOGIC("sends " << layers.size() << " layers");
    if (!m_txStartTrace.IsEmpty())
    {
        m_txStartTrace(m_signal);
    }
    if (m_fastChannel)
    {
        m_fastChannel->StartNoma(m_signal, *this);
    }
    else
    {
        m_channel->StartTx(m_signal);
    }
}

} // namespace noma
} // namespace ns3
