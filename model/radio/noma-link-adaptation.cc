/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-link-adaptation.h"

#include "noma-error-model.h"
#include "noma-mcs-table.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <cmath>
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
                          "Greatest block error rate wanted: rates keep it according to the "
                          "error model of the receiver, and the outer loop aims at it.",
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
    m_mean.assign(grants.size(), 0.0);
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
        m_ues.clear();
        m_position.clear();
        for (uint32_t l = 0; l < s.aps; ++l)
        {
            for (uint32_t i = groups[l].first; i < groups[l].first + groups[l].size; ++i)
            {
                m_ues.push_back(grants[i].ue);
                m_position.push_back(i);
                m_outside[i] = 0;
            }
        }
        m_heard.resize(m_ues.size());
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            const Group& own = groups[n];
            if (own.size > 0)
            {
                s.csi->Few(d, n, m, m_ues.data(), m_ues.size(), m_heard.data());
                AddInterference(grants, d, own);
            }
        }
        for (const uint32_t i : m_position)
        {
            m_mean[i] =
                s.channelError[d] > 0 ? s.csi->MeanGain(d, grants[i].ue, grants[i].ap, m) : 0;
            m_outside[i] += s.noiseW[d];
        }
    }
}

void
NomaLinkAdaptation::AddInterference(const std::vector<Grant>& grants, Direction d, const Group& own)
{
    double heardW = 0; // by the access point, for the uplink
    for (std::size_t j = 0; j < m_position.size(); ++j)
    {
        const uint32_t i = m_position[j];
        if (i - own.first < own.size)
        {
            m_gain[i] = m_heard[j];
        }
        else if (d == UPLINK)
        {
            heardW += grants[i].powerW * m_heard[j];
        }
        else
        {
            m_outside[i] += own.powerW * m_heard[j];
        }
    }
    for (uint32_t i = own.first; d == UPLINK && i < own.first + own.size; ++i)
    {
        m_outside[i] = heardW;
    }
}

void
NomaLinkAdaptation::Swap(std::size_t i, std::size_t j)
{
    std::swap(m_gain[i], m_gain[j]);
    std::swap(m_outside[i], m_outside[j]);
    std::swap(m_mean[i], m_mean[j]);
}

void
NomaLinkAdaptation::SetRates(const SlotSnapshot& s, std::vector<Grant>& grants) const
{
    Scratch scratch;
    for (std::size_t first = 0; first < grants.size();)
    {
        const Grant& head = grants[first];
        std::size_t n = 1;
        while (first + n < grants.size() && grants[first + n].subchannel == head.subchannel &&
               grants[first + n].ap == head.ap && grants[first + n].direction == head.direction)
        {
            ++n;
        }
        if (!s.receivers && s.channelError[head.direction] == 0)
        {
            SetPlainRates(s, first, n, grants, scratch);
        }
        else
        {
            SetGeneralRates(s, first, n, grants, scratch);
        }
        first += n;
    }
}

void
NomaLinkAdaptation::SetPlainRates(const SlotSnapshot& s,
                                  std::size_t first,
                                  std::size_t n,
                                  std::vector<Grant>& grants,
                                  Scratch& scratch) const
{
    auto& power = scratch.power;
    auto& interference = scratch.interference;
    power.resize(n);
    interference.resize(n);
    scratch.residual.assign(n, s.residual);
    const bool up = grants[first].direction == UPLINK;
    for (std::size_t k = 0; k < n; ++k)
    {
        power[k] = grants[first + k].powerW * (up ? m_gain[first + k] : 1.0);
    }
    SicInterference(power.data(), scratch.residual.data(), n, interference.data());
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
        grants[first + k].rateBps = GetRate(s, grants[first + k], grants[first + k].ue, sinr);
    }
}

