/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/basic-energy-source.h"
#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-split-inference-server.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/noma-udp-client-transport.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simple-channel.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simple-net-device.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <functional>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns a network with five cuts
std::vector<CutOption>
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
        internet.AssignStreams(nodes, 900);
        internet.Install(nodes);
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
 * Something goes wrong, and still created = completed + failed, each once, + in flight, the right
 * reason is given, and nothing is left behind at the server.
 */
class ConservationTestCase : public TestCase
{
  public:
    /// Changes a scenario before it runs.
    using Setup = std::function<void(Wire&)>;
    /// Looks at it afterwards.
    using Verify = std::function<void(ConservationTestCase&, Wire&)>;

    /**
     * @param name what goes wrong
     * @param setup makes it go wrong
     * @param verify what is expected
     * @param transport "Udp" or "Tcp"
     */
    ConservationTestCase(const std::string& name,
                         Setup setup,
                         Verify verify,
                         const std::string& transport = "Udp")
        : TestCase("conservation: " + name + " (" + transport + ")"),
          m_setup(std::move(setup)),
          m_verify(std::move(verify)),
          m_transport(transport)
    {
    }

    /// Expects a condition. @param good condition @param what its meaning
    void Expect(bool good, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(good, true, what);
    }

  private:
    void DoRun() override
    {
        Wire wire(5, "ns3::noma::" + m_transport + "ClientTransport");
        wire.Periodic(MilliSeconds(200), 20);
        wire.Cut(1);
        m_setup(wire);
        // now and then during the run, not only at its end
        for (int k = 1; k < 100; ++k)
        {
            Simulator::Schedule(MilliSeconds(97 * k), [this, &wire] {
                NS_TEST_EXPECT_MSG_EQ(wire.tracker->Check(), "", "during the run");
            });
        }
        wire.Run(Seconds(400));
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->Check(), "", "at the end");
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->GetCreated(), 100, "created");
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->GetInFlight(), 0, "nothing in flight at the end");
        NS_TEST_EXPECT_MSG_EQ(wire.server->GetJobs(), 0, "no tail left");
        NS_TEST_EXPECT_MSG_EQ(wire.server->GetExchanges(), 0, "no message left");
        m_verify(*this, wire);
        Simulator::Destroy();
    }

    Setup m_setup;           //!< what goes wrong
    Verify m_verify;         //!< what is expected
    std::string m_transport; //!< transport
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
                    Callback<void, const TaskRecord&>(&ReproducibleTestCase::Look));
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
        using C = ConservationTestCase;
        AddTestCase(new StagesTestCase);
        AddTestCase(new WorkloadTestCase);
        AddTestCase(new SummaryTestCase);
        AddTestCase(new ReproducibleTestCase);
        const auto none = [](Wire&) {};
        const auto allDone = [](C& c, Wire& w) {
            c.Expect(w.tracker->GetCompleted() == 100, "all complete");
        };
        AddTestCase(new C("nothing goes wrong", none, allDone));
        AddTestCase(new C("nothing goes wrong", none, allDone, "Tcp"));
        AddTestCase(new C(
            "20 percent loss",
            [](Wire& w) { w.Lose(0.2); },
            [=](C& c, Wire& w) {
                allDone(c, w);
                uint64_t resent = 0;
                for (const auto& r : w.tracker->GetRecords())
                {
                    resent += r.retransmittedBytes;
                }
                // of 37500 bytes a task, one in four must go again
                c.Expect(resent > 100 * 37500 * 0.2 && resent < 100 * 37500 * 0.4, "resent bytes");
            }));
        AddTestCase(new C(
            "2 percent loss",
            [](Wire& w) { w.Lose(0.02); },
            allDone,
            "Tcp"));
        const auto crash = [](Wire& w) {
            // tails take 80 ms: some tasks are on the wire, some at the edge
            w.server->GetComputer()->SetAttribute("ClockHz", DoubleValue(7.5e8));
            Simulator::Schedule(Seconds(1.1), &SplitInferenceServer::Crash, w.server);
            Simulator::Schedule(Seconds(1.5), &SplitInferenceServer::Restart, w.server);
        };
        AddTestCase(new C("server crash and restart", crash, [](C& c, Wire& w) {
            const auto lost = w.tracker->GetFailed(TaskFailure::SERVER_LOST);
            c.Expect(w.tracker->GetFailed() == lost && lost > 0, "no other failure");
            c.Expect(w.tracker->GetCompleted() >= 90, "others complete after the restart");
        }));
        AddTestCase(new C(
            "server crash, lost tensors sent again",
            [=](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->GetTransport()->SetAttribute("ResendLost", BooleanValue(true));
                }
                crash(w);
            },
            allDone));
        AddTestCase(new C(
            "server crash and restart",
            crash,
            [](C& c, Wire& w) {
                const auto broken = w.tracker->GetFailed(TaskFailure::TRANSPORT);
                c.Expect(w.tracker->GetFailed() == broken && broken > 0, "connections broke");
                c.Expect(w.tracker->GetCompleted() >= 50, "tasks complete before and after");
            },
            "Tcp"));
        AddTestCase(new C(
            "server gone for good",
            [](Wire& w) {
                Simulator::Schedule(Seconds(1.1), &SplitInferenceServer::Crash, w.server);
            },
            [](C& c, Wire& w) {
                const auto gone = w.tracker->GetFailed(TaskFailure::UNREACHABLE);
                c.Expect(gone == w.tracker->GetFailed() && gone > 50, "unreachable");
            }));
        AddTestCase(new C(
            "full server queue",
            [](Wire& w) {
                w.server->SetAttribute("MaxQueue", UintegerValue(2));
                w.server->GetComputer()->SetAttribute("Units", DoubleValue(0.1));
            },
            [](C& c, Wire& w) {
                const auto full = w.tracker->GetFailed(TaskFailure::SERVER_QUEUE);
                c.Expect(full == w.tracker->GetFailed() && full > 10, "turned down");
                c.Expect(w.tracker->GetCompleted() > 10, "the others complete");
            }));
        AddTestCase(new C(
            "full device queue",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->SetAttribute("MaxOpenTasks", UintegerValue(2));
                    client->GetProcessor()->SetAttribute("ClockHz", DoubleValue(5e7));
                }
            },
            [](C& c, Wire& w) {
                const auto full = w.tracker->GetFailed(TaskFailure::DEVICE_QUEUE);
                c.Expect(full == w.tracker->GetFailed() && full > 10, "too many");
            }));
        AddTestCase(new C(
            "time-out",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->SetAttribute("TaskTimeout", TimeValue(MilliSeconds(60)));
                }
            },
            [](C& c, Wire& w) {
                c.Expect(w.tracker->GetFailed(TaskFailure::TIMEOUT) == w.tracker->GetFailed(),
                         "time-outs only");
                c.Expect(w.tracker->GetFailed() > 0, "some");
            }));
        AddTestCase(new C(
            "deadline shorter than possible, abandoned",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->SetAttribute("AbandonAtDeadline", BooleanValue(true));
                    client->GetWorkload()->SetAttribute("Deadline", TimeValue(MilliSeconds(5)));
                }
            },
            [](C& c, Wire& w) {
                c.Expect(w.tracker->GetFailed(TaskFailure::DEADLINE) == 100, "all abandoned");
                const auto s = w.tracker->Summarize();
                c.Expect(s.deadlineMisses == 100 && s.withDeadline == 100, "all missed");
                // 5 ms of the head at 1 W were spent on each
                c.Expect(std::abs(s.failedEnergyJ - 0.5) < 1e-6, "their energy is accounted");
            }));
        AddTestCase(new C(
            "deadline shorter than possible, completed late",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->GetWorkload()->SetAttribute("Deadline", TimeValue(MilliSeconds(5)));
                }
            },
            [=](C& c, Wire& w) {
                allDone(c, w);
                c.Expect(w.tracker->Summarize().deadlineMisses == 100, "all missed");
            }));
        AddTestCase(new C(
            "clients stop in the middle",
            [](Wire& w) {
                w.Periodic(MilliSeconds(1), 20); // all tasks are open when the first stop comes
                for (std::size_t u = 0; u < w.clients.size(); ++u)
                {
                    w.clients[u]->SetStopTime(MilliSeconds(60 + 100 * u));
                }
            },
            [](C& c, Wire& w) {
                const auto stopped = w.tracker->GetFailed(TaskFailure::CLIENT_STOPPED);
                c.Expect(stopped == w.tracker->GetFailed() && stopped > 20, "stopped");
            }));
        AddTestCase(new C(
            "tasks cancelled at every stage",
            [](Wire& w) {
                for (uint32_t u = 0; u < 5; ++u)
                {
                    for (uint32_t t = 0; t < 20; t += 2)
                    {
                        Simulator::Schedule(MilliSeconds(10 + u + 200 * t + 7 * t + 2 * u),
                                            &SplitInferenceClient::CancelTask,
                                            w.clients[u],
                                            t);
                    }
                }
            },
            [](C& c, Wire& w) {
                const auto cancelled = w.tracker->GetFailed(TaskFailure::CANCELLED);
                c.Expect(cancelled == w.tracker->GetFailed() && cancelled > 10, "cancelled");
                std::set<TaskStage> stages;
                for (const auto& r : w.tracker->GetRecords())
                {
                    stages.insert(r.stage);
                }
                c.Expect(stages.size() >= 4, "in several stages");
            }));
        AddTestCase(new C(
            "10 times overload",
            [](Wire& w) { w.server->GetComputer()->SetAttribute("Units", DoubleValue(0.01)); },
            allDone));
        AddTestCase(new C(
            "empty batteries",
            [](Wire& w) {
                for (uint32_t u = 0; u < 5; ++u)
                {
                    auto source = CreateObject<BasicEnergySource>();
                    source->SetNode(w.nodes.Get(u + 1));
                    source->SetInitialEnergy(0.1 + 0.05 * u); // 20 mJ a task
                    source->SetEnergyUpdateInterval(MilliSeconds(1));
                    auto model = CreateObject<ComputeEnergyModel>();
                    model->SetEnergySource(source);
                    source->AppendDeviceEnergyModel(model);
                    w.nodes.Get(u + 1)->AggregateObject(source);
                    w.clients[u]->GetProcessor()->SetEnergyModel(model);
                }
            },
            [](C& c, Wire& w) {
                const auto empty = w.tracker->GetFailed(TaskFailure::BATTERY);
                c.Expect(empty == w.tracker->GetFailed() && empty > 30, "battery");
                c.Expect(w.tracker->GetCompleted() > 10, "as long as it lasts");
            }));
    }
};

TasksTestSuite g_tasksTestSuite; //!< the suite

} // namespace
