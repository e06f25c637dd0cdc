/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test-gradients.h"
#include "noma-test.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-li-gd-problem.h"
#include "ns3/noma-li-gd.h"
#include "ns3/noma-share-rounding.h"
#include "ns3/noma-subchannel.h"

#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @returns an instance @param users users per access point @param subchannels M @param seed seed
Instance
MakeInstance(uint32_t users, uint32_t subchannels, uint64_t seed)
{
    RandomInstanceParameters p;
    p.aps = 2;
    p.usersPerAp = users;
    p.subchannels = subchannels;
    return MakeRandomInstance(p, seed);
}

/**
 * x > 0.5 becomes 1, with every kind of repair.
 */
class ShareRoundingTestCase : public TestCase
{
  public:
    ShareRoundingTestCase()
        : TestCase("rounding of shares")
    {
    }

  private:
    void DoRun() override
    {
        // one access point's view: 5 users, 3 subchannels, K = 2
        Instance instance = MakeInstance(5, 3, 1);
        instance.maxSuperposed = 2;
        const double table[5][3] = {{0.9, 0.1, 0.0},   // kept on 0
                                    {0.8, 0.7, 0.1},   // several: 0
                                    {0.7, 0.6, 0.0},   // several, and 0 is full: 1
                                    {0.2, 0.4, 0.3},   // none: 1
                                    {0.1, 0.55, 0.5}}; // kept, but for K: 1 is taken by 2 first
        Decision decision;
        decision.users.resize(10);
        const auto share = [&](uint32_t i, uint32_t m) { return table[i % 5][m]; };
        for (Direction d : DIRECTIONS)
        {
            const RoundingReport report = RoundShares(instance, d, share, decision);
            const uint32_t expected[] = {0, 0, 1, 2, 1};
            for (uint32_t i = 0; i < 10; ++i)
            {
                const LinkDecision& link = decision.users[i].link[d];
                NS_TEST_ASSERT_MSG_EQ(link.IsIntegral(), true, "user " << i << " holds one");
                NS_TEST_EXPECT_MSG_EQ(link.shares[0].subchannel, expected[i % 5], "user " << i);
            }
            NS_TEST_EXPECT_MSG_EQ(report.kept, 4, "kept"); // 0 and 4 of either cell
            NS_TEST_EXPECT_MSG_EQ(report.several, 4, "several");
            NS_TEST_EXPECT_MSG_EQ(report.none, 2, "none");
            NS_TEST_EXPECT_MSG_EQ(report.crowded, 2, "crowded");
            NS_TEST_EXPECT_MSG_EQ(report.shared, 0, "shared");
        }
        // too many for whole subchannels: equal shares that fill every place
        for (uint32_t users : {7u, 9u, 18u, 31u})
        {
            Instance crowd = MakeInstance(users, 3, 1);
            crowd.maxSuperposed = 2;
            decision.users.assign(2 * users, UserDecision());
            const RoundingReport report = RoundShares(crowd, UPLINK, share, decision);
            NS_TEST_EXPECT_MSG_EQ(report.shared, 2 * users, "all share");
            std::vector<double> load(3, 0.0);
            for (uint32_t i = 0; i < users; ++i)
            {
                double sum = 0;
                for (const Share& s : decision.users[i].link.up.shares)
                {
                    sum += s.share;
                    load[s.subchannel] += s.share;
                }
                NOMA_TEST_EXPECT_CLOSE(sum, 6.0 / users, 1e-12, "equal share of user " << i);
            }
            for (double l : load)
            {
                NOMA_TEST_EXPECT_CLOSE(l, 2.0, 1e-12, "K users at any time");
            }
        }
        // device-only links get nothing
        decision.users.assign(10, UserDecision());
        for (uint32_t i = 0; i < 10; ++i)
        {
            decision.users[i].option = instance.users[i].options.size() - 1;
        }
        RoundShares(instance, UPLINK, share, decision);
        NS_TEST_EXPECT_MSG_EQ(decision.users[3].link.up.shares.empty(), true, "no radio");
    }
};

