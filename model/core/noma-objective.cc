/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-objective.h"

#include "noma-check.h"
#include "noma-evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

/// log2(e)
constexpr double LOG2_E = 1.4426950408889634;

/// Stands for an infinite interference-to-gain ratio in kernels that have no use for infinities.
constexpr double DARK = 1e300;

/// @returns inter-cell interference plus noise over gain @param other the former @param gain gain
double
Floor(double other, double gain)
{
    const double ratio = other / gain;
    return ratio < DARK ? ratio : DARK;
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
      m_gapInverse(1.0 / FromDb(instance.snrGapDb)),
      m_grouped(true),
      m_cellOffset(instance.edges.size() + 1, 0)
{
    for (Direction d : DIRECTIONS)
    {
        m_link[d] = {instance.SubchannelHz(d), instance.NoiseW(d)};
    }
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        ++m_cellOffset[instance.users[i].ap + 1];
        m_grouped = m_grouped && (i == 0 || instance.users[i].ap >= instance.users[i - 1].ap);
    }
    std::partial_sum(m_cellOffset.begin(), m_cellOffset.end(), m_cellOffset.begin());
    std::vector<std::size_t> next = m_cellOffset;
    m_cellUsers.resize(instance.users.size());
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        m_cellUsers[next[instance.users[i].ap]++] = i;
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
    w.m_a.resize(users);
    w.m_b.resize(users);
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
        for (std::vector<double>* v : {&k.layer,
                                       &k.other,
                                       &k.signal,
                                       &k.interference,
                                       &k.efficiency,
                                       &k.inverse,
                                       &k.slope,
                                       &k.price,
                                       &k.layerPrice,
                                       &k.otherPrice})
        {
            v->resize(columns);
        }
        k.worst.resize(columns);
        k.order.resize(columns);
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

void
Objective::InterCell(Direction d, const ShareSupport::Lists& s, ObjectiveWorkspace::Link& k) const
{
    const std::size_t aps = m_instance.edges.size();
    const double noise = m_link[d].noise;
    for (std::size_t first = 0; first + 1 < s.offset.size(); first += aps)
    {
        double* total = (d == UPLINK ? k.received.data() : k.sent.data()) + first;
        std::fill(total, total + aps, 0.0);
        for (std::size_t n = 0; n < aps; ++n)
        {
            for (uint32_t c = s.offset[first + n]; c < s.offset[first + n + 1]; ++c)
            {
                if (d == DOWNLINK)
                {
                    total[n] += k.layer[c];
                    continue;
                }
                const double* gain = s.gain.data() + c * aps;
                for (std::size_t l = 0; l < n; ++l)
                {
                    total[l] += k.layer[c] * gain[l];
                }
                for (std::size_t l = n + 1; l < aps; ++l)
                {
                    total[l] += k.layer[c] * gain[l];
                }
            }
        }
        for (std::size_t n = 0; n < aps; ++n)
        {
            for (uint32_t c = s.offset[first + n]; c < s.offset[first + n + 1]; ++c)
            {
                if (d == UPLINK)
                {
                    k.other[c] = total[n] + noise;
                    continue;
                }
                const double* gain = s.gain.data() + c * aps;
                double sum = 0;
                for (std::size_t l = 0; l < n; ++l)
                {
                    sum += gain[l] * total[l];
                }
                for (std::size_t l = n + 1; l < aps; ++l)
                {
                    sum += gain[l] * total[l];
                }
                k.other[c] = sum + noise;
            }
        }
    }
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
    uint32_t* order = k.order.data() + begin;
    std::iota(order, order + size, begin);
    if (m_instance.orderKey != OrderKey::GAIN)
    {
        const auto key = [&](uint32_t c) {
            return DecodingKey(m_instance.orderKey, s.own[c], k.power[s.user[c]], k.other[c]);
        };
        std::sort(order, order + size, [&](uint32_t a, uint32_t b) {
            const double keyA = key(a);
            const double keyB = key(b);
            const bool aStronger = keyA != keyB ? keyA > keyB : s.user[a] < s.user[b];
            return d == UPLINK ? aStronger : (a != b && !aStronger);
        });
    }
    double* power = w.m_a.data();
    double* intra = w.m_b.data();
    for (uint32_t j = 0; j < size; ++j)
    {
        const uint32_t c = order[j];
        power[j] = d == UPLINK ? k.layer[c] * s.own[c] : k.layer[c];
    }
    SicInterference(power, m_instance.residual > 0 ? w.m_residual.data() : nullptr, size, intra);
    if (d == DOWNLINK && m_instance.downlinkRate == DownlinkRate::DECODABLE)
    {
        // in units of power at the transmitter only the floor depends on who decodes
        uint32_t worst = NONE;
        double worstFloor = 0;
        for (uint32_t j = size; j-- > 0;)
        {
            const uint32_t c = order[j];
            const double own = Floor(k.other[c], s.own[c]);
            k.worst[c] = worst == NONE || own >= worstFloor ? c : worst;
            k.signal[c] = k.power[s.user[c]] * m_gapInverse;
            k.interference[c] = intra[j] + std::max(own, worstFloor);
            if (point.share[d][c] > 0 && k.radio[s.user[c]] > 0 && own >= worstFloor)
            {
                worst = c;
                worstFloor = own;
            }
        }
        return;
    }
    for (uint32_t j = 0; j < size; ++j)
    {
        const uint32_t c = order[j];
        k.signal[c] = k.power[s.user[c]] * s.own[c] * m_gapInverse;
        k.interference[c] = (d == UPLINK ? intra[j] : s.own[c] * intra[j]) + k.other[c];
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
    const std::size_t columns = support.Size(d);
    const double* share = point.share[d].data();
    for (std::size_t c = 0; c < columns; ++c)
    {
        k.layer[c] = share[c] * k.power[s.user[c]];
    }
    InterCell(d, s, k);
    for (std::size_t g = 0; g + 1 < s.offset.size(); ++g)
    {
        if (s.offset[g] < s.offset[g + 1])
        {
            Group(d, s, g, point, w);
        }
    }
    m_kernels->rates(k.signal.data(),
                     k.interference.data(),
                     columns,
                     k.efficiency.data(),
                     k.inverse.data(),
                     k.slope.data());
    std::fill(k.rate.begin(), k.rate.end(), 0.0);
    const double hz = m_link[d].hz;
    for (std::size_t c = 0; c < columns; ++c)
    {
        k.rate[s.user[c]] += share[c] * hz * k.efficiency[c];
    }
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
        const EdgeServer& edge = m_instance.edges[user.ap];
        const double perSecond = user.wT / user.delayScale;
        const double perJoule = user.wE / user.energyScale;
        double utility =
            perSecond * DeviceDelay(user, option) + perJoule * DeviceEnergy(user, option);
        double unitsDerivative = 0;
        if (UsesEdge(option))
        {
            const double delay = perSecond * EdgeDelay(edge, option, point.units[i]);
            const double energy = perJoule * EdgeEnergy(edge, option, point.units[i]);
            utility += delay + energy;
            if (gradient)
            {
                unitsDerivative = (2 * energy - delay) * edge.lambda.Derivative(point.units[i]) /
                                  edge.lambda.Speedup(point.units[i]);
            }
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
                const double perTime = perSecond + perJoule * k.power[i];
                const bool finite = time <= std::numeric_limits<double>::max();
                term = finite ? perTime * time : std::numeric_limits<double>::infinity();
                if (finite)
                {
                    k.marginal[i] = perTime * time / k.rate[i] * m_link[d].hz;
                    powerDerivative = perJoule * time;
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

    // prices of interference, eq. by the chain rule from the rate of each column
    const std::size_t columns = support.Size(d);
    if (decodable)
    {
        std::fill(k.otherPrice.begin(), k.otherPrice.end(), 0.0);
    }
    for (std::size_t c = 0; c < columns; ++c)
    {
        const double q = k.marginal[s.user[c]] * share[c] * LOG2_E * k.slope[c];
        if (decodable)
        {
            k.layerPrice[c] = q;
            const uint32_t v = k.worst[c];
            k.otherPrice[v] += s.own[v] > 0 ? q / s.own[v] : 0.0;
        }
        else
        {
            k.layerPrice[c] = d == UPLINK ? q : q * s.own[c];
            k.otherPrice[c] = q;
        }
    }

    for (std::size_t first = 0; first + 1 < s.offset.size(); first += aps)
    {
        double* total = (d == UPLINK ? k.receivedPrice.data() : k.sentPrice.data()) + first;
        std::fill(total, total + aps, 0.0);
        for (std::size_t n = 0; n < aps; ++n)
        {
            for (uint32_t c = s.offset[first + n]; c < s.offset[first + n + 1]; ++c)
            {
                if (d == UPLINK)
                {
                    total[n] += k.otherPrice[c];
                    continue;
                }
                const double* gain = s.gain.data() + c * aps;
                for (std::size_t l = 0; l < n; ++l)
                {
                    total[l] += k.otherPrice[c] * gain[l];
                }
                for (std::size_t l = n + 1; l < aps; ++l)
                {
                    total[l] += k.otherPrice[c] * gain[l];
                }
            }
        }
        for (std::size_t n = 0; n < aps; ++n)
        {
            const uint32_t begin = s.offset[first + n];
            const uint32_t size = s.offset[first + n + 1] - begin;
            const uint32_t* order = k.order.data() + begin;
            for (uint32_t j = 0; j < size; ++j)
            {
                w.m_a[j] = k.layerPrice[order[j]];
            }
            SicInterferenceAdjoint(w.m_a.data(), m_instance.residual, size, w.m_b.data());
            for (uint32_t j = 0; j < size; ++j)
            {
                const uint32_t c = order[j];
                if (d == DOWNLINK)
                {
                    k.price[c] = w.m_b[j] + total[n];
                    continue;
                }
                const double* gain = s.gain.data() + c * aps;
                double cross = 0;
                for (std::size_t l = 0; l < n; ++l)
                {
                    cross += gain[l] * total[l];
                }
                for (std::size_t l = n + 1; l < aps; ++l)
                {
                    cross += gain[l] * total[l];
                }
                k.price[c] = cross + s.own[c] * w.m_b[j];
            }
        }
    }

    std::vector<double>& power = gradient.power[d];
    for (std::size_t c = 0; c < columns; ++c)
    {
        const uint32_t i = s.user[c];
        gradient.share[d][c] = k.power[i] * k.price[c] - k.marginal[i] * k.efficiency[c];
        const double signalPerWatt = decodable ? m_gapInverse : s.own[c] * m_gapInverse;
        power[i] += k.radio[i] * share[c] *
                    (k.price[c] - k.marginal[i] * LOG2_E * signalPerWatt * k.inverse[c]);
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
