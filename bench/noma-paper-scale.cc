/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Wall time of split inference at packet level with a decision every slot, by default at the scale
 * of the paper: 5 access points, 1,250 users, 250 subchannels, 10 ms slots, ECC-NOMA. A timer
 * signal samples where the program is; the innermost known class on the stack decides whether the
 * sample counts for the optimiser, for the controller around it, for the radio, or for the rest
 * (IP, applications, events).
 *
 *     noma-paper-scale [--users=1250] [--seconds=1] [--allocator=ecc-noma]
 */
#include "noma-processor-time.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"

#include <array>
#include <cctype>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <execinfo.h>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <sys/resource.h>
#include <sys/time.h>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

constexpr int DEPTH = 40;              //!< frames looked at per sample
constexpr std::size_t SAMPLES = 60000; //!< of the first 10 minutes, at 100 Hz

/// One sample of the stack.
struct Sample
{
    std::array<void*, DEPTH> frames; //!< return addresses, innermost first
    int depth{0};                    //!< number of them
};

std::vector<Sample> g_samples;          //!< samples taken
volatile std::sig_atomic_t g_taken = 0; //!< number of them

/// Takes a sample.
void
OnTimer(int)
{
    const auto taken = static_cast<std::size_t>(g_taken);
    if (taken < g_samples.size())
    {
        g_samples[taken].depth = backtrace(g_samples[taken].frames.data(), DEPTH);
        g_taken = static_cast<std::sig_atomic_t>(taken + 1);
    }
}

/// @returns what a function belongs to, or an empty text @param symbol mangled name
std::string
PartOf(const char* symbol)
{
    // the first that matches wins: "noma" classes by their mangled names
    static const std::vector<std::pair<const char*, const char*>> parts{
        {"9Allocator", "optimiser"},
        {"12EccAllocator", "optimiser"},
        {"24SplitInferenceController", "controller"},
        {"13BuildInstance", "controller"},
        {"19NomaLinkAdaptation", "controller"},
        {"11CollectWork", "controller"},
        {"8SlotRule", "controller"},
        {"10GreedyRule", "controller"},
        {"10CreditRule", "controller"},
        {"11SlotChannel", "controller"},
        {"20SplitInferenceClient", "rest"},
        {"20SplitInferenceServer", "rest"},
        {"18UdpClientTransport", "rest"},
        {"18UdpServerTransport", "rest"},
        {"13MessageSender", "rest"},
        {"14Ipv4L3Protocol", "rest"},
        {"13Ipv4Interface", "rest"},
        {"13UdpL4Protocol", "rest"},
        {"13UdpSocketImpl", "rest"},
        {"4Node", "rest"},
    };
    for (const auto& [text, part] : parts)
    {
        if (std::strstr(symbol, text))
        {
            return part;
        }
    }
    // the radio's classes begin with Noma: 4noma, the length of the name, the name
    const char* name = std::strstr(symbol, "4noma");
    name = name ? name + 5 : symbol;
    while (std::isdigit(static_cast<unsigned char>(*name)))
    {
        ++name;
    }
    return std::strncmp(name, "Noma", 4) == 0 ? "radio" : "";
}

