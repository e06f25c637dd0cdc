/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-udp-client-transport.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaUdpClientTransport");
NS_OBJECT_ENSURE_REGISTERED(UdpClientTransport);

TypeId
UdpClientTransport::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::UdpClientTransport")
            .SetParent<ClientTransport>()
            .SetGroupName("Noma")
            .AddConstructor<UdpClientTransport>()
            .AddAttribute("SegmentBytes",
                          "Tensor bytes per datagram.",
                          UintegerValue(1400),
                          MakeUintegerAccessor(&UdpClientTransport::m_segmentBytes),
                          MakeUintegerChecker<uint32_t>(1, 65000))
            .AddAttribute("WindowBytes",
                          "Most tensor bytes of all tasks together sent and not yet accounted for.",
                          UintegerValue(1u << 20),
                          MakeUintegerAccessor(&UdpClientTransport::m_windowBytes),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Timeout",
                          "Wait for an answer before asking again; doubles with every repetition.",
                          TimeValue(MilliSeconds(500)),
                          MakeTimeAccessor(&UdpClientTransport::m_timeout),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1e9)))
            .AddAttribute("MaxTimeout",
                          "Longest wait for an answer.",
                          TimeValue(Seconds(8)),
                          MakeTimeAccessor(&UdpClientTransport::m_maxTimeout),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1e9)))
            .AddAttribute("MaxProbes",
                          "Unanswered questions in a row after which the server counts as "
                          "unreachable.",
                          UintegerValue(16),
                          MakeUintegerAccessor(&UdpClientTransport::m_maxProbes),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("PollInterval",
                          "Time between questions whether the server still works on a task.",
                          TimeValue(Seconds(2)),
                          MakeTimeAccessor(&UdpClientTransport::m_pollInterval),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1e9)))
            .AddAttribute("ResendLost",
                          "Send the tensors again when the server lost the task; otherwise the "
                          "task fails.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&UdpClientTransport::m_resendLost),
                          MakeBooleanChecker());
    return tid;
}

UdpClientTransport::UdpClientTransport()
{
    NS_LOG_FUNCTION(this);
}

UdpClientTransport::~UdpClientTransport()
{
    NS_LOG_FUNCTION(this);
}

void
UdpClientTransport::DoOpen()
{
    NS_LOG_FUNCTION(this);
    m_socket = Socket::CreateSocket(m_node, TypeId::LookupByName("ns3::UdpSocketFactory"));
    const bool v6 = Inet6SocketAddress::IsMatchingType(m_remote);
    NS_ABORT_MSG_IF((v6 ? m_socket->Bind6() : m_socket->Bind()) != 0,
                    "UdpClientTransport: cannot bind a socket on node " << m_node->GetId());
    m_socket->SetRecvCallback(MakeCallback(&UdpClientTransport::Receive, this));
    m_window = std::make_unique<SendWindow>(m_windowBytes);
}

