/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test.h"

#include "ns3/noma-projection.h"

#include <random>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Conditions of Karush, Kuhn and Tucker of the projection onto a box with one linear constraint.
 */
class KnapsackTestCase : public TestCase
{
  public:
    KnapsackTestCase()
        : TestCase("box and one constraint: KKT conditions")
    {
    }

  private:
    void DoRun() override
    {
        using Sense = KnapsackProjection::Sense;
        std::mt19937_64 rng(3);
        std::uniform_real_distribution<double> uniform(0, 1);
        KnapsackProjection knapsack;
        int bound = 0;
        for (int trial = 0; trial < 2000; ++trial)
        {
            const std::size_t n = 1 + rng() % 12;
            std::vector<double> y(n);
            std::vector<double> min(n);
            std::vector<double> max(n);
            std::vector<double> weight(n, 1.0);
            double least = 0;
            double most = 0;
            for (std::size_t i = 0; i < n; ++i)
            {
                min[i] = uniform(rng);
                max[i] = min[i] + (rng() % 5 ? uniform(rng) : 0.0);
                y[i] = 6 * uniform(rng) - 2;
                if (trial % 3 == 0)
                {
                    weight[i] = std::pow(10.0, 4 * uniform(rng) - 2);
                }
                least += weight[i] * min[i];
                most += weight[i] * max[i];
            }
            // equal numbers and budgets at the ends of their range too
            y.back() = trial % 4 == 0 ? y.front() : y.back();
            const double u = trial % 10 == 0 ? 0.0 : trial % 10 == 1 ? 1.0 : uniform(rng);
            const double budget = least + u * (most - least);
            const Sense sense = trial % 2 ? Sense::EQUAL : Sense::AT_MOST;
            std::vector<double> x = y;
            const double t = knapsack.Project(x.data(),
                                              n,
                                              min.data(),
                                              max.data(),
                                              trial % 3 == 0 ? weight.data() : nullptr,
                                              budget,
                                              sense);
            double sum = 0;
            double touched = 0;
            for (std::size_t i = 0; i < n; ++i)
            {
                sum += weight[i] * x[i];
                touched += weight[i] * (std::abs(x[i]) + std::abs(y[i]));
                NS_TEST_EXPECT_MSG_EQ((x[i] >= min[i] && x[i] <= max[i]), true, "box");
                const double gradient = x[i] - y[i] + t * weight[i];
                const double slack = 1e-12 * (1 + std::abs(y[i]) + std::abs(t) * weight[i]);
                NS_TEST_EXPECT_MSG_EQ((gradient >= -slack || x[i] == max[i]), true, "not above");
                NS_TEST_EXPECT_MSG_EQ((gradient <= slack || x[i] == min[i]), true, "not below");
            }
            NS_TEST_EXPECT_MSG_LT(sum, budget + 1e-12 * touched + 1e-15, "constraint");
            if (sense == Sense::EQUAL || t != 0)
            {
                NOMA_TEST_EXPECT_NEAR(sum, budget, 1e-12 * touched, "tight");
                ++bound;
            }
            NS_TEST_EXPECT_MSG_EQ((sense == Sense::EQUAL || t >= 0), true, "sign");
        }
        NS_TEST_EXPECT_MSG_GT(bound, 1000, "the constraint must bind often in this test");

        double x[] = {0.5, 0.5};
        const double min[] = {0.4, 0.4};
        const double max[] = {1, 1};
        NOMA_TEST_EXPECT_INVALID(knapsack.Project(x, 2, min, max, nullptr, 0.7), "budget: 0.7");
        NOMA_TEST_EXPECT_INVALID(knapsack.Project(x, 2, min, max, nullptr, 2.1, Sense::EQUAL),
                                 "budget: 2.1");
        double z[] = {-1, 0.5, 9};
        ProjectBox(z, 3, 0, 1);
        NS_TEST_EXPECT_MSG_EQ((z[0] == 0 && z[1] == 0.5 && z[2] == 1), true, "box alone");
    }
};

/**
 * @ingroup noma-test
 * Projection of shares onto the intersection of simplices and caps.
 */
