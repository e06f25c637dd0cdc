/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The receiving half of NomaSpectrumPhy.
 */
#include "noma-path-gain.h"
#include "noma-spectrum-channel.h"
#include "noma-spectrum-phy.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <complex>
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

double
NomaSpectrumPhy::KnownPowerW(const Heard& heard, uint32_t subchannel, double* errorW) const
{
    if (m_channelError == 0)
    {
        *errorW = 0;
        return heard.powerW;
    }
    // conditional mean of the coefficient given a noisy observation of it
    const double v = m_channelError;
    const auto link = MakeLink(heard.index, subchannel);
    const auto truth = m_fading ? m_fading->GetCoefficient(link, m_block) : 1.0;
    const auto estimate =
        (1 - v) * truth + std::sqrt(v * (1 - v)) * m_estimateNoise->GetCoefficient(link, m_block);
    *errorW = heard.meanW * v;
    return heard.meanW * std::norm(estimate);
}

void
NomaSpectrumPhy::OpenSlot(std::vector<Grant> expected)
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
    m_expected = std::move(expected);
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
    m_used = 0;
    for (std::size_t i = 0; i < m_expected.size(); ++i)
    {
        const uint32_t m = m_expected[i].subchannel;
        NS_ABORT_MSG_IF(m >= GetSubchannels(),
                        "grant: subchannel is " << m << ": must be below " << GetSubchannels());
        if (m_used == 0 || m_listening[m_used - 1].subchannel != m)
        {
            if (m_used == m_listening.size())
            {
                m_listening.emplace_back();
            }
            auto& fresh = m_listening[m_used++];
            fresh.subchannel = m;
            fresh.firstGrant = i;
            fresh.grants = 0;
            fresh.lastNumber = 0;
            fresh.heard.clear();
        }
        ++m_listening[m_used - 1].grants;
    }
    m_gains->Update();
    if (m_fastChannel)
    {
        m_fastChannel->OpenWindow(now);
        UpdatePosition();
        m_pathVersion = m_gains->GetVersion();
        m_collected = m_fastChannel->GetCount();
        for (std::size_t i = 0; i < m_used; ++i)
        {
            Collect(m_listening[i]);
        }
    }
}

double
NomaSpectrumPhy::GetMeanW(const AirSignal& signal, uint32_t subchannel)
{
    const auto through = [&](const Path& path) {
        const double power = signal.powerW * path.gain;
        return path.spectrum ? power * path.spectrum[subchannel] : power;
    };
    const std::size_t sender = 2 * std::size_t{signal.gainIndex} + (signal.role == NomaRole::AP);
    if (sender >= m_paths.size() || m_paths[sender].version != m_pathVersion)
    {
        const Path path = LookUpPath(signal);
        if (signal.gainIndex == NONE)
        {
            return through(path); // sent before anybody asked for a gain of its sender
        }
        m_paths.resize(std::max(m_paths.size(), sender + 1));
        m_paths[sender] = path;
    }
    return through(m_paths[sender]);
}

NomaSpectrumPhy::Path
NomaSpectrumPhy::LookUpPath(const AirSignal& signal) const
{
    Path path;
    path.version = m_pathVersion;
    path.gain = m_gains->Get(*signal.tx, *this);
    path.spectrum = path.gain > 0 ? m_gains->GetSpectrum(*signal.tx, *this) : nullptr;
    return path;
}

