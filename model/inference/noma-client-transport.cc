/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-client-transport.h"

#include "ns3/simulator.h"

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(ClientTransport);

TypeId
ClientTransport::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::ClientTransport").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

void
ClientTransport::Open(Ptr<Node> node, const Address& remote, const Events& events)
{
    m_node = node;
    m_remote = remote;
    m_events = events;
    DoOpen();
}

void
ClientTransport::SetRemote(const Address& remote)
{
    m_remote = remote;
}

uint64_t
ClientTransport::GetResentBytes(uint32_t /* task */) const
{
    return 0;
}

bool
ClientTransport::IsAnswer(const InferenceHeader& tensors, const InferenceHeader& result)
{
    return result.user == tensors.user && result.cut == tensors.cut &&
           result.total == tensors.resultBytes && !result.upEnd.IsStrictlyNegative() &&
           result.upEnd <= result.edgeStart && result.edgeStart <= result.edgeEnd &&
           result.edgeEnd <= Simulator::Now();
}

void
ClientTransport::DoDispose()
{
    Close();
    m_node = nullptr;
    m_events = Events();
    Object::DoDispose();
}

} // namespace noma
} // namespace ns3
