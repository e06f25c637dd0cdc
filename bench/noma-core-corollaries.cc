/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Corollaries 2 to 5 of the paper, examined numerically: is the objective convex, how do
 * iterations and time grow, what does the warm start save, and what does rounding lose.
 */
#include "../tools/noma-arguments.h"
#include "noma-core-scenario.h"
#include "noma-evaluation.h"
#include "noma-li-gd-engine.h"
#include "noma-li-gd-problem.h"
#include "noma-li-gd.h"
#include "noma-random-instance.h"
#include "noma-share-rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <random>

using namespace ns3::noma;
using namespace ns3::noma::bench;

namespace
{

/// @returns processor seconds of this process
double
Now()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// @returns a network of three cells @param usersPerAp users @param subchannels M
/// @param seed seed @param model DNN
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

/// @returns the step that moves no variable by more than a tenth @param problem problem
/// @param x where
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

/// @returns how Table I's descent ended @param problem problem @param step step
/// @param epsilon accuracy @param iterations budget @param [in,out] x start, end
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

/// Corollary 2: convexity and the convergence time. @param instances how many
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

/// @returns slope of log y over log x by least squares @param x abscissae @param y ordinates
double
Exponent(const std::vector<double>& x, const std::vector<double>& y)
{
    const auto n = static_cast<double>(x.size());
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (std::size_t k = 0; k < x.size(); ++k)
    {
        const double a = std::log(x[k]);
        const double b = std::log(std::max(y[k], 1e-12));
        sx += a;
        sy += b;
        sxx += a * a;
        sxy += a * b;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/// One row of a growth table: the size and what it took.
struct Cost
{
    double size;    //!< U, M or layers
    double steps;   //!< steps in all
    double seconds; //!< processor time
};

/// Prints a growth table. @param method method @param what what grows @param rows rows
void
PrintGrowth(const char* method, const char* what, const std::vector<Cost>& rows)
{
    std::vector<double> size;
    std::vector<double> steps;
    std::vector<double> seconds;
    std::printf("  %-12s %-8s", method, what);
    for (const Cost& row : rows)
    {
        std::printf(" %5.0f:%.0f/%.3fs", row.size, row.steps, row.seconds);
        size.push_back(row.size);
        steps.push_back(row.steps);
        seconds.push_back(row.seconds);
    }
    std::printf("\n  %-12s %-8s steps ~ %s^%.2f, time ~ %s^%.2f\n",
                "",
                "",
                what,
                Exponent(size, steps),
                what,
                Exponent(size, seconds));
}

/// @returns what Li-GD takes @param size abscissa @param p scenario @param engine which Li-GD
/// @param instances how many to average over
Cost
Measure(double size, ScenarioParameters p, bool engine, uint32_t instances)
{
    Cost cost{size, 0, 0};
    for (uint64_t seed = 1; seed <= instances; ++seed)
    {
        p.seed = seed;
        const Scenario scenario(p, ModelCuts("vgg16"));
        const double start = Now();
        uint64_t steps = 0;
        if (engine)
        {
            steps = LiGdEngine().Sweep(scenario.GetInstance()).solver.iterations;
        }
        else
        {
            LiGdParams params;
            params.epsilon = 1e-4;
            steps = LiGdAllocator(LiGdAllocator::Start::WARM, params)
                        .Allocate(scenario.GetInstance())
                        .report.iterations;
        }
        cost.seconds += (Now() - start) / instances;
        cost.steps += static_cast<double>(steps) / instances;
    }
    return cost;
}

/// Corollary 3: growth with the size of the problem. @param instances per point
void
StudyGrowth(uint32_t instances)
{
    std::printf("Corollary 3: cost grows with K layers M U (K steps per layer)\n"
                "  size:steps/processor time, VGG16, three cells; Table I at epsilon 1e-4 (steps "
                "are dense), then the engine\n");
    for (bool engine : {false, true})
    {
        const char* name = engine ? "engine" : "Table I";
        std::vector<Cost> rows;
        for (uint32_t users :
             engine ? std::vector<uint32_t>{24, 48, 96, 192} : std::vector<uint32_t>{4, 8, 16, 32})
        {
            ScenarioParameters p;
            p.aps = 3;
            p.usersPerAp = users;
            p.subchannels = engine ? 64 : 8;
            rows.push_back(Measure(3.0 * users, p, engine, instances));
        }
        PrintGrowth(name, "U", rows);
        rows.clear();
        for (uint32_t subchannels :
             engine ? std::vector<uint32_t>{32, 64, 128, 256} : std::vector<uint32_t>{4, 8, 16, 32})
        {
            ScenarioParameters p;
            p.aps = 3;
            p.usersPerAp = engine ? 64 : 8;
            p.subchannels = subchannels;
            rows.push_back(Measure(subchannels, p, engine, instances));
        }
        PrintGrowth(name, "M", rows);
        rows.clear();
        for (uint32_t stride : {12u, 6u, 3u, 1u})
        {
            ScenarioParameters p;
            p.aps = 3;
            p.usersPerAp = engine ? 64 : 8;
            p.subchannels = engine ? 64 : 8;
            p.stride = stride;
            const uint32_t layers = (23 + stride - 1) / stride + 1;
            rows.push_back(Measure(layers, p, engine, instances));
        }
        PrintGrowth(name, "layers", rows);
    }
}

/// Corollary 4: Table I warm against cold at one accuracy. @param instances per line
void
StudyWarmStart(uint32_t instances)
{
    std::printf(
        "Corollary 4: Li-GD needs fewer steps than GD. Gradient evaluations over all layers, "
        "same epsilon and step;\n  three cells, U = 36\n");
    std::printf(
        "  relaxed = objective of Li-GD's layers against GD's, mean and worst; Gamma = after "
        "rounding\n");
    std::printf("  %-16s %8s %3s %8s %8s %6s %12s %18s %9s\n",
                "model",
                "epsilon",
                "M",
                "GD",
                "Li-GD",
                "ratio",
                "min..max",
                "relaxed",
                "Gamma");
    for (const char* model : {"nin-imagenet", "yolov2-tiny-voc", "vgg16"})
    {
        for (double epsilon : {1e-4, 1e-5, 1e-6})
        {
            for (uint32_t subchannels : {4u, 12u})
            {
                double cold = 0;
                double warm = 0;
                double least = 1e300;
                double most = 0;
                double difference = 0;
                double relaxed = 0;
                double worst = -1;
                std::size_t layers = 0;
                for (uint64_t seed = 1; seed <= instances; ++seed)
                {
                    ScenarioParameters p;
                    p.aps = 3;
                    p.usersPerAp = 12;
                    p.subchannels = subchannels;
                    p.seed = seed;
                    const Scenario scenario(p, ModelCuts(model));
                    LiGdParams params;
                    params.epsilon = epsilon;
                    params.maxIterations = 20000;
                    const Allocation gd = LiGdAllocator(LiGdAllocator::Start::COLD, params)
                                              .Allocate(scenario.GetInstance());
                    const Allocation liGd = LiGdAllocator(LiGdAllocator::Start::WARM, params)
                                                .Allocate(scenario.GetInstance());
                    const auto a = static_cast<double>(gd.report.evaluations);
                    const auto b = static_cast<double>(liGd.report.evaluations);
                    cold += a;
                    warm += b;
                    least = std::min(least, b / a);
                    most = std::max(most, b / a);
                    difference += liGd.gamma / gd.gamma - 1;
                    for (std::size_t k = 0; k < gd.report.layers.size(); ++k, ++layers)
                    {
                        const double off =
                            liGd.report.layers[k].gamma / gd.report.layers[k].gamma - 1;
                        relaxed += off;
                        worst = std::max(worst, off);
                    }
                }
                std::printf("  %-16s %8.0e %3u %8.0f %8.0f %6.3f %5.3f..%5.3f %+7.3f %+7.3f %% "
                            "%+7.3f %%\n",
                            model,
                            epsilon,
                            subchannels,
                            cold / instances,
                            warm / instances,
                            warm / cold,
                            least,
                            most,
                            100 * relaxed / static_cast<double>(layers),
                            100 * worst,
                            100 * difference / instances);
            }
        }
    }
}

/// Corollary 5: what rounding loses. @param instances per line
void
StudyRounding(uint32_t instances)
{
    std::printf(
        "Corollary 5: the error of rounding x > 0.5 to 1 is below\n"
        "  1 / ((1 - x_max) log2(1 + S_min / (I + S_max / 2)))   (s Hz / bit, per link)\n"
        "as the paper's formula reads with received powers S and the interference I of the relaxed "
        "optimum,\nwithout its leading power, which has no unit to match. Measured at layer 0, "
        "uplink: the loss in\n1 / (spectral efficiency), links above the bound, links that the "
        "threshold alone served, and Gamma.\n");
    std::printf("  %-8s %4s %4s %8s %10s %10s %10s %8s %10s %10s %10s\n",
                "model",
                "U",
                "M",
                "epsilon",
                "loss",
                "worst",
                "bound",
                "above",
                "served",
                "relaxed",
                "rounded");
    for (const auto& [users, subchannels] :
         std::initializer_list<std::pair<uint32_t, uint32_t>>{{4, 4}, {12, 4}, {12, 12}})
    {
        for (double epsilon : {1e-3, 1e-5})
        {
            double loss = 0;
            double worst = 0;
            double boundSum = 0;
            double relaxedGamma = 0;
            double roundedGamma = 0;
            uint32_t above = 0;
            uint32_t served = 0;
            uint32_t links = 0;
            for (uint64_t seed = 1; seed <= instances; ++seed)
            {
                const Scenario scenario = SmallScenario(users, subchannels, seed, "vgg16");
                const Instance& instance = scenario.GetInstance();
                const auto all = static_cast<uint32_t>(instance.users.size());
                LiGdProblem problem(instance, 1e-3);
                std::vector<double> x = problem.GetMiddle();
                Descend(problem, SafeStep(problem, x), epsilon, 20000, x);
                Decision relaxed;
                relaxed.users.resize(all);
                for (uint32_t i = 0; i < all; ++i)
                {
                    relaxed.users[i].units = problem.GetUnits(x.data(), i);
                    for (Direction d : DIRECTIONS)
                    {
                        LinkDecision& link = relaxed.users[i].link[d];
                        link.powerW = problem.GetPower(x.data(), d, i);
                        for (uint32_t m = 0; m < subchannels; ++m)
                        {
                            link.shares.push_back({m, problem.GetShare(x.data(), d, i, m)});
                        }
                    }
                }
                Decision rounded = relaxed;
                for (Direction d : DIRECTIONS)
                {
                    const RoundingReport r = RoundShares(
                        instance,
                        d,
                        [&](uint32_t i, uint32_t m) { return problem.GetShare(x.data(), d, i, m); },
                        rounded);
                    served += d == UPLINK ? r.kept : 0;
                }
                const Evaluation before = Evaluate(instance, relaxed);
                const Evaluation after = Evaluate(instance, rounded);
                relaxedGamma += before.gamma;
                roundedGamma += after.gamma;
                // received powers and interference of the whole network
                double least = 1e300;
                double most = 0;
                double share = 0;
                double interference = 1e300;
                for (uint32_t i = 0; i < all; ++i)
                {
                    const LinkDecision& link = relaxed.users[i].link.up;
                    for (const Share& s : link.shares)
                    {
                        const double received =
                            link.powerW *
                            instance.gain.up.At(i, instance.users[i].ap, s.subchannel);
                        const double total = received / before.users[i].sinr.up[s.subchannel];
                        least = std::min(least, received);
                        most = std::max(most, received);
                        share = std::max(share, std::min(s.share, 1 - 1e-3));
                        interference = std::min(interference, total);
                    }
                }
                const double bound =
                    1 / ((1 - share) * std::log2(1 + least / (interference + most / 2)));
                const double hz = instance.SubchannelHz(UPLINK);
                for (uint32_t i = 0; i < all; ++i)
                {
                    const double lost = hz / after.users[i].rate.up - hz / before.users[i].rate.up;
                    loss += lost;
                    worst = std::max(worst, lost);
                    above += lost > bound ? 1 : 0;
                    boundSum += bound;
                    ++links;
                }
            }
            std::printf("  %-8s %4u %4u %8.0e %10.3f %10.3f %10.2e %7.1f%% %9.1f%% %10.4f %10.4f\n",
                        "vgg16",
                        3 * users,
                        subchannels,
                        epsilon,
                        loss / links,
                        worst,
                        boundSum / links,
                        100.0 * above / links,
                        100.0 * served / links,
                        relaxedGamma / instances,
                        roundedGamma / instances);
        }
    }
    std::printf("The loss does not vanish with epsilon, and most links are not served by the "
                "threshold alone: shares of\nseveral subchannels add up in the relaxed problem, "
                "which the rounded one does not allow.\n");
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-core-corollaries", [&] {
        Arguments arguments("noma-core-corollaries",
                            "corollaries 2 to 5 of the paper, examined numerically");
        arguments.AddOption("corollary", "N", "2, 3, 4, 5 or all", "all");
        arguments.AddOption("instances", "N", "instances per line", "5");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const std::string which = arguments.GetChoice("corollary", {"2", "3", "4", "5", "all"});
        const auto instances = static_cast<uint32_t>(arguments.GetUint("instances", 1, 1000));
        if (which == "2" || which == "all")
        {
            StudyConvexity(instances);
        }
        if (which == "3" || which == "all")
        {
            StudyGrowth(instances);
        }
        if (which == "4" || which == "all")
        {
            StudyWarmStart(instances);
        }
        if (which == "5" || which == "all")
        {
            StudyRounding(instances);
        }
        return 0;
    });
}
