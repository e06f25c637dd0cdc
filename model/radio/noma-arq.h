/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ARQ_H
#define NOMA_ARQ_H

#include "noma-flat-queue.h"
#include "noma-mac-queue.h"
#include "noma-prefetch.h"
#include "noma-traffic-counters.h"

#include "ns3/packet.h"

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * A part of a packet in a transport block.
 */
struct NomaSegment
{
    Ptr<Packet> packet;   //!< the packet that begins with it; null if it is another part
    uint64_t sequence{0}; //!< sequence number of the packet on its link
    uint32_t size{0};     //!< size of the packet (byte)
    uint32_t offset{0};   //!< first byte
    uint32_t length{0};   //!< number of bytes
    uint32_t attempts{0}; //!< transmissions so far, this one included
};

/**
 * @ingroup noma-radio
 * Sending end of a link: cuts packets into segments that fill transport blocks, and repeats those
 * that were lost, split anew if the next block is smaller. A packet of which a segment was lost
 * once more than the retry limit allows is given up as a whole.
 *
 * Idealisations: every segment costs HEADER_BYTES of its block, but the header's contents need not
 * be serialised, since segments refer to their packets; the outcome of each block is known at the
 * end of its slot.
 */
class NomaArqSender
{
  public:
    /// Header of a segment: sequence number, offset and length (byte).
    static constexpr uint32_t HEADER_BYTES = 4;

    /**
     * What is called for a packet that is given up.
     *
     * @param packet the packet
     * @param sequence its sequence number, if it was under way
     */
    typedef std::function<void(Ptr<Packet> packet, uint64_t sequence)> DropCallback;

    /**
     * @param queue empty queue with the limits wanted
     * @param retryLimit retransmissions of a segment before its packet is given up
     */
    explicit NomaArqSender(const NomaMacQueue& queue = NomaMacQueue(), uint32_t retryLimit = 7)
        : m_queue(queue),
          m_retryLimit(retryLimit)
    {
    }

    /**
     * @param packet a packet
     * @returns whether it was taken; false = the queue is full
     */
    bool Enqueue(Ptr<Packet> packet);

    /**
     * Fills a transport block, what has to be repeated first.
     *
     * @param blockBits size of the block (bit)
     * @param [in,out] segments segments are appended
     * @returns bits of the block that carry data
     */
    uint64_t Fill(uint64_t blockBits, std::vector<NomaSegment>& segments);

    /**
     * Takes note of what became of a segment.
     *
     * @param segment the segment
     * @param decoded whether its block was received
     * @param drop called if the packet is given up
     */
    void Report(const NomaSegment& segment, bool decoded, const DropCallback& drop);

    /// Gives up all packets. @param drop called for each of them
    void Flush(const DropCallback& drop);

    /// @returns bits that wait for transmission, headers included, so that one block could hold
    /// them
    uint64_t GetBacklogBits() const
    {
        return 8 * (m_waitingBytes + m_waitingSegments * HEADER_BYTES);
    }

    /// @returns packets not yet received completely or given up
    const PacketCount& GetQueued() const
    {
        return m_queued;
    }

    /**
     * Looks whether a packet would be taken.
     *
     * @param bytes its size (byte)
     * @returns whether the queue has room for it
     */
    bool HasRoom(uint32_t bytes) const
    {
        return m_queue.HasRoom(bytes);
    }

    /// Asks for the memory that GetBacklogBits() needs.
    void PrefetchBacklog() const
    {
        Prefetch(&m_waitingBytes, &m_waitingSegments + 1);
    }

    /// Asks for the memory that every block needs.
    void PrefetchSelf() const
    {
        Prefetch(&m_lost, this + 1);
    }

    /// Asks for what that points to.
    void PrefetchWindow() const
    {
        Prefetch(m_window.GetPlace(), m_window.GetPlace() + 1);
    }

