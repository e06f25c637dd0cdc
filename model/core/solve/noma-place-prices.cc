/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-place-prices.h"

#include "ns3/noma-decoding-order.h"
#include "ns3/noma-math.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Above this part of the greatest power there is no point in looking at another.
constexpr double NEAR_FULL = 0.95;

/// @param x a positive normal number
/// @returns its logarithm to base 2, up to 0.009
double
RoughLog2(double x)
{
    uint64_t bits = 0;
    std::memcpy(&bits, &x, sizeof(bits));
    const auto exponent = static_cast<int64_t>(bits >> 52) - 1023;
    bits = (bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
    double mantissa = 0;
    std::memcpy(&mantissa, &bits, sizeof(mantissa));
    // the parabola through the ends that bends as much as the logarithm does
    return static_cast<double>(exponent) + (mantissa - 1) * (1.344 - 0.344 * (mantissa - 1));
}

} // namespace

PlacePrices::PlacePrices(const Instance& instance, Direction direction)
    : m_instance(instance),
      m_direction(direction),
      m_capacity(instance.maxSuperposed),
      m_noise(instance.NoiseW(direction)),
      m_hz(instance.SubchannelHz(direction)),
      m_gap(FromDb(instance.snrGapDb)),
      m_decodable(direction == DOWNLINK && instance.downlinkRate == DownlinkRate::DECODABLE),
      m_cells(instance.subchannels)
{
    for (const User& user : instance.users)
    {
        m_aps.push_back(user.ap);
    }
    for (Cell& cell : m_cells)
    {
        cell.begin.assign(instance.GetAps() + 1, 0);
        cell.interference.assign(instance.GetAps(), 0.0);
        cell.price.assign(instance.GetAps(), 0.0);
    }
}

bool
PlacePrices::Before(const Layer& a, const Layer& b) const
{
    return IsDecodedBefore(m_direction, a.own, a.user, b.own, b.user);
}

void
PlacePrices::Describe(Layer& layer, uint32_t ap, uint32_t m) const
{
    const GainTensor& gain = m_instance.gain[m_direction];
    const Cell& cell = m_cells[m];
    const bool up = m_direction == UPLINK;
    layer.floor = m_noise + (up ? cell.interference[ap] : 0.0);
    layer.foreign = up ? 0.0 : cell.price[ap];
    layer.signal = up ? layer.own : 1.0;
    for (uint32_t n = 0; n < m_instance.edges.size(); ++n)
    {
        if (n != ap)
        {
            const double cross = gain.At(layer.user, n, m);
            layer.floor += up ? 0.0 : cross * cell.interference[n];
            layer.foreign += up ? cross * cell.price[n] : 0.0;
        }
    }
    if (!up)
    {
        layer.floor /= layer.own;
    }
}

void
PlacePrices::Set(uint32_t m, SubchannelProblem& problem, const double* power)
{
    const GainTensor& gain = m_instance.gain[m_direction];
    const std::size_t aps = m_instance.edges.size();
    const bool up = m_direction == UPLINK;
    Cell& cell = m_cells[m];
    std::fill(cell.interference.begin(), cell.interference.end(), 0.0);
    std::fill(cell.price.begin(), cell.price.end(), 0.0);
    const std::vector<double>& prices = problem.FindPrices(power);
    cell.layers.clear();
    for (std::size_t k = 0; k < problem.GetN(); ++k)
    {
        const SubchannelMember& member = problem.GetMember(k);
        const uint32_t ap = m_instance.users[member.user].ap;
        Layer layer{};
        layer.user = member.user;
        layer.own = gain.At(member.user, ap, m);
        layer.share = member.share;
        layer.power = power[k];
        layer.worth = (member.timeCost + member.energyCost * power[k]) / m_hz;
        layer.cost = problem.GetMemberCost(k);
        layer.harm = prices[k] * (up ? 1.0 : layer.own);
        cell.layers.push_back(layer);
        for (std::size_t n = 0; n < aps; ++n)
        {
            // uplink: who transmits is heard by the others, and what it meets has a price there
            const double cross = gain.At(member.user, n, m);
            if (n != ap)
            {
                cell.interference[n] += up ? member.share * power[k] * cross : 0.0;
                cell.price[n] += up ? 0.0 : prices[k] * cross;
            }
        }
        cell.interference[ap] += up ? 0.0 : member.share * power[k];
        cell.price[ap] += up ? prices[k] : 0.0;
    }
    std::sort(cell.layers.begin(), cell.layers.end(), [this](const Layer& a, const Layer& b) {
        const uint32_t apA = m_instance.users[a.user].ap;
        const uint32_t apB = m_instance.users[b.user].ap;
        return apA != apB ? apA < apB : Before(a, b);
    });
    std::fill(cell.begin.begin(), cell.begin.end(), 0);
    for (Layer& layer : cell.layers)
    {
        const uint32_t ap = m_instance.users[layer.user].ap;
        Describe(layer, ap, m);
        ++cell.begin[ap + 1];
    }
    for (std::size_t n = 0; n < aps; ++n)
    {
        cell.begin[n + 1] += cell.begin[n];
    }
}

