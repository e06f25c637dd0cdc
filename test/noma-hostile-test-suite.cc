/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-wire.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/random-variable-stream.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"

#include <map>
#include <memory>
#include <set>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// First port ns-3 gives to a client's socket.
constexpr uint16_t CLIENT_PORT = 49153;

/**
 * @ingroup noma-test
 * Clients and a server on a wire, and a node on it that nobody invited. The server's device is so
 * fast that answers to that node delay nobody.
 */
struct HostileWire : public Wire
{
    Ptr<Node> stranger;               //!< the uninvited node
    Ptr<Socket> socket;               //!< its datagram socket
    std::vector<Ptr<Socket>> streams; //!< its connections
    bool silent{false};               //!< whether it does nothing, for comparison

    /// @param users number of clients @param transport TypeId of their transport
    explicit HostileWire(uint32_t users,
                         const std::string& transport = "ns3::noma::UdpClientTransport")
        : Wire(users + 1, transport)
    {
        stranger = nodes.Get(users + 1);
        clients.back()->GetWorkload()->SetAttribute("MaxTasks", UintegerValue(0));
        clients.back()->SetStartTime(Seconds(1e6)); // its node is the stranger's
        clients.pop_back();
        devices.Get(0)->SetAttribute("DataRate", DataRateValue(DataRate("1000Gbps")));
        for (uint32_t u = 0; u < users; ++u)
        {
            server->BindUser(u, nodes.Get(u + 1));
        }
        socket = Socket::CreateSocket(stranger, UdpSocketFactory::GetTypeId());
        socket->Bind();
    }

    /// @returns socket address of the server
    Address Server() const
    {
        return InetSocketAddress(interfaces.GetAddress(0), server->GetPort());
    }

    /// @returns socket address of a client @param user user number
    Address Client(uint32_t user) const
    {
        return InetSocketAddress(interfaces.GetAddress(user + 1), CLIENT_PORT);
    }

    /**
     * The stranger sends a datagram.
     *
     * @param at when
     * @param to whom
     * @param header header
     * @param payload bytes behind it
     */
    void Send(Time at, const Address& to, const InferenceHeader& header, uint32_t payload)
    {
        if (silent)
        {
            return;
        }
        Simulator::Schedule(at, [this, to, header, payload] {
            Ptr<Packet> packet = Create<Packet>(payload);
            packet->AddHeader(header);
            socket->SendTo(packet, 0, to);
        });
    }

    /// @param at when the stranger connects @param header what it sends then @param body bytes
    void Connect(Time at, const InferenceHeader& header, uint32_t body)
    {
        if (silent)
        {
            return;
        }
        Simulator::Schedule(at, [this, header, body] {
            Ptr<Socket> stream = Socket::CreateSocket(stranger, TcpSocketFactory::GetTypeId());
            stream->Bind();
            stream->Connect(Server());
            streams.push_back(stream);
            Simulator::Schedule(MilliSeconds(100), [stream, header, body] {
                Ptr<Packet> packet = Create<Packet>(body);
                packet->AddHeader(header);
                stream->Send(packet);
            });
        });
    }

    /// @returns a harmless tensor header of a user of no one's @param task task number
    static InferenceHeader Tensor(uint32_t task)
    {
        InferenceHeader h;
        h.user = 99;
        h.task = task;
        h.total = 1000;
        h.length = 1000;
        h.edgeFlops = 1e3;
        h.resultBytes = 10;
        return h;
    }
};

/**
 * @ingroup noma-test
 * Messages that share a window: never more than it on the way, the first comes first, all arrive.
 */
class SharedWindowTestCase : public TestCase
{
  public:
    SharedWindowTestCase()
        : TestCase("many messages, one window")
    {
    }

