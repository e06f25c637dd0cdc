/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SALAUN_H
#define NOMA_SALAUN_H

#include "noma-radio-baseline.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * One candidate for a subchannel, as SelectGroup() sees it.
 */
struct GroupCandidate
{
    double snrPerWatt{0};        //!< SINR over SNR gap and power if no other user of its cell were
                                 //!< on the subchannel (1/W)
    double timeCost{0};          //!< bits * wT / delayScale
    double energyCost{0};        //!< bits * wE / energyScale (1/W)
    double price{0};             //!< what it is worth to serve it
    std::vector<double> powersW; //!< powers to choose from (W)
};

/**
 * @ingroup noma-core-method
 * The group of one subchannel and one access point.
 */
struct SelectedGroup
{
    double value{0};                 //!< sum of cost - price over the members; <= 0
    std::vector<std::size_t> member; //!< positions of the members, ascending
    std::vector<double> powerW;      //!< power of each (W)
};

/**
 * @ingroup noma-core-method
 * Chooses at most K users of one cell and their powers for one subchannel, so that the sum of
 * (timeCost + energyCost * p) / R - price is least.
 *
 * With perfect cancellation a layer meets only the sum of the powers decoded after it. So users are
 * taken in or left out one after the other, the last decoded first; all that matters of those
 * taken in is how many they are, what they sum to and what they cost (the separability that Salaun
 * et al. found). A partial choice that has another beside it with no more users, no greater sum and
 * no higher cost is dropped.
 *
 * @param direction link direction
 * @param candidates users, the last decoded first
 * @param hz bandwidth (Hz)
 * @param snrGap loss against capacity, linear
 * @param capacity K
 * @param keep most partial choices kept per number of users; beyond, every other one is dropped
 * @returns the best group, exactly so unless some were dropped for @p keep
 */
SelectedGroup SelectGroup(Direction direction,
                          const std::vector<GroupCandidate>& candidates,
                          double hz,
                          double snrGap,
                          uint32_t capacity,
                          std::size_t keep);

/**
 * @ingroup noma-core-method
 * Subcarriers and powers of one cell by dynamic programming: L. Salaun, M. Coupechoux, C. S. Chen,
 * "Joint Subcarrier and Power Allocation in NOMA: Optimal and Approximate Algorithms", IEEE
 * Transactions on Signal Processing 68, 2020, re-implemented from its idea.
 *
 * As there, the users of a single subcarrier are selected by dynamic programming over the decoding
 * order (SelectGroup()), powers come from a discrete set which includes the closed-form optimum,
 * and subcarriers are coupled through multipliers. What is coupled differs: there a power budget,
 * here that a user holds one subchannel, so a user's price rises while no subchannel takes it and
 * falls while several do. At the end subchannels take their groups in turn, users left over go
 * where they cost least, and powers between the discrete ones are found by QuadraticTransform.
 * Cells follow one another at the interference they meet. Residual interference and the decodable
 * rate rule are unknown to the selection.
 */
class SalaunAllocator : public RadioBaseline
{
  public:
    std::string GetName() const override;

  private:
    uint64_t AllocateRadio(RadioGroups& groups) const override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SALAUN_H
