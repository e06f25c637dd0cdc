/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test-gradients.h"
#include "noma-test-instance.h"
#include "noma-test-objective.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-deadline.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-json.h"
#include "ns3/noma-objective.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();

/// @returns 1 / (1 + e^-z) @param z where
double
Logistic(double z)
{
    return 1 / (1 + std::exp(-z));
}

/// Gives users deadlines around what their tasks take on the device. @param instance the instance
/// @param seed seed
void
AddDeadlines(Instance& instance, uint64_t seed)
{
    std::mt19937_64 rng(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        User& user = instance.users[i];
        if (i % 3 == 2)
        {
            continue;
        }
        user.wQ = 0.2 + 2 * uniform(rng);
        user.deadlineSeconds = user.delayScale * (0.2 + 0.8 * uniform(rng));
        user.deadlineScale = i % 2 == 0 ? 0.0 : 0.3 * user.deadlineSeconds;
    }
}

/**
 * @ingroup noma-test
 * Cost and price of a deadline against the logistic function written out.
 */
class DeadlineCostTestCase : public TestCase
{
  public:
    DeadlineCostTestCase()
        : TestCase("cost and price of a deadline")
    {
    }

  private:
    void DoRun() override
    {
        User user;
        user.wT = 0.25;
        user.wE = 0.75;
        user.delayScale = 4;
        user.energyScale = 5;
        NOMA_TEST_EXPECT_CLOSE(Utility(user, 2, 3), 0.25 * 2 / 4 + 0.75 * 3 / 5, 1e-15, "none");
        NS_TEST_EXPECT_MSG_EQ(DeadlineCost(user, 1e9), 0, "no deadline costs nothing");
        NOMA_TEST_EXPECT_CLOSE(DelayPrice(user, 7), 0.25 / 4, 1e-15, "price without a deadline");
        user.wQ = 1.5;
        user.deadlineSeconds = 2;
        NOMA_TEST_EXPECT_CLOSE(DeadlineCost(user, 2), 0.75, 1e-15, "half of it at the deadline");
        for (double scale : {0.0, 0.05, 1.0})
        {
            user.deadlineScale = scale;
            const double s = scale > 0 ? scale : 0.2;
            for (double t : {0.0, 1.0, 1.9, 2.0, 2.3, 3.0, 20.0})
            {
                NOMA_TEST_EXPECT_NEAR(DeadlineCost(user, t),
                                      1.5 * Logistic((t - 2) / s),
                                      1e-14,
                                      "cost at " << t);
                const double h = 1e-5 * s;
                const double slope =
                    (DeadlineCost(user, t + h) - DeadlineCost(user, t - h)) / (2 * h);
                NOMA_TEST_EXPECT_NEAR(DeadlinePrice(user, t), slope, 1e-7 / s, "price at " << t);
                NOMA_TEST_EXPECT_CLOSE(DelayPrice(user, t),
                                       0.0625 + DeadlinePrice(user, t),
                                       1e-15,
                                       "price of a second at " << t);
                NOMA_TEST_EXPECT_CLOSE(Utility(user, t, 3),
                                       0.25 * t / 4 + 0.45 + DeadlineCost(user, t),
                                       1e-15,
                                       "utility at " << t);
            }
        }
        user.deadlineScale = 1e-12; // counts misses
        NS_TEST_EXPECT_MSG_EQ(DeadlineCost(user, 1.999), 0, "timely");
        NS_TEST_EXPECT_MSG_EQ(DeadlineCost(user, 2.001), 1.5, "late");
        NS_TEST_EXPECT_MSG_EQ(DeadlineCost(user, INF), 1.5, "never");
        NS_TEST_EXPECT_MSG_EQ(DeadlinePrice(user, INF), 0, "price of never");
        user.deadlineSeconds = -1; // has passed
        user.deadlineScale = 0.5;
        NOMA_TEST_EXPECT_CLOSE(DeadlineCost(user, 1), 1.5 * Logistic(4), 1e-14, "passed");
    }
};

/**
 * @ingroup noma-test
 * The objective with deadlines: value as Evaluate() gives it, gradient as differences give it.
 */
