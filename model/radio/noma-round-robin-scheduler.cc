/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-round-robin-scheduler.h"

#include "noma-arq.h"

#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(RoundRobinScheduler);

namespace
{

/// Blocks below this size (bit) are mostly header: the user should use fewer subchannels.
constexpr double SMALL_BLOCK = 48;

/// @param bits size of a block
/// @returns whether it is larger than the header of a segment
bool
HoldsData(double bits)
{
    return bits >= 8.0 * (NomaArqSender::HEADER_BYTES + 1);
}

} // namespace

TypeId
RoundRobinScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::RoundRobinScheduler")
            .SetParent<SlotScheduler>()
            .SetGroupName("Noma")
            .AddConstructor<RoundRobinScheduler>()
            .AddAttribute("PowerExponent",
                          "Downlink power shares within a group are proportional to "
                          "(gain / interference) to minus this; 0 = equal shares.",
                          DoubleValue(0.4),
                          MakeDoubleAccessor(&RoundRobinScheduler::m_powerExponent),
                          MakeDoubleChecker<double>(0.0, 2.0))
            .AddAttribute("UplinkOrder",
                          "Decoding order of uplink groups; null = by gain.",
                          PointerValue(),
                          MakePointerAccessor(&RoundRobinScheduler::m_uplinkOrder),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute("DownlinkOrder",
                          "Decoding order of downlink groups; null = by gain over interference.",
                          PointerValue(),
                          MakePointerAccessor(&RoundRobinScheduler::m_downlinkOrder),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute("LinkAdaptation",
                          "What sets the rates.",
                          PointerValue(),
                          MakePointerAccessor(&RoundRobinScheduler::SetLinkAdaptation,
                                              &RoundRobinScheduler::GetLinkAdaptation),
                          MakePointerChecker<NomaLinkAdaptation>())
            .AddAttribute(
                "Grouping",
                "Who shares a subchannel with whom; null keeps the present one, near with "
                "far at first.",
                PointerValue(),
                MakePointerAccessor(&RoundRobinScheduler::SetGrouping,
                                    &RoundRobinScheduler::GetGrouping),
                MakePointerChecker<NomaGrouping>());
    return tid;
}

RoundRobinScheduler::RoundRobinScheduler()
    : m_adaptation(CreateObject<NomaLinkAdaptation>()),
      m_grouping(CreateObject<NomaDistanceGrouping>())
{
}

RoundRobinScheduler::~RoundRobinScheduler() = default;

void
RoundRobinScheduler::DoDispose()
{
    m_adaptation = nullptr;
    m_grouping = nullptr;
    m_uplinkOrder = nullptr;
    m_downlinkOrder = nullptr;
    SlotScheduler::DoDispose();
}

Ptr<NomaLinkAdaptation>
RoundRobinScheduler::GetLinkAdaptation() const
{
    return m_adaptation;
}

void
RoundRobinScheduler::SetLinkAdaptation(Ptr<NomaLinkAdaptation> adaptation)
{
    if (adaptation) // null keeps the present one, as the attribute's initial value does
    {
        m_adaptation = adaptation;
    }
}

Ptr<NomaGrouping>
RoundRobinScheduler::GetGrouping() const
{
    return m_grouping;
}

void
RoundRobinScheduler::SetGrouping(Ptr<NomaGrouping> grouping)
{
    if (grouping)
    {
        m_grouping = grouping;
    }
}

void
RoundRobinScheduler::DoSchedule(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    for (const Direction d : DIRECTIONS)
    {
        auto& waiting = m_waiting[d];
        waiting.resize(s.aps);
        for (auto& users : waiting)
        {
            users.clear();
        }
        m_turns[d].resize(s.ues.size());
        m_next[d].resize(s.aps, 0);
        for (uint32_t i = 0; i < s.ues.size(); ++i)
        {
            const auto& ue = s.ues[i];
            if (s.IsServed(i) && ue.backlogBits[d] > 0)
            {
                waiting[ue.ap].push_back(i);
            }
        }
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            Fill(s, d, n, grants);
        }
    }
    if (grants.empty())
    {
        return;
    }
    Complete(s, grants);
    if (PartGroups(s, grants))
    {
        Complete(s, grants);
    }
    Learn(s, grants);
}

void
RoundRobinScheduler::Complete(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    for (Grant& g : grants)
    {
        g.powerW = s.ues[g.ue].maxPowerW[g.direction] / m_turns[g.direction][g.ue].grants;
    }
    GrantCompletion::SpreadDownlinkPowers(s, grants);
    m_completion.Complete(s,
                          {{m_uplinkOrder, m_downlinkOrder}, true, m_powerExponent},
                          *m_adaptation,
                          grants);
}

