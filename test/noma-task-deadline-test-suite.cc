/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-deadline.h"
#include "ns3/pointer.h"

#include <cmath>
#include <map>
#include <memory>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// What an allocator was shown of a user.
struct Seen
{
    double time;  //!< when (s)
    User user;    //!< the user, without its options
    double flops; //!< work on the device at the last option
};

/// An allocator of one's own: offloads everything and remembers what it was shown.
class WatchingAllocator : public Allocator
{
  public:
    /// @param seen filled
    explicit WatchingAllocator(std::vector<Seen>& seen)
        : m_seen(seen),
          m_edgeOnly(CreateAllocator("edge-only"))
    {
    }

    std::string GetName() const override
    {
        return "watching";
    }

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override
    {
        m_seen.push_back({Simulator::Now().GetSeconds(),
                          instance.users.front(),
                          instance.users.front().options.back().deviceFlops});
        return m_edgeOnly->Allocate(instance, options);
    }

    std::vector<Seen>& m_seen;             //!< filled
    std::unique_ptr<Allocator> m_edgeOnly; //!< decides
};

/// A slot rule of one's own: lowest user first, and remembers prices.
class WatchingRule : public SlotRule
{
  public:
    std::map<double, SlotUser> seen; //!< user 0 by time of the slot (s)

  private:
    void DoAssign(const SlotSnapshot& s,
                  SlotChannel& /* channel */,
                  const std::vector<SlotUser>& users,
                  uint32_t /* k */,
                  Direction d,
                  std::vector<Grant>& grants) override
    {
        seen[s.slot * s.slotSeconds] = users[0];
        if (IsWaiting(s, users, 0, d))
        {
            Grant grant;
            grant.direction = d;
            grant.ap = s.ues[0].ap;
            grant.powerW = s.ues[0].maxPowerW[d];
            grants.push_back(grant);
        }
    }
};

/**
 * @ingroup noma-test
 * What is left of a deadline reaches allocators and slot rules; records have what it cost.
 */
class TaskDeadlineTestCase : public TestCase
{
  public:
    TaskDeadlineTestCase()
        : TestCase("deadline of a task under way")
    {
    }

  private:
    void DoRun() override
    {
        Scene scene(1, 1);
        std::vector<Seen> seen;
        auto rule = CreateObject<WatchingRule>();
        scene.inference.SetModel("nin-cifar10");
        scene.inference.SetControllerAttribute("SlotRule", PointerValue(rule));
        scene.inference.SetControllerAttribute("ControlPeriod", UintegerValue(1));
        scene.inference.SetClientAttribute("DelayWeight", DoubleValue(0.4));
        scene.inference.SetClientAttribute("DeadlineWeight", DoubleValue(3));
        scene.inference.SetClientAttribute("DeadlineSoftness", DoubleValue(0.25));
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "MaxTasks",
                                    UintegerValue(1),
                                    "Deadline",
                                    TimeValue(MilliSeconds(120)),
                                    "Offset",
                                    TimeValue(MilliSeconds(53)));
        scene.Install();
        scene.inference.GetController()->SetAllocator(std::make_unique<WatchingAllocator>(seen));
        Scene::Run(Seconds(20));

