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

/// Longest list that gets a full Hessian approximation.
constexpr std::size_t DENSE_LIMIT = 64;
/// Longest step of one variable: a factor of about 20 in power.
constexpr double LONGEST_STEP = 3.0;

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
PowerPolish::Newton(std::size_t n)
{
    std::fill(m_step.begin(), m_step.end(), 0.0);
    if (m_fresh || !m_dense)
    {
        for (std::size_t k : m_free)
        {
            m_step[k] = -m_gradient[k] / m_curvature;
        }
        return;
    }
    const std::size_t f = m_free.size();
    m_factor.resize(f * f);
    bool ok = true;
    for (std::size_t i = 0; i < f && ok; ++i)
    {
        for (std::size_t j = 0; j <= i; ++j)
        {
            double sum = m_hessian[m_free[i] * n + m_free[j]];
            for (std::size_t l = 0; l < j; ++l)
            {
                sum -= m_factor[i * f + l] * m_factor[j * f + l];
            }
            if (i == j)
            {
                ok = sum > 0 && std::isfinite(sum);
                m_factor[i * f + i] = ok ? std::sqrt(sum) : 1.0;
            }
            else
            {
                m_factor[i * f + j] = sum / m_factor[j * f + j];
            }
        }
    }
    if (!ok)
    {
        for (std::size_t k : m_free)
        {
            m_step[k] = -m_gradient[k] / m_curvature;
        }
        return;
    }
    m_scratch.resize(std::max(n, f));
    for (std::size_t i = 0; i < f; ++i)
    {
        double sum = -m_gradient[m_free[i]];
        for (std::size_t l = 0; l < i; ++l)
        {
            sum -= m_factor[i * f + l] * m_scratch[l];
        }
        m_scratch[i] = sum / m_factor[i * f + i];
    }
    for (std::size_t i = f; i-- > 0;)
    {
        double sum = m_scratch[i];
        for (std::size_t l = i + 1; l < f; ++l)
        {
            sum -= m_factor[l * f + i] * m_step[m_free[l]];
        }
        m_step[m_free[i]] = sum / m_factor[i * f + i];
    }
}

void
PowerPolish::Update(std::size_t n)
{
    double ss = 0;
    double sz = 0;
    double zz = 0;
    for (std::size_t k = 0; k < n; ++k)
    {
        const double s = m_next[k] - m_y[k];
        const double z = m_nextGradient[k] - m_gradient[k];
        ss += s * s;
        sz += s * z;
        zz += z * z;
    }
    if (ss == 0)
    {
        return;
    }
    if (sz > 1e-12 * std::sqrt(ss * zz))
    {
        m_curvature = zz / sz;
        if (m_dense && m_fresh)
        {
            std::fill(m_hessian.begin(), m_hessian.end(), 0.0);
            for (std::size_t k = 0; k < n; ++k)
            {
                m_hessian[k * n + k] = m_curvature;
            }
        }
        m_fresh = false;
    }
    if (!m_dense || m_fresh)
    {
        return;
    }
    // Powell's damped update keeps the matrix positive definite where the cost is not convex.
    double sBs = 0;
    m_scratch.resize(n);
    for (std::size_t i = 0; i < n; ++i)
    {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j)
        {
            sum += m_hessian[i * n + j] * (m_next[j] - m_y[j]);
        }
        m_scratch[i] = sum;
        sBs += sum * (m_next[i] - m_y[i]);
    }
    const double theta = sz >= 0.2 * sBs ? 1.0 : 0.8 * sBs / (sBs - sz);
    const double sr = theta * sz + (1 - theta) * sBs;
    if (!(sr > 0) || !(sBs > 0))
    {
        return;
    }
    const auto r = [&](std::size_t k) {
        return theta * (m_nextGradient[k] - m_gradient[k]) + (1 - theta) * m_scratch[k];
    };
    for (std::size_t i = 0; i < n; ++i)
    {
        const double ri = r(i);
        for (std::size_t j = 0; j <= i; ++j)
        {
            m_hessian[i * n + j] += ri * r(j) / sr - m_scratch[i] * m_scratch[j] / sBs;
            m_hessian[j * n + i] = m_hessian[i * n + j];
        }
    }
}

double
PowerPolish::Minimise(SubchannelProblem& problem,
                      std::vector<double>& p,
                      double tolerance,
                      uint32_t maxIterations)
{
    const std::size_t n = problem.GetN();
    for (auto* v :
         {&m_low, &m_high, &m_y, &m_next, &m_power, &m_gradient, &m_nextGradient, &m_step})
    {
        v->resize(n);
    }
    m_dense = n <= DENSE_LIMIT;
    m_hessian.resize(m_dense ? n * n : 0);
    m_fresh = true;
    m_stationarity = 0;
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
        Newton(n);
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
        cost = nextCost;
        moved = true;
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
