/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-arq.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

bool
NomaArqSender::Enqueue(Ptr<Packet> packet)
{
    const uint32_t size = packet->GetSize();
    const bool taken = m_queue.Enqueue(std::move(packet));
    m_waitingBytes += taken ? size : 0;
    m_waitingSegments += taken;
    return taken;
}

uint64_t
NomaArqSender::Fill(uint64_t blockBits, std::vector<NomaSegment>& segments)
{
    uint64_t room = blockBits / 8;
    uint64_t data = 0;
    while (room > HEADER_BYTES)
    {
        const uint64_t space = room - HEADER_BYTES;
        NomaSegment segment;
        if (!m_lost.empty())
        {
            Lost& lost = m_lost.front();
            segment.packet = m_window[lost.sequence - m_first].packet;
            segment.sequence = lost.sequence;
            segment.offset = lost.offset;
            segment.length = static_cast<uint32_t>(std::min<uint64_t>(lost.length, space));
            segment.attempts = lost.attempts + 1;
            lost.offset += segment.length;
            lost.length -= segment.length;
            if (lost.length == 0)
            {
                m_lost.pop_front();
                --m_waitingSegments;
            }
        }
        else
        {
            if (!IsPartlySent())
            {
                auto packet = m_queue.Dequeue();
                if (!packet)
                {
                    break;
                }
                const uint32_t size = packet->GetSize();
                m_underWay.Add(size);
                m_window.push_back({packet, size, 0, 0});
            }
            Entry& entry = m_window.back();
            segment.packet = entry.packet;
            segment.sequence = m_first + m_window.size() - 1;
            segment.offset = entry.sent;
            segment.length =
                static_cast<uint32_t>(std::min<uint64_t>(entry.size - entry.sent, space));
            segment.attempts = 1;
            entry.sent += segment.length;
            m_waitingSegments -= entry.sent == entry.size;
        }
        m_waitingBytes -= segment.length;
        room -= HEADER_BYTES + segment.length;
        data += segment.length;
        segments.push_back(std::move(segment));
    }
    return 8 * data;
}

Ptr<Packet>
NomaArqSender::Close(Entry& entry)
{
    Ptr<Packet> packet = entry.packet;
    entry.packet = nullptr;
    --m_underWay.packets;
    m_underWay.bytes -= entry.size;
    return packet;
}

void
NomaArqSender::Advance()
{
    while (!m_window.empty() && !m_window.front().packet)
    {
        m_window.pop_front();
        ++m_first;
    }
}

void
NomaArqSender::Report(const NomaSegment& segment, bool decoded, const DropCallback& drop)
{
    if (segment.sequence < m_first || segment.sequence - m_first >= m_window.size() ||
        !m_window[segment.sequence - m_first].packet)
    {
        return; // given up meanwhile
    }
    Entry& entry = m_window[segment.sequence - m_first];
    if (decoded)
    {
        entry.acked += segment.length;
        if (entry.acked == entry.size)
        {
            Close(entry);
            Advance();
        }
        return;
    }
    if (segment.attempts <= m_retryLimit)
    {
        const auto after = [&](const Lost& l) {
            return l.sequence != segment.sequence ? l.sequence > segment.sequence
                                                  : l.offset > segment.offset;
        };
        const auto place = std::find_if(m_lost.begin(), m_lost.end(), after);
        m_lost.insert(place, {segment.sequence, segment.offset, segment.length, segment.attempts});
        m_waitingBytes += segment.length;
        ++m_waitingSegments;
        return;
    }
    const auto isOfPacket = [&](const Lost& l) { return l.sequence == segment.sequence; };
    for (const auto& lost : m_lost)
    {
        m_waitingBytes -= isOfPacket(lost) ? lost.length : 0;
        m_waitingSegments -= isOfPacket(lost);
    }
    m_lost.erase(std::remove_if(m_lost.begin(), m_lost.end(), isOfPacket), m_lost.end());
    m_waitingBytes -= entry.size - entry.sent;
    m_waitingSegments -= entry.sent < entry.size;
    const auto packet = Close(entry);
    const uint64_t sequence = segment.sequence;
    Advance();
    drop(packet, sequence);
}

void
NomaArqSender::Flush(const DropCallback& drop)
{
    m_lost.clear();
    m_waitingBytes = 0;
    m_waitingSegments = 0;
    // the callback may look at this object, which has to be consistent by then
    std::vector<std::pair<Ptr<Packet>, uint64_t>> packets;
    for (std::size_t i = 0; i < m_window.size(); ++i)
    {
        if (m_window[i].packet)
        {
            packets.emplace_back(Close(m_window[i]), m_first + i);
        }
    }
    Advance();
    while (auto packet = m_queue.Dequeue())
    {
        // takes a sequence number, as if it had been under way
        packets.emplace_back(packet, m_first);
        ++m_first;
    }
    for (const auto& [packet, sequence] : packets)
    {
        drop(packet, sequence);
    }
}

PacketCount
NomaArqSender::GetQueued() const
{
    PacketCount queued = m_underWay;
    queued += {m_queue.GetPackets(), m_queue.GetBytes()};
    return queued;
}

NomaArqReceiver::Entry&
NomaArqReceiver::At(uint64_t sequence)
{
    if (sequence - m_first >= m_window.size())
    {
        m_window.resize(sequence - m_first + 1);
    }
    return m_window[sequence - m_first];
}

void
NomaArqReceiver::AddRange(Entry& entry, uint32_t begin, uint32_t end)
{
    auto& ranges = entry.ranges;
    auto it =
        std::lower_bound(ranges.begin(), ranges.end(), begin, [](const auto& range, uint32_t b) {
            return range.second < b;
        });
    while (it != ranges.end() && it->first <= end) // touching or overlapping: merge
    {
        begin = std::min(begin, it->first);
        end = std::max(end, it->second);
        it = ranges.erase(it);
    }
    ranges.insert(it, {begin, end});
}

void
NomaArqReceiver::Receive(const NomaSegment& segment, const DeliverCallback& deliver)
{
    if (segment.sequence < m_first)
    {
        return;
    }
    Entry& entry = At(segment.sequence);
    if (entry.skipped || entry.complete)
    {
        return;
    }
    if (!entry.packet)
    {
        entry.packet = segment.packet;
    }
    const uint32_t size = entry.packet->GetSize();
    if (segment.offset != 0 || segment.length != size)
    {
        AddRange(entry, segment.offset, segment.offset + segment.length);
        if (entry.ranges.front() != std::make_pair(uint32_t{0}, size))
        {
            return;
        }
    }
    entry.complete = true;
    m_held.Add(size);
    Advance(deliver);
}

void
NomaArqReceiver::Skip(uint64_t sequence, const DeliverCallback& deliver)
{
    if (sequence < m_first)
    {
        return;
    }
    Entry& entry = At(sequence);
    if (!entry.complete)
    {
        entry.skipped = true;
        entry.packet = nullptr;
        Advance(deliver);
    }
}

void
NomaArqReceiver::Advance(const DeliverCallback& deliver)
{
    while (!m_window.empty() && (m_window.front().complete || m_window.front().skipped))
    {
        const bool complete = m_window.front().complete;
        const auto packet = m_window.front().packet;
        m_window.pop_front();
        ++m_first;
        if (complete)
        {
            --m_held.packets;
            m_held.bytes -= packet->GetSize();
            deliver(packet);
        }
    }
}

} // namespace noma
} // namespace ns3
