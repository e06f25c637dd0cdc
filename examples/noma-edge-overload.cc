/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What happens when more tasks arrive than edge and radio can serve: delay, failures and cuts as
 * the load grows to ten times the capacity of the edge, for tasks forced to the edge and for tasks
 * placed by an allocator that knows the edge's queue.
 *
 *     noma-edge-overload [--users=8] [--seconds=20]
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"

#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * Runs one load.
 *
 * @param allocator name
 * @param load arrivals over the edge's capacity
 * @param users number of users
 * @param seconds simulated time (s)
 * @param timeline file for a timeline, empty = none
 * @returns what became of the tasks
 */
TaskSummary
Run(const std::string& allocator,
    double load,
    uint32_t users,
    double seconds,
    const std::string& timeline)
{
    NodeContainer apNode(1);
    NodeContainer ueNodes(users);
    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 10));
    for (uint32_t i = 0; i < users; ++i)
    {
        places->Add(Vector(60 + 5.0 * i, 4.0 * i, 1.5));
    }
    MobilityHelper mobility;
    mobility.SetPositionAllocator(places);
    mobility.Install(NodeContainer(apNode, ueNodes));

    NomaHelper noma;
    noma.SetIdealRadio(); // any rate up to capacity, as in the paper
    noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(10)));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(100000));
    auto apDevices = noma.InstallAp(apNode);
    auto ueDevices = noma.InstallUe(ueNodes);

    // 1 GFLOP a task, 0.5 s on a device; the edge does 10 tasks per second
    SplitInferenceHelper inference;
    inference.SetModel("one-gigaflop",
                       {{0, 1e9, 200e3, 8e3}, {5e8, 5e8, 100e3, 8e3}, {1e9, 0, 0, 0}});
    inference.SetProcessorAttribute("FlopPerCycle", DoubleValue(2));
    inference.SetEdgeAttribute("Units", DoubleValue(4));
    inference.SetEdgeAttribute("ClockHz", DoubleValue(2.5e9));
    inference.SetServerAttribute("MaxQueue", UintegerValue(20));
    inference.SetControllerAttribute("Allocator", StringValue(allocator));
    inference.SetControllerAttribute("MaxUnits", DoubleValue(1));
    inference.SetWorkload("ns3::noma::PoissonWorkload",
                          "Rate",
                          DoubleValue(10 * load / users),
                          "Deadline",
                          TimeValue(Seconds(2)));
    auto apps = inference.Install(noma, ueDevices, apDevices);
    noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 1);
    inference.AssignStreams(1000);
    NomaTimelineHelper().Enable(timeline, noma, inference);

    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
    TaskSummary summary = inference.GetTracker()->Summarize();
    const std::string wrong = inference.GetTracker()->Check();
    Simulator::Destroy();
    NS_ABORT_MSG_IF(!wrong.empty(), wrong);
    return summary;
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    uint32_t users = 8;
    double seconds = 20;
    std::string timeline;
    Options options(__FILE__, "An edge server with too much to do.");
    options.Add("users", "number of users", users, 1, 100);
    options.Add("seconds", "simulated time (s)", seconds, 0.01, 1e6);
    options.Add("timeline",
                "a timeline per line of the table: its allocator and load are added to this name",
                timeline);
    options.Parse(argc, argv);
    std::cout << "allocator   load  created  completed  turned down  in flight  late   mean delay  "
                 "p95\n"
              << std::fixed << std::setprecision(2);
    for (const std::string allocator : {"edge-only", "ecc-noma"})
    {
        for (double load : {0.5, 0.9, 1.5, 3.0, 10.0})
        {
            std::ostringstream name;
            name << allocator << "-" << load;
            const TaskSummary s =
                Run(allocator, load, users, seconds, TimelineFile(timeline, name.str()));
            std::cout << std::left << std::setw(11) << allocator << std::right << std::setw(5)
                      << load << std::setw(9) << s.created << std::setw(11) << s.completed
                      << std::setw(13)
                      << s.failures[static_cast<std::size_t>(TaskFailure::SERVER_QUEUE)]
                      << std::setw(11) << s.inFlight << std::setw(6) << s.deadlineMisses
                      << std::setw(11) << s.delay.mean << " s" << std::setw(6) << s.delay.p95
                      << " s\n";
        }
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-edge-overload", [&] { return Example(argc, argv); });
}
