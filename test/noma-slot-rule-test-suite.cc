/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/noma-li-gd-slot-rule.h"
#include "ns3/noma-link-adaptation.h"
#include "ns3/noma-slot-prices.h"
#include "ns3/noma-split-inference-controller.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Under `credit` the fraction of 1,000 slots a user is granted a subchannel is its share within
 * 2 %: random plans, one and three users at a time.
 */
class SharesTestCase : public TestCase
{
  public:
    SharesTestCase()
        : TestCase("fluid shares are realised by credit")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(3);
        std::uniform_real_distribution<double> draw(0, 1);
        double worst = 0;
        for (uint32_t round = 0; round < 12; ++round)
        {
            const uint32_t k = 1 + round % 3;
            const uint32_t users = 9;
            const uint32_t subchannels = 3;
            Cells cells(1, users, subchannels, k, 1, 0);
            cells.Load(UPLINK, 1u << 30);
            std::vector<std::vector<double>> shares(users, std::vector<double>(subchannels));
            // random rows, scaled until rows are at most 1 and columns at most K
            for (auto& row : shares)
            {
                for (auto& x : row)
                {
                    x = draw(rng) < 0.5 ? 0 : draw(rng);
                }
            }
            for (int pass = 0; pass < 50; ++pass)
            {
                for (auto& row : shares)
                {
                    double sum = 0;
                    for (double x : row)
                    {
                        sum += x;
                    }
                    for (auto& x : row)
                    {
                        x /= std::max(1.0, sum);
                    }
                }
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    double sum = 0;
                    for (const auto& row : shares)
                    {
                        sum += row[m];
                    }
                    for (auto& row : shares)
                    {
                        row[m] /= std::max(1.0, sum / (0.85 * k)); // leaves room
                    }
                }
            }
            // a share of 0.05 is at least 50 slots of 1,000
            std::vector<double> column(subchannels, 0);
            for (auto& row : shares)
            {
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    row[m] = row[m] < 0.05 ? 0 : row[m];
                    column[m] += row[m];
                }
            }
            for (auto& row : shares)
            {
                // everybody has bits to send, so nobody may go without
                if (*std::max_element(row.begin(), row.end()) <= 0)
                {
                    const auto least = std::min_element(column.begin(), column.end());
                    NS_TEST_ASSERT_MSG_LT(*least, k - 0.05, "there is room");
                    row[static_cast<std::size_t>(least - column.begin())] = 0.05;
                    *least += 0.05;
                }
            }
            auto controller = MakeController("ns3::noma::CreditRule");
            controller->SetAllocator(std::make_unique<FixedSharesAllocator>(shares));
            std::map<uint32_t, double> held;
            std::map<std::pair<uint32_t, uint32_t>, double> cell;
            for (uint64_t slot = 0; slot < 1000; ++slot)
            {
                cells.s.slot = slot;
                for (const Grant& g : controller->Schedule(cells.s))
                {
                    held[g.ue] += 1e-3;
                    cell[{g.ue, g.subchannel}] += 1e-3;
                }
            }
            for (uint32_t i = 0; i < users; ++i)
            {
                double x = 0;
                for (double share : shares[i])
                {
                    x += share;
                }
                if (x > 0)
                {
                    worst = std::max(worst, std::abs(held[i] / x - 1));
                }
                NOMA_TEST_EXPECT_NEAR(held[i], x, 0.02 * x + 1e-9, "user " << i << ", K = " << k);
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    NOMA_TEST_EXPECT_NEAR((cell[{i, m}]),
                                          shares[i][m],
                                          0.02,
                                          "user " << i << " on subchannel " << m);
                }
            }
            controller->Dispose();
        }
        NS_TEST_EXPECT_MSG_EQ((worst > 0), true, "not trivially exact");
    }
};

/**
 * @ingroup noma-test
 * Whatever the rule, grants are legal (the base class checks), everybody with a backlog is served
 * in turn, rates are what the receivers compute, and nobody without a backlog gets anything.
 */
