/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test-objective.h"
#include "noma-test.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-objective.h"
#include "ns3/noma-share-support.h"

#include <cmath>
#include <cstring>
#include <iostream>
#include <limits>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

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
            const double gamma = Objective(instance, InstructionSet::BASELINE)
                                     .Gradient(setup.support, setup.point, workspace, reference);
            for (InstructionSet set : {InstructionSet::AVX2, InstructionSet::AVX512})
            {
                if (!IsSupported(set))
                {
                    continue;
                }
                ++compared;
                ObjectiveGradient g;
                const double value =
                    Objective(instance, set).Gradient(setup.support, setup.point, workspace, g);
                Same({gamma}, {value}, "Gamma");
                Same(reference.units, g.units, "units");
                for (Direction d : DIRECTIONS)
                {
                    Same(reference.power[d], g.power[d], "power");
                    Same(reference.share[d], g.share[d], "share");
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
        Setup setup = RandomSetup(instance, 0.5, false, 1);

        // everybody on the device: nothing but constants
        setup.point.option.assign(users, 3);
        MakeDense(instance, setup);
        const double alone = objective.Gradient(setup.support, setup.point, workspace, gradient);
        double expected = 0;
        for (const User& user : instance.users)
        {
            expected += user.wT + user.wE;
        }
        NOMA_TEST_EXPECT_CLOSE(alone, expected, 1e-12, "device-only, normalised");
        for (double g : gradient.share.up)
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
        const double none = objective.Gradient(setup.support, setup.point, workspace, gradient);
        NS_TEST_EXPECT_MSG_EQ(none, std::numeric_limits<double>::infinity(), "no rate");
        for (const auto& list :
             {gradient.share.up, gradient.share.down, gradient.power.up, gradient.power.down})
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
 * The value of the relaxed objective, and its columns.
 */
class NomaObjectiveTestSuite : public TestSuite
{
  public:
    NomaObjectiveTestSuite()
        : TestSuite("noma-objective", Type::UNIT)
    {
        AddTestCase(new ObjectiveValueTestCase);
        AddTestCase(new ObjectiveInstructionSetTestCase);
        AddTestCase(new ObjectiveEdgeTestCase);
        AddTestCase(new ShareSupportTestCase);
    }
};

NomaObjectiveTestSuite g_nomaObjectiveTestSuite; //!< instance

} // namespace
