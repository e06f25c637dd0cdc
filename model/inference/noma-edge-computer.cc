/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-edge-computer.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/fatal-error.h"
#include "ns3/log.h"
#include "ns3/noma-lambda-text.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaEdgeComputer");
NS_OBJECT_ENSURE_REGISTERED(EdgeComputer);

namespace
{

/// Work that takes longer than a simulation's clock can count does not end (s).
constexpr double NEVER_S = 4e9;

} // namespace

TypeId
EdgeComputer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::EdgeComputer")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<EdgeComputer>()
            .AddAttribute("Units",
                          "Compute units in all, R_n.",
                          DoubleValue(16.0),
                          MakeDoubleAccessor(&EdgeComputer::m_units),
                          MakeDoubleChecker<double>(1e-6, 1e12))
            .AddAttribute("ClockHz",
                          "Clock of one compute unit (Hz).",
                          DoubleValue(2e9),
                          MakeDoubleAccessor(&EdgeComputer::m_clockHz),
                          MakeDoubleChecker<double>(1.0, 1e15))
            .AddAttribute("FlopPerCycle",
                          "Floating point operations per cycle of one compute unit.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&EdgeComputer::m_flopPerCycle),
                          MakeDoubleChecker<double>(1e-6, 1e12))
            .AddAttribute("Kappa",
                          "Effective switched capacitance (W/Hz^3).",
                          DoubleValue(1e-28),
                          MakeDoubleAccessor(&EdgeComputer::m_kappa),
                          MakeDoubleChecker<double>(0.0, 1e12))
            .AddAttribute("IdlePowerW",
                          "Power of the server whether or not it serves jobs, booked on none (W).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&EdgeComputer::m_idlePowerW),
                          MakeDoubleChecker<double>(0.0, 1e12))
            .AddAttribute("CircuitPowerW",
                          "Circuit power of the server while it serves jobs, booked on them in "
                          "equal parts (W); the paper's 50 dBm are 100 W.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&EdgeComputer::m_circuitPowerW),
                          MakeDoubleChecker<double>(0.0, 1e12))
            .AddAttribute(
                "Lambda",
                "Speed-up of r units over one: 'linear', 'power:a' (r^a) or 'amdahl:f' "
                "(1/((1-f)+f/r)); SetLambda() takes measured tables.",
                StringValue("linear"),
                MakeStringAccessor(&EdgeComputer::SetLambdaText, &EdgeComputer::GetLambdaText),
                MakeStringChecker())
            .AddAttribute("Discipline",
                          "Hands the units to jobs: FifoDiscipline, ShortestFirstDiscipline, "
                          "SharingDiscipline, BatchDiscipline or your own.",
                          StringValue("ns3::noma::FifoDiscipline"),
                          MakePointerAccessor(&EdgeComputer::m_discipline),
                          MakePointerChecker<EdgeDiscipline>())
            .AddAttribute(
                "TimeSpread",
                "Relative standard deviation of computing times, drawn per job from a "
                "lognormal distribution whose mean is what the work takes; 0 = none.",
                DoubleValue(0.0),
                MakeDoubleAccessor(&EdgeComputer::SetTimeSpread, &EdgeComputer::GetTimeSpread),
                MakeDoubleChecker<double>(0.0, 10.0))
            .AddTraceSource("Waiting",
                            "Jobs waiting for units.",
                            MakeTraceSourceAccessor(&EdgeComputer::m_waiting),
                            "ns3::TracedValueCallback::Uint32")
            .AddTraceSource("UnitsInUse",
                            "Units held by jobs.",
                            MakeTraceSourceAccessor(&EdgeComputer::m_inUse),
                            "ns3::TracedValueCallback::Double");
    return tid;
}

EdgeComputer::EdgeComputer()
{
    NS_LOG_FUNCTION(this);
}

EdgeComputer::~EdgeComputer()
{
    NS_LOG_FUNCTION(this);
}

void
EdgeComputer::DoInitialize()
{
    if (m_model)
    {
        m_model->SetPowerW(TotalPowerW());
    }
    Object::DoInitialize();
}

void
EdgeComputer::DoDispose()
{
    m_event.Cancel();
    m_jobs.clear();
    m_discipline = nullptr;
    m_model = nullptr;
    Object::DoDispose();
}

void
EdgeComputer::SetLambda(const Lambda& lambda)
{
    Progress();
    m_lambda = lambda;
    Reassign();
}

