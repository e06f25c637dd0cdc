/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EXTERNAL_CONTROLLER_H
#define NOMA_EXTERNAL_CONTROLLER_H

#include "ns3/noma-environment-message.h"
#include "ns3/noma-external-link.h"
#include "ns3/noma-slot-rule.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <exception>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Lets somebody outside the simulator decide, for one episode: it puts an ExternalSlotRule around
 * the slot rule of a SplitInferenceController and, if cuts are to be decided, an ExternalAllocator
 * around its allocator. Whenever there is something to decide it sends what there is to see, and
 * waits for the answer.
 *
 * What a user costs by a time t is the sum of the utilities (eq. (18)) of its closed tasks, with
 * FailureCost more for each that failed, and of wT (t - created) / delayScale of its open ones. A
 * reward is minus the growth of that cost since the last observation, so that the rewards of an
 * episode in which all tasks complete add up to minus the sum of their utilities.
 *
 * An episode is over (terminated) when Tasks tasks are closed, and cut off (truncated) at Limit.
 */
class ExternalController : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * Says who decides. Without this call nobody outside does: the scenario's own rules decide, and
     * costs and the end of the episode are as they would be.
     *
     * @param decision what is decided outside
     * @param link way to the agent, which must outlive the simulation; null = only the layout is
     *        wanted, and the simulation stops when that is known
     * @param hello what the agent was told of the layout, which must be the same in every episode
     */
    void Connect(ExternalDecision decision,
                 ExternalLink* link,
                 const std::vector<uint8_t>& hello = {});

    /**
     * Takes its place in a scenario, before the simulation starts.
     *
     * @param controller the scenario's controller
     * @param clients by user index, null where a user has none
     * @throws std::invalid_argument if the controller is set up to overrule what is decided
     */
    void Attach(Ptr<SplitInferenceController> controller,
                const std::vector<Ptr<SplitInferenceClient>>& clients);

    /// @returns what the agent has to know, once a slot has begun
    const EnvironmentLayout& GetLayout() const;
    /// @returns what users cost so far, by user index
    std::vector<double> GetCosts() const;
    /// @returns slots (for cuts: decisions) in which there was something to decide
    uint64_t GetSteps() const;
    /// @returns tasks completed
    uint64_t GetCompleted() const;
    /// @returns tasks failed
    uint64_t GetFailed() const;
    /// @returns tasks created
    uint64_t GetCreated() const;

    /// @returns whether the last observation was the last of the episode
    bool IsOver() const;
    /// @returns what the agent said instead of an action, if it did not let the episode end
    const EnvironmentRequest& GetRequest() const;
    /// @throws what went wrong while the simulation ran, if anything did
    void Rethrow() const;

    // For ExternalSlotRule and ExternalAllocator

    /// @returns whether the episode goes on
    bool IsRunning() const;
    /// @param decision what
    /// @returns whether this is decided outside
    bool Decides(ExternalDecision decision) const;

    /**
     * A slot begins; ends the episode if it is time.
     *
     * @param snapshot the network, stays where it is for the slot
     * @param channel its gains, likewise
     * @param users by user index, likewise
     * @param context settings of the controller
     */
    void Begin(const SlotSnapshot& snapshot,
               SlotChannel& channel,
               const std::vector<SlotUser>& users,
               const SlotRuleContext& context);

    /// There is something to decide, by the scenario's own rules.
    void CountStep();

    /**
     * There is something to decide: asks.
     *
     * @param extra what to show beside what is always shown, see the layout
     * @returns the answer, or null if the episode does not go on
     */
    const std::vector<double>* Ask(const std::vector<double>& extra);

    /// Notes grants that were asked for in vain.
    /// @param refused superposed beyond K
    /// @param idle for users with nothing to send
    void CountVain(uint32_t refused, uint32_t idle);

    /// @returns most cuts of any client
    uint32_t GetMaxCuts() const;

    /// What an agent is told of a cut: FLOP of device and edge, bits up and down.
    static constexpr uint32_t CUT_NUMBERS = 4;

    /**
     * @param cut a cut
     * @param [out] to CUT_NUMBERS numbers
     */
    static void PutCut(const CutOption& cut, double* to);

  private:
    void DoDispose() override;

    /// @param record new task
    void OnCreated(const TaskRecord& record);
    /// @param record closed task
    void OnClosed(const TaskRecord& record);
    /// Describes what is sent. @param s the network @param context settings
    void MakeLayout(const SlotSnapshot& s, const SlotRuleContext& context);
    /// Fills in constants of the layout. @param s the network @param context settings
    void AddConstants(const SlotSnapshot& s, const SlotRuleContext& context);
    /// @returns what is shown beside what is always shown, when there is nothing to decide
    std::vector<double> NothingExtra() const;
    /// Notes what there is to see. @param extra see Ask() @param flags of OBSERVE
    void Look(const std::vector<double>& extra, uint8_t flags);
    /// Sends what there is to see. @param extra see Ask() @param flags of OBSERVE
    void Observe(const std::vector<double>& extra, uint8_t flags);
    /// Ends the episode because of the exception in flight.
    void Fail();
    /// Ends the simulation.
    void Stop();

    Time m_limit;         //!< length of an episode, zero = none
    uint64_t m_tasks;     //!< closed tasks that end it, 0 = none
    double m_failureCost; //!< cost of a failed task beside its utility

    bool m_connected{false};                               //!< whether something is decided outside
    ExternalLink* m_link{nullptr};                         //!< to the agent
    ExternalDecision m_decision{ExternalDecision::GRANTS}; //!< what it decides
    std::vector<uint8_t> m_hello;                          //!< what the agent was told
    uint32_t m_maxSuperposed{0};                           //!< K, 0 = the network's
    std::vector<std::vector<CutOption>> m_cuts;            //!< by user index
    EnvironmentLayout m_layout;                            //!< what is sent
    bool m_described{false};                               //!< whether the layout is known
    bool m_running{true};                                  //!< see IsRunning()
    bool m_over{false};                                    //!< see IsOver()
    EnvironmentRequest m_request;                          //!< the last message
    std::exception_ptr m_failure;                          //!< what went wrong
    const SlotSnapshot* m_snapshot{nullptr};               //!< of this slot
    SlotChannel* m_channel{nullptr};                       //!< of this slot
    const std::vector<SlotUser>* m_users{nullptr};         //!< of this slot
    std::vector<double> m_values;                          //!< numbers of an observation
    std::vector<uint8_t> m_message;                        //!< the same, encoded
    std::vector<double> m_closedCosts;                     //!< of closed tasks, by user
    std::vector<double> m_lastCosts;                       //!< at the last observation, by user
    /// user and number of open tasks -> when created (s), price of a second
    std::map<std::pair<uint32_t, uint32_t>, std::pair<double, double>> m_open;
    uint64_t m_steps{0};     //!< see GetSteps()
    uint64_t m_created{0};   //!< tasks
    uint64_t m_completed{0}; //!< tasks
    uint64_t m_failed{0};    //!< tasks
    uint64_t m_refused{0};   //!< see CountVain()
    uint64_t m_idle{0};      //!< see CountVain()
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EXTERNAL_CONTROLLER_H