class DeadlineObjectiveTestCase : public TestCase
{
  public:
    DeadlineObjectiveTestCase()
        : TestCase("objective and gradient with deadlines")
    {
    }

  private:
    void DoRun() override
    {
        double steepest = 0;
        for (const RandomInstanceSpec& spec : Kinds())
        {
            Instance instance = RandomInstance(spec);
            AddDeadlines(instance, spec.seed);
            const Objective objective(instance);
            ObjectiveWorkspace workspace;
            ObjectiveGradient gradient;
            for (uint64_t trial = 0; trial < 3; ++trial)
            {
                const Setup setup = RandomSetup(instance, trial / 2.0, trial == 1, 50 + trial);
                // deadlines where the tasks end, so that prices are not all zero
                const Evaluation plain = Evaluate(instance, ToDecision(instance, setup));
                for (std::size_t i = 0; i < instance.users.size(); ++i)
                {
                    User& user = instance.users[i];
                    if (user.wQ > 0)
                    {
                        user.deadlineSeconds = plain.users[i].delay.Total() * (0.8 + 0.1 * (i % 5));
                    }
                }
                const Evaluation expected = Evaluate(instance, ToDecision(instance, setup));
                const double gamma =
                    objective.Gradient(setup.support, setup.point, workspace, gradient);
                NOMA_TEST_EXPECT_CLOSE(gamma, expected.gamma, 1e-10, "seed " << spec.seed);
                double sum = 0;
                for (std::size_t i = 0; i < instance.users.size(); ++i)
                {
                    const User& user = instance.users[i];
                    const UserEvaluation& e = expected.users[i];
                    const double late =
                        user.wQ > 0 ? user.wQ * Logistic((e.delay.Total() - user.deadlineSeconds) /
                                                         (i % 2 == 0 ? 0.1 * user.deadlineSeconds
                                                                     : user.deadlineScale))
                                    : 0.0;
                    sum += user.wT * e.delay.Total() / user.delayScale +
                           user.wE * e.energy.Total() / user.energyScale + late;
                    NOMA_TEST_EXPECT_NEAR(e.deadlineCost, late, 1e-10, "user " << i);
                    steepest = std::max(steepest, DeadlinePrice(user, e.delay.Total()));
                }
                NOMA_TEST_EXPECT_CLOSE(gamma, sum, 1e-10, "sum, seed " << spec.seed);
                const GradientCheck check = CheckGradient(objective, setup.support, setup.point, 7);
                NS_TEST_EXPECT_MSG_LT(check.worst,
                                      1e-6,
                                      check.where << " claimed " << check.analytic << " found "
                                                  << check.numeric << " seed " << spec.seed);
            }
        }
        NS_TEST_EXPECT_MSG_GT(steepest, 0.01, "some deadline has a price");
    }
};

/**
 * @ingroup noma-test
 * The best decision with deadlines against a plain search: in one cell without superposition users
 * meet only in the choice of subchannels, so a grid over powers and units of every user, option and
 * pair of subchannels finds it.
 */
class DeadlineSearchTestCase : public TestCase
{
  public:
    DeadlineSearchTestCase()
        : TestCase("ecc-oma with deadlines against a grid search")
    {
    }

  private:
    /// @returns points of an interval, evenly in the logarithm @param range the interval
    /// @param n number of points
    static std::vector<double> Grid(const Interval& range, uint32_t n)
    {
        std::vector<double> grid;
        for (uint32_t k = 0; k < n; ++k)
        {
            grid.push_back(range.min * std::pow(range.max / range.min, k / (n - 1.0)));
        }
        return grid;
    }

