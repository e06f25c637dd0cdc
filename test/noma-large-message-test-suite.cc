/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-wire.h"
#include "noma-test.h"

#include "ns3/inet-socket-address.h"
#include "ns3/noma-message-sender.h"
#include "ns3/string.h"

#include <string>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Messages around and beyond 32 bits, and what the limits make of a task that has such.
 */
class LargeMessageTestCase : public TestCase
{
  public:
    LargeMessageTestCase()
        : TestCase("messages of 4 GiB and more")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t total : {4294967295ULL, 4294967296ULL - 1400, 8589934592ULL})
        {
            uint64_t sent = 0;
            uint32_t asked = 0;
            MessageSender sender(
                MessageSenderParameters(),
                total,
                [&](uint64_t, uint32_t length, uint32_t, bool ask) {
                    sent += length;
                    asked += ask;
                },
                [](uint32_t, uint64_t) {},
                [] {});
            sender.Start();
            NS_TEST_EXPECT_MSG_EQ((sent >= (1u << 20) && sent < (1u << 20) + 1400), true, sent);
            NS_TEST_EXPECT_MSG_EQ(asked, 1, "questions in a window");
            NS_TEST_EXPECT_MSG_EQ(sender.GetUnsentBytes(), total - sent, "unsent");
        }
        Simulator::Destroy();

        const std::string udp = "ns3::noma::UdpClientTransport";
        const std::string tcp = "ns3::noma::TcpClientTransport";
        for (double bytes : {4.2e9, 4.5e9})
        {
            Offer(bytes, 8000, 1e9, 1e10, udp, false);
            Offer(8000, bytes, 1e9, 1e10, udp, false);
            Offer(bytes, 8000, 1e10, 1e9, udp, true);
            Offer(bytes, 8000, 1e10, 1e9, tcp, true);
            Offer(8000, bytes, 1e10, 1e9, tcp, true);
        }
        Offer(50000, 8000, 1e10, 1000, tcp, true); // which the sockets take whole
        Deliver(4.5e9, 1000, 3.7);
        Deliver(1000, 4.5e9, 16); // the server's window is one megabyte
        SendOn(4.5e9);
    }

    /// A tail is sent on. @param bytes tensors
    void OnForwarded(uint32_t /* user */, uint32_t /* task */, uint64_t bytes)
    {
        m_sentOn += bytes;
    }

    /// A task whose tail runs at a server that never answers. @param up bytes of its tensors
    void SendOn(double up)
    {
        Wire w(1, "ns3::noma::UdpClientTransport", "10Gbps");
        w.clients[0]->SetModel("huge", {{0, 1e6, 8 * up, 8000}, {1e6, 0, 0, 0}});
        w.clients[0]->SetAttribute("MaxMessageBytes", UintegerValue(5000000000));
        w.clients[0]->GetTransport()->SetAttribute("SegmentBytes", UintegerValue(65000));
        w.clients[0]->GetTransport()->SetAttribute("WindowBytes", UintegerValue(100000000));
        w.server->SetAttribute("MaxTensorBytes", UintegerValue(5000000000));
        w.server->SetAttribute("CloudPolicy", StringValue("Always"));
        w.server->SetCloud(InetSocketAddress("10.200.0.1", 9));
        w.server->TraceConnectWithoutContext(
            "Forwarded",
            MakeCallback(&LargeMessageTestCase::OnForwarded, this));
        w.Periodic(Seconds(1), 1);
        w.Cut(0);
        w.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(m_sentOn, static_cast<uint64_t>(up), "bytes sent on");
        NS_TEST_EXPECT_MSG_EQ(w.server->GetForwarded().stateBytes, m_sentOn, "bytes counted");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Check(), "", "conservation");
        Simulator::Destroy();
    }

    uint64_t m_sentOn{0}; //!< bytes of tails sent on

    /**
     * Two tasks that a limit refuses.
     *
     * @param up bytes of the tensors
     * @param down bytes of the result
     * @param client most bytes that the client sends or takes
     * @param server most bytes that the server takes or sends
     * @param transport TypeId of the transport
     * @param atServer whether the server is who refuses, else the client
     */
    void Offer(double up,
               double down,
               double client,
               double server,
               const std::string& transport,
               bool atServer)
    {
        Wire w(1, transport);
        w.clients[0]->SetModel("huge", {{0, 1e6, 8 * up, 8 * down}, {1e6, 0, 0, 0}});
        w.clients[0]->SetAttribute("MaxMessageBytes", UintegerValue(static_cast<uint64_t>(client)));
        w.server->SetAttribute("MaxTensorBytes", UintegerValue(static_cast<uint64_t>(server)));
        w.server->SetAttribute("MaxResultBytes", UintegerValue(static_cast<uint64_t>(server)));
        w.Periodic(Seconds(1), 2);
        w.Cut(0);
        w.Run(Seconds(5));
        const TaskSummary s = w.tracker->Summarize();
        NS_TEST_EXPECT_MSG_EQ(s.failures[static_cast<std::size_t>(TaskFailure::REFUSED)], 2, "");
        NS_TEST_EXPECT_MSG_EQ(w.server->GetComputer()->GetEnergyJ(), 0, "nothing was computed");
        const uint64_t claims = w.server->GetFaults().Get(WireFault::CLAIM);
        NS_TEST_EXPECT_MSG_EQ((atServer ? claims >= 2 : claims == 0), true, claims << " claims");
        for (const auto& r : w.tracker->GetRecords())
        {
            // behind a window of one megabyte at most
            NS_TEST_EXPECT_MSG_LT(r.Delay().GetSeconds(),
                                  1.0,
                                  transport << " " << up << ": told by a header");
        }
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Check(), "", "conservation");
        Simulator::Destroy();
    }

    /**
     * A task that the limits allow, over 10 Gbit/s.
     *
     * @param up bytes of its tensors
     * @param down bytes of its result
     * @param most longest delay (s)
     */
    void Deliver(double up, double down, double most)
    {
        Wire w(1, "ns3::noma::UdpClientTransport", "10Gbps");
        w.clients[0]->SetModel("huge", {{0, 1e6, 8 * up, 8 * down}, {1e6, 0, 0, 0}});
        w.clients[0]->SetAttribute("MaxMessageBytes", UintegerValue(5000000000));
        w.clients[0]->GetTransport()->SetAttribute("SegmentBytes", UintegerValue(65000));
        w.clients[0]->GetTransport()->SetAttribute("WindowBytes", UintegerValue(100000000));
        w.server->SetAttribute("SegmentBytes", UintegerValue(65000));
        w.server->SetAttribute("MaxTensorBytes", UintegerValue(5000000000));
        w.server->SetAttribute("MaxResultBytes", UintegerValue(5000000000));
        w.Periodic(Seconds(1), 1);
        w.Cut(0);
        w.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Summarize().completed, 1, up << " up, " << down);
        NS_TEST_EXPECT_MSG_EQ(w.tracker->GetRecords().size(), 1, "records");
        for (const auto& r : w.tracker->GetRecords())
        {
            NS_TEST_EXPECT_MSG_GT(r.Delay().GetSeconds(), 3.6, "what 36 Gbit take");
            NS_TEST_EXPECT_MSG_LT(r.Delay().GetSeconds(), most, "and some round trips");
        }
        NS_TEST_EXPECT_MSG_EQ(w.server->GetFaults().GetTotal(), 0, "faults");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Check(), "", "conservation");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class LargeMessageTestSuite : public TestSuite
{
  public:
    LargeMessageTestSuite()
        : TestSuite("noma-large-message", Type::SYSTEM)
    {
        AddTestCase(new LargeMessageTestCase);
    }
};

LargeMessageTestSuite g_largeMessageTestSuite; //!< the suite

} // namespace