/**
 * The problem's cost is Gamma / U of the decision it stands for, its gradient that of the cost.
 */
class LiGdProblemTestCase : public TestCase
{
  public:
    LiGdProblemTestCase()
        : TestCase("relaxed problem of one layer")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = MakeInstance(3, 2, 7);
        LiGdProblem problem(instance, 1e-3);
        std::vector<double> x = problem.GetMiddle();
        std::mt19937_64 random(3);
        for (double& v : x)
        {
            v = 0.05 + 0.9 * static_cast<double>(random() >> 11) * 0x1p-53;
        }
        for (uint32_t layer = 0; layer < 3; ++layer)
        {
            problem.SetLayer(layer);
            double cost = 0;
            problem.Evaluate(x.data(), &cost, nullptr);

            Decision decision;
            decision.users.resize(instance.users.size());
            for (uint32_t i = 0; i < instance.users.size(); ++i)
            {
                UserDecision& user = decision.users[i];
                user.option = problem.GetOptions()[i];
                user.units = problem.GetUnits(x.data(), i);
                for (Direction d : DIRECTIONS)
                {
                    user.link[d].powerW = problem.GetPower(x.data(), d, i);
                    for (uint32_t m = 0; m < instance.subchannels; ++m)
                    {
                        user.link[d].shares.push_back({m, problem.GetShare(x.data(), d, i, m)});
                    }
                }
            }
            NOMA_TEST_EXPECT_CLOSE(cost * instance.users.size(),
                                   Evaluate(instance, decision).gamma,
                                   1e-12,
                                   "cost at layer " << layer);
            SmoothGradientProblem smooth(problem, x, 0.1, 1e-3);
            const GradientCheck check = CheckGradient(smooth);
            NS_TEST_EXPECT_MSG_LT(check.worst, 1e-6, check.where << " at layer " << layer);
            NS_TEST_EXPECT_MSG_LT(check.unresolved * 10, check.checked, "differences can tell");
        }
        x.assign(x.size(), 7.0);
        x[0] = -3;
        problem.Project(x.data());
        NOMA_TEST_EXPECT_NEAR(x[0], 1e-3, 0, "shares stop at the floor");
        NOMA_TEST_EXPECT_NEAR(x[1], 1, 0, "and at 1");
    }
};

/**
 * A lone user on one subchannel: the powers have a closed form, the shares end at 1.
 */
class LiGdLoneUserTestCase : public TestCase
{
  public:
    LiGdLoneUserTestCase()
        : TestCase("lone user against the closed form")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 10; ++seed)
        {
            RandomInstanceParameters p;
            p.usersPerAp = 1;
            p.subchannels = 1;
            p.maxOptions = 2;
            Instance instance = MakeRandomInstance(p, seed);
            User& user = instance.users[0];
            user.options.resize(1); // edge-only
            // near zero power the curvature is beyond what one fixed step can follow
            user.powerW.up.min = 0.05;
            user.powerW.down.min = 0.1;
            LiGdParams params;
            params.epsilon = 1e-12;
            params.maxIterations = 200000;
            const Allocation a =
                LiGdAllocator(LiGdAllocator::Start::WARM, params).Allocate(instance);
            NS_TEST_EXPECT_MSG_EQ((a.report.status == SolverStatus::CONVERGED), true, "converged");
            Decision best = a.decision;
            for (Direction d : DIRECTIONS)
            {
                const SubchannelMember member = MakeMember(user, d, user.options[0]);
                best.users[0].link[d].powerW =
                    LonePower(member.timeCost,
                              member.energyCost,
                              instance.gain[d].At(0, 0, 0) / instance.NoiseW(d),
                              user.powerW[d]);
            }
            NOMA_TEST_EXPECT_CLOSE(a.gamma,
                                   Evaluate(instance, best).gamma,
                                   1e-6,
                                   "objective at the closed form's powers, seed " << seed);
        }
    }
};

/**
 * Both methods: feasible, reproducible, alike where they must be, and honest reports.
 */
