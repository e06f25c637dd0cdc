/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * One access point, three users, one inference each, told slot by slot: what the controller
 * decides, who sends on which subchannel, and what every stage of each task took.
 *
 *     noma-quickstart [--model=yolov2-tiny-voc] [--allocator=ecc-noma] [--timeline=run.json]
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns time now, for the margin
std::string
Now()
{
    std::ostringstream os;
    os << std::fixed << std::setprecision(3) << std::setw(8) << Simulator::Now().GetSeconds()
       << " s  ";
    return os.str();
}

/// Tells of a task that enters a stage. @param r the task
void
OnStage(const TaskRecord& r)
{
    std::cout << Now() << "user " << r.user << ": ";
    if (r.stage == TaskStage::DEVICE)
    {
        std::cout << "cut " << r.cut << " of " << r.cuts - 1 << " chosen, "
                  << r.option.deviceFlops / 1e6 << " MFLOP here, " << r.option.edgeFlops / 1e6
                  << " MFLOP at the edge\n";
    }
    else if (r.stage == TaskStage::UP)
    {
        std::cout << "head done, sends " << r.option.upBits / 8e3 << " kB\n";
    }
    else
    {
        std::cout << "tensors have arrived, the edge computes\n";
    }
}

/// Tells of a closed task. @param r the task
void
OnClosed(const TaskRecord& r)
{
    const Stages d = r.DelayByStage();
    std::cout << Now() << "user " << r.user << ": "
              << (r.IsCompleted() ? "result is here" : TaskFailureName(r.failure)) << " after "
              << r.Delay().GetSeconds() << " s = device " << d.device << " + up " << d.up
              << " + edge " << d.edge << " + down " << d.down << ", " << r.energy.Total() << " J\n";
}

/// Tells of a slot with changed grants. @param grants grants of the slot
void
OnSlot(const SlotSnapshot& /* snapshot */, const std::vector<Grant>& grants)
{
    static std::string last;
    std::ostringstream os;
    for (const Grant& g : grants)
    {
        os << "  " << (g.direction == UPLINK ? "up" : "down") << " " << g.subchannel << ": user "
           << g.ue << (g.order > 0 ? " (superposed)" : "");
    }
    if (os.str() != last && !grants.empty())
    {
        std::cout << Now() << "grants" << os.str() << "\n";
    }
    last = os.str();
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    std::string model = "yolov2-tiny-voc";
    std::string allocator = "ecc-noma";
    std::string timeline;
    Options options(__FILE__, "Three users, one task each, step by step.");
    options.Add("model", "built-in network", model);
    options.Add("allocator", "name of the allocator", allocator);
    options.Add("timeline", TIMELINE_HELP, timeline);
    options.Parse(argc, argv);
    const auto& models = BuiltInModelNames();
    const auto allocators = AllocatorNames();
    CheckName("model", model, models);
    CheckName("allocator", allocator, allocators);

    NodeContainer apNode(1);
    NodeContainer ueNodes(3);
    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 10));
    places->Add(Vector(60, 0, 1.5));
    places->Add(Vector(-120, 40, 1.5));
    places->Add(Vector(30, 200, 1.5));
    MobilityHelper mobility;
    mobility.SetPositionAllocator(places);
    mobility.Install(NodeContainer(apNode, ueNodes));

    NomaHelper noma;
    noma.SetIdealRadio(); // any rate up to capacity, as in the paper
    noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(10)));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(2));
    noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(4e5));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(10000));
    auto apDevices = noma.InstallAp(apNode);
    auto ueDevices = noma.InstallUe(ueNodes);

    SplitInferenceHelper inference;
    inference.SetModel(model);
    inference.SetWorkload("ns3::noma::PeriodicWorkload", "MaxTasks", UintegerValue(1));
    inference.SetProcessorAttribute("FlopPerCycle", DoubleValue(4));
    inference.SetEdgeAttribute("FlopPerCycle", DoubleValue(8));
    inference.SetControllerAttribute("Allocator", StringValue(allocator));
    inference.Install(noma, ueDevices, apDevices);

    for (uint32_t i = 0; i < 3; ++i)
    {
        auto client = inference.GetClient(i);
        client->TraceConnectWithoutContext("Stage", MakeCallback(&OnStage));
        client->TraceConnectWithoutContext("Closed", MakeCallback(&OnClosed));
    }
    noma.GetNetwork()->TraceConnectWithoutContext("Slot", MakeCallback(&OnSlot));
    NomaTimelineHelper().Enable(timeline, noma, inference);

    Simulator::Stop(Seconds(120));
    Simulator::Run();
    std::cout << "\n";
    inference.GetTracker()->Summarize().Print(std::cout);
    Simulator::Destroy();
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-quickstart", [&] { return Example(argc, argv); });
}