    /// @returns least utility of one user @param instance instance @param i user
    /// @param up uplink subchannel @param down downlink subchannel
    static double Best(const Instance& instance, uint32_t i, uint32_t up, uint32_t down)
    {
        const User& user = instance.users[i];
        const EdgeServer& edge = instance.edges[0];
        const std::vector<double> units = Grid(user.units, 12);
        double best = INF;
        for (const CutOption& o : user.options)
        {
            PerDirection<std::vector<std::pair<double, double>>> link; // time, energy
            for (Direction d : DIRECTIONS)
            {
                const uint32_t m = d == UPLINK ? up : down;
                for (double p : Grid(user.powerW[d], 40))
                {
                    const double rate =
                        instance.SubchannelHz(d) *
                        std::log2(1 + p * instance.gain[d].At(i, 0, m) / instance.NoiseW(d));
                    const double time = LinkBits(o, d) / rate;
                    link[d].emplace_back(time, p * time);
                }
            }
            for (double r : units)
            {
                const double t = DeviceDelay(user, o) + EdgeDelay(edge, o, r);
                const double e = DeviceEnergy(user, o) + EdgeEnergy(edge, o, r);
                for (const auto& [tUp, eUp] : link.up)
                {
                    for (const auto& [tDown, eDown] : link.down)
                    {
                        const double delay = t + tUp + tDown;
                        const double late = user.wQ * Logistic((delay - user.deadlineSeconds) /
                                                               (0.1 * user.deadlineSeconds));
                        best = std::min(best,
                                        user.wT * delay / user.delayScale +
                                            user.wE * (e + eUp + eDown) / user.energyScale + late);
                    }
                }
            }
        }
        return best;
    }

    void DoRun() override
    {
        constexpr uint32_t USERS = 3;
        double worst = 0;
        double ignoring = 0;
        for (uint64_t seed = 1; seed <= 12; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.aps = 1;
            parameters.usersPerAp = USERS;
            parameters.subchannels = USERS;
            parameters.maxSuperposed = 1;
            parameters.maxOptions = 4;
            parameters.unitsPerUser = 8; // never short
            Instance instance = MakeRandomInstance(parameters, seed);
            std::mt19937_64 rng(seed);
            std::uniform_real_distribution<double> uniform(0, 1);
            for (User& user : instance.users)
            {
                user.wQ = 1;
                user.deadlineSeconds = user.delayScale * std::pow(10.0, -1.5 * uniform(rng));
            }
            // utilities of every user on every pair of subchannels, then every dealing of them
            std::vector<double> table;
            for (uint32_t k = 0; k < USERS * USERS * USERS; ++k)
            {
                table.push_back(Best(instance, k / 9, k / 3 % 3, k % 3));
            }
            double expected = INF;
            std::vector<uint32_t> up{0, 1, 2};
            do
            {
                std::vector<uint32_t> down{0, 1, 2};
                do
                {
                    double sum = 0;
                    for (uint32_t i = 0; i < USERS; ++i)
                    {
                        sum += table[9 * i + 3 * up[i] + down[i]];
                    }
                    expected = std::min(expected, sum);
                } while (std::next_permutation(down.begin(), down.end()));
            } while (std::next_permutation(up.begin(), up.end()));

            const Allocation found = CreateAllocator("ecc-oma")->Allocate(instance);
            worst = std::max(worst, found.gamma / expected - 1);
            NS_TEST_EXPECT_MSG_LT(found.gamma, expected * (1 + 1e-3), "grid search, seed " << seed);
            Instance blind = instance;
            for (User& user : blind.users)
            {
                user.wQ = 0;
            }
            const Decision without = CreateAllocator("ecc-oma")->Allocate(blind).decision;
            ignoring += Evaluate(instance, without).gamma / found.gamma - 1;
        }
        NS_TEST_EXPECT_MSG_GT(ignoring / 12, 0.01, "deadlines change decisions for the better");
    }
};

/**
 * @ingroup noma-test
 * No method that knows deadlines does worse by knowing them, at any effort.
 */
class DeadlineMethodsTestCase : public TestCase
{
  public:
    DeadlineMethodsTestCase()
        : TestCase("methods with deadlines")
    {
    }

