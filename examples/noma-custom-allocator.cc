/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * An allocator of one's own in ten lines, beside ECC-NOMA in the same cell.
 *
 *     noma-custom-allocator [--users=6]
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"

#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Cuts every network in the middle; radio and edge are shared in turn.
class MiddleCut : public Allocator
{
    std::string GetName() const override
    {
        return "middle-cut";
    }

    Allocation DoAllocate(const Instance& instance, const AllocatorOptions&) override
    {
        Allocation a;
        for (const User& user : instance.users)
        {
            a.decision.users.emplace_back();
            a.decision.users.back().option = static_cast<uint32_t>(user.options.size() / 2);
        }
        CompleteUncoordinated(instance, a.decision);
        return a;
    }
};

/// Runs one cell. @param allocator name @param users number of users
/// @param timeline file for a timeline, empty = none
void
Run(const std::string& allocator, uint32_t users, const std::string& timeline)
{
    NodeContainer apNode(1);
    NodeContainer ueNodes(users);
    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 10));
    for (uint32_t i = 0; i < users; ++i)
    {
        places->Add(Vector(50 + 30.0 * i, 10.0 * i, 1.5));
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
    inference.SetWorkload("ns3::noma::PeriodicWorkload",
                          "Interval",
                          TimeValue(Seconds(4)),
                          "MaxTasks",
                          UintegerValue(3));
    inference.SetControllerAttribute("Allocator", StringValue(allocator));
    inference.Install(noma, ueDevices, apDevices);
    noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 1);
    NomaTimelineHelper().Enable(timeline, noma, inference);

    Simulator::Stop(Seconds(60));
    Simulator::Run();
    std::cout << "--- " << allocator << "\n";
    inference.GetTracker()->Summarize().Print(std::cout);
    Simulator::Destroy();
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    uint32_t users = 6;
    std::string timeline;
    Options options(__FILE__, "An allocator of your own.");
    options.Add("users", "number of users", users, 1, 100);
    options.Add("timeline", "a timeline per allocator, whose name is added to this one", timeline);
    options.Parse(argc, argv);
    RegisterAllocator("middle-cut", [] { return std::make_unique<MiddleCut>(); });
    Run("middle-cut", users, TimelineFile(timeline, "middle-cut"));
    Run("ecc-noma", users, TimelineFile(timeline, "ecc-noma"));
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-custom-allocator", [&] { return Example(argc, argv); });
}