/// @returns share of the samples by part
std::map<std::string, double>
Classify()
{
    std::map<std::string, double> shares;
    for (std::size_t k = 0; k < static_cast<std::size_t>(g_taken); ++k)
    {
        std::string part;
        for (int f = 0; f < g_samples[k].depth && part.empty(); ++f)
        {
            Dl_info info;
            if (dladdr(g_samples[k].frames[static_cast<std::size_t>(f)], &info) && info.dli_sname)
            {
                part = PartOf(info.dli_sname);
            }
        }
        shares[part.empty() ? "rest" : part] += 1.0 / g_taken;
    }
    return shares;
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t users = 1250;
    uint32_t aps = 5;
    uint32_t subchannels = 250;
    double seconds = 1;
    double rate = 1;
    double radius = 500;
    std::string allocator = "ecc-noma";
    std::string model = "nin-cifar10";
    std::string rule = "CreditRule";
    std::string splitRule = "SplitRule";
    uint32_t superposed = 3;
    double edgeFlops = 2e9;
    double deviceFlops = 2.4e8;
    uint32_t tasks = 0;
    CommandLine cmd(__FILE__);
    cmd.AddValue("users", "number of users, >= 1", users);
    cmd.AddValue("aps", "number of access points, >= 1", aps);
    cmd.AddValue("subchannels", "M, >= 1", subchannels);
    cmd.AddValue("seconds", "simulated time (s), > 0", seconds);
    cmd.AddValue("rate", "tasks per user and second, > 0", rate);
    cmd.AddValue("radius", "cell radius (m), > 1", radius);
    cmd.AddValue("allocator", "name of the allocator", allocator);
    cmd.AddValue("model", "built-in network", model);
    cmd.AddValue("rule",
                 "slot rule: CreditRule, SmithRule, ProportionalFairRule or LiGdSlotRule",
                 rule);
    cmd.AddValue("splitRule", "SplitRule (the allocator's) or QueueAwareSplitRule", splitRule);
    cmd.AddValue("superposed", "K, >= 1", superposed);
    cmd.AddValue("edgeFlops", "speed of a compute unit (FLOP/s), > 0", edgeFlops);
    cmd.AddValue("deviceFlops", "speed of a device (FLOP/s), > 0", deviceFlops);
    cmd.AddValue("tasks", "most tasks per user, 0 = no end", tasks);
    cmd.Parse(argc, argv);
    if (users < 1 || aps < 1 || subchannels < 1 || !(seconds > 0) || !(rate > 0) || !(radius > 1) ||
        superposed < 1 || !(edgeFlops > 0) || !(deviceFlops > 0))
    {
        std::cerr << "noma-paper-scale: an argument is out of range, see --help\n";
        return 2;
    }

    NodeContainer apNodes(aps);
    NodeContainer ueNodes(users);
    auto places = CreateObject<ListPositionAllocator>();
    std::vector<Vector> centres;
    for (uint32_t n = 0; n < aps; ++n)
    {
        const double angle = 2 * M_PI * n / std::max(1U, aps - 1);
        const double distance = n == 0 ? 0 : std::sqrt(3.0) * radius;
        centres.emplace_back(distance * std::cos(angle), distance * std::sin(angle), 10);
        places->Add(centres.back());
    }
    auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(1);
    for (uint32_t i = 0; i < users; ++i)
    {
        const double r = std::max(10.0, radius * std::sqrt(random->GetValue(0, 1)));
        const double angle = random->GetValue(0, 2 * M_PI);
        const Vector& c = centres[i % aps];
        places->Add(Vector(c.x + r * std::cos(angle), c.y + r * std::sin(angle), 1.5));
    }
    MobilityHelper mobility;
    mobility.SetPositionAllocator(places);
    mobility.Install(NodeContainer(apNodes, ueNodes));

    NomaHelper noma;
    noma.SetIdealRadio();
    noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(10)));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(subchannels));
    noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(superposed));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(100000));
    auto apDevices = noma.InstallAp(apNodes);
    auto ueDevices = noma.InstallUe(ueNodes);

    SplitInferenceHelper inference;
    inference.SetModel(model);
    inference.SetWorkload("ns3::noma::PoissonWorkload",
                          "Rate",
                          DoubleValue(rate),
                          "MaxTasks",
                          UintegerValue(tasks));
    inference.SetProcessorAttribute("FlopPerCycle", DoubleValue(deviceFlops / 1e9));
    inference.SetEdgeAttribute("FlopPerCycle", DoubleValue(edgeFlops / 2e9));
    inference.SetEdgeAttribute("Units", DoubleValue(std::ceil(1.2 * users / aps)));
    inference.SetControllerAttribute("Allocator", StringValue(allocator));
    inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::" + rule));
    inference.SetControllerAttribute("SplitRule", StringValue("ns3::noma::" + splitRule));
    inference.Install(noma, ueDevices, apDevices);
    const NetDeviceContainer devices(apDevices, ueDevices);
    inference.AssignStreams(10000 + noma.AssignStreams(devices, 100));

    uint64_t decided = 0;
    uint64_t inProblem = 0;
    auto count = [&](const ControlReport& r) {
        ++decided;
        inProblem += r.users;
    };

    struct Counter
    {
        static void Count(decltype(count)* f, const ControlReport& r)
        {
            (*f)(r);
        }
    };

    inference.GetController()->TraceConnectWithoutContext(
        "Decided",
        MakeBoundCallback(&Counter::Count, &count));

    g_samples.resize(SAMPLES);
    void* warmUp[4];
    backtrace(warmUp, 4); // loads its library outside the signal handler
    std::signal(SIGPROF, OnTimer);
    itimerval timer{{0, 10000}, {0, 10000}};
    const auto begin = std::chrono::steady_clock::now();
    const double before = bench::ProcessorSeconds();
    setitimer(ITIMER_PROF, &timer, nullptr);
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
    timer = itimerval{};
    setitimer(ITIMER_PROF, &timer, nullptr);
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = bench::ProcessorSeconds() - before;

    std::cout << aps << " access points, " << users << " users, " << subchannels << " subchannels, "
              << allocator << ", " << rule << ", " << model << ", " << seconds << " s simulated\n"
              << decided << " decisions, " << static_cast<double>(inProblem) / decided
              << " users in the mean\n"
              << "events " << Simulator::GetEventCount() << ", peak memory "
              << usage.ru_maxrss / 1024 << " MiB\n"
              << "wall seconds per simulated second " << wall / seconds
              << ", processor seconds per simulated second " << cpu / seconds << "\n";
    for (const auto& [part, share] : Classify())
    {
        std::cout << "  " << part << ": " << share * cpu / seconds << " (" << 100 * share
                  << " %)\n";
    }
    inference.GetTracker()->Summarize().Print(std::cout);
    const std::string wrong =
        inference.GetTracker()->Check() + noma.GetNetwork()->CheckConservation();
    Simulator::Destroy();
    if (!wrong.empty())
    {
        std::cerr << "noma-paper-scale: " << wrong << "\n";
        return 1;
    }
    return 0;
}
