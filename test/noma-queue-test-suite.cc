/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-mac-queue.h"
#include "ns3/noma-traffic-counters.h"

#include <deque>
#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * Limits of the queue, against a list.
 */
class QueueTestCase : public TestCase
{
  public:
    QueueTestCase()
        : TestCase("First in, first out, within limits of packets and bytes")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937 rng(1);
        for (uint32_t maxPackets : {1U, 5U, 1000U})
        {
            for (uint64_t maxBytes : {uint64_t{1}, uint64_t{4000}, UINT64_MAX})
            {
                Check(maxPackets, maxBytes, rng);
            }
        }
    }

    /// Random use. @param maxPackets limit @param maxBytes limit @param rng random numbers
    void Check(uint32_t maxPackets, uint64_t maxBytes, std::mt19937& rng)
    {
        NomaMacQueue queue(maxPackets, maxBytes);
        std::deque<Ptr<Packet>> expected;
        uint64_t bytes = 0;
        uint32_t refused = 0;
        for (uint32_t i = 0; i < 3000; ++i)
        {
            if (rng() % 5 < 3)
            {
                auto packet = Create<Packet>(1 + rng() % 1500);
                const bool fits =
                    expected.size() < maxPackets && packet->GetSize() <= maxBytes - bytes;
                NS_TEST_ASSERT_MSG_EQ(queue.Enqueue(packet), fits, "limit");
                refused += !fits;
                if (fits)
                {
                    expected.push_back(packet);
                    bytes += packet->GetSize();
                }
            }
            else
            {
                const auto packet = queue.Dequeue();
                const auto first = expected.empty() ? nullptr : expected.front();
                NS_TEST_ASSERT_MSG_EQ(packet, first, "order");
                if (first)
                {
                    bytes -= first->GetSize();
                    expected.pop_front();
                }
            }
            NS_TEST_ASSERT_MSG_EQ(queue.GetPackets(), expected.size(), "packets");
            NS_TEST_ASSERT_MSG_EQ(queue.GetBytes(), bytes, "bytes");
        }
        const bool tight = maxPackets < 1000 || maxBytes < UINT64_MAX;
        NS_TEST_EXPECT_MSG_EQ((refused > 0), tight, "whether a limit was met");
    }
};

/**
 * @ingroup noma-test
 * Sums and the conservation check.
 */
class CountersTestCase : public TestCase
{
  public:
    CountersTestCase()
        : TestCase("Traffic counters add up and notice what is missing")
    {
    }

  private:
    void DoRun() override
    {
        TrafficCounters c;
        c.offered = {10, 1000};
        c.delivered = {4, 500};
        c.Dropped(DropReason::QUEUE_FULL).Add(100);
        c.Dropped(DropReason::RETRY_LIMIT).Add(150);
        NS_TEST_EXPECT_MSG_EQ(c.DroppedTotal().packets, 2, "drops");
        NS_TEST_EXPECT_MSG_EQ(c.DroppedTotal().bytes, 250, "dropped bytes");
        NS_TEST_EXPECT_MSG_EQ(c.CheckConservation({4, 250}), "", "balanced");
        NS_TEST_EXPECT_MSG_EQ(c.CheckConservation({3, 250}).empty(), false, "a packet is missing");
        const auto message = c.CheckConservation({4, 249});
        const bool named = message.find("retry limit 1 (150)") != std::string::npos;
        NS_TEST_EXPECT_MSG_EQ(named, true, "message names the reasons: " << message);
        TrafficCounters sum = c;
        sum += c;
        NS_TEST_EXPECT_MSG_EQ(sum.CheckConservation({8, 500}), "", "sum is balanced");
        for (std::size_t i = 0; i < DROP_REASONS; ++i)
        {
            const std::string name = DropReasonName(static_cast<DropReason>(i));
            NS_TEST_EXPECT_MSG_NE(name, "unknown", "every reason has a name");
        }
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaQueueTestSuite : public TestSuite
{
  public:
    NomaQueueTestSuite()
        : TestSuite("noma-queue", Type::UNIT)
    {
        AddTestCase(new QueueTestCase);
        AddTestCase(new CountersTestCase);
    }
};

NomaQueueTestSuite g_nomaQueueTestSuite; //!< the suite

} // namespace
