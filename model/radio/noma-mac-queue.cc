/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-mac-queue.h"

namespace ns3
{
namespace noma
{

bool
NomaMacQueue::Enqueue(Ptr<Packet> packet)
{
    const uint64_t size = packet->GetSize();
    if (m_packets.size() >= m_maxPackets || size > m_maxBytes || m_bytes > m_maxBytes - size)
    {
        return false;
    }
    m_bytes += size;
    m_packets.push_back(std::move(packet));
    return true;
}

Ptr<Packet>
NomaMacQueue::Dequeue()
{
    if (m_packets.empty())
    {
        return nullptr;
    }
    Ptr<Packet> packet = m_packets.front();
    m_packets.pop_front();
    m_bytes -= packet->GetSize();
    return packet;
}

} // namespace noma
} // namespace ns3