std::size_t
RoundRobinScheduler::FindPassedOver(const SlotSnapshot& s,
                                    const std::vector<Grant>& grants,
                                    std::size_t first,
                                    std::size_t end)
{
    const Direction d = grants[first].direction;
    auto& turns = m_turns[d];
    double groupW = 0;
    bool others = true; // whether everybody has other subchannels as well
    for (std::size_t i = first; i < end; ++i)
    {
        groupW += grants[i].powerW;
        others = others && turns[grants[i].ue].grants > 1;
    }
    // with enough subchannels for everybody nobody is to lose its last one
    const bool spare = others || m_waiting[d][grants[first].ap].size() > s.subchannels;
    std::size_t alone = end;
    for (std::size_t i = first; i < end && end - first > 1; ++i)
    {
        const Grant& g = grants[i];
        const double snr = m_adaptation->GetGain(i) / m_adaptation->GetOutsideW(i) *
                           (d == DOWNLINK ? groupW : g.powerW);
        // a block that is sent again keeps its size
        if (s.ues[g.ue].repeats[d] > 0 || HoldsData(g.rateBps * s.slotSeconds) ||
            !HoldsData(SpectralEfficiency(snr, 1) * s.subchannelHz[d] * s.slotSeconds))
        {
            continue;
        }
        Turn& turn = turns[g.ue];
        if (turn.emptySlot != s.slot)
        {
            turn.emptySlot = s.slot;
            turn.passed = !turn.passed;
        }
        alone = spare && !turn.passed && alone == end ? i : alone;
    }
    return alone;
}

bool
RoundRobinScheduler::PartGroups(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    if (std::all_of(grants.begin(), grants.end(), [&](const Grant& g) {
            return HoldsData(g.rateBps * s.slotSeconds);
        }))
    {
        return false;
    }
    std::size_t kept = 0;
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GrantCompletion::GroupEnd(grants, first);
        const std::size_t alone = FindPassedOver(s, grants, first, end);
        for (std::size_t i = first; i < end; ++i)
        {
            if (alone == end || i == alone)
            {
                grants[kept++] = grants[i];
            }
            else
            {
                --m_turns[grants[i].direction][grants[i].ue].grants;
            }
        }
        first = end;
    }
    const bool parted = kept < grants.size();
    grants.resize(kept);
    if (parted)
    {
        GrantCompletion::Renumber(grants);
    }
    return parted;
}

uint32_t
RoundRobinScheduler::MakeRound(const SlotSnapshot& s, Direction d, uint32_t ap)
{
    auto& users = m_waiting[d][ap];
    if (users.empty())
    {
        return NONE;
    }
    // whoever has a block to be sent again comes first, then all others as ever
    const auto repeats = [&](uint32_t ue) { return s.ues[ue].repeats[d] > 0; };
    const auto start = std::lower_bound(users.begin(), users.end(), m_next[d][ap]);
    const uint32_t first = start == users.end() ? users.front() : *start;
    const bool again = std::any_of(users.begin(), users.end(), repeats);
    if (again)
    {
        std::rotate(users.begin(), std::find(users.begin(), users.end(), first), users.end());
        std::stable_partition(users.begin(), users.end(), repeats);
    }
    auto& turns = m_turns[d];
    const double firstGuess = s.subchannelHz[d] * s.slotSeconds; // 1 bit/s/Hz
    for (std::size_t j = 0; j < users.size(); ++j)
    {
        Turn& turn = turns[users[j]];
        const double bits = turn.blockBits > 0 ? turn.blockBits : firstGuess;
        const double need =
            std::ceil(static_cast<double>(s.ues[users[j]].backlogBits[d]) / std::max(bits, 1.0));
        turn.need = static_cast<uint32_t>(std::min<double>(need, s.subchannels));
        if (turn.maxGrants > 0)
        {
            turn.need = std::min(turn.need, turn.maxGrants);
        }
        turn.grants = 0;
        turn.next = users[j + 1 < users.size() ? j + 1 : 0];
        turn.previous = users[j > 0 ? j - 1 : users.size() - 1];
    }
    return again ? users.front() : first;
}

