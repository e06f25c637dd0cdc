/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-gradient-checker.h"
#include "ns3/noma-objective.h"

#include <cstring>
#include <random>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// A point of the relaxed problem with its columns.
struct Setup
{
    ShareSupport support; //!< columns
    ObjectivePoint point; //!< values
};

/**
 * @param instance the instance
 * @param density probability that a pair is a column
 * @param nearBound whether shares, powers and units lie near their bounds
 * @param seed seed
 * @returns a random point at which every user has a positive rate
 */
Setup
RandomSetup(const Instance& instance, double density, bool nearBound, uint64_t seed)
{
    std::mt19937_64 rng(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    Setup setup{ShareSupport(instance), {}};
    for (Direction d : DIRECTIONS)
    {
        std::vector<ShareColumn> columns;
        std::vector<ShareColumn> sure;
        for (uint32_t i = 0; i < instance.users.size(); ++i)
        {
            sure.push_back({i, static_cast<uint32_t>(rng() % instance.subchannels)});
            for (uint32_t m = 0; m < instance.subchannels; ++m)
            {
                if (m == sure.back().subchannel || uniform(rng) < density)
                {
                    columns.push_back({i, m});
                }
            }
        }
        setup.support.Assign(d, columns);
        // near bounds a user holds one subchannel and next to nothing of others
        for (std::size_t c = 0; c < columns.size(); ++c)
        {
            const double u = uniform(rng);
            setup.point.share[d].push_back(nearBound ? 1e-4 * (1 + u) : 0.02 + 0.98 * u);
        }
        for (const ShareColumn& column : sure)
        {
            const double u = uniform(rng);
            setup.point.share[d][setup.support.Find(d, column.user, column.subchannel)] =
                nearBound ? 1 - 1e-4 * u : 0.02 + 0.98 * u;
        }
        for (const User& user : instance.users)
        {
            const Interval& p = user.powerW[d];
            const double u = nearBound ? std::round(uniform(rng)) : uniform(rng);
            setup.point.power[d].push_back(p.min + u * (p.max - p.min));
        }
    }
    for (const User& user : instance.users)
    {
        setup.point.option.push_back(rng() % user.options.size());
        const double u = nearBound ? 0.01 + 0.98 * std::round(uniform(rng)) : uniform(rng);
        setup.point.units.push_back(user.units.min + u * (user.units.max - user.units.min));
    }
    return setup;
}

/// @returns the decision a point stands for @param instance the instance @param setup the point
Decision
ToDecision(const Instance& instance, const Setup& setup)
{
    Decision decision;
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        UserDecision u;
        u.option = setup.point.option[i];
        u.units = setup.point.units[i];
        for (Direction d : DIRECTIONS)
        {
            u.link[d].powerW = setup.point.power[d][i];
            for (uint32_t c : setup.support.GetUserColumns(d, i))
            {
                if (setup.point.share[d][c] > 0)
                {
                    u.link[d].shares.push_back(
                        {setup.support.GetColumns(d)[c].subchannel, setup.point.share[d][c]});
                }
            }
        }
        decision.users.push_back(u);
    }
    return decision;
}

/// @returns instances of every kind the objective distinguishes
std::vector<RandomInstanceSpec>
Kinds()
{
    std::vector<RandomInstanceSpec> specs;
    for (double residual : {0.0, 0.1})
    {
        for (DownlinkRate rule : {DownlinkRate::OWN, DownlinkRate::DECODABLE})
        {
            for (OrderKey key :
                 {OrderKey::GAIN, OrderKey::RECEIVED_POWER, OrderKey::GAIN_OVER_INTERFERENCE})
            {
                for (uint32_t aps : {1, 2, 5})
                {
                    RandomInstanceSpec spec;
                    spec.aps = aps;
                    spec.usersPerAp = aps == 5 ? 3 : 11;
                    spec.residual = residual;
                    spec.downlinkRate = rule;
                    spec.orderKey = key;
                    spec.snrGapDb = aps == 2 ? 3 : 0;
                    spec.mixed = aps != 5;
                    spec.seed = specs.size() + 1;
                    specs.push_back(spec);
                }
            }
        }
    }
    return specs;
}

/**
 * @ingroup noma-test
 * The objective is the sum of utilities that the exact evaluation gives.
 */
class ObjectiveValueTestCase : public TestCase
{
  public:
    ObjectiveValueTestCase()
        : TestCase("value = exact evaluation")
    {
    }

