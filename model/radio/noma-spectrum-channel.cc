/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-spectrum-channel.h"

#include "noma-ns3-compat.h"
#include "noma-spectrum-phy.h"

#include "ns3/double.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaSpectrumChannel);

TypeId
NomaSpectrumChannel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaSpectrumChannel")
                            .SetParent<MultiModelSpectrumChannel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaSpectrumChannel>();
    return tid;
}

NomaSpectrumChannel::NomaSpectrumChannel() = default;

void
NomaSpectrumChannel::DoDispose()
{
    m_air.clear();
    m_windows.clear();
    m_others.clear();
    if (m_otherChannel)
    {
        m_otherChannel->Dispose();
        m_otherChannel = nullptr;
    }
    m_overlaps.clear();
    MultiModelSpectrumChannel::DoDispose();
}

void
NomaSpectrumChannel::AddRx(Ptr<SpectrumPhy> phy)
{
    MultiModelSpectrumChannel::AddRx(phy);
    if (!DynamicCast<NomaSpectrumPhy>(phy))
    {
        m_others.erase(std::remove(m_others.begin(), m_others.end(), phy), m_others.end());
        m_others.push_back(phy);
        if (m_otherChannel)
        {
            m_otherChannel->AddRx(phy);
        }
    }
}

void
NomaSpectrumChannel::RemoveRx(Ptr<SpectrumPhy> phy)
{
    NOMA_REMOVE_RX(MultiModelSpectrumChannel::RemoveRx(phy));
    m_others.erase(std::remove(m_others.begin(), m_others.end(), phy), m_others.end());
    if (m_otherChannel)
    {
        NOMA_REMOVE_RX(m_otherChannel->RemoveRx(phy));
    }
}

bool
NomaSpectrumChannel::IsShortcutPossible() const
{
    if (m_propagationDelay || NOMA_HAS_TRANSMIT_FILTER(this))
    {
        return false;
    }
    // none before ns-3.46
    static const auto wraparound = [] {
        TypeId tid;
        return TypeId::LookupByNameFailSafe("ns3::WraparoundModel", &tid) ? tid : TypeId();
    }();
    return wraparound == TypeId() || !GetObject<Object>(wraparound);
}

bool
NomaSpectrumChannel::IsPsdSeen() const
{
    return !m_others.empty() || !m_txSigParamsTrace.IsEmpty() || !IsShortcutPossible();
}

void
NomaSpectrumChannel::StartTx(Ptr<SpectrumSignalParameters> params)
{
    const auto signal = DynamicCast<NomaSpectrumSignalParameters>(params);
    const auto phy = signal ? DynamicCast<NomaSpectrumPhy>(params->txPhy) : nullptr;
    if (phy)
    {
        StartNoma(signal, *phy);
    }
    else
    {
        MultiModelSpectrumChannel::StartTx(params);
    }
}

void
NomaSpectrumChannel::StartNoma(const Ptr<NomaSpectrumSignalParameters>& signal,
                               const NomaSpectrumPhy& phy)
{
    if (!IsShortcutPossible())
    {
        MultiModelSpectrumChannel::StartTx(signal);
        return;
    }
    if (!m_txSigParamsTrace.IsEmpty())
    {
        m_txSigParamsTrace(signal);
    }
    auto& air = m_air[phy.GetTxSpectrumModel()->GetUid()];
    if (air.subchannels.empty())
    {
        air.model = phy.GetTxSpectrumModel();
        air.subchannels.resize(air.model->GetNumBands());
    }
    Prune(air);
    phy.UpdatePosition();
    const uint32_t sender = phy.MeetGains();
    ++m_count;
    const int64_t start = signal->start.GetTimeStep();
    const int64_t end = (signal->start + signal->duration).GetTimeStep();
    air.last = std::max(air.last, end);
    air.used[signal->role == NomaRole::AP] = true;
    const auto& layers = signal->layers;
    for (std::size_t i = 0; i < layers.size();)
    {
        const uint32_t m = layers[i].grant.subchannel;
        double power = 0;
        const std::size_t first = i;
        for (; i < layers.size() && layers[i].grant.subchannel == m; ++i)
        {
            power += layers[i].grant.powerW;
        }
        AirSignal& sent = air.subchannels[m].emplace_back();
        sent.number = m_count;
        sent.powerW = power;
        sent.start = start;
        sent.end = end;
        sent.tx = &phy;
        sent.layers = &layers[first];
        sent.count = static_cast<uint32_t>(i - first);
        sent.index = signal->index;
        sent.gainIndex = sender;
        sent.role = signal->role;
    }
    air.signals.emplace_back(signal); // which keeps its sender
    if (!m_others.empty())
    {
        SendToOthers(signal);
    }
}