class LiGdAllocatorTestCase : public TestCase
{
  public:
    LiGdAllocatorTestCase()
        : TestCase("GD and Li-GD")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 6; ++seed)
        {
            // room to spare, full, and three times too many for whole subchannels
            const uint32_t users = seed % 3 == 0 ? 18 : 6;
            Instance instance = MakeInstance(users, 2, seed);
            instance.apPowerBudgetW = seed > 3 ? 1.0 : instance.apPowerBudgetW;
            const Allocation cold = CreateAllocator("gd")->Allocate(instance);
            const Allocation warm = CreateAllocator("li-gd")->Allocate(instance);
            for (const Allocation* a : {&cold, &warm})
            {
                // Allocate() has checked that the decision is feasible
                uint64_t iterations = 0;
                double best = std::numeric_limits<double>::infinity();
                for (const LayerReport& layer : a->report.layers)
                {
                    iterations += layer.iterations;
                    best = std::min(best, layer.gamma);
                }
                NS_TEST_EXPECT_MSG_EQ(iterations, a->report.iterations, "iterations add up");
                NS_TEST_EXPECT_MSG_EQ((a->report.evaluations > iterations), true, "evaluations");
                NS_TEST_EXPECT_MSG_EQ(std::isfinite(a->gamma), true, "finite");
                NS_TEST_EXPECT_MSG_EQ(a->report.message.empty(), false, "says how it rounded");
            }
            NS_TEST_EXPECT_MSG_EQ(cold.report.layers[0].iterations,
                                  warm.report.layers[0].iterations,
                                  "the first layer is the same");
            NS_TEST_EXPECT_MSG_EQ((cold.report.layers[0].gamma == warm.report.layers[0].gamma),
                                  true,
                                  "to the last bit");
            NS_TEST_EXPECT_MSG_EQ(
                (CreateAllocator("li-gd")->Allocate(instance).gamma == warm.gamma),
                true,
                "reproducible");
        }
    }
};

/**
 * What a caller may ask, and what is refused.
 */
class LiGdOptionsTestCase : public TestCase
{
  public:
    LiGdOptionsTestCase()
        : TestCase("options and parameters")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = MakeInstance(4, 2, 9);
        AllocatorOptions options;
        options.maxIterations = 3;
        options.epsilon = 1e-14;
        Allocation a = CreateAllocator("li-gd")->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_EQ((a.report.status == SolverStatus::MAX_ITERATIONS), true, "budget");
        for (const LayerReport& layer : a.report.layers)
        {
            NS_TEST_EXPECT_MSG_EQ((layer.iterations <= 3), true, "budget per layer");
        }
        options = {};
        options.progress = [](double) { return false; };
        a = CreateAllocator("li-gd")->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_EQ((a.report.status == SolverStatus::CANCELLED), true, "cancelled");
        NS_TEST_EXPECT_MSG_EQ(a.report.layers.size(), 1, "after the first layer");

        // a finer tolerance gets at least as far on the first layer
        options = {};
        options.epsilon = 1e-3;
        const double coarse =
            CreateAllocator("gd")->Allocate(instance, options).report.layers[0].gamma;
        options.epsilon = 1e-8;
        const double fine =
            CreateAllocator("gd")->Allocate(instance, options).report.layers[0].gamma;
        NS_TEST_EXPECT_MSG_EQ((fine <= coarse), true, "accuracy");

        const auto make = [](const LiGdParams& p) {
            LiGdAllocator allocator(LiGdAllocator::Start::WARM, p);
        };
        LiGdParams params;
        params.epsilon = 0;
        NOMA_TEST_EXPECT_INVALID(make(params), "epsilon");
        params = {};
        params.step = -1;
        NOMA_TEST_EXPECT_INVALID(make(params), "step");
        params = {};
        params.shareFloor = 1;
        NOMA_TEST_EXPECT_INVALID(make(params), "shareFloor");
    }
};

/**
 * A warm start is tried beside the fixed point, and the step takes the place of the method's own.
 */
