/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The life of a task in SplitInferenceClient, from its creation to its record.
 */
#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/noma-shared-log.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

/// Defined in noma-split-inference-client.cc.
[[maybe_unused]] static const SharedLog g_log("NomaSplitInferenceClient");

namespace
{

/// @param bits its bits
/// @returns whole bytes of a message, at most 1e18
uint64_t
MessageBytes(double bits)
{
    return static_cast<uint64_t>(std::min(std::ceil(bits / 8), 1e18));
}

} // namespace

void
SplitInferenceClient::OnArrival(TaskArrival arrival)
{
    CreateTask(arrival);
    ScheduleNext();
}

void
SplitInferenceClient::CreateTask(const TaskArrival& arrival)
{
    const uint32_t number = m_created++;
    const Time now = Simulator::Now();
    Task& task = m_tasks[number];
    TaskRecord& r = task.record;
    r.user = m_user;
    r.task = number;
    r.model = m_model;
    r.images = arrival.images;
    r.cuts = static_cast<uint32_t>(m_options.size());
    r.created = now;
    r.deadline = arrival.deadline.IsZero() ? Time(0) : now + arrival.deadline;
    r.delayWeight = GetDelayWeight();
    r.deadlineWeight = r.deadline.IsZero() ? 0.0 : m_deadlineWeight;
    r.deadlineScale = m_deadlineSoftness * arrival.deadline.GetSeconds();
    const double flops = m_options.back().deviceFlops * r.images;
    if (flops > 0)
    {
        const double clock = m_processor->GetClockHz();
        r.delayScale = flops / m_processor->GetSpeed();
        const double energy =
            m_processor->GetKappa() * clock * clock * flops / m_processor->GetFlopPerCycle();
        r.energyScale = energy > 0 ? energy : 1;
    }
    NS_LOG_INFO("user " << m_user << " task " << number << " created");
    m_createdTrace(r);
    if (m_depleted)
    {
        Fail(number, TaskFailure::BATTERY);
        return;
    }
    if (m_tasks.size() > m_maxOpen)
    {
        Fail(number, TaskFailure::DEVICE_QUEUE);
        return;
    }
    if (!m_timeout.IsZero())
    {
        task.timeout =
            Simulator::Schedule(m_timeout, [this, number] { Fail(number, TaskFailure::TIMEOUT); });
    }
    if (m_abandon && !r.deadline.IsZero())
    {
        task.abandon = Simulator::Schedule(arrival.deadline,
                                           [this, number] { Fail(number, TaskFailure::DEADLINE); });
    }
    if (m_cut != NONE || !m_controlled)
    {
        const uint32_t unled = m_chooser ? m_chooser->Choose(m_options, *m_processor) : r.cuts - 1;
        Start(task, m_cut != NONE ? m_cut : unled, m_units);
    }
    else if (m_uncovered)
    {
        StartUncovered(number);
    }
    else if (m_waiting)
    {
        m_waiting();
    }
}

void
SplitInferenceClient::SetCovered(bool covered)
{
    m_coverage.Cancel();
    if (covered)
    {
        m_uncovered = false;
    }
    else if (!m_uncovered && m_outOfCoverage != WAIT)
    {
        m_coverage = Simulator::Schedule(m_patience, &SplitInferenceClient::OnUncovered, this);
    }
}

void
SplitInferenceClient::OnUncovered()
{
    NS_LOG_INFO("user " << m_user << " is out of coverage");
    m_uncovered = true;
    for (uint32_t number : Waiting())
    {
        StartUncovered(number);
    }
}

void
SplitInferenceClient::StartUncovered(uint32_t number)
{
    const auto it = m_tasks.find(number);
    if (it == m_tasks.end())
    {
        return; // starting an earlier one emptied the battery
    }
    const auto last = static_cast<uint32_t>(m_options.size() - 1);
    if (m_outOfCoverage == ON_DEVICE && IsDeviceOnly(m_options[last]))
    {
        Start(it->second, last, m_units);
    }
    else
    {
        Fail(number, TaskFailure::NO_COVERAGE);
    }
}

