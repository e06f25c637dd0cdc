/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-wire.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/noma-udp-client-transport.h"
#include "ns3/noma-weight-policy.h"
#include "ns3/noma-workload.h"
#include "ns3/random-variable-stream.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <fstream>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Alone on the wire, every stage of a task at every cut takes the time and energy of the model.
 */
class StagesTestCase : public TestCase
{
  public:
    StagesTestCase()
        : TestCase("delay and energy by stage, every cut, UDP and TCP")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string transport : {"Udp", "Tcp"})
        {
            const auto cuts = FiveCuts();
            for (uint32_t cut = 0; cut < cuts.size(); ++cut)
            {
                for (uint32_t images : {1u, 3u})
                {
                    Check(transport, cut, images);
                }
            }
        }
    }

    /// One task. @param transport "Udp" or "Tcp" @param cut cut @param images inferences
    void Check(const std::string& transport, uint32_t cut, uint32_t images)
    {
        Wire wire(1, "ns3::noma::" + transport + "ClientTransport");
        wire.Periodic(Seconds(1), 1);
        wire.Cut(cut);
        wire.clients[0]->SetAttribute("Units", DoubleValue(4));
        wire.clients[0]->GetWorkload()->SetAttribute("Images", UintegerValue(images));
        wire.Run(Seconds(20));
        const std::string what =
            transport + " cut " + std::to_string(cut) + " images " + std::to_string(images);
        NS_TEST_ASSERT_MSG_EQ(wire.tracker->GetRecords().size(), 1, what << ": one task");
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->Check(), "", what << ": conserved");
        const TaskRecord r = wire.tracker->GetRecords().front();
        NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, what << ": completed");
        NS_TEST_EXPECT_MSG_EQ(r.cut, cut, what);
        const CutOption o = FiveCuts()[cut];
        const Stages delay = r.DelayByStage();
        // kappa clock^2 flops: 1e-27 * 1e18 on the device, 1e-29 * (2 * 4e9)^2 at the edge
        NOMA_TEST_EXPECT_CLOSE(delay.device, images * o.deviceFlops / 1e9, 1e-7, what);
        NOMA_TEST_EXPECT_CLOSE(r.energy.device, images * o.deviceFlops * 1e-9, 1e-9, what);
        NOMA_TEST_EXPECT_CLOSE(delay.edge, images * o.edgeFlops / 8e9, 1e-6, what);
        NOMA_TEST_EXPECT_CLOSE(r.energy.edge, images * o.edgeFlops * 64e-11, 1e-9, what);
        if (!IsDeviceOnly(o) && transport == "Udp")
        {
            // 1 ms of wire, headers included; the first datagram waits for ARP, 2 ms
            const auto wireBits = [&](double bits) {
                return 8.0 * static_cast<double>(wire.clients[0]->GetTransport()->GetWireBytes(
                                 static_cast<uint64_t>(bits / 8)));
            };
            NOMA_TEST_EXPECT_NEAR(delay.up, wireBits(images * o.upBits) / 10e6 + 3e-3, 1e-3, what);
            NOMA_TEST_EXPECT_NEAR(delay.down,
                                  wireBits(images * o.downBits) / 10e6 + 1e-3,
                                  1e-3,
                                  what);
            NS_TEST_EXPECT_MSG_EQ(wire.server->GetExchanges(), 0, what << ": forgotten");
        }
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The end of a simulation finds connections open: they are let go of. A node that is taken apart
 * sends no packets; in some versions of ns-3 it cannot.
 */
class OpenConnectionTestCase : public TestCase
{
  public:
    OpenConnectionTestCase()
        : TestCase("the end of a simulation closes no connection")
    {
    }

  private:
    void DoRun() override
    {
        Wire wire(2, "ns3::noma::TcpClientTransport");
        wire.Periodic(MilliSeconds(200), 100);
        wire.Cut(1);
        for (uint32_t n = 0; n < wire.nodes.GetN(); ++n)
        {
            const auto ipv4 = wire.nodes.Get(n)->GetObject<Ipv4L3Protocol>();
            ipv4->TraceConnectWithoutContext("SendOutgoing",
                                             MakeCallback(&OpenConnectionTestCase::Sent, this));
            ipv4->TraceConnectWithoutContext("Drop",
                                             MakeCallback(&OpenConnectionTestCase::Dropped, this));
        }
        wire.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_GT(m_packets, 100, "packets of the run");
        m_packets = 0;
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(m_packets, 0, "packets of its end");
    }

