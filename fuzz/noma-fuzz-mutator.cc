/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-fuzz-mutator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{
namespace fuzz
{

namespace
{

/// @param random source @param n how many @returns a number below n
uint32_t
Draw(std::mt19937_64& random, std::size_t n)
{
    return static_cast<uint32_t>(random() % n);
}

/// @param random source @returns a number in [0, 1)
double
Unit(std::mt19937_64& random)
{
    return static_cast<double>(random() >> 11) / 9007199254740992.0;
}

/// Every number of an instance. @param x the instance @returns where they stand
std::vector<double*>
Numbers(Instance& x)
{
    std::vector<double*> all{&x.bandwidthHz.up,
                             &x.bandwidthHz.down,
                             &x.noiseDbmPerHz,
                             &x.noiseFigureDb,
                             &x.residual,
                             &x.snrGapDb,
                             &x.apPowerBudgetW};
    for (EdgeServer& e : x.edges)
    {
        all.insert(all.end(), {&e.units, &e.clockHz, &e.flopPerCycle, &e.kappa});
    }
    for (User& u : x.users)
    {
        all.insert(all.end(),
                   {&u.clockHz,
                    &u.flopPerCycle,
                    &u.kappa,
                    &u.delayScale,
                    &u.energyScale,
                    &u.wQ,
                    &u.deadlineSeconds,
                    &u.deadlineScale,
                    &u.powerW.up.min,
                    &u.powerW.up.max,
                    &u.powerW.down.min,
                    &u.powerW.down.max,
                    &u.units.min,
                    &u.units.max});
        for (CutOption& o : u.options)
        {
            all.insert(all.end(), {&o.deviceFlops, &o.edgeFlops, &o.upBits, &o.downBits});
        }
    }
    return all;
}

/// Changes a number. @param [in,out] value the number @param random source
void
Change(double& value, std::mt19937_64& random)
{
    static const double limits[] = {0, 1, 0.5, 1e-300, 1e-30, 1e-9, 1e9, 1e30, 1e100, 1e300};
    switch (Draw(random, 4))
    {
    case 0: // nearby
        value *= 0.5 + Unit(random);
        break;
    case 1: // some orders of magnitude
        value *= std::pow(10, 12 * Unit(random) - 6);
        break;
    case 2: // very many
        value *= std::pow(10, 200 * Unit(random) - 100);
        break;
    default:
        value = limits[Draw(random, std::size(limits))];
    }
}

/// Gives the gains the size that users, servers and subchannels ask for. @param [in,out] x instance
void
FitGains(Instance& x)
{
    for (const Direction d : DIRECTIONS)
    {
        const GainTensor& old = x.gain[d];
        GainTensor fitting(x.users.size(), x.edges.size(), x.subchannels);
        for (std::size_t i = 0; i < x.users.size(); ++i)
        {
            for (std::size_t n = 0; n < x.edges.size(); ++n)
            {
                for (std::size_t m = 0; m < x.subchannels; ++m)
                {
                    fitting.At(i, n, m) =
                        old.At(i % old.GetUsers(), n % old.GetAps(), m % old.GetSubchannels());
                }
            }
        }
        x.gain[d] = fitting;
    }
}

/// Changes a size. @param [in,out] x instance @param random source
void
Resize(Instance& x, std::mt19937_64& random)
{
    const bool more = Draw(random, 2) == 0;
    std::vector<CutOption>& options = x.users[Draw(random, x.users.size())].options;
    switch (Draw(random, 5))
    {
    case 0:
        more ? x.users.push_back(x.users[Draw(random, x.users.size())]) : x.users.pop_back();
        break;
    case 1:
        more ? x.edges.push_back(x.edges.back()) : x.edges.pop_back();
        break;
    case 2:
        more ? options.push_back(options[Draw(random, options.size())]) : options.pop_back();
        break;
    case 3:
        x.subchannels += more ? 1 : -1;
        break;
    default:
        x.maxSuperposed += more ? 1 : -1;
    }
    if (x.users.empty() || x.edges.empty() || x.subchannels == 0)
    {
        return; // not valid, and nothing to take gains from
    }
    FitGains(x);
}

/// Changes what is no number. @param [in,out] x instance @param random source
void
Switch(Instance& x, std::mt19937_64& random)
{
    User& user = x.users[Draw(random, x.users.size())];
    switch (Draw(random, 8))
    {
    case 0:
        x.downlinkRate =
            x.downlinkRate == DownlinkRate::OWN ? DownlinkRate::DECODABLE : DownlinkRate::OWN;
        break;
    case 1:
        x.orderKey = static_cast<OrderKey>(Draw(random, 3));
        break;
    case 2:
        x.edges[Draw(random, x.edges.size())].lambda = Lambda::Power(0.05 + Unit(random));
        break;
    case 3:
        x.edges[Draw(random, x.edges.size())].lambda = Lambda::Amdahl(Unit(random));
        break;
    case 4:
        x.edges[Draw(random, x.edges.size())].lambda =
            Lambda::Table({{0.5, 0.4}, {1, 1}, {1 + 4 * Unit(random), 1.1 + Unit(random)}});
        break;
    case 5:
        user.ap = Draw(random, x.edges.size());
        break;
    case 6:
        user.wT = Draw(random, 2) ? Draw(random, 2) : Unit(random);
        user.wE = 1 - user.wT;
        break;
    default:
        x.apPowerBudgetW = std::numeric_limits<double>::infinity();
    }
}

} // namespace

void
Mutate(Instance& instance, std::mt19937_64& random)
{
    switch (Draw(random, 6))
    {
    case 0:
        Resize(instance, random);
        break;
    case 1:
        Switch(instance, random);
        break;
    case 2: {
        GainTensor& gain = instance.gain[Draw(random, 2) ? UPLINK : DOWNLINK];
        Change(gain.At(Draw(random, gain.GetUsers()),
                       Draw(random, gain.GetAps()),
                       Draw(random, gain.GetSubchannels())),
               random);
        break;
    }
    default: {
        const auto all = Numbers(instance);
        Change(*all[Draw(random, all.size())], random);
    }
    }
}

bool
IsSmall(const Instance& instance)
{
    return instance.edges.size() <= MOST_APS && instance.users.size() <= MOST_USERS &&
           instance.subchannels <= MOST_SUBCHANNELS &&
           std::all_of(instance.users.begin(), instance.users.end(), [](const User& u) {
               return u.options.size() <= MOST_OPTIONS;
           });
}

} // namespace fuzz
} // namespace noma
} // namespace ns3
