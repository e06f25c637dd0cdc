/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-arq.h"

#include <algorithm>
#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Both ends of a link over random blocks.
class Loop
{
  public:
    /// @param retryLimit retransmissions @param maxPackets queue limit
    Loop(uint32_t retryLimit, uint32_t maxPackets)
        : sender(NomaMacQueue(maxPackets), retryLimit)
    {
    }

    /// Offers a packet. @param size size (byte)
    void Offer(uint32_t size)
    {
        auto packet = Create<Packet>(size);
        counters.offered.Add(size);
        if (sender.Enqueue(packet))
        {
            taken.push_back(packet);
        }
        else
        {
            counters.Dropped(DropReason::QUEUE_FULL).Add(size);
        }
    }

    /// Acts on a segment's fate. @param segment segment @param decoded whether it arrived
    void Report(const NomaSegment& segment, bool decoded)
    {
        const auto deliver = [this](const Ptr<Packet>& packet) {
            counters.delivered.Add(packet->GetSize());
            delivered.push_back(packet);
        };
        sender.Report(segment, decoded, [&](const Ptr<Packet>& packet, uint64_t sequence) {
            counters.Dropped(DropReason::RETRY_LIMIT).Add(packet->GetSize());
            dropped.push_back(packet);
            receiver.Skip(sequence, deliver);
        });
        if (decoded)
        {
            receiver.Receive(segment, deliver);
        }
    }

    /// @returns a message if a packet is missing
    std::string Check() const
    {
        PacketCount queued = sender.GetQueued();
        queued += receiver.GetHeld();
        return counters.CheckConservation(queued);
    }

    NomaArqSender sender;               //!< sending end
    NomaArqReceiver receiver;           //!< receiving end
    TrafficCounters counters;           //!< what became of packets
    std::vector<Ptr<Packet>> taken;     //!< packets queued, in order
    std::vector<Ptr<Packet>> delivered; //!< packets delivered, in order
    std::vector<Ptr<Packet>> dropped;   //!< packets given up
};

/**
 * @ingroup noma-test
 * Random traffic, block sizes and losses: in order, once, nothing lost silently.
 */
class RandomArqTestCase : public TestCase
{
  public:
    RandomArqTestCase()
        : TestCase("In order, once each, and conserved under random losses")
    {
    }

  private:
    void DoRun() override
    {
        for (double loss : {0.0, 0.1, 0.5, 0.9})
        {
            for (uint32_t retryLimit : {0U, 1U, 7U, 1000U})
            {
                Run(loss, retryLimit);
            }
        }
    }

