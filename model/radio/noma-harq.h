/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_HARQ_H
#define NOMA_HARQ_H

#include "noma-arq.h"

#include "ns3/noma-slot.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * How the transmissions of a transport block ended.
 */
enum class HarqResult : uint8_t
{
    DECODED, //!< received
    LIMIT,   //!< lost as often as it may be sent: a residual block error
    ENDED    //!< given up before: its user changed over or was switched off
};

/// @param result result
/// @returns a short description for traces
const char* HarqResultName(HarqResult result);

/**
 * @ingroup noma-radio
 * What a receiver keeps of blocks that it could not decode, by the number of the block. With chase
 * combining (maximum-ratio combining of equal transmissions) that is the sum of their SINRs.
 */
class NomaHarqBuffer
{
  public:
    /// What is kept of a block.
    struct Kept
    {
        double sinr{0};      //!< sum over the transmissions heard, linear
        bool decoded{false}; //!< whether its content is known
    };

    /**
     * Looks up what is kept.
     *
     * @param block number of the block
     * @returns what is kept of it; nothing if it was not heard before
     */
    Kept Get(uint64_t block) const;

    /**
     * Adds a transmission.
     *
     * @param block number of the block; 0 = never sent again, so that nothing is kept
     * @param sinr its SINR at this receiver, linear
     * @param decoded whether the block was decoded
     */
    void Keep(uint64_t block, double sinr, bool decoded);

    /**
     * Forgets blocks that are not sent again.
     *
     * @param first number of the first block that may be
     */
    void Forget(uint64_t first);

    /// @returns number of blocks of which something is kept
    std::size_t GetSize() const
    {
        return m_kept.size();
    }

  private:
    std::map<uint64_t, Kept> m_kept; //!< by number of the block
};

/**
 * @ingroup noma-radio
 * The sending side of hybrid ARQ of all links of a network: blocks that failed wait until their
 * sender knows, then to be sent again as they are, at most so many times.
 *
 * A block is in one place at a time: on the air, waiting for feedback, waiting to be sent again, or
 * ended. Whoever takes a block that ended out of here has to tell the ARQ of its segments.
 */
class NomaHarq
{
  public:
    /// A block on its way.
    struct Block
    {
        uint64_t number{0};                //!< number, new for every block; 0 = sent once
        uint32_t epoch{0};                 //!< of its link when it was sent last
        GrantOutcome last;                 //!< its last transmission
        std::vector<NomaSegment> segments; //!< its content
    };

    /// A block of a link.
    struct LinkBlock
    {
        Direction direction{UPLINK};          //!< direction
        uint32_t ue{0};                       //!< user index
        HarqResult result{HarqResult::LIMIT}; //!< how it ended
        Block block;                          //!< the block
    };

    /**
     * Says how often blocks are sent.
     *
     * @param transmissions most transmissions of a block, from 1
     * @param feedbackSlots slots between the end of a block and the slot in which its sender knows
     *        that it failed
     */
    void SetLimits(uint32_t transmissions, uint32_t feedbackSlots);

    /// @param users number of users
    void SetUsers(std::size_t users);

    /// @returns whether a failed block is not known and given up at the end of its slot
    bool IsUsed() const
    {
        return m_transmissions > 1 || m_feedbackSlots > 0;
    }

    /**
     * Counts what waits to be sent again.
     *
     * @param d direction
     * @param ue user index
     * @returns number of blocks
     */
    uint32_t GetWaiting(Direction d, uint32_t ue) const
    {
        return IsUsed() ? static_cast<uint32_t>(m_links[d][ue].waiting.size()) : 0;
    }

    /**
     * Counts what waits to be sent again.
     *
     * @param d direction
     * @param ue user index
     * @returns bits of the blocks
     */
    uint64_t GetWaitingBits(Direction d, uint32_t ue) const
    {
        return IsUsed() ? m_links[d][ue].waitingBits : 0;
    }

    /// @returns number of a new block; 0 without retransmissions
    uint64_t MakeNumber()
    {
        return m_transmissions == 1 ? 0 : MakeNext();
    }

    /**
     * Tells blocks that are sent before End() from those after.
     *
     * @param d direction
     * @param ue user index
     * @returns number of calls of End(); 0 if no block is ever sent again
     */
    uint32_t GetEpoch(Direction d, uint32_t ue) const
    {
        return IsUsed() ? m_links[d][ue].epoch : 0;
    }

    /**
     * Takes out the block that is to be sent again first.
     *
     * @param d direction
     * @param ue user index, of whom some block waits
     * @returns the block
     */
    Block TakeFirst(Direction d, uint32_t ue);

    /// Notes that a block was received. @param number its number
    void Received(uint64_t number)
    {
        if (number > 0)
        {
            m_alive.erase(number);
        }
    }

    /**
     * Notes that a transmission failed.
     *
     * @param slot slots begun when it ended
     * @param d direction
     * @param ue user index
     * @param block the block
     */
    void Failed(uint64_t slot, Direction d, uint32_t ue, Block block);

    /**
     * Tells senders of failures that they may know of by now.
     *
     * @param slot slots begun
     * @returns the blocks that are not sent again
     */
    std::vector<LinkBlock> TakeFeedback(uint64_t slot);

    /**
     * Stops sending blocks of a user again: who kept them no longer hears it.
     *
     * @param ue user index
     * @returns blocks that waited to be sent again
     */
    std::vector<LinkBlock> End(uint32_t ue);

    /// @returns number of the oldest block that may be sent again
    uint64_t GetOldest() const
    {
        return m_alive.empty() ? m_last + 1 : *m_alive.begin();
    }

    /// Forgets everything.
    void Clear();

  private:
    /// What belongs to a link.
    struct Link
    {
        std::deque<Block> waiting; //!< blocks to be sent again
        uint64_t waitingBits{0};   //!< bits of those
        uint32_t epoch{0};         //!< changes when blocks are no longer sent again
    };

    /// A failure of which the sender does not know yet.
    struct Failure
    {
        uint64_t slot{0}; //!< slot from which it does
        LinkBlock block;  //!< the block
    };

    /// @returns number of a new block
    uint64_t MakeNext();

    uint32_t m_transmissions{1};             //!< most transmissions
    uint32_t m_feedbackSlots{0};             //!< delay of feedback
    PerDirection<std::vector<Link>> m_links; //!< by user index
    std::deque<Failure> m_failures;          //!< in the order in which senders get to know
    std::set<uint64_t> m_alive;              //!< numbers of blocks that may be sent again
    uint64_t m_last{0};                      //!< number of the newest block
};

} // namespace noma
} // namespace ns3

#endif // NOMA_HARQ_H
