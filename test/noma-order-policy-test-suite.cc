/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-order-policy.h"

#include <algorithm>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * Decoding order by gain, received power and gain over interference.
 */
class OrderPolicyTestCase : public TestCase
{
  public:
    OrderPolicyTestCase()
        : TestCase("Order policies")
    {
    }

  private:
    void DoRun() override
    {
        // gain 4, 3, 2; received power 4, 9, 16; gain over interference 2, 0.5, 1
        const std::vector<OrderCandidate> group{{5, 4, 1, 2}, {6, 3, 3, 6}, {7, 2, 8, 2}};
        typedef std::vector<std::size_t> Positions;
        const auto check = [&](Ptr<NomaOrderPolicy> policy, Positions up, const char* name) {
            NS_TEST_EXPECT_MSG_EQ((policy->Order(UPLINK, group) == up), true, name << ", up");
            std::reverse(up.begin(), up.end());
            NS_TEST_EXPECT_MSG_EQ((policy->Order(DOWNLINK, group) == up), true, name << ", down");
        };
        check(CreateObject<NomaOrderPolicy>(), {0, 1, 2}, "gain");
        check(CreateObject<NomaReceivedPowerOrder>(), {2, 1, 0}, "received power");
        check(CreateObject<NomaGainOverInterferenceOrder>(), {0, 2, 1}, "gain over interference");
    }
};

/**
 * @ingroup noma-test
 * Decoding orders.
 */
class NomaOrderPolicyTestSuite : public TestSuite
{
  public:
    NomaOrderPolicyTestSuite()
        : TestSuite("noma-order-policy", Type::UNIT)
    {
        AddTestCase(new OrderPolicyTestCase);
    }
};

NomaOrderPolicyTestSuite g_nomaOrderPolicyTestSuite; //!< instance

} // namespace
