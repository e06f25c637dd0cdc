/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LI_GD_PROBLEM_H
#define NOMA_LI_GD_PROBLEM_H

#include "noma-objective.h"
#include "noma-projected-gradient.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * The problem that Table I of the paper descends on: at one split for all users, the mean utility
 * as a function of every share, power and number of compute units, each in its own interval and
 * nothing else: the constraints that users share (K per subchannel, units per edge server) and
 * sum_m x = 1 are not part of it.
 *
 * Every variable is mapped to [0, 1], so that one step size means the same for all; shares keep
 * away from zero, where rates vanish and the objective is infinite.
 */
class LiGdProblem : public SmoothProblem
{
  public:
    /**
     * @param instance a valid instance, which must outlive the problem
     * @param shareFloor least share, in (0, 1)
     */
    LiGdProblem(const Instance& instance, double shareFloor);

    /// @param layer option of all users; users with fewer options take their last
    void SetLayer(uint32_t layer);

    /// @returns a point in the middle of all intervals
    std::vector<double> GetMiddle() const;

    /**
     * A point that stands for a decision. A link that the decision leaves out is in the middle of
     * its intervals, and so are the units of a user without work at the edge.
     *
     * @param decision a decision for the same users, perhaps on other options and subchannels
     * @returns the point
     */
    std::vector<double> GetPoint(const Decision& decision) const;

    std::size_t GetSize() const override;
    void Evaluate(const double* x, double* cost, double* gradient) override;
    void Project(double* x) const override;

    /**
     * @param x a point
     * @param d direction
     * @param user user
     * @param subchannel subchannel
     * @returns the share
     */
    double GetShare(const double* x, Direction d, uint32_t user, uint32_t subchannel) const;

    /// @param x a point
    /// @param d direction
    /// @param user user
    /// @returns the power (W)
    double GetPower(const double* x, Direction d, uint32_t user) const;

    /// @param x a point
    /// @param user user
    /// @returns the compute units
    double GetUnits(const double* x, uint32_t user) const;

    /// @returns the option of each user
    const std::vector<uint32_t>& GetOptions() const
    {
        return m_point.option;
    }

  private:
    /// @param d direction
    /// @returns index of the first power
    std::size_t FirstPower(Direction d) const;
    /// @returns index of the first units
    std::size_t FirstUnits() const;

    const Instance& m_instance;     //!< problem
    double m_floor;                 //!< least share
    Objective m_objective;          //!< relaxed objective
    ShareSupport m_support;         //!< all pairs
    ObjectivePoint m_point;         //!< the variables in their own units
    ObjectiveGradient m_derivative; //!< derivatives by them
    ObjectiveWorkspace m_workspace; //!< memory
    std::size_t m_pairs{0};         //!< users times subchannels
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LI_GD_PROBLEM_H
