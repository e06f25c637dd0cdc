/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-relaxation.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace ns3
{
namespace noma
{

void
SlotRelaxation::Reset(const SlotProblem& problem,
                      const SlotColumns& columns,
                      const std::vector<uint32_t>& active)
{
    m_problem = &problem;
    m_columns = &columns;
    m_active = active;
    m_rates.Reset(problem);
    m_bySubchannel.resize(active.size());
    std::iota(m_bySubchannel.begin(), m_bySubchannel.end(), std::size_t{0});
    const auto place = [&](std::size_t k) {
        const auto& c = columns.Get(active[k]);
        return std::make_tuple(c.subchannel, problem.links[c.link].ap, c.link);
    };
    std::sort(m_bySubchannel.begin(), m_bySubchannel.end(), [&](std::size_t a, std::size_t b) {
        return place(a) < place(b);
    });
    m_maxW.resize(active.size());
    m_logRange.resize(active.size());
    m_layers.resize(active.size());
    m_utility.resize(active.size());
    m_worth.resize(active.size());
    m_zeros.assign(active.size(), 0);
    m_ones.assign(active.size(), 1);
    for (std::size_t k = 0; k < active.size(); ++k)
    {
        const Interval& w = problem.links[columns.Get(active[k]).link].powerW;
        m_maxW[k] = w.max / problem.maxPerUser;
        m_logRange[k] = math::Log(w.max / w.min);
    }
    for (std::size_t j = 0; j < active.size(); ++j)
    {
        const uint32_t c = active[m_bySubchannel[j]];
        m_layers[j].link = columns.Get(c).link;
        m_layers[j].gain = columns.Gain(c);
    }
}

std::size_t
SlotRelaxation::GetSize() const
{
    return 2 * m_active.size();
}

double
SlotRelaxation::ToVariable(std::size_t k, double powerW) const
{
    const double range = m_logRange[k];
    return range > 0 ? std::clamp(math::Log(powerW / m_maxW[k]) / range + 1, 0.0, 1.0) : 1.0;
}

double
SlotRelaxation::ToPower(std::size_t k, double x) const
{
    return x < 1 ? m_maxW[k] * math::Exp((x - 1) * m_logRange[k]) : m_maxW[k];
}

void
SlotRelaxation::Evaluate(const double* x, double* cost, double* gradient)
{
    const SlotProblem& p = *m_problem;
    const std::size_t n = m_active.size();
    const double* const power = x + n;
    for (std::size_t j = 0; j < n; ++j)
    {
        const std::size_t k = m_bySubchannel[j];
        m_layers[j].share = x[k];
        m_layers[j].powerW = ToPower(k, power[k]);
    }
    // rates need the interference of a subchannel, what they are worth all bits of a user: two
    // passes, the second only for the gradient
    m_bits.assign(p.links.size(), 0);
    double value = 0;
    for (int pass = 0; pass < (gradient ? 2 : 1); ++pass)
    {
        for (std::size_t begin = 0; begin < n;)
        {
            const uint32_t m = m_columns->Get(m_active[m_bySubchannel[begin]]).subchannel;
            std::size_t end = begin;
            while (end < n && m_columns->Get(m_active[m_bySubchannel[end]]).subchannel == m)
            {
                ++end;
            }
            const SlotLayer* const layers = m_layers.data() + begin;
            m_rates.Evaluate(layers, end - begin);
            for (std::size_t i = 0; pass == 0 && i < end - begin; ++i)
            {
                const SlotLink& link = p.links[layers[i].link];
                m_bits[layers[i].link] += layers[i].share * p.slotSeconds * m_rates.Rate(i);
                value -= link.joulePrice * p.slotSeconds * layers[i].share * layers[i].powerW;
            }
            for (std::size_t i = 0; pass == 1 && i < end - begin; ++i)
            {
                const SlotLink& link = p.links[layers[i].link];
                // what does not fit into the backlog is worth nothing
                m_utility[i] =
                    m_bits[layers[i].link] < link.backlogBits ? link.bitPrice * p.slotSeconds : 0.0;
                m_worth[i] = m_utility[i] * layers[i].share;
            }
            if (pass == 1)
            {
                m_rates.Differentiate(layers, m_worth.data());
                for (std::size_t i = 0; i < end - begin; ++i)
                {
                    const std::size_t k = m_bySubchannel[begin + i];
                    const SlotLayer& l = layers[i];
                    const double watt =
                        p.links[l.link].joulePrice * p.slotSeconds + m_rates.Price(i);
                    gradient[k] = l.powerW * watt - m_utility[i] * m_rates.Rate(i);
                    gradient[n + k] = l.share * (watt - m_utility[i] * m_rates.Slope(i)) *
                                      l.powerW * m_logRange[k];
                }
            }
            begin = end;
        }
    }
    for (std::size_t i = 0; i < p.links.size(); ++i)
    {
        value += p.links[i].bitPrice * std::min(m_bits[i], p.links[i].backlogBits);
    }
    *cost = -value;
}

void
SlotRelaxation::Project(double* x) const
{
    const std::size_t n = m_active.size();
    for (std::size_t begin = 0; begin < n;)
    {
        const uint32_t link = m_columns->Get(m_active[begin]).link;
        std::size_t end = begin;
        while (end < n && m_columns->Get(m_active[end]).link == link)
        {
            ++end;
        }
        m_knapsack.Project(x + begin,
                           end - begin,
                           m_zeros.data(),
                           m_ones.data(),
                           nullptr,
                           m_problem->maxPerUser);
        begin = end;
    }
    for (std::size_t k = 0; k < n; ++k)
    {
        x[n + k] = m_logRange[k] > 0 ? std::clamp(x[n + k], 0.0, 1.0) : 1.0;
    }
}

} // namespace noma
} // namespace ns3
