/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MAC_QUEUE_H
#define NOMA_MAC_QUEUE_H

#include "ns3/packet.h"

#include <cstdint>
#include <deque>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Packets that wait for their first transmission, first in first out, limited in number and bytes.
 */
class NomaMacQueue
{
  public:
    /**
     * @param maxPackets greatest number of packets
     * @param maxBytes greatest number of bytes
     */
    explicit NomaMacQueue(uint32_t maxPackets = 1000, uint64_t maxBytes = UINT64_MAX)
        : m_maxPackets(maxPackets),
          m_maxBytes(maxBytes)
    {
    }

    /**
     * @param packet a packet
     * @returns whether it was taken; false = there is no room for it
     */
    bool Enqueue(Ptr<Packet> packet);

    /**
     * Looks whether to wait would help a packet.
     *
     * @param bytes its size (byte)
     * @returns whether there is room for it, or the queue is empty and will not have more
     */
    bool HasRoom(uint32_t bytes) const
    {
        return m_packets.empty() ||
               (m_packets.size() < m_maxPackets && m_bytes + uint64_t{bytes} <= m_maxBytes);
    }

    /// @returns the first packet, which is removed; null if there is none
    Ptr<Packet> Dequeue();

    /// @returns number of packets
    std::size_t GetPackets() const
    {
        return m_packets.size();
    }

    /// @returns bytes in them
    uint64_t GetBytes() const
    {
        return m_bytes;
    }

  private:
    uint32_t m_maxPackets;             //!< greatest number of packets
    uint64_t m_maxBytes;               //!< greatest number of bytes
    uint64_t m_bytes{0};               //!< bytes of all packets
    std::deque<Ptr<Packet>> m_packets; //!< the packets
};

} // namespace noma
} // namespace ns3

#endif // NOMA_MAC_QUEUE_H
