/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-external-slot-rule.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(ExternalSlotRule);

TypeId
ExternalSlotRule::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::ExternalSlotRule")
                            .SetParent<SlotRule>()
                            .SetGroupName("Noma")
                            .AddConstructor<ExternalSlotRule>();
    return tid;
}

void
ExternalSlotRule::DoDispose()
{
    m_rule = nullptr;
    SlotRule::DoDispose();
}

void
ExternalSlotRule::Wrap(ExternalController* outside, Ptr<SlotRule> rule)
{
    m_outside = outside;
    m_rule = rule;
}

void
ExternalSlotRule::Prepare(const SlotSnapshot& snapshot,
                          SlotChannel& channel,
                          const std::vector<SlotUser>& users)
{
    m_rule->SetContext(m_context);
    m_rule->Prepare(snapshot, channel, users);
    m_outside->Begin(snapshot, channel, users, m_context);
}

bool
ExternalSlotRule::FollowsPlan() const
{
    return !m_outside->Decides(ExternalDecision::GRANTS) && m_rule->FollowsPlan();
}

bool
ExternalSlotRule::IsFinal() const
{
    return m_outside->Decides(ExternalDecision::POWERS) ||
           (!m_outside->Decides(ExternalDecision::GRANTS) && m_rule->IsFinal());
}

bool
ExternalSlotRule::SendsShortestFirst() const
{
    return !m_outside->Decides(ExternalDecision::GRANTS) && m_rule->SendsShortestFirst();
}

void
ExternalSlotRule::Refund(const Grant& grant)
{
    m_rule->Refund(grant);
}

void
ExternalSlotRule::Report(const SlotSnapshot& snapshot, const std::vector<GrantOutcome>& outcomes)
{
    m_rule->Report(snapshot, outcomes);
}

void
ExternalSlotRule::DoAssign(const SlotSnapshot& s,
                           SlotChannel& channel,
                           const std::vector<SlotUser>& users,
                           uint32_t k,
                           Direction d,
                           std::vector<Grant>& grants)
{
    // the uplink comes first; one question is for both directions
    if (d == UPLINK)
    {
        m_answer = nullptr;
        if (m_outside->IsRunning())
        {
            Ask(s, channel, users, k);
        }
    }
    if (!m_outside->IsRunning())
    {
        return;
    }
    if (m_outside->Decides(ExternalDecision::GRANTS))
    {
        if (m_answer)
        {
            Grants(s, users, k, d, grants);
        }
    }
    else if (m_outside->Decides(ExternalDecision::POWERS))
    {
        grants.insert(grants.end(), m_ruleGrants[d].begin(), m_ruleGrants[d].end());
    }
    else
    {
        m_rule->Assign(s, channel, m_answer ? m_weighted : users, k, d, grants);
    }
}

void
ExternalSlotRule::Ask(const SlotSnapshot& s,
                      SlotChannel& channel,
                      const std::vector<SlotUser>& users,
                      uint32_t k)
{
    bool waiting = false;
    for (uint32_t i = 0; i < s.ues.size() && !waiting; ++i)
    {
        waiting = IsWaiting(s, users, i, UPLINK) || IsWaiting(s, users, i, DOWNLINK);
    }
    m_ruleGrants.up.clear();
    m_ruleGrants.down.clear();
    if (!waiting || m_outside->Decides(ExternalDecision::CUTS))
    {
        return;
    }
    if (m_outside->Decides(ExternalDecision::POWERS))
    {
        std::vector<double> shown(2 * s.ues.size(), -1.0);
        for (Direction d : DIRECTIONS)
        {
            m_rule->Assign(s, channel, users, k, d, m_ruleGrants[d]);
            for (const Grant& g : m_ruleGrants[d])
            {
                shown[(d == UPLINK ? 0 : s.ues.size()) + g.ue] = g.subchannel;
            }
        }
        if (m_ruleGrants.up.empty() && m_ruleGrants.down.empty())
        {
            return;
        }
        m_answer = m_outside->Ask(shown);
        for (Direction d : DIRECTIONS)
        {
            SetPowers(s, m_ruleGrants[d]);
        }
        return;
    }
    if (m_outside->Decides(ExternalDecision::GRANTS))
    {
        m_answer = m_outside->Ask({});
    }
    else if (m_outside->Decides(ExternalDecision::WEIGHTS))
    {
        m_answer = m_outside->Ask({});
        m_weighted = users;
        for (std::size_t i = 0; m_answer && i < users.size(); ++i)
        {
            m_weighted[i].delayPrice *= (*m_answer)[i];
            m_weighted[i].energyPrice *= (*m_answer)[i];
        }
    }
    else
    {
        m_outside->CountStep();
    }
}

void
ExternalSlotRule::Grants(const SlotSnapshot& s,
                         const std::vector<SlotUser>& users,
                         uint32_t k,
                         Direction d,
                         std::vector<Grant>& grants)
{
    std::vector<uint32_t> held(std::size_t{s.aps} * s.subchannels, 0);
    uint32_t refused = 0;
    uint32_t idle = 0;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        const double choice = (*m_answer)[(d == UPLINK ? 0 : s.ues.size()) + i];
        if (choice == 0)
        {
            continue;
        }
        if (!IsWaiting(s, users, i, d))
        {
            ++idle;
            continue;
        }
        Grant g;
        g.direction = d;
        g.ue = i;
        g.ap = s.ues[i].ap;
        g.subchannel = static_cast<uint32_t>(choice) - 1;
        g.powerW = users[i].powerW[d];
        uint32_t& members = held[std::size_t{g.ap} * s.subchannels + g.subchannel];
        if (members >= k)
        {
            ++refused;
            continue;
        }
        ++members;
        grants.push_back(g);
    }
    m_outside->CountVain(refused, idle);
}

void
ExternalSlotRule::SetPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const
{
    if (!m_answer)
    {
        return;
    }
    std::vector<double> sum(s.aps, 0.0);
    for (Grant& g : grants)
    {
        const std::size_t entry = (g.direction == UPLINK ? 0 : s.ues.size()) + g.ue;
        const double fraction = std::max(m_context.minPowerFraction, (*m_answer)[entry]);
        g.powerW = fraction * s.ues[g.ue].maxPowerW[g.direction];
        sum[g.ap] += g.powerW;
    }
    for (Grant& g : grants)
    {
        const double budget = s.apMaxPowerW.empty() ? 0 : s.apMaxPowerW[g.ap];
        if (g.direction == DOWNLINK && budget > 0 && sum[g.ap] > budget)
        {
            g.powerW *= budget / sum[g.ap];
        }
    }
}

} // namespace noma
} // namespace ns3
