/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-metric-scheduler.h"

#include "noma-grant-completion.h"

#include "ns3/boolean.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/pointer.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaMetricScheduler);

TypeId
NomaMetricScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaMetricScheduler")
            .SetParent<SlotScheduler>()
            .SetGroupName("Noma")
            .AddConstructor<NomaMetricScheduler>()
            .AddAttribute("Metric",
                          "Worth of a bit; null keeps the present one, proportional fair at first.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::SetMetric,
                                              &NomaMetricScheduler::GetMetric),
                          MakePointerChecker<NomaMetric>())
            .AddAttribute("Grouping",
                          "Who may share a subchannel; null = whoever makes the metric grow most.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::m_grouping),
                          MakePointerChecker<NomaGrouping>())
            .AddAttribute("UplinkPower",
                          "Uplink power control; null keeps the present one, full power at first.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::SetUplinkPower,
                                              &NomaMetricScheduler::GetUplinkPower),
                          MakePointerChecker<NomaUplinkPower>())
            .AddAttribute("DownlinkPower",
                          "Split of downlink power within a group; null keeps the present one, "
                          "fractional transmit power allocation at first.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::SetDownlinkPower,
                                              &NomaMetricScheduler::GetDownlinkPower),
                          MakePointerChecker<NomaDownlinkPower>())
            .AddAttribute("MaxPerUser",
                          "Most subchannels of a user per direction and slot; 0 = any number.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&NomaMetricScheduler::m_maxPerUser),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Candidates",
                          "Subchannels looked at per user, those with its best gains; 0 = all.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&NomaMetricScheduler::m_candidates),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("OrderByMetric",
                          "Decode uplink groups by ascending worth of a bit.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&NomaMetricScheduler::m_orderByMetric),
                          MakeBooleanChecker())
            .AddAttribute("UplinkOrder",
                          "Decoding order of uplink groups; null = by received power.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::m_uplinkOrder),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute("DownlinkOrder",
                          "Decoding order of downlink groups; null = by gain over interference.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::m_downlinkOrder),
                          MakePointerChecker<NomaOrderPolicy>())
            .AddAttribute("LinkAdaptation",
                          "Sets the rates; null keeps the present one.",
                          PointerValue(),
                          MakePointerAccessor(&NomaMetricScheduler::SetLinkAdaptation,
                                              &NomaMetricScheduler::GetLinkAdaptation),
                          MakePointerChecker<NomaLinkAdaptation>());
    return tid;
}

NomaMetricScheduler::NomaMetricScheduler()
    : m_metric(CreateObject<NomaProportionalFairMetric>()),
      m_uplinkPower(CreateObject<NomaUplinkPower>()),
      m_downlinkPower(CreateObject<NomaFractionalSplit>()),
      m_adaptation(CreateObject<NomaLinkAdaptation>())
{
}

NomaMetricScheduler::~NomaMetricScheduler() = default;

void
NomaMetricScheduler::DoDispose()
{
    m_metric = nullptr;
    m_grouping = nullptr;
    m_uplinkPower = nullptr;
    m_downlinkPower = nullptr;
    m_uplinkOrder = nullptr;
    m_downlinkOrder = nullptr;
    m_adaptation = nullptr;
    SlotScheduler::DoDispose();
}

Ptr<NomaLinkAdaptation>
NomaMetricScheduler::GetLinkAdaptation() const
{
    return m_adaptation;
}

void
NomaMetricScheduler::SetLinkAdaptation(Ptr<NomaLinkAdaptation> adaptation)
{
    if (adaptation) // null keeps the present one, as the attribute's initial value does
    {
        m_adaptation = adaptation;
    }
}

Ptr<NomaMetric>
NomaMetricScheduler::GetMetric() const
{
    return m_metric;
}

void
NomaMetricScheduler::SetMetric(Ptr<NomaMetric> metric)
{
    if (metric)
    {
        m_metric = metric;
    }
}

Ptr<NomaUplinkPower>
NomaMetricScheduler::GetUplinkPower() const
{
    return m_uplinkPower;
}

void
NomaMetricScheduler::SetUplinkPower(Ptr<NomaUplinkPower> power)
{
    if (power)
    {
        m_uplinkPower = power;
    }
}

Ptr<NomaDownlinkPower>
NomaMetricScheduler::GetDownlinkPower() const
{
    return m_downlinkPower;
}

void
NomaMetricScheduler::SetDownlinkPower(Ptr<NomaDownlinkPower> power)
{
    if (power)
    {
        m_downlinkPower = power;
    }
}

