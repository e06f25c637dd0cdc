/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-projection.h"

#include "ns3/noma-check.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

void
ProjectBox(double* x, std::size_t n, double min, double max)
{
    for (std::size_t i = 0; i < n; ++i)
    {
        x[i] = std::clamp(x[i], min, max);
    }
}

double
KnapsackProjection::Project(double* x,
                            std::size_t n,
                            const double* min,
                            const double* max,
                            const double* weight,
                            double budget,
                            Sense sense)
{
    const auto w = [weight](std::size_t i) { return weight ? weight[i] : 1.0; };
    double least = 0;
    double most = 0;
    double load = 0;
    for (std::size_t i = 0; i < n; ++i)
    {
        least += w(i) * min[i];
        most += w(i) * max[i];
        load += w(i) * std::clamp(x[i], min[i], max[i]);
    }
    const double slack = 1e-12 * std::max(std::abs(least), std::abs(budget));
    if (least > budget + slack)
    {
        ThrowInvalid(budget, "at least what the lower bounds add up to", "budget");
    }
    if (sense == Sense::EQUAL && most < budget - slack)
    {
        ThrowInvalid(budget, "at most what the upper bounds add up to", "budget");
    }
    double t = 0;
    if (load > budget || (sense == Sense::EQUAL && load < budget))
    {
        // weight . clamp(y - t weight) falls from most to least; a variable moves between the t at
        // which it leaves its upper bound and the t at which it reaches its lower
        m_breakpoints.clear();
        for (std::size_t i = 0; i < n; ++i)
        {
            if (max[i] > min[i])
            {
                m_breakpoints.push_back({(x[i] - max[i]) / w(i), -w(i) * w(i)});
                m_breakpoints.push_back({(x[i] - min[i]) / w(i), w(i) * w(i)});
            }
        }
        std::sort(m_breakpoints.begin(),
                  m_breakpoints.end(),
                  [](const Breakpoint& a, const Breakpoint& b) { return a.t < b.t; });
        double value = most;
        double slope = 0;
        for (std::size_t k = 0; k < m_breakpoints.size(); ++k)
        {
            t = m_breakpoints[k].t;
            slope += m_breakpoints[k].slope;
            const double next = k + 1 < m_breakpoints.size() ? m_breakpoints[k + 1].t : t;
            const double reached = value + slope * (next - t);
            if (reached <= budget && slope < 0)
            {
                t += (budget - value) / slope;
                break;
            }
            value = reached;
        }
        // once the active set is known, one exact step removes what rounding left
        double excess = -budget;
        double free = 0;
        for (std::size_t i = 0; i < n; ++i)
        {
            const double y = x[i] - t * w(i);
            excess += w(i) * std::clamp(y, min[i], max[i]);
            free += y > min[i] && y < max[i] ? w(i) * w(i) : 0.0;
        }
        t += free > 0 ? excess / free : 0.0;
    }
    for (std::size_t i = 0; i < n; ++i)
    {
        x[i] = std::clamp(x[i] - t * w(i), min[i], max[i]);
    }
    return t;
}

FeasibleSet::FeasibleSet(const Instance& instance)
    : FeasibleSet(instance, Params())
{
}

FeasibleSet::FeasibleSet(const Instance& instance, const Params& params)
    : m_instance(instance),
      m_params(params),
      m_cells(instance.edges.size())
{
    CheckRange(params.floor, 0, 1, "in [0, 1]", "floor");
    CheckPositive(params.tolerance, "tolerance");
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        m_cells[instance.users[i].ap].push_back(i);
    }
}

void
FeasibleSet::Clear()
{
    m_x.clear();
    m_min.clear();
    m_max.clear();
    m_weight.clear();
    m_index.clear();
}

void
FeasibleSet::Collect(double x, double min, double max, double weight, uint32_t index)
{
    m_x.push_back(x);
    m_min.push_back(min);
    m_max.push_back(max);
    m_weight.push_back(weight);
    m_index.push_back(index);
}

void
FeasibleSet::ProjectCollected(double budget,
                              KnapsackProjection::Sense sense,
                              std::vector<double>& x)
{
    m_knapsack.Project(m_x.data(),
                       m_x.size(),
                       m_min.data(),
                       m_max.data(),
                       m_weight.data(),
                       budget,
                       sense);
    for (std::size_t j = 0; j < m_x.size(); ++j)
    {
        x[m_index[j]] = m_x[j];
    }
}

