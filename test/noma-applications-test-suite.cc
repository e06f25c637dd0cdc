/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/icmpv6-header.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/ipv6-header.h"
#include "ns3/object-factory.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
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

/// Two cells with two users each, and a host behind the first access point.
class Office : public TestNetwork
{
  public:
    NodeContainer host;                //!< the host
    Ipv4Address hostAddress;           //!< its IPv4 address
    Ipv6InterfaceContainer interfaces; //!< IPv6 of access points, then users
    Ipv6InterfaceContainer hostLink;   //!< IPv6 of access point and host

    /// @param snooping whether address resolution goes to the owner of an address only
    explicit Office(bool snooping)
    {
        helper.SetNetworkAttribute("Snooping", BooleanValue(snooping));
        Build({{0, 0, 10}, {400, 0, 10}}, {{50, 0, 1}, {-60, 20, 1}, {330, 10, 1}, {450, 0, 1}});
        host.Create(1);
        InternetStackHelper stack;
        stack.Install(host);
        stack.AssignStreams(host, 300000);
        PointToPointHelper wire;
        wire.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
        wire.SetChannelAttribute("Delay", StringValue("2ms"));
        const auto ends = wire.Install(apNodes.Get(0), host.Get(0));
        Ipv4AddressHelper addresses("10.2.0.0", "255.255.255.0");
        const auto link = addresses.Assign(ends);
        hostAddress = link.GetAddress(1);
        Ipv4StaticRoutingHelper routing;
        const auto setDefault = [&](const Ptr<Node>& node, Ipv4Address gateway) {
            routing.GetStaticRouting(node->GetObject<Ipv4>())->SetDefaultRoute(gateway, 1);
        };
        setDefault(host.Get(0), link.GetAddress(0));
        setDefault(apNodes.Get(1), apInterfaces.GetAddress(0));
        for (uint32_t i = 0; i < ueNodes.GetN(); ++i)
        {
            setDefault(ueNodes.Get(i), apInterfaces.GetAddress(0));
        }
        Ipv6AddressHelper addresses6;
        addresses6.SetBase(Ipv6Address("2001:1::"), Ipv6Prefix(64));
        interfaces = addresses6.Assign(NetDeviceContainer(aps, ues));
        interfaces.SetForwarding(0, true);
        interfaces.SetDefaultRouteInAllNodes(0);
        addresses6.SetBase(Ipv6Address("2001:2::"), Ipv6Prefix(64));
        hostLink = addresses6.Assign(ends);
        hostLink.SetForwarding(0, true);
        hostLink.SetDefaultRouteInAllNodes(0);
    }

    /// Index of the host among destinations.
    static constexpr uint32_t HOST = 6;

    /// @returns a node @param i access points, then users, then the host
    Ptr<Node> GetNode(uint32_t i) const
    {
        return i == HOST ? host.Get(0) : (i < 2 ? apNodes.Get(i) : ueNodes.Get(i - 2));
    }

    /// @returns its address @param i as GetNode() @param v6 whether IPv6 @param port port
    Address GetAddress(uint32_t i, bool v6, uint16_t port) const
    {
        return v6 ? Address(Inet6SocketAddress(GetIpv6(i), port))
                  : Address(InetSocketAddress(GetIpv4(i), port));
    }

    /// @returns its IPv6 address @param i as GetNode()
    Ipv6Address GetIpv6(uint32_t i) const
    {
        return i == HOST ? hostLink.GetAddress(1, 1) : interfaces.GetAddress(i, 1);
    }

    /// @returns its IPv4 address @param i as GetNode()
    Ipv4Address GetIpv4(uint32_t i) const
    {
        return i == HOST ? hostAddress
                         : (i < 2 ? apInterfaces.GetAddress(i) : ueInterfaces.GetAddress(i - 2));
    }

    /// Installs a packet sink. @param i node @param v6 whether IPv6 @param tcp whether TCP
    /// @param port port @returns the sink
    Ptr<PacketSink> Sink(uint32_t i, bool v6, bool tcp, uint16_t port) const
    {
        auto sink = CreateObject<PacketSink>();
        sink->SetAttribute(
            "Protocol",
            TypeIdValue(tcp ? TcpSocketFactory::GetTypeId() : UdpSocketFactory::GetTypeId()));
        const Address any = v6 ? Address(Inet6SocketAddress(Ipv6Address::GetAny(), port))
                               : Address(InetSocketAddress(Ipv4Address::GetAny(), port));
        sink->SetAttribute("Local", AddressValue(any));
        GetNode(i)->AddApplication(sink);
        return sink;
    }

    /// Installs an application. @param i node @param factory makes it @param start when it starts
    Ptr<Application> Install(uint32_t i, const ObjectFactory& factory, double start) const
    {
        auto application = factory.Create<Application>();
        application->SetStartTime(Seconds(start));
        GetNode(i)->AddApplication(application);
        return application;
    }
};

