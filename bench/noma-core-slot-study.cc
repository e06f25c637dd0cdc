/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What solving the slot problem gains over the greedy choice at full power, on random slots of five
 * cells as in the main experiment:
 *
 *     noma-core-slot-study [--slots=200] [--direction=up|down] [--per-user=1]
 *
 * Per cell radius: mean gain of V over the greedy choice, the least gain of any slot, the same with
 * parts of the solver switched off, one user per subchannel with the same search, and processor
 * time per slot.
 */
#include "ns3/noma-slot-solver.h"

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <random>
#include <string>
#include <vector>

using namespace ns3::noma;

namespace
{

/// A random slot with its gains.
struct RandomSlot
{
    GainTensor gain;     //!< gains
    SlotProblem problem; //!< the problem
};

/// @returns a number in (0, 1) @param rng source
double
Draw(std::mt19937_64& rng)
{
    return (static_cast<double>(rng() >> 11) + 0.5) / 9007199254740992.0;
}

/**
 * @param radius cell radius (m)
 * @param direction direction
 * @param seed seed
 * @param [out] slot the slot
 */
void
Make(double radius, Direction direction, uint64_t seed, RandomSlot& slot)
{
    std::mt19937_64 rng(seed);
    const uint32_t perCell = 12 + static_cast<uint32_t>(rng() % 19);
    SlotProblem& p = slot.problem;
    p.direction = direction;
    p.aps = 5;
    p.subchannels = 4 + static_cast<uint32_t>(rng() % 3);
    p.maxSuperposed = 3;
    p.slotSeconds = 0.01;
    p.subchannelHz = 10e6 / p.subchannels;
    p.noiseW = NoisePowerW(-174, 0, p.subchannelHz);
    p.orderKey = direction == UPLINK ? OrderKey::GAIN : OrderKey::GAIN_OVER_INTERFERENCE;
    slot.gain = GainTensor(5 * perCell, p.aps, p.subchannels);
    p.gain = &slot.gain;
    p.links.clear();
    p.apPowerW.clear();
    const double greatest = FromDb(25 - 30);
    if (direction == DOWNLINK)
    {
        p.apPowerW.assign(p.aps, FromDb(46 - 30));
    }
    const double usual = direction == UPLINK ? greatest : p.apPowerW[0] / p.subchannels;
    const double apX[] = {0, 2 * radius, 0, -2 * radius, 0};
    const double apY[] = {0, 0, 2 * radius, 0, -2 * radius};
    for (uint32_t i = 0; i < 5 * perCell; ++i)
    {
        SlotLink link;
        link.user = i;
        link.ap = i % 5;
        const double r = std::max(10.0, radius * std::sqrt(Draw(rng)));
        const double angle = 2 * M_PI * Draw(rng);
        const double x = apX[link.ap] + r * std::cos(angle);
        const double y = apY[link.ap] + r * std::sin(angle);
        for (uint32_t n = 0; n < 5; ++n)
        {
            const double d = std::hypot(x - apX[n], y - apY[n]);
            for (uint32_t m = 0; m < p.subchannels; ++m)
            {
                slot.gain.At(i, n, m) = std::pow(d, -5) * -std::log(Draw(rng));
            }
        }
        // half a second to a second of the device's work saved, 0.1 to 5 Mbit to go
        const double bits = 1e5 * std::pow(50, Draw(rng));
        link.backlogBits = bits;
        // what a subchannel is sent at usually costs as much in both directions
        link.joulePrice = 0.14 * (0.5 + Draw(rng)) * greatest / usual;
        link.powerW.max = direction == UPLINK ? greatest : p.apPowerW[0];
        link.powerW.min = 0.01 * link.powerW.max;
        link.startPowerW = link.powerW.max;
        const double delayPrice = 0.07 * (0.5 + Draw(rng));
        const double remaining = bits / (p.subchannelHz * 3);
        link.bitPrice = (delayPrice + link.joulePrice * usual) * remaining / bits *
                        (0.2 + 2 * Draw(rng)); // some are nearer to their end than others
        p.links.push_back(link);
    }
}

/// Sums over slots.
struct Column
{
    std::string name;        //!< printed
    SlotSolverParams params; //!< of the solver
    uint32_t superposed{3};  //!< K
    double sum{0};           //!< of relative gains
    double least{1e300};     //!< of them
    double seconds{0};       //!< processor time
    double evaluations{0};   //!< subchannels evaluated
};

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t slots = 200;
    uint32_t perUser = 1;
    Direction direction = UPLINK;
    for (int a = 1; a < argc; ++a)
    {
        const std::string arg = argv[a];
        if (arg.rfind("--slots=", 0) == 0)
        {
            slots = static_cast<uint32_t>(std::strtoul(arg.c_str() + 8, nullptr, 10));
        }
        else if (arg.rfind("--per-user=", 0) == 0)
        {
            perUser = static_cast<uint32_t>(std::strtoul(arg.c_str() + 11, nullptr, 10));
        }
        else if (arg == "--direction=up" || arg == "--direction=down")
        {
            direction = arg == "--direction=up" ? UPLINK : DOWNLINK;
        }
        else
        {
            std::cerr << "noma-core-slot-study: '" << arg
                      << "': expected --slots=N, --direction=up|down or --per-user=N\n";
            return 2;
        }
    }
    if (slots == 0 || perUser == 0)
    {
        std::cerr << "noma-core-slot-study: slots and per-user must be positive\n";
        return 2;
    }
    std::cout << "gain of V over the greedy choice at full power (%), mean and least of " << slots
              << " slots; us = processor time per slot,\n"
                 "subchannels evaluated\n";
    for (double radius : {250.0, 500.0, 750.0})
    {
        std::vector<Column> columns(8);
        columns[0].name = "all";
        columns[1].name = "no relaxed ascent";
        columns[1].params.iterations = 0;
        columns[2].name = "powers only";
        columns[2].params.iterations = 0;
        columns[2].params.passes = 0;
        columns[3].name = "moves only";
        columns[3].params.iterations = 0;
        columns[3].params.powerSteps = 0;
        columns[4].name = "no reach";
        columns[4].params.reach = 0;
        columns[5].name = "relaxed and powers";
        columns[5].params.passes = 0;
        columns[5].params.searches = 0;
        columns[6].name = "one at a time";
        columns[6].superposed = 1;
        columns[7].name = "two searches";
        columns[7].params.searches = 2;
        for (uint32_t k = 0; k < slots; ++k)
        {
            RandomSlot slot;
            Make(radius, direction, 1 + k, slot);
            slot.problem.maxPerUser = perUser;
            double greedy = 0;
            for (auto& c : columns)
            {
                slot.problem.maxSuperposed = c.superposed;
                SlotSolver solver(c.params);
                const std::clock_t begin = std::clock();
                const SlotSolution solution = solver.Solve(slot.problem, {});
                c.seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
                greedy = &c == &columns[0] ? solution.greedyValue : greedy;
                const double gain = solution.value / greedy - 1;
                c.sum += gain;
                c.evaluations += static_cast<double>(solution.evaluations);
                c.least = std::min(c.least, gain);
            }
        }
        std::cout << "radius " << radius << " m\n" << std::fixed << std::setprecision(2);
        for (const auto& c : columns)
        {
            std::cout << "  " << std::setw(20) << std::left << c.name << std::right << std::setw(8)
                      << 100 * c.sum / slots << std::setw(8) << 100 * c.least << std::setw(8)
                      << static_cast<int>(1e6 * c.seconds / slots) << " us" << std::setw(8)
                      << static_cast<int>(c.evaluations / slots) << "\n";
        }
        std::cout.unsetf(std::ios::fixed);
    }
    return 0;
}
