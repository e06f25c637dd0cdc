/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ns-3's own applications in one NOMA cell, with a host behind the access point:
 *
 *   user 0  UDP echo to the host
 *   user 1  on/off UDP to user 2
 *   user 3  bulk TCP to the host
 *
 * Prints what the flow monitor saw and what the devices counted.
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/flow-monitor-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-timeline-helper.h"
#include "ns3/point-to-point-module.h"

#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    double duration = 5;
    uint32_t superposed = 3;
    uint32_t subchannels = 6;
    double radius = 100;
    std::string pcap;
    std::string ascii;
    std::string timeline;
    Options options(__FILE__, "Unmodified ns-3 applications over NOMA.");
    options.Add("duration", "simulated time (s)", duration, 1.1, 1e6);
    options.Add("superposed", "users superposed at most; 1 = OMA", superposed, 1, 64);
    options.Add("subchannels", "number of subchannels", subchannels, 1, 1024);
    options.Add("radius", "distance of the farthest user (m)", radius, 1, 1e6);
    options.Add("pcap", "prefix of capture files; none if empty", pcap);
    options.Add("ascii", "file for an ascii trace; none if empty", ascii);
    options.Add("timeline", TIMELINE_HELP, timeline);
    options.Parse(argc, argv);

    NodeContainer ap(1);
    NodeContainer users(4);
    NodeContainer host(1);
    MobilityHelper mobility;
    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 10));
    for (uint32_t i = 0; i < users.GetN(); ++i)
    {
        places->Add(Vector(radius * (i + 1) / users.GetN(), 0, 1.5));
    }
    mobility.SetPositionAllocator(places);
    mobility.Install(ap);
    mobility.Install(users);

    NomaHelper noma;
    noma.SetIdealRadio(); // any rate up to capacity, as in the paper
    noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(superposed));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(subchannels));
    auto apDevice = noma.InstallAp(ap);
    auto userDevices = noma.InstallUe(users);
    const NetDeviceContainer devices(apDevice, userDevices);
    noma.AssignStreams(devices, 1);
    PointToPointHelper wire;
    wire.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
    wire.SetChannelAttribute("Delay", StringValue("1ms"));
    const auto wireDevices = wire.Install(ap.Get(0), host.Get(0));

    InternetStackHelper stack;
    stack.Install(ap);
    stack.Install(users);
    stack.Install(host);
    Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
    const auto radio = addresses.Assign(devices);
    addresses.SetBase("10.2.0.0", "255.255.255.0");
    const auto wired = addresses.Assign(wireDevices);
    Ipv4StaticRoutingHelper routing;
    routing.GetStaticRouting(host.Get(0)->GetObject<Ipv4>())
        ->SetDefaultRoute(wired.GetAddress(0), 1);
    for (uint32_t i = 0; i < users.GetN(); ++i)
    {
        routing.GetStaticRouting(users.Get(i)->GetObject<Ipv4>())
            ->SetDefaultRoute(radio.GetAddress(0), 1);
    }

    const Time start = Seconds(0.5);
    const Time stop = Seconds(duration - 0.5);
    UdpEchoServerHelper echoServer(7);
    echoServer.Install(host.Get(0)).Start(Seconds(0));
    UdpEchoClientHelper echoClient(wired.GetAddress(1), 7);
    echoClient.SetAttribute("MaxPackets", UintegerValue(1000000));
    echoClient.SetAttribute("Interval", TimeValue(MilliSeconds(20)));
    echoClient.SetAttribute("PacketSize", UintegerValue(512));
    auto echo = echoClient.Install(users.Get(0));
    echo.Start(start);
    echo.Stop(stop);
    PacketSinkHelper udpSink("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    udpSink.Install(users.Get(2)).Start(Seconds(0));
    OnOffHelper onOff("ns3::UdpSocketFactory", InetSocketAddress(radio.GetAddress(3), 9));
    onOff.SetAttribute("DataRate", StringValue("1Mbps"));
    auto onOffApplication = onOff.Install(users.Get(1));
    onOffApplication.Start(start);
    onOffApplication.Stop(stop);
    PacketSinkHelper tcpSink("ns3::TcpSocketFactory",
                             InetSocketAddress(Ipv4Address::GetAny(), 5001));
    tcpSink.Install(host.Get(0)).Start(Seconds(0));
    BulkSendHelper bulk("ns3::TcpSocketFactory", InetSocketAddress(wired.GetAddress(1), 5001));
    auto bulkApplication = bulk.Install(users.Get(3));
    bulkApplication.Start(start);
    bulkApplication.Stop(stop);

    if (!pcap.empty())
    {
        noma.EnablePcap(pcap, devices, true);
    }
    if (!ascii.empty())
    {
        AsciiTraceHelper files;
        noma.EnableAsciiAll(files.CreateFileStream(ascii));
    }
    NomaTimelineHelper().Enable(timeline, noma);
    FlowMonitorHelper flows;
    const auto monitor = flows.InstallAll();
    Simulator::Stop(Seconds(duration));
    Simulator::Run();

    const auto classifier = DynamicCast<Ipv4FlowClassifier>(flows.GetClassifier());
    std::cout << "flow,protocol,source,destination,sent,received,mbit_per_second,mean_delay_ms\n";
    const double active = (stop - start).GetSeconds();
    for (const auto& [id, flow] : monitor->GetFlowStats())
    {
        const auto tuple = classifier->FindFlow(id);
        std::cout << id << "," << (tuple.protocol == 6 ? "tcp" : "udp") << ","
                  << tuple.sourceAddress << "," << tuple.destinationAddress << "," << flow.txPackets
                  << "," << flow.rxPackets << ","
                  << 8e-6 * static_cast<double>(flow.rxBytes) / active << ","
                  << (flow.rxPackets > 0 ? 1e3 * flow.delaySum.GetSeconds() / flow.rxPackets : 0)
                  << "\n";
    }
    const auto network = noma.GetNetwork();
    std::cout << "link,offered,delivered,queued,dropped\n";
    for (uint32_t i = 0; i < users.GetN(); ++i)
    {
        for (const Direction d : DIRECTIONS)
        {
            const auto& c = network->GetLinkCounters(d, i);
            std::cout << DirectionName(d) << i << "," << c.offered.packets << ","
                      << c.delivered.packets << "," << network->GetLinkQueued(d, i).packets << ","
                      << c.DroppedTotal().packets << "\n";
        }
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
    return RunTool("noma-applications", [&] { return Example(argc, argv); });
}
