/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-external-link.h"

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

ExternalLink::ExternalLink(int in, int out)
    : m_in(in),
      m_out(out)
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
ExternalLink::Linger() const
{
    // some 200 us, longer than agents take that decide by a few sums
    constexpr int TRIES = 300;
    pollfd waiting{m_in, POLLIN, 0};
    for (int i = 0; i < TRIES && poll(&waiting, 1, 0) == 0; ++i)
    {
        sched_yield();
    }
}

void
ExternalLink::Read(uint8_t* to, std::size_t size)
{
    for (std::size_t done = 0; done < size;)
    {
        const ssize_t n = read(m_in, to + done, size - done);
        if (n == 0)
        {
            throw std::runtime_error("the agent is gone: it did not say close");
        }
        if (n < 0 && errno != EINTR)
        {
            throw std::runtime_error(std::string("the agent is gone: ") + std::strerror(errno));
        }
        done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
}

EnvironmentRequest
ExternalLink::Receive(const EnvironmentAction* action)
{
    uint8_t length[sizeof(uint32_t)];
    Linger();
    Read(length, sizeof(length));
    m_buffer.resize(DecodeRequestLength(length));
    Read(m_buffer.data(), m_buffer.size());
    EnvironmentRequest request = DecodeRequest(m_buffer.data(), m_buffer.size(), action);
    if (request.type == EnvironmentMessageType::ERROR)
    {
        throw std::runtime_error("the agent failed: " + request.text);
    }
    return request;
}

} // namespace noma
} // namespace ns3