  private:
    void DoRun() override
    {
        SendWindow window(10000);
        MessageSenderParameters parameters;
        parameters.segmentBytes = 1000;
        parameters.windowBytes = 10000;
        const uint32_t messages = 40;
        const uint32_t total = 25500;
        std::vector<std::unique_ptr<MessageSender>> senders(messages);
        std::vector<ByteRanges> received(messages);
        std::vector<uint64_t> confirmed(messages, 0);
        uint64_t out = 0;
        uint32_t last = 0;
        for (uint32_t m = 0; m < messages; ++m)
        {
            auto segment = [&, m](uint64_t offset, uint32_t length, uint32_t serial, bool ask) {
                NS_TEST_EXPECT_MSG_EQ((m >= last), true, "message " << m << " after " << last);
                last = m;
                out += length;
                NS_TEST_EXPECT_MSG_LT(out, 11000, "bytes on the way");
                received[m].Add(offset, offset + length);
                if (ask)
                {
                    InferenceHeader status;
                    status.serial = serial;
                    status.offset = offset + length;
                    Simulator::Schedule(MilliSeconds(20), [&, m, status] {
                        out -= status.offset - confirmed[m];
                        confirmed[m] = status.offset;
                        if (status.offset == total)
                        {
                            senders[m]->Stop();
                        }
                        else
                        {
                            senders[m]->OnStatus(status);
                        }
                    });
                }
            };
            senders[m] = std::make_unique<MessageSender>(
                parameters,
                total,
                segment,
                [](uint32_t, uint64_t) {},
                [] {},
                &window);
            senders[m]->Start();
        }
        Simulator::Stop(Seconds(100));
        Simulator::Run();
        for (uint32_t m = 0; m < messages; ++m)
        {
            NS_TEST_EXPECT_MSG_EQ(received[m].GetBytes(), total, "message " << m);
        }
        NS_TEST_EXPECT_MSG_EQ(window.GetRoom(), 10000, "all room is free again");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Results and refusals from elsewhere than the server are not taken, and neither are datagrams
 * whose length is not what they say.
 */
class SpoofTestCase : public TestCase
{
  public:
    SpoofTestCase()
        : TestCase("results from strangers")
    {
    }

  private:
    void DoRun() override
    {
        HostileWire w(1);
        w.Periodic(MilliSeconds(500), 10);
        w.Cut(1);
        for (uint32_t task = 0; task < 10; ++task)
        {
            const Time at = MilliSeconds(10 + 500 * task + 30);
            InferenceHeader h = HostileWire::Tensor(task);
            h.user = 0;
            h.cut = 1;
            h.kind = InferenceHeader::RESULT;
            h.edgeEnergyJ = 1e8;
            w.Send(at, w.Client(0), h, 1000);
            h.kind = InferenceHeader::STATUS;
            h.state = InferenceHeader::REJECTED;
            w.Send(at + MilliSeconds(1), w.Client(0), h, 0);
        }
        w.Run(Seconds(20));
        const TaskSummary s = w.tracker->Summarize();
        NS_TEST_EXPECT_MSG_EQ(s.completed, 10, "completed");
        NS_TEST_EXPECT_MSG_LT(s.meanEnergy.edge, 1e3, "energy that the edge did spend");
        NS_TEST_EXPECT_MSG_EQ(w.clients[0]->GetFaults().Get(WireFault::SENDER), 20, "counted");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Check(), "", "conservation");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Claims beyond the limits are refused and counted by reason; nothing is held or computed for them.
 */
class ClaimTestCase : public TestCase
{
  public:
    ClaimTestCase()
        : TestCase("claims beyond the limits")
    {
    }

  private:
    void DoRun() override
    {
        HostileWire w(1);
        w.server->SetAttribute("MaxIncompletePerHost", UintegerValue(50));
        w.Periodic(MilliSeconds(500), 4);
        w.Cut(1);
        InferenceHeader result = HostileWire::Tensor(0);
        result.resultBytes = InferenceHeader::MAX_BYTES;
        w.Send(MilliSeconds(5), w.Server(), result, 1000);
        InferenceHeader work = HostileWire::Tensor(1);
        work.edgeFlops = 1e300;
        w.Send(MilliSeconds(6), w.Server(), work, 1000);
        InferenceHeader tensors = HostileWire::Tensor(2);
        tensors.total = uint64_t(1) << 33;
        w.Send(MilliSeconds(7), w.Server(), tensors, 1000);
        InferenceHeader user = HostileWire::Tensor(3);
        user.user = 0;
        w.Send(MilliSeconds(8), w.Server(), user, 1000);
        w.Send(MilliSeconds(9), w.Server(), HostileWire::Tensor(4), 10); // says 1000
        InferenceHeader half = HostileWire::Tensor(5);
        half.length = 500;
        w.Send(MilliSeconds(10), w.Server(), half, 500);
        half.offset = 500;
        half.edgeFlops = 2e3;
        w.Send(MilliSeconds(11), w.Server(), half, 500); // says other work than before
        for (uint32_t task = 0; task < 300; ++task)
        {
            InferenceHeader h = HostileWire::Tensor(1000 + task);
            h.length = 100;
            w.Send(MilliSeconds(20) + MicroSeconds(200 * task), w.Server(), h, 100);
        }
        w.Run(Seconds(5));
        const auto& faults = w.server->GetFaults();
        NS_TEST_EXPECT_MSG_EQ(faults.Get(WireFault::CLAIM), 3, "claims");
        NS_TEST_EXPECT_MSG_EQ(faults.Get(WireFault::USER), 1, "users");
        NS_TEST_EXPECT_MSG_EQ(faults.Get(WireFault::LENGTH), 1, "lengths");
        NS_TEST_EXPECT_MSG_EQ(faults.Get(WireFault::CONTRADICTION), 1, "contradictions");
        NS_TEST_EXPECT_MSG_EQ(faults.Get(WireFault::MEMORY), 251, "incomplete tensors");
        NS_TEST_EXPECT_MSG_EQ(w.server->GetExchanges(), 50, "held");
        NS_TEST_EXPECT_MSG_EQ(w.server->GetJobs(), 0, "tails");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Summarize().completed, 4, "honest tasks");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Connections that do nothing are closed, those with a task here are not, and there are no more
 * than the limit from one address.
 */
class IdleTestCase : public TestCase
{
  public:
    IdleTestCase()
        : TestCase("idle connections")
    {
    }

  private:
    void DoRun() override
    {
        HostileWire w(1, "ns3::noma::TcpClientTransport");
        w.server->SetAttribute("IdleTimeout", TimeValue(Seconds(10)));
        w.server->SetAttribute("MaxConnectionsPerHost", UintegerValue(3));
        // a task that computes for 80 s, and one that comes when the connection has been closed
        w.clients[0]->SetModel("long", {{0, 320e9, 8000, 8000}, {1e6, 0, 0, 0}});
        w.Periodic(Seconds(150), 2);
        w.Cut(0);
        InferenceHeader big = HostileWire::Tensor(1);
        big.resultBytes = 1u << 30;
        for (int k = 0; k < 5; ++k)
        {
            w.Connect(MilliSeconds(50 + k), big, 400); // 600 bytes never come
        }
        std::size_t early = 0;
        std::size_t late = 0;
        std::size_t end = 0;
        Simulator::Schedule(Seconds(5), [&] { early = w.server->GetConnections(); });
        Simulator::Schedule(Seconds(40), [&] { late = w.server->GetConnections(); });
        Simulator::Schedule(Seconds(140), [&] { end = w.server->GetConnections(); });
        w.Run(Seconds(300));
        NS_TEST_EXPECT_MSG_EQ(early, 4, "the client's and three of the stranger's");
        NS_TEST_EXPECT_MSG_EQ(late, 1, "the client's");
        NS_TEST_EXPECT_MSG_EQ(end, 0, "nothing to do for anybody");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Summarize().completed, 2, "honest tasks");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * A node that sends garbage, forged, duplicated, oversized, out-of-order and slow traffic to the
 * server and to every client: all honest tasks complete, in the time they take without it.
 */
class HostileNodeTestCase : public TestCase
{
  public:
    /// @param transport TypeId of the clients' transport
    explicit HostileNodeTestCase(const std::string& transport)
        : TestCase("a hostile node among clients of " + transport),
          m_transport(transport)
    {
    }

  private:
    /// @returns delays of all tasks in order of closing @param silent without the hostile traffic
    std::vector<double> Delays(bool silent)
    {
        const uint32_t users = 3;
        HostileWire w(users, m_transport);
        w.silent = silent;
        w.server->SetAttribute("KnownUsersOnly", BooleanValue(true));
        w.server->SetAttribute("MaxIncompletePerHost", UintegerValue(20));
        w.server->SetAttribute("ForgetAfter", TimeValue(Seconds(2)));
        w.server->SetAttribute("IdleTimeout", TimeValue(Seconds(2)));
        w.Periodic(MilliSeconds(300), 20);
        w.Cut(1);
        m_delays.clear();
        for (auto& client : w.clients)
        {
            client->TraceConnectWithoutContext("Closed",
                                               MakeCallback(&HostileNodeTestCase::OnClosed, this));
        }
        if (!silent)
        {
            Attack(w, users);
        }
        std::size_t most = 0;
        for (int k = 0; k < 80; ++k)
        {
            Simulator::Schedule(MilliSeconds(100 * k),
                                [&] { most = std::max(most, w.server->GetExchanges()); });
        }
        w.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Summarize().completed, users * 20, "completed");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Check(), "", "conservation");
        NS_TEST_EXPECT_MSG_EQ((most <= 20 + 20 * users), true, most << " exchanges held");
        NS_TEST_EXPECT_MSG_EQ(w.server->GetExchanges(), 0, "nothing is left");
        if (!silent)
        {
            NS_TEST_EXPECT_MSG_GT(w.server->GetFaults().GetTotal(), 1000, "faults counted");
            NS_TEST_EXPECT_MSG_EQ((w.server->GetConnections() <= users), true, "connections");
        }
        else
        {
            NS_TEST_EXPECT_MSG_EQ(w.server->GetFaults().GetTotal(), 0, "honest traffic");
        }
        Simulator::Destroy();
        return m_delays;
    }

    /// @param r a closed task
    void OnClosed(const TaskRecord& r)
    {
        m_delays.push_back(r.Delay().GetSeconds());
    }

    /// Plans the hostile traffic. @param w the wire @param users number of clients
    void Attack(HostileWire& w, uint32_t users)
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(77);
        for (uint32_t k = 0; k < 2000; ++k)
        {
            const Time at = MilliSeconds(15 + 3 * k);
            InferenceHeader h;
            h.kind = static_cast<InferenceHeader::Kind>(random->GetInteger(1, 5));
            h.state = static_cast<InferenceHeader::State>(random->GetInteger(0, 4));
            h.statusWanted = random->GetInteger(0, 1) == 1;
            h.aboutResult = random->GetInteger(0, 1) == 1;
            h.user = random->GetInteger(0, users);
            h.task = random->GetInteger(0, 20);
            h.cut = static_cast<uint16_t>(random->GetInteger(0, 4));
            h.total = random->GetInteger(0, 3) == 0 ? InferenceHeader::MAX_BYTES : 37500;
            h.offset = std::min<uint64_t>(h.total, 1000 * random->GetInteger(0, 40));
            h.length = std::min<uint64_t>(h.total - h.offset, random->GetInteger(0, 1200));
            h.serial = random->GetInteger(0, 1000);
            h.edgeFlops = random->GetInteger(0, 3) == 0 ? 1e300 : 60e6;
            h.resultBytes = random->GetInteger(0, 3) == 0 ? 0xffffffffff : 1000;
            h.edgeEnergyJ = 1e8;
            if (h.kind == InferenceHeader::STATUS)
            {
                h.missing = {{0, h.total}};
            }
            const bool lies = random->GetInteger(0, 9) == 0;
            const bool datagrams = m_transport == "ns3::noma::UdpClientTransport";
            const Address to = datagrams && k % 3 == 0 ? w.Client(k % users) : w.Server();
            w.Send(at, to, h, static_cast<uint32_t>(lies ? h.length + 7 : h.length));
            w.Send(at + MicroSeconds(5), to, h, static_cast<uint32_t>(h.length)); // and again
        }
        for (uint32_t k = 0; k < 60; ++k) // in parts, slowly
        {
            w.Connect(MilliSeconds(50 + 70 * k), HostileWire::Tensor(k), k);
        }
    }

    void DoRun() override
    {
        const auto without = Delays(true);
        const auto with = Delays(false);
        NS_TEST_ASSERT_MSG_EQ(with.size(), without.size(), "tasks");
        for (std::size_t k = 0; k < with.size(); ++k)
        {
            NOMA_TEST_EXPECT_NEAR(with[k], without[k], 1e-6, "delay of task " << k);
        }
    }

    std::string m_transport;      //!< TypeId of the clients' transport
    std::vector<double> m_delays; //!< of the present run, in order of closing
};

/**
 * @ingroup noma-test
 * Ten thousand open tasks of one user: one window, not one each.
 */
class ManyTasksTestCase : public TestCase
{
  public:
    ManyTasksTestCase()
        : TestCase("10,000 open tasks of a user")
    {
    }

  private:
    void DoRun() override
    {
        Wire w(1, "ns3::noma::UdpClientTransport", "1Gbps");
        w.clients[0]->SetModel("small", {{0, 1e3, 8 * 14000, 800}, {1e6, 0, 0, 0}});
        w.Cut(0);
        w.Periodic(Seconds(1000), 1);
        const uint32_t tasks = 10000; // and that one
        Simulator::Schedule(MilliSeconds(20), [&] {
            for (uint32_t k = 0; k < tasks; ++k)
            {
                w.clients[0]->CreateTask(TaskArrival());
            }
        });
        w.Run(Seconds(100));
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Summarize().completed, tasks + 1, "completed");
        NS_TEST_EXPECT_MSG_EQ(w.tracker->Check(), "", "conservation");
        // 10 segments, a status, a result and its status, each a few events of ns-3
        NS_TEST_EXPECT_MSG_LT(Simulator::GetEventCount(), tasks * 120ULL, "events");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class HostileTestSuite : public TestSuite
{
  public:
    HostileTestSuite()
        : TestSuite("noma-hostile", Type::SYSTEM)
    {
        AddTestCase(new SharedWindowTestCase);
        AddTestCase(new SpoofTestCase);
        AddTestCase(new ClaimTestCase);
        AddTestCase(new IdleTestCase);
        AddTestCase(new HostileNodeTestCase("ns3::noma::UdpClientTransport"));
        AddTestCase(new HostileNodeTestCase("ns3::noma::TcpClientTransport"));
        AddTestCase(new ManyTasksTestCase);
    }
};

HostileTestSuite g_hostileTestSuite; //!< the suite

} // namespace
