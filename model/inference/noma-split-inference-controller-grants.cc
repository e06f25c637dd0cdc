/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * How SplitInferenceController completes the grants of a slot: powers of the plan, and whether
 * users are superposed at all. The rest is GrantCompletion's.
 */
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-split-inference-controller.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

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
    GrantCompletion::Number(grants);
    if (m_maximumPower)
    {
        GrantCompletion::SpreadDownlinkPowers(s, grants);
    }
    else if (!m_slotRule->IsFinal())
    {
        SetPlannedPowers(s, grants);
    }
    m_completion.Complete(s,
                          {{m_uplinkOrder, m_downlinkOrder}, m_maximumPower, m_splitExponent},
                          *m_adaptation,
                          grants);
}

void
SplitInferenceController::SetPlannedPowers(const SlotSnapshot& s, std::vector<Grant>& grants) const
{
    std::vector<double> sum(s.aps, 0);
    for (const Grant& g : grants)
    {
        sum[g.ap] += g.direction == DOWNLINK ? m_users[g.ue].powerW.down : 0.0;
    }
    for (Grant& g : grants)
    {
        if (g.direction == DOWNLINK)
        {
            const double budget = s.apMaxPowerW.empty() ? 0 : s.apMaxPowerW[g.ap];
            const double scale = budget > 0 ? std::min(1.0, budget / sum[g.ap]) : 1.0;
            g.powerW = m_users[g.ue].powerW.down * scale;
        }
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
        const std::size_t end = GrantCompletion::GroupEnd(grants, first);
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
