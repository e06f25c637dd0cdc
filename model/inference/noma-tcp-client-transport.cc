/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-tcp-client-transport.h"

#include "ns3/abort.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaTcpClientTransport");
NS_OBJECT_ENSURE_REGISTERED(TcpClientTransport);

TypeId
TcpClientTransport::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::TcpClientTransport")
                            .SetParent<ClientTransport>()
                            .SetGroupName("Noma")
                            .AddConstructor<TcpClientTransport>();
    return tid;
}

TcpClientTransport::TcpClientTransport()
{
    NS_LOG_FUNCTION(this);
}

TcpClientTransport::~TcpClientTransport()
{
    NS_LOG_FUNCTION(this);
}

void
TcpClientTransport::DoDispose()
{
    if (m_stream)
    {
        m_stream->LetGo();
        m_stream = nullptr;
    }
    ClientTransport::DoDispose();
}

void
TcpClientTransport::DoOpen()
{
}

void
TcpClientTransport::Connect()
{
    NS_LOG_FUNCTION(this);
    Ptr<Socket> socket =
        Socket::CreateSocket(m_node, TypeId::LookupByName("ns3::TcpSocketFactory"));
    const bool v6 = Inet6SocketAddress::IsMatchingType(m_remote);
    NS_ABORT_MSG_IF((v6 ? socket->Bind6() : socket->Bind()) != 0,
                    "TcpClientTransport: cannot bind a socket on node " << m_node->GetId());
    m_stream = Create<InferenceStream>(
        socket,
        [this](const InferenceHeader& header) { Receive(header); },
        [this](WireFault fault) { Broken(fault); });
    socket->SetConnectCallback(MakeCallback(&TcpClientTransport::Connected, this),
                               MakeCallback(&TcpClientTransport::ConnectFailed, this));
    m_connectedTo = m_remote;
    socket->Connect(m_remote);
}

void
TcpClientTransport::Connected(Ptr<Socket> /* socket */)
{
    if (m_stream)
    {
        m_stream->Connected();
    }
}

void
TcpClientTransport::ConnectFailed(Ptr<Socket> /* socket */)
{
    Broken(WireFault::NONE);
}

void
TcpClientTransport::Broken(WireFault fault)
{
    NS_LOG_FUNCTION(this << WireFaultName(fault));
    if (fault != WireFault::NONE && m_events.fault)
    {
        m_events.fault(fault, m_connectedTo);
    }
    if (m_stream)
    {
        m_stream->Close();
        m_stream = nullptr;
    }
    std::map<uint32_t, InferenceHeader> tasks;
    tasks.swap(m_tasks);
    for (const auto& [task, header] : tasks)
    {
        if (m_events.failed)
        {
            m_events.failed(task, TaskFailure::TRANSPORT);
        }
    }
}

void
TcpClientTransport::Upload(const InferenceHeader& header)
{
    NS_LOG_FUNCTION(this << header.task << header.total);
    if (m_stream && m_tasks.empty() && m_connectedTo != m_remote)
    {
        Close(); // nothing under way: the next connection goes to the new server
    }
    if (!m_stream)
    {
        Connect();
    }
    InferenceHeader h = header;
    h.kind = InferenceHeader::TENSOR;
    h.offset = 0;
    h.length = h.total;
    m_tasks[h.task] = h;
    m_stream->Send(h);
}

void
TcpClientTransport::Cancel(uint32_t task)
{
    if (m_tasks.erase(task) == 0 || !m_stream)
    {
        return;
    }
    InferenceHeader h;
    h.kind = InferenceHeader::CANCEL;
    h.task = task;
    m_stream->Send(h);
}

void
TcpClientTransport::Close()
{
    m_tasks.clear();
    if (m_stream)
    {
        m_stream->Close();
        m_stream = nullptr;
    }
}

void
TcpClientTransport::Receive(const InferenceHeader& header)
{
    const auto it = m_tasks.find(header.task);
    if (it == m_tasks.end())
    {
        return; // given up in the meantime
    }
    if (header.kind == InferenceHeader::STATUS)
    {
        if (header.state == InferenceHeader::REJECTED || header.state == InferenceHeader::REFUSED)
        {
            const bool full = header.state == InferenceHeader::REJECTED;
            m_tasks.erase(it);
            if (m_tasks.empty() && m_stream->GetUnsentBytes() > 0)
            {
                Close(); // the rest of its tensors would be in the way of the next ones
            }
            m_events.failed(header.task, full ? TaskFailure::SERVER_QUEUE : TaskFailure::REFUSED);
        }
        else if (header.state == InferenceHeader::COMPLETE)
        {
            m_events.uploaded(header.task);
        }
    }
    else if (header.kind == InferenceHeader::RESULT && !IsAnswer(it->second, header))
    {
        Broken(WireFault::CONTRADICTION);
    }
    else if (header.kind == InferenceHeader::RESULT)
    {
        m_tasks.erase(it);
        m_events.result(header);
    }
}

uint64_t
TcpClientTransport::GetUnsentBytes() const
{
    return m_stream ? m_stream->GetUnsentBytes() : 0;
}

uint64_t
TcpClientTransport::GetReceivedBytes(uint32_t task) const
{
    return m_stream ? m_stream->GetReceivedBytes(task) : 0;
}

uint64_t
TcpClientTransport::GetWireBytes(uint64_t bytes) const
{
    // one header, then segments of the default size with IP and TCP headers with time stamps
    const bool v6 = Inet6SocketAddress::IsMatchingType(m_remote);
    InferenceHeader header;
    header.total = std::min(bytes, InferenceHeader::MAX_BYTES); // more is never sent
    const uint64_t payload = header.total + header.GetSerializedSize();
    return payload + (payload + 535) / 536 * (32 + (v6 ? 40 : 20));
}

} // namespace noma
} // namespace ns3
