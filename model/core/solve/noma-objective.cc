/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-objective.h"

#include "ns3/noma-check.h"
#include "ns3/noma-deadline.h"
#include "ns3/noma-evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

/// Stands for an infinite interference-to-gain ratio in kernels that have no use for infinities.
constexpr double DARK = 1e300;

/// @param other inter-cell interference plus noise (W) @param gain gain
/// @returns the one over the other, DARK at most
double
Floor(double other, double gain)
{
    return std::min(DARK, other / gain); // DARK also where that is no number
}

/// Checks a size. @param size found @param wanted expected @param what name of the vector
void
CheckSize(std::size_t size, std::size_t wanted, const char* what)
{
    if (size != wanted)
    {
        ThrowInvalid(size, wanted == 0 ? "empty" : "as many as users or columns", what);
    }
}

} // namespace

Objective::Objective(const Instance& instance, InstructionSet set)
    : m_instance(instance),
      m_kernels(&GetRateKernels(set)),
      m_gapInverse(1.0 / FromDb(instance.snrGapDb))
{
    for (Direction d : DIRECTIONS)
    {
        m_link[d] = {instance.SubchannelHz(d), instance.NoiseW(d)};
    }
    for (const User& user : instance.users)
    {
        const EdgeServer& edge = instance.edges[user.ap];
        const double perSecond = user.wT / user.delayScale;
        const double perJoule = user.wE / user.energyScale;
        m_users.push_back(
            {perSecond,
             perJoule,
             perSecond / (user.clockHz * user.flopPerCycle) +
                 perJoule * user.kappa * user.clockHz * user.clockHz / user.flopPerCycle,
             perSecond / (edge.clockHz * edge.flopPerCycle),
             perJoule * edge.kappa * edge.clockHz * edge.clockHz / edge.flopPerCycle});
    }
}

void
Objective::Prepare(const ShareSupport& support,
                   const ObjectivePoint& point,
                   ObjectiveWorkspace& w) const
{
    const std::size_t users = m_instance.users.size();
    const std::size_t groups = m_instance.edges.size() * m_instance.subchannels;
    CheckSize(point.option.size(), users, "point.option");
    CheckSize(point.units.size(), users, "point.units");
    w.m_utility.resize(users);
    w.m_terms.resize(3 * users);
    for (std::vector<double>* v : {&w.m_a, &w.m_b, &w.m_first, &w.m_second, &w.m_third})
    {
        v->resize(users);
    }
    w.m_residual.assign(users, m_instance.residual);
    for (Direction d : DIRECTIONS)
    {
        const std::size_t columns = support.Size(d);
        CheckSize(point.power[d].size(), users, "point.power");
        CheckSize(point.share[d].size(), columns, "point.share");
        ObjectiveWorkspace::Link& k = w.m_link[d];
        for (std::vector<double>* v : {&k.power, &k.radio, &k.rate, &k.marginal})
        {
            v->resize(users);
        }
        for (std::vector<double>* v : {&k.layer, &k.efficiency, &k.inverse, &k.slope})
        {
            v->resize(columns);
        }
        k.other.resize(d == DOWNLINK ? columns : 0);
        k.worst.resize(d == DOWNLINK && m_instance.downlinkRate == DownlinkRate::DECODABLE ? columns
                                                                                           : 0);
        k.order.resize(m_instance.orderKey != OrderKey::GAIN ? columns : 0);
        for (std::vector<double>* v : {&k.received, &k.sent, &k.receivedPrice, &k.sentPrice})
        {
            v->resize(groups);
        }
        for (std::size_t i = 0; i < users; ++i)
        {
            const auto& options = m_instance.users[i].options;
            if (point.option[i] >= options.size())
            {
                ThrowInvalid(point.option[i], "the index of an option", "point.option[", i, "]");
            }
            k.radio[i] = UsesRadio(options[point.option[i]], d) ? 1.0 : 0.0;
            k.power[i] = k.radio[i] * point.power[d][i];
        }
    }
}