    /// @param loss probability of losing a block @param retryLimit retransmissions
    void Run(double loss, uint32_t retryLimit)
    {
        std::mt19937 rng(static_cast<uint32_t>(100 * loss) + retryLimit);
        Loop loop(retryLimit, 20);
        uint32_t idle = 0;
        for (uint32_t slot = 0; slot < 200000 && idle < 2; ++slot)
        {
            for (uint32_t i = rng() % 4; slot < 1000 && i > 0; --i)
            {
                loop.Offer(1 + rng() % 2000);
            }
            // several blocks under way in one slot, reported in any order
            std::vector<std::vector<NomaSegment>> blocks(rng() % 4 + 1);
            const uint64_t backlog = loop.sender.GetBacklogBits();
            uint64_t data = 0;
            for (auto& block : blocks)
            {
                const uint64_t bits = rng() % 20000;
                const uint64_t payload = loop.sender.Fill(bits, block);
                uint64_t used = 0;
                uint64_t bytes = 0;
                for (const auto& segment : block)
                {
                    bytes += segment.length;
                    used += 8 * (segment.length + NomaArqSender::HEADER_BYTES);
                    NS_TEST_ASSERT_MSG_GT(segment.length, 0, "empty segment");
                    NS_TEST_ASSERT_MSG_LT_OR_EQ(segment.offset + segment.length,
                                                segment.size,
                                                "segment beyond its packet");
                    NS_TEST_ASSERT_MSG_EQ((segment.packet != nullptr),
                                          (segment.offset == 0),
                                          "a packet goes with its beginning");
                    NS_TEST_ASSERT_MSG_LT_OR_EQ(segment.attempts, retryLimit + 1, "attempts");
                }
                NS_TEST_ASSERT_MSG_LT_OR_EQ(used, bits, "block too small for its segments");
                NS_TEST_ASSERT_MSG_EQ(payload, 8 * bytes, "payload");
                data += payload;
            }
            NS_TEST_ASSERT_MSG_LT_OR_EQ(data, backlog, "more sent than waiting");
            std::shuffle(blocks.begin(), blocks.end(), rng);
            for (const auto& block : blocks)
            {
                const bool decoded = rng() % 1000 >= 1000 * loss;
                for (const auto& segment : block)
                {
                    loop.Report(segment, decoded);
                }
            }
            NS_TEST_ASSERT_MSG_EQ(loop.Check(), "", "conservation");
            idle = slot >= 1000 && loop.sender.GetQueued().packets == 0 ? idle + 1 : 0;
        }
        NS_TEST_EXPECT_MSG_EQ(loop.sender.GetQueued().packets, 0, "left in the sender");
        NS_TEST_EXPECT_MSG_EQ(loop.receiver.GetHeld().packets, 0, "left in the receiver");
        NS_TEST_EXPECT_MSG_EQ(loop.sender.GetBacklogBits(), 0, "backlog");
        // what was taken, without what was given up, is what was delivered, in this order
        std::vector<Ptr<Packet>> expected;
        std::sort(loop.dropped.begin(), loop.dropped.end());
        for (const auto& packet : loop.taken)
        {
            if (!std::binary_search(loop.dropped.begin(), loop.dropped.end(), packet))
            {
                expected.push_back(packet);
            }
        }
        NS_TEST_EXPECT_MSG_EQ((loop.delivered == expected), true, "order of delivery");
        const bool mayDrop = loss > 0 && retryLimit < 1000;
        NS_TEST_EXPECT_MSG_EQ((!mayDrop && !loop.dropped.empty()), false, "needless drops");
        const bool mustDrop = loss >= 0.5 && retryLimit <= 1;
        NS_TEST_EXPECT_MSG_EQ((mustDrop && loop.dropped.empty()), false, "missing drops");
    }
};

/**
 * @ingroup noma-test
 * The retry limit to the transmission.
 */
class RetryLimitTestCase : public TestCase
{
  public:
    RetryLimitTestCase()
        : TestCase("A packet is given up after exactly one transmission and the retries allowed")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t limit : {0U, 1U, 4U})
        {
            Loop loop(limit, 10);
            loop.Offer(100);
            loop.Offer(50);
            uint32_t transmissions = 0;
            while (loop.dropped.empty() && transmissions < 100)
            {
                std::vector<NomaSegment> block;
                loop.sender.Fill(8 * 104, block);
                NS_TEST_ASSERT_MSG_EQ(block.size(), 1, "the lost packet goes first");
                ++transmissions;
                loop.Report(block[0], false);
            }
            NS_TEST_EXPECT_MSG_EQ(transmissions, limit + 1, "transmissions");
            std::vector<NomaSegment> block;
            loop.sender.Fill(8 * 104, block);
            loop.Report(block.at(0), true);
            NS_TEST_EXPECT_MSG_EQ(loop.delivered.size(), 1, "the next packet is not held up");
            NS_TEST_EXPECT_MSG_EQ(loop.Check(), "", "conservation");
        }
    }
};

/**
 * @ingroup noma-test
 * Splitting, duplicates and flushing.
 */
class ArqDetailsTestCase : public TestCase
{
  public:
    ArqDetailsTestCase()
        : TestCase("Split retransmissions, duplicates, holding, flushing")
    {
    }

