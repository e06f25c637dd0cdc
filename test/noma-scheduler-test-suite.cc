/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-order-policy.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <random>
#include <set>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @returns random gains, stronger to the own access point @param s network, see MakeSnapshot()
/// @param seed seed
TableCsi
MakeGains(const SlotSnapshot& s, uint32_t seed)
{
    std::mt19937 rng(seed);
    std::exponential_distribution<double> fading(1.0);
    std::uniform_real_distribution<double> lossDb(-110, -80);
    const auto ues = static_cast<uint32_t>(s.ues.size());
    TableCsi csi;
    csi.gain.up = csi.gain.down = GainTensor(ues, s.aps, s.subchannels);
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        for (uint32_t i = 0; i < ues; ++i)
        {
            for (const Direction d : DIRECTIONS)
            {
                const double path = FromDb(lossDb(rng) + (n == i % s.aps ? 50 : 0));
                for (uint32_t m = 0; m < s.subchannels; ++m)
                {
                    csi.gain[d].At(i, n, m) = path * fading(rng);
                }
            }
        }
    }
    return csi;
}

/**
 * @param aps number of access points
 * @param ues number of users, spread evenly
 * @param subchannels number of subchannels
 * @param k greatest number of superposed users
 * @param backlog backlog of each user and direction (bit)
 * @returns a network
 */
SlotSnapshot
MakeSnapshot(uint32_t aps, uint32_t ues, uint32_t subchannels, uint32_t k, uint64_t backlog)
{
    SlotSnapshot s;
    s.slotSeconds = 1e-3;
    s.aps = aps;
    s.subchannels = subchannels;
    s.maxSuperposed = k;
    s.subchannelHz = {180e3, 180e3};
    s.noiseW = {7e-16, 7e-16};
    s.apOn.assign(aps, true);
    s.apMaxPowerW.assign(aps, 20.0);
    s.ues.resize(ues);
    for (uint32_t i = 0; i < ues; ++i)
    {
        s.ues[i].ap = i % aps;
        s.ues[i].backlogBits = {backlog, backlog};
        s.ues[i].maxPowerW = {0.3, 20.0};
    }
    return s;
}

/**
 * @ingroup noma-test
 * Grants of the round robin scheduler: rules kept, resources filled, turns fair.
 */
