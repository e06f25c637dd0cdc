/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-solver.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>

namespace ns3
{
namespace noma
{

void
SlotSolverParams::Validate() const
{
    const auto require = [](bool good, const char* name, double value, const char* allowed) {
        if (!good)
        {
            throw std::invalid_argument(std::string("slot solver: ") + name + " is " +
                                        std::to_string(value) + ": must be " + allowed);
        }
    };
    require(active > 0, "active", active, "positive");
    require(mixing >= 0 && mixing < 1, "mixing", mixing, "in [0, 1)");
    require(reach >= 0 && reach <= 10, "reach", reach, "in [0, 10]");
}

SlotSolver::SlotSolver(const SlotSolverParams& params)
{
    SetParams(params);
}

void
SlotSolver::SetParams(const SlotSolverParams& params)
{
    params.Validate();
    m_params = params;
}

void
SlotSolver::Repair(const SlotProblem& p, std::vector<SlotEntry>& entries) const
{
    std::vector<uint32_t> held(p.links.size(), 0);
    std::vector<double> spent(p.links.size(), 0);
    std::vector<double> apW(p.aps, 0);
    std::vector<uint32_t> on(std::size_t{p.subchannels} * p.aps, 0);
    std::size_t kept = 0;
    for (const SlotEntry& e : entries)
    {
        const SlotLink& link = p.links[e.link];
        const bool again = std::any_of(
            entries.begin(),
            entries.begin() + static_cast<std::ptrdiff_t>(kept),
            [&e](const SlotEntry& x) { return x.link == e.link && x.subchannel == e.subchannel; });
        uint32_t& users = on[std::size_t{e.subchannel} * p.aps + link.ap];
        if (again || held[e.link] >= p.maxPerUser || users >= p.maxSuperposed)
        {
            continue;
        }
        SlotEntry x = e;
        const double left = link.powerW.max - spent[e.link];
        x.powerW = std::clamp(e.powerW, link.powerW.min, std::max(link.powerW.min, left));
        if (x.powerW > left * (1 + 1e-12))
        {
            continue;
        }
        ++users;
        ++held[e.link];
        spent[e.link] += x.powerW;
        apW[link.ap] += x.powerW;
        entries[kept++] = x;
    }
    entries.resize(kept);
    for (SlotEntry& e : entries)
    {
        const uint32_t ap = p.links[e.link].ap;
        if (p.direction == DOWNLINK && !p.apPowerW.empty() && apW[ap] > p.apPowerW[ap])
        {
            e.powerW *= p.apPowerW[ap] / apW[ap];
        }
    }
}

void
SlotSolver::Ascend(const SlotProblem& p,
                   const std::vector<SlotEntry>& start,
                   std::vector<SlotEntry>& rounded,
                   SlotSolution& solution)
{
    // what the start holds and the best of the rest
    std::vector<double> share(m_columns.GetSize(), 0);
    std::vector<double> power(m_columns.GetSize(), 0);
    for (const SlotEntry& e : start)
    {
        const uint32_t c = m_columns.Find(e.link, e.subchannel);
        if (c != NONE)
        {
            share[c] = 1;
            power[c] = e.powerW;
        }
    }
    m_active.clear();
    for (uint32_t i = 0; i < p.links.size(); ++i)
    {
        uint32_t count = 0;
        for (std::size_t c = m_columns.Begin(i); c < m_columns.End(i); ++c)
        {
            if (share[c] > 0 || count < m_params.active)
            {
                m_active.push_back(static_cast<uint32_t>(c));
                ++count;
            }
        }
        for (std::size_t k = m_active.size() - count; k < m_active.size(); ++k)
        {
            double& x = share[m_active[k]];
            x = (1 - m_params.mixing) * x + m_params.mixing / std::max(1U, count);
        }
    }
    m_relaxation.Reset(p, m_columns, m_active);
    const std::size_t n = m_active.size();
    m_x.resize(2 * n);
    for (std::size_t k = 0; k < n; ++k)
    {
        const uint32_t c = m_active[k];
        m_x[k] = share[c];
        const double watts = power[c] > 0 ? power[c] : p.links[m_columns.Get(c).link].startPowerW;
        m_x[n + k] = m_relaxation.ToVariable(k, watts);
    }
    ProjectedGradientParams params;
    const double scale = std::max(1e-300, std::abs(solution.greedyValue));
    params.step = 0.1 * static_cast<double>(p.links.size()) / scale;
    params.maxIterations = m_params.iterations;
    params.costTolerance = 1e-5 * scale;
    solution.iterations += m_descent.Minimize(m_relaxation, params, m_x.data()).iterations;
    // largest shares first; those below what mixing left of a pair nobody wanted are none
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::make_tuple(-m_x[a], a) < std::make_tuple(-m_x[b], b);
    });
    rounded.clear();
    for (std::size_t k : order)
    {
        if (m_x[k] > 0.2)
        {
            const auto& c = m_columns.Get(m_active[k]);
            rounded.push_back({c.link, c.subchannel, m_relaxation.ToPower(k, m_x[n + k])});
        }
    }
    Repair(p, rounded);
}

