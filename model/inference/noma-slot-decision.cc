/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-decision.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace ns3
{
namespace noma
{

namespace
{

/// @param g a grant
/// @returns what tells it from the others of a slot
std::tuple<Direction, uint32_t, uint32_t>
KeyOf(const Grant& g)
{
    return {g.direction, g.ue, g.subchannel};
}

} // namespace

const char*
GrantReasonName(GrantReason reason)
{
    switch (reason)
    {
    case GrantReason::AS_DECIDED:
        return "as decided";
    case GrantReason::NOTHING_TO_SEND:
        return "nothing to send";
    case GrantReason::TURN:
        return "another user's turn";
    case GrantReason::POWER:
        return "power";
    case GrantReason::FALL_BACK:
        return "fall-back";
    case GrantReason::LINK_ADAPTATION:
        return "link adaptation";
    case GrantReason::NOT_DECIDED:
        break;
    }
    return "not decided";
}

void
SlotDecisionLog::Open(const SlotSnapshot& s,
                      const std::vector<Grant>& decided,
                      const std::vector<Grant>& grants,
                      bool plan,
                      bool powers)
{
    m_open = true;
    m_plan = plan;
    m_powers = powers;
    m_report.slot = s.slot;
    m_report.entries.clear();
    m_backlog.resize(s.ues.size());
    m_sent.assign(s.ues.size(), {});
    for (std::size_t i = 0; i < s.ues.size(); ++i)
    {
        for (Direction d : DIRECTIONS)
        {
            m_backlog[i][d] = static_cast<double>(s.ues[i].backlogBits[d]);
        }
    }
    const auto before = [](const SlotDecisionReport::Entry& a, const SlotDecisionReport::Entry& b) {
        return KeyOf(a.decided) < KeyOf(b.decided);
    };
    for (const Grant& g : decided)
    {
        SlotDecisionReport::Entry e;
        e.decided = g;
        m_report.entries.push_back(e);
    }
    auto& entries = m_report.entries;
    std::sort(entries.begin(), entries.end(), before);
    const auto end = static_cast<std::ptrdiff_t>(entries.size());
    for (const Grant& g : grants)
    {
        SlotDecisionReport::Entry e;
        e.decided = g;
        e.granted = true;
        e.grant = g;
        e.reason = GrantReason::NOT_DECIDED;
        const auto it = std::lower_bound(entries.begin(), entries.begin() + end, e, before);
        if (it != entries.begin() + end && KeyOf(it->decided) == KeyOf(g))
        {
            it->granted = true;
            it->grant = g;
        }
        else
        {
            entries.push_back(e);
        }
    }
}

const SlotDecisionReport&
SlotDecisionLog::Close(const std::vector<GrantOutcome>& outcomes)
{
    m_open = false;
    std::vector<const GrantOutcome*> sorted;
    for (const GrantOutcome& o : outcomes)
    {
        m_sent[o.grant.ue][o.grant.direction] += static_cast<double>(o.blockBits);
        sorted.push_back(&o);
    }
    const auto before = [](const GrantOutcome* a, const GrantOutcome* b) {
        return KeyOf(a->grant) < KeyOf(b->grant);
    };
    std::sort(sorted.begin(), sorted.end(), before);
    m_report.count.fill(0);
    for (auto& e : m_report.entries)
    {
        GrantOutcome key;
        key.grant = e.decided;
        const auto it = std::lower_bound(sorted.begin(), sorted.end(), &key, before);
        const bool sent = it != sorted.end() && KeyOf((*it)->grant) == KeyOf(e.decided);
        e.blockBits = sent ? (*it)->blockBits : 0;
        const Direction d = e.decided.direction;
        const double backlog = m_backlog[e.decided.ue][d];
        if (e.reason == GrantReason::NOT_DECIDED)
        {
            // stays what it is
        }
        else if (sent)
        {
            const bool equal =
                !m_powers || std::abs(e.grant.powerW - e.decided.powerW) <= 1e-9 * e.decided.powerW;
            e.reason = equal ? GrantReason::AS_DECIDED : GrantReason::POWER;
        }
        else if (backlog <= m_sent[e.decided.ue][d])
        {
            e.reason = GrantReason::NOTHING_TO_SEND;
        }
        else if (e.granted)
        {
            e.reason = GrantReason::LINK_ADAPTATION;
        }
        else
        {
            e.reason = m_plan ? GrantReason::TURN : GrantReason::FALL_BACK;
        }
        ++m_report.count[static_cast<std::size_t>(e.reason)];
    }
    return m_report;
}

} // namespace noma
} // namespace ns3
