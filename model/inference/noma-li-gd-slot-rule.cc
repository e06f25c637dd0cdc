/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-li-gd-slot-rule.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-slot-prices.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(LiGdSlotRule);

TypeId
LiGdSlotRule::GetTypeId()
{
    using Self = LiGdSlotRule;
    static TypeId tid =
        TypeId("ns3::noma::LiGdSlotRule")
            .SetParent<SlotRule>()
            .SetGroupName("Noma")
            .AddConstructor<LiGdSlotRule>()
            .AddAttribute(
                "MaxPerUser",
                "Most subchannels of a user per direction and slot, among which it shares "
                "its power; the paper has 1.",
                UintegerValue(1),
                MakeUintegerAccessor(&Self::m_maxPerUser),
                MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("EnergyWeight",
                          "Price of energy in a slot as a fraction of its utility in the plan.",
                          DoubleValue(1),
                          MakeDoubleAccessor(&Self::m_energyWeight),
                          MakeDoubleChecker<double>(0.0, 1e6))
            .AddAttribute("WarmStart",
                          "Also start from the last slot's decision.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Self::m_warmStart),
                          MakeBooleanChecker())
            .AddAttribute("Candidates",
                          "Subchannels looked at per user, those with its best gains; 0 = all.",
                          UintegerValue(8),
                          MakeUintegerAccessor(&Self::m_candidates),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Iterations",
                          "Most steps of the relaxed ascent from each start; 0 = none.",
                          UintegerValue(20),
                          MakeUintegerAccessor(&Self::m_iterations),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Passes",
                          "Most passes of moves and swaps over all users; 0 = none.",
                          UintegerValue(4),
                          MakeUintegerAccessor(&Self::m_passes),
                          MakeUintegerChecker<uint32_t>());
    return tid;
}

LiGdSlotRule::LiGdSlotRule() = default;

bool
LiGdSlotRule::IsFinal() const
{
    return true;
}

bool
LiGdSlotRule::SendsShortestFirst() const
{
    return true;
}

void
LiGdSlotRule::DoAssign(const SlotSnapshot& s,
                       SlotChannel& channel,
                       const std::vector<SlotUser>& users,
                       uint32_t k,
                       Direction d,
                       std::vector<Grant>& grants)
{
    std::vector<SlotLink> links;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        if (!IsWaiting(s, users, i, d))
        {
            continue;
        }
        const double most = s.ues[i].maxPowerW[d];
        SlotLink link;
        link.user = i;
        link.ap = s.ues[i].ap;
        // a byte more, so that what a block loses by rounding down does not stay behind
        link.backlogBits = users[i].backlogBits[d] + 8;
        const bool fixed = m_context.maximumPower && d == UPLINK;
        link.powerW = {fixed ? most : m_context.minPowerFraction * most, most};
        link.startPowerW = std::clamp(users[i].powerW[d], link.powerW.min, most);
        if (m_context.rates)
        {
            const double margin = m_context.rates->GetMarginDb(d, i);
            link.sinrFactor = margin > 0 ? FromDb(-margin) : 1.0;
        }
        links.push_back(link);
    }
    SlotProblem problem = MakeSlotProblem(s, channel, k, d, std::move(links));
    problem.maxPerUser = m_maxPerUser;
    SetSlotPrices(users, m_energyWeight, problem);
    SlotSolverParams params;
    params.candidates = m_candidates;
    params.iterations = m_iterations;
    params.passes = m_passes;
    m_solver.SetParams(params);
    SlotSolution& solution = m_solution[d];
    solution =
        m_solver.Solve(problem, m_warmStart ? GetStart(problem, users) : std::vector<SlotEntry>());
    m_last[d].clear();
    for (const SlotEntry& e : solution.entries)
    {
        m_last[d].push_back(MakeGrant(problem, e));
    }
    grants.insert(grants.end(), m_last[d].begin(), m_last[d].end());
}

std::vector<SlotEntry>
LiGdSlotRule::GetStart(const SlotProblem& problem, const std::vector<SlotUser>& users) const
{
    std::vector<uint32_t> index(users.size(), NONE);
    std::vector<bool> served(problem.links.size(), false);
    for (uint32_t i = 0; i < problem.links.size(); ++i)
    {
        index[problem.links[i].user] = i;
    }
    std::vector<SlotEntry> start;
    for (const Grant& g : m_last[problem.direction])
    {
        const uint32_t i = g.ue < index.size() ? index[g.ue] : NONE;
        if (i != NONE && problem.links[i].ap == g.ap && g.subchannel < problem.subchannels)
        {
            start.push_back({i, g.subchannel, g.powerW});
            served[i] = true;
        }
    }
    // what the plan has for those that the last slot did not serve comes after
    for (uint32_t i = 0; i < problem.links.size(); ++i)
    {
        const auto& shares = users[problem.links[i].user].plan[problem.direction].shares;
        if (!served[i] && !shares.empty())
        {
            const auto best =
                std::max_element(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
                    return a.share < b.share;
                });
            start.push_back({i, best->subchannel, problem.links[i].startPowerW});
        }
    }
    return start;
}

} // namespace noma
} // namespace ns3