class RulesTestCase : public TestCase
{
  public:
    RulesTestCase()
        : TestCase("grants of all slot rules")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string name :
             {"RoundRobinRule", "CreditRule", "ProportionalFairRule", "SmithRule", "LiGdSlotRule"})
        {
            for (const bool fallBack : {false, true})
            {
                Cells cells(3, 8, 4, 3, 5, 0.1);
                cells.Load(UPLINK, 200000);
                cells.Load(DOWNLINK, 50000);
                cells.s.ues[4].backlogBits.up = 0;
                cells.s.ues[5].on = false;
                auto controller = MakeController("ns3::noma::" + name);
                controller->SetAttribute("FallBack", BooleanValue(fallBack));
                std::vector<double> sent(cells.s.ues.size());
                for (uint64_t slot = 0; slot < 2000; ++slot)
                {
                    cells.s.slot = slot;
                    std::vector<GrantOutcome> outcomes;
                    auto adaptation = CreateObject<NomaLinkAdaptation>();
                    std::vector<Grant> grants = controller->Schedule(cells.s);
                    std::vector<Grant> again = grants;
                    adaptation->Adapt(cells.s, again);
                    for (std::size_t i = 0; i < grants.size(); ++i)
                    {
                        const Grant& g = grants[i];
                        auto& backlog = cells.s.ues[g.ue].backlogBits[g.direction];
                        NS_TEST_EXPECT_MSG_EQ((backlog > 0), true, "something to send");
                        NOMA_TEST_EXPECT_CLOSE(g.rateBps, again[i].rateBps, 1e-12, "rate");
                        GrantOutcome o;
                        o.grant = g;
                        o.blockBits = static_cast<uint64_t>(g.rateBps * cells.s.slotSeconds);
                        o.payloadBits = std::min(o.blockBits, backlog);
                        o.decoded = true;
                        backlog -= o.payloadBits;
                        sent[g.ue] += static_cast<double>(o.payloadBits);
                        outcomes.push_back(o);
                    }
                    controller->Report(outcomes);
                }
                for (uint32_t i = 0; i < cells.s.ues.size(); ++i)
                {
                    const double expected = (i == 5 ? 0.0 : i == 4 ? 50000.0 : 250000.0);
                    NS_TEST_EXPECT_MSG_EQ(sent[i], expected, name << ": user " << i);
                }
                controller->Dispose();
            }
        }
    }
};

/**
 * @ingroup noma-test
 * The greedy rules superpose where that serves more, and only there; the fall-back of the other
 * rule comes to the same.
 */
class SuperposeTestCase : public TestCase
{
  public:
    SuperposeTestCase()
        : TestCase("superposing only where it gains")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string rule : {"SmithRule", "CreditRule"})
        {
            // 20 dB apart and far above the noise: together they carry more than in turn
            NS_TEST_EXPECT_MSG_EQ(Groups(rule, 1e-9, 1e-11, 0), 2, rule << ": pays");
            // with useless cancellation the second user costs more than it brings
            NS_TEST_EXPECT_MSG_EQ(Groups(rule, 1e-10, 1e-10, 1.0), 1, rule << ": does not pay");
        }
    }

    /// @returns users granted the one uplink subchannel @param rule slot rule @param strong a gain
    /// @param weak the other @param residual of cancellation
    std::size_t Groups(const std::string& rule, double strong, double weak, double residual)
    {
        Cells cells(1, 2, 1, 2, 1, 0);
        cells.csi.gain.up.At(0, 0, 0) = strong;
        cells.csi.gain.up.At(1, 0, 0) = weak;
        cells.s.residual = residual;
        cells.Load(UPLINK, 1u << 30);
        auto controller = MakeController("ns3::noma::" + rule);
        controller->SetAttribute("FallBack", BooleanValue(true));
        const std::size_t size = controller->Schedule(cells.s).size();
        controller->Dispose();
        return size;
    }
};

/**
 * @ingroup noma-test
 * Prices of the slot problem by hand: three users wait at one access point for two subchannels.
 */
class PricesTestCase : public TestCase
{
  public:
    PricesTestCase()
        : TestCase("prices of bits and joules")
    {
    }

