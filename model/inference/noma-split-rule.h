/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPLIT_RULE_H
#define NOMA_SPLIT_RULE_H

#include "ns3/noma-instance-builder.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Chooses the cuts of tasks that wait, given what the allocator decided. This class keeps the
 * allocator's choice.
 */
class SplitRule : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * @param built the problem
     * @param [in,out] decision the allocator's decision; options of choosing users may change
     * @returns whether any did
     */
    bool Choose(const BuiltInstance& built, Decision& decision);

    /// @param snapshot the network @param outcomes what became of the slot's grants
    virtual void Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes);

  private:
    /// See Choose(). @param built the problem @param [in,out] decision the decision
    virtual void DoChoose(const BuiltInstance& built, Decision& decision);
};

/**
 * @ingroup noma-inference
 * Chooses the cuts of all waiting tasks of an access point jointly, with the queue in mind. The
 * uplink is taken for one server per subchannel, which serves each user at the rate it would have
 * alone on its best subchannel, scaled so that all together get the throughput measured lately;
 * users are served in the order of least work per weight, tasks under way included. From the
 * allocator's choice on, and from what each would choose alone, users change their cut one after
 * the other as long as the access point's sum of utilities falls; the better outcome is taken if it
 * falls by MinGain at least.
 */
class QueueAwareSplitRule : public SplitRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    void Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes) override;

  private:
    void DoChoose(const BuiltInstance& built, Decision& decision) override;

    /**
     * @param built the problem
     * @param members users of one access point
     * @returns rates of each on its best subchannel, alone and at its greatest power (bit/s)
     */
    static std::vector<double> RatesAlone(const BuiltInstance& built,
                                          const std::vector<std::size_t>& members);

    /**
     * Changes one cut after the other as long as that helps.
     *
     * @param built the problem
     * @param members users of one access point
     * @param bps their rates on a subchannel (bit/s)
     * @param [in,out] options their options
     * @returns estimated sum of utilities
     */
    double Improve(const BuiltInstance& built,
                   const std::vector<std::size_t>& members,
                   const std::vector<double>& bps,
                   std::vector<uint32_t>& options) const;

    /**
     * @param built the problem
     * @param members users of one access point
     * @param options their options
     * @param bps their rates on a subchannel (bit/s)
     * @returns estimated sum of utilities
     */
    static double Estimate(const BuiltInstance& built,
                           const std::vector<std::size_t>& members,
                           const std::vector<uint32_t>& options,
                           const std::vector<double>& bps);

    double m_window;           //!< averaging time constant of the throughput (busy slots)
    double m_minGain;          //!< least relative gain for which cuts are changed
    uint32_t m_rounds;         //!< most rounds over all users
    std::vector<double> m_bps; //!< measured throughput of a busy uplink subchannel, by AP
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPLIT_RULE_H