std::vector<uint32_t>
SplitInferenceClient::Waiting() const
{
    std::vector<uint32_t> waiting;
    for (const auto& [number, task] : m_tasks)
    {
        if (task.record.stage == TaskStage::WAITING)
        {
            waiting.push_back(number);
        }
    }
    return waiting;
}

void
SplitInferenceClient::Dispatch(uint32_t cut, double units, const TaskForecast& forecast)
{
    NS_ABORT_MSG_IF(cut >= m_options.size(),
                    "SplitInferenceClient::Dispatch: cut = " << cut << ", model '" << m_model
                                                             << "' has " << m_options.size()
                                                             << " cuts");
    for (uint32_t number : Waiting())
    {
        auto it = m_tasks.find(number);
        if (it != m_tasks.end()) // starting one may have emptied the battery
        {
            it->second.record.forecast = forecast;
            Start(it->second, cut, units);
        }
    }
}

void
SplitInferenceClient::Start(Task& task, uint32_t cut, double units)
{
    TaskRecord& r = task.record;
    const CutOption& o = m_options[cut];
    r.dispatched = true;
    r.cut = cut;
    r.units = units;
    r.option = o;
    r.option.deviceFlops *= r.images;
    r.option.edgeFlops *= r.images;
    r.option.upBits *= r.images;
    r.option.downBits *= r.images;
    r.chosen = Simulator::Now();
    r.stage = TaskStage::DEVICE;
    m_stageTrace(r);
    const uint32_t number = r.task;
    if (r.option.deviceFlops > 0)
    {
        const uint64_t job =
            m_processor->Submit(r.option.deviceFlops, [this, number](const ComputeResult& result) {
                OnHeadDone(number, result);
            });
        auto it = m_tasks.find(number);
        if (it != m_tasks.end())
        {
            it->second.job = job;
        }
        return;
    }
    ComputeResult nothing;
    nothing.start = nothing.end = Simulator::Now();
    OnHeadDone(number, nothing);
}

void
SplitInferenceClient::OnHeadDone(uint32_t number, const ComputeResult& result)
{
    auto it = m_tasks.find(number);
    if (it == m_tasks.end())
    {
        return;
    }
    Task& task = it->second;
    TaskRecord& r = task.record;
    task.job = 0;
    r.deviceStart = result.start;
    r.deviceEnd = result.end;
    r.energy.device = result.energyJ;
    if (IsDeviceOnly(r.option))
    {
        Close(number);
        return;
    }
    const uint64_t upBytes = MessageBytes(r.option.upBits);
    const uint64_t downBytes = MessageBytes(r.option.downBits);
    if (upBytes > m_maxMessage || downBytes > m_maxMessage)
    {
        NS_LOG_WARN("user " << m_user << " task " << number << ": " << upBytes << " bytes up, "
                            << downBytes << " down, at most " << m_maxMessage << " allowed");
        Fail(number, TaskFailure::REFUSED);
        return;
    }
    r.stage = TaskStage::UP;
    m_stageTrace(r);
    OpenTransport();
    InferenceHeader header;
    header.cut = static_cast<uint16_t>(r.cut);
    header.user = m_user;
    header.task = number;
    header.total = upBytes;
    header.edgeFlops = r.option.edgeFlops;
    header.resultBytes = downBytes;
    header.units = static_cast<float>(r.units);
    header.weight = static_cast<float>(r.delayWeight);
    m_transport->Upload(header);
}

void
SplitInferenceClient::OnUploaded(uint32_t number)
{
    auto it = m_tasks.find(number);
    if (it != m_tasks.end() && it->second.record.stage == TaskStage::UP)
    {
        it->second.record.stage = TaskStage::EDGE;
        m_stageTrace(it->second.record);
    }
}

void
SplitInferenceClient::OnResult(const InferenceHeader& header)
{
    auto it = m_tasks.find(header.task);
    if (it == m_tasks.end())
    {
        return;
    }
    TaskRecord& r = it->second.record;
    r.upEnd = header.upEnd;
    r.edgeStart = header.edgeStart;
    r.edgeEnd = header.edgeEnd;
    r.energy.edge = header.edgeEnergyJ;
    if (m_chooser)
    {
        m_chooser->Observe(r.option.upBits, (r.upEnd - r.deviceEnd).GetSeconds());
    }
    Close(header.task);
}