void
NomaMetricScheduler::DoSchedule(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    m_metric->Update(s);
    m_channel.Reset(s);
    for (const Direction d : DIRECTIONS)
    {
        Choose(s, d, grants);
    }
    GrantCompletion::Number(grants);
    SetPowers(s, grants);
    m_adaptation->LookUp(s, grants);
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GrantCompletion::GroupEnd(grants, first);
        Arrange(s, first, end, grants);
        first = end;
    }
    SortGrants(grants);
    const auto idle = [](const Grant& g) { return !(g.powerW > 0); };
    grants.erase(std::remove_if(grants.begin(), grants.end(), idle), grants.end());
    GrantCompletion::Renumber(grants);
    m_adaptation->Adapt(s, grants);
}

void
NomaMetricScheduler::Choose(const SlotSnapshot& s, Direction d, std::vector<Grant>& grants)
{
    std::vector<uint32_t> waiting(s.aps, 0);
    std::vector<SlotLink> links;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        const auto& ue = s.ues[i];
        if (s.IsServed(i) && ue.backlogBits[d] > 0 && ue.maxPowerW[d] > 0)
        {
            ++waiting[ue.ap];
            SlotLink link;
            link.user = i;
            link.ap = ue.ap;
            link.backlogBits = static_cast<double>(ue.backlogBits[d]);
            link.bitPrice = m_metric->GetValue(s, d, i);
            link.powerW = {ue.maxPowerW[d] * 1e-12, ue.maxPowerW[d]};
            link.startPowerW = ue.maxPowerW[d];
            link.sinrFactor = FromDb(-m_adaptation->GetMarginDb(d, i));
            links.push_back(link);
        }
    }
    if (links.empty())
    {
        return;
    }
    SlotProblem problem = m_channel.MakeProblem(s, d, s.maxSuperposed, std::move(links));
    problem.orderKey = d == UPLINK ? OrderKey::RECEIVED_POWER : OrderKey::GAIN_OVER_INTERFERENCE;
    problem.splitExponent = m_downlinkPower->GetPlanExponent();
    problem.maxEfficiency = m_adaptation->GetMaxSpectralEfficiency();
    if (!s.efficiencies.empty())
    {
        const double most = s.efficiencies.back();
        problem.maxEfficiency =
            problem.maxEfficiency > 0 ? std::min(problem.maxEfficiency, most) : most;
    }
    SlotGreedyOptions options;
    options.perUser = m_maxPerUser > 0 ? m_maxPerUser : s.subchannels;
    for (std::size_t i = 0; d == UPLINK && i < problem.links.size(); ++i)
    {
        SlotLink& link = problem.links[i];
        const double part =
            std::ceil(static_cast<double>(s.subchannels) * s.maxSuperposed / waiting[link.ap]);
        const double expected = std::min<double>(part, std::min(options.perUser, s.subchannels));
        link.startPowerW = m_uplinkPower->GetPowerW({link.powerW.max / expected,
                                                     problem.gain->At(link.user, link.ap, 0),
                                                     s.csi->MeanGain(d, link.user, link.ap, 0),
                                                     s.noiseW[d]});
    }
    m_columns.Build(problem, m_candidates);
    std::vector<uint32_t> groups;
    if (m_grouping && s.maxSuperposed > 1)
    {
        groups = MakeGroups(s, d, problem);
        options.group = &groups;
    }
    const std::vector<uint32_t> repeats = PlaceRepeats(s, d, problem);
    options.first = repeats.empty() ? nullptr : &repeats;
    m_greedy.Choose(problem, m_columns, m_entries, options);
    for (const SlotEntry& e : m_entries)
    {
        grants.push_back(MakeGrant(problem, e));
    }
}

std::vector<uint32_t>
NomaMetricScheduler::PlaceRepeats(const SlotSnapshot& s,
                                  Direction d,
                                  const SlotProblem& problem) const
{
    std::vector<uint32_t> links;
    for (uint32_t i = 0; i < problem.links.size(); ++i)
    {
        if (s.ues[problem.links[i].user].repeats[d] > 0)
        {
            links.push_back(i);
        }
    }
    std::stable_sort(links.begin(), links.end(), [&](uint32_t a, uint32_t b) {
        return problem.links[a].bitPrice > problem.links[b].bitPrice;
    });
    std::vector<uint32_t> columns;
    std::vector<uint32_t> held(links.empty() ? 0 : std::size_t{s.aps} * s.subchannels, 0);
    for (const uint32_t link : links)
    {
        const uint32_t ap = problem.links[link].ap;
        std::vector<uint32_t> own; // its pairs, best first
        for (uint32_t m = 0; m < s.subchannels; ++m)
        {
            const uint32_t column = m_columns.Find(link, m);
            if (column != NONE)
            {
                own.push_back(column);
            }
        }
        const auto gain = [&](uint32_t column) { return m_columns.Gain(column)[ap]; };
        std::stable_sort(own.begin(), own.end(), [&](uint32_t a, uint32_t b) {
            return gain(a) > gain(b);
        });
        const auto others = [&](uint32_t column) -> uint32_t& {
            return held[std::size_t{ap} * s.subchannels + m_columns.Get(column).subchannel];
        };
        for (uint32_t n = 0; n < s.ues[problem.links[link].user].repeats[d] && !own.empty(); ++n)
        {
            const auto best = std::min_element(own.begin(), own.end(), [&](uint32_t a, uint32_t b) {
                return others(a) < others(b);
            });
            ++others(*best);
            columns.push_back(*best);
            own.erase(best);
        }
    }
    return columns;
}

