/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-instance-builder.h"
#include "ns3/noma-split-rule.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

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
        // what was measured counts: at half the rate three, then at the old rate six again
        const auto rule = CreateObject<QueueAwareSplitRule>();
        rule->SetAttribute("Window", DoubleValue(2));
        rule->SetAttribute("MinGain", DoubleValue(0));
        NS_TEST_EXPECT_MSG_EQ(Measured(rule, 10000, true), 3, "1 Mb/s, a tensor takes 3 s");
        NS_TEST_EXPECT_MSG_EQ(Measured(rule, 30000, true), 6, "(1 + 3) / 2 Mb/s");
        NS_TEST_EXPECT_MSG_EQ(Measured(rule, 10000, false), 3, "(2 + 0) / 2 Mb/s");
    }

    /// @returns users of twenty that go to the edge after one more slot @param rule rule
    /// @param bits payload of the slot's block @param decoded whether it arrived
    static uint32_t Measured(Ptr<SplitRule> rule, uint32_t bits, bool decoded)
    {
        SlotSnapshot s;
        s.aps = 1;
        s.subchannels = 1;
        s.slotSeconds = 0.01;
        GrantOutcome o;
        o.payloadBits = bits;
        o.decoded = decoded;
        rule->Report(s, {o});
        BuiltInstance built = Burst(20, 1.5);
        Decision decision = OnDevice(20);
        rule->Choose(built, decision);
        return static_cast<uint32_t>(
            std::count_if(decision.users.begin(), decision.users.end(), [](const UserDecision& u) {
                return u.option == 0;
            }));
    }

    /// @returns tasks of one cell with one subchannel @param users number of them
    /// @param seconds time of a tensor on the subchannel
    static BuiltInstance Burst(uint32_t users, double seconds)
    {
        BuiltInstance built;
        built.instance = OneCell(users, 1, 1e6, 3); // 2 bit/s/Hz
        built.instance.edges[0].clockHz = 1e12;
        for (User& u : built.instance.users)
        {
            u.wT = 1;
            u.wE = 0;
            u.options = {{0, 1e10, 2e6 * seconds, 100}, {1e10, 0, 0, 0}};
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
 * One user alone chooses the side of less utility, by hand, in all terms of delay and energy.
 */
class OneUserTestCase : public TestCase
{
  public:
    OneUserTestCase()
        : TestCase("a user alone chooses the better side")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(1);
        const auto draw = [&rng](double low, double high) {
            std::uniform_real_distribution<double> uniform(std::log(low), std::log(high));
            return std::exp(uniform(rng));
        };
        uint32_t offloaded = 0;
        uint32_t compared = 0;
        for (uint32_t trial = 0; trial < 2000; ++trial)
        {
            BuiltInstance built;
            Instance& instance = built.instance;
            instance.subchannels = 1;
            instance.bandwidthHz.up = instance.bandwidthHz.down = 1e6;
            instance.snrGapDb = 3;
            EdgeServer edge;
            edge.units = draw(2, 20);
            edge.clockHz = draw(1e9, 1e10);
            edge.flopPerCycle = draw(1, 8);
            edge.kappa = draw(1e-30, 1e-28);
            edge.lambda = Lambda::Power(0.5);
            instance.edges.push_back(edge);
            User u;
            u.clockHz = draw(5e8, 2e9);
            u.flopPerCycle = draw(1, 8);
            u.kappa = draw(1e-29, 1e-27);
            u.wT = trial % 4 == 0 ? 1.0 : trial % 4 == 1 ? 0.0 : 0.5;
            u.wE = 1 - u.wT;
            u.delayScale = draw(0.2, 5);
            u.energyScale = draw(0.2, 5);
            u.powerW.up = u.powerW.down = Interval{0.01, draw(0.1, 2)};
            u.units = {1.5, 4};
            const double flops = draw(1e9, 1e11);
            const double head = flops * draw(0.01, 0.5);
            u.options.push_back({head, flops - head, draw(1e5, 1e7), 0});
            u.options.push_back({flops, 0, 0, 0});
            instance.users.push_back(u);
            const double snr = draw(1, 100);
            for (const Direction d : DIRECTIONS)
            {
                instance.gain[d] = GainTensor(1, 1, 1);
                instance.gain[d].At(0, 0, 0) = snr * instance.NoiseW(d) / u.powerW.up.max;
            }
            built.choosing = {true};
            built.ues = {0};

            const CutOption& o = u.options[0];
            const double ready = o.deviceFlops / (u.clockHz * u.flopPerCycle);
            const double up = o.upBits / (1e6 * std::log2(1 + snr / std::pow(10.0, 0.3)));
            const double unit = edge.clockHz * edge.flopPerCycle;
            const double tail = o.edgeFlops / (std::sqrt(1.5) * unit);
            const double wait = std::max(0.0, o.edgeFlops / unit / edge.units - ready - up) / 2;
            const auto onDevice = [&u](double f) {
                return u.kappa * u.clockHz * u.clockHz * f / u.flopPerCycle;
            };
            const double split =
                u.wT * (ready + up + tail + wait) / u.delayScale +
                u.wE *
                    (onDevice(o.deviceFlops) + u.powerW.up.max * up +
                     edge.kappa * edge.clockHz * edge.clockHz * o.edgeFlops / edge.flopPerCycle) /
                    u.energyScale;
            const double local = u.wT * flops / (u.clockHz * u.flopPerCycle) / u.delayScale +
                                 u.wE * onDevice(flops) / u.energyScale;
            if (std::abs(split / local - 1) < 1e-6)
            {
                continue;
            }
            ++compared;
            for (const uint32_t from : {0U, 1U})
            {
                Decision decision;
                decision.users.resize(1);
                decision.users[0].option = from;
                const auto rule = CreateObject<QueueAwareSplitRule>();
                rule->SetAttribute("MinGain", DoubleValue(0));
                rule->Choose(built, decision);
                NS_TEST_EXPECT_MSG_EQ(decision.users[0].option,
                                      (split < local ? 0U : 1U),
                                      "trial " << trial << ": " << split << " against " << local);
            }
            offloaded += split < local;
        }
        NS_TEST_EXPECT_MSG_GT(offloaded, compared / 5, "some gain at the edge");
        NS_TEST_EXPECT_MSG_LT(offloaded, compared * 4 / 5, "others on the device");
    }
};

/**
 * @ingroup noma-test
 * Rules that change the allocator's cuts.
 */
class NomaSplitRuleTestSuite : public TestSuite
{
  public:
    NomaSplitRuleTestSuite()
        : TestSuite("noma-split-rule", Type::UNIT)
    {
        AddTestCase(new QueueAwareTestCase);
        AddTestCase(new OneUserTestCase);
    }
};

NomaSplitRuleTestSuite g_nomaSplitRuleTestSuite; //!< instance

} // namespace
