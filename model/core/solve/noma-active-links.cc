/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-active-links.h"

#include "ns3/noma-decoding-order.h"
#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

double
ActiveLinks::LeastPower(const Interval& bounds)
{
    return std::max(bounds.min, LEAST_POWER_RATIO * bounds.max);
}

ActiveLinks::ActiveLinks(Direction direction)
    : m_direction(direction),
      m_kernels(&GetRateKernels(DefaultInstructionSet()))
{
}

void
ActiveLinks::Attach(const Instance& instance, uint32_t capacity)
{
    m_instance = &instance;
    m_capacity = capacity;
    m_users = static_cast<uint32_t>(instance.users.size());
    m_aps = instance.GetAps();
    m_subchannels = instance.subchannels;
    m_hz = instance.SubchannelHz(m_direction);
    m_noise = instance.NoiseW(m_direction);
    m_gap = FromDb(instance.snrGapDb);
    m_residual = instance.residual;
    m_decodable = m_direction == DOWNLINK && instance.downlinkRate == DownlinkRate::DECODABLE;
    m_budget =
        m_direction == DOWNLINK ? instance.apPowerBudgetW : std::numeric_limits<double>::infinity();
    m_cell.resize(m_aps);
    for (auto& cell : m_cell)
    {
        cell.clear();
    }
    for (uint32_t i = 0; i < m_users; ++i)
    {
        m_cell[instance.users[i].ap].push_back(i);
    }
    m_cellUsers.clear();
    m_cellOffset.assign(1, 0);
    m_sortedPlace.resize(m_users);
    for (const auto& cell : m_cell)
    {
        for (uint32_t i : cell)
        {
            m_sortedPlace[i] = static_cast<uint32_t>(m_cellUsers.size());
            m_cellUsers.push_back(i);
        }
        m_cellOffset.push_back(static_cast<uint32_t>(m_cellUsers.size()));
    }
    m_sorted = std::is_sorted(m_cellUsers.begin(), m_cellUsers.end());
    m_sortedRows.resize(m_sorted ? 0 : static_cast<std::size_t>(m_aps) * m_users);
    m_state.columns.resize(static_cast<std::size_t>(m_users) * CAPACITY);
    m_state.count.resize(m_users, 0);
    m_state.power.resize(m_users, 0);
    m_time.assign(m_users, 0);
    m_energy.assign(m_users, 0);
    m_place.assign(m_users, NONE);
    m_rate.assign(m_users, 0);
    m_worth.assign(m_users, 0);
    m_rent.assign(m_users, 0);
    m_least.assign(m_users, 0);
    m_peak.assign(m_users, 0);
    m_strongest.assign(m_users, 0);
    m_groupBegin.assign(m_subchannels + 1, 0);
    const std::size_t cells = static_cast<std::size_t>(m_subchannels) * m_aps;
    m_state.multiplier.resize(cells, 0);
    m_excess.assign(cells, 0);
    m_load.assign(cells, 0);
    m_state.budgetMultiplier.resize(m_aps, 0);
    m_budgetExcess.assign(m_aps, 0);
    m_budgetLoad.assign(m_aps, 0);
    for (uint32_t i = 0; i < m_users; ++i)
    {
        SetPower(i, m_state.power[i]);
    }
}

void
ActiveLinks::Start(const Instance& instance, uint32_t capacity)
{
    m_state.count.assign(instance.users.size(), 0);
    m_state.power.assign(instance.users.size(), std::numeric_limits<double>::infinity());
    m_state.multiplier.clear();
    m_state.budgetMultiplier.clear();
    m_state.unit = 0;
    Attach(instance, capacity);
    Gather();
}

void
ActiveLinks::Continue(const Instance& instance, uint32_t capacity)
{
    Attach(instance, capacity);
}

