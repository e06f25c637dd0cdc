/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-units.h"

#include "noma-math.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Points of a curve looked at where it need not be concave.
constexpr int GRID = 32;

/**
 * Root of a function that does not increase, by bisection with secant steps (Illinois).
 *
 * @param f the function
 * @param lo left end, f(lo) > 0
 * @param hi right end, f(hi) < 0
 * @param fLo f(lo)
 * @param fHi f(hi)
 * @param tolerance stop when the bracket is this small relative to hi
 * @returns the right end of the final bracket, where f <= 0
 */
template <typename F>
double
DecreasingRoot(const F& f, double lo, double hi, double fLo, double fHi, double tolerance)
{
    int side = 0;
    for (int i = 0; i < 200 && hi - lo > tolerance * hi; ++i)
    {
        double x = (lo * fHi - hi * fLo) / (fHi - fLo);
        if (!(x > lo && x < hi) || i % 4 == 3)
        {
            x = 0.5 * (lo + hi);
        }
        if (!(x > lo && x < hi))
        {
            break;
        }
        const double fx = f(x);
        if (fx > 0)
        {
            lo = x;
            fLo = fx;
            fHi *= side > 0 ? 0.5 : 1.0;
            side = 1;
        }
        else
        {
            hi = x;
            fHi = fx;
            fLo *= side < 0 ? 0.5 : 1.0;
            side = -1;
            if (fx == 0)
            {
                break;
            }
        }
    }
    return hi;
}

} // namespace

UnitCurve::UnitCurve(const Instance& instance, uint32_t user)
{
    const User& u = instance.users[user];
    const EdgeServer& edge = instance.edges[u.ap];
    alpha = u.wT / (u.delayScale * edge.clockHz * edge.flopPerCycle);
    beta = u.wE * edge.kappa * edge.clockHz * edge.clockHz / (u.energyScale * edge.flopPerCycle);
    lambda = &edge.lambda;
    range = u.units;
    // Speed beyond the unconstrained best only costs.
    const double best =
        beta > 0 ? math::Cbrt(alpha / (2 * beta)) : std::numeric_limits<double>::infinity();
    if (lambda->Speedup(range.min) >= best)
    {
        range.max = range.min;
    }
    else if (lambda->Speedup(range.max) > best)
    {
        const auto f = [&](double r) { return best - lambda->Speedup(r); };
        range.max = DecreasingRoot(f, range.min, range.max, f(range.min), f(range.max), 1e-15);
    }
}

double
UnitCurve::Cost(double r) const
{
    const double l = lambda->Speedup(r);
    return alpha / l + beta * l * l;
}

double
UnitCurve::Slope(double r) const
{
    double derivative = 0;
    const double l = lambda->Speedup(r, derivative);
    return derivative * (2 * beta * l - alpha / (l * l));
}

double
UnitCurve::Best(double flops, double price) const
{
    if (price <= 0 || range.max <= range.min)
    {
        return range.max;
    }
    double low = range.min;
    double high = range.max;
    if (lambda->GetKind() == Lambda::Kind::TABLE)
    {
        // A measured curve need not be concave: begin around the best of a grid.
        const double step = (high - low) / GRID;
        double least = std::numeric_limits<double>::infinity();
        int best = 0;
        for (int k = 0; k <= GRID; ++k)
        {
            const double r = k < GRID ? range.min + k * step : range.max;
            const double cost = flops * Cost(r) + price * r;
            if (cost < least)
            {
                least = cost;
                best = k;
            }
        }
        low = best > 0 ? range.min + (best - 1) * step : range.min;
        high = best < GRID - 1 ? range.min + (best + 1) * step : range.max;
    }
    const auto f = [&](double r) { return -flops * Slope(r) - price; };
    const double atLow = f(low);
    if (atLow <= 0)
    {
        return low;
    }
    const double atHigh = f(high);
    if (atHigh >= 0)
    {
        return high;
    }
    return DecreasingRoot(f, low, high, atLow, atHigh, 1e-12);
}

std::vector<UnitCurve>
MakeUnitCurves(const Instance& instance)
{
    std::vector<UnitCurve> curves;
    curves.reserve(instance.users.size());
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        curves.emplace_back(instance, i);
    }
    return curves;
}

/// Where a curve is not concave its units jump with the price and may leave a rest: it goes where
/// it helps most. @param curves of all users @param served users @param flops their work
/// @param capacity units in all @param decision units in and out
static void
SpendRest(const std::vector<UnitCurve>& curves,
          const std::vector<uint32_t>& served,
          const std::vector<double>& flops,
          double capacity,
          Decision& decision)
{
    double rest = capacity;
    for (uint32_t i : served)
    {
        rest -= decision.users[i].units;
    }
    for (std::size_t round = 0; round < served.size() && rest > 1e-9 * capacity; ++round)
    {
        double most = 0;
        double units = 0;
        std::size_t taker = 0;
        for (std::size_t k = 0; k < served.size(); ++k)
        {
            const UnitCurve& curve = curves[served[k]];
            const double now = decision.users[served[k]].units;
            const double room = std::min(rest, curve.range.max - now);
            for (int step = 1; step <= GRID && room > 0; ++step)
            {
                const double r = std::min(now + room * step / GRID, curve.range.max);
                const double gain = flops[k] * (curve.Cost(now) - curve.Cost(r));
                if (gain > most)
                {
                    most = gain;
                    units = r;
                    taker = k;
                }
            }
        }
        if (most <= 0)
        {
            return;
        }
        rest -= units - decision.users[served[taker]].units;
        decision.users[served[taker]].units = units;
    }
}