class ShareProjectionTestCase : public TestCase
{
  public:
    ShareProjectionTestCase()
        : TestCase("users' simplices and caps: feasible, and the variational inequality holds")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(17);
        std::normal_distribution<double> normal(0.3, 1.0);
        std::uniform_real_distribution<double> uniform(0, 1);
        int binding = 0;
        for (uint64_t seed = 1; seed <= 60; ++seed)
        {
            RandomInstanceSpec spec;
            spec.seed = seed;
            spec.usersPerAp = 2 + seed % 9;
            spec.maxSuperposed = 1 + seed % 3;
            const Instance instance = RandomInstance(spec);
            const std::size_t users = instance.users.size();
            FeasibleSet::Params params;
            params.floor = seed % 2 ? 0.0 : 0.01;
            FeasibleSet set(instance, params);
            ShareSupport support(instance);
            support.AssignAll(UPLINK);
            std::vector<uint32_t> option(users, 0);
            option[1] = 3; // device-only: takes nothing from the others
            std::vector<double> y(support.Size(UPLINK));
            for (double& v : y)
            {
                v = normal(rng);
            }
            std::vector<double> x = y;
            const ProjectionReport report = set.ProjectShares(UPLINK, support, option, x);
            NS_TEST_EXPECT_MSG_LT(report.iterations, 10000, "converged");
            NS_TEST_EXPECT_MSG_LT(report.violation, 1e-8, "next to nothing to repair");
            binding += CheckFeasible(instance, support, option, params.floor, x);

            // (y - x) . (z - x) <= 0 for every feasible z
            for (int trial = 0; trial < 200; ++trial)
            {
                const std::vector<double> z =
                    RandomFeasible(instance, support, option, params.floor, x, rng);
                double product = 0;
                for (std::size_t c = 0; c < x.size(); ++c)
                {
                    product += (y[c] - x[c]) * (z[c] - x[c]);
                }
                NS_TEST_EXPECT_MSG_LT(product, 1e-7, "variational inequality");
            }
            std::vector<double> again = x;
            set.ProjectShares(UPLINK, support, option, again);
            for (std::size_t c = 0; c < x.size(); ++c)
            {
                NOMA_TEST_EXPECT_NEAR(again[c], x[c], 1e-8, "projecting twice changes nothing");
            }
        }
        NS_TEST_EXPECT_MSG_GT(binding, 50, "caps must bind in this test");
    }

    /// Checks feasibility. @param instance the instance @param support columns
    /// @param option per user: option @param floor least share @param x shares
    /// @returns number of caps that bind
    int CheckFeasible(const Instance& instance,
                      const ShareSupport& support,
                      const std::vector<uint32_t>& option,
                      double floor,
                      const std::vector<double>& x)
    {
        std::vector<double> user(instance.users.size(), 0.0);
        std::vector<double> group(instance.edges.size() * instance.subchannels, 0.0);
        for (std::size_t c = 0; c < x.size(); ++c)
        {
            const ShareColumn& column = support.GetColumns(UPLINK)[c];
            NS_TEST_EXPECT_MSG_EQ((x[c] >= floor && x[c] <= 1), true, "box");
            if (option[column.user] == 0)
            {
                user[column.user] += x[c];
                group[column.subchannel * instance.edges.size() + instance.users[column.user].ap] +=
                    x[c];
            }
        }
        for (double sum : user)
        {
            NS_TEST_EXPECT_MSG_LT(sum, 1 + 1e-9, "user");
        }
        int binding = 0;
        for (double sum : group)
        {
            NS_TEST_EXPECT_MSG_LT(sum, instance.maxSuperposed * (1 + 1e-9), "cap");
            binding += sum > instance.maxSuperposed * (1 - 1e-9);
        }
        return binding;
    }

    /// @returns a feasible point near or far from x @param instance the instance
    /// @param support columns @param option per user: option @param floor least share
    /// @param x a feasible point @param rng random numbers
    std::vector<double> RandomFeasible(const Instance& instance,
                                       const ShareSupport& support,
                                       const std::vector<uint32_t>& option,
                                       double floor,
                                       const std::vector<double>& x,
                                       std::mt19937_64& rng)
    {
        std::uniform_real_distribution<double> uniform(0, 1);
        std::vector<double> z(x.size());
        const double spread = uniform(rng);
        for (std::size_t c = 0; c < z.size(); ++c)
        {
            const double far = rng() % 2 ? uniform(rng) : 0.0;
            z[c] = std::max(0.0, (1 - spread) * (x[c] - floor) + spread * far);
        }
        // what is above the floor is scaled into the room above the floor
        const std::size_t aps = instance.edges.size();
        std::vector<double> user(instance.users.size(), 0.0);
        std::vector<double> group(aps * instance.subchannels, 0.0);
        std::vector<double> userRoom(user.size(), 1.0);
        std::vector<double> groupRoom(group.size(), instance.maxSuperposed);
        const auto groupOf = [&](const ShareColumn& column) {
            return column.subchannel * aps + instance.users[column.user].ap;
        };
        for (std::size_t c = 0; c < z.size(); ++c)
        {
            const ShareColumn& column = support.GetColumns(UPLINK)[c];
            if (option[column.user] == 0)
            {
                user[column.user] += z[c];
                userRoom[column.user] -= floor;
                group[groupOf(column)] += z[c];
                groupRoom[groupOf(column)] -= floor;
            }
        }
        for (std::size_t c = 0; c < z.size(); ++c)
        {
            const ShareColumn& column = support.GetColumns(UPLINK)[c];
            double factor = 1;
            if (option[column.user] == 0)
            {
                const std::size_t g = groupOf(column);
                factor = std::min({1.0,
                                   userRoom[column.user] / std::max(user[column.user], 1e-300),
                                   groupRoom[g] / std::max(group[g], 1e-300)});
            }
            z[c] = std::min(1.0, floor + factor * z[c]);
        }
        return z;
    }
};