    /// Counts.
    void Sent(const Ipv4Header& /* header */, Ptr<const Packet> /* packet */, uint32_t /* port */)
    {
        ++m_packets;
    }

    /// Counts.
    void Dropped(const Ipv4Header& /* header */,
                 Ptr<const Packet> /* packet */,
                 Ipv4L3Protocol::DropReason /* reason */,
                 Ptr<Ipv4> /* ipv4 */,
                 uint32_t /* interface */)
    {
        ++m_packets;
    }

    uint32_t m_packets{0}; //!< sent, or given to a protocol that has no route any more
};

/**
 * @ingroup noma-test
 * The same seed gives the same bytes, another seed others.
 */
class ReproducibleTestCase : public TestCase
{
  public:
    ReproducibleTestCase()
        : TestCase("same seed, same bytes")
    {
    }

  private:
    void DoRun() override
    {
        const std::string first = Csv(1, false);
        NS_TEST_EXPECT_MSG_EQ((first == Csv(1, false)), true, "same run");
        NS_TEST_EXPECT_MSG_EQ((first == Csv(1, true)), true, "same run with somebody watching");
        NS_TEST_EXPECT_MSG_EQ((first == Csv(2, false)), false, "another run");
        NS_TEST_EXPECT_MSG_EQ((first.size() > 10000), true, "there is something to compare");
        RngSeedManager::SetRun(1);
    }

    /// @returns table of a run @param run number @param watch whether traces are connected
    std::string Csv(uint64_t run, bool watch)
    {
        RngSeedManager::SetRun(run);
        Wire wire(4);
        for (uint32_t u = 0; u < 4; ++u)
        {
            wire.clients[u]->SetAttribute("Workload",
                                          StringValue("ns3::noma::PoissonWorkload[Rate=4]"));
            wire.clients[u]->AssignStreams(100 + u);
            if (watch)
            {
                wire.clients[u]->TraceConnectWithoutContext(
                    "Stage",
                    MakeCallback(&ReproducibleTestCase::Look));
            }
        }
        wire.Cut(2);
        wire.Lose(0.05);
        wire.Run(Seconds(20));
        std::ostringstream os;
        wire.tracker->WriteCsv(os, {{"run", "x"}});
        Simulator::Destroy();
        return os.str();
    }

    /// Does nothing.
    static void Look(const TaskRecord& /* record */)
    {
    }
};

/**
 * @ingroup noma-test
 * Workloads: times, images and deadlines; a trace file with a mistake is not read over.
 */
class WorkloadTestCase : public TestCase
{
  public:
    WorkloadTestCase()
        : TestCase("workloads")
    {
    }