void
UdpClientTransport::Close()
{
    for (auto& [task, e] : m_exchanges)
    {
        e.poll.Cancel();
    }
    if (m_window)
    {
        m_window->Close(); // the room of one is not for the next
    }
    m_exchanges.clear();
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
UdpClientTransport::Send(const Address& to, const InferenceHeader& header, uint32_t payload)
{
    Ptr<Packet> packet = Create<Packet>(payload);
    packet->AddHeader(header);
    m_socket->SendTo(packet,
                     0,
                     to); // a full socket or no route is a lost datagram: recovered or timed out
}

void
UdpClientTransport::Upload(const InferenceHeader& header)
{
    NS_LOG_FUNCTION(this << header.task << header.total);
    Exchange& e = m_exchanges[header.task];
    e.header = header;
    e.header.kind = InferenceHeader::TENSOR;
    e.remote = m_remote;
    m_servers.insert(m_remote);
    StartUpload(e);
}

void
UdpClientTransport::StartUpload(Exchange& e)
{
    const InferenceHeader base = e.header;
    const Address to = e.remote;
    e.uploaded = false;
    e.result = ByteRanges();
    e.sender.reset(); // its share of the window before the new one asks for room
    auto segment = [this, base, to](uint64_t offset, uint32_t length, uint32_t serial, bool ask) {
        InferenceHeader h = base;
        h.offset = offset;
        h.length = length;
        h.serial = serial;
        h.statusWanted = ask;
        Send(to, h, length);
    };
    auto probe = [this, base, to](uint32_t serial, uint64_t offset) {
        InferenceHeader h = base;
        h.kind = InferenceHeader::STATUS_REQUEST;
        h.statusWanted = true;
        h.serial = serial;
        h.offset = offset;
        Send(to, h, 0);
    };
    MessageSenderParameters parameters;
    parameters.segmentBytes = m_segmentBytes;
    parameters.windowBytes = m_windowBytes;
    parameters.timeout = m_timeout;
    parameters.maxTimeout = m_maxTimeout;
    parameters.maxProbes = m_maxProbes;
    e.sender = std::make_unique<MessageSender>(
        parameters,
        base.total,
        segment,
        probe,
        [this, task = base.task] { Fail(task, TaskFailure::UNREACHABLE); },
        m_window.get());
    e.sender->Start();
}

void
UdpClientTransport::Uploaded(Exchange& e)
{
    if (!e.uploaded)
    {
        e.uploaded = true;
        e.sender->Stop();
        e.polls = 0;
        SchedulePoll(e);
        m_events.uploaded(e.header.task);
    }
}

void
UdpClientTransport::SchedulePoll(Exchange& e)
{
    e.poll.Cancel();
    e.poll = Simulator::Schedule(m_pollInterval, &UdpClientTransport::Poll, this, e.header.task);
}

void
UdpClientTransport::Poll(uint32_t task)
{
    Exchange& e = m_exchanges.at(task);
    if (++e.polls > m_maxProbes)
    {
        Fail(task, TaskFailure::UNREACHABLE);
        return;
    }
    InferenceHeader h = e.header;
    h.kind = InferenceHeader::STATUS_REQUEST;
    h.statusWanted = true;
    h.aboutResult = true;
    Send(e.remote, h, 0);
    SchedulePoll(e);
}

void
UdpClientTransport::Fail(uint32_t task, TaskFailure failure)
{
    NS_LOG_INFO("task " << task << " failed: " << TaskFailureName(failure));
    m_events.failed(task, failure);
    Cancel(task);
}

void
UdpClientTransport::Cancel(uint32_t task)
{
    auto it = m_exchanges.find(task);
    if (it == m_exchanges.end())
    {
        return;
    }
    it->second.poll.Cancel();
    InferenceHeader h = it->second.header;
    h.kind = InferenceHeader::CANCEL;
    Send(it->second.remote, h, 0);
    m_exchanges.erase(it);
}

void
UdpClientTransport::Receive(Ptr<Socket> socket)
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
        const uint64_t payload = header.kind == InferenceHeader::RESULT ? header.length : 0;
        if (packet->GetSize() != payload)
        {
            Reject(WireFault::LENGTH, from);
            continue;
        }
        const auto it = m_exchanges.find(header.task);
        if (it != m_exchanges.end() ? from != it->second.remote : m_servers.count(from) == 0)
        {
            Reject(WireFault::SENDER, from);
            continue;
        }
        NS_LOG_LOGIC("received " << header);
        if (header.kind == InferenceHeader::STATUS)
        {
            ReceiveStatus(from, header);
        }
        else if (header.kind == InferenceHeader::RESULT ||
                 (header.kind == InferenceHeader::STATUS_REQUEST && header.aboutResult))
        {
            ReceiveResult(from, header);
        }
        if (!m_socket)
        {
            return; // closed by what the client made of it
        }
    }
}

void
UdpClientTransport::Reject(WireFault fault, const Address& from)
{
    NS_LOG_WARN("datagram from " << from << " ignored: " << WireFaultName(fault));
    if (m_events.fault)
    {
        m_events.fault(fault, from);
    }
}