double
OptimiseUnits(const Instance& instance,
              const std::vector<UnitCurve>& curves,
              uint32_t ap,
              const std::vector<uint32_t>& users,
              Decision& decision,
              double hint)
{
    std::vector<uint32_t> served;
    std::vector<double> flops;
    double sum = 0;
    for (uint32_t i : users)
    {
        UserDecision& d = decision.users[i];
        d.units = 0;
        const CutOption& option = instance.users[i].options[d.option];
        if (UsesEdge(option))
        {
            served.push_back(i);
            flops.push_back(option.edgeFlops);
            d.units = curves[i].range.max;
            sum += d.units;
        }
    }
    const double capacity = instance.edges[ap].units;
    if (sum <= capacity)
    {
        return 0;
    }
    const auto excess = [&](double price) {
        double total = 0;
        for (std::size_t k = 0; k < served.size(); ++k)
        {
            double& units = decision.users[served[k]].units;
            units = curves[served[k]].Best(flops[k], price);
            total += units;
        }
        return total - capacity;
    };
    double high = 0;
    for (std::size_t k = 0; k < served.size(); ++k)
    {
        high = std::max(high, -flops[k] * curves[served[k]].Slope(curves[served[k]].range.min));
    }
    // The price spans decades: search its logarithm. At the highest price all are at their least.
    double price = high;
    double low = hint > 0 && hint < high ? hint : 1e-2 * high;
    double step = hint > 0 ? 1.1 : 1e2;
    double atLow = excess(low);
    double top = high;
    double atTop = atLow;
    if (atLow <= 0)
    {
        // Down until it does not fit.
        while (atLow <= 0 && low > high * 1e-30)
        {
            top = low;
            atTop = atLow;
            low /= step;
            step *= step;
            atLow = excess(low);
        }
    }
    else
    {
        // Up until it does.
        top = low;
        do
        {
            low = top;
            atLow = atTop;
            top = std::min(high, top * step);
            step *= step;
            atTop = excess(top);
        } while (atTop > 0 && top < high);
    }
    if (atLow > 0 && atTop < 0)
    {
        const double base = math::Log(low);
        const auto f = [&](double z) { return excess(math::Exp(base + z)); };
        price =
            math::Exp(base + DecreasingRoot(f, 0.0, math::Log(top) - base, atLow, atTop, 1e-12));
    }
    else
    {
        price = atLow <= 0 ? low : top;
    }
    excess(price);
    SpendRest(curves, served, flops, capacity, decision);
    // What rounding left above the capacity comes off those that have more than their minimum;
    // again, where a large number hid a small one.
    for (std::size_t pass = 0; pass < served.size(); ++pass)
    {
        double over = -capacity;
        for (uint32_t i : served)
        {
            over += decision.users[i].units;
        }
        if (!(over > 0))
        {
            break;
        }
        for (std::size_t k = 0; k < served.size() && over > 0; ++k)
        {
            double& units = decision.users[served[k]].units;
            const double cut = std::min(over, units - curves[served[k]].range.min);
            units = std::max(units - cut, curves[served[k]].range.min);
            over -= cut;
        }
    }
    return price;
}

void
ShareUnitsEqually(const Instance& instance,
                  uint32_t ap,
                  const std::vector<uint32_t>& users,
                  Decision& decision)
{
    // Those whose bounds bind leave the others a different equal share: water filling.
    std::vector<uint32_t> served;
    for (uint32_t i : users)
    {
        decision.users[i].units = 0;
        if (UsesEdge(instance.users[i].options[decision.users[i].option]))
        {
            served.push_back(i);
        }
    }
    if (served.empty())
    {
        return;
    }
    const double capacity = instance.edges[ap].units;
    const auto sum = [&](double level) {
        double total = 0;
        for (uint32_t i : served)
        {
            const Interval& range = instance.users[i].units;
            decision.users[i].units = std::min(std::max(level, range.min), range.max);
            total += decision.users[i].units;
        }
        return total;
    };
    double high = 0;
    for (uint32_t i : served)
    {
        high = std::max(high, instance.users[i].units.max);
    }
    if (sum(high) <= capacity)
    {
        return;
    }
    double low = 0;
    for (int k = 0; k < 100; ++k)
    {
        const double middle = 0.5 * (low + high);
        (sum(middle) <= capacity ? low : high) = middle;
    }
    sum(low);
}

std::vector<std::vector<uint32_t>>
UsersByAp(const Instance& instance)
{
    std::vector<std::vector<uint32_t>> users(instance.edges.size());
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        users[instance.users[i].ap].push_back(i);
    }
    return users;
}

} // namespace noma
} // namespace ns3
