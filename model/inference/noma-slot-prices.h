/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_PRICES_H
#define NOMA_SLOT_PRICES_H

#include "ns3/noma-slot-problem.h"
#include "ns3/noma-slot-rule.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a bit and a joule are worth in the slot problem. Prices are the derivatives of what it will
 * cost to send all that waits: if every access point sent its users' bits one user after the other
 * in Smith's order, by falling w_i / T_i, a bit less of user i would save
 *
 *     v_i = (w_i + e_i pbar_i + sum_{j after i} w_j / S) / rbar_i
 *
 * with w_i the utility of a second, e_i that of a joule, pbar_i the plan's power, rbar_i the rate
 * at that power alone on the user's best subchannel, T_i
 * the remaining bits over rbar_i, and S the number of subchannels that work at a time, of those
 * there are no more than users. The first part of the sum is the user's own wait, the last that of
 * those behind it, so that near an empty queue prices are those of Gamma, and in a long one time on
 * the air costs more than energy.
 *
 * Nothing takes less than a slot: priced by less, short messages would back off to nothing. And
 * what waits is always worth sending alone at the plan's power: a joule costs e_i, but less where
 * the queue holds a small part of what is to come, such as an answer while a result is still being
 * computed; it costs a slot's energy as large messages do, and the application waits for it.
 *
 * @param users by user index
 * @param energyWeight price of a joule over its utility
 * @param [in,out] problem the problem; bit and joule prices of its links are set
 */
void SetSlotPrices(const std::vector<SlotUser>& users, double energyWeight, SlotProblem& problem);

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_PRICES_H
