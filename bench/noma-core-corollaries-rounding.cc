/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Corollary 5 of the paper: what does rounding lose?
 */
#include "noma-core-corollaries.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-share-rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

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

} // namespace bench
} // namespace noma
} // namespace ns3