  private:
    void DoRun() override
    {
        for (const RandomInstanceSpec& spec : Kinds())
        {
            const Instance instance = RandomInstance(spec);
            const Objective objective(instance);
            ObjectiveWorkspace workspace;
            for (uint64_t trial = 0; trial < 6; ++trial)
            {
                Setup setup = RandomSetup(instance, trial / 5.0, trial % 2, trial);
                if (trial == 3)
                {
                    // columns at zero change nothing
                    setup.support.AssignAll(UPLINK);
                    setup.point.share.up.assign(setup.support.Size(UPLINK), 0.0);
                    for (uint32_t i = 0; i < instance.users.size(); ++i)
                    {
                        setup.point.share.up[setup.support.Find(UPLINK, i, i % 3)] = 0.7;
                    }
                }
                const double value = objective.Value(setup.support, setup.point, workspace);
                const Evaluation exact = Evaluate(instance, ToDecision(instance, setup));
                NOMA_TEST_EXPECT_CLOSE(value, exact.gamma, 1e-12, "Gamma");
                for (std::size_t i = 0; i < instance.users.size(); ++i)
                {
                    NOMA_TEST_EXPECT_CLOSE(workspace.GetUtility()[i],
                                           exact.users[i].utility,
                                           1e-12,
                                           "utility");
                    NOMA_TEST_EXPECT_CLOSE(workspace.GetRate(DOWNLINK)[i],
                                           exact.users[i].rate.down,
                                           1e-12,
                                           "rate");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Analytic gradient against central differences at random and near-bound points; wrong gradients
 * are caught.
 */
class ObjectiveGradientTestCase : public TestCase
{
  public:
    ObjectiveGradientTestCase()
        : TestCase("gradient against central differences")
    {
    }

  private:
    void DoRun() override
    {
        double worst = 0;
        std::size_t checked = 0;
        std::size_t unresolved = 0;
        for (const RandomInstanceSpec& spec : Kinds())
        {
            const Instance instance = RandomInstance(spec);
            const Objective objective(instance);
            ObjectiveWorkspace workspace;
            ObjectiveGradient gradient;
            for (uint64_t trial = 0; trial < 6; ++trial)
            {
                const bool near = trial % 2;
                const Setup setup = RandomSetup(instance, trial / 5.0, near, 100 + trial);
                objective.Gradient(setup.support, setup.point, workspace, gradient);
                const GradientCheck check =
                    CheckGradient(objective, setup.support, setup.point, gradient);
                NS_TEST_EXPECT_MSG_LT(check.worst,
                                      1e-6,
                                      (near ? "near bounds: " : "inside: ")
                                          << check.where << " claimed " << check.analytic
                                          << " found " << check.numeric << " seed " << spec.seed);
                worst = std::max(worst, check.worst);
                checked += check.checked;
                unresolved += check.unresolved;
            }
        }
        NS_TEST_EXPECT_MSG_LT(unresolved * 100, checked, "differences must resolve nearly all");
        std::cout << "worst relative error of the gradient: " << worst << " over " << checked
                  << " derivatives, " << unresolved << " of them lost in rounding\n";
    }
};

/**
 * @ingroup noma-test
 * The checker finds every kind of wrong derivative.
 */
class GradientCheckerTestCase : public TestCase
{
  public:
    GradientCheckerTestCase()
        : TestCase("a wrong gradient is caught")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceSpec spec;
        spec.options = 2;
        const Instance instance = RandomInstance(spec);
        const Objective objective(instance);
        ObjectiveWorkspace workspace;
        ObjectiveGradient right;
        Setup setup = RandomSetup(instance, 0.5, false, 3);
        setup.point.option.assign(instance.users.size(), 0);
        objective.Gradient(setup.support, setup.point, workspace, right);
        const auto check = [&](const ObjectiveGradient& g) {
            return CheckGradient(objective, setup.support, setup.point, g);
        };
        NS_TEST_EXPECT_MSG_LT(check(right).worst, 1e-6, "the right one passes");

        ObjectiveGradient wrong = right;
        wrong.share.up[4] *= 1 + 1e-5;
        NS_TEST_EXPECT_MSG_GT(check(wrong).worst, 5e-6, "share");
        NS_TEST_EXPECT_MSG_EQ((check(wrong).where.find("up share of user") == 0), true, "name");
        wrong = right;
        wrong.power.down[2] *= -1;
        NS_TEST_EXPECT_MSG_EQ(check(wrong).where, "down power of user 2", "power");
        wrong = right;
        wrong.units[5] = std::nan("");
        NS_TEST_EXPECT_MSG_EQ(check(wrong).where, "units of user 5", "NaN");
        NS_TEST_EXPECT_MSG_GT(check(wrong).worst, 1e300, "NaN");
        wrong = right;
        for (double& g : wrong.share.down)
        {
            g = 0;
        }
        NS_TEST_EXPECT_MSG_GT(check(wrong).worst, 0.99, "nothing claimed");
    }
};

/**
 * @ingroup noma-test
 * The derivative with respect to shares that are zero.
 */
class ObjectiveFullGradientTestCase : public TestCase
{
  public:
    ObjectiveFullGradientTestCase()
        : TestCase("full gradient = gradient with every pair a column")
    {
    }

  private:
    void DoRun() override
    {
        for (const RandomInstanceSpec& spec : Kinds())
        {
            const Instance instance = RandomInstance(spec);
            const Objective objective(instance);
            ObjectiveWorkspace workspace;
            ObjectiveGradient gradient;
            ObjectiveGradient denseGradient;
            ShareGradient full;
            const std::size_t users = instance.users.size();
            for (uint64_t trial = 0; trial < 5; ++trial)
            {
                const Setup sparse = RandomSetup(instance, trial / 4.0, false, 200 + trial);
                Setup dense = sparse;
                for (Direction d : DIRECTIONS)
                {
                    std::vector<ShareColumn> all;
                    for (uint32_t i = 0; i < users; ++i)
                    {
                        for (uint32_t m = 0; m < instance.subchannels; ++m)
                        {
                            all.push_back({i, m});
                        }
                    }
                    dense.support.Insert(d, all, dense.point.share[d]);
                }
                const double gamma =
                    objective.FullGradient(sparse.support, sparse.point, workspace, gradient, full);
                const double same =
                    objective.Gradient(dense.support, dense.point, workspace, denseGradient);
                NOMA_TEST_EXPECT_CLOSE(gamma, same, 1e-14, "Gamma");
                for (Direction d : DIRECTIONS)
                {
                    for (std::size_t c = 0; c < dense.support.Size(d); ++c)
                    {
                        const ShareColumn& column = dense.support.GetColumns(d)[c];
                        const double g = full[d][column.subchannel * users + column.user];
                        NOMA_TEST_EXPECT_NEAR(g,
                                              denseGradient.share[d][c],
                                              1e-11 * (1e-3 + std::abs(g)),
                                              "share " << column.user << " " << column.subchannel
                                                       << " seed " << spec.seed);
                    }
                }
                const GradientCheck check =
                    spec.downlinkRate == DownlinkRate::OWN && spec.orderKey == OrderKey::GAIN
                        ? CheckGradient(objective, dense.support, dense.point, denseGradient)
                        : GradientCheck{};
                NS_TEST_EXPECT_MSG_LT(check.worst, 1e-6, "at zero: " << check.where);
            }
        }
    }
};

/**
 * @ingroup noma-test
 * At the paper's scale: 5 access points, 1250 users, 250 subchannels.
 */
class ObjectivePaperScaleTestCase : public TestCase
{
  public:
    ObjectivePaperScaleTestCase()
        : TestCase("1250 users on 250 subchannels")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceSpec spec;
        spec.aps = 5;
        spec.usersPerAp = 250;
        spec.subchannels = 250;
        spec.options = 3;
        spec.residual = 0.01;
        const Instance instance = RandomInstance(spec);
        const std::size_t users = instance.users.size();
        const Objective objective(instance);
        ObjectiveWorkspace workspace;
        ObjectiveGradient gradient;
        Setup setup = RandomSetup(instance, 0.01, false, 1);
        ShareGradient full;
        const double gamma =
            objective.FullGradient(setup.support, setup.point, workspace, gradient, full);
        NOMA_TEST_EXPECT_CLOSE(gamma,
                               Evaluate(instance, ToDecision(instance, setup)).gamma,
                               1e-12,
                               "Gamma");
        const GradientCheck check =
            CheckGradient(objective, setup.support, setup.point, gradient, 100);
        NS_TEST_EXPECT_MSG_LT(check.worst, 1e-6, check.where);
        std::cout << "paper scale: worst relative error " << check.worst << " over "
                  << check.checked << " derivatives, " << check.unresolved
                  << " of them lost in rounding\n";

        for (Direction d : DIRECTIONS)
        {
            std::vector<ShareColumn> all;
            for (uint32_t i = 0; i < users; ++i)
            {
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    all.push_back({i, m});
                }
            }
            setup.support.Insert(d, all, setup.point.share[d]);
        }
        const double same = objective.Gradient(setup.support, setup.point, workspace, gradient);
        NOMA_TEST_EXPECT_CLOSE(gamma, same, 1e-13, "Gamma with every pair a column");
        for (Direction d : DIRECTIONS)
        {
            for (std::size_t c = 0; c < setup.support.Size(d); c += 97)
            {
                const ShareColumn& column = setup.support.GetColumns(d)[c];
                NOMA_TEST_EXPECT_NEAR(full[d][column.subchannel * users + column.user],
                                      gradient.share[d][c],
                                      1e-10 * (1e-3 + std::abs(gradient.share[d][c])),
                                      "share");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Same bytes on every instruction set.
 */
class ObjectiveInstructionSetTestCase : public TestCase
{
  public:
    ObjectiveInstructionSetTestCase()
        : TestCase("instruction sets give the same bits")
    {
    }

  private:
    /// Compares bytes. @param a numbers @param b numbers @param what name
    void Same(const std::vector<double>& a, const std::vector<double>& b, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(a.size(), b.size(), what);
        NS_TEST_EXPECT_MSG_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(double)), 0, what);
    }

    void DoRun() override
    {
        int compared = 0;
        for (RandomInstanceSpec spec : Kinds())
        {
            spec.usersPerAp = 13;
            const Instance instance = RandomInstance(spec);
            const Setup setup = RandomSetup(instance, 0.3, false, spec.seed);
            ObjectiveWorkspace workspace;
            ObjectiveGradient reference;
            ShareGradient referenceFull;
            const double gamma =
                Objective(instance, InstructionSet::BASELINE)
                    .FullGradient(setup.support, setup.point, workspace, reference, referenceFull);
            for (InstructionSet set : {InstructionSet::AVX2, InstructionSet::AVX512})
            {
                if (!IsSupported(set))
                {
                    continue;
                }
                ++compared;
                ObjectiveGradient g;
                ShareGradient full;
                const double value =
                    Objective(instance, set)
                        .FullGradient(setup.support, setup.point, workspace, g, full);
                Same({gamma}, {value}, "Gamma");
                Same(reference.units, g.units, "units");
                for (Direction d : DIRECTIONS)
                {
                    Same(reference.power[d], g.power[d], "power");
                    Same(reference.share[d], g.share[d], "share");
                    Same(referenceFull[d], full[d], "full");
                }
            }
        }
        std::cout << "instruction sets compared with the baseline: " << compared << " times\n";
    }
};

/**
 * @ingroup noma-test
 * No rate, no radio, wrong sizes.
 */
class ObjectiveEdgeTestCase : public TestCase
{
  public:
    ObjectiveEdgeTestCase()
        : TestCase("no rate, no radio, wrong sizes")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = RandomInstance({});
        const std::size_t users = instance.users.size();
        const Objective objective(instance);
        ObjectiveWorkspace workspace;
        ObjectiveGradient gradient;
        ShareGradient full;
        Setup setup = RandomSetup(instance, 0.5, false, 1);

        // everybody on the device: nothing but constants
        setup.point.option.assign(users, 3);
        const double alone =
            objective.FullGradient(setup.support, setup.point, workspace, gradient, full);
        double expected = 0;
        for (const User& user : instance.users)
        {
            expected += user.wT + user.wE;
        }
        NOMA_TEST_EXPECT_CLOSE(alone, expected, 1e-12, "device-only, normalised");
        for (double g : full.up)
        {
            NS_TEST_EXPECT_MSG_EQ(g, 0.0, "no radio, no gradient");
        }
        for (double g : gradient.units)
        {
            NS_TEST_EXPECT_MSG_EQ(g, 0.0, "no edge work, no gradient");
        }

        // one user without a share: infinite, no NaN anywhere
        setup.point.option.assign(users, 0);
        for (uint32_t c : setup.support.GetUserColumns(UPLINK, 3))
        {
            setup.point.share.up[c] = 0;
        }
        const double none =
            objective.FullGradient(setup.support, setup.point, workspace, gradient, full);
        NS_TEST_EXPECT_MSG_EQ(none, std::numeric_limits<double>::infinity(), "no rate");
        for (const auto& list : {full.up, full.down, gradient.power.up, gradient.power.down})
        {
            for (double g : list)
            {
                NS_TEST_EXPECT_MSG_EQ(std::isfinite(g), true, "finite derivatives");
            }
        }

        setup.point.share.up.pop_back();
        NOMA_TEST_EXPECT_INVALID(objective.Value(setup.support, setup.point, workspace),
                                 "point.share");
        setup.point.share.up.push_back(0.5);
        setup.point.option[2] = 9;
        NOMA_TEST_EXPECT_INVALID(objective.Value(setup.support, setup.point, workspace),
                                 "point.option[2]: 9");
        NOMA_TEST_EXPECT_INVALID(setup.support.Assign(UPLINK, {{99, 0}}), "column.user: 99");
        NOMA_TEST_EXPECT_INVALID(setup.support.Assign(UPLINK, {{1, 0}, {1, 0}}), "given twice");
    }
};

/**
 * @ingroup noma-test
 * Columns keep their shares when others come and go.
 */
class ShareSupportTestCase : public TestCase
{
  public:
    ShareSupportTestCase()
        : TestCase("inserting and pruning columns")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = RandomInstance({});
        ShareSupport support(instance);
        std::vector<double> share;
        support.Insert(DOWNLINK, {{7, 2}, {0, 1}, {3, 2}}, share);
        NS_TEST_EXPECT_MSG_EQ(support.Size(DOWNLINK), 3, "columns");
        share[support.Find(DOWNLINK, 7, 2)] = 0.7;
        share[support.Find(DOWNLINK, 0, 1)] = 0.1;
        support.Insert(DOWNLINK, {{0, 1}, {0, 0}, {1, 2}, {5, 2}}, share);
        NS_TEST_EXPECT_MSG_EQ(support.Size(DOWNLINK), 6, "one was there");
        NS_TEST_EXPECT_MSG_EQ(share[support.Find(DOWNLINK, 7, 2)], 0.7, "carried");
        NS_TEST_EXPECT_MSG_EQ(share[support.Find(DOWNLINK, 0, 1)], 0.1, "carried");
        NS_TEST_EXPECT_MSG_EQ(share[support.Find(DOWNLINK, 5, 2)], 0.0, "new");
        NS_TEST_EXPECT_MSG_EQ(support.Find(DOWNLINK, 5, 1), NONE, "not there");
        NS_TEST_EXPECT_MSG_EQ(support.GetUserColumns(DOWNLINK, 0).size(), 2, "of a user");
        // users 1, 3, 5 and 7 are of access point 1; weakest first in the downlink
        const auto [begin, end] = support.GetGroup(DOWNLINK, 1, 2);
        NS_TEST_EXPECT_MSG_EQ(end - begin, 4, "group");
        for (uint32_t c = begin + 1; c < end; ++c)
        {
            const double before = support.GetLists(DOWNLINK).own[c - 1];
            NS_TEST_EXPECT_MSG_GT(support.GetLists(DOWNLINK).own[c], before, "order");
        }
        support.Prune(DOWNLINK, share, 0.0);
        NS_TEST_EXPECT_MSG_EQ(support.Size(DOWNLINK), 2, "pruned");
        NS_TEST_EXPECT_MSG_EQ(share[support.Find(DOWNLINK, 0, 1)], 0.1, "carried");
        NS_TEST_EXPECT_MSG_EQ(support.Size(UPLINK), 0, "other direction");
    }
};

/**
 * @ingroup noma-test
 * The relaxed objective.
 */
class NomaObjectiveTestSuite : public TestSuite
{
  public:
    NomaObjectiveTestSuite()
        : TestSuite("noma-objective", Type::UNIT)
    {
        AddTestCase(new ObjectiveValueTestCase);
        AddTestCase(new ObjectiveGradientTestCase);
        AddTestCase(new GradientCheckerTestCase);
        AddTestCase(new ObjectiveFullGradientTestCase);
        AddTestCase(new ObjectivePaperScaleTestCase);
        AddTestCase(new ObjectiveInstructionSetTestCase);
        AddTestCase(new ObjectiveEdgeTestCase);
        AddTestCase(new ShareSupportTestCase);
    }
};

NomaObjectiveTestSuite g_nomaObjectiveTestSuite; //!< instance

} // namespace
