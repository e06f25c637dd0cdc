/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-greedy-rule.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

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
    std::vector<uint32_t> waiting;
    std::vector<uint32_t> perAp(s.aps, 0);
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        if (IsWaiting(s, users, i, d))
        {
            waiting.push_back(i);
            ++perAp[s.ues[i].ap];
        }
    }
    if (waiting.empty())
    {
        return;
    }
    const GainTensor& gain = channel.Get(d);
    m_cellPowerW.assign(s.aps, 0);
    for (uint32_t n = 0; n < s.aps && d == DOWNLINK; ++n)
    {
        double budget = s.apMaxPowerW.empty() ? 0 : s.apMaxPowerW[n];
        for (uint32_t i : waiting)
        {
            if (s.apMaxPowerW.empty() && s.ues[i].ap == n)
            {
                budget = std::max(budget, s.ues[i].maxPowerW[d]);
            }
        }
        m_cellPowerW[n] = budget / std::max(1u, std::min(perAp[n], s.subchannels));
    }
    m_members.assign(s.subchannels, {});
    std::vector<double> sum(s.subchannels, 0);
    std::vector<uint32_t> version(s.subchannels, 0);
    std::vector<uint32_t> held(std::size_t{s.aps} * s.subchannels, 0);
    std::vector<bool> served(s.ues.size(), false);

    const auto member = [&](uint32_t i, uint32_t m) {
        Member x;
        x.ue = i;
        x.ap = s.ues[i].ap;
        x.value = DoValue(users, i, d);
        x.cap = users[i].backlogBits[d] / s.slotSeconds;
        x.powerW =
            d == UPLINK ? users[i].powerW[d] : std::pow(gain.At(i, x.ap, m), -m_splitExponent);
        return x;
    };
    const auto growth = [&](uint32_t i, uint32_t m) {
        auto& members = m_members[m];
        members.push_back(member(i, m));
        const double with = Sum(s, gain, m, members, d);
        members.pop_back();
        return with - sum[m];
    };

    const auto worse = [](const Candidate& a, const Candidate& b) {
        if (a.gain != b.gain)
        {
            return a.gain < b.gain;
        }
        return a.ue != b.ue ? a.ue > b.ue : a.subchannel > b.subchannel;
    };
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(worse)> queue(worse);
    std::vector<uint32_t> best(s.subchannels);
    const uint32_t looked =
        m_candidates == 0 ? s.subchannels : std::min(m_candidates, s.subchannels);
    for (uint32_t i : waiting)
    {
        std::iota(best.begin(), best.end(), 0u);
        const uint32_t n = s.ues[i].ap;
        std::partial_sort(best.begin(),
                          best.begin() + looked,
                          best.end(),
                          [&](uint32_t a, uint32_t b) {
                              const double ga = gain.At(i, n, a);
                              const double gb = gain.At(i, n, b);
                              return ga != gb ? ga > gb : a < b;
                          });
        for (uint32_t c = 0; c < looked; ++c)
        {
            const double g = growth(i, best[c]);
            if (g > 0)
            {
                queue.push({g, i, best[c], 0});
            }
        }
    }
    while (!queue.empty())
    {
        Candidate c = queue.top();
        queue.pop();
        const uint32_t n = s.ues[c.ue].ap;
        uint32_t& used = held[std::size_t{n} * s.subchannels + c.subchannel];
        if (served[c.ue] || used >= k)
        {
            continue;
        }
        if (c.version != version[c.subchannel])
        {
            // others came since: look again
            c.gain = growth(c.ue, c.subchannel);
            c.version = version[c.subchannel];
            if (c.gain > 0)
            {
                queue.push(c);
            }
            continue;
        }
        served[c.ue] = true;
        ++used;
        ++version[c.subchannel];
        m_members[c.subchannel].push_back(member(c.ue, c.subchannel));
        sum[c.subchannel] += c.gain;
        Grant g;
        g.direction = d;
        g.ue = c.ue;
        g.ap = n;
        g.subchannel = c.subchannel;
        g.powerW = users[c.ue].powerW[d];
        grants.push_back(g);
    }
}

