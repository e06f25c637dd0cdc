/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-gamma-bound.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

/// How long means of supergradients remember.
constexpr double MEAN_MEMORY = 0.9;
constexpr double SQUARE_MEMORY = 0.99;

/// What an ascent remembers of the supergradients by one price.
struct Moments
{
    double mean{0};   //!< running mean
    double square{0}; //!< of the squares
};

/// How close searches and proofs come over powers.
constexpr double SEARCHED_CLOSE = 3e-3;
constexpr double PROVEN_CLOSE = 1e-5;

/// @param instance the instance
/// @returns the region that the instance's downlink rates lie in
GroupValue::Region
DownlinkRegion(const Instance& instance)
{
    return instance.orderKey == OrderKey::GAIN ? GroupValue::Region::DOWNLINK
                                               : GroupValue::Region::DOWNLINK_ANY;
}

} // namespace

GammaBound::GammaBound(const Instance& instance)
    : m_instance(instance),
      m_curves(MakeUnitCurves(instance)),
      m_cells(UsersByAp(instance)),
      m_group(DownlinkRegion(instance), instance.maxSuperposed),
      m_uplink(instance.maxSuperposed)
{
    const std::size_t users = instance.users.size();
    m_unit.assign(HeardIndex(instance.edges.size(), 0), 0.0);
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
            radio.pmax = power;
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
    WeighCells();
}

double
GammaBound::DownlinkWorth(const Prices& x, uint32_t n, uint32_t m, Prices* slope)
{
    const std::size_t users = m_instance.users.size();
    const double noise = FromDb(m_instance.snrGapDb) * m_instance.NoiseW(DOWNLINK);
    m_candidates.clear();
    for (uint32_t i : m_cells[n])
    {
        const std::size_t k = Index(DOWNLINK, i);
        DualCandidate c;
        c.user = i;
        c.value = x[k] * m_unit[k];
        c.charge = x[k + 1] * m_unit[k + 1];
        c.lone = m_lone.down[m * users + i];
        c.net = c.value * c.lone - c.charge;
        if (!(c.net > 0))
        {
            continue;
        }
        c.powerW = m_instance.users[i].powerW.down.max;
        c.noiseW = noise / m_instance.gain.down.At(i, n, m);
        m_candidates.push_back(c);
    }
    if (m_candidates.empty())
    {
        return 0;
    }
    if (!slope)
    {
        return m_group.Bound(m_candidates);
    }
    m_group.Search(m_candidates, m_answer);
    for (std::size_t k = 0; k < m_answer.user.size(); ++k)
    {
        (*slope)[Index(DOWNLINK, m_answer.user[k])] -= m_answer.rate[k];
        (*slope)[Index(DOWNLINK, m_answer.user[k]) + 1] += 1;
    }
    return m_answer.value;
}

double
GammaBound::UserCost(const Prices& x, uint32_t i, Prices* slope) const
{
    const User& user = m_instance.users[i];
    const std::size_t unit = 4 * m_instance.users.size() + user.ap;
    const double unitPrice = x[unit] * m_unit[unit];
    const double wattPrice = x[WattIndex(i)] * m_unit[WattIndex(i)];
    double least = math::INFINITE;
    uint32_t option = 0;
    PerDirection<double> bestRate;
    double bestPower = 0;
    double bestUnits = 0;
    for (uint32_t o = 0; o < user.options.size(); ++o)
    {
        double cost = m_device[i][o];
        double units = 0;
        PerDirection<double> rate;
        double power = 0;
        if (UsesEdge(user.options[o]))
        {
            cost += EdgeCost(i, user.options[o].edgeFlops, unitPrice, units);
        }
        for (Direction d : DIRECTIONS)
        {
            if (!UsesRadio(user.options[o], d) || cost >= math::INFINITE)
            {
                continue;
            }
            const Radio& radio = m_radio[d][i];
            const std::size_t k = Index(d, i);
            if (!(radio.most > 0))
            {
                cost = math::INFINITE;
                continue;
            }
            const double price = x[k] * m_unit[k];
            cost -= x[k + 1] * m_unit[k + 1];
            cost += d == UPLINK && (slope || wattPrice > 0)
                        ? PowerCost(radio,
                                    radio.demand[o],
                                    price,
                                    wattPrice,
                                    slope ? SEARCHED_CLOSE : PROVEN_CLOSE,
                                    rate[d],
                                    power)
                        : RadioCost(radio, radio.demand[o], price, rate[d]);
        }
        if (cost < least)
        {
            least = cost;
            option = o;
            bestRate = rate;
            bestPower = power;
            bestUnits = units;
        }
    }
    if (slope)
    {
        const CutOption& o = user.options[option];
        (*slope)[unit] += UsesEdge(o) ? bestUnits : 0.0;
        (*slope)[WattIndex(i)] -= bestPower;
        for (Direction d : DIRECTIONS)
        {
            (*slope)[Index(d, i)] += bestRate[d];
            (*slope)[Index(d, i) + 1] -= UsesRadio(o, d) ? 1.0 : 0.0;
        }
    }
    return least;
}

double
GammaBound::Evaluate(const Prices& x, Prices* slope)
{
    const std::size_t firstUnit = 4 * m_instance.users.size();
    if (slope)
    {
        slope->assign(x.size(), 0.0);
    }
    double bound = 0;
    for (uint32_t i = 0; i < m_instance.users.size(); ++i)
    {
        bound += UserCost(x, i, slope);
    }
    for (uint32_t n = 0; n < m_cells.size(); ++n)
    {
        bound -= x[firstUnit + n] * m_unit[firstUnit + n] * m_instance.edges[n].units;
        if (slope)
        {
            (*slope)[firstUnit + n] -= m_instance.edges[n].units;
        }
        for (uint32_t m = 0; m < m_instance.subchannels; ++m)
        {
            bound -= UplinkWorth(x, n, m, slope) + DownlinkWorth(x, n, m, slope);
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
GammaBound::Ascend(Prices& best,
                   double reached,
                   Prices x,
                   std::size_t moving,
                   const Phase& phase,
                   uint32_t iterations)
{
    Prices slope;
    std::vector<Moments> memory(moving);
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
        for (std::size_t k = 0; k < moving; ++k)
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
    const Prices zero(m_unit.size(), 0.0);
    const auto each = iterations / static_cast<uint32_t>(std::size(PHASES));
    Prices best = zero;
    double reached = -math::INFINITE;
    for (const Phase& phase : PHASES)
    {
        reached = Ascend(best, reached, zero, WattIndex(0), phase, each);
    }
    const double few = Evaluate(best, nullptr);
    Ascend(best, reached, best, best.size(), PHASES[0], each);
    const double all = Evaluate(best, nullptr);
    // no utility is negative, and prices of zero are prices
    return std::max(Alone(), std::max(few, all) * (1 - SLACK));
}

} // namespace noma
} // namespace ns3
