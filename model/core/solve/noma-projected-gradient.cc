/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-projected-gradient.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param a a vector
 * @param n its length
 * @returns the greatest magnitude; NaN if there is one
 */
double
MaxNorm(const double* a, std::size_t n)
{
    double norm = 0;
    for (std::size_t i = 0; i < n; ++i)
    {
        const double v = std::abs(a[i]);
        norm = v > norm || std::isnan(v) ? v : norm;
    }
    return norm;
}

/**
 * @param a a vector
 * @param b a vector
 * @param n their length
 * @returns the inner product
 */
double
Dot(const double* a, const double* b, std::size_t n)
{
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
    {
        sum += a[i] * b[i];
    }
    return sum;
}

/// @param value what it looks at
/// @param tolerance its tolerance, 0 if it is not in use
/// @returns whether a rule that is in use is met
bool
Met(double value, double tolerance)
{
    return tolerance > 0 && value <= tolerance;
}

/**
 * @param field name of a parameter
 * @param value its value
 * @param allowed what is allowed
 */
[[noreturn]] void
Reject(const char* field, double value, const char* allowed)
{
    std::ostringstream os;
    os << "projected gradient: " << field << " is " << value << ", allowed is " << allowed;
    throw std::invalid_argument(os.str());
}

} // namespace

void
ProjectedGradientParams::Validate() const
{
    const auto positive = [](const char* field, double value) {
        if (!(value > 0) || !std::isfinite(value))
        {
            Reject(field, value, "a finite number > 0");
        }
    };
    const auto tolerance = [](const char* field, double value) {
        if (!(value >= 0) || !std::isfinite(value))
        {
            Reject(field, value, "a finite number >= 0");
        }
    };
    positive("step", step);
    positive("minStep", minStep);
    positive("maxStep", maxStep);
    tolerance("gradientTolerance", gradientTolerance);
    tolerance("decreaseTolerance", decreaseTolerance);
    tolerance("costTolerance", costTolerance);
    tolerance("stepTolerance", stepTolerance);
    if (maxIterations == 0)
    {
        Reject("maxIterations", 0, "1 or more");
    }
    if (memory == 0)
    {
        Reject("memory", 0, "1 or more");
    }
    if (!(sufficientDecrease > 0 && sufficientDecrease < 1))
    {
        Reject("sufficientDecrease", sufficientDecrease, "a number in (0, 1)");
    }
    if (minStep > maxStep)
    {
        Reject("minStep", minStep, "at most maxStep");
    }
}

void
ProjectedGradient::Direction(const SmoothProblem& problem,
                             const double* x,
                             double length,
                             const double* gradient,
                             double* out) const
{
    const std::size_t n = problem.GetSize();
    for (std::size_t i = 0; i < n; ++i)
    {
        out[i] = x[i] - length * gradient[i];
    }
    problem.Project(out);
    for (std::size_t i = 0; i < n; ++i)
    {
        out[i] -= x[i];
    }
}

DescentReport
ProjectedGradient::Minimize(SmoothProblem& problem,
                            const ProjectedGradientParams& params,
                            double* x)
{
    params.Validate();
    const std::size_t n = problem.GetSize();
    m_gradient.resize(n);
    m_direction.resize(n);
    m_trial.resize(n);
    m_nextGradient.resize(n);
    m_recent.clear();
    m_recent.reserve(params.memory);

    DescentReport report;
    problem.Project(x);
    problem.Evaluate(x, &report.cost, m_gradient.data());
    report.evaluations = report.gradients = 1;
    if (!std::isfinite(report.cost) || !std::isfinite(MaxNorm(m_gradient.data(), n)))
    {
        report.status = SolverStatus::NOT_FINITE;
        return report;
    }
    if (params.rule == ProjectedGradientParams::Step::FIXED)
    {
        Fixed(problem, params, x, report);
    }
    else
    {
        Spectral(problem, params, x, report);
    }
    return report;
}

