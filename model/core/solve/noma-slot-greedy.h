/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_GREEDY_H
#define NOMA_SLOT_GREEDY_H

#include "noma-slot-rates.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Adds one (user, subchannel) after the other, always the one by which the sum over all users and
 * cells of bitPrice times bits grows most, with the rates of everybody on that subchannel
 * recomputed under SIC. A user is superposed only where that sum grows, the loss of others in its
 * own and in other cells included; where superposing does not gain, one user stays alone. Everybody
 * sends at its starting power; an access point shares its power equally among its subchannels and
 * within a group as SlotProblem::splitExponent says.
 *
 * The search is lazy: a choice is looked at again only when it is the best of those known, and one
 * that does not gain then is dropped, although others that come later might have made it gain. A
 * user gets one subchannel.
 */
class SlotGreedy
{
  public:
    /**
     * @param problem a valid problem
     * @param columns pairs to choose from
     * @param [out] entries the choice in the order it was made, with powers
     */
    void Choose(const SlotProblem& problem,
                const SlotColumns& columns,
                std::vector<SlotEntry>& entries);

  private:
    /// A choice that may be made.
    struct Candidate
    {
        double gain;      //!< growth of the sum
        uint32_t column;  //!< index of the pair
        uint32_t version; //!< of the subchannel when gain was computed
    };

    /// What a subchannel holds.
    struct Subchannel
    {
        std::vector<SlotLayer> layers; //!< by access point
        double sum{0};                 //!< of bit price times bits
        uint32_t version{0};           //!< number of layers added
    };

    /// Joins a user. @param [in,out] layers layers of a subchannel @param column the pair
    void Join(std::vector<SlotLayer>& layers, uint32_t column) const;

    /// @param layers layers of a subchannel
    /// @returns sum of bit price times bits
    double Sum(const std::vector<SlotLayer>& layers);

    const SlotProblem* m_problem{nullptr}; //!< the problem
    const SlotColumns* m_columns{nullptr}; //!< pairs
    SlotRates m_rates;                     //!< rates
    std::vector<double> m_groupW;          //!< downlink: power of a group, by access point (W)
    std::vector<Subchannel> m_subchannels; //!< by subchannel
    std::vector<SlotLayer> m_trial;        //!< scratch
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_GREEDY_H
