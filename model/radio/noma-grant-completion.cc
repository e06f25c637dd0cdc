/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-grant-completion.h"

#include "noma-slot-scheduler.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

std::size_t
GrantCompletion::GroupEnd(const std::vector<Grant>& grants, std::size_t first)
{
    const Grant& head = grants[first];
    std::size_t end = first + 1;
    while (end < grants.size() && grants[end].subchannel == head.subchannel &&
           grants[end].ap == head.ap && grants[end].direction == head.direction)
    {
        ++end;
    }
    return end;
}

void
GrantCompletion::Number(std::vector<Grant>& grants)
{
    for (Grant& g : grants)
    {
        g.order = 0;
    }
    SlotScheduler::SortGrants(grants);
    Renumber(grants);
}

void
GrantCompletion::Renumber(std::vector<Grant>& grants)
{
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GroupEnd(grants, first);
        for (std::size_t i = first; i < end; ++i)
        {
            grants[i].order = static_cast<uint32_t>(i - first);
        }
        first = end;
    }
}

void
GrantCompletion::SpreadDownlinkPowers(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    for (std::size_t first = 0; first < grants.size();)
    {
        // all grants of an access point and direction
        std::size_t last = first;
        uint32_t used = 0;
        double greatest = 0;
        for (; last < grants.size() && grants[last].direction == grants[first].direction &&
               grants[last].ap == grants[first].ap;
             ++last)
        {
            used += last == first || grants[last].subchannel != grants[last - 1].subchannel;
            greatest = std::max(greatest, s.ues[grants[last].ue].maxPowerW.down);
        }
        const double budget = s.apMaxPowerW.empty() ? greatest : s.apMaxPowerW[grants[first].ap];
        for (std::size_t i = first; i < last && grants[first].direction == DOWNLINK;)
        {
            const std::size_t end = GroupEnd(grants, i);
            const double share = budget / used / static_cast<double>(end - i);
            for (; i < end; ++i)
            {
                grants[i].powerW = share;
            }
        }
        first = last;
    }
}

void
GrantCompletion::Complete(const SlotSnapshot& s,
                          const Parameters& parameters,
                          NomaLinkAdaptation& adaptation,
                          std::vector<Grant>& grants)
{
    m_count.assign(s.ues.size(), 0);
    for (const Grant& g : grants)
    {
        m_count[g.ue] += g.direction == DOWNLINK;
    }
    adaptation.LookUp(s, grants);
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GroupEnd(grants, first);
        const Direction d = grants[first].direction;
        if (d == DOWNLINK && parameters.splitPower)
        {
            Split(s, parameters.splitExponent, adaptation, first, end, grants);
        }
        Arrange(PeekPointer(parameters.order[d]), adaptation, first, end, grants);
        first = end;
    }
    adaptation.SetRates(s, grants);
}

void
GrantCompletion::Split(const SlotSnapshot& s,
                       double exponent,
                       const NomaLinkAdaptation& adaptation,
                       std::size_t first,
                       std::size_t end,
                       std::vector<Grant>& grants)
{
    double total = 0;
    double weights = 0;
    m_weight.assign(end - first, 1.0);
    for (std::size_t i = first; i < end; ++i)
    {
        total += grants[i].powerW;
        if (end - first > 1 && exponent > 0)
        {
            m_weight[i - first] =
                std::pow(adaptation.GetOutsideW(i) / adaptation.GetGain(i), exponent);
        }
        weights += m_weight[i - first];
    }
    const bool split = end - first > 1 && exponent > 0 && std::isfinite(weights) && weights > 0;
    for (std::size_t i = first; i < end; ++i)
    {
        Grant& g = grants[i];
        g.powerW = split ? total * (m_weight[i - first] / weights) : g.powerW;
        // a lower limit of the user than of the access point
        g.powerW = std::min(g.powerW, s.ues[g.ue].maxPowerW.down / m_count[g.ue]);
    }
}

void
GrantCompletion::Arrange(const NomaOrderPolicy* policy,
                         NomaLinkAdaptation& adaptation,
                         std::size_t first,
                         std::size_t end,
                         std::vector<Grant>& grants)
{
    const Direction d = grants[first].direction;
    const OrderKey key = d == UPLINK ? OrderKey::GAIN : OrderKey::GAIN_OVER_INTERFERENCE;
    m_strength.resize(end - first);
    for (std::size_t i = first; i < end; ++i)
    {
        const Grant& g = grants[i];
        const double gain = adaptation.GetGain(i);
        const double outside = adaptation.GetOutsideW(i);
        m_strength[i - first] = policy ? policy->Strength({g.ue, gain, g.powerW, outside})
                                       : DecodingKey(key, gain, g.powerW, outside);
    }
    // insertion sort: the groups are short
    for (std::size_t i = first + 1; i < end; ++i)
    {
        for (std::size_t j = i; j > first && IsDecodedBefore(d,
                                                             m_strength[j - first],
                                                             grants[j].ue,
                                                             m_strength[j - 1 - first],
                                                             grants[j - 1].ue);
             --j)
        {
            std::swap(grants[j], grants[j - 1]);
            std::swap(m_strength[j - first], m_strength[j - 1 - first]);
            adaptation.Swap(j, j - 1);
        }
    }
    for (std::size_t i = first; i < end; ++i)
    {
        grants[i].order = static_cast<uint32_t>(i - first);
    }
}

} // namespace noma
} // namespace ns3