const uint32_t*
Objective::Order(Direction d,
                 const ShareSupport::Lists& s,
                 std::size_t g,
                 ObjectiveWorkspace& w) const
{
    if (m_instance.orderKey == OrderKey::GAIN)
    {
        return nullptr;
    }
    ObjectiveWorkspace::Link& k = w.m_link[d];
    uint32_t* order = k.order.data() + s.offset[g];
    uint32_t* end = k.order.data() + s.offset[g + 1];
    std::iota(order, end, s.offset[g]);
    const double uplink = k.received[g] + m_link[d].noise;
    const auto key = [&](uint32_t c) {
        return DecodingKey(m_instance.orderKey,
                           s.own[c],
                           k.power[s.user[c]],
                           d == UPLINK ? uplink : k.other[c]);
    };
    std::sort(order, end, [&](uint32_t a, uint32_t b) {
        return IsDecodedBefore(d, key(a), s.user[a], key(b), s.user[b]);
    });
    return order;
}

void
Objective::Group(Direction d,
                 const ShareSupport::Lists& s,
                 std::size_t g,
                 const ObjectivePoint& point,
                 ObjectiveWorkspace& w) const
{
    ObjectiveWorkspace::Link& k = w.m_link[d];
    const uint32_t begin = s.offset[g];
    const uint32_t size = s.offset[g + 1] - begin;
    const uint32_t* order = Order(d, s, g, w);
    double* power = w.m_a.data();
    double* intra = w.m_b.data();
    for (uint32_t j = 0; j < size; ++j)
    {
        const uint32_t c = order ? order[j] : begin + j;
        power[j] = d == UPLINK ? k.layer[c] * s.own[c] : k.layer[c];
    }
    SicInterference(power, m_instance.residual > 0 ? w.m_residual.data() : nullptr, size, intra);

    const uint32_t block = s.offset[g - g % m_instance.edges.size()];
    double* signal = w.m_first.data() - block;
    double* interference = w.m_second.data() - block;
    if (d == UPLINK)
    {
        const double other = k.received[g] + m_link[d].noise;
        for (uint32_t j = 0; j < size; ++j)
        {
            const uint32_t c = order ? order[j] : begin + j;
            signal[c] = k.power[s.user[c]] * s.own[c] * m_gapInverse;
            interference[c] = intra[j] + other;
        }
    }
    else if (m_instance.downlinkRate == DownlinkRate::OWN)
    {
        for (uint32_t j = 0; j < size; ++j)
        {
            const uint32_t c = order ? order[j] : begin + j;
            signal[c] = k.power[s.user[c]] * s.own[c] * m_gapInverse;
            interference[c] = s.own[c] * intra[j] + k.other[c];
        }
    }
    else
    {
        // in units of power at the transmitter only the floor depends on who decodes
        LimitingDecoder decoder;
        for (uint32_t j = size; j-- > 0;)
        {
            const uint32_t c = order ? order[j] : begin + j;
            k.worst[c] = decoder.Limit(c,
                                       Floor(k.other[c], s.own[c]),
                                       point.share[d][c] > 0 && k.radio[s.user[c]] > 0);
            signal[c] = k.power[s.user[c]] * m_gapInverse;
            interference[c] = intra[j] + decoder.GetFloorW();
        }
    }
}

void
Objective::Rates(Direction d,
                 const ShareSupport& support,
                 const ObjectivePoint& point,
                 ObjectiveWorkspace& w) const
{
    const ShareSupport::Lists& s = support.GetLists(d);
    ObjectiveWorkspace::Link& k = w.m_link[d];
    const std::size_t aps = m_instance.edges.size();
    const double* share = point.share[d].data();
    const double hz = m_link[d].hz;
    std::fill(k.rate.begin(), k.rate.end(), 0.0);
    for (std::size_t first = 0; first + 1 < s.offset.size(); first += aps)
    {
        const uint32_t begin = s.offset[first];
        const uint32_t end = s.offset[first + aps];
        const KernelBlock block{aps, end - begin, &s.offset[first], s.gain.data() + begin * aps};
        for (uint32_t c = begin; c < end; ++c)
        {
            k.layer[c] = share[c] * k.power[s.user[c]];
        }
        if (d == UPLINK)
        {
            m_kernels->gather(block, k.layer.data() + begin, k.received.data() + first);
        }
        else
        {
            for (std::size_t g = first; g < first + aps; ++g)
            {
                k.sent[g] = std::accumulate(k.layer.data() + s.offset[g],
                                            k.layer.data() + s.offset[g + 1],
                                            0.0);
            }
            m_kernels->spread(block,
                              k.sent.data() + first,
                              m_link[d].noise,
                              k.other.data() + begin);
        }
        for (std::size_t g = first; g < first + aps; ++g)
        {
            if (s.offset[g] < s.offset[g + 1])
            {
                Group(d, s, g, point, w);
            }
        }
        m_kernels->rates(w.m_first.data(),
                         w.m_second.data(),
                         end - begin,
                         k.efficiency.data() + begin,
                         k.inverse.data() + begin,
                         k.slope.data() + begin);
        for (uint32_t c = begin; c < end; ++c)
        {
            k.rate[s.user[c]] += share[c] * hz * k.efficiency[c];
        }
    }
}

