/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test-engine-cases.h"
#include "noma-test.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-li-gd-engine.h"
#include "ns3/noma-objective.h"

#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * What the engine reports is what Evaluate() says of its decision, and the decision is feasible.
 */
class EngineDecisionTestCase : public TestCase
{
  public:
    EngineDecisionTestCase()
        : TestCase("engine: feasible decisions with the objective reported")
    {
    }

  private:
    void DoRun() override
    {
        for (const EngineCase& c : EngineCases())
        {
            LiGdEngine engine;
            const LiGdEngineReport sweep = engine.Sweep(c.instance);
            const Decision decision = engine.GetDecision();
            std::string error;
            try
            {
                ValidateDecision(c.instance, decision, true);
            }
            catch (const std::invalid_argument& e)
            {
                error = e.what();
            }
            NS_TEST_EXPECT_MSG_EQ(error, "", c.name << ": feasible");
            NOMA_TEST_EXPECT_CLOSE(sweep.gamma,
                                   Evaluate(c.instance, decision).gamma,
                                   1e-9,
                                   c.name << ": objective reported and evaluated");
            NS_TEST_EXPECT_MSG_EQ(sweep.solver.layers.size(),
                                  LiGdEngine::GetLayers(c.instance),
                                  c.name << ": all layers");
            for (const LayerReport& layer : sweep.solver.layers)
            {
                NS_TEST_EXPECT_MSG_EQ((layer.gamma >= sweep.gamma),
                                      true,
                                      c.name << ": the best layer is chosen");
            }
            // the same slot again: nothing to gain but what the tolerance left
            const LiGdEngineReport again = engine.Resolve(c.instance);
            NS_TEST_EXPECT_MSG_EQ((again.gamma <= sweep.gamma * 1.002),
                                  true,
                                  c.name << ": solved again, " << again.gamma << " after "
                                         << sweep.gamma);
            // two engines, the same bits
            LiGdEngine other;
            other.Sweep(c.instance);
            NS_TEST_EXPECT_MSG_EQ((other.Resolve(c.instance).gamma == again.gamma),
                                  true,
                                  c.name << ": reproducible");
        }
    }
};

/**
 * At a tight tolerance the solution meets the first-order conditions for all shares, powers and
 * units, with derivatives from Objective, which shares no code with ActiveLinks but the rate.
 */
class EngineStationarityTestCase : public TestCase
{
  public:
    EngineStationarityTestCase()
        : TestCase("engine: first-order conditions over all subchannels")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 3;
        p.usersPerAp = 10;
        p.subchannels = 12;
        p.maxSuperposed = 10; // the price of K is not part of Objective
        for (uint64_t seed = 1; seed <= 5; ++seed)
        {
            const Instance sorted = MakeRandomInstance(p, seed);
            const Instance instance = seed % 2 == 0 ? Interleave(sorted) : sorted;
            LiGdEngineParams params;
            params.tolerance = 1e-12;
            params.columnTolerance = 1e-8;
            params.maxRounds = 500;
            params.maxIterations = 20000;
            LiGdEngine engine(params);
            const std::vector<uint32_t> option(instance.users.size(), 0);
            const LiGdEngineReport report = engine.SolveOptions(instance, option, false);
            NS_TEST_EXPECT_MSG_EQ((report.solver.status == SolverStatus::CONVERGED),
                                  true,
                                  "seed " << seed << " converged");
            const Decision decision = engine.GetDecision();
            CheckConditions(instance, decision, report.gamma);
        }
    }

    /// @param instance problem @param decision solution @param gamma its objective
    void CheckConditions(const Instance& instance, const Decision& decision, double gamma)
    {
        const uint32_t users = instance.users.size();
        const uint32_t subchannels = instance.subchannels;
        ShareSupport support(instance);
        ObjectivePoint point = MakePoint(decision, support);
        ObjectiveWorkspace workspace;
        ObjectiveGradient gradient;
        for (Direction d : DIRECTIONS)
        {
            std::vector<ShareColumn> all;
            for (uint32_t c = 0; c < users * subchannels; ++c)
            {
                all.push_back({c % users, c / users});
            }
            support.Insert(d, all, point.share[d]);
        }
        const double value = Objective(instance).Gradient(support, point, workspace, gradient);
        NOMA_TEST_EXPECT_CLOSE(value, gamma, 1e-9, "objective");
        for (Direction d : DIRECTIONS)
        {
            for (uint32_t i = 0; i < users; ++i)
            {
                const LinkDecision& link = decision.users[i].link[d];
                const double utility = workspace.GetUtility()[i];
                const auto derivative = [&](uint32_t m) {
                    return gradient.share[d][support.Find(d, i, m)];
                };
                double sum = 0;
                double held = 0;
                for (const Share& s : link.shares)
                {
                    sum += s.share;
                    held += s.share * derivative(s.subchannel);
                }
                // shares: none cheaper than those held; all in use, or worth nothing
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    NS_TEST_EXPECT_MSG_EQ((derivative(m) * sum >= held - 1e-3 * utility),
                                          true,
                                          "user " << i << " would gain on subchannel " << m << ", "
                                                  << DirectionName(d));
                }
                NS_TEST_EXPECT_MSG_EQ((sum > 1 - 1e-6 || std::abs(held) < 1e-3 * utility),
                                      true,
                                      "user " << i << " holds " << sum);
                // power: relative step against the bounds
                const Interval& bounds = instance.users[i].powerW[d];
                const double slope = gradient.power[d][i] * link.powerW;
                const bool low = link.powerW <= bounds.min * (1 + 1e-9);
                const bool high = link.powerW >= bounds.max * (1 - 1e-9);
                NS_TEST_EXPECT_MSG_EQ(
                    ((low || slope <= 1e-3 * utility) && (high || slope >= -1e-3 * utility)),
                    true,
                    "power of user " << i << ": slope " << slope << " of " << utility);
            }
        }
    }

    /// @returns the point of a decision @param decision decision
    /// @param [out] support its columns
    static ObjectivePoint MakePoint(const Decision& decision, ShareSupport& support)
    {
        ObjectivePoint point;
        for (const UserDecision& user : decision.users)
        {
            point.option.push_back(user.option);
            point.units.push_back(user.units);
        }
        for (Direction d : DIRECTIONS)
        {
            std::vector<ShareColumn> columns;
            for (uint32_t i = 0; i < decision.users.size(); ++i)
            {
                point.power[d].push_back(decision.users[i].link[d].powerW);
                for (const Share& s : decision.users[i].link[d].shares)
                {
                    columns.push_back({i, s.subchannel});
                }
            }
            support.Assign(d, columns);
            point.share[d].resize(columns.size());
            for (uint32_t i = 0; i < decision.users.size(); ++i)
            {
                for (const Share& s : decision.users[i].link[d].shares)
                {
                    point.share[d][support.Find(d, i, s.subchannel)] = s.share;
                }
            }
        }
        return point;
    }
};

