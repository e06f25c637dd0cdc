/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-subchannel.h"

#include "ns3/noma-decoding-order.h"
#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

SubchannelMember
MakeMember(const User& user, Direction d, const CutOption& o)
{
    const double bits = LinkBits(o, d);
    SubchannelMember member;
    member.timeCost = bits * user.wT / user.delayScale;
    member.energyCost = bits * user.wE / user.energyScale;
    return member;
}

double
LonePower(double timeCost, double energyCost, double c, const Interval& bounds)
{
    double p = bounds.max;
    if (energyCost > 0 && c > 0)
    {
        const double a = c * timeCost / energyCost;
        if (std::isfinite(a))
        {
            p = math::Expm1(math::InverseEntropy(a)) / c;
        }
    }
    return std::min(std::max(p, bounds.min), bounds.max);
}

SubchannelProblem::SubchannelProblem(const Instance& instance, Direction direction)
    : m_instance(instance),
      m_direction(direction),
      m_noise(instance.NoiseW(direction)),
      m_gap(FromDb(instance.snrGapDb)),
      m_hz(instance.SubchannelHz(direction)),
      m_decodable(direction == DOWNLINK && instance.downlinkRate == DownlinkRate::DECODABLE),
      m_orderMoves(instance.orderKey == OrderKey::RECEIVED_POWER ||
                   (instance.orderKey == OrderKey::GAIN_OVER_INTERFERENCE && direction == DOWNLINK))
{
}

void
SubchannelProblem::Load(uint32_t m, const std::vector<SubchannelMember>& members)
{
    m_members = members;
    const std::size_t n = members.size();
    const GainTensor& gain = m_instance.gain[m_direction];
    m_own.resize(n);
    m_order.resize(n);
    for (std::size_t k = 0; k < n; ++k)
    {
        const uint32_t user = members[k].user;
        m_own[k] = gain.At(user, m_instance.users[user].ap, m);
        m_order[k] = k;
    }
    Sort(m_own);

    m_groups.clear();
    m_groupOf.resize(n);
    for (std::size_t pos = 0; pos < n; ++pos)
    {
        const uint32_t ap = m_instance.users[members[m_order[pos]].user].ap;
        if (m_groups.empty() || m_groups.back().ap != ap)
        {
            m_groups.push_back({ap, pos, pos});
        }
        m_groups.back().end = pos + 1;
        m_groupOf[m_order[pos]] = static_cast<uint32_t>(m_groups.size() - 1);
    }
    const std::size_t groups = m_groups.size();
    m_gain.resize(n * groups);
    for (std::size_t g = 0; g < groups; ++g)
    {
        const double* row = gain.Row(m_groups[g].ap, m);
        for (std::size_t k = 0; k < n; ++k)
        {
            m_gain[k * groups + g] = row[members[k].user];
        }
    }
    m_power.resize(n);
    m_intra.resize(n);
    m_eps.assign(n, m_instance.residual);
    m_groupSum.resize(groups);
    m_inter.resize(n);
    m_worst.resize(n);
    m_denominator.resize(n);
    m_sinr.resize(n);
    m_rate.resize(n);
    m_cost.resize(n);
    m_price.resize(n);
    m_groupPrice.resize(groups);
}

void
SubchannelProblem::Sort(const std::vector<double>& key)
{
    const std::size_t n = m_members.size();
    const auto before = [&](std::size_t a, std::size_t b) {
        const uint32_t i = m_members[a].user;
        const uint32_t j = m_members[b].user;
        const uint32_t apI = m_instance.users[i].ap;
        const uint32_t apJ = m_instance.users[j].ap;
        if (apI != apJ)
        {
            return apI < apJ;
        }
        return IsDecodedBefore(m_direction, key[a], i, key[b], j);
    };
    if (n > 64)
    {
        std::sort(m_order.begin(), m_order.end(), before);
    }
    else
    {
        // Callers keep their lists nearly sorted, which insertion takes in one pass.
        for (std::size_t a = 1; a < n; ++a)
        {
            const std::size_t moving = m_order[a];
            std::size_t b = a;
            for (; b > 0 && before(moving, m_order[b - 1]); --b)
            {
                m_order[b] = m_order[b - 1];
            }
            m_order[b] = moving;
        }
    }
}

void
SubchannelProblem::SortByPower(const double* p)
{
    const std::size_t n = m_members.size();
    const std::size_t groups = m_groups.size();
    m_key.resize(n);
    for (std::size_t k = 0; k < n; ++k)
    {
        double other = m_noise;
        for (std::size_t t = 0; t < n; ++t)
        {
            other += m_groupOf[t] == m_groupOf[k]
                         ? 0.0
                         : m_members[t].share * p[t] *
                               (m_direction == UPLINK ? m_gain[t * groups + m_groupOf[k]]
                                                      : m_gain[k * groups + m_groupOf[t]]);
        }
        m_key[k] = DecodingKey(m_instance.orderKey, m_own[k], p[k], other);
    }
    Sort(m_key);
}

double
SubchannelProblem::GetLoneSnr(std::size_t k) const
{
    return m_own[k] / (m_noise * m_gap);
}

