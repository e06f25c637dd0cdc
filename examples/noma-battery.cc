/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Users on battery. With --adapt the weight of energy grows as the battery runs down, so that
 * tasks move to where they cost the device least, and the device lasts longer.
 *
 *     noma-battery [--adapt=true] [--joules=20] [--users=4]
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/energy-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"

#include <iomanip>
#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Prints a line per 10 s. @param inference the applications
void
Report(SplitInferenceHelper* inference)
{
    auto client = inference->GetClient(0);
    const auto& records = inference->GetTracker()->GetRecords();
    std::cout << std::fixed << std::setprecision(2) << std::setw(7) << Simulator::Now().GetSeconds()
              << std::setw(10) << client->GetBatteryLevel() << std::setw(10)
              << client->GetDelayWeight() << std::setw(8)
              << (records.empty() ? 0 : records.back().cut) << std::setw(11)
              << inference->GetTracker()->GetCompleted() << std::setw(8)
              << inference->GetTracker()->GetFailed() << "\n";
    Simulator::Schedule(Seconds(10), &Report, inference);
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    bool adapt = true;
    double joules = 20;
    uint32_t users = 4;
    double seconds = 120;
    std::string timeline;
    Options options(__FILE__, "Batteries that the weight of energy follows.");
    options.Add("adapt", "let the weight of energy follow the battery", adapt);
    options.Add("joules", "capacity of each battery (J)", joules, 0.1, 1e6);
    options.Add("users", "number of users", users, 1, 100);
    options.Add("seconds", "simulated time (s)", seconds, 0.01, 1e6);
    options.Add("timeline", TIMELINE_HELP, timeline);
    options.Parse(argc, argv);

    NodeContainer apNode(1);
    NodeContainer ueNodes(users);
    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 10));
    for (uint32_t i = 0; i < users; ++i)
    {
        places->Add(Vector(80 + 20.0 * i, 0, 1.5));
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

    SplitInferenceHelper inference;
    inference.SetModel("alexnet");
    inference.SetBattery(joules);
    inference.SetWorkload("ns3::noma::PeriodicWorkload", "Interval", TimeValue(Seconds(2)));
    // a fast device: quick but thirsty, against a slower way over the air
    inference.SetProcessorAttribute("ClockHz", DoubleValue(2e9));
    inference.SetProcessorAttribute("FlopPerCycle", DoubleValue(4));
    inference.SetProcessorAttribute("Kappa", DoubleValue(5e-28));
    inference.SetEdgeAttribute("FlopPerCycle", DoubleValue(4));
    inference.SetEdgeAttribute("Kappa", DoubleValue(2e-29));
    inference.SetControllerAttribute("MaxUnits", DoubleValue(1));
    inference.SetClientAttribute("DelayWeight", DoubleValue(0.95));
    inference.SetClientAttribute(
        "WeightPolicy",
        StringValue(adapt ? "ns3::noma::BatteryWeightPolicy" : "ns3::noma::WeightPolicy"));
    inference.Install(noma, ueDevices, apDevices);
    noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 1);
    NomaTimelineHelper().Enable(timeline, noma, inference);

    std::cout << "   time   battery delay-wT     cut  completed  failed\n";
    Simulator::Schedule(Seconds(1), &Report, &inference);
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
    std::cout << "\n";
    inference.GetTracker()->Summarize().Print(std::cout);
    const std::string wrong = inference.GetTracker()->Check();
    Simulator::Destroy();
    if (!wrong.empty())
    {
        std::cerr << "noma-battery: " << wrong << "\n";
        return 1;
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-battery", [&] { return Example(argc, argv); });
}
