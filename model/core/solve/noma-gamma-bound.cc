/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-gamma-bound.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

constexpr double INFINITE = std::numeric_limits<double>::infinity();

/// Decisions may exceed constraints by 1e-9, and sums are rounded: what is taken off the bound.
constexpr double SLACK = 1e-8;

/// How long means of supergradients remember.
constexpr double MEAN_MEMORY = 0.9;
constexpr double SQUARE_MEMORY = 0.99;

/// What an ascent remembers of the supergradients by one price.
struct Moments
{
    double mean{0};   //!< running mean
    double square{0}; //!< of the squares
};

/// Intervals of compute units bounded one by one where the speed-up need not be concave.
constexpr int INTERVALS = 64;

/// @param lambda the speed-up
/// @returns whether alpha / lambda + beta lambda^2 is convex where it falls
bool
IsConcave(const Lambda& lambda)
{
    switch (lambda.GetKind())
    {
    case Lambda::Kind::LINEAR:
    case Lambda::Kind::AMDAHL:
        return true;
    case Lambda::Kind::POWER:
        return lambda.GetParameter() <= 1;
    case Lambda::Kind::TABLE:
        break;
    }
    return false;
}

/// @param instance the instance
/// @param d direction
/// @returns the region that the instance's rates lie in
GroupValue::Region
RegionOf(const Instance& instance, Direction d)
{
    return d == UPLINK                           ? GroupValue::Region::UPLINK
           : instance.orderKey == OrderKey::GAIN ? GroupValue::Region::DOWNLINK
                                                 : GroupValue::Region::DOWNLINK_ANY;
}

} // namespace

GammaBound::GammaBound(const Instance& instance)
    : m_instance(instance),
      m_curves(MakeUnitCurves(instance)),
      m_cells(UsersByAp(instance)),
      m_group{GroupValue(RegionOf(instance, UPLINK), instance.maxSuperposed),
              GroupValue(RegionOf(instance, DOWNLINK), instance.maxSuperposed)}
{
    const std::size_t users = instance.users.size();
    m_unit.assign(4 * users + instance.edges.size(), 1.0);
    for (const User& user : instance.users)
    {
        std::vector<double> cost;
        for (const CutOption& o : user.options)
        {
            cost.push_back(user.wT * DeviceDelay(user, o) / user.delayScale +
                           user.wE * DeviceEnergy(user, o) / user.energyScale);
        }
        m_device.push_back(cost);
    }
    const double gap = FromDb(instance.snrGapDb);
    for (Direction d : DIRECTIONS)
    {
        const double noise = gap * instance.NoiseW(d);
        // rates are counted in nats per channel use
        const double nats = math::Log(2) / instance.SubchannelHz(d);
        m_lone[d].assign(users * instance.subchannels, 0.0);
        for (std::size_t i = 0; i < users; ++i)
        {
            const User& user = instance.users[i];
            double best = 0;
            for (uint32_t m = 0; m < instance.subchannels; ++m)
            {
                const double gain = instance.gain[d].At(i, user.ap, m);
                best = std::max(best, gain);
                m_lone[d][m * users + i] = math::Log1p(user.powerW[d].max * gain / noise);
            }
            Radio radio;
            radio.pmin = user.powerW[d].min;
            radio.noise = noise / best;
            const double power = d == DOWNLINK
                                     ? std::min(user.powerW[d].max, instance.apPowerBudgetW)
                                     : user.powerW[d].max;
            radio.most = math::Log1p(power / radio.noise) * (1 + SLACK);
            double typical = 0;
            for (const CutOption& o : user.options)
            {
                const double bits = LinkBits(o, d);
                radio.demand.push_back({bits * nats * user.wT / user.delayScale,
                                        bits * nats * user.wE / user.energyScale});
                const Demand& demand = radio.demand.back();
                const double cost = demand.time + demand.energy * radio.pmin;
                typical = typical == 0 || (cost > 0 && cost < typical) ? cost : typical;
            }
            radio.scale = radio.most > 0 ? typical / radio.most : 0.0;
            m_unit[Index(d, i)] = radio.most > 0 ? radio.scale / radio.most : 0.0;
            m_unit[Index(d, i) + 1] = radio.scale;
            m_radio[d].push_back(std::move(radio));
        }
    }
    for (std::size_t n = 0; n < m_cells.size(); ++n)
    {
        double cost = 0;
        for (uint32_t i : m_cells[n])
        {
            double work = 0;
            for (std::size_t o = 0; o < m_device[i].size(); ++o)
            {
                work = std::max(work, m_device[i][o]);
            }
            cost += work;
        }
        m_unit[4 * users + n] = cost / instance.edges[n].units;
    }
}

