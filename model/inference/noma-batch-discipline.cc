/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-batch-discipline.h"

#include "ns3/abort.h"
#include "ns3/fatal-error.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(BatchDiscipline);

namespace
{

/**
 * Sums of units are compared with this slack, relative to the total.
 */
constexpr double SLACK = 1e-9;

} // namespace

TypeId
BatchDiscipline::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::BatchDiscipline")
            .SetParent<EdgeDiscipline>()
            .SetGroupName("Noma")
            .AddConstructor<BatchDiscipline>()
            .AddAttribute("MaxBatch",
                          "Most tails of one network and cut that are served together.",
                          UintegerValue(8),
                          MakeUintegerAccessor(&BatchDiscipline::m_maxBatch),
                          MakeUintegerChecker<uint32_t>(1, 100000))
            .AddAttribute("TimeOut",
                          "Longest time that a tail waits for others while units are free; 0 "
                          "serves what is there.",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&BatchDiscipline::m_timeOut),
                          MakeTimeChecker(Seconds(0), Seconds(1000000)))
            .AddAttribute("Slowdown",
                          "Time of b tails together in times of one alone: 'linear:a' for "
                          "1+a(b-1), 'power:a' for b^a, or 'times:1,t2,t3' as measured, up to "
                          "MaxBatch.",
                          StringValue("linear:0.2"),
                          MakeStringAccessor(&BatchDiscipline::SetSlowdown,
                                             &BatchDiscipline::GetSlowdownText),
                          MakeStringChecker());
    return tid;
}

void
BatchDiscipline::SetSlowdown(std::string text)
{
    const auto colon = text.find(':');
    const std::string kind = text.substr(0, colon);
    std::vector<double> numbers;
    bool good = colon != std::string::npos;
    std::istringstream list(good ? text.substr(colon + 1) : "");
    for (std::string item; good && std::getline(list, item, ',');)
    {
        std::istringstream in(item);
        double value = 0;
        good = static_cast<bool>(in >> value) && in.eof() && std::isfinite(value);
        numbers.push_back(value);
    }
    const bool times = kind == "times";
    if (times)
    {
        good = good && !numbers.empty() && numbers[0] == 1 &&
               std::is_sorted(numbers.begin(), numbers.end());
    }
    else
    {
        good = good && (kind == "linear" || kind == "power") && numbers.size() == 1 &&
               numbers[0] >= 0 && numbers[0] <= 1;
    }
    if (!good)
    {
        NS_FATAL_ERROR("BatchDiscipline: Slowdown: '"
                       << text
                       << "' is not 'linear:a' or 'power:a' with a from 0 to 1, or 'times:1,...' "
                          "in ascending order");
    }
    m_text = text;
    m_growth = times ? Growth::TIMES : kind == "power" ? Growth::POWER : Growth::LINEAR;
    m_numbers = numbers;
}

std::string
BatchDiscipline::GetSlowdownText() const
{
    return m_text;
}

double
BatchDiscipline::GetSlowdown(uint32_t jobs) const
{
    switch (m_growth)
    {
    case Growth::LINEAR:
        return 1 + m_numbers[0] * (jobs - 1.0);
    case Growth::POWER:
        return std::pow(jobs, m_numbers[0]);
    default:
        NS_ABORT_MSG_IF(jobs > m_numbers.size(),
                        "BatchDiscipline: MaxBatch = " << m_maxBatch << ", and Slowdown lists "
                                                       << m_numbers.size() << " times");
        return m_numbers[jobs - 1];
    }
}

double
BatchDiscipline::KeepServed(const std::vector<EdgeJob*>& jobs)
{
    std::map<uint64_t, uint32_t> members;
    for (const auto* job : jobs)
    {
        members[job->batch] += job->units > 0 ? 1 : 0;
    }
    for (auto* job : jobs)
    {
        if (job->units > 0 && m_held.count(job->batch) == 0)
        {
            job->batch = ++m_batches; // it began under another discipline
            m_held[job->batch] = job->units;
            members[job->batch] = 1;
        }
    }
    double used = 0;
    for (auto held = m_held.begin(); held != m_held.end();)
    {
        const uint32_t n = members[held->first];
        used += n > 0 ? held->second : 0;
        held = n > 0 ? std::next(held) : m_held.erase(held);
    }
    // those that were taken back leave their share to the rest of the batch
    for (auto* job : jobs)
    {
        if (job->units > 0)
        {
            job->together = members[job->batch];
            job->units = m_held.at(job->batch) / job->together;
        }
    }
    return used;
}

void
BatchDiscipline::DoAssign(std::vector<EdgeJob*>& jobs, double total)
{
    double left = total - KeepServed(jobs);
    m_next = Time::Max();
    // waiting jobs by kind, kinds by their oldest job; a job of no kind is served alone
    std::vector<std::vector<EdgeJob*>> kinds;
    std::map<uint64_t, std::size_t> place;
    for (auto* job : jobs)
    {
        if (job->units > 0)
        {
            continue;
        }
        const auto at = job->kind == 0 ? place.end() : place.find(job->kind);
        if (at != place.end() && kinds[at->second].size() < m_maxBatch)
        {
            kinds[at->second].push_back(job);
            continue;
        }
        if (job->kind != 0)
        {
            place[job->kind] = kinds.size();
        }
        kinds.push_back({job});
    }
    for (const auto& batch : kinds)
    {
        const Time ready = batch[0]->arrival + m_timeOut;
        if (batch.size() < m_maxBatch && batch[0]->kind != 0 && ready > Simulator::Now())
        {
            m_next = std::min(m_next, ready);
            continue;
        }
        const double asked = std::min(batch[0]->asked, total);
        if (asked > left + SLACK * total)
        {
            break;
        }
        const double held = std::min(asked, left);
        left -= held;
        m_held[++m_batches] = held;
        for (auto* job : batch)
        {
            job->batch = m_batches;
            job->together = static_cast<uint32_t>(batch.size());
            job->units = held / job->together;
            job->factor = GetSlowdown(job->together);
        }
    }
}

Time
BatchDiscipline::DoGetNext() const
{
    return m_next;
}

} // namespace noma
} // namespace ns3
