/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-task-tracker.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iomanip>
#include <locale>
#include <numeric>
#include <sstream>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(TaskTracker);

namespace
{

/// Batches of the confidence interval.
constexpr std::size_t BATCHES = 20;

/// @param sorted ascending
/// @param q in [0, 1]
/// @returns quantile by linear interpolation
double
Quantile(const std::vector<double>& sorted, double q)
{
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

/// @param x independent values
/// @returns half width of the 95 % interval of the mean
double
HalfWidth(const std::vector<double>& x)
{
    const auto n = static_cast<double>(x.size());
    if (x.size() < 2)
    {
        return 0;
    }
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
    double squares = 0;
    for (double v : x)
    {
        squares += (v - mean) * (v - mean);
    }
    const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
    return t * std::sqrt(squares / (n - 1) / n);
}

/// Adds a / n to sum, stage by stage. @param sum sum @param a stages @param n divisor
void
AddStages(Stages& sum, const Stages& a, double n)
{
    sum.device += a.device / n;
    sum.up += a.up / n;
    sum.edge += a.edge / n;
    sum.down += a.down / n;
}

} // namespace

SampleSummary
SampleSummary::Of(const std::vector<double>& values)
{
    SampleSummary s;
    s.count = values.size();
    if (values.empty())
    {
        return s;
    }
    s.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(s.count);
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    s.median = Quantile(sorted, 0.5);
    s.p95 = Quantile(sorted, 0.95);
    s.p99 = Quantile(sorted, 0.99);
    s.max = sorted.back();
    if (values.size() < 2 * BATCHES)
    {
        s.halfWidth = HalfWidth(values);
        return s;
    }
    std::vector<double> means;
    for (std::size_t b = 0; b < BATCHES; ++b)
    {
        const std::size_t begin = b * values.size() / BATCHES;
        const std::size_t end = (b + 1) * values.size() / BATCHES;
        const double sum = std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                           values.begin() + static_cast<std::ptrdiff_t>(end),
                                           0.0);
        means.push_back(sum / static_cast<double>(end - begin));
    }
    s.halfWidth = HalfWidth(means);
    return s;
}

TypeId
TaskTracker::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::TaskTracker")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<TaskTracker>();
    return tid;
}

void
TaskTracker::DoDispose()
{
    m_clients.clear();
    Object::DoDispose();
}

void
TaskTracker::Track(Ptr<SplitInferenceClient> client)
{
    m_clients.push_back(client);
    client->TraceConnectWithoutContext("Created", MakeCallback(&TaskTracker::OnCreated, this));
    client->TraceConnectWithoutContext("Closed", MakeCallback(&TaskTracker::OnClosed, this));
}

void
TaskTracker::OnCreated(const TaskRecord& record)
{
    ++m_created;
    m_open.emplace(std::make_pair(record.user, record.task), record.created);
}

void
TaskTracker::OnClosed(const TaskRecord& record)
{
    m_strays += 1 - m_open.erase({record.user, record.task});
    ++m_outcomes[static_cast<std::size_t>(record.failure)];
    m_records.push_back(record);
}

const std::vector<TaskRecord>&
TaskTracker::GetRecords() const
{
    return m_records;
}

uint64_t
TaskTracker::GetCreated() const
{
    return m_created;
}

uint64_t
TaskTracker::GetCompleted() const
{
    return m_outcomes[0];
}

uint64_t
TaskTracker::GetFailed(TaskFailure failure) const
{
    return failure == TaskFailure::NONE ? 0 : m_outcomes[static_cast<std::size_t>(failure)];
}

uint64_t
TaskTracker::GetFailed() const
{
    return std::accumulate(m_outcomes.begin() + 1, m_outcomes.end(), uint64_t(0));
}

uint64_t
TaskTracker::GetInFlight() const
{
    return m_open.size();
}

