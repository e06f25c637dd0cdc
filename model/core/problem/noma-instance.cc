/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-instance.h"

#include "noma-check.h"
#include "noma-deadline.h"

#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Checks one access point's edge server. @param edge the server @param n its index
void
ValidateEdge(const EdgeServer& edge, std::size_t n)
{
    CheckPositive(edge.units, "edges[", n, "].units");
    CheckPositive(edge.clockHz, "edges[", n, "].clockHz");
    CheckPositive(edge.flopPerCycle, "edges[", n, "].flopPerCycle");
    CheckNonNegative(edge.kappa, "edges[", n, "].kappa");
}

/// Checks one user. @param user the user @param i its index @param aps number of access points
void
ValidateUser(const User& user, std::size_t i, std::size_t aps)
{
    if (user.ap >= aps)
    {
        ThrowInvalid(user.ap, "the index of an access point", "users[", i, "].ap");
    }
    CheckPositive(user.clockHz, "users[", i, "].clockHz");
    CheckPositive(user.flopPerCycle, "users[", i, "].flopPerCycle");
    CheckNonNegative(user.kappa, "users[", i, "].kappa");
    CheckRange(user.wT, 0, 1, "in [0, 1]", "users[", i, "].wT");
    CheckRange(user.wE, 0, 1, "in [0, 1]", "users[", i, "].wE");
    CheckRange(user.wT + user.wE, 1 - 1e-9, 1 + 1e-9, "1", "users[", i, "].wT + wE");
    CheckPositive(user.delayScale, "users[", i, "].delayScale");
    CheckPositive(user.energyScale, "users[", i, "].energyScale");
    CheckNonNegative(user.wQ, "users[", i, "].wQ");
    CheckNonNegative(user.deadlineScale, "users[", i, "].deadlineScale");
    if (user.wQ > 0)
    {
        CheckFinite(user.deadlineSeconds, "users[", i, "].deadlineSeconds");
        CheckPositive(DeadlineScale(user), "users[", i, "].deadlineScale");
    }
    CheckRange(user.deadlineSeconds,
               std::numeric_limits<double>::lowest(),
               std::numeric_limits<double>::infinity(),
               "a number",
               "users[",
               i,
               "].deadlineSeconds");
    for (Direction d : DIRECTIONS)
    {
        const Interval& p = user.powerW[d];
        CheckNonNegative(p.min, "users[", i, "].powerW.", DirectionName(d), "[0]");
        CheckPositive(p.max, "users[", i, "].powerW.", DirectionName(d), "[1]");
        CheckRange(p.max,
                   p.min,
                   p.max,
                   "at least the minimum",
                   "users[",
                   i,
                   "].powerW.",
                   DirectionName(d),
                   "[1]");
    }
    CheckPositive(user.units.min, "users[", i, "].units[0]");
    CheckPositive(user.units.max, "users[", i, "].units[1]");
    CheckRange(user.units.max,
               user.units.min,
               user.units.max,
               "at least the minimum",
               "users[",
               i,
               "].units[1]");
    if (user.options.empty())
    {
        ThrowInvalid("an empty list", "a list of at least one option", "users[", i, "].options");
    }
    for (std::size_t k = 0; k < user.options.size(); ++k)
    {
        const CutOption& o = user.options[k];
        CheckNonNegative(o.deviceFlops, "users[", i, "].options[", k, "].deviceFlops");
        CheckNonNegative(o.edgeFlops, "users[", i, "].options[", k, "].edgeFlops");
        CheckNonNegative(o.upBits, "users[", i, "].options[", k, "].upBits");
        CheckNonNegative(o.downBits, "users[", i, "].options[", k, "].downBits");
        CheckRange(o.accuracy,
                   0,
                   1,
                   "a number from 0 to 1",
                   "users[",
                   i,
                   "].options[",
                   k,
                   "].accuracy");
    }
}

/// Checks the gains of one direction. @param instance the instance @param d direction
void
ValidateGain(const Instance& instance, Direction d)
{
    const GainTensor& gain = instance.gain[d];
    const char* name = DirectionName(d);
    if (gain.GetUsers() != instance.users.size())
    {
        ThrowInvalid(gain.GetUsers(), "the number of users", "gain.", name, " (users)");
    }
    if (gain.GetAps() != instance.edges.size())
    {
        ThrowInvalid(gain.GetAps(), "the number of access points", "gain.", name, " (aps)");
    }
    if (gain.GetSubchannels() != instance.subchannels)
    {
        ThrowInvalid(gain.GetSubchannels(),
                     "the number of subchannels",
                     "gain.",
                     name,
                     " (subchannels)");
    }
    for (std::size_t m = 0; m < gain.GetSubchannels(); ++m)
    {
        for (std::size_t n = 0; n < gain.GetAps(); ++n)
        {
            const double* row = gain.Row(n, m);
            for (std::size_t i = 0; i < gain.GetUsers(); ++i)
            {
                CheckNonNegative(row[i], "gain.", name, "[", i, "][", n, "][", m, "]");
            }
        }
    }
}

} // namespace

void
ValidateInstance(const Instance& instance)
{
    if (instance.edges.empty())
    {
        ThrowInvalid("an empty list", "a list of at least one edge server", "edges");
    }
    if (instance.subchannels < 1)
    {
        ThrowInvalid(instance.subchannels, "an integer >= 1", "subchannels");
    }
    if (instance.maxSuperposed < 1)
    {
        ThrowInvalid(instance.maxSuperposed, "an integer >= 1", "maxSuperposed");
    }
    CheckPositive(instance.bandwidthHz.up, "bandwidthHz.up");
    CheckPositive(instance.bandwidthHz.down, "bandwidthHz.down");
    CheckRange(instance.noiseDbmPerHz, -400, 200, "in [-400, 200] dBm/Hz", "noiseDbmPerHz");
    CheckRange(instance.noiseFigureDb, 0, 200, "in [0, 200] dB", "noiseFigureDb");
    CheckRange(instance.residual, 0, 1, "in [0, 1]", "residual");
    CheckRange(instance.snrGapDb, 0, 100, "in [0, 100] dB", "snrGapDb");
    CheckRange(instance.apPowerBudgetW,
               std::numeric_limits<double>::min(),
               std::numeric_limits<double>::infinity(),
               "a number > 0 that is not subnormal",
               "apPowerBudgetW");
    for (std::size_t n = 0; n < instance.edges.size(); ++n)
    {
        ValidateEdge(instance.edges[n], n);
    }
    if (instance.users.empty())
    {
        ThrowInvalid("an empty list", "a list of at least one user", "users");
    }
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        ValidateUser(instance.users[i], i, instance.edges.size());
    }
    for (Direction d : DIRECTIONS)
    {
        ValidateGain(instance, d);
    }
}

} // namespace noma
} // namespace ns3
