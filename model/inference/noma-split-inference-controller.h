/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SPLIT_INFERENCE_CONTROLLER_H
#define NOMA_SPLIT_INFERENCE_CONTROLLER_H

#include "ns3/noma-accuracy-account.h"
#include "ns3/noma-allocator.h"
#include "ns3/noma-grant-completion.h"
#include "ns3/noma-instance-builder.h"
#include "ns3/noma-slot-decision.h"
#include "ns3/noma-slot-rule.h"
#include "ns3/noma-slot-scheduler.h"
#include "ns3/noma-split-rule.h"
#include "ns3/traced-callback.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a controller did at a decision.
 */
struct ControlReport
{
    uint64_t slot{0};     //!< slot in which the allocator ran
    uint32_t users{0};    //!< users that had something to do
    uint32_t choosing{0}; //!< of these, users with tasks that waited for a cut
    double gamma{0};      //!< objective of the decision
    SolverReport solver;  //!< how it came about
};

/**
 * @ingroup noma-inference
 * The slot scheduler that optimises split inference for the whole network. Every slot:
 *
 * 1. It takes the snapshot (gains as estimated, queues) and the state of the applications (tasks
 *    and bits to come per user and direction, work left at the edge), over a control channel
 *    without delay or loss.
 * 2. Every ControlPeriod slots it builds an optimisation problem in which a task under way has one
 *    option, what is left of it, and lets the allocator solve it, starting from its last decision.
 * 3. DecisionDelay slots later the decision takes effect: cuts go to clients with waiting tasks,
 *    compute units to servers, shares and powers to the slot rule.
 * 4. The slot rule makes grants: by solving the slot problem (LiGdSlotRule), by the shares of the
 *    plan (CreditRule) or by a simpler rule. With FallBack, where superposing users serves them
 *    worse than one of them alone, one stays, unless the rule's groups are final. Decoding orders
 *    and rates follow from the predicted SINR, as the receivers compute it.
 * 5. The trace source SlotDecided says what was decided for the slot, what was granted, and why
 *    where they differ.
 *
 * Users with other traffic take part like the others, with their backlog as bits.
 */
