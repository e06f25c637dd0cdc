/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_CHANNEL_H
#define NOMA_SLOT_CHANNEL_H

#include "ns3/noma-gain-tensor.h"
#include "ns3/noma-slot-problem.h"
#include "ns3/noma-slot.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * The estimated gains of a slot in one piece per direction, read when first asked for: of users
 * that nobody asks about, the fading need not be known.
 */
class SlotChannel
{
  public:
    /// Starts a new slot. @param snapshot the network, valid as long as gains are asked for
    void Reset(const SlotSnapshot& snapshot);
    /// @param d direction
    /// @returns gains of all users
    const GainTensor& Get(Direction d);

    /**
     * Makes the slot problem of the network as it is.
     *
     * @param s the network of the last Reset()
     * @param d direction
     * @param k most users per subchannel of an access point
     * @returns the problem without links; its gains are those of this object
     */
    SlotProblem MakeProblem(const SlotSnapshot& s, Direction d, uint32_t k);

    /**
     * Makes the slot problem of the network as it is, with links. Its gains are those of this
     * object, for users of the links only.
     *
     * @param s the network of the last Reset()
     * @param d direction
     * @param k most users per subchannel of an access point
     * @param links its links
     * @returns the problem
     */
    SlotProblem MakeProblem(const SlotSnapshot& s,
                            Direction d,
                            uint32_t k,
                            std::vector<SlotLink> links);

  private:
    /// @param d direction @returns the gains, whether or not they are of this slot
    GainTensor& Size(Direction d);

    /// @param s network @param d direction @param k most users per subchannel
    /// @returns the problem without links and gains
    static SlotProblem MakeEmpty(const SlotSnapshot& s, Direction d, uint32_t k);

    const SlotSnapshot* m_snapshot{nullptr}; //!< the network
    PerDirection<GainTensor> m_gain;         //!< gains
    PerDirection<bool> m_read;               //!< whether they are of this slot
    std::vector<uint32_t> m_ues;             //!< scratch: users asked about
    std::vector<double> m_some;              //!< scratch: their gains
};

/**
 * @ingroup noma-radio
 * The grant that an entry of a slot decision stands for.
 *
 * @param problem the slot problem
 * @param entry who holds which of its subchannels
 * @returns the grant, without order and rate
 */
Grant MakeGrant(const SlotProblem& problem, const SlotEntry& entry);

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_CHANNEL_H
