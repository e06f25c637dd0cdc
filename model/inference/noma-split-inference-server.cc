/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-split-inference-server.h"

#include "ns3/address.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/log.h"
#include "ns3/node-list.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaSplitInferenceServer");
NS_OBJECT_ENSURE_REGISTERED(SplitInferenceServer);

TypeId
SplitInferenceServer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::SplitInferenceServer")
            .SetParent<Application>()
            .SetGroupName("Noma")
            .AddConstructor<SplitInferenceServer>()
            .AddAttribute("Port",
                          "UDP and TCP port to listen at.",
                          UintegerValue(4949),
                          MakeUintegerAccessor(&SplitInferenceServer::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Ipv6",
                          "Listen on IPv6 instead of IPv4.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&SplitInferenceServer::m_ipv6),
                          MakeBooleanChecker())
            .AddAttribute("MaxQueue",
                          "Most tails waiting for compute units; more are turned down.",
                          UintegerValue(100000),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxQueue),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("SegmentBytes",
                          "Result bytes per datagram.",
                          UintegerValue(1400),
                          MakeUintegerAccessor(&SplitInferenceServer::m_segmentBytes),
                          MakeUintegerChecker<uint32_t>(1, 65000))
            .AddAttribute("Timeout",
                          "Wait for a client's answer before asking again; doubles with every "
                          "repetition.",
                          TimeValue(MilliSeconds(500)),
                          MakeTimeAccessor(&SplitInferenceServer::m_timeout),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1e9)))
            .AddAttribute("MaxProbes",
                          "Unanswered questions in a row after which a result is dropped.",
                          UintegerValue(16),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxProbes),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("ForgetAfter",
                          "Tensors that stay incomplete are dropped when nothing came for so long.",
                          TimeValue(Seconds(120)),
                          MakeTimeAccessor(&SplitInferenceServer::m_forget),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1e9)))
            .AddAttribute("MaxIncomplete",
                          "Most tasks whose tensors are incomplete; more are turned down.",
                          UintegerValue(65536),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxIncomplete),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MaxIncompletePerHost",
                          "Most tasks of one network address whose tensors are incomplete.",
                          UintegerValue(4096),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxHostIncomplete),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("IdleTimeout",
                          "A connection is closed when nothing went over it for so long and no "
                          "task of it is here; zero = never.",
                          TimeValue(Seconds(300)),
                          MakeTimeAccessor(&SplitInferenceServer::m_idle),
                          MakeTimeChecker(Time(0), Seconds(1e9)))
            .AddAttribute("MaxConnections",
                          "Most connections; more are refused.",
                          UintegerValue(65536),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxConnections),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MaxConnectionsPerHost",
                          "Most connections from one network address.",
                          UintegerValue(64),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxHostConnections),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MaxTensorBytes",
                          "Most bytes of a task's tensors; a task with more is refused.",
                          UintegerValue(1u << 30),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxTensorBytes),
                          MakeUintegerChecker<uint64_t>(0, InferenceHeader::MAX_BYTES))
            .AddAttribute("MaxResultBytes",
                          "Most bytes of a task's result; a task with more is refused.",
                          UintegerValue(1u << 30),
                          MakeUintegerAccessor(&SplitInferenceServer::m_maxResultBytes),
                          MakeUintegerChecker<uint64_t>(0, InferenceHeader::MAX_BYTES))
            .AddAttribute("MaxTaskFlops",
                          "Most work of a tail (FLOP); a task with more is refused.",
                          DoubleValue(1e15),
                          MakeDoubleAccessor(&SplitInferenceServer::m_maxFlops),
                          MakeDoubleChecker<double>(0.0, 1e30))
            .AddAttribute("Cloud",
                          "Socket address of the server that takes tails when this one is full.",
                          AddressValue(),
                          MakeAddressAccessor(&SplitInferenceServer::m_cloud),
                          MakeAddressChecker())
            .AddAttribute("CloudPolicy",
                          "When tails go on to the cloud: Never, WhenFull (MaxQueue wait here), "
                          "Always.",
                          EnumValue(NEVER),
                          NOMA_ENUM_ACCESSOR(CloudPolicy, &SplitInferenceServer::m_cloudPolicy),
                          MakeEnumChecker(NEVER, "Never", WHEN_FULL, "WhenFull", ALWAYS, "Always"))
            .AddAttribute("OnHandOver",
                          "What becomes of the tails of a user that another access point serves "
                          "now: Stay, or Follow to the server there.",
                          EnumValue(STAY),
                          NOMA_ENUM_ACCESSOR(HandOver, &SplitInferenceServer::m_handOver),
                          MakeEnumChecker(STAY, "Stay", FOLLOW, "Follow"))
            .AddAttribute("StateBytes",
                          "Bytes that follow a user beside the tensors of a tail.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&SplitInferenceServer::m_stateBytes),
                          MakeUintegerChecker<uint32_t>(0, 1u << 30))
            .AddAttribute("KnownUsersOnly",
                          "Refuse tasks of users that BindUser() has not tied to a node.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&SplitInferenceServer::m_knownOnly),
                          MakeBooleanChecker())
            .AddAttribute("Computer",
                          "The compute units.",
                          StringValue("ns3::noma::EdgeComputer"),
                          MakePointerAccessor(&SplitInferenceServer::m_computer),
                          MakePointerChecker<EdgeComputer>())
            .AddTraceSource("Arrived",
                            "A tail arrived: user, task, compute units asked for.",
                            MakeTraceSourceAccessor(&SplitInferenceServer::m_arrivedTrace),
                            "ns3::noma::SplitInferenceServer::ArrivedCallback")
            .AddTraceSource("Fault",
                            "Something came that was not acted upon: reason, sender.",
                            MakeTraceSourceAccessor(&SplitInferenceServer::m_faultTrace),
                            "ns3::noma::SplitInferenceServer::FaultCallback")
            .AddTraceSource("Forwarded",
                            "A tail was sent on to another server: user, task, bytes.",
                            MakeTraceSourceAccessor(&SplitInferenceServer::m_forwardedTrace),
                            "ns3::noma::SplitInferenceServer::ForwardedCallback")
            .AddTraceSource("Rejected",
                            "A tail was turned down: user, task.",
                            MakeTraceSourceAccessor(&SplitInferenceServer::m_rejectedTrace),
                            "ns3::noma::SplitInferenceServer::RejectedCallback")
            .AddTraceSource("Crashed",
                            "The server crashed: tails lost.",
                            MakeTraceSourceAccessor(&SplitInferenceServer::m_crashedTrace),
                            "ns3::noma::SplitInferenceServer::CrashedCallback");
    return tid;
}

