/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/constant-velocity-mobility-model.h"
#include "ns3/enum.h"
#include "ns3/noma-allocator.h"
#include "ns3/noma-backhaul-helper.h"
#include "ns3/point-to-point-helper.h"

#include <map>
#include <set>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Cells with wires of some delay to a node in the core.
struct WiredScene : public Scene
{
    Ptr<Node> core;                 //!< node in the core
    BackhaulHelper backhaul;        //!< wires
    std::vector<uint64_t> upBytes;  //!< bytes towards the core, by access point
    std::vector<uint64_t> outBytes; //!< bytes from the core, by access point

    /// @param cells number @param perCell users of each @param delay of a wire
    WiredScene(uint32_t cells, uint32_t perCell, Time delay)
        : Scene(cells, perCell),
          core(CreateObject<Node>()),
          backhaul(core),
          upBytes(cells, 0),
          outBytes(cells, 0)
    {
        PointToPointHelper wire;
        wire.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
        wire.SetChannelAttribute("Delay", TimeValue(delay));
        for (uint32_t n = 0; n < cells; ++n)
        {
            const auto devices = wire.Install(apNodes.Get(n), core);
            backhaul.Connect(devices.Get(0));
            devices.Get(0)->TraceConnectWithoutContext("MacTx",
                                                       MakeBoundCallback(&Count, &upBytes[n]));
            devices.Get(1)->TraceConnectWithoutContext("MacTx",
                                                       MakeBoundCallback(&Count, &outBytes[n]));
        }
    }

    /// Counts bytes. @param bytes sum @param packet packet
    static void Count(uint64_t* bytes, Ptr<const Packet> packet)
    {
        *bytes += packet->GetSize();
    }

    /// @returns all servers there are
    std::set<Ptr<SplitInferenceServer>> Servers() const
    {
        std::set<Ptr<SplitInferenceServer>> all;
        for (uint32_t n = 0; n < aps.GetN(); ++n)
        {
            all.insert(inference.GetServer(n));
        }
        if (inference.GetCoreServer())
        {
            all.insert(inference.GetCoreServer());
        }
        return all;
    }

    /// @returns energy of all servers on tails (J)
    double ServerEnergyJ() const
    {
        double joules = 0;
        for (const auto& server : Servers())
        {
            joules += server->GetComputer()->GetEnergyJ();
        }
        return joules;
    }

    /// @returns sum over all servers of what they sent to others
    ForwardCounters Forwarded() const
    {
        ForwardCounters sum;
        for (const auto& server : Servers())
        {
            const ForwardCounters& c = server->GetForwarded();
            sum.forwarded += c.forwarded;
            sum.stateBytes += c.stateBytes;
            sum.returned += c.returned;
            sum.resultBytes += c.resultBytes;
            sum.failed += c.failed;
            sum.cancelled += c.cancelled;
        }
        return sum;
    }

    /// @returns energy of the edge in the records (J)
    double RecordedEnergyJ() const
    {
        double joules = 0;
        for (const TaskRecord& r : inference.GetTracker()->GetRecords())
        {
            joules += r.energy.edge;
        }
        return joules;
    }
};

/// Runs any allocator and looks at the units it was given.
class UnitsProbe : public Allocator
{
  public:
    /// @param most greatest sum of units of all servers of an instance
    explicit UnitsProbe(double* most)
        : m_most(most)
    {
    }

    std::string GetName() const override
    {
        return "units-probe";
    }

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override
    {
        double units = 0;
        for (const EdgeServer& edge : instance.edges)
        {
            units += edge.units;
        }
        *m_most = std::max(*m_most, units);
        return CreateAllocator("edge-only")->Allocate(instance, options);
    }

    double* m_most; //!< see the constructor
};

/**
 * @ingroup noma-test
 * One server in the core serves all access points: tails run there and nowhere else, the wires
 * carry the tensors and their delay is in the records.
 */
class CoreServerTestCase : public TestCase
{
  public:
    CoreServerTestCase()
        : TestCase("a server in the core behind wires")
    {
    }