void
NomaSpectrumChannel::Prune(Air& air)
{
    const Time now = Simulator::Now();
    if (air.pruned == now)
    {
        return;
    }
    air.pruned = now;
    const Time needed = m_windows.empty() ? now : std::min(now, m_windows.begin()->first);
    const auto ended = [steps = needed.GetTimeStep()](const AirSignal& s) {
        return s.end <= steps;
    };
    for (auto& signals : air.subchannels)
    {
        // most often all have, and need not be looked at
        const auto kept = air.last <= needed.GetTimeStep()
                              ? signals.begin()
                              : std::remove_if(signals.begin(), signals.end(), ended);
        signals.erase(kept, signals.end());
    }
    if (air.last <= needed.GetTimeStep())
    {
        air.signals.clear();
        return;
    }
    air.signals.erase(
        std::remove_if(air.signals.begin(),
                       air.signals.end(),
                       [needed](const auto& s) { return s->start + s->duration <= needed; }),
        air.signals.end());
}

void
NomaSpectrumChannel::SendToOthers(Ptr<SpectrumSignalParameters> params)
{
    if (!m_otherChannel)
    {
        m_otherChannel = CreateObject<MultiModelSpectrumChannel>();
        m_otherChannel->SetAttribute("MaxLossDb", DoubleValue(m_maxLossDb));
        if (m_propagationLoss)
        {
            m_otherChannel->AddPropagationLossModel(m_propagationLoss);
        }
        if (m_spectrumPropagationLoss)
        {
            m_otherChannel->AddSpectrumPropagationLossModel(m_spectrumPropagationLoss);
        }
        for (const auto& phy : m_others)
        {
            m_otherChannel->AddRx(phy);
        }
    }
    m_otherChannel->StartTx(params);
}

const std::vector<AirSignal>&
NomaSpectrumChannel::GetAir(SpectrumModelUid_t band, uint32_t subchannel) const
{
    static const std::vector<AirSignal> nothing;
    const auto air = m_air.find(band);
    return air == m_air.end() ? nothing : air->second.subchannels[subchannel];
}

bool
NomaSpectrumChannel::IsOnlyUsedBy(SpectrumModelUid_t band, NomaRole role) const
{
    const auto air = m_air.find(band);
    return air == m_air.end() || !air->second.used[role != NomaRole::AP];
}

const std::vector<AirOverlap>&
NomaSpectrumChannel::GetOverlaps(const Ptr<const SpectrumModel>& model, uint32_t subchannel)
{
    auto& overlaps = m_overlaps[model->GetUid()];
    if (overlaps.bands != m_air.size() || overlaps.subchannels.empty())
    {
        overlaps.bands = m_air.size();
        overlaps.subchannels.assign(model->GetNumBands(), {});
        for (const auto& [band, air] : m_air)
        {
            if (band == model->GetUid() || air.model->IsOrthogonal(*model))
            {
                continue;
            }
            std::size_t m = 0;
            for (auto mine = model->Begin(); mine != model->End(); ++mine, ++m)
            {
                uint32_t other = 0;
                for (auto b = air.model->Begin(); b != air.model->End(); ++b, ++other)
                {
                    const double width = std::min(mine->fh, b->fh) - std::max(mine->fl, b->fl);
                    if (width > 0)
                    {
                        overlaps.subchannels[m].push_back({band, other, width / (b->fh - b->fl)});
                    }
                }
            }
        }
    }
    return overlaps.subchannels[subchannel];
}

void
NomaSpectrumChannel::OpenWindow(Time begin)
{
    ++m_windows[begin];
}

void
NomaSpectrumChannel::CloseWindow(Time begin)
{
    const auto window = m_windows.find(begin);
    if (window != m_windows.end() && --window->second == 0)
    {
        m_windows.erase(window);
    }
}

} // namespace noma
} // namespace ns3
