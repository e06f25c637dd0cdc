/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-state.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

void
SlotState::Reset(const SlotProblem& problem, const SlotColumns& columns, uint32_t powerSteps)
{
    m_problem = &problem;
    m_columns = &columns;
    m_powerSteps = powerSteps;
    m_rates.Reset(problem);
    m_subchannels.resize(problem.subchannels);
    m_evaluations = 0;
}

void
SlotState::Set(const std::vector<SlotEntry>& entries)
{
    const SlotProblem& p = *m_problem;
    for (auto& x : m_subchannels)
    {
        x.held.clear();
        x.value = 0;
        x.changed = 1;
    }
    m_clock = 1;
    m_holds.resize(p.links.size());
    for (auto& x : m_holds)
    {
        x.clear();
    }
    m_apPowerW.assign(p.aps, 0);
    m_open = 0;
    for (const SlotEntry& e : entries)
    {
        Held x;
        x.link = e.link;
        x.column = m_columns->Find(e.link, e.subchannel);
        x.ap = p.links[e.link].ap;
        x.powerW = e.powerW;
        if (x.column != NONE)
        {
            Open(e.subchannel).Insert(x);
        }
    }
    Commit();
}

void
SlotState::Get(std::vector<SlotEntry>& entries) const
{
    entries.clear();
    for (uint32_t m = 0; m < m_subchannels.size(); ++m)
    {
        for (const Held& x : m_subchannels[m].held)
        {
            entries.push_back({x.link, m, x.powerW});
        }
    }
}

double
SlotState::GetValue() const
{
    const SlotProblem& p = *m_problem;
    double value = 0;
    for (const auto& on : m_subchannels)
    {
        for (const Held& x : on.held)
        {
            value -= p.links[x.link].joulePrice * p.slotSeconds * x.powerW;
        }
    }
    for (uint32_t i = 0; i < p.links.size(); ++i)
    {
        if (!m_holds[i].empty())
        {
            value += p.links[i].bitPrice *
                     std::min(Elsewhere(i, NONE, &Held::bits), p.links[i].backlogBits);
        }
    }
    return value;
}

double
SlotState::Elsewhere(uint32_t link, uint32_t but, double Held::*what) const
{
    double sum = 0;
    for (uint32_t m : m_holds[link])
    {
        for (std::size_t k = 0; m != but && k < m_subchannels[m].held.size(); ++k)
        {
            const Held& x = m_subchannels[m].held[k];
            sum += x.link == link ? x.*what : 0.0;
        }
    }
    return sum;
}

SlotState::Draft&
SlotState::Open(uint32_t m)
{
    for (std::size_t k = 0; k < m_open; ++k)
    {
        if (m_drafts[k].subchannel == m)
        {
            return m_drafts[k];
        }
    }
    if (m_open == m_drafts.size())
    {
        m_drafts.emplace_back();
    }
    Draft& draft = m_drafts[m_open++];
    draft.subchannel = m;
    draft.held = m_subchannels[m].held;
    draft.changed = m_subchannels[m].changed;
    return draft;
}

double
SlotState::Evaluate(uint32_t m, std::vector<Held>& held)
{
    ++m_evaluations;
    m_layers.resize(held.size());
    for (std::size_t k = 0; k < held.size(); ++k)
    {
        m_layers[k].link = held[k].link;
        m_layers[k].powerW = held[k].powerW;
        m_layers[k].gain = m_columns->Gain(held[k].column);
    }
    m_rates.Evaluate(m_layers.data(), held.size());
    for (std::size_t k = 0; k < held.size(); ++k)
    {
        held[k].bits = m_problem->slotSeconds * m_rates.Rate(k);
        held[k].known = false;
    }
    return Worth(m, held);
}

double
SlotState::Worth(uint32_t m, const std::vector<Held>& held) const
{
    const SlotProblem& p = *m_problem;
    double value = 0;
    for (const Held& x : held)
    {
        const SlotLink& link = p.links[x.link];
        const double other = p.maxPerUser > 1 ? Elsewhere(x.link, m, &Held::bits) : 0.0;
        value += link.bitPrice * std::min(other + x.bits, link.backlogBits) -
                 link.joulePrice * p.slotSeconds * x.powerW;
    }
    return value;
}

double
SlotState::Gain()
{
    const SlotProblem& p = *m_problem;
    double gain = 0;
    if (p.maxPerUser == 1)
    {
        // every user stands on one subchannel at most, so that subchannels add up
        for (std::size_t k = 0; k < m_open; ++k)
        {
            Draft& draft = m_drafts[k];
            draft.value = Evaluate(draft.subchannel, draft.held);
            gain += draft.value - m_subchannels[draft.subchannel].value;
        }
        return gain;
    }
    return GainByUser();
}

