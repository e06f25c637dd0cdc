/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-full-buffer.h"

#include "ns3/abort.h"
#include "ns3/callback.h"
#include "ns3/packet.h"

namespace ns3
{
namespace noma
{

NomaFullBuffer::NomaFullBuffer(Ptr<NomaNetwork> network,
                               Direction d,
                               uint64_t bytes,
                               uint32_t packetBytes)
    : m_network(network),
      m_direction(d),
      m_bytes(bytes),
      m_packetBytes(packetBytes)
{
    NS_ABORT_MSG_IF(packetBytes == 0, "NomaFullBuffer: packetBytes is 0: must be positive");
    m_network->TraceConnectWithoutContext("Slot", MakeCallback(&NomaFullBuffer::Fill, this));
}

NomaFullBuffer::~NomaFullBuffer()
{
    m_network->TraceDisconnectWithoutContext("Slot", MakeCallback(&NomaFullBuffer::Fill, this));
}

void
NomaFullBuffer::Fill(const SlotSnapshot& snapshot, const std::vector<Grant>& grants)
{
    // what this slot will take is still in the queue
    std::vector<double> leaves(snapshot.ues.size(), 0.0);
    for (const Grant& g : grants)
    {
        leaves[g.ue] += g.direction == m_direction ? g.rateBps * snapshot.slotSeconds / 8 : 0.0;
    }
    for (uint32_t i = 0; i < snapshot.ues.size(); ++i)
    {
        if (!snapshot.IsServed(i))
        {
            continue;
        }
        const uint32_t ap = snapshot.ues[i].ap;
        const Ptr<NomaUeNetDevice> user = m_network->GetUe(i);
        const Ptr<NomaApNetDevice> station = m_network->GetAp(ap);
        double waiting = static_cast<double>(snapshot.ues[i].backlogBits[m_direction]) / 8;
        bool taken = true;
        while (taken && waiting < static_cast<double>(m_bytes) + leaves[i])
        {
            constexpr uint16_t IPV4 = 0x0800;
            const auto packet = Create<Packet>(m_packetBytes);
            taken = m_direction == UPLINK ? user->Send(packet, station->GetAddress(), IPV4)
                                          : station->Send(packet, user->GetAddress(), IPV4);
            waiting += m_packetBytes;
        }
    }
}

} // namespace noma
} // namespace ns3
