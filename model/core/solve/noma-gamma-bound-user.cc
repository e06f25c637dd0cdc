/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-gamma-bound.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// Ranges of power that PowerCost() begins with, each down to this part of its upper end.
constexpr int RANGES = 6;
constexpr double RANGE = 0.3;

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

} // namespace

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
GammaBound::PowerCost(const Radio& radio,
                      const Demand& demand,
                      double price,
                      double wattPrice,
                      double close,
                      double& rate,
                      double& powerW)
{
    /// A range of powers.
    struct Range
    {
        double low;   //!< least power (W)
        double high;  //!< greatest power (W)
        double bound; //!< no power in it costs less
    };

    double reached = math::INFINITE;
    const auto cost = [&](double energyW, double p, double& r) {
        const double sum = demand.time + demand.energy * energyW;
        const double most = std::min(radio.most, math::Log1p(p / radio.noise) * (1 + SLACK));
        r = price > 0 ? std::min(most, std::sqrt(sum / price)) : most;
        return sum / r + price * r - wattPrice * p;
    };
    const auto make = [&](double low, double high) {
        double r = 0;
        const double value = cost(high, high, r);
        if (value < reached)
        {
            reached = value;
            rate = r;
            powerW = high;
        }
        return Range{low, high, cost(low, high, r)};
    };
    const auto greater = [](const Range& a, const Range& b) { return a.bound > b.bound; };
    std::vector<Range> ranges;
    double high = radio.pmax;
    for (int k = 1; k <= RANGES; ++k)
    {
        const double low = k < RANGES ? std::max(radio.pmin, high * RANGE) : radio.pmin;
        ranges.push_back(make(low, high));
        if (!(low > radio.pmin))
        {
            break;
        }
        high = low;
    }
    if (radio.pmin > 0)
    {
        make(radio.pmin, radio.pmin);
    }
    std::make_heap(ranges.begin(), ranges.end(), greater);
    for (int step = 0; step < 60; ++step)
    {
        const Range range = ranges.front();
        if (range.bound >= reached - close * std::abs(reached) || !(range.high > range.low))
        {
            break;
        }
        std::pop_heap(ranges.begin(), ranges.end(), greater);
        ranges.pop_back();
        const double middle = UplinkValue::Middle(range.low, range.high);
        for (const Range& part : {make(range.low, middle), make(middle, range.high)})
        {
            ranges.push_back(part);
            std::push_heap(ranges.begin(), ranges.end(), greater);
        }
    }
    return std::min(reached, ranges.front().bound);
}

double
GammaBound::LikedRate(const Radio& radio)
{
    double least = math::INFINITE;
    double liked = 0;
    for (const Demand& demand : radio.demand)
    {
        if (!(radio.most > 0) || demand.time + demand.energy * radio.pmin <= 0)
        {
            continue;
        }
        double rate = 0;
        const double cost = RadioCost(radio, demand, 0, rate);
        if (cost < least)
        {
            least = cost;
            liked = rate;
        }
    }
    return liked;
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
    const double best =
        curve.beta > 0 ? math::Cbrt(curve.alpha / (2 * curve.beta)) : math::INFINITE;
    double bound = math::INFINITE;
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

} // namespace noma
} // namespace ns3
