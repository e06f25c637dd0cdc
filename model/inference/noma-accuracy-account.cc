/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-accuracy-account.h"

#include "ns3/noma-accuracy-floor.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

bool
AccuracyAccount::Counts(const User& user)
{
    return std::any_of(user.options.begin(), user.options.end(), [](const CutOption& o) {
        return o.exit > 0;
    });
}

double
AccuracyAccount::Required(const std::vector<User>& users,
                          const std::vector<double>& tasks,
                          double floor) const
{
    double count = 0;
    double most = 0;
    for (std::size_t i = 0; i < users.size(); ++i)
    {
        if (!Counts(users[i]))
        {
            continue;
        }
        count += tasks[i];
        most += tasks[i] * BestAccuracy(users[i]);
    }
    if (count == 0)
    {
        return 0;
    }
    const double surplus = m_sum - floor * m_tasks;
    return std::clamp(std::min(floor - surplus / count, most / count), 0.0, 1.0);
}

void
AccuracyAccount::Ask(const BuiltInstance& built, double floor, AllocatorOptions& options) const
{
    if (floor == 0)
    {
        return;
    }
    const auto& users = built.instance.users;
    std::vector<double> tasks(users.size(), 0);
    for (std::size_t i = 0; i < users.size(); ++i)
    {
        if (built.choosing[i] && Counts(users[i]))
        {
            tasks[i] = built.clients[i]->GetState().waiting;
        }
    }
    options.accuracyFloor = Required(users, tasks, floor);
    options.accuracyWeights = std::move(tasks);
}

void
AccuracyAccount::Book(const CutOption& option, double tasks)
{
    if (option.exit > 0)
    {
        m_tasks += tasks;
        m_sum += tasks * option.accuracy;
    }
}

double
AccuracyAccount::GetMean() const
{
    return m_tasks > 0 ? m_sum / m_tasks : 1.0;
}

} // namespace noma
} // namespace ns3
