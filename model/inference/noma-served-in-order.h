/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SERVED_IN_ORDER_H
#define NOMA_SERVED_IN_ORDER_H

#include "ns3/noma-decision.h"
#include "ns3/noma-evaluation.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Evaluates a plan for slots that go to whoever is through soonest.
 *
 * The model counts a share of time as a rate (model.md, sections 2 and 5): all who take turns on a
 * subchannel end late, together, and are charged their power all the while. Where slots go to the
 * least remaining work per weight first (Smith's rule), a user waits only for those before it, and
 * sends at its power only in its turns. A subchannel of an access point is taken for as many places
 * as users may be superposed there; a user holds one for the time on the air that the plan gives
 * it, once its data exist. Where no time is shared nothing differs from Evaluate().
 *
 * @param instance a valid instance
 * @param decision a valid decision
 * @returns what Evaluate() says, with delays and energies of the radio in order
 */
Evaluation EvaluateInOrder(const Instance& instance, const Decision& decision);

} // namespace noma
} // namespace ns3

#endif // NOMA_SERVED_IN_ORDER_H
