/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * How SplitInferenceController completes the grants of a slot: powers, decoding orders, rates, and
 * whether users are superposed at all.
 */
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-split-inference-controller.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// @returns one past the last grant of the group that begins at first @param grants sorted grants
/// @param first position
std::size_t
GroupEnd(const std::vector<Grant>& grants, std::size_t first)
{
    const Grant& head = grants[first];
    std::size_t end = first + 1;
    while (end < grants.size() && grants[end].direction == head.direction &&
           grants[end].ap == head.ap && grants[end].subchannel == head.subchannel)
    {
        ++end;
    }
    return end;
}

/// Numbers the grants of every group from 0. @param [in,out] grants sorted grants
void
Renumber(std::vector<Grant>& grants)
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

} // namespace

std::vector<Grant>
SplitInferenceController::PlannedGrants(const SlotSnapshot& s) const
{
    std::vector<Grant> grants;
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        for (Direction d : DIRECTIONS)
        {
            for (const Share& share : m_users[i].plan[d].shares)
            {
                Grant g;
                g.direction = d;
                g.ue = i;
                g.ap = s.ues[i].ap;
                g.subchannel = share.subchannel;
                g.powerW = m_users[i].powerW[d];
                grants.push_back(g);
            }
        }
    }
    return grants;
}

void
SplitInferenceController::Complete(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    for (auto& g : grants)
    {
        g.order = 0;
    }
    SortGrants(grants);
    Renumber(grants);
    if (m_maximumPower || !m_slotRule->IsFinal())
    {
        SetDownlinkPowers(s, grants);
    }
    m_adaptation->LookUp(s, grants);
    SetOrders(s, grants);
    m_adaptation->SetRates(s, grants);
}

void
SplitInferenceController::SetDownlinkPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const
{
    std::vector<double> sum(s.aps, 0);
    std::vector<double> groups(s.aps, 0);
    std::vector<double> greatest(s.aps, 0);
    for (const auto& g : grants)
    {
        if (g.direction == DOWNLINK)
        {
            groups[g.ap] += g.order == 0;
            sum[g.ap] += m_users[g.ue].powerW.down;
            greatest[g.ap] = std::max(greatest[g.ap], s.ues[g.ue].maxPowerW.down);
        }
    }
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GroupEnd(grants, first);
        const auto size = static_cast<double>(end - first);
        for (std::size_t i = first; i < end && grants[i].direction == DOWNLINK; ++i)
        {
            Grant& g = grants[i];
            const double budget = s.apMaxPowerW.empty() ? 0 : s.apMaxPowerW[g.ap];
            if (m_maximumPower)
            {
                g.powerW = std::min((budget > 0 ? budget : greatest[g.ap]) / groups[g.ap] / size,
                                    s.ues[g.ue].maxPowerW.down);
            }
            else
            {
                const double scale = budget > 0 ? std::min(1.0, budget / sum[g.ap]) : 1.0;
                g.powerW = m_users[g.ue].powerW.down * scale;
            }
        }
        first = end;
    }
}

void
SplitInferenceController::SetOrders(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GroupEnd(grants, first);
        if (end - first > 1)
        {
            const Direction d = grants[first].direction;
            std::vector<OrderCandidate> group;
            double total = 0;
            double weights = 0;
            for (std::size_t i = first; i < end; ++i)
            {
                OrderCandidate c;
                c.ue = grants[i].ue;
                c.gain = m_adaptation->GetGain(i);
                c.powerW = grants[i].powerW;
                c.interferenceW = m_adaptation->GetOutsideW(i);
                group.push_back(c);
                total += c.powerW;
                weights += std::pow(c.interferenceW / c.gain, m_splitExponent);
            }
            for (std::size_t i = first; m_maximumPower && d == DOWNLINK && i < end; ++i)
            {
                const auto& c = group[i - first];
                const double share = std::pow(c.interferenceW / c.gain, m_splitExponent) / weights;
                if (std::isfinite(share))
                {
                    grants[i].powerW = std::min(total * share, s.ues[c.ue].maxPowerW.down);
                    group[i - first].powerW = grants[i].powerW;
                }
            }
            const auto& policy = d == UPLINK ? m_uplinkOrder : m_downlinkOrder;
            std::vector<std::size_t> order = policy->Order(d, group);
            for (std::size_t k = 0; k < order.size(); ++k)
            {
                // the one to be decoded k-th moves to position k; whoever was there takes its place
                const std::size_t from = order[k];
                if (from != k)
                {
                    std::swap(grants[first + k], grants[first + from]);
                    m_adaptation->Swap(first + k, first + from);
                    *std::find(order.begin() + static_cast<std::ptrdiff_t>(k) + 1, order.end(), k) =
                        from;
                }
                grants[first + k].order = static_cast<uint32_t>(k);
            }
        }
        first = end;
    }
}

bool
SplitInferenceController::FallBack(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    // What a slot of service is worth to a user: price of delay, and of the energy its bits take,
    // times the part of the slot it would need alone, less the energy of the slot.
    std::vector<Grant> kept;
    for (std::size_t first = 0; first < grants.size();)
    {
        const std::size_t end = GroupEnd(grants, first);
        double together = 0;
        double best = 0;
        std::size_t alone = first;
        double power = 0;
        for (std::size_t i = first; i < end; ++i)
        {
            power += grants[i].powerW;
        }
        for (std::size_t i = first; end - first > 1 && i < end; ++i)
        {
            const Grant& g = grants[i];
            const SlotUser& u = m_users[g.ue];
            const double p = g.direction == UPLINK ? g.powerW : power;
            const double gain = m_adaptation->GetGain(i);
            const double rate =
                s.subchannelHz[g.direction] *
                SpectralEfficiency(p * gain / m_adaptation->GetOutsideW(i), s.snrGap);
            const double fraction = rate > 0 ? g.rateBps / rate : 0;
            const double price = u.delayPrice + u.energyPrice * g.powerW;
            together += price * fraction - u.energyPrice * g.powerW;
            const double mine = u.delayPrice;
            if (mine > best)
            {
                best = mine;
                alone = i;
            }
        }
        const bool superpose = end - first == 1 || together > best * (1 + m_minGain);
        for (std::size_t i = first; i < end; ++i)
        {
            if (superpose || i == alone)
            {
                kept.push_back(grants[i]);
            }
            else
            {
                m_slotRule->Refund(grants[i]);
            }
        }
        first = end;
    }
    const bool dropped = kept.size() < grants.size();
    grants = std::move(kept);
    return dropped;
}

} // namespace noma
} // namespace ns3