/**
 * @ingroup noma-test
 * Powers, units and stationarity.
 */
class StationarityTestCase : public TestCase
{
  public:
    StationarityTestCase()
        : TestCase("units and power budget; a lone user is stationary at its closed-form power")
    {
    }

  private:
    /// @returns the principal branch of Lambert's function @param x argument > -1/e
    static double LambertW(double x)
    {
        double w = x > 1 ? std::log(x) : x / (1 + x);
        for (int i = 0; i < 50; ++i)
        {
            w -= (w * std::exp(w) - x) / (std::exp(w) * (1 + w));
        }
        return w;
    }

    void DoRun() override
    {
        // shared resources
        RandomInstanceSpec spec;
        spec.usersPerAp = 9;
        Instance many = RandomInstance(spec);
        many.apPowerBudgetW = 2;
        FeasibleSet set(many);
        ShareSupport all(many);
        ObjectivePoint crowded;
        crowded.option.assign(many.users.size(), 0);
        crowded.units.assign(many.users.size(), 7);
        for (Direction d : DIRECTIONS)
        {
            all.AssignAll(d);
            crowded.share[d].assign(all.Size(d), 0.9);
            crowded.power[d].assign(many.users.size(), 5);
        }
        set.Project(all, crowded);
        for (uint32_t n = 0; n < many.edges.size(); ++n)
        {
            double units = 0;
            double power = 0;
            for (uint32_t i = 0; i < many.users.size(); ++i)
            {
                units += many.users[i].ap == n ? crowded.units[i] : 0.0;
                for (uint32_t c : all.GetUserColumns(DOWNLINK, i))
                {
                    power +=
                        many.users[i].ap == n ? crowded.share.down[c] * crowded.power.down[i] : 0.0;
                }
            }
            NOMA_TEST_EXPECT_CLOSE(units, many.edges[n].units, 1e-12, "units are used up");
            NOMA_TEST_EXPECT_CLOSE(power, 2.0, 1e-12, "power budget is used up");
        }
        NOMA_TEST_EXPECT_CLOSE(crowded.power.up[0], 0.316, 1e-15, "uplink: bounds alone");

        // one user, one subchannel, uplink only
        spec.aps = 1;
        spec.usersPerAp = 1;
        spec.subchannels = 1;
        Instance lone = RandomInstance(spec);
        User& user = lone.users[0];
        user.options = {{0, 0, 1e6, 0}};
        user.powerW.up = {1e-6, 1e6};
        ObjectivePoint point;
        ShareSupport one(lone);
        one.AssignAll(UPLINK);
        point.option = {0};
        point.units = {1};
        point.share.up = {1};
        point.power = {{0}, {0.5}};
        const double c = lone.gain.up.At(0, 0, 0) / lone.NoiseW(UPLINK);
        const double a = c * (user.wT / user.delayScale) / (user.wE / user.energyScale);
        const double best = (std::exp(1 + LambertW((a - 1) / std::exp(1.0))) - 1) / c;
        // in units of its size, or the bounds would drown it
        user.powerW.up = {best / 10, best * 10};
        const Objective objective(lone);
        ObjectiveWorkspace workspace;
        ObjectiveGradient gradient;
        FeasibleSet loneSet(lone);
        const auto norm = [&](double p) {
            point.power.up[0] = p;
            objective.Gradient(one, point, workspace, gradient);
            return loneSet.ProjectedGradientNorm(one, point, gradient);
        };
        const double size = norm(best * 2);
        NS_TEST_EXPECT_MSG_GT(size, 1e-3, "not stationary");
        NS_TEST_EXPECT_MSG_LT(norm(best), 1e-10 * size, "stationary");
        NS_TEST_EXPECT_MSG_GT(norm(best * (1 + 1e-5)), 1e-7 * size, "above");
        NS_TEST_EXPECT_MSG_GT(norm(best * (1 - 1e-5)), 1e-7 * size, "below");
        user.powerW.up.max = best / 2;
        NS_TEST_EXPECT_MSG_EQ(norm(best / 2), 0.0, "at the bound, pushed against it");
    }
};

/**
 * @ingroup noma-test
 * Projections onto the feasible set.
 */
class NomaProjectionTestSuite : public TestSuite
{
  public:
    NomaProjectionTestSuite()
        : TestSuite("noma-projection", Type::UNIT)
    {
        AddTestCase(new KnapsackTestCase);
        AddTestCase(new ShareProjectionTestCase);
        AddTestCase(new StationarityTestCase);
    }
};

NomaProjectionTestSuite g_nomaProjectionTestSuite; //!< instance

} // namespace