  private:
    /// Runs. @param delay of a wire @returns records in order of user and task
    std::map<std::pair<uint32_t, uint32_t>, TaskRecord> RunTasks(Time delay)
    {
        WiredScene scene(3, 2, delay);
        double most = 0;
        scene.inference.SetModel("nin-cifar10");
        scene.inference.SetCore(scene.backhaul, CoreRole::EDGE);
        scene.inference.SetEdgeAttribute("Units", DoubleValue(4));
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "Interval",
                                    TimeValue(Seconds(1)),
                                    "MaxTasks",
                                    UintegerValue(4));
        scene.Install();
        scene.inference.GetController()->SetAllocator(std::make_unique<UnitsProbe>(&most));
        Scene::Run(Seconds(10));
        const auto tracker = scene.inference.GetTracker();
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "conservation");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetCompleted(), 24, "all tasks");
        NS_TEST_EXPECT_MSG_EQ(scene.Servers().size(), 1, "one server");
        NS_TEST_EXPECT_MSG_EQ(scene.inference.GetServer(2)->GetNode(), scene.core, "in the core");
        NOMA_TEST_EXPECT_CLOSE(scene.ServerEnergyJ(), scene.RecordedEnergyJ(), 1e-9, "joules");
        NS_TEST_EXPECT_MSG_EQ((most <= 4 + 1e-6 && most > 1),
                              true,
                              "its units are shared: " << most);
        std::map<std::pair<uint32_t, uint32_t>, TaskRecord> records;
        std::vector<double> tensors(3, 0);
        for (const TaskRecord& r : tracker->GetRecords())
        {
            records[{r.user, r.task}] = r;
            tensors[r.user % 3] += r.option.upBits / 8;
        }
        for (std::size_t n = 0; n < tensors.size(); ++n)
        {
            const auto up = static_cast<double>(scene.upBytes[n]);
            NS_TEST_EXPECT_MSG_GT(up,
                                  tensors[n],
                                  "the wire of " << n << " carries its users' tensors");
            NS_TEST_EXPECT_MSG_LT(up, 1.6 * tensors[n], "and no others'");
            NS_TEST_EXPECT_MSG_GT(scene.outBytes[n], 0, "results come back the same way");
        }
        Simulator::Destroy();
        return records;
    }

    void DoRun() override
    {
        const auto near = RunTasks(MilliSeconds(1));
        const auto far = RunTasks(MilliSeconds(101));
        NS_TEST_ASSERT_MSG_EQ(near.size(), far.size(), "the same tasks");
        double up = 0;
        double down = 0;
        for (const auto& [key, r] : near)
        {
            up += (far.at(key).upEnd - far.at(key).deviceEnd - r.upEnd + r.deviceEnd).GetSeconds();
            down += (far.at(key).closed - far.at(key).edgeEnd - r.closed + r.edgeEnd).GetSeconds();
        }
        // slots quantise; windows and status questions may wait for the wire more than once
        const double n = static_cast<double>(near.size());
        NS_TEST_EXPECT_MSG_GT(up / n, 0.09, "a wire's delay up");
        NS_TEST_EXPECT_MSG_LT(up / n, 0.4, "a wire's delay up");
        NOMA_TEST_EXPECT_NEAR(down / n, 0.1, 0.02, "a wire's delay down");
    }
};

/**
 * @ingroup noma-test
 * A full edge sends tails on to the cloud, by policy; each task's energy and time is that of
 * where it ran.
 */
class CloudTestCase : public TestCase
{
  public:
    CloudTestCase()
        : TestCase("a cloud takes tails when the edge is full")
    {
    }

