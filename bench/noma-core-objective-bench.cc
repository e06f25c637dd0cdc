/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The objective at the paper's scale: 5 access points, 1250 users, 250 subchannels. Times are also
 * given in passes: plain reads of both gain arrays, timed in turn with the evaluations.
 */
#include "ns3/noma-objective.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <ctime>
#include <map>
#include <random>
#include <vector>

namespace
{

using namespace ns3::noma;

/// Users of the scenario.
constexpr uint32_t USERS = 1250;
/// Access points of the scenario.
constexpr uint32_t APS = 5;
/// Subchannels of the scenario.
constexpr uint32_t SUBCHANNELS = 250;

/// @returns the scenario @param mixed whether users come in mixed order instead of cell by cell
Instance
MakeInstance(bool mixed)
{
    std::mt19937_64 rng(5);
    std::uniform_real_distribution<double> uniform(0, 1);
    Instance instance;
    instance.subchannels = SUBCHANNELS;
    instance.maxSuperposed = 3;
    instance.bandwidthHz = {10e6, 10e6};
    instance.edges.resize(APS);
    for (EdgeServer& edge : instance.edges)
    {
        edge.units = 4.0 * USERS / APS;
        edge.clockHz = 2.4e9;
        edge.flopPerCycle = 1;
        edge.kappa = 1e-29;
        edge.lambda = Lambda::Power(0.45);
    }
    instance.users.resize(USERS);
    for (Direction d : DIRECTIONS)
    {
        instance.gain[d] = GainTensor(USERS, APS, SUBCHANNELS);
    }
    for (uint32_t i = 0; i < USERS; ++i)
    {
        User& user = instance.users[i];
        user.ap = mixed ? i % APS : i / (USERS / APS);
        user.clockHz = 2.4e8;
        user.flopPerCycle = 1;
        user.kappa = 1e-28;
        user.powerW = {{0.001, 0.316}, {0.001, 1.0}};
        user.units = {1, 16};
        user.options = {{1e8, 9e8, 1.6e6, 1e4}, {1e9, 0, 0, 0}};
        user.delayScale = 1e9 / user.clockHz;
        for (uint32_t n = 0; n < APS; ++n)
        {
            const double distance =
                n == user.ap ? 500 * std::sqrt(uniform(rng)) : 600 + 400 * uniform(rng);
            for (Direction d : DIRECTIONS)
            {
                for (uint32_t m = 0; m < SUBCHANNELS; ++m)
                {
                    instance.gain[d].At(i, n, m) =
                        -std::pow(std::max(distance, 10.0), -5.0) * std::log(1 - uniform(rng));
                }
            }
        }
    }
    return instance;
}

/// @returns the scenario, made once @param mixed whether users come in mixed order
const Instance&
TheInstance(bool mixed)
{
    static std::map<bool, Instance> made;
    auto it = made.find(mixed);
    if (it == made.end())
    {
        it = made.emplace(mixed, MakeInstance(mixed)).first;
    }
    return it->second;
}

/// Reads every gain once, with as many independent sums as keep the memory busy.
/// @param instance the scenario @returns a sum
double
ReadPass(const Instance& instance)
{
    constexpr std::size_t LANES = 32;
    double sums[LANES] = {};
    for (Direction d : DIRECTIONS)
    {
        const std::vector<double>& data = instance.gain[d].GetData();
        const std::size_t whole = data.size() / LANES * LANES;
        for (std::size_t i = 0; i < whole; i += LANES)
        {
            for (std::size_t k = 0; k < LANES; ++k)
            {
                sums[k] += data[i + k];
            }
        }
    }
    double sum = 0;
    for (double s : sums)
    {
        sum += s;
    }
    return sum;
}

/// @returns processor time of this thread (s), which a busy machine disturbs least
double
Now()
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// @returns seconds a call takes @param call what to time
template <typename Call>
double
Seconds(Call&& call)
{
    const double start = Now();
    call();
    return Now() - start;
}

/// @returns the median @param v numbers
double
Median(std::vector<double> v)
{
    std::nth_element(v.begin(), v.begin() + v.size() / 2, v.end());
    return v[v.size() / 2];
}

/// Times a call in turn with read passes. @param state the run @param instance the scenario
/// @param call what to time
template <typename Call>
void
RunInPasses(benchmark::State& state, const Instance& instance, Call&& call)
{
    std::vector<double> calls;
    std::vector<double> passes;
    call();
    for (auto _ : state)
    {
        const double pass = Seconds([&] { benchmark::DoNotOptimize(ReadPass(instance)); });
        const double seconds = Seconds(call);
        passes.push_back(pass);
        calls.push_back(seconds);
        state.SetIterationTime(seconds);
    }
    state.counters["passes"] = Median(calls) / Median(passes);
    state.counters["pass_ms"] = Median(passes) * 1e3;
}

/// A point of the relaxed problem with its columns.
struct Setup
{
    ShareSupport support; //!< columns
    ObjectivePoint point; //!< values
};

/// @returns a point at which every user offloads @param instance the scenario
/// @param columns columns per user and direction, the best by gain; 0 = all
Setup
MakeSetup(const Instance& instance, std::size_t columns)
{
    Setup setup{ShareSupport(instance), {}};
    std::mt19937_64 rng(9);
    std::uniform_real_distribution<double> uniform(0.1, 1);
    for (Direction d : DIRECTIONS)
    {
        if (columns == 0)
        {
            setup.support.AssignAll(d);
        }
        else
        {
            std::vector<ShareColumn> list;
            for (uint32_t i = 0; i < USERS; ++i)
            {
                std::vector<uint32_t> order(SUBCHANNELS);
                for (uint32_t m = 0; m < SUBCHANNELS; ++m)
                {
                    order[m] = m;
                }
                const uint32_t ap = instance.users[i].ap;
                std::partial_sort(order.begin(),
                                  order.begin() + columns,
                                  order.end(),
                                  [&](uint32_t a, uint32_t b) {
                                      return instance.gain[d].At(i, ap, a) >
                                             instance.gain[d].At(i, ap, b);
                                  });
                for (std::size_t k = 0; k < columns; ++k)
                {
                    list.push_back({i, order[k]});
                }
            }
            setup.support.Assign(d, list);
        }
        const std::size_t perUser = columns == 0 ? SUBCHANNELS : columns;
        for (std::size_t c = 0; c < setup.support.Size(d); ++c)
        {
            setup.point.share[d].push_back(uniform(rng) / static_cast<double>(perUser));
        }
        setup.point.power[d].assign(USERS, d == UPLINK ? 0.2 : 0.5);
    }
    setup.point.option.assign(USERS, 0);
    setup.point.units.assign(USERS, 3.5);
    return setup;
}

/// The unit of the others. @param state the run
void
ReadPassBoth(benchmark::State& state)
{
    const Instance& instance = TheInstance(false);
    for (auto _ : state)
    {
        benchmark::DoNotOptimize(ReadPass(instance));
    }
}

/// Value and gradient. @param state the run; arguments: columns per user, 0 = all; mixed order;
/// instruction set
void
Gradient(benchmark::State& state)
{
    const Instance& instance = TheInstance(state.range(1) != 0);
    const auto set = static_cast<InstructionSet>(state.range(2));
    if (!IsSupported(set))
    {
        state.SkipWithError("this machine lacks the instruction set");
        return;
    }
    const Objective objective(instance, set);
    const Setup setup = MakeSetup(instance, state.range(0));
    ObjectiveWorkspace workspace;
    ObjectiveGradient gradient;
    RunInPasses(state, instance, [&] {
        benchmark::DoNotOptimize(
            objective.Gradient(setup.support, setup.point, workspace, gradient));
    });
}

/// Building a support, as after new gains. @param state the run; argument: columns per user
void
BuildSupport(benchmark::State& state)
{
    const Instance& instance = TheInstance(false);
    const Setup setup = MakeSetup(instance, state.range(0));
    RunInPasses(state, instance, [&] {
        ShareSupport support(instance);
        for (Direction d : DIRECTIONS)
        {
            support.Assign(d, setup.support.GetColumns(d));
        }
        benchmark::DoNotOptimize(support.Size(UPLINK));
    });
}

BENCHMARK(ReadPassBoth)->Unit(benchmark::kMillisecond);
BENCHMARK(Gradient)
    ->ArgNames({"columns", "mixed", "isa"})
    ->ArgsProduct({{1, 3, 10, 0}, {0, 1}, {0, 1, 2}})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BuildSupport)
    ->ArgName("columns")
    ->Arg(3)
    ->Arg(0)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
