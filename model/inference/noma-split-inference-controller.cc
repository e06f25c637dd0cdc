/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-split-inference-controller.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fatal-error.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaSplitInferenceController");
NS_OBJECT_ENSURE_REGISTERED(SplitInferenceController);

namespace
{

/// Serving access point of a user not looked at so far.
constexpr uint32_t UNSEEN = NONE - 1;

/// What an order policy sorts by, for a rule that predicts it; a policy of one's own counts as by
/// gain. @param policy the policy @returns the key
OrderKey
KeyOf(const Ptr<NomaOrderPolicy>& policy)
{
    if (DynamicCast<NomaGainOverInterferenceOrder>(policy))
    {
        return OrderKey::GAIN_OVER_INTERFERENCE;
    }
    return DynamicCast<NomaReceivedPowerOrder>(policy) ? OrderKey::RECEIVED_POWER : OrderKey::GAIN;
}

} // namespace

TypeId
SplitInferenceController::GetTypeId()
{
    using Self = SplitInferenceController;
    static TypeId tid =
        TypeId("ns3::noma::SplitInferenceController")
            .SetParent<SlotScheduler>()
            .SetGroupName("Noma")
            .AddConstructor<SplitInferenceController>()
            .AddAttribute("Allocator",
                          "Name of the allocator, see AllocatorNames().",
                          StringValue("ecc-noma"),
                          MakeStringAccessor(&Self::m_allocatorName),
                          MakeStringChecker())
            .AddAttribute("Effort",
                          "Effort asked of the allocator: 0 = what every slot affords, 1 = its "
                          "default, at most 1000. Above 0 only for allocators that know efforts.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&Self::m_effort),
                          MakeDoubleChecker<double>(0.0, MAX_EFFORT))
            .AddAttribute("Step",
                          "Fixed step of the allocator's descent, on variables mapped to [0, 1]; "
                          "0 = its own. Above 0 only for allocators that have one: gd, li-gd.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&Self::m_step),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddAttribute("Epsilon",
                          "Stopping tolerance of the allocator; 0 = its own. Above 0 only for "
                          "allocators that have one: gd, li-gd.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&Self::m_epsilon),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddAttribute("MaxIterations",
                          "Iterations of the allocator, per layer or descent; 0 = its own. Above "
                          "0 only for allocators that count them.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Self::m_maxIterations),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("ControlPeriod",
                          "Slots between decisions.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Self::m_period),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("DecisionDelay",
                          "Slots until a decision takes effect.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Self::m_delay),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("MaxSuperposed",
                          "Most users per subchannel, K; 0 = the network's. 1 = OMA.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Self::m_maxSuperposed),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("MaximumPower",
                          "Transmit at maximum power whatever the allocator decides.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Self::m_maximumPower),
                          MakeBooleanChecker())
            .AddAttribute("SplitExponent",
                          "At maximum power, downlink shares within a group are proportional to "
                          "(gain / interference) to minus this; 0 = equal shares.",
                          DoubleValue(0.4),
                          MakeDoubleAccessor(&Self::m_splitExponent),
                          MakeDoubleChecker<double>(0.0, 2.0))
            .AddAttribute("FallBack",
                          "Serve one user of a group alone where superposing does not gain; not "
                          "used with a slot rule whose groups are final (LiGdSlotRule).",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Self::m_fallBack),
                          MakeBooleanChecker())
            .AddAttribute("MinGain",
                          "Least relative gain for which users are superposed.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&Self::m_minGain),
                          MakeDoubleChecker<double>(0.0, 1e6))
            .AddAttribute("WarmStart",
                          "Let an allocator that can start from its last decision.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Self::m_warmStart),
                          MakeBooleanChecker())
            .AddAttribute("MinPowerFraction",
                          "Least transmit power as a fraction of the greatest.",
                          DoubleValue(0.01),
                          MakeDoubleAccessor(&Self::m_minPowerFraction),
                          MakeDoubleChecker<double>(1e-9, 1.0))
            .AddAttribute("MinUnits",
                          "Least compute units of a user's tail.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&Self::m_minUnits),
                          MakeDoubleChecker<double>(1e-6, 1e12))
            .AddAttribute("MaxUnits",
                          "Most compute units of a user's tail.",
                          DoubleValue(16.0),
                          MakeDoubleAccessor(&Self::m_maxUnits),
                          MakeDoubleChecker<double>(1e-6, 1e12))
            .AddAttribute("Normalise",
                          "Divide delay and energy by those of the device alone.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Self::m_normalise),
                          MakeBooleanChecker())
            .AddAttribute("AccuracyFloor",
                          "Least mean accuracy of all tasks that got a cut, 0 = none; tasks count "
                          "whose network names exits. For the plain SplitRule only.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&Self::m_accuracyFloor),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("SlotRule",
                          "Decides the grants of a slot: LiGdSlotRule, CreditRule (the plan's "
                          "shares), RoundRobinRule, ProportionalFairRule, SmithRule or your own.",
                          StringValue("ns3::noma::CreditRule"),
                          MakePointerAccessor(&Self::m_slotRule),
                          MakePointerChecker<SlotRule>())
            .AddAttribute("SplitRule",
                          "Chooses cuts: SplitRule (the allocator's), QueueAwareSplitRule or your "
                          "own.",
                          StringValue("ns3::noma::SplitRule"),
                          MakePointerAccessor(&Self::m_splitRule),
                          MakePointerChecker<SplitRule>())
            .AddAttribute("UplinkOrder",
                          "Decoding order of uplink groups.",
                          StringValue("ns3::noma::NomaOrderPolicy"),
                          MakePointerAccessor(&Self::m_uplinkOrder),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute("DownlinkOrder",
                          "Decoding order of downlink groups.",
                          StringValue("ns3::noma::NomaGainOverInterferenceOrder"),
                          MakePointerAccessor(&Self::m_downlinkOrder),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute("LinkAdaptation",
                          "What sets the rates.",
                          StringValue("ns3::noma::NomaLinkAdaptation"),
                          MakePointerAccessor(&Self::m_adaptation),
                          MakePointerChecker<NomaLinkAdaptation>())
            .AddTraceSource("Decided",
                            "The allocator decided: slot, users, objective, solver's report.",
                            MakeTraceSourceAccessor(&Self::m_decided),
                            "ns3::noma::SplitInferenceController::DecidedCallback")
            .AddTraceSource("SlotDecided",
                            "A slot is over: who was to send where at what power, what was "
                            "granted, and why where they differ.",
                            MakeTraceSourceAccessor(&Self::m_slotDecided),
                            "ns3::noma::SplitInferenceController::SlotDecidedCallback");
    return tid;
}

SplitInferenceController::SplitInferenceController()
{
    NS_LOG_FUNCTION(this);
}

SplitInferenceController::~SplitInferenceController()
{
    NS_LOG_FUNCTION(this);
}

void
SplitInferenceController::DoInitialize()
{
    if (!m_allocator)
    {
        try
        {
            m_allocator = CreateAllocator(m_allocatorName);
        }
        catch (const std::invalid_argument& e)
        {
            NS_FATAL_ERROR("SplitInferenceController: Allocator: " << e.what());
        }
    }
    NS_ABORT_MSG_IF(
        m_accuracyFloor > 0 && m_splitRule->GetInstanceTypeId() != SplitRule::GetTypeId(),
        "SplitInferenceController: AccuracyFloor = "
            << m_accuracyFloor << ", must be 0 with the split rule "
            << m_splitRule->GetInstanceTypeId().GetName() << ", which does not know accuracies");
    SlotRuleContext context;
    context.order.up = KeyOf(m_uplinkOrder);
    context.order.down = KeyOf(m_downlinkOrder);
    context.rates = m_adaptation;
    context.maximumPower = m_maximumPower;
    context.minPowerFraction = m_minPowerFraction;
    m_slotRule->SetContext(context);
    SlotScheduler::DoInitialize();
}

void
SplitInferenceController::DoDispose()
{
    m_participants = Participants();
    m_moved = nullptr;
    m_slotRule = nullptr;
    m_splitRule = nullptr;
    m_uplinkOrder = nullptr;
    m_downlinkOrder = nullptr;
    m_adaptation = nullptr;
    SlotScheduler::DoDispose();
}

void
SplitInferenceController::AddClient(uint32_t ue, Ptr<SplitInferenceClient> client)
{
    auto& clients = m_participants.clients;
    clients.resize(std::max<std::size_t>(clients.size(), ue + 1));
    NS_ABORT_MSG_IF(clients[ue], "SplitInferenceController: user " << ue << " has a client");
    clients[ue] = client;
    client->SetUser(ue);
    client->SetController(nullptr);
}

void
SplitInferenceController::AddServer(uint32_t ap,
                                    Ptr<SplitInferenceServer> server,
                                    const Address& address)
{
    auto& servers = m_participants.servers;
    servers.resize(std::max<std::size_t>(servers.size(), ap + 1));
    NS_ABORT_MSG_IF(servers[ap], "SplitInferenceController: AP " << ap << " has a server");
    servers[ap] = server;
    m_addresses.resize(servers.size());
    m_addresses[ap] = address;
}

void
SplitInferenceController::SetMovedCallback(std::function<void(uint32_t, uint32_t)> moved)
{
    m_moved = std::move(moved);
}

void
SplitInferenceController::SetAllocator(std::unique_ptr<Allocator> allocator)
{
    m_allocator = std::move(allocator);
}

Ptr<NomaLinkAdaptation>
SplitInferenceController::GetLinkAdaptation() const
{
    return m_adaptation;
}

const std::vector<uint32_t>&
SplitInferenceController::GetDeciding() const
{
    return m_deciding;
}

const std::vector<UserDecision>&
SplitInferenceController::GetPlan() const
{
    return m_plan;
}

void
SplitInferenceController::DoSchedule(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    Initialize(); // nobody else may own this object
    if (m_slotLog.IsOpen())
    {
        m_slotDecided(m_slotLog.Close({})); // nothing was sent, so that nothing was reported
    }
    m_channel.Reset(s);
    FollowUsers(s);
    m_plan.resize(s.ues.size());
    m_users.resize(s.ues.size());
    m_expectedEnd.resize(s.ues.size(), std::numeric_limits<double>::infinity());
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        m_users[i].expectedSeconds = std::max(0.0, m_expectedEnd[i] - s.slot * s.slotSeconds);
    }
    CollectWork(s, m_participants, m_users);
    m_slotRule->Prepare(s, m_channel, m_users);
    if (s.slot >= m_nextDecision)
    {
        m_nextDecision = s.slot + m_period;
        const ControlReport report = Decide(s);
        NS_LOG_INFO("slot " << s.slot << ": " << report.users << " users, gamma " << report.gamma
                            << ", " << SolverStatusName(report.solver.status));
        m_decided(report);
    }
    while (!m_pending.empty() && m_pending.front().due <= s.slot)
    {
        const Pending pending = std::move(m_pending.front());
        m_pending.pop_front();
        Apply(s, pending);
    }
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        for (Direction d : DIRECTIONS)
        {
            const LinkDecision& link = m_plan[i].link[d];
            m_users[i].plan[d] = link;
            m_users[i].powerW[d] = m_maximumPower || link.shares.empty()
                                       ? s.ues[i].maxPowerW[d]
                                       : std::min(link.powerW, s.ues[i].maxPowerW[d]);
        }
    }
    const uint32_t k =
        m_maxSuperposed > 0 ? std::min(m_maxSuperposed, s.maxSuperposed) : s.maxSuperposed;
    for (Direction d : DIRECTIONS)
    {
        m_slotRule->Assign(s, m_channel, m_users, k, d, grants);
    }
    std::vector<Grant> decided;
    if (!m_slotDecided.IsEmpty())
    {
        decided = m_slotRule->FollowsPlan() ? PlannedGrants(s) : grants;
    }
    if (!grants.empty())
    {
        Complete(s, grants);
        if (m_fallBack && k > 1 && !m_slotRule->IsFinal() && FallBack(s, grants))
        {
            Complete(s, grants);
        }
    }
    if (!m_slotDecided.IsEmpty())
    {
        m_slotLog.Open(s, decided, grants, m_slotRule->FollowsPlan(), !m_maximumPower);
    }
    m_last = s;
    m_last.csi = nullptr; // valid during this call only
}

void
SplitInferenceController::FollowUsers(const SlotSnapshot& s)
{
    m_servingAp.resize(s.ues.size(), UNSEEN);
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        const uint32_t ap = s.ues[i].ap;
        if (ap == m_servingAp[i])
        {
            continue;
        }
        m_servingAp[i] = ap;
        auto client = m_participants.Client(i);
        if (client)
        {
            client->SetCovered(ap != NONE);
        }
        if (ap == NONE)
        {
            continue;
        }
        if (m_moved)
        {
            m_moved(i, ap);
        }
        if (client && ap < m_addresses.size() && !m_addresses[ap].IsInvalid())
        {
            client->SetRemote(m_addresses[ap]);
        }
    }
}

void
SplitInferenceController::DoReport(const std::vector<GrantOutcome>& outcomes)
{
    m_adaptation->Report(outcomes);
    m_slotRule->Report(m_last, outcomes);
    m_splitRule->Report(m_last, outcomes);
    if (m_slotLog.IsOpen())
    {
        m_slotDecided(m_slotLog.Close(outcomes));
    }
}

} // namespace noma
} // namespace ns3