double
GammaBound::RadioCost(const Radio& radio, const Demand& demand, double price, double& rate)
{
    // value and derivative of a convex function
    const auto at = [&](double r, double& slope) {
        const double grown = math::Expm1(r);
        const double power = radio.noise * grown;
        const bool more = power > radio.pmin;
        const double cost = demand.time + demand.energy * (more ? power : radio.pmin);
        slope =
            price - cost / (r * r) + (more ? demand.energy * radio.noise * (grown + 1) / r : 0.0);
        return cost / r + price * r;
    };
    // with pmin only, the least is at the root of cost / price: with more power it is not further
    const double least = demand.time + demand.energy * radio.pmin;
    double high = price > 0 ? std::min(radio.most, std::sqrt(least / price)) : radio.most;
    double slopeHigh = 0;
    double valueHigh = at(high, slopeHigh);
    rate = high;
    if (!(slopeHigh > 0))
    {
        return valueHigh + slopeHigh * (radio.most - high);
    }
    double low = high;
    double slopeLow = slopeHigh;
    double valueLow = valueHigh;
    while (slopeLow > 0)
    {
        high = low;
        slopeHigh = slopeLow;
        valueHigh = valueLow;
        low *= 0.7;
        if (!(low > 0))
        {
            return 0;
        }
        valueLow = at(low, slopeLow);
    }
    double bound = 0;
    for (int step = 0; step < 60; ++step)
    {
        // where the tangents of both ends meet
        const double meet = std::clamp((valueLow - valueHigh + slopeHigh * high - slopeLow * low) /
                                           (slopeHigh - slopeLow),
                                       low,
                                       high);
        bound = valueLow + slopeLow * (meet - low);
        rate = valueLow < valueHigh ? low : high;
        if (bound >= std::min(valueLow, valueHigh) * (1 - 1e-7) || !(meet > low && meet < high))
        {
            break;
        }
        double slope = 0;
        const double value = at(meet, slope);
        if (slope > 0)
        {
            high = meet;
            slopeHigh = slope;
            valueHigh = value;
        }
        else
        {
            low = meet;
            slopeLow = slope;
            valueLow = value;
        }
    }
    return bound;
}

double
GammaBound::EdgeCost(uint32_t user, double flops, double price, double& units) const
{
    const UnitCurve& curve = m_curves[user];
    units = curve.Best(flops, price);
    if (price <= 0 && IsConcave(*curve.lambda))
    {
        return flops * curve.Cost(units);
    }
    if (IsConcave(*curve.lambda))
    {
        // a tangent of a convex function, at its minimum but for rounding
        const double slope = flops * curve.Slope(units) + price;
        const double rest =
            slope > 0 ? slope * (curve.range.min - units) : slope * (curve.range.max - units);
        return flops * curve.Cost(units) + price * units + rest;
    }
    const Interval& range = m_instance.users[user].units;
    const double best = curve.beta > 0 ? math::Cbrt(curve.alpha / (2 * curve.beta)) : INFINITE;
    double bound = INFINITE;
    double left = range.min;
    for (int k = 1; k <= INTERVALS; ++k)
    {
        const double right =
            k < INTERVALS ? range.min + (range.max - range.min) * k / INTERVALS : range.max;
        const double speed = std::clamp(best,
                                        curve.lambda->Speedup(left),
                                        curve.lambda->Speedup(right) * (1 + SLACK));
        bound = std::min(bound,
                         flops * (curve.alpha / speed + curve.beta * speed * speed) +
                             std::max(price, 0.0) * left);
        left = right;
    }
    return bound;
}

