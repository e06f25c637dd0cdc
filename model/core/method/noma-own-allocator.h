/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_OWN_ALLOCATOR_H
#define NOMA_OWN_ALLOCATOR_H

/**
 * @file
 * @ingroup noma-core-method
 * All that an allocator of one's own needs, in one include.
 *
 * 1. Subclass Allocator: a name, DoAllocate(), and GetHonouredOptions() if it makes use of any
 *    option. Allocate() has checked the instance and called CheckServable(); it checks the answer.
 * 2. Choose an option for every user, then
 *    - leave radio and compute to CompleteUncoordinated(): admission, round-robin subchannels at
 *      the greatest power, equal shares of the edge; or
 *    - call AdmitUsers(), so that minimum units and powers fit, place those for whom UsesRadio()
 *      holds, give units with OptimiseUnits() or ShareUnitsEqually(), and call FitSums() where sums
 *      of units or downlink powers may exceed what there is. A method that only places users and
 *      sets powers is a RadioBaseline: one function, on the board RadioGroups.
 * 3. ObservePresentState(), EstimateDelay() and EstimateEnergy() tell what a user can know on its
 *    own, Evaluate() what a decision is worth.
 * 4. RegisterAllocator() makes it selectable by name, in the controller's attribute Allocator too.
 *
 * The example noma-custom-allocator does this in ten lines.
 */

#include "noma-allocator.h"
#include "noma-radio-baseline.h"
#include "noma-round-robin-radio.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-servability.h"
#include "ns3/noma-units.h"

#endif // NOMA_OWN_ALLOCATOR_H
