/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * How good the allocators' decisions are: ECC-NOMA against the exhaustive oracle on small random
 * instances, and against every other allocator and polished random assignments on medium ones.
 */
#include "../test/noma-random-instance.h"
#include "../tools/noma-arguments.h"
#include "noma-core-quality-kinds.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-assignment.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-gamma-bound.h"
#include "ns3/noma-local-search.h"
#include "ns3/noma-random-allocator.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdio>
#include <map>
#include <numeric>

using namespace ns3::noma;

namespace
{

/// Measures host time, for the report only.
class Stopwatch
{
  public:
    /// @returns seconds since construction
    double Seconds() const
    {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - m_start).count();
    }

  private:
    std::chrono::steady_clock::time_point m_start{std::chrono::steady_clock::now()}; //!< start
};

/// Prints one line of a distribution in percent. @param name name @param values values
void
PrintDistribution(const std::string& name, std::vector<double> values)
{
    if (values.empty())
    {
        return;
    }
    std::sort(values.begin(), values.end());
    const auto quantile = [&](double q) {
        const auto last = static_cast<double>(values.size() - 1);
        return 100 * values[static_cast<std::size_t>(std::ceil(q * last))];
    };
    const double mean = 100 * std::accumulate(values.begin(), values.end(), 0.0) / values.size();
    std::printf("%-24s %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f\n",
                name.c_str(),
                mean,
                quantile(0),
                quantile(0.5),
                quantile(0.9),
                quantile(0.99),
                quantile(1));
}

/// Prints the head of the table. @param first title of the first column
void
PrintHead(const char* first)
{
    std::printf("%-24s %9s %9s %9s %9s %9s %9s\n",
                first,
                "mean",
                "min",
                "median",
                "90 %",
                "99 %",
                "max");
}

/// @returns a small instance @param index which
Instance
MakeSmall(uint64_t index)
{
    std::mt19937_64 rng(1000 + index);
    RandomInstanceParameters p;
    p.aps = 1 + index % 2;
    const uint32_t most = 6 / p.aps;
    do
    {
        p.subchannels = 1 + DrawIndex(rng, 3);
        p.maxSuperposed = 1 + DrawIndex(rng, 3);
        // Every other pair is congested: as many users as places.
        p.usersPerAp =
            index / 2 % 2 == 0 ? p.subchannels * p.maxSuperposed : 1 + DrawIndex(rng, most);
    } while (p.usersPerAp > most || p.usersPerAp > p.subchannels * p.maxSuperposed);
    p.maxOptions = 4;
    p.radiusM = 60 + 340 * DrawUniform(rng);
    p.bandwidthHz = 3e5 * std::pow(40, DrawUniform(rng));
    p.unitsPerUser = 0.6 + 4 * DrawUniform(rng);
    p.residual = DrawIndex(rng, 4) == 0 ? 0.02 : 0.0;
    p.downlinkRate = DrawIndex(rng, 2) == 0 ? DownlinkRate::OWN : DownlinkRate::DECODABLE;
    return MakeRandomInstance(p, index + 1);
}

/// @returns a medium instance @param index which
Instance
MakeMedium(uint64_t index)
{
    std::mt19937_64 rng(5000 + index);
    RandomInstanceParameters p;
    p.aps = 3 + DrawIndex(rng, 3);
    p.subchannels = 4 + DrawIndex(rng, 9);
    p.maxSuperposed = 3;
    p.usersPerAp = index % 3 == 0 ? p.subchannels * p.maxSuperposed : 8 + DrawIndex(rng, 29);
    p.usersPerAp = std::min(36U, std::max(8U, p.usersPerAp));
    p.maxOptions = 5;
    p.radiusM = 60 + 340 * DrawUniform(rng);
    p.bandwidthHz = 3e5 * std::pow(40, DrawUniform(rng));
    p.unitsPerUser = 0.6 + 4 * DrawUniform(rng);
    p.residual = DrawIndex(rng, 4) == 0 ? 0.02 : 0.0;
    p.downlinkRate = DrawIndex(rng, 2) == 0 ? DownlinkRate::OWN : DownlinkRate::DECODABLE;
    return MakeRandomInstance(p, 100000 + index);
}

