/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-experiment.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-data-files.h"
#include "ns3/noma-module.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{
namespace experiment
{

namespace
{

/// First random stream of the users' positions and tasks.
constexpr int64_t USER_STREAM = 1000000;

/// @param positions where
/// @returns nodes at given places
NodeContainer
Place(const std::vector<Vector>& positions)
{
    NodeContainer nodes;
    nodes.Create(positions.size());
    auto allocator = CreateObject<ListPositionAllocator>();
    for (const auto& p : positions)
    {
        allocator->Add(p);
    }
    MobilityHelper mobility;
    mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mobility.SetPositionAllocator(allocator);
    mobility.Install(nodes);
    return nodes;
}

/// Counts what happens while a scheme runs.
class Observer
{
  public:
    /// @param result to be filled
    explicit Observer(Result& result)
        : m_result(result)
    {
    }

    /// @param report decision of the controller
    void OnDecided(const ControlReport& report)
    {
        ++m_result.decisions;
        m_result.evaluations += report.solver.evaluations;
    }

    /// @param report what was decided for a slot and what was granted
    void OnSlotDecided(const SlotDecisionReport& report)
    {
        for (std::size_t k = 0; k < GRANT_REASONS; ++k)
        {
            m_result.reasons[k] += report.count[k];
        }
    }

    /// @param outcome what became of a block
    void OnBlock(const GrantOutcome& outcome)
    {
        ++m_result.grants;
        m_result.lost += !outcome.decoded;
    }

    /// @param grants grants of a slot, sorted by direction, access point and subchannel
    void OnSlot(const SlotSnapshot& /* snapshot */, const std::vector<Grant>& grants)
    {
        for (std::size_t i = 0; i < grants.size(); ++i)
        {
            const bool first = grants[i].order == 0;
            const bool last = i + 1 == grants.size() || grants[i + 1].order == 0;
            m_result.superposed += !(first && last);
        }
    }

  private:
    Result& m_result; //!< filled
};

/// Stops the simulation when all tasks are closed.
class Watch
{
  public:
    /// @param tracker follows the tasks @param expected number of tasks
    /// @param progress told of the fraction closed, or null
    Watch(Ptr<TaskTracker> tracker, uint64_t expected, const std::function<void(double)>& progress)
        : m_tracker(tracker),
          m_expected(expected),
          m_progress(progress)
    {
        Look();
    }

  private:
    /// Looks at the tasks every 100 ms of simulated time.
    void Look()
    {
        const uint64_t closed = m_tracker->GetCompleted() + m_tracker->GetFailed();
        if (m_progress)
        {
            m_progress(static_cast<double>(closed) / static_cast<double>(m_expected));
        }
        if (closed >= m_expected)
        {
            Simulator::Stop();
            return;
        }
        Simulator::Schedule(MilliSeconds(100), &Watch::Look, this);
    }

    Ptr<TaskTracker> m_tracker;                    //!< follows the tasks
    uint64_t m_expected;                           //!< number of tasks
    const std::function<void(double)>& m_progress; //!< told of progress
};

/// @param s scenario
/// @returns places of access points: one in the middle, others around it
std::vector<Vector>
ApPositions(const Settings& s)
{
    std::vector<Vector> places;
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        // rings of four, neighbours 2 R apart
        const uint32_t shell = (n + 3) / 4;
        const double ring = 2 * s.radius * shell;
        const double angle = M_PI / 2 * ((n + 3) % 4);
        places.emplace_back(n == 0 ? 0 : ring * std::cos(angle),
                            n == 0 ? 0 : ring * std::sin(angle),
                            0);
    }
    return places;
}

/// @param s scenario
/// @param random source
/// @returns places of users, uniform in the cells, at least 10 m out
std::vector<Vector>
UserPositions(const Settings& s, Ptr<UniformRandomVariable> random)
{
    std::vector<Vector> places;
    for (const auto& ap : ApPositions(s))
    {
        for (uint32_t i = 0; i < s.usersPerAp; ++i)
        {
            const double r = std::max(10.0, s.radius * std::sqrt(random->GetValue(0, 1)));
            const double angle = random->GetValue(0, 2 * M_PI);
            places.emplace_back(ap.x + r * std::cos(angle), ap.y + r * std::sin(angle), 0);
        }
    }
    return places;
}

} // namespace

