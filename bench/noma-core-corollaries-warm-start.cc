/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Corollary 4 of the paper: what does the warm start save?
 */
#include "noma-core-corollaries.h"

#include "ns3/noma-li-gd.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace ns3
{
namespace noma
{
namespace bench
{

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

} // namespace bench
} // namespace noma
} // namespace ns3
