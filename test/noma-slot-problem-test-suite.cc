/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The slot problem: V against the formula written out, its gradient against central differences,
 * and what the solver finds against the greedy choice and against all decisions.
 */
#include "noma-test-gradients.h"
#include "noma-test.h"

#include "ns3/noma-slot-solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// A random slot with its gains.
struct RandomSlot
{
    GainTensor gain;     //!< gains
    SlotProblem problem; //!< the problem

    /**
     * Cells in a row or, if there are five, one with four around it; path loss exponent 5, Rayleigh
     * fading, 25 dBm.
     *
     * @param d direction
     * @param aps cells
     * @param perCell users of each
     * @param subchannels M
     * @param radius cell radius (m)
     * @param seed seed
     */
    RandomSlot(Direction d,
               uint32_t aps,
               uint32_t perCell,
               uint32_t subchannels,
               double radius,
               uint64_t seed)
        : gain(std::size_t{aps} * perCell, aps, subchannels)
    {
        std::mt19937_64 rng(seed);
        const auto draw = [&rng] {
            return (static_cast<double>(rng() >> 11) + 0.5) / 9007199254740992.0;
        };
        SlotProblem& p = problem;
        p.direction = d;
        p.aps = aps;
        p.subchannels = subchannels;
        p.maxSuperposed = 3;
        p.slotSeconds = 0.01;
        p.subchannelHz = 10e6 / subchannels;
        p.noiseW = NoisePowerW(-174, 0, p.subchannelHz);
        p.orderKey = d == UPLINK ? OrderKey::GAIN : OrderKey::GAIN_OVER_INTERFERENCE;
        p.gain = &gain;
        if (d == DOWNLINK)
        {
            p.apPowerW.assign(aps, 1.0);
        }
        const auto x = [&](uint32_t n) {
            return aps == 5 ? (n == 0 ? 0 : 2 * radius * ((n % 2) ? 2.0 - n : 0.0))
                            : 2 * radius * n;
        };
        const auto y = [&](uint32_t n) {
            return aps == 5 && n > 0 && n % 2 == 0 ? 2 * radius * (3.0 - n) : 0;
        };
        for (uint32_t i = 0; i < aps * perCell; ++i)
        {
            SlotLink link;
            link.user = i;
            link.ap = i % aps;
            const double r = std::max(10.0, radius * std::sqrt(draw()));
            const double angle = 2 * M_PI * draw();
            for (uint32_t n = 0; n < aps; ++n)
            {
                const double distance = std::hypot(x(link.ap) + r * std::cos(angle) - x(n),
                                                   y(link.ap) + r * std::sin(angle) - y(n));
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    gain.At(i, n, m) = std::pow(distance, -5) * -std::log(draw());
                }
            }
            link.backlogBits = 1e5 * std::pow(50, draw());
            link.joulePrice = 0.07 * draw();
            link.bitPrice = 0.07 * (0.5 + draw()) / link.backlogBits;
            link.powerW = {0.00316, 0.316};
            link.startPowerW = link.powerW.max;
            p.links.push_back(link);
        }
    }
};

/**
 * @ingroup noma-test
 * V and rates of random decisions against section 2 of the model, written out.
 */
