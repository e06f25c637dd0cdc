/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/noma-server-transport.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaUdpServerTransport");

namespace
{

/// So many tasks are remembered after they were dealt with.
constexpr std::size_t PAST_TASKS = 4096;

/**
 * Compares what two segments say of their task.
 *
 * @param a header of a segment
 * @param b header of another
 * @returns whether all agrees but where the segments lie
 */
bool
SameTask(const InferenceHeader& a, const InferenceHeader& b)
{
    return a.total == b.total && a.user == b.user && a.cut == b.cut && a.edgeFlops == b.edgeFlops &&
           a.resultBytes == b.resultBytes && a.units == b.units && a.weight == b.weight;
}

} // namespace

Address
HostOf(const Address& socket)
{
    if (InetSocketAddress::IsMatchingType(socket))
    {
        return InetSocketAddress::ConvertFrom(socket).GetIpv4();
    }
    if (Inet6SocketAddress::IsMatchingType(socket))
    {
        return Inet6SocketAddress::ConvertFrom(socket).GetIpv6();
    }
    return socket;
}

UdpServerTransport::~UdpServerTransport()
{
    Close();
}

void
UdpServerTransport::Open(Ptr<Node> node,
                         const Address& local,
                         const MessageSenderParameters& parameters,
                         const ServerLimits& limits,
                         const ServerEvents& events)
{
    m_parameters = parameters;
    m_limits = limits;
    m_events = events;
    m_socket = Socket::CreateSocket(node, TypeId::LookupByName("ns3::UdpSocketFactory"));
    NS_ABORT_MSG_IF(m_socket->Bind(local) != 0,
                    "SplitInferenceServer: cannot bind its UDP port on node " << node->GetId());
    m_socket->SetRecvCallback(MakeCallback(&UdpServerTransport::Receive, this));
}

