/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-greedy.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <queue>

namespace ns3
{
namespace noma
{

void
SlotGreedy::Join(std::vector<SlotLayer>& layers, uint32_t column) const
{
    const SlotProblem& p = *m_problem;
    const uint32_t link = m_columns->Get(column).link;
    const uint32_t ap = p.links[link].ap;
    const auto same = [&](const SlotLayer& x) { return p.links[x.link].ap == ap; };
    auto first = std::find_if(layers.begin(), layers.end(), same);
    auto last = std::find_if_not(first, layers.end(), same);
    SlotLayer layer;
    layer.link = link;
    layer.gain = m_columns->Gain(column);
    layer.powerW = p.links[link].startPowerW;
    last = layers.insert(last, layer) + 1;
    if (p.direction == UPLINK)
    {
        return;
    }
    first = std::find_if(layers.begin(), layers.end(), same);
    double weights = 0;
    for (auto x = first; x != last; ++x)
    {
        x->powerW = math::Pow(x->gain[ap], -p.splitExponent);
        weights += x->powerW;
    }
    for (auto x = first; x != last; ++x)
    {
        const Interval& allowed = p.links[x->link].powerW;
        x->powerW = std::clamp(x->powerW / weights * m_groupW[ap], allowed.min, allowed.max);
    }
}

double
SlotGreedy::Sum(const std::vector<SlotLayer>& layers)
{
    m_rates.Evaluate(layers.data(), layers.size());
    double sum = 0;
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const SlotLink& x = m_problem->links[layers[i].link];
        sum += x.bitPrice * std::min(m_rates.Rate(i) * m_problem->slotSeconds, x.backlogBits);
    }
    return sum;
}

void
SlotGreedy::Choose(const SlotProblem& problem,
                   const SlotColumns& columns,
                   std::vector<SlotEntry>& entries)
{
    m_problem = &problem;
    m_columns = &columns;
    m_rates.Reset(problem);
    entries.clear();
    m_groupW.assign(problem.aps, 0);
    std::vector<uint32_t> waiting(problem.aps, 0);
    for (const SlotLink& x : problem.links)
    {
        ++waiting[x.ap];
        // without a budget every user may have its greatest power
        m_groupW[x.ap] = std::max(m_groupW[x.ap], x.powerW.max);
    }
    for (uint32_t n = 0; n < problem.aps; ++n)
    {
        const double budget = problem.apPowerW.empty() ? m_groupW[n] : problem.apPowerW[n];
        m_groupW[n] = budget / std::max(1U, std::min(waiting[n], problem.subchannels));
    }
    m_subchannels.resize(problem.subchannels);
    for (auto& x : m_subchannels)
    {
        x.layers.clear();
        x.sum = 0;
        x.version = 0;
    }
    const auto growth = [&](uint32_t column) {
        const Subchannel& on = m_subchannels[columns.Get(column).subchannel];
        m_trial = on.layers;
        Join(m_trial, column);
        return Sum(m_trial) - on.sum;
    };
    const auto worse = [](const Candidate& a, const Candidate& b) {
        // pairs are sorted by user, then by falling gain
        return a.gain != b.gain ? a.gain < b.gain : a.column > b.column;
    };
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(worse)> queue(worse);
    for (uint32_t c = 0; c < columns.GetSize(); ++c)
    {
        const double g = growth(c);
        if (g > 0)
        {
            queue.push({g, c, 0});
        }
    }
    std::vector<bool> served(problem.links.size(), false);
    while (!queue.empty())
    {
        Candidate c = queue.top();
        queue.pop();
        const SlotColumns::Column& pair = columns.Get(c.column);
        Subchannel& on = m_subchannels[pair.subchannel];
        const uint32_t ap = problem.links[pair.link].ap;
        const auto held = std::count_if(on.layers.begin(), on.layers.end(), [&](const auto& x) {
            return problem.links[x.link].ap == ap;
        });
        if (served[pair.link] || held >= problem.maxSuperposed)
        {
            continue;
        }
        if (c.version != on.version)
        {
            // others came since: look again
            c.gain = growth(c.column);
            c.version = on.version;
            if (c.gain > 0)
            {
                queue.push(c);
            }
            continue;
        }
        served[pair.link] = true;
        entries.push_back({pair.link, pair.subchannel, 0});
        Join(on.layers, c.column);
        on.sum += c.gain;
        ++on.version;
    }
    for (SlotEntry& e : entries)
    {
        // powers of a group are known when it is complete
        for (const SlotLayer& x : m_subchannels[e.subchannel].layers)
        {
            e.powerW = x.link == e.link ? x.powerW : e.powerW;
        }
    }
}

} // namespace noma
} // namespace ns3
