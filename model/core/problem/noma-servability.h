/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SERVABILITY_H
#define NOMA_SERVABILITY_H

#include "noma-decision.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Checks that the users that cannot do without fit the edge servers at minimum units and the power
 * budgets at minimum power, and that each user has an option that fits both alone.
 *
 * @param instance a valid instance
 * @throws std::invalid_argument naming the constraint that no decision can meet
 */
void CheckServable(const Instance& instance);

/**
 * @ingroup noma-core-problem
 * Admits users in index order where an edge server cannot give every chosen tail its minimum units
 * or an access point every downlink its minimum power; the rest fall back to an option that does
 * without. Users without such an option are served first.
 *
 * @param instance an instance that passed CheckServable()
 * @param [in,out] decision the options may change
 */
void AdmitUsers(const Instance& instance, Decision& decision);

/**
 * @ingroup noma-core-problem
 * Brings compute units and downlink powers within what an edge server and an access point have,
 * where their sums are greater, by scaling down what users have above their minima.
 *
 * @param instance a valid instance
 * @param [in,out] decision options that AdmitUsers() leaves as they are; units and powers may fall
 */
void FitSums(const Instance& instance, Decision& decision);

} // namespace noma
} // namespace ns3

#endif // NOMA_SERVABILITY_H