std::string
TaskTracker::Check() const
{
    std::ostringstream os;
    if (m_created != GetCompleted() + GetFailed() + GetInFlight() || m_strays > 0)
    {
        os << m_created << " tasks created, " << GetCompleted() << " completed, " << GetFailed()
           << " failed, " << GetInFlight() << " in flight, " << m_strays << " closed twice; ";
    }
    uint64_t created = 0;
    uint64_t open = 0;
    for (const auto& client : m_clients)
    {
        created += client->GetCreated();
        open += client->GetOpen();
    }
    if (created != m_created || open != GetInFlight())
    {
        os << "the clients say " << created << " created and " << open << " in flight; ";
    }
    for (const auto& r : m_records)
    {
        const bool ordered =
            !r.IsCompleted() ||
            (r.created <= r.chosen && r.chosen <= r.deviceStart && r.deviceStart <= r.deviceEnd &&
             (IsDeviceOnly(r.option) || (r.deviceEnd <= r.upEnd && r.upEnd <= r.edgeStart &&
                                         r.edgeStart <= r.edgeEnd && r.edgeEnd <= r.closed)));
        const double sum = r.IsCompleted() ? r.DelayByStage().Total() : r.Delay().GetSeconds();
        if (!ordered || !(std::abs(sum - r.Delay().GetSeconds()) < 1e-9))
        {
            os << "user " << r.user << " task " << r.task << ": stages add up to " << sum
               << " s of " << r.Delay().GetSeconds() << " s; ";
            break;
        }
    }
    return os.str();
}

TaskSummary
TaskTracker::Summarize(Time from) const
{
    TaskSummary s;
    std::vector<double> delay;
    std::vector<double> energy;
    std::vector<double> utility;
    for (const auto& [key, created] : m_open)
    {
        s.inFlight += created >= from;
    }
    std::vector<const TaskRecord*> completed;
    for (const auto& r : m_records)
    {
        if (r.created < from)
        {
            continue;
        }
        s.withDeadline += !r.deadline.IsZero();
        s.deadlineMisses += r.MissedDeadline();
        ++s.failures[static_cast<std::size_t>(r.failure)];
        if (r.failure != TaskFailure::NONE)
        {
            ++s.failed;
            s.failedEnergyJ += r.energy.Total();
            continue;
        }
        ++s.completed;
        completed.push_back(&r);
        ++s.cuts[r.model][r.cut];
        if (r.option.exit > 0)
        {
            ExitSummary& exit = s.exits[r.model][r.option.exit];
            ++exit.completed;
            exit.accuracySum += r.option.accuracy;
        }
    }
    s.failures[0] = 0;
    s.created = s.completed + s.failed + s.inFlight;
    const auto n = static_cast<double>(completed.size());
    for (const auto* r : completed)
    {
        delay.push_back(r->Delay().GetSeconds());
        energy.push_back(r->energy.Total());
        utility.push_back(r->Utility());
        s.meanDeadlineCost += r->DeadlineCost() / n;
        AddStages(s.meanDelay, r->DelayByStage(), n);
        AddStages(s.meanEnergy, r->energy, n);
        s.meanChoiceWait += r->ChoiceWait() / n;
        s.meanDeviceWait += r->DeviceWait() / n;
        s.meanEdgeWait += !IsDeviceOnly(r->option) ? r->EdgeWait() / n : 0;
    }
    s.delay = SampleSummary::Of(delay);
    s.energy = SampleSummary::Of(energy);
    s.utility = SampleSummary::Of(utility);
    return s;
}

double
TaskSummary::GetMeanAccuracy() const
{
    uint64_t tasks = 0;
    double sum = 0;
    for (const auto& [model, byExit] : exits)
    {
        for (const auto& [exit, all] : byExit)
        {
            tasks += all.completed;
            sum += all.accuracySum;
        }
    }
    return tasks > 0 ? sum / static_cast<double>(tasks) : 1.0;
}

