/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-deadline.h"
#include "ns3/noma-served-in-order.h"
#include "ns3/noma-split-rule.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/pointer.h"

#include <numeric>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Users that take turns on one subchannel, by hand.
 */
class ByHandTestCase : public TestCase
{
  public:
    ByHandTestCase()
        : TestCase("turns in order of work per weight, by hand")
    {
    }

  private:
    /// @returns four users that take turns on one subchannel of 1 MHz, at an SNR of 3 with 0.5 W
    static Instance FourUsers()
    {
        Instance i = OneCell(4, 1, 1e6, 6);
        i.maxSuperposed = 1;
        // 1, 2, 3 and 1 s on the air; the last has its data after 4 s and counts a tenth
        const double megabits[] = {2, 4, 6, 2};
        for (uint32_t u = 0; u < 4; ++u)
        {
            User& user = i.users[u];
            user.wT = u == 3 ? 0.1 : 1;
            user.wE = 0.5;
            user.options = {{u == 3 ? 4e9 : 0, 1e8, 1e6 * megabits[u], 0}};
        }
        return i;
    }

    void DoRun() override
    {
        const Instance instance = FourUsers();
        Decision decision;
        for (const double share : {0.1, 0.4, 0.3, 0.2})
        {
            UserDecision u;
            u.units = 1;
            u.link.up = {{{0, share}}, 0.5};
            decision.users.push_back(u);
        }
        const Evaluation order = EvaluateInOrder(instance, decision);
        // the last has the most work per weight: it waits from 4 s until the third ends at 6 s
        const std::vector<double> ends{1, 3, 6, 3};
        const std::vector<double> air{1, 2, 3, 1};
        double gamma = 0;
        for (uint32_t u = 0; u < 4; ++u)
        {
            const UserEvaluation& e = order.users[u];
            NOMA_TEST_EXPECT_CLOSE(e.delay.up, ends[u], 1e-9, "delay of user " << u);
            NOMA_TEST_EXPECT_CLOSE(e.energy.up, 0.5 * air[u], 1e-9, "energy of user " << u);
            NOMA_TEST_EXPECT_CLOSE(e.delay.edge, 0.1, 1e-9, "tail of user " << u);
            const double utility =
                instance.users[u].wT * e.delay.Total() + instance.users[u].wE * e.energy.Total();
            NOMA_TEST_EXPECT_CLOSE(e.utility, utility, 1e-9, "utility of user " << u);
            gamma += utility;
        }
        NOMA_TEST_EXPECT_CLOSE(order.gamma, gamma, 1e-9, "objective");
    }
};

/**
 * @ingroup noma-test
 * Two places of a subchannel, and data that exist only after the head and the tail.
 */
class PlacesTestCase : public TestCase
{
  public:
    PlacesTestCase()
        : TestCase("two places, and results after tails")
    {
    }

  private:
    void DoRun() override
    {
        Instance i = OneCell(3, 2, 2e6, 1);
        i.maxSuperposed = 2;
        i.residual = 1; // whoever is decided second is not helped by cancellation
        for (User& user : i.users)
        {
            user.options = {{0, 5e8, 1e6, 1e6}};
        }
        Decision decision;
        for (uint32_t u = 0; u < 3; ++u)
        {
            UserDecision decided;
            decided.units = 1;
            for (Direction d : DIRECTIONS)
            {
                // two thirds each of two places
                decided.link[d] = {{{0, 2.0 / 3}}, 1};
            }
            decision.users.push_back(decided);
        }
        const Evaluation turns = EvaluateTurns(i, decision);
        const Evaluation order = EvaluateInOrder(i, decision);
        const double up = turns.users[0].delay.up * 2 / 3; // on the air
        NOMA_TEST_EXPECT_CLOSE(order.users[0].delay.up, up, 1e-9, "first place");
        NOMA_TEST_EXPECT_CLOSE(order.users[2].delay.up, 2 * up, 1e-9, "waits for a place");
        // the third's result exists after the other two have gone
        const double down = turns.users[2].delay.down * 2 / 3;
        const double ready = 2 * up + 0.5;
        const double free = up + 0.5 + down;
        NOMA_TEST_EXPECT_CLOSE(order.users[2].delay.down,
                               std::max(0.0, free - ready) + down,
                               1e-9,
                               "result of the last");
    }
};

