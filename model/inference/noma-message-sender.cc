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

SendWindow::SendWindow(uint64_t bytes)
    : m_limit(bytes)
{
}

uint64_t
SendWindow::GetRoom() const
{
    return m_used < m_limit ? m_limit - m_used : 0;
}

void
SendWindow::Close()
{
    m_limit = 0;
}

MessageSender::MessageSender(const MessageSenderParameters& parameters,
                             uint64_t total,
                             SegmentCallback segment,
                             ProbeCallback probe,
                             FailedCallback failed,
                             SendWindow* window)
    : m_parameters(parameters),
      m_total(total),
      m_segment(std::move(segment)),
      m_probe(std::move(probe)),
      m_failed(std::move(failed)),
      m_window(window),
      m_wait(parameters.timeout)
{
}

MessageSender::~MessageSender()
{
    Stop();
}

void
MessageSender::Start()
{
    if (m_total == 0)
    {
        SendSegment(0, true, false);
        return;
    }
    if (m_window && !m_window->m_waiting.empty())
    {
        m_window->m_waiting.push_back(this); // behind those that came before
        m_waiting = true;
        return;
    }
    SendNew();
}

void
MessageSender::SendNew()
{
    while (!m_stopped && m_next < m_total && m_next - m_confirmed < m_parameters.windowBytes)
    {
        if (m_window && m_window->GetRoom() == 0)
        {
            if (!m_waiting)
            {
                m_window->m_waiting.push_front(this); // others have not begun
                m_waiting = true;
            }
            return;
        }
        const uint64_t length = std::min<uint64_t>(m_parameters.segmentBytes, m_total - m_next);
        const uint64_t offset = m_next;
        m_next += length;
        bool ask = m_next == m_total || m_next - m_asked >= m_parameters.windowBytes / 2;
        if (m_window)
        {
            m_window->m_used += length;
            // nothing but an answer makes room again
            ask = ask || (m_window->GetRoom() == 0 && m_asked <= m_confirmed);
        }
        if (ask)
        {
            m_asked = m_next;
        }
        SendSegment(offset, ask, false);
    }
}

void
MessageSender::ServeWaiting()
{
    while (m_window && !m_window->m_waiting.empty() && m_window->GetRoom() > 0)
    {
        MessageSender* next = m_window->m_waiting.front();
        m_window->m_waiting.pop_front();
        next->m_waiting = false;
        next->SendNew();
    }
}

void
MessageSender::SendSegment(uint64_t offset, bool statusWanted, bool again)
{
    const uint64_t length = std::min<uint64_t>(m_parameters.segmentBytes, m_total - offset);
    if (again)
    {
        m_resent += length;
        m_stamp[offset / m_parameters.segmentBytes] = m_serial + 1;
    }
    if (statusWanted)
    {
        ++m_serial;
        Arm();
    }
    m_segment(offset, static_cast<uint32_t>(length), m_serial, statusWanted);
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
    const uint64_t before = m_confirmed;
    const uint64_t answered = std::min(status.offset, m_next);
    m_confirmed = std::max(m_confirmed, answered);
    bool resent = false;
    std::map<uint64_t, uint32_t> stamp; // of the segments that are still missing
    stamp.swap(m_stamp);
    const uint64_t step = m_parameters.segmentBytes;
    for (const auto& range : status.missing)
    {
        const uint64_t end = std::min(range.second, m_next);
        for (uint64_t offset = range.first - range.first % step; offset < end; offset += step)
        {
            // first sent before the question; if sent again after it, it may still arrive
            const auto again = stamp.find(offset / step);
            if (again != stamp.end() && again->second > status.serial)
            {
                m_stamp.insert(*again);
            }
            else
            {
                SendSegment(offset, false, true);
                resent = true;
            }
        }
    }
    // the answer says nothing of segments behind its offset
    m_stamp.insert(stamp.lower_bound((answered + step - 1) / step), stamp.end());
    if (m_total == 0 && status.state == InferenceHeader::INCOMPLETE)
    {
        SendSegment(0, true, true);
    }
    if (resent)
    {
        Probe();
    }
    if (m_window)
    {
        m_window->m_used -= m_confirmed - before;
    }
    SendNew(); // what was begun goes on before the next begins
    ServeWaiting();
}

void
MessageSender::Stop()
{
    m_timer.Cancel();
    if (m_stopped)
    {
        return;
    }
    m_stopped = true;
    if (m_waiting)
    {
        auto& waiting = m_window->m_waiting;
        waiting.erase(std::find(waiting.begin(), waiting.end(), this));
        m_waiting = false;
    }
    if (m_window)
    {
        m_window->m_used -= m_next - m_confirmed;
        ServeWaiting();
    }
}

uint64_t
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
