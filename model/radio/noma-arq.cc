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
    const bool taken = m_queue.Enqueue(packet);
    if (taken)
    {
        m_queued.Add(size);
        m_waitingBytes += size;
        ++m_waitingSegments;
    }
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
        if (!m_lost.IsEmpty())
        {
            Lost& lost = m_lost[0];
            const Entry& entry = m_window[lost.sequence - m_first];
            segment.packet = lost.offset == 0 ? entry.packet : nullptr;
            segment.sequence = lost.sequence;
            segment.size = entry.size;
            segment.offset = lost.offset;
            segment.length = static_cast<uint32_t>(std::min<uint64_t>(lost.length, space));
            segment.attempts = lost.attempts + 1;
            lost.offset += segment.length;
            lost.length -= segment.length;
            if (lost.length == 0)
            {
                m_lost.Pop();
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
                m_window.Push({packet, size, 0, 0});
            }
            Entry& entry = m_window.Back();
            segment.packet = entry.sent == 0 ? entry.packet : nullptr;
            segment.sequence = m_first + m_window.GetSize() - 1;
            segment.size = entry.size;
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
    --m_queued.packets;
    m_queued.bytes -= entry.size;
    return packet;
}

void
NomaArqSender::Advance()
{
    while (!m_window.IsEmpty() && !m_window[0].packet)
    {
        m_window.Pop();
        ++m_first;
    }
}

void
NomaArqSender::Report(const NomaSegment& segment, bool decoded, const DropCallback& drop)
{
    if (segment.sequence < m_first || segment.sequence - m_first >= m_window.GetSize() ||
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
        std::size_t place = 0;
        while (place < m_lost.GetSize() && !after(m_lost[place]))
        {
            ++place;
        }
        m_lost.Insert(place, {segment.sequence, segment.offset, segment.length, segment.attempts});
        m_waitingBytes += segment.length;
        ++m_waitingSegments;
        return;
    }
    const auto isOfPacket = [&](const Lost& l) { return l.sequence == segment.sequence; };
    for (std::size_t i = 0; i < m_lost.GetSize(); ++i)
    {
        m_waitingBytes -= isOfPacket(m_lost[i]) ? m_lost[i].length : 0;
        m_waitingSegments -= isOfPacket(m_lost[i]);
    }
    m_lost.RemoveIf(isOfPacket);
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
    m_lost.Clear();
    m_waitingBytes = 0;
    m_waitingSegments = 0;
    // the callback may look at this object, which has to be consistent by then
    std::vector<std::pair<Ptr<Packet>, uint64_t>> packets;
    for (std::size_t i = 0; i < m_window.GetSize(); ++i)
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
    m_queued = {};
    for (const auto& [packet, sequence] : packets)
    {
        drop(packet, sequence);
    }
}

NomaArqReceiver::Entry&
NomaArqReceiver::At(uint64_t sequence)
{
    m_window.Extend(sequence - m_first + 1);
    return m_window[sequence - m_first];
}

void
NomaArqReceiver::AddRange(Entry& entry, uint32_t begin, uint32_t end)
{
    auto& ranges = entry.ranges;
    if (begin <= entry.prefix)
    {
        entry.prefix = std::max(entry.prefix, end);
        while (!ranges.empty() && ranges.front().first <= entry.prefix)
        {
            entry.prefix = std::max(entry.prefix, ranges.front().second);
            ranges.erase(ranges.begin());
        }
        return;
    }
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
    if (segment.offset == 0)
    {
        entry.packet = segment.packet;
    }
    AddRange(entry, segment.offset, segment.offset + segment.length);
    if (entry.prefix == segment.size)
    {
        entry.complete = true;
        m_held.Add(segment.size);
        Advance(deliver);
    }
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
    while (!m_window.IsEmpty() && (m_window[0].complete || m_window[0].skipped))
    {
        const bool complete = m_window[0].complete;
        const auto packet = m_window[0].packet;
        m_window.Pop();
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
