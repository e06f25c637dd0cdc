/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ENVIRONMENT_HELPER_H
#define NOMA_ENVIRONMENT_HELPER_H

#include "ns3/noma-external-controller.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-split-inference-helper.h"
#include "ns3/object-factory.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * What came of an episode.
 */
struct EpisodeResult
{
    uint64_t steps{0};          //!< slots, or decisions, in which there was something to decide
    uint64_t created{0};        //!< tasks created
    uint64_t completed{0};      //!< tasks completed
    uint64_t failed{0};         //!< tasks failed
    double cost{0};             //!< what users cost, see ExternalController; minus the return
    double simulatedSeconds{0}; //!< length of the episode (s)
};

/**
 * @ingroup noma-helper
 * Makes a learning environment of a scenario: a process that plays one episode after the other with
 * an agent outside, as `noma.Env` of the Python package. The protocol is described at
 * EnvironmentMessageType, rewards and the end of an episode at ExternalController.
 *
 * @code
 * EnvironmentHelper environment;
 * environment.SetAttribute("Limit", TimeValue(Seconds(5)));
 * environment.Serve([](EnvironmentHelper& e) {
 *     NomaHelper noma;                 // as in any script: nodes, devices,
 *     SplitInferenceHelper inference;  // applications, streams
 *     ...
 *     e.Attach(noma, inference);
 * });
 * @endcode
 *
 * The function builds the same scenario at every call; only what is drawn at random differs. Seed
 * and run are set before, and everything of ns-3 is taken down after an episode. For the same
 * episode from the same seed all random variables must have fixed streams: AssignStreams() of the
 * helpers, and of what the script draws from itself.
 */
class EnvironmentHelper
{
  public:
    /// Builds a scenario and calls Attach().
    using Scenario = std::function<void(EnvironmentHelper&)>;

    EnvironmentHelper();

    /// Sets an attribute of the ExternalController of every episode. @param name name
    /// @param value value
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Lets the episode decide for a scenario, once it is complete.
     *
     * @param noma helper that installed the devices
     * @param inference helper that installed split inference
     */
    void Attach(NomaHelper& noma, SplitInferenceHelper& inference);

    /**
     * Plays with an agent until that says close. By default over standard input and output; what
     * the process itself prints then goes to standard error.
     *
     * @param scenario builds the scenario
     * @param in file descriptor to read from
     * @param out file descriptor to write to, may be the same
     * @throws std::invalid_argument if a message is malformed; the agent is told
     * @throws std::runtime_error if the agent is gone
     */
    void Serve(const Scenario& scenario, int in = 0, int out = 1);

    /**
     * Plays an episode without an agent: the scenario's own rules decide.
     *
     * @param scenario builds the scenario
     * @param seed as of RESET: one below ns-3's
     * @param run ns-3's run
     * @returns what came of it
     */
    EpisodeResult Run(const Scenario& scenario, uint64_t seed, uint64_t run);

  private:
    /// Plays an episode from building the scenario to taking it down. @param scenario builds it
    /// @param seed see Run() @param run see Run() @returns what came of it
    EpisodeResult Play(const Scenario& scenario, uint64_t seed, uint64_t run);

    /// Makes the controller of the next episode.
    void Renew();

    ObjectFactory m_factory;           //!< makes m_outside
    Ptr<ExternalController> m_outside; //!< of this episode
    Ptr<TaskTracker> m_tracker;        //!< clients of this episode report to it
    bool m_attached{false};            //!< whether the scenario was attached
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ENVIRONMENT_HELPER_H
