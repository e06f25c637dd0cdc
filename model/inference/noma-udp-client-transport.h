/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_UDP_CLIENT_TRANSPORT_H
#define NOMA_UDP_CLIENT_TRANSPORT_H

#include "ns3/noma-byte-ranges.h"
#include "ns3/noma-client-transport.h"
#include "ns3/noma-message-sender.h"
#include "ns3/socket.h"

#include <map>
#include <memory>
#include <set>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Tensors and results as datagrams, with lost ones sent again (see MessageSender). All tasks share
 * one window, first come, first served. What does not come from the task's server, or contradicts
 * what was asked, is counted and not acted upon.
 *
 * While a task is at the edge the client asks now and then whether the server still knows it; a
 * server that restarted does not.
 */
class UdpClientTransport : public ClientTransport
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    UdpClientTransport();
    ~UdpClientTransport() override;

    void Upload(const InferenceHeader& header) override;
    void Cancel(uint32_t task) override;
    void Close() override;
    uint64_t GetUnsentBytes() const override;
    uint64_t GetReceivedBytes(uint32_t task) const override;
    uint64_t GetResentBytes(uint32_t task) const override;
    uint64_t GetWireBytes(uint64_t bytes) const override;

  private:
    /// A task handed over.
    struct Exchange
    {
        InferenceHeader header;                //!< of its tensors
        Address remote;                        //!< server it goes to
        std::unique_ptr<MessageSender> sender; //!< of its tensors
        bool uploaded{false};                  //!< all tensors at the server
        ByteRanges result;                     //!< what has arrived of the result
        InferenceHeader answer;                //!< first segment of the result
        EventId poll;                          //!< next question about the result
        uint32_t polls{0};                     //!< unanswered in a row
        uint64_t resentBefore{0};              //!< bytes sent again in earlier uploads
    };

    void DoOpen() override;

    /// Starts or restarts sending tensors. @param e exchange
    void StartUpload(Exchange& e);
    /// All tensors are there. @param e exchange
    void Uploaded(Exchange& e);
    /// Asks whether the server still works on a task. @param task task number
    void Poll(uint32_t task);
    /// Plans the next question. @param e exchange
    void SchedulePoll(Exchange& e);
    /// @param task task number @param failure reason
    void Fail(uint32_t task, TaskFailure failure);
    /// @param to server @param header header @param payload bytes behind it
    void Send(const Address& to, const InferenceHeader& header, uint32_t payload);
    /// A datagram came. @param socket socket
    void Receive(Ptr<Socket> socket);
    /// Counts what is not acted upon. @param fault reason @param from its sender
    void Reject(WireFault fault, const Address& from);
    /// @param from server @param header status
    void ReceiveStatus(const Address& from, const InferenceHeader& header);
    /// @param from server @param header result segment, or question about the result
    void ReceiveResult(const Address& from, const InferenceHeader& header);

    uint32_t m_segmentBytes;                  //!< tensor bytes per datagram
    uint32_t m_windowBytes;                   //!< most bytes not accounted for
    Time m_timeout;                           //!< wait for an answer
    Time m_maxTimeout;                        //!< longest wait for an answer
    uint32_t m_maxProbes;                     //!< unanswered questions before giving up
    Time m_pollInterval;                      //!< between questions about the result
    bool m_resendLost;                        //!< upload again what a server lost
    Ptr<Socket> m_socket;                     //!< datagram socket
    std::set<Address> m_servers;              //!< servers written to so far
    std::unique_ptr<SendWindow> m_window;     //!< of all tasks together
    std::map<uint32_t, Exchange> m_exchanges; //!< by task number
};

} // namespace noma
} // namespace ns3

#endif // NOMA_UDP_CLIENT_TRANSPORT_H
