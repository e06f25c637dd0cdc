/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FUZZ_SOCKET_H
#define NOMA_FUZZ_SOCKET_H

#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/socket.h"

#include <algorithm>
#include <cstdint>

namespace ns3
{
namespace noma
{
namespace fuzz
{

/**
 * @ingroup noma-fuzz
 * A connected socket that gives out given bytes in pieces and takes whatever is sent.
 */
class FuzzSocket : public Socket
{
  public:
    /**
     * @param data first byte to give out
     * @param size number of bytes
     * @param piece bytes of a piece, at least 1
     */
    FuzzSocket(const uint8_t* data, std::size_t size, std::size_t piece)
        : m_data(data),
          m_left(size),
          m_piece(piece)
    {
    }

    /// Tells the receiver until all is out or the socket is closed.
    void Deliver()
    {
        while (m_left > 0 && !m_closed)
        {
            NotifyDataRecv();
        }
    }

    SocketErrno GetErrno() const override
    {
        return ERROR_NOTERROR;
    }

    SocketType GetSocketType() const override
    {
        return NS3_SOCK_STREAM;
    }

    Ptr<Node> GetNode() const override
    {
        return nullptr;
    }

    int Bind(const Address& /* address */) override
    {
        return 0;
    }

    int Bind() override
    {
        return 0;
    }

    int Bind6() override
    {
        return 0;
    }

    int Close() override
    {
        m_closed = true;
        return 0;
    }

    int ShutdownSend() override
    {
        return 0;
    }

    int ShutdownRecv() override
    {
        return 0;
    }

    int Connect(const Address& /* address */) override
    {
        return 0;
    }

    int Listen() override
    {
        return 0;
    }

    uint32_t GetTxAvailable() const override
    {
        return 65536;
    }

    int Send(Ptr<Packet> p, uint32_t /* flags */) override
    {
        return static_cast<int>(p->GetSize());
    }

    int SendTo(Ptr<Packet> p, uint32_t /* flags */, const Address& /* to */) override
    {
        return static_cast<int>(p->GetSize());
    }

    uint32_t GetRxAvailable() const override
    {
        return static_cast<uint32_t>(m_left);
    }

    Ptr<Packet> Recv(uint32_t maxSize, uint32_t /* flags */) override
    {
        const auto size = std::min({m_left, m_piece, static_cast<std::size_t>(maxSize)});
        if (size == 0)
        {
            return nullptr;
        }
        const auto packet = Create<Packet>(m_data, static_cast<uint32_t>(size));
        m_data += size;
        m_left -= size;
        return packet;
    }

    Ptr<Packet> RecvFrom(uint32_t maxSize, uint32_t flags, Address& /* from */) override
    {
        return Recv(maxSize, flags);
    }

    int GetSockName(Address& /* address */) const override
    {
        return 0;
    }

    int GetPeerName(Address& /* address */) const override
    {
        return 0;
    }

    bool SetAllowBroadcast(bool /* allow */) override
    {
        return true;
    }

    bool GetAllowBroadcast() const override
    {
        return true;
    }

  private:
    const uint8_t* m_data; //!< next byte
    std::size_t m_left;    //!< bytes left
    std::size_t m_piece;   //!< bytes of a piece
    bool m_closed{false};  //!< whether the other side has closed
};

} // namespace fuzz
} // namespace noma
} // namespace ns3

#endif // NOMA_FUZZ_SOCKET_H
