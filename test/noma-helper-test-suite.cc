/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/application.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/ethernet-header.h"
#include "ns3/flow-monitor-helper.h"
#include "ns3/flow-monitor.h"
#include "ns3/inet-socket-address.h"
#include "ns3/object-factory.h"
#include "ns3/pcap-file.h"
#include "ns3/string.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Users of two cells that send UDP to the first access point and to each other.
class UdpScenario
{
  public:
    /// @param run run number @param queue limit of queues in packets @param lossy with block errors
    UdpScenario(uint64_t run, uint32_t queue, bool lossy)
        : network(run)
    {
        if (lossy)
        {
            network.helper.SetErrorModel(LossyErrorModel::GetTypeId().GetName());
            network.helper.SetNetworkAttribute("RetryLimit", UintegerValue(1));
        }
        network.helper.SetNetworkAttribute("QueuePackets", UintegerValue(queue));
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(3));
        network.helper.SetNetworkAttribute("UplinkBandwidth", DoubleValue(0.6e6));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(0.6e6));
        network.Build({{0, 0, 10}, {300, 0, 10}},
                      {{40, 0, 1}, {-90, 20, 1}, {250, 10, 1}, {340, 0, 1}});
        NodeContainer all(network.apNodes, network.ueNodes);
        for (uint32_t i = 0; i < all.GetN(); ++i)
        {
            ObjectFactory sink("ns3::PacketSink");
            sink.Set("Protocol", TypeIdValue(UdpSocketFactory::GetTypeId()));
            sink.Set("Local", AddressValue(InetSocketAddress(Ipv4Address::GetAny(), 9)));
            all.Get(i)->AddApplication(sink.Create<Application>());
        }
        for (uint32_t i = 0; i < 4; ++i)
        {
            Flow(i, network.apInterfaces.GetAddress(0), "4Mbps");
            Flow(i, network.ueInterfaces.GetAddress((i + 1) % 4), "2Mbps");
        }
    }

    /// Runs.
    static void Run()
    {
        Simulator::Stop(Seconds(12));
        Simulator::Run();
    }

    TestNetwork network; //!< network

  private:
    /// @param ue sender @param to receiver @param rate data rate
    void Flow(uint32_t ue, Ipv4Address to, const std::string& rate) const
    {
        ObjectFactory onOff("ns3::OnOffApplication");
        onOff.Set("Protocol", TypeIdValue(UdpSocketFactory::GetTypeId()));
        onOff.Set("Remote", AddressValue(InetSocketAddress(to, 9)));
        onOff.Set("DataRate", StringValue(rate));
        onOff.Set("OffTime", StringValue("ns3::ConstantRandomVariable[Constant=0]"));
        onOff.Set("PacketSize", UintegerValue(700));
        auto application = onOff.Create<Application>();
        application->SetStartTime(Seconds(0.1));
        application->SetStopTime(Seconds(1));
        network.ueNodes.Get(ue)->AddApplication(application);
    }
};

/**
 * @ingroup noma-test
 * The flow monitor and the devices' counters say the same.
 */
class FlowMonitorTestCase : public TestCase
{
  public:
    /// @param queue limit of queues in packets @param lossy with block errors
    FlowMonitorTestCase(uint32_t queue, bool lossy)
        : TestCase("Flow monitor agrees with the counters, queue of " + std::to_string(queue) +
                   (lossy ? ", lossy" : "")),
          m_queue(queue),
          m_lossy(lossy)
    {
    }

  private:
    /// Sorts a frame by protocol. @param frame frame
    void Sent(Ptr<const Packet> frame)
    {
        EthernetHeader header(false);
        frame->PeekHeader(header);
        ++(header.GetLengthType() == 0x0800 ? m_ipSent : m_otherSent);
    }

    /// Sorts a dropped frame. @param frame frame
    void Dropped(Ptr<const Packet> frame)
    {
        EthernetHeader header(false);
        frame->PeekHeader(header);
        m_ipDropped += header.GetLengthType() == 0x0800;
    }

    /// Counts a packet that IP gave up while it resolved an address.
    void Unresolved(Ptr<const Packet>)
    {
        ++m_unresolved;
    }