double
GammaBound::Evaluate(const Prices& x, Prices* slope)
{
    const std::size_t users = m_instance.users.size();
    const std::size_t firstUnit = 4 * users;
    if (slope)
    {
        slope->assign(x.size(), 0.0);
    }
    double bound = 0;
    for (uint32_t i = 0; i < users; ++i)
    {
        const User& user = m_instance.users[i];
        const double unitPrice = x[firstUnit + user.ap] * m_unit[firstUnit + user.ap];
        double least = INFINITE;
        uint32_t option = 0;
        PerDirection<double> bestRate;
        double bestUnits = 0;
        for (uint32_t o = 0; o < user.options.size(); ++o)
        {
            double cost = m_device[i][o];
            double units = 0;
            PerDirection<double> rate;
            if (UsesEdge(user.options[o]))
            {
                cost += EdgeCost(i, user.options[o].edgeFlops, unitPrice, units);
            }
            for (Direction d : DIRECTIONS)
            {
                if (!UsesRadio(user.options[o], d) || cost >= INFINITE)
                {
                    continue;
                }
                const Radio& radio = m_radio[d][i];
                const std::size_t k = Index(d, i);
                cost += radio.most > 0
                            ? RadioCost(radio, radio.demand[o], x[k] * m_unit[k], rate[d]) -
                                  x[k + 1] * m_unit[k + 1]
                            : INFINITE;
            }
            if (cost < least)
            {
                least = cost;
                option = o;
                bestRate = rate;
                bestUnits = units;
            }
        }
        bound += least;
        if (slope)
        {
            const CutOption& o = user.options[option];
            (*slope)[firstUnit + user.ap] += UsesEdge(o) ? bestUnits : 0.0;
            for (Direction d : DIRECTIONS)
            {
                (*slope)[Index(d, i)] += bestRate[d];
                (*slope)[Index(d, i) + 1] -= UsesRadio(o, d) ? 1.0 : 0.0;
            }
        }
    }
    for (uint32_t n = 0; n < m_cells.size(); ++n)
    {
        bound -= x[firstUnit + n] * m_unit[firstUnit + n] * m_instance.edges[n].units;
        if (slope)
        {
            (*slope)[firstUnit + n] -= m_instance.edges[n].units;
        }
        for (Direction d : DIRECTIONS)
        {
            const double noise = FromDb(m_instance.snrGapDb) * m_instance.NoiseW(d);
            for (uint32_t m = 0; m < m_instance.subchannels; ++m)
            {
                m_candidates.clear();
                for (uint32_t i : m_cells[n])
                {
                    const std::size_t k = Index(d, i);
                    DualCandidate c;
                    c.user = i;
                    c.value = x[k] * m_unit[k];
                    c.charge = x[k + 1] * m_unit[k + 1];
                    c.lone = m_lone[d][m * users + i];
                    c.net = c.value * c.lone - c.charge;
                    if (!(c.net > 0))
                    {
                        continue;
                    }
                    c.powerW = m_instance.users[i].powerW[d].max;
                    c.noiseW = noise / m_instance.gain[d].At(i, n, m);
                    m_candidates.push_back(c);
                }
                if (m_candidates.empty())
                {
                    continue;
                }
                if (!slope)
                {
                    bound -= m_group[d].Bound(m_candidates);
                    continue;
                }
                m_group[d].Search(m_candidates, m_answer);
                bound -= m_answer.value;
                for (std::size_t k = 0; k < m_answer.user.size(); ++k)
                {
                    (*slope)[Index(d, m_answer.user[k])] -= m_answer.rate[k];
                    (*slope)[Index(d, m_answer.user[k]) + 1] += 1;
                }
            }
        }
    }
    if (slope)
    {
        for (std::size_t k = 0; k < x.size(); ++k)
        {
            (*slope)[k] *= m_unit[k];
        }
    }
    return bound;
}

double
GammaBound::Alone()
{
    const Prices zero(m_unit.size(), 0.0);
    const double bound = Evaluate(zero, nullptr) * (1 - SLACK);
    return bound > 0 ? bound : 0.0;
}

double
GammaBound::Ascend(Prices& best, double reached, const Phase& phase, uint32_t iterations)
{
    Prices x(best.size(), 0.0);
    Prices slope;
    std::vector<Moments> memory(x.size());
    double length = phase.first;
    const double shorten =
        math::Exp(math::Log(phase.last / phase.first) / std::max(1.0, double(iterations)));
    double meanLeft = 1;
    double squareLeft = 1;
    for (uint32_t step = 0; step < iterations; ++step)
    {
        const double value = Evaluate(x, &slope);
        if (value > reached)
        {
            reached = value;
            best = x;
        }
        meanLeft *= MEAN_MEMORY;
        squareLeft *= SQUARE_MEMORY;
        for (std::size_t k = 0; k < x.size(); ++k)
        {
            Moments& of = memory[k];
            of.mean = MEAN_MEMORY * of.mean + (1 - MEAN_MEMORY) * slope[k];
            of.square = SQUARE_MEMORY * of.square + (1 - SQUARE_MEMORY) * slope[k] * slope[k];
            const double size = std::sqrt(of.square / (1 - squareLeft));
            const double moved = x[k] + length * of.mean / (1 - meanLeft) / size;
            x[k] = moved > 0 && std::isfinite(moved) ? moved : 0.0;
        }
        length *= shorten;
    }
    return reached;
}

double
GammaBound::Maximise(uint32_t iterations)
{
    Prices slope;
    Prices best(m_unit.size(), 0.0);
    double reached = Evaluate(best, &slope);
    for (const Phase& phase : PHASES)
    {
        reached =
            Ascend(best, reached, phase, iterations / static_cast<uint32_t>(std::size(PHASES)));
    }
    const double bound = Evaluate(best, nullptr) * (1 - SLACK);
    // no utility is negative, and prices of zero are prices
    return std::max(Alone(), bound > 0 ? bound : 0.0);
}

} // namespace noma
} // namespace ns3
