/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-servability.h"

#include "noma-units.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace noma
{

void
CheckServable(const Instance& instance)
{
    const auto byAp = UsersByAp(instance);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        double units = 0;
        double power = 0;
        uint32_t unitUsers = 0;
        uint32_t powerUsers = 0;
        for (uint32_t i : byAp[ap])
        {
            const User& u = instance.users[i];
            if (std::all_of(u.options.begin(), u.options.end(), UsesEdge))
            {
                units += u.units.min;
                ++unitUsers;
            }
            if (std::all_of(u.options.begin(), u.options.end(), [](const CutOption& o) {
                    return o.downBits > 0;
                }))
            {
                // Sharing in time shrinks a user's part of the sum, so this is the least only
                // for an integral decision.
                power += u.powerW.down.min;
                ++powerUsers;
            }
        }
        std::ostringstream out;
        out.precision(17);
        const double mostUnits = instance.edges[ap].units * (1 + 1e-12);
        const double mostPowerW = instance.apPowerBudgetW * (1 + 1e-12);
        if (units > mostUnits)
        {
            out << "edges[" << ap << "].units is " << instance.edges[ap].units << ": the "
                << unitUsers << " users without a device-only option need at least " << units;
            throw std::invalid_argument(out.str());
        }
        if (power > mostPowerW)
        {
            out << "apPowerBudgetW is " << instance.apPowerBudgetW << ": the " << powerUsers
                << " users of access point " << ap << " that must be sent a result need at least "
                << power;
            throw std::invalid_argument(out.str());
        }
        for (uint32_t i : byAp[ap])
        {
            const User& u = instance.users[i];
            const auto fits = [&](const CutOption& o) {
                return (!UsesEdge(o) || u.units.min <= mostUnits) &&
                       (!(o.downBits > 0) || u.powerW.down.min <= mostPowerW);
            };
            if (std::none_of(u.options.begin(), u.options.end(), fits))
            {
                out << "users[" << i << "].options: none fits both edges[" << ap
                    << "].units, which is " << instance.edges[ap].units
                    << ", and apPowerBudgetW, which is " << instance.apPowerBudgetW;
                throw std::invalid_argument(out.str());
            }
        }
    }
}

void
AdmitUsers(const Instance& instance, Decision& decision)
{
    const auto byAp = UsersByAp(instance);
    const auto admit = [&](uint32_t ap, double budget, auto needs, auto amount) {
        const auto alternative = [&](const User& u) {
            uint32_t best = NONE;
            for (uint32_t k = 0; k < u.options.size(); ++k)
            {
                if (needs(u.options[k]))
                {
                    continue;
                }
                // Prefer what needs neither resource, then the least work.
                const auto key = [&](uint32_t o) {
                    return std::make_pair(UsesEdge(u.options[o]) || u.options[o].downBits > 0,
                                          u.options[o].deviceFlops);
                };
                best = best == NONE || key(k) < key(best) ? k : best;
            }
            return best;
        };
        for (uint32_t i : byAp[ap])
        {
            if (alternative(instance.users[i]) == NONE)
            {
                budget -= amount(instance.users[i]);
            }
        }
        for (uint32_t i : byAp[ap])
        {
            const User& u = instance.users[i];
            const uint32_t other = alternative(u);
            if (other == NONE || !needs(u.options[decision.users[i].option]))
            {
                continue;
            }
            if (amount(u) <= budget)
            {
                budget -= amount(u);
            }
            else
            {
                decision.users[i].option = other;
            }
        }
    };
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        admit(
            ap,
            instance.edges[ap].units,
            [](const CutOption& o) { return UsesEdge(o); },
            [](const User& u) { return u.units.min; });
        admit(
            ap,
            instance.apPowerBudgetW,
            [](const CutOption& o) { return o.downBits > 0; },
            [](const User& u) { return u.powerW.down.min; });
    }
}

} // namespace noma
} // namespace ns3
