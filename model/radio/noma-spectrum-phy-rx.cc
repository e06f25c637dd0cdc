/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * NomaSpectrumPhy: what it hears.
 */
#include "noma-path-gain.h"
#include "noma-prefetch.h"
#include "noma-spectrum-channel.h"
#include "noma-spectrum-phy.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param signal a signal
 * @param subchannel subchannel
 * @returns its first layer on that subchannel, and the first beyond
 */
std::pair<const NomaLayer*, const NomaLayer*>
FindLayers(const NomaSpectrumSignalParameters& signal, uint32_t subchannel)
{
    const NomaLayer* const begin = signal.layers.data();
    const NomaLayer* const end = begin + signal.layers.size();
    const auto first = std::partition_point(begin, end, [=](const NomaLayer& layer) {
        return layer.grant.subchannel < subchannel;
    });
    return {first, std::partition_point(first, end, [=](const NomaLayer& layer) {
                return layer.grant.subchannel == subchannel;
            })};
}

} // namespace

void
NomaSpectrumPhy::StartRx(Ptr<SpectrumSignalParameters> params)
{
    const auto signal = DynamicCast<NomaSpectrumSignalParameters>(params);
    const auto sender = signal ? DynamicCast<NomaSpectrumPhy>(params->txPhy) : nullptr;
    if (!m_open)
    {
        const Time now = Simulator::Now();
        PruneArrivals(now);
        m_foreign.Prune(now);
    }
    if (sender && sender->m_bands[sender->GetTxDirection()] == GetRxSpectrumModel())
    {
        m_arrivals.push_back({signal, signal->start + signal->duration});
    }
    else
    {
        m_foreign.Add(params->psd, Simulator::Now(), params->duration);
    }
}

void
NomaSpectrumPhy::PruneArrivals(Time when)
{
    // all signals of a slot end together: looking at the oldest is enough not to search in vain
    if (!m_arrivals.empty() && m_arrivals.front().end <= when)
    {
        m_arrivals.erase(std::remove_if(m_arrivals.begin(),
                                        m_arrivals.end(),
                                        [when](const Arrival& a) { return a.end <= when; }),
                         m_arrivals.end());
    }
}

FadingLink
NomaSpectrumPhy::MakeLink(uint32_t index, uint32_t subchannel) const
{
    FadingLink link;
    link.direction = GetRxDirection();
    link.ue = m_role == NomaRole::UE ? m_index : index;
    link.ap = m_role == NomaRole::UE ? index : m_index;
    link.subchannel = subchannel;
    return link;
}

double
NomaSpectrumPhy::FadingGain(NomaRole role, uint32_t index, uint32_t subchannel) const
{
    if (!m_fading || role == m_role)
    {
        return 1;
    }
    return m_fading->GetGain(MakeLink(index, subchannel), m_block);
}

void
NomaSpectrumPhy::OpenSlot(const std::vector<Grant>& expected)
{
    OpenSlot(std::vector<Grant>(expected));
}