        const auto& records = scene.inference.GetTracker()->GetRecords();
        NS_TEST_ASSERT_MSG_EQ(records.size(), 1, "one task");
        const TaskRecord& r = records[0];
        NS_TEST_ASSERT_MSG_GT(seen.size(), 2, "decisions while it was under way");
        while (seen.back().time >= r.closed.GetSeconds())
        {
            seen.pop_back(); // confirmations are other traffic
        }
        for (const Seen& s : seen)
        {
            NOMA_TEST_EXPECT_NEAR(s.user.deadlineSeconds, 0.173 - s.time, 1e-9, "what is left");
            NOMA_TEST_EXPECT_CLOSE(s.user.deadlineScale, 0.03, 1e-12, "does not shrink");
            NS_TEST_EXPECT_MSG_EQ(s.user.wQ, 3, "weight");
        }
        NS_TEST_EXPECT_MSG_LT(seen.back().user.deadlineSeconds,
                              seen.front().user.deadlineSeconds,
                              "time goes by");
        const double z = (r.Delay().GetSeconds() - 0.12) / 0.03;
        const double cost = 3 / (1 + std::exp(-z));
        NOMA_TEST_EXPECT_CLOSE(r.DeadlineCost(), cost, 1e-9, "cost of the deadline");
        NOMA_TEST_EXPECT_CLOSE(r.Utility(),
                               0.4 * r.Delay().GetSeconds() / r.delayScale +
                                   0.6 * r.energy.Total() / r.energyScale + cost,
                               1e-9,
                               "utility");
        // the price in a slot is that of the delay planned by the decision of the slot before
        uint32_t priced = 0;
        for (const auto& [time, user] : rule->seen)
        {
            if (time <= r.chosen.GetSeconds() || time >= r.closed.GetSeconds())
            {
                continue;
            }
            User u;
            u.wT = 0.4;
            u.wE = 0.6;
            u.delayScale = r.delayScale;
            u.wQ = 3;
            u.deadlineSeconds = 0.173 - time;
            u.deadlineScale = 0.03;
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(user.expectedSeconds), true, "planned");
            NOMA_TEST_EXPECT_CLOSE(user.delayPrice,
                                   DelayPrice(u, user.expectedSeconds),
                                   1e-6,
                                   "price at " << time);
            ++priced;
        }
        NS_TEST_EXPECT_MSG_GT(priced, 0, "slots with a price");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * ECC-NOMA misses fewer deadlines if they count.
 */
class DeadlinesCountTestCase : public TestCase
{
  public:
    DeadlinesCountTestCase()
        : TestCase("deadlines that count are missed less")
    {
    }

  private:
    /// @returns deadlines missed @param weight wQ
    static uint64_t Missed(double weight)
    {
        Scene scene(1, 6);
        scene.inference.SetModel("nin-cifar10");
        scene.inference.SetControllerAttribute("Allocator", StringValue("ecc-noma"));
        scene.inference.SetControllerAttribute("ControlPeriod", UintegerValue(1));
        scene.inference.SetControllerAttribute("MaximumPower", BooleanValue(false));
        // energy is what counts, and the edge takes ten times the device's
        scene.inference.SetClientAttribute("DelayWeight", DoubleValue(0.02));
        scene.inference.SetClientAttribute("DeadlineWeight", DoubleValue(weight));
        scene.inference.SetEdgeAttribute("Kappa", DoubleValue(1e-28));
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "MaxTasks",
                                    UintegerValue(2),
                                    "Interval",
                                    TimeValue(Seconds(2)),
                                    "Deadline",
                                    TimeValue(MilliSeconds(300)));
        scene.Install();
        Scene::Run(Seconds(20));
        const TaskSummary summary = scene.inference.GetTracker()->Summarize();
        Simulator::Destroy();
        return summary.completed == 12 && summary.withDeadline == 12 ? summary.deadlineMisses
                                                                     : 1000;
    }

    void DoRun() override
    {
        const uint64_t without = Missed(0);
        const uint64_t with = Missed(50);
        NS_TEST_EXPECT_MSG_EQ(without, 12, "energy alone keeps everything on the slow device");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(with, 2, "offloaded in time");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class TaskDeadlineTestSuite : public TestSuite
{
  public:
    TaskDeadlineTestSuite()
        : TestSuite("noma-task-deadline", Type::UNIT)
    {
        AddTestCase(new TaskDeadlineTestCase);
        AddTestCase(new DeadlinesCountTestCase);
    }
};

TaskDeadlineTestSuite g_taskDeadlineTestSuite; //!< registration

} // namespace