class SlotValueTestCase : public TestCase
{
  public:
    SlotValueTestCase()
        : TestCase("value of a slot, written out")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(5);
        uint32_t capped = 0;
        for (uint64_t seed = 1; seed <= 60; ++seed)
        {
            RandomSlot slot(seed % 2 ? UPLINK : DOWNLINK, 3, 6, 2, 150, seed);
            SlotProblem& p = slot.problem;
            p.residual = seed % 3 == 0 ? 0.1 : 0;
            p.snrGap = 1.3;
            p.orderKey = static_cast<OrderKey>(seed % 3);
            std::vector<SlotEntry> entries;
            std::vector<uint32_t> count(6, 0);
            for (uint32_t i = 0; i < p.links.size(); ++i)
            {
                p.links[i].sinrFactor = i % 4 == 0 ? 0.7 : 1;
                p.links[i].backlogBits = 2e4 + 1e5 * static_cast<double>(rng() % 8);
                const auto m = static_cast<uint32_t>(rng() % 2);
                if (count[p.links[i].ap * 2 + m]++ < 3)
                {
                    entries.push_back({i, m, 0.01 * static_cast<double>(1 + rng() % 30)});
                }
            }
            std::vector<double> rates;
            const double value = EvaluateSlot(p, entries, &rates);
            double expected = 0;
            for (std::size_t e = 0; e < entries.size(); ++e)
            {
                const double rate = Rate(p, entries, e);
                const SlotLink& link = p.links[entries[e].link];
                NOMA_TEST_EXPECT_CLOSE(rates[e], rate, 1e-12, "rate, seed " << seed);
                capped += rate * 0.01 > link.backlogBits;
                expected += link.bitPrice * std::min(rate * 0.01, link.backlogBits) -
                            link.joulePrice * entries[e].powerW * 0.01;
            }
            NOMA_TEST_EXPECT_CLOSE(value, expected, 1e-12, "value, seed " << seed);
        }
        NS_TEST_EXPECT_MSG_GT(capped, 10, "backlogs bind somewhere");
    }

    /// @param p the problem @param entries decision @param e an entry @returns its rate (bit/s)
    static double Rate(const SlotProblem& p, const std::vector<SlotEntry>& entries, std::size_t e)
    {
        const auto link = [&](std::size_t k) { return p.links[entries[k].link]; };
        const auto same = [&](std::size_t k) {
            return entries[k].subchannel == entries[e].subchannel;
        };
        const uint32_t m = entries[e].subchannel;
        const uint32_t n = link(e).ap;
        const bool up = p.direction == UPLINK;
        const auto h = [&](std::size_t k, uint32_t ap) { return p.gain->At(link(k).user, ap, m); };
        const auto outside = [&](std::size_t k) {
            double w = p.noiseW;
            for (std::size_t t = 0; t < entries.size(); ++t)
            {
                if (same(t) && link(t).ap != n)
                {
                    w += entries[t].powerW * (up ? h(t, n) : h(k, link(t).ap));
                }
            }
            return w;
        };
        const auto key = [&](std::size_t k) {
            return DecodingKey(p.orderKey, h(k, n), entries[k].powerW, outside(k));
        };
        const auto stronger = [&](std::size_t a, std::size_t b) {
            return key(a) != key(b) ? key(a) > key(b) : link(a).user < link(b).user;
        };
        double worst = std::numeric_limits<double>::infinity();
        for (std::size_t v = 0; v < entries.size(); ++v)
        {
            // a downlink layer is decoded by its user and by all stronger ones
            const bool decodes = v == e || (!up && same(v) && link(v).ap == n && stronger(v, e));
            if (!decodes)
            {
                continue;
            }
            double disturbed = outside(v);
            for (std::size_t q = 0; q < entries.size(); ++q)
            {
                if (q != e && same(q) && link(q).ap == n)
                {
                    const bool earlier = up ? stronger(q, e) : stronger(e, q);
                    disturbed +=
                        (earlier ? p.residual : 1) * entries[q].powerW * (up ? h(q, n) : h(v, n));
                }
            }
            worst = std::min(worst, entries[e].powerW * (up ? h(e, n) : h(v, n)) / disturbed);
        }
        return p.subchannelHz * std::log1p(worst * link(e).sinrFactor / p.snrGap) / std::log(2.0);
    }
};

/**
 * @ingroup noma-test
 * The gradient of the relaxed problem by every share and power against central differences, at
 * random points and near bounds, in both directions.
 */
class SlotGradientTestCase : public TestCase
{
  public:
    SlotGradientTestCase()
        : TestCase("gradient of the relaxed slot problem")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(7);
        double worst = 0;
        std::size_t checked = 0;
        for (uint64_t seed = 1; seed <= 8; ++seed)
        {
            RandomSlot slot(seed % 2 ? UPLINK : DOWNLINK, 3, 3, 2, 150, seed);
            SlotProblem& p = slot.problem;
            p.residual = seed > 4 ? 0.05 : 0;
            p.snrGap = 1.4;
            p.maxPerUser = seed == 8 ? 2 : 1;
            // away from the kink where a backlog is used up: some always are, some never
            for (std::size_t i = 0; i < p.links.size(); ++i)
            {
                p.links[i].backlogBits = i % 4 == 0 ? 1.0 : 1e9;
                p.links[i].sinrFactor = i % 3 == 0 ? 0.8 : 1;
            }
            SlotColumns columns;
            columns.Build(p, 0);
            std::vector<uint32_t> active(columns.GetSize());
            for (uint32_t c = 0; c < active.size(); ++c)
            {
                active[c] = c;
            }
            SlotRelaxation relaxation;
            relaxation.Reset(p, columns, active);
            std::vector<double> x(relaxation.GetSize());
            for (auto& value : x)
            {
                value = seed < 3 ? 1e-3 + 2e-3 * static_cast<double>(rng() % 2)
                                 : 0.1 + 0.8 * static_cast<double>(rng() % 1000) / 1000;
            }
            SmoothGradientProblem problem(relaxation, x, 0, 4e-4);
            const GradientCheck check = CheckGradient(problem);
            worst = std::max(worst, check.worst);
            checked += check.checked - check.unresolved;
        }
        NS_TEST_EXPECT_MSG_GT(checked, 200, "derivatives that differences can tell");
        NS_TEST_EXPECT_MSG_LT(worst, 1e-6, "relative error of the gradient");
    }
};

