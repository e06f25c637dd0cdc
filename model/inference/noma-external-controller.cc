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
#include <limits>
#include <stdexcept>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaExternalController");
NS_OBJECT_ENSURE_REGISTERED(ExternalController);

namespace
{

constexpr double ANY = std::numeric_limits<double>::infinity();
/// Greatest weight that an agent may give.
constexpr double MAX_WEIGHT = 10;

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

uint32_t
ExternalController::GetMaxCuts() const
{
    std::size_t most = 1;
    for (const auto& cuts : m_cuts)
    {
        most = std::max(most, cuts.size());
    }
    return static_cast<uint32_t>(most);
}

void
ExternalController::AddConstants(const SlotSnapshot& s, const SlotRuleContext& context)
{
    const auto add = [this](const std::string& name,
                            bool whole,
                            const std::vector<uint32_t>& shape,
                            const std::vector<double>& values) {
        m_layout.constants.push_back({name, whole, NO_USER_AXIS, -ANY, ANY, shape});
        m_layout.values.insert(m_layout.values.end(), values.begin(), values.end());
    };
    const auto key = [&](Direction d) { return static_cast<double>(context.order[d]); };
    const double k =
        m_maxSuperposed > 0 ? std::min(m_maxSuperposed, s.maxSuperposed) : s.maxSuperposed;
    add("slot_seconds", false, {}, {s.slotSeconds});
    add("max_superposed", true, {}, {k});
    add("subchannel_hz", false, {2}, {s.subchannelHz.up, s.subchannelHz.down});
    add("noise_w", false, {2}, {s.noiseW.up, s.noiseW.down});
    add("residual", false, {}, {s.residual});
    add("snr_gap", false, {}, {s.snrGap});
    const double cap = context.rates ? context.rates->GetMaxSpectralEfficiency() : 0;
    add("max_efficiency", false, {}, {cap});
    add("order_key", true, {2}, {key(UPLINK), key(DOWNLINK)});
    std::vector<double> powers = s.apMaxPowerW;
    powers.resize(s.aps, ANY);
    add("ap_power_w", false, {s.aps}, powers);
    add("min_power_fraction", false, {}, {context.minPowerFraction});
    const uint32_t most = GetMaxCuts();
    std::vector<double> cuts(std::size_t{4} * s.ues.size() * most, 0.0);
    for (std::size_t i = 0; i < m_cuts.size(); ++i)
    {
        for (std::size_t c = 0; c < m_cuts[i].size(); ++c)
        {
            const CutOption& o = m_cuts[i][c];
            double* to = cuts.data() + 4 * (i * most + c);
            to[0] = o.deviceFlops;
            to[1] = o.edgeFlops;
            to[2] = o.upBits;
            to[3] = o.downBits;
        }
    }
    add("cuts", false, {static_cast<uint32_t>(s.ues.size()), most, 4}, cuts);
}

void
ExternalController::MakeLayout(const SlotSnapshot& s, const SlotRuleContext& context)
{
    const auto users = static_cast<uint32_t>(s.ues.size());
    m_cuts.resize(users);
    m_closedCosts.resize(users, 0.0);
    m_lastCosts.resize(users, 0.0);
    m_layout.users = users;
    EnvironmentAction& action = m_layout.action;
    switch (m_decision)
    {
    case ExternalDecision::CUTS:
        action.whole = true;
        action.count = users;
        for (const auto& cuts : m_cuts)
        {
            action.choices.push_back(std::max<uint32_t>(1, cuts.size()));
        }
        break;
    case ExternalDecision::GRANTS:
        action.whole = true;
        action.count = 2 * users;
        action.choices.assign(action.count, s.subchannels + 1);
        break;
    case ExternalDecision::POWERS:
        action.count = 2 * users;
        action.high = 1;
        break;
    case ExternalDecision::WEIGHTS:
        action.count = users;
        action.high = MAX_WEIGHT;
        break;
    }
    AddConstants(s, context);
    for (const char* name : {"slot", "created", "completed", "failed", "open", "refused", "idle"})
    {
        m_layout.info.push_back({name, true, NO_USER_AXIS, 0, ANY, {}});
    }
    m_layout.info.push_back({"time", false, NO_USER_AXIS, 0, ANY, {}});
    auto& out = m_layout.observations;
    const double lastAp = static_cast<double>(s.aps) - 1;
    out.push_back({"ap", true, 0, -1, lastAp, {users}});
    out.push_back({"gain", false, 3, 0, ANY, {2, s.aps, s.subchannels, users}});
    out.push_back({"backlog", false, 1, 0, ANY, {2, users}});
    out.push_back({"remaining", false, 1, 0, ANY, {2, users}});
    out.push_back({"power", false, 1, 0, ANY, {2, users}});
    out.push_back({"max_power", false, 1, 0, ANY, {2, users}});
    out.push_back({"delay_price", false, 0, 0, ANY, {users}});
    out.push_back({"energy_price", false, 0, 0, ANY, {users}});
    if (m_decision == ExternalDecision::POWERS)
    {
        const double last = static_cast<double>(s.subchannels) - 1;
        out.push_back({"grant", true, 1, -1, last, {2, users}});
    }
    if (m_decision == ExternalDecision::CUTS)
    {
        out.push_back({"choosing", true, 0, 0, 1, {users}});
        out.push_back({"options", false, 0, 0, ANY, {users, GetMaxCuts(), 4}});
    }
    m_described = true;
}

std::vector<double>
ExternalController::NothingExtra() const
{
    const std::size_t users = m_layout.users;
    if (m_decision == ExternalDecision::POWERS)
    {
        return std::vector<double>(2 * users, -1.0);
    }
    return std::vector<double>(
        m_decision == ExternalDecision::CUTS ? users * (1 + std::size_t{4} * GetMaxCuts()) : 0,
        0.0);
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

void
ExternalController::Observe(const std::vector<double>& extra, uint8_t flags)
{
    Look(extra, flags);
    if (m_values.size() != m_layout.GetObserveSize())
    {
        throw std::runtime_error("the number of users has changed during an episode");
    }
    EncodeObserve(flags, m_values, m_message);
    m_link->Send(m_message);
}

void
ExternalController::Look(const std::vector<double>& extra, uint8_t flags)
{
    const SlotSnapshot& s = *m_snapshot;
    const std::vector<SlotUser>& users = *m_users;
    auto& v = m_values;
    const std::vector<double> costs = GetCosts();
    v.clear();
    for (std::size_t i = 0; i < costs.size(); ++i)
    {
        v.push_back(m_lastCosts[i] - costs[i]);
    }
    // what was spent before the first decision counts for that decision
    if (m_steps > 1 || flags != 0)
    {
        m_lastCosts = costs;
    }
    else
    {
        std::fill(v.begin(), v.end(), 0.0);
    }
    for (uint64_t n : {s.slot,
                       m_created,
                       m_completed,
                       m_failed,
                       m_created - m_completed - m_failed,
                       m_refused,
                       m_idle})
    {
        v.push_back(static_cast<double>(n));
    }
    v.push_back(Simulator::Now().GetSeconds());
    for (const auto& ue : s.ues)
    {
        v.push_back(ue.ap < s.aps && ue.on ? static_cast<double>(ue.ap) : -1.0);
    }
    for (Direction d : DIRECTIONS)
    {
        const GainTensor& gain = m_channel->Get(d);
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            for (uint32_t m = 0; m < s.subchannels; ++m)
            {
                const double* row = gain.Row(n, m);
                v.insert(v.end(), row, row + s.ues.size());
            }
        }
    }
    const auto both = [&](auto&& value) {
        for (Direction d : DIRECTIONS)
        {
            for (std::size_t i = 0; i < s.ues.size(); ++i)
            {
                v.push_back(value(i, d));
            }
        }
    };
    both([&](std::size_t i, Direction d) { return users[i].backlogBits[d]; });
    both([&](std::size_t i, Direction d) { return users[i].remainingBits[d]; });
    both([&](std::size_t i, Direction d) { return users[i].powerW[d]; });
    both([&](std::size_t i, Direction d) { return s.ues[i].maxPowerW[d]; });
    for (const SlotUser& u : users)
    {
        v.push_back(u.delayPrice);
    }
    for (const SlotUser& u : users)
    {
        v.push_back(u.energyPrice);
    }
    v.insert(v.end(), extra.begin(), extra.end());
}

} // namespace noma
} // namespace ns3
