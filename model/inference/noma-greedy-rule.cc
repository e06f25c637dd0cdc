/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-greedy-rule.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(GreedyRule);
NS_OBJECT_ENSURE_REGISTERED(ProportionalFairRule);
NS_OBJECT_ENSURE_REGISTERED(SmithRule);

TypeId
GreedyRule::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::GreedyRule")
            .SetParent<SlotRule>()
            .SetGroupName("Noma")
            .AddAttribute("Candidates",
                          "Subchannels looked at per user, those with its best gains; 0 = all.",
                          UintegerValue(8),
                          MakeUintegerAccessor(&GreedyRule::m_candidates),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("SplitExponent",
                          "Downlink power shares assumed within a group are proportional to "
                          "(gain / interference) to minus this.",
                          DoubleValue(0.4),
                          MakeDoubleAccessor(&GreedyRule::m_splitExponent),
                          MakeDoubleChecker<double>(0.0, 2.0));
    return tid;
}

void
GreedyRule::DoAssign(const SlotSnapshot& s,
                     SlotChannel& channel,
                     const std::vector<SlotUser>& users,
                     uint32_t k,
                     Direction d,
                     std::vector<Grant>& grants)
{
    std::vector<SlotLink> links;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        if (IsWaiting(s, users, i, d))
        {
            SlotLink link;
            link.user = i;
            link.ap = s.ues[i].ap;
            link.backlogBits = users[i].backlogBits[d];
            link.bitPrice = DoValue(users, i, d);
            link.powerW = {LEAST_POWER_W, s.ues[i].maxPowerW[d]};
            link.startPowerW = users[i].powerW[d];
            links.push_back(link);
        }
    }
    if (links.empty())
    {
        return;
    }
    SlotProblem problem = MakeSlotProblem(s, channel, k, d, std::move(links));
    problem.splitExponent = m_splitExponent;
    m_columns.Build(problem, m_candidates);
    m_greedy.Choose(problem, m_columns, m_entries);
    for (const SlotEntry& e : m_entries)
    {
        grants.push_back(MakeGrant(problem, e));
        grants.back().powerW = users[grants.back().ue].powerW[d];
    }
}

TypeId
ProportionalFairRule::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::ProportionalFairRule")
                            .SetParent<GreedyRule>()
                            .SetGroupName("Noma")
                            .AddConstructor<ProportionalFairRule>()
                            .AddAttribute("Window",
                                          "Averaging time constant (slots).",
                                          DoubleValue(100),
                                          MakeDoubleAccessor(&ProportionalFairRule::SetWindow,
                                                             &ProportionalFairRule::GetWindow),
                                          MakeDoubleChecker<double>(1.0, 1e9));
    return tid;
}

ProportionalFairRule::ProportionalFairRule()
    : m_metric(CreateObject<NomaProportionalFairMetric>())
{
}

void
ProportionalFairRule::SetWindow(double window)
{
    m_metric->SetAttribute("Window", DoubleValue(window));
}

double
ProportionalFairRule::GetWindow() const
{
    DoubleValue window;
    m_metric->GetAttribute("Window", window);
    return window.Get();
}

double
ProportionalFairRule::DoValue(const std::vector<SlotUser>& /* users */,
                              uint32_t ue,
                              Direction d) const
{
    return m_metric->GetWorth(d, ue);
}

void
ProportionalFairRule::Report(const SlotSnapshot& snapshot,
                             const std::vector<GrantOutcome>& outcomes)
{
    m_metric->Report(outcomes);
    m_metric->Update(snapshot);
}

TypeId
SmithRule::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::SmithRule")
                            .SetParent<GreedyRule>()
                            .SetGroupName("Noma")
                            .AddConstructor<SmithRule>()
                            .AddAttribute("OriginalBits",
                                          "Divide by the bits the tasks came with instead of those "
                                          "that remain.",
                                          BooleanValue(false),
                                          MakeBooleanAccessor(&SmithRule::m_original),
                                          MakeBooleanChecker());
    return tid;
}

bool
SmithRule::SendsShortestFirst() const
{
    return true;
}

double
SmithRule::DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const
{
    const SlotUser& u = users[ue];
    const double price = u.delayPrice + u.energyPrice * u.powerW[d];
    return price / std::max(m_original ? u.originalBits[d] : u.remainingBits[d], 1.0);
}

} // namespace noma
} // namespace ns3