void
FeasibleSet::ProjectUsers(Direction d,
                          const ShareSupport& support,
                          const std::vector<uint32_t>& option,
                          std::vector<double>& share)
{
    using Sense = KnapsackProjection::Sense;
    for (uint32_t i = 0; i < m_instance.users.size(); ++i)
    {
        const bool radio = UsesRadio(m_instance.users[i].options[option[i]], d);
        Clear();
        for (uint32_t c : support.GetUserColumns(d, i))
        {
            Collect(share[c], m_params.floor, 1.0, 1.0, c);
        }
        if (m_x.empty())
        {
            continue;
        }
        const double size = static_cast<double>(m_x.size());
        ProjectCollected(radio ? 1.0 : size,
                         radio && m_params.sumToOne ? Sense::EQUAL : Sense::AT_MOST,
                         share);
    }
}

double
FeasibleSet::ProjectCaps(Direction d,
                         const ShareSupport& support,
                         const std::vector<uint32_t>& option,
                         std::vector<double>& share)
{
    double worst = 0;
    const ShareSupport::Lists& lists = support.GetLists(d);
    const double cap = m_instance.maxSuperposed;
    for (std::size_t g = 0; g + 1 < lists.offset.size(); ++g)
    {
        if (lists.offset[g + 1] - lists.offset[g] <= m_instance.maxSuperposed)
        {
            continue;
        }
        Clear();
        double sum = 0;
        for (uint32_t c = lists.offset[g]; c < lists.offset[g + 1]; ++c)
        {
            const uint32_t i = lists.user[c];
            if (UsesRadio(m_instance.users[i].options[option[i]], d))
            {
                Collect(share[c], m_params.floor, 1.0, 1.0, c);
                sum += std::clamp(share[c], m_params.floor, 1.0);
            }
        }
        worst = std::max(worst, sum - cap);
        ProjectCollected(cap, KnapsackProjection::Sense::AT_MOST, share);
    }
    return worst;
}

ProjectionReport
FeasibleSet::ProjectShares(Direction d,
                           const ShareSupport& support,
                           const std::vector<uint32_t>& option,
                           std::vector<double>& share)
{
    ProjectionReport report;
    const std::size_t n = share.size();
    const double tolerance = m_params.tolerance * m_instance.maxSuperposed;
    m_userCorrection.assign(n, 0.0);
    m_capCorrection.assign(n, 0.0);
    m_before.resize(n);
    // each family consists of disjoint sets, so one round over it is one exact projection
    const auto round = [&](std::vector<double>& correction, auto&& project) {
        for (std::size_t c = 0; c < n; ++c)
        {
            share[c] += correction[c];
            m_before[c] = share[c];
        }
        project();
        for (std::size_t c = 0; c < n; ++c)
        {
            correction[c] = m_before[c] - share[c];
        }
    };
    std::vector<double>& last = m_last;
    while (report.iterations < m_params.maxIterations)
    {
        ++report.iterations;
        round(m_userCorrection, [&] { ProjectUsers(d, support, option, share); });
        last = share;
        round(m_capCorrection, [&] { report.violation = ProjectCaps(d, support, option, share); });
        // both projections agree: the point is in both families
        double change = 0;
        for (std::size_t c = 0; c < n; ++c)
        {
            change = std::max(change, std::abs(share[c] - last[c]));
        }
        if (change <= tolerance)
        {
            break;
        }
    }
    // end in the users' sets; then scale away what the caps are exceeded by
    share = last;
    const ShareSupport::Lists& lists = support.GetLists(d);
    report.violation = 0;
    for (std::size_t g = 0; g + 1 < lists.offset.size(); ++g)
    {
        double sum = 0;
        for (uint32_t c = lists.offset[g]; c < lists.offset[g + 1]; ++c)
        {
            const uint32_t i = lists.user[c];
            sum += UsesRadio(m_instance.users[i].options[option[i]], d) ? share[c] : 0.0;
        }
        const double cap = m_instance.maxSuperposed;
        if (sum > cap)
        {
            report.violation = std::max(report.violation, sum - cap);
            for (uint32_t c = lists.offset[g]; c < lists.offset[g + 1]; ++c)
            {
                share[c] = std::max(share[c] * (cap / sum), m_params.floor);
            }
        }
    }
    return report;
}