void
TaskSummary::Print(std::ostream& stream) const
{
    std::ostringstream os;
    os.imbue(std::locale::classic());
    os << std::setprecision(4);
    os << "tasks    created " << created << "  completed " << completed << "  failed " << failed
       << "  in flight " << inFlight << "\n";
    for (std::size_t f = 1; f < TASK_FAILURES; ++f)
    {
        if (failures[f] > 0)
        {
            os << "         failed: " << TaskFailureName(static_cast<TaskFailure>(f)) << " "
               << failures[f] << "\n";
        }
    }
    if (withDeadline > 0)
    {
        os << "         deadline missed by " << deadlineMisses << " of " << withDeadline << "\n";
    }
    const auto line = [&os](const char* name, const SampleSummary& s, const char* unit) {
        os << name << "mean " << s.mean << " +- " << s.halfWidth << " " << unit << "  median "
           << s.median << "  p95 " << s.p95 << "  p99 " << s.p99 << "  max " << s.max << "\n";
    };
    line("delay    ", delay, "s");
    line("energy   ", energy, "J");
    line("utility  ", utility, "");
    const auto stages = [&os](const char* name, const Stages& s, const char* unit) {
        os << name << "device " << s.device << "  up " << s.up << "  edge " << s.edge << "  down "
           << s.down << " " << unit << "\n";
    };
    stages("delay by stage   ", meanDelay, "s");
    os << "   of which waits: choice " << meanChoiceWait << "  processor " << meanDeviceWait
       << "  edge units " << meanEdgeWait << " s\n";
    stages("energy by stage  ", meanEnergy, "J");
    for (const auto& [model, byCut] : cuts)
    {
        os << "cuts of " << model << ":";
        for (const auto& [cut, count] : byCut)
        {
            os << "  " << cut << ": " << count;
        }
        os << "\n";
    }
    if (!exits.empty())
    {
        os << "accuracy mean " << GetMeanAccuracy() << "\n";
    }
    for (const auto& [model, byExit] : exits)
    {
        os << "exits of " << model << ":";
        for (const auto& [exit, all] : byExit)
        {
            os << "  " << exit << ": " << all.completed << " (accuracy "
               << all.accuracySum / static_cast<double>(all.completed) << ")";
        }
        os << "\n";
    }
    stream << os.str();
}

void
TaskTracker::WriteCsv(std::ostream& stream,
                      const std::vector<std::pair<std::string, std::string>>& parameters) const
{
    std::ostringstream os;
    os.imbue(std::locale::classic());
    for (const auto& [name, value] : parameters)
    {
        os << "# " << name << " = " << value << "\n";
    }
    os << "user,task,model,images,cut,cuts,outcome,stage,created,chosen,deviceStart,deviceEnd,"
          "upEnd,edgeStart,edgeEnd,closed,deadline,delay,energyDevice,energyUp,energyEdge,"
          "energyDown,units,delayWeight,deadlineWeight,deadlineCost,utility,retransmittedBytes,"
          "predictedSeconds,predictedJoules,exit,featureBits,accuracy\n";
    const auto seconds = [](Time t) {
        std::ostringstream text;
        const int64_t ns = t.GetNanoSeconds();
        text << ns / 1000000000 << "." << std::setw(9) << std::setfill('0') << ns % 1000000000;
        return text.str();
    };
    os << std::setprecision(12);
    for (const auto& r : m_records)
    {
        os << r.user << "," << r.task << "," << r.model << "," << r.images << ",";
        if (r.dispatched)
        {
            os << r.cut;
        }
        os << "," << r.cuts << ","
           << (r.failure == TaskFailure::NONE ? "completed" : TaskFailureName(r.failure)) << ","
           << TaskStageName(r.stage);
        for (const Time& t : {r.created,
                              r.chosen,
                              r.deviceStart,
                              r.deviceEnd,
                              r.upEnd,
                              r.edgeStart,
                              r.edgeEnd,
                              r.closed,
                              r.deadline,
                              r.Delay()})
        {
            os << "," << seconds(t);
        }
        os << "," << r.energy.device << "," << r.energy.up << "," << r.energy.edge << ","
           << r.energy.down << "," << r.units << "," << r.delayWeight << "," << r.deadlineWeight
           << "," << r.DeadlineCost() << "," << r.Utility() << "," << r.retransmittedBytes << ","
           << r.forecast.seconds << "," << r.forecast.joules;
        if (r.dispatched && r.option.exit > 0)
        {
            os << "," << r.option.exit << "," << r.option.featureBits << "," << r.option.accuracy;
        }
        else
        {
            os << ",,,";
        }
        os << "\n";
    }
    stream << os.str();
}

} // namespace noma
} // namespace ns3
