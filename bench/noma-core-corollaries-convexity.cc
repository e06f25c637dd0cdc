/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Corollary 2 of the paper: is the objective convex, and how soon does descent converge?
 */
#include "../test/noma-random-instance.h"
#include "noma-core-corollaries.h"

#include "ns3/noma-evaluation.h"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <random>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

namespace
{

/// Two users of two cells, one with much to send, one with little: as small as a counterexample is.
void
ShowCounterexample()
{
    Instance instance;
    instance.subchannels = 1;
    instance.maxSuperposed = 1;
    instance.bandwidthHz = {1e6, 1e6};
    EdgeServer edge;
    edge.units = 1;
    edge.clockHz = 1e9;
    edge.flopPerCycle = 1;
    instance.edges.assign(2, edge);
    User user;
    user.clockHz = 1e9;
    user.flopPerCycle = 1;
    user.wT = 1;
    user.wE = 0;
    user.powerW.up = {0.001, 0.3};
    user.powerW.down = {0.001, 1};
    user.options = {{0, 1e6, 1e6, 0}};
    instance.users.assign(2, user);
    instance.users[1].ap = 1;
    instance.users[1].options[0].upBits = 1e4;
    for (Direction d : DIRECTIONS)
    {
        instance.gain[d] = GainTensor(2, 2, 1);
        for (uint32_t i = 0; i < 2; ++i)
        {
            instance.gain[d].At(i, i, 0) = 1e-10;
            instance.gain[d].At(i, 1 - i, 0) = 1e-11;
        }
    }
    ValidateInstance(instance);
    const auto gamma = [&](double share, double power) {
        Decision decision;
        decision.users.resize(2);
        for (uint32_t i = 0; i < 2; ++i)
        {
            decision.users[i].units = 1;
            decision.users[i].link.up = {{{0, i == 0 ? 1.0 : share}}, i == 0 ? 0.1 : power};
        }
        return Evaluate(instance, decision).gamma;
    };
    const auto show = [](const char* what, double a, double middle, double b) {
        std::printf("  %s: Gamma = %.6f, %.6f, %.6f; mean of the ends %.6f: the middle is %s\n",
                    what,
                    a,
                    middle,
                    b,
                    0.5 * (a + b),
                    middle > 0.5 * (a + b) ? "ABOVE, so Gamma is not convex" : "not above");
    };
    std::printf("Two cells, a user each, one subchannel of 1 MHz, gains 1e-10 own and 1e-11 other, "
                "1 Mbit and 10 kbit to\nsend at 0.1 W, wT = 1:\n");
    show("share of the second 0.2, 0.6, 1.0 ", gamma(0.2, 0.1), gamma(0.6, 0.1), gamma(1.0, 0.1));
    show("power of the second 0.1, 0.2, 0.3 ", gamma(1.0, 0.1), gamma(1.0, 0.2), gamma(1.0, 0.3));
}

} // namespace

