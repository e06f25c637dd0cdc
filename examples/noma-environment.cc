/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * A learning environment: cells of users that split their inferences, one episode after the other,
 * decided slot by slot by an agent outside the process. The Python package starts it:
 *
 *     env = noma.Env("noma-environment", decide="grants", usersPerAp=6)
 *
 * With --local it plays by a slot rule of its own and prints what came of it:
 *
 *     noma-environment --local=true --rule=SmithRule --episodes=3
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-model-library.h"
#include "ns3/noma-module.h"

#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// First random stream of the users' positions and tasks.
constexpr int64_t USER_STREAM = 1000000;

/// The scenario.
struct Scene
{
    uint32_t aps{1};                    //!< access points, in a row
    uint32_t usersPerAp{6};             //!< users placed around each
    uint32_t subchannels{2};            //!< M
    uint32_t maxSuperposed{2};          //!< K
    std::string model{"nin-imagenet"};  //!< network that users run
    double radius{150};                 //!< cell radius (m)
    double bandwidthMhz{2};             //!< per direction (MHz)
    double slotMs{10};                  //!< slot (ms)
    uint32_t coherenceSlots{10};        //!< slots per coherence block of the Rayleigh fading
    double deviceFlops{1e9};            //!< device speed (FLOP/s)
    double edgeRatio{10};               //!< speed of one edge unit over that of a device
    double joulesPerGflop{0.5};         //!< energy of devices and edge (J per 1e9 FLOP)
    double delayWeight{0.5};            //!< wT; wE = 1 - wT
    double rate{1};                     //!< tasks per second and user
    double seconds{5};                  //!< length of an episode (s)
    uint32_t tasks{0};                  //!< tasks per user after which it is over, 0 = any number
    std::string allocator{"edge-only"}; //!< allocator
    std::string rule{"SmithRule"};      //!< slot rule
    uint32_t controlPeriod{1};          //!< slots between decisions of the allocator
    uint32_t csiAge{0};                 //!< age of the known gains (slots)
    uint32_t segmentBytes{8900};        //!< tensors and results per packet (byte)
};

/// Writes what was sent, block by block.
class BlockLog
{
  public:
    /// @param path file, empty = none
    explicit BlockLog(const std::string& path)
    {
        if (!path.empty())
        {
            m_file.open(path);
            if (!m_file)
            {
                throw std::invalid_argument("--blocks: cannot write '" + path +
                                            "': " + std::strerror(errno));
            }
            m_file << "seconds,direction,user,ap,subchannel,watts,bps,order,bits,decoded,sinr\n"
                   << std::hexfloat;
        }
    }

    /// @param network tells of its blocks
    void Follow(const Ptr<NomaNetwork>& network)
    {
        if (m_file.is_open())
        {
            network->TraceConnectWithoutContext("Block", MakeCallback(&BlockLog::Write, this));
        }
    }

    /// @throws std::runtime_error if anything was not written
    void Close()
    {
        if (m_file.is_open() && !(m_file.flush()))
        {
            throw std::runtime_error("--blocks: cannot write");
        }
    }

  private:
    /// @param o a block
    void Write(const GrantOutcome& o)
    {
        const Grant& g = o.grant;
        m_file << Simulator::Now().GetSeconds() << "," << (g.direction == UPLINK ? "up" : "down")
               << "," << g.ue << "," << g.ap << "," << g.subchannel << "," << g.powerW << ","
               << g.rateBps << "," << g.order << "," << o.blockBits << "," << o.decoded << ","
               << o.sinr << "\n";
    }

    std::ofstream m_file; //!< where to
};