    void DoRun() override
    {
        UdpScenario scenario(1, m_queue, m_lossy);
        auto& network = scenario.network;
        FlowMonitorHelper flows;
        auto monitor = flows.Install(NodeContainer(network.apNodes, network.ueNodes));
        NetDeviceContainer all(network.aps, network.ues);
        for (uint32_t i = 0; i < all.GetN(); ++i)
        {
            all.Get(i)->TraceConnectWithoutContext("MacTx",
                                                   MakeCallback(&FlowMonitorTestCase::Sent, this));
            all.Get(i)->TraceConnectWithoutContext(
                "Drop",
                MakeCallback(&FlowMonitorTestCase::Dropped, this));
        }
        Config::ConnectWithoutContext("/NodeList/*/$ns3::ArpL3Protocol/Drop",
                                      MakeCallback(&FlowMonitorTestCase::Unresolved, this));
        UdpScenario::Run();
        uint64_t sent = 0;
        uint64_t received = 0;
        for (const auto& flow : monitor->GetFlowStats())
        {
            sent += flow.second.txPackets;
            received += flow.second.rxPackets;
        }
        uint64_t offered = 0;
        for (uint32_t i = 0; i < all.GetN(); ++i)
        {
            offered += DynamicCast<NomaNetDevice>(all.Get(i))->GetTxCounters().offered.packets;
        }
        auto total = network.Total(UPLINK);
        total += network.Total(DOWNLINK);
        NS_TEST_EXPECT_MSG_EQ(sent, m_ipSent + m_unresolved, "IP packets sent");
        NS_TEST_EXPECT_MSG_EQ(offered, m_ipSent + m_otherSent, "frames offered");
        NS_TEST_EXPECT_MSG_EQ(sent - received, m_ipDropped + m_unresolved, "IP packets lost");
        NS_TEST_EXPECT_MSG_EQ((m_ipDropped <= total.DroppedTotal().packets), true, "drops");
        NS_TEST_EXPECT_MSG_EQ((m_ipDropped > 0), (m_lossy || m_queue < 5000), "whether any");
        NS_TEST_EXPECT_MSG_GT(received, 500, "traffic");
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        Simulator::Destroy();
    }

    uint32_t m_queue;         //!< limit of queues
    bool m_lossy;             //!< with block errors
    uint64_t m_ipSent{0};     //!< IP frames sent
    uint64_t m_otherSent{0};  //!< other frames sent
    uint64_t m_ipDropped{0};  //!< IP frames dropped
    uint64_t m_unresolved{0}; //!< packets that never became frames
};

/**
 * @ingroup noma-test
 * Same seed, same bytes; watching changes nothing; another run differs.
 */
class ReproducibleTestCase : public TestCase
{
  public:
    ReproducibleTestCase()
        : TestCase("Traces are reproducible, and watching changes nothing")
    {
    }

  private:
    /// Prints an outcome. @param os where @param outcome outcome
    static void Block(std::ostream* os, const GrantOutcome& outcome)
    {
        *os << Simulator::Now().GetNanoSeconds() << " " << outcome.grant.ue << " "
            << outcome.grant.subchannel << " " << outcome.blockBits << " " << outcome.decoded << " "
            << outcome.sinr << "\n";
    }

    /// Prints a layer. @param os where @param outcome outcome
    static void Stage(std::ostream* os, const LayerOutcome& outcome)
    {
        *os << outcome.stage << " " << outcome.sinr << "\n";
    }

    /// @param run run number @param watch whether to connect trace sinks
    /// @param [out] counters what happened @returns traces
    std::string Run(uint64_t run, bool watch, std::string& counters)
    {
        std::ostringstream text;
        text.precision(17);
        {
            UdpScenario scenario(run, 10, true);
            auto& network = scenario.network;
            // ns-3 3.35 goes on counting addresses in the next run of a process
            const NetDeviceContainer devices(network.aps, network.ues);
            for (uint32_t d = 0; d < devices.GetN(); ++d)
            {
                const uint8_t bytes[6] = {0, 0, 0, 0, 1, static_cast<uint8_t>(d + 1)};
                Mac48Address address;
                address.CopyFrom(bytes);
                devices.Get(d)->SetAddress(address);
            }
            const auto stream = Create<OutputStreamWrapper>(&text);
            if (watch)
            {
                network.helper.EnableAsciiAll(stream);
                std::ostream* os = &text;
                network.Network()->TraceConnectWithoutContext("Block",
                                                              MakeBoundCallback(&Block, os));
                Config::ConnectWithoutContext(
                    "/NodeList/*/DeviceList/*/$ns3::noma::NomaNetDevice/Phy/SicStage",
                    MakeBoundCallback(&Stage, os));
                network.helper.EnablePcapAll(CreateTempDirFilename("reproducible"));
            }
            UdpScenario::Run();
            std::ostringstream sums;
            for (const Direction d : DIRECTIONS)
            {
                const auto total = network.Total(d);
                sums << total.offered.bytes << " " << total.delivered.bytes << " "
                     << total.DroppedTotal().bytes << " ";
            }
            counters = sums.str();
            Simulator::Destroy();
        }
        return text.str();
    }

