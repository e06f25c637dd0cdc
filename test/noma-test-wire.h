/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_WIRE_H
#define NOMA_TEST_WIRE_H

#include "ns3/config.h"
#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-interface-container.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-split-inference-server.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/pointer.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// @returns a network with five cuts
inline std::vector<CutOption>
FiveCuts()
{
    //       device  edge   up      down
    return {{0.0e6, 80e6, 400000, 8000},
            {20e6, 60e6, 300000, 8000},
            {40e6, 40e6, 240000, 8000},
            {70e6, 10e6, 64000, 8000},
            {80e6, 0.0e6, 0, 0}};
}

/**
 * Clients and a server on one shared wire, 1 ms long.
 */
struct Wire
{
    NodeContainer nodes;                            //!< server first
    NetDeviceContainer devices;                     //!< likewise
    Ipv4InterfaceContainer interfaces;              //!< likewise
    Ptr<SplitInferenceServer> server;               //!< on the first node
    std::vector<Ptr<SplitInferenceClient>> clients; //!< one on each other node
    Ptr<TaskTracker> tracker;                       //!< follows all clients
    Ptr<RateErrorModel> losses;                     //!< at every device

    /**
     * @param users number of clients
     * @param transport TypeId of their transport
     * @param rate of each device
     */
    explicit Wire(uint32_t users,
                  const std::string& transport = "ns3::noma::UdpClientTransport",
                  const std::string& rate = "10Mbps")
    {
        // a whole tensor may wait for an address to be resolved
        Config::SetDefault("ns3::ArpCache::PendingQueueSize", UintegerValue(100000));
        Config::SetDefault("ns3::ArpL3Protocol::RequestJitter",
                           StringValue("ns3::ConstantRandomVariable[Constant=0]"));
        nodes.Create(users + 1);
        SimpleNetDeviceHelper simple;
        simple.SetDeviceAttribute("DataRate", DataRateValue(DataRate(rate)));
        simple.SetChannelAttribute("Delay", TimeValue(MilliSeconds(1)));
        simple.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("100000p"));
        simple.SetNetDevicePointToPointMode(false);
        devices = simple.Install(nodes);
        InternetStackHelper internet;
        internet.Install(nodes);
        internet.AssignStreams(nodes, 900);
        Ipv4AddressHelper addresses;
        addresses.SetBase("10.0.0.0", "255.255.255.0");
        interfaces = addresses.Assign(devices);
        losses = CreateObject<RateErrorModel>();
        losses->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        losses->SetRate(0);
        losses->AssignStreams(70);
        server = CreateObject<SplitInferenceServer>();
        auto computer = server->GetComputer();
        computer->SetAttribute("ClockHz", DoubleValue(4e9));
        computer->SetAttribute("Kappa", DoubleValue(1e-29));
        computer->SetAttribute("Units", DoubleValue(4));
        computer->SetAttribute("Lambda", StringValue("power:0.5"));
        nodes.Get(0)->AddApplication(server);
        tracker = CreateObject<TaskTracker>();
        for (uint32_t u = 0; u < users; ++u)
        {
            auto client = CreateObject<SplitInferenceClient>();
            client->SetAttribute("Transport", StringValue(transport));
            client->SetUser(u);
            client->SetModel("five", FiveCuts());
            client->SetRemote(InetSocketAddress(interfaces.GetAddress(0), server->GetPort()));
            client->GetProcessor()->SetAttribute("ClockHz", DoubleValue(1e9));
            nodes.Get(u + 1)->AddApplication(client);
            client->SetStartTime(MilliSeconds(10 + u));
            tracker->Track(client);
            clients.push_back(client);
        }
    }

    /// Loses packets at every device. @param rate probability
    void Lose(double rate)
    {
        losses->SetRate(rate);
        for (uint32_t d = 0; d < devices.GetN(); ++d)
        {
            devices.Get(d)->SetAttribute("ReceiveErrorModel", PointerValue(losses));
        }
    }

    /// @param interval between tasks @param tasks of each client
    void Periodic(Time interval, uint32_t tasks)
    {
        for (auto& client : clients)
        {
            client->GetWorkload()->SetAttribute("Interval", TimeValue(interval));
            client->GetWorkload()->SetAttribute("MaxTasks", UintegerValue(tasks));
        }
    }

    /// @param cut of all clients
    void Cut(uint32_t cut)
    {
        for (auto& client : clients)
        {
            client->SetAttribute("Cut", UintegerValue(cut));
        }
    }

    /// Runs. @param stop end of the run
    void Run(Time stop)
    {
        Simulator::Stop(stop);
        Simulator::Run();
    }
};

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_WIRE_H