namespace
{

/**
 * Whether a socket address is one of a node's.
 *
 * @param node node with an Internet stack
 * @param socket socket address
 * @returns whether an interface of the node has its network address
 */
bool
HasAddress(const Ptr<Node>& node, const Address& socket)
{
    if (InetSocketAddress::IsMatchingType(socket))
    {
        const auto ipv4 = node->GetObject<Ipv4>();
        const auto address = InetSocketAddress::ConvertFrom(socket).GetIpv4();
        return ipv4 && ipv4->GetInterfaceForAddress(address) >= 0;
    }
    if (Inet6SocketAddress::IsMatchingType(socket))
    {
        const auto ipv6 = node->GetObject<Ipv6>();
        const auto address = Inet6SocketAddress::ConvertFrom(socket).GetIpv6();
        return ipv6 && ipv6->GetInterfaceForAddress(address) >= 0;
    }
    return false;
}

} // namespace

SplitInferenceServer::SplitInferenceServer()
{
    NS_LOG_FUNCTION(this);
}

SplitInferenceServer::~SplitInferenceServer()
{
    NS_LOG_FUNCTION(this);
}

void
SplitInferenceServer::DoInitialize()
{
    m_computer->Initialize();
    Application::DoInitialize();
}

void
SplitInferenceServer::DoDispose()
{
    m_udp.Close();
    m_tcp.LetGo();
    m_forwarder.LetGo();
    m_jobs.clear();
    m_sent.clear();
    m_nodes.clear();
    if (m_computer)
    {
        m_computer->Dispose();
        m_computer = nullptr;
    }
    Application::DoDispose();
}

void
SplitInferenceServer::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_running = true;
    Listen();
}

void
SplitInferenceServer::StopApplication()
{
    NS_LOG_FUNCTION(this);
    Crash();
    m_running = false;
}

