/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-net-device.h"
#include "ns3/noma-split-inference-server.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <functional>
#include <string>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Several cells and users with fading under every slot rule: every task is accounted for, most are
 * done, and the network lost no bit silently.
 */
class CellsTestCase : public TestCase
{
  public:
    /// Changes a scene before it is installed and after.
    using Change = std::function<void(Scene&)>;
    /// Looks at it afterwards.
    using Verify = std::function<void(CellsTestCase&, Scene&)>;

    /// @param name what happens @param before change before installation
    /// @param after change after it @param verify what is expected
    CellsTestCase(const std::string& name, Change before, Change after, Verify verify)
        : TestCase("cells: " + name),
          m_before(std::move(before)),
          m_after(std::move(after)),
          m_verify(std::move(verify))
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
        Scene scene(2, 4);
        scene.inference.SetModel("small",
                                 {{0.0, 8e7, 400000, 8000},
                                  {2e7, 6e7, 300000, 8000},
                                  {5e7, 3e7, 100000, 8000},
                                  {8e7, 0.0, 0, 0}});
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "Interval",
                                    TimeValue(MilliSeconds(500)),
                                    "MaxTasks",
                                    UintegerValue(10));
        m_before(scene);
        scene.Install();
        m_after(scene);
        auto tracker = scene.inference.GetTracker();
        auto network = scene.noma.GetNetwork();
        for (int k = 1; k < 60; ++k)
        {
            Simulator::Schedule(MilliSeconds(103 * k), [this, tracker, network] {
                NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "during the run");
                NS_TEST_EXPECT_MSG_EQ(network->CheckConservation(), "", "bits during the run");
            });
        }
        Scene::Run(Seconds(100));
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "at the end");
        NS_TEST_EXPECT_MSG_EQ(network->CheckConservation(), "", "bits at the end");
        NS_TEST_EXPECT_MSG_EQ(
            (tracker->GetCreated() == 80 || tracker->GetFailed(TaskFailure::CLIENT_STOPPED) > 0),
            true,
            "created");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetInFlight(), 0, "nothing in flight at the end");
        m_verify(*this, scene);
        Simulator::Destroy();
    }

    Change m_before; //!< before installation
    Change m_after;  //!< after installation
    Verify m_verify; //!< what is expected
};

/**
 * @ingroup noma-test
 * The suite.
 */
