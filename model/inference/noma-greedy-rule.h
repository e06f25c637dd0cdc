/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GREEDY_RULE_H
#define NOMA_GREEDY_RULE_H

#include "ns3/noma-metric.h"
#include "ns3/noma-slot-greedy.h"
#include "ns3/noma-slot-rule.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * The greedy choice of SlotGreedy, at the powers of the plan, for a value of a bit that subclasses
 * set.
 */
class GreedyRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    void DoAssign(const SlotSnapshot& snapshot,
                  SlotChannel& channel,
                  const std::vector<SlotUser>& users,
                  uint32_t k,
                  Direction d,
                  std::vector<Grant>& grants) override;

    /**
     * @param users by user index
     * @param ue user
     * @param d direction
     * @returns value of 1 bit/s for this user
     */
    virtual double DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const = 0;

    uint32_t m_candidates;            //!< best subchannels looked at per user, 0 = all
    double m_splitExponent;           //!< of the downlink power split
    SlotColumns m_columns;            //!< pairs looked at
    SlotGreedy m_greedy;              //!< chooses among them
    std::vector<SlotEntry> m_entries; //!< its choice
};

/**
 * @ingroup noma-inference
 * Proportional fair: the value of a bit is the inverse of the user's average throughput, as in
 * NomaProportionalFairMetric.
 */
class ProportionalFairRule : public GreedyRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    ProportionalFairRule();

    void Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes) override;

  private:
    double DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const override;

    /// @param window averaging time constant (slots)
    void SetWindow(double window);

    /// @returns averaging time constant (slots)
    double GetWindow() const;

    Ptr<NomaProportionalFairMetric> m_metric; //!< averages
};

/**
 * @ingroup noma-inference
 * Smith's rule: the value of a bit is the price of the user's delay over the bits it still has, or
 * originally had, to send, which favours what is soon done.
 */
class SmithRule : public GreedyRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    bool SendsShortestFirst() const override;

  private:
    double DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const override;

    bool m_original; //!< divide by original instead of remaining bits
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GREEDY_RULE_H
