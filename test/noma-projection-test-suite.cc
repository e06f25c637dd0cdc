/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-projection.h"

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
            std::vector<double> x = y;
            const double t = knapsack.Project(x.data(),
                                              n,
                                              min.data(),
                                              max.data(),
                                              trial % 3 == 0 ? weight.data() : nullptr,
                                              budget);
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
            if (t != 0)
            {
                NOMA_TEST_EXPECT_NEAR(sum, budget, 1e-12 * touched, "tight");
                ++bound;
            }
            NS_TEST_EXPECT_MSG_EQ((t >= 0), true, "sign");
        }
        NS_TEST_EXPECT_MSG_GT(bound, 500, "the constraint must bind often in this test");

        double x[] = {0.5, 0.5};
        const double min[] = {0.4, 0.4};
        const double max[] = {1, 1};
        NOMA_TEST_EXPECT_INVALID(knapsack.Project(x, 2, min, max, nullptr, 0.7), "budget: 0.7");
    }
};

/**
 * @ingroup noma-test
 * The projection of the slot problem's relaxation.
 */
class NomaProjectionTestSuite : public TestSuite
{
  public:
    NomaProjectionTestSuite()
        : TestSuite("noma-projection", Type::UNIT)
    {
        AddTestCase(new KnapsackTestCase);
    }
};

NomaProjectionTestSuite g_nomaProjectionTestSuite; //!< instance

} // namespace
