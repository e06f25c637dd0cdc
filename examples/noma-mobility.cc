/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Users that walk through five cells while they send to and receive from a server at the first
 * access point. Prints one line per change of the serving access point, and per user what it
 * sent and received; nothing is lost on the way.
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-timeline-helper.h"

#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Prints a change of the serving access point.
void
Changed(uint32_t ue, uint32_t from, uint32_t to)
{
    const auto name = [](uint32_t ap) { return ap == NONE ? "none" : std::to_string(ap); };
    std::cout << Simulator::Now().GetSeconds() << "," << ue << "," << name(from) << "," << name(to)
              << "\n";
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    double duration = 60;
    double speed = 15;
    uint32_t users = 5;
    double spacing = 300;
    std::string timeline;
    Options options(__FILE__, "Users that walk past access points.");
    options.Add("duration", "simulated time (s)", duration, 2.1, 1e6);
    options.Add("speed", "speed of the users (m/s)", speed, 0, 1e4);
    options.Add("users", "number of users", users, 1, 200);
    options.Add("spacing", "distance between access points (m)", spacing, 10, 1e6);
    options.Add("timeline", TIMELINE_HELP, timeline);
    options.Parse(argc, argv);

    NodeContainer aps(5);
    NodeContainer ues(users);
    for (uint32_t i = 0; i < aps.GetN(); ++i)
    {
        auto place = CreateObject<ConstantPositionMobilityModel>();
        place->SetPosition(Vector(spacing * i, 0, 10));
        aps.Get(i)->AggregateObject(place);
    }
    for (uint32_t i = 0; i < users; ++i)
    {
        // every second one walks the other way
        auto walk = CreateObject<ConstantVelocityMobilityModel>();
        walk->SetPosition(Vector(i % 2 == 0 ? 0 : 4 * spacing, 10.0 + i, 1.5));
        walk->SetVelocity(Vector(i % 2 == 0 ? speed : -speed, 0, 0));
        ues.Get(i)->AggregateObject(walk);
    }

    NomaHelper noma;
    noma.SetIdealRadio(); // any rate up to capacity, as in the paper
    const auto apDevices = noma.InstallAp(aps);
    const auto ueDevices = noma.InstallUe(ues);
    noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 1);
    InternetStackHelper stack;
    stack.Install(aps);
    stack.Install(ues);
    Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
    const auto apInterfaces = addresses.Assign(apDevices);
    const auto ueInterfaces = addresses.Assign(ueDevices);

    PacketSinkHelper sinks("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    auto serverSink = sinks.Install(aps.Get(0));
    auto userSinks = sinks.Install(ues);
    ApplicationContainer sources;
    for (uint32_t i = 0; i < users; ++i)
    {
        OnOffHelper up("ns3::UdpSocketFactory", InetSocketAddress(apInterfaces.GetAddress(0), 9));
        up.SetConstantRate(DataRate("500kbps"), 1000);
        sources.Add(up.Install(ues.Get(i)));
        OnOffHelper down("ns3::UdpSocketFactory", InetSocketAddress(ueInterfaces.GetAddress(i), 9));
        down.SetConstantRate(DataRate("500kbps"), 1000);
        sources.Add(down.Install(aps.Get(0)));
    }
    for (uint32_t i = 0; i < sources.GetN(); ++i)
    {
        // not all at once: IP keeps only three packets while it resolves an address
        sources.Get(i)->SetStartTime(Seconds(0.5) + MilliSeconds(i % 17));
        sources.Get(i)->SetStopTime(Seconds(duration - 1));
    }

    const auto network = noma.GetNetwork();
    NomaTimelineHelper().Enable(timeline, noma);
    std::cout << "time,user,from,to\n";
    network->TraceConnectWithoutContext("Association", MakeCallback(&Changed));
    Simulator::Stop(Seconds(duration));
    Simulator::Run();

    std::cout << "user,up_offered,up_delivered,down_offered,down_delivered,queued,dropped\n";
    for (uint32_t i = 0; i < users; ++i)
    {
        const auto& up = network->GetLinkCounters(UPLINK, i);
        const auto& down = network->GetLinkCounters(DOWNLINK, i);
        auto queued = network->GetLinkQueued(UPLINK, i);
        queued += network->GetLinkQueued(DOWNLINK, i);
        auto dropped = up.DroppedTotal();
        dropped += down.DroppedTotal();
        std::cout << i << "," << up.offered.packets << "," << up.delivered.packets << ","
                  << down.offered.packets << "," << down.delivered.packets << "," << queued.packets
                  << "," << dropped.packets << "\n";
    }
    const auto error = network->CheckConservation();
    Simulator::Destroy();
    if (!error.empty())
    {
        std::cerr << error << std::endl;
        return 1;
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-mobility", [&] { return Example(argc, argv); });
}
