/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/address.h"
#include "ns3/arp-l3-protocol.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/queue-disc.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/traffic-control-helper.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// What a run under congestion showed.
struct Congestion
{
    double meanDelayS{0};       //!< of the packets that arrived (s)
    uint32_t received{0};       //!< packets
    uint64_t discDrops{0};      //!< packets that the queue disc dropped
    uint64_t discMarks{0};      //!< packets that it marked
    uint64_t deviceDrops{0};    //!< frames that the device's queue dropped
    uint32_t otherReceived{0};  //!< packets of a user on the same access point without a load
    uint32_t otherSent{0};      //!< these when they were sent
    std::string conservation{}; //!< of the network
};

/// Packets of each load.
constexpr uint32_t PACKETS = 1000;

/// Counts datagrams; each begins with the time it was sent (ns).
struct Listener
{
    Ptr<Socket> socket;   //!< its socket
    uint32_t received{0}; //!< datagrams
    double delaysS{0};    //!< sum of their delays (s)

    /// @param node where it listens @param port UDP port
    Listener(Ptr<Node> node, uint16_t port)
        : socket(Socket::CreateSocket(node, UdpSocketFactory::GetTypeId()))
    {
        socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
        socket->SetRecvCallback(MakeCallback(&Listener::Receive, this));
    }

    /// @param from the socket
    void Receive(Ptr<Socket> from)
    {
        while (auto packet = from->Recv())
        {
            int64_t at = 0;
            packet->CopyData(reinterpret_cast<uint8_t*>(&at), sizeof(at));
            delaysS += (Simulator::Now() - NanoSeconds(at)).GetSeconds();
            ++received;
        }
    }
};

/**
 * @ingroup noma-test
 * Queue discs act on NOMA devices as on others: under congestion packets wait in them, they drop
 * or mark, and the delay falls to what the discipline aims at.
 */
class QueueDiscTestCase : public TestCase
{
  public:
    QueueDiscTestCase()
        : TestCase("Queue discs under congestion")
    {
    }

  private:
    /**
     * One user, or the access point, sends twice what the link carries for two seconds.
     *
     * @param disc type of the queue disc; empty = none, and no flow control
     * @param down from the access point to the user
     * @param ecn whether packets can be marked
     * @returns what happened
     */
    Congestion Run(const std::string& disc, bool down, bool ecn)
    {
        TestNetwork network;
        network.flowControl = !disc.empty();
        network.helper.SetNetworkAttribute("UplinkBandwidth", DoubleValue(0.1e6));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(0.1e6));
        network.helper.SetNetworkAttribute("QueuePackets", UintegerValue(disc.empty() ? 1000 : 10));

