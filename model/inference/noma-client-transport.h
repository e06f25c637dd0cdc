/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CLIENT_TRANSPORT_H
#define NOMA_CLIENT_TRANSPORT_H

#include "ns3/address.h"
#include "ns3/node.h"
#include "ns3/noma-inference-header.h"
#include "ns3/noma-inference-task.h"
#include "ns3/noma-wire-fault.h"
#include "ns3/object.h"

#include <functional>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * How a client's messages reach its server and the results come back: over ordinary sockets.
 */
class ClientTransport : public Object
{
  public:
    /// What the client is told. None of them is called from within Upload().
    struct Events
    {
        /// All tensors of a task are at the server.
        std::function<void(uint32_t task)> uploaded;
        /// The result of a task is here; its header tells what the server did.
        std::function<void(const InferenceHeader& result)> result;
        /// Nothing more will come of a task.
        std::function<void(uint32_t task, TaskFailure failure)> failed;
        /// Something came that was not acted upon.
        std::function<void(WireFault fault, const Address& from)> fault;
    };

    /// @returns the type
    static TypeId GetTypeId();

    /**
     * @param node the client's node
     * @param remote the server's socket address
     * @param events what to call
     */
    void Open(Ptr<Node> node, const Address& remote, const Events& events);

    /// @param remote the server's socket address for tasks to come
    void SetRemote(const Address& remote);

    /// Sends the tensors of a task. @param header a tensor header with total set
    virtual void Upload(const InferenceHeader& header) = 0;

    /// Forgets a task and tells the server so. @param task task number
    virtual void Cancel(uint32_t task) = 0;

    /// Forgets all tasks and closes the sockets.
    virtual void Close() = 0;

    /// @returns tensor bytes of all tasks not yet handed to a socket
    virtual uint64_t GetUnsentBytes() const = 0;

    /// @param task task number
    /// @returns bytes here of a result on its way
    virtual uint64_t GetReceivedBytes(uint32_t task) const = 0;

    /// @param task task number
    /// @returns tensor bytes sent again for a task known now
    virtual uint64_t GetResentBytes(uint32_t task) const;

    /// @param bytes payload
    /// @returns bytes on the network layer for a message of so many bytes
    virtual uint64_t GetWireBytes(uint64_t bytes) const = 0;

  protected:
    void DoDispose() override;
    /// Opens the sockets.
    virtual void DoOpen() = 0;
    /**
     * Whether a result is what the task asked for and could have come about.
     *
     * @param tensors header of the task's tensors
     * @param result header of a result, or of a segment of it
     * @returns false when it contradicts the tensors or itself
     */
    static bool IsAnswer(const InferenceHeader& tensors, const InferenceHeader& result);

    Ptr<Node> m_node; //!< the client's node
    Address m_remote; //!< the server
    Events m_events;  //!< what to call
};

} // namespace noma
} // namespace ns3

#endif // NOMA_CLIENT_TRANSPORT_H