double
Objective::Delay(std::size_t i, const ObjectivePoint& point, const ObjectiveWorkspace& w) const
{
    const User& user = m_instance.users[i];
    const CutOption& option = user.options[point.option[i]];
    double delay =
        DeviceDelay(user, option) + EdgeDelay(m_instance.edges[user.ap], option, point.units[i]);
    for (Direction d : DIRECTIONS)
    {
        delay += UsesRadio(option, d) ? LinkBits(option, d) / w.m_link[d].rate[i] : 0.0;
    }
    return delay;
}

double
Objective::Utilities(const ObjectivePoint& point,
                     ObjectiveWorkspace& w,
                     ObjectiveGradient* gradient) const
{
    double gamma = 0;
    for (std::size_t i = 0; i < m_instance.users.size(); ++i)
    {
        const User& user = m_instance.users[i];
        const CutOption& option = user.options[point.option[i]];
        const UserConstants& u = m_users[i];
        double utility = u.perDeviceFlop * option.deviceFlops;
        double unitsDerivative = 0;
        double latePrice = 0;
        if (user.wQ > 0)
        {
            const double delay = Delay(i, point, w);
            utility += DeadlineCost(user, delay);
            latePrice = DeadlinePrice(user, delay);
        }
        if (UsesEdge(option))
        {
            const EdgeServer& edge = m_instance.edges[user.ap];
            const Lambda& lambda = edge.lambda;
            double slope = 0;
            const double speedup =
                gradient ? lambda.Speedup(point.units[i], slope) : lambda.Speedup(point.units[i]);
            const double delay = u.edgeDelay * option.edgeFlops / speedup;
            const double energy = u.edgeEnergy * option.edgeFlops * speedup * speedup;
            utility += delay + energy;
            const double late =
                latePrice * option.edgeFlops / (speedup * edge.clockHz * edge.flopPerCycle);
            unitsDerivative = (2 * energy - delay - late) * slope / speedup;
        }
        double* terms = w.m_terms.data() + 3 * i;
        terms[0] = utility;
        for (Direction d : DIRECTIONS)
        {
            ObjectiveWorkspace::Link& k = w.m_link[d];
            k.marginal[i] = 0;
            double powerDerivative = 0;
            double& term = terms[1 + d];
            term = 0;
            if (k.radio[i] > 0)
            {
                const double time = LinkBits(option, d) / k.rate[i];
                const double perTime = u.perSecond + u.perJoule * k.power[i];
                const bool finite = time <= std::numeric_limits<double>::max();
                term = finite ? perTime * time : std::numeric_limits<double>::infinity();
                if (finite)
                {
                    k.marginal[i] = (perTime + latePrice) * time / k.rate[i] * m_link[d].hz;
                    powerDerivative = u.perJoule * time;
                }
            }
            if (gradient)
            {
                gradient->power[d][i] = powerDerivative;
            }
        }
        if (gradient)
        {
            gradient->units[i] = unitsDerivative;
        }
        w.m_utility[i] = utility + terms[1] + terms[2];
        gamma += w.m_utility[i];
    }
    return gamma;
}

void
Objective::GroupPrices(Direction d,
                       const ShareSupport::Lists& s,
                       std::size_t g,
                       ObjectiveWorkspace& w) const
{
    const uint32_t begin = s.offset[g];
    const uint32_t size = s.offset[g + 1] - begin;
    const uint32_t block = s.offset[g - g % m_instance.edges.size()];
    const double* layerPrice = w.m_first.data() + (begin - block);
    double* watt = w.m_third.data() + (begin - block);
    if (m_instance.orderKey == OrderKey::GAIN)
    {
        SicInterferenceAdjoint(layerPrice, m_instance.residual, size, watt);
        return;
    }
    const uint32_t* order = w.m_link[d].order.data() + begin;
    for (uint32_t j = 0; j < size; ++j)
    {
        w.m_a[j] = layerPrice[order[j] - begin];
    }
    SicInterferenceAdjoint(w.m_a.data(), m_instance.residual, size, w.m_b.data());
    for (uint32_t j = 0; j < size; ++j)
    {
        watt[order[j] - begin] = w.m_b[j];
    }
}

