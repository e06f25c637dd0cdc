/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FULL_BUFFER_H
#define NOMA_FULL_BUFFER_H

#include "ns3/noma-network.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * Full-buffer traffic: in every slot the queue of each associated user is filled up, so that it
 * never runs empty. Packets go through devices and links like any others, between a user and the
 * access point that serves it.
 */
class NomaFullBuffer
{
  public:
    /**
     * Starts with the first slot of the network, for as long as this object lives.
     *
     * @param network the network, all devices installed
     * @param d direction
     * @param bytes what each user has waiting at the start of a slot, at least (byte): no less than
     *        it can send in one
     * @param packetBytes payload of a packet (byte), at most the MTU
     */
    NomaFullBuffer(Ptr<NomaNetwork> network,
                   Direction d,
                   uint64_t bytes,
                   uint32_t packetBytes = 1400);

    NomaFullBuffer(const NomaFullBuffer&) = delete;
    NomaFullBuffer& operator=(const NomaFullBuffer&) = delete;

    ~NomaFullBuffer();

  private:
    /// Fills up. @param snapshot the network @param grants grants
    void Fill(const SlotSnapshot& snapshot, const std::vector<Grant>& grants);

    Ptr<NomaNetwork> m_network; //!< the network
    Direction m_direction;      //!< direction
    uint64_t m_bytes;           //!< bytes waiting
    uint32_t m_packetBytes;     //!< payload of a packet
};

} // namespace noma
} // namespace ns3

#endif // NOMA_FULL_BUFFER_H
