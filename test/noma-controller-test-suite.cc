/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/double.h"
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
 * What the controller asks of an allocator: of one that declares nothing, nothing; of one that
 * declares everything, the attributes and its last decision.
 */
class AskTestCase : public TestCase
{
  public:
    AskTestCase()
        : TestCase("the controller asks for what is honoured")
    {
    }

  private:
    /// Notes what it is asked for.
    class Listener : public FixedSharesAllocator
    {
      public:
        /// @param everything whether it declares to honour all options @param [out] asked options
        Listener(bool everything, std::vector<AllocatorOptions>& asked)
            : FixedSharesAllocator({{0, 1}, {1, 0}}),
              m_everything(everything),
              m_asked(asked)
        {
        }

        HonouredOptions GetHonouredOptions() const override
        {
            return {m_everything,
                    m_everything,
                    m_everything,
                    m_everything,
                    m_everything,
                    m_everything,
                    m_everything};
        }

        Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override
        {
            m_asked.push_back(options);
            return FixedSharesAllocator::DoAllocate(instance, options);
        }

      private:
        bool m_everything;                      //!< honours all options
        std::vector<AllocatorOptions>& m_asked; //!< options of each call
    };

    void DoRun() override
    {
        for (bool everything : {false, true})
        {
            Cells cells(1, 2, 2, 1, 1, 0);
            cells.Load(UPLINK, 1u << 30);
            auto controller = MakeController("ns3::noma::CreditRule");
            if (everything)
            {
                controller->SetAttribute("Effort", DoubleValue(0.25));
                controller->SetAttribute("Step", DoubleValue(0.5));
                controller->SetAttribute("Epsilon", DoubleValue(0.125));
                controller->SetAttribute("MaxIterations", UintegerValue(7));
            }
            std::vector<AllocatorOptions> asked;
            controller->SetAllocator(std::make_unique<Listener>(everything, asked));
            for (uint64_t slot = 0; slot < 2; ++slot)
            {
                cells.s.slot = slot;
                controller->Schedule(cells.s);
            }
            controller->Dispose();
            NS_TEST_ASSERT_MSG_EQ(asked.size(), 2, "decisions");
            const AllocatorOptions& o = asked[1];
            NS_TEST_EXPECT_MSG_EQ(o.effort, (everything ? 0.25 : 1.0), "effort");
            NS_TEST_EXPECT_MSG_EQ(o.seed, (everything ? 2 : 1), "seed");
            NS_TEST_EXPECT_MSG_EQ(o.step, (everything ? 0.5 : 0.0), "step");
            NS_TEST_EXPECT_MSG_EQ(o.epsilon, (everything ? 0.125 : 0.0), "epsilon");
            NS_TEST_EXPECT_MSG_EQ(o.maxIterations, (everything ? 7 : 0), "iterations");
            NS_TEST_EXPECT_MSG_EQ((o.warmStart != nullptr), everything, "last decision");
        }
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
        AddTestCase(new DelayTestCase);
        AddTestCase(new AskTestCase);
    }
};

ControllerTestSuite g_controllerTestSuite; //!< the suite

} // namespace
