/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-slot-rule.h"

#include "ns3/boolean.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(SlotRule);
NS_OBJECT_ENSURE_REGISTERED(CreditRule);

TypeId
SlotRule::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::SlotRule").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

void
SlotRule::Assign(const SlotSnapshot& snapshot,
                 SlotChannel& channel,
                 const std::vector<SlotUser>& users,
                 uint32_t k,
                 Direction d,
                 std::vector<Grant>& grants)
{
    DoAssign(snapshot, channel, users, k, d, grants);
}

void
SlotRule::SetContext(const SlotRuleContext& context)
{
    m_context = context;
}

void
SlotRule::Prepare(const SlotSnapshot& /* snapshot */,
                  SlotChannel& /* channel */,
                  const std::vector<SlotUser>& /* users */)
{
}

bool
SlotRule::FollowsPlan() const
{
    return false;
}

bool
SlotRule::IsFinal() const
{
    return false;
}

bool
SlotRule::SendsShortestFirst() const
{
    return false;
}

void
SlotRule::Refund(const Grant& /* grant */)
{
}

void
SlotRule::Report(const SlotSnapshot& /* snapshot */,
                 const std::vector<GrantOutcome>& /* outcomes */)
{
}

bool
SlotRule::IsWaiting(const SlotSnapshot& s,
                    const std::vector<SlotUser>& users,
                    uint32_t ue,
                    Direction d)
{
    return s.IsServed(ue) && users[ue].backlogBits[d] > 0;
}

SlotProblem
SlotRule::MakeSlotProblem(const SlotSnapshot& s,
                          SlotChannel& channel,
                          uint32_t k,
                          Direction d) const
{
    SlotProblem problem = channel.MakeProblem(s, d, k);
    SetContextOf(problem);
    return problem;
}

SlotProblem
SlotRule::MakeSlotProblem(const SlotSnapshot& s,
                          SlotChannel& channel,
                          uint32_t k,
                          Direction d,
                          std::vector<SlotLink> links) const
{
    SlotProblem problem = channel.MakeProblem(s, d, k, std::move(links));
    SetContextOf(problem);
    return problem;
}

void
SlotRule::SetContextOf(SlotProblem& problem) const
{
    problem.orderKey = m_context.order[problem.direction];
    problem.maxEfficiency = m_context.rates ? m_context.rates->GetMaxSpectralEfficiency() : 0;
}

TypeId
CreditRule::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::CreditRule")
            .SetParent<SlotRule>()
            .SetGroupName("Noma")
            .AddConstructor<CreditRule>()
            .AddAttribute("Fill",
                          "Also give idle subchannels to users whose shares were served.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&CreditRule::m_fill),
                          MakeBooleanChecker());
    return tid;
}

bool
CreditRule::FollowsPlan() const
{
    return true;
}

void
CreditRule::DoAssign(const SlotSnapshot& s,
                     SlotChannel& /* channel */,
                     const std::vector<SlotUser>& users,
                     uint32_t k,
                     Direction d,
                     std::vector<Grant>& grants)
{
    struct Claim
    {
        double credit;
        uint32_t ue;
        uint32_t subchannel;
    };

    auto& credits = m_credits[d];
    credits.resize(s.ues.size());
    std::vector<Claim> claims;
    std::vector<uint32_t> others;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        if (!IsWaiting(s, users, i, d))
        {
            continue;
        }
        auto& mine = credits[i];
        for (auto& c : mine)
        {
            c.share = 0;
        }
        for (const Share& share : users[i].plan[d].shares)
        {
            auto c = std::find_if(mine.begin(), mine.end(), [&share](const Credit& x) {
                return x.subchannel == share.subchannel;
            });
            if (c == mine.end())
            {
                mine.emplace_back();
                c = mine.end() - 1;
                c->subchannel = share.subchannel;
            }
            c->share = share.share;
            c->credit += share.share;
        }
        // what a plan no longer foresees is forgotten
        mine.erase(
            std::remove_if(mine.begin(), mine.end(), [](const Credit& c) { return c.share <= 0; }),
            mine.end());
        for (const auto& c : mine)
        {
            if (c.credit > 0 && c.subchannel < s.subchannels)
            {
                claims.push_back({c.credit, i, c.subchannel});
            }
        }
        if (mine.empty() || m_fill)
        {
            others.push_back(i);
        }
    }
    std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
        if (a.credit != b.credit)
        {
            return a.credit > b.credit;
        }
        return a.ue != b.ue ? a.ue < b.ue : a.subchannel < b.subchannel;
    });

    std::vector<uint32_t> held(std::size_t{s.aps} * s.subchannels, 0);
    std::vector<bool> served(s.ues.size(), false);
    const auto grant = [&](uint32_t ue, uint32_t m) {
        const uint32_t n = s.ues[ue].ap;
        ++held[std::size_t{n} * s.subchannels + m];
        served[ue] = true;
        Grant g;
        g.direction = d;
        g.ue = ue;
        g.ap = n;
        g.subchannel = m;
        g.powerW = users[ue].powerW[d];
        grants.push_back(g);
    };
    for (const Claim& claim : claims)
    {
        const uint32_t n = s.ues[claim.ue].ap;
        if (served[claim.ue] || held[std::size_t{n} * s.subchannels + claim.subchannel] >= k)
        {
            continue;
        }
        grant(claim.ue, claim.subchannel);
        for (auto& c : credits[claim.ue])
        {
            if (c.subchannel == claim.subchannel)
            {
                c.credit -= 1;
            }
        }
    }
    // the rest in turn, on the emptiest subchannels
    const auto start = std::lower_bound(others.begin(), others.end(), m_turn[d]);
    std::rotate(others.begin(), start, others.end());
    for (uint32_t ue : others)
    {
        if (served[ue])
        {
            continue;
        }
        const auto begin = held.begin() + static_cast<std::ptrdiff_t>(s.ues[ue].ap) * s.subchannels;
        const auto best = std::min_element(begin, begin + s.subchannels);
        // those with a share elsewhere take idle subchannels only
        if (*best < (credits[ue].empty() ? k : 1))
        {
            m_turn[d] = ue + 1;
            grant(ue, static_cast<uint32_t>(best - begin));
        }
    }
}

void
CreditRule::Refund(const Grant& grant)
{
    for (auto& c : m_credits[grant.direction][grant.ue])
    {
        if (c.subchannel == grant.subchannel)
        {
            c.credit += 1;
        }
    }
}

} // namespace noma
} // namespace ns3
