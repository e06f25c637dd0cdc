/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PROJECTED_GRADIENT_H
#define NOMA_PROJECTED_GRADIENT_H

#include "noma-solver-report.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A smooth function over a closed convex set. It knows nothing of the solver.
 */
class SmoothProblem
{
  public:
    virtual ~SmoothProblem() = default;

    /// @returns number of variables
    virtual std::size_t GetSize() const = 0;

    /**
     * @param x point of the feasible set
     * @param [out] cost f(x); anything not finite stands for "outside the domain"
     * @param [out] gradient of f at x, or nullptr if it is not wanted
     */
    virtual void Evaluate(const double* x, double* cost, double* gradient) = 0;

    /// Euclidean projection onto the feasible set @param [in,out] x the point
    virtual void Project(double* x) const = 0;
};

/**
 * @ingroup noma-core-solve
 * How ProjectedGradient takes its steps and when it stops. P is the projection, g the gradient.
 */
struct ProjectedGradientParams
{
    /// How long a step is.
    enum class Step
    {
        FIXED,   //!< x+ = P(x - step * g), whatever it does to f: Table I of the paper
        SPECTRAL //!< Barzilai-Borwein length, non-monotone line search along P(x - a * g) - x
    };

    Step rule{Step::SPECTRAL};    //!< step rule
    double step{1};               //!< FIXED: the step; SPECTRAL: the first a
    double gradientTolerance{0};  //!< stop when max |P(x - g) - x| <= this
    double decreaseTolerance{0};  //!< stop when |P(x - g) - x|^2 <= this * |f|: relative distance
                                  //!< from the optimum, in variables of unit curvature
    double costTolerance{0};      //!< stop when |f+ - f| <= this; 0 = do not look
    double stepTolerance{0};      //!< stop when max |x+ - x| <= this; 0 = do not look
    uint64_t maxIterations{1000}; //!< steps, at most
    uint32_t memory{8};           //!< SPECTRAL: f may rise up to the greatest of this many
    double sufficientDecrease{1e-4}; //!< SPECTRAL: f+ <= f_max + this * t * g.d (Armijo)
    double minStep{1e-12};           //!< SPECTRAL: least a and least t before giving up
    double maxStep{1e12};            //!< SPECTRAL: greatest a

    /// @throws std::invalid_argument naming the field that is wrong
    void Validate() const;
};

/**
 * @ingroup noma-core-solve
 * How a descent ended.
 */
struct DescentReport
{
    SolverStatus status{SolverStatus::CONVERGED}; //!< why it stopped
    uint64_t iterations{0};                       //!< steps taken
    uint64_t evaluations{0};                      //!< Evaluate() calls
    uint64_t gradients{0};                        //!< of these, with gradient
    double cost{0};                               //!< f at the end
    double projectedGradientNorm{0};              //!< max |P(x - g) - x| at the end
};

/**
 * @ingroup noma-core-solve
 * Projected gradient descent. Keeps its workspace, so that no run after the first allocates
 * memory unless the problem grew.
 */
class ProjectedGradient
{
  public:
    /**
     * @param problem what to minimise
     * @param params how
     * @param [in,out] x start, projected first; the last point of finite cost on return
     * @returns how it ended
     */
    DescentReport Minimize(SmoothProblem& problem,
                           const ProjectedGradientParams& params,
                           double* x);

  private:
    /**
     * @param problem the problem
     * @param x a point
     * @param length length of the step a
     * @param gradient gradient at x
     * @param [out] out P(x - a * g) - x
     */
    void Direction(const SmoothProblem& problem,
                   const double* x,
                   double length,
                   const double* gradient,
                   double* out) const;

    /// Fixed steps @param problem problem @param params params @param x point @param report report
    void Fixed(SmoothProblem& problem,
               const ProjectedGradientParams& params,
               double* x,
               DescentReport& report);

    /// Spectral steps @param problem problem @param params params @param x point @param report
    /// report
    void Spectral(SmoothProblem& problem,
                  const ProjectedGradientParams& params,
                  double* x,
                  DescentReport& report);

    std::vector<double> m_gradient;     //!< gradient at x
    std::vector<double> m_direction;    //!< feasible direction
    std::vector<double> m_trial;        //!< next point
    std::vector<double> m_nextGradient; //!< gradient at the next point
    std::vector<double> m_recent;       //!< last costs, a ring
};

} // namespace noma
} // namespace ns3

#endif // NOMA_PROJECTED_GRADIENT_H
