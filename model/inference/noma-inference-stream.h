/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INFERENCE_STREAM_H
#define NOMA_INFERENCE_STREAM_H

#include "ns3/noma-inference-header.h"
#include "ns3/noma-wire-fault.h"
#include "ns3/nstime.h"
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
 * the socket has no room for waits here, as a number of bytes: memory does not grow with the size
 * of messages. A message comes whole (tensors, results) or has no body; anything else ends the
 * connection.
 */
class InferenceStream : public SimpleRefCount<InferenceStream>
{
  public:
    /// Called with the header of a message when its last byte is here.
    using MessageCallback = std::function<void(const InferenceHeader&)>;
    /// Called with the header of a message before its body. @returns whether to go on with it;
    /// else its bytes are dropped as they come, and MessageCallback is not called
    using HeaderCallback = std::function<bool(const InferenceHeader&)>;
    /// Called when the other side closed or failed (WireFault::NONE), or sent something else.
    using ClosedCallback = std::function<void(WireFault)>;

    /**
     * @param socket stream socket, connected or about to be
     * @param message told about every message
     * @param closed told once about the end
     */
    InferenceStream(Ptr<Socket> socket, MessageCallback message, ClosedCallback closed);
    ~InferenceStream();

    /// @param begun asked about every message; unless this is called, all are wanted
    void SetHeaderCallback(HeaderCallback begun);
    /// Sends a message of header.length bytes. @param header header
    void Send(const InferenceHeader& header);
    /// The connection is up: sends what waits.
    void Connected();
    /// Closes the socket without calling back.
    void Close();
    /// Lets go of the socket without closing it: a node that is disposed of sends nothing more.
    void LetGo();
    /// @returns bytes not yet handed to the socket
    uint64_t GetUnsentBytes() const;

    /// @param task task it belongs to
    /// @returns bytes here of a message that has not come whole
    uint64_t GetReceivedBytes(uint32_t task) const;

    /// @returns messages not yet handed to the socket
    std::size_t GetQueued() const;
    /// @returns when bytes last went or came
    Time GetLastActive() const;

  private:
    /// A message on its way out; its body is zeros, made as the socket has room.
    struct Message
    {
        Ptr<Packet> header; //!< rest of the header, null when it has gone
        uint64_t body{0};   //!< bytes of the body yet to go
    };

    /// @param socket has room
    void OnRoom(Ptr<Socket> socket, uint32_t /* room */);
    /// @param socket has data
    void OnData(Ptr<Socket> socket);
    /// @param socket has ended
    void OnEnd(Ptr<Socket> socket);
    /// Closes the socket and says so. @param fault of the other side
    void End(WireFault fault);
    /// Hands waiting packets to the socket.
    void Flush();
    /// Takes complete messages out of what was received.
    void Parse();

    Ptr<Socket> m_socket;        //!< socket, null once closed
    HeaderCallback m_begun;      //!< asked about messages; may be null
    MessageCallback m_message;   //!< told about messages
    ClosedCallback m_closed;     //!< told about the end
    bool m_connected{false};     //!< whether data may be sent
    std::deque<Message> m_queue; //!< not yet handed to the socket
    uint64_t m_queued{0};        //!< bytes in it
    Ptr<Packet> m_received;      //!< beginning of a header
    bool m_inBody{false};        //!< whether a header is complete
    bool m_wanted{true};         //!< whether its message is
    InferenceHeader m_header;    //!< of the message being received
    uint64_t m_bodyLeft{0};      //!< bytes of it yet to come
    Time m_lastActive;           //!< when bytes last went or came
};

} // namespace noma
} // namespace ns3

#endif // NOMA_INFERENCE_STREAM_H