void
NomaSpectrumPhy::OpenSlot(std::vector<Grant>&& expected)
{
    CheckSetUp();
    AbortSlot();
    const Time now = Simulator::Now();
    PruneArrivals(now);
    m_foreign.Prune(now);
    if (expected.empty())
    {
        return;
    }
    m_open = true;
    m_begin = now;
    m_block = m_fading ? m_fading->GetBlock(now) : 0;
    m_noiseW = GetNoiseW();
    m_expected.swap(expected);
    const auto before = [](const Grant& a, const Grant& b) {
        if (a.subchannel != b.subchannel)
        {
            return a.subchannel < b.subchannel;
        }
        return a.order != b.order ? a.order < b.order : a.ue < b.ue;
    };
    if (!std::is_sorted(m_expected.begin(), m_expected.end(), before))
    {
        std::sort(m_expected.begin(), m_expected.end(), before);
    }
    m_listening.clear();
    m_served.assign(m_role == NomaRole::AP ? SERVED : 0, 0);
    for (std::size_t i = 0; i < m_expected.size(); ++i)
    {
        if (m_role == NomaRole::AP)
        {
            m_served[m_expected[i].ue % SERVED] = 1;
        }
        const uint32_t m = m_expected[i].subchannel;
        NS_ABORT_MSG_IF(m >= GetSubchannels(),
                        "grant: subchannel is " << m << ": must be below " << GetSubchannels());
        if (m_listening.empty() || m_listening.back().subchannel != m)
        {
            m_listening.push_back({m, i, 0});
        }
        ++m_listening.back().grants;
    }
    m_gains->Update();
    if (m_fastChannel)
    {
        m_fastChannel->OpenWindow(now);
        UpdatePosition();
        if (m_pathVersion != m_gains->GetVersion())
        {
            m_pathVersion = m_gains->GetVersion();
            for (auto& paths : m_paths)
            {
                paths.gains.clear();
                paths.spectra.clear();
                paths.known = 0;
            }
        }
        m_early = m_fastChannel->GetCount();
        for (const auto& listening : m_listening)
        {
            LookUpPaths(listening.subchannel);
        }
    }
}

void
NomaSpectrumPhy::LookUpPaths(uint32_t subchannel)
{
    const auto& band = m_bands[GetRxDirection()];
    const auto lookUp = [this](const std::vector<AirSignal>& air) {
        for (const auto& signal : air)
        {
            auto& [gains, spectra, count] = m_paths[signal.role == NomaRole::AP];
            const std::size_t sender = signal.gainIndex;
            const bool known = sender < gains.size() && gains[sender] >= 0;
            if (known || signal.end <= m_begin.GetTimeStep())
            {
                continue;
            }
            const Path path = LookUpPath(signal);
            gains.resize(std::max(gains.size(), sender + 1), -1.0);
            gains[sender] = path.gain;
            ++count;
            if (path.spectrum)
            {
                spectra.resize(gains.size());
                spectra[sender].assign(path.spectrum, path.spectrum + GetSubchannels());
            }
        }
    };
    // most often all that ever send there are known
    const NomaRole senders = m_role == NomaRole::UE ? NomaRole::AP : NomaRole::UE;
    if (m_paths[senders == NomaRole::AP].known < m_gains->GetCount(senders) ||
        !m_fastChannel->IsOnlyUsedBy(band->GetUid(), senders))
    {
        lookUp(m_fastChannel->GetAir(band->GetUid(), subchannel));
    }
    for (const auto& overlap : m_fastChannel->GetOverlaps(band, subchannel))
    {
        lookUp(m_fastChannel->GetAir(overlap.band, overlap.subchannel));
    }
}

NomaSpectrumPhy::Path
NomaSpectrumPhy::LookUpPath(const AirSignal& signal) const
{
    Path path;
    path.gain = m_gains->Get(*signal.tx, *this);
    path.spectrum = path.gain > 0 ? m_gains->GetSpectrum(*signal.tx, *this) : nullptr;
    return path;
}

void
NomaSpectrumPhy::AbortSlot()
{
    if (!m_open)
    {
        return;
    }
    m_open = false;
    m_listening.clear();
    m_expected.clear();
    if (m_fastChannel)
    {
        m_fastChannel->CloseWindow(m_begin);
    }
}

void
NomaSpectrumPhy::Fade(uint32_t subchannel, std::size_t first)
{
    auto& heard = m_heard;
    if (!m_fading || first == heard.size())
    {
        return;
    }
    if (m_role == NomaRole::UE)
    {
        for (std::size_t i = first; i < heard.size(); ++i)
        {
            heard[i].powerW *= FadingGain(heard[i].role, heard[i].index, subchannel);
        }
        return;
    }
    m_fadingGains.resize(m_fadingUes.size());
    m_fading->GetGains({GetRxDirection(), 0, m_index, subchannel},
                       m_block,
                       m_fadingUes.data(),
                       m_fadingUes.size(),
                       m_fadingGains.data());
    std::size_t user = 0;
    for (std::size_t i = first; i < heard.size(); ++i)
    {
        if (heard[i].role == NomaRole::UE)
        {
            heard[i].powerW *= m_fadingGains[user];
            ++user;
        }
    }
}

