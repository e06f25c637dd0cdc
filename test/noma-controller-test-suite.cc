/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/noma-split-inference-controller.h"
#include "ns3/uinteger.h"

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
 * The suite.
 */
class ControllerTestSuite : public TestSuite
{
  public:
    ControllerTestSuite()
        : TestSuite("noma-controller", Type::UNIT)
    {
        AddTestCase(new DelayTestCase);
    }
};

ControllerTestSuite g_controllerTestSuite; //!< the suite

} // namespace