void
Objective::Prices(Direction d,
                  const ShareSupport& support,
                  const ObjectivePoint& point,
                  ObjectiveWorkspace& w,
                  ObjectiveGradient& gradient) const
{
    const ShareSupport::Lists& s = support.GetLists(d);
    ObjectiveWorkspace::Link& k = w.m_link[d];
    const std::size_t aps = m_instance.edges.size();
    const bool decodable = d == DOWNLINK && m_instance.downlinkRate == DownlinkRate::DECODABLE;
    const double* share = point.share[d].data();
    double* power = gradient.power[d].data();
    for (std::size_t first = 0; first + 1 < s.offset.size(); first += aps)
    {
        const uint32_t begin = s.offset[first];
        const uint32_t end = s.offset[first + aps];
        const KernelBlock block{aps, end - begin, &s.offset[first], s.gain.data() + begin * aps};

        // what one watt of interference costs each layer: from its own cell, from other cells
        double* layerPrice = w.m_first.data() - begin;
        double* otherPrice = w.m_second.data() - begin;
        if (decodable)
        {
            std::fill(otherPrice + begin, otherPrice + end, 0.0);
        }
        for (uint32_t c = begin; c < end; ++c)
        {
            const double q = k.marginal[s.user[c]] * share[c] * LOG2_E * k.slope[c];
            if (decodable)
            {
                const uint32_t v = k.worst[c];
                layerPrice[c] = q;
                otherPrice[v] += s.own[v] > 0 ? q / s.own[v] : 0.0;
            }
            else
            {
                layerPrice[c] = d == UPLINK ? q : q * s.own[c];
                otherPrice[c] = q;
            }
        }

        // what one watt of each layer costs all others
        double* watt = w.m_third.data() - begin;
        for (std::size_t g = first; g < first + aps; ++g)
        {
            if (s.offset[g] < s.offset[g + 1])
            {
                GroupPrices(d, s, g, w);
            }
        }
        if (d == UPLINK)
        {
            for (std::size_t g = first; g < first + aps; ++g)
            {
                k.receivedPrice[g] =
                    std::accumulate(otherPrice + s.offset[g], otherPrice + s.offset[g + 1], 0.0);
            }
            double* cross = w.m_second.data();
            m_kernels->spread(block, k.receivedPrice.data() + first, 0.0, cross);
            for (uint32_t c = begin; c < end; ++c)
            {
                watt[c] = cross[c - begin] + s.own[c] * watt[c];
            }
        }
        else
        {
            m_kernels->gather(block, w.m_second.data(), k.sentPrice.data() + first);
            for (std::size_t g = first; g < first + aps; ++g)
            {
                for (uint32_t c = s.offset[g]; c < s.offset[g + 1]; ++c)
                {
                    watt[c] += k.sentPrice[g];
                }
            }
        }

        for (uint32_t c = begin; c < end; ++c)
        {
            const uint32_t i = s.user[c];
            const double marginal = k.marginal[i];
            const double signalPerWatt = decodable ? m_gapInverse : s.own[c] * m_gapInverse;
            gradient.share[d][c] = k.power[i] * watt[c] - marginal * k.efficiency[c];
            power[i] += k.radio[i] * share[c] *
                        (watt[c] - marginal * LOG2_E * signalPerWatt * k.inverse[c]);
        }
    }
}

double
Objective::Value(const ShareSupport& support,
                 const ObjectivePoint& point,
                 ObjectiveWorkspace& workspace) const
{
    Prepare(support, point, workspace);
    for (Direction d : DIRECTIONS)
    {
        Rates(d, support, point, workspace);
    }
    return Utilities(point, workspace, nullptr);
}

double
Objective::Gradient(const ShareSupport& support,
                    const ObjectivePoint& point,
                    ObjectiveWorkspace& workspace,
                    ObjectiveGradient& gradient) const
{
    Prepare(support, point, workspace);
    gradient.units.resize(m_instance.users.size());
    for (Direction d : DIRECTIONS)
    {
        gradient.power[d].resize(m_instance.users.size());
        gradient.share[d].resize(support.Size(d));
        Rates(d, support, point, workspace);
    }
    const double gamma = Utilities(point, workspace, &gradient);
    for (Direction d : DIRECTIONS)
    {
        Prices(d, support, point, workspace, gradient);
    }
    return gamma;
}

} // namespace noma
} // namespace ns3
