/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-lambda.h"

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * Closed forms, derivative against central differences, monotone table.
 */
class LambdaTestCase : public TestCase
{
  public:
    LambdaTestCase()
        : TestCase("values, derivatives and monotonicity of lambda(r)")
    {
    }

  private:
    void DoRun() override
    {
        NOMA_TEST_EXPECT_CLOSE(Lambda().Speedup(3.5), 3.5, 1e-15, "linear");
        NOMA_TEST_EXPECT_CLOSE(Lambda::Power(0.5).Speedup(9), 3.0, 1e-15, "power");
        NOMA_TEST_EXPECT_CLOSE(Lambda::Amdahl(0.6).Speedup(4), 1 / (0.4 + 0.15), 1e-15, "amdahl");
        NOMA_TEST_EXPECT_CLOSE(Lambda::Amdahl(0).Speedup(4), 1.0, 1e-15, "nothing parallel");

        const std::vector<std::pair<double, double>> points{{1, 1},
                                                            {2, 1.4},
                                                            {4, 1.41},
                                                            {8, 3},
                                                            {9, 3.001}};
        const Lambda table = Lambda::Table(points);
        for (const auto& [r, speedup] : points)
        {
            NOMA_TEST_EXPECT_CLOSE(table.Speedup(r), speedup, 1e-14, "table at its points");
        }
        NOMA_TEST_EXPECT_CLOSE(table.Speedup(0.5), 1.0, 1e-15, "below the table");
        NOMA_TEST_EXPECT_CLOSE(table.Speedup(50), 3.001, 1e-15, "above the table");
        NS_TEST_EXPECT_MSG_EQ(table.Derivative(50), 0.0, "flat above the table");
        double last = table.Speedup(1);
        for (double r = 1.001; r < 9; r += 0.001)
        {
            const double value = table.Speedup(r);
            NS_TEST_ASSERT_MSG_EQ((value > last), true, "table increases at " << r);
            last = value;
        }
        for (const Lambda& lambda :
             {Lambda(), Lambda::Power(0.4), Lambda::Power(1.3), Lambda::Amdahl(0.61), table})
        {
            for (double r = 1.07; r < 8.9; r += 0.13)
            {
                const double h = 1e-5;
                const double difference = (lambda.Speedup(r + h) - lambda.Speedup(r - h)) / (2 * h);
                NOMA_TEST_EXPECT_NEAR(lambda.Derivative(r), difference, 1e-8, "slope at " << r);
                double slope = 0;
                NS_TEST_EXPECT_MSG_EQ(lambda.Speedup(r, slope), lambda.Speedup(r), "both");
                NOMA_TEST_EXPECT_CLOSE(slope, lambda.Derivative(r), 1e-14, "both at " << r);
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Wrong parameters.
 */
class LambdaErrorTestCase : public TestCase
{
  public:
    LambdaErrorTestCase()
        : TestCase("wrong parameters of lambda(r)")
    {
    }

  private:
    void DoRun() override
    {
        NOMA_TEST_EXPECT_INVALID(Lambda::Power(0), "lambda.a: 0 is not a finite number > 0");
        NOMA_TEST_EXPECT_INVALID(Lambda::Amdahl(1.5), "lambda.f: 1.5 is not in [0, 1]");
        NOMA_TEST_EXPECT_INVALID(Lambda::Amdahl(std::nan("")), "lambda.f: nan is not in [0, 1]");
        NOMA_TEST_EXPECT_INVALID(Lambda::Table({{1, 1}}), "lambda.points: 1");
        NOMA_TEST_EXPECT_INVALID(Lambda::Table({{1, 1}, {1, 2}}), "lambda.points[1][0]: 1");
        NOMA_TEST_EXPECT_INVALID(Lambda::Table({{1, 1}, {2, 1}}), "lambda.points[1][1]: 1");
    }
};

/**
 * @ingroup noma-test
 * Multicore compensation.
 */
class NomaLambdaTestSuite : public TestSuite
{
  public:
    NomaLambdaTestSuite()
        : TestSuite("noma-lambda", Type::UNIT)
    {
        AddTestCase(new LambdaTestCase);
        AddTestCase(new LambdaErrorTestCase);
    }
};

NomaLambdaTestSuite g_nomaLambdaTestSuite; //!< instance

} // namespace
