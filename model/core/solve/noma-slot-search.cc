/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-search.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

void
SlotSearch::Improve(const SlotProblem& problem,
                    const SlotColumns& columns,
                    uint32_t passes,
                    double reach,
                    SlotState& state)
{
    m_problem = &problem;
    m_columns = &columns;
    m_state = &state;
    m_looked.assign(problem.links.size(), 0);
    for (uint32_t pass = 0; pass < passes; ++pass)
    {
        const double value = std::abs(state.GetValue());
        m_least = 1e-9 * value;
        m_reach = reach * value / static_cast<double>(std::max<std::size_t>(1, m_looked.size()));
        bool changed = false;
        for (uint32_t i = 0; i < problem.links.size(); ++i)
        {
            changed = Look(i) || changed;
        }
        if (!changed)
        {
            break;
        }
    }
}

double
SlotSearch::FindPower(uint32_t m, double wantW, uint32_t link, double freedW)
{
    const SlotProblem& p = *m_problem;
    const SlotLink& user = p.links[link];
    const auto& holds = m_state->Holds(link);
    double left = user.powerW.max;
    if (p.maxPerUser > 1 && !holds.empty())
    {
        const double spent = m_state->Elsewhere(link, NONE, &SlotState::Held::powerW) - freedW;
        const auto number = static_cast<double>(holds.size()) - (freedW > 0 ? 1 : 0);
        left = user.powerW.max - spent;
        if (left < user.powerW.max / (number + 1))
        {
            // all subchannels it keeps make room
            const double scale = number / (number + 1) * user.powerW.max / spent;
            bool room = true;
            for (uint32_t held : holds)
            {
                for (auto& x : m_state->Open(held).held)
                {
                    if (x.link == link && held != m)
                    {
                        x.powerW *= scale;
                        room = room && x.powerW >= user.powerW.min;
                    }
                }
            }
            if (!room)
            {
                return 0;
            }
            left = user.powerW.max / (number + 1);
        }
    }
    double power = std::min(wantW, left);
    if (p.direction == DOWNLINK && !p.apPowerW.empty())
    {
        auto& draft = m_state->Open(m);
        double group = 0;
        double size = 0;
        for (const auto& x : draft.held)
        {
            group += x.ap == user.ap ? x.powerW : 0.0;
            size += x.ap == user.ap;
        }
        const double unused = m_state->PowerLeft(user.ap);
        if (size > 0 && unused < group / (size + 1))
        {
            // the group makes room
            for (auto& x : draft.held)
            {
                x.powerW *= x.ap == user.ap ? size / (size + 1) : 1.0;
            }
            power = std::min(power, group / (size + 1));
        }
        else
        {
            power = std::min(power, unused);
        }
    }
    return power >= user.powerW.min * (1 - 1e-12) ? power : 0;
}

bool
SlotSearch::Draft(uint32_t link, const Move& move)
{
    m_state->Discard();
    const bool down = m_problem->direction == DOWNLINK;
    SlotState::Held mine;
    mine.link = link;
    mine.ap = m_problem->links[link].ap;
    mine.powerW = 0;
    if (move.from != NONE)
    {
        mine = m_state->Open(move.from).Remove(link);
    }
    if (move.column == NONE)
    {
        return true;
    }
    const uint32_t m = m_columns->Get(move.column).subchannel;
    SlotState::Held other;
    if (move.instead != NONE)
    {
        other = m_state->Open(m).Remove(move.instead);
    }
    const double freed = mine.powerW;
    double want = freed > 0 ? freed : m_problem->links[link].startPowerW;
    if (down && move.instead != NONE)
    {
        want = other.powerW; // an access point's powers belong to places
    }
    const double power = FindPower(m, want, link, freed);
    if (power <= 0)
    {
        return false;
    }
    const double ofMine = mine.powerW;
    mine.column = move.column;
    mine.powerW = power;
    m_state->Open(m).Insert(mine);
    if (move.swap)
    {
        other.column = m_columns->Find(other.link, move.from);
        if (other.column == NONE)
        {
            return false;
        }
        const double its =
            FindPower(move.from, down ? ofMine : other.powerW, other.link, other.powerW);
        if (its <= 0)
        {
            return false;
        }
        other.powerW = its;
        m_state->Open(move.from).Insert(other);
    }
    return true;
}