double
SlotState::GainByUser()
{
    const SlotProblem& p = *m_problem;
    double gain = 0;
    // by user: bits before on the touched subchannels count negative
    m_before.clear();
    const auto touch = [&](uint32_t link, double bits) {
        for (auto& x : m_before)
        {
            if (x.first == link)
            {
                x.second += bits;
                return;
            }
        }
        m_before.emplace_back(link, bits);
    };
    for (std::size_t k = 0; k < m_open; ++k)
    {
        Draft& draft = m_drafts[k];
        Evaluate(draft.subchannel, draft.held);
        for (const Held& x : m_subchannels[draft.subchannel].held)
        {
            gain += p.links[x.link].joulePrice * p.slotSeconds * x.powerW;
            touch(x.link, 0);
        }
        for (const Held& x : draft.held)
        {
            gain -= p.links[x.link].joulePrice * p.slotSeconds * x.powerW;
            touch(x.link, x.bits);
        }
    }
    for (const auto& [link, bits] : m_before)
    {
        const SlotLink& user = p.links[link];
        double untouched = 0;
        for (uint32_t m : m_holds[link])
        {
            bool touched = false;
            for (std::size_t k = 0; k < m_open; ++k)
            {
                touched = touched || m_drafts[k].subchannel == m;
            }
            for (std::size_t k = 0; !touched && k < m_subchannels[m].held.size(); ++k)
            {
                const Held& x = m_subchannels[m].held[k];
                untouched += x.link == link ? x.bits : 0.0;
            }
        }
        gain += user.bitPrice * (std::min(untouched + bits, user.backlogBits) -
                                 std::min(Elsewhere(link, NONE, &Held::bits), user.backlogBits));
    }
    return gain;
}

double
SlotState::RemovalGain(uint32_t m, std::size_t k)
{
    Held& x = m_subchannels[m].held[k];
    if (!x.known)
    {
        m_without = m_subchannels[m].held;
        m_without.erase(m_without.begin() + static_cast<std::ptrdiff_t>(k));
        double gain = Evaluate(m, m_without) - Worth(m, m_subchannels[m].held);
        if (m_problem->maxPerUser > 1)
        {
            // what it sends elsewhere was in the second sum only
            const SlotLink& link = m_problem->links[x.link];
            gain += link.bitPrice * std::min(Elsewhere(x.link, m, &Held::bits), link.backlogBits);
        }
        x.removal = gain;
        x.known = true;
    }
    return x.removal;
}

double
SlotState::ValueAlone(uint32_t c, double powerW) const
{
    const SlotProblem& p = *m_problem;
    const auto& pair = m_columns->Get(c);
    const SlotLink& link = p.links[pair.link];
    const double* const gain = m_columns->Gain(c);
    double disturbed = p.noiseW;
    for (const Held& x : m_subchannels[pair.subchannel].held)
    {
        if (x.ap != link.ap)
        {
            disturbed += x.powerW *
                         (p.direction == UPLINK ? m_columns->Gain(x.column)[link.ap] : gain[x.ap]);
        }
    }
    double efficiency =
        SpectralEfficiency(powerW * gain[link.ap] / disturbed * link.sinrFactor, p.snrGap);
    if (p.maxEfficiency > 0)
    {
        efficiency = std::min(efficiency, p.maxEfficiency);
    }
    return link.bitPrice * std::min(efficiency * p.subchannelHz * p.slotSeconds, link.backlogBits);
}

void
SlotState::Commit()
{
    ++m_clock;
    for (std::size_t k = 0; k < m_open; ++k)
    {
        Draft& draft = m_drafts[k];
        const uint32_t m = draft.subchannel;
        Subchannel& on = m_subchannels[m];
        for (const Held& x : on.held)
        {
            auto& holds = m_holds[x.link];
            holds.erase(std::find(holds.begin(), holds.end(), m));
        }
        on.held.swap(draft.held);
        on.changed = m_clock;
        for (const Held& x : on.held)
        {
            m_holds[x.link].push_back(m);
        }
    }
    for (std::size_t k = 0; k < m_open; ++k)
    {
        Subchannel& on = m_subchannels[m_drafts[k].subchannel];
        on.value = Evaluate(m_drafts[k].subchannel, on.held);
    }
    m_committed = m_open;
    m_open = 0;
    SumPowers();
}

void
SlotState::Revert()
{
    // a commit leaves in the drafts what was there before
    m_open = m_committed;
    Commit();
    for (std::size_t k = 0; k < m_committed; ++k)
    {
        m_subchannels[m_drafts[k].subchannel].changed = m_drafts[k].changed;
    }
}

double
SlotState::GetCommittedValue() const
{
    if (m_problem->maxPerUser > 1)
    {
        return GetValue();
    }
    double value = 0;
    for (std::size_t k = 0; k < m_committed; ++k)
    {
        value += m_subchannels[m_drafts[k].subchannel].value;
    }
    return value;
}