/**
 * @ingroup noma-test
 * Random slots of five cells: feasible, never below the greedy choice, and 1 % above it in the mean
 * at cell radii of 250 and 500 m; the last slot's decision as a start never hurts.
 */
class SlotGainTestCase : public TestCase
{
  public:
    SlotGainTestCase()
        : TestCase("random slots against the greedy choice")
    {
    }

  private:
    void DoRun() override
    {
        for (double radius : {250.0, 500.0})
        {
            double sum = 0;
            const uint32_t slots = 12;
            for (uint64_t seed = 1; seed <= slots; ++seed)
            {
                const auto perCell = static_cast<uint32_t>(12 + 6 * (seed % 4));
                const auto subchannels = static_cast<uint32_t>(4 + seed % 3);
                RandomSlot slot(UPLINK, 5, perCell, subchannels, radius, seed);
                SlotSolver solver;
                const SlotSolution first = solver.Solve(slot.problem, {});
                Check(slot.problem, first);
                NS_TEST_EXPECT_MSG_EQ((first.value >= first.greedyValue), true, "seed " << seed);
                sum += first.value / first.greedyValue - 1;
                const SlotSolution second = solver.Solve(slot.problem, first.entries);
                NS_TEST_EXPECT_MSG_EQ((second.value >= first.value * (1 - 1e-12)),
                                      true,
                                      "warm: " << second.value << " " << first.value);
            }
            NS_TEST_EXPECT_MSG_GT(sum / slots, 0.01, "mean gain at " << radius << " m");
        }
        for (uint64_t seed = 1; seed <= 8; ++seed)
        {
            for (uint32_t perUser : {1, 2})
            {
                RandomSlot slot(seed % 2 ? UPLINK : DOWNLINK, 3, 5, 4, 300, seed);
                slot.problem.maxPerUser = perUser;
                SlotSolver solver;
                const SlotSolution solution = solver.Solve(slot.problem, {});
                Check(slot.problem, solution);
                NS_TEST_EXPECT_MSG_EQ((solution.value >= solution.greedyValue), true, "not below");
                if (perUser == 2)
                {
                    slot.problem.maxPerUser = 1;
                    const double one = solver.Solve(slot.problem, {}).value;
                    NS_TEST_EXPECT_MSG_GT(solution.value, 0.98 * one, "two need not be worse");
                }
            }
        }
        for (uint64_t seed = 1; seed <= 300; ++seed)
        {
            // least powers that leave little room to share
            RandomSlot slot(UPLINK, 3, 4, 12, 250, seed);
            slot.problem.maxPerUser = 4;
            for (SlotLink& link : slot.problem.links)
            {
                link.powerW.min = (seed % 3 == 0   ? 0.01
                                   : seed % 3 == 1 ? 0.05
                                                   : 0.2) *
                                  link.powerW.max;
                link.startPowerW = std::max(link.startPowerW, link.powerW.min);
            }
            Check(slot.problem, SlotSolver().Solve(slot.problem, {}));
        }
    }

    /// Checks constraints and value. @param p the problem @param s its solution
    void Check(const SlotProblem& p, const SlotSolution& s)
    {
        std::vector<uint32_t> held(p.links.size(), 0);
        std::vector<double> watts(p.links.size(), 0);
        std::vector<double> apW(p.aps, 0);
        std::vector<uint32_t> on(std::size_t{p.aps} * p.subchannels, 0);
        for (const SlotEntry& e : s.entries)
        {
            const SlotLink& link = p.links[e.link];
            ++held[e.link];
            watts[e.link] += e.powerW;
            apW[link.ap] += e.powerW;
            ++on[link.ap * p.subchannels + e.subchannel];
        }
        for (std::size_t i = 0; i < p.links.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ((held[i] <= p.maxPerUser), true, "subchannels of a user");
            NS_TEST_EXPECT_MSG_EQ((watts[i] <= p.links[i].powerW.max * (1 + 1e-9)),
                                  true,
                                  "power of a user");
        }
        for (uint32_t n = 0; n < p.aps && !p.apPowerW.empty(); ++n)
        {
            NS_TEST_EXPECT_MSG_EQ((apW[n] <= p.apPowerW[n] * (1 + 1e-9)), true, "power of an AP");
        }
        for (uint32_t users : on)
        {
            NS_TEST_EXPECT_MSG_EQ((users <= p.maxSuperposed), true, "K");
        }
        NOMA_TEST_EXPECT_CLOSE(s.value, EvaluateSlot(p, s.entries), 1e-12, "value");
    }
};

