/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-message-sender.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

MessageSender::MessageSender(const MessageSenderParameters& parameters,
                             uint32_t total,
                             SegmentCallback segment,
                             ProbeCallback probe,
                             FailedCallback failed)
    : m_parameters(parameters),
      m_total(total),
      m_segment(std::move(segment)),
      m_probe(std::move(probe)),
      m_failed(std::move(failed)),
      m_stamp((total + parameters.segmentBytes - 1) / parameters.segmentBytes + (total == 0)),
      m_wait(parameters.timeout)
{
}

MessageSender::~MessageSender()
{
    m_timer.Cancel();
}

void
MessageSender::Start()
{
    if (m_total == 0)
    {
        SendSegment(0, true, false);
        return;
    }
    SendNew();
}

void
MessageSender::SendNew()
{
    while (!m_stopped && m_next < m_total && m_next - m_confirmed < m_parameters.windowBytes)
    {
        const uint32_t length = std::min(m_parameters.segmentBytes, m_total - m_next);
        const uint32_t offset = m_next;
        m_next += length;
        const bool ask = m_next == m_total || m_next - m_asked >= m_parameters.windowBytes / 2;
        if (ask)
        {
            m_asked = m_next;
        }
        SendSegment(offset, ask, false);
    }
}

void
MessageSender::SendSegment(uint32_t offset, bool statusWanted, bool again)
{
    const uint32_t length = std::min(m_parameters.segmentBytes, m_total - offset);
    if (again)
    {
        m_resent += length;
    }
    m_stamp[offset / m_parameters.segmentBytes] = m_serial + 1;
    if (statusWanted)
    {
        ++m_serial;
        Arm();
    }
    m_segment(offset, length, m_serial, statusWanted);
}

void
MessageSender::Probe()
{
    ++m_serial;
    Arm();
    m_probe(m_serial, m_next);
}

void
MessageSender::Arm()
{
    m_timer.Cancel();
    m_timer = Simulator::Schedule(m_wait, &MessageSender::OnTimeout, this);
}

void
MessageSender::OnTimeout()
{
    if (++m_probes > m_parameters.maxProbes)
    {
        Stop();
        const FailedCallback failed = m_failed; // outlives this object
        failed();
        return;
    }
    m_wait = std::min(m_wait + m_wait, m_parameters.maxTimeout);
    Probe();
}

void
MessageSender::OnStatus(const InferenceHeader& status)
{
    if (m_stopped)
    {
        return;
    }
    m_probes = 0;
    m_wait = m_parameters.timeout;
    Arm();
    m_confirmed = std::max(m_confirmed, std::min(status.offset, m_next));
    bool resent = false;
    for (const auto& range : status.missing)
    {
        const uint32_t end = std::min(range.second, m_next);
        uint32_t offset = range.first - range.first % m_parameters.segmentBytes;
        for (; offset < end; offset += m_parameters.segmentBytes)
        {
            // sent again after the question was asked: it may still arrive
            if (m_stamp[offset / m_parameters.segmentBytes] <= status.serial)
            {
                SendSegment(offset, false, true);
                resent = true;
            }
        }
    }
    if (m_total == 0 && status.state == InferenceHeader::INCOMPLETE)
    {
        SendSegment(0, true, true);
    }
    if (resent)
    {
        Probe();
    }
    SendNew();
}

void
MessageSender::Stop()
{
    m_stopped = true;
    m_timer.Cancel();
}

uint32_t
MessageSender::GetUnsentBytes() const
{
    return m_total - m_next;
}

uint64_t
MessageSender::GetResentBytes() const
{
    return m_resent;
}

} // namespace noma
} // namespace ns3
