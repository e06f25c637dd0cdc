/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-decision.h"

#include "noma-check.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Relative slack on every constraint, for sums that were rounded.
constexpr double SLACK = 1e-9;

/// Checks sizes and ranges of one link. @param link the link @param bits its load
/// @param subchannels M @param i user @param d direction
void
ValidateLink(const LinkDecision& link,
             double bits,
             uint32_t subchannels,
             std::size_t i,
             Direction d)
{
    const char* name = DirectionName(d);
    CheckNonNegative(link.powerW, "users[", i, "].", name, ".powerW");
    for (std::size_t k = 0; k < link.shares.size(); ++k)
    {
        const Share& s = link.shares[k];
        if (s.subchannel >= subchannels)
        {
            ThrowInvalid(s.subchannel, "a subchannel", "users[", i, "].", name, ".subchannel");
        }
        if (k > 0 && s.subchannel <= link.shares[k - 1].subchannel)
        {
            ThrowInvalid(s.subchannel,
                         "above the subchannel before",
                         "users[",
                         i,
                         "].",
                         name,
                         ".subchannel");
        }
        if (!(s.share > 0 && s.share <= 1 + SLACK))
        {
            ThrowInvalid(s.share,
                         "in (0, 1]",
                         "users[",
                         i,
                         "].",
                         name,
                         ".shares[",
                         s.subchannel,
                         "]");
        }
    }
    if (bits > 0 && link.shares.empty())
    {
        ThrowInvalid("no share", "enough for an option with bits to send", "users[", i, "].", name);
    }
    if (bits > 0 && !(link.powerW > 0))
    {
        ThrowInvalid(link.powerW,
                     "enough for an option with bits to send",
                     "users[",
                     i,
                     "].",
                     name,
                     ".powerW");
    }
}

/// Checks bounds of one user. @param user the user @param u what was decided @param i index
void
ValidateBounds(const User& user, const UserDecision& u, std::size_t i)
{
    const CutOption& option = user.options[u.option];
    if (UsesEdge(option))
    {
        CheckRange(u.units,
                   user.units.min * (1 - SLACK),
                   user.units.max * (1 + SLACK),
                   "within the user's bounds",
                   "users[",
                   i,
                   "].units");
    }
    for (Direction d : DIRECTIONS)
    {
        if (!UsesRadio(option, d))
        {
            continue;
        }
        CheckRange(u.link[d].powerW,
                   user.powerW[d].min * (1 - SLACK),
                   user.powerW[d].max * (1 + SLACK),
                   "within the user's bounds",
                   "users[",
                   i,
                   "].",
                   DirectionName(d),
                   ".powerW");
        double sum = 0;
        for (const Share& s : u.link[d].shares)
        {
            sum += s.share;
        }
        CheckRange(sum,
                   0,
                   1 + SLACK,
                   "a sum of shares <= 1",
                   "users[",
                   i,
                   "].",
                   DirectionName(d),
                   ".shares");
    }
}

/// Sums up what access points send with on average. @param instance the instance
/// @param decision the decision @returns power of each access point (W)
std::vector<double>
DownlinkPowers(const Instance& instance, const Decision& decision)
{
    std::vector<double> power(instance.edges.size(), 0.0);
    for (std::size_t i = 0; i < decision.users.size(); ++i)
    {
        const UserDecision& u = decision.users[i];
        const User& user = instance.users[i];
        for (const Share& s : u.link.down.shares)
        {
            power[user.ap] +=
                UsesRadio(user.options[u.option], DOWNLINK) ? s.share * u.link.down.powerW : 0.0;
        }
    }
    return power;
}

/// Checks what users share. @param instance the instance @param decision the decision
void
ValidateCapacities(const Instance& instance, const Decision& decision)
{
    const std::size_t aps = instance.edges.size();
    std::vector<double> units(aps, 0.0);
    const std::vector<double> power = DownlinkPowers(instance, decision);
    PerDirection<std::vector<double>> held;
    held.up.assign(aps * instance.subchannels, 0.0);
    held.down.assign(aps * instance.subchannels, 0.0);
    for (std::size_t i = 0; i < decision.users.size(); ++i)
    {
        const UserDecision& u = decision.users[i];
        const uint32_t n = instance.users[i].ap;
        const CutOption& option = instance.users[i].options[u.option];
        if (UsesEdge(option))
        {
            units[n] += u.units;
        }
        for (Direction d : DIRECTIONS)
        {
            if (!UsesRadio(option, d))
            {
                continue;
            }
            for (const Share& s : u.link[d].shares)
            {
                held[d][n * instance.subchannels + s.subchannel] += s.share;
            }
        }
    }
    for (std::size_t n = 0; n < aps; ++n)
    {
        CheckRange(units[n],
                   0,
                   instance.edges[n].units * (1 + SLACK),
                   "within the units of the edge server",
                   "sum of units of access point ",
                   n);
        CheckRange(power[n],
                   0,
                   instance.apPowerBudgetW * (1 + SLACK),
                   "within the power budget",
                   "downlink power of access point ",
                   n);
        for (Direction d : DIRECTIONS)
        {
            for (uint32_t m = 0; m < instance.subchannels; ++m)
            {
                CheckRange(held[d][n * instance.subchannels + m],
                           0,
                           instance.maxSuperposed * (1 + SLACK),
                           "at most maxSuperposed",
                           "users superposed on access point ",
                           n,
                           ", subchannel ",
                           m,
                           ", ",
                           DirectionName(d));
            }
        }
    }
}

} // namespace

bool
KeepsPowerBudgets(const Instance& instance, const Decision& decision)
{
    const std::vector<double> power = DownlinkPowers(instance, decision);
    return std::all_of(power.begin(), power.end(), [&](double sum) {
        return sum <= instance.apPowerBudgetW * (1 + SLACK);
    });
}

void
ValidateDecision(const Instance& instance, const Decision& decision, bool feasible)
{
    if (decision.users.size() != instance.users.size())
    {
        ThrowInvalid(decision.users.size(), "the number of users of the instance", "users");
    }
    for (std::size_t i = 0; i < decision.users.size(); ++i)
    {
        const UserDecision& u = decision.users[i];
        const User& user = instance.users[i];
        if (u.option >= user.options.size())
        {
            ThrowInvalid(u.option, "the index of an option", "users[", i, "].option");
        }
        CheckNonNegative(u.units, "users[", i, "].units");
        const CutOption& option = user.options[u.option];
        if (UsesEdge(option))
        {
            CheckPositive(u.units, "users[", i, "].units");
        }
        for (Direction d : DIRECTIONS)
        {
            ValidateLink(u.link[d], LinkBits(option, d), instance.subchannels, i, d);
        }
        if (feasible)
        {
            ValidateBounds(user, u, i);
        }
    }
    if (feasible)
    {
        ValidateCapacities(instance, decision);
    }
}

bool
Decision::IsIntegral() const
{
    for (const UserDecision& user : users)
    {
        for (Direction d : DIRECTIONS)
        {
            if (!user.link[d].shares.empty() && !user.link[d].IsIntegral())
            {
                return false;
            }
        }
    }
    return true;
}

} // namespace noma
} // namespace ns3
