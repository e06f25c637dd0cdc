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
#include "ns3/noma-wire-fault.h"
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
    /// What is wrong with what a client claims in the header of tensors; NONE = nothing.
    std::function<WireFault(const Address& from, const InferenceHeader&)> check;
    /// Something came that was not acted upon.
    std::function<void(WireFault fault, const Address& from)> fault;
    /// All tensors of a task are here; false turns it down.
    std::function<bool(const TaskKey&, const InferenceHeader&)> tensors;
    /// The client no longer wants a task.
    std::function<void(const TaskKey&)> cancelled;
    /// The result was delivered, or cannot be.
    std::function<void(const TaskKey&)> closed;
};

/**
 * @ingroup noma-inference
 * How much a server holds for others, and how long.
 */
struct ServerLimits
{
    Time forget{Seconds(120)};           //!< incomplete tensors are dropped when nothing came
    uint32_t maxIncomplete{65536};       //!< most tasks whose tensors are incomplete
    uint32_t maxIncompletePerHost{4096}; //!< the same, of one network address
    Time idle{Seconds(300)};             //!< idle connections are closed; zero = never
    uint32_t maxConnections{65536};      //!< most connections
    uint32_t maxConnectionsPerHost{64};  //!< the same, from one network address
};

/**
 * The network address of a socket address.
 *
 * @param socket socket address, IPv4 or IPv6
 * @returns its address without the port
 */
Address HostOf(const Address& socket);

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
     * @param limits what is held for clients
     * @param events whom to tell
     */
    void Open(Ptr<Node> node,
              const Address& local,
              const MessageSenderParameters& parameters,
              const ServerLimits& limits,
              const ServerEvents& events);
    /// Forgets everything and closes the socket.
    void Close();
    /// Returns a result of header.total bytes. @param key task @param header result header
    void SendResult(const TaskKey& key, const InferenceHeader& header);
    /// Tells a client that nothing will come of its task. @param key task
    void Decline(const TaskKey& key);
    /// @param user user number
    /// @returns result bytes for a user not yet handed to the socket
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
    /// Counts what is not acted upon. @param fault reason @param from its sender
    void Reject(WireFault fault, const Address& from);
    /// The first segment of a task. @param key task @param header of the segment
    /// @returns its exchange, or the end when it is turned down
    std::map<TaskKey, Exchange>::iterator Begin(const TaskKey& key, const InferenceHeader& header);
    /// The tensors of a task are no longer incomplete. @param key task
    void Settle(const TaskKey& key);
    /// Erases a task and remembers that it was here. @param key task
    void Erase(const TaskKey& key);
    /// Drops partial tensors. @param key task
    void Forget(TaskKey key);

    Ptr<Socket> m_socket;                    //!< listening socket
    MessageSenderParameters m_parameters;    //!< how results are sent
    ServerLimits m_limits;                   //!< what is held for clients
    ServerEvents m_events;                   //!< whom to tell
    std::map<TaskKey, Exchange> m_exchanges; //!< tasks known
    std::map<Address, uint32_t> m_hosts;     //!< incomplete tasks by network address
    uint32_t m_incomplete{0};                //!< sum of these
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

    /**
     * @param node the server's node
     * @param local socket address to listen at
     * @param limits what is held for clients
     * @param events whom to tell
     */
    void Open(Ptr<Node> node,
              const Address& local,
              const ServerLimits& limits,
              const ServerEvents& events);
    /// Closes all connections and the listening socket.
    void Close();
    /// Lets go of them without closing: a node that is disposed of sends nothing more.
    void LetGo();
    /// Returns a result of header.total bytes. @param key task @param header result header
    void SendResult(const TaskKey& key, const InferenceHeader& header);
    /// Tells a client that nothing will come of its task. @param key task
    void Decline(const TaskKey& key);
    /// @returns bytes not yet handed to sockets
    uint64_t GetUnsentBytes() const;
    /// @returns connections
    std::size_t GetConnections() const;

  private:
    /// @param socket listening socket
    /// @param from other end
    /// @returns whether another connection may be opened
    bool OnRequest(Ptr<Socket> socket, const Address& from);
    /// Closes connections that nothing goes over and no task needs.
    void CloseIdle();
    /// @param socket new connection @param from its other end
    void Accept(Ptr<Socket> socket, const Address& from);
    /// Refuses tensors by what their header claims. @param from client @param header message
    /// @returns whether the message is wanted
    bool Begin(const Address& from, const InferenceHeader& header);
    /// @param from client @param header message
    void Receive(const Address& from, const InferenceHeader& header);
    /// Says what becomes of tensors. @param from client @param tensors their header @param state it
    void Answer(const Address& from, const InferenceHeader& tensors, InferenceHeader::State state);
    /// @param from whose connection ended, a copy: the stream's goes with it @param fault of it
    void Ended(Address from, WireFault fault);

    Ptr<Socket> m_socket;                              //!< listening socket
    ServerEvents m_events;                             //!< whom to tell
    std::map<Address, Ptr<InferenceStream>> m_streams; //!< connections
    std::map<Address, uint32_t> m_hosts;               //!< connections by network address
    std::set<TaskKey> m_tasks;                         //!< tasks at the server
    ServerLimits m_limits;                             //!< what is held for clients
    EventId m_idle;                                    //!< next look for idle connections
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SERVER_TRANSPORT_H
