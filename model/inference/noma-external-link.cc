/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-external-link.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace ns3
{
namespace noma
{

namespace
{

/// Bytes to read at once, if there are as many: most messages are shorter.
constexpr std::size_t READ_AHEAD = 4096;

} // namespace

ExternalLink::ExternalLink(int in, int out)
    : m_in(in),
      m_out(out),
      m_buffer(READ_AHEAD)
{
    std::signal(SIGPIPE, SIG_IGN);
}

void
ExternalLink::Send(const std::vector<uint8_t>& bytes)
{
    for (std::size_t done = 0; done < bytes.size();)
    {
        const ssize_t n = write(m_out, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno != EINTR)
        {
            throw std::runtime_error(std::string("the agent is gone: ") + std::strerror(errno));
        }
        done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
}

void
ExternalLink::Linger()
{
    // some 150 us, longer than agents take that decide by a few sums
    constexpr int TRIES = 300;
    if (m_rest > 0)
    {
        --m_rest;
        return;
    }
    pollfd waiting{m_in, POLLIN, 0};
    for (int i = 0; i < TRIES; ++i)
    {
        // whoever shares this processor goes first: it may be the agent
        sched_yield();
        if (poll(&waiting, 1, 0) != 0)
        {
            m_pause = std::max(m_pause / 2, LEAST_PAUSE);
            return;
        }
    }
    m_rest = m_pause;
    m_pause = std::min(4 * m_pause, MOST_PAUSE);
}

const uint8_t*
ExternalLink::Await(std::size_t size)
{
    if (m_end - m_begin < size)
    {
        // what was read ahead moves to the front
        std::copy(m_buffer.begin() + m_begin, m_buffer.begin() + m_end, m_buffer.begin());
        m_end -= m_begin;
        m_begin = 0;
        m_buffer.resize(std::max(m_buffer.size(), size));
        Linger();
    }
    while (m_end - m_begin < size)
    {
        const ssize_t n = read(m_in, m_buffer.data() + m_end, m_buffer.size() - m_end);
        if (n == 0)
        {
            throw std::runtime_error("the agent is gone: it did not say close");
        }
        if (n < 0 && errno != EINTR)
        {
            throw std::runtime_error(std::string("the agent is gone: ") + std::strerror(errno));
        }
        m_end += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return m_buffer.data() + m_begin;
}

EnvironmentRequest
ExternalLink::Receive(const EnvironmentAction* action)
{
    const std::size_t length = DecodeRequestLength(Await(sizeof(uint32_t)));
    const uint8_t* message = Await(sizeof(uint32_t) + length);
    m_begin += sizeof(uint32_t) + length;
    EnvironmentRequest request = DecodeRequest(message + sizeof(uint32_t), length, action);
    if (request.type == EnvironmentMessageType::ERROR)
    {
        throw std::runtime_error("the agent failed: " + request.text);
    }
    return request;
}

} // namespace noma
} // namespace ns3
