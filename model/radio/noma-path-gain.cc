/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-path-gain.h"

#include "noma-ns3-compat.h"
#include "noma-spectrum-channel.h"
#include "noma-spectrum-phy.h"

#include "ns3/abort.h"
#include "ns3/angles.h"
#include "ns3/antenna-model.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/single-model-spectrum-channel.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaPathGain);

namespace
{

/// @param phy physical layer
/// @returns "access point 3 on node 7", for messages
std::string
Describe(const NomaSpectrumPhy& phy)
{
    std::ostringstream os;
    os << (phy.GetRole() == NomaRole::AP ? "access point " : "user ") << phy.GetIndex();
    const auto device = phy.GetDevice();
    if (device && device->GetNode())
    {
        os << " on node " << device->GetNode()->GetId();
    }
    return os.str();
}

} // namespace

TypeId
NomaPathGain::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaPathGain")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<NomaPathGain>()
            .AddAttribute("Update",
                          "When path gains between nodes that stand still are asked for again: "
                          "Auto = when attributes of the loss models change, and in every slot "
                          "if a model is not known to depend on positions and attributes only; "
                          "Slot = in every slot; Period = once per Period; Moved = never.",
                          EnumValue(GAIN_UPDATE_AUTO),
                          NOMA_ENUM_ACCESSOR(NomaGainUpdate, &NomaPathGain::m_update),
                          MakeEnumChecker(GAIN_UPDATE_AUTO,
                                          "Auto",
                                          GAIN_UPDATE_SLOT,
                                          "Slot",
                                          GAIN_UPDATE_PERIOD,
                                          "Period",
                                          GAIN_UPDATE_MOVED,
                                          "Moved"))
            .AddAttribute("Period",
                          "Time for which path gains are kept if Update is Period, such as a "
                          "coherence block; not used otherwise.",
                          TimeValue(MilliSeconds(10)),
                          MakeTimeAccessor(&NomaPathGain::m_period),
                          MakeTimeChecker(NanoSeconds(1), Seconds(1e9)));
    return tid;
}

NomaPathGain::NomaPathGain() = default;

NomaPathGain::~NomaPathGain() = default;

void
NomaPathGain::DoDispose()
{
    m_channel = nullptr;
    m_fast = nullptr;
    m_loss = nullptr;
    m_wrap = nullptr;
    m_spectrumLoss = nullptr;
    m_chain.clear();
    m_watches.clear();
    m_antennas.clear();
    Clear();
    Object::DoDispose();
}

Ptr<NomaPathGain>
NomaPathGain::Of(const Ptr<SpectrumChannel>& channel)
{
    auto gains = channel->GetObject<NomaPathGain>();
    if (!gains)
    {
        gains = CreateObject<NomaPathGain>();
        gains->SetChannel(PeekPointer(channel));
        channel->AggregateObject(gains);
    }
    return gains;
}

std::string
NomaPathGain::CheckChannel(const Ptr<SpectrumChannel>& channel)
{
    if (!channel)
    {
        return "a physical layer has no channel";
    }
    if (DynamicCast<SingleModelSpectrumChannel>(channel))
    {
        return "the channel is a SingleModelSpectrumChannel, which carries one band: must carry "
               "the uplink and the downlink band, as NomaSpectrumChannel and "
               "MultiModelSpectrumChannel do";
    }
    const auto fast = DynamicCast<NomaSpectrumChannel>(channel);
    if (channel->GetObject<NomaWrapAround>() && !(fast && fast->IsShortcutPossible()))
    {
        return "the channel has a NomaWrapAround and asks loss models itself: must be a "
               "NomaSpectrumChannel without propagation delay";
    }
    const auto spectrum = channel->GetSpectrumPropagationLossModel();
    const bool arrays = NOMA_HAS_PHASED_ARRAYS(channel) ||
                        (spectrum && spectrum->GetInstanceTypeId().GetName() ==
                                         "ns3::ThreeGppSpectrumPropagationLossModel");
    if (arrays)
    {
        return "the channel has a phased array spectrum propagation loss model, which is not "
               "supported because NOMA devices have no antenna arrays: must have propagation loss "
               "and spectrum propagation loss models only; for sectors set an AntennaModel, for "
               "small-scale fading a NomaFadingModel";
    }
    return "";
}

void
NomaPathGain::SetChannel(SpectrumChannel* channel)
{
    m_channel = channel;
    m_fast = dynamic_cast<const NomaSpectrumChannel*>(channel);
    m_channel->GetInstanceTypeId().LookupAttributeByName("MaxLossDb", &m_maxLoss);
    LookAtModels();
}

void
NomaPathGain::NotifyNewAggregate()
{
    m_hasNews = true;
    Object::NotifyNewAggregate();
}

bool
NomaPathGain::IsAuthority() const
{
    return m_fast && m_fast->IsShortcutPossible();
}

