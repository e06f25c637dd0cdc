/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DEADLINE_H
#define NOMA_DEADLINE_H

#include "noma-instance.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Where User::deadlineScale is zero, the cost of being late rises over this part of the deadline.
 */
inline constexpr double DEADLINE_SOFTNESS = 0.1;

/**
 * @ingroup noma-core-problem
 * The time over which a task turns from timely to late: User::deadlineScale, or DEADLINE_SOFTNESS
 * times the deadline where that is zero.
 *
 * @param user a user with a deadline
 * @returns s * D of the model, section 15 (s)
 */
double DeadlineScale(const User& user);

/**
 * @ingroup noma-core-problem
 * What missing the deadline costs: wQ * S((T - D) / (s D)) with S the logistic function, the
 * quality of experience of ERA (arXiv 2409.16537) as a loss. Rises from 0 to wQ, wQ / 2 at the
 * deadline.
 *
 * @param user the user
 * @param delay delay of its task T (s), may be infinite
 * @returns the cost, 0 for users with wQ = 0
 */
double DeadlineCost(const User& user, double delay);

/**
 * @ingroup noma-core-problem
 * The derivative of DeadlineCost() by the delay.
 *
 * @param user the user
 * @param delay delay of its task (s)
 * @returns utility per second
 */
double DeadlinePrice(const User& user, double delay);

/**
 * @ingroup noma-core-problem
 * What one more second costs a user: the derivative of its utility by the delay of its task,
 * wT / delayScale and the deadline's part. Solvers price delays by it, slot rules bits.
 *
 * @param user the user
 * @param delay delay of its task as far as it is known (s)
 * @returns utility per second
 */
double DelayPrice(const User& user, double delay);

/**
 * @ingroup noma-core-problem
 * @param user the user
 * @param delay delay of its task (s)
 * @param energy energy of its task (J)
 * @returns its utility, eq. (18) and the deadline's part: wT * delay / delayScale + wE * energy /
 *          energyScale + DeadlineCost(); infinite where the delay is
 */
double Utility(const User& user, double delay, double energy);

/// @param instance the instance
/// @returns whether a deadline counts in the objective
bool HasDeadlines(const Instance& instance);

/**
 * @ingroup noma-core-problem
 * The same problem without deadlines, in which a second costs what it is told to: for solvers that
 * need a utility linear in delay and energy. Utilities are the user's own in joules; those of
 * delays differ by the deadlines' part.
 *
 * @param instance a valid instance
 * @param price utility of a second beside wT / delayScale, per user, at least 0
 * @returns a valid instance with wQ = 0 everywhere
 */
Instance PriceDeadlines(const Instance& instance, const std::vector<double>& price);

} // namespace noma
} // namespace ns3

#endif // NOMA_DEADLINE_H
