/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GRADIENT_CHECKER_H
#define NOMA_GRADIENT_CHECKER_H

#include "noma-objective.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
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
 * @ingroup noma-core
 * Compares a gradient with central differences of shrinking steps, extrapolated to a step of zero
 * (Ridders' method), so that truncation and rounding are both far below what is to be shown.
 *
 * The function is given as terms whose sum is differentiated. Differences are taken term by term:
 * the difference of two sums would lose the digits that the untouched terms share, which at 1250
 * users is most of them.
 */
class GradientChecker
{
  public:
    /// Fills in the terms at the present value of the variables.
    using Terms = std::function<void(std::vector<double>& terms)>;

    /// @param terms the function
    explicit GradientChecker(Terms terms);

    /**
     * Compares one derivative; the variable is restored.
     *
     * @param variable the variable, as the function reads it
     * @param step first and largest step of the difference
     * @param analytic derivative to check
     * @param scale derivatives much smaller than this count by their absolute error over scale
     * @param name of the variable, for the report
     */
    void Check(double& variable,
               double step,
               double analytic,
               double scale,
               const std::string& name);

    /// @returns what was found so far
    const GradientCheck& GetResult() const
    {
        return m_result;
    }

  private:
    /// @returns the central difference @param variable the variable @param step step
    /// @param [out] noise rounding error to expect
    double Difference(double& variable, double step, double& noise);

    /// @returns the extrapolated derivative @param variable the variable @param step first step
    /// @param [out] doubt by how much estimates differ
    double Derivative(double& variable, double step, double& doubt);

    Terms m_terms;               //!< the function
    std::vector<double> m_plus;  //!< terms above
    std::vector<double> m_minus; //!< terms below
    GradientCheck m_result;      //!< worst so far
};

/**
 * @ingroup noma-core
 * Checks a gradient of the objective at a point: shares of all columns, powers and units of all
 * users with radio or edge work.
 *
 * Relative errors count against the derivative itself or 1e-6 of the largest derivative of its
 * kind and direction, whichever is larger.
 *
 * @param objective the objective
 * @param support the columns
 * @param point the point
 * @param gradient what to check, usually Objective::Gradient() at the point
 * @param every check every n-th variable only
 * @returns the worst relative error
 */
GradientCheck CheckGradient(const Objective& objective,
                            const ShareSupport& support,
                            const ObjectivePoint& point,
                            const ObjectiveGradient& gradient,
                            std::size_t every = 1);

} // namespace noma
} // namespace ns3

#endif // NOMA_GRADIENT_CHECKER_H
