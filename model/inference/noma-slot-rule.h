/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_RULE_H
#define NOMA_SLOT_RULE_H

#include "ns3/noma-decision.h"
#include "ns3/noma-link-adaptation.h"
#include "ns3/noma-slot-channel.h"
#include "ns3/noma-slot-problem.h"
#include "ns3/noma-slot.h"
#include "ns3/object.h"

#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a slot rule knows of a user beside the snapshot.
 */
struct SlotUser
{
    PerDirection<double> backlogBits;   //!< bits that could be sent now
    PerDirection<double> remainingBits; //!< bits until its tasks are done, at least the backlog
    PerDirection<double> originalBits;  //!< bits its open tasks came with, at least the backlog
    double delayPrice{1};               //!< utility of a second: DelayPrice()
    double energyPrice{0};              //!< utility of a joule: wE / energyScale
    /// Time until its tasks are done as planned, infinite if unknown (s).
    double expectedSeconds{std::numeric_limits<double>::infinity()};
    PerDirection<LinkDecision> plan; //!< what the allocator decided
    PerDirection<double> powerW;     //!< power to plan with (W)
};

/**
 * @ingroup noma-inference
 * What slot rules know of the controller they serve.
 */
struct SlotRuleContext
{
    /// what decoding orders are sorted by
    PerDirection<OrderKey> order{OrderKey::GAIN, OrderKey::GAIN_OVER_INTERFERENCE};
    Ptr<const NomaLinkAdaptation> rates; //!< what sets the rates; null = no margins, no limit
    bool maximumPower{false};            //!< powers are the greatest, whatever a rule decides
    double minPowerFraction{0.01};       //!< least transmit power over the greatest
};

/**
 * @ingroup noma-inference
 * Turns a plan into the grants of one slot: who holds which subchannel. Decoding
 * orders and rates are set afterwards, the same way for all rules, as are powers of the downlink
 * unless the rule says that its powers are final. Unless a rule says otherwise, a user holds at
 * most one subchannel per direction in a slot.
 */
class SlotRule : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * @param snapshot the network
     * @param channel its gains
     * @param users by user index
     * @param k most users per subchannel
     * @param d direction
     * @param [out] grants appended; user, access point, subchannel and power are set
     */
    void Assign(const SlotSnapshot& snapshot,
                SlotChannel& channel,
                const std::vector<SlotUser>& users,
                uint32_t k,
                Direction d,
                std::vector<Grant>& grants);

    /// @param context settings of the controller, before the first slot
    void SetContext(const SlotRuleContext& context);

    /**
     * A slot begins; nothing has been decided in it. Does nothing by default.
     *
     * @param snapshot the network
     * @param channel its gains
     * @param users by user index, powers and plans those of the slot before
     */
    virtual void Prepare(const SlotSnapshot& snapshot,
                         SlotChannel& channel,
                         const std::vector<SlotUser>& users);

    /// @returns whether grants carry out the shares of the plan, so that the plan is the decision
    /// of
    ///          a slot
    virtual bool FollowsPlan() const;

    /// @returns whether powers and groups are final, in both directions
    virtual bool IsFinal() const;

    /// @returns whether those who have least left to send, per weight, go first; not by default
    virtual bool SendsShortestFirst() const;

    /// A grant is not used after all. @param grant the grant
    virtual void Refund(const Grant& grant);

    /// @param snapshot the network @param outcomes what became of the slot's grants
    virtual void Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes);

  protected:
    /// @param s the network
    /// @param users by user index
    /// @param ue user
    /// @param d direction
    /// @returns whether a user has something to send and may
    static bool IsWaiting(const SlotSnapshot& s,
                          const std::vector<SlotUser>& users,
                          uint32_t ue,
                          Direction d);

    /**
     * @param s the network
     * @param channel its gains, which must outlive the problem
     * @param k most users per subchannel
     * @param d direction
     * @returns the slot problem without links
     */
    SlotProblem MakeSlotProblem(const SlotSnapshot& s,
                                SlotChannel& channel,
                                uint32_t k,
                                Direction d) const;

    /**
     * @param s the network
     * @param channel its gains, which must outlive the problem
     * @param k most users per subchannel
     * @param d direction
     * @param links links
     * @returns the slot problem with these links; gains are those of their users only
     */
    SlotProblem MakeSlotProblem(const SlotSnapshot& s,
                                SlotChannel& channel,
                                uint32_t k,
                                Direction d,
                                std::vector<SlotLink> links) const;

    SlotRuleContext m_context; //!< settings of the controller

  private:
    /// Sets what the context says. @param [in,out] problem slot problem
    void SetContextOf(SlotProblem& problem) const;

    /// See Assign(). @param snapshot network @param channel gains @param users users
    /// @param k most per subchannel @param d direction @param [out] grants appended
    virtual void DoAssign(const SlotSnapshot& snapshot,
                          SlotChannel& channel,
                          const std::vector<SlotUser>& users,
                          uint32_t k,
                          Direction d,
                          std::vector<Grant>& grants) = 0;
};

/**
 * @ingroup noma-inference
 * Realises the shares of the plan: each slot a user that has something to send earns x credits on
 * each of its subchannels; the largest positive credits are granted and pay 1, so that the
 * fraction of slots a user holds a subchannel converges to x. Users without a share in the plan
 * (answers, other traffic that came since) take what is left over.
 */
class CreditRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    bool FollowsPlan() const override;
    void Refund(const Grant& grant) override;

  private:
    void DoAssign(const SlotSnapshot& snapshot,
                  SlotChannel& channel,
                  const std::vector<SlotUser>& users,
                  uint32_t k,
                  Direction d,
                  std::vector<Grant>& grants) override;

    /// Credit of a user on a subchannel.
    struct Credit
    {
        uint32_t subchannel{0}; //!< subchannel
        double credit{0};       //!< slots owed
        double share{0};        //!< share in the present plan
    };

    bool m_fill; //!< whether users with shares may also take idle subchannels
    PerDirection<std::vector<std::vector<Credit>>> m_credits; //!< by user
    PerDirection<uint32_t> m_turn; //!< whose turn it is among users without a share
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_RULE_H