  private:
    /// Runs. @param policy policy @param transport type of transport @param most work the cloud
    /// takes (FLOP) @returns tails sent on, tasks completed, tasks turned down
    std::array<uint64_t, 3> RunTasks(SplitInferenceServer::CloudPolicy policy,
                                     const std::string& transport,
                                     double most = 1e15)
    {
        WiredScene scene(2, 4, MilliSeconds(30));
        scene.inference.SetModel("nin-cifar10");
        scene.inference.SetTransport(transport);
        scene.inference.SetCore(scene.backhaul, CoreRole::CLOUD);
        scene.inference.SetServerAttribute("MaxQueue", UintegerValue(1));
        scene.inference.SetServerAttribute("CloudPolicy", EnumValue(policy));
        scene.inference.SetEdgeAttribute("Units", DoubleValue(1));
        scene.inference.SetEdgeAttribute("ClockHz", DoubleValue(5e8));
        scene.inference.SetCloudAttribute("Units", DoubleValue(100));
        scene.inference.SetCloudAttribute("ClockHz", DoubleValue(1e11));
        scene.inference.SetCloudAttribute("Kappa", DoubleValue(1e-32));
        scene.inference.SetWorkload("ns3::noma::PoissonWorkload",
                                    "Rate",
                                    DoubleValue(1),
                                    "MaxTasks",
                                    UintegerValue(5));
        scene.Install();
        scene.inference.GetCoreServer()->SetAttribute("MaxTaskFlops", DoubleValue(most));
        Scene::Run(Seconds(60));
        const auto tracker = scene.inference.GetTracker();
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "conservation");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetCreated(), 40, "tasks");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetInFlight(), 0, "nothing is left");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetCompleted() +
                                  tracker->GetFailed(TaskFailure::SERVER_QUEUE),
                              40,
                              "one reason alone");
        NOMA_TEST_EXPECT_CLOSE(scene.ServerEnergyJ(), scene.RecordedEnergyJ(), 1e-9, "joules");
        const ForwardCounters sent = scene.Forwarded();
        NS_TEST_EXPECT_MSG_EQ(sent.forwarded,
                              sent.returned + sent.failed + sent.cancelled,
                              "tails");
        NS_TEST_EXPECT_MSG_EQ(sent.failed, tracker->GetFailed() * (policy != 0), "turned down");
        uint64_t tensors = 0;
        uint64_t wires = 0;
        for (const TaskRecord& r : tracker->GetRecords())
        {
            tensors += static_cast<uint64_t>(r.option.upBits / 8) * (policy == 2);
        }
        for (uint64_t bytes : scene.upBytes)
        {
            wires += bytes;
        }
        NS_TEST_EXPECT_MSG_EQ((sent.stateBytes <= wires), true, "wires carry what is sent on");
        NS_TEST_EXPECT_MSG_EQ((policy != 2 || sent.stateBytes == tensors), true, "all tensors");
        Simulator::Destroy();
        return {sent.forwarded, tracker->GetCompleted(), tracker->GetFailed()};
    }

    void DoRun() override
    {
        using Server = SplitInferenceServer;
        for (const std::string transport :
             {"ns3::noma::UdpClientTransport", "ns3::noma::TcpClientTransport"})
        {
            const auto never = RunTasks(Server::NEVER, transport);
            NS_TEST_EXPECT_MSG_EQ(never[0], 0, "nothing is sent on");
            NS_TEST_EXPECT_MSG_GT(never[2], 3, "a full edge turns tasks down");
            const auto full = RunTasks(Server::WHEN_FULL, transport);
            NS_TEST_EXPECT_MSG_GT(full[0], 3, "tails are sent on");
            NS_TEST_EXPECT_MSG_LT(full[0], 40, "but not all");
            NS_TEST_EXPECT_MSG_EQ(full[1], 40, "no task fails");
            const auto always = RunTasks(Server::ALWAYS, transport);
            NS_TEST_EXPECT_MSG_EQ(always[0], 40, "all are sent on");
            NS_TEST_EXPECT_MSG_EQ(always[1], 40, "no task fails");
            const auto refused = RunTasks(Server::WHEN_FULL, transport, 1);
            NS_TEST_EXPECT_MSG_GT(refused[0], 3, "tails are sent on");
            NS_TEST_EXPECT_MSG_EQ(refused[2], refused[0], "in vain, and their clients know");
        }
    }
};

/**
 * @ingroup noma-test
 * A user walks on to the next cell while its tails wait, run and arrive: they follow, or stay. No
 * task, no bit and no joule is unaccounted.
 */
class FollowTestCase : public TestCase
{
  public:
    FollowTestCase()
        : TestCase("tails follow a user to the next edge, or stay")
    {
    }

  private:
    /// State beside tensors, and the energy of a FLOP at the edge.
    static constexpr uint32_t STATE = 50000;
    static constexpr double JOULES = 1e-29 * 3e8 * 3e8;

    /// Notes a tail that is sent on. @param user user @param task task @param bytes tensors and
    /// state
    void OnForwarded(uint32_t user, uint32_t task, uint64_t /* bytes */)
    {
        m_forwarded.insert({user, task});
    }