void
Settings::Check() const
{
    // single numbers are checked where they are read
    const double edgeFlops = deviceFlops * edgeRatio;
    if (!(edgeFlops >= 1 && edgeFlops <= 1e15))
    {
        std::ostringstream os;
        os << "deviceFlops times edgeRatio is " << edgeFlops << ", allowed: 1 to 1e15";
        throw std::invalid_argument(os.str());
    }
    if (minUnits > maxUnits)
    {
        std::ostringstream os;
        os << "maxUnits: " << maxUnits << " is not at least minUnits = " << minUnits;
        throw std::invalid_argument(os.str());
    }
    if (deadlineWeight > 0 && deadline == 0)
    {
        throw std::invalid_argument("deadlineWeight: needs a deadline");
    }
    ParseLambda(lambda);
    if (!splitRule.empty() && splitRule != PLAIN && splitRule != QUEUE &&
        splitRule != "DadsSplitRule")
    {
        throw std::invalid_argument("splitRule: '" + splitRule +
                                    "' is not SplitRule, QueueAwareSplitRule or DadsSplitRule");
    }
    const std::vector<std::string> rules{"",
                                         "RoundRobinRule",
                                         "CreditRule",
                                         "ProportionalFairRule",
                                         "SmithRule",
                                         "LiGdSlotRule"};
    if (std::find(rules.begin(), rules.end(), slotRule) == rules.end())
    {
        throw std::invalid_argument("slotRule: '" + slotRule +
                                    "' is not RoundRobinRule, CreditRule, ProportionalFairRule, "
                                    "SmithRule or LiGdSlotRule");
    }
    if (maxPerUser > 1 && !slotRule.empty() && slotRule != "LiGdSlotRule")
    {
        throw std::invalid_argument("maxPerUser: " + std::to_string(maxPerUser) +
                                    " is for LiGdSlotRule, and slotRule is " + slotRule);
    }
    if (Parts(models).empty())
    {
        throw std::invalid_argument("models: empty, expected names of models");
    }
    for (const auto& name : Parts(models))
    {
        for (const DnnExit& exit : LoadDnnExits(name, input))
        {
            DnnProfile(exit.graph, DnnView::FUSED);
        }
    }
}

std::vector<std::pair<std::string, std::string>>
Settings::List() const
{
    const auto text = [](double value) {
        std::ostringstream os;
        os << value;
        return os.str();
    };
    return {{"models", models},
            {"aps", text(aps)},
            {"usersPerAp", text(usersPerAp)},
            {"subchannels", text(Subchannels())},
            {"maxSuperposed", text(maxSuperposed)},
            {"maxPerUser", text(maxPerUser)},
            {"radius", text(radius)},
            {"bandwidthMhz", text(bandwidthMhz)},
            {"slotMs", text(slotMs)},
            {"coherenceSlots", text(coherenceSlots)},
            {"deviceFlops", text(deviceFlops)},
            {"edgeRatio", text(edgeRatio)},
            {"edgeUnits", text(edgeUnits > 0 ? edgeUnits : usersPerAp)},
            {"joulesPerGflop", text(joulesPerGflop)},
            {"edgeJoulesPerGflop", text(edgeJoulesPerGflop)},
            {"edgeCircuitW", text(edgeCircuitW)},
            {"lambda", lambda},
            {"minUnits", text(minUnits)},
            {"maxUnits", text(maxUnits)},
            {"input", input == 0 ? "native" : text(input)},
            {"delayWeight", text(delayWeight)},
            {"deadline", text(deadline)},
            {"deadlineWeight", text(deadlineWeight)},
            {"deadlineSoftness", text(deadlineSoftness)},
            {"accuracyFloor", text(accuracyFloor)},
            {"splitRule", splitRule.empty() ? "scheme" : splitRule},
            {"slotRule", slotRule.empty() ? "scheme" : slotRule},
            {"fallBack", fallBack ? "true" : "false"},
            {"maximumPower", maximumPower ? "true" : "false"},
            {"csiAge", text(csiAge)},
            {"images", text(images)},
            {"tasks", text(tasks)},
            {"gap", text(gap)},
            {"controlPeriod", text(controlPeriod)},
            {"effort", text(effort)},
            {"warmLiGd", warmLiGd ? "true" : "false"},
            {"maxEfficiency", text(maxEfficiency)},
            {"limit", text(limit)},
            {"seed", std::to_string(RngSeedManager::GetSeed())},
            {"run", std::to_string(RngSeedManager::GetRun())},
            {"version", NOMA_VERSION}};
}

