/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_UNITS_H
#define NOMA_UNITS_H

#include "noma-decision.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * The part of a user's utility that depends on its compute units: edgeFlops times
 * alpha / lambda(r) + beta * lambda(r)^2, eqs. (6), (16), (18).
 */
struct UnitCurve
{
    double alpha{0};               //!< wT / (delayScale * speed of one unit)
    double beta{0};                //!< wE * kappa * clock^2 / (energyScale * flopPerCycle)
    Interval range;                //!< units allowed, cut off above the unconstrained best
    const Lambda* lambda{nullptr}; //!< speed-up

    UnitCurve() = default;
    /// @param instance a valid instance @param user user index
    UnitCurve(const Instance& instance, uint32_t user);

    /// @param r units
    /// @returns cost per FLOP
    double Cost(double r) const;
    /// @param r units
    /// @returns derivative of Cost()
    double Slope(double r) const;
    /// @param flops work
    /// @param price price of one unit
    /// @returns the units with the least flops * Cost(r) + price * r
    double Best(double flops, double price) const;
};

/// @param instance a valid instance
/// @returns the curves of all users, by user index
std::vector<UnitCurve> MakeUnitCurves(const Instance& instance);

/**
 * @ingroup noma-core-problem
 * Gives every user of an edge server the units that minimise the sum of utilities at the decided
 * options. Without a binding capacity the best lambda(r) is the same constant for all work,
 * (alpha / (2 beta))^(1/3), clamped to the user's bounds; otherwise a common price per unit is
 * added until the sum fits.
 *
 * @param instance a valid instance
 * @param curves MakeUnitCurves() of the instance
 * @param ap access point
 * @param users the users it serves
 * @param [in,out] decision options in, units out
 * @param hint where to look for the price first, 0 if unknown
 * @returns the price of one unit, 0 if the capacity does not bind
 */
double OptimiseUnits(const Instance& instance,
                     const std::vector<UnitCurve>& curves,
                     uint32_t ap,
                     const std::vector<uint32_t>& users,
                     Decision& decision,
                     double hint = 0);

/**
 * @ingroup noma-core-problem
 * Shares an edge server equally between the users that have work there, within their bounds.
 *
 * @param instance a valid instance
 * @param ap access point
 * @param users the users it serves
 * @param [in,out] decision options in, units out
 */
void ShareUnitsEqually(const Instance& instance,
                       uint32_t ap,
                       const std::vector<uint32_t>& users,
                       Decision& decision);

/// @param instance a valid instance
/// @returns the users of each access point, ascending
std::vector<std::vector<uint32_t>> UsersByAp(const Instance& instance);

} // namespace noma
} // namespace ns3

#endif // NOMA_UNITS_H