void
StudyConvexity(uint32_t instances)
{
    std::printf("Corollary 2: Gamma is convex, so descent converges in |x0 - x*|^2 / (2 eta eps) "
                "steps\n");
    ShowCounterexample();

    std::printf("Random networks of three cells, all users at cut 0: segments whose middle lies "
                "above the chord, between random\npoints and along one random variable; and the "
                "spread of the objective reached from 10 random starts (spectral\nsteps to 1e-9), "
                "which convexity would make zero:\n");
    std::printf("  %4s %4s %10s %12s %12s %12s %12s\n",
                "U",
                "M",
                "segments",
                "points",
                "variable",
                "mean spread",
                "worst");
    for (const auto& [users, subchannels] :
         std::initializer_list<std::pair<uint32_t, uint32_t>>{{1, 1}, {2, 1}, {4, 2}, {8, 4}})
    {
        uint32_t segments = 0;
        uint32_t violations[2] = {};
        double sum = 0;
        double worst = 0;
        std::mt19937_64 random(1);
        const auto draw = [&] {
            return 0.05 + 0.95 * static_cast<double>(random() >> 11) * 0x1p-53;
        };
        for (uint64_t seed = 1; seed <= instances; ++seed)
        {
            RandomInstanceParameters p;
            p.aps = 3;
            p.usersPerAp = users;
            p.subchannels = subchannels;
            const Instance instance = MakeRandomInstance(p, seed);
            LiGdProblem problem(instance, 1e-3);
            std::vector<double> a(problem.GetSize());
            std::vector<double> b(a.size());
            std::vector<double> c(a.size());
            for (int k = 0; k < 400; ++k)
            {
                const bool axis = k % 2 == 1;
                std::generate(a.begin(), a.end(), draw);
                std::generate(b.begin(), b.end(), draw);
                if (axis)
                {
                    const std::size_t variable = random() % a.size();
                    const double end = b[variable];
                    b = a;
                    b[variable] = end;
                }
                for (std::size_t i = 0; i < a.size(); ++i)
                {
                    c[i] = 0.5 * (a[i] + b[i]);
                }
                double fa = 0;
                double fb = 0;
                double fc = 0;
                problem.Evaluate(a.data(), &fa, nullptr);
                problem.Evaluate(b.data(), &fb, nullptr);
                problem.Evaluate(c.data(), &fc, nullptr);
                segments += axis ? 0 : 1;
                violations[axis] += fc > 0.5 * (fa + fb) * (1 + 1e-12) ? 1 : 0;
            }
            double least = 1e300;
            double most = 0;
            for (int start = 0; start < 10; ++start)
            {
                std::generate(a.begin(), a.end(), draw);
                ProjectedGradientParams params;
                params.gradientTolerance = 1e-9;
                params.maxIterations = 5000;
                const double cost = ProjectedGradient().Minimize(problem, params, a.data()).cost;
                least = std::min(least, cost);
                most = std::max(most, cost);
            }
            sum += most / least - 1;
            worst = std::max(worst, most / least - 1);
        }
        std::printf("  %4u %4u %10u %10.2f %% %10.2f %% %10.3f %% %10.3f %%\n",
                    3 * users,
                    subchannels,
                    segments,
                    100.0 * violations[0] / segments,
                    100.0 * violations[1] / segments,
                    100 * sum / instances,
                    100 * worst);
    }

    std::printf("Steps until the objective is within eps of where 20,000 fixed steps end, and the "
                "bound (U = 12, M = 4, cut 0):\n");
    std::printf("  %8s %10s %12s %12s\n", "eps", "instances", "steps", "bound");
    for (double epsilon : {1e-2, 1e-3, 1e-4})
    {
        double steps = 0;
        double bound = 0;
        for (uint64_t seed = 1; seed <= instances; ++seed)
        {
            const Scenario scenario = SmallScenario(4, 4, seed, "vgg16");
            LiGdProblem problem(scenario.GetInstance(), 1e-3);
            const std::vector<double> start = problem.GetMiddle();
            const double step = SafeStep(problem, start);
            std::vector<double> end = start;
            const DescentReport far = Descend(problem, step, 1e-12, 20000, end);
            std::vector<double> x = start;
            uint64_t taken = 0;
            double cost = 1e300;
            while (taken < 20000 && cost > far.cost + epsilon)
            {
                cost = Descend(problem, step, 1e-300, 1, x).cost;
                ++taken;
            }
            double distance = 0;
            for (std::size_t i = 0; i < x.size(); ++i)
            {
                distance += (start[i] - end[i]) * (start[i] - end[i]);
            }
            steps += static_cast<double>(taken);
            bound += distance / (2 * step * epsilon);
        }
        std::printf("  %8.0e %10u %12.1f %12.1f\n",
                    epsilon,
                    instances,
                    steps / instances,
                    bound / instances);
    }
}

} // namespace bench
} // namespace noma
} // namespace ns3
