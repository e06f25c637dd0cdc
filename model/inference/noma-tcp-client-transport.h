/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TCP_CLIENT_TRANSPORT_H
#define NOMA_TCP_CLIENT_TRANSPORT_H

#include "ns3/noma-client-transport.h"
#include "ns3/noma-inference-stream.h"

#include <map>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Tensors and results over one TCP connection per client, opened with the first task and again
 * after it broke. A broken connection fails the tasks that were using it. A new server is turned to
 * when no task is under way to the old one.
 */
class TcpClientTransport : public ClientTransport
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    TcpClientTransport();
    ~TcpClientTransport() override;

    void Upload(const InferenceHeader& header) override;
    void Cancel(uint32_t task) override;
    void Close() override;
    uint64_t GetUnsentBytes() const override;
    uint64_t GetReceivedBytes(uint32_t task) const override;
    uint64_t GetWireBytes(uint64_t bytes) const override;

  private:
    void DoDispose() override;
    void DoOpen() override;

    /// Opens the connection.
    void Connect();
    /// @param socket connected
    void Connected(Ptr<Socket> socket);
    /// @param socket could not connect
    void ConnectFailed(Ptr<Socket> socket);
    /// The connection broke: fails all tasks. @param fault of the other side
    void Broken(WireFault fault);
    /// @param header message
    void Receive(const InferenceHeader& header);

    Ptr<InferenceStream> m_stream;               //!< connection, null when there is none
    Address m_connectedTo;                       //!< its other end
    std::map<uint32_t, InferenceHeader> m_tasks; //!< tensors handed over, by task
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TCP_CLIENT_TRANSPORT_H