void
SlotState::SumPowers()
{
    if (m_problem->direction == UPLINK || m_problem->apPowerW.empty())
    {
        return;
    }
    std::fill(m_apPowerW.begin(), m_apPowerW.end(), 0.0);
    for (const auto& on : m_subchannels)
    {
        for (const Held& x : on.held)
        {
            m_apPowerW[x.ap] += x.powerW;
        }
    }
}

double
SlotState::PowerLeft(uint32_t ap) const
{
    double left = m_problem->apPowerW[ap] - m_apPowerW[ap];
    for (std::size_t k = 0; k < m_open; ++k)
    {
        for (const Held& x : m_subchannels[m_drafts[k].subchannel].held)
        {
            left += x.ap == ap ? x.powerW : 0.0;
        }
        for (const Held& x : m_drafts[k].held)
        {
            left -= x.ap == ap ? x.powerW : 0.0;
        }
    }
    return left;
}

void
SlotState::Limit(uint32_t m, std::vector<Held>& held) const
{
    const SlotProblem& p = *m_problem;
    for (Held& x : held)
    {
        const Interval& allowed = p.links[x.link].powerW;
        const double other = p.maxPerUser > 1 ? Elsewhere(x.link, m, &Held::powerW) : 0.0;
        x.powerW = std::clamp(x.powerW, allowed.min, std::max(allowed.min, allowed.max - other));
    }
    for (std::size_t begin = 0;
         p.direction == DOWNLINK && !p.apPowerW.empty() && begin < held.size();)
    {
        std::size_t end = begin;
        double sum = 0;
        while (end < held.size() && held[end].ap == held[begin].ap)
        {
            sum += held[end++].powerW;
        }
        double left = p.apPowerW[held[begin].ap] - m_apPowerW[held[begin].ap];
        for (const Held& x : m_subchannels[m].held)
        {
            left += x.ap == held[begin].ap ? x.powerW : 0.0;
        }
        for (std::size_t k = begin; sum > left && k < end; ++k)
        {
            held[k].powerW *= left / sum;
        }
        begin = end;
    }
}

void
SlotState::OptimisePowers(uint32_t m)
{
    Subchannel& on = m_subchannels[m];
    const std::size_t n = on.held.size();
    if (n == 0)
    {
        return;
    }
    m_worth.resize(n);
    m_gradient.resize(n);
    m_last.assign(n, 0);
    m_step.assign(n, 0.5);
    on.value = Evaluate(m, on.held);
    Differentiate(m, on.held);
    bool changed = false;
    for (uint32_t step = 0; step < m_powerSteps; ++step)
    {
        m_trial = on.held;
        for (std::size_t k = 0; k < n; ++k)
        {
            m_trial[k].powerW = m_gradient[k] > 0 ? m_trial[k].powerW * (1 + m_step[k])
                                                  : m_trial[k].powerW / (1 + m_step[k]);
        }
        Limit(m, m_trial);
        double moved = 0;
        for (std::size_t k = 0; k < n; ++k)
        {
            moved = std::max(moved, std::abs(m_trial[k].powerW / on.held[k].powerW - 1));
        }
        if (moved < 5e-3)
        {
            break;
        }
        const double value = Evaluate(m, m_trial);
        if (value > on.value)
        {
            changed = true;
            on.value = value;
            on.held.swap(m_trial);
            SumPowers();
            m_last.swap(m_gradient);
            Differentiate(m, on.held);
            for (std::size_t k = 0; k < n; ++k)
            {
                m_step[k] *= m_gradient[k] * m_last[k] > 0 ? 1.4 : 0.4;
            }
            continue;
        }
        for (std::size_t k = 0; k < n; ++k)
        {
            m_step[k] *= 0.3;
        }
    }
    if (changed)
    {
        on.changed = ++m_clock;
    }
}

void
SlotState::Differentiate(uint32_t m, const std::vector<Held>& held)
{
    const SlotProblem& p = *m_problem;
    for (std::size_t k = 0; k < held.size(); ++k)
    {
        const SlotLink& link = p.links[held[k].link];
        const double other = p.maxPerUser > 1 ? Elsewhere(held[k].link, m, &Held::bits) : 0.0;
        // what does not fit into the backlog is worth nothing
        m_worth[k] = other + held[k].bits < link.backlogBits ? link.bitPrice * p.slotSeconds : 0.0;
    }
    m_rates.Differentiate(m_layers.data(), m_worth.data());
    for (std::size_t k = 0; k < held.size(); ++k)
    {
        const double watt = m_worth[k] * m_rates.Slope(k) - m_rates.Price(k) -
                            p.links[held[k].link].joulePrice * p.slotSeconds;
        m_gradient[k] = watt * held[k].powerW;
    }
}

} // namespace noma
} // namespace ns3