class SplitInferenceCellsTestSuite : public TestSuite
{
  public:
    SplitInferenceCellsTestSuite()
        : TestSuite("noma-split-inference-cells", Type::SYSTEM)
    {
        using C = CellsTestCase;
        const auto none = [](Scene&) {};
        const auto all = [](C& c, Scene& s) {
            c.Expect(s.inference.GetTracker()->GetCompleted() == 80, "all complete");
        };
        for (const std::string rule :
             {"CreditRule", "ProportionalFairRule", "SmithRule", "LiGdSlotRule"})
        {
            AddTestCase(new C(
                rule,
                [rule](Scene& s) {
                    s.inference.SetControllerAttribute("SlotRule",
                                                       StringValue("ns3::noma::" + rule));
                },
                none,
                all));
        }
        for (const std::string name :
             {"ecc-noma", "ecc-oma", "neurosurgeon", "dnn-surgeon", "device-only", "iao"})
        {
            AddTestCase(new C(
                name,
                [name](Scene& s) {
                    s.inference.SetControllerAttribute("Allocator", StringValue(name));
                    s.inference.SetControllerAttribute("MaximumPower", BooleanValue(false));
                },
                none,
                all));
        }
        AddTestCase(new C(
            "queue-aware splits",
            [](Scene& s) {
                s.inference.SetControllerAttribute("SplitRule",
                                                   StringValue("ns3::noma::QueueAwareSplitRule"));
                s.inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::SmithRule"));
            },
            none,
            all));
        AddTestCase(new C(
            "TCP",
            [](Scene& s) { s.inference.SetTransport("ns3::noma::TcpClientTransport"); },
            none,
            all));
        AddTestCase(new C(
            "access point switched off",
            none,
            [](Scene& s) {
                auto ap = DynamicCast<NomaApNetDevice>(s.aps.Get(0));
                Simulator::Schedule(Seconds(1.02), &NomaNetDevice::SetOn, ap, false);
                Simulator::Schedule(Seconds(3.0), &NomaNetDevice::SetOn, ap, true);
            },
            [](C& c, Scene& s) {
                const auto t = s.inference.GetTracker();
                c.Expect(t->GetCompleted() >= 60, "most complete");
            }));
        AddTestCase(new C(
            "server crash",
            none,
            [](Scene& s) {
                auto server = s.inference.GetServer(1);
                Simulator::Schedule(Seconds(1.07), &SplitInferenceServer::Crash, server);
                Simulator::Schedule(Seconds(2.0), &SplitInferenceServer::Restart, server);
            },
            [](C& c, Scene& s) {
                const auto t = s.inference.GetTracker();
                c.Expect(t->GetFailed() == t->GetFailed(TaskFailure::SERVER_LOST), "lost only");
                c.Expect(t->GetCompleted() >= 70, "most complete");
            }));
        AddTestCase(new C(
            "batteries",
            [](Scene& s) {
                s.inference.SetBattery(0.12, MilliSeconds(10));
                s.inference.SetControllerAttribute("Allocator", StringValue("neurosurgeon"));
            },
            none,
            [](C& c, Scene& s) {
                const auto t = s.inference.GetTracker();
                c.Expect(t->GetFailed() == t->GetFailed(TaskFailure::BATTERY), "battery only");
                c.Expect(t->GetFailed() > 0 && t->GetCompleted() > 0, "some of each");
            }));
        AddTestCase(new C(
            "full queues of the links",
            [](Scene& s) { s.noma.SetNetworkAttribute("QueuePackets", UintegerValue(12)); },
            none,
            [=](C& c, Scene& s) {
                all(c, s);
                uint64_t again = 0;
                for (const auto& r : s.inference.GetTracker()->GetRecords())
                {
                    again += r.retransmittedBytes;
                }
                c.Expect(again > 0, "what was dropped went again");
            }));
        AddTestCase(new C(
            "wrong channel estimates and hardly any retransmission",
            [](Scene& s) {
                s.noma.SetNetworkAttribute("RetryLimit", UintegerValue(1));
                s.noma.SetCsiEstimator("ns3::noma::NomaNoisyCsiEstimator",
                                       "ErrorVariance",
                                       DoubleValue(0.1));
            },
            none,
            all));
        AddTestCase(new C(
            "clients stop in the middle",
            none,
            [](Scene& s) {
                for (uint32_t i = 0; i < 8; ++i)
                {
                    s.inference.GetClient(i)->GetWorkload()->SetAttribute(
                        "Interval",
                        TimeValue(MilliSeconds(1)));
                    s.inference.GetClient(i)->SetStopTime(MilliSeconds(40 + 30 * i));
                }
            },
            [](C& c, Scene& s) {
                const auto t = s.inference.GetTracker();
                c.Expect(t->GetFailed() == t->GetFailed(TaskFailure::CLIENT_STOPPED), "stopped");
                c.Expect(t->GetFailed() > 20, "many in the middle");
            }));
        AddTestCase(new C(
            "impossible deadlines and ten times too much work",
            [](Scene& s) {
                s.inference.SetClientAttribute("AbandonAtDeadline", BooleanValue(true));
                s.inference.SetEdgeAttribute("Units", DoubleValue(0.02));
                s.inference.SetProcessorAttribute("ClockHz", DoubleValue(1e7));
                s.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                        "Interval",
                                        TimeValue(MilliSeconds(500)),
                                        "MaxTasks",
                                        UintegerValue(10),
                                        "Deadline",
                                        TimeValue(MilliSeconds(300)));
            },
            none,
            [](C& c, Scene& s) {
                const auto t = s.inference.GetTracker();
                c.Expect(t->GetFailed() == t->GetFailed(TaskFailure::DEADLINE), "deadline only");
                c.Expect(t->GetFailed() > 40, "most of them");
            }));
    }
};

SplitInferenceCellsTestSuite g_splitInferenceCellsTestSuite; //!< the suite

} // namespace
