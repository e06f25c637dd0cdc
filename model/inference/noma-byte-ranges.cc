/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-byte-ranges.h"

#include <algorithm>
#include <iterator>

namespace ns3
{
namespace noma
{

bool
ByteRanges::Add(uint64_t begin, uint64_t end)
{
    if (begin >= end)
    {
        return true;
    }
    auto it = m_ranges.upper_bound(begin);
    if (it != m_ranges.begin() && std::prev(it)->second >= begin)
    {
        --it;
    }
    const bool touches = it != m_ranges.end() && it->first <= end;
    if (!touches && m_ranges.size() >= MAX_HELD)
    {
        return false;
    }
    // swallow every range that touches [begin, end)
    while (it != m_ranges.end() && it->first <= end)
    {
        begin = std::min(begin, it->first);
        end = std::max(end, it->second);
        m_bytes -= it->second - it->first;
        it = m_ranges.erase(it);
    }
    m_ranges.emplace(begin, end);
    m_bytes += end - begin;
    return true;
}

uint64_t
ByteRanges::GetBytes() const
{
    return m_bytes;
}

std::vector<ByteRange>
ByteRanges::Missing(uint64_t end, std::size_t most) const
{
    std::vector<ByteRange> missing;
    uint64_t next = 0;
    for (auto it = m_ranges.begin(); it != m_ranges.end() && missing.size() < most; ++it)
    {
        if (it->first >= end)
        {
            break;
        }
        if (it->first > next)
        {
            missing.emplace_back(next, it->first);
        }
        next = it->second;
    }
    if (next < end && missing.size() < most)
    {
        missing.emplace_back(next, end);
    }
    return missing;
}

} // namespace noma
} // namespace ns3