double
GreedyRule::Sum(const SlotSnapshot& s,
                const GainTensor& gain,
                uint32_t m,
                const std::vector<Member>& members,
                Direction d)
{
    double sum = 0;
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        // the users of this cell, in decoding order
        m_order.clear();
        m_key.resize(members.size());
        double fromOthers = 0;
        for (std::size_t j = 0; j < members.size(); ++j)
        {
            const Member& x = members[j];
            if (x.ap != n)
            {
                fromOthers += d == UPLINK ? x.powerW * gain.At(x.ue, n, m) : 0.0;
                continue;
            }
            double outside = s.noiseW[d];
            if (d == DOWNLINK)
            {
                for (uint32_t l = 0; l < s.aps; ++l)
                {
                    const bool sends =
                        l != n && std::any_of(members.begin(), members.end(), [l](const Member& y) {
                            return y.ap == l;
                        });
                    outside += sends ? m_cellPowerW[l] * gain.At(x.ue, l, m) : 0.0;
                }
            }
            m_key[j] = d == UPLINK ? gain.At(x.ue, n, m) : outside / gain.At(x.ue, n, m);
            m_order.push_back(j);
        }
        std::sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) {
            return m_key[a] != m_key[b] ? m_key[a] > m_key[b] : members[a].ue < members[b].ue;
        });
        double weights = 0;
        for (std::size_t j : m_order)
        {
            weights += members[j].powerW;
        }
        // by noise over gain in the downlink, by received power in the uplink
        const auto layer = [&](std::size_t j) {
            return d == UPLINK ? members[j].powerW * m_key[j]
                               : members[j].powerW / weights * m_cellPowerW[n];
        };
        for (std::size_t a = 0; a < m_order.size(); ++a)
        {
            const std::size_t j = m_order[a];
            double interference = 0;
            for (std::size_t b = 0; b < m_order.size(); ++b)
            {
                interference += b == a ? 0 : (b < a ? s.residual : 1.0) * layer(m_order[b]);
            }
            const double outside = d == UPLINK ? fromOthers + s.noiseW[d] : m_key[j];
            const double rate = s.subchannelHz[d] *
                                SpectralEfficiency(layer(j) / (interference + outside), s.snrGap);
            sum += members[j].value * std::min(rate, members[j].cap);
        }
    }
    return sum;
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
                                          MakeDoubleAccessor(&ProportionalFairRule::m_window),
                                          MakeDoubleChecker<double>(1.0, 1e9));
    return tid;
}

double
ProportionalFairRule::DoValue(const std::vector<SlotUser>& /* users */,
                              uint32_t ue,
                              Direction d) const
{
    const auto& average = m_average[d];
    return 1 / std::max(ue < average.size() ? average[ue] : 0.0, 1.0);
}

void
ProportionalFairRule::Report(const SlotSnapshot& snapshot,
                             const std::vector<GrantOutcome>& outcomes)
{
    for (Direction d : DIRECTIONS)
    {
        auto& average = m_average[d];
        average.resize(snapshot.ues.size(), 0);
        for (auto& a : average)
        {
            a *= 1 - 1 / m_window;
        }
    }
    for (const auto& o : outcomes)
    {
        if (o.decoded)
        {
            m_average[o.grant.direction][o.grant.ue] +=
                static_cast<double>(o.payloadBits) / snapshot.slotSeconds / m_window;
        }
    }
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

double
SmithRule::DoValue(const std::vector<SlotUser>& users, uint32_t ue, Direction d) const
{
    const SlotUser& u = users[ue];
    const double price = u.delayPrice + u.energyPrice * u.powerW[d];
    return price / std::max(m_original ? u.originalBits[d] : u.remainingBits[d], 1.0);
}

} // namespace noma
} // namespace ns3
