/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-split-inference-client.h"

#include "ns3/abort.h"
#include "ns3/address.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaSplitInferenceClient");
NS_OBJECT_ENSURE_REGISTERED(SplitInferenceClient);

namespace
{

/// @returns whole bytes of a message @param bits its bits
uint32_t
MessageBytes(double bits)
{
    const double bytes = std::ceil(bits / 8);
    NS_ABORT_MSG_IF(!(bytes < 4294967295.0),
                    "SplitInferenceClient: a message of " << bits << " bit, must be below 2^35");
    return static_cast<uint32_t>(bytes);
}

} // namespace

TypeId
SplitInferenceClient::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::SplitInferenceClient")
            .SetParent<Application>()
            .SetGroupName("Noma")
            .AddConstructor<SplitInferenceClient>()
            .AddAttribute("User",
                          "User number, as the controller and the server know it.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&SplitInferenceClient::m_user),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Remote",
                          "Socket address of the server.",
                          AddressValue(),
                          MakeAddressAccessor(&SplitInferenceClient::m_remote),
                          MakeAddressChecker())
            .AddAttribute("DelayWeight",
                          "Weight of delay, wT; the weight of energy is 1 - wT.",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&SplitInferenceClient::m_delayWeight),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("Cut",
                          "Cut of every task; 4294967295 leaves it to the controller, and without "
                          "a controller to the device alone.",
                          UintegerValue(NONE),
                          MakeUintegerAccessor(&SplitInferenceClient::m_cut),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Units",
                          "Compute units to ask for at the edge when no controller chooses.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&SplitInferenceClient::m_units),
                          MakeDoubleChecker<double>(1e-6))
            .AddAttribute("TaskTimeout",
                          "A task fails when it is open for so long; zero = never.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&SplitInferenceClient::m_timeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("AbandonAtDeadline",
                          "Give a task up at its deadline instead of completing it late.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&SplitInferenceClient::m_abandon),
                          MakeBooleanChecker())
            .AddAttribute("MaxOpenTasks",
                          "Most open tasks; more fail at once.",
                          UintegerValue(1000000),
                          MakeUintegerAccessor(&SplitInferenceClient::m_maxOpen),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Workload",
                          "The stream of tasks.",
                          StringValue("ns3::noma::PeriodicWorkload"),
                          MakePointerAccessor(&SplitInferenceClient::m_workload),
                          MakePointerChecker<Workload>())
            .AddAttribute("Processor",
                          "What runs the heads.",
                          StringValue("ns3::noma::ComputeProcessor"),
                          MakePointerAccessor(&SplitInferenceClient::m_processor),
                          MakePointerChecker<ComputeProcessor>())
            .AddAttribute("Transport",
                          "UdpClientTransport or TcpClientTransport.",
                          StringValue("ns3::noma::UdpClientTransport"),
                          MakePointerAccessor(&SplitInferenceClient::m_transport),
                          MakePointerChecker<ClientTransport>())
            .AddAttribute("WeightPolicy",
                          "Adapts the weight of delay, for instance to the battery.",
                          StringValue("ns3::noma::WeightPolicy"),
                          MakePointerAccessor(&SplitInferenceClient::m_weightPolicy),
                          MakePointerChecker<WeightPolicy>())
            .AddTraceSource("Created",
                            "A task arrived.",
                            MakeTraceSourceAccessor(&SplitInferenceClient::m_createdTrace),
                            "ns3::noma::SplitInferenceClient::TaskCallback")
            .AddTraceSource("Stage",
                            "A task entered the stage its record says.",
                            MakeTraceSourceAccessor(&SplitInferenceClient::m_stageTrace),
                            "ns3::noma::SplitInferenceClient::TaskCallback")
            .AddTraceSource("Closed",
                            "A task completed or failed; every task is traced exactly once.",
                            MakeTraceSourceAccessor(&SplitInferenceClient::m_closedTrace),
                            "ns3::noma::SplitInferenceClient::TaskCallback");
    return tid;
}

SplitInferenceClient::SplitInferenceClient()
{
    NS_LOG_FUNCTION(this);
}

SplitInferenceClient::~SplitInferenceClient()
{
    NS_LOG_FUNCTION(this);
}

void
SplitInferenceClient::DoInitialize()
{
    m_processor->Initialize();
    if (auto model = m_processor->GetEnergyModel())
    {
        model->SetCallbacks([this] { OnDepleted(); }, [this] { OnRecharged(); });
    }
    Application::DoInitialize();
}

void
SplitInferenceClient::DoDispose()
{
    m_next.Cancel();
    for (auto& [number, task] : m_tasks)
    {
        task.timeout.Cancel();
        task.abandon.Cancel();
    }
    m_tasks.clear();
    m_waiting = nullptr;
    if (m_transport)
    {
        m_transport->Dispose();
        m_transport = nullptr;
    }
    if (m_processor)
    {
        m_processor->Dispose();
        m_processor = nullptr;
    }
    m_workload = nullptr;
    m_weightPolicy = nullptr;
    Application::DoDispose();
}

void
SplitInferenceClient::StartApplication()
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(m_options.empty(),
                    "SplitInferenceClient on node " << GetNode()->GetId()
                                                    << ": no model, call SetModel()");
    NS_ABORT_MSG_IF(m_cut != NONE && m_cut >= m_options.size(),
                    "SplitInferenceClient: Cut = " << m_cut << ", model '" << m_model << "' has "
                                                   << m_options.size() << " cuts");
    m_running = true;
    ScheduleNext();
}

void
SplitInferenceClient::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_running = false;
    m_next.Cancel();
    FailAll(TaskFailure::CLIENT_STOPPED);
    m_transport->Close();
    m_open = false;
}