void
ActiveLinks::Resume(const Instance& instance, uint32_t capacity, const Decision& decision)
{
    if (m_aps != instance.GetAps() || m_subchannels != instance.subchannels)
    {
        m_state.multiplier.clear();
        m_state.budgetMultiplier.clear();
        m_state.unit = 0;
    }
    m_state.count.assign(instance.users.size(), 1);
    m_state.power.assign(instance.users.size(), std::numeric_limits<double>::infinity());
    Attach(instance, capacity);
    FindStrongest();
    for (uint32_t i = 0; i < m_users; ++i)
    {
        const LinkDecision& link = decision.users[i].link[m_direction];
        Column* columns = &m_state.columns[i * CAPACITY];
        columns[0] = {m_strongest[i], 1.0};
        if (link.shares.empty())
        {
            continue;
        }
        const auto count = std::min<std::size_t>(CAPACITY, link.shares.size());
        for (std::size_t c = 0; c < count; ++c)
        {
            columns[c] = {link.shares[c].subchannel, link.shares[c].share};
        }
        m_state.count[i] = static_cast<uint32_t>(count);
        SetPower(i, link.powerW);
    }
}

void
ActiveLinks::SetPower(uint32_t user, double p)
{
    const Interval& bounds = m_instance->users[user].powerW[m_direction];
    m_state.power[user] = std::clamp(p, LeastPower(bounds), bounds.max);
}

void
ActiveLinks::SetOptions(const std::vector<uint32_t>& option)
{
    m_stiffness = 1;
    m_lastExcess = std::numeric_limits<double>::infinity();
    for (uint32_t i = 0; i < m_users; ++i)
    {
        const User& user = m_instance->users[i];
        const CutOption& o = user.options[option[i]];
        const double bits = LinkBits(o, m_direction);
        m_time[i] = bits * user.wT / user.delayScale;
        m_energy[i] = bits * user.wE / user.energyScale;
    }
}

void
ActiveLinks::Build()
{
    const GainTensor& gain = m_instance->gain[m_direction];
    m_active.clear();
    m_firstShare.clear();
    m_bucket.assign(m_subchannels + 1, 0);
    uint32_t total = 0;
    for (uint32_t i = 0; i < m_users; ++i)
    {
        m_place[i] = NONE;
        m_rate[i] = 0;
        if (IsSilent(i))
        {
            continue;
        }
        m_place[i] = static_cast<uint32_t>(m_active.size());
        m_active.push_back(i);
        m_firstShare.push_back(total);
        total += m_state.count[i];
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            ++m_bucket[m_state.columns[i * CAPACITY + c].subchannel + 1];
        }
    }
    m_firstShare.push_back(total);
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        m_bucket[m + 1] += m_bucket[m];
    }
    m_entries.resize(total);
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        const uint32_t i = m_active[a];
        const uint32_t ap = m_instance->users[i].ap;
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            const uint32_t m = m_state.columns[i * CAPACITY + c].subchannel;
            m_entries[m_bucket[m]++] = {i, m, ap, m_firstShare[a] + c, gain.At(i, ap, m)};
        }
    }
    // m_bucket[m] is now the end of subchannel m.
    m_groups.clear();
    std::fill(m_load.begin(), m_load.end(), 0.0);
    m_gain.resize(static_cast<std::size_t>(total) * m_aps);
    uint32_t begin = 0;
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        const uint32_t end = m_bucket[m];
        m_groupBegin[m] = static_cast<uint32_t>(m_groups.size());
        std::sort(m_entries.begin() + begin,
                  m_entries.begin() + end,
                  [](const Entry& a, const Entry& b) {
                      return a.ap != b.ap ? a.ap < b.ap : IsStronger(a.own, a.user, b.own, b.user);
                  });
        for (uint32_t e = begin; e < end; ++e)
        {
            if (e == begin || m_entries[e].ap != m_entries[e - 1].ap)
            {
                m_groups.push_back({m_entries[e].ap, m, e, e});
            }
            m_groups.back().end = e + 1;
            for (uint32_t n = 0; n < m_aps; ++n)
            {
                m_gain[static_cast<std::size_t>(e) * m_aps + n] = gain.At(m_entries[e].user, n, m);
            }
        }
        begin = end;
    }
    m_groupBegin[m_subchannels] = static_cast<uint32_t>(m_groups.size());
    for (std::vector<double>* v : {&m_share,
                                   &m_air,
                                   &m_noiseRatio,
                                   &m_total,
                                   &m_signal,
                                   &m_spectral,
                                   &m_inverse,
                                   &m_slope,
                                   &m_q,
                                   &m_price})
    {
        v->resize(total);
    }
    m_limit.resize(total);
    m_cross.resize(m_groups.size() * m_aps);
    m_userPower.resize(m_active.size());

    // Scales from the state as it stands; until they are known, Evaluate() takes plain variables.
    m_scale.assign(m_active.size(), 1.0);
    m_penalty = 0;
    m_budgetPenalty = 0;
    m_q.resize(GetSize());
    GetPoint(m_q.data());
    double cost = 0;
    Evaluate(m_q.data(), &cost, nullptr);
    m_q.resize(total);
    double sum = 0;
    m_bound.resize(m_active.size());
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        const uint32_t i = m_active[a];
        const double own = (m_time[i] + m_energy[i] * m_state.power[i]) / m_rate[i];
        m_scale[a] = std::isfinite(own) && own > 0 ? std::sqrt(own) : 1.0;
        sum += m_scale[a] * m_scale[a];
        const Interval& bounds = m_instance->users[i].powerW[m_direction];
        m_bound[a] = {m_scale[a] * math::Log(LeastPower(bounds)),
                      m_scale[a] * math::Log(bounds.max)};
    }
    if (m_active.empty())
    {
        return;
    }
    // Multipliers are prices: they follow the cost when another layer has other bits to send.
    m_penalty = sum / m_active.size();
    m_budgetPenalty = sum / (m_budget * m_budget);
    const double ratio = m_state.unit > 0 ? m_penalty / m_state.unit : 1.0;
    m_state.unit = m_penalty;
    m_penalty *= m_stiffness;
    m_budgetPenalty *= m_stiffness;
    for (std::vector<double>* v : {&m_state.multiplier, &m_state.budgetMultiplier})
    {
        for (double& mu : *v)
        {
            mu *= ratio;
        }
    }
}

