/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EXTERNAL_LINK_H
#define NOMA_EXTERNAL_LINK_H

#include "ns3/noma-environment-message.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * The way to an agent outside the process: a pair of pipes, or a socket. Calls wait until a message
 * is through. A broken pipe is an error and no signal.
 */
class ExternalLink
{
  public:
    /**
     * @param in file descriptor to read from
     * @param out file descriptor to write to, may be the same; both stay the caller's
     */
    ExternalLink(int in, int out);

    /**
     * Sends a message.
     *
     * @param bytes length, type and body
     * @throws std::runtime_error if the agent is gone
     */
    void Send(const std::vector<uint8_t>& bytes);

    /**
     * Waits for a message.
     *
     * @param action what ACT has to look like; null = ACT is not allowed
     * @returns the message
     * @throws std::invalid_argument if it is malformed
     * @throws std::runtime_error if the agent is gone, or says that it failed
     */
    EnvironmentRequest Receive(const EnvironmentAction* action);

  private:
    /// Stays awake for a moment in case the next message is near: to wake a processor costs as much
    /// as a quick agent's step. Leaves the processor to whoever else wants it.
    void Linger() const;

    /// Reads exactly so many bytes.
    /// @param [out] to where
    /// @param size how many
    void Read(uint8_t* to, std::size_t size);

    int m_in;                      //!< read from
    int m_out;                     //!< written to
    std::vector<uint8_t> m_buffer; //!< the message
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EXTERNAL_LINK_H