void
UdpServerTransport::Close()
{
    for (auto& [key, e] : m_exchanges)
    {
        e.forget.Cancel();
    }
    m_exchanges.clear();
    m_hosts.clear();
    m_incomplete = 0;
    m_past.clear();
    m_pastOrder.clear();
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
UdpServerTransport::Send(const Address& to, const InferenceHeader& header, uint32_t payload)
{
    Ptr<Packet> packet = Create<Packet>(payload);
    packet->AddHeader(header);
    m_socket->SendTo(packet, 0, to);
}

void
UdpServerTransport::SendStatus(const TaskKey& key,
                               const InferenceHeader& question,
                               InferenceHeader::State state)
{
    InferenceHeader status = question;
    status.kind = InferenceHeader::STATUS;
    status.statusWanted = false;
    status.state = state;
    status.missing.clear();
    if (!question.aboutResult && state == InferenceHeader::INCOMPLETE)
    {
        status.offset = std::min(question.offset + question.length, question.total);
        auto it = m_exchanges.find(key);
        status.missing = (it == m_exchanges.end() ? ByteRanges() : it->second.tensors)
                             .Missing(status.offset, InferenceHeader::MAX_RANGES);
        if (status.missing.size() == InferenceHeader::MAX_RANGES)
        {
            status.offset = status.missing.back().second;
        }
    }
    Send(key.first, status, 0);
}

void
UdpServerTransport::Receive(Ptr<Socket> socket)
{
    Address from;
    while (Ptr<Packet> packet = socket->RecvFrom(from))
    {
        InferenceHeader header;
        packet->PeekHeader(header); // removing it from less than a header would assert
        if (!header.IsValid())
        {
            Reject(WireFault::GARBAGE, from);
            continue;
        }
        packet->RemoveHeader(header);
        const uint64_t payload = header.kind == InferenceHeader::TENSOR ? header.length : 0;
        if (packet->GetSize() != payload)
        {
            Reject(WireFault::LENGTH, from);
            continue;
        }
        NS_LOG_LOGIC("received " << header);
        const TaskKey key(from, header.task);
        if (header.kind == InferenceHeader::CANCEL)
        {
            if (m_exchanges.count(key) > 0)
            {
                Erase(key);
                m_events.cancelled(key);
            }
        }
        else if (header.aboutResult)
        {
            ReceiveAboutResult(key, header);
        }
        else if (header.kind == InferenceHeader::TENSOR ||
                 header.kind == InferenceHeader::STATUS_REQUEST)
        {
            ReceiveTensor(key, header);
        }
        if (!m_socket)
        {
            return; // closed by what the server made of it
        }
    }
}

void
UdpServerTransport::ReceiveTensor(const TaskKey& key, const InferenceHeader& header)
{
    auto it = m_exchanges.find(key);
    if (it != m_exchanges.end() && it->second.complete)
    {
        if (header.statusWanted)
        {
            SendStatus(key, header, InferenceHeader::COMPLETE);
        }
        return;
    }
    if (header.kind == InferenceHeader::STATUS_REQUEST)
    {
        SendStatus(key, header, InferenceHeader::INCOMPLETE);
        return;
    }
    if (it == m_exchanges.end())
    {
        it = Begin(key, header);
        if (it == m_exchanges.end())
        {
            return;
        }
    }
    Exchange& e = it->second;
    if (!SameTask(e.header, header))
    {
        Reject(WireFault::CONTRADICTION, key.first);
        return;
    }
    if (!e.tensors.Add(header.offset, header.offset + header.length))
    {
        Reject(WireFault::MEMORY, key.first); // too many holes: as good as lost
        return;
    }
    if (e.tensors.GetBytes() < e.header.total)
    {
        e.forget.Cancel();
        e.forget = Simulator::Schedule(m_limits.forget, &UdpServerTransport::Forget, this, key);
        if (header.statusWanted)
        {
            SendStatus(key, header, InferenceHeader::INCOMPLETE);
        }
        return;
    }
    e.complete = true;
    Settle(key);
    e.forget.Cancel();
    e.tensors = ByteRanges();
    if (m_events.tensors(key, e.header))
    {
        SendStatus(key, header, InferenceHeader::COMPLETE);
    }
    else
    {
        SendStatus(key, header, InferenceHeader::REJECTED);
        m_exchanges.erase(key);
    }
}

std::map<TaskKey, UdpServerTransport::Exchange>::iterator
UdpServerTransport::Begin(const TaskKey& key, const InferenceHeader& header)
{
    if (m_past.count(key) > 0)
    {
        return m_exchanges.end(); // late copy of a segment of a finished or cancelled task
    }
    if (const WireFault fault = m_events.check(key.first, header); fault != WireFault::NONE)
    {
        Reject(fault, key.first);
        SendStatus(key, header, InferenceHeader::REFUSED);
        return m_exchanges.end();
    }
    const Address host = HostOf(key.first);
    const auto held = m_hosts.find(host);
    const bool full = m_incomplete >= m_limits.maxIncomplete ||
                      (held != m_hosts.end() && held->second >= m_limits.maxIncompletePerHost);
    if (full)
    {
        Reject(WireFault::MEMORY, key.first);
    }
    if (full || !m_events.admit())
    {
        SendStatus(key, header, InferenceHeader::REJECTED);
        return m_exchanges.end();
    }
    ++m_hosts[host];
    ++m_incomplete;
    const auto it = m_exchanges.emplace(key, Exchange()).first;
    it->second.header = header;
    return it;
}

void
UdpServerTransport::Settle(const TaskKey& key)
{
    const auto held = m_hosts.find(HostOf(key.first));
    --m_incomplete;
    if (--held->second == 0)
    {
        m_hosts.erase(held);
    }
}

void
UdpServerTransport::Reject(WireFault fault, const Address& from)
{
    NS_LOG_INFO("datagram from " << from << " ignored: " << WireFaultName(fault));
    m_events.fault(fault, from);
}

void
UdpServerTransport::ReceiveAboutResult(const TaskKey& key, const InferenceHeader& header)
{
    auto it = m_exchanges.find(key);
    if (header.kind == InferenceHeader::STATUS_REQUEST)
    {
        const bool known = it != m_exchanges.end() && it->second.complete;
        SendStatus(key, header, known ? InferenceHeader::INCOMPLETE : InferenceHeader::UNKNOWN);
        return;
    }
    if (header.kind != InferenceHeader::STATUS || it == m_exchanges.end() || !it->second.sender)
    {
        return;
    }
    if (header.state == InferenceHeader::COMPLETE)
    {
        Erase(key);
        m_events.closed(key);
    }
    else
    {
        it->second.sender->OnStatus(header);
    }
}

void
UdpServerTransport::SendResult(const TaskKey& key, const InferenceHeader& header)
{
    auto it = m_exchanges.find(key);
    if (it == m_exchanges.end())
    {
        return;
    }
    Exchange& e = it->second;
    e.header = header;
    auto segment =
        [this, key, header](uint64_t offset, uint32_t length, uint32_t serial, bool ask) {
            InferenceHeader h = header;
            h.offset = offset;
            h.length = length;
            h.serial = serial;
            h.statusWanted = ask;
            h.aboutResult = true;
            Send(key.first, h, length);
        };
    auto probe = [this, key, header](uint32_t serial, uint64_t offset) {
        InferenceHeader h = header;
        h.kind = InferenceHeader::STATUS_REQUEST;
        h.statusWanted = true;
        h.aboutResult = true;
        h.serial = serial;
        h.offset = offset;
        Send(key.first, h, 0);
    };
    auto failed = [this, key] {
        NS_LOG_INFO("result of task " << key.second << " cannot be delivered");
        const TaskKey copy = key; // this closure goes with the exchange
        Erase(copy);
        m_events.closed(copy);
    };
    e.sender = std::make_unique<MessageSender>(m_parameters, header.total, segment, probe, failed);
    e.sender->Start();
}

void
UdpServerTransport::Decline(const TaskKey& key)
{
    const auto it = m_exchanges.find(key);
    if (it != m_exchanges.end())
    {
        // if the word of it is lost, the client's next question finds the task unknown
        SendStatus(key, it->second.header, InferenceHeader::REJECTED);
        Erase(key);
    }
}

void
UdpServerTransport::Erase(const TaskKey& key)
{
    auto it = m_exchanges.find(key);
    if (it == m_exchanges.end())
    {
        return;
    }
    it->second.forget.Cancel();
    if (!it->second.complete)
    {
        Settle(key);
    }
    m_exchanges.erase(it);
    if (m_past.insert(key).second)
    {
        m_pastOrder.push_back(key);
        if (m_pastOrder.size() > PAST_TASKS)
        {
            m_past.erase(m_pastOrder.front());
            m_pastOrder.pop_front();
        }
    }
}

void
UdpServerTransport::Forget(TaskKey key)
{
    NS_LOG_INFO("partial tensors of task " << key.second << " dropped");
    Settle(key);
    m_exchanges.erase(key);
}

uint64_t
UdpServerTransport::GetUnsentBytes(uint32_t user) const
{
    uint64_t bytes = 0;
    for (const auto& [key, e] : m_exchanges)
    {
        if (e.sender && e.header.user == user)
        {
            bytes += e.sender->GetUnsentBytes();
        }
    }
    return bytes;
}

std::size_t
UdpServerTransport::GetExchanges() const
{
    return m_exchanges.size();
}

} // namespace noma
} // namespace ns3
