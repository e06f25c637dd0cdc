/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ActiveLinks: where a descent begins.
 */
#include "noma-active-links.h"
#include "noma-place-prices.h"

#include "ns3/noma-math.h"
#include "ns3/noma-random-draw.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Strongest subchannels that Place() looks at.
constexpr uint32_t CANDIDATES = 16;
constexpr uint32_t FEWER_CANDIDATES = 8;

/// A user moves if that seems to save this fraction of what it costs.
constexpr double LEAST_GAIN = 1e-3;

/// Users that a Shake() moves, at most.
constexpr uint64_t MOST_SHAKEN = 3;

} // namespace

std::vector<std::vector<uint32_t>>
ActiveLinks::StrongestFew(uint32_t count) const
{
    // Row by row: the gains are stored with the user fastest.
    const GainTensor& gain = m_instance->gain[m_direction];
    std::vector<std::vector<uint32_t>> few(m_users);
    std::vector<std::vector<double>> top(m_users);
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        for (uint32_t n = 0; n < m_aps; ++n)
        {
            const double* row = gain.Row(n, m);
            for (uint32_t i : m_cell[n])
            {
                std::vector<double>& best = top[i];
                if (best.size() == count)
                {
                    if (row[i] <= best.back())
                    {
                        continue;
                    }
                    best.pop_back();
                    few[i].pop_back();
                }
                const auto at =
                    std::upper_bound(best.begin(), best.end(), row[i], std::greater<>());
                few[i].insert(few[i].begin() + (at - best.begin()), m);
                best.insert(at, row[i]);
            }
        }
    }
    return few;
}

void
ActiveLinks::Spread()
{
    const uint32_t count = std::min(CAPACITY, m_subchannels);
    const std::vector<std::vector<uint32_t>> few = StrongestFew(count);
    for (uint32_t i = 0; i < m_users; ++i)
    {
        m_state.count[i] = count;
        for (uint32_t c = 0; c < count; ++c)
        {
            m_state.columns[i * CAPACITY + c] = {few[i][c], 1.0 / count};
        }
        const Interval& range = m_instance->users[i].powerW[m_direction];
        SetPower(i, std::sqrt(LeastPower(range) * range.max));
    }
    ClearMultipliers();
}

void
ActiveLinks::Gather()
{
    FindStrongest();
    for (uint32_t i = 0; i < m_users; ++i)
    {
        m_state.columns[i * CAPACITY] = {m_strongest[i], 1.0};
        m_state.count[i] = 1;
        SetPower(i, m_instance->users[i].powerW[m_direction].max);
    }
    ClearMultipliers();
}

void
ActiveLinks::Shake(std::mt19937_64& rng)
{
    for (uint64_t k = 1 + DrawIndex(rng, MOST_SHAKEN); k > 0; --k)
    {
        const uint32_t i = m_active[DrawIndex(rng, m_active.size())];
        m_state.columns[i * CAPACITY] = {static_cast<uint32_t>(DrawIndex(rng, m_subchannels)), 1.0};
        m_state.count[i] = 1;
        const Interval& range = m_instance->users[i].powerW[m_direction];
        const double least = LeastPower(range) / range.max;
        SetPower(i, range.max * math::Exp(DrawUniform(rng) * math::Log(least)));
    }
}

void
ActiveLinks::ClearMultipliers()
{
    std::fill(m_state.multiplier.begin(), m_state.multiplier.end(), 0.0);
    std::fill(m_state.budgetMultiplier.begin(), m_state.budgetMultiplier.end(), 0.0);
    m_stiffness = 1;
    m_lastExcess = std::numeric_limits<double>::infinity();
}