/// Builds the scenario. @param e takes its decisions @param s what to build @param log of blocks
void
Build(EnvironmentHelper& e, const Scene& s, BlockLog& log)
{
    auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(USER_STREAM);
    NodeContainer aps(s.aps);
    NodeContainer ues(s.aps * s.usersPerAp);
    auto places = CreateObject<ListPositionAllocator>();
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        places->Add(Vector(2 * s.radius * n, 0, 0));
    }
    for (uint32_t i = 0; i < ues.GetN(); ++i)
    {
        const double r = std::max(10.0, s.radius * std::sqrt(random->GetValue(0, 1)));
        const double angle = random->GetValue(0, 2 * M_PI);
        const uint32_t cell = i / s.usersPerAp;
        const double x = 2 * s.radius * cell;
        places->Add(Vector(x + r * std::cos(angle), r * std::sin(angle), 0));
    }
    MobilityHelper mobility;
    mobility.SetPositionAllocator(places);
    mobility.Install(NodeContainer(aps, ues));

    const Time slot = MicroSeconds(std::lround(s.slotMs * 1e3));
    NomaHelper noma;
    noma.SetIdealRadio();
    noma.SetNetworkAttribute("SlotDuration", TimeValue(slot));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(s.subchannels));
    noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(s.maxSuperposed));
    noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(s.bandwidthMhz * 1e6));
    noma.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(s.bandwidthMhz * 1e6));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(1000000));
    noma.SetNetworkAttribute("QueueBytes", UintegerValue(1U << 30));
    noma.SetFading("ns3::noma::NomaBlockFadingModel",
                   "CoherenceTime",
                   TimeValue(slot * s.coherenceSlots));
    noma.SetCsiEstimator("ns3::noma::NomaAgedCsiEstimator", "Delay", UintegerValue(s.csiAge));
    const UintegerValue mtu(s.segmentBytes + 100); // headers
    noma.SetApAttribute("Mtu", mtu);
    noma.SetUeAttribute("Mtu", mtu);
    const NetDeviceContainer apDevices = noma.InstallAp(aps);
    const NetDeviceContainer ueDevices = noma.InstallUe(ues);

    SplitInferenceHelper inference;
    inference.SetModel(s.model);
    inference.SetTransport("ns3::noma::UdpClientTransport",
                           "SegmentBytes",
                           UintegerValue(s.segmentBytes));
    inference.SetServerAttribute("SegmentBytes", UintegerValue(s.segmentBytes));
    inference.SetWorkload("ns3::noma::PoissonWorkload",
                          "Rate",
                          DoubleValue(s.rate),
                          "MaxTasks",
                          UintegerValue(s.tasks));
    inference.SetControllerAttribute("Allocator", StringValue(s.allocator));
    inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::" + s.rule));
    inference.SetControllerAttribute("ControlPeriod", UintegerValue(s.controlPeriod));
    inference.SetControllerAttribute("MaxUnits", DoubleValue(1));
    inference.SetClientAttribute("DelayWeight", DoubleValue(s.delayWeight));
    inference.SetClientAttribute("MaxOpenTasks", UintegerValue(1000));
    const double joules = s.joulesPerGflop * 1e-9;
    inference.SetProcessorAttribute("ClockHz", DoubleValue(s.deviceFlops));
    inference.SetProcessorAttribute("FlopPerCycle", DoubleValue(1));
    inference.SetProcessorAttribute("Kappa", DoubleValue(joules / std::pow(s.deviceFlops, 2)));
    const double edgeFlops = s.deviceFlops * s.edgeRatio;
    inference.SetEdgeAttribute("Units", DoubleValue(s.usersPerAp));
    inference.SetEdgeAttribute("ClockHz", DoubleValue(edgeFlops));
    inference.SetEdgeAttribute("FlopPerCycle", DoubleValue(1));
    inference.SetEdgeAttribute("Kappa", DoubleValue(joules / std::pow(edgeFlops, 2)));
    inference.Install(noma, ueDevices, apDevices);
    noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 1);
    inference.AssignStreams(USER_STREAM + 1);
    log.Follow(noma.GetNetwork());
    e.Attach(noma, inference);
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    Scene s;
    bool local = false;
    uint32_t episodes = 1;
    uint32_t fd = 0;
    double failureCost = 1;
    std::string blocks;
    Options options(__FILE__, "A learning environment: an agent outside decides slot by slot.");
    options.Add("aps", "access points, in a row", s.aps, 1, 100);
    options.Add("usersPerAp", "users per access point", s.usersPerAp, 1, 1000);
    options.Add("subchannels", "subchannels M", s.subchannels, 1, 1000);
    options.Add("maxSuperposed", "users per subchannel K", s.maxSuperposed, 1, 64);
    options.Add("model", "built-in network that users run", s.model);
    options.Add("radius", "cell radius (m)", s.radius, 10, 1e5);
    options.Add("bandwidthMhz", "bandwidth per direction (MHz)", s.bandwidthMhz, 1e-3, 100);
    options.Add("slotMs", "slot (ms)", s.slotMs, 1e-3, 1e6);
    options.Add("coherenceSlots", "slots per coherence block", s.coherenceSlots, 1, 1000000);
    options.Add("deviceFlops", "device speed (FLOP/s)", s.deviceFlops, 1e3, 1e15);
    options.Add("edgeRatio", "speed of one edge unit over a device's", s.edgeRatio, 1e-3, 1e3);
    options.Add("joulesPerGflop",
                "energy of devices and edge (J per 1e9 FLOP)",
                s.joulesPerGflop,
                1e-9,
                1e6);
    options.Add("delayWeight", "weight of delay, wT", s.delayWeight, 0, 1);
    options.Add("rate", "tasks per second and user", s.rate, 1e-6, 1e6);
    options.Add("seconds", "length of an episode (s)", s.seconds, 1e-3, 1e9);
    options.Add("tasks",
                "tasks per user after which an episode is over, 0 = any number",
                s.tasks,
                0,
                1000000);
    options.Add("failureCost", "cost of a failed task beside its utility", failureCost, 0, 1e6);
    options.Add("allocator", "allocator of cuts, shares and powers", s.allocator);
    options.Add("rule",
                "slot rule where grants are not decided outside: RoundRobinRule, CreditRule, "
                "ProportionalFairRule, SmithRule, LiGdSlotRule",
                s.rule);
    options.Add("controlPeriod", "slots between allocator decisions", s.controlPeriod, 1, 1000000);
    options.Add("csiAge", "age of the known gains (slots)", s.csiAge, 0, 1000000);
    options.Add("segmentBytes",
                "tensors and results per packet (byte); smaller ones take longer to simulate",
                s.segmentBytes,
                100,
                60000);
    options.Add("fd",
                "file descriptor of a socket to the agent; 0 = standard input and output",
                fd,
                0,
                65535);
    options.Add("local", "play by the slot rule, without an agent", local);
    options.Add("episodes", "episodes to play with --local", episodes, 1, 1000000);
    options.Add("blocks", "file for everything sent, as CSV with hexadecimal numbers", blocks);
    options.Parse(argc, argv);
    const std::vector<std::string> rules{"RoundRobinRule",
                                         "CreditRule",
                                         "ProportionalFairRule",
                                         "SmithRule",
                                         "LiGdSlotRule"};
    CheckName("rule", s.rule, rules);
    CheckName("allocator", s.allocator, AllocatorNames());
    CheckName("model", s.model, BuiltInModelNames());

    BlockLog log(blocks);
    EnvironmentHelper environment;
    environment.SetAttribute("Limit", TimeValue(Seconds(s.seconds)));
    environment.SetAttribute("Tasks", UintegerValue(uint64_t{s.tasks} * s.aps * s.usersPerAp));
    environment.SetAttribute("FailureCost", DoubleValue(failureCost));
    const auto scenario = [&](EnvironmentHelper& e) { Build(e, s, log); };
    if (!local)
    {
        environment.Serve(scenario, static_cast<int>(fd), fd > 0 ? static_cast<int>(fd) : 1);
        log.Close();
        return 0;
    }
    const uint64_t seed = RngSeedManager::GetSeed() - 1;
    const uint64_t run = RngSeedManager::GetRun();
    std::cout << "rule,allocator,seed,run,steps,created,completed,failed,cost\n"
              << std::setprecision(17);
    for (uint32_t k = 0; k < episodes; ++k)
    {
        const EpisodeResult r = environment.Run(scenario, seed, run + k);
        std::cout << s.rule << "," << s.allocator << "," << seed << "," << run + k << "," << r.steps
                  << "," << r.created << "," << r.completed << "," << r.failed << "," << r.cost
                  << "\n";
    }
    log.Close();
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-environment", [&] { return Example(argc, argv); });
}