/// ECC-NOMA and the other allocators against the oracle. @param count instances
/// @param first index of the first @param options effort and seed @param verbose print each
void
StudySmall(uint64_t count, uint64_t first, const AllocatorOptions& options, bool verbose)
{
    std::map<std::string, std::vector<double>> gaps;
    double oracleSeconds = 0;
    double eccSeconds = 0;
    double worstOracle = 0;
    uint64_t congested = 0;
    for (uint64_t index = first; index < first + count; ++index)
    {
        const Instance instance = MakeSmall(index);
        const Stopwatch oracleWatch;
        const double optimum = CreateAllocator("exhaustive")->Allocate(instance).gamma;
        oracleSeconds += oracleWatch.Seconds();
        worstOracle = std::max(worstOracle, oracleWatch.Seconds());
        congested += instance.users.size() ==
                     uint64_t{instance.GetAps()} * instance.subchannels * instance.maxSuperposed;
        for (const std::string& name : AllocatorNames())
        {
            if (name == "exhaustive")
            {
                continue;
            }
            const Stopwatch watch;
            auto allocator = CreateAllocator(name);
            const double gamma =
                allocator->Allocate(instance, OnlyHonoured(*allocator, options)).gamma;
            eccSeconds += name == "ecc-noma" ? watch.Seconds() : 0.0;
            gaps[name].push_back(gamma / optimum - 1);
            if (verbose && name == "ecc-noma")
            {
                std::printf("%4llu N=%u U=%zu M=%u K=%u optimum %.9g ecc-noma %+.3e\n",
                            static_cast<unsigned long long>(index),
                            instance.GetAps(),
                            instance.users.size(),
                            instance.subchannels,
                            instance.maxSuperposed,
                            optimum,
                            gamma / optimum - 1);
            }
        }
    }
    std::printf("%llu small instances (%llu congested), gap to the exhaustive optimum in %%:\n",
                static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(congested));
    PrintHead("allocator");
    for (const auto& [name, gap] : gaps)
    {
        PrintDistribution(name, gap);
    }
    const auto& ecc = gaps["ecc-noma"];
    const auto above = [&](double limit) {
        return static_cast<long>(
            std::count_if(ecc.begin(), ecc.end(), [&](double g) { return g > limit; }));
    };
    std::printf("ecc-noma: %ld above 1e-6, %ld above 0.1 %%, %ld above 1 %%, %ld above 5 %%\n",
                above(1e-6),
                above(1e-3),
                above(1e-2),
                above(5e-2));
    std::printf("host time: exhaustive %.1f s (worst %.2f s), ecc-noma %.1f s\n\n",
                oracleSeconds,
                worstOracle,
                eccSeconds);
}