  private:
    void DoRun() override
    {
        double gain = 0;
        for (uint64_t seed = 1; seed <= 6; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.aps = 2;
            parameters.usersPerAp = 4;
            parameters.subchannels = 2;
            parameters.maxSuperposed = 3;
            Instance instance = MakeRandomInstance(parameters, seed);
            AddDeadlines(instance, seed);
            Instance blind = instance;
            for (User& user : blind.users)
            {
                user.wQ = 0;
            }
            for (double effort : {0.0, 0.02})
            {
                AllocatorOptions options;
                options.effort = effort;
                const auto allocator = CreateAllocator("ecc-noma");
                const double with = allocator->Allocate(instance, options).gamma;
                const double without =
                    Evaluate(instance, allocator->Allocate(blind, options).decision).gamma;
                NS_TEST_EXPECT_MSG_LT_OR_EQ(with, without * (1 + 1e-9), "effort " << effort);
                gain += without / with - 1;
            }
            // the descent of Table I takes the objective as it is
            AllocatorOptions options;
            options.maxIterations = 50;
            const auto allocator = CreateAllocator("li-gd");
            const Allocation a = allocator->Allocate(instance, options);
            const Allocation b = allocator->Allocate(blind, options);
            NS_TEST_EXPECT_MSG_NE(a.report.layers[0].gamma,
                                  b.report.layers[0].gamma,
                                  "li-gd sees deadlines");
        }
        NS_TEST_EXPECT_MSG_GT(gain, 0.01, "deadlines change decisions");
    }
};

/**
 * @ingroup noma-test
 * Fields: what is refused, and a round trip through JSON.
 */
class DeadlineFieldsTestCase : public TestCase
{
  public:
    DeadlineFieldsTestCase()
        : TestCase("fields of deadlines")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters parameters;
        parameters.aps = 1;
        parameters.usersPerAp = 2;
        parameters.subchannels = 2;
        Instance instance = MakeRandomInstance(parameters, 1);
        User& user = instance.users[1];
        user.wQ = -1;
        NOMA_TEST_EXPECT_INVALID(ValidateInstance(instance), "users[1].wQ: -1");
        user.wQ = 0.7;
        NOMA_TEST_EXPECT_INVALID(ValidateInstance(instance), "users[1].deadlineSeconds: inf");
        user.deadlineSeconds = std::nan("");
        NOMA_TEST_EXPECT_INVALID(ValidateInstance(instance), "users[1].deadlineSeconds: nan");
        user.deadlineSeconds = -2;
        NOMA_TEST_EXPECT_INVALID(ValidateInstance(instance), "users[1].deadlineScale: -0.2");
        user.deadlineScale = -1;
        NOMA_TEST_EXPECT_INVALID(ValidateInstance(instance), "users[1].deadlineScale: -1");
        user.deadlineScale = 0.25;
        ValidateInstance(instance);
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("exhaustive")->Allocate(instance),
                                 "users[1].wQ is 0.7: must be 0 for the exhaustive");
        std::stringstream text;
        WriteInstance(text, instance);
        const Instance read = ReadInstance(text);
        NS_TEST_EXPECT_MSG_EQ(read.users[1].wQ, 0.7, "wQ");
        NS_TEST_EXPECT_MSG_EQ(read.users[1].deadlineSeconds, -2, "deadline");
        NS_TEST_EXPECT_MSG_EQ(read.users[1].deadlineScale, 0.25, "scale");
        NS_TEST_EXPECT_MSG_EQ(read.users[0].deadlineSeconds, INF, "none");
        const Allocation found = CreateAllocator("device-only")->Allocate(instance);
        std::stringstream answer;
        WriteEvaluation(answer, Evaluate(instance, found.decision));
        const Evaluation again = ParseEvaluation(answer.str());
        NOMA_TEST_EXPECT_CLOSE(again.users[1].deadlineCost,
                               DeadlineCost(user, again.users[1].delay.Total()),
                               1e-12,
                               "cost in the evaluation");
        NS_TEST_EXPECT_MSG_GT(again.users[1].deadlineCost, 0.5, "a deadline that has passed");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class DeadlineTestSuite : public TestSuite
{
  public:
    DeadlineTestSuite()
        : TestSuite("noma-deadline", Type::UNIT)
    {
        AddTestCase(new DeadlineCostTestCase);
        AddTestCase(new DeadlineObjectiveTestCase);
        AddTestCase(new DeadlineSearchTestCase);
        AddTestCase(new DeadlineMethodsTestCase);
        AddTestCase(new DeadlineFieldsTestCase);
    }
} g_deadlineTestSuite; //!< registration

} // namespace