void
UdpClientTransport::ReceiveStatus(const Address& from, const InferenceHeader& header)
{
    auto it = m_exchanges.find(header.task);
    if (it == m_exchanges.end())
    {
        if (header.state == InferenceHeader::INCOMPLETE && !header.aboutResult)
        {
            InferenceHeader h = header; // an old segment made the server expect more
            h.kind = InferenceHeader::CANCEL;
            h.missing.clear();
            Send(from, h, 0);
        }
        return;
    }
    Exchange& e = it->second;
    e.polls = 0;
    if (header.state == InferenceHeader::REJECTED || header.state == InferenceHeader::REFUSED)
    {
        const bool full = header.state == InferenceHeader::REJECTED;
        e.poll.Cancel();
        m_exchanges.erase(it);
        m_events.failed(header.task, full ? TaskFailure::SERVER_QUEUE : TaskFailure::REFUSED);
    }
    else if (header.aboutResult && header.state == InferenceHeader::UNKNOWN && e.uploaded)
    {
        if (m_resendLost)
        {
            e.resentBefore += e.sender->GetResentBytes() + e.header.total;
            e.poll.Cancel();
            StartUpload(e);
        }
        else
        {
            Fail(header.task, TaskFailure::SERVER_LOST);
        }
    }
    else if (!header.aboutResult && header.state == InferenceHeader::COMPLETE)
    {
        Uploaded(e);
    }
    else if (!header.aboutResult && !e.uploaded)
    {
        e.sender->OnStatus(header);
    }
}

void
UdpClientTransport::ReceiveResult(const Address& from, const InferenceHeader& header)
{
    InferenceHeader status = header;
    status.kind = InferenceHeader::STATUS;
    status.statusWanted = false;
    status.aboutResult = true;
    status.state = InferenceHeader::COMPLETE;
    auto it = m_exchanges.find(header.task);
    if (it == m_exchanges.end())
    {
        // closed, one way or another: the server may forget it
        if (header.statusWanted)
        {
            Send(from, status, 0);
        }
        return;
    }
    Exchange& e = it->second;
    const bool segment = header.kind == InferenceHeader::RESULT;
    if (segment)
    {
        if (e.result.GetBytes() == 0)
        {
            e.answer = header;
        }
        const InferenceHeader& first = e.answer;
        if (!IsAnswer(e.header, header) || header.upEnd != first.upEnd ||
            header.edgeStart != first.edgeStart || header.edgeEnd != first.edgeEnd ||
            header.edgeEnergyJ != first.edgeEnergyJ)
        {
            Reject(WireFault::CONTRADICTION, from);
            return;
        }
        if (!e.result.Add(header.offset, header.offset + header.length))
        {
            return; // too many holes: as good as lost, it will come again
        }
    }
    const bool complete = segment && e.result.GetBytes() == header.total;
    if (header.statusWanted)
    {
        if (!complete)
        {
            status.state = InferenceHeader::INCOMPLETE;
            status.offset =
                segment ? header.offset + header.length : std::min(header.offset, header.total);
            status.missing = e.result.Missing(status.offset, InferenceHeader::MAX_RANGES);
            if (status.missing.size() == InferenceHeader::MAX_RANGES)
            {
                status.offset = status.missing.back().second;
            }
        }
        Send(from, status, 0);
    }
    if (complete)
    {
        Uploaded(e); // in case the word of it was lost
        it = m_exchanges.find(header.task);
        if (it == m_exchanges.end())
        {
            return;
        }
        it->second.poll.Cancel();
        it->second.sender->Stop();
        m_events.result(header);
        m_exchanges.erase(header.task);
    }
}

uint64_t
UdpClientTransport::GetUnsentBytes() const
{
    uint64_t bytes = 0;
    for (const auto& [task, e] : m_exchanges)
    {
        bytes += e.sender->GetUnsentBytes();
    }
    return bytes;
}

uint64_t
UdpClientTransport::GetReceivedBytes(uint32_t task) const
{
    const auto it = m_exchanges.find(task);
    return it == m_exchanges.end() ? 0 : it->second.result.GetBytes();
}

uint64_t
UdpClientTransport::GetResentBytes(uint32_t task) const
{
    auto it = m_exchanges.find(task);
    return it == m_exchanges.end() ? 0
                                   : it->second.resentBefore + it->second.sender->GetResentBytes();
}

uint64_t
UdpClientTransport::GetWireBytes(uint64_t bytes) const
{
    const bool v6 = Inet6SocketAddress::IsMatchingType(m_remote);
    InferenceHeader header;
    header.total = std::min(bytes, InferenceHeader::MAX_BYTES); // more is never sent
    const uint64_t overhead = header.GetSerializedSize() + 8 + (v6 ? 40 : 20);
    const uint64_t segments =
        std::max<uint64_t>(1, (header.total + m_segmentBytes - 1) / m_segmentBytes);
    return header.total + segments * overhead;
}

} // namespace noma
} // namespace ns3