std::vector<uint32_t>
NomaMetricScheduler::MakeGroups(const SlotSnapshot& s,
                                Direction d,
                                const SlotProblem& problem) const
{
    std::vector<uint32_t> groups(m_columns.GetSize(), 0);
    std::vector<std::vector<uint32_t>> users(s.aps);
    std::vector<uint32_t> linkOf(s.ues.size(), NONE);
    for (uint32_t i = 0; i < problem.links.size(); ++i)
    {
        users[problem.links[i].ap].push_back(problem.links[i].user);
        linkOf[problem.links[i].user] = i;
    }
    std::vector<uint32_t> ranked;
    for (uint32_t m = 0; m < s.subchannels; ++m)
    {
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            ranked = users[n];
            m_grouping->Rank(s, d, n, m, ranked);
            for (uint32_t rank = 0; rank < ranked.size(); ++rank)
            {
                const uint32_t column = m_columns.Find(linkOf[ranked[rank]], m);
                if (column != NONE)
                {
                    groups[column] = NomaGrouping::Deal(rank,
                                                        static_cast<uint32_t>(ranked.size()),
                                                        s.maxSuperposed);
                }
            }
        }
    }
    return groups;
}

void
NomaMetricScheduler::SetPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const
{
    std::vector<uint32_t> held(s.ues.size(), 0);
    for (const Grant& g : grants)
    {
        held[g.ue] += g.direction == UPLINK;
    }
    for (Grant& g : grants)
    {
        if (g.direction == UPLINK)
        {
            g.powerW = m_uplinkPower->GetPowerW({s.ues[g.ue].maxPowerW.up / held[g.ue],
                                                 s.csi->Gain(UPLINK, g.ue, g.ap, g.subchannel),
                                                 s.csi->MeanGain(UPLINK, g.ue, g.ap, g.subchannel),
                                                 s.noiseW.up});
        }
    }
    GrantCompletion::SpreadDownlinkPowers(s, grants);
}

void
NomaMetricScheduler::Arrange(const SlotSnapshot& s,
                             std::size_t first,
                             std::size_t end,
                             std::vector<Grant>& grants)
{
    if (end - first < 2)
    {
        return;
    }
    const Direction d = grants[first].direction;
    std::vector<OrderCandidate> group;
    std::vector<double> key;
    std::vector<uint32_t> user;
    double total = 0;
    for (std::size_t i = first; i < end; ++i)
    {
        const OrderCandidate c{grants[i].ue,
                               m_adaptation->GetGain(i),
                               grants[i].powerW,
                               m_adaptation->GetOutsideW(i)};
        group.push_back(c);
        user.push_back(c.ue);
        key.push_back(d == UPLINK && m_orderByMetric
                          // the strongest is decoded first in the uplink
                          ? -m_metric->GetValue(s, d, c.ue)
                          : DecodingKey(d == UPLINK ? OrderKey::RECEIVED_POWER
                                                    : OrderKey::GAIN_OVER_INTERFERENCE,
                                        c.gain,
                                        c.powerW,
                                        c.interferenceW));
        total += c.powerW;
    }
    const auto& policy = d == UPLINK ? m_uplinkOrder : m_downlinkOrder;
    const auto order = policy ? policy->Order(d, group) : DecodingOrder(d, key, user);
    std::vector<DownlinkLayerInput> layers;
    for (std::size_t k = 0; k < order.size(); ++k)
    {
        const OrderCandidate& c = group[order[k]];
        grants[first + order[k]].order = static_cast<uint32_t>(k);
        layers.push_back({c.interferenceW / c.gain, m_metric->GetValue(s, d, c.ue)});
    }
    if (d == DOWNLINK)
    {
        const auto powers = m_downlinkPower->Split(layers, total);
        for (std::size_t k = 0; k < order.size(); ++k)
        {
            Grant& g = grants[first + order[k]];
            // a layer with next to nothing would only cost the others
            g.powerW = powers[k] > 1e-9 * total ? powers[k] : 0;
        }
    }
}

void
NomaMetricScheduler::DoReport(const std::vector<GrantOutcome>& outcomes)
{
    m_metric->Report(outcomes);
    m_adaptation->Report(outcomes);
}

int64_t
NomaMetricScheduler::DoAssignStreams(int64_t stream)
{
    return m_grouping ? m_grouping->AssignStreams(stream) : 0;
}

} // namespace noma
} // namespace ns3