double
SubchannelProblem::Forward(const double* p)
{
    const std::size_t n = m_members.size();
    const std::size_t groups = m_groups.size();
    const bool up = m_direction == UPLINK;
    if (m_orderMoves)
    {
        SortByPower(p);
    }
    std::fill(m_groupSum.begin(), m_groupSum.end(), 0.0);
    for (std::size_t pos = 0; pos < n; ++pos)
    {
        const std::size_t k = m_order[pos];
        const double sent = m_members[k].share * p[k];
        m_power[pos] = up ? sent * m_own[k] : sent;
        if (!up)
        {
            m_groupSum[m_groupOf[k]] += sent;
            continue;
        }
        for (std::size_t g = 0; g < groups; ++g)
        {
            if (g != m_groupOf[k])
            {
                m_groupSum[g] += sent * m_gain[k * groups + g];
            }
        }
    }
    double total = 0;
    for (std::size_t g = 0; g < groups; ++g)
    {
        const Group& group = m_groups[g];
        SicInterference(&m_power[group.begin],
                        m_instance.residual > 0 ? m_eps.data() : nullptr,
                        group.end - group.begin,
                        &m_intra[group.begin]);
        LimitingDecoder decoder;
        for (std::size_t pos = group.end; pos-- > group.begin;)
        {
            const std::size_t k = m_order[pos];
            const SubchannelMember& member = m_members[k];
            double inter = up ? m_groupSum[g] : 0.0;
            if (!up)
            {
                for (std::size_t l = 0; l < groups; ++l)
                {
                    inter += l == g ? 0.0 : m_gain[k * groups + l] * m_groupSum[l];
                }
            }
            inter += m_noise;
            m_inter[k] = inter;
            m_worst[k] = k;
            double signal = p[k] * m_own[k];
            double denominator = up ? m_intra[pos] + inter : m_own[k] * m_intra[pos] + inter;
            if (m_decodable)
            {
                const std::size_t limiter =
                    decoder.Limit(static_cast<uint32_t>(k), inter / m_own[k]);
                m_worst[k] = limiter;
                if (limiter != k)
                {
                    signal = p[k] * m_own[limiter];
                    denominator = m_own[limiter] * m_intra[pos] + m_inter[limiter];
                }
            }
            m_denominator[k] = denominator;
            const double sinr = signal / denominator;
            m_sinr[k] = sinr / m_gap;
            m_rate[k] = member.share * m_hz * SpectralEfficiency(sinr, m_gap);
            const double worth = member.timeCost + member.energyCost * p[k];
            m_cost[k] = worth > 0 ? worth / m_rate[k] : 0.0;
            total += m_cost[k] + member.powerPrice * member.share * p[k];
        }
    }
    return total;
}

void
SubchannelProblem::Adjoint(const double* p, double* gradient) const
{
    const std::size_t n = m_members.size();
    const std::size_t groups = m_groups.size();
    const bool up = m_direction == UPLINK;
    const double eps = m_instance.residual;
    std::fill(m_groupPrice.begin(), m_groupPrice.end(), 0.0);
    for (std::size_t k = 0; k < n; ++k)
    {
        // q = -dR-weighted: the price of one watt of interference met by layer k
        const SubchannelMember& member = m_members[k];
        const double worth = m_cost[k] / m_rate[k];
        const double slope =
            worth > 0 ? worth * member.share * m_hz / (math::LN2 * (1 + m_sinr[k])) : 0.0;
        const double q = slope * m_sinr[k] / m_denominator[k];
        m_price[k] = q;
        gradient[k] = member.powerPrice * member.share;
        gradient[k] += member.energyCost > 0 ? member.energyCost / m_rate[k] : 0.0;
        gradient[k] -= p[k] > 0 ? slope * m_sinr[k] / p[k]
                                : slope * m_own[m_worst[k]] / (m_denominator[k] * m_gap);
        m_groupPrice[m_groupOf[k]] += q;
    }
    for (std::size_t g = 0; g < groups; ++g)
    {
        const Group& group = m_groups[g];
        // Layers decoded earlier meet this one in full, layers decoded later meet its residual.
        double earlier = 0;
        for (std::size_t pos = group.begin; pos < group.end; ++pos)
        {
            const std::size_t k = m_order[pos];
            const double scale = up ? m_own[k] : 1.0;
            gradient[k] += m_members[k].share * scale * earlier;
            earlier += up ? m_price[k] : m_price[k] * m_own[m_worst[k]];
        }
        double later = 0;
        for (std::size_t pos = group.end; eps > 0 && pos-- > group.begin;)
        {
            const std::size_t k = m_order[pos];
            const double scale = up ? m_own[k] : 1.0;
            gradient[k] += m_members[k].share * scale * eps * later;
            later += up ? m_price[k] : m_price[k] * m_own[m_worst[k]];
        }
    }
    if (groups < 2)
    {
        return;
    }
    for (std::size_t g = 0; g < groups; ++g)
    {
        const Group& group = m_groups[g];
        double down = 0;
        for (std::size_t i = 0; !up && i < n; ++i)
        {
            down += m_groupOf[i] == g ? 0.0 : m_price[i] * m_gain[m_worst[i] * groups + g];
        }
        for (std::size_t pos = group.begin; pos < group.end; ++pos)
        {
            const std::size_t k = m_order[pos];
            double price = down;
            for (std::size_t l = 0; up && l < groups; ++l)
            {
                price += l == g ? 0.0 : m_gain[k * groups + l] * m_groupPrice[l];
            }
            gradient[k] += m_members[k].share * price;
        }
    }
}

double
SubchannelProblem::Cost(const double* p)
{
    return Forward(p);
}

double
SubchannelProblem::CostGradient(const double* p, double* gradient)
{
    const double cost = Forward(p);
    Adjoint(p, gradient);
    return cost;
}

const std::vector<double>&
SubchannelProblem::FindPrices(const double* p)
{
    m_slope.resize(m_members.size());
    CostGradient(p, m_slope.data());
    return m_price;
}

} // namespace noma
} // namespace ns3
