/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_COALITION_GAME_H
#define NOMA_COALITION_GAME_H

#include "noma-radio-baseline.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Coalition formation for several NOMA cells with edge servers: Q.-V. Pham, H. T. Nguyen, Z. Han,
 * W.-J. Hwang, "Coalitional Games for Computation Offloading in NOMA-Enabled Multi-Access Edge
 * Computing", IEEE Transactions on Vehicular Technology 69(2), 2020.
 *
 * The users of a subchannel, at all access points, are a coalition. Users in turn leave theirs for
 * another, or exchange places with a user of the same access point where it is full, if that lowers
 * the sum of the costs of both coalitions (the utilitarian order). The sum over all coalitions
 * falls with every switch, so the game ends in a partition that no switch improves. Powers are
 * found after the game (OptimisePowers()), which is then played again. Who computes on its device
 * is settled by the best responses around it (RadioBaseline).
 */
class CoalitionGameAllocator : public RadioBaseline
{
  public:
    std::string GetName() const override;

  private:
    uint64_t AllocateRadio(RadioGroups& groups) const override;
};

/**
 * @ingroup noma-core-method
 * Switches until none lowers the sum of the costs.
 *
 * @param [in,out] groups everybody placed
 * @param limit most switches
 * @returns number of switches
 */
uint64_t SwitchUntilStable(RadioGroups& groups, uint64_t limit);

} // namespace noma
} // namespace ns3

#endif // NOMA_COALITION_GAME_H