/// A conversation between two nodes.
struct Pair
{
    uint32_t from; //!< node, as in Office::GetNode()
    uint32_t to;   //!< node
};

/// User to access point, to users of both cells, to the host; and back.
const std::vector<Pair> PAIRS =
    {{2, 0}, {2, 1}, {2, 3}, {2, 4}, {5, Office::HOST}, {Office::HOST, 2}, {0, 5}, {1, 3}};

/**
 * @ingroup noma-test
 * ns-3's own applications over the devices, IPv4 and IPv6.
 */
class ApplicationsTestCase : public TestCase
{
  public:
    /// @param v6 whether IPv6 @param snooping whether address resolution goes to the owner only
    ApplicationsTestCase(bool v6, bool snooping)
        : TestCase(std::string("Unmodified applications over IPv") + (v6 ? "6" : "4") +
                   (snooping ? "" : " without snooping")),
          m_v6(v6),
          m_snooping(snooping)
    {
    }

  private:
    /// Counts an answer. @param packet packet
    void Answer(Ptr<const Packet> packet)
    {
        m_answers += packet->GetSize() > 0;
    }

    /// Counts a round trip. @param rtt round-trip time
    void Rtt(Time rtt)
    {
        m_pings += rtt.IsStrictlyPositive();
    }

    /// Counts a round trip. @param sequence sequence number @param rtt round-trip time
    void RttOf(uint16_t sequence, Time rtt)
    {
        m_pings += sequence < 100 && rtt.IsStrictlyPositive();
    }

    void DoRun() override
    {
        Office office(m_snooping);
        std::vector<Ptr<PacketSink>> udp;
        std::vector<Ptr<PacketSink>> tcp;
        uint16_t port = 1000;
        for (const auto& pair : PAIRS)
        {
            // UDP echo
            ObjectFactory server("ns3::UdpEchoServer");
            server.Set("Port", UintegerValue(++port));
            office.Install(pair.to, server, 0.1);
            ObjectFactory client("ns3::UdpEchoClient");
            const auto remote = office.GetAddress(pair.to, m_v6, port);
            client.Set("RemoteAddress",
                       AddressValue(m_v6
                                        ? Address(Inet6SocketAddress::ConvertFrom(remote).GetIpv6())
                                        : Address(office.GetIpv4(pair.to))));
            client.Set("RemotePort", UintegerValue(port));
            client.Set("MaxPackets", UintegerValue(5));
            client.Set("Interval", TimeValue(MilliSeconds(100)));
            client.Set("PacketSize", UintegerValue(2000)); // fragmented by IP
            // one after the other: IP keeps only three packets while it resolves an address
            office.Install(pair.from, client, 3 + 0.05 * static_cast<double>(udp.size()))
                ->TraceConnectWithoutContext("Rx",
                                             MakeCallback(&ApplicationsTestCase::Answer, this));
            // on/off to a packet sink
            udp.push_back(office.Sink(pair.to, m_v6, false, ++port));
            ObjectFactory onOff("ns3::OnOffApplication");
            onOff.Set("Protocol", TypeIdValue(UdpSocketFactory::GetTypeId()));
            onOff.Set("Remote", AddressValue(office.GetAddress(pair.to, m_v6, port)));
            onOff.Set("OnTime", StringValue("ns3::ConstantRandomVariable[Constant=1]"));
            onOff.Set("OffTime", StringValue("ns3::ConstantRandomVariable[Constant=0]"));
            onOff.Set("DataRate", StringValue("400kbps"));
            onOff.Set("PacketSize", UintegerValue(500));
            onOff.Set("MaxBytes", UintegerValue(20000));
            office.Install(pair.from, onOff, 3.5); // addresses are resolved by then
            // bulk TCP
            tcp.push_back(office.Sink(pair.to, m_v6, true, ++port));
            ObjectFactory bulk("ns3::BulkSendApplication");
            bulk.Set("Remote", AddressValue(office.GetAddress(pair.to, m_v6, port)));
            bulk.Set("MaxBytes", UintegerValue(100000));
            office.Install(pair.from, bulk, 3.2);
            if (m_v6)
            {
                Ping6(office, pair);
            }
            else
            {
                Ping(office, pair);
            }
        }
        Simulator::Stop(Seconds(9));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(m_answers, 5 * PAIRS.size(), "UDP echo");
        for (std::size_t i = 0; i < PAIRS.size(); ++i)
        {
            const auto pair = std::to_string(PAIRS[i].from) + " to " + std::to_string(PAIRS[i].to);
            NS_TEST_EXPECT_MSG_EQ(udp[i]->GetTotalRx(), 20000, "on/off " << pair);
            NS_TEST_EXPECT_MSG_EQ(tcp[i]->GetTotalRx(), 100000, "TCP " << pair);
        }
        NS_TEST_EXPECT_MSG_EQ(m_pings, (m_v6 ? 0 : 3 * PAIRS.size()), "ping");
        NS_TEST_EXPECT_MSG_EQ(m_listeners.size(), (m_v6 ? PAIRS.size() : 0), "IPv6 ping");
        for (const auto& l : m_listeners)
        {
            NS_TEST_EXPECT_MSG_EQ(l.replies, 3, "ping " << l.pair.from << " to " << l.pair.to);
        }
        m_listeners.clear();
        NS_TEST_EXPECT_MSG_EQ(office.Network()->CheckConservation(), "", "conservation");
        Simulator::Destroy();
    }

