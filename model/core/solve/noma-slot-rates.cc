/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-rates.h"

#include "ns3/noma-sic-rate.h"

namespace ns3
{
namespace noma
{

void
SlotRates::Reset(const SlotProblem& problem)
{
    m_problem = &problem;
}

void
SlotRates::Order(const Cell& cell, const SlotLayer* layers)
{
    const auto before = [&](std::size_t a, std::size_t b) {
        return IsDecodedBefore(m_problem->direction,
                               m_key[a],
                               m_problem->links[layers[a].link].user,
                               m_key[b],
                               m_problem->links[layers[b].link].user);
    };
    // few layers, nearly sorted
    for (std::size_t k = cell.begin; k < cell.end; ++k)
    {
        std::size_t j = k;
        for (; j > cell.begin && before(k, m_order[j - 1]); --j)
        {
            m_order[j] = m_order[j - 1];
        }
        m_order[j] = k;
    }
}

void
SlotRates::Evaluate(const SlotLayer* layers, std::size_t n)
{
    const SlotProblem& p = *m_problem;
    const bool up = p.direction == UPLINK;
    if (m_rate.size() < n)
    {
        for (auto* v : {&m_outside,
                        &m_key,
                        &m_power,
                        &m_residual,
                        &m_interference,
                        &m_rate,
                        &m_snr,
                        &m_disturbed,
                        &m_slope,
                        &m_price,
                        &m_cost,
                        &m_own})
        {
            v->resize(n);
        }
        m_order.resize(n);
        m_decoder.resize(n);
    }
    m_cells.clear();
    for (std::size_t i = 0; i < n; ++i)
    {
        const uint32_t ap = p.links[layers[i].link].ap;
        if (m_cells.empty() || m_cells.back().ap != ap)
        {
            m_cells.emplace_back();
            m_cells.back().ap = ap;
            m_cells.back().begin = i;
        }
        m_cells.back().end = i + 1;
        m_cells.back().sentW += layers[i].share * layers[i].powerW;
    }
    for (Cell& cell : m_cells)
    {
        cell.receivedW = p.noiseW;
    }
    for (const Cell& from : m_cells)
    {
        for (std::size_t i = from.begin; up && i < from.end; ++i)
        {
            const double sent = layers[i].share * layers[i].powerW;
            for (Cell& to : m_cells)
            {
                to.receivedW += &to != &from ? sent * layers[i].gain[to.ap] : 0.0;
            }
        }
    }
    for (const Cell& cell : m_cells)
    {
        for (std::size_t i = cell.begin; i < cell.end; ++i)
        {
            const double own = layers[i].gain[cell.ap];
            double outside = cell.receivedW;
            for (const Cell& other : m_cells)
            {
                if (up)
                {
                    break;
                }
                outside += &other != &cell ? other.sentW * layers[i].gain[other.ap] : 0.0;
            }
            m_key[i] = DecodingKey(p.orderKey, own, layers[i].powerW, outside);
            m_outside[i] = up ? outside : outside / own;
        }
        Order(cell, layers);
        const std::size_t size = cell.end - cell.begin;
        for (std::size_t k = 0; k < size; ++k)
        {
            const SlotLayer& x = layers[m_order[cell.begin + k]];
            m_power[k] = x.share * x.powerW * (up ? x.gain[cell.ap] : 1.0);
            m_residual[k] = p.residual;
        }
        SicInterference(m_power.data(),
                        p.residual > 0 ? m_residual.data() : nullptr,
                        size,
                        m_interference.data());
        LimitingDecoder decoder;
        for (std::size_t k = size; k-- > 0;)
        {
            const std::size_t i = m_order[cell.begin + k];
            const SlotLayer& x = layers[i];
            m_decoder[i] = up ? i : decoder.Limit(static_cast<uint32_t>(i), m_outside[i]);
            const double disturbed = m_interference[k] + m_outside[m_decoder[i]];
            const double signal = x.powerW * (up ? x.gain[cell.ap] : 1.0);
            const double sinr = signal / disturbed * p.links[x.link].sinrFactor;
            const double efficiency = SpectralEfficiency(sinr, p.snrGap);
            const bool capped = p.maxEfficiency > 0 && efficiency >= p.maxEfficiency;
            m_rate[i] = p.subchannelHz * (capped ? p.maxEfficiency : efficiency);
            m_snr[i] = capped ? 0 : sinr / p.snrGap;
            m_disturbed[i] = disturbed;
        }
    }
}

void
SlotRates::Differentiate(const SlotLayer* layers, const double* worth)
{
    const SlotProblem& p = *m_problem;
    const bool up = p.direction == UPLINK;
    const double scale = p.subchannelHz * LOG2_E; // per bit
    for (Cell& cell : m_cells)
    {
        cell.price = 0;
    }
    for (Cell& cell : m_cells)
    {
        const std::size_t size = cell.end - cell.begin;
        for (std::size_t k = 0; k < size; ++k)
        {
            const std::size_t i = m_order[cell.begin + k];
            const double slope = scale * m_snr[i] / (1 + m_snr[i]);
            m_slope[i] = slope / layers[i].powerW;
            m_cost[k] = worth[i] * slope / m_disturbed[i];
            if (up)
            {
                cell.price += m_cost[k];
                continue;
            }
            const double* const gain = layers[m_decoder[i]].gain;
            for (Cell& other : m_cells)
            {
                other.price += &other != &cell ? m_cost[k] * gain[other.ap] / gain[cell.ap] : 0.0;
            }
        }
        SicInterferenceAdjoint(m_cost.data(), p.residual, size, m_own.data());
        for (std::size_t k = 0; k < size; ++k)
        {
            const std::size_t i = m_order[cell.begin + k];
            m_price[i] = m_own[k] * (up ? layers[i].gain[cell.ap] : 1.0);
        }
    }
    for (const Cell& cell : m_cells)
    {
        for (std::size_t i = cell.begin; i < cell.end; ++i)
        {
            m_price[i] += up ? 0.0 : cell.price;
            for (const Cell& other : m_cells)
            {
                m_price[i] += up && &other != &cell ? other.price * layers[i].gain[other.ap] : 0.0;
            }
        }
    }
}

} // namespace noma
} // namespace ns3
