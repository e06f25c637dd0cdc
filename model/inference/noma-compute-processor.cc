/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-compute-processor.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/trace-source-accessor.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaComputeProcessor");
NS_OBJECT_ENSURE_REGISTERED(ComputeProcessor);

namespace
{

/// Work that takes longer than a simulation's clock can count does not end (s).
constexpr double NEVER_S = 4e9;

} // namespace

TypeId
ComputeProcessor::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::ComputeProcessor")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<ComputeProcessor>()
            .AddAttribute("ClockHz",
                          "Clock of the device's processor (Hz).",
                          DoubleValue(1e9),
                          MakeDoubleAccessor(&ComputeProcessor::m_clockHz),
                          MakeDoubleChecker<double>(1.0, 1e15))
            .AddAttribute("FlopPerCycle",
                          "Floating point operations per cycle.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&ComputeProcessor::m_flopPerCycle),
                          MakeDoubleChecker<double>(1e-6, 1e12))
            .AddAttribute("Kappa",
                          "Effective switched capacitance (W/Hz^3): the power is kappa*clock^3.",
                          DoubleValue(1e-27),
                          MakeDoubleAccessor(&ComputeProcessor::m_kappa),
                          MakeDoubleChecker<double>(0.0, 1e12))
            .AddAttribute("IdlePowerW",
                          "Power drawn when switched on and idle (W).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&ComputeProcessor::m_idlePowerW),
                          MakeDoubleChecker<double>(0.0, 1e12))
            .AddAttribute("TimeSpread",
                          "Relative standard deviation of computing times, drawn per job from a "
                          "lognormal distribution whose mean is what the work takes; 0 = none.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&ComputeProcessor::SetTimeSpread,
                                             &ComputeProcessor::GetTimeSpread),
                          MakeDoubleChecker<double>(0.0, 10.0))
            .AddTraceSource("Busy",
                            "Whether a job runs.",
                            MakeTraceSourceAccessor(&ComputeProcessor::m_busy),
                            "ns3::TracedValueCallback::Bool");
    return tid;
}

ComputeProcessor::ComputeProcessor()
{
    NS_LOG_FUNCTION(this);
}

ComputeProcessor::~ComputeProcessor()
{
    NS_LOG_FUNCTION(this);
}

void
ComputeProcessor::DoInitialize()
{
    UpdatePower();
    Object::DoInitialize();
}

void
ComputeProcessor::DoDispose()
{
    m_event.Cancel();
    m_jobs.clear();
    m_model = nullptr;
    Object::DoDispose();
}

void
ComputeProcessor::SetTimeSpread(double spread)
{
    m_spread.Set(spread);
}

double
ComputeProcessor::GetTimeSpread() const
{
    return m_spread.Get();
}

int64_t
ComputeProcessor::AssignStreams(int64_t stream)
{
    return m_spread.AssignStreams(stream);
}

uint64_t
ComputeProcessor::Submit(double flops, DoneCallback done)
{
    NS_LOG_FUNCTION(this << flops);
    NS_ABORT_MSG_IF(!std::isfinite(flops) || flops < 0,
                    "ComputeProcessor::Submit: flops = " << flops << ", must be finite and >= 0");
    Job job;
    job.id = m_next++;
    job.flops = flops;
    job.done = std::move(done);
    const uint64_t id = job.id;
    m_jobs.push_back(std::move(job));
    StartNext();
    return id;
}

void
ComputeProcessor::StartNext()
{
    if (m_on && !m_busy && !m_jobs.empty())
    {
        m_jobs.front().start = Simulator::Now();
        m_busy = true;
        m_jobs.front().factor = m_spread.Draw();
        const double seconds = m_jobs.front().factor * m_jobs.front().flops / GetSpeed();
        if (seconds < NEVER_S)
        {
            m_event = Simulator::Schedule(Seconds(seconds), &ComputeProcessor::Finish, this);
        }
    }
    UpdatePower();
}

void
ComputeProcessor::Finish()
{
    Job job = std::move(m_jobs.front());
    m_jobs.pop_front();
    m_busy = false;
    ComputeResult result;
    result.start = job.start;
    result.end = Simulator::Now();
    result.energyJ = m_kappa * m_clockHz * m_clockHz * job.factor * job.flops / m_flopPerCycle;
    m_energyJ += result.energyJ;
    NS_LOG_INFO("job " << job.id << " done after " << (result.end - result.start).As(Time::MS));
    StartNext();
    // The power update above may have found the battery empty: the job was done all the same.
    job.done(result);
}

double
ComputeProcessor::SpentOnRunning() const
{
    return m_busy ? m_kappa * std::pow(m_clockHz, 3) *
                        (Simulator::Now() - m_jobs.front().start).GetSeconds()
                  : 0;
}

double
ComputeProcessor::Cancel(uint64_t job)
{
    NS_LOG_FUNCTION(this << job);
    auto it =
        std::find_if(m_jobs.begin(), m_jobs.end(), [job](const Job& j) { return j.id == job; });
    if (it == m_jobs.end())
    {
        return 0;
    }
    double spent = 0;
    if (it == m_jobs.begin() && m_busy)
    {
        spent = SpentOnRunning();
        m_energyJ += spent;
        m_event.Cancel();
        m_busy = false;
    }
    m_jobs.erase(it);
    StartNext();
    return spent;
}

void
ComputeProcessor::SwitchOff()
{
    NS_LOG_FUNCTION(this);
    m_energyJ += SpentOnRunning();
    m_event.Cancel();
    m_busy = false;
    m_jobs.clear();
    m_on = false;
    UpdatePower();
}

void
ComputeProcessor::SwitchOn()
{
    NS_LOG_FUNCTION(this);
    m_on = true;
    StartNext();
}

bool
ComputeProcessor::IsOn() const
{
    return m_on;
}

double
ComputeProcessor::GetSpeed() const
{
    return m_clockHz * m_flopPerCycle;
}

double
ComputeProcessor::GetClockHz() const
{
    return m_clockHz;
}

double
ComputeProcessor::GetFlopPerCycle() const
{
    return m_flopPerCycle;
}

double
ComputeProcessor::GetKappa() const
{
    return m_kappa;
}

double
ComputeProcessor::GetBacklogFlops() const
{
    double flops = 0;
    for (const auto& job : m_jobs)
    {
        flops += job.flops;
    }
    if (m_busy)
    {
        const double ran = (Simulator::Now() - m_jobs.front().start).GetSeconds() * GetSpeed();
        flops -= std::min(ran, m_jobs.front().flops);
    }
    return flops;
}

uint32_t
ComputeProcessor::GetJobs() const
{
    return static_cast<uint32_t>(m_jobs.size());
}

double
ComputeProcessor::GetEnergyJ() const
{
    return m_energyJ + SpentOnRunning();
}

void
ComputeProcessor::SetEnergyModel(Ptr<ComputeEnergyModel> model)
{
    m_model = model;
    UpdatePower();
}

Ptr<ComputeEnergyModel>
ComputeProcessor::GetEnergyModel() const
{
    return m_model;
}

double
ComputeProcessor::GetPowerW() const
{
    if (!m_on)
    {
        return 0;
    }
    return m_busy ? m_kappa * std::pow(m_clockHz, 3) : m_idlePowerW;
}

void
ComputeProcessor::UpdatePower()
{
    if (m_model && m_model->GetPowerW() != GetPowerW())
    {
        m_model->Update(); // may switch this processor off
        m_model->SetPowerW(GetPowerW());
    }
}

} // namespace noma
} // namespace ns3