std::size_t
PlacePrices::Arrange(uint32_t user, uint32_t m, uint32_t without, double powerW)
{
    const uint32_t ap = m_instance.users[user].ap;
    const Cell& cell = m_cells[m];
    Layer self{};
    self.user = user;
    self.own = m_instance.gain[m_direction].At(user, ap, m);
    self.share = 1;
    self.power = powerW;
    Describe(self, ap, m);
    m_trial.clear();
    std::size_t at = cell.layers.size();
    for (std::size_t k = cell.begin[ap]; k < cell.begin[ap + 1]; ++k)
    {
        if (cell.layers[k].user == without)
        {
            self.share = cell.layers[k].share;
            continue;
        }
        if (at == cell.layers.size() && Before(self, cell.layers[k]))
        {
            at = m_trial.size();
            m_trial.push_back(self);
        }
        m_trial.push_back(cell.layers[k]);
    }
    if (at == cell.layers.size())
    {
        at = m_trial.size();
        m_trial.push_back(self);
    }
    const std::size_t n = m_trial.size();
    if (without == NONE && n > m_capacity)
    {
        for (Layer& layer : m_trial)
        {
            layer.share = static_cast<double>(m_capacity) / static_cast<double>(n);
        }
    }
    else
    {
        m_trial[at].share = self.share;
    }
    Superpose();
    return at;
}

void
PlacePrices::Superpose()
{
    const std::size_t n = m_trial.size();
    m_air.resize(n);
    m_intra.resize(n);
    m_eps.resize(n, m_instance.residual);
    LimitingDecoder decoder;
    for (std::size_t k = n; k-- > 0;)
    {
        Layer& layer = m_trial[k];
        m_air[k] = layer.share * layer.power * layer.signal;
        layer.limit = layer.floor;
        if (m_decodable)
        {
            decoder.Limit(layer.user, layer.floor);
            layer.limit = decoder.GetFloorW();
        }
    }
    SicInterference(m_air.data(),
                    m_instance.residual > 0 ? m_eps.data() : nullptr,
                    n,
                    m_intra.data());
}

double
PlacePrices::CostOf(std::size_t k) const
{
    const Layer& layer = m_trial[k];
    const double sinr = layer.power * layer.signal / (layer.limit + m_intra[k]);
    return layer.worth > 0 ? layer.worth / (layer.share * SpectralEfficiency(sinr, m_gap)) : 0.0;
}

double
PlacePrices::Saving(uint32_t user, uint32_t m)
{
    const uint32_t ap = m_instance.users[user].ap;
    const Cell& cell = m_cells[m];
    double saving = 0;
    m_trial.clear();
    for (std::size_t k = cell.begin[ap]; k < cell.begin[ap + 1]; ++k)
    {
        const Layer& layer = cell.layers[k];
        saving += layer.cost;
        if (layer.user == user)
        {
            saving += layer.foreign * layer.share * layer.power;
        }
        else
        {
            m_trial.push_back(layer);
        }
    }
    Superpose();
    for (std::size_t k = 0; k < m_trial.size(); ++k)
    {
        saving -= CostOf(k);
    }
    return saving;
}

