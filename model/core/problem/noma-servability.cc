/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-servability.h"

#include "noma-units.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * Scales what users have above their minimum so that the sum fits.
 *
 * @param least minimum of each
 * @param most what is there to share
 * @param [in,out] value what each has; at most the minima if these already exceed @p most
 */
void
Fit(const std::vector<double>& least, double most, std::vector<double*>& value)
{
    double floor = 0;
    double above = 0;
    for (std::size_t k = 0; k < value.size(); ++k)
    {
        floor += least[k];
        above += *value[k] - least[k];
    }
    if (floor + above <= most || above <= 0)
    {
        return;
    }
    // a hair less, so that rounding errors stay below the bound
    const double room = std::max(0.0, (most - floor) * (1 - 1e-12));
    for (std::size_t k = 0; k < value.size(); ++k)
    {
        *value[k] = least[k] + room * ((*value[k] - least[k]) / above);
    }
}

} // namespace

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

void
FitSums(const Instance& instance, Decision& decision)
{
    const auto cells = UsersByAp(instance);
    for (uint32_t n = 0; n < cells.size(); ++n)
    {
        std::vector<double> least;
        std::vector<double*> value;
        for (uint32_t i : cells[n])
        {
            if (UsesEdge(instance.users[i].options[decision.users[i].option]))
            {
                least.push_back(instance.users[i].units.min);
                value.push_back(&decision.users[i].units);
            }
        }
        Fit(least, instance.edges[n].units, value);
        if (!std::isfinite(instance.apPowerBudgetW))
        {
            continue;
        }
        // the budget counts shares times powers
        std::vector<double> sent;
        std::vector<double> share;
        std::vector<uint32_t> users;
        least.clear();
        for (uint32_t i : cells[n])
        {
            const LinkDecision& link = decision.users[i].link.down;
            double sum = 0;
            for (const Share& s : link.shares)
            {
                sum += s.share;
            }
            if (sum > 0)
            {
                users.push_back(i);
                share.push_back(sum);
                sent.push_back(sum * link.powerW);
                least.push_back(sum * instance.users[i].powerW.down.min);
            }
        }
        value.clear();
        for (double& s : sent)
        {
            value.push_back(&s);
        }
        Fit(least, instance.apPowerBudgetW, value);
        for (std::size_t k = 0; k < users.size(); ++k)
        {
            const Interval& bounds = instance.users[users[k]].powerW.down;
            decision.users[users[k]].link.down.powerW =
                std::clamp(sent[k] / share[k], std::max(bounds.min, LEAST_POWER_W), bounds.max);
        }
    }
}

} // namespace noma
} // namespace ns3