bool
NomaPathGain::Watch(Ptr<const Object> object, std::vector<NomaAttributeWatch>& watches)
{
    // Cost231 is not among them: its shadowing is no attribute
    static const std::set<std::string> FUNCTIONS{"ns3::CosineAntennaModel",
                                                 "ns3::FixedRssLossModel",
                                                 "ns3::FriisPropagationLossModel",
                                                 "ns3::IsotropicAntennaModel",
                                                 "ns3::ItuR1411LosPropagationLossModel",
                                                 "ns3::ItuR1411NlosOverRooftopPropagationLossModel",
                                                 "ns3::Kun2600MhzPropagationLossModel",
                                                 "ns3::LogDistancePropagationLossModel",
                                                 "ns3::OkumuraHataPropagationLossModel",
                                                 "ns3::ParabolicAntennaModel",
                                                 "ns3::RangePropagationLossModel",
                                                 "ns3::ThreeGppAntennaModel",
                                                 "ns3::ThreeLogDistancePropagationLossModel",
                                                 "ns3::TwoRayGroundPropagationLossModel"};
    if (FUNCTIONS.count(object->GetInstanceTypeId().GetName()) == 0)
    {
        return false;
    }
    watches.emplace_back(object);
    return watches.back().IsComplete();
}

void
NomaPathGain::LookAtModels()
{
    DoubleValue maxLoss;
    m_maxLoss.accessor->Get(m_channel, maxLoss); // by name it costs as much as a block
    const auto wrap =
        std::exchange(m_hasNews, false) ? m_channel->GetObject<NomaWrapAround>() : m_wrap;
    bool same = maxLoss.Get() == m_maxLossDb && wrap == m_wrap &&
                m_channel->GetSpectrumPropagationLossModel() == m_spectrumLoss;
    std::size_t i = 0;
    for (auto model = m_channel->GetPropagationLossModel(); model; model = model->GetNext())
    {
        same = same && i < m_chain.size() && m_chain[i] == PeekPointer(model);
        ++i;
    }
    if (same && i == m_chain.size())
    {
        return;
    }
    m_maxLossDb = maxLoss.Get();
    m_wrap = wrap;
    m_loss = m_channel->GetPropagationLossModel();
    m_spectrumLoss = m_channel->GetSpectrumPropagationLossModel();
    m_chain.clear();
    m_watches.clear();
    m_functions = !m_spectrumLoss;
    m_directional = false;
    for (auto model = m_loss; model; model = model->GetNext())
    {
        m_chain.push_back(PeekPointer(model));
        m_functions = Watch(model, m_watches) && m_functions;
        m_directional = m_directional || DynamicCast<MatrixPropagationLossModel>(model);
    }
    Clear();
}

bool
NomaPathGain::HasChanged()
{
    bool changed = !m_functions || !m_antennasAreFunctions;
    for (auto* watches : {&m_watches, &m_antennas})
    {
        for (auto& watch : *watches)
        {
            changed = watch.HasChanged() || changed;
        }
    }
    return changed;
}

void
NomaPathGain::Update()
{
    const Time now = Simulator::Now();
    if (now == m_now || !m_channel)
    {
        return;
    }
    m_now = now;
    LookAtModels();
    const bool reciprocal = IsAuthority() && !m_directional;
    if (reciprocal != m_reciprocal)
    {
        m_reciprocal = reciprocal;
        Clear();
    }
    bool again = false;
    switch (m_update)
    {
    case GAIN_UPDATE_AUTO:
        again = HasChanged();
        break;
    case GAIN_UPDATE_SLOT:
        again = true;
        break;
    case GAIN_UPDATE_PERIOD: {
        const int64_t periods = now.GetTimeStep() / m_period.GetTimeStep();
        again = periods != m_periods;
        m_periods = periods;
        break;
    }
    case GAIN_UPDATE_MOVED:
        break;
    }
    m_epoch += again;
}

uint64_t
NomaPathGain::GetVersion() const
{
    // none of them ever falls
    return m_epoch + m_cleared + NomaSpectrumPhy::GetLatestPositionVersion();
}

void
NomaPathGain::Clear()
{
    ++m_cleared;
    for (const Direction d : DIRECTIONS)
    {
        m_gains[d].clear();
        m_spectra[d].clear();
    }
    m_otherGains.clear();
    m_otherSpectra.clear();
}

uint32_t
NomaPathGain::IndexOf(const NomaSpectrumPhy& phy)
{
    if (phy.GetGainIndex() == NONE)
    {
        phy.SetGainIndex(m_count[phy.GetRole() == NomaRole::AP]++);
        const auto antenna = phy.NOMA_GET_ANTENNA();
        const auto watched =
            std::any_of(m_antennas.begin(), m_antennas.end(), [&](const NomaAttributeWatch& watch) {
                return watch.GetObject() == antenna;
            });
        if (antenna && !watched)
        {
            m_antennasAreFunctions = Watch(antenna, m_antennas) && m_antennasAreFunctions;
        }
    }
    return phy.GetGainIndex();
}

