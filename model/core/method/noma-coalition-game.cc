/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-coalition-game.h"

#include "noma-fractional-programming.h"

namespace ns3
{
namespace noma
{

namespace
{

/// Least relative fall of the costs for which users move.
constexpr double GAIN = 1e-9;

} // namespace

std::string
CoalitionGameAllocator::GetName() const
{
    return "coalition-game";
}

uint64_t
SwitchUntilStable(RadioGroups& groups, uint64_t limit)
{
    const Instance& instance = groups.GetInstance();
    uint64_t switches = 0;
    // Takes i to a subchannel, and j, if there is one, to where i was; takes them back unless the
    // two coalitions together gain.
    const auto change = [&](uint32_t i, uint32_t j, uint32_t to) {
        const uint32_t from = groups.GetSubchannel(i);
        const double before = groups.GetCost(from) + groups.GetCost(to);
        groups.Move(i, to, j);
        if (groups.GetCost(from) + groups.GetCost(to) < before * (1 - GAIN))
        {
            ++switches;
            return true;
        }
        groups.Move(i, from, j);
        return false;
    };
    bool stable = false;
    while (!stable && switches < limit)
    {
        stable = true;
        for (uint32_t ap = 0; ap < instance.GetAps(); ++ap)
        {
            const std::vector<uint32_t>& users = groups.GetUsers(ap);
            for (uint32_t i : users)
            {
                for (uint32_t m = 0; m < instance.subchannels && switches < limit; ++m)
                {
                    if (m == groups.GetSubchannel(i))
                    {
                        continue;
                    }
                    if (groups.GetRoom(ap, m) > 0)
                    {
                        stable = !change(i, NONE, m) && stable;
                        continue;
                    }
                    for (uint32_t j : users)
                    {
                        if (groups.GetSubchannel(j) == m && change(i, j, m))
                        {
                            stable = false;
                            break;
                        }
                    }
                }
            }
        }
    }
    return switches;
}

uint64_t
CoalitionGameAllocator::AllocateRadio(RadioGroups& groups) const
{
    groups.PlaceStrongest();
    uint64_t users = 0;
    for (uint32_t ap = 0; ap < groups.GetInstance().GetAps(); ++ap)
    {
        users += groups.GetUsers(ap).size();
    }
    return AlternateWithPowers(groups, [&] { return SwitchUntilStable(groups, 100 * users); });
}

} // namespace noma
} // namespace ns3