class SplitInferenceController : public SlotScheduler
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    SplitInferenceController();
    ~SplitInferenceController() override;

    /// @param ue user index @param client its application
    void AddClient(uint32_t ue, Ptr<SplitInferenceClient> client);
    /**
     * @param ap access point index
     * @param server its edge server
     * @param address the server's socket address: clients are told it when they come to this
     *        access point; invalid = they are not
     */
    void AddServer(uint32_t ap, Ptr<SplitInferenceServer> server, const Address& address);
    /// @param moved called when an access point begins to serve a user: user, access point
    void SetMovedCallback(std::function<void(uint32_t, uint32_t)> moved);
    /// Uses an allocator of one's own. @param allocator the allocator
    void SetAllocator(std::unique_ptr<Allocator> allocator);

    /// @returns what sets the rates
    Ptr<NomaLinkAdaptation> GetLinkAdaptation() const;
    /// @returns the user index of each user of the instance that the allocator got last
    const std::vector<uint32_t>& GetDeciding() const;
    /// @returns the decision in effect, by user index; empty shares without one
    const std::vector<UserDecision>& GetPlan() const;

    /// Signature of the trace source Decided. @param report what was done
    typedef void (*DecidedCallback)(const ControlReport& report);

    /// Signature of the trace source SlotDecided. @param report what was decided and granted
    typedef void (*SlotDecidedCallback)(const SlotDecisionReport& report);

  private:
    /// A decision on its way.
    struct Pending
    {
        uint64_t due{0};                    //!< slot in which it takes effect
        std::vector<uint32_t> ues;          //!< user indices
        std::vector<bool> choosing;         //!< who gets a cut
        Decision decision;                  //!< one per user
        std::vector<TaskForecast> forecast; //!< one per user, or none if nobody gets a cut
    };

    void DoInitialize() override;
    void DoDispose() override;
    void DoSchedule(const SlotSnapshot& snapshot, std::vector<Grant>& grants) override;
    void DoReport(const std::vector<GrantOutcome>& outcomes) override;

    /// Sends clients to the server of the access point they came to. @param s the network
    void FollowUsers(const SlotSnapshot& s);
    /// Lets the allocator decide. @param s the network @returns what was done
    ControlReport Decide(const SlotSnapshot& s);
    /// @param instance the problem @param options what to ask for @returns the allocator's answer
    Allocation Allocate(const Instance& instance, const AllocatorOptions& options) const;
    /**
     * Decides radio and units again for the cuts that a split rule chose.
     *
     * @param [in,out] instance the problem; as it was afterwards
     * @param options what the allocator was asked for
     * @param [in,out] allocation with the cuts chosen; radio and units for them afterwards
     */
    void FollowCuts(Instance& instance, AllocatorOptions options, Allocation& allocation) const;
    /// Puts a decision into effect. @param s the network @param pending the decision
    void Apply(const SlotSnapshot& s, const Pending& pending);
    /// Sets downlink powers, orders and rates. @param s the network @param [in,out] grants grants
    void Complete(const SlotSnapshot& s, std::vector<Grant>& grants);
    /// Sets downlink powers to the plan's, scaled to what access points have. @param s the network
    /// @param [in,out] grants grants
    void SetPlannedPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const;
    /// @param s the network
    /// @returns what the plan has for users on the air, as grants
    std::vector<Grant> PlannedGrants(const SlotSnapshot& s) const;
    /// Drops superposed users where one alone is served better. @param s the network
    /// @param [in,out] grants grants with rates @returns whether any was dropped
    bool FallBack(const SlotSnapshot& s, std::vector<Grant>& grants);

    std::string m_allocatorName;            //!< allocator by name
    std::unique_ptr<Allocator> m_allocator; //!< allocator
    double m_effort;                        //!< effort asked of it
    uint32_t m_period;                      //!< slots between decisions
    uint32_t m_delay;                       //!< slots until a decision takes effect
    uint32_t m_maxSuperposed;               //!< K, 0 = the network's
    bool m_maximumPower;                    //!< ignore the plan's powers
    double m_splitExponent;                 //!< downlink power split within a group
    bool m_fallBack;                        //!< whether groups may fall back to one user
    double m_minGain;                       //!< least relative gain of superposing
    double m_step;                          //!< step of its descent, 0 = its own
    double m_epsilon;                       //!< its stopping tolerance, 0 = its own
    uint64_t m_maxIterations;               //!< its iterations, 0 = its own
    bool m_warmStart;                       //!< start from the last decision
    double m_minPowerFraction;              //!< least power over greatest
    double m_minUnits;                      //!< least compute units of a user
    double m_maxUnits;                      //!< greatest
    double m_accuracyFloor;                 //!< least mean accuracy, 0 = none
    bool m_normalise;                       //!< divide by the device's own delay and energy
    Ptr<SlotRule> m_slotRule;               //!< plan to grants
    Ptr<SplitRule> m_splitRule;             //!< cuts
    Ptr<NomaOrderPolicy> m_uplinkOrder;     //!< decoding order
    Ptr<NomaOrderPolicy> m_downlinkOrder;   //!< decoding order
    Ptr<NomaLinkAdaptation> m_adaptation;   //!< rates
    GrantCompletion m_completion;           //!< powers, orders and rates of grants

    Participants m_participants;                     //!< applications
    std::vector<Address> m_addresses;                //!< of servers, by access point index
    std::vector<uint32_t> m_servingAp;               //!< by user index, as last seen
    std::function<void(uint32_t, uint32_t)> m_moved; //!< told of users and access points
    SlotChannel m_channel;                           //!< gains of this slot
    std::vector<SlotUser> m_users;                   //!< by user index
    std::vector<double> m_expectedEnd;               //!< time tasks end as planned, by user (s)
    std::vector<uint32_t> m_deciding;                //!< users of the allocator's last instance
    std::vector<UserDecision> m_plan;                //!< decision in effect, by user index
    std::deque<Pending> m_pending;                   //!< decisions on their way
    SlotSnapshot m_last;                             //!< of the present slot, for the report
    uint64_t m_nextDecision{0};                      //!< slot of the next decision

    AccuracyAccount m_accuracy; //!< of tasks that got a cut
    SlotDecisionLog m_slotLog;  //!< decision and grants of this slot

    TracedCallback<const ControlReport&> m_decided;          //!< a decision was made
    TracedCallback<const SlotDecisionReport&> m_slotDecided; //!< a slot is over
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SPLIT_INFERENCE_CONTROLLER_H