template <typename T>
T&
NomaPathGain::Find(Table<T>& table,
                   std::map<SameRole, T>& others,
                   const NomaSpectrumPhy& tx,
                   const NomaSpectrumPhy& rx)
{
    const uint32_t from = IndexOf(tx);
    const uint32_t to = IndexOf(rx);
    if (tx.GetRole() == rx.GetRole())
    {
        return others[{static_cast<uint32_t>(tx.GetRole()), from, to}];
    }
    const bool up = rx.GetRole() == NomaRole::AP;
    const uint32_t ap = up ? to : from;
    const uint32_t ue = up ? from : to;
    if (ap >= table.size())
    {
        table.resize(ap + 1);
    }
    auto& row = table[ap];
    if (ue >= row.size())
    {
        row.resize(ue + 1);
    }
    return row[ue];
}

bool
NomaPathGain::IsValid(const Entry& entry,
                      const NomaSpectrumPhy& tx,
                      const NomaSpectrumPhy& rx) const
{
    // versions are unique over all physical layers, so they tell devices apart as well
    return entry.epoch == m_epoch && entry.txVersion == tx.GetPositionVersion() &&
           entry.rxVersion == rx.GetPositionVersion();
}

double
NomaPathGain::Get(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx)
{
    if (m_reciprocal && rx.GetRole() == NomaRole::AP && tx.GetRole() == NomaRole::UE)
    {
        return Get(rx, tx);
    }
    const Direction d = rx.GetRole() == NomaRole::AP ? UPLINK : DOWNLINK;
    auto& entry = Find(m_gains[d], m_otherGains, tx, rx);
    if (!IsValid(entry, tx, rx))
    {
        const double gain = Compute(tx, rx, entry.epoch == 0);
        entry = {gain, tx.GetPositionVersion(), rx.GetPositionVersion(), m_epoch};
    }
    return entry.gain;
}

const double*
NomaPathGain::GetSpectrum(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx)
{
    if (!m_spectrumLoss || !tx.GetMobility() || !rx.GetMobility())
    {
        return nullptr;
    }
    const Direction d = rx.GetRole() == NomaRole::AP ? UPLINK : DOWNLINK;
    auto& found = Find(m_spectra[d], m_otherSpectra, tx, rx);
    if (!IsValid(found.entry, tx, rx))
    {
        found.entry = {0, tx.GetPositionVersion(), rx.GetPositionVersion(), m_epoch};
        const bool up = d == UPLINK;
        const NomaWrapAround::View view(m_wrap,
                                        (up ? rx : tx).GetMobility(),
                                        (up ? tx : rx).GetMobility());
        auto probe = Create<NomaSpectrumSignalParameters>();
        auto flat = Create<SpectrumValue>(rx.GetRxSpectrumModel());
        *flat = 1;
        probe->psd = flat;
        // the loss model may look at the sender, but it has no business to change it
        probe->txPhy = Ptr<NomaSpectrumPhy>(const_cast<NomaSpectrumPhy*>(&tx));
        probe->role = tx.GetRole();
        probe->index = tx.GetIndex();
        probe->start = Simulator::Now();
        const auto received =
            NOMA_SPECTRUM_LOSS(m_spectrumLoss, probe, tx.GetMobility(), rx.GetMobility());
        found.linear.assign(received->ConstValuesBegin(), received->ConstValuesEnd());
    }
    return found.linear.data();
}

double
NomaPathGain::Compute(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx, bool first) const
{
    const auto txDevice = tx.GetDevice();
    const auto rxDevice = rx.GetDevice();
    if (&tx == &rx || (txDevice && rxDevice && txDevice->GetNode() == rxDevice->GetNode()))
    {
        return 0; // as ns-3's spectrum channels: no reception within a node
    }
    const auto from = tx.GetMobility();
    const auto to = rx.GetMobility();
    if (!from || !to)
    {
        return 1;
    }
    const bool up = rx.GetRole() == NomaRole::AP;
    const NomaWrapAround::View view(m_wrap, up ? to : from, up ? from : to);
    double lossDb = 0;
    if (const auto antenna = DynamicCast<AntennaModel>(tx.NOMA_GET_ANTENNA()))
    {
        lossDb -= antenna->GetGainDb(Angles(to->GetPosition(), from->GetPosition()));
    }
    if (const auto antenna = DynamicCast<AntennaModel>(rx.NOMA_GET_ANTENNA()))
    {
        lossDb -= antenna->GetGainDb(Angles(from->GetPosition(), to->GetPosition()));
    }
    if (m_loss)
    {
        if (first && !m_functions)
        {
            m_loss->CalcRxPower(0, from, to);
        }
        lossDb -= m_loss->CalcRxPower(0, from, to);
    }
    if (std::isnan(lossDb) || lossDb == -INFINITY)
    {
        std::string models;
        for (const auto* model : m_chain)
        {
            models.append(models.empty() ? "" : " + ").append(model->GetInstanceTypeId().GetName());
        }
        NS_ABORT_MSG("path loss from " << Describe(tx) << " to " << Describe(rx) << " is " << lossDb
                                       << " dB: must be finite; their distance is "
                                       << from->GetDistanceFrom(to) << " m, and " << models
                                       << " has no value there");
    }
    return lossDb > m_maxLossDb ? 0 : std::pow(10.0, -lossDb / 10);
}

} // namespace noma
} // namespace ns3
