/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-link-adaptation.h"

#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * The outer loop settles at its target.
 */
class OuterLoopTestCase : public TestCase
{
  public:
    OuterLoopTestCase()
        : TestCase("Outer loop settles at the target block error rate")
    {
    }

  private:
    void DoRun() override
    {
        auto adaptation = CreateObject<NomaLinkAdaptation>();
        adaptation->SetAttribute("TargetBler", DoubleValue(0.1));
        adaptation->SetAttribute("OuterLoopStep", DoubleValue(0.5));
        adaptation->SetAttribute("Backoff", DoubleValue(1.0));
        std::mt19937 rng(1);
        std::normal_distribution<double> error(0.0, 3.0);
        std::vector<GrantOutcome> outcomes(1);
        outcomes[0].grant.ue = 4;
        uint32_t lost = 0;
        const uint32_t blocks = 20000;
        for (uint32_t i = 0; i < blocks; ++i)
        {
            // decoded if the margin covers a random error of the estimate
            outcomes[0].decoded = adaptation->GetMarginDb(UPLINK, 4) > error(rng);
            lost += !outcomes[0].decoded;
            adaptation->Report(outcomes);
        }
        NOMA_TEST_EXPECT_NEAR(double(lost) / blocks, 0.1, 0.005, "block error rate");
        NS_TEST_EXPECT_MSG_EQ(adaptation->GetMarginDb(DOWNLINK, 4), 1.0, "other direction");
        NS_TEST_EXPECT_MSG_EQ(adaptation->GetMarginDb(UPLINK, 3), 1.0, "other user");
        adaptation->SetAttribute("OuterLoop", BooleanValue(false));
        const double margin = adaptation->GetMarginDb(UPLINK, 4);
        adaptation->Report(outcomes);
        NS_TEST_EXPECT_MSG_EQ(adaptation->GetMarginDb(UPLINK, 4), margin, "loop is off");
    }
};

/**
 * @ingroup noma-test
 * Rates from gains.
 */
class NomaLinkAdaptationTestSuite : public TestSuite
{
  public:
    NomaLinkAdaptationTestSuite()
        : TestSuite("noma-link-adaptation", Type::UNIT)
    {
        AddTestCase(new OuterLoopTestCase);
    }
};

NomaLinkAdaptationTestSuite g_nomaLinkAdaptationTestSuite; //!< instance

} // namespace
