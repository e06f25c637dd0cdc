/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INFERENCE_STREAM_H
#define NOMA_INFERENCE_STREAM_H

#include "ns3/noma-inference-header.h"
#include "ns3/packet.h"
#include "ns3/simple-ref-count.h"
#include "ns3/socket.h"

#include <cstdint>
#include <deque>
#include <functional>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Messages over a connected stream socket: a header, then as many bytes as its length says. What
 * the socket has no room for waits here.
 */
class InferenceStream : public SimpleRefCount<InferenceStream>
{
  public:
    /// Called with the header of a message when its last byte is here.
    using MessageCallback = std::function<void(const InferenceHeader&)>;
    /// Called when the other side closed, failed, or sent something else.
    using ClosedCallback = std::function<void()>;

    /**
     * @param socket stream socket, connected or about to be
     * @param message told about every message
     * @param closed told once about the end
     */
    InferenceStream(Ptr<Socket> socket, MessageCallback message, ClosedCallback closed);
    ~InferenceStream();

    /// Sends a message of header.length bytes. @param header header
    void Send(const InferenceHeader& header);
    /// The connection is up: sends what waits.
    void Connected();
    /// Closes the socket without calling back.
    void Close();
    /// @returns bytes not yet handed to the socket
    uint64_t GetUnsentBytes() const;

  private:
    /// @param socket has room
    void OnRoom(Ptr<Socket> socket, uint32_t /* room */);
    /// @param socket has data
    void OnData(Ptr<Socket> socket);
    /// @param socket has ended
    void OnEnd(Ptr<Socket> socket);
    /// Hands waiting packets to the socket.
    void Flush();
    /// Takes complete messages out of what was received.
    void Parse();

    Ptr<Socket> m_socket;            //!< socket, null once closed
    MessageCallback m_message;       //!< told about messages
    ClosedCallback m_closed;         //!< told about the end
    bool m_connected{false};         //!< whether data may be sent
    std::deque<Ptr<Packet>> m_queue; //!< not yet handed to the socket
    uint64_t m_queued{0};            //!< bytes in it
    Ptr<Packet> m_received;          //!< beginning of a header
    bool m_inBody{false};            //!< whether a header is complete
    InferenceHeader m_header;        //!< of the message being received
    uint32_t m_bodyLeft{0};          //!< bytes of it yet to come
};

} // namespace noma
} // namespace ns3

#endif // NOMA_INFERENCE_STREAM_H