void
SplitInferenceClient::SetModel(const std::string& name, const std::vector<CutOption>& options)
{
    NS_ABORT_MSG_IF(options.empty(), "SplitInferenceClient: model '" << name << "' has no cuts");
    m_model = name;
    m_options = options;
}

const std::vector<CutOption>&
SplitInferenceClient::GetOptions() const
{
    return m_options;
}

void
SplitInferenceClient::SetRemote(const Address& remote)
{
    m_remote = remote;
    if (m_open)
    {
        m_transport->SetRemote(remote);
    }
}

void
SplitInferenceClient::SetProcessor(Ptr<ComputeProcessor> processor)
{
    m_processor = processor;
}

Ptr<ComputeProcessor>
SplitInferenceClient::GetProcessor() const
{
    return m_processor;
}

Ptr<Workload>
SplitInferenceClient::GetWorkload() const
{
    return m_workload;
}

Ptr<ClientTransport>
SplitInferenceClient::GetTransport() const
{
    return m_transport;
}

uint32_t
SplitInferenceClient::GetUser() const
{
    return m_user;
}

void
SplitInferenceClient::SetUser(uint32_t user)
{
    m_user = user;
}

double
SplitInferenceClient::GetDelayWeight() const
{
    return m_weightPolicy->DelayWeight(m_delayWeight, GetBatteryLevel());
}

void
SplitInferenceClient::SetDelayWeight(double weight)
{
    SetAttribute("DelayWeight", DoubleValue(weight)); // checks the range
}

double
SplitInferenceClient::GetBatteryLevel() const
{
    auto model = m_processor->GetEnergyModel();
    auto source = model ? model->GetEnergySource() : nullptr;
    return source ? source->GetEnergyFraction() : 1.0;
}

void
SplitInferenceClient::SetController(std::function<void()> waiting)
{
    m_controlled = true;
    m_waiting = std::move(waiting);
}

int64_t
SplitInferenceClient::AssignStreams(int64_t stream)
{
    return m_workload->AssignStreams(stream);
}

void
SplitInferenceClient::ScheduleNext()
{
    TaskArrival arrival;
    if (m_running && m_workload->Next(arrival))
    {
        m_next = Simulator::Schedule(arrival.gap, &SplitInferenceClient::OnArrival, this, arrival);
    }
}

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
        Start(task, m_cut != NONE ? m_cut : r.cuts - 1, m_units);
    }
    else if (m_waiting)
    {
        m_waiting();
    }
}

void
SplitInferenceClient::Dispatch(uint32_t cut, double units)
{
    NS_ABORT_MSG_IF(cut >= m_options.size(),
                    "SplitInferenceClient::Dispatch: cut = " << cut << ", model '" << m_model
                                                             << "' has " << m_options.size()
                                                             << " cuts");
    std::vector<uint32_t> waiting;
    for (const auto& [number, task] : m_tasks)
    {
        if (task.record.stage == TaskStage::WAITING)
        {
            waiting.push_back(number);
        }
    }
    for (uint32_t number : waiting)
    {
        auto it = m_tasks.find(number);
        if (it != m_tasks.end()) // starting one may have emptied the battery
        {
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
    r.stage = TaskStage::UP;
    m_stageTrace(r);
    OpenTransport();
    InferenceHeader header;
    header.cut = static_cast<uint16_t>(r.cut);
    header.user = m_user;
    header.task = number;
    header.total = MessageBytes(r.option.upBits);
    header.edgeFlops = r.option.edgeFlops;
    header.resultBytes = MessageBytes(r.option.downBits);
    header.units = static_cast<float>(r.units);
    header.weight = static_cast<float>(r.delayWeight);
    m_transport->Upload(header);
}

void
SplitInferenceClient::OpenTransport()
{
    if (m_open)
    {
        return;
    }
    NS_ABORT_MSG_IF(m_remote.IsInvalid(),
                    "SplitInferenceClient on node " << GetNode()->GetId() << ": Remote is not set");
    ClientTransport::Events events;
    events.uploaded = [this](uint32_t task) { OnUploaded(task); };
    events.result = [this](const InferenceHeader& header) { OnResult(header); };
    events.failed = [this](uint32_t task, TaskFailure failure) { Fail(task, failure); };
    m_transport->Open(GetNode(), m_remote, events);
    m_open = true;
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

void
SplitInferenceClient::OnDepleted()
{
    if (m_depleted)
    {
        return;
    }
    NS_LOG_INFO("user " << m_user << ": battery empty");
    m_depleted = true;
    FailAll(TaskFailure::BATTERY);
    m_processor->SwitchOff();
    if (m_open)
    {
        m_transport->Close();
        m_open = false;
    }
}

void
SplitInferenceClient::OnRecharged()
{
    m_depleted = false;
    m_processor->SwitchOn();
}

ClientState
SplitInferenceClient::GetState() const
{
    ClientState s;
    s.open = static_cast<uint32_t>(m_tasks.size());
    s.deviceFlops = m_processor->GetBacklogFlops();
    s.upBitsToCome = m_open ? 8.0 * m_transport->GetUnsentBytes() : 0.0;
    for (const auto& [number, task] : m_tasks)
    {
        const TaskRecord& r = task.record;
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
        s.downBitsToCome += 8.0 * m_transport->GetWireBytes(MessageBytes(r.option.downBits));
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

uint32_t
SplitInferenceClient::GetCreated() const
{
    return m_created;
}

uint32_t
SplitInferenceClient::GetOpen() const
{
    return static_cast<uint32_t>(m_tasks.size());
}

double
SplitInferenceClient::GetUnattributedEnergyJ() const
{
    return m_unattributedJ;
}

} // namespace noma
} // namespace ns3
