/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-split-inference-client.h"

#include "ns3/abort.h"
#include "ns3/address.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/noma-deadline.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <limits>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaSplitInferenceClient");
NS_OBJECT_ENSURE_REGISTERED(SplitInferenceClient);

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
            .AddAttribute("DeadlineWeight",
                          "Weight of a task's deadline, wQ, beside those of delay and energy: its "
                          "utility rises by this much around the deadline. Deadlines come from the "
                          "workload.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&SplitInferenceClient::m_deadlineWeight),
                          MakeDoubleChecker<double>(0.0, 1e6))
            .AddAttribute("DeadlineSoftness",
                          "Part of its deadline over which a task turns from timely to late; a "
                          "small one counts misses.",
                          DoubleValue(DEADLINE_SOFTNESS),
                          MakeDoubleAccessor(&SplitInferenceClient::m_deadlineSoftness),
                          MakeDoubleChecker<double>(1e-9, 1e6))
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
                          MakeDoubleChecker<double>(1e-6, 1e12))
            .AddAttribute("TaskTimeout",
                          "A task fails when it is open for so long; zero = never.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&SplitInferenceClient::m_timeout),
                          MakeTimeChecker(Time(0), Seconds(1e9)))
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
            .AddAttribute("OutOfCoverage",
                          "What becomes of tasks that wait for a controller while no access point "
                          "serves the user: OnDevice (all on the device, or a failure when the "
                          "model cannot), Fail, Wait.",
                          EnumValue(ON_DEVICE),
                          NOMA_ENUM_ACCESSOR(OutOfCoverage, &SplitInferenceClient::m_outOfCoverage),
                          MakeEnumChecker(ON_DEVICE, "OnDevice", FAIL, "Fail", WAIT, "Wait"))
            .AddAttribute("CoveragePatience",
                          "Time without an access point after which that happens.",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&SplitInferenceClient::m_patience),
                          MakeTimeChecker(Time(0), Seconds(1e9)))
            .AddAttribute("MaxMessageBytes",
                          "Most bytes of a task's tensors, or of its result; a task with more "
                          "fails before it is sent.",
                          UintegerValue(1u << 30),
                          MakeUintegerAccessor(&SplitInferenceClient::m_maxMessage),
                          MakeUintegerChecker<uint64_t>(0, InferenceHeader::MAX_BYTES))
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
            .AddAttribute("CutChooser",
                          "Chooses the cut of each task where neither Cut nor a controller does; "
                          "null = all on the device.",
                          PointerValue(),
                          MakePointerAccessor(&SplitInferenceClient::m_chooser),
                          MakePointerChecker<CutChooser>())
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
            .AddTraceSource("Fault",
                            "Something came that was not acted upon: reason, sender.",
                            MakeTraceSourceAccessor(&SplitInferenceClient::m_faultTrace),
                            "ns3::noma::SplitInferenceClient::FaultCallback")
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
    m_coverage.Cancel();
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
    m_chooser = nullptr;
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
    NS_ABORT_MSG_IF(m_chooser && (m_cut != NONE || m_controlled),
                    "SplitInferenceClient: a CutChooser has nothing to choose beside "
                        << (m_controlled ? "a controller" : "a fixed Cut"));
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
    m_dnn = nullptr;
}

void
SplitInferenceClient::SetDnn(std::shared_ptr<const DnnModel> dnn)
{
    NS_ABORT_MSG_IF(dnn && dnn->cuts.size() != m_options.size(),
                    "SplitInferenceClient: model '" << m_model << "' has " << m_options.size()
                                                    << " cuts, its DNN " << dnn->cuts.size());
    m_dnn = std::move(dnn);
}

std::shared_ptr<const DnnModel>
SplitInferenceClient::GetDnn() const
{
    return m_dnn;
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
    events.fault = [this](WireFault fault, const Address& from) {
        m_faults.Count(fault);
        m_faultTrace(fault, from);
    };
    m_transport->Open(GetNode(), m_remote, events);
    m_open = true;
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

const WireFaultCounters&
SplitInferenceClient::GetFaults() const
{
    return m_faults;
}

double
SplitInferenceClient::GetUnattributedEnergyJ() const
{
    return m_unattributedJ;
}

} // namespace noma
} // namespace ns3
