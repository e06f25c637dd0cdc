/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/noma-server-transport.h"

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaTcpServerTransport");

TcpServerTransport::~TcpServerTransport()
{
    Close();
}

void
TcpServerTransport::Open(Ptr<Node> node, const Address& local, const ServerEvents& events)
{
    m_events = events;
    m_socket = Socket::CreateSocket(node, TypeId::LookupByName("ns3::TcpSocketFactory"));
    NS_ABORT_MSG_IF(m_socket->Bind(local) != 0 || m_socket->Listen() != 0,
                    "SplitInferenceServer: cannot listen at its TCP port on node "
                        << node->GetId());
    m_socket->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                MakeCallback(&TcpServerTransport::Accept, this));
}

void
TcpServerTransport::Close()
{
    for (auto& [client, stream] : m_streams)
    {
        stream->Close();
    }
    m_streams.clear();
    m_tasks.clear();
    if (m_socket)
    {
        m_socket->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    MakeNullCallback<void, Ptr<Socket>, const Address&>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
TcpServerTransport::Accept(Ptr<Socket> socket, const Address& from)
{
    Ptr<InferenceStream> stream = Create<InferenceStream>(
        socket,
        [this, from](const InferenceHeader& header) { Receive(from, header); },
        [this, from] { Ended(from); });
    m_streams[from] = stream;
    stream->Connected();
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
        InferenceHeader status = header;
        status.kind = InferenceHeader::STATUS;
        status.length = 0;
        status.state = InferenceHeader::REJECTED;
        if (m_events.admit() && m_events.tensors(key, header))
        {
            m_tasks.insert(key);
            status.state = InferenceHeader::COMPLETE;
        }
        auto it = m_streams.find(from);
        if (it != m_streams.end())
        {
            it->second->Send(status);
        }
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
TcpServerTransport::Ended(const Address& from)
{
    m_streams.erase(from);
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