    void DoRun() override
    {
        std::string first;
        std::string second;
        std::string blind;
        std::string other;
        const auto a = Run(1, true, first);
        const auto b = Run(1, true, second);
        Run(1, false, blind);
        const auto c = Run(2, true, other);
        NS_TEST_EXPECT_MSG_GT(a.size(), 100000, "traces");
        NS_TEST_EXPECT_MSG_EQ((a == b), true, "same run, same bytes");
        NS_TEST_EXPECT_MSG_EQ(first, second, "same run, same counters");
        NS_TEST_EXPECT_MSG_EQ(first, blind, "watching changes nothing");
        NS_TEST_EXPECT_MSG_EQ((a == c), false, "another run differs");
    }
};

/**
 * @ingroup noma-test
 * Capture files hold Ethernet frames, as many as the sniffer saw.
 */
class PcapTestCase : public TestCase
{
  public:
    PcapTestCase()
        : TestCase("Capture files hold what was sent and received")
    {
    }

  private:
    /// Counts a frame. @param frame frame
    void Count(Ptr<const Packet> frame)
    {
        m_bytes += frame->GetSize();
        ++m_frames;
    }

    void DoRun() override
    {
        const auto name = CreateTempDirFilename("ap.pcap");
        const auto ascii = CreateTempDirFilename("ue.tr");
        {
            UdpScenario scenario(1, 100, false);
            auto& network = scenario.network;
            network.helper.EnablePcap(name, network.aps.Get(0), true, true);
            network.aps.Get(0)->TraceConnectWithoutContext(
                "PromiscSniffer",
                MakeCallback(&PcapTestCase::Count, this));
            network.helper.EnableAscii(ascii, network.ues.Get(0), true);
            UdpScenario::Run();
            Simulator::Destroy();
        } // the devices close their files
        PcapFile file;
        file.Open(name, std::ios::in);
        NS_TEST_ASSERT_MSG_EQ(file.Fail(), false, "capture file");
        NS_TEST_EXPECT_MSG_EQ(file.GetDataLinkType(), 1, "Ethernet");
        uint64_t frames = 0;
        uint64_t bytes = 0;
        std::vector<uint8_t> data(70000);
        uint32_t sec;
        uint32_t usec;
        uint32_t incl;
        uint32_t orig;
        uint32_t got;
        for (;;)
        {
            file.Read(data.data(), 70000, sec, usec, incl, orig, got);
            if (file.Fail() || file.Eof())
            {
                break;
            }
            ++frames;
            bytes += orig;
        }
        NS_TEST_EXPECT_MSG_GT(frames, 500, "frames");
        NS_TEST_EXPECT_MSG_EQ(frames, m_frames, "frames in the file");
        NS_TEST_EXPECT_MSG_EQ(bytes, m_bytes, "bytes in the file");
        std::ifstream lines(ascii);
        std::string line;
        uint32_t sent = 0;
        uint32_t received = 0;
        while (std::getline(lines, line))
        {
            sent += line[0] == '+';
            received += line[0] == 'r';
        }
        NS_TEST_EXPECT_MSG_GT(sent, 200, "lines of sent frames");
        NS_TEST_EXPECT_MSG_GT(received, 100, "lines of received frames");
    }

    uint64_t m_frames{0}; //!< frames seen
    uint64_t m_bytes{0};  //!< bytes seen
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaHelperTestSuite : public TestSuite
{
  public:
    NomaHelperTestSuite()
        : TestSuite("noma-helper", Type::SYSTEM)
    {
        // first: ASCII traces need packet metadata, which ns-3 must have enabled before any packet
        AddTestCase(new ReproducibleTestCase);
        AddTestCase(new PcapTestCase);
        AddTestCase(new FlowMonitorTestCase(5000, false));
        AddTestCase(new FlowMonitorTestCase(2, false));
        AddTestCase(new FlowMonitorTestCase(5000, true));
    }
};

NomaHelperTestSuite g_nomaHelperTestSuite; //!< the suite

} // namespace