/**
 * @ingroup noma-test
 * Where nobody takes turns nothing is said anew, to the last bit.
 */
class WholeSubchannelsTestCase : public TestCase
{
  public:
    WholeSubchannelsTestCase()
        : TestCase("whole subchannels are as evaluated")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceSpec spec;
        const Instance instance = RandomInstance(spec);
        Decision decision;
        for (uint32_t u = 0; u < instance.users.size(); ++u)
        {
            UserDecision decided;
            decided.units = 1;
            for (Direction d : DIRECTIONS)
            {
                decided.link[d] = {{{u % spec.subchannels, 1}}, instance.users[u].powerW[d].max};
            }
            decision.users.push_back(decided);
        }
        const Evaluation plain = Evaluate(instance, decision);
        const Evaluation order = EvaluateInOrder(instance, decision);
        NS_TEST_EXPECT_MSG_EQ(plain.gamma, order.gamma, "objective");
        for (uint32_t u = 0; u < instance.users.size(); ++u)
        {
            NS_TEST_EXPECT_MSG_EQ(plain.users[u].delay.Total(),
                                  order.users[u].delay.Total(),
                                  "delay of user " << u);
        }
    }
};

/// Sends everybody's first tensors, whatever the allocator thinks of it.
class FirstCutRule : public SplitRule
{
  private:
    void DoChoose(const BuiltInstance& built, Decision& decision) override
    {
        for (std::size_t i = 0; i < built.choosing.size(); ++i)
        {
            decision.users[i].option = built.choosing[i] ? 0 : decision.users[i].option;
        }
    }
};

/**
 * @ingroup noma-test
 * Twelve users wait for one subchannel at once with cuts that are not the allocator's: the plan has
 * radio for these cuts, and tells the delay that packets have.
 */
class ForecastTestCase : public TestCase
{
  public:
    ForecastTestCase()
        : TestCase("forecasts in order, through packets")
    {
    }

  private:
    void DoRun() override
    {
        Scene scene(1, 12);
        scene.noma.SetNetworkAttribute("Subchannels", UintegerValue(1));
        scene.noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(1));
        scene.inference.SetControllerAttribute("Allocator", StringValue("ecc-oma"));
        scene.inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::LiGdSlotRule"));
        scene.inference.SetControllerAttribute("SplitRule",
                                               PointerValue(CreateObject<FirstCutRule>()));
        // alone, the device is through before the first bit
        scene.inference.SetModel("small", {{0.0, 1e6, 4000000, 8}, {1e6, 0.0, 0, 0}});
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload", "MaxTasks", UintegerValue(1));
        scene.Install();
        Scene::Run(Seconds(30));
        const auto& records = scene.inference.GetTracker()->GetRecords();
        NS_TEST_ASSERT_MSG_EQ(records.size(), 12, "tasks");
        double ratios = 0;
        for (const TaskRecord& r : records)
        {
            NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, "a task");
            NS_TEST_EXPECT_MSG_GT(r.forecast.seconds, 0, "a forecast");
            ratios += (r.closed - r.chosen).GetSeconds() / r.forecast.seconds / 12;
        }
        // in shares of time all would end last, and the mean ratio were near a half
        NOMA_TEST_EXPECT_NEAR(ratios, 1.0, 0.2, "delay over forecast");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class ServedInOrderTestSuite : public TestSuite
{
  public:
    ServedInOrderTestSuite()
        : TestSuite("noma-served-in-order", Type::UNIT)
    {
        AddTestCase(new ByHandTestCase);
        AddTestCase(new PlacesTestCase);
        AddTestCase(new WholeSubchannelsTestCase);
        AddTestCase(new ForecastTestCase);
    }
};

ServedInOrderTestSuite g_servedInOrderTestSuite; //!< the suite

} // namespace