namespace
{

/// @param s settings @param scheme scheme @returns who chooses the scheme's cuts
std::string
SplitRuleOf(const Settings& s, const Scheme& scheme)
{
    if (!s.splitRule.empty())
    {
        return s.splitRule;
    }
    // only the allocator knows accuracies
    return s.accuracyFloor > 0 && scheme.splitRule == QUEUE ? PLAIN : scheme.splitRule;
}

} // namespace

Result
Run(const Settings& s, const Scheme& scheme, const std::function<void(double)>& progress)
{
    const std::string rule = SplitRuleOf(s, scheme);
    if (s.accuracyFloor > 0 && rule != PLAIN)
    {
        throw std::invalid_argument("accuracyFloor: " + scheme.name + " lets " + rule +
                                    " choose cuts, which does not know accuracies");
    }
    Result result;
    result.scheme = scheme.name;
    result.terms = scheme.terms;

    auto places = CreateObject<UniformRandomVariable>();
    places->SetStream(USER_STREAM);
    const NodeContainer aps = Place(ApPositions(s));
    const NodeContainer ues = Place(UserPositions(s, places));

    NomaHelper noma;
    noma.SetIdealRadio(); // any rate up to capacity, as in the paper
    noma.SetNetworkAttribute("SlotDuration", TimeValue(MicroSeconds(std::lround(s.slotMs * 1e3))));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(s.Subchannels()));
    noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(s.maxSuperposed));
    noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(s.bandwidthMhz * 1e6));
    noma.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(s.bandwidthMhz * 1e6));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(1000000));
    noma.SetNetworkAttribute("QueueBytes", UintegerValue(1u << 30));
    noma.SetFading("ns3::noma::NomaBlockFadingModel",
                   "CoherenceTime",
                   TimeValue(MicroSeconds(std::lround(s.slotMs * 1e3 * s.coherenceSlots))));
    noma.SetCsiEstimator("ns3::noma::NomaAgedCsiEstimator", "Delay", UintegerValue(s.csiAge));
    const NetDeviceContainer apDevices = noma.InstallAp(aps);
    const NetDeviceContainer ueDevices = noma.InstallUe(ues);

    SplitInferenceHelper inference;
    auto adaptation = CreateObject<NomaLinkAdaptation>();
    adaptation->SetAttribute("MaxSpectralEfficiency", DoubleValue(s.maxEfficiency));
    inference.SetControllerAttribute("Allocator", StringValue(scheme.allocator));
    const bool knowsEffort = CreateAllocator(scheme.allocator)->GetHonouredOptions().effort;
    inference.SetControllerAttribute("Effort", DoubleValue(knowsEffort ? s.effort : 0));
    inference.SetControllerAttribute("WarmStart",
                                     BooleanValue(scheme.allocator != "li-gd" || s.warmLiGd));
    inference.SetControllerAttribute("ControlPeriod", UintegerValue(s.controlPeriod));
    inference.SetControllerAttribute("MaxSuperposed",
                                     UintegerValue(scheme.superpose ? s.maxSuperposed : 1));
    inference.SetControllerAttribute("MaximumPower",
                                     BooleanValue(scheme.maximumPower || s.maximumPower));
    inference.SetControllerAttribute("FallBack", BooleanValue(s.fallBack));
    inference.SetControllerAttribute("MinUnits", DoubleValue(s.minUnits));
    inference.SetControllerAttribute("MaxUnits", DoubleValue(s.maxUnits));
    const auto type = [](const std::string& ours, const std::string& schemes) {
        return "ns3::noma::" + (ours.empty() ? schemes : ours);
    };
    std::string slotRule = type(s.slotRule, scheme.slotRule);
    if (slotRule == "ns3::noma::LiGdSlotRule")
    {
        slotRule += "[MaxPerUser=" + std::to_string(s.maxPerUser) + "]";
    }
    inference.SetControllerAttribute("SlotRule", StringValue(slotRule));
    inference.SetControllerAttribute("SplitRule", StringValue("ns3::noma::" + rule));
    inference.SetControllerAttribute("LinkAdaptation", PointerValue(adaptation));
    inference.SetControllerAttribute("AccuracyFloor", DoubleValue(s.accuracyFloor));
    inference.SetClientAttribute("DelayWeight", DoubleValue(s.delayWeight));
    inference.SetClientAttribute("DeadlineWeight", DoubleValue(s.deadlineWeight));
    inference.SetClientAttribute("DeadlineSoftness", DoubleValue(s.deadlineSoftness));
    inference.SetClientAttribute("MaxOpenTasks", UintegerValue(s.tasks));
    inference.SetProcessorAttribute("ClockHz", DoubleValue(s.deviceFlops));
    inference.SetProcessorAttribute("FlopPerCycle", DoubleValue(1));
    // energy per FLOP is kappa * clock^2
    const double joulesPerFlop = s.joulesPerGflop * 1e-9;
    inference.SetProcessorAttribute("Kappa",
                                    DoubleValue(joulesPerFlop / std::pow(s.deviceFlops, 2)));
    inference.SetServerAttribute("MaxQueue", UintegerValue(1000000));
    inference.SetEdgeAttribute("Units", DoubleValue(s.edgeUnits > 0 ? s.edgeUnits : s.usersPerAp));
    inference.SetEdgeAttribute("ClockHz", DoubleValue(s.deviceFlops * s.edgeRatio));
    inference.SetEdgeAttribute("FlopPerCycle", DoubleValue(1));
    inference.SetEdgeAttribute(
        "Kappa",
        DoubleValue(s.edgeJoulesPerGflop * 1e-9 / std::pow(s.deviceFlops * s.edgeRatio, 2)));
    inference.SetEdgeAttribute("CircuitPowerW", DoubleValue(s.edgeCircuitW));
    inference.SetEdgeAttribute("Lambda", StringValue(s.lambda));
    inference.SetWorkload("ns3::noma::PoissonWorkload",
                          "Rate",
                          DoubleValue(1 / s.gap),
                          "Images",
                          UintegerValue(s.images),
                          "Deadline",
                          TimeValue(Seconds(s.deadline)),
                          "MaxTasks",
                          UintegerValue(s.tasks));
    const auto models = Parts(s.models);
    for (std::size_t k = 0; k < models.size(); ++k)
    {
        NetDeviceContainer users;
        for (uint32_t i = k; i < ueDevices.GetN(); i += models.size())
        {
            users.Add(ueDevices.Get(i));
        }
        inference.SetModel(models[k], s.input, DnnCutParameters(), scheme.cuts);
        inference.Install(noma, users, k == 0 ? apDevices : NetDeviceContainer());
    }
    noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 1);
    inference.AssignStreams(USER_STREAM + 1);
    auto controller = inference.GetController();
    auto tracker = inference.GetTracker();

    auto parameters = s.List();
    parameters.insert(parameters.begin(), {"scheme", scheme.name});
    NomaTimelineHelper timeline;
    timeline.SetParameters(parameters);
    timeline.Enable(s.timeline, noma, inference);
    Observer observer(result);
    controller->TraceConnectWithoutContext("Decided",
                                           MakeCallback(&Observer::OnDecided, &observer));
    controller->TraceConnectWithoutContext("SlotDecided",
                                           MakeCallback(&Observer::OnSlotDecided, &observer));
    noma.GetNetwork()->TraceConnectWithoutContext("Block",
                                                  MakeCallback(&Observer::OnBlock, &observer));
    noma.GetNetwork()->TraceConnectWithoutContext("Slot",
                                                  MakeCallback(&Observer::OnSlot, &observer));
    Watch watch(tracker, static_cast<uint64_t>(ues.GetN()) * s.tasks, progress);
    Simulator::Stop(Seconds(s.limit));
    Simulator::Run();

    const std::string complaint = tracker->Check() + noma.GetNetwork()->CheckConservation();
    if (!complaint.empty())
    {
        throw std::runtime_error(scheme.name + ": " + complaint);
    }
    result.simulatedSeconds = Simulator::Now().GetSeconds();
    result.summary = tracker->Summarize();
    std::ostringstream tasks;
    tracker->WriteCsv(tasks, parameters);
    result.tasks = tasks.str();
    uint64_t inside = 0;
    for (const auto& r : tracker->GetRecords())
    {
        // the options of a network with exits are several lists of cuts
        const bool cut = r.option.exit > 0 ? r.option.deviceFlops > 0 && !IsDeviceOnly(r.option)
                                           : r.cut > 0 && r.cut + 1 < r.cuts;
        inside += r.IsCompleted() && cut;
    }
    result.split = static_cast<double>(inside) /
                   static_cast<double>(std::max<uint64_t>(1, result.summary.completed));
    Simulator::Destroy();
    return result;
}

} // namespace experiment
} // namespace noma
} // namespace ns3
