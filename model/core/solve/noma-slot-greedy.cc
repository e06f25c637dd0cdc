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
SlotGreedy::Sum(const std::vector<SlotLayer>& layers, const Subchannel& before)
{
    m_rates.Evaluate(layers.data(), layers.size());
    m_bits.resize(layers.size());
    double sum = 0;
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const uint32_t link = layers[i].link;
        const SlotLink& x = m_problem->links[link];
        double elsewhere = m_carried[link];
        for (std::size_t j = 0; j < before.layers.size(); ++j)
        {
            elsewhere -= before.layers[j].link == link ? before.bits[j] : 0.0;
        }
        m_bits[i] = std::min(m_rates.Rate(i) * m_problem->slotSeconds,
                             std::max(x.backlogBits - elsewhere, 0.0));
        sum += x.bitPrice * m_bits[i];
    }
    return sum;
}

bool
SlotGreedy::MayJoin(const Subchannel& on, uint32_t column, const SlotGreedyOptions& options) const
{
    const uint32_t ap = m_problem->links[m_columns->Get(column).link].ap;
    uint32_t there = 0;
    for (const uint32_t other : on.columns)
    {
        if (m_problem->links[m_columns->Get(other).link].ap == ap)
        {
            ++there;
            if (options.group && (*options.group)[other] != (*options.group)[column])
            {
                return false;
            }
        }
    }
    return there < m_problem->maxSuperposed;
}

void
SlotGreedy::Add(uint32_t column, double gain, std::vector<SlotEntry>& entries)
{
    const SlotColumns::Column& pair = m_columns->Get(column);
    Subchannel& on = m_subchannels[pair.subchannel];
    entries.push_back({pair.link, pair.subchannel, 0});
    m_trial = on.layers;
    Join(m_trial, column);
    Sum(m_trial, on); // for m_bits
    on.sum += gain;
    for (std::size_t i = 0; i < on.layers.size(); ++i)
    {
        m_carried[on.layers[i].link] -= on.bits[i];
    }
    on.layers.swap(m_trial);
    on.bits = m_bits;
    for (std::size_t i = 0; i < on.layers.size(); ++i)
    {
        m_carried[on.layers[i].link] += on.bits[i];
    }
    on.columns.push_back(column);
    ++m_held[pair.link];
    ++on.version;
}

void
SlotGreedy::Choose(const SlotProblem& problem,
                   const SlotColumns& columns,
                   std::vector<SlotEntry>& entries,
                   const SlotGreedyOptions& options)
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
        const uint64_t wanted = uint64_t{waiting[n]} * options.perUser;
        m_groupW[n] =
            budget / static_cast<double>(std::clamp<uint64_t>(wanted, 1, problem.subchannels));
    }
    m_subchannels.resize(problem.subchannels);
    for (auto& x : m_subchannels)
    {
        x.layers.clear();
        x.columns.clear();
        x.bits.clear();
        x.sum = 0;
        x.version = 0;
    }
    m_held.assign(problem.links.size(), 0);
    m_carried.assign(problem.links.size(), 0.0);
    const auto growth = [&](uint32_t column) {
        const Subchannel& on = m_subchannels[columns.Get(column).subchannel];
        m_trial = on.layers;
        Join(m_trial, column);
        return Sum(m_trial, on) - on.sum;
    };
    const auto worse = [](const Candidate& a, const Candidate& b) {
        // pairs are sorted by user, then by falling gain
        return a.gain != b.gain ? a.gain < b.gain : a.column > b.column;
    };
    for (std::size_t i = 0; options.first && i < options.first->size(); ++i)
    {
        const uint32_t c = (*options.first)[i];
        const SlotColumns::Column& pair = columns.Get(c);
        if (m_held[pair.link] < options.perUser &&
            MayJoin(m_subchannels[pair.subchannel], c, options))
        {
            Add(c, growth(c), entries);
        }
    }
    const auto version = [&](uint32_t column) {
        const SlotColumns::Column& pair = columns.Get(column);
        return m_subchannels[pair.subchannel].version + m_held[pair.link];
    };
    const auto isChosen = [&](uint32_t column) {
        const auto& chosen = m_subchannels[columns.Get(column).subchannel].columns;
        return std::find(chosen.begin(), chosen.end(), column) != chosen.end();
    };
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(worse)> queue(worse);
    for (uint32_t c = 0; c < columns.GetSize(); ++c)
    {
        const double g = isChosen(c) ? 0 : growth(c);
        if (g > 0)
        {
            queue.push({g, c, version(c)});
        }
    }
    while (!queue.empty())
    {
        Candidate c = queue.top();
        queue.pop();
        const SlotColumns::Column& pair = columns.Get(c.column);
        const Subchannel& on = m_subchannels[pair.subchannel];
        if (m_held[pair.link] >= options.perUser || !MayJoin(on, c.column, options))
        {
            continue;
        }
        if (c.version != version(c.column))
        {
            // others came since, or the user got another subchannel: look again
            c.gain = growth(c.column);
            c.version = version(c.column);
            if (c.gain > 0)
            {
                queue.push(c);
            }
            continue;
        }
        Add(c.column, c.gain, entries);
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