/// ECC-NOMA against everything else. @param count instances @param first index of the first
/// @param options effort and seed @param draws random assignments polished
/// @param searches random assignments descended from @param verbose print each
void
StudyMedium(uint64_t count,
            uint64_t first,
            const AllocatorOptions& options,
            uint64_t draws,
            uint64_t searches,
            bool verbose)
{
    std::map<std::string, std::vector<double>> excess;
    std::map<std::string, double> seconds;
    for (uint64_t index = first; index < first + count; ++index)
    {
        const Instance instance = MakeMedium(index);
        std::map<std::string, double> gamma;
        for (const std::string& name : AllocatorNames())
        {
            if (name != "exhaustive")
            {
                const Stopwatch watch;
                auto allocator = CreateAllocator(name);
                gamma[name] =
                    allocator->Allocate(instance, OnlyHonoured(*allocator, options)).gamma;
                seconds[name] += watch.Seconds();
            }
        }
        std::mt19937_64 rng(index);
        Assignment assignment(instance, instance.maxSuperposed);
        std::vector<uint32_t> everybody(instance.users.size());
        std::iota(everybody.begin(), everybody.end(), 0U);
        double polished = std::numeric_limits<double>::infinity();
        double searched = polished;
        for (uint64_t k = 0; k < std::max(draws, searches); ++k)
        {
            assignment.Load(DrawDecision(instance, rng));
            assignment.PolishAll(1e-6, 1);
            polished = k < draws ? std::min(polished, assignment.GetGamma()) : polished;
            if (k < searches)
            {
                LocalSearch search(assignment);
                search.Descend(everybody, false, [] { return true; });
                assignment.PolishAll(1e-6, 1);
                searched = std::min(searched, assignment.GetGamma());
            }
        }
        if (draws > 0)
        {
            gamma["random, polished"] = polished;
        }
        if (searches > 0)
        {
            gamma["random, searched"] = searched;
        }
        const double ecc = gamma["ecc-noma"];
        for (const auto& [name, value] : gamma)
        {
            if (name != "ecc-noma")
            {
                excess[name].push_back(value / ecc - 1);
            }
        }
        if (verbose)
        {
            const auto rival =
                std::min_element(gamma.begin(), gamma.end(), [](const auto& a, const auto& b) {
                    return (a.first == "ecc-noma" ? 1e300 : a.second) <
                           (b.first == "ecc-noma" ? 1e300 : b.second);
                });
            std::printf("%4llu N=%u U_n=%zu M=%u ecc-noma %.9g, next %s %+.4f %%\n",
                        static_cast<unsigned long long>(index),
                        instance.GetAps(),
                        instance.users.size() / instance.GetAps(),
                        instance.subchannels,
                        ecc,
                        rival->first.c_str(),
                        100 * (rival->second / ecc - 1));
            std::fflush(stdout);
        }
    }
    std::printf("%llu medium instances, excess of Gamma over ecc-noma's in %%:\n",
                static_cast<unsigned long long>(count));
    PrintHead("allocator");
    for (const auto& [name, values] : excess)
    {
        PrintDistribution(name, values);
    }
    for (const auto& [name, values] : excess)
    {
        const auto better =
            std::count_if(values.begin(), values.end(), [](double v) { return v < 0; });
        if (better > 0)
        {
            std::printf("%s is better than ecc-noma on %ld instances\n",
                        name.c_str(),
                        static_cast<long>(better));
        }
    }
    std::printf("host time:");
    for (const auto& [name, value] : seconds)
    {
        std::printf(" %s %.2f s", name.c_str(), value);
    }
    std::printf("\n");
}

/// Users up to which the bound is compared on instances of several kinds.
constexpr std::size_t BOUNDED_USERS = 160;

/// Where the instances of the study of the bound come from.
struct BoundSource
{
    const char* name;           //!< for the title
    const char* allocator;      //!< whose decision is compared
    Instance (*make)(uint64_t); //!< makes one by index
};

/// The lower bound on Gamma under the best decision known. @param count indices; instances of more
/// than BOUNDED_USERS users are left out @param first the first index @param source the instances
/// @param options effort and seed @param verbose print each
void
StudyBound(uint64_t count,
           uint64_t first,
           const BoundSource& source,
           const AllocatorOptions& options,
           bool verbose)
{
    std::vector<double> alone;
    std::vector<double> gap;
    double seconds = 0;
    for (uint64_t index = first; index < first + count; ++index)
    {
        const Instance instance = source.make(index);
        if (instance.users.size() > BOUNDED_USERS)
        {
            continue;
        }
        const auto allocator = CreateAllocator(source.allocator);
        const double gamma = allocator->Allocate(instance, OnlyHonoured(*allocator, options)).gamma;
        const Stopwatch watch;
        GammaBound bound(instance);
        alone.push_back(gamma / bound.Alone() - 1);
        gap.push_back(gamma / bound.Maximise() - 1);
        seconds += watch.Seconds();
        if (verbose)
        {
            std::printf("%4llu N=%u U=%zu M=%u K=%u gamma %.6g, %.2f %% above the bound\n",
                        static_cast<unsigned long long>(index),
                        instance.GetAps(),
                        instance.users.size(),
                        instance.subchannels,
                        instance.maxSuperposed,
                        gamma,
                        100 * gap.back());
            std::fflush(stdout);
        }
    }
    std::printf("%zu %s instances of at most %zu users, Gamma of %s over the bound in %%:\n",
                gap.size(),
                source.name,
                BOUNDED_USERS,
                source.allocator);
    PrintHead("bound");
    PrintDistribution("every user alone", alone);
    PrintDistribution("best prices", gap);
    const auto within = [&](auto&& holds) {
        return static_cast<long>(std::count_if(gap.begin(), gap.end(), holds));
    };
    std::printf("below the bound: %ld; within 3 %%: %ld, within 12 %%: %ld; host time of the "
                "bounds: %.1f s\n\n",
                within([](double g) { return g < 0; }),
                within([](double g) { return g <= 0.03; }),
                within([](double g) { return g <= 0.12; }),
                seconds);
}