  private:
    void DoRun() override
    {
        TaskArrival a;
        auto periodic = CreateObject<PeriodicWorkload>();
        periodic->SetAttribute("Interval", TimeValue(MilliSeconds(30)));
        periodic->SetAttribute("Offset", TimeValue(MilliSeconds(7)));
        periodic->SetAttribute("MaxTasks", UintegerValue(2));
        NS_TEST_EXPECT_MSG_EQ((periodic->Next(a) && a.gap == MilliSeconds(7)), true, "first");
        NS_TEST_EXPECT_MSG_EQ((periodic->Next(a) && a.gap == MilliSeconds(30)), true, "second");
        NS_TEST_EXPECT_MSG_EQ(periodic->Next(a), false, "no third");

        auto poisson = CreateObject<PoissonWorkload>();
        poisson->SetAttribute("Rate", DoubleValue(5));
        poisson->AssignStreams(3);
        double sum = 0;
        double squares = 0;
        const int n = 20000;
        for (int k = 0; k < n; ++k)
        {
            poisson->Next(a);
            sum += a.gap.GetSeconds();
            squares += a.gap.GetSeconds() * a.gap.GetSeconds();
        }
        NOMA_TEST_EXPECT_NEAR(sum / n, 0.2, 4 * 0.2 / std::sqrt(n), "mean gap");
        NOMA_TEST_EXPECT_NEAR(squares / n, 0.08, 4 * 0.18 / std::sqrt(n), "second moment");

        const std::string name = CreateTempDirFilename("tasks.txt");
        std::ofstream(name) << "# time images deadline\n0.5\n1.5, 3\n\n1.75 2 0.25\n";
        auto trace = CreateObject<TraceWorkload>();
        trace->SetAttribute("Images", UintegerValue(4));
        trace->SetAttribute("FileName", StringValue(name));
        NS_TEST_EXPECT_MSG_EQ((trace->Next(a) && a.gap == Seconds(0.5) && a.images == 4),
                              true,
                              "default images");
        NS_TEST_EXPECT_MSG_EQ(
            (trace->Next(a) && a.gap == Seconds(1) && a.images == 3 && a.deadline.IsZero()),
            true,
            "with images");
        NS_TEST_EXPECT_MSG_EQ((trace->Next(a) && a.gap == Seconds(0.25) && a.images == 2 &&
                               a.deadline == Seconds(0.25)),
                              true,
                              "with deadline");
        NS_TEST_EXPECT_MSG_EQ(trace->Next(a), false, "end of file");

        auto battery = CreateObject<BatteryWeightPolicy>();
        battery->SetAttribute("Start", DoubleValue(0.5));
        battery->SetAttribute("Floor", DoubleValue(0.1));
        NOMA_TEST_EXPECT_CLOSE(battery->DelayWeight(0.9, 0.6), 0.9, 1e-12, "full");
        NOMA_TEST_EXPECT_CLOSE(battery->DelayWeight(0.9, 0.25), 0.5, 1e-12, "half way");
        NOMA_TEST_EXPECT_CLOSE(battery->DelayWeight(0.9, 0.0), 0.1, 1e-12, "empty");
    }
};

/**
 * @ingroup noma-test
 * Statistics against values worked out by hand and a known law.
 */
class SummaryTestCase : public TestCase
{
  public:
    SummaryTestCase()
        : TestCase("statistics of the summary")
    {
    }

  private:
    void DoRun() override
    {
        const auto s = SampleSummary::Of({4, 1, 3, 2});
        NOMA_TEST_EXPECT_CLOSE(s.mean, 2.5, 1e-12, "mean");
        NOMA_TEST_EXPECT_CLOSE(s.median, 2.5, 1e-12, "median");
        NOMA_TEST_EXPECT_CLOSE(s.p95, 3.85, 1e-12, "95th percentile");
        NOMA_TEST_EXPECT_CLOSE(s.p99, 3.97, 1e-12, "99th percentile");
        // t(3, 0.975) = 3.182446, s = 1.290994
        NOMA_TEST_EXPECT_CLOSE(s.halfWidth, 3.182446 * 1.290994 / 2, 1e-6, "interval");
        NS_TEST_EXPECT_MSG_EQ(SampleSummary::Of({}).count, 0, "empty");
        // the interval covers the mean 95 times in 100
        auto random = CreateObject<ExponentialRandomVariable>();
        random->SetStream(12);
        int covered = 0;
        for (int k = 0; k < 1000; ++k)
        {
            std::vector<double> x(400);
            for (auto& v : x)
            {
                v = random->GetValue(1, 0);
            }
            const auto sample = SampleSummary::Of(x);
            covered += std::abs(sample.mean - 1) <= sample.halfWidth;
        }
        NOMA_TEST_EXPECT_NEAR(covered, 950.0, 4 * 7.0, "coverage");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class TasksTestSuite : public TestSuite
{
  public:
    TasksTestSuite()
        : TestSuite("noma-tasks", Type::SYSTEM)
    {
        AddTestCase(new StagesTestCase);
        AddTestCase(new OpenConnectionTestCase);
        AddTestCase(new WorkloadTestCase);
        AddTestCase(new SummaryTestCase);
        AddTestCase(new ReproducibleTestCase);
    }
};

TasksTestSuite g_tasksTestSuite; //!< the suite

} // namespace
