/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-power-polish.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Longest step of one variable: a factor of about 20 in power.
constexpr double LONGEST_STEP = 3.0;

/// What the last step gained is expected this often again, at most.
constexpr double HOPE = 6;

} // namespace

PowerPolish::PowerPolish(const Instance& instance, Direction direction)
    : m_instance(instance),
      m_direction(direction)
{
}

double
PowerPolish::Evaluate(SubchannelProblem& problem)
{
    const std::size_t n = m_next.size();
    for (std::size_t k = 0; k < n; ++k)
    {
        m_power[k] = math::Exp(m_next[k]);
    }
    const double cost = problem.CostGradient(m_power.data(), m_nextGradient.data());
    for (std::size_t k = 0; k < n; ++k)
    {
        m_nextGradient[k] *= m_power[k];
    }
    ++m_evaluations;
    return cost;
}

void
PowerPolish::Newton()
{
    std::fill(m_step.begin(), m_step.end(), 0.0);
    const auto f = static_cast<Eigen::Index>(m_free.size());
    if (!m_fresh && m_dense)
    {
        m_reduced.resize(f, f);
        m_solution.resize(f);
        for (Eigen::Index i = 0; i < f; ++i)
        {
            m_solution[i] = -m_gradient[m_free[i]];
            for (Eigen::Index j = 0; j <= i; ++j)
            {
                m_reduced(i, j) = m_hessian(m_free[i], m_free[j]);
            }
        }
        Eigen::LDLT<Eigen::Ref<Matrix>> factor(m_reduced);
        if (factor.info() == Eigen::Success && factor.isPositive())
        {
            factor.solveInPlace(m_solution);
            for (Eigen::Index i = 0; i < f; ++i)
            {
                m_step[m_free[i]] = m_solution[i];
            }
            return;
        }
    }
    for (std::size_t k : m_free)
    {
        m_step[k] = -m_gradient[k] / m_curvature;
    }
}

void
PowerPolish::Update(std::size_t n)
{
    using Eigen::Map;
    using Eigen::VectorXd;
    const auto size = static_cast<Eigen::Index>(n);
    const auto s = Map<const VectorXd>(m_next.data(), size) - Map<const VectorXd>(m_y.data(), size);
    const auto z = Map<const VectorXd>(m_nextGradient.data(), size) -
                   Map<const VectorXd>(m_gradient.data(), size);
    const double ss = s.squaredNorm();
    const double sz = s.dot(z);
    const double zz = z.squaredNorm();
    if (ss == 0)
    {
        return;
    }
    if (sz > 1e-12 * std::sqrt(ss * zz))
    {
        m_curvature = zz / sz;
        if (m_dense && m_fresh)
        {
            m_hessian = m_curvature * Matrix::Identity(size, size);
        }
        m_fresh = false;
    }
    if (!m_dense || m_fresh)
    {
        return;
    }
    // Powell's damped update keeps the matrix positive definite where the cost is not convex.
    m_solution = s;
    m_image.noalias() = m_hessian * m_solution;
    const double sBs = m_image.dot(m_solution);
    const double theta = sz >= 0.2 * sBs ? 1.0 : 0.8 * sBs / (sBs - sz);
    const double sr = theta * sz + (1 - theta) * sBs;
    if (!(sr > 0) || !(sBs > 0))
    {
        return;
    }
    m_solution = theta * z + (1 - theta) * m_image;
    m_hessian.noalias() += m_solution * (m_solution / sr).transpose();
    m_hessian.noalias() -= m_image * (m_image / sBs).transpose();
}

double
PowerPolish::Minimise(SubchannelProblem& problem,
                      std::vector<double>& p,
                      double tolerance,
                      uint32_t maxIterations,
                      double bar)
{
    const std::size_t n = problem.GetN();
    for (auto* v :
         {&m_low, &m_high, &m_y, &m_next, &m_power, &m_gradient, &m_nextGradient, &m_step})
    {
        v->resize(n);
    }
    m_dense = n <= DENSE_LIMIT;
    m_fresh = true;
    m_stationarity = 0;
    m_gaveUp = false;
    for (std::size_t k = 0; k < n; ++k)
    {
        const Interval& range = m_instance.users[problem.GetMember(k).user].powerW[m_direction];
        // the least normal number, so that the logarithm is finite
        const double floor =
            std::max({range.min, FLOOR * range.max, std::numeric_limits<double>::min()});
        m_low[k] = math::Log(floor);
        m_high[k] = math::Log(std::max(floor, range.max));
        m_y[k] = std::min(std::max(math::Log(std::max(p[k], floor)), m_low[k]), m_high[k]);
        m_next[k] = m_y[k];
    }
    double cost = Evaluate(problem);
    if (!std::isfinite(cost))
    {
        return cost;
    }
    m_gradient = m_nextGradient;
    bool moved = false;
    for (uint32_t iteration = 0; iteration < maxIterations; ++iteration)
    {
        m_free.clear();
        double norm = 0;
        double steepest = 0;
        for (std::size_t k = 0; k < n; ++k)
        {
            const double g = m_gradient[k];
            const bool bound = (g > 0 && m_y[k] <= m_low[k]) || (g < 0 && m_y[k] >= m_high[k]);
            if (!bound && m_low[k] < m_high[k])
            {
                m_free.push_back(k);
                const double room = g > 0 ? m_y[k] - m_low[k] : m_high[k] - m_y[k];
                norm = std::max(norm, std::min(std::abs(g), room * cost));
                steepest = std::max(steepest, std::abs(g));
            }
        }
        m_stationarity = cost > 0 ? norm / cost : 0.0;
        if (m_free.empty() || norm <= tolerance * cost)
        {
            break;
        }
        if (m_fresh)
        {
            m_curvature = steepest;
        }
        Newton();
        double slope = 0;
        double longest = 0;
        for (std::size_t k : m_free)
        {
            slope += m_step[k] * m_gradient[k];
            longest = std::max(longest, std::abs(m_step[k]));
        }
        if (!(slope < 0))
        {
            m_fresh = true;
            continue;
        }
        double t = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1.0;
        bool accepted = false;
        double nextCost = cost;
        for (int trial = 0; trial < 30 && !accepted; ++trial)
        {
            double predicted = 0;
            for (std::size_t k = 0; k < n; ++k)
            {
                m_next[k] = std::min(std::max(m_y[k] + t * m_step[k], m_low[k]), m_high[k]);
                predicted += m_gradient[k] * (m_next[k] - m_y[k]);
            }
            nextCost = Evaluate(problem);
            accepted = predicted < 0 && nextCost <= cost + 1e-4 * predicted;
            t *= trial < 2 ? 0.4 : 0.1;
        }
        if (!accepted)
        {
            if (m_fresh)
            {
                break;
            }
            m_fresh = true;
            continue;
        }
        Update(n);
        std::swap(m_y, m_next);
        std::swap(m_gradient, m_nextGradient);
        const double fell = cost - nextCost;
        cost = nextCost;
        moved = true;
        if (cost - bar > HOPE * fell)
        {
            m_gaveUp = true;
            break;
        }
    }
    if (moved)
    {
        for (std::size_t k = 0; k < n; ++k)
        {
            const Interval& range = m_instance.users[problem.GetMember(k).user].powerW[m_direction];
            p[k] = std::min(std::max(math::Exp(m_y[k]), range.min), range.max);
        }
    }
    return problem.Cost(p.data());
}

} // namespace noma
} // namespace ns3
