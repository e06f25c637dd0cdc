/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FRACTIONAL_PROGRAMMING_H
#define NOMA_FRACTIONAL_PROGRAMMING_H

#include "noma-radio-baseline.h"

#include <functional>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Powers of one subchannel at all access points by the quadratic transform: K. Shen, W. Yu,
 * "Fractional Programming for Communication Systems - Part I: Power Control and Beamforming", IEEE
 * Transactions on Signal Processing 66(10), 2018, closed-form algorithm (Lagrangian dual and
 * quadratic transform).
 *
 * For the weighted sum rate sum_i w_i log(1 + gamma_i), less c_i per watt, their update
 * y_i^2 w_i (1 + gamma_i) g_ii / (sum_j y_j^2 g_ji + c_i)^2 at the optimal auxiliary variables is
 *
 *     p_i+ = p_i (u_i / (u_i + G_i))^2,   u_i = w_i gamma_i / p_i,
 *
 * where G_i is the derivative of the negative objective: it needs the SINRs and one gradient, and
 * stands still where the gradient vanishes. The costs of a subchannel are not a weighted sum
 * rate; with w_i = -dcost/dR_i and c_i = dcost/dp_i at the present point their gradients agree.
 * At high SINRs the closed form creeps, so log(p+ / p) is stretched, twice as much after every
 * step, and halved until the cost falls; the first step is the closed form's own if that lowers it.
 */
class QuadraticTransform
{
  public:
    /**
     * @param instance a valid instance; kept by reference
     * @param direction link direction
     */
    QuadraticTransform(const Instance& instance, Direction direction);

    /**
     * @param problem a loaded subchannel of the same instance and direction
     * @param [in,out] p powers (W); the cost falls from step to step
     * @param tolerance stop when no step lowers the cost by more than this, relatively
     * @param maxIterations most steps
     * @returns steps taken
     */
    uint64_t Minimise(SubchannelProblem& problem,
                      std::vector<double>& p,
                      double tolerance,
                      uint64_t maxIterations);

    /**
     * One step of the closed form, within the bounds.
     *
     * @param problem a loaded subchannel
     * @param p powers (W)
     * @param [out] next powers after the step (W)
     * @returns the cost at p
     */
    double Step(SubchannelProblem& problem,
                const std::vector<double>& p,
                std::vector<double>& next);

    /// @returns largest derivative of the cost by log(p) that a bound does not hold back, over the
    ///          cost, at the last point of Step()
    double GetStationarity() const
    {
        return m_stationarity;
    }

  private:
    const Instance& m_instance;     //!< problem
    Direction m_direction;          //!< direction
    double m_stationarity{0};       //!< relative projected gradient norm
    std::vector<double> m_gradient; //!< of the cost
    std::vector<double> m_next;     //!< after a step
    std::vector<double> m_trial;    //!< part of a step
};

/**
 * @ingroup noma-core-method
 * Fractional programming for powers (QuadraticTransform) on subchannels chosen by gain: strongest
 * users first, each on its strongest subchannel with room.
 */
class FractionalProgrammingAllocator : public RadioBaseline
{
  public:
    std::string GetName() const override;

  private:
    uint64_t AllocateRadio(RadioGroups& groups) const override;
};

/**
 * @ingroup noma-core-method
 * Quadratic transform on every subchannel.
 *
 * @param [in,out] groups everybody placed
 * @param tolerance as of QuadraticTransform::Minimise()
 * @param maxIterations most steps per subchannel
 * @returns steps taken
 */
uint64_t OptimisePowers(RadioGroups& groups, double tolerance, uint64_t maxIterations);

/**
 * @ingroup noma-core-method
 * Changes who is where and then the powers, in turns, until nobody moves or after ten rounds.
 *
 * @param [in,out] groups everybody placed
 * @param change moves users at the powers as they are; gives the number of its moves
 * @returns moves made
 */
uint64_t AlternateWithPowers(RadioGroups& groups, const std::function<uint64_t()>& change);

} // namespace noma
} // namespace ns3

#endif // NOMA_FRACTIONAL_PROGRAMMING_H