void
ActiveLinks::GetPoint(double* x) const
{
    const uint32_t shares = m_firstShare.back();
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        const uint32_t i = m_active[a];
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            x[m_firstShare[a] + c] = m_scale[a] * m_state.columns[i * CAPACITY + c].share;
        }
        x[shares + a] = m_scale[a] * math::Log(m_state.power[i]);
    }
}

void
ActiveLinks::SetPoint(const double* x)
{
    const uint32_t shares = m_firstShare.back();
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        const uint32_t i = m_active[a];
        double sum = 0;
        for (uint32_t c = 0; c < m_state.count[i]; ++c)
        {
            double& share = m_state.columns[i * CAPACITY + c].share;
            share = std::max(0.0, x[m_firstShare[a] + c] / m_scale[a]);
            sum += share;
        }
        for (uint32_t c = 0; c < m_state.count[i] && sum > 1; ++c)
        {
            m_state.columns[i * CAPACITY + c].share /= sum;
        }
        SetPower(i, math::Exp(x[shares + a] / m_scale[a]));
    }
}

std::size_t
ActiveLinks::GetSize() const
{
    return m_firstShare.back() + m_active.size();
}

void
ActiveLinks::Project(double* x) const
{
    const uint32_t shares = m_firstShare.back();
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        double* first = x + m_firstShare[a];
        double* last = x + m_firstShare[a + 1];
        double sum = 0;
        for (double* v = first; v != last; ++v)
        {
            *v = std::max(0.0, *v);
            sum += *v;
        }
        // Michelot: take the excess off the positive ones until none turns negative.
        while (sum > m_scale[a])
        {
            const auto positive = std::count_if(first, last, [](double v) { return v > 0; });
            const double off = (sum - m_scale[a]) / static_cast<double>(positive);
            bool again = false;
            sum = 0;
            for (double* v = first; v != last; ++v)
            {
                if (*v > 0)
                {
                    again = again || *v < off;
                    *v = std::max(0.0, *v - off);
                    sum += *v;
                }
            }
            if (!again)
            {
                break;
            }
        }
        double& z = x[shares + a];
        z = std::clamp(z, m_bound[a].min, m_bound[a].max);
    }
}