void
FeasibleSet::ProjectScaledPower(Direction d,
                                const ShareSupport& support,
                                const std::vector<uint32_t>& option,
                                const std::vector<double>& share,
                                const std::vector<double>& scale,
                                std::vector<double>& power)
{
    for (uint32_t i = 0; i < m_instance.users.size(); ++i)
    {
        const Interval& bounds = m_instance.users[i].powerW[d];
        power[i] = std::clamp(power[i], bounds.min / scale[i], bounds.max / scale[i]);
    }
    if (d == UPLINK || !std::isfinite(m_instance.apPowerBudgetW))
    {
        return;
    }
    for (const std::vector<uint32_t>& cell : m_cells)
    {
        Clear();
        for (uint32_t i : cell)
        {
            double load = 0;
            for (uint32_t c : support.GetUserColumns(d, i))
            {
                load += share[c];
            }
            if (load > 0 && UsesRadio(m_instance.users[i].options[option[i]], d))
            {
                const Interval& bounds = m_instance.users[i].powerW[d];
                Collect(power[i], bounds.min / scale[i], bounds.max / scale[i], load * scale[i], i);
            }
        }
        ProjectCollected(m_instance.apPowerBudgetW, KnapsackProjection::Sense::AT_MOST, power);
    }
}

void
FeasibleSet::ProjectPower(Direction d,
                          const ShareSupport& support,
                          const std::vector<uint32_t>& option,
                          const std::vector<double>& share,
                          std::vector<double>& power)
{
    ProjectScaledPower(d, support, option, share, std::vector<double>(power.size(), 1.0), power);
}

void
FeasibleSet::ProjectScaledUnits(const std::vector<uint32_t>& option,
                                const std::vector<double>& scale,
                                std::vector<double>& units)
{
    for (std::size_t n = 0; n < m_cells.size(); ++n)
    {
        Clear();
        for (uint32_t i : m_cells[n])
        {
            const User& user = m_instance.users[i];
            const double min = user.units.min / scale[i];
            const double max = user.units.max / scale[i];
            units[i] = std::clamp(units[i], min, max);
            if (UsesEdge(user.options[option[i]]))
            {
                Collect(units[i], min, max, scale[i], i);
            }
        }
        ProjectCollected(m_instance.edges[n].units, KnapsackProjection::Sense::AT_MOST, units);
    }
}

void
FeasibleSet::ProjectUnits(const std::vector<uint32_t>& option, std::vector<double>& units)
{
    ProjectScaledUnits(option, std::vector<double>(units.size(), 1.0), units);
}

void
FeasibleSet::Project(const ShareSupport& support, ObjectivePoint& point)
{
    for (Direction d : DIRECTIONS)
    {
        ProjectShares(d, support, point.option, point.share[d]);
        ProjectPower(d, support, point.option, point.share[d], point.power[d]);
    }
    ProjectUnits(point.option, point.units);
}

double
FeasibleSet::ProjectedGradientNorm(const ShareSupport& support,
                                   const ObjectivePoint& point,
                                   const ObjectiveGradient& gradient)
{
    const std::size_t users = m_instance.users.size();
    double sum = 0;
    std::vector<double> scale(users);
    std::vector<double> moved(users);
    const auto width = [](const Interval& bounds) {
        return bounds.max > bounds.min ? bounds.max - bounds.min : 1.0;
    };
    for (Direction d : DIRECTIONS)
    {
        std::vector<double> share = point.share[d];
        for (std::size_t c = 0; c < share.size(); ++c)
        {
            share[c] -= gradient.share[d][c];
        }
        ProjectShares(d, support, point.option, share);
        for (std::size_t c = 0; c < share.size(); ++c)
        {
            sum += (share[c] - point.share[d][c]) * (share[c] - point.share[d][c]);
        }
        for (std::size_t i = 0; i < users; ++i)
        {
            scale[i] = width(m_instance.users[i].powerW[d]);
            moved[i] = point.power[d][i] / scale[i] - gradient.power[d][i] * scale[i];
        }
        ProjectScaledPower(d, support, point.option, point.share[d], scale, moved);
        for (std::size_t i = 0; i < users; ++i)
        {
            const double step = moved[i] - point.power[d][i] / scale[i];
            sum += UsesRadio(m_instance.users[i].options[point.option[i]], d) ? step * step : 0.0;
        }
    }
    for (std::size_t i = 0; i < users; ++i)
    {
        scale[i] = width(m_instance.users[i].units);
        moved[i] = point.units[i] / scale[i] - gradient.units[i] * scale[i];
    }
    ProjectScaledUnits(point.option, scale, moved);
    for (std::size_t i = 0; i < users; ++i)
    {
        const double step = moved[i] - point.units[i] / scale[i];
        sum += UsesEdge(m_instance.users[i].options[point.option[i]]) ? step * step : 0.0;
    }
    return std::sqrt(sum);
}

} // namespace noma
} // namespace ns3
