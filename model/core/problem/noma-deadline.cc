/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-deadline.h"

#include "noma-math.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// @param user the user
/// @param delay delay (s)
/// @param [out] late whether it is beyond
/// @returns e^-|z| with z how far the delay is beyond the deadline
double
Decay(const User& user, double delay, bool& late)
{
    const double z = (delay - user.deadlineSeconds) / DeadlineScale(user);
    late = z > 0;
    return math::Exp(late ? -z : z);
}

} // namespace

double
DeadlineScale(const User& user)
{
    return user.deadlineScale > 0 ? user.deadlineScale : DEADLINE_SOFTNESS * user.deadlineSeconds;
}

double
DeadlineCost(const User& user, double delay)
{
    if (user.wQ == 0)
    {
        return 0;
    }
    bool late = false;
    const double e = Decay(user, delay, late);
    return user.wQ * (late ? 1 : e) / (1 + e);
}

double
DeadlinePrice(const User& user, double delay)
{
    if (user.wQ == 0)
    {
        return 0;
    }
    bool late = false;
    const double e = Decay(user, delay, late);
    return user.wQ * e / ((1 + e) * (1 + e)) / DeadlineScale(user);
}

double
DelayPrice(const User& user, double delay)
{
    return user.wT / user.delayScale + DeadlinePrice(user, delay);
}

double
Utility(const User& user, double delay, double energy)
{
    return math::TimesOrZero(user.wT, delay) / user.delayScale +
           math::TimesOrZero(user.wE, energy) / user.energyScale + DeadlineCost(user, delay);
}

bool
HasDeadlines(const Instance& instance)
{
    return std::any_of(instance.users.begin(), instance.users.end(), [](const User& user) {
        return user.wQ > 0;
    });
}

Instance
PriceDeadlines(const Instance& instance, const std::vector<double>& price)
{
    Instance priced = instance;
    for (std::size_t i = 0; i < priced.users.size(); ++i)
    {
        User& user = priced.users[i];
        user.wQ = 0;
        const double perSecond = user.wT / user.delayScale + price[i];
        const double perJoule = user.wE / user.energyScale;
        if (price[i] == 0 || !(perSecond > 0))
        {
            continue;
        }
        // any weights with sum 1 do, since the scales carry the prices; a user who cares for one
        // thing only keeps doing so
        user.wT = perJoule > 0 ? 0.5 : 1.0;
        user.wE = 1 - user.wT;
        user.delayScale = user.wT / perSecond;
        user.energyScale = perJoule > 0 ? user.wE / perJoule : 1.0;
    }
    return priced;
}

} // namespace noma
} // namespace ns3
