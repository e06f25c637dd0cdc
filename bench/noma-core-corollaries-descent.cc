/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-core-corollaries.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{
namespace bench
{

Scenario
SmallScenario(uint32_t usersPerAp, uint32_t subchannels, uint64_t seed, const char* model)
{
    ScenarioParameters p;
    p.aps = 3;
    p.usersPerAp = usersPerAp;
    p.subchannels = subchannels;
    p.seed = seed;
    return Scenario(p, ModelCuts(model));
}

double
SafeStep(LiGdProblem& problem, const std::vector<double>& x)
{
    double cost = 0;
    std::vector<double> gradient(x.size());
    problem.Evaluate(x.data(), &cost, gradient.data());
    double steepest = 0;
    for (double g : gradient)
    {
        steepest = std::max(steepest, std::abs(g));
    }
    return steepest > 0 ? 0.1 / steepest : 1;
}

DescentReport
Descend(LiGdProblem& problem,
        double step,
        double epsilon,
        uint64_t iterations,
        std::vector<double>& x)
{
    ProjectedGradientParams params;
    params.rule = ProjectedGradientParams::Step::FIXED;
    params.step = step;
    params.gradientTolerance = epsilon;
    params.costTolerance = epsilon;
    params.stepTolerance = epsilon;
    params.maxIterations = iterations;
    return ProjectedGradient().Minimize(problem, params, x.data());
}

} // namespace bench
} // namespace noma
} // namespace ns3