void
EdgeComputer::SetLambdaText(std::string text)
{
    try
    {
        SetLambda(ParseLambda(text));
    }
    catch (const std::invalid_argument& e)
    {
        NS_FATAL_ERROR("EdgeComputer: " << e.what());
    }
}

std::string
EdgeComputer::GetLambdaText() const
{
    return FormatLambda(m_lambda);
}

EdgeServer
EdgeComputer::GetDescription() const
{
    EdgeServer e;
    e.units = m_units;
    e.clockHz = m_clockHz;
    e.flopPerCycle = m_flopPerCycle;
    e.kappa = m_kappa;
    e.lambda = m_lambda;
    return e;
}

double
EdgeComputer::Speed(double units) const
{
    const double unit = m_clockHz * m_flopPerCycle;
    return units >= 1 ? m_lambda.Speedup(units) * unit : units * m_lambda.Speedup(1) * unit;
}

double
EdgeComputer::PowerW(double units) const
{
    if (units <= 0)
    {
        return 0;
    }
    // below one unit: that unit's power for a share of the time
    const double lambda = m_lambda.Speedup(std::max(units, 1.0));
    return std::min(units, 1.0) * m_kappa * std::pow(lambda * m_clockHz, 3);
}

double
EdgeComputer::JobSpeed(const EdgeJob& job) const
{
    return Speed(job.units * job.together) / job.factor;
}

double
EdgeComputer::JobPowerW(const EdgeJob& job) const
{
    return PowerW(job.units * job.together) / job.together;
}

std::vector<EdgeComputer::Job>::iterator
EdgeComputer::Find(uint64_t job)
{
    return std::find_if(m_jobs.begin(), m_jobs.end(), [job](const Job& j) {
        return j.view.id == job;
    });
}

void
EdgeComputer::SetTimeSpread(double spread)
{
    m_spread.Set(spread);
}

double
EdgeComputer::GetTimeSpread() const
{
    return m_spread.Get();
}

int64_t
EdgeComputer::AssignStreams(int64_t stream)
{
    return m_spread.AssignStreams(stream);
}

uint64_t
EdgeComputer::Submit(double flops, double units, double weight, DoneCallback done, uint64_t kind)
{
    NS_LOG_FUNCTION(this << flops << units << weight);
    NS_ABORT_MSG_IF(!std::isfinite(flops) || flops < 0,
                    "EdgeComputer::Submit: flops = " << flops << ", must be finite and >= 0");
    NS_ABORT_MSG_IF(!(units > 0), "EdgeComputer::Submit: units = " << units << ", must be > 0");
    Progress();
    Job job;
    job.view.id = m_next++;
    job.view.flops = flops;
    job.view.asked = units;
    job.view.weight = weight;
    job.view.kind = kind;
    job.view.arrival = Simulator::Now();
    job.done = std::move(done);
    m_jobs.push_back(std::move(job));
    const uint64_t id = m_jobs.back().view.id;
    Reassign();
    return id;
}

double
EdgeComputer::Cancel(uint64_t job)
{
    NS_LOG_FUNCTION(this << job);
    Progress();
    auto it = Find(job);
    if (it == m_jobs.end())
    {
        return 0;
    }
    const double spent = it->spentJ;
    m_energyJ += spent;
    m_jobs.erase(it);
    Reassign();
    return spent;
}

void
EdgeComputer::SetUnits(uint64_t job, double units)
{
    NS_ABORT_MSG_IF(!(units > 0), "EdgeComputer::SetUnits: units = " << units << ", must be > 0");
    auto it = Find(job);
    if (it == m_jobs.end() || it->view.asked == units)
    {
        return;
    }
    Progress();
    it->view.asked = units;
    Reassign();
}

void
EdgeComputer::Clear()
{
    NS_LOG_FUNCTION(this);
    Progress();
    for (const auto& job : m_jobs)
    {
        m_energyJ += job.spentJ;
    }
    m_jobs.clear();
    Reassign();
}

double
EdgeComputer::GetRemainingFlops(uint64_t job)
{
    Progress();
    auto it = Find(job);
    return it == m_jobs.end() ? 0 : it->view.flops;
}

Time
EdgeComputer::GetStart(uint64_t job)
{
    const auto it = Find(job);
    return it != m_jobs.end() && it->started ? it->start : Simulator::Now();
}

double
EdgeComputer::GetUnits(uint64_t job) const
{
    for (const auto& j : m_jobs)
    {
        if (j.view.id == job)
        {
            return j.view.units;
        }
    }
    return 0;
}