class LiGdWarmStartTestCase : public TestCase
{
  public:
    LiGdWarmStartTestCase()
        : TestCase("warm start and step change the work done")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = MakeInstance(6, 3, 5);
        LiGdProblem problem(instance, 1e-3);
        for (const char* name : {"gd", "li-gd"})
        {
            AllocatorOptions options;
            options.epsilon = 1e-3;
            const Allocation cold = CreateAllocator(name)->Allocate(instance, options);
            options.warmStart = &cold.decision;
            const Allocation warm = CreateAllocator(name)->Allocate(instance, options);
            NS_TEST_EXPECT_MSG_GT(warm.report.iterations,
                                  cold.report.iterations,
                                  name << ": from both starts");
            NS_TEST_EXPECT_MSG_LT(warm.report.layers[0].gamma,
                                  cold.report.layers[0].gamma * (1 + 1e-12),
                                  name << ": the better of both");
            const Allocation again = CreateAllocator(name)->Allocate(instance, options);
            NS_TEST_EXPECT_MSG_EQ(again.report.iterations, warm.report.iterations, "reproducible");

            // one step of next to nothing leaves the first layer where it starts
            options.maxIterations = 1;
            options.step = 1e-12;
            const Allocation still = CreateAllocator(name)->Allocate(instance, options);
            double cost = 0;
            problem.SetLayer(0);
            problem.Evaluate(problem.GetPoint(cold.decision).data(), &cost, nullptr);
            double middle = 0;
            problem.Evaluate(problem.GetMiddle().data(), &middle, nullptr);
            cost = std::min(cost, middle);
            NOMA_TEST_EXPECT_CLOSE(still.report.layers[0].gamma,
                                   cost * instance.users.size(),
                                   1e-6,
                                   name << ": starts at the decision or in the middle");
            options.step = 1e-2;
            const Allocation moved = CreateAllocator(name)->Allocate(instance, options);
            NS_TEST_EXPECT_MSG_NE(moved.report.layers[0].gamma,
                                  still.report.layers[0].gamma,
                                  name << ": the step asked for");
        }

        // a point of a decision is that decision
        Decision decision = CreateAllocator("random")->Allocate(instance).decision;
        decision.users[0].link = {};
        decision.users[0].units = 0;
        const std::vector<double> x = problem.GetPoint(decision);
        for (uint32_t i = 0; i < instance.users.size(); ++i)
        {
            const UserDecision& user = decision.users[i];
            const Interval& units = instance.users[i].units;
            NOMA_TEST_EXPECT_CLOSE(problem.GetUnits(x.data(), i),
                                   user.units > 0 ? user.units : 0.5 * (units.min + units.max),
                                   1e-12,
                                   "units");
            for (Direction d : DIRECTIONS)
            {
                const LinkDecision& link = user.link[d];
                const Interval& power = instance.users[i].powerW[d];
                NOMA_TEST_EXPECT_CLOSE(problem.GetPower(x.data(), d, i),
                                       link.shares.empty() ? 0.5 * (power.min + power.max)
                                                           : link.powerW,
                                       1e-12,
                                       "power");
                std::vector<double> share(instance.subchannels, link.shares.empty() ? 0.5 : 1e-3);
                for (const Share& s : link.shares)
                {
                    share[s.subchannel] = s.share;
                }
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    NOMA_TEST_EXPECT_CLOSE(problem.GetShare(x.data(), d, i, m),
                                           share[m],
                                           1e-12,
                                           "share");
                }
            }
        }
    }
};

/// Table I of the paper.
class LiGdTestSuite : public TestSuite
{
  public:
    LiGdTestSuite()
        : TestSuite("noma-li-gd", Type::UNIT)
    {
        AddTestCase(new ShareRoundingTestCase);
        AddTestCase(new LiGdProblemTestCase);
        AddTestCase(new LiGdLoneUserTestCase);
        AddTestCase(new LiGdAllocatorTestCase);
        AddTestCase(new LiGdOptionsTestCase);
        AddTestCase(new LiGdWarmStartTestCase);
    }
};

LiGdTestSuite g_liGdTestSuite; //!< the suite

} // namespace
