/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/noma-udp-client-transport.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * One user, one task: with perfect CSI and no fading every stage takes the time and the energy the
 * model says, up to two slots per radio stage, for every cut of a chain and of a DAG.
 */
class LightLoadTestCase : public TestCase
{
  public:
    /// @param model built-in model @param input its size @param allocator name
    /// @param rule TypeId name of the slot rule
    LightLoadTestCase(const std::string& model,
                      uint32_t input,
                      const std::string& allocator,
                      const std::string& rule)
        : TestCase("light load, every cut of " + model + " under " + allocator),
          m_model(model),
          m_input(input),
          m_allocator(allocator),
          m_rule(rule)
    {
    }

  private:
    void DoRun() override
    {
        uint32_t cuts = 1;
        for (uint32_t cut = 0; cut < cuts; ++cut)
        {
            Scene scene(1, 1);
            scene.noma.SetFading("ns3::noma::NomaNoFadingModel");
            scene.inference.SetModel(m_model, m_input);
            scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                        "MaxTasks",
                                        UintegerValue(1),
                                        "Offset",
                                        TimeValue(MilliSeconds(53)));
            // one answer about the tensors and no more
            scene.inference.SetTransport("ns3::noma::UdpClientTransport",
                                         "WindowBytes",
                                         UintegerValue(1u << 26));
            scene.inference.SetClientAttribute("Cut", UintegerValue(cut));
            scene.inference.SetControllerAttribute("MaxUnits", DoubleValue(1));
            scene.inference.SetControllerAttribute("Allocator", StringValue(m_allocator));
            scene.inference.SetControllerAttribute("SlotRule", StringValue(m_rule));
            // the formulas want the same power in every slot
            scene.inference.SetControllerAttribute("WarmStart",
                                                   BooleanValue(m_allocator != "li-gd"));
            scene.inference.SetControllerAttribute("MaximumPower",
                                                   BooleanValue(m_allocator == "edge-only"));
            scene.Install();
            auto client = scene.inference.GetClient(0);
            cuts = static_cast<uint32_t>(client->GetOptions().size());
            scene.noma.GetNetwork()->TraceConnectWithoutContext(
                "Block",
                MakeCallback(&LightLoadTestCase::OnBlock, this));
            m_rate = PerDirection<double>();
            Scene::Run(Seconds(600));
            Check(scene, cut);
            Simulator::Destroy();
        }
        NS_TEST_EXPECT_MSG_GT(cuts, 8, "there are cuts to try");
    }

    /// Keeps the rate, which does not change but for the rest of a tensor. @param o a block
    void OnBlock(const GrantOutcome& o)
    {
        if (o.grant.rateBps > m_rate[o.grant.direction])
        {
            m_rate[o.grant.direction] = o.grant.rateBps;
            m_power[o.grant.direction] = o.grant.powerW;
        }
        NS_TEST_EXPECT_MSG_EQ(o.decoded, true, "scheduled rates are decodable");
    }

    /// @param scene after its run @param cut of its task
    void Check(Scene& scene, uint32_t cut)
    {
        const auto& records = scene.inference.GetTracker()->GetRecords();
        const std::string what = m_model + ", cut " + std::to_string(cut);
        NS_TEST_ASSERT_MSG_EQ(records.size(), 1, what);
        NS_TEST_EXPECT_MSG_EQ(scene.inference.GetTracker()->Check(), "", what);
        const TaskRecord& r = records.front();
        NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, what);
        auto client = scene.inference.GetClient(0);
        const CutOption o = client->GetOptions()[cut];
        const Stages delay = r.DelayByStage();
        NOMA_TEST_EXPECT_NEAR(delay.device, o.deviceFlops / 1e9, 1e-6, what);
        NOMA_TEST_EXPECT_NEAR(delay.edge, o.edgeFlops / 1e10, 1e-6, what);
        NOMA_TEST_EXPECT_NEAR(r.energy.device, o.deviceFlops * 1e-9, 1e-9, what);
        // kappa * clock^2 = 1e-9
        NOMA_TEST_EXPECT_NEAR(r.energy.edge, o.edgeFlops * 1e-9, 1e-9, what);
        if (IsDeviceOnly(o))
        {
            NS_TEST_EXPECT_MSG_EQ(r.energy.up + r.energy.down, 0, what << ": no radio");
            return;
        }
        const double slot = 0.01;
        const auto bits = [&client](double payload) {
            return 8.0 * static_cast<double>(client->GetTransport()->GetWireBytes(
                             static_cast<uint64_t>(payload / 8)));
        };
        const double up = bits(o.upBits) / m_rate.up;
        const double down = bits(o.downBits) / m_rate.down;
        // 1 % for the headers of the layers below
        NS_TEST_EXPECT_MSG_GT(delay.up, up, what);
        NS_TEST_EXPECT_MSG_LT(delay.up, 1.01 * up + 2 * slot, what);
        NS_TEST_EXPECT_MSG_GT(delay.down, down, what);
        NS_TEST_EXPECT_MSG_LT(delay.down, 1.01 * down + 2 * slot, what);
        NOMA_TEST_EXPECT_NEAR(r.energy.up,
                              m_power.up * up,
                              m_power.up * (0.01 * up + 2 * slot),
                              what);
        NOMA_TEST_EXPECT_NEAR(r.energy.down,
                              m_power.down * down,
                              m_power.down * (0.01 * down + 2 * slot),
                              what);
    }

    std::string m_model;          //!< model
    uint32_t m_input;             //!< its input
    std::string m_allocator;      //!< allocator
    std::string m_rule;           //!< slot rule
    PerDirection<double> m_rate;  //!< scheduled rate
    PerDirection<double> m_power; //!< power
};

