/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-link-adaptation.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaLinkAdaptation);

TypeId
NomaLinkAdaptation::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaLinkAdaptation")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<NomaLinkAdaptation>()
            .AddAttribute("Backoff",
                          "Constant SINR margin (dB).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaLinkAdaptation::m_backoffDb),
                          MakeDoubleChecker<double>(0.0, 100.0))
            .AddAttribute("OuterLoop",
                          "Whether a further margin per user follows the block errors.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&NomaLinkAdaptation::m_outerLoop),
                          MakeBooleanChecker())
            .AddAttribute("TargetBler",
                          "Block error rate that the outer loop aims at.",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&NomaLinkAdaptation::m_targetBler),
                          MakeDoubleChecker<double>(1e-6, 0.9))
            .AddAttribute("OuterLoopStep",
                          "Rise of the margin after a lost block (dB).",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&NomaLinkAdaptation::m_stepDb),
                          MakeDoubleChecker<double>(0.0, 10.0))
            .AddAttribute("MaxMargin",
                          "Greatest margin of the outer loop (dB).",
                          DoubleValue(30.0),
                          MakeDoubleAccessor(&NomaLinkAdaptation::m_maxMarginDb),
                          MakeDoubleChecker<double>(0.0, 100.0))
            .AddAttribute("MaxSpectralEfficiency",
                          "Greatest rate over bandwidth that can be granted (bit/s/Hz); 0 = no "
                          "limit.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaLinkAdaptation::m_maxEfficiency),
                          MakeDoubleChecker<double>(0.0, 100.0));
    return tid;
}

NomaLinkAdaptation::NomaLinkAdaptation() = default;

NomaLinkAdaptation::~NomaLinkAdaptation() = default;

void
NomaLinkAdaptation::Adapt(const SlotSnapshot& snapshot, std::vector<Grant>& grants)
{
    LookUp(snapshot, grants);
    SetRates(snapshot, grants);
}

void
NomaLinkAdaptation::LookUp(const SlotSnapshot& snapshot, const std::vector<Grant>& grants)
{
    m_gain.resize(grants.size());
    m_outside.resize(grants.size());
    for (const Direction d : DIRECTIONS)
    {
        LookUpDirection(snapshot, grants, d);
    }
}

void
NomaLinkAdaptation::LookUpDirection(const SlotSnapshot& s,
                                    const std::vector<Grant>& grants,
                                    Direction d)
{
    m_groups.assign(std::size_t{s.subchannels} * s.aps, {});
    for (uint32_t i = 0; i < grants.size(); ++i)
    {
        const Grant& g = grants[i];
        if (g.direction == d)
        {
            auto& group = m_groups[std::size_t{g.subchannel} * s.aps + g.ap];
            group.first = group.size == 0 ? i : group.first;
            ++group.size;
            group.powerW += g.powerW;
        }
    }
    for (uint32_t m = 0; m < s.subchannels; ++m)
    {
        const Group* const groups = &m_groups[std::size_t{m} * s.aps];
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            const Group& own = groups[n];
            if (own.size == 0)
            {
                continue;
            }
            double interference = 0; // at the access point, for the uplink
            for (uint32_t l = 0; d == UPLINK && l < s.aps; ++l)
            {
                for (uint32_t i = groups[l].first; l != n && i < groups[l].first + groups[l].size;
                     ++i)
                {
                    interference += grants[i].powerW * s.csi->Gain(d, grants[i].ue, n, m);
                }
            }
            for (uint32_t i = own.first; i < own.first + own.size; ++i)
            {
                const uint32_t ue = grants[i].ue;
                double outside = interference;
                for (uint32_t l = 0; d == DOWNLINK && l < s.aps; ++l)
                {
                    if (l != n && groups[l].size > 0)
                    {
                        outside += groups[l].powerW * s.csi->Gain(d, ue, l, m);
                    }
                }
                m_gain[i] = s.csi->Gain(d, ue, n, m);
                m_outside[i] = outside + s.noiseW[d];
            }
        }
    }
}

void
NomaLinkAdaptation::Swap(std::size_t i, std::size_t j)
{
    std::swap(m_gain[i], m_gain[j]);
    std::swap(m_outside[i], m_outside[j]);
}

void
NomaLinkAdaptation::SetRates(const SlotSnapshot& s, std::vector<Grant>& grants) const
{
    std::vector<double> power;
    std::vector<double> residual;
    std::vector<double> interference;
    for (std::size_t first = 0; first < grants.size();)
    {
        const Grant& head = grants[first];
        std::size_t n = 1;
        while (first + n < grants.size() && grants[first + n].subchannel == head.subchannel &&
               grants[first + n].ap == head.ap && grants[first + n].direction == head.direction)
        {
            ++n;
        }
        power.resize(n);
        interference.resize(n);
        residual.assign(n, s.residual);
        const bool up = head.direction == UPLINK;
        for (std::size_t k = 0; k < n; ++k)
        {
            power[k] = grants[first + k].powerW * (up ? m_gain[first + k] : 1.0);
        }
        SicInterference(power.data(), residual.data(), n, interference.data());
        for (std::size_t k = 0; k < n; ++k)
        {
            double sinr = power[k] / (interference[k] + m_outside[first + k]);
            for (std::size_t v = k; !up && v < n; ++v)
            {
                // layer k at its own user, then at those that remove it
                const double h = m_gain[first + v];
                const double at = h * power[k] / (h * interference[k] + m_outside[first + v]);
                sinr = v == k ? at : std::min(sinr, at);
            }
            grants[first + k].rateBps = GetRate(s, grants[first + k], sinr);
        }
        first += n;
    }
}

double
NomaLinkAdaptation::GetRate(const SlotSnapshot& s, const Grant& grant, double sinr) const
{
    const auto& factors = m_marginFactor[grant.direction];
    const double factor = grant.ue < factors.size() ? factors[grant.ue] : FromDb(-m_backoffDb);
    double efficiency = SpectralEfficiency(sinr * factor, s.snrGap);
    if (m_maxEfficiency > 0)
    {
        efficiency = std::min(efficiency, m_maxEfficiency);
    }
    return efficiency * s.subchannelHz[grant.direction];
}

void
NomaLinkAdaptation::Report(const std::vector<GrantOutcome>& outcomes)
{
    if (!m_outerLoop)
    {
        return;
    }
    const double fall = m_stepDb * m_targetBler / (1 - m_targetBler);
    for (const auto& outcome : outcomes)
    {
        const uint32_t ue = outcome.grant.ue;
        auto& margins = m_marginDb[outcome.grant.direction];
        auto& factors = m_marginFactor[outcome.grant.direction];
        if (ue >= margins.size())
        {
            margins.resize(ue + 1, 0.0);
            factors.resize(ue + 1, FromDb(-m_backoffDb));
        }
        const double margin =
            std::clamp(margins[ue] + (outcome.decoded ? -fall : m_stepDb), 0.0, m_maxMarginDb);
        if (margin != margins[ue])
        {
            margins[ue] = margin;
            factors[ue] = FromDb(-(m_backoffDb + margin));
        }
    }
}

double
NomaLinkAdaptation::GetMarginDb(Direction d, uint32_t ue) const
{
    return m_backoffDb + (ue < m_marginDb[d].size() ? m_marginDb[d][ue] : 0.0);
}

} // namespace noma
} // namespace ns3
