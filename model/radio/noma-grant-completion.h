/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GRANT_COMPLETION_H
#define NOMA_GRANT_COMPLETION_H

#include "noma-link-adaptation.h"
#include "noma-order-policy.h"

#include "ns3/noma-slot.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Completes the grants of a slot for every scheduler: who sends where is given, what follows is
 * positions, downlink powers, decoding orders and rates.
 */
class GrantCompletion
{
  public:
    /// What a scheduler may choose.
    struct Parameters
    {
        PerDirection<Ptr<NomaOrderPolicy>> order; //!< decoding order; null = by gain in the uplink,
                                                  //!< by gain over interference in the downlink
        bool splitPower{true};     //!< whether downlink groups split the sum of their powers anew
        double splitExponent{0.4}; //!< shares go by (gain / interference) to minus this; 0 = even
    };

    /**
     * The group of superposed grants that begins at a position.
     *
     * @param grants grants, sorted by direction, access point and subchannel
     * @param first position of the first grant of a group
     * @returns position after its last grant
     */
    static std::size_t GroupEnd(const std::vector<Grant>& grants, std::size_t first);

    /**
     * Sorts grants by direction, access point, subchannel and user, and numbers those of every
     * group from 0.
     *
     * @param [in,out] grants grants in any order
     */
    static void Number(std::vector<Grant>& grants);

    /**
     * Numbers the grants of every group from 0, as they stand.
     *
     * @param [in,out] grants sorted grants
     */
    static void Renumber(std::vector<Grant>& grants);

    /**
     * Spreads the greatest power of every access point evenly over the subchannels it uses, and
     * there evenly over the users; without such limits, the greatest of its users'.
     *
     * @param s the network
     * @param [in,out] grants sorted grants; those of the uplink stay as they are
     */
    static void SpreadDownlinkPowers(const SlotSnapshot& s, std::vector<Grant>& grants);

    /**
     * Splits downlink powers within groups (fractional transmit power allocation), puts groups into
     * decoding order and sets the rates. A user's limit is kept by each of its downlink grants as
     * if it sent them all alike.
     *
     * @param s the network
     * @param parameters the scheduler's choices
     * @param [in,out] adaptation what sets the rates
     * @param [in,out] grants sorted grants with powers
     */
    void Complete(const SlotSnapshot& s,
                  const Parameters& parameters,
                  NomaLinkAdaptation& adaptation,
                  std::vector<Grant>& grants);

  private:
    /// Splits the power of a downlink group. @param s the network @param exponent exponent
    /// @param adaptation gains and interference @param first first position @param end position
    /// after the last @param [in,out] grants grants
    void Split(const SlotSnapshot& s,
               double exponent,
               const NomaLinkAdaptation& adaptation,
               std::size_t first,
               std::size_t end,
               std::vector<Grant>& grants);

    /// Sorts a group. @param policy what strength is; null = the default @param [in,out] adaptation
    /// gains and interference @param first first position @param end position after the last
    /// @param [in,out] grants grants
    void Arrange(const NomaOrderPolicy* policy,
                 NomaLinkAdaptation& adaptation,
                 std::size_t first,
                 std::size_t end,
                 std::vector<Grant>& grants);

    std::vector<double> m_weight;   //!< scratch: power weights by position in the group
    std::vector<double> m_strength; //!< scratch: strengths by position in the group
    std::vector<uint32_t> m_count;  //!< scratch: downlink grants by user index
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GRANT_COMPLETION_H
