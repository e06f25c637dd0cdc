/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * NomaSpectrumPhy: what it makes of what it hears.
 */
#include "noma-spectrum-phy.h"

#include "ns3/simulator.h"

#include <cmath>
#include <complex>
#include <utility>

namespace ns3
{
namespace noma
{

void
NomaSpectrumPhy::CloseSlot()
{
    if (!m_open)
    {
        return;
    }
    const Time end = Simulator::Now();
    m_snrGap = GetSnrGap();
    m_uses = m_width[GetRxDirection()] * (end - m_begin).GetSeconds();
    // receivers, which close their slots by turns, use the same memory
    static std::vector<LayerOutcome> memory;
    m_outcomes.clear();
    m_outcomes.swap(memory);
    if (end == m_begin)
    {
        m_listening.clear();
    }
    for (const auto& listening : m_listening)
    {
        Collect(listening.subchannel, end);
        if (m_role == NomaRole::AP)
        {
            DecodeUplink(listening, end);
        }
        else
        {
            for (std::size_t g = 0; g < listening.grants; ++g)
            {
                DecodeDownlink(m_expected[listening.firstGrant + g], end);
            }
        }
    }
    AbortSlot();
    if (!m_outcomes.empty() && !m_receive.IsNull())
    {
        m_reported.swap(m_outcomes); // the callback may open the next slot
        m_receive(m_reported);
        m_reported.clear();
        m_reported.swap(memory);
    }
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

double
NomaSpectrumPhy::GetOutsideW(uint32_t subchannel, Time end) const
{
    double sum = 0;
    for (const auto& h : m_heard)
    {
        sum += h.own ? 0 : h.powerW * h.fraction;
    }
    sum += m_foreign.GetAverageW(subchannel, m_width[GetRxDirection()], m_begin, end);
    return sum + m_noiseW;
}

void
NomaSpectrumPhy::DecodeUplink(const Listening& listening, Time end)
{
    m_layers.clear();
    m_sent.clear();
    m_candidates.clear();
    double unknown = 0;
    for (std::size_t g = 0; g < listening.grants; ++g)
    {
        const auto& grant = m_expected[listening.firstGrant + g];
        bool found = false;
        for (const uint32_t i : m_servedHeard)
        {
            Heard& h = m_heard[i];
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
            double errorW;
            const double power = h.fraction * KnownPowerW(h, listening.subchannel, &errorW);
            unknown += h.fraction * errorW;
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
    const double outside = GetOutsideW(listening.subchannel, end) + unknown;
    if (m_orderPolicy)
    {
        Reorder(outside);
    }
    RunReceiver(m_layers.size(), outside, m_outcomes);
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
NomaSpectrumPhy::DecodeDownlink(const Grant& grant, Time end)
{
    m_layers.clear();
    m_sent.clear();
    double unknown = 0;
    std::size_t own = 0; // position of this user's layer, from 1
    for (auto& h : m_heard)
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
        const double scale = h.fraction * KnownPowerW(h, grant.subchannel, &unknown) / total;
        unknown *= h.fraction;
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
    RunReceiver(own, GetOutsideW(grant.subchannel, end) + unknown, m_results);
    m_outcomes.push_back(m_results.back());
}

void
NomaSpectrumPhy::RunReceiver(std::size_t count,
                             double outsideW,
                             std::vector<LayerOutcome>& outcomes)
{
    SicReceiver receiver;
    receiver.errorModel = PeekPointer(GetErrorModel());
    receiver.canceller = PeekPointer(m_canceller);
    receiver.propagation = m_propagation;
    receiver.maxLayers = m_maxLayers;
    receiver.snrGap = m_snrGap;
    const bool certain = receiver.errorModel->IsCertain();
    for (std::size_t k = 0; k < count; ++k)
    {
        m_layers[k].uniform = certain ? 0 : m_random->GetValue();
        const auto kept = m_harq.Get(m_sent[k]->block);
        m_layers[k].keptSinr = kept.sinr;
        m_layers[k].known = kept.decoded;
    }
    const LayerOutcome blank; // to be copied, which takes less time than to make one in place
    DecodeSic(receiver, m_layers, count, outsideW, m_uses, m_stages);
    for (std::size_t k = 0; k < count; ++k)
    {
        auto& outcome = outcomes.emplace_back(blank);
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
