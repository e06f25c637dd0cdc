/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ActiveLinks: column generation and what keeps the shared constraints.
 */
#include "noma-active-links.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

double
ActiveLinks::UpdateMultipliers()
{
    double worst = 0;
    const double k = m_instance->maxSuperposed;
    for (std::size_t cell = 0; cell < m_load.size(); ++cell)
    {
        double& mu = m_state.multiplier[cell];
        mu = std::max(0.0, mu + m_penalty * (m_load[cell] - k));
        worst = std::max(worst, (m_load[cell] - k) / k);
    }
    if (std::isfinite(m_budget))
    {
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            m_state.budgetMultiplier[n] = m_budgetExcess[n];
            worst = std::max(worst, (m_budgetLoad[n] - m_budget) / m_budget);
        }
    }
    return worst;
}

uint32_t
ActiveLinks::Restart(double ratio)
{
    FindStrongest();
    const GainTensor& gain = m_instance->gain[m_direction];
    uint32_t restarted = 0;
    for (uint32_t i = 0; i < m_users; ++i)
    {
        Column* columns = &m_state.columns[i * CAPACITY];
        double held = 0;
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            held += columns[c].share * gain.At(i, m_instance->users[i].ap, columns[c].subchannel);
        }
        if (m_inter[i] > ratio * held)
        {
            columns[0] = {m_strongest[i], 1.0};
            m_state.count[i] = 1;
            ++restarted;
        }
    }
    return restarted;
}

void
ActiveLinks::FindStrongest()
{
    // Row by row: the gains are stored with the user fastest.
    const GainTensor& gain = m_instance->gain[m_direction];
    std::fill(m_inter.begin(), m_inter.end(), -1.0);
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            const double* row = gain.Row(n, m);
            for (uint32_t i : m_cell[n])
            {
                if (row[i] > m_inter[i])
                {
                    m_inter[i] = row[i];
                    m_strongest[i] = m;
                }
            }
        }
    }
}

void
ActiveLinks::Offer(uint32_t user, uint32_t m, double reduced)
{
    double* cost = &m_bestCost[static_cast<std::size_t>(user) * m_perUser];
    uint32_t* where = &m_bestSubchannel[static_cast<std::size_t>(user) * m_perUser];
    if (!(reduced < m_least[user]) || !(reduced < cost[m_perUser - 1]))
    {
        return;
    }
    for (uint32_t c = 0; c < m_state.count[user]; ++c)
    {
        if (m_state.columns[user * CAPACITY + c].subchannel == m)
        {
            return;
        }
    }
    uint32_t at = m_perUser - 1;
    for (; at > 0 && reduced < cost[at - 1]; --at)
    {
        cost[at] = cost[at - 1];
        where[at] = where[at - 1];
    }
    cost[at] = reduced;
    where[at] = m;
}

double
ActiveLinks::Price(uint32_t perUser)
{
    constexpr double none = std::numeric_limits<double>::infinity();
    m_perUser = perUser;
    m_bestCost.assign(static_cast<std::size_t>(m_users) * perUser, none);
    m_bestSubchannel.assign(static_cast<std::size_t>(m_users) * perUser, NONE);
    for (uint32_t i = 0; i < m_users; ++i)
    {
        // Prices are never negative, so a column whose own rate is not worth it needs no look.
        const double sinr = std::exp2(-m_least[i] / (m_worth[i] * m_hz)) - 1;
        m_threshold[i] = IsSilent(i) ? none : m_gap * std::max(0.0, sinr) / m_state.power[i];
    }
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        if (m_direction == UPLINK)
        {
            PriceUp(m, m_groupBegin[m], m_groupBegin[m + 1]);
        }
        else
        {
            PriceDown(m, m_groupBegin[m], m_groupBegin[m + 1]);
        }
    }
    double gain = 0;
    for (uint32_t i : m_active)
    {
        const double* cost = &m_bestCost[static_cast<std::size_t>(i) * perUser];
        const uint32_t* where = &m_bestSubchannel[static_cast<std::size_t>(i) * perUser];
        gain += where[0] == NONE ? 0.0 : m_least[i] - cost[0];
        for (uint32_t c = 0; c < perUser && where[c] != NONE; ++c)
        {
            if (m_state.count[i] < CAPACITY)
            {
                m_state.columns[i * CAPACITY + m_state.count[i]++] = {where[c], 0.0};
            }
        }
    }
    return gain;
}

void
ActiveLinks::AddForeign(uint32_t ap, double sent, const double* row)
{
    // users are usually numbered cell by cell: long runs without a branch inside
    double* inter = m_inter.data();
    for (const auto& [begin, end] : m_foreign[ap])
    {
        for (uint32_t i = begin; i < end; ++i)
        {
            inter[i] += sent * row[i];
        }
    }
}

