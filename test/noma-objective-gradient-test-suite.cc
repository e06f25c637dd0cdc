/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-gradients.h"
#include "noma-test-instance.h"
#include "noma-test-objective.h"
#include "noma-test.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-objective.h"

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

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
            for (uint64_t trial = 0; trial < 6; ++trial)
            {
                const bool near = trial % 2;
                const Setup setup = RandomSetup(instance, trial / 5.0, near, 100 + trial);
                const GradientCheck check = CheckGradient(objective, setup.support, setup.point);
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
            ObjectiveGradientProblem problem(objective, setup.support, setup.point);
            return GradientChecker<ObjectiveGradientProblem>(problem).Check(problem.Flatten(g));
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
class ZeroShareTestCase : public TestCase
{
  public:
    ZeroShareTestCase()
        : TestCase("columns without share: same objective, same gradient elsewhere")
    {
    }

  private:
    void DoRun() override
    {
        for (const RandomInstanceSpec& spec : Kinds())
        {
            Instance instance = RandomInstance(spec);
            const bool smooth =
                spec.downlinkRate == DownlinkRate::OWN && spec.orderKey == OrderKey::GAIN;
            Compare(instance, spec.seed, smooth);
            // where gains tie, the order goes by the index
            for (Direction d : DIRECTIONS)
            {
                for (uint32_t i = 0; i < instance.users.size(); ++i)
                {
                    const uint32_t ap = instance.users[i].ap;
                    for (uint32_t m = 0; m < instance.subchannels; ++m)
                    {
                        instance.gain[d].At(i, ap, m) = 1e-10;
                    }
                }
            }
            Compare(instance, spec.seed, false);
        }
    }

    /**
     * @param instance instance
     * @param seed its seed, for messages
     * @param smooth whether differences are good derivatives at zero shares too
     */
    void Compare(const Instance& instance, uint64_t seed, bool smooth)
    {
        const Objective objective(instance);
        ObjectiveWorkspace workspace;
        ObjectiveGradient gradient;
        ObjectiveGradient denseGradient;
        for (uint64_t trial = 0; trial < 5; ++trial)
        {
            const Setup sparse = RandomSetup(instance, trial / 4.0, false, 200 + trial);
            Setup dense = sparse;
            MakeDense(instance, dense);
            const double gamma =
                objective.Gradient(sparse.support, sparse.point, workspace, gradient);
            const double same =
                objective.Gradient(dense.support, dense.point, workspace, denseGradient);
            NOMA_TEST_EXPECT_CLOSE(gamma, same, 1e-14, "Gamma");
            for (Direction d : DIRECTIONS)
            {
                for (std::size_t c = 0; c < sparse.support.Size(d); ++c)
                {
                    const ShareColumn& column = sparse.support.GetColumns(d)[c];
                    const double g =
                        denseGradient
                            .share[d][dense.support.Find(d, column.user, column.subchannel)];
                    NOMA_TEST_EXPECT_NEAR(gradient.share[d][c],
                                          g,
                                          1e-11 * (1e-3 + std::abs(g)),
                                          "share " << column.user << " " << column.subchannel
                                                   << " seed " << seed);
                }
            }
            const GradientCheck check =
                smooth ? CheckGradient(objective, dense.support, dense.point) : GradientCheck{};
            NS_TEST_EXPECT_MSG_LT(check.worst, 1e-6, "at zero: " << check.where);
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
        const Objective objective(instance);
        ObjectiveWorkspace workspace;
        Setup setup = RandomSetup(instance, 0.01, false, 1);
        const double gamma = objective.Value(setup.support, setup.point, workspace);
        NOMA_TEST_EXPECT_CLOSE(gamma,
                               Evaluate(instance, ToDecision(instance, setup)).gamma,
                               1e-12,
                               "Gamma");
        const GradientCheck check = CheckGradient(objective, setup.support, setup.point, 100);
        NS_TEST_EXPECT_MSG_LT(check.worst, 1e-6, check.where);
        std::cout << "paper scale: worst relative error " << check.worst << " over "
                  << check.checked << " derivatives, " << check.unresolved
                  << " of them lost in rounding\n";

        MakeDense(instance, setup);
        const double same = objective.Value(setup.support, setup.point, workspace);
        NOMA_TEST_EXPECT_CLOSE(gamma, same, 1e-13, "Gamma with every pair a column");
    }
};

/**
 * @ingroup noma-test
 * The gradient of the relaxed objective.
 */
class NomaObjectiveGradientTestSuite : public TestSuite
{
  public:
    NomaObjectiveGradientTestSuite()
        : TestSuite("noma-objective-gradient", Type::UNIT)
    {
        AddTestCase(new ObjectiveGradientTestCase);
        AddTestCase(new GradientCheckerTestCase);
        AddTestCase(new ZeroShareTestCase);
        AddTestCase(new ObjectivePaperScaleTestCase);
    }
};

NomaObjectiveGradientTestSuite g_nomaObjectiveGradientTestSuite; //!< instance

} // namespace
