/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GRADIENT_CHECKER_H
#define NOMA_GRADIENT_CHECKER_H

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * What a comparison with central differences found.
 */
struct GradientCheck
{
    double worst{0};           //!< largest relative error
    std::string where;         //!< name of the variable it occurred at
    double analytic{0};        //!< derivative claimed there
    double numeric{0};         //!< derivative found there
    std::size_t checked{0};    //!< number of variables compared
    std::size_t unresolved{0}; //!< of these, where differences drown in rounding and cannot tell
};

/**
 * Compares a gradient with central differences of shrinking steps, extrapolated to a step of zero
 * (Ridders' method), so that truncation and rounding are both far below what is to be shown.
 *
 * A problem has members
 * - `std::size_t GetSize() const`: number of variables;
 * - `double& At(std::size_t k)`: a variable, as Terms() reads it;
 * - `double Step(std::size_t k) const`: first and largest step of its difference;
 * - `std::string Name(std::size_t k) const`: for the report;
 * - `std::size_t Kind(std::size_t k) const`: derivatives count by their absolute error where they
 *   are below 1e-6 of the largest of their kind;
 * - `void Terms(std::vector<double>& terms)`: terms whose sum is differentiated, at the present
 *   variables;
 * - `std::vector<double> Gradient()`: what is to be checked.
 *
 * Differences are taken term by term: the difference of two sums would lose the digits that the
 * untouched terms share, which at 1250 users is most of them.
 *
 * @tparam Problem the problem
 */
template <typename Problem>
class GradientChecker
{
  public:
    /// @param problem the problem, which is back at its point after every check
    explicit GradientChecker(Problem& problem)
        : m_problem(problem)
    {
    }

    /**
     * Compares derivatives.
     *
     * @param gradient what to check, by variable
     * @param every check every n-th variable only
     * @returns what was found
     */
    GradientCheck Check(const std::vector<double>& gradient, std::size_t every = 1)
    {
        std::vector<double> largest;
        for (std::size_t k = 0; k < m_problem.GetSize(); ++k)
        {
            largest.resize(std::max(largest.size(), m_problem.Kind(k) + 1), 0.0);
            double& most = largest[m_problem.Kind(k)];
            most = std::max(most, std::abs(gradient[k]));
        }
        m_result = {};
        for (std::size_t k = 0; k < m_problem.GetSize(); k += every)
        {
            CheckOne(k, gradient[k], SMALL * largest[m_problem.Kind(k)]);
        }
        return m_result;
    }

  private:
    /// Derivatives below this part of the largest of their kind count by their absolute error.
    static constexpr double SMALL = 1e-6;
    /// Steps shrink by this from one difference to the next.
    static constexpr double SHRINK = 2;
    /// Number of differences at most.
    static constexpr std::size_t STEPS = 30;
    /// Number of steps extrapolated from at most, so that useless large steps are forgotten.
    static constexpr std::size_t ORDER = 6;
    /// Differences that disagree among themselves by more than this, relative, prove nothing.
    static constexpr double RESOLVED = 1e-7;
    /// Relative error estimate that ends the search for a better step.
    static constexpr double GOOD = 1e-9;

    /// @param k variable @param analytic derivative to check @param scale its absolute size
    void CheckOne(std::size_t k, double analytic, double scale)
    {
        double doubt = 0;
        const double numeric = Derivative(k, doubt);
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
            m_result.where = m_problem.Name(k);
            m_result.analytic = analytic;
            m_result.numeric = numeric;
        }
    }

    /// @returns the central difference @param k variable @param step step
    /// @param [out] noise rounding error to expect
    double Difference(std::size_t k, double step, double& noise)
    {
        double& variable = m_problem.At(k);
        const double centre = variable;
        variable = centre + step;
        const double above = variable;
        m_problem.Terms(m_plus);
        variable = centre - step;
        const double below = variable;
        m_problem.Terms(m_minus);
        variable = centre;
        m_moves.resize(m_plus.size(), false);
        double sum = 0;
        double touched = 0;
        for (std::size_t i = 0; i < m_plus.size(); ++i)
        {
            const double difference = m_plus[i] - m_minus[i];
            sum += difference;
            // a term that moved once is there, also where a small step no longer moves it
            m_moves[i] = m_moves[i] || difference != 0;
            touched += m_moves[i] ? std::abs(m_plus[i]) : 0.0;
        }
        noise = std::numeric_limits<double>::epsilon() * touched / (above - below);
        return sum / (above - below);
    }

    /// @returns the extrapolated derivative @param k variable
    /// @param [out] doubt by how much estimates differ
    double Derivative(std::size_t k, double& doubt)
    {
        // Rows of Neville's scheme in step^2. A row's estimate is the entry that changes least; the
        // best row is the one that also agrees with the row before.
        std::array<double, ORDER> row{};
        double best = std::numeric_limits<double>::quiet_NaN();
        double before = best;
        double error = std::numeric_limits<double>::infinity();
        double step = m_problem.Step(k);
        m_moves.clear();
        for (std::size_t n = 0; n < STEPS; ++n, step /= SHRINK)
        {
            double last = row[0];
            double noise = 0;
            row[0] = Difference(k, step, noise);
            double estimate = row[0];
            double least = std::numeric_limits<double>::infinity();
            double factor = 1;
            for (std::size_t j = 1; j < ORDER && j <= n; ++j)
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

    Problem& m_problem;          //!< the problem
    std::vector<double> m_plus;  //!< terms above
    std::vector<double> m_minus; //!< terms below
    std::vector<bool> m_moves;   //!< terms that depend on the variable
    GradientCheck m_result;      //!< worst so far
};

/**
 * Checks the gradient that a problem gives at its point.
 *
 * @tparam Problem see GradientChecker
 * @param problem the problem
 * @param every check every n-th variable only
 * @returns the worst relative error
 */
template <typename Problem>
GradientCheck
CheckGradient(Problem& problem, std::size_t every = 1)
{
    const std::vector<double> gradient = problem.Gradient();
    return GradientChecker<Problem>(problem).Check(gradient, every);
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_GRADIENT_CHECKER_H