void
ActiveLinks::PriceUp(uint32_t m, uint32_t first, uint32_t last)
{
    const GainTensor& gain = m_instance->gain[UPLINK];
    for (uint32_t n = 0; n < m_aps; ++n)
    {
        double floor = m_noise;
        uint32_t own = NONE;
        for (uint32_t g = first; g < last; ++g)
        {
            const bool foreign = m_groups[g].ap != n;
            floor += foreign ? m_cross[static_cast<std::size_t>(g) * m_aps + n] : 0.0;
            own = foreign ? own : g;
        }
        const uint32_t begin = own == NONE ? 0 : m_groups[own].begin;
        const uint32_t end = own == NONE ? 0 : m_groups[own].end;
        const std::size_t cell = static_cast<std::size_t>(m) * m_aps + n;
        const double excess = std::max(0.0,
                                       m_state.multiplier[cell] +
                                           m_penalty * (m_load[cell] - m_instance->maxSuperposed));
        const double* row = gain.Row(n, m);
        for (uint32_t i : m_cell[n])
        {
            if (!(row[i] > m_threshold[i] * floor))
            {
                continue;
            }
            double total = floor;
            double price = 0;
            for (uint32_t e = begin; e < end; ++e)
            {
                const Entry& entry = m_entries[e];
                const bool stronger = entry.own > row[i] || (entry.own == row[i] && entry.user < i);
                total += (stronger ? m_residual : 1.0) * m_air[e] * entry.own;
                price += (stronger ? 1.0 : m_residual) * m_q[e];
            }
            if (!(row[i] > m_threshold[i] * total))
            {
                continue;
            }
            const double power = m_state.power[i];
            double reduced = power * row[i] * price + excess -
                             m_worth[i] * m_hz * SpectralEfficiency(power * row[i] / total, m_gap);
            // what other cells lose needs gains from far apart in memory: last
            for (uint32_t g = first; g < last && reduced < GetBar(i); ++g)
            {
                const uint32_t ap = m_groups[g].ap;
                reduced += g == own ? 0.0
                                    : power * gain.At(i, ap, m) *
                                          m_cross[static_cast<std::size_t>(g) * m_aps + ap];
            }
            Offer(i, m, reduced);
        }
    }
}

void
ActiveLinks::PriceDown(uint32_t m, uint32_t first, uint32_t last)
{
    const GainTensor& gain = m_instance->gain[DOWNLINK];
    // interference of other cells at every user, one pass over this subchannel's gains
    std::fill(m_inter.begin(), m_inter.end(), m_noise);
    for (uint32_t g = first; g < last; ++g)
    {
        double sent = 0;
        for (uint32_t e = m_groups[g].begin; e < m_groups[g].end; ++e)
        {
            sent += m_air[e];
        }
        AddForeign(m_groups[g].ap, sent, gain.Row(m_groups[g].ap, m));
    }
    for (uint32_t n = 0; n < m_aps; ++n)
    {
        uint32_t own = NONE;
        double foreign = 0; // price of this access point's power at the users of all others
        for (uint32_t g = first; g < last; ++g)
        {
            if (m_groups[g].ap == n)
            {
                own = g;
                continue;
            }
            for (uint32_t e = m_groups[g].begin; e < m_groups[g].end; ++e)
            {
                const uint32_t at = m_limit[e];
                foreign +=
                    m_q[e] * m_gain[static_cast<std::size_t>(at) * m_aps + n] / m_entries[at].own;
            }
        }
        const uint32_t begin = own == NONE ? 0 : m_groups[own].begin;
        const uint32_t end = own == NONE ? 0 : m_groups[own].end;
        const std::size_t cell = static_cast<std::size_t>(m) * m_aps + n;
        const double excess = std::max(0.0,
                                       m_state.multiplier[cell] +
                                           m_penalty * (m_load[cell] - m_instance->maxSuperposed));
        const double* row = gain.Row(n, m);
        for (uint32_t i : m_cell[n])
        {
            if (!(row[i] > m_threshold[i] * m_inter[i]))
            {
                continue;
            }
            double ratio = m_inter[i] / row[i];
            double intra = 0;
            double price = foreign + m_budgetExcess[n];
            for (uint32_t e = begin; e < end; ++e)
            {
                const Entry& entry = m_entries[e];
                const bool stronger = entry.own > row[i] || (entry.own == row[i] && entry.user < i);
                intra += (stronger ? 1.0 : m_residual) * m_air[e];
                price += (stronger ? m_residual : 1.0) * m_q[e];
                if (m_decodable && stronger && m_share[e] > 0)
                {
                    ratio = std::max(ratio, m_noiseRatio[e]);
                }
            }
            if (m_threshold[i] * (intra + ratio) < 1)
            {
                const double power = m_state.power[i];
                Offer(i,
                      m,
                      power * price + excess -
                          m_worth[i] * m_hz * SpectralEfficiency(power / (intra + ratio), m_gap));
            }
        }
    }
}

void
ActiveLinks::Prune()
{
    for (uint32_t i : m_active)
    {
        uint32_t kept = 0;
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            const Column column = m_state.columns[i * CAPACITY + c];
            if (column.share > 0)
            {
                m_state.columns[i * CAPACITY + kept++] = column;
            }
        }
        m_state.count[i] = kept;
    }
}

void
ActiveLinks::Repair()
{
    std::fill(m_load.begin(), m_load.end(), 0.0);
    std::fill(m_budgetLoad.begin(), m_budgetLoad.end(), 0.0);
    const auto cell = [this](uint32_t i, const Column& column) {
        return static_cast<std::size_t>(column.subchannel) * m_aps + m_instance->users[i].ap;
    };
    for (uint32_t i : m_active)
    {
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            const Column& column = m_state.columns[i * CAPACITY + c];
            m_load[cell(i, column)] += column.share;
        }
    }
    for (uint32_t i : m_active)
    {
        double sum = 0;
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            Column& column = m_state.columns[i * CAPACITY + c];
            column.share *= std::min(1.0, m_instance->maxSuperposed / m_load[cell(i, column)]);
            sum += column.share;
        }
        m_budgetLoad[m_instance->users[i].ap] += sum * m_state.power[i];
    }
    for (uint32_t i : m_active)
    {
        const double sent = m_budgetLoad[m_instance->users[i].ap];
        if (sent > m_budget)
        {
            SetPower(i, m_state.power[i] * m_budget / sent);
        }
    }
}

} // namespace noma
} // namespace ns3
