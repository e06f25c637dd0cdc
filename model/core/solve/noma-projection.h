/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PROJECTION_H
#define NOMA_PROJECTION_H

#include "noma-objective.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
 * Euclidean projection onto a box. @param [in,out] x numbers @param n how many @param min lower
 * bound of each @param max upper bound of each
 */
void ProjectBox(double* x, std::size_t n, double min, double max);

/**
 * @ingroup noma-core
 * Euclidean projection onto a box cut by one linear constraint,
 * {x: min <= x <= max, weight . x <= budget}: the capped simplex, the cap of users superposed, the
 * units of an edge server and the power budget of an access point are all of this kind.
 *
 * The result is clamp(y - t * weight, min, max); t is found exactly from the breakpoints of this
 * piecewise linear function, O(n log n). Memory is kept between calls.
 */
class KnapsackProjection
{
  public:
    /// Whether the linear constraint has to be met with equality.
    enum class Sense
    {
        AT_MOST, //!< weight . x <= budget
        EQUAL    //!< weight . x = budget
    };

    /**
     * @param [in,out] x the point, then its projection
     * @param n number of variables
     * @param min lower bounds
     * @param max upper bounds, not below min
     * @param weight weights > 0; nullptr = 1 for all
     * @param budget right-hand side
     * @param sense at most or equal
     * @returns the multiplier t of the constraint; 0 where it does not bind
     * @throws std::invalid_argument if no point is feasible
     */
    double Project(double* x,
                   std::size_t n,
                   const double* min,
                   const double* max,
                   const double* weight,
                   double budget,
                   Sense sense = Sense::AT_MOST);

  private:
    /// Where a variable leaves or reaches a bound as t grows.
    struct Breakpoint
    {
        double t;     //!< where
        double slope; //!< change of the slope of weight . x
    };

    std::vector<Breakpoint> m_breakpoints; //!< scratch
};

/**
 * @ingroup noma-core
 * How a projection onto an intersection went.
 */
struct ProjectionReport
{
    std::size_t iterations{0}; //!< rounds over both families of sets
    double violation{0};       //!< largest violation of a cap before the final repair
};

/**
 * @ingroup noma-core
 * The feasible set of the relaxed problem, section 6 of the model, for the columns of a support:
 *
 * - floor <= x <= 1, sum of a user's shares at most (or equal to) 1,
 * - sum of the shares of one (access point, subchannel) at most K,
 * - powers and units within their bounds,
 * - units of an access point's users at most those of its edge server,
 * - optionally sum of share * power over an access point's downlink at most its budget. This one is
 *   not convex in shares and powers together; powers are projected for the shares as they stand.
 *
 * Users without radio or edge work are under no constraint but their bounds, and take nothing from
 * the others.
 */
class FeasibleSet
{
  public:
    /// Parameters.
    struct Params
    {
        double floor{0};         //!< least share of every column, keeps rates positive
        bool sumToOne{false};    //!< whether a user's shares must add up to 1; with caps that leave
                                 //!< no such point the sums come out below 1
        double tolerance{1e-10}; //!< of the caps, relative to K
        std::size_t maxIterations{10000}; //!< rounds of Dykstra's algorithm at most
    };

    /// @param instance a valid instance, which must outlive the set
    explicit FeasibleSet(const Instance& instance);

    /// @param instance a valid instance, which must outlive the set @param params parameters
    FeasibleSet(const Instance& instance, const Params& params);

    /**
     * Projects the shares of one direction, by Dykstra's algorithm between the users' simplices and
     * the caps. What a cap is still exceeded by at the end, tolerance at most, is scaled away.
     *
     * @param d direction
     * @param support the columns
     * @param option per user: index into User::options
     * @param [in,out] share shares of the columns
     * @returns how it went
     * @throws std::invalid_argument if the floor leaves no feasible point
     */
    ProjectionReport ProjectShares(Direction d,
                                   const ShareSupport& support,
                                   const std::vector<uint32_t>& option,
                                   std::vector<double>& share);