void
ActiveLinks::Evaluate(const double* x, double* cost, double* gradient)
{
    const uint32_t shares = m_firstShare.back();
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        m_userPower[a] = math::Exp(x[shares + a] / m_scale[a]);
        m_rate[m_active[a]] = 0;
    }
    std::fill(m_budgetLoad.begin(), m_budgetLoad.end(), 0.0);
    for (std::size_t e = 0; e < m_entries.size(); ++e)
    {
        const uint32_t a = m_place[m_entries[e].user];
        m_share[e] = x[m_entries[e].variable] / m_scale[a];
        m_air[e] = m_share[e] * m_userPower[a];
        m_budgetLoad[m_entries[e].ap] += m_air[e];
    }
    double penalty = 0;
    if (std::isfinite(m_budget))
    {
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            const double mu = m_state.budgetMultiplier[n];
            m_budgetExcess[n] = std::max(0.0, mu + m_budgetPenalty * (m_budgetLoad[n] - m_budget));
            if (m_budgetPenalty > 0)
            {
                penalty +=
                    (m_budgetExcess[n] * m_budgetExcess[n] - mu * mu) / (2 * m_budgetPenalty);
            }
        }
    }
    for (const Group& g : m_groups)
    {
        const std::size_t cell = static_cast<std::size_t>(g.subchannel) * m_aps + g.ap;
        double load = 0;
        for (uint32_t e = g.begin; e < g.end; ++e)
        {
            load += m_share[e];
        }
        m_load[cell] = load;
        const double mu = m_state.multiplier[cell];
        m_excess[cell] = std::max(0.0, mu + m_penalty * (load - m_capacity));
        if (m_penalty > 0)
        {
            penalty += (m_excess[cell] * m_excess[cell] - mu * mu) / (2 * m_penalty);
        }
    }
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        if (m_direction == UPLINK)
        {
            ForwardUp(m_groupBegin[m], m_groupBegin[m + 1]);
        }
        else
        {
            ForwardDown(m_groupBegin[m], m_groupBegin[m + 1]);
        }
    }
    m_kernels->rates(m_signal.data(),
                     m_total.data(),
                     m_entries.size(),
                     m_spectral.data(),
                     m_inverse.data(),
                     m_slope.data());
    for (std::size_t e = 0; e < m_entries.size(); ++e)
    {
        m_rate[m_entries[e].user] += m_share[e] * m_hz * m_spectral[e];
    }
    m_radioCost = 0;
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        const uint32_t i = m_active[a];
        const double weight = m_time[i] + m_energy[i] * m_userPower[a];
        m_radioCost += weight / m_rate[i];
        m_worth[i] = weight / (m_rate[i] * m_rate[i]);
    }
    *cost = m_radioCost + penalty;
    if (!gradient)
    {
        return;
    }
    for (std::size_t e = 0; e < m_entries.size(); ++e)
    {
        m_q[e] = m_worth[m_entries[e].user] * m_share[e] * m_hz * LOG2_E * m_slope[e];
    }
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        if (m_direction == UPLINK)
        {
            AdjointUp(m_groupBegin[m], m_groupBegin[m + 1]);
        }
        else
        {
            AdjointDown(m_groupBegin[m], m_groupBegin[m + 1]);
        }
    }
    for (std::size_t a = 0; a < m_active.size(); ++a)
    {
        const uint32_t i = m_active[a];
        gradient[shares + a] = m_energy[i] * m_userPower[a] / m_rate[i] / m_scale[a];
        m_least[i] = std::numeric_limits<double>::infinity();
    }
    for (std::size_t e = 0; e < m_entries.size(); ++e)
    {
        const Entry& entry = m_entries[e];
        const uint32_t a = m_place[entry.user];
        const double price = m_price[e] + m_budgetExcess[entry.ap];
        const std::size_t cell = static_cast<std::size_t>(entry.subchannel) * m_aps + entry.ap;
        const double slope =
            -m_worth[entry.user] * m_hz * m_spectral[e] + m_userPower[a] * price + m_excess[cell];
        gradient[entry.variable] = slope / m_scale[a];
        m_least[entry.user] = std::min(m_least[entry.user], slope);
        // q * D = A x W gamma / (ln 2 (1 + gamma)), the gain of one relative step in power
        gradient[shares + a] += (m_air[e] * price - m_q[e] * m_total[e]) / m_scale[a];
    }
}

} // namespace noma
} // namespace ns3