void
ProjectedGradient::Fixed(SmoothProblem& problem,
                         const ProjectedGradientParams& params,
                         double* x,
                         DescentReport& report)
{
    const std::size_t n = problem.GetSize();
    const auto stationary = [&]() {
        Direction(problem, x, 1.0, m_gradient.data(), m_direction.data());
        report.projectedGradientNorm = MaxNorm(m_direction.data(), n);
        return report.projectedGradientNorm <= params.gradientTolerance ||
               Dot(m_direction.data(), m_direction.data(), n) <=
                   params.decreaseTolerance * std::abs(report.cost);
    };
    while (true)
    {
        if (stationary())
        {
            report.status = SolverStatus::CONVERGED;
            return;
        }
        if (report.iterations == params.maxIterations)
        {
            report.status = SolverStatus::MAX_ITERATIONS;
            return;
        }
        Direction(problem, x, params.step, m_gradient.data(), m_direction.data());
        for (std::size_t i = 0; i < n; ++i)
        {
            m_trial[i] = x[i] + m_direction[i];
        }
        double cost = 0;
        problem.Evaluate(m_trial.data(), &cost, m_nextGradient.data());
        ++report.evaluations;
        ++report.gradients;
        if (!std::isfinite(cost) || !std::isfinite(MaxNorm(m_nextGradient.data(), n)))
        {
            report.status = SolverStatus::NOT_FINITE;
            return;
        }
        ++report.iterations;
        const double change = std::abs(cost - report.cost);
        const double step = MaxNorm(m_direction.data(), n);
        std::copy(m_trial.begin(), m_trial.begin() + n, x);
        m_gradient.swap(m_nextGradient);
        report.cost = cost;
        if (Met(change, params.costTolerance) || Met(step, params.stepTolerance))
        {
            stationary();
            report.status = SolverStatus::CONVERGED;
            return;
        }
    }
}

void
ProjectedGradient::Spectral(SmoothProblem& problem,
                            const ProjectedGradientParams& params,
                            double* x,
                            DescentReport& report)
{
    const std::size_t n = problem.GetSize();
    double length = params.step;
    std::size_t oldest = 0;
    m_recent.push_back(report.cost);
    bool small = false; // the last step met the tolerance on cost or step
    while (true)
    {
        Direction(problem, x, 1.0, m_gradient.data(), m_direction.data());
        const double norm2 = Dot(m_direction.data(), m_direction.data(), n);
        report.projectedGradientNorm = MaxNorm(m_direction.data(), n);
        if (small || report.projectedGradientNorm <= params.gradientTolerance ||
            norm2 <= params.decreaseTolerance * std::abs(report.cost))
        {
            report.status = SolverStatus::CONVERGED;
            return;
        }
        if (report.iterations == params.maxIterations)
        {
            report.status = SolverStatus::MAX_ITERATIONS;
            return;
        }
        if (length != 1.0)
        {
            Direction(problem, x, length, m_gradient.data(), m_direction.data());
        }
        const double slope = Dot(m_gradient.data(), m_direction.data(), n);
        if (!(slope < 0))
        {
            report.status = SolverStatus::NO_PROGRESS;
            return;
        }
        const double ceiling = *std::max_element(m_recent.begin(), m_recent.end());
        double t = 1;
        double cost = 0;
        while (true)
        {
            for (std::size_t i = 0; i < n; ++i)
            {
                m_trial[i] = x[i] + t * m_direction[i];
            }
            problem.Evaluate(m_trial.data(), &cost, m_nextGradient.data());
            ++report.evaluations;
            ++report.gradients;
            if (std::isfinite(cost) && cost <= ceiling + params.sufficientDecrease * t * slope)
            {
                break;
            }
            // the minimum of the parabola through both values, kept off the ends
            const double bend = 2 * (cost - report.cost - t * slope);
            const double best = -slope * t * t / bend;
            t = std::isfinite(best) ? std::clamp(best, 0.1 * t, 0.5 * t) : 0.1 * t;
            if (t < params.minStep)
            {
                report.status = SolverStatus::NO_PROGRESS;
                return;
            }
        }
        ++report.iterations;
        double ss = 0;
        double sy = 0;
        for (std::size_t i = 0; i < n; ++i)
        {
            const double s = m_trial[i] - x[i];
            ss += s * s;
            sy += s * (m_nextGradient[i] - m_gradient[i]);
        }
        length = sy > 0 ? std::clamp(ss / sy, params.minStep, params.maxStep)
                        : std::min(params.maxStep, 2 * length);
        small = Met(std::abs(cost - report.cost), params.costTolerance) ||
                Met(t * MaxNorm(m_direction.data(), n), params.stepTolerance);
        std::copy(m_trial.begin(), m_trial.begin() + n, x);
        m_gradient.swap(m_nextGradient);
        report.cost = cost;
        if (m_recent.size() < params.memory)
        {
            m_recent.push_back(cost);
        }
        else
        {
            m_recent[oldest] = cost;
            oldest = (oldest + 1) % params.memory;
        }
    }
}

} // namespace noma
} // namespace ns3