/**
 * @ingroup noma-test
 * Datagrams of a user with inference and of one without arrive beside everybody's tensors, under
 * every slot rule.
 */
class OtherTrafficTestCase : public TestCase
{
  public:
    OtherTrafficTestCase()
        : TestCase("other traffic beside inference")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string rule :
             {"RoundRobinRule", "CreditRule", "ProportionalFairRule", "SmithRule", "LiGdSlotRule"})
        {
            Scene scene(1, 5);
            scene.inference.SetModel("edge", {{0.0, 8e7, 400000, 8000}, {8e7, 0, 0, 0}});
            scene.inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::" + rule));
            scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                        "Interval",
                                        TimeValue(MilliSeconds(100)));
            scene.aps = scene.noma.InstallAp(scene.apNodes);
            scene.ues = scene.noma.InstallUe(scene.ueNodes);
            InternetStackHelper internet;
            internet.Install(scene.ueNodes);
            NetDeviceContainer some;
            for (uint32_t i = 0; i < 4; ++i)
            {
                some.Add(scene.ues.Get(i));
            }
            scene.inference.Install(scene.noma, some, scene.aps);
            Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0", "0.0.1.1");
            addresses.Assign(NetDeviceContainer(scene.ues.Get(4)));
            const auto local = InetSocketAddress(Ipv4Address::GetAny(), 9);
            auto sink = Socket::CreateSocket(scene.apNodes.Get(0), UdpSocketFactory::GetTypeId());
            sink->Bind(local);
            uint32_t received = 0;
            m_received = &received;
            sink->SetRecvCallback(MakeCallback(&OtherTrafficTestCase::Receive, this));
            const auto to = InetSocketAddress(Ipv4Address("10.0.0.1"), 9);
            for (uint32_t i : {0u, 4u})
            {
                auto source =
                    Socket::CreateSocket(scene.ueNodes.Get(i), UdpSocketFactory::GetTypeId());
                source->Bind();
                for (int k = 0; k < 200; ++k)
                {
                    Simulator::Schedule(MilliSeconds(100 + 20 * k), [source, to] {
                        source->SendTo(Create<Packet>(500), 0, to);
                    });
                }
            }
            Scene::Run(Seconds(6));
            NS_TEST_EXPECT_MSG_EQ(received, 400, rule << ": datagrams");
            const auto tracker = scene.inference.GetTracker();
            NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", rule);
            NS_TEST_EXPECT_MSG_GT(tracker->GetCompleted(), 4 * 50, rule << ": tasks as well");
            Simulator::Destroy();
        }
    }

    /// @param socket has datagrams
    void Receive(Ptr<Socket> socket)
    {
        while (socket->Recv())
        {
            ++*m_received;
        }
    }

    uint32_t* m_received{nullptr}; //!< datagrams
};