    /// Runs. @param policy policy @param wires whether there are wires @param delay of a wire
    /// @returns tails that were sent on
    uint64_t RunTasks(SplitInferenceServer::HandOver policy,
                      bool wires,
                      Time delay = MilliSeconds(5))
    {
        m_forwarded.clear();
        WiredScene scene(3, 0, delay);
        for (uint32_t i = 0; i < 4; ++i)
        {
            auto walk = CreateObject<ConstantVelocityMobilityModel>();
            walk->SetPosition(Vector(i % 2 == 0 ? 60 : 740, 20.0 + 10 * i, 1.5));
            walk->SetVelocity(Vector(i % 2 == 0 ? 60 : -60, 0, 0));
            auto node = CreateObject<Node>();
            node->AggregateObject(walk);
            scene.ueNodes.Add(node);
        }
        scene.inference.SetModel("nin-cifar10");
        if (wires)
        {
            scene.inference.SetCore(scene.backhaul, CoreRole::WIRES);
        }
        scene.inference.SetServerAttribute("OnHandOver", EnumValue(policy));
        scene.inference.SetServerAttribute("StateBytes", UintegerValue(STATE));
        scene.inference.SetEdgeAttribute("Units", DoubleValue(1));
        scene.inference.SetEdgeAttribute("ClockHz", DoubleValue(3e8));
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "Interval",
                                    TimeValue(Seconds(2.3)),
                                    "MaxTasks",
                                    UintegerValue(5));
        scene.Install();
        for (const auto& server : scene.Servers())
        {
            server->TraceConnectWithoutContext("Forwarded",
                                               MakeCallback(&FollowTestCase::OnForwarded, this));
        }
        Scene::Run(Seconds(120));
        const auto tracker = scene.inference.GetTracker();
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "tasks and times are conserved");
        NS_TEST_EXPECT_MSG_EQ(scene.noma.GetNetwork()->CheckConservation(), "", "bits");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetCompleted(), 20, "all tasks");
        double work = 0;
        uint64_t tensors = 0;
        uint64_t results = 0;
        const Time way = wires ? 2 * delay : Time(); // one wire to the core, another from there
        for (const TaskRecord& r : tracker->GetRecords())
        {
            work += r.option.edgeFlops;
            tensors = static_cast<uint64_t>(r.option.upBits / 8); // of each the same
            results = static_cast<uint64_t>(r.option.downBits / 8);
            NOMA_TEST_EXPECT_CLOSE(r.energy.edge, JOULES * r.option.edgeFlops, 1e-6, "its joules");
            // the other server's result comes by the one that the client knows
            const bool moved = m_forwarded.count({r.user, r.task}) > 0;
            NS_TEST_EXPECT_MSG_GT(r.closed - r.edgeEnd, (moved ? way : Time()), "the way back");
            NS_TEST_EXPECT_MSG_GT(r.edgeEnd - r.upEnd, (moved ? way : Time()), "the way there");
        }
        NOMA_TEST_EXPECT_CLOSE(scene.RecordedEnergyJ(), JOULES * work, 1e-6, "no work is lost");
        NOMA_TEST_EXPECT_CLOSE(scene.ServerEnergyJ(), scene.RecordedEnergyJ(), 1e-6, "no joule");
        const ForwardCounters sent = scene.Forwarded();
        NS_TEST_EXPECT_MSG_EQ(sent.forwarded, sent.returned, "each result comes back");
        NS_TEST_EXPECT_MSG_EQ(sent.stateBytes,
                              sent.forwarded * (tensors + STATE),
                              "tensors and state, once each");
        NS_TEST_EXPECT_MSG_EQ(sent.resultBytes, sent.returned * results, "results, once each");
        uint64_t carried = 0;
        for (std::size_t n = 0; n < scene.upBytes.size(); ++n)
        {
            carried += scene.upBytes[n];
        }
        const uint64_t least = sent.stateBytes + sent.resultBytes;
        NS_TEST_EXPECT_MSG_EQ((wires ? carried > least || sent.forwarded == 0 : carried == 0),
                              true,
                              "over the wires, if there are any");
        NS_TEST_EXPECT_MSG_LT(carried, 1.1 * least + 1, "and nothing but that");
        Simulator::Destroy();
        return sent.forwarded;
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(RunTasks(SplitInferenceServer::STAY, true), 0, "they stay");
        NS_TEST_EXPECT_MSG_GT(RunTasks(SplitInferenceServer::FOLLOW, true), 3, "they follow");
        NS_TEST_EXPECT_MSG_GT(RunTasks(SplitInferenceServer::FOLLOW, true, MilliSeconds(80)),
                              3,
                              "over long wires");
        NS_TEST_EXPECT_MSG_GT(RunTasks(SplitInferenceServer::FOLLOW, false),
                              3,
                              "without wires too");
    }

    std::set<std::pair<uint32_t, uint32_t>> m_forwarded; //!< users and tasks that were sent on
};

/**
 * @ingroup noma-test
 * Tails elsewhere.
 */
class BackhaulTestSuite : public TestSuite
{
  public:
    BackhaulTestSuite()
        : TestSuite("noma-backhaul", Type::SYSTEM)
    {
        AddTestCase(new CoreServerTestCase);
        AddTestCase(new CloudTestCase);
        AddTestCase(new FollowTestCase);
    }
};

BackhaulTestSuite g_backhaulTestSuite; //!< registers the suite

} // namespace