void
ActiveLinks::Place(bool afresh, uint32_t sweeps)
{
    PlacePrices prices(*m_instance, m_direction);
    prices.SetCapacity(m_capacity);
    SubchannelProblem problem(*m_instance, m_direction);
    std::vector<std::vector<SubchannelMember>> members(m_subchannels);
    std::vector<std::vector<double>> power(m_subchannels);
    if (afresh)
    {
        ClearMultipliers();
    }
    const GainTensor& gain = m_instance->gain[m_direction];
    const uint32_t candidates = std::min(afresh ? CANDIDATES : FEWER_CANDIDATES, m_subchannels);
    const std::vector<std::vector<uint32_t>> few = StrongestFew(candidates);
    std::vector<double> load(static_cast<std::size_t>(m_subchannels) * m_aps, 0);
    std::vector<double> most(m_aps, 0);
    std::vector<std::pair<double, uint32_t>> order;
    const auto put = [&](uint32_t i, const Column& column) {
        SubchannelMember member;
        member.user = i;
        member.share = column.share;
        // so that the columns of one user sum to its cost, and their prices to its price
        member.timeCost = m_time[i] * column.share * column.share;
        member.energyCost = m_energy[i] * column.share * column.share;
        members[column.subchannel].push_back(member);
        power[column.subchannel].push_back(m_state.power[i]);
        load[column.subchannel * m_aps + m_instance->users[i].ap] += column.share;
    };
    const auto update = [&](uint32_t m) {
        problem.Load(m, members[m]);
        prices.Set(m, problem, power[m].data());
    };
    // Those first who pay most: the others find their places around them.
    for (uint32_t i = 0; i < m_users; ++i)
    {
        if (IsSilent(i))
        {
            continue;
        }
        const User& user = m_instance->users[i];
        const double top = user.powerW[m_direction].max;
        const double snr = top * gain.At(i, user.ap, few[i].front()) / m_noise;
        order.emplace_back(-(m_time[i] + m_energy[i] * top) / SpectralEfficiency(snr, m_gap), i);
        most[user.ap] += 1;
        for (uint32_t c = 0; c < m_state.count[i] && !afresh; ++c)
        {
            put(i, m_state.columns[i * CAPACITY + c]);
        }
    }
    std::sort(order.begin(), order.end());
    for (double& places : most)
    {
        places = std::max<double>(m_capacity, std::ceil(places / m_subchannels));
    }
    for (uint32_t m = 0; m < m_subchannels && !afresh; ++m)
    {
        update(m);
    }
    // Where more than K meet, they take turns.
    const auto takeTurns = [&](uint32_t m, uint32_t ap) {
        double held = 0;
        for (const SubchannelMember& member : members[m])
        {
            held += m_instance->users[member.user].ap == ap ? 1 : 0;
        }
        for (SubchannelMember& member : members[m])
        {
            if (m_instance->users[member.user].ap == ap && held > m_capacity)
            {
                member.share = m_capacity / held;
            }
        }
    };
    for (uint32_t sweep = 0; sweep < sweeps; ++sweep)
    {
        for (const auto& ranked : order)
        {
            const uint32_t i = ranked.second;
            const User& user = m_instance->users[i];
            Column* columns = &m_state.columns[i * CAPACITY];
            const bool placed = sweep > 0 || !afresh;
            double least = std::numeric_limits<double>::infinity();
            for (uint32_t c = 0; c < m_state.count[i] && placed; ++c)
            {
                least = std::isinf(least) ? 0 : least;
                least += prices.Saving(i, columns[c].subchannel);
            }
            least *= 1 - LEAST_GAIN;
            uint32_t best = NONE;
            double bestPower = 0;
            const auto look = [&](uint32_t m) {
                bool here = false;
                for (uint32_t c = 0; c < m_state.count[i] && placed; ++c)
                {
                    here = here || columns[c].subchannel == m;
                }
                if (here || load[m * m_aps + user.ap] + 0.5 > most[user.ap])
                {
                    return;
                }
                const PlacePrices::Offer offer = prices.GetOffer(i, m, NONE);
                const auto consider = [&](const PlacePrices::Estimate& change, double p) {
                    const double worth = user.wT / user.delayScale + user.wE / user.energyScale * p;
                    const double cost =
                        change.unit / worth * (m_time[i] + m_energy[i] * p) + change.rest;
                    if (cost < least)
                    {
                        least = cost;
                        best = m;
                        bestPower = p;
                    }
                };
                consider(offer.full, user.powerW[m_direction].max);
                consider(offer.frugal, offer.powerW);
            };
            std::for_each(few[i].begin(), few[i].end(), look);
            for (uint32_t m = 0; m < m_subchannels && best == NONE && !placed; ++m)
            {
                look(m);
            }
            if (best == NONE && placed)
            {
                continue;
            }
            for (uint32_t c = 0; c < m_state.count[i] && placed; ++c)
            {
                const uint32_t m = columns[c].subchannel;
                for (std::size_t k = 0; k < members[m].size(); ++k)
                {
                    if (members[m][k].user == i)
                    {
                        members[m].erase(members[m].begin() + static_cast<std::ptrdiff_t>(k));
                        power[m].erase(power[m].begin() + static_cast<std::ptrdiff_t>(k));
                        break;
                    }
                }
                load[m * m_aps + user.ap] -= columns[c].share;
                update(m);
            }
            best = best == NONE ? few[i].front() : best;
            columns[0] = {best, 1.0};
            m_state.count[i] = 1;
            SetPower(i, bestPower);
            put(i, columns[0]);
            takeTurns(best, user.ap);
            update(best);
        }
    }
    for (uint32_t m = 0; m < m_subchannels; ++m)
    {
        for (const SubchannelMember& member : members[m])
        {
            if (m_state.count[member.user] == 1)
            {
                m_state.columns[member.user * CAPACITY].share = member.share;
            }
        }
    }
}

} // namespace noma
} // namespace ns3
