/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-assignment.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Whoever shares in time keeps this much, whatever its weight.
constexpr double LEAST_SHARE = 1e-6;

} // namespace

void
Assignment::OptimiseShares(Direction d, uint32_t m, double tolerance, uint32_t iterations)
{
    SubchannelProblem& problem = GetProblem(d);
    PowerPolish& polish = d == UPLINK ? m_polishUp : m_polishDown;
    Cell& cell = m_state.cells[d][m];
    for (int round = 0; round < 3; ++round)
    {
        problem.Load(m, cell.members);
        problem.Cost(cell.power.data());
        Count(cell.members.size());
        Cell trial = cell;
        for (std::size_t ap = 0; ap < m_byAp.size(); ++ap)
        {
            if (m_state.count[d][m * m_byAp.size() + ap] <= m_capacity)
            {
                continue;
            }
            // The cost of a member falls as 1/share: shares as the square root of what is left
            // after taking the present share out, those that would exceed 1 first.
            std::vector<std::pair<double, std::size_t>> weight;
            for (std::size_t k = 0; k < cell.members.size(); ++k)
            {
                if (m_instance.users[cell.members[k].user].ap == ap)
                {
                    const double c = problem.GetMemberCost(k) * cell.members[k].share;
                    weight.emplace_back(std::sqrt(std::isfinite(c) ? c : 1.0), k);
                }
            }
            std::sort(weight.rbegin(), weight.rend());
            double sum = 0;
            for (const auto& w : weight)
            {
                sum += w.first;
            }
            double left = m_capacity;
            std::size_t others = weight.size();
            for (const auto& w : weight)
            {
                // what the others must keep is not there to take
                --others;
                const double room = std::min(1.0, left - LEAST_SHARE * others);
                const double share =
                    sum > 0 ? std::max(std::min(room, left * w.first / sum), LEAST_SHARE)
                            : LEAST_SHARE;
                trial.members[w.second].share = share;
                left = std::max(left - share, 0.0);
                sum -= w.first;
            }
        }
        problem.Load(m, trial.members);
        const uint64_t before = polish.GetEvaluations();
        trial.cost = polish.Minimise(problem, trial.power, tolerance, std::max(1U, iterations));
        m_work += 2 * (polish.GetEvaluations() - before) * cell.members.size();
        if (!(trial.cost < cell.cost * (1 - 1e-6)))
        {
            return;
        }
        std::swap(cell, trial);
    }
}

void
Assignment::FitPowerBudget(double tolerance)
{
    const double budget = m_instance.apPowerBudgetW;
    const auto spent = [&](uint32_t ap) {
        double sum = 0;
        for (const Cell& cell : m_state.cells.down)
        {
            for (std::size_t k = 0; k < cell.members.size(); ++k)
            {
                sum += m_instance.users[cell.members[k].user].ap == ap
                           ? cell.members[k].share * cell.power[k]
                           : 0.0;
            }
        }
        return sum;
    };
    const auto polish = [&](uint32_t ap, double price) {
        m_state.powerPrice[ap] = price;
        for (uint32_t m = 0; m < m_state.cells.down.size(); ++m)
        {
            for (SubchannelMember& member : m_state.cells.down[m].members)
            {
                const bool own = m_instance.users[member.user].ap == ap;
                member.powerPrice = own ? price : member.powerPrice;
            }
            Refresh(DOWNLINK, m, tolerance, 100);
        }
        return spent(ap);
    };
    for (uint32_t ap = 0; ap < m_byAp.size(); ++ap)
    {
        if (std::isinf(budget) || (m_state.powerPrice[ap] == 0 && spent(ap) <= budget))
        {
            continue;
        }
        // A price so high that only the bounds keep the power up, then bisection of its logarithm.
        double low = 0;
        double high = std::max(m_state.powerPrice[ap], GetGamma() / budget * 1e-6);
        if (polish(ap, 0.0) <= budget)
        {
            continue;
        }
        for (int k = 0; k < 40 && polish(ap, high) > budget; ++k)
        {
            low = high;
            high *= 8;
        }
        for (int k = 0; k < 30; ++k)
        {
            const double middle = low > 0 ? std::sqrt(low * high) : high / 8;
            (polish(ap, middle) <= budget ? high : low) = middle;
        }
        polish(ap, high);
    }
    for (uint32_t ap = 0; ap < m_byAp.size(); ++ap)
    {
        // Whatever is still too much comes off in proportion to what is above the minimum.
        const double over = spent(ap) - budget;
        if (!(over > 0))
        {
            continue;
        }
        double reducible = 0;
        for (int pass = 0; pass < 2; ++pass)
        {
            for (Cell& cell : m_state.cells.down)
            {
                for (std::size_t k = 0; k < cell.members.size(); ++k)
                {
                    const User& u = m_instance.users[cell.members[k].user];
                    if (u.ap != ap)
                    {
                        continue;
                    }
                    const double room = cell.power[k] - u.powerW.down.min;
                    if (pass == 0)
                    {
                        reducible += cell.members[k].share * room;
                    }
                    else
                    {
                        const double cut = room * std::min(1.0, over / reducible * (1 + 1e-12));
                        cell.power[k] = std::max(cell.power[k] - cut, u.powerW.down.min);
                    }
                }
            }
        }
    }
    for (uint32_t m = 0; m < m_state.cells.down.size() && std::isfinite(budget); ++m)
    {
        Refresh(DOWNLINK, m, tolerance, 0);
    }
}

void
Assignment::PolishAll(double tolerance, uint32_t starts)
{
    m_stationarity = 0;
    for (Direction d : DIRECTIONS)
    {
        SubchannelProblem& problem = GetProblem(d);
        const PowerPolish& polish = d == UPLINK ? m_polishUp : m_polishDown;
        for (uint32_t m = 0; m < m_state.cells[d].size(); ++m)
        {
            if (m_state.cells[d][m].members.empty())
            {
                continue;
            }
            Refresh(d, m, tolerance, 200);
            double stationarity = polish.GetStationarity();
            const Cell first = m_state.cells[d][m];
            Cell best = first;
            for (uint32_t start = 1; start < starts; ++start)
            {
                Cell& cell = m_state.cells[d][m];
                cell = first;
                problem.Load(m, cell.members);
                for (std::size_t k = 0; k < cell.members.size(); ++k)
                {
                    const SubchannelMember& member = cell.members[k];
                    const Interval& range = m_instance.users[member.user].powerW[d];
                    const double lone =
                        LonePower(member.timeCost, member.energyCost, problem.GetLoneSnr(k), range);
                    // Everybody at maximum, everybody as if alone, then one at a time turned down.
                    double power = start == 1 ? range.max : lone;
                    if (start > 2)
                    {
                        power *= (k + start) % cell.members.size() == 0 ? 0.01 : 1.0;
                    }
                    cell.power[k] = std::max(power, range.min);
                }
                Refresh(d, m, tolerance, 200);
                if (cell.cost < best.cost)
                {
                    best = cell;
                    stationarity = polish.GetStationarity();
                }
            }
            m_state.cells[d][m] = best;
            m_stationarity = std::max(m_stationarity, stationarity);
        }
    }
    RefreshUnits();
    FitPowerBudget(tolerance);
    Begin();
}

} // namespace noma
} // namespace ns3
