/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ACCURACY_FLOOR_H
#define NOMA_ACCURACY_FLOOR_H

#include "noma-allocator.h"

#include <functional>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * The accuracy that a user can have at most.
 *
 * @param user a user
 * @returns the greatest accuracy of its options
 */
double BestAccuracy(const User& user);

/**
 * @ingroup noma-core-method
 * The mean accuracy of a decision.
 *
 * @param instance a valid problem
 * @param decision a decision for it
 * @param weights how much each user counts; empty = all the same
 * @returns the weighted mean of the chosen options' accuracies; 1 if nobody counts
 */
double MeanAccuracy(const Instance& instance,
                    const Decision& decision,
                    const std::vector<double>& weights = {});

/**
 * @ingroup noma-core-method
 * Keeps AllocatorOptions::accuracyFloor, whatever the method. If its free choice is below the
 * floor, an option of user i pays price * weight_i * (1 - accuracy), the Lagrangian of the floor,
 * in the only currency that all methods know: work on the device of just that cost. The price is
 * doubled until the floor holds and then halved in. The same is solved without the options that are
 * below the floor by themselves, which always keeps it. Of all the answers that keep the floor, the
 * one with the lowest Gamma, taken without the price, is returned.
 *
 * Not more than that: options are discrete, so that a duality gap may be left, and a method that
 * takes no work into account (or a user who pays for none) is left to the second way alone. The
 * price of users with a deadline is a little more than said, as it delays them too.
 *
 * @param instance a valid problem
 * @param options valid wishes, with a floor
 * @param solve the method
 * @returns a decision that keeps the floor, with what was spent on all solves in its report
 * @throws std::invalid_argument if no decision keeps the floor
 */
Allocation AllocateAccurate(
    const Instance& instance,
    const AllocatorOptions& options,
    const std::function<Allocation(const Instance&, const AllocatorOptions&)>& solve);

} // namespace noma
} // namespace ns3

#endif // NOMA_ACCURACY_FLOOR_H
