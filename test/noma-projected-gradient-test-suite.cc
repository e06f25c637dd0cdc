/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-projected-gradient.h"

#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * sum_i c_i (x_i - t_i)^2 / 2 over the box [0, 1]^n: the answer is t clamped.
 */
class BoxQuadratic : public SmoothProblem
{
  public:
    /// @param curvature c @param target t
    BoxQuadratic(std::vector<double> curvature, std::vector<double> target)
        : m_curvature(std::move(curvature)),
          m_target(std::move(target))
    {
    }

    std::size_t GetSize() const override
    {
        return m_target.size();
    }

    void Evaluate(const double* x, double* cost, double* gradient) override
    {
        *cost = 0;
        for (std::size_t i = 0; i < m_target.size(); ++i)
        {
            const double off = x[i] - m_target[i];
            *cost += 0.5 * m_curvature[i] * off * off;
            if (gradient)
            {
                gradient[i] = m_curvature[i] * off;
            }
        }
    }

    void Project(double* x) const override
    {
        for (std::size_t i = 0; i < m_target.size(); ++i)
        {
            x[i] = std::min(1.0, std::max(0.0, x[i]));
        }
    }

  private:
    std::vector<double> m_curvature; //!< c
    std::vector<double> m_target;    //!< t
};

/**
 * Rosenbrock's valley, free or with x <= bound. With a bound b in (0, 1) the optimum is
 * (b, b^2): the valley's floor falls towards (1, 1).
 */
class Rosenbrock : public SmoothProblem
{
  public:
    /// @param bound greatest x
    explicit Rosenbrock(double bound)
        : m_bound(bound)
    {
    }

    std::size_t GetSize() const override
    {
        return 2;
    }

    void Evaluate(const double* x, double* cost, double* gradient) override
    {
        const double v = x[1] - x[0] * x[0];
        *cost = (1 - x[0]) * (1 - x[0]) + 100 * v * v;
        if (gradient)
        {
            gradient[0] = -2 * (1 - x[0]) - 400 * x[0] * v;
            gradient[1] = 200 * v;
        }
    }

    void Project(double* x) const override
    {
        x[0] = std::min(x[0], m_bound);
    }

  private:
    double m_bound; //!< greatest x
};

/**
 * 1 / x over x >= 0: not finite at the edge of the feasible set, the infimum at infinity.
 */
class Reciprocal : public SmoothProblem
{
  public:
    std::size_t GetSize() const override
    {
        return 1;
    }

    void Evaluate(const double* x, double* cost, double* gradient) override
    {
        *cost = 1 / x[0] + x[0];
        if (gradient)
        {
            gradient[0] = 1 - 1 / (x[0] * x[0]);
        }
    }

    void Project(double* x) const override
    {
        x[0] = std::max(x[0], 0.0);
    }
};

/**
 * Both step rules end at the optimum of problems whose optimum is known.
 */
class OptimumTestCase : public TestCase
{
  public:
    OptimumTestCase()
        : TestCase("known optima, from either step rule")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<double> target{-0.5, 0.25, 0.75, 3.0};
        const std::vector<double> answer{0, 0.25, 0.75, 1};
        for (auto rule :
             {ProjectedGradientParams::Step::FIXED, ProjectedGradientParams::Step::SPECTRAL})
        {
            BoxQuadratic problem({1, 2, 4, 8}, target);
            ProjectedGradientParams params;
            params.rule = rule;
            params.step = 0.2;
            params.gradientTolerance = 1e-10;
            std::vector<double> x{0.5, 0.5, 0.5, 0.5};
            const DescentReport report = ProjectedGradient().Minimize(problem, params, x.data());
            NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::CONVERGED), true, "converged");
            NS_TEST_EXPECT_MSG_EQ((report.projectedGradientNorm <= 1e-10), true, "stationary");
            for (std::size_t i = 0; i < x.size(); ++i)
            {
                NOMA_TEST_EXPECT_NEAR(x[i], answer[i], 1e-9, "clamped target");
            }
        }
        // 5,000 times the curvature of the flattest direction: no fixed step does this
        for (double bound : {10.0, 0.5})
        {
            Rosenbrock problem(bound);
            ProjectedGradientParams params;
            params.gradientTolerance = 1e-8;
            params.maxIterations = 2000;
            double x[] = {-1.2, 1.0};
            const DescentReport report = ProjectedGradient().Minimize(problem, params, x);
            const double best = std::min(1.0, bound);
            NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::CONVERGED), true, "converged");
            NOMA_TEST_EXPECT_NEAR(x[0], best, 1e-6, "Rosenbrock x");
            NOMA_TEST_EXPECT_NEAR(x[1], best * best, 1e-6, "Rosenbrock y");
        }
        Reciprocal barrier;
        ProjectedGradientParams params;
        params.gradientTolerance = 1e-8;
        params.step = 100;
        double x = 5;
        const DescentReport report = ProjectedGradient().Minimize(barrier, params, &x);
        NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::CONVERGED), true, "converged");
        NOMA_TEST_EXPECT_NEAR(x, 1.0, 1e-7, "steps into 1/0 are cut back");
    }
};