PlacePrices::Estimate
PlacePrices::Sum(uint32_t user, uint32_t m, std::size_t at)
{
    const User& u = m_instance.users[user];
    const Cell& cell = m_cells[m];
    Layer& self = m_trial[at];
    self.worth = (u.wT / u.delayScale + u.wE / u.energyScale * self.power) / m_hz;
    Estimate estimate{0, 0};
    for (std::size_t k = cell.begin[u.ap]; k < cell.begin[u.ap + 1]; ++k)
    {
        const Layer& layer = cell.layers[k];
        estimate.rest -= layer.cost + layer.foreign * layer.share * layer.power;
    }
    for (std::size_t k = 0; k < m_trial.size(); ++k)
    {
        const Layer& layer = m_trial[k];
        (k == at ? estimate.unit : estimate.rest) += CostOf(k);
        estimate.rest += layer.foreign * layer.share * layer.power;
    }
    return estimate;
}

PlacePrices::Estimate
PlacePrices::Change(uint32_t user, uint32_t m, uint32_t without, double powerW)
{
    return Sum(user, m, Arrange(user, m, without, powerW));
}

void
PlacePrices::Glance(uint32_t m, const std::vector<Seeker>& seekers, std::vector<double>& cost)
{
    const Cell& cell = m_cells[m];
    const GainTensor& gain = m_instance.gain[m_direction];
    const std::size_t aps = m_instance.edges.size();
    const bool up = m_direction == UPLINK;
    const double residual = m_instance.residual;
    m_weight.resize(aps * aps);
    m_rows.resize(aps);
    for (std::size_t n = 0; n < aps; ++n)
    {
        m_rows[n] = gain.Row(n, m);
        for (std::size_t l = 0; l < aps; ++l)
        {
            m_weight[n * aps + l] = l == n ? 0.0 : up ? cell.price[l] : cell.interference[l];
        }
    }
    cost.resize(seekers.size());
    for (std::size_t s = 0; s < seekers.size(); ++s)
    {
        const Seeker& seeker = seekers[s];
        const uint32_t ap = m_aps[seeker.user];
        const double* weight = &m_weight[ap * aps];
        const double own = m_rows[ap][seeker.user];
        double others = 0;
        if (up && seeker.power * own < seeker.least * (m_noise + cell.interference[ap]) * m_gap)
        {
            cost[s] = std::numeric_limits<double>::infinity();
            continue;
        }
        for (std::size_t n = 0; n < aps; ++n)
        {
            others += weight[n] * m_rows[n][seeker.user];
        }
        const double floor = m_noise + (up ? cell.interference[ap] : others);
        if (!up && seeker.power * own < seeker.least * floor * m_gap)
        {
            cost[s] = std::numeric_limits<double>::infinity();
            continue;
        }
        const double signal = up ? own : 1.0;
        double met = up ? floor : floor / own;
        double harm = 0;
        for (std::size_t k = cell.begin[ap]; k < cell.begin[ap + 1]; ++k)
        {
            const Layer& layer = cell.layers[k];
            const bool first =
                IsDecodedBefore(m_direction, own, seeker.user, layer.own, layer.user);
            met += (first ? 1.0 : residual) * layer.share * layer.power * layer.signal;
            harm += (first ? residual : 1.0) * layer.harm;
        }
        const double sinr = seeker.power * signal / (met * m_gap);
        // below 1 the logarithm is nearly straight
        const double bits = sinr < 1 ? sinr * (1.4427 - 0.4427 * sinr) : RoughLog2(1 + sinr);
        const double foreign = up ? others : cell.price[ap];
        cost[s] = seeker.worth / (m_hz * bits) + seeker.power * (signal * harm + foreign);
    }
}

double
PlacePrices::LeastSinr(double worth, double cost) const
{
    constexpr double SAFE = 0.97;
    return SAFE * math::Expm1(math::LN2 * worth / (m_hz * cost));
}

PlacePrices::Offer
PlacePrices::GetOffer(uint32_t user, uint32_t m, uint32_t without)
{
    const User& u = m_instance.users[user];
    const Interval& range = u.powerW[m_direction];
    const std::size_t at = Arrange(user, m, without, range.max);
    Layer& self = m_trial[at];
    Offer offer{};
    offer.powerW = LonePower(u.wT / u.delayScale,
                             u.wE / u.energyScale,
                             self.signal / ((self.limit + m_intra[at]) * m_gap),
                             range);
    offer.full = Sum(user, m, at);
    offer.frugal = offer.full;
    if (offer.powerW < NEAR_FULL * range.max)
    {
        self.power = offer.powerW;
        Superpose();
        offer.frugal = Sum(user, m, at);
    }
    return offer;
}

} // namespace noma
} // namespace ns3
