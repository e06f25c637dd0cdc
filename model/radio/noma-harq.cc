/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-harq.h"

#include <utility>

namespace ns3
{
namespace noma
{

const char*
HarqResultName(HarqResult result)
{
    switch (result)
    {
    case HarqResult::DECODED:
        return "decoded";
    case HarqResult::LIMIT:
        return "limit";
    case HarqResult::ENDED:
        return "ended";
    }
    return "unknown";
}

NomaHarqBuffer::Kept
NomaHarqBuffer::Get(uint64_t block) const
{
    const auto found = m_kept.find(block);
    return found == m_kept.end() ? Kept{} : found->second;
}

void
NomaHarqBuffer::Keep(uint64_t block, double sinr, bool decoded)
{
    if (block > 0)
    {
        Kept& kept = m_kept[block];
        kept.sinr += sinr;
        kept.decoded = kept.decoded || decoded;
    }
}

void
NomaHarqBuffer::Forget(uint64_t first)
{
    m_kept.erase(m_kept.begin(), m_kept.lower_bound(first));
}

void
NomaHarq::SetLimits(uint32_t transmissions, uint32_t feedbackSlots)
{
    m_transmissions = transmissions;
    m_feedbackSlots = feedbackSlots;
}

void
NomaHarq::SetUsers(std::size_t users)
{
    m_links.up.resize(users);
    m_links.down.resize(users);
}

uint64_t
NomaHarq::MakeNext()
{
    ++m_last;
    m_alive.insert(m_alive.end(), m_last);
    return m_last;
}

NomaHarq::Block
NomaHarq::TakeFirst(Direction d, uint32_t ue)
{
    Link& link = m_links[d][ue];
    Block block = std::move(link.waiting.front());
    link.waiting.pop_front();
    link.waitingBits -= block.last.blockBits;
    return block;
}

void
NomaHarq::Failed(uint64_t slot, Direction d, uint32_t ue, Block block)
{
    m_failures.push_back({slot + m_feedbackSlots, {d, ue, HarqResult::LIMIT, std::move(block)}});
}

std::vector<NomaHarq::LinkBlock>
NomaHarq::TakeFeedback(uint64_t slot)
{
    std::vector<LinkBlock> ended;
    while (!m_failures.empty() && m_failures.front().slot <= slot)
    {
        Failure failure = std::move(m_failures.front());
        m_failures.pop_front();
        LinkBlock& x = failure.block;
        Link& link = m_links[x.direction][x.ue];
        const bool more = x.block.last.transmission < m_transmissions;
        if (more && x.block.epoch == link.epoch)
        {
            link.waitingBits += x.block.last.blockBits;
            link.waiting.push_back(std::move(x.block));
            continue;
        }
        x.result = more ? HarqResult::ENDED : HarqResult::LIMIT;
        m_alive.erase(x.block.number);
        ended.push_back(std::move(x));
    }
    return ended;
}

std::vector<NomaHarq::LinkBlock>
NomaHarq::End(uint32_t ue)
{
    std::vector<LinkBlock> ended;
    for (const Direction d : DIRECTIONS)
    {
        Link& link = m_links[d][ue];
        ++link.epoch;
        while (!link.waiting.empty())
        {
            ended.push_back({d, ue, HarqResult::ENDED, TakeFirst(d, ue)});
            m_alive.erase(ended.back().block.number);
        }
    }
    return ended;
}

void
NomaHarq::Clear()
{
    m_failures.clear();
    m_alive.clear();
    m_links.up.clear();
    m_links.down.clear();
}

} // namespace noma
} // namespace ns3
