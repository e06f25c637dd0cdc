/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Who is served when blocks wait to be sent again.
 */
#include "noma-test-fixed-scheduler.h"
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/noma-full-buffer.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Schedulers serve blocks that are sent again before all others, and go on as ever without.
 */
class PriorityTestCase : public TestCase
{
  public:
    /// @param scheduler TypeId
    explicit PriorityTestCase(const std::string& scheduler)
        : TestCase("retransmissions come first, " + scheduler),
          m_scheduler(scheduler)
    {
    }

  private:
    void DoRun() override
    {
        TestNetwork network;
        PrepareHarq(network, 2, 4, 1);
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(1));
        network.helper.SetErrorModel(LossyErrorModel::GetTypeId().GetName());
        network.helper.SetScheduler(m_scheduler);
        std::vector<Vector> users;
        for (uint32_t i = 0; i < 8; ++i)
        {
            users.emplace_back(40 + 10 * i, 5 * i, 0);
        }
        network.Build({{0, 0, 0}}, users, false);
        const NomaFullBuffer up(network.Network(), UPLINK, 20000);
        const NomaFullBuffer down(network.Network(), DOWNLINK, 20000);
        network.Network()->TraceConnectWithoutContext(
            "Slot",
            MakeCallback(&PriorityTestCase::NewSlot, this));
        Simulator::Stop(Seconds(0.5));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        for (uint32_t i = 0; i < 8; ++i)
        {
            NS_TEST_EXPECT_MSG_GT(network.Network()->GetLinkCounters(UPLINK, i).delivered.packets,
                                  0,
                                  "all are served");
        }
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_GT(m_repeats, 50, "retransmissions");
    }

    /// A slot begins. @param s the network @param grants grants
    void NewSlot(const SlotSnapshot& s, const std::vector<Grant>& grants)
    {
        for (const Direction d : DIRECTIONS)
        {
            uint32_t wanted = 0;
            uint32_t granted = 0;
            for (uint32_t i = 0; i < s.ues.size(); ++i)
            {
                uint32_t own = 0;
                for (const Grant& g : grants)
                {
                    own += g.direction == d && g.ue == i;
                }
                wanted += s.ues[i].repeats[d];
                granted += std::min(own, s.ues[i].repeats[d]);
            }
            m_repeats += wanted;
            NS_TEST_EXPECT_MSG_EQ(granted, std::min(wanted, 2U), "in slot " << s.slot);
        }
    }

    std::string m_scheduler; //!< scheduler
    uint32_t m_repeats{0};   //!< blocks sent again
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaHarqPriorityTestSuite : public TestSuite
{
  public:
    NomaHarqPriorityTestSuite()
        : TestSuite("noma-harq-priority", Type::SYSTEM)
    {
        AddTestCase(new PriorityTestCase("ns3::noma::RoundRobinScheduler"));
        AddTestCase(new PriorityTestCase("ns3::noma::NomaMetricScheduler"));
    }
};

NomaHarqPriorityTestSuite g_nomaHarqPriorityTestSuite; //!< instance

} // namespace
