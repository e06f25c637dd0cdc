/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SERVER_TRANSPORT_H
#define NOMA_SERVER_TRANSPORT_H

#include "ns3/address.h"
#include "ns3/node.h"
#include "ns3/noma-byte-ranges.h"
#include "ns3/noma-inference-header.h"
#include "ns3/noma-inference-stream.h"
#include "ns3/noma-message-sender.h"
#include "ns3/socket.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace ns3
{
namespace noma
{

/**
 * A task as a server knows it: the client's socket address and the client's task number;
 * STREAM_TASK is added to the number of a task that came over a stream, where the same port is
 * another client.
 */
using TaskKey = std::pair<Address, uint64_t>;

/// See TaskKey.
inline constexpr uint64_t STREAM_TASK = uint64_t(1) << 32;

/**
 * @ingroup noma-inference
 * What a server application is told by its sockets.
 */
struct ServerEvents
{
    /// Whether there is room for another task.
    std::function<bool()> admit;
    /// All tensors of a task are here; false turns it down.
    std::function<bool(const TaskKey&, const InferenceHeader&)> tensors;
    /// The client no longer wants a task.
    std::function<void(const TaskKey&)> cancelled;
    /// The result was delivered, or cannot be.
    std::function<void(const TaskKey&)> closed;
};

/**
 * @ingroup noma-inference
 * The datagram side of a server: puts tensors together, answers questions, returns results.
 */
class UdpServerTransport
{
  public:
    ~UdpServerTransport();

    /**
     * @param node the server's node
     * @param local socket address to listen at
     * @param parameters how results are sent
     * @param forget partial tensors are dropped when nothing came for so long
     * @param events whom to tell
     */
    void Open(Ptr<Node> node,
              const Address& local,
              const MessageSenderParameters& parameters,
              Time forget,
              const ServerEvents& events);
    /// Forgets everything and closes the socket.
    void Close();
    /// Returns a result of header.total bytes. @param key task @param header result header
    void SendResult(const TaskKey& key, const InferenceHeader& header);
    /// @returns result bytes for a user not yet handed to the socket @param user user number
    uint64_t GetUnsentBytes(uint32_t user) const;
    /// @returns tasks some of whose tensors are here, or whose result is being returned
    std::size_t GetExchanges() const;

  private:
    /// What is known of a task.
    struct Exchange
    {
        InferenceHeader header;                //!< of its tensors, later of its result
        ByteRanges tensors;                    //!< what has arrived
        bool complete{false};                  //!< all tensors are here
        EventId forget;                        //!< drops partial tensors
        std::unique_ptr<MessageSender> sender; //!< of the result, null before
    };

    /// A datagram came. @param socket socket
    void Receive(Ptr<Socket> socket);
    /// @param key task @param header tensor segment or question about tensors
    void ReceiveTensor(const TaskKey& key, const InferenceHeader& header);
    /// @param key task @param header status or question about the result
    void ReceiveAboutResult(const TaskKey& key, const InferenceHeader& header);
    /// @param key task @param question header to answer @param state what to say
    void SendStatus(const TaskKey& key,
                    const InferenceHeader& question,
                    InferenceHeader::State state);
    /// @param to socket address @param header header @param payload bytes behind it
    void Send(const Address& to, const InferenceHeader& header, uint32_t payload);
    /// Erases a task and remembers that it was here. @param key task
    void Erase(const TaskKey& key);
    /// Drops partial tensors. @param key task
    void Forget(TaskKey key);

    Ptr<Socket> m_socket;                    //!< listening socket
    MessageSenderParameters m_parameters;    //!< how results are sent
    Time m_forget;                           //!< patience with partial tensors
    ServerEvents m_events;                   //!< whom to tell
    std::map<TaskKey, Exchange> m_exchanges; //!< tasks known
    std::set<TaskKey> m_past;        //!< tasks lately dealt with: their late segments are ignored
    std::deque<TaskKey> m_pastOrder; //!< the same, oldest first
};

/**
 * @ingroup noma-inference
 * The stream side of a server.
 */
class TcpServerTransport
{
  public:
    ~TcpServerTransport();

    /// @param node server's node @param local address to listen at @param events whom to tell
    void Open(Ptr<Node> node, const Address& local, const ServerEvents& events);
    /// Closes all connections and the listening socket.
    void Close();
    /// Returns a result of header.total bytes. @param key task @param header result header
    void SendResult(const TaskKey& key, const InferenceHeader& header);
    /// @returns bytes not yet handed to sockets
    uint64_t GetUnsentBytes() const;

  private:
    /// @param socket new connection @param from its other end
    void Accept(Ptr<Socket> socket, const Address& from);
    /// @param from client @param header message
    void Receive(const Address& from, const InferenceHeader& header);
    /// @param from client whose connection ended
    void Ended(const Address& from);

    Ptr<Socket> m_socket;                              //!< listening socket
    ServerEvents m_events;                             //!< whom to tell
    std::map<Address, Ptr<InferenceStream>> m_streams; //!< connections
    std::set<TaskKey> m_tasks;                         //!< tasks at the server
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SERVER_TRANSPORT_H