/**
 * Slots: warm starts stay near cold solves, and forget nothing when dimensions change.
 */
class EngineSlotsTestCase : public TestCase
{
  public:
    EngineSlotsTestCase()
        : TestCase("engine: slot after slot")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 3;
        p.usersPerAp = 20;
        p.subchannels = 16;
        Instance instance = MakeRandomInstance(p, 5);
        LiGdEngine warm;
        warm.Sweep(instance);
        std::mt19937_64 random(2);
        double excess = 0;
        const uint32_t slots = 40;
        for (uint32_t slot = 0; slot < slots; ++slot)
        {
            // gains drift by some percent
            for (Direction d : DIRECTIONS)
            {
                for (uint32_t m = 0; m < p.subchannels; ++m)
                {
                    for (uint32_t n = 0; n < p.aps; ++n)
                    {
                        for (std::size_t i = 0; i < instance.users.size(); ++i)
                        {
                            const double u = static_cast<double>(random() >> 11) * 0x1p-53;
                            instance.gain[d].At(i, n, m) *= std::exp(0.2 * (u - 0.5));
                        }
                    }
                }
            }
            const LiGdEngineReport report = warm.Resolve(instance);
            NOMA_TEST_EXPECT_CLOSE(report.gamma,
                                   Evaluate(instance, warm.GetDecision()).gamma,
                                   1e-9,
                                   "slot " << slot);
            excess += report.gamma / LiGdEngine().Sweep(instance).gamma - 1;
        }
        NS_TEST_EXPECT_MSG_EQ((excess / slots < 0.01),
                              true,
                              "warm starts are " << 100 * excess / slots
                                                 << " % above cold starts in the mean");
        p.usersPerAp = 12;
        const Instance smaller = MakeRandomInstance(p, 6);
        NOMA_TEST_EXPECT_CLOSE(warm.Resolve(smaller).gamma,
                               LiGdEngine().Sweep(smaller).gamma,
                               1e-15,
                               "other dimensions start cold");
    }
};

/**
 * Bad parameters are refused by name; layers of unequal length are cut off.
 */
class EngineParamsTestCase : public TestCase
{
  public:
    EngineParamsTestCase()
        : TestCase("engine: parameters and layers")
    {
    }

  private:
    void DoRun() override
    {
        LiGdEngineParams params;
        params.tolerance = 0;
        NOMA_TEST_EXPECT_INVALID(LiGdEngine engine(params), "tolerance");
        params = {};
        params.columnsPerUser = 9;
        NOMA_TEST_EXPECT_INVALID(LiGdEngine engine(params), "columnsPerUser");

        Instance instance = MakeRandomInstance(RandomInstanceParameters(), 3);
        for (uint32_t i = 0; i < 3; ++i)
        {
            instance.users[i].options.resize(1 + i, instance.users[i].options.back());
        }
        NS_TEST_EXPECT_MSG_EQ(LiGdEngine::GetLayers(instance), 3, "the longest list counts");
        const std::vector<uint32_t> option = LiGdEngine::LayerOptions(instance, 2);
        for (uint32_t i = 0; i < 3; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(option[i], i, "the last option stands for what is missing");
        }
    }
};

/// Li-GD at scale.
class LiGdEngineTestSuite : public TestSuite
{
  public:
    LiGdEngineTestSuite()
        : TestSuite("noma-li-gd-engine", Type::UNIT)
    {
        AddTestCase(new EngineDecisionTestCase);
        AddTestCase(new EngineStationarityTestCase);
        AddTestCase(new EngineSlotsTestCase);
        AddTestCase(new EngineParamsTestCase);
    }
};

LiGdEngineTestSuite g_liGdEngineTestSuite; //!< the suite

} // namespace
