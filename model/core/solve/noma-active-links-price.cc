/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ActiveLinks: column generation and what keeps the shared constraints.
 */
#include "noma-active-links.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Where a step of the multipliers leaves more than this fraction of the excess, the penalty grows
/// by a factor, up to a limit.
constexpr double SLOW_EXCESS = 0.3;
constexpr double STIFFENING = 3;
constexpr double STIFFEST = 30;

} // namespace

double
ActiveLinks::UpdateMultipliers()
{
    double worst = 0;
    const double k = m_capacity;
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
    if (worst > SLOW_EXCESS * m_lastExcess)
    {
        m_stiffness = std::min(STIFFENING * m_stiffness, STIFFEST);
    }
    m_lastExcess = worst;
    return worst;
}

void
ActiveLinks::FindStrongest()
{
    // Row by row: the gains are stored with the user fastest.
    const GainTensor& gain = m_instance->gain[m_direction];
    std::fill(m_peak.begin(), m_peak.end(), -1.0);
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            const double* row = gain.Row(n, m);
            for (uint32_t i : m_cell[n])
            {
                if (row[i] > m_peak[i])
                {
                    m_peak[i] = row[i];
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
    if (!(reduced < std::min(m_least[user], cost[m_perUser - 1])))
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
    m_sortedPower.resize(m_users);
    m_sortedMarginal.resize(m_users);
    m_reduced.resize(m_users);
    for (uint32_t j = 0; j < m_users; ++j)
    {
        const uint32_t i = m_cellUsers[j];
        m_sortedPower[j] = IsSilent(i) ? 0.0 : m_state.power[i];
        m_sortedMarginal[j] = IsSilent(i) ? 0.0 : m_worth[i] * m_hz;
    }
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        PriceSubchannel(m);
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
ActiveLinks::PriceSubchannel(uint32_t m)
{
    const GainTensor& gain = m_instance->gain[m_direction];
    const uint32_t first = m_groupBegin[m];
    const uint32_t last = m_groupBegin[m + 1];
    m_rows.resize(m_aps);
    for (uint32_t n = 0; n < m_aps; ++n)
    {
        m_rows[n] = gain.Row(n, m);
        if (!m_sorted)
        {
            double* row = &m_sortedRows[static_cast<std::size_t>(n) * m_users];
            for (uint32_t j = 0; j < m_users; ++j)
            {
                row[j] = m_rows[n][m_cellUsers[j]];
            }
            m_rows[n] = row;
        }
    }
    // what the cells do to one another
    m_cellCross.assign(m_aps, 0.0);
    m_cellBase.assign(m_aps, m_noise);
    m_cellPrice.assign(m_aps, 0.0);
    for (uint32_t g = first; g < last; ++g)
    {
        const Group& group = m_groups[g];
        for (uint32_t e = group.begin; e < group.end; ++e)
        {
            m_cellCross[group.ap] += m_direction == UPLINK ? m_q[e] : m_air[e];
        }
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            if (n == group.ap)
            {
                continue;
            }
            if (m_direction == UPLINK)
            {
                m_cellBase[n] += m_cross[static_cast<std::size_t>(g) * m_aps + n];
                continue;
            }
            for (uint32_t e = group.begin; e < group.end; ++e)
            {
                const uint32_t at = m_limit[e];
                m_cellPrice[n] +=
                    m_q[e] * m_gain[static_cast<std::size_t>(at) * m_aps + n] / m_entries[at].own;
            }
        }
    }

    KernelCell cell;
    cell.direction = m_direction;
    cell.rule = m_instance->downlinkRate;
    cell.gain = m_rows.data();
    cell.aps = m_aps;
    cell.cross = m_cellCross.data();
    cell.power = m_sortedPower.data();
    cell.marginal = m_sortedMarginal.data();
    cell.gapInverse = 1 / m_gap;
    cell.out = m_reduced.data();
    uint32_t g = first;
    for (uint32_t n = 0; n < m_aps; ++n)
    {
        m_layers.clear();
        if (g < last && m_groups[g].ap == n)
        {
            AppendLayers(m_groups[g]);
            ++g;
        }
        cell.ap = n;
        cell.begin = m_cellOffset[n];
        cell.end = m_cellOffset[n + 1];
        cell.base = m_cellBase[n];
        cell.crossPrice = m_cellPrice[n];
        cell.layers = m_layers.data();
        cell.layerCount = m_layers.size();
        m_kernels->cell(cell);
        const std::size_t at = static_cast<std::size_t>(m) * m_aps + n;
        const double excess =
            std::max(0.0, m_state.multiplier[at] + m_penalty * (m_load[at] - m_capacity));
        for (uint32_t j = m_cellOffset[n]; j < m_cellOffset[n + 1]; ++j)
        {
            const double reduced = m_reduced[j] + excess + m_sortedPower[j] * m_budgetExcess[n];
            if (m_sortedMarginal[j] > 0)
            {
                Offer(m_cellUsers[j], m, reduced);
            }
        }
    }
}

void
ActiveLinks::AppendLayers(const Group& group)
{
    for (uint32_t e = group.begin; e < group.end; ++e)
    {
        if (!(m_share[e] > 0))
        {
            continue;
        }
        const uint32_t user = m_entries[e].user;
        KernelLayer layer;
        layer.key = m_entries[e].own;
        layer.keyAbove = std::nextafter(layer.key, std::numeric_limits<double>::infinity());
        layer.user = m_sortedPlace[user];
        if (m_direction == UPLINK)
        {
            layer.toStronger = m_air[e] * m_entries[e].own;
            layer.toWeaker = m_residual * layer.toStronger;
            layer.fromWeaker = m_q[e];
            layer.fromStronger = m_residual * m_q[e];
        }
        else
        {
            layer.toWeaker = m_air[e];
            layer.toStronger = m_residual * m_air[e];
            layer.fromStronger = m_q[e];
            layer.fromWeaker = m_residual * m_q[e];
        }
        layer.floor = m_noiseRatio[e];
        m_layers.push_back(layer);
    }
}

void
ActiveLinks::FindRents()
{
    std::fill(m_rent.begin(), m_rent.end(), 0.0);
    for (const Group& g : m_groups)
    {
        const double excess = m_excess[static_cast<std::size_t>(g.subchannel) * m_aps + g.ap];
        const double budget = m_budgetExcess[g.ap];
        for (uint32_t e = g.begin; e < g.end; ++e)
        {
            m_rent[m_entries[e].user] += m_share[e] * excess + m_air[e] * (m_price[e] + budget);
        }
    }
    for (uint32_t i = 0; i < m_users; ++i)
    {
        if (m_place[i] == NONE && m_state.count[i] > 0)
        {
            // silent: what a place where it was last would be let for
            const uint32_t m = m_state.columns[i * CAPACITY].subchannel;
            const uint32_t ap = m_instance->users[i].ap;
            m_rent[i] = m_state.multiplier[static_cast<std::size_t>(m) * m_aps + ap];
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
            column.share *= std::min(1.0, m_capacity / m_load[cell(i, column)]);
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
