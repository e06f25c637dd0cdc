/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-edge-discipline.h"

#include "ns3/abort.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(EdgeDiscipline);
NS_OBJECT_ENSURE_REGISTERED(FifoDiscipline);
NS_OBJECT_ENSURE_REGISTERED(ShortestFirstDiscipline);
NS_OBJECT_ENSURE_REGISTERED(SharingDiscipline);

namespace
{

/**
 * Sums of units are compared with this slack, relative to the total.
 */
constexpr double SLACK = 1e-9;

/**
 * Lets jobs in service keep their units or move towards what they ask for.
 *
 * @param jobs all jobs
 * @param total units there are
 * @returns units left free
 */
double
KeepServed(const std::vector<EdgeJob*>& jobs, double total)
{
    double used = 0;
    for (const auto* job : jobs)
    {
        // shrinking frees units at once
        used += std::min(job->units, std::min(job->asked, total));
    }
    double left = total - used;
    for (auto* job : jobs)
    {
        if (job->units <= 0)
        {
            continue;
        }
        const double asked = std::min(job->asked, total);
        const double kept = std::min(job->units, asked);
        const double more = std::min(asked - kept, std::max(left, 0.0));
        job->units = kept + more;
        left -= more;
    }
    return left;
}

/**
 * Serves waiting jobs in the given order until one does not fit.
 *
 * @param waiting waiting jobs
 * @param left units free
 * @param total units there are
 */
void
ServeInOrder(const std::vector<EdgeJob*>& waiting, double left, double total)
{
    for (auto* job : waiting)
    {
        const double asked = std::min(job->asked, total);
        if (asked > left + SLACK * total)
        {
            break;
        }
        job->units = std::min(asked, left);
        left -= job->units;
    }
}

/// @param jobs all jobs
/// @returns the jobs without units, in order of arrival
std::vector<EdgeJob*>
Waiting(const std::vector<EdgeJob*>& jobs)
{
    std::vector<EdgeJob*> waiting;
    std::copy_if(jobs.begin(), jobs.end(), std::back_inserter(waiting), [](const EdgeJob* job) {
        return job->units <= 0;
    });
    return waiting;
}

} // namespace

TypeId
EdgeDiscipline::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::EdgeDiscipline").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

void
EdgeDiscipline::Assign(std::vector<EdgeJob*>& jobs, double total)
{
    DoAssign(jobs, total);
    double sum = 0;
    for (const auto* job : jobs)
    {
        NS_ABORT_MSG_IF(!(job->units >= 0),
                        "EdgeDiscipline: units = " << job->units << ", must be >= 0");
        sum += job->units;
    }
    NS_ABORT_MSG_IF(sum > total * (1 + 1e-6),
                    "EdgeDiscipline: " << sum << " units handed out, there are " << total);
}

Time
EdgeDiscipline::GetNext() const
{
    return DoGetNext();
}

Time
EdgeDiscipline::DoGetNext() const
{
    return Time::Max();
}

TypeId
FifoDiscipline::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::FifoDiscipline")
                            .SetParent<EdgeDiscipline>()
                            .SetGroupName("Noma")
                            .AddConstructor<FifoDiscipline>();
    return tid;
}

void
FifoDiscipline::DoAssign(std::vector<EdgeJob*>& jobs, double total)
{
    const double left = KeepServed(jobs, total);
    ServeInOrder(Waiting(jobs), left, total);
}

TypeId
ShortestFirstDiscipline::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::ShortestFirstDiscipline")
                            .SetParent<EdgeDiscipline>()
                            .SetGroupName("Noma")
                            .AddConstructor<ShortestFirstDiscipline>();
    return tid;
}

void
ShortestFirstDiscipline::DoAssign(std::vector<EdgeJob*>& jobs, double total)
{
    const double left = KeepServed(jobs, total);
    auto waiting = Waiting(jobs);
    std::stable_sort(waiting.begin(), waiting.end(), [](const EdgeJob* a, const EdgeJob* b) {
        return a->flops * b->weight < b->flops * a->weight;
    });
    ServeInOrder(waiting, left, total);
}

TypeId
SharingDiscipline::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::SharingDiscipline")
                            .SetParent<EdgeDiscipline>()
                            .SetGroupName("Noma")
                            .AddConstructor<SharingDiscipline>();
    return tid;
}

void
SharingDiscipline::DoAssign(std::vector<EdgeJob*>& jobs, double total)
{
    for (auto* job : jobs)
    {
        job->units = total / static_cast<double>(jobs.size());
    }
}

} // namespace noma
} // namespace ns3