/**
 * @ingroup noma-test
 * A user's weight changed during the run changes the cut of its next task.
 */
class WeightTestCase : public TestCase
{
  public:
    WeightTestCase()
        : TestCase("weights changed during the run")
    {
    }

  private:
    void DoRun() override
    {
        Scene scene(1, 1);
        scene.noma.SetFading("ns3::noma::NomaNoFadingModel");
        // the device: 0.08 s and 0.08 J; the edge: later, at next to no energy
        scene.inference.SetModel("two", {{0.0, 8e7, 4e6, 8000}, {8e7, 0, 0, 0}});
        scene.inference.SetEdgeAttribute("Kappa", DoubleValue(1e-33));
        scene.inference.SetControllerAttribute("Allocator", StringValue("ecc-noma"));
        scene.inference.SetControllerAttribute("MaximumPower", BooleanValue(false));
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "Interval",
                                    TimeValue(Seconds(1)),
                                    "MaxTasks",
                                    UintegerValue(4));
        scene.inference.SetClientAttribute("DelayWeight", DoubleValue(1.0));
        scene.Install();
        auto client = scene.inference.GetClient(0);
        Simulator::Schedule(Seconds(1.5), &SplitInferenceClient::SetDelayWeight, client, 0.01);
        Scene::Run(Seconds(30));
        std::vector<uint32_t> cuts;
        for (const auto& r : scene.inference.GetTracker()->GetRecords())
        {
            cuts.push_back(r.cut);
        }
        const std::vector<uint32_t> expected{1, 1, 0, 0};
        NS_TEST_EXPECT_MSG_EQ((cuts == expected), true, "delay first, then energy");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The same seed gives the same bytes, another one others.
 */
class SameBytesTestCase : public TestCase
{
  public:
    SameBytesTestCase()
        : TestCase("same seed, same bytes, over the radio")
    {
    }

  private:
    void DoRun() override
    {
        const std::string first = Csv(1);
        NS_TEST_EXPECT_MSG_EQ((first == Csv(1)), true, "same run");
        NS_TEST_EXPECT_MSG_EQ((first == Csv(2)), false, "another run");
        RngSeedManager::SetRun(1);
    }

    /// @returns records of a run @param run number
    static std::string Csv(uint64_t run)
    {
        RngSeedManager::SetRun(run);
        Scene scene(2, 3);
        scene.inference.SetModel(
            "small",
            {{0.0, 8e7, 400000, 8000}, {5e7, 3e7, 100000, 8000}, {8e7, 0, 0, 0}});
        scene.inference.SetControllerAttribute("Allocator", StringValue("ecc-noma"));
        scene.inference.SetControllerAttribute("MaximumPower", BooleanValue(false));
        scene.inference.SetWorkload("ns3::noma::PoissonWorkload", "Rate", DoubleValue(2));
        scene.Install();
        Scene::Run(Seconds(5));
        std::ostringstream os;
        scene.inference.GetTracker()->WriteCsv(os);
        Simulator::Destroy();
        return os.str();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class SplitInferenceTestSuite : public TestSuite
{
  public:
    SplitInferenceTestSuite()
        : TestSuite("noma-split-inference", Type::SYSTEM)
    {
        AddTestCase(new LightLoadTestCase("nin-cifar10", 0, "edge-only", "ns3::noma::CreditRule"));
        AddTestCase(new LightLoadTestCase("alexnet", 0, "edge-only", "ns3::noma::CreditRule"));
        AddTestCase(new LightLoadTestCase("nin-cifar10", 0, "li-gd", "ns3::noma::CreditRule"));
        AddTestCase(new LightLoadTestCase("nin-cifar10", 0, "ecc-noma", "ns3::noma::LiGdSlotRule"));
        AddTestCase(new OtherTrafficTestCase);
        AddTestCase(new WeightTestCase);
        AddTestCase(new SameBytesTestCase);
    }
};

SplitInferenceTestSuite g_splitInferenceTestSuite; //!< the suite

} // namespace
