/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EXTERNAL_SLOT_RULE_H
#define NOMA_EXTERNAL_SLOT_RULE_H

#include "ns3/noma-external-controller.h"
#include "ns3/noma-slot-rule.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * A slot rule whose answers come from outside (ExternalController), around another one:
 *
 * - grants: the answer is, for each direction and user, 0 or 1 + subchannel. Grants for users with
 *   nothing to send, and of a group beyond its first K users, are left out and counted. Powers are
 *   those of the plan.
 * - powers: the other rule grants, the answer is a fraction of the greatest power for each
 * direction and user, at least MinPowerFraction. Powers of an access point that add up to more than
 * it has are scaled down.
 * - weights: the other rule decides, with each user's prices of delay and energy multiplied by the
 *   answer.
 *
 * Otherwise the other rule decides.
 */
class ExternalSlotRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * @param outside who is asked, must outlive the use of this object
     * @param rule the other rule
     */
    void Wrap(ExternalController* outside, Ptr<SlotRule> rule);

    void Prepare(const SlotSnapshot& snapshot,
                 SlotChannel& channel,
                 const std::vector<SlotUser>& users) override;
    bool FollowsPlan() const override;
    bool IsFinal() const override;
    bool SendsShortestFirst() const override;
    void Refund(const Grant& grant) override;
    void Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes) override;

  private:
    void DoDispose() override;
    void DoAssign(const SlotSnapshot& snapshot,
                  SlotChannel& channel,
                  const std::vector<SlotUser>& users,
                  uint32_t k,
                  Direction d,
                  std::vector<Grant>& grants) override;

    /**
     * Asks for the slot, if there is something to decide.
     *
     * @param s the network
     * @param channel its gains
     * @param users by user index
     * @param k most users per subchannel
     */
    void Ask(const SlotSnapshot& s,
             SlotChannel& channel,
             const std::vector<SlotUser>& users,
             uint32_t k);

    /// Grants of the answer. @param s the network @param users by user index
    /// @param k most users per subchannel @param d direction @param [out] grants appended
    void Grants(const SlotSnapshot& s,
                const std::vector<SlotUser>& users,
                uint32_t k,
                Direction d,
                std::vector<Grant>& grants);

    /// Powers of the answer. @param s the network @param [in,out] grants of one direction
    void SetPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const;

    ExternalController* m_outside{nullptr};        //!< who is asked
    Ptr<SlotRule> m_rule;                          //!< the other rule
    const std::vector<double>* m_answer{nullptr};  //!< of this slot, null = none
    PerDirection<std::vector<Grant>> m_ruleGrants; //!< powers: of the other rule
    std::vector<SlotUser> m_weighted;              //!< weights: users with prices as answered
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EXTERNAL_SLOT_RULE_H
