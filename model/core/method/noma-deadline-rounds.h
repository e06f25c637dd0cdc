/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DEADLINE_ROUNDS_H
#define NOMA_DEADLINE_ROUNDS_H

#include "noma-allocator.h"

#include <functional>

namespace ns3
{
namespace noma
{

/// Solves an instance without deadlines. @param instance instance @param options options
/// @returns the allocation; gamma need not be set
using PricedSolver = std::function<Allocation(const Instance&, const AllocatorOptions&)>;

/**
 * @ingroup noma-core-method
 * Deadlines for a method whose utilities are linear in delay and energy. The method solves the
 * instance with every user's deadline replaced by a price of one second (PriceDeadlines()), the
 * price is taken anew at the delays found, and the decision with the least objective - deadlines
 * as they are - is kept:
 *
 * 1. Without a price, then by chords: what a late user would save per second if it became timely.
 * 2. By tangents, DeadlinePrice(), until the objective falls no more. Where the prices stay what
 *    they were, a stationary point of the priced problem is one of the true objective.
 * 3. With effort: user by user the price is dropped (give it up) or set to the steepest there is
 *    (rescue it), and what lowers the objective stays. The full search runs at the last prices.
 *
 * The deadline's cost is not convex in the delay; nothing more than a local optimum is claimed.
 *
 * @param instance a valid instance
 * @param options the caller's wishes; at effort 0 three rounds are made
 * @param solve the method
 * @returns the best allocation found; its report counts all rounds
 */
Allocation SolveWithDeadlines(const Instance& instance,
                              const AllocatorOptions& options,
                              const PricedSolver& solve);

} // namespace noma
} // namespace ns3

#endif // NOMA_DEADLINE_ROUNDS_H
