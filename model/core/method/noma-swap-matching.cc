/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-swap-matching.h"

#include "noma-fractional-programming.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

/// What counts as better off.
constexpr double GAIN = 1e-9;

/**
 * @param before costs of the players
 * @param after their costs after a swap
 * @returns whether nobody is worse off and somebody is better off
 */
bool
Approved(const std::vector<double>& before, const std::vector<double>& after)
{
    bool better = false;
    for (std::size_t k = 0; k < before.size(); ++k)
    {
        if (after[k] > before[k] * (1 + 1e-12))
        {
            return false;
        }
        better = better || after[k] < before[k] * (1 - GAIN);
    }
    return better;
}

} // namespace

std::string
SwapMatchingAllocator::GetName() const
{
    return "swap-matching";
}

void
MatchByGain(RadioGroups& groups)
{
    const Instance& instance = groups.GetInstance();
    const GainTensor& gain = instance.gain[groups.GetDirection()];
    for (uint32_t ap = 0; ap < instance.GetAps(); ++ap)
    {
        const std::vector<uint32_t>& users = groups.GetUsers(ap);
        std::vector<std::vector<uint32_t>> preference(users.size());
        std::vector<std::size_t> next(users.size(), 0);
        std::vector<std::size_t> waiting(users.size());
        std::iota(waiting.begin(), waiting.end(), std::size_t{0});
        for (std::size_t k = 0; k < users.size(); ++k)
        {
            preference[k] = groups.GetPreference(users[k]);
        }
        std::vector<std::vector<std::size_t>> holders(instance.subchannels);
        while (!waiting.empty())
        {
            const std::size_t k = waiting.back();
            waiting.pop_back();
            const uint32_t m = preference[k][next[k]++];
            if (groups.GetRoom(ap, m) == 0)
            {
                // the weakest leaves, of equals the later user
                const auto weaker = [&](std::size_t a, std::size_t b) {
                    const double x = gain.At(users[a], ap, m);
                    const double y = gain.At(users[b], ap, m);
                    return x != y ? x < y : a > b;
                };
                const auto weakest = std::min_element(holders[m].begin(), holders[m].end(), weaker);
                if (weaker(k, *weakest))
                {
                    waiting.push_back(k);
                    continue;
                }
                groups.Place(users[*weakest], NONE);
                waiting.push_back(*weakest);
                holders[m].erase(weakest);
            }
            groups.Place(users[k], m);
            holders[m].push_back(k);
        }
    }
}

uint64_t
SwapUntilStable(RadioGroups& groups, uint32_t ap, uint64_t limit)
{
    const uint32_t subchannels = groups.GetInstance().subchannels;
    const std::vector<uint32_t>& users = groups.GetUsers(ap);
    uint64_t swaps = 0;
    const auto tryMove = [&](uint32_t i, uint32_t j, uint32_t to) {
        const uint32_t from = groups.GetSubchannel(i);
        const auto costs = [&] {
            std::vector<double> c{groups.GetCost(from, ap),
                                  groups.GetCost(to, ap),
                                  groups.GetUserCost(i)};
            if (j != NONE)
            {
                c.push_back(groups.GetUserCost(j));
                return c;
            }
            // A free place has nobody to ask: what counts is the two subchannels together.
            c[0] += c[1];
            c.erase(c.begin() + 1);
            return c;
        };
        const std::vector<double> before = costs();
        groups.Move(i, to, j);
        if (Approved(before, costs()))
        {
            ++swaps;
            return true;
        }
        groups.Move(i, from, j);
        return false;
    };
    bool stable = false;
    while (!stable && swaps < limit)
    {
        stable = true;
        for (std::size_t a = 0; a < users.size() && swaps < limit; ++a)
        {
            for (uint32_t m = 0; m < subchannels; ++m)
            {
                if (m != groups.GetSubchannel(users[a]) && groups.GetRoom(ap, m) > 0 &&
                    tryMove(users[a], NONE, m))
                {
                    stable = false;
                }
            }
            for (std::size_t b = a + 1; b < users.size(); ++b)
            {
                if (groups.GetSubchannel(users[a]) != groups.GetSubchannel(users[b]) &&
                    tryMove(users[a], users[b], groups.GetSubchannel(users[b])))
                {
                    stable = false;
                }
            }
        }
    }
    return swaps;
}

uint64_t
SwapMatchingAllocator::AllocateRadio(RadioGroups& groups) const
{
    MatchByGain(groups);
    return AlternateWithPowers(groups, [&] {
        uint64_t swaps = 0;
        for (uint32_t ap = 0; ap < groups.GetInstance().GetAps(); ++ap)
        {
            swaps += SwapUntilStable(groups, ap, 100 * groups.GetUsers(ap).size());
        }
        return swaps;
    });
}

} // namespace noma
} // namespace ns3