  private:
    /// A packet under way.
    struct Entry
    {
        Ptr<Packet> packet; //!< the packet; null once received or given up
        uint32_t size{0};   //!< its size (byte)
        uint32_t sent{0};   //!< bytes sent at least once
        uint32_t acked{0};  //!< bytes received
    };

    /// A segment that was lost.
    struct Lost
    {
        uint64_t sequence{0}; //!< sequence number of its packet
        uint32_t offset{0};   //!< first byte
        uint32_t length{0};   //!< number of bytes
        uint32_t attempts{0}; //!< transmissions so far
    };

    /// @returns whether the newest packet under way has bytes that were never sent
    bool IsPartlySent() const
    {
        return !m_window.IsEmpty() && m_window.Back().packet &&
               m_window.Back().sent < m_window.Back().size;
    }

    /// Ends the packet of an entry. @param entry entry @returns its packet
    Ptr<Packet> Close(Entry& entry);

    /// Forgets the oldest entries if they are closed.
    void Advance();

    NomaMacQueue m_queue; //!< packets of which nothing was sent yet

    // what every block needs lies together
    NomaFlatQueue<Lost> m_lost;    //!< to be repeated, in order of the stream
    NomaFlatQueue<Entry> m_window; //!< packets under way
    uint64_t m_first{0};           //!< sequence number of the first packet in m_window
    uint64_t m_waitingBytes{0};    //!< bytes to be sent: in m_queue, unsent in m_window, in m_lost
    uint64_t m_waitingSegments{0}; //!< segments that they make at least
    PacketCount m_queued;          //!< packets in m_queue, and in m_window those not closed
    uint32_t m_retryLimit;         //!< retransmissions allowed
};

/**
 * @ingroup noma-radio
 * Receiving end of a link: puts packets together again and delivers them in the order of their
 * sequence numbers, each once. A packet that the sender gave up has to be announced by Skip().
 */
class NomaArqReceiver
{
  public:
    /// What is called for each packet. @param packet the packet
    typedef std::function<void(Ptr<Packet> packet)> DeliverCallback;

    /**
     * Takes a segment. Segments received before are ignored.
     *
     * @param segment the segment
     * @param deliver called for each packet that is complete and in order
     */
    void Receive(const NomaSegment& segment, const DeliverCallback& deliver);

    /**
     * Stops waiting for a packet.
     *
     * @param sequence its sequence number
     * @param deliver called for each packet that was waiting for it only
     */
    void Skip(uint64_t sequence, const DeliverCallback& deliver);

    /// @returns packets that are complete but wait for earlier ones
    PacketCount GetHeld() const
    {
        return m_held;
    }

    /// Asks for the memory of this object.
    void PrefetchSelf() const
    {
        Prefetch(this, this + 1);
    }

    /// Asks for what that points to.
    void PrefetchWindow() const
    {
        Prefetch(m_window.GetPlace(), m_window.GetPlace() + 1);
    }

  private:
    /// A packet that is being put together.
    struct Entry
    {
        Ptr<Packet> packet;   //!< the packet; null = its beginning was not received, or skipped
        uint32_t prefix{0};   //!< bytes received before the first that is missing
        bool skipped{false};  //!< whether it was skipped
        bool complete{false}; //!< whether all bytes were received
        /// received [begin, end) beyond the first byte that is missing, ascending
        std::vector<std::pair<uint32_t, uint32_t>> ranges;
    };

    /// @param sequence sequence number, not below m_first @returns its entry
    Entry& At(uint64_t sequence);

    /**
     * Notes bytes as received.
     *
     * @param entry entry
     * @param begin first byte received
     * @param end byte after the last one received
     */
    static void AddRange(Entry& entry, uint32_t begin, uint32_t end);

    /// Delivers what is in order. @param deliver called for each packet
    void Advance(const DeliverCallback& deliver);

    NomaFlatQueue<Entry> m_window; //!< packets from m_first on
    uint64_t m_first{0};           //!< sequence number that is waited for
    PacketCount m_held;            //!< complete packets in m_window
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ARQ_H
