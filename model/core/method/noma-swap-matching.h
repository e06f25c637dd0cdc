/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SWAP_MATCHING_H
#define NOMA_SWAP_MATCHING_H

#include "noma-radio-baseline.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Many-to-one two-sided matching with swaps: B. Di, L. Song, Y. Li, "Sub-Channel Assignment, Power
 * Allocation, and User Scheduling for Non-Orthogonal Multiple Access Networks", IEEE Transactions
 * on Wireless Communications 15(11), 2016.
 *
 * Users propose to subchannels in the order of their gains; a subchannel keeps the strongest that
 * fit (deferred acceptance). Then two users of an access point swap places, or one moves to a free
 * place, wherever none of the players involved - the users and the two subchannels, whose costs are
 * the sums over their users - is worse off and one is better off, until there is no such pair.
 * Matching and powers alternate as in the paper, with the quadratic transform (OptimisePowers())
 * in the place of geometric programming. Cells match one after the other at the interference they
 * meet.
 */
class SwapMatchingAllocator : public RadioBaseline
{
  public:
    std::string GetName() const override;

  private:
    uint64_t AllocateRadio(RadioGroups& groups) const override;
};

/**
 * @ingroup noma-core-method
 * Deferred acceptance on gains.
 *
 * @param [in,out] groups nobody placed; everybody placed on return
 */
void MatchByGain(RadioGroups& groups);

/**
 * @ingroup noma-core-method
 * Swaps until no pair of users of an access point blocks the matching.
 *
 * @param [in,out] groups everybody placed
 * @param ap access point
 * @param limit most swaps
 * @returns number of swaps
 */
uint64_t SwapUntilStable(RadioGroups& groups, uint32_t ap, uint64_t limit);

} // namespace noma
} // namespace ns3

#endif // NOMA_SWAP_MATCHING_H