void
SplitInferenceServer::Listen()
{
    ServerEvents events;
    events.admit = [this] { return Admit(); };
    events.check = [this](const Address& from, const InferenceHeader& header) {
        return CheckClaim(from, header);
    };
    events.fault = [this](WireFault fault, const Address& from) { OnFault(fault, from); };
    events.tensors = [this](const TaskKey& key, const InferenceHeader& header) {
        return OnTensors(key, header);
    };
    events.cancelled = [this](const TaskKey& key) { OnCancelled(key); };
    events.closed = [](const TaskKey&) {};
    MessageSenderParameters parameters;
    parameters.segmentBytes = m_segmentBytes;
    parameters.timeout = m_timeout;
    parameters.maxProbes = m_maxProbes;
    const Address local = m_ipv6 ? Address(Inet6SocketAddress(Ipv6Address::GetAny(), m_port))
                                 : Address(InetSocketAddress(Ipv4Address::GetAny(), m_port));
    ServerLimits limits;
    limits.forget = m_forget;
    limits.maxIncomplete = m_maxIncomplete;
    limits.maxIncompletePerHost = m_maxHostIncomplete;
    limits.idle = m_idle;
    limits.maxConnections = m_maxConnections;
    limits.maxConnectionsPerHost = m_maxHostConnections;
    TailForwarder::Events forward;
    forward.result = [this](const TaskKey& key, const InferenceHeader& header) {
        OnReturned(key, header);
    };
    forward.failed = [this](const TaskKey& key) { OnForwardFailed(key); };
    forward.fault = events.fault;
    m_forwarder.SetEvents(forward);
    m_udp.Open(GetNode(), local, parameters, limits, events);
    m_tcp.Open(GetNode(), local, limits, events);
    m_up = true;
}

void
SplitInferenceServer::Crash()
{
    NS_LOG_FUNCTION(this);
    if (!m_up)
    {
        return;
    }
    m_up = false;
    m_udp.Close();
    m_tcp.Close();
    m_forwarder.Close();
    const auto lost = static_cast<uint32_t>(m_jobs.size() + m_sent.size());
    m_jobs.clear();
    m_sent.clear();
    m_computer->Clear();
    NS_LOG_INFO("down, " << lost << " tails lost");
    m_crashedTrace(lost);
}

void
SplitInferenceServer::Restart()
{
    NS_LOG_FUNCTION(this);
    if (m_running && !m_up)
    {
        Listen();
    }
}

bool
SplitInferenceServer::IsUp() const
{
    return m_up;
}

Ptr<EdgeComputer>
SplitInferenceServer::GetComputer() const
{
    return m_computer;
}

bool
SplitInferenceServer::Admit() const
{
    return HasRoom() || (m_cloudPolicy != NEVER && !m_cloud.IsInvalid());
}

bool
SplitInferenceServer::IsServer(const Address& from) const
{
    return std::any_of(m_servers.begin(), m_servers.end(), [&](uint32_t node) {
        return HasAddress(NodeList::GetNode(node), from);
    });
}

WireFault
SplitInferenceServer::CheckClaim(const Address& from, const InferenceHeader& header) const
{
    const auto bound = m_nodes.find(header.user);
    const bool user = bound == m_nodes.end() ? !m_knownOnly : HasAddress(bound->second, from);
    if (!user && !IsServer(from))
    {
        return WireFault::USER;
    }
    if (header.total > m_maxTensorBytes || header.resultBytes > m_maxResultBytes ||
        header.edgeFlops > m_maxFlops)
    {
        return WireFault::CLAIM;
    }
    return WireFault::NONE;
}

void
SplitInferenceServer::OnFault(WireFault fault, const Address& from)
{
    m_faults.Count(fault);
    m_faultTrace(fault, from);
}

const WireFaultCounters&
SplitInferenceServer::GetFaults() const
{
    return m_faults;
}

void
SplitInferenceServer::BindUser(uint32_t user, Ptr<Node> node)
{
    m_nodes[user] = node;
}

uint64_t
SplitInferenceServer::GetUnsentBytes(uint32_t user) const
{
    return m_udp.GetUnsentBytes(user) + m_tcp.GetUnsentBytes();
}

std::size_t
SplitInferenceServer::GetJobs() const
{
    return m_jobs.size();
}

std::size_t
SplitInferenceServer::GetExchanges() const
{
    return m_udp.GetExchanges();
}

std::size_t
SplitInferenceServer::GetConnections() const
{
    return m_tcp.GetConnections();
}

uint16_t
SplitInferenceServer::GetPort() const
{
    return m_port;
}

} // namespace noma
} // namespace ns3
