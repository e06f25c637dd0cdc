/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Split inference over a network that knows nothing of NOMA: Wi-Fi, a CSMA LAN or, where ns-3's lte
 * is there to build with, LTE with a server behind the packet gateway; with a fixed cut or the one
 * that each client takes for the fastest at the rate it measures (Neurosurgeon).
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-split-inference-helper.h"
#include "ns3/wifi-module.h"

#ifdef NOMA_HAVE_LTE
#include "ns3/lte-helper.h"
#include "ns3/point-to-point-epc-helper.h"
#include "ns3/point-to-point-helper.h"
#endif

#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Installs Wi-Fi. @param server access point @param clients stations
/// @returns devices, the access point's first
NetDeviceContainer
InstallWifi(Ptr<Node> server, const NodeContainer& clients)
{
    YansWifiPhyHelper phy;
    phy.SetChannel(YansWifiChannelHelper::Default().Create());
    WifiHelper wifi;
    wifi.SetStandard(WIFI_STANDARD_80211a);
    wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager",
                                 "DataMode",
                                 StringValue("OfdmRate24Mbps"));
    WifiMacHelper mac;
    mac.SetType("ns3::ApWifiMac", "Ssid", SsidValue(Ssid("noma")));
    NetDeviceContainer devices = wifi.Install(phy, mac, server);
    mac.SetType("ns3::StaWifiMac", "Ssid", SsidValue(Ssid("noma")));
    devices.Add(wifi.Install(phy, mac, clients));
    MobilityHelper mobility;
    mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mobility.Install(NodeContainer(NodeContainer(server), clients)); // all within one metre
    return devices;
}

/// Wi-Fi or a LAN with the server on it. @param network which @param rate rate of a LAN
/// @param server server's node @param clients clients @returns the server's address
Ipv4Address
ConnectLocal(const std::string& network,
             const std::string& rate,
             Ptr<Node> server,
             const NodeContainer& clients)
{
    NetDeviceContainer devices;
    if (network == "wifi")
    {
        devices = InstallWifi(server, clients);
    }
    else
    {
        CsmaHelper lan;
        lan.SetChannelAttribute("DataRate", StringValue(rate));
        devices = lan.Install(NodeContainer(NodeContainer(server), clients));
    }
    InternetStackHelper().Install(NodeContainer(NodeContainer(server), clients));
    return Ipv4AddressHelper("10.1.1.0", "255.255.255.0").Assign(devices).GetAddress(0);
}

#ifdef NOMA_HAVE_LTE
/// Whether LTE is there.
constexpr bool HAVE_LTE = true;

/// One LTE cell, whose packet gateway has a wire to the server. @param rate rate of the wire
/// @param server server's node @param clients users @param [out] core what has to live on
/// @returns the server's address
Ipv4Address
ConnectLte(const std::string& rate,
           Ptr<Node> server,
           const NodeContainer& clients,
           Ptr<Object>& core)
{
    // a window of tensors waits in the buffer of the bearer
    Config::SetDefault("ns3::LteRlcUm::MaxTxBufferSize", UintegerValue(1000000));
    const auto lte = CreateObject<LteHelper>();
    const auto epc = CreateObject<PointToPointEpcHelper>();
    lte->SetEpcHelper(epc);
    core = lte;

    const auto station = CreateObject<Node>();
    MobilityHelper mobility;
    mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mobility.Install(NodeContainer(NodeContainer(station), clients)); // all within one metre
    lte->InstallEnbDevice(NodeContainer(station));
    const NetDeviceContainer devices = lte->InstallUeDevice(clients);

    InternetStackHelper stack;
    stack.Install(NodeContainer(NodeContainer(server), clients));
    epc->AssignUeIpv4Address(devices);
    PointToPointHelper wire;
    wire.SetDeviceAttribute("DataRate", StringValue(rate));
    const auto ends = wire.Install(epc->GetPgwNode(), server);
    const auto interfaces = Ipv4AddressHelper("10.1.1.0", "255.255.255.0").Assign(ends);
    Ipv4StaticRoutingHelper routes;
    for (uint32_t i = 0; i < clients.GetN(); ++i)
    {
        routes.GetStaticRouting(clients.Get(i)->GetObject<Ipv4>())
            ->SetDefaultRoute(epc->GetUeDefaultGatewayAddress(), 1);
        lte->Attach(devices.Get(i));
    }
    routes.GetStaticRouting(server->GetObject<Ipv4>())
        ->AddNetworkRouteTo("7.0.0.0", "255.0.0.0", interfaces.GetAddress(0), 1);
    return interfaces.GetAddress(1);
}
#else
/// Whether LTE is there.
constexpr bool HAVE_LTE = false;

