/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-inference-stream.h"

#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaInferenceStream");

namespace
{

/// Payload is queued in pieces of this size, so that the socket can take it bit by bit.
constexpr uint64_t PIECE_BYTES = 8192;

} // namespace

InferenceStream::InferenceStream(Ptr<Socket> socket, MessageCallback message, ClosedCallback closed)
    : m_socket(socket),
      m_message(std::move(message)),
      m_closed(std::move(closed)),
      m_received(Create<Packet>()),
      m_lastActive(Simulator::Now())
{
    m_socket->SetRecvCallback(MakeCallback(&InferenceStream::OnData, this));
    m_socket->SetSendCallback(MakeCallback(&InferenceStream::OnRoom, this));
    m_socket->SetCloseCallbacks(MakeCallback(&InferenceStream::OnEnd, this),
                                MakeCallback(&InferenceStream::OnEnd, this));
}

InferenceStream::~InferenceStream()
{
    Close();
}

void
InferenceStream::Close()
{
    const Ptr<Socket> socket = m_socket;
    LetGo();
    if (socket)
    {
        socket->Close();
    }
}

void
InferenceStream::LetGo()
{
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
        m_socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                                    MakeNullCallback<void, Ptr<Socket>>());
        m_socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                                     MakeNullCallback<void, Ptr<Socket>>());
        m_socket = nullptr;
    }
    m_queue.clear();
    m_queued = 0;
}

void
InferenceStream::SetHeaderCallback(HeaderCallback begun)
{
    m_begun = std::move(begun);
}

void
InferenceStream::Send(const InferenceHeader& header)
{
    Ptr<Packet> packet = Create<Packet>();
    packet->AddHeader(header);
    m_queued += packet->GetSize() + header.length;
    m_queue.push_back({packet, header.length});
    Flush();
}

void
InferenceStream::Connected()
{
    m_connected = true;
    Flush();
}

uint64_t
InferenceStream::GetUnsentBytes() const
{
    return m_queued;
}

void
InferenceStream::OnRoom(Ptr<Socket> /* socket */, uint32_t /* room */)
{
    Flush();
}

void
InferenceStream::Flush()
{
    while (m_connected && m_socket && !m_queue.empty())
    {
        Message& message = m_queue.front();
        const uint32_t room = m_socket->GetTxAvailable();
        if (room == 0)
        {
            return;
        }
        const uint32_t have = message.header
                                  ? message.header->GetSize()
                                  : static_cast<uint32_t>(std::min(message.body, PIECE_BYTES));
        const uint32_t size = std::min(room, have);
        Ptr<Packet> piece =
            message.header ? message.header->CreateFragment(0, size) : Create<Packet>(size);
        if (m_socket->Send(piece) < 0)
        {
            return;
        }
        m_lastActive = Simulator::Now();
        m_queued -= size;
        if (!message.header)
        {
            message.body -= size;
        }
        else if (size < have)
        {
            message.header = message.header->CreateFragment(size, have - size);
            return;
        }
        else
        {
            message.header = nullptr;
        }
        if (!message.header && message.body == 0)
        {
            m_queue.pop_front();
        }
    }
}

void
InferenceStream::OnEnd(Ptr<Socket> /* socket */)
{
    End(WireFault::NONE);
}

void
InferenceStream::End(WireFault fault)
{
    NS_LOG_FUNCTION(this << WireFaultName(fault));
    if (m_socket)
    {
        const ClosedCallback closed = m_closed;
        Close();
        closed(fault); // may drop the last reference to this
    }
}

std::size_t
InferenceStream::GetQueued() const
{
    return m_queue.size();
}

Time
InferenceStream::GetLastActive() const
{
    return m_lastActive;
}

void
InferenceStream::OnData(Ptr<Socket> socket)
{
    Ptr<InferenceStream> self(this); // a message may make the owner let go
    while (m_socket)
    {
        Ptr<Packet> packet = socket->Recv();
        if (!packet || packet->GetSize() == 0)
        {
            return;
        }
        m_lastActive = Simulator::Now();
        m_received->AddAtEnd(packet);
        Parse();
    }
}

uint64_t
InferenceStream::GetReceivedBytes(uint32_t task) const
{
    return m_inBody && m_header.task == task ? m_header.length - m_bodyLeft : 0;
}

void
InferenceStream::Parse()
{
    while (m_socket)
    {
        if (!m_inBody)
        {
            // a plain copy of the bytes: fragments' own history is of no interest here
            uint8_t bytes[InferenceHeader::MAX_SEGMENT_HEADER];
            const uint32_t here = m_received->CopyData(bytes, sizeof(bytes));
            Ptr<Packet> start = Create<Packet>(bytes, here);
            InferenceHeader header;
            const uint32_t size = start->PeekHeader(header);
            const bool whole =
                header.kind == InferenceHeader::TENSOR || header.kind == InferenceHeader::RESULT;
            if (header.IsValid() && header.length != (whole ? header.total : 0))
            {
                NS_LOG_WARN("a message in parts, or a body where there is none: closing");
                End(WireFault::LENGTH);
                return;
            }
            if (!header.IsValid())
            {
                if (here < sizeof(bytes))
                {
                    return; // perhaps not all of it is here
                }
                NS_LOG_WARN("not an inference message: closing");
                End(WireFault::GARBAGE);
                return;
            }
            m_received->RemoveAtStart(size);
            m_header = header;
            m_bodyLeft = header.length;
            m_inBody = true;
            m_wanted = !m_begun || m_begun(header);
        }
        const auto take =
            static_cast<uint32_t>(std::min<uint64_t>(m_bodyLeft, m_received->GetSize()));
        m_received->RemoveAtStart(take);
        m_bodyLeft -= take;
        if (m_bodyLeft > 0)
        {
            return;
        }
        m_inBody = false;
        if (m_wanted)
        {
            m_message(m_header);
        }
    }
}

} // namespace noma
} // namespace ns3