uint32_t
EdgeComputer::GetServed() const
{
    return static_cast<uint32_t>(m_jobs.size()) - m_waiting;
}

uint32_t
EdgeComputer::GetWaiting() const
{
    return m_waiting;
}

double
EdgeComputer::GetUnitsInUse() const
{
    return m_inUse;
}

double
EdgeComputer::GetEnergyJ()
{
    Progress();
    double sum = m_energyJ;
    for (const auto& job : m_jobs)
    {
        sum += job.spentJ;
    }
    return sum;
}

void
EdgeComputer::Progress()
{
    const Time now = Simulator::Now();
    const double dt = (now - m_last).GetSeconds();
    m_last = now;
    if (dt <= 0)
    {
        return;
    }
    const double circuitJ = GetServed() > 0 ? dt * m_circuitPowerW / GetServed() : 0.0;
    for (auto& job : m_jobs)
    {
        if (job.view.units > 0)
        {
            const double speed = JobSpeed(job.view);
            const double done = std::min(job.view.flops, dt * speed);
            job.view.flops -= done;
            job.spentJ += JobPowerW(job.view) * done / speed + circuitJ;
        }
    }
}

void
EdgeComputer::Reassign()
{
    if (!m_discipline)
    {
        return; // during construction
    }
    std::vector<EdgeJob*> views;
    views.reserve(m_jobs.size());
    for (auto& job : m_jobs)
    {
        views.push_back(&job.view);
    }
    m_discipline->Assign(views, m_units);

    m_event.Cancel();
    double next = std::numeric_limits<double>::infinity();
    uint32_t waiting = 0;
    double inUse = 0;
    std::map<uint64_t, double> factors;
    for (auto& job : m_jobs)
    {
        if (job.view.units <= 0)
        {
            ++waiting;
            continue;
        }
        if (!job.started)
        {
            job.started = true;
            job.start = Simulator::Now();
            // jobs of a batch take the same time
            const bool alone = job.view.batch == 0;
            const auto drawn = alone ? factors.end() : factors.find(job.view.batch);
            const double factor = drawn == factors.end() ? m_spread.Draw() : drawn->second;
            if (!alone)
            {
                factors[job.view.batch] = factor;
            }
            job.view.flops *= factor;
        }
        inUse += job.view.units;
        next = std::min(next, job.view.flops / JobSpeed(job.view));
    }
    const Time again = m_discipline->GetNext();
    if (waiting > 0 && again != Time::Max())
    {
        next = std::min(next, std::max(0.0, (again - Simulator::Now()).GetSeconds()));
    }
    m_waiting = waiting;
    m_inUse = inUse;
    if (next < NEVER_S)
    {
        // rounded up to the clock's resolution, so that the work is done when the event comes
        m_event = Simulator::Schedule(NanoSeconds(static_cast<int64_t>(std::ceil(next * 1e9))),
                                      &EdgeComputer::Complete,
                                      this);
    }
    if (m_model && m_model->GetPowerW() != TotalPowerW())
    {
        m_model->Update();
        m_model->SetPowerW(TotalPowerW());
    }
}

void
EdgeComputer::Complete()
{
    Progress();
    std::vector<Job> finished;
    for (auto it = m_jobs.begin(); it != m_jobs.end();)
    {
        // less than a nanosecond's work is rounding
        if (it->view.units > 0 && it->view.flops <= JobSpeed(it->view) * 1e-9)
        {
            finished.push_back(std::move(*it));
            it = m_jobs.erase(it);
        }
        else
        {
            ++it;
        }
    }
    Reassign();
    for (const auto& job : finished)
    {
        m_energyJ += job.spentJ;
        ComputeResult result;
        result.start = job.start;
        result.end = Simulator::Now();
        result.energyJ = job.spentJ;
        job.done(result);
    }
}

double
EdgeComputer::TotalPowerW() const
{
    double sum = m_idlePowerW + (GetServed() > 0 ? m_circuitPowerW : 0.0);
    for (const auto& job : m_jobs)
    {
        sum += job.view.units > 0 ? JobPowerW(job.view) : 0.0;
    }
    return sum;
}

void
EdgeComputer::SetEnergyModel(Ptr<ComputeEnergyModel> model)
{
    m_model = model;
    if (m_model)
    {
        m_model->SetPowerW(TotalPowerW());
    }
}

Ptr<ComputeEnergyModel>
EdgeComputer::GetEnergyModel() const
{
    return m_model;
}

} // namespace noma
} // namespace ns3