    /// Pings three times. @param office network @param pair from and to
    void Ping(Office& office, const Pair& pair)
    {
        TypeId type;
        const bool recent = TypeId::LookupByNameFailSafe("ns3::Ping", &type); // replaced V4Ping
        ObjectFactory ping(recent ? "ns3::Ping" : "ns3::V4Ping");
        const auto remote = office.GetIpv4(pair.to);
        if (recent)
        {
            ping.Set("Destination", AddressValue(remote));
        }
        else
        {
            ping.Set("Remote", Ipv4AddressValue(remote));
        }
        ping.Set("Interval", TimeValue(MilliSeconds(500)));
        // before the echoes: fragments of an answer and a ping may exceed those three packets
        auto application = office.Install(pair.from, ping, 2.5);
        application->SetStopTime(Seconds(3.8));
        const bool connected = recent ? application->TraceConnectWithoutContext(
                                            "Rtt",
                                            MakeCallback(&ApplicationsTestCase::RttOf, this))
                                      : application->TraceConnectWithoutContext(
                                            "Rtt",
                                            MakeCallback(&ApplicationsTestCase::Rtt, this));
        NS_TEST_EXPECT_MSG_EQ(connected, true, "trace source of ping");
    }

    /// Counts echo replies. @param socket where ICMPv6 came in
    void Reply(Ptr<Socket> socket)
    {
        const auto listener = std::find_if(m_listeners.begin(),
                                           m_listeners.end(),
                                           [&](const auto& l) { return l.socket == socket; });
        while (auto packet = socket->Recv())
        {
            Ipv6Header ip;
            Icmpv6Header icmp;
            packet->RemoveHeader(ip);
            packet->PeekHeader(icmp);
            listener->replies += icmp.GetType() == Icmpv6Header::ICMPV6_ECHO_REPLY;
        }
    }

    /**
     * Pings three times over IPv6. A socket of our own counts the replies, since the ping of older
     * ns-3 does not report them.
     *
     * @param office network
     * @param pair from and to
     */
    void Ping6(Office& office, const Pair& pair)
    {
        const auto remote = office.GetIpv6(pair.to);
        auto socket = Socket::CreateSocket(office.GetNode(pair.from),
                                           TypeId::LookupByName("ns3::Ipv6RawSocketFactory"));
        socket->SetAttribute("Protocol", UintegerValue(Ipv6Header::IPV6_ICMPV6));
        socket->Bind(Inet6SocketAddress(Ipv6Address::GetAny(), 0));
        socket->Connect(Inet6SocketAddress(remote, 0)); // hears this destination only
        socket->SetRecvCallback(MakeCallback(&ApplicationsTestCase::Reply, this));
        m_listeners.push_back({socket, pair, 0});
        TypeId type;
        const bool recent = TypeId::LookupByNameFailSafe("ns3::Ping", &type); // replaced Ping6
        ObjectFactory ping(recent ? "ns3::Ping" : "ns3::Ping6");
        if (recent)
        {
            ping.Set("Destination", AddressValue(remote));
        }
        else
        {
            ping.Set("RemoteIpv6", Ipv6AddressValue(remote));
            ping.Set("LocalIpv6", Ipv6AddressValue(office.GetIpv6(pair.from)));
        }
        ping.Set("Interval", TimeValue(MilliSeconds(500)));
        // addresses are resolved by then
        office.Install(pair.from, ping, 4)->SetStopTime(Seconds(5.3));
    }

    /// Counts the IPv6 ping answers of a pair.
    struct Listener
    {
        Ptr<Socket> socket;  //!< where they come in
        Pair pair;           //!< pair
        uint32_t replies{0}; //!< answers
    };

    bool m_v6;                         //!< whether IPv6
    bool m_snooping;                   //!< whether address resolution goes to the owner only
    uint32_t m_answers{0};             //!< echo answers
    uint32_t m_pings{0};               //!< ping answers
    std::vector<Listener> m_listeners; //!< of IPv6 pings
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaApplicationsTestSuite : public TestSuite
{
  public:
    NomaApplicationsTestSuite()
        : TestSuite("noma-applications", Type::SYSTEM)
    {
        AddTestCase(new ApplicationsTestCase(false, true));
        AddTestCase(new ApplicationsTestCase(true, true));
        AddTestCase(new ApplicationsTestCase(false, false));
        AddTestCase(new ApplicationsTestCase(true, false));
    }
};

NomaApplicationsTestSuite g_nomaApplicationsTestSuite; //!< the suite

} // namespace