void
NomaLinkAdaptation::SetGeneralRates(const SlotSnapshot& s,
                                    std::size_t first,
                                    std::size_t n,
                                    std::vector<Grant>& grants,
                                    Scratch& scratch) const
{
    const bool up = grants[first].direction == UPLINK;
    for (std::size_t at = 0; at < (up ? 1 : n); ++at)
    {
        // in the downlink each user decodes the layers up to its own
        PredictAt(s, grants, first, n, at, scratch);
        for (std::size_t k = 0; k < (up ? n : at + 1); ++k)
        {
            Grant& grant = grants[first + k];
            const double rate = GetRate(s, grant, grants[first + at].ue, scratch.sinr[k]);
            const bool fresh = up || k == at;
            grant.rateBps = fresh ? rate : std::min(grant.rateBps, rate);
        }
    }
}

void
NomaLinkAdaptation::PredictAt(const SlotSnapshot& s,
                              const std::vector<Grant>& grants,
                              std::size_t first,
                              std::size_t n,
                              std::size_t at,
                              Scratch& scratch) const
{
    const Direction d = grants[first].direction;
    const bool up = d == UPLINK;
    const double v = s.channelError[d];
    // quantile of the real part of the estimate's noise
    const double depth = v > 0 ? std::sqrt(v * (1 - v) / 2) * InverseQ(m_targetBler) : 0;
    const double floor = -v * (1 - v) * std::log1p(-m_targetBler);
    double unknown = 0;
    scratch.power.resize(n);
    scratch.sure.resize(n);
    scratch.interference.resize(n);
    scratch.sinr.resize(n);
    scratch.residual.resize(n);
    for (std::size_t k = 0; k < n; ++k)
    {
        const std::size_t link = first + (up ? k : at);
        const double p = grants[first + k].powerW;
        const double gain = m_gain[link];
        scratch.power[k] = p * gain;
        scratch.sure[k] = p * gain;
        if (v > 0 && m_mean[link] > 0)
        {
            // the estimate is (1 - v) h + sqrt(v (1 - v)) w with w of mean square 1: its power has
            // this mean, and exceeds either of the two bounds with at least the probability wanted
            const double mean = m_mean[link];
            const double amplitude = (1 - v) * std::sqrt(gain / mean) - depth;
            scratch.power[k] = p * ((1 - v) * (1 - v) * gain + v * (1 - v) * mean);
            scratch.sure[k] =
                p * mean * std::max(floor, amplitude > 0 ? amplitude * amplitude : 0.0);
            unknown += p * v * mean;
        }
        if (!up)
        {
            scratch.power[k] = scratch.sure[k]; // one channel for all layers
        }
    }
    const uint32_t ap = grants[first].ap;
    const auto decode = [&](std::size_t k) {
        const double outside = m_outside[first + (up ? k : at)] + unknown;
        scratch.sinr[k] = scratch.sure[k] / (scratch.interference[k] + outside);
        return s.receivers ? s.receivers->Residual(d, grants[first + at].ue, ap, scratch.sinr[k])
                           : s.residual;
    };
    DecodeInTurn(scratch.power.data(),
                 n,
                 n,
                 scratch.residual.data(),
                 scratch.interference.data(),
                 decode);
}

double
NomaLinkAdaptation::GetRate(const SlotSnapshot& s,
                            const Grant& grant,
                            uint32_t receiver,
                            double sinr) const
{
    const Direction d = grant.direction;
    const auto& factors = m_marginFactor[d];
    const double factor = grant.ue < factors.size() ? factors[grant.ue] : FromDb(-m_backoffDb);
    const double width = s.subchannelHz[d];
    double efficiency =
        s.receivers
            ? s.receivers->MaxRateBps(d, receiver, grant.ap, sinr * factor, m_targetBler) / width
            : SpectralEfficiency(sinr * factor, s.snrGap);
    if (m_maxEfficiency > 0)
    {
        efficiency = std::min(efficiency, m_maxEfficiency);
    }
    return RoundDownToMcs(s.efficiencies, efficiency) * width;
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
        if (outcome.transmission > 1)
        {
            continue; // tells of the sum over transmissions, not of the rate
        }
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