/// Rayleigh fading that moves by one step of a first-order autoregression per slot.
class Fading
{
  public:
    /// @param instance where the gains begin @param rng generator
    Fading(const Instance& instance, std::mt19937_64& rng)
    {
        for (Direction d : DIRECTIONS)
        {
            const std::vector<double>& gain = instance.gain[d].GetData();
            const std::size_t links = instance.users.size() * instance.edges.size();
            m_mean[d].assign(links, 0.0);
            for (std::size_t k = 0; k < gain.size(); ++k)
            {
                m_mean[d][k % links] += gain[k] / instance.subchannels;
                const double phase = 2 * std::acos(-1.0) * DrawUniform(rng);
                m_amplitude[d].push_back(std::polar(std::sqrt(gain[k]), phase));
            }
        }
    }

    /// @param instance whose gains move @param keep correlation @param rng generator
    void Step(Instance& instance, double keep, std::mt19937_64& rng)
    {
        for (Direction d : DIRECTIONS)
        {
            double* gain = instance.gain[d].Row(0, 0);
            const std::size_t links = m_mean[d].size();
            for (std::size_t k = 0; k < m_amplitude[d].size(); ++k)
            {
                const double power = -std::log1p(-DrawUniform(rng)) * m_mean[d][k % links];
                const double phase = 2 * std::acos(-1.0) * DrawUniform(rng);
                m_amplitude[d][k] =
                    keep * m_amplitude[d][k] +
                    std::sqrt(1 - keep * keep) * std::polar(std::sqrt(power), phase);
                gain[k] = std::max(std::norm(m_amplitude[d][k]), 1e-9 * m_mean[d][k % links]);
            }
        }
    }

  private:
    PerDirection<std::vector<std::complex<double>>> m_amplitude; //!< per gain
    PerDirection<std::vector<double>> m_mean;                    //!< per link
};

