/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_POWER_POLISH_H
#define NOMA_POWER_POLISH_H

#include "noma-subchannel.h"

#include <Eigen/Cholesky>
#include <cstddef>
#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Local minimisation of one subchannel's cost over the powers of its members, within their bounds:
 * projected quasi-Newton (BFGS, or a spectral step for long lists) on the logarithm of the powers.
 * Reuses its memory between calls.
 */
class PowerPolish
{
  public:
    /// A power below this fraction of the maximum counts as none.
    static constexpr double FLOOR = 1e-9;

    /**
     * @param instance a valid instance; kept by reference
     * @param direction link direction
     */
    PowerPolish(const Instance& instance, Direction direction);

    /**
     * @param problem a loaded subchannel of the same instance and direction
     * @param [in,out] p powers (W); never made worse
     * @param tolerance stop when the projected gradient over log(p) is below this times the cost
     * @param maxIterations budget
     * @param bar what the cost must fall below to be of use: the polish gives up where it does not
     *        seem to come there
     * @returns the cost reached
     */
    double Minimise(SubchannelProblem& problem,
                    std::vector<double>& p,
                    double tolerance,
                    uint32_t maxIterations,
                    double bar = std::numeric_limits<double>::infinity());

    /// @returns projected gradient norm over log(p), relative to the cost, of the last call
    double GetStationarity() const
    {
        return m_stationarity;
    }

    /// @returns whether the last call gave up
    bool GaveUp() const
    {
        return m_gaveUp;
    }

    /// @returns gradient evaluations since construction
    uint64_t GetEvaluations() const
    {
        return m_evaluations;
    }

  private:
    /// Longest list that gets a full Hessian approximation.
    static constexpr int DENSE_LIMIT = 32;

    /// A matrix of bounded size, which needs no heap.
    using Matrix = Eigen::
        Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, DENSE_LIMIT, DENSE_LIMIT>;
    /// A vector of bounded size.
    using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, DENSE_LIMIT, 1>;

    /// @param problem the subchannel
    /// @returns cost at m_next, its gradient in m_nextGradient
    double Evaluate(SubchannelProblem& problem);
    /// Solves for the step of the free variables into m_step.
    void Newton();
    /// Updates the Hessian approximation from the last step. @param n number of variables
    void Update(std::size_t n);

    const Instance& m_instance;         //!< instance
    Direction m_direction;              //!< direction
    bool m_gaveUp{false};               //!< whether the bar seemed out of reach
    double m_stationarity{0};           //!< relative projected gradient norm
    uint64_t m_evaluations{0};          //!< gradient evaluations
    bool m_dense{true};                 //!< full BFGS matrix, or one curvature for all
    double m_curvature{1};              //!< curvature of the spectral step
    bool m_fresh{true};                 //!< no curvature known yet
    std::vector<double> m_low;          //!< lower bounds of log(p)
    std::vector<double> m_high;         //!< upper bounds of log(p)
    std::vector<double> m_y;            //!< log(p)
    std::vector<double> m_next;         //!< trial log(p)
    std::vector<double> m_power;        //!< trial p
    std::vector<double> m_gradient;     //!< gradient at m_y
    std::vector<double> m_nextGradient; //!< gradient at m_next
    std::vector<double> m_step;         //!< direction
    std::vector<std::size_t> m_free;    //!< free variables
    Matrix m_hessian;                   //!< BFGS matrix
    Matrix m_reduced;                   //!< over the free variables
    Vector m_solution;                  //!< step or difference of gradients
    Vector m_image;                     //!< Hessian times step
};

} // namespace noma
} // namespace ns3

#endif // NOMA_POWER_POLISH_H
