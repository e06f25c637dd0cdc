/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-served-in-order.h"

#include "ns3/noma-deadline.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

/// @param link radio of a user @returns the sum of its shares
double
SharesOf(const LinkDecision& link)
{
    return std::accumulate(link.shares.begin(),
                           link.shares.end(),
                           0.0,
                           [](double sum, const Share& share) { return sum + share.share; });
}

/**
 * Lets the users of a plan send one after the other in one direction.
 *
 * @param instance the instance
 * @param decision the decision
 * @param d direction
 * @param stage the stage of it
 * @param ready when data exist, by user (s)
 * @param [in,out] users of the plan, delays and energies in order afterwards
 */
void
SendInOrder(const Instance& instance,
            const Decision& decision,
            Direction d,
            double Stages::*stage,
            const std::vector<double>& ready,
            std::vector<UserEvaluation>& users)
{
    std::vector<std::size_t> order;
    std::vector<double> work(users.size(), 0); // time on the air (s)
    for (std::size_t i = 0; i < users.size(); ++i)
    {
        work[i] = SharesOf(decision.users[i].link[d]) * users[i].delay.*stage;
        if (work[i] > 0 && std::isfinite(work[i]))
        {
            order.push_back(i);
        }
    }
    const auto weight = [&](std::size_t i) {
        return instance.users[i].wT / instance.users[i].delayScale;
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        return work[i] * weight(j) < work[j] * weight(i);
    });
    const std::size_t places = instance.maxSuperposed;
    std::vector<double> free(instance.GetAps() * instance.subchannels * places, 0);
    for (std::size_t i : order)
    {
        double now = ready[i];
        double waited = 0;
        for (const Share& share : decision.users[i].link[d].shares)
        {
            const auto first =
                free.begin() +
                (instance.users[i].ap * instance.subchannels + share.subchannel) * places;
            const auto place = std::min_element(first, first + places);
            const double sending = share.share * users[i].delay.*stage;
            waited += std::max(0.0, *place - now);
            now = std::max(*place, now) + sending;
            *place = now;
        }
        users[i].delay.*stage = waited + work[i];
        users[i].energy.*stage = decision.users[i].link[d].powerW * work[i];
    }
}

} // namespace

Evaluation
EvaluateInOrder(const Instance& instance, const Decision& decision)
{
    Evaluation plan = EvaluateTurns(instance, decision);
    if (decision.IsIntegral())
    {
        return plan;
    }
    std::vector<double> ready;
    for (const UserEvaluation& user : plan.users)
    {
        ready.push_back(user.delay.device);
    }
    SendInOrder(instance, decision, UPLINK, &Stages::up, ready, plan.users);
    for (std::size_t i = 0; i < ready.size(); ++i)
    {
        ready[i] += plan.users[i].delay.up + plan.users[i].delay.edge;
    }
    SendInOrder(instance, decision, DOWNLINK, &Stages::down, ready, plan.users);
    plan.gamma = 0;
    for (std::size_t i = 0; i < ready.size(); ++i)
    {
        UserEvaluation& user = plan.users[i];
        user.deadlineCost = DeadlineCost(instance.users[i], user.delay.Total());
        user.utility = Utility(instance.users[i], user.delay.Total(), user.energy.Total());
        plan.gamma += user.utility;
    }
    return plan;
}

} // namespace noma
} // namespace ns3