  private:
    void DoRun() override
    {
        GainTensor gain(3, 1, 2);
        SlotProblem p;
        p.aps = 1;
        p.subchannels = 2;
        p.slotSeconds = 0.01;
        p.subchannelHz = 1e6;
        p.noiseW = 1;
        p.gain = &gain;
        std::vector<SlotUser> users(3);
        const double rates[] = {3e6, 2e6, 1e6}; // 7, 3 and 1 times the noise
        const double bits[] = {6e5, 1e5, 1e3};
        for (uint32_t i = 0; i < 3; ++i)
        {
            gain.At(i, 0, 0) = std::pow(2, rates[i] / 1e6) - 1;
            gain.At(i, 0, 1) = gain.At(i, 0, 0) * 0.99;
            users[i].delayPrice = 1 + i;
            users[i].energyPrice = 0.5;
            users[i].remainingBits = {bits[i], bits[i]};
            SlotLink link;
            link.user = i;
            link.backlogBits = i == 1 ? 100 : bits[i];
            link.powerW = {0.1, 2};
            link.startPowerW = 1;
            p.links.push_back(link);
        }
        SetSlotPrices(users, 1, p);
        // airtimes 0.2, 0.05 and a slot of 0.01 s; user 2 goes first, then user 1, then user 0
        NOMA_TEST_EXPECT_CLOSE(p.links[0].bitPrice, (1 + 0.5) / 3e6, 1e-9, "last");
        NOMA_TEST_EXPECT_CLOSE(p.links[1].bitPrice, (2 + 0.5 + 0.5 * 1) / 2e6, 1e-9, "second");
        NOMA_TEST_EXPECT_CLOSE(p.links[2].bitPrice, (3 + 0.5 + 0.5 * 3) * 0.01 / 1e3, 1e-9, "1st");
        NOMA_TEST_EXPECT_CLOSE(p.links[0].joulePrice, 0.5, 1e-12, "a joule");
        NOMA_TEST_EXPECT_CLOSE(p.links[2].joulePrice, 0.5, 1e-12, "a joule of little");
        // 100 bits are worth 1.5e-4 and take 0.01 J
        NOMA_TEST_EXPECT_CLOSE(p.links[1].joulePrice, 0.015, 1e-9, "a joule of an answer");
        SetSlotPrices(users, 0.2, p);
        NOMA_TEST_EXPECT_CLOSE(p.links[0].joulePrice, 0.1, 1e-12, "a fifth of it");
    }
};

/**
 * @ingroup noma-test
 * LiGdSlotRule does not leave an answer behind because it is a small part of what is to come.
 */
class AnswerTestCase : public TestCase
{
  public:
    AnswerTestCase()
        : TestCase("short answers before long results")
    {
    }

  private:
    void DoRun() override
    {
        Cells cells(1, 1, 2, 2, 1, 0);
        cells.Load(DOWNLINK, 1288);
        std::vector<SlotUser> users(1);
        users[0].backlogBits = {0, 1288};
        users[0].remainingBits = {0, 715040};
        users[0].delayPrice = 0.14;
        users[0].energyPrice = 0.28;
        users[0].powerW = {0.3, 0.6};
        auto rule = CreateObject<LiGdSlotRule>();
        SlotChannel channel;
        channel.Reset(cells.s);
        std::vector<Grant> grants;
        rule->Assign(cells.s, channel, users, 2, DOWNLINK, grants);
        NS_TEST_ASSERT_MSG_EQ(grants.size(), 1, "it is sent");
        NS_TEST_EXPECT_MSG_LT(grants[0].powerW, 0.6, "at little power");
        rule->Dispose();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class SlotRuleTestSuite : public TestSuite
{
  public:
    SlotRuleTestSuite()
        : TestSuite("noma-slot-rule", Type::UNIT)
    {
        AddTestCase(new SharesTestCase);
        AddTestCase(new RulesTestCase);
        AddTestCase(new SuperposeTestCase);
        AddTestCase(new PricesTestCase);
        AddTestCase(new AnswerTestCase);
    }
};

SlotRuleTestSuite g_slotRuleTestSuite; //!< the suite

} // namespace