    /**
     * @param d direction
     * @param support the columns
     * @param option per user: index into User::options
     * @param share shares of the columns
     * @param [in,out] power powers per user
     * @throws std::invalid_argument if the least powers exceed the budget
     */
    void ProjectPower(Direction d,
                      const ShareSupport& support,
                      const std::vector<uint32_t>& option,
                      const std::vector<double>& share,
                      std::vector<double>& power);

    /**
     * @param option per user: index into User::options
     * @param [in,out] units units per user
     * @throws std::invalid_argument if the least units exceed those of an edge server
     */
    void ProjectUnits(const std::vector<uint32_t>& option, std::vector<double>& units);

    /// Projects shares, then powers, then units. @param support the columns
    /// @param [in,out] point the point
    void Project(const ShareSupport& support, ObjectivePoint& point);

    /**
     * Stationarity: the Euclidean norm of x - P(x - g), each power and unit in units of the width
     * of its bounds (where that is zero, it counts for nothing).
     *
     * @param support the columns
     * @param point a feasible point
     * @param gradient of the objective at the point
     * @returns the norm of the projected gradient; 0 at a stationary point
     */
    double ProjectedGradientNorm(const ShareSupport& support,
                                 const ObjectivePoint& point,
                                 const ObjectiveGradient& gradient);

  private:
    /// One round over the users. @param d direction @param support columns
    /// @param option per user: option @param [in,out] share shares
    void ProjectUsers(Direction d,
                      const ShareSupport& support,
                      const std::vector<uint32_t>& option,
                      std::vector<double>& share);
    /// One round over the caps. @param d direction @param support columns
    /// @param option per user: option @param [in,out] share shares
    /// @returns largest excess before
    double ProjectCaps(Direction d,
                       const ShareSupport& support,
                       const std::vector<uint32_t>& option,
                       std::vector<double>& share);
    /// Units in multiples of scale. @param option per user: option @param scale per user
    /// @param [in,out] units scaled units
    void ProjectScaledUnits(const std::vector<uint32_t>& option,
                            const std::vector<double>& scale,
                            std::vector<double>& units);
    /// Powers in multiples of scale. @param d direction @param support columns
    /// @param option per user: option @param share shares @param scale per user
    /// @param [in,out] power scaled powers
    void ProjectScaledPower(Direction d,
                            const ShareSupport& support,
                            const std::vector<uint32_t>& option,
                            const std::vector<double>& share,
                            const std::vector<double>& scale,
                            std::vector<double>& power);
    /// Collects a variable for the knapsack. @param x value @param min bound @param max bound
    /// @param weight weight @param index where it goes back to
    void Collect(double x, double min, double max, double weight, uint32_t index);
    /// Forgets what was collected.
    void Clear();
    /// Projects what was collected and puts it back. @param budget right-hand side
    /// @param sense at most or equal @param [out] x where to
    void ProjectCollected(double budget, KnapsackProjection::Sense sense, std::vector<double>& x);

    const Instance& m_instance;                 //!< the problem
    Params m_params;                            //!< parameters
    KnapsackProjection m_knapsack;              //!< the projection
    std::vector<std::vector<uint32_t>> m_cells; //!< users per access point
    std::vector<double> m_x;                    //!< scratch: collected values
    std::vector<double> m_min;                  //!< scratch: their lower bounds
    std::vector<double> m_max;                  //!< scratch: their upper bounds
    std::vector<double> m_weight;               //!< scratch: their weights
    std::vector<uint32_t> m_index;              //!< scratch: where they came from
    std::vector<double> m_userCorrection; //!< scratch: Dykstra's correction of the users' sets
    std::vector<double> m_capCorrection;  //!< scratch: Dykstra's correction of the caps
    std::vector<double> m_before;         //!< scratch: shares before a round
    std::vector<double> m_last;           //!< scratch: shares after the users' round
};

} // namespace noma
} // namespace ns3

#endif // NOMA_PROJECTION_H