void
SlotSolver::Offer(const std::vector<SlotEntry>& entries)
{
    m_state.Set(entries);
    m_state.OptimisePowers();
    m_starts.emplace_back();
    m_starts.back().value = m_state.GetValue();
    m_state.Get(m_starts.back().entries);
}

SlotSolution
SlotSolver::Solve(const SlotProblem& problem, const std::vector<SlotEntry>& last)
{
    problem.Validate();
    SlotSolution solution;
    if (problem.links.empty())
    {
        return solution;
    }
    m_columns.Build(problem, m_params.candidates);
    std::vector<SlotEntry> greedy;
    m_greedy.Choose(problem, m_columns, greedy);
    Repair(problem, greedy);
    solution.greedyValue = EvaluateSlot(problem, greedy);
    solution.value = solution.greedyValue;
    solution.entries = greedy;
    m_state.Reset(problem, m_columns, m_params.powerSteps);
    m_starts.clear();
    std::vector<SlotEntry> before = last;
    Repair(problem, before);
    std::vector<SlotEntry> rounded;
    for (const auto* start : {&greedy, &before})
    {
        if (!start->empty())
        {
            Offer(*start);
        }
        if (!start->empty() && m_params.iterations > 0)
        {
            Ascend(problem, *start, rounded, solution);
            Offer(rounded);
        }
    }
    std::stable_sort(m_starts.begin(), m_starts.end(), [](const Start& a, const Start& b) {
        return a.value > b.value;
    });
    for (std::size_t k = 0; k < m_starts.size() && (k == 0 || k < m_params.searches); ++k)
    {
        m_state.Set(m_starts[k].entries);
        m_search.Improve(problem, m_columns, m_params.passes, m_params.reach, m_state);
        const double value = m_state.GetValue();
        if (value > solution.value)
        {
            m_state.Get(solution.entries);
            solution.value = value;
        }
    }
    solution.evaluations = m_state.GetEvaluations();
    solution.value = EvaluateSlot(problem, solution.entries, &solution.rateBps);
    return solution;
}

double
EvaluateSlot(const SlotProblem& p,
             const std::vector<SlotEntry>& entries,
             std::vector<double>* rateBps)
{
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto place = [&](std::size_t k) {
        const SlotEntry& e = entries[k];
        return std::make_tuple(e.subchannel, p.links[e.link].ap, e.link);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return place(a) < place(b);
    });
    std::vector<double> gain(entries.size() * p.aps);
    std::vector<SlotLayer> layers(entries.size());
    for (std::size_t j = 0; j < order.size(); ++j)
    {
        const SlotEntry& e = entries[order[j]];
        for (uint32_t n = 0; n < p.aps; ++n)
        {
            gain[j * p.aps + n] = p.gain->At(p.links[e.link].user, n, e.subchannel);
        }
        layers[j].link = e.link;
        layers[j].powerW = e.powerW;
        layers[j].gain = gain.data() + j * p.aps;
    }
    if (rateBps)
    {
        rateBps->resize(entries.size());
    }
    SlotRates rates;
    rates.Reset(p);
    std::vector<double> bits(p.links.size(), 0);
    double value = 0;
    for (std::size_t begin = 0; begin < order.size();)
    {
        std::size_t end = begin;
        while (end < order.size() &&
               entries[order[end]].subchannel == entries[order[begin]].subchannel)
        {
            ++end;
        }
        rates.Evaluate(layers.data() + begin, end - begin);
        for (std::size_t j = begin; j < end; ++j)
        {
            const SlotEntry& e = entries[order[j]];
            bits[e.link] += rates.Rate(j - begin) * p.slotSeconds;
            value -= p.links[e.link].joulePrice * p.slotSeconds * e.powerW;
            if (rateBps)
            {
                (*rateBps)[order[j]] = rates.Rate(j - begin);
            }
        }
        begin = end;
    }
    for (std::size_t i = 0; i < bits.size(); ++i)
    {
        value += p.links[i].bitPrice * std::min(bits[i], p.links[i].backlogBits);
    }
    return value;
}

} // namespace noma
} // namespace ns3
