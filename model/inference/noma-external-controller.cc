/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-external-controller.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/noma-external-allocator.h"
#include "ns3/noma-external-slot-rule.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <stdexcept>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaExternalController");
NS_OBJECT_ENSURE_REGISTERED(ExternalController);

namespace
{

/// @param controller a controller
/// @param name an attribute of it
/// @returns whether it is set
bool
IsSet(const Ptr<SplitInferenceController>& controller, const char* name)
{
    BooleanValue value;
    controller->GetAttribute(name, value);
    return value.Get();
}

} // namespace

TypeId
ExternalController::GetTypeId()
{
    using Self = ExternalController;
    static TypeId tid =
        TypeId("ns3::noma::ExternalController")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<ExternalController>()
            .AddAttribute("Limit",
                          "Simulated time after which an episode is cut off; 0 = never.",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&Self::m_limit),
                          MakeTimeChecker(Seconds(0), Seconds(1e6)))
            .AddAttribute("Tasks",
                          "Closed tasks after which an episode is over; 0 = any number.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Self::m_tasks),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("FailureCost",
                          "What a failed task costs beside its utility.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&Self::m_failureCost),
                          MakeDoubleChecker<double>(0.0, 1e6));
    return tid;
}

void
ExternalController::DoDispose()
{
    m_snapshot = nullptr;
    m_channel = nullptr;
    m_users = nullptr;
    Object::DoDispose();
}

void
ExternalController::Connect(ExternalDecision decision,
                            ExternalLink* link,
                            const std::vector<uint8_t>& hello)
{
    m_connected = true;
    m_link = link;
    m_decision = decision;
    m_hello = hello;
}

void
ExternalController::Attach(Ptr<SplitInferenceController> controller,
                           const std::vector<Ptr<SplitInferenceClient>>& clients)
{
    for (const char* name : {"FallBack", "MaximumPower"})
    {
        const bool grants = Decides(ExternalDecision::GRANTS) && name[0] == 'F';
        if ((grants || Decides(ExternalDecision::POWERS)) && IsSet(controller, name))
        {
            throw std::invalid_argument(std::string(name) + " is set, allowed: false, because " +
                                        ExternalDecisionName(m_decision) +
                                        " are decided outside the simulator");
        }
    }
    PointerValue split;
    controller->GetAttribute("SplitRule", split);
    const std::string name = split.GetObject()->GetInstanceTypeId().GetName();
    if (Decides(ExternalDecision::CUTS) && name != SplitRule::GetTypeId().GetName())
    {
        throw std::invalid_argument("SplitRule is " + name +
                                    ", allowed: ns3::noma::SplitRule, because cuts are decided "
                                    "outside the simulator");
    }
    for (std::size_t i = 0; i < clients.size(); ++i)
    {
        m_cuts.emplace_back();
        if (clients[i])
        {
            m_cuts.back() = clients[i]->GetOptions();
            clients[i]->TraceConnectWithoutContext(
                "Created",
                MakeCallback(&ExternalController::OnCreated, this));
            clients[i]->TraceConnectWithoutContext(
                "Closed",
                MakeCallback(&ExternalController::OnClosed, this));
        }
    }
    m_closedCosts.assign(clients.size(), 0.0);
    m_lastCosts.assign(clients.size(), 0.0);
    UintegerValue k;
    controller->GetAttribute("MaxSuperposed", k);
    m_maxSuperposed = static_cast<uint32_t>(k.Get());

    PointerValue inner;
    controller->GetAttribute("SlotRule", inner);
    auto rule = CreateObject<ExternalSlotRule>();
    rule->Wrap(this, inner.Get<SlotRule>());
    controller->SetAttribute("SlotRule", PointerValue(rule));
    if (Decides(ExternalDecision::CUTS))
    {
        StringValue allocator;
        controller->GetAttribute("Allocator", allocator);
        controller->SetAllocator(
            std::make_unique<ExternalAllocator>(this,
                                                PeekPointer(controller),
                                                CreateAllocator(allocator.Get())));
    }
}

