/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TRAFFIC_COUNTERS_H
#define NOMA_TRAFFIC_COUNTERS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Why a packet was dropped.
 */
enum class DropReason : uint8_t
{
    QUEUE_FULL,    //!< the transmission queue was full
    TOO_LONG,      //!< longer than the MTU
    RETRY_LIMIT,   //!< part of it was lost in as many transmissions as are allowed
    DEVICE_OFF,    //!< sender or receiver is switched off or out of energy
    NO_DESTINATION //!< no device of the network has the destination address
};

/// Number of drop reasons.
inline constexpr std::size_t DROP_REASONS = 5;

/// @param reason reason
/// @returns a short description for traces and messages
const char* DropReasonName(DropReason reason);

/**
 * @ingroup noma-radio
 * A number of packets and the bytes in them.
 */
struct PacketCount
{
    uint64_t packets{0}; //!< packets
    uint64_t bytes{0};   //!< bytes

    /// Counts one packet. @param size its size (byte)
    void Add(uint32_t size)
    {
        ++packets;
        bytes += size;
    }

    /// Adds up. @param other another count @returns the sum
    PacketCount& operator+=(const PacketCount& other)
    {
        packets += other.packets;
        bytes += other.bytes;
        return *this;
    }

    /// @param other another count @returns whether both are equal
    bool operator==(const PacketCount& other) const
    {
        return packets == other.packets && bytes == other.bytes;
    }
};

/**
 * @ingroup noma-radio
 * What became of the packets handed to a link or device. At any time
 * offered = delivered + queued + dropped for any reason, in packets and in bytes.
 */
struct TrafficCounters
{
    PacketCount offered;                           //!< handed over by the layer above
    PacketCount delivered;                         //!< handed on at the far end
    std::array<PacketCount, DROP_REASONS> dropped; //!< by DropReason

    /// @param reason reason
    /// @returns drops for one reason
    PacketCount& Dropped(DropReason reason)
    {
        return dropped[static_cast<std::size_t>(reason)];
    }

    /// @param reason reason
    /// @returns drops for one reason
    const PacketCount& Dropped(DropReason reason) const
    {
        return dropped[static_cast<std::size_t>(reason)];
    }

    /// @returns drops for all reasons
    PacketCount DroppedTotal() const;

    /// Adds up. @param other other counters @returns the sum
    TrafficCounters& operator+=(const TrafficCounters& other);

    /**
     * Checks that nothing was lost silently.
     *
     * @param queued what is waiting or under way
     * @returns a message with all numbers if offered is not delivered + queued + dropped
     */
    std::string CheckConservation(const PacketCount& queued) const;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TRAFFIC_COUNTERS_H
