/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ActiveLinks: interference and its prices, eqs. (5) and (8), for the columns of one subchannel.
 * What SicInterference() and its adjoint say, in one pass with the floors and gains of the columns
 * and without their vectors, since a descent spends its time here; the suite noma-sic-places holds
 * the rates equal.
 */
#include "noma-active-links.h"

namespace ns3
{
namespace noma
{

void
ActiveLinks::ForwardUp(uint32_t first, uint32_t last)
{
    // what access point n receives from the users of group g
    for (uint32_t g = first; g < last; ++g)
    {
        double* received = &m_cross[static_cast<std::size_t>(g) * m_aps];
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            received[n] = 0;
        }
        for (uint32_t e = m_groups[g].begin; e < m_groups[g].end; ++e)
        {
            for (uint32_t n = 0; n < m_aps; ++n)
            {
                received[n] += m_air[e] * m_gain[static_cast<std::size_t>(e) * m_aps + n];
            }
        }
    }
    for (uint32_t g = first; g < last; ++g)
    {
        const Group& group = m_groups[g];
        double floor = m_noise;
        for (uint32_t o = first; o < last; ++o)
        {
            floor += o == g ? 0.0 : m_cross[static_cast<std::size_t>(o) * m_aps + group.ap];
        }
        // strongest first: those that follow are still undecoded
        double later = 0;
        for (uint32_t e = group.end; e-- > group.begin;)
        {
            m_total[e] = later + floor;
            later += m_air[e] * m_entries[e].own;
        }
        double earlier = 0;
        for (uint32_t e = group.begin; e < group.end; ++e)
        {
            const double power = m_userPower[m_place[m_entries[e].user]];
            m_total[e] += m_residual * earlier;
            m_signal[e] = power * m_entries[e].own / m_gap;
            earlier += m_air[e] * m_entries[e].own;
        }
    }
}

void
ActiveLinks::AdjointUp(uint32_t first, uint32_t last)
{
    for (uint32_t g = first; g < last; ++g)
    {
        const Group& group = m_groups[g];
        double later = 0;
        for (uint32_t e = group.end; e-- > group.begin;)
        {
            m_price[e] = m_residual * later;
            later += m_q[e];
        }
        double earlier = 0;
        for (uint32_t e = group.begin; e < group.end; ++e)
        {
            m_price[e] = m_entries[e].own * (m_price[e] + earlier);
            earlier += m_q[e];
        }
        // price of interference at this access point, paid by the users of all others
        m_cross[static_cast<std::size_t>(g) * m_aps + group.ap] = earlier;
    }
    for (uint32_t g = first; g < last; ++g)
    {
        for (uint32_t e = m_groups[g].begin; e < m_groups[g].end; ++e)
        {
            for (uint32_t o = first; o < last; ++o)
            {
                if (o != g)
                {
                    const uint32_t ap = m_groups[o].ap;
                    m_price[e] += m_gain[static_cast<std::size_t>(e) * m_aps + ap] *
                                  m_cross[static_cast<std::size_t>(o) * m_aps + ap];
                }
            }
        }
    }
}

void
ActiveLinks::ForwardDown(uint32_t first, uint32_t last)
{
    // m_cross[g][own ap] = power the access point sends on this subchannel
    for (uint32_t g = first; g < last; ++g)
    {
        const Group& group = m_groups[g];
        double sent = 0;
        for (uint32_t e = group.begin; e < group.end; ++e)
        {
            sent += m_air[e];
        }
        m_cross[static_cast<std::size_t>(g) * m_aps + group.ap] = sent;
    }
    for (uint32_t g = first; g < last; ++g)
    {
        const Group& group = m_groups[g];
        double stronger = 0;
        LimitingDecoder decoder; // strongest first is the one decoded last first
        for (uint32_t e = group.begin; e < group.end; ++e)
        {
            double floor = m_noise;
            for (uint32_t o = first; o < last; ++o)
            {
                const uint32_t ap = m_groups[o].ap;
                floor += o == g ? 0.0
                                : m_gain[static_cast<std::size_t>(e) * m_aps + ap] *
                                      m_cross[static_cast<std::size_t>(o) * m_aps + ap];
            }
            m_noiseRatio[e] = floor / m_entries[e].own;
            m_limit[e] = m_decodable ? decoder.Limit(e, m_noiseRatio[e], m_share[e] > 0) : e;
            m_total[e] = stronger + m_noiseRatio[m_limit[e]];
            stronger += m_air[e];
        }
        double weaker = 0;
        for (uint32_t e = group.end; e-- > group.begin;)
        {
            const double power = m_userPower[m_place[m_entries[e].user]];
            m_total[e] += m_residual * weaker;
            m_signal[e] = power / m_gap;
            weaker += m_air[e];
        }
    }
}

void
ActiveLinks::AdjointDown(uint32_t first, uint32_t last)
{
    for (uint32_t g = first; g < last; ++g)
    {
        const Group& group = m_groups[g];
        double stronger = 0;
        for (uint32_t e = group.begin; e < group.end; ++e)
        {
            m_price[e] = m_residual * stronger;
            stronger += m_q[e];
        }
        double weaker = 0;
        for (uint32_t e = group.end; e-- > group.begin;)
        {
            m_price[e] += weaker;
            weaker += m_q[e];
        }
    }
    for (uint32_t g = first; g < last; ++g)
    {
        // price of this access point's power at the users of all others
        const uint32_t ap = m_groups[g].ap;
        double price = 0;
        for (uint32_t o = first; o < last; ++o)
        {
            if (o == g)
            {
                continue;
            }
            for (uint32_t e = m_groups[o].begin; e < m_groups[o].end; ++e)
            {
                const uint32_t at = m_limit[e];
                price +=
                    m_q[e] * m_gain[static_cast<std::size_t>(at) * m_aps + ap] / m_entries[at].own;
            }
        }
        for (uint32_t e = m_groups[g].begin; e < m_groups[g].end; ++e)
        {
            m_price[e] += price;
        }
    }
}

} // namespace noma
} // namespace ns3