void
NomaSpectrumPhy::Collect(uint32_t subchannel, Time end)
{
    m_heard.clear();
    m_servedHeard.clear();
    if (m_fastChannel)
    {
        CollectAir(subchannel, end, false);
        if (m_fastChannel->GetCount() != m_early)
        {
            CollectAir(subchannel, end, true);
        }
    }
    CollectArrivals(subchannel, end);
}

void
NomaSpectrumPhy::CollectAir(uint32_t subchannel, Time end, bool late)
{
    const auto& band = m_bands[GetRxDirection()];
    const int64_t slotEnd = end.GetTimeStep();
    const auto known = [this](const AirSignal& s) {
        const auto& paths = m_paths[s.role == NomaRole::AP];
        const std::size_t sender = s.gainIndex;
        const bool flat = sender >= paths.spectra.size() || paths.spectra[sender].empty();
        return Path{paths.gains[sender], flat ? nullptr : paths.spectra[sender].data()};
    };
    const auto add = [&](const std::vector<AirSignal>& air, double fraction, bool foreign) {
        for (const auto& s : air)
        {
            if ((s.number > m_early) != late || s.end <= m_begin.GetTimeStep())
            {
                continue;
            }
            const Path path = late ? LookUpPath(s) : known(s);
            const double sentW = s.powerW * path.gain;
            const double power =
                fraction * (path.spectrum ? sentW * path.spectrum[subchannel] : sentW);
            if (power > 0)
            {
                if (!foreign && IsMaybeServed(s.index))
                {
                    Prefetch(s.layers, s.layers + 1); // to be decoded
                    m_servedHeard.push_back(static_cast<uint32_t>(m_heard.size()));
                }
                if (!foreign && s.role == NomaRole::UE)
                {
                    m_fadingUes.push_back(s.index);
                }
                Heard& heard = m_heard.emplace_back();
                heard.powerW = power;
                heard.meanW = power;
                heard.fraction = GetFraction(s.start, s.end, slotEnd);
                heard.layers = s.layers;
                heard.count = s.count;
                heard.index = s.index;
                heard.role = s.role;
                heard.foreign = foreign;
            }
        }
    };
    const std::size_t first = m_heard.size();
    m_fadingUes.clear();
    add(m_fastChannel->GetAir(band->GetUid(), subchannel), 1, false);
    Fade(subchannel, first);
    for (const auto& overlap : m_fastChannel->GetOverlaps(band, subchannel))
    {
        add(m_fastChannel->GetAir(overlap.band, overlap.subchannel), overlap.fraction, true);
    }
}

void
NomaSpectrumPhy::CollectArrivals(uint32_t subchannel, Time end)
{
    const double width = m_width[GetRxDirection()];
    for (const auto& a : m_arrivals)
    {
        const double power = a.signal->psd->ValuesAt(subchannel) * width;
        if (power > 0)
        {
            const auto [first, last] = FindLayers(*a.signal, subchannel);
            if (IsMaybeServed(a.signal->index))
            {
                m_servedHeard.push_back(static_cast<uint32_t>(m_heard.size()));
            }
            m_heard.push_back(
                {power * FadingGain(a.signal->role, a.signal->index, subchannel),
                 power,
                 GetFraction(a.signal->start.GetTimeStep(), a.end.GetTimeStep(), end.GetTimeStep()),
                 first,
                 static_cast<uint32_t>(last - first),
                 a.signal->index,
                 a.signal->role});
        }
    }
}

} // namespace noma
} // namespace ns3