/**
 * The report says why it stopped, and the numbers are those of the point returned.
 */
class ReportTestCase : public TestCase
{
  public:
    ReportTestCase()
        : TestCase("reasons to stop")
    {
    }

  private:
    void DoRun() override
    {
        BoxQuadratic problem({1, 100}, {0.3, 0.6});
        ProjectedGradientParams params;
        params.rule = ProjectedGradientParams::Step::FIXED;
        params.step = 0.005;
        params.maxIterations = 7;
        std::vector<double> x{0, 0};
        DescentReport report = ProjectedGradient().Minimize(problem, params, x.data());
        NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::MAX_ITERATIONS), true, "budget");
        NS_TEST_EXPECT_MSG_EQ(report.iterations, 7, "steps taken");
        NS_TEST_EXPECT_MSG_EQ(report.gradients, 8, "one gradient more than steps");
        double cost = 0;
        std::vector<double> gradient(2);
        problem.Evaluate(x.data(), &cost, gradient.data());
        NOMA_TEST_EXPECT_CLOSE(report.cost, cost, 1e-15, "cost of the point returned");

        // Table I's other two rules
        params.maxIterations = 100000;
        params.costTolerance = 1e-6;
        x = {0, 0};
        report = ProjectedGradient().Minimize(problem, params, x.data());
        NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::CONVERGED), true, "cost rule");
        params.costTolerance = 0;
        params.stepTolerance = 1e-5;
        x = {0, 0};
        report = ProjectedGradient().Minimize(problem, params, x.data());
        NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::CONVERGED), true, "step rule");
        NS_TEST_EXPECT_MSG_EQ((report.projectedGradientNorm > 0), true, "says how far it is");

        // a step beyond 2 / curvature never settles: it bounces between the ends of the box
        params.stepTolerance = 1e-9;
        params.step = 1;
        params.maxIterations = 50;
        x = {0, 0};
        report = ProjectedGradient().Minimize(problem, params, x.data());
        NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::MAX_ITERATIONS), true, "too long");

        Reciprocal barrier;
        params.step = 100;
        double y = 5;
        report = ProjectedGradient().Minimize(barrier, params, &y);
        NS_TEST_EXPECT_MSG_EQ((report.status == SolverStatus::NOT_FINITE), true, "1/0");
        NOMA_TEST_EXPECT_NEAR(y, 5, 0, "the last point of finite cost");
        NOMA_TEST_EXPECT_NEAR(report.cost, 5.2, 1e-12, "and its cost");
    }
};

/**
 * Bad parameters are refused by name.
 */
class ParamsTestCase : public TestCase
{
  public:
    ParamsTestCase()
        : TestCase("parameters")
    {
    }

  private:
    void DoRun() override
    {
        ProjectedGradientParams params;
        params.Validate();
        params.step = 0;
        NOMA_TEST_EXPECT_INVALID(params.Validate(), "step is 0");
        params = {};
        params.costTolerance = -1;
        NOMA_TEST_EXPECT_INVALID(params.Validate(), "costTolerance is -1");
        params = {};
        params.gradientTolerance = std::nan("");
        NOMA_TEST_EXPECT_INVALID(params.Validate(), "gradientTolerance is nan");
        params = {};
        params.maxIterations = 0;
        NOMA_TEST_EXPECT_INVALID(params.Validate(), "maxIterations is 0");
        params = {};
        params.sufficientDecrease = 1;
        NOMA_TEST_EXPECT_INVALID(params.Validate(), "sufficientDecrease is 1");
    }
};

/// Projected gradient descent.
class ProjectedGradientTestSuite : public TestSuite
{
  public:
    ProjectedGradientTestSuite()
        : TestSuite("noma-projected-gradient", Type::UNIT)
    {
        AddTestCase(new OptimumTestCase);
        AddTestCase(new ReportTestCase);
        AddTestCase(new ParamsTestCase);
    }
};

ProjectedGradientTestSuite g_projectedGradientTestSuite; //!< the suite

} // namespace
