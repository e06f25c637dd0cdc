/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TAIL_FORWARDER_H
#define NOMA_TAIL_FORWARDER_H

#include "ns3/noma-client-transport.h"
#include "ns3/noma-server-transport.h"

#include <cstdint>
#include <functional>
#include <map>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What became of the tails that a server sent to others. Conserved: forwarded = returned + failed +
 * cancelled + those under way.
 */
struct ForwardCounters
{
    uint64_t forwarded{0};   //!< tails sent to another server
    uint64_t stateBytes{0};  //!< bytes of their tensors and state
    uint64_t returned{0};    //!< results that came back
    uint64_t resultBytes{0}; //!< bytes of these results
    uint64_t failed{0};      //!< turned down there, lost, or without an answer
    uint64_t cancelled{0};   //!< taken back, or forgotten in a crash
};

/**
 * @ingroup noma-inference
 * The side of a server that is a client of other servers: sends them tails, with the bytes of their
 * state, over UDP, and gets the results. Whatever lies between the servers - wires, queues, routes
 * - takes the time it takes.
 */
class TailForwarder
{
  public:
    /// Whom to tell.
    struct Events
    {
        /// The result of a tail is here.
        std::function<void(const TaskKey&, const InferenceHeader&)> result;
        /// Nothing more will come of a tail.
        std::function<void(const TaskKey&)> failed;
        /// Something came that was not acted upon.
        std::function<void(WireFault fault, const Address& from)> fault;
    };

    /// @param events whom to tell
    void SetEvents(const Events& events);

    /**
     * Sends a tail.
     *
     * @param node the server's node
     * @param to socket address of another server
     * @param key the task here
     * @param tail header of tensors; total is what has to be sent
     */
    void Send(Ptr<Node> node, const Address& to, const TaskKey& key, const InferenceHeader& tail);
    /// Takes a tail back. @param key the task here @returns whether it was under way
    bool Cancel(const TaskKey& key);
    /// Forgets all tails and closes the socket.
    void Close();
    /// Forgets all tails and lets go of the socket: a node that is disposed of sends nothing more.
    void LetGo();
    /// @returns what became of them
    const ForwardCounters& GetCounters() const;
    /// @returns tails under way
    std::size_t GetUnderWay() const;

  private:
    /// @param number our number of a tail @returns its key, taken out
    TaskKey Take(uint32_t number);

    Ptr<ClientTransport> m_transport;      //!< way to the others, null before it is needed
    Events m_events;                       //!< whom to tell
    ForwardCounters m_counters;            //!< what became of tails
    uint32_t m_next{0};                    //!< next number
    std::map<uint32_t, TaskKey> m_keys;    //!< by our number
    std::map<TaskKey, uint32_t> m_numbers; //!< by task
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TAIL_FORWARDER_H
