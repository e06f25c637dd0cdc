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
    /// as a quick agent's step. Where that was in vain, because the agent is slow or waits for this
    /// very processor, it is tried ever more seldom.
    void Linger();

    /// Reads until so many bytes are there.
    /// @param size how many
    /// @returns the first, until the next call
    const uint8_t* Await(std::size_t size);

    static constexpr uint32_t LEAST_PAUSE = 16;  //!< messages without Linger() after one in vain
    static constexpr uint32_t MOST_PAUSE = 4096; //!< the same after many

    int m_in;                      //!< read from
    int m_out;                     //!< written to
    std::vector<uint8_t> m_buffer; //!< what was read, and room for more
    std::size_t m_begin{0};        //!< first byte in it that is not done with
    std::size_t m_end{0};          //!< one past the last that was read
    uint32_t m_rest{0};            //!< messages for which Linger() does nothing
    uint32_t m_pause{LEAST_PAUSE}; //!< the same, when it is in vain next
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EXTERNAL_LINK_H
