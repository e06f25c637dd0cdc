/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Split inference over a network that knows nothing of NOMA: Wi-Fi or a CSMA LAN, with a fixed cut
 * or the one that each client takes for the fastest at the rate it measures (Neurosurgeon).
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
    Options options(__FILE__, "Split inference over Wi-Fi or a LAN.");
    options.Add("network", "wifi or csma", network);
    options.Add("rate", "rate of the LAN", rate);
    options.Add("cut", "number of the cut of all tasks, or neurosurgeon", cut);
    options.Add("model", "network to run, name or file", model);
    options.Add("users", "clients", users, 1, 100);
    options.Add("tasks", "tasks of each", tasks, 1, 100000);
    options.Parse(argc, argv);
    CheckName("network", network, std::vector<std::string>{"wifi", "csma"});

    const auto server = CreateObject<Node>();
    const NodeContainer clients(users);
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
    const auto interfaces = Ipv4AddressHelper("10.1.1.0", "255.255.255.0").Assign(devices);

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
    inference.InstallClients(clients,
                             InetSocketAddress(interfaces.GetAddress(0), application->GetPort()));
    inference.AssignStreams(1);
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
