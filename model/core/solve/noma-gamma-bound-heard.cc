/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-gamma-bound.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// Parts of interference that are not worth counting.
constexpr double LEAST_PART = 0.02;

/// How much of the rate that users like counts as interference, at most.
constexpr double HEARD = 0.8;

} // namespace

void
GammaBound::WeighCells()
{
    const std::size_t cells = m_cells.size();
    const uint32_t subchannels = m_instance.subchannels;
    const double noise = m_instance.NoiseW(UPLINK);
    m_part.assign(cells * cells, 0.0);
    m_most.assign(cells * subchannels, 0.0);
    for (std::size_t n = 0; n < cells; ++n)
    {
        double* part = &m_part[n * cells];
        double sum = 0;
        for (std::size_t l = 0; l < cells; ++l)
        {
            if (l == n || m_cells[l].empty())
            {
                continue;
            }
            double mean = 0;
            for (uint32_t t : m_cells[l])
            {
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    mean += math::Log1p(m_instance.users[t].powerW.up.max *
                                        m_instance.gain.up.At(t, n, m) / noise);
                }
            }
            part[l] = math::Expm1(mean / (double(m_cells[l].size()) * subchannels));
            sum += part[l];
        }
        double kept = 0;
        for (std::size_t l = 0; l < cells; ++l)
        {
            part[l] = part[l] > LEAST_PART * sum ? part[l] : 0.0;
            kept += part[l];
        }
        for (std::size_t l = 0; l < cells; ++l)
        {
            part[l] = kept > 0 ? part[l] / kept : 0.0;
        }
        if (kept == 0 || m_cells[n].empty())
        {
            continue;
        }
        double unit = 0;
        for (uint32_t i : m_cells[n])
        {
            unit += m_unit[Index(UPLINK, i)] / double(m_cells[n].size());
        }
        // as far as the rates go that users would like
        double rates = 0;
        uint32_t users = 0;
        for (uint32_t i : m_cells[n])
        {
            const double rate = LikedRate(m_radio.up[i]);
            rates += rate;
            users += rate > 0 ? 1 : 0;
        }
        for (uint32_t m = 0; m < subchannels; ++m)
        {
            m_most[n * subchannels + m] = users > 0 ? HEARD * rates / users : 0.0;
            m_unit[HeardIndex(n, m)] = unit;
        }
    }
    for (std::size_t i = 0; i < m_radio.up.size(); ++i)
    {
        // what a watt costs at the greatest rate
        const Radio& radio = m_radio.up[i];
        double typical = 0;
        for (const Demand& demand : radio.demand)
        {
            typical = typical == 0 || (demand.energy > 0 && demand.energy < typical) ? demand.energy
                                                                                     : typical;
        }
        m_unit[WattIndex(i)] = radio.most > 0 ? typical / radio.most : 0.0;
    }
}

HeardAt
GammaBound::Hears(uint32_t i, uint32_t l, uint32_t n, uint32_t m, double price) const
{
    const double part = m_part[l * m_cells.size() + n];
    return {l,
            price,
            m_instance.gain.up.At(i, l, m) / (part * m_instance.NoiseW(UPLINK)),
            m_most[l * m_instance.subchannels + m]};
}

double
GammaBound::UplinkWorth(const Prices& x, uint32_t n, uint32_t m, Prices* slope)
{
    const std::size_t cells = m_cells.size();
    const std::size_t users = m_instance.users.size();
    const uint32_t subchannels = m_instance.subchannels;
    const double scaled = m_instance.NoiseW(UPLINK) * FromDb(m_instance.snrGapDb);
    m_users.clear();
    for (uint32_t i : m_cells[n])
    {
        const std::size_t k = Index(UPLINK, i);
        UplinkCandidate c;
        c.user = i;
        c.value = x[k] * m_unit[k];
        c.charge = x[k + 1] * m_unit[k + 1];
        if (!(c.value * m_lone.up[m * users + i] > c.charge))
        {
            continue;
        }
        c.wattPrice = x[WattIndex(i)] * m_unit[WattIndex(i)];
        c.lowW = m_instance.users[i].powerW.up.min;
        c.highW = m_instance.users[i].powerW.up.max;
        c.noiseW = scaled / m_instance.gain.up.At(i, n, m);
        for (uint32_t l = 0; l < cells; ++l)
        {
            const double part = m_part[l * cells + n];
            const double price = x[HeardIndex(l, m)] * m_unit[HeardIndex(l, m)];
            if (part > 0 && price > 0)
            {
                c.heard.push_back(Hears(i, l, n, m, price * part));
            }
        }
        m_users.push_back(c);
    }
    const double rise = x[HeardIndex(n, m)] * m_unit[HeardIndex(n, m)];
    const double most = m_most[n * subchannels + m];
    if (!slope)
    {
        return m_uplink.Bound(m_users, rise, most);
    }
    m_uplink.Search(m_users, rise, most, m_choice);
    (*slope)[HeardIndex(n, m)] -= m_choice.raised;
    for (std::size_t k = 0; k < m_choice.set.user.size(); ++k)
    {
        const uint32_t i = m_choice.set.user[k];
        const double powerW = m_choice.powerW[k];
        (*slope)[Index(UPLINK, i)] -= m_choice.set.rate[k];
        (*slope)[Index(UPLINK, i) + 1] += 1;
        (*slope)[WattIndex(i)] += powerW;
        for (uint32_t l = 0; l < cells; ++l)
        {
            const double part = m_part[l * cells + n];
            if (part > 0)
            {
                const double heard =
                    UplinkValue::Heard(Hears(i, l, n, m, 0), powerW, m_choice.size);
                (*slope)[HeardIndex(l, m)] += part * heard;
            }
        }
    }
    return m_choice.set.value;
}

} // namespace noma
} // namespace ns3
