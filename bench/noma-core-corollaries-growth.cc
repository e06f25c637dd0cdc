/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Corollary 3 of the paper: how do iterations and time grow?
 */
#include "noma-core-corollaries.h"

#include "ns3/noma-li-gd-engine.h"
#include "ns3/noma-li-gd.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

namespace
{

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
        const double start = ProcessorSeconds();
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
        cost.seconds += (ProcessorSeconds() - start) / instances;
        cost.steps += static_cast<double>(steps) / instances;
    }
    return cost;
}

} // namespace

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

} // namespace bench
} // namespace noma
} // namespace ns3
