/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PROJECTION_H
#define NOMA_PROJECTION_H

#include <cstddef>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Euclidean projection onto a box cut by one linear constraint,
 * {x: min <= x <= max, weight . x <= budget}: the capped simplex, the cap of users superposed and
 * the power budget of an access point are all of this kind.
 *
 * The result is clamp(y - t * weight, min, max); t is found exactly from the breakpoints of this
 * piecewise linear function, O(n log n). Memory is kept between calls.
 */
class KnapsackProjection
{
  public:
    /**
     * Projects a point.
     *
     * @param [in,out] x the point, then its projection
     * @param n number of variables
     * @param min lower bounds
     * @param max upper bounds, not below min
     * @param weight weights > 0; nullptr = 1 for all
     * @param budget right-hand side
     * @returns the multiplier t of the constraint; 0 where it does not bind
     * @throws std::invalid_argument if no point is feasible
     */
    double Project(double* x,
                   std::size_t n,
                   const double* min,
                   const double* max,
                   const double* weight,
                   double budget);

  private:
    /// Where a variable leaves or reaches a bound as t grows.
    struct Breakpoint
    {
        double t;     //!< where
        double slope; //!< change of the slope of weight . x
    };

    std::vector<Breakpoint> m_breakpoints; //!< scratch
};

} // namespace noma
} // namespace ns3

#endif // NOMA_PROJECTION_H