class RoundRobinFillTestCase : public TestCase
{
  public:
    RoundRobinFillTestCase()
        : TestCase("Round robin fills groups up to K for any backlog")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937 rng(3);
        for (uint32_t k = 1; k <= 4; ++k)
        {
            for (uint32_t ues : {1U, 2U, 3U, 7U, 20U, 90U})
            {
                for (uint32_t m : {1U, 4U, 11U})
                {
                    Full(3, ues, m, k);
                    Mixed(3, ues, m, k, rng());
                }
            }
        }
    }

    /// All users backlogged. @param aps cells @param ues users @param m subchannels @param k K
    void Full(uint32_t aps, uint32_t ues, uint32_t m, uint32_t k)
    {
        auto s = MakeSnapshot(aps, ues, m, k, 100000000);
        const auto csi = MakeGains(s, 5);
        s.csi = &csi;
        auto scheduler = CreateObject<RoundRobinScheduler>();
        const uint32_t slots = 60;
        PerDirection<std::vector<uint32_t>> served;
        served.up.resize(ues);
        served.down.resize(ues);
        for (s.slot = 0; s.slot < slots; ++s.slot)
        {
            const auto grants = scheduler->Schedule(s);
            for (const auto& g : grants)
            {
                ++served[g.direction][g.ue];
            }
            uint32_t expected = 0;
            for (uint32_t n = 0; n < aps; ++n)
            {
                const uint32_t users = ues / aps + (n < ues % aps ? 1 : 0);
                expected += 2 * m * std::min(k, users);
            }
            if (s.slot > 0) // the first slot guesses how many grants a backlog needs
            {
                NS_TEST_ASSERT_MSG_EQ(grants.size(), expected, "subchannels not filled");
            }
        }
        for (const Direction d : DIRECTIONS)
        {
            for (uint32_t n = 0; n < std::min(aps, ues); ++n)
            {
                uint32_t least = NONE;
                uint32_t most = 0;
                for (uint32_t i = n; i < ues; i += aps)
                {
                    least = std::min(least, served[d][i]);
                    most = std::max(most, served[d][i]);
                }
                // a user may have to pass when it already is on a subchannel
                NS_TEST_EXPECT_MSG_LT_OR_EQ(most - least,
                                            k + 1,
                                            "unfair turns: " << ues << " users, " << m
                                                             << " subchannels, K = " << k);
            }
        }
    }

    /// Random backlogs. @param aps cells @param ues users @param m subchannels @param k K
    /// @param seed seed
    void Mixed(uint32_t aps, uint32_t ues, uint32_t m, uint32_t k, uint32_t seed)
    {
        std::mt19937 rng(seed);
        auto s = MakeSnapshot(aps, ues, m, k, 0);
        const auto csi = MakeGains(s, seed);
        s.csi = &csi;
        auto scheduler = CreateObject<RoundRobinScheduler>();
        for (s.slot = 0; s.slot < 20; ++s.slot)
        {
            for (auto& ue : s.ues)
            {
                ue.on = rng() % 8 != 0;
                ue.ap = rng() % 8 == 0 ? NONE : rng() % aps;
                ue.backlogBits.up = rng() % 3 == 0 ? 0 : rng() % 3000;
                ue.backlogBits.down = rng() % 3 == 0 ? 0 : rng() % 3000;
            }
            s.apOn[0] = s.slot % 5 != 4;
            PerDirection<std::set<uint32_t>> served;
            for (const auto& g : scheduler->Schedule(s)) // which aborts on a broken rule
            {
                const bool due = s.ues[g.ue].backlogBits[g.direction] > 0;
                NS_TEST_ASSERT_MSG_EQ(due, true, "grant without backlog");
                served[g.direction].insert(g.ue);
            }
            for (uint32_t n = 0; n < aps; ++n)
            {
                for (const Direction d : DIRECTIONS)
                {
                    uint32_t waiting = 0;
                    uint32_t got = 0;
                    for (uint32_t i = 0; i < ues; ++i)
                    {
                        const bool due = s.apOn[n] && s.ues[i].on && s.ues[i].ap == n &&
                                         s.ues[i].backlogBits[d] > 0;
                        waiting += due;
                        got += due && served[d].count(i) > 0;
                    }
                    if (waiting <= m)
                    {
                        NS_TEST_ASSERT_MSG_EQ(got, waiting, "a waiting user was passed over");
                    }
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Rates of the link adaptation against a direct evaluation of eqs. (5) and (8).
 */
class PredictionTestCase : public TestCase
{
  public:
    PredictionTestCase()
        : TestCase("Predicted rates are those of the SIC formulas with inter-cell interference")
    {
    }

  private:
    void DoRun() override
    {
        auto s = MakeSnapshot(4, 40, 5, 3, 10000000);
        s.residual = 0.02;
        s.snrGap = 1.3;
        const auto csi = MakeGains(s, 9);
        s.csi = &csi;
        auto scheduler = CreateObject<RoundRobinScheduler>();
        for (uint32_t slot = 0; slot < 10; ++slot)
        {
            const auto grants = scheduler->Schedule(s);
            for (const auto& g : grants)
            {
                double sinr = Sinr(s, grants, g, g.ue);
                for (const auto& v : grants)
                {
                    if (g.direction == DOWNLINK && v.direction == DOWNLINK && v.ap == g.ap &&
                        v.subchannel == g.subchannel && v.order > g.order)
                    {
                        sinr = std::min(sinr, Sinr(s, grants, g, v.ue));
                    }
                }
                NOMA_TEST_EXPECT_CLOSE(g.rateBps,
                                       180e3 * std::log2(1 + sinr / s.snrGap),
                                       1e-12,
                                       "rate of layer " << g.order);
            }
        }
    }

    /**
     * @param s network
     * @param grants all grants
     * @param g the layer
     * @param at user at which a downlink layer is decoded
     * @returns its SINR
     */
    static double Sinr(const SlotSnapshot& s,
                       const std::vector<Grant>& grants,
                       const Grant& g,
                       uint32_t at)
    {
        double interference = s.noiseW[g.direction];
        double signal = 0;
        for (const auto& o : grants)
        {
            if (o.direction != g.direction || o.subchannel != g.subchannel)
            {
                continue;
            }
            const double h = g.direction == UPLINK ? s.csi->Gain(UPLINK, o.ue, g.ap, g.subchannel)
                                                   : s.csi->Gain(DOWNLINK, at, o.ap, g.subchannel);
            if (o.ap == g.ap && o.order == g.order)
            {
                signal = o.powerW * h;
            }
            else
            {
                const bool earlier = o.ap == g.ap && o.order < g.order;
                interference += o.powerW * h * (earlier ? s.residual : 1.0);
            }
        }
        return signal / interference;
    }
};

/**
 * @ingroup noma-test
 * A user gets no more subchannels than its backlog fills.
 */
class RoundRobinNeedTestCase : public TestCase
{
  public:
    RoundRobinNeedTestCase()
        : TestCase("Round robin gives what the backlog needs")
    {
    }

  private:
    void DoRun() override
    {
        // 180 bit per subchannel and slot at 1 bit/s/Hz, the first guess
        auto s = MakeSnapshot(1, 3, 8, 1, 0);
        s.ues[0].backlogBits.up = 1;
        s.ues[1].backlogBits.up = 2 * 180 + 1;
        s.ues[2].backlogBits.up = 100000;
        const auto csi = MakeGains(s, 5);
        s.csi = &csi;
        std::vector<uint32_t> count(3, 0);
        const auto scheduler = CreateObject<RoundRobinScheduler>();
        for (const Grant& g : scheduler->Schedule(s))
        {
            ++count[g.ue];
        }
        NS_TEST_EXPECT_MSG_EQ(count[0], 1, "one bit");
        NS_TEST_EXPECT_MSG_EQ(count[1], 3, "a little more than two blocks");
        NS_TEST_EXPECT_MSG_EQ(count[2], 4, "the rest");
    }
};

/**
 * @ingroup noma-test
 * A layer whose blocks are too small for a byte of data takes its subchannels alone from time to
 * time, and its partners have them alone in between: nobody waits for ever.
 */
class RoundRobinUselessLayerTestCase : public TestCase
{
  public:
    RoundRobinUselessLayerTestCase()
        : TestCase("Round robin: nobody is granted blocks that hold nothing for ever")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t ues : {2U, 4U})
        {
            auto s = MakeSnapshot(1, ues, 6, 2, 100000);
            s.subchannelHz = {16667, 16667};
            s.ues[ues - 1].backlogBits = {0, 224};
            TableCsi csi;
            csi.gain.up = csi.gain.down = GainTensor(ues, 1, 6);
            for (uint32_t i = 0; i < ues; ++i)
            {
                for (uint32_t m = 0; m < 6; ++m)
                {
                    // equal gains and powers: at most 1 bit/s/Hz, 16 bit, for who is decoded first
                    csi.gain.down.At(i, 0, m) = 1e-9;
                    csi.gain.up.At(i, 0, m) = 1e-9;
                }
            }
            s.csi = &csi;
            const auto scheduler = CreateObject<RoundRobinScheduler>();
            std::vector<double> bits(ues, 0.0);
            for (s.slot = 0; s.slot < 20; ++s.slot)
            {
                for (const Grant& g : scheduler->Schedule(s))
                {
                    const double block = g.rateBps * s.slotSeconds;
                    bits[g.ue] += g.direction == DOWNLINK && block >= 40 ? block : 0.0;
                }
            }
            for (uint32_t i = 0; i < ues; ++i)
            {
                NS_TEST_EXPECT_MSG_GT(bits[i], 1000, "user " << i << " of " << ues << " waits");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Powers and decoding orders of the groups of one cell, where noise is all there is outside.
 */
class RoundRobinGroupsTestCase : public TestCase
{
  public:
    RoundRobinGroupsTestCase()
        : TestCase("Round robin: powers and order within groups")
    {
    }

  private:
    void DoRun() override
    {
        auto s = MakeSnapshot(1, 6, 3, 2, 100000000);
        const auto csi = MakeGains(s, 5);
        s.csi = &csi;
        const double limitW = 2; // of user 4 in the downlink, below its part of the 20 W
        s.ues[4].maxPowerW.down = limitW;
        const auto scheduler = CreateObject<RoundRobinScheduler>();
        scheduler->SetAttribute("PowerExponent", DoubleValue(0.5));
        scheduler->SetAttribute("UplinkOrder",
                                PointerValue(CreateObject<NomaReceivedPowerOrder>()));
        scheduler->SetAttribute("DownlinkOrder", PointerValue(CreateObject<NomaOrderPolicy>()));
        s.slot = 0;
        scheduler->Schedule(s);
        const auto grants = scheduler->Schedule(s);
        NS_TEST_ASSERT_MSG_EQ(grants.size(), 12, "two directions, three subchannels, two users");
        for (std::size_t i = 0; i < grants.size(); i += 2)
        {
            const Grant& a = grants[i];
            const Grant& b = grants[i + 1];
            NS_TEST_ASSERT_MSG_EQ(a.subchannel, b.subchannel, "a group");
            const auto gain = [&](const Grant& g) {
                return csi.Gain(g.direction, g.ue, g.ap, g.subchannel);
            };
            if (a.direction == UPLINK)
            {
                NOMA_TEST_EXPECT_CLOSE(a.powerW, 0.3, 1e-12, "one grant for each user");
                NS_TEST_EXPECT_MSG_GT(gain(a) * a.powerW, gain(b) * b.powerW, "strong first");
                continue;
            }
            NS_TEST_EXPECT_MSG_LT(gain(a), gain(b), "weak first");
            const double weights = 1 / std::sqrt(gain(a)) + 1 / std::sqrt(gain(b));
            for (const Grant* g : {&a, &b})
            {
                const double share = 20.0 / 3 / std::sqrt(gain(*g)) / weights;
                NOMA_TEST_EXPECT_CLOSE(g->powerW,
                                       (g->ue == 4 ? std::min(share, limitW) : share),
                                       1e-9,
                                       "fractional power");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * What both schedulers complete grants with: limits of users that have several, fractional shares,
 * order by the powers that are sent, and rates.
 */
class GrantCompletionTestCase : public TestCase
{
  public:
    GrantCompletionTestCase()
        : TestCase("grants are completed within all limits")
    {
    }

  private:
    void DoRun() override
    {
        auto s = MakeSnapshot(1, 3, 2, 2, 1000);
        TableCsi csi;
        csi.gain.up = csi.gain.down = GainTensor(3, 1, 2);
        const double gains[] = {1e-11, 4e-11, 9e-11};
        for (uint32_t i = 0; i < 3; ++i)
        {
            csi.gain.down.At(i, 0, 0) = csi.gain.down.At(i, 0, 1) = gains[i];
        }
        s.csi = &csi;
        s.ues[0].maxPowerW.down = 3; // on both subchannels together
        std::vector<Grant> grants;
        for (uint32_t m : {1U, 0U})
        {
            for (uint32_t i : {2 - m, 0U})
            {
                Grant g;
                g.direction = DOWNLINK;
                g.ue = i;
                g.subchannel = m;
                grants.push_back(g);
            }
        }
        GrantCompletion::Number(grants);
        GrantCompletion::SpreadDownlinkPowers(s, grants);
        for (const Grant& g : grants)
        {
            NOMA_TEST_EXPECT_CLOSE(g.powerW, 5.0, 1e-15, "20 W over two subchannels and users");
        }
        GrantCompletion completion;
        auto adaptation = CreateObject<NomaLinkAdaptation>();
        auto power = CreateObject<NomaReceivedPowerOrder>();
        completion.Complete(s, {{nullptr, power}, true, 0.5}, *adaptation, grants);
        NS_TEST_EXPECT_MSG_EQ(SlotScheduler::CheckGrants(s, grants), "", "all rules kept");
        for (std::size_t i = 0; i < grants.size(); i += 2)
        {
            // shares 2/3 to 1/3 and 3/4 to 1/4 by root of the gain, then the limit of 1.5 W
            const Grant& weak = grants[i];
            const Grant& strong = grants[i + 1];
            NS_TEST_EXPECT_MSG_EQ(weak.ue, 0, "least received power first");
            NOMA_TEST_EXPECT_CLOSE(weak.powerW, 1.5, 1e-12, "half of what user 0 may have");
            NOMA_TEST_EXPECT_CLOSE(strong.powerW, strong.ue == 1 ? 10.0 / 3 : 2.5, 1e-12, "share");
            NS_TEST_EXPECT_MSG_GT(weak.rateBps, 0, "a rate");
            NOMA_TEST_EXPECT_CLOSE(
                strong.rateBps,
                s.subchannelHz.down *
                    SpectralEfficiency(strong.powerW * gains[strong.ue] / s.noiseW.down),
                1e-12,
                "alone after cancellation");
        }
        // by received power, user 1 with little power comes before user 0 with much
        s.ues[0].maxPowerW.down = 20;
        s.ues[1].maxPowerW.down = 0.01;
        completion.Complete(s, {{nullptr, power}, true, 0.5}, *adaptation, grants);
        NS_TEST_EXPECT_MSG_EQ(SlotScheduler::CheckGrants(s, grants), "", "all rules kept");
        NS_TEST_EXPECT_MSG_EQ(grants[2].ue, 1, "order by the powers that are sent");
        NS_TEST_EXPECT_MSG_EQ(grants[3].ue, 0, "order by the powers that are sent");
    }
};

/**
 * @ingroup noma-test
 * Each rule that grants can break has its message.
 */
class GrantRulesTestCase : public TestCase
{
  public:
    GrantRulesTestCase()
        : TestCase("Grants that break a rule are named")
    {
    }

  private:
    void DoRun() override
    {
        auto s = MakeSnapshot(2, 6, 3, 2, 1000);
        Grant good;
        good.direction = UPLINK;
        good.ue = 2;
        good.ap = 0;
        good.subchannel = 1;
        good.powerW = 0.2;
        good.rateBps = 1e5;
        Expect(s, {good}, "");
        const auto bad = [&](auto change, const std::string& part) {
            auto g = good;
            change(g);
            Expect(s, {g}, part);
        };
        bad([](Grant& g) { g.ue = 6; }, "ue is 6: must be below 6");
        bad([](Grant& g) { g.ap = 2; }, "ap is 2: must be below 2");
        bad([](Grant& g) { g.subchannel = 3; }, "subchannel is 3: must be below 3");
        bad([](Grant& g) { g.ap = 1; }, "not associated");
        bad([](Grant& g) { g.powerW = 0; }, "powerW is 0");
        bad([](Grant& g) { g.powerW = std::nan(""); }, "powerW is nan");
        bad([](Grant& g) { g.rateBps = -1; }, "rateBps is -1");
        bad([](Grant& g) { g.order = 1; }, "order is 1: must be 0");
        bad([](Grant& g) { g.powerW = 0.4; }, "power of the user");
        auto second = good;
        second.order = 1;
        Expect(s, {good, second}, "granted twice");
        second.ue = 4;
        Expect(s, {good, second}, "");
        auto third = second;
        third.ue = 0;
        third.order = 2;
        Expect(s, {good, second, third}, "more than 2 superposed");
        auto down = good;
        down.direction = DOWNLINK;
        down.powerW = 11;
        auto more = down;
        more.subchannel = 2;
        more.ue = 4;
        Expect(s, {down, more}, "power of the access point");
        s.apOn[0] = false;
        Expect(s, {good}, "switched off");
    }

    /// @param s network @param grants grants @param part what the message must contain
    void Expect(const SlotSnapshot& s, const std::vector<Grant>& grants, const std::string& part)
    {
        const auto message = SlotScheduler::CheckGrants(s, grants);
        const bool fits = part.empty() ? message.empty() : message.find(part) != std::string::npos;
        NS_TEST_EXPECT_MSG_EQ(fits, true, "expected '" << part << "', got '" << message << "'");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaSchedulerTestSuite : public TestSuite
{
  public:
    NomaSchedulerTestSuite()
        : TestSuite("noma-scheduler", Type::UNIT)
    {
        AddTestCase(new RoundRobinFillTestCase);
        AddTestCase(new RoundRobinNeedTestCase);
        AddTestCase(new RoundRobinUselessLayerTestCase);
        AddTestCase(new RoundRobinGroupsTestCase);
        AddTestCase(new PredictionTestCase);
        AddTestCase(new GrantCompletionTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new GrantRulesTestCase);
    }
};

NomaSchedulerTestSuite g_nomaSchedulerTestSuite; //!< the suite

} // namespace
