/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * NOMA as a part of a larger study: two NOMA access points and one of Wi-Fi on a wired backhaul
 * with a server behind it, users that upload to it over NOMA while they run split inference at the
 * edge, and one of them with Wi-Fi as well, over which it downloads. Queue discs on radio and wire,
 * a flow monitor over everything, and an animation for NetAnim with the packets of Wi-Fi and wires.
 *
 *     noma-campus [--duration=4] [--animation=campus.xml]
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/flow-monitor-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/netanim-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"
#include "ns3/wifi-module.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @param mobility helper @param nodes nodes @param x where they stand (m) @param y likewise
/// @param z likewise
void
Place(MobilityHelper& mobility, NodeContainer nodes, double x, double y, double z)
{
    auto places = CreateObject<ListPositionAllocator>();
    for (uint32_t i = 0; i < nodes.GetN(); ++i)
    {
        places->Add(Vector(x * (i + 1), y, z));
    }
    mobility.SetPositionAllocator(places);
    mobility.Install(nodes);
}

/**
 * A constant stream of datagrams.
 *
 * @param from node that sends
 * @param to node that receives
 * @param address address it receives at
 * @param rate bit/s
 * @param stop end (s)
 */
void
Stream(Ptr<Node> from, Ptr<Node> to, Ipv4Address address, const std::string& rate, double stop)
{
    static uint16_t port = 5000;
    const InetSocketAddress there(address, ++port);
    PacketSinkHelper sink("ns3::UdpSocketFactory", there);
    sink.Install(to).Start(Seconds(0));
    OnOffHelper source("ns3::UdpSocketFactory", there);
    source.SetConstantRate(DataRate(rate), 1000);
    auto application = source.Install(from);
    application.Start(Seconds(0.5));
    application.Stop(Seconds(stop));
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    double duration = 4;
    uint32_t users = 4;
    std::string animation;
    Options options(__FILE__, "NOMA, Wi-Fi and a wired backhaul in one simulation.");
    options.Add("duration", "simulated time (s)", duration, 1, 1e6);
    options.Add("users", "users with NOMA, the first also with Wi-Fi", users, 1, 100);
    options.Add("animation", "file for NetAnim; none if empty", animation);
    options.Parse(argc, argv);
    // before the run: the animation interface would abort
    if (!animation.empty() && !std::ofstream(animation))
    {
        throw std::invalid_argument("--animation: cannot write '" + animation + "'");
    }

    NodeContainer core(1);
    NodeContainer gateway(1);
    NodeContainer aps(2);
    NodeContainer hotspot(1);
    NodeContainer ues(users);
    MobilityHelper mobility;
    Place(mobility, core, 100, 200, 0);
    Place(mobility, gateway, 100, 150, 0);
    Place(mobility, aps, 100, 0, 10);
    Place(mobility, hotspot, 60, 20, 3);
    Place(mobility, ues, 200.0 / users, 30, 1.5);

    // the radios
    NomaHelper noma;
    noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(5e6));
    noma.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(5e6));
    const auto apDevices = noma.InstallAp(aps);
    const auto ueDevices = noma.InstallUe(ues);
    const NetDeviceContainer nomaDevices(apDevices, ueDevices);
    YansWifiPhyHelper phy;
    phy.SetChannel(YansWifiChannelHelper::Default().Create());
    WifiHelper wifi;
    wifi.SetStandard(WIFI_STANDARD_80211a);
    wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager",
                                 "DataMode",
                                 StringValue("OfdmRate24Mbps"));
    WifiMacHelper mac;
    mac.SetType("ns3::ApWifiMac", "Ssid", SsidValue(Ssid("campus")));
    const auto hotspotDevice = wifi.Install(phy, mac, hotspot);
    mac.SetType("ns3::StaWifiMac", "Ssid", SsidValue(Ssid("campus")));
    const auto stationDevice = wifi.Install(phy, mac, ues.Get(0));

    // the wires: access points and a gateway on a LAN, the server behind the gateway
    CsmaHelper lan;
    lan.SetChannelAttribute("DataRate", StringValue("100Mbps"));
    lan.SetChannelAttribute("Delay", StringValue("5us"));
    const auto lanDevices = lan.Install(NodeContainer(gateway, aps, hotspot));
    PointToPointHelper trunk;
    trunk.SetDeviceAttribute("DataRate", StringValue("20Mbps"));
    trunk.SetChannelAttribute("Delay", StringValue("5ms"));
    const auto trunkDevices = trunk.Install(gateway.Get(0), core.Get(0));

    // addresses and queue discs
    InternetStackHelper stack;
    stack.Install(NodeContainer(NodeContainer(core, gateway, aps, hotspot), ues));
    TrafficControlHelper discs;
    discs.SetRootQueueDisc("ns3::FqCoDelQueueDisc");
    discs.Install(nomaDevices);
    discs.Install(trunkDevices);
    Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
    const auto radio = addresses.Assign(nomaDevices);
    addresses.SetBase("10.2.0.0", "255.255.255.0");
    const auto wired = addresses.Assign(lanDevices);
    addresses.SetBase("10.3.0.0", "255.255.255.0");
    const auto wireless = addresses.Assign(NetDeviceContainer(hotspotDevice, stationDevice));
    addresses.SetBase("10.4.0.0", "255.255.255.0");
    const auto behind = addresses.Assign(trunkDevices);

    // routes: the first access point speaks for all of the NOMA network
    Ipv4StaticRoutingHelper routing;
    const auto routes = [&](Ptr<Node> node) {
        return routing.GetStaticRouting(node->GetObject<Ipv4>());
    };
    const Ipv4Mask half("255.255.0.0");
    routes(core.Get(0))->SetDefaultRoute(behind.GetAddress(0), 1);
    const auto inside = routes(gateway.Get(0));
    const auto lanInterface =
        gateway.Get(0)->GetObject<Ipv4>()->GetInterfaceForDevice(lanDevices.Get(0));
    inside->AddNetworkRouteTo("10.1.0.0", half, wired.GetAddress(1), lanInterface);
    inside->AddNetworkRouteTo("10.3.0.0", half, wired.GetAddress(3), lanInterface);
    for (uint32_t i = 0; i < aps.GetN(); ++i)
    {
        routes(aps.Get(i))->SetDefaultRoute(wired.GetAddress(0), 2);
    }
    for (uint32_t i = 0; i < users; ++i)
    {
        const auto device = ues.Get(i)->GetObject<Ipv4>()->GetInterfaceForDevice(ueDevices.Get(i));
        routes(ues.Get(i))->SetDefaultRoute(radio.GetAddress(0), device);
    }

    // what runs: uploads over NOMA, a download over Wi-Fi, split inference
    for (uint32_t i = 0; i < users; ++i)
    {
        Stream(ues.Get(i), core.Get(0), behind.GetAddress(1), "400kbps", duration - 0.5);
    }
    Stream(core.Get(0), ues.Get(0), wireless.GetAddress(1), "2Mbps", duration - 0.5);
    SplitInferenceHelper inference;
    inference.SetModel("nin-cifar10");
    inference.SetWorkload("ns3::noma::PeriodicWorkload", "Interval", TimeValue(Seconds(0.5)));
    inference.Install(noma, ueDevices, apDevices);
    noma.AssignStreams(nomaDevices, 1);

    FlowMonitorHelper flows;
    const auto monitor = flows.InstallAll();
    std::unique_ptr<AnimationInterface> film;
    if (!animation.empty())
    {
        film = std::make_unique<AnimationInterface>(animation);
        film->EnablePacketMetadata(true);
        for (uint32_t i = 0; i < users; ++i)
        {
            film->UpdateNodeDescription(ues.Get(i), "user " + std::to_string(i));
        }
        film->UpdateNodeDescription(hotspot.Get(0), "Wi-Fi");
        film->UpdateNodeDescription(core.Get(0), "server");
    }
    Simulator::Stop(Seconds(duration));
    Simulator::Run();

    const auto classifier = DynamicCast<Ipv4FlowClassifier>(flows.GetClassifier());
    std::cout << "source,destination,port,sent,received,mean_delay_ms\n";
    for (const auto& [id, flow] : monitor->GetFlowStats())
    {
        const auto tuple = classifier->FindFlow(id);
        if (tuple.destinationPort > 5000 && tuple.destinationPort <= 5001 + users)
        {
            std::cout << tuple.sourceAddress << "," << tuple.destinationAddress << ","
                      << tuple.destinationPort << "," << flow.txPackets << "," << flow.rxPackets
                      << ","
                      << (flow.rxPackets > 0 ? 1e3 * flow.delaySum.GetSeconds() / flow.rxPackets
                                             : 0)
                      << "\n";
        }
    }
    inference.GetTracker()->Summarize().Print(std::cout);
    auto wrong = inference.GetTracker()->Check() + noma.GetNetwork()->CheckConservation();
    film.reset();
    Simulator::Destroy();
    if (!wrong.empty())
    {
        std::cerr << "noma-campus: " << wrong << "\n";
        return 1;
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-campus", [&] { return Example(argc, argv); });
}
