/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GREEDY_RULE_H
#define NOMA_GREEDY_RULE_H

#include "ns3/noma-slot-rule.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Adds one (user, subchannel) after the other, always the one by which the sum over all users and
 * cells of value times rate grows most, with the rates of everybody on that subchannel recomputed
 * under SIC. A user is superposed only where that sum grows, the loss of others in its own and in
 * other cells included; where superposing does not gain, one user stays alone. The search is lazy:
 * a choice is looked at again only when it is the best of those known, and one that does not gain
 * then is dropped for the slot, although others that come later might have made it gain.
 */
class GreedyRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    /// A user on a subchannel.
    struct Member
    {
        uint32_t ue{0};   //!< user
        uint32_t ap{0};   //!< access point
        double powerW{0}; //!< power, or weight of the downlink split
        double value{0};  //!< value of 1 bit/s
        double cap{0};    //!< rate beyond which it has nothing to send (bit/s)
    };

    /// A choice that may be made.
    struct Candidate
    {
        double gain{0};         //!< growth of the sum
        uint32_t ue{0};         //!< user
        uint32_t subchannel{0}; //!< subchannel
        uint32_t version{0};    //!< of the subchannel when gain was computed
    };

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

    /// @returns sum of value times rate on a subchannel @param s network @param gain gains
    /// @param m subchannel @param members users on it @param d direction
    double Sum(const SlotSnapshot& s,
               const GainTensor& gain,
               uint32_t m,
               const std::vector<Member>& members,
               Direction d);

    uint32_t m_candidates;                      //!< best subchannels looked at per user, 0 = all
    double m_splitExponent;                     //!< of the downlink power split
    std::vector<std::vector<Member>> m_members; //!< scratch: users by subchannel
    std::vector<std::size_t> m_order;           //!< scratch: decoding order of a cell
    std::vector<double> m_cellPowerW;           //!< scratch: downlink power per subchannel, by AP
    std::vector<double> m_key;                  //!< scratch: sort keys
};

/**
 * @ingroup noma-inference
 * Proportional fair: the value of a bit is the inverse of the user's average throughput.
 */
class ProportionalFairRule : public GreedyRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    void Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes) override;

  private:
    double DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const override;

    double m_window;                             //!< averaging time constant (slots)
    PerDirection<std::vector<double>> m_average; //!< bit/s by user
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

  private:
    double DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const override;

    bool m_original; //!< divide by original instead of remaining bits
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GREEDY_RULE_H
