/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_METRIC_SCHEDULER_H
#define NOMA_METRIC_SCHEDULER_H

#include "noma-grouping.h"
#include "noma-link-adaptation.h"
#include "noma-metric.h"
#include "noma-order-policy.h"
#include "noma-power-control.h"
#include "noma-slot-channel.h"
#include "noma-slot-scheduler.h"

#include "ns3/noma-slot-greedy.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Serves those whose worth of a bit times rate is greatest, for any traffic: proportional fair,
 * max-weight, max rate or a metric of one's own, for any K (K = 1 is orthogonal multiple access).
 *
 * Per direction:
 * 1. SlotGreedy adds users to subchannels, always the one by which the sum of worth times rate
 *    grows most, with the interference of all cells; a user is superposed where that sum grows.
 * Blocks that are sent again come first, whatever they bring.
 * With a grouping, only users of one group share a subchannel: whoever comes first brings its
 * group.
 * 2. Uplink: each user's power is that of the uplink power control, with the user's greatest power
 *    spread evenly over its subchannels as the limit. Downlink: an access point spreads its power
 *    evenly over the subchannels it uses, and a group's is split among its layers; layers without
 *    power are dropped.
 * 3. Decoding order: uplink by received power, downlink by gain over interference, unless order
 *    policies are set; or uplink by ascending worth of a bit, which is the best order for a
 *    weighted sum of rates (Tse and Hanly, IEEE Transactions on Information Theory 44, 1998).
 * 4. Rates are those of the link adaptation.
 *
 * While users are chosen, the uplink power of a user is taken to be that for an equal part of the
 * subchannels of its cell, and downlink powers those of the split's plan exponent.
 */
class NomaMetricScheduler : public SlotScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaMetricScheduler();
    ~NomaMetricScheduler() override;

    /// @returns the link adaptation
    Ptr<NomaLinkAdaptation> GetLinkAdaptation() const;

    /// @param adaptation link adaptation
    void SetLinkAdaptation(Ptr<NomaLinkAdaptation> adaptation);

    /// @returns the worth of a bit
    Ptr<NomaMetric> GetMetric() const;

    /// @param metric worth of a bit
    void SetMetric(Ptr<NomaMetric> metric);

    /// @returns uplink power control
    Ptr<NomaUplinkPower> GetUplinkPower() const;

    /// @param power uplink power control
    void SetUplinkPower(Ptr<NomaUplinkPower> power);

    /// @returns split of downlink power
    Ptr<NomaDownlinkPower> GetDownlinkPower() const;

    /// @param power split of downlink power
    void SetDownlinkPower(Ptr<NomaDownlinkPower> power);

  protected:
    void DoDispose() override;

  private:
    void DoSchedule(const SlotSnapshot& snapshot, std::vector<Grant>& grants) override;
    void DoReport(const std::vector<GrantOutcome>& outcomes) override;
    int64_t DoAssignStreams(int64_t stream) override;

    /**
     * Chooses who sends where in one direction.
     *
     * @param s the network
     * @param d direction
     * @param [in,out] grants appended, without power and rate
     */
    void Choose(const SlotSnapshot& s, Direction d, std::vector<Grant>& grants);

    /**
     * Finds who may share a subchannel.
     *
     * @param s the network
     * @param d direction
     * @param problem the slot problem
     * @returns number of the group, by pair of m_columns
     */
    std::vector<uint32_t> MakeGroups(const SlotSnapshot& s,
                                     Direction d,
                                     const SlotProblem& problem) const;

    /**
     * Finds where blocks are sent again: those of the users whose bits are worth most first, each
     * on the best subchannel of its user on which fewest others are.
     *
     * @param s the network
     * @param d direction
     * @param problem the slot problem
     * @returns pairs of m_columns; empty if there is nothing to be sent again
     */
    std::vector<uint32_t> PlaceRepeats(const SlotSnapshot& s,
                                       Direction d,
                                       const SlotProblem& problem) const;

    /**
     * Sets uplink powers, and equal powers within the groups of the downlink.
     *
     * @param s the network
     * @param [in,out] grants sorted grants, numbered within their groups
     */
    void SetPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const;

    /**
     * Sets the decoding order of a group and, in the downlink, splits its power.
     *
     * @param s the network
     * @param first position of its first grant
     * @param end one past its last
     * @param [in,out] grants grants
     */
    void Arrange(const SlotSnapshot& s,
                 std::size_t first,
                 std::size_t end,
                 std::vector<Grant>& grants);

    uint32_t m_maxPerUser;                  //!< most subchannels of a user, 0 = any number
    uint32_t m_candidates;                  //!< best subchannels looked at per user, 0 = all
    bool m_orderByMetric;                   //!< uplink by ascending worth of a bit
    Ptr<NomaMetric> m_metric;               //!< worth of a bit
    Ptr<NomaGrouping> m_grouping;           //!< who shares a subchannel; null = whoever gains most
    Ptr<NomaUplinkPower> m_uplinkPower;     //!< uplink power control
    Ptr<NomaDownlinkPower> m_downlinkPower; //!< split of downlink power
    Ptr<NomaOrderPolicy> m_uplinkOrder;     //!< null = by received power
    Ptr<NomaOrderPolicy> m_downlinkOrder;   //!< null = by gain over interference
    Ptr<NomaLinkAdaptation> m_adaptation;   //!< link adaptation
    SlotChannel m_channel;                  //!< gains of the slot
    SlotColumns m_columns;                  //!< pairs looked at
    SlotGreedy m_greedy;                    //!< chooses among them
    std::vector<SlotEntry> m_entries;       //!< its choice
};

} // namespace noma
} // namespace ns3

#endif // NOMA_METRIC_SCHEDULER_H