        network.helper.SetFading("ns3::noma::NomaNoFadingModel");
        network.Build({{0, 0, 10}}, {{60, 0, 1}, {0, 60, 1}}, true, disc);
        // the other user's address is asked for when the queue is long already
        network.apNodes.Get(0)->GetObject<ArpL3Protocol>()->SetAttribute(
            "RequestJitter",
            StringValue("ns3::ConstantRandomVariable[Constant=5]"));
        QueueDiscContainer discs;
        const auto& from = down ? network.aps : network.ues;
        for (uint32_t d = 0; d < from.GetN() && !disc.empty(); ++d)
        {
            discs.Add(
                from.Get(d)->GetNode()->GetObject<TrafficControlLayer>()->GetRootQueueDiscOnDevice(
                    from.Get(d)));
            if (disc == "ns3::PfifoFastQueueDisc")
            {
                discs.Get(d)->SetAttribute("MaxSize", StringValue("50p"));
            }
            if (ecn)
            {
                discs.Get(d)->SetAttribute("UseEcn", BooleanValue(true));
            }
        }
        Congestion result;
        Listener busy(down ? network.ueNodes.Get(0) : network.apNodes.Get(0), 9);
        Listener idle(down ? network.ueNodes.Get(1) : network.apNodes.Get(0), 10);
        auto speak = [&](Ptr<Node> node, Ipv4Address to, uint16_t port) {
            auto socket = Socket::CreateSocket(node, UdpSocketFactory::GetTypeId());
            socket->Bind();
            socket->Connect(InetSocketAddress(to, port));
            if (ecn)
            {
                socket->SetIpTos(Ipv4Header::ECN_ECT0);
            }
            return socket;
        };
        auto load =
            speak(down ? network.apNodes.Get(0) : network.ueNodes.Get(0),
                  down ? network.ueInterfaces.GetAddress(0) : network.apInterfaces.GetAddress(0),
                  9);
        auto little =
            speak(down ? network.apNodes.Get(0) : network.ueNodes.Get(1),
                  down ? network.ueInterfaces.GetAddress(1) : network.apInterfaces.GetAddress(0),
                  10);
        for (uint32_t k = 0; k < PACKETS; ++k)
        {
            // the first one has its address resolved
            Simulator::Schedule(MilliSeconds(k == 0 ? 300 : 500 + 2 * k), [load] {
                const int64_t now = Simulator::Now().GetNanoSeconds();
                std::vector<uint8_t> data(1000);
                std::copy_n(reinterpret_cast<const uint8_t*>(&now), sizeof(now), data.begin());
                load->Send(Create<Packet>(data.data(), 1000));
            });
        }
        for (uint32_t k = 0; k < 20; ++k)
        {
            Simulator::Schedule(MilliSeconds(500 + 100 * k), [little, &result] {
                little->Send(Create<Packet>(100));
                ++result.otherSent;
            });
        }
        Simulator::Stop(Seconds(12));
        Simulator::Run();
        result.meanDelayS = busy.delaysS / std::max(1U, busy.received);
        result.received = busy.received;
        result.otherReceived = idle.received;
        for (uint32_t d = 0; d < discs.GetN(); ++d)
        {
            result.discDrops += discs.Get(d)->GetStats().nTotalDroppedPackets;
            result.discMarks += discs.Get(d)->GetStats().nTotalMarkedPackets;
        }
        auto total = network.Total(down ? DOWNLINK : UPLINK);
        result.deviceDrops = total.Dropped(DropReason::QUEUE_FULL).packets;
        result.conservation = network.Network()->CheckConservation();
        Simulator::Destroy();
        return result;
    }

    void DoRun() override
    {
        for (bool down : {false, true})
        {
            const Congestion none = Run("", down, false);
            NS_TEST_EXPECT_MSG_GT(none.meanDelayS, 0.5, "without a queue disc packets wait long");
            for (const std::string disc : {"Pfifo", "CoDel", "FqCoDel"})
            {
                const std::string name = disc + (down ? " down" : " up");
                const std::string type =
                    disc == "Pfifo" ? "ns3::PfifoFastQueueDisc" : "ns3::" + disc + "QueueDisc";
                const Congestion c = Run(type, down, false);
                NS_TEST_EXPECT_MSG_EQ(c.deviceDrops, 0, name << ": the device is not overrun");
                NS_TEST_EXPECT_MSG_GT(c.discDrops, 0, name << ": the disc drops");
                NS_TEST_EXPECT_MSG_EQ(c.received + c.otherReceived + c.discDrops,
                                      PACKETS + c.otherSent,
                                      name << ": packets");
                NS_TEST_EXPECT_MSG_GT(c.received, 100, name << ": the link is used");
                if (!down || disc == "FqCoDel")
                {
                    NS_TEST_EXPECT_MSG_EQ(c.otherReceived, c.otherSent, name << ": other user");
                }
                NS_TEST_EXPECT_MSG_EQ(c.conservation, "", name << ": conservation");
                if (disc != "Pfifo")
                {
                    NS_TEST_EXPECT_MSG_LT(c.meanDelayS, 0.8 * none.meanDelayS, name << ": delay");
                    const Congestion marked = Run(type, down, true);
                    NS_TEST_EXPECT_MSG_GT(marked.discMarks, 0, name << ": marks");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaQueueDiscTestSuite : public TestSuite
{
  public:
    NomaQueueDiscTestSuite()
        : TestSuite("noma-queue-disc", Type::SYSTEM)
    {
        AddTestCase(new QueueDiscTestCase);
    }
};

NomaQueueDiscTestSuite g_nomaQueueDiscTestSuite; //!< the suite

} // namespace