/// A controller's slots at the paper's scale: effort 0 from warm starts beside cold searches.
/// @param slots number of slots @param every compare with a cold search every so many slots
/// @param options effort of the cold searches, seed
void
StudyScale(uint64_t slots, uint64_t every, const AllocatorOptions& options)
{
    RandomInstanceParameters p;
    p.aps = 5;
    p.usersPerAp = 250;
    p.subchannels = 250;
    p.maxOptions = 24;
    Instance instance = MakeRandomInstance(p, 1);
    const auto n = static_cast<uint32_t>(instance.users.size());
    RandomInstanceParameters fresh = p;
    fresh.subchannels = 1;
    const Instance tasks = MakeRandomInstance(fresh, 2);
    std::mt19937_64 rng(options.seed);
    Fading fading(instance, rng);
    auto allocator = CreateAllocator("ecc-noma");
    AllocatorOptions slot = options;
    slot.effort = 0;

    const Stopwatch coldWatch;
    Allocation last = allocator->Allocate(instance, options);
    std::printf("N=5 U=1250 M=250: cold search gamma %.6g in %.2f s\n",
                last.gamma,
                coldWatch.Seconds());
    const Stopwatch zeroWatch;
    const Allocation zero = allocator->Allocate(instance, slot);
    std::printf("effort 0 from nothing: gamma %.6g (%+.2f %%) in %.3f s\n",
                zero.gamma,
                100 * (zero.gamma / last.gamma - 1),
                zeroWatch.Seconds());
    std::vector<double> seconds;
    std::vector<double> drift;
    for (uint64_t k = 1; k <= slots; ++k)
    {
        fading.Step(instance, 0.99, rng);
        for (uint32_t c = 0; c < n / 20; ++c)
        {
            User& user = instance.users[DrawIndex(rng, n)];
            const uint32_t ap = user.ap;
            user = tasks.users[DrawIndex(rng, n)];
            user.ap = ap;
        }
        const Decision before = last.decision;
        slot.warmStart = &before;
        const Stopwatch watch;
        last = allocator->Allocate(instance, slot);
        seconds.push_back(watch.Seconds());
        if (k % every == 0)
        {
            const double cold = allocator->Allocate(instance, options).gamma;
            drift.push_back(last.gamma / cold - 1);
            std::printf("slot %llu: warm gamma %.6g, %+.2f %% against a cold search\n",
                        static_cast<unsigned long long>(k),
                        last.gamma,
                        100 * drift.back());
            std::fflush(stdout);
        }
    }
    std::printf("warm effort 0 over %llu slots: mean %.1f ms, worst %.1f ms\n",
                static_cast<unsigned long long>(slots),
                1e3 * std::accumulate(seconds.begin(), seconds.end(), 0.0) / seconds.size(),
                1e3 * *std::max_element(seconds.begin(), seconds.end()));
    PrintHead("excess over cold");
    PrintDistribution("warm effort 0", drift);
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-core-quality", [&] {
        Arguments arguments("noma-core-quality", "how good the allocators' decisions are");
        arguments.AddOption("study",
                            "NAME",
                            "small, medium, both, scale, kinds, paper or bound",
                            "both");
        arguments.AddOption("small", "N", "number of small instances", "240");
        arguments.AddOption("medium", "N", "number of medium instances", "100");
        arguments.AddOption("first", "N", "index of the first instance", "0");
        arguments.AddOption("draws", "N", "random assignments polished per medium instance", "50");
        arguments.AddOption("searches",
                            "N",
                            "random assignments also searched from per medium instance",
                            "0");
        arguments.AddOption("slots", "N", "slots of the study at scale", "50");
        arguments.AddOption("every", "N", "cold search every N slots", "10");
        arguments.AddOption("effort", "E", "effort of the allocators", "1");
        arguments.AddOption("kinds", "N", "instances of the study of kinds", "60");
        arguments.AddOption("seeds", "N", "seeds compared in the study of kinds", "5");
        arguments.AddFlag("alone", "leave the other allocators out of the study of kinds");
        arguments.AddOption("row", "R", "network of the study on the paper's, 0 to 3", "0");
        arguments.AddOption("allocator",
                            "NAME",
                            "allocator of the study on the paper's",
                            "ecc-noma");
        arguments.AddOption("seed", "S", "seed of the allocators", "1");
        arguments.AddFlag("verbose", "one line per instance");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const std::string study =
            arguments.GetChoice("study",
                                {"small", "medium", "both", "scale", "kinds", "paper", "bound"});
        AllocatorOptions options;
        options.effort = arguments.GetDouble("effort", 0, 1e6);
        options.seed = arguments.GetUint("seed", 0, std::numeric_limits<uint64_t>::max());
        const uint64_t first = arguments.GetUint("first", 0, 1000000000);
        if (study == "kinds")
        {
            bench::StudyKinds(arguments.GetUint("kinds", 1, 1000000),
                              first,
                              arguments.GetUint("seeds", 1, 1000),
                              !arguments.Has("alone"));
            return 0;
        }
        if (study == "paper")
        {
            bench::StudyPaper(arguments.GetString("allocator"),
                              options.effort,
                              arguments.GetUint("row", 0, 3),
                              options.seed);
            return 0;
        }
        if (study == "bound")
        {
            const bool verbose = arguments.Has("verbose");
            StudyBound(arguments.GetUint("small", 0, 1000000),
                       first,
                       {"small", "exhaustive", MakeSmall},
                       options,
                       verbose);
            StudyBound(arguments.GetUint("medium", 0, 1000000),
                       first,
                       {"medium", "ecc-noma", MakeMedium},
                       options,
                       verbose);
            StudyBound(arguments.GetUint("kinds", 0, 1000000),
                       first,
                       {"alternating", "ecc-noma", bench::MakeKind},
                       options,
                       verbose);
            return 0;
        }
        if (study == "scale")
        {
            StudyScale(arguments.GetUint("slots", 1, 100000),
                       arguments.GetUint("every", 1, 100000),
                       options);
            return 0;
        }
        if (study != "medium")
        {
            StudySmall(arguments.GetUint("small", 1, 1000000),
                       first,
                       options,
                       arguments.Has("verbose"));
        }
        if (study != "small")
        {
            StudyMedium(arguments.GetUint("medium", 1, 1000000),
                        first,
                        options,
                        arguments.GetUint("draws", 0, 100000),
                        arguments.GetUint("searches", 0, 100000),
                        arguments.Has("verbose"));
        }
        return 0;
    });
}