void
RoundRobinScheduler::Fill(const SlotSnapshot& s,
                          Direction d,
                          uint32_t ap,
                          std::vector<Grant>& grants)
{
    uint32_t ue = MakeRound(s, d, ap);
    if (ue == NONE)
    {
        return;
    }
    auto& turns = m_turns[d];
    const uint32_t k = s.maxSuperposed;
    m_cells.assign(std::size_t{s.subchannels} * k, NONE);
    m_layers.assign(s.subchannels, 0);
    for (uint32_t layer = 0; layer < k && ue != NONE; ++layer)
    {
        for (uint32_t m = 0; m < s.subchannels && ue != NONE; ++m)
        {
            uint32_t* const cell = &m_cells[std::size_t{m} * k];
            uint32_t& used = m_layers[m];
            // the first user of the round that is not there already
            uint32_t candidate = ue;
            bool found = false;
            for (uint32_t tries = 0; tries <= used && !found; ++tries)
            {
                found = std::find(cell, cell + used, candidate) == cell + used;
                candidate = found ? candidate : turns[candidate].next;
            }
            if (!found)
            {
                continue;
            }
            cell[used++] = candidate;
            Turn& turn = turns[candidate];
            ++turn.grants;
            if (candidate != ue)
            {
                // it had its turn early: now those it overtook come, and then the one after it
                turns[turn.previous].next = turn.next;
                turns[turn.next].previous = turn.previous;
                turn.previous = turns[ue].previous;
                turn.next = ue;
                turns[turn.previous].next = candidate;
                turns[ue].previous = candidate;
            }
            const uint32_t next = turn.next;
            if (--turn.need == 0)
            {
                turns[turn.previous].next = turn.next;
                turns[turn.next].previous = turn.previous;
            }
            ue = turn.need == 0 && next == candidate ? NONE : next;
            m_next[d][ap] = ue != NONE ? ue : candidate + 1;
        }
    }
    if (k > 1)
    {
        Regroup(s, d, ap);
    }
    for (uint32_t m = 0; m < s.subchannels; ++m)
    {
        for (uint32_t layer = 0; layer < m_layers[m]; ++layer)
        {
            Grant& g = grants.emplace_back();
            g.direction = d;
            g.ap = ap;
            g.subchannel = m;
            g.ue = m_cells[std::size_t{m} * k + layer];
            g.order = layer;
        }
    }
}

void
RoundRobinScheduler::Regroup(const SlotSnapshot& s, Direction d, uint32_t ap)
{
    const auto empty = std::find(m_layers.begin(), m_layers.end(), 0U);
    const auto used = static_cast<uint32_t>(empty - m_layers.begin());
    if (used == 0 || m_layers[0] < 2)
    {
        return; // nobody shares
    }
    m_ranked.clear();
    for (const uint32_t ue : m_waiting[d][ap])
    {
        if (m_turns[d][ue].grants > 0)
        {
            m_ranked.push_back(ue);
        }
    }
    m_grouping->Rank(s, d, ap, 0, m_ranked);
    std::fill(m_layers.begin(), m_layers.end(), 0U);
    // no ranks are tied to a subchannel for ever; a user's grants, next to each other and at most
    // as many as there are subchannels, come to different ones
    auto m = static_cast<uint32_t>(s.slot % used);
    for (const uint32_t ue : m_ranked)
    {
        for (uint32_t grant = 0; grant < m_turns[d][ue].grants; ++grant)
        {
            m_cells[std::size_t{m} * s.maxSuperposed + m_layers[m]] = ue;
            ++m_layers[m];
            m = m + 1 < used ? m + 1 : 0;
        }
    }
}

void
RoundRobinScheduler::Learn(const SlotSnapshot& s, const std::vector<Grant>& grants)
{
    for (const Direction d : DIRECTIONS)
    {
        m_blockSum.assign(s.ues.size(), 0.0);
        for (const auto& g : grants)
        {
            if (g.direction == d)
            {
                m_blockSum[g.ue] += g.rateBps * s.slotSeconds;
            }
        }
        for (const auto& users : m_waiting[d])
        {
            for (const uint32_t ue : users)
            {
                Turn& turn = m_turns[d][ue];
                if (turn.grants == 0)
                {
                    continue;
                }
                const double bits = m_blockSum[ue] / turn.grants;
                turn.blockBits = turn.blockBits > 0 ? 0.5 * (turn.blockBits + bits) : bits;
                // power spread too thin carries headers only
                if (d == UPLINK && bits < SMALL_BLOCK)
                {
                    turn.maxGrants = std::max(1U, turn.grants / 2);
                }
                else if (turn.maxGrants > 0 && bits > 2 * SMALL_BLOCK)
                {
                    turn.maxGrants = turn.maxGrants >= s.subchannels ? 0 : turn.maxGrants + 1;
                }
            }
        }
    }
}

void
RoundRobinScheduler::DoReport(const std::vector<GrantOutcome>& outcomes)
{
    m_adaptation->Report(outcomes);
}

int64_t
RoundRobinScheduler::DoAssignStreams(int64_t stream)
{
    return m_grouping->AssignStreams(stream);
}

} // namespace noma
} // namespace ns3