void
NomaSpectrumPhy::Fade(Listening& listening, std::size_t first)
{
    auto& heard = listening.heard;
    if (!m_fading || first == heard.size())
    {
        return;
    }
    if (m_role == NomaRole::UE)
    {
        for (std::size_t i = first; i < heard.size(); ++i)
        {
            heard[i].powerW *= FadingGain(heard[i].role, heard[i].index, listening.subchannel);
        }
        return;
    }
    m_fadingUes.clear();
    for (std::size_t i = first; i < heard.size(); ++i)
    {
        if (heard[i].role == NomaRole::UE)
        {
            m_fadingUes.push_back(heard[i].index);
        }
    }
    m_fadingGains.resize(m_fadingUes.size());
    m_fading->GetGains({GetRxDirection(), 0, m_index, listening.subchannel},
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
NomaSpectrumPhy::Collect(Listening& listening)
{
    const uint32_t m = listening.subchannel;
    const auto& band = m_bands[GetRxDirection()];
    const uint64_t before = listening.lastNumber;
    const int64_t begin = m_begin.GetTimeStep();
    auto& heard = listening.heard;
    const auto add = [&](const std::vector<AirSignal>& air, double fraction, bool foreign) {
        std::size_t size = heard.size();
        heard.resize(size + air.size());
        for (const auto& s : air)
        {
            listening.lastNumber = std::max(listening.lastNumber, s.number);
            if (s.number <= before || s.end <= begin)
            {
                continue;
            }
            const double power = fraction * GetMeanW(s, m);
            if (power > 0)
            {
                auto& h = heard[size++];
                h.powerW = power;
                h.meanW = power;
                h.start = s.start;
                h.end = s.end;
                h.layers = s.layers;
                h.count = s.count;
                h.index = s.index;
                h.role = s.role;
                h.foreign = foreign;
            }
        }
        heard.resize(size);
    };
    const std::size_t first = heard.size();
    add(m_fastChannel->GetAir(band->GetUid(), m), 1, false);
    Fade(listening, first);
    for (const auto& overlap : m_fastChannel->GetOverlaps(band, m))
    {
        add(m_fastChannel->GetAir(overlap.band, overlap.subchannel), overlap.fraction, true);
    }
}

void
NomaSpectrumPhy::CollectArrivals(Listening& listening)
{
    const uint32_t m = listening.subchannel;
    const double width = m_width[GetRxDirection()];
    for (const auto& a : m_arrivals)
    {
        const double power = a.signal->psd->ValuesAt(m) * width;
        if (power > 0)
        {
            const auto [first, last] = FindLayers(*a.signal, m);
            listening.heard.push_back({power * FadingGain(a.signal->role, a.signal->index, m),
                                       power,
                                       a.signal->start.GetTimeStep(),
                                       a.end.GetTimeStep(),
                                       first,
                                       static_cast<uint32_t>(last - first),
                                       a.signal->index,
                                       a.signal->role});
        }
    }
}

void
NomaSpectrumPhy::AbortSlot()
{
    if (!m_open)
    {
        return;
    }
    m_open = false;
    for (std::size_t i = 0; i < m_used; ++i)
    {
        m_listening[i].heard.clear();
    }
    m_used = 0;
    m_expected.clear();
    if (m_fastChannel)
    {
        m_fastChannel->CloseWindow(m_begin);
    }
}

void
NomaSpectrumPhy::CloseSlot()
{
    if (!m_open)
    {
        return;
    }
    const Time end = Simulator::Now();
    m_snrGap = GetSnrGap();
    m_pathVersion = m_gains->GetVersion();
    m_outcomes.clear();
    for (std::size_t i = 0; i < m_used && end > m_begin; ++i)
    {
        auto& listening = m_listening[i];
        if (m_fastChannel && m_fastChannel->GetCount() != m_collected)
        {
            Collect(listening);
        }
        CollectArrivals(listening);
        if (m_role == NomaRole::AP)
        {
            DecodeUplink(listening, end);
        }
        else
        {
            for (std::size_t g = 0; g < listening.grants; ++g)
            {
                DecodeDownlink(listening, m_expected[listening.firstGrant + g], end);
            }
        }
    }
    AbortSlot();
    if (!m_outcomes.empty() && !m_receive.IsNull())
    {
        // the callback may open the next slot
        const auto outcomes = std::move(m_outcomes);
        m_outcomes.clear();
        m_receive(outcomes);
    }
}

double
NomaSpectrumPhy::GetOutsideW(const Listening& listening, Time end) const
{
    double sum = 0;
    for (const auto& h : listening.heard)
    {
        if (!h.own)
        {
            sum += h.powerW * GetFraction(h, end);
        }
    }
    sum += m_foreign.GetAverageW(listening.subchannel, m_width[GetRxDirection()], m_begin, end);
    return sum + m_noiseW;
}

void
NomaSpectrumPhy::DecodeUplink(Listening& listening, Time end)
{
    m_layers.clear();
    m_sent.clear();
    m_candidates.clear();
    double unknown = 0;
    for (std::size_t g = 0; g < listening.grants; ++g)
    {
        const auto& grant = m_expected[listening.firstGrant + g];
        bool found = false;
        for (auto& h : listening.heard)
        {
            if (h.own || h.foreign || h.role != NomaRole::UE || h.index != grant.ue)
            {
                continue;
            }
            const NomaLayer* const sent = h.layers;
            if (h.count == 0 || sent->grant.ap != m_index)
            {
                continue;
            }
            h.own = true;
            found = true;
            const double fraction = GetFraction(h, end);
            double errorW;
            const double power = fraction * KnownPowerW(h, listening.subchannel, &errorW);
            unknown += fraction * errorW;
            m_layers.push_back({power, static_cast<double>(sent->blockBits), 0});
            m_sent.push_back(sent);
            if (m_orderPolicy)
            {
                const double sentW = sent->grant.powerW;
                m_candidates.push_back({grant.ue, power / sentW, sentW, 0});
            }
            break;
        }
        if (!found)
        {
            LayerOutcome outcome;
            outcome.grant = grant;
            m_outcomes.push_back(outcome);
        }
    }
    const double outside = GetOutsideW(listening, end) + unknown;
    if (m_orderPolicy)
    {
        Reorder(outside);
    }
    RunReceiver(m_layers.size(), outside, end, m_outcomes);
}

void
NomaSpectrumPhy::Reorder(double outsideW)
{
    for (auto& c : m_candidates)
    {
        c.interferenceW = outsideW;
    }
    const auto order = m_orderPolicy->Order(UPLINK, m_candidates);
    const auto layers = m_layers;
    const auto sent = m_sent;
    for (std::size_t k = 0; k < order.size(); ++k)
    {
        m_layers[k] = layers[order[k]];
        m_sent[k] = sent[order[k]];
    }
}

void
NomaSpectrumPhy::DecodeDownlink(Listening& listening, const Grant& grant, Time end)
{
    m_layers.clear();
    m_sent.clear();
    double unknown = 0;
    std::size_t own = 0; // position of this user's layer, from 1
    for (auto& h : listening.heard)
    {
        h.own = own == 0 && !h.foreign && h.role == NomaRole::AP && h.index == grant.ap;
        if (!h.own)
        {
            continue;
        }
        double total = 0;
        for (const NomaLayer* l = h.layers; l != h.layers + h.count; ++l)
        {
            m_sent.push_back(l);
            total += l->grant.powerW;
            if (l->grant.ue == m_index)
            {
                own = m_sent.size();
            }
        }
        if (own == 0)
        {
            h.own = false;
            m_sent.clear();
            continue;
        }
        const double fraction = GetFraction(h, end);
        const double scale = fraction * KnownPowerW(h, listening.subchannel, &unknown) / total;
        unknown *= fraction;
        for (const auto* l : m_sent)
        {
            m_layers.push_back({scale * l->grant.powerW, static_cast<double>(l->blockBits), 0});
        }
    }
    if (own == 0)
    {
        LayerOutcome outcome;
        outcome.grant = grant;
        m_outcomes.push_back(outcome);
        return;
    }
    m_results.clear();
    RunReceiver(own, GetOutsideW(listening, end) + unknown, end, m_results);
    m_outcomes.push_back(m_results.back());
}

void
NomaSpectrumPhy::RunReceiver(std::size_t count,
                             double outsideW,
                             Time end,
                             std::vector<LayerOutcome>& outcomes)
{
    SicReceiver receiver;
    receiver.errorModel = PeekPointer(GetErrorModel());
    receiver.canceller = PeekPointer(m_canceller);
    receiver.propagation = m_propagation;
    receiver.maxLayers = m_maxLayers;
    receiver.snrGap = m_snrGap;
    for (std::size_t k = 0; k < count; ++k)
    {
        m_layers[k].uniform = m_random->GetValue();
        const auto kept = m_harq.Get(m_sent[k]->block);
        m_layers[k].keptSinr = kept.sinr;
        m_layers[k].known = kept.decoded;
    }
    const double uses = m_width[GetRxDirection()] * (end - m_begin).GetSeconds();
    DecodeSic(receiver, m_layers, count, outsideW, uses, m_stages);
    for (std::size_t k = 0; k < count; ++k)
    {
        auto& outcome = outcomes.emplace_back();
        outcome.grant = m_sent[k]->grant;
        outcome.blockBits = m_sent[k]->blockBits;
        outcome.payload = m_sent[k]->payload;
        outcome.stage = static_cast<uint32_t>(k);
        outcome.layers = static_cast<uint32_t>(m_layers.size());
        outcome.result = m_stages[k].result;
        outcome.decoded = outcome.result == LayerResult::DECODED;
        outcome.sinr = m_stages[k].sinr;
        outcome.keptSinr = m_layers[k].keptSinr;
        outcome.signalW = m_stages[k].signalW;
        outcome.interferenceW = m_stages[k].interferenceW;
        outcome.blockErrorRate = m_stages[k].blockErrorRate;
        m_sicStageTrace(outcome);
        if (outcome.result != LayerResult::TOO_MANY_LAYERS)
        {
            m_harq.Keep(m_sent[k]->block, outcome.sinr, outcome.decoded);
        }
    }
}

} // namespace noma
} // namespace ns3
