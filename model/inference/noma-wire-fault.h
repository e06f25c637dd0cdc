/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_WIRE_FAULT_H
#define NOMA_WIRE_FAULT_H

#include <array>
#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Why a client or a server did not act upon something that came over the network.
 */
enum class WireFault : uint8_t
{
    NONE,          //!< it did
    GARBAGE,       //!< not a message of this protocol and version
    LENGTH,        //!< other than as many bytes as it says
    CONTRADICTION, //!< other than what the message, or the task it belongs to, said before
    SENDER,        //!< client: not from the server the task went to
    USER,          //!< server: speaks for a user from an address that is not the user's
    CLAIM,         //!< server: asks for more bytes or work than the limits allow
    MEMORY         //!< server: as many incomplete messages or connections as there may be
};

/// Number of values of WireFault.
inline constexpr std::size_t WIRE_FAULTS = 8;

/**
 * Names a fault.
 *
 * @param fault fault
 * @returns name used in logs and tables
 */
const char* WireFaultName(WireFault fault);

/**
 * @ingroup noma-inference
 * Faults counted by reason.
 */
class WireFaultCounters
{
  public:
    /// @param fault one more of these
    void Count(WireFault fault);
    /**
     * Tells how often.
     *
     * @param fault reason
     * @returns times since the application was created
     */
    uint64_t Get(WireFault fault) const;
    /// @returns faults of all reasons
    uint64_t GetTotal() const;

  private:
    std::array<uint64_t, WIRE_FAULTS> m_counts{}; //!< by reason
};

} // namespace noma
} // namespace ns3

#endif // NOMA_WIRE_FAULT_H
