/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_DECISION_H
#define NOMA_SLOT_DECISION_H

#include "ns3/noma-slot.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What became of one decided (user, subchannel) of a slot.
 */
enum class GrantReason : uint8_t
{
    AS_DECIDED, //!< it carried data, on the decided subchannel at the decided power, if one was
    NOTHING_TO_SEND, //!< the user had nothing to send, or no longer
    TURN,            //!< the plan has a share of the subchannel; this slot was another user's
    POWER,           //!< it carried data at another power: an access point's budget
    FALL_BACK,       //!< dropped, as superposing did not gain (FallBack)
    LINK_ADAPTATION, //!< the rate leaves no room for data in the slot
    NOT_DECIDED      //!< granted to a user for which the plan has nothing (other traffic, answers)
};

/// Number of values of GrantReason.
constexpr std::size_t GRANT_REASONS = 7;

/// @param reason a reason
/// @returns its name in words
const char* GrantReasonName(GrantReason reason);

/**
 * @ingroup noma-inference
 * What was decided for a slot and what was granted.
 */
struct SlotDecisionReport
{
    /// A user on a subchannel.
    struct Entry
    {
        Grant decided;         //!< direction, user, access point, subchannel, power
        bool granted{false};   //!< whether there was a grant
        Grant grant;           //!< the grant, if there was one
        uint64_t blockBits{0}; //!< size of the block it sent (bit), 0 = none
        GrantReason reason{GrantReason::AS_DECIDED}; //!< what became of it
    };

    uint64_t slot{0};                            //!< the slot
    std::vector<Entry> entries;                  //!< in no particular order
    std::array<uint64_t, GRANT_REASONS> count{}; //!< entries by GrantReason
};

/**
 * @ingroup noma-inference
 * Compares the decision of a slot with its grants and with what they sent.
 */
class SlotDecisionLog
{
  public:
    /**
     * @param snapshot the network at the start of the slot
     * @param decided who was to send where at what power
     * @param grants the grants of the slot
     * @param plan whether shares of a plan were decided, of which a slot serves some
     * @param powers whether powers were decided; otherwise they are the greatest that there are
     */
    void Open(const SlotSnapshot& snapshot,
              const std::vector<Grant>& decided,
              const std::vector<Grant>& grants,
              bool plan,
              bool powers);

    /// @returns whether a slot is open
    bool IsOpen() const
    {
        return m_open;
    }

    /**
     * @param outcomes what became of the grants that were used
     * @returns the report of the open slot, valid until the next call
     */
    const SlotDecisionReport& Close(const std::vector<GrantOutcome>& outcomes);

  private:
    SlotDecisionReport m_report;                 //!< of the slot
    std::vector<PerDirection<double>> m_backlog; //!< bits at the start by user
    std::vector<PerDirection<double>> m_sent;    //!< bits sent by user
    bool m_plan{false};                          //!< see Open()
    bool m_powers{false};                        //!< whether powers were decided
    bool m_open{false};                          //!< whether a slot is open
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_DECISION_H