  private:
    void DoRun() override
    {
        Loop loop(7, 10);
        loop.Offer(1000);
        loop.Offer(20);
        NS_TEST_EXPECT_MSG_EQ(loop.sender.GetBacklogBits(), 8 * (1020 + 2 * 4), "backlog");
        {
            Loop partly(7, 10);
            partly.Offer(1000);
            partly.Offer(20);
            std::vector<NomaSegment> first;
            partly.sender.Fill(8 * 404, first);
            NS_TEST_EXPECT_MSG_EQ(partly.sender.GetBacklogBits(), 8 * (620 + 2 * 4), "a rest");
        }
        std::vector<NomaSegment> large;
        loop.sender.Fill(8 * 1028 + 7, large);
        NS_TEST_ASSERT_MSG_EQ(large.size(), 2, "both fit");
        loop.Report(large[1], true);
        NS_TEST_EXPECT_MSG_EQ(loop.delivered.size(), 0, "the second packet waits");
        NS_TEST_EXPECT_MSG_EQ(loop.receiver.GetHeld().bytes, 20, "held");
        loop.Report(large[0], false);
        // the lost segment has to go into smaller blocks
        std::vector<NomaSegment> small;
        NS_TEST_EXPECT_MSG_EQ(loop.sender.Fill(8 * 4, small), 0, "no room but for a header");
        while (loop.sender.Fill(8 * 304, small) > 0)
        {
        }
        NS_TEST_ASSERT_MSG_EQ(small.size(), 4, "300 + 300 + 300 + 100");
        NS_TEST_EXPECT_MSG_EQ(small[3].length, 100, "the rest");
        for (uint32_t i : {3U, 1U, 1U, 0U})
        {
            loop.receiver.Receive(small[i], [](const Ptr<Packet>&) {});
        }
        NS_TEST_EXPECT_MSG_EQ(loop.receiver.GetHeld().packets, 1, "a duplicate does not complete");
        for (const auto& segment : small)
        {
            loop.Report(segment, true);
        }
        NS_TEST_EXPECT_MSG_EQ(loop.delivered.size(), 2, "both delivered");
        NS_TEST_EXPECT_MSG_EQ(loop.Check(), "", "conservation");

        loop.Offer(500);
        loop.Offer(600);
        loop.Offer(700);
        std::vector<NomaSegment> part;
        loop.sender.Fill(8 * 800, part); // the first, and a part of the second
        uint32_t flushed = 0;
        loop.sender.Flush([&](const Ptr<Packet>& packet, uint64_t sequence) {
            ++flushed;
            loop.counters.Dropped(DropReason::DEVICE_OFF).Add(packet->GetSize());
            loop.receiver.Skip(sequence, [](const Ptr<Packet>&) {});
        });
        NS_TEST_EXPECT_MSG_EQ(flushed, 3, "flushed");
        NS_TEST_EXPECT_MSG_EQ(loop.sender.GetBacklogBits(), 0, "nothing left");
        for (const auto& segment : part)
        {
            loop.Report(segment, true); // too late
        }
        NS_TEST_EXPECT_MSG_EQ(loop.delivered.size(), 2, "flushed packets are not delivered");
        NS_TEST_EXPECT_MSG_EQ(loop.Check(), "", "conservation");
        loop.Offer(10);
        std::vector<NomaSegment> last;
        loop.sender.Fill(8 * 100, last);
        loop.Report(last.at(0), true);
        NS_TEST_EXPECT_MSG_EQ(loop.delivered.size(), 3, "the link goes on");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaArqTestSuite : public TestSuite
{
  public:
    NomaArqTestSuite()
        : TestSuite("noma-arq", Type::UNIT)
    {
        AddTestCase(new RandomArqTestCase);
        AddTestCase(new RetryLimitTestCase);
        AddTestCase(new ArqDetailsTestCase);
    }
};

NomaArqTestSuite g_nomaArqTestSuite; //!< the suite

} // namespace