void
SlotSearch::Try(uint32_t link, const Move& move)
{
    if (!Draft(link, move))
    {
        return;
    }
    const double gain = m_state->Gain();
    if (gain > m_bestGain)
    {
        m_bestGain = gain;
        m_best = move;
    }
}

bool
SlotSearch::Look(uint32_t link)
{
    const SlotProblem& p = *m_problem;
    const uint64_t looked = m_looked[link];
    m_looked[link] = m_state->GetClock();
    const std::vector<uint32_t> holds = m_state->Holds(link);
    m_best = Move();
    m_bestGain = -m_reach;
    const auto held = [&](uint32_t m) {
        return std::find(holds.begin(), holds.end(), m) != holds.end();
    };
    // what it may leave: nothing, if it may hold more
    std::vector<uint32_t> leave = holds;
    if (holds.size() < p.maxPerUser)
    {
        leave.push_back(NONE);
    }
    const SlotLink& user = p.links[link];
    const auto position = [&](uint32_t m, uint32_t who) {
        const auto& on = m_state->On(m);
        std::size_t k = 0;
        while (on[k].link != who)
        {
            ++k;
        }
        return k;
    };
    for (uint32_t origin : leave)
    {
        const bool same = origin == NONE || m_state->Changed(origin) <= looked;
        double leaving = 0;
        double power = user.startPowerW;
        if (origin != NONE)
        {
            const std::size_t k = position(origin, link);
            leaving = m_state->RemovalGain(origin, k);
            power = m_state->On(origin)[k].powerW;
            if (leaving > m_bestGain)
            {
                m_bestGain = leaving;
                m_best = {NONE, origin, NONE, false};
            }
        }
        power = p.direction == UPLINK ? power : user.powerW.max;
        for (std::size_t c = m_columns->Begin(link); c < m_columns->End(link); ++c)
        {
            const uint32_t m = m_columns->Get(c).subchannel;
            if (held(m) || (same && m_state->Changed(m) <= looked))
            {
                continue;
            }
            // a change is only valued if what it gains at most is more than the best so far
            const auto column = static_cast<uint32_t>(c);
            const double most = leaving + m_state->ValueAlone(column, power);
            uint32_t number = 0;
            const std::size_t size = m_state->On(m).size();
            for (std::size_t k = 0; k < size; ++k)
            {
                if (m_state->On(m)[k].ap != user.ap)
                {
                    continue;
                }
                ++number;
                const uint32_t other = m_state->On(m)[k].link;
                const double most2 = most + m_state->RemovalGain(m, k);
                if (most2 > m_bestGain)
                {
                    Try(link, {column, origin, other, false});
                }
                const auto& its = m_state->Holds(other);
                if (origin == NONE || std::find(its.begin(), its.end(), origin) != its.end())
                {
                    continue;
                }
                const uint32_t back = m_columns->Find(other, origin);
                const double its2 =
                    p.direction == UPLINK ? m_state->On(m)[k].powerW : p.links[other].powerW.max;
                if (back != NONE && most2 + m_state->ValueAlone(back, its2) > m_bestGain)
                {
                    Try(link, {column, origin, other, true});
                }
            }
            if (number < p.maxSuperposed && most > m_bestGain)
            {
                Try(link, {column, origin, NONE, false});
            }
        }
    }
    if (m_bestGain <= -m_reach || !Draft(link, m_best))
    {
        m_state->Discard();
        return false;
    }
    std::vector<uint32_t> touched;
    if (m_best.from != NONE)
    {
        touched.push_back(m_best.from);
    }
    if (m_best.column != NONE)
    {
        touched.push_back(m_columns->Get(m_best.column).subchannel);
    }
    const double gain = m_state->Gain();
    m_state->Commit();
    const double before = m_state->GetCommittedValue() - gain;
    for (uint32_t m : touched)
    {
        m_state->OptimisePowers(m);
    }
    if (m_state->GetCommittedValue() > before + m_least)
    {
        return true;
    }
    m_state->Revert();
    return false;
}

} // namespace noma
} // namespace ns3
