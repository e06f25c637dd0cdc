/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-objective.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

const GainTensor&
Objective::SortedGain(Direction d) const
{
    if (m_grouped)
    {
        return m_instance.gain[d];
    }
    std::call_once(m_sortOnce[d], [&] {
        const std::size_t users = m_cellUsers.size();
        const std::size_t aps = m_instance.edges.size();
        m_sortedGain[d] = GainTensor(users, aps, m_instance.subchannels);
        for (uint32_t m = 0; m < m_instance.subchannels; ++m)
        {
            for (std::size_t n = 0; n < aps; ++n)
            {
                const double* from = m_instance.gain[d].Row(n, m);
                double* to = m_sortedGain[d].Row(n, m);
                for (std::size_t j = 0; j < users; ++j)
                {
                    to[j] = from[m_cellUsers[j]];
                }
            }
        }
    });
    return m_sortedGain[d];
}

void
Objective::Layers(Direction d,
                  const ShareSupport::Lists& s,
                  std::size_t g,
                  const ObjectivePoint& point,
                  ObjectiveWorkspace& w) const
{
    const ObjectiveWorkspace::Link& k = w.m_link[d];
    const std::size_t n = g % m_instance.edges.size();
    const double residual = m_instance.residual;
    w.m_layers.clear();
    for (uint32_t c = s.offset[g]; c < s.offset[g + 1]; ++c)
    {
        const uint32_t i = s.user[c];
        if (!(point.share[d][c] > 0 && k.radio[i] > 0))
        {
            continue;
        }
        const double other = d == UPLINK ? k.received[g] + m_link[d].noise : k.other[c];
        const double price = k.marginal[i] * point.share[d][c] * LOG2_E * k.slope[c];
        KernelLayer layer;
        layer.key = DecodingKey(m_instance.orderKey, s.own[c], k.power[i], other);
        layer.keyAbove = std::nextafter(layer.key, std::numeric_limits<double>::infinity());
        layer.user = i;
        if (!m_grouped)
        {
            const auto cell = m_cellUsers.begin();
            layer.user = static_cast<double>(
                std::lower_bound(cell + m_cellOffset[n], cell + m_cellOffset[n + 1], i) - cell);
        }
        if (d == UPLINK)
        {
            // a stronger user is decoded earlier: it meets this layer, which meets its residual
            layer.toStronger = k.layer[c] * s.own[c];
            layer.toWeaker = residual * layer.toStronger;
            layer.fromWeaker = price;
            layer.fromStronger = residual * layer.fromWeaker;
        }
        else
        {
            layer.toWeaker = k.layer[c];
            layer.toStronger = residual * layer.toWeaker;
            layer.fromStronger =
                m_instance.downlinkRate == DownlinkRate::OWN ? price * s.own[c] : price;
            layer.fromWeaker = residual * layer.fromStronger;
        }
        layer.floor = std::min(other / s.own[c], 1e300);
        w.m_layers.push_back(layer);
    }
}

void
Objective::Full(Direction d,
                const ShareSupport& support,
                const ObjectivePoint& point,
                ObjectiveWorkspace& w,
                const ObjectiveGradient& gradient,
                std::vector<double>& full) const
{
    const std::size_t users = m_instance.users.size();
    const std::size_t aps = m_instance.edges.size();
    const ShareSupport::Lists& s = support.GetLists(d);
    const ObjectiveWorkspace::Link& k = w.m_link[d];
    full.resize(users * m_instance.subchannels);
    w.m_row.resize(aps);
    w.m_layers.reserve(users);

    const bool dense = support.Size(d) == users * m_instance.subchannels;
    const GainTensor& gain = dense ? m_instance.gain[d] : SortedGain(d);
    KernelCell cell;
    cell.direction = d;
    cell.rule = m_instance.downlinkRate;
    cell.orderKey = m_instance.orderKey;
    cell.gain = w.m_row.data();
    cell.aps = aps;
    cell.gapInverse = m_gapInverse;
    cell.power = k.power.data();
    cell.marginal = k.marginal.data();
    if (!m_grouped)
    {
        // the kernel wants a cell's users side by side
        w.m_sorted.resize(3 * users);
        for (std::size_t j = 0; j < users; ++j)
        {
            w.m_sorted[j] = k.power[m_cellUsers[j]];
            w.m_sorted[users + j] = k.marginal[m_cellUsers[j]];
        }
        cell.power = w.m_sorted.data();
        cell.marginal = w.m_sorted.data() + users;
    }

    for (uint32_t m = 0; m < m_instance.subchannels; ++m)
    {
        double* out = full.data() + m * users;
        cell.out = m_grouped ? out : w.m_sorted.data() + 2 * users;
        for (std::size_t n = 0; n < aps; ++n)
        {
            w.m_row[n] = gain.Row(n, m);
        }
        const std::size_t first = m * aps;
        cell.cross = (d == UPLINK ? k.receivedPrice.data() : k.sent.data()) + first;
        for (std::size_t n = 0; n < aps; ++n)
        {
            cell.ap = n;
            cell.begin = m_cellOffset[n];
            cell.end = m_cellOffset[n + 1];
            // where the whole cell has columns they say it all
            if (s.offset[first + n + 1] - s.offset[first + n] < cell.end - cell.begin)
            {
                Layers(d, s, first + n, point, w);
                cell.layers = w.m_layers.data();
                cell.layerCount = w.m_layers.size();
                cell.base = (d == UPLINK ? k.received[first + n] : 0.0) + m_link[d].noise;
                cell.crossPrice = d == UPLINK ? 0.0 : k.sentPrice[first + n];
                m_kernels->cell(cell);
            }
        }
        if (!m_grouped && s.offset[first + aps] - s.offset[first] < users)
        {
            for (std::size_t j = 0; j < users; ++j)
            {
                out[m_cellUsers[j]] = cell.out[j];
            }
        }
        for (uint32_t c = s.offset[first]; c < s.offset[first + aps]; ++c)
        {
            out[s.user[c]] = gradient.share[d][c];
        }
    }
}

double
Objective::FullGradient(const ShareSupport& support,
                        const ObjectivePoint& point,
                        ObjectiveWorkspace& workspace,
                        ObjectiveGradient& gradient,
                        ShareGradient& full) const
{
    const double gamma = Gradient(support, point, workspace, gradient);
    for (Direction d : DIRECTIONS)
    {
        Full(d, support, point, workspace, gradient, full[d]);
    }
    return gamma;
}

} // namespace noma
} // namespace ns3
