/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ECC-NOMA on instances of several kinds: against every other allocator, over efforts and seeds;
 * and on the paper's network.
 */
#include "noma-core-quality-kinds.h"

#include "../test/noma-random-instance.h"
#include "noma-core-scenario.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

namespace
{

/// Names of the kinds.
constexpr const char* KINDS[] =
    {"dense", "skewed", "energy", "delay", "edges", "residual", "downlink"};

/// @returns the value in the middle @param values at least one
double
Median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// @returns the objective @param name allocator @param instance instance @param effort effort
/// @param seed seed
double
Gamma(const std::string& name, const Instance& instance, double effort, uint64_t seed)
{
    AllocatorOptions options;
    options.effort = effort;
    options.seed = seed;
    return CreateAllocator(name)->Allocate(instance, options).gamma;
}

} // namespace

std::string
KindName(uint64_t index)
{
    return KINDS[index % std::size(KINDS)];
}

Instance
MakeKind(uint64_t index)
{
    const std::string kind = KindName(index);
    std::mt19937_64 rng(77000 + index);
    RandomInstanceParameters p;
    p.aps = 3 + DrawIndex(rng, 3);
    p.maxSuperposed = 2 + DrawIndex(rng, 3);
    p.usersPerAp = 8 + DrawIndex(rng, 33);
    p.subchannels = kind == "dense" ? std::max(4U, p.usersPerAp / (p.maxSuperposed + 1))
                                    : 4 + DrawIndex(rng, 77);
    p.maxOptions = 6;
    p.radiusM = 60 + 340 * DrawUniform(rng);
    p.bandwidthHz = 1e6 * std::pow(20, DrawUniform(rng));
    p.unitsPerUser = 0.6 + 3 * DrawUniform(rng);
    p.downlinkRate = DrawIndex(rng, 2) == 0 ? DownlinkRate::OWN : DownlinkRate::DECODABLE;
    if (kind == "skewed")
    {
        p.radiusM = 600;
        p.pathLossExponent = 4.5;
    }
    p.residual = kind == "residual" ? 0.1 : 0.0;
    Instance instance = MakeRandomInstance(p, 900000 + index);
    for (User& user : instance.users)
    {
        if (kind == "energy" || kind == "delay")
        {
            user.wT = kind == "energy" ? 0.1 : 0.95;
            user.wE = 1 - user.wT;
        }
        for (CutOption& o : user.options)
        {
            o.downBits *= kind == "downlink" && o.downBits > 0 ? 200 : 1;
        }
    }
    if (kind == "edges")
    {
        for (std::size_t n = 0; n < instance.edges.size(); ++n)
        {
            instance.edges[n].units *= n % 2 == 0 ? 0.6 : 2.5;
            instance.edges[n].clockHz *= n % 2 == 0 ? 0.4 : 1.6;
        }
    }
    ValidateInstance(instance);
    return instance;
}

void
StudyKinds(uint64_t count, uint64_t first, uint64_t seeds, bool others)
{
    const double efforts[] = {0, 0.1, 1, 3, 10};
    std::printf("instance kind      N    U   M K        Gamma "
                "effort 0 %%  0.1 %%      3 %%     10 %%  seeds %%  s/effort 1  next best\n");
    uint64_t lost = 0;
    uint64_t rising = 0;
    std::vector<double> slots;
    std::vector<double> spreads;
    for (uint64_t index = first; index < first + count; ++index)
    {
        const Instance instance = MakeKind(index);
        std::vector<double> gamma;
        double seconds = 0;
        for (double effort : efforts)
        {
            const double before = ProcessorSeconds();
            gamma.push_back(Gamma("ecc-noma", instance, effort, 1));
            seconds = effort == 1 ? ProcessorSeconds() - before : seconds;
            rising += gamma.size() > 1 && gamma.back() > gamma[gamma.size() - 2] ? 1 : 0;
        }
        const double one = gamma[2];
        double low = one;
        double high = one;
        for (uint64_t seed = 2; seed <= seeds; ++seed)
        {
            const double value = Gamma("ecc-noma", instance, 1, seed);
            low = std::min(low, value);
            high = std::max(high, value);
        }
        std::string next;
        double least = INFINITY;
        for (const std::string& name : others ? AllocatorNames() : std::vector<std::string>())
        {
            if (name != "ecc-noma" && name != "exhaustive")
            {
                const double value = Gamma(name, instance, 1, 1);
                next = value < least ? name : next;
                least = std::min(least, value);
            }
        }
        lost += least < one ? 1 : 0;
        slots.push_back(100 * (gamma[0] / one - 1));
        spreads.push_back(100 * (high / low - 1));
        std::printf("%8llu %-8s %2u %4zu %3u %u %12.8g %9.4f %8.4f %8.4f %8.4f %8.4f %8.2f  %s "
                    "%+.3f %%\n",
                    static_cast<unsigned long long>(index),
                    KindName(index).c_str(),
                    instance.GetAps(),
                    instance.users.size(),
                    instance.subchannels,
                    instance.maxSuperposed,
                    one,
                    slots.back(),
                    100 * (gamma[1] / one - 1),
                    100 * (gamma[3] / one - 1),
                    100 * (gamma[4] / one - 1),
                    spreads.back(),
                    seconds,
                    next.c_str(),
                    100 * (least / one - 1));
        std::fflush(stdout);
    }
    std::printf("%llu instances: another allocator is better on %llu; Gamma rises with effort on "
                "%llu steps\n"
                "effort 0 over effort 1: median %.4f %%, worst %.4f %%; spread over %llu seeds: "
                "median %.4f %%, worst %.4f %%\n",
                static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(lost),
                static_cast<unsigned long long>(rising),
                Median(slots),
                *std::max_element(slots.begin(), slots.end()),
                static_cast<unsigned long long>(seeds),
                Median(spreads),
                *std::max_element(spreads.begin(), spreads.end()));
}

void
StudyPaper(const std::string& name, double effort, uint64_t row, uint64_t seed)
{
    /// One network.
    struct Row
    {
        const char* model;
        uint32_t usersPerAp;
        uint32_t subchannels;
        uint32_t maxSuperposed;
    };

    const Row rows[] = {{"vgg16", 250, 80, 3},
                        {"vgg16", 100, 20, 3},
                        {"yolov2-tiny-voc", 250, 80, 2},
                        {"yolov2-tiny-voc", 250, 250, 3}};
    const Row& r = rows[row % std::size(rows)];
    ScenarioParameters p;
    p.usersPerAp = r.usersPerAp;
    p.subchannels = r.subchannels;
    p.maxSuperposed = r.maxSuperposed;
    p.seed = seed;
    const Scenario scenario(p, ModelCuts(r.model));
    const double before = ProcessorSeconds();
    const double gamma = Gamma(name, scenario.GetInstance(), effort, 1);
    std::printf("%s U=%u M=%u K=%u seed %llu: %s, effort %g: Gamma %.6f in %.2f s\n",
                r.model,
                p.aps * r.usersPerAp,
                r.subchannels,
                r.maxSuperposed,
                static_cast<unsigned long long>(seed),
                name.c_str(),
                effort,
                gamma,
                ProcessorSeconds() - before);
    std::fflush(stdout);
}

} // namespace bench
} // namespace noma
} // namespace ns3
