/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-share-support.h"

#include "ns3/noma-check.h"
#include "ns3/noma-decoding-order.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

ShareSupport::ShareSupport(const Instance& instance)
    : m_instance(&instance)
{
    for (Direction d : DIRECTIONS)
    {
        Rebuild(d, {}, nullptr);
    }
}

void
ShareSupport::Assign(Direction d, const std::vector<ShareColumn>& columns)
{
    m_lists[d].columns.clear();
    std::vector<double> share;
    m_lists[d].userOffset.assign(m_instance->users.size() + 1, 0);
    Insert(d, columns, share);
    if (Size(d) != columns.size())
    {
        ThrowInvalid(columns.size() - Size(d), "0", "columns given twice");
    }
}

void
ShareSupport::AssignAll(Direction d)
{
    std::vector<Entry> entries;
    entries.reserve(m_instance->users.size() * m_instance->subchannels);
    for (uint32_t m = 0; m < m_instance->subchannels; ++m)
    {
        for (uint32_t i = 0; i < m_instance->users.size(); ++i)
        {
            entries.push_back({{i, m}, NONE, 0});
        }
    }
    Rebuild(d, std::move(entries), nullptr);
}

void
ShareSupport::Insert(Direction d, const std::vector<ShareColumn>& extra, std::vector<double>& share)
{
    const Lists& lists = m_lists[d];
    std::vector<Entry> entries;
    entries.reserve(lists.columns.size() + extra.size());
    for (uint32_t c = 0; c < lists.columns.size(); ++c)
    {
        entries.push_back({lists.columns[c], c, 0});
    }
    for (const ShareColumn& column : extra)
    {
        if (column.user >= m_instance->users.size())
        {
            ThrowInvalid(column.user, "the index of a user", "column.user");
        }
        if (column.subchannel >= m_instance->subchannels)
        {
            ThrowInvalid(column.subchannel, "a subchannel", "column.subchannel");
        }
        entries.push_back({column, NONE, 0});
    }
    Rebuild(d, std::move(entries), &share);
}

void
ShareSupport::Prune(Direction d, std::vector<double>& share, double threshold)
{
    const Lists& lists = m_lists[d];
    std::vector<Entry> entries;
    entries.reserve(lists.columns.size());
    for (uint32_t c = 0; c < lists.columns.size(); ++c)
    {
        if (share[c] > threshold)
        {
            entries.push_back({lists.columns[c], c, 0});
        }
    }
    Rebuild(d, std::move(entries), &share);
}

uint32_t
ShareSupport::Find(Direction d, uint32_t user, uint32_t m) const
{
    const Range range = GetUserColumns(d, user);
    const auto it =
        std::lower_bound(range.begin(), range.end(), m, [this, d](uint32_t c, uint32_t x) {
            return m_lists[d].columns[c].subchannel < x;
        });
    return it != range.end() && m_lists[d].columns[*it].subchannel == m ? *it : NONE;
}

void
ShareSupport::Rebuild(Direction d, std::vector<Entry> entries, std::vector<double>* share)
{
    const std::size_t aps = m_instance->edges.size();
    const std::size_t users = m_instance->users.size();
    const std::size_t groups = aps * m_instance->subchannels;
    const GainTensor& gain = m_instance->gain[d];

    // bucket by group, then sort each bucket by decoding order
    Lists lists;
    lists.offset.assign(groups + 1, 0);
    const auto group = [&](const Entry& e) {
        return e.column.subchannel * aps + m_instance->users[e.column.user].ap;
    };
    for (const Entry& e : entries)
    {
        ++lists.offset[group(e) + 1];
    }
    for (std::size_t g = 0; g < groups; ++g)
    {
        lists.offset[g + 1] += lists.offset[g];
    }
    std::vector<Entry> sorted(entries.size());
    std::vector<uint32_t> next(lists.offset.begin(), lists.offset.end() - 1);
    for (Entry& e : entries)
    {
        const uint32_t i = e.column.user;
        e.own = gain.At(i, m_instance->users[i].ap, e.column.subchannel);
        sorted[next[group(e)]++] = e;
    }
    const auto stronger = [](const Entry& a, const Entry& b) {
        return a.column.user != b.column.user
                   ? IsStronger(a.own, a.column.user, b.own, b.column.user)
                   : a.old < b.old;
    };
    const auto weaker = [&](const Entry& a, const Entry& b) { return stronger(b, a); };
    std::size_t kept = 0;
    uint32_t begin = 0;
    for (std::size_t g = 0; g < groups; ++g)
    {
        const uint32_t end = lists.offset[g + 1];
        std::sort(sorted.begin() + begin, sorted.begin() + end, stronger);
        const std::size_t first = kept;
        for (uint32_t k = begin; k < end; ++k)
        {
            // of a pair given twice the one that was there before comes first
            if (kept == first || sorted[kept - 1].column.user != sorted[k].column.user)
            {
                sorted[kept++] = sorted[k];
            }
        }
        if (d == DOWNLINK)
        {
            std::sort(sorted.begin() + first, sorted.begin() + kept, weaker);
        }
        lists.offset[g + 1] = static_cast<uint32_t>(kept);
        begin = end;
    }
    sorted.resize(kept);

    lists.columns.resize(kept);
    lists.user.resize(kept);
    lists.own.resize(kept);
    lists.gain.resize(kept * aps);
    lists.userOffset.assign(users + 1, 0);
    std::vector<double> carried(share ? kept : 0, 0.0);
    for (std::size_t c = 0; c < kept; ++c)
    {
        const Entry& e = sorted[c];
        lists.columns[c] = e.column;
        lists.user[c] = e.column.user;
        lists.own[c] = e.own;
        ++lists.userOffset[e.column.user + 1];
        const uint32_t m = e.column.subchannel;
        const std::size_t first = lists.offset[m * aps];
        const std::size_t size = lists.offset[(m + 1) * aps] - first;
        double* to = lists.gain.data() + first * aps + (c - first);
        if (e.old == NONE)
        {
            for (std::size_t n = 0; n < aps; ++n)
            {
                to[n * size] = gain.At(e.column.user, n, m);
            }
        }
        else
        {
            const Lists& before = m_lists[d];
            const std::size_t firstBefore = before.offset[m * aps];
            const std::size_t sizeBefore = before.offset[(m + 1) * aps] - firstBefore;
            const double* from = before.gain.data() + firstBefore * aps + (e.old - firstBefore);
            for (std::size_t n = 0; n < aps; ++n)
            {
                to[n * size] = from[n * sizeBefore];
            }
        }
        if (share && e.old != NONE)
        {
            carried[c] = (*share)[e.old];
        }
    }
    for (std::size_t i = 0; i < users; ++i)
    {
        lists.userOffset[i + 1] += lists.userOffset[i];
    }
    lists.userColumn.resize(kept);
    next.assign(lists.userOffset.begin(), lists.userOffset.end() - 1);
    for (std::size_t c = 0; c < kept; ++c)
    {
        lists.userColumn[next[lists.user[c]]++] = static_cast<uint32_t>(c);
    }
    m_lists[d] = std::move(lists);
    if (share)
    {
        *share = std::move(carried);
    }
}

} // namespace noma
} // namespace ns3
