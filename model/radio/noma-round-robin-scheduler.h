/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ROUND_ROBIN_SCHEDULER_H
#define NOMA_ROUND_ROBIN_SCHEDULER_H

#include "noma-grant-completion.h"
#include "noma-grouping.h"
#include "noma-slot-scheduler.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Serves all users with something to send in turn, whatever their channels.
 *
 * Per direction and access point:
 * 1. Users take turns in filling the subchannels, first each with one user, then with a second
 *    one, up to K (K = 1 is orthogonal multiple access). A user gets no more grants than its
 *    backlog needs, judged by its latest blocks. The next slot goes on where this one ended.
 *    Who shares a subchannel with whom is a matter of the grouping: by default users near the
 *    access point with users far from it, by path loss, whatever their indices.
 * 2. A user spreads its greatest power evenly over its subchannels, an access point over those it
 *    uses; within a downlink group shares are proportional to (gain / interference)^-PowerExponent
 *    (fractional transmit power allocation).
 * 3. Decoding order: uplink by gain, downlink by gain over interference, unless order policies
 *    are set.
 * 4. Rates are those of the link adaptation. A layer whose block holds no data has its subchannel
 *    alone the next time.
 */
class RoundRobinScheduler : public SlotScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    RoundRobinScheduler();
    ~RoundRobinScheduler() override;

    /// @returns the link adaptation
    Ptr<NomaLinkAdaptation> GetLinkAdaptation() const;

    /// @param adaptation link adaptation
    void SetLinkAdaptation(Ptr<NomaLinkAdaptation> adaptation);

    /// @returns who shares a subchannel with whom
    Ptr<NomaGrouping> GetGrouping() const;

    /// @param grouping who shares a subchannel with whom
    void SetGrouping(Ptr<NomaGrouping> grouping);

  protected:
    void DoDispose() override;

  private:
    void DoSchedule(const SlotSnapshot& snapshot, std::vector<Grant>& grants) override;
    void DoReport(const std::vector<GrantOutcome>& outcomes) override;
    int64_t DoAssignStreams(int64_t stream) override;

    /// What is known of a user in one direction.
    struct Turn
    {
        double blockBits{0};   //!< size of its latest blocks (bit), 0 = none yet
        uint32_t maxGrants{0}; //!< grants that its power suffices for, 0 = no limit known
        uint32_t grants{0};    //!< grants in this slot
        uint32_t need{0};      //!< grants that it can still use in this slot
        uint32_t next{0};      //!< next user of the round
        uint32_t previous{0};  //!< previous user of the round
        bool passed{false};    //!< whether it was superposed when its blocks last held no data
        uint64_t emptySlot{UINT64_MAX}; //!< when that was
    };

    /**
     * Hands the subchannels of an access point out.
     *
     * @param s the network
     * @param d direction
     * @param ap access point
     * @param [in,out] grants grants are appended, without power, rate and order
     */
    void Fill(const SlotSnapshot& s, Direction d, uint32_t ap, std::vector<Grant>& grants);

    /**
     * Deals the users of the subchannels of an access point out anew, as the grouping ranks them.
     *
     * @param s the network
     * @param d direction
     * @param ap access point
     */
    void Regroup(const SlotSnapshot& s, Direction d, uint32_t ap);

    /**
     * @param s the network
     * @param d direction
     * @param ap access point
     * @returns the user whose turn it is, NONE if no user has anything to send
     */
    uint32_t MakeRound(const SlotSnapshot& s, Direction d, uint32_t ap);

    /**
     * Sets powers, orders and rates.
     *
     * @param s the network
     * @param [in,out] grants grants
     */
    void Complete(const SlotSnapshot& s, std::vector<Grant>& grants);

    /**
     * Finds who is to have the subchannel of a group alone, and notes whose blocks hold no data.
     *
     * @param s the network
     * @param grants complete grants
     * @param first position of the first grant of the group
     * @param end position after its last grant
     * @returns position of the grant whose block holds no data for the second time, but would
     *          without the others; end if there is none, or if one of those has nothing else
     */
    std::size_t FindPassedOver(const SlotSnapshot& s,
                               const std::vector<Grant>& grants,
                               std::size_t first,
                               std::size_t end);

    /**
     * Breaks up groups in which the block of a layer holds no data, for the second time: the layer
     * has its subchannels alone, so that it does not wait for as long as the others have something
     * to send.
     *
     * @param s the network
     * @param [in,out] grants complete grants; where some are taken away the others are to be
     *                 completed again
     * @returns whether any were
     */
    bool PartGroups(const SlotSnapshot& s, std::vector<Grant>& grants);

    /**
     * Remembers block sizes.
     *
     * @param s the network
     * @param grants grants
     */
    void Learn(const SlotSnapshot& s, const std::vector<Grant>& grants);

    double m_powerExponent;                     //!< exponent of downlink power shares
    Ptr<NomaOrderPolicy> m_uplinkOrder;         //!< uplink decoding order; null = by gain
    Ptr<NomaOrderPolicy> m_downlinkOrder;       //!< likewise; null = by gain over interference
    Ptr<NomaLinkAdaptation> m_adaptation;       //!< link adaptation
    GrantCompletion m_completion;               //!< powers, orders and rates of grants
    Ptr<NomaGrouping> m_grouping;               //!< who shares a subchannel with whom
    PerDirection<std::vector<Turn>> m_turns;    //!< by user index
    PerDirection<std::vector<uint32_t>> m_next; //!< by access point: user whose turn is next
    PerDirection<std::vector<std::vector<uint32_t>>> m_waiting; //!< by access point: backlogged
    std::vector<uint32_t> m_cells;  //!< scratch: [subchannel][layer] users
    std::vector<uint32_t> m_layers; //!< scratch: layers by subchannel
    std::vector<uint32_t> m_ranked; //!< scratch: users served, as the grouping ranks them
    std::vector<double> m_blockSum; //!< scratch: bits by user
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ROUND_ROBIN_SCHEDULER_H
