/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EXPERIMENT_H
#define NOMA_EXPERIMENT_H

#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-slot-decision.h"
#include "ns3/noma-task-tracker.h"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{
namespace experiment
{

/// Split rule that takes the allocator's cuts.
inline constexpr const char* PLAIN = "SplitRule";
/// Split rule that sees who waits before whom; cuts of ECC-NOMA and of ECC-OMA under the same rule.
inline constexpr const char* QUEUE = "QueueAwareSplitRule";

/// @param text list
/// @returns the parts of a comma-separated list
std::vector<std::string> Parts(const std::string& text);

/// How a scheme shares the radio, which is what it may be compared with.
enum class Terms
{
    PAPER, //!< as in the paper: its own way to take turns, greatest powers
    SAME,  //!< the slot rule and the powers of ECC-NOMA: what differs is the decision
    GREEDY //!< the decision's powers, grants by a greedy rule: what differs is the slot
};

/// @param terms terms
/// @returns their name in results
std::string TermsName(Terms terms);

/// @param terms terms
/// @returns one line of explanation
std::string TermsText(Terms terms);

/**
 * A way to serve the users: who decides, and how the radio is shared.
 */
struct Scheme
{
    std::string name;           //!< as selected and printed
    std::string allocator;      //!< name of the allocator
    std::string slotRule;       //!< type of the slot rule
    std::string splitRule;      //!< type of the split rule
    bool superpose{false};      //!< NOMA with the network's K; otherwise OMA
    bool maximumPower{true};    //!< the allocator does not choose powers
    DnnCuts cuts{DnnCuts::ALL}; //!< cuts of a DAG it knows of
    Terms terms{Terms::PAPER};  //!< what it may be compared with
    std::string says;           //!< one line of explanation
};

/// @returns the schemes of "all", in the order they are printed
const std::vector<Scheme>& Schemes();

/**
 * @param names comma-separated: a scheme, any registered allocator ("as the paper"), or either
 *        followed by "+same", its decisions under the slot rule and powers of ECC-NOMA, or by
 *        "+smith", its decisions and powers with the grants of SmithRule; or "all"
 * @returns the schemes
 * @throws std::invalid_argument naming the known ones
 */
std::vector<Scheme> SelectSchemes(const std::string& names);

/**
 * One scenario: cells, users, devices, edge servers and tasks.
 */
struct Settings
{
    std::string models{"yolov2-tiny-voc,nin-imagenet,resnet18"}; //!< users take them in turn
    uint32_t aps{5};                //!< access points, one in the middle, the others around it
    uint32_t usersPerAp{30};        //!< users placed in each cell
    uint32_t subchannels{6};        //!< M; 0 = a third of the users per access point
    uint32_t maxSuperposed{3};      //!< K
    uint32_t maxPerUser{1};         //!< subchannels of a user per slot under LiGdSlotRule
    double radius{500};             //!< cell radius (m)
    double bandwidthMhz{10};        //!< per direction (MHz)
    double slotMs{10};              //!< slot (ms)
    uint32_t coherenceSlots{10};    //!< slots per coherence block of the Rayleigh fading
    double deviceFlops{1e9};        //!< device speed (FLOP/s)
    double edgeRatio{10};           //!< speed of one edge unit over that of a device
    uint32_t edgeUnits{0};          //!< compute units of a server; 0 = one per user of the cell
    double joulesPerGflop{0.5};     //!< energy of a device (J per 1e9 FLOP)
    double edgeJoulesPerGflop{0.5}; //!< energy of the edge on one unit (J per 1e9 FLOP)
    double edgeCircuitW{0};         //!< power of a server while it serves (W); the paper's is 100
    std::string lambda{"linear"};   //!< speed-up of a task over units
    double minUnits{1};             //!< least units of a task
    double maxUnits{1};             //!< most units of a task
    uint32_t input{0};              //!< height and width of the images, 0 = native
    double delayWeight{0.5};        //!< wT; wE = 1 - wT
    double deadline{0};             //!< deadline of a task (s), 0 = none
    double deadlineWeight{0};       //!< wQ
    double deadlineSoftness{0.1};   //!< part of the deadline over which a task turns late
    double accuracyFloor{0};        //!< least mean accuracy of networks that name exits, 0 = none
    std::string splitRule;          //!< split rule of all schemes; empty = the scheme's own
    std::string slotRule;           //!< slot rule of all schemes; empty = the scheme's own
    bool fallBack{false};           //!< serve one alone where superposing does not gain
    bool maximumPower{false};       //!< greatest powers, also where the scheme chooses them
    uint32_t csiAge{0};             //!< age of the known gains (slots)
    uint32_t images{1};             //!< inferences per task
    uint32_t tasks{1};              //!< tasks per user
    double gap{1};                  //!< mean time between a user's tasks (s), the first included
    uint32_t controlPeriod{1};      //!< slots between decisions
    double effort{0};               //!< effort of the allocators
    bool warmLiGd{true};     //!< Li-GD as printed starts from its last decision, as others do
    double maxEfficiency{0}; //!< cap on spectral efficiency (bit/s/Hz), 0 = none
    double limit{2000};      //!< simulated time after which open tasks count as in flight (s)
    std::string timeline;    //!< file for a timeline, empty = none; no parameter of a result

    /// @returns M
    uint32_t Subchannels() const
    {
        return subchannels > 0 ? subchannels : (usersPerAp + 2) / 3;
    }

    /// @throws std::invalid_argument with one line naming option, value and what is allowed
    void Check() const;

    /// @returns names and values of all of them, seed, run and version, as in result files
    std::vector<std::pair<std::string, std::string>> List() const;
};

/**
 * What came of one scheme.
 */
struct Result
{
    std::string scheme;         //!< its name
    Terms terms{Terms::PAPER};  //!< what it may be compared with
    TaskSummary summary;        //!< statistics
    std::string tasks;          //!< all tasks, as CSV
    double split{0};            //!< fraction of completed tasks cut strictly inside
    double simulatedSeconds{0}; //!< until the last task was closed (s)
    uint64_t decisions{0};      //!< decisions of the controller
    uint64_t evaluations{0};    //!< objective evaluations of its allocator
    uint64_t grants{0};         //!< grants used
    uint64_t superposed{0};     //!< of these, in a group of more than one
    uint64_t lost{0};           //!< blocks lost
    std::array<uint64_t, GRANT_REASONS> reasons{}; //!< decided and granted, by GrantReason
};

/**
 * Runs one scheme, packet by packet. Users, channels and tasks depend on the settings, the seed and
 * the run only, so that all schemes see the same.
 *
 * @param settings scenario
 * @param scheme scheme
 * @param progress called with the fraction of tasks closed, now and then; may be null
 * @returns what came of it
 */
Result Run(const Settings& settings,
           const Scheme& scheme,
           const std::function<void(double)>& progress);

} // namespace experiment
} // namespace noma
} // namespace ns3

#endif // NOMA_EXPERIMENT_H
