/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-gradient-checker.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace ns3
{
namespace noma
{

namespace
{

/// First step for powers and units, relative to the variable.
constexpr double RELATIVE_STEP = 0.2;

/// First step for shares. Where noise is far below the received power only much smaller steps are
/// of use, below a share of zero not even defined; the search finds them.
constexpr double SHARE_STEP = 0.05;

/// Steps shrink by this from one difference to the next.
constexpr double SHRINK = 2;

/// Number of differences at most.
constexpr std::size_t STEPS = 30;

/// Number of steps extrapolated from at most, so that useless large steps are forgotten.
constexpr std::size_t ORDER = 6;

/// Differences that disagree among themselves by more than this, relative, prove nothing.
constexpr double RESOLVED = 1e-7;

/// Relative error estimate that ends the search for a better step.
constexpr double GOOD = 1e-9;

/// @returns the largest absolute value @param v numbers
double
Largest(const std::vector<double>& v)
{
    double largest = 0;
    for (double x : v)
    {
        largest = std::max(largest, std::abs(x));
    }
    return largest;
}

} // namespace

GradientChecker::GradientChecker(Terms terms)
    : m_terms(std::move(terms))
{
}

double
GradientChecker::Difference(double& variable, double step, double& noise)
{
    const double centre = variable;
    variable = centre + step;
    const double above = variable;
    m_terms(m_plus);
    variable = centre - step;
    const double below = variable;
    m_terms(m_minus);
    variable = centre;
    double sum = 0;
    double touched = 0;
    for (std::size_t i = 0; i < m_plus.size(); ++i)
    {
        const double difference = m_plus[i] - m_minus[i];
        sum += difference;
        touched += difference != 0 ? std::abs(m_plus[i]) : 0.0;
    }
    noise = std::numeric_limits<double>::epsilon() * touched / (above - below);
    return sum / (above - below);
}

double
GradientChecker::Derivative(double& variable, double step, double& doubt)
{
    // Rows of Neville's scheme in step^2. A row's estimate is the entry that changes least; the
    // best row is the one that also agrees with the row before.
    std::array<double, ORDER> row{};
    double best = std::numeric_limits<double>::quiet_NaN();
    double before = best;
    double error = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < STEPS; ++k, step /= SHRINK)
    {
        double last = row[0];
        double noise = 0;
        row[0] = Difference(variable, step, noise);
        double estimate = row[0];
        double least = std::numeric_limits<double>::infinity();
        double factor = 1;
        for (std::size_t j = 1; j < ORDER && j <= k; ++j)
        {
            factor *= SHRINK * SHRINK;
            const double next = row[j - 1] + (row[j - 1] - last) / (factor - 1);
            const double change = std::max(std::abs(next - row[j - 1]), std::abs(next - last));
            last = row[j];
            row[j] = next;
            if (change < least)
            {
                least = change;
                estimate = next;
            }
        }
        const double uncertain = std::max({least, std::abs(estimate - before), noise});
        before = estimate;
        if (uncertain < error)
        {
            error = uncertain;
            best = estimate;
        }
        if (error <= GOOD * std::abs(best))
        {
            break;
        }
    }
    doubt = error;
    return best;
}

void
GradientChecker::Check(double& variable,
                       double step,
                       double analytic,
                       double scale,
                       const std::string& name)
{
    double doubt = 0;
    const double numeric = Derivative(variable, step, doubt);
    const double size = std::max({std::abs(analytic), std::abs(numeric), scale});
    double error = size > 0 ? std::abs(analytic - numeric) / size : 0.0;
    if (!std::isfinite(analytic) || !std::isfinite(numeric))
    {
        error = std::numeric_limits<double>::infinity();
    }
    ++m_result.checked;
    if (doubt > RESOLVED * size && std::abs(analytic - numeric) <= 10 * doubt)
    {
        ++m_result.unresolved;
        return;
    }
    if (error > m_result.worst || m_result.where.empty())
    {
        m_result.worst = error;
        m_result.where = name;
        m_result.analytic = analytic;
        m_result.numeric = numeric;
    }
}

GradientCheck
CheckGradient(const Objective& objective,
              const ShareSupport& support,
              const ObjectivePoint& point,
              const ObjectiveGradient& gradient,
              std::size_t every)
{
    const Instance& instance = objective.GetInstance();
    ObjectivePoint x = point;
    ObjectiveWorkspace workspace;
    GradientChecker checker([&](std::vector<double>& terms) {
        objective.Value(support, x, workspace);
        terms = workspace.GetTerms();
    });
    std::size_t count = 0;
    const auto skip = [&] { return count++ % every != 0; };
    for (Direction d : DIRECTIONS)
    {
        const std::string name = DirectionName(d);
        const double shareScale = 1e-6 * Largest(gradient.share[d]);
        for (std::size_t c = 0; c < support.Size(d); ++c)
        {
            const ShareColumn& column = support.GetColumns(d)[c];
            double& share = x.share[d][c];
            if (!skip())
            {
                checker.Check(share,
                              SHARE_STEP,
                              gradient.share[d][c],
                              shareScale,
                              name + " share of user " + std::to_string(column.user) +
                                  " on subchannel " + std::to_string(column.subchannel));
            }
        }
        const double powerScale = 1e-6 * Largest(gradient.power[d]);
        for (std::size_t i = 0; i < instance.users.size(); ++i)
        {
            double& power = x.power[d][i];
            const CutOption& option = instance.users[i].options[point.option[i]];
            if (UsesRadio(option, d) && power > 0 && !skip())
            {
                checker.Check(power,
                              RELATIVE_STEP * power,
                              gradient.power[d][i],
                              powerScale,
                              name + " power of user " + std::to_string(i));
            }
        }
    }
    const double unitsScale = 1e-6 * Largest(gradient.units);
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        if (UsesEdge(instance.users[i].options[point.option[i]]) && !skip())
        {
            checker.Check(x.units[i],
                          RELATIVE_STEP * x.units[i],
                          gradient.units[i],
                          unitsScale,
                          "units of user " + std::to_string(i));
        }
    }
    return checker.GetResult();
}

} // namespace noma
} // namespace ns3
