/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-instance-builder.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/noma-split-rule.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <memory>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Decisions take effect after the set delay and every set period.
 */
class DelayTestCase : public TestCase
{
  public:
    DelayTestCase()
        : TestCase("control period and decision delay")
    {
    }

  private:
    void DoRun() override
    {
        Cells cells(1, 2, 2, 1, 1, 0);
        cells.Load(UPLINK, 1u << 30);
        auto controller = MakeController("ns3::noma::CreditRule");
        controller->SetAttribute("ControlPeriod", UintegerValue(5));
        controller->SetAttribute("DecisionDelay", UintegerValue(3));
        controller->SetAllocator(std::make_unique<FixedSharesAllocator>(
            std::vector<std::vector<double>>{{0, 1}, {1, 0}}));
        m_slots.clear();
        controller->TraceConnectWithoutContext("Decided",
                                               MakeCallback(&DelayTestCase::OnDecided, this));
        for (uint64_t slot = 0; slot < 12; ++slot)
        {
            cells.s.slot = slot;
            controller->Schedule(cells.s);
            const bool planned = !controller->GetPlan()[0].link.up.shares.empty();
            NS_TEST_EXPECT_MSG_EQ(planned, (slot >= 3), "plan in effect in slot " << slot);
        }
        const std::vector<uint64_t> expected{0, 5, 10};
        NS_TEST_EXPECT_MSG_EQ((m_slots == expected), true, "slots of decisions");
        controller->Dispose();
    }

    /// @param report of the controller
    void OnDecided(const ControlReport& report)
    {
        m_slots.push_back(report.slot);
        NS_TEST_EXPECT_MSG_EQ(report.users, 2, "users");
    }

    std::vector<uint64_t> m_slots; //!< of decisions
};

/**
 * @ingroup noma-test
 * Queue-aware splits before anything is measured: users that a poor plan leaves to slow devices
 * go to the edge while the radio can carry them; a small estimated gain is not acted upon.
 */
class QueueAwareTestCase : public TestCase
{
  public:
    QueueAwareTestCase()
        : TestCase("queue-aware splits")
    {
    }

  private:
    void DoRun() override
    {
        for (const double minGain : {0.0, 0.1, 0.99})
        {
            // alone, a tensor takes a second; the device takes ten
            BuiltInstance built = Burst(4, 1.0);
            Decision decision = OnDevice(4);
            auto rule = CreateObject<QueueAwareSplitRule>();
            rule->SetAttribute("MinGain", DoubleValue(minGain));
            rule->Choose(built, decision);
            for (const auto& u : decision.users)
            {
                NS_TEST_EXPECT_MSG_EQ(u.option, (minGain < 0.5 ? 0U : 1U), "gain " << minGain);
            }
        }
        // of twenty, six: 1.5 (1 + ... + k) + 10 (20 - k) seconds are least for k = 6
        BuiltInstance built = Burst(20, 1.5);
        Decision decision = OnDevice(20);
        CreateObject<QueueAwareSplitRule>()->Choose(built, decision);
        const auto offloaded = std::count_if(decision.users.begin(),
                                             decision.users.end(),
                                             [](const UserDecision& u) { return u.option == 0; });
        NS_TEST_EXPECT_MSG_EQ(offloaded, 6, "users at the edge");
    }

    /// @returns tasks of one cell with one subchannel @param users number of them
    /// @param seconds time of a tensor on the subchannel
    static BuiltInstance Burst(uint32_t users, double seconds)
    {
        BuiltInstance built;
        Instance& i = built.instance;
        i.subchannels = 1;
        i.bandwidthHz.up = i.bandwidthHz.down = 1e6;
        EdgeServer edge;
        edge.units = users;
        edge.clockHz = 1e12;
        edge.flopPerCycle = 1;
        i.edges.push_back(edge);
        // an SNR of 3, 2 bit/s/Hz
        User u;
        u.clockHz = 1e9;
        u.flopPerCycle = 1;
        u.wT = 1;
        u.wE = 0;
        u.powerW.up = u.powerW.down = Interval{0.01, 1};
        u.options = {{0, 1e10, 2e6 * seconds, 100}, {1e10, 0, 0, 0}};
        i.users.assign(users, u);
        for (const Direction d : DIRECTIONS)
        {
            i.gain[d] = GainTensor(users, 1, 1);
            for (uint32_t k = 0; k < users; ++k)
            {
                i.gain[d].At(k, 0, 0) = 3 * i.NoiseW(d);
            }
        }
        built.choosing.assign(users, true);
        built.ues.resize(users);
        return built;
    }

    /// @returns everything on the device @param users number of users
    static Decision OnDevice(uint32_t users)
    {
        Decision decision;
        decision.users.resize(users);
        for (auto& u : decision.users)
        {
            u.option = 1;
        }
        return decision;
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class ControllerTestSuite : public TestSuite
{
  public:
    ControllerTestSuite()
        : TestSuite("noma-controller", Type::UNIT)
    {
        AddTestCase(new QueueAwareTestCase);
        AddTestCase(new DelayTestCase);
    }
};

ControllerTestSuite g_controllerTestSuite; //!< the suite

} // namespace