/**
 * @ingroup noma-test
 * Small slots at fixed powers: the solver finds the best of all decisions in nearly all of them,
 * never more than that.
 */
class SlotOptimumTestCase : public TestCase
{
  public:
    SlotOptimumTestCase()
        : TestCase("small slots against all decisions")
    {
    }

  private:
    void DoRun() override
    {
        const uint32_t slots = 40;
        uint32_t found = 0;
        for (uint64_t seed = 1; seed <= slots; ++seed)
        {
            RandomSlot slot(UPLINK, 2, 3, 2, 200, seed);
            SlotProblem& p = slot.problem;
            p.maxSuperposed = 2;
            for (auto& link : p.links)
            {
                link.powerW.min = link.powerW.max;
            }
            double best = 0;
            std::vector<uint32_t> choice(p.links.size(), 0);
            for (;;)
            {
                std::vector<SlotEntry> entries;
                std::vector<uint32_t> on(4, 0);
                bool feasible = true;
                for (uint32_t i = 0; i < p.links.size(); ++i)
                {
                    if (choice[i] > 0)
                    {
                        entries.push_back({i, choice[i] - 1, p.links[i].powerW.max});
                        feasible =
                            feasible && ++on[p.links[i].ap * 2 + choice[i] - 1] <= p.maxSuperposed;
                    }
                }
                best = feasible ? std::max(best, EvaluateSlot(p, entries)) : best;
                std::size_t i = 0;
                while (i < choice.size() && choice[i] == 2)
                {
                    choice[i++] = 0;
                }
                if (i == choice.size())
                {
                    break;
                }
                ++choice[i];
            }
            const double value = SlotSolver().Solve(p, {}).value;
            NS_TEST_EXPECT_MSG_EQ((value <= best * (1 + 1e-12)), true, "not above the best");
            NS_TEST_EXPECT_MSG_GT(value, 0.9 * best, "near the best, seed " << seed);
            found += value >= best * (1 - 1e-9);
        }
        NS_TEST_EXPECT_MSG_GT(found, slots * 7 / 10, "optima found");
    }
};

/**
 * @ingroup noma-test
 * Bad problems and parameters are refused by name; empty ones are solved.
 */
class SlotInputTestCase : public TestCase
{
  public:
    SlotInputTestCase()
        : TestCase("slot problems that are wrong")
    {
    }

  private:
    void DoRun() override
    {
        RandomSlot good(UPLINK, 2, 2, 2, 200, 1);
        const auto solve = [](const SlotProblem& p) { SlotSolver().Solve(p, {}); };
        SlotProblem p = good.problem;
        p.links.clear();
        NS_TEST_EXPECT_MSG_EQ(SlotSolver().Solve(p, {}).entries.size(), 0, "nobody waits");
        p = good.problem;
        p.maxPerUser = 0;
        NOMA_TEST_EXPECT_INVALID(solve(p), "maxPerUser is 0");
        p = good.problem;
        p.links[1].backlogBits = 0;
        NOMA_TEST_EXPECT_INVALID(solve(p), "links[1].backlogBits is 0");
        p = good.problem;
        p.links[2].bitPrice = std::numeric_limits<double>::quiet_NaN();
        NOMA_TEST_EXPECT_INVALID(solve(p), "links[2].bitPrice");
        p = good.problem;
        p.links[0].startPowerW = 1;
        NOMA_TEST_EXPECT_INVALID(solve(p), "links[0].startPowerW is 1");
        SlotSolverParams params;
        params.mixing = 1;
        NOMA_TEST_EXPECT_INVALID(SlotSolver{params}, "mixing");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class SlotProblemTestSuite : public TestSuite
{
  public:
    SlotProblemTestSuite()
        : TestSuite("noma-slot-problem", Type::UNIT)
    {
        AddTestCase(new SlotValueTestCase);
        AddTestCase(new SlotGradientTestCase);
        AddTestCase(new SlotGainTestCase);
        AddTestCase(new SlotOptimumTestCase);
        AddTestCase(new SlotInputTestCase);
    }
};

SlotProblemTestSuite g_slotProblemTestSuite; //!< the suite

} // namespace