/// In the place of LTE. @returns nothing
Ipv4Address
ConnectLte(const std::string& /* rate */,
           Ptr<Node> /* server */,
           const NodeContainer& /* clients */,
           Ptr<Object>& /* core */)
{
    throw std::invalid_argument("--network is 'lte', but this build has no LTE: ns-3's module lte "
                                "was not there to build with");
}
#endif

/// Ends a simulation whose tasks are done: LTE has something to do in every millisecond.
/// @param tracker of the tasks @param tasks how many there will be
void
StopWhenDone(Ptr<TaskTracker> tracker, uint64_t tasks)
{
    if (tracker->GetCompleted() + tracker->GetFailed() == tasks)
    {
        Simulator::Stop(Seconds(1)); // what is under way still arrives
        return;
    }
    Simulator::Schedule(Seconds(1), &StopWhenDone, tracker, tasks);
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    std::string network = "wifi";
    std::string cut = "neurosurgeon";
    std::string model = "yolov2-tiny-voc";
    std::string rate = "100Mbps";
    uint32_t users = 3;
    uint32_t tasks = 5;
    Options options(__FILE__, "Split inference over Wi-Fi, a LAN or LTE.");
    options.Add("network",
                HAVE_LTE ? "wifi, csma or lte" : "wifi or csma; lte is not in this build",
                network);
    options.Add("rate", "rate of the LAN, or of LTE's wire to the server", rate);
    options.Add("cut", "number of the cut of all tasks, or neurosurgeon", cut);
    options.Add("model", "network to run, name or file", model);
    options.Add("users", "clients", users, 1, 100);
    options.Add("tasks", "tasks of each", tasks, 1, 100000);
    options.Parse(argc, argv);
    CheckName("network", network, std::vector<std::string>{"wifi", "csma", "lte"});

    const auto server = CreateObject<Node>();
    const NodeContainer clients(users);
    Ptr<Object> core;
    const Ipv4Address address = network == "lte" ? ConnectLte(rate, server, clients, core)
                                                 : ConnectLocal(network, rate, server, clients);

    SplitInferenceHelper inference;
    inference.SetModel(model);
    inference.SetProcessorAttribute("ClockHz", DoubleValue(1e9));
    inference.SetEdgeAttribute("ClockHz", DoubleValue(1e10));
    inference.SetEdgeAttribute("FlopPerCycle", DoubleValue(4));
    if (cut == "neurosurgeon")
    {
        inference.SetCutChooser("ns3::noma::NeurosurgeonCutChooser",
                                "EdgeFlops",
                                DoubleValue(4e10));
    }
    else
    {
        inference.SetClientAttribute("Cut", StringValue(cut));
    }
    inference.SetWorkload("ns3::noma::PoissonWorkload",
                          "Rate",
                          DoubleValue(0.1),
                          "MaxTasks",
                          UintegerValue(tasks));
    const auto application = inference.InstallServer(server);
    inference.InstallClients(clients, InetSocketAddress(address, application->GetPort()));
    inference.AssignStreams(1);
    if (network == "lte")
    {
        StopWhenDone(inference.GetTracker(), uint64_t{users} * tasks);
    }
    Simulator::Stop(Seconds(1000.0 + 100.0 * tasks));
    Simulator::Run();
    inference.GetTracker()->Summarize().Print(std::cout);
    const std::string error = inference.GetTracker()->Check();
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
    return RunTool("noma-any-network", [&] { return Example(argc, argv); });
}