const EnvironmentLayout&
ExternalController::GetLayout() const
{
    return m_layout;
}

std::vector<double>
ExternalController::GetCosts() const
{
    std::vector<double> costs = m_closedCosts;
    const double now = Simulator::Now().GetSeconds();
    for (const auto& [task, open] : m_open)
    {
        costs[task.first] += open.second * (now - open.first);
    }
    return costs;
}

uint64_t
ExternalController::GetSteps() const
{
    return m_steps;
}

uint64_t
ExternalController::GetCompleted() const
{
    return m_completed;
}

uint64_t
ExternalController::GetFailed() const
{
    return m_failed;
}

uint64_t
ExternalController::GetCreated() const
{
    return m_created;
}

bool
ExternalController::IsOver() const
{
    return m_over;
}

const EnvironmentRequest&
ExternalController::GetRequest() const
{
    return m_request;
}

void
ExternalController::Rethrow() const
{
    if (m_failure)
    {
        std::rethrow_exception(m_failure);
    }
}

bool
ExternalController::IsRunning() const
{
    return m_running;
}

bool
ExternalController::Decides(ExternalDecision decision) const
{
    return m_connected && m_decision == decision;
}

void
ExternalController::OnCreated(const TaskRecord& record)
{
    ++m_created;
    m_open[{record.user, record.task}] = {record.created.GetSeconds(),
                                          record.delayWeight / record.delayScale};
}

void
ExternalController::OnClosed(const TaskRecord& record)
{
    m_open.erase({record.user, record.task});
    ++(record.IsCompleted() ? m_completed : m_failed);
    m_closedCosts[record.user] += record.Utility() + (record.IsCompleted() ? 0.0 : m_failureCost);
}

void
ExternalController::CountStep()
{
    ++m_steps;
}

void
ExternalController::CountVain(uint32_t refused, uint32_t idle)
{
    m_refused += refused;
    m_idle += idle;
}

void
ExternalController::Stop()
{
    m_running = false;
    Simulator::Stop();
}

void
ExternalController::Begin(const SlotSnapshot& snapshot,
                          SlotChannel& channel,
                          const std::vector<SlotUser>& users,
                          const SlotRuleContext& context)
{
    if (!m_running)
    {
        return;
    }
    m_snapshot = &snapshot;
    m_channel = &channel;
    m_users = &users;
    try
    {
        if (!m_described)
        {
            MakeLayout(snapshot, context);
            if (m_connected && !m_link)
            {
                Stop();
                return;
            }
            if (m_link && EncodeHello(m_decision, m_layout) != m_hello)
            {
                throw std::runtime_error("the scenario has other users, cuts or cells than it had "
                                         "at first, allowed: the same in every episode");
            }
        }
        const bool terminated = m_tasks > 0 && m_completed + m_failed >= m_tasks;
        const bool truncated = !m_limit.IsZero() && Simulator::Now() >= m_limit;
        if (terminated || truncated)
        {
            m_over = true;
            if (m_link)
            {
                Observe(NothingExtra(),
                        terminated ? ENVIRONMENT_TERMINATED : ENVIRONMENT_TRUNCATED);
            }
            Stop();
        }
    }
    catch (const std::exception&)
    {
        Fail();
    }
}

void
ExternalController::Fail()
{
    m_failure = std::current_exception();
    Stop();
}

const std::vector<double>*
ExternalController::Ask(const std::vector<double>& extra)
{
    ++m_steps;
    try
    {
        Observe(extra, 0);
        m_request = m_link->Receive(&m_layout.action);
        if (m_request.type == EnvironmentMessageType::HELLO)
        {
            throw std::invalid_argument("hello: was said before, allowed: reset, act, close");
        }
        if (m_request.type == EnvironmentMessageType::ACT)
        {
            return &m_request.action;
        }
        NS_LOG_INFO("the agent gave the episode up");
        Stop();
    }
    catch (const std::exception&)
    {
        Fail();
    }
    return nullptr;
}

} // namespace noma
} // namespace ns3