void
SplitInferenceClient::Fail(uint32_t number, TaskFailure failure)
{
    auto it = m_tasks.find(number);
    if (it == m_tasks.end())
    {
        return;
    }
    Task& task = it->second;
    NS_LOG_INFO("user " << m_user << " task " << number << " failed: " << TaskFailureName(failure));
    task.record.failure = failure;
    if (task.job != 0)
    {
        task.record.energy.device = m_processor->Cancel(task.job);
    }
    Close(number);
}

void
SplitInferenceClient::FailAll(TaskFailure failure)
{
    while (!m_tasks.empty())
    {
        Fail(m_tasks.begin()->first, failure);
    }
}

void
SplitInferenceClient::Close(uint32_t number)
{
    auto it = m_tasks.find(number);
    Task task = it->second;
    task.timeout.Cancel();
    task.abandon.Cancel();
    TaskRecord& r = task.record;
    r.retransmittedBytes = m_transport->GetResentBytes(number);
    r.closed = Simulator::Now();
    if (r.failure == TaskFailure::NONE)
    {
        r.stage = TaskStage::CLOSED;
    }
    m_tasks.erase(it);
    if (r.failure != TaskFailure::NONE && m_open)
    {
        m_transport->Cancel(number);
    }
    NS_LOG_INFO("user " << m_user << " task " << number << " closed after "
                        << r.Delay().As(Time::MS));
    m_closedTrace(r);
}

bool
SplitInferenceClient::CancelTask(uint32_t task)
{
    const bool open = m_tasks.count(task) > 0;
    Fail(task, TaskFailure::CANCELLED);
    return open;
}

ClientState
SplitInferenceClient::GetState() const
{
    ClientState s;
    s.open = static_cast<uint32_t>(m_tasks.size());
    s.deviceFlops = m_processor->GetBacklogFlops();
    s.upBitsToCome = m_open ? 8.0 * m_transport->GetUnsentBytes() : 0.0;
    const TaskRecord* due = nullptr; // the newest task with a deadline
    for (const auto& [number, task] : m_tasks)
    {
        const TaskRecord& r = task.record;
        due = r.deadline.IsZero() ? due : &r;
        if (r.stage == TaskStage::WAITING)
        {
            ++s.waiting;
            s.waitingImages += r.images;
            continue;
        }
        if (IsDeviceOnly(r.option))
        {
            continue;
        }
        const uint64_t bytes = MessageBytes(r.option.downBits);
        const uint64_t here = std::min(bytes, m_transport->GetReceivedBytes(number));
        s.downBitsToCome +=
            here < bytes ? 8.0 * static_cast<double>(m_transport->GetWireBytes(bytes - here)) : 0.0;
        if (r.stage == TaskStage::DEVICE)
        {
            s.upBitsToCome += 8.0 * m_transport->GetWireBytes(MessageBytes(r.option.upBits));
        }
        if (r.stage == TaskStage::DEVICE || r.stage == TaskStage::UP)
        {
            s.edgeFlopsToCome += r.option.edgeFlops;
        }
        else
        {
            ++s.atEdge;
        }
    }
    if (due)
    {
        s.deadlineWeight = due->deadlineWeight;
        s.deadlineSeconds = (due->deadline - Simulator::Now()).GetSeconds();
        s.deadlineScale = due->deadlineScale;
    }
    return s;
}

void
SplitInferenceClient::AddRadioEnergy(Direction d, double joules)
{
    Task* other = nullptr;
    for (auto& [number, task] : m_tasks)
    {
        const TaskStage stage = task.record.stage;
        const bool up = stage == TaskStage::UP;
        const bool down = stage == TaskStage::EDGE || stage == TaskStage::DOWN;
        if (d == UPLINK ? up : down)
        {
            (d == UPLINK ? task.record.energy.up : task.record.energy.down) += joules;
            return;
        }
        if (!other && (up || down))
        {
            other = &task; // answers about tensors and results
        }
    }
    if (other)
    {
        (d == UPLINK ? other->record.energy.up : other->record.energy.down) += joules;
    }
    else
    {
        m_unattributedJ += joules;
    }
}

} // namespace noma
} // namespace ns3
