/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/noma-server-transport.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaTcpServerTransport");

namespace
{

/// A client that lets so many answers wait is cut off.
constexpr std::size_t MAX_ANSWERS = 65536;

} // namespace

TcpServerTransport::~TcpServerTransport()
{
    Close();
}

void
TcpServerTransport::Open(Ptr<Node> node,
                         const Address& local,
                         const ServerLimits& limits,
                         const ServerEvents& events)
{
    m_limits = limits;
    m_events = events;
    m_socket = Socket::CreateSocket(node, TypeId::LookupByName("ns3::TcpSocketFactory"));
    NS_ABORT_MSG_IF(m_socket->Bind(local) != 0 || m_socket->Listen() != 0,
                    "SplitInferenceServer: cannot listen at its TCP port on node "
                        << node->GetId());
    m_socket->SetAcceptCallback(MakeCallback(&TcpServerTransport::OnRequest, this),
                                MakeCallback(&TcpServerTransport::Accept, this));
}

void
TcpServerTransport::Close()
{
    const Ptr<Socket> socket = m_socket;
    for (auto& [client, stream] : m_streams)
    {
        stream->Close();
    }
    LetGo();
    if (socket)
    {
        socket->Close();
    }
}

void
TcpServerTransport::LetGo()
{
    for (auto& [client, stream] : m_streams)
    {
        stream->LetGo();
    }
    m_idle.Cancel();
    m_streams.clear();
    m_hosts.clear();
    m_tasks.clear();
    if (m_socket)
    {
        m_socket->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    MakeNullCallback<void, Ptr<Socket>, const Address&>());
        m_socket = nullptr;
    }
}

bool
TcpServerTransport::OnRequest(Ptr<Socket> /* socket */, const Address& from)
{
    const auto held = m_hosts.find(HostOf(from));
    if (m_streams.size() < m_limits.maxConnections &&
        (held == m_hosts.end() || held->second < m_limits.maxConnectionsPerHost))
    {
        return true;
    }
    m_events.fault(WireFault::MEMORY, from);
    return false;
}

void
TcpServerTransport::CloseIdle()
{
    Time next = Time::Max();
    std::vector<Address> idle;
    for (const auto& [client, stream] : m_streams)
    {
        const auto task = m_tasks.lower_bound(TaskKey(client, 0));
        const bool needed = task != m_tasks.end() && task->first == client;
        const Time since = needed ? Simulator::Now() : stream->GetLastActive();
        if (since + m_limits.idle <= Simulator::Now())
        {
            idle.push_back(client);
        }
        else
        {
            next = std::min(next, since + m_limits.idle - Simulator::Now());
        }
    }
    for (const auto& client : idle)
    {
        NS_LOG_INFO("connection from " << client << " closed: idle");
        m_streams[client]->Close();
        Ended(client, WireFault::NONE);
    }
    if (next != Time::Max())
    {
        m_idle = Simulator::Schedule(next, &TcpServerTransport::CloseIdle, this);
    }
}

void
TcpServerTransport::Accept(Ptr<Socket> socket, const Address& from)
{
    if (!OnRequest(socket, from)) // several may have asked at once
    {
        socket->Close();
        return;
    }
    Ptr<InferenceStream> stream = Create<InferenceStream>(
        socket,
        [this, from](const InferenceHeader& header) { Receive(from, header); },
        [this, from](WireFault fault) { Ended(from, fault); });
    if (m_streams.count(from) == 0)
    {
        ++m_hosts[HostOf(from)];
    }
    stream->SetHeaderCallback(
        [this, from](const InferenceHeader& header) { return Begin(from, header); });
    m_streams[from] = stream;
    if (!m_limits.idle.IsZero() && m_idle.IsExpired())
    {
        m_idle = Simulator::Schedule(m_limits.idle, &TcpServerTransport::CloseIdle, this);
    }
    stream->Connected();
}

bool
TcpServerTransport::Begin(const Address& from, const InferenceHeader& header)
{
    if (header.kind != InferenceHeader::TENSOR)
    {
        return true;
    }
    const WireFault fault = m_events.check(from, header);
    if (fault == WireFault::NONE)
    {
        return true;
    }
    m_events.fault(fault, from);
    Answer(from, header, InferenceHeader::REFUSED);
    return false;
}

void
TcpServerTransport::Receive(const Address& from, const InferenceHeader& header)
{
    const TaskKey key(from, STREAM_TASK | header.task);
    if (header.kind == InferenceHeader::CANCEL)
    {
        if (m_tasks.erase(key) > 0)
        {
            m_events.cancelled(key);
        }
    }
    else if (header.kind == InferenceHeader::TENSOR)
    {
        if (m_tasks.count(key) > 0)
        {
            m_events.fault(WireFault::CONTRADICTION, from); // has a task of that number here
            return;
        }
        const bool taken = m_events.admit() && m_events.tensors(key, header);
        if (taken)
        {
            m_tasks.insert(key);
        }
        Answer(from, header, taken ? InferenceHeader::COMPLETE : InferenceHeader::REJECTED);
    }
}

void
TcpServerTransport::Answer(const Address& from,
                           const InferenceHeader& tensors,
                           InferenceHeader::State state)
{
    const auto it = m_streams.find(from);
    if (it == m_streams.end())
    {
        return;
    }
    const Ptr<InferenceStream> stream = it->second;
    InferenceHeader status = tensors;
    status.kind = InferenceHeader::STATUS;
    status.length = 0;
    status.state = state;
    stream->Send(status);
    if (stream->GetQueued() > MAX_ANSWERS)
    {
        stream->Close(); // asks and asks, and reads no answer
        Ended(from, WireFault::MEMORY);
    }
}

void
TcpServerTransport::SendResult(const TaskKey& key, const InferenceHeader& header)
{
    auto it = m_streams.find(key.first);
    if (it != m_streams.end() && m_tasks.erase(key) > 0)
    {
        InferenceHeader h = header;
        h.offset = 0;
        h.length = h.total;
        it->second->Send(h);
    }
    m_events.closed(key);
}

void
TcpServerTransport::Decline(const TaskKey& key)
{
    const auto it = m_streams.find(key.first);
    if (it != m_streams.end() && m_tasks.erase(key) > 0)
    {
        InferenceHeader status;
        status.kind = InferenceHeader::STATUS;
        status.state = InferenceHeader::REJECTED;
        status.task = static_cast<uint32_t>(key.second);
        it->second->Send(status);
    }
}

void
TcpServerTransport::Ended(Address from, WireFault fault)
{
    if (fault != WireFault::NONE)
    {
        m_events.fault(fault, from);
    }
    if (m_streams.erase(from) > 0)
    {
        const auto held = m_hosts.find(HostOf(from));
        if (--held->second == 0)
        {
            m_hosts.erase(held);
        }
    }
    std::set<TaskKey> lost;
    for (const auto& key : m_tasks)
    {
        if (key.first == from)
        {
            lost.insert(key);
        }
    }
    for (const auto& key : lost)
    {
        m_tasks.erase(key);
        m_events.cancelled(key);
    }
}

std::size_t
TcpServerTransport::GetConnections() const
{
    return m_streams.size();
}

uint64_t
TcpServerTransport::GetUnsentBytes() const
{
    uint64_t bytes = 0;
    for (const auto& [client, stream] : m_streams)
    {
        bytes += stream->GetUnsentBytes();
    }
    return bytes;
}

} // namespace noma
} // namespace ns3
