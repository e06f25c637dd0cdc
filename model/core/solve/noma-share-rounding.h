/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SHARE_ROUNDING_H
#define NOMA_SHARE_ROUNDING_H

#include "ns3/noma-decision.h"

#include <cstdint>
#include <functional>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * What became of relaxed shares.
 */
struct RoundingReport
{
    uint32_t kept{0};    //!< links that the threshold alone left with exactly one subchannel
    uint32_t several{0}; //!< links with more than one share above the threshold
    uint32_t none{0};    //!< links without any share above the threshold
    uint32_t crowded{0}; //!< links whose subchannel had K users with larger shares already
    uint32_t shared{0};  //!< links that can only be served by sharing in time
};

/**
 * @ingroup noma-core-solve
 * Rounds relaxed shares to whole subchannels: x > 0.5 becomes 1, everything else 0 (Table I of
 * the paper, lines 19, 20), repaired where that leaves a link with several subchannels or none, or
 * a subchannel with more than K users. Greedily by the size of the shares: a link keeps its
 * largest share among the subchannels that still have room.
 *
 * If an access point has more links than K times the number of subchannels, no whole subchannels
 * will do. Its links then share all of them equally in time, one after the other.
 *
 * @param instance a valid instance
 * @param d direction
 * @param share relaxed share of (user, subchannel)
 * @param [in,out] decision options in; shares of links with bits to send out, none for the others
 * @returns what became of the links
 */
RoundingReport RoundShares(const Instance& instance,
                           Direction d,
                           const std::function<double(uint32_t, uint32_t)>& share,
                           Decision& decision);

} // namespace noma
} // namespace ns3

#endif // NOMA_SHARE_ROUNDING_H
