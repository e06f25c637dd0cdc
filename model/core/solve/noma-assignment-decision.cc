/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-assignment.h"

#include "ns3/noma-servability.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

uint32_t
Assignment::BestOffline(uint32_t user) const
{
    const User& u = m_instance.users[user];
    uint32_t best = NONE;
    double least = std::numeric_limits<double>::infinity();
    for (uint32_t k = 0; k < u.options.size(); ++k)
    {
        const CutOption& o = u.options[k];
        if (UsesRadio(o) || (k != GetOption(user) && !Fits(user, k)))
        {
            continue;
        }
        const double cost = DeviceCost(user, k) + PricedEdgeCost(user, k);
        if (cost < least)
        {
            least = cost;
            best = k;
        }
    }
    return best;
}

void
Assignment::AdmitLinks()
{
    const uint64_t places = uint64_t{m_capacity} * m_instance.subchannels;
    for (uint32_t ap = 0; ap < m_byAp.size(); ++ap)
    {
        for (Direction d : DIRECTIONS)
        {
            // Those go whom their device serves best.
            std::vector<std::pair<double, uint32_t>> leave;
            uint64_t links = 0;
            for (uint32_t i : m_byAp[ap])
            {
                if (UsesRadio(m_instance.users[i].options[GetOption(i)], d))
                {
                    const uint32_t offline = BestOffline(i);
                    ++links;
                    if (offline != NONE)
                    {
                        leave.emplace_back(DeviceCost(i, offline), i);
                    }
                }
            }
            if (links > places + leave.size())
            {
                std::ostringstream out;
                out << "integral: access point " << ap << " has " << links - leave.size()
                    << " users that must transmit: must be at most " << places;
                throw std::invalid_argument(out.str());
            }
            std::sort(leave.begin(), leave.end());
            for (std::size_t k = 0; links > places; ++k, --links)
            {
                const uint32_t user = leave[k].second;
                const uint32_t offline = BestOffline(user);
                CountNeeds(user, -1);
                m_state.decision.users[user].option = offline;
                CountNeeds(user, 1);
            }
        }
    }
}

void
Assignment::Load(const Decision& decision)
{
    m_state.decision = decision;
    AdmitUsers(m_instance, m_state.decision);
    const std::size_t aps = m_byAp.size();
    std::fill(m_state.unitsNeeded.begin(), m_state.unitsNeeded.end(), 0.0);
    std::fill(m_state.powerNeeded.begin(), m_state.powerNeeded.end(), 0.0);
    std::fill(m_state.powerPrice.begin(), m_state.powerPrice.end(), 0.0);
    for (uint32_t i = 0; i < m_state.decision.users.size(); ++i)
    {
        CountNeeds(i, 1);
    }
    if (m_integral)
    {
        AdmitLinks();
    }
    for (Direction d : DIRECTIONS)
    {
        for (Cell& cell : m_state.cells[d])
        {
            cell.members.clear();
            cell.power.clear();
        }
        std::fill(m_state.count[d].begin(), m_state.count[d].end(), 0);
        std::fill(m_state.subchannel[d].begin(), m_state.subchannel[d].end(), NONE);
        for (int pass = 0; pass < 2; ++pass)
        {
            // Those that keep their subchannel first, then those that look for one.
            for (uint32_t i = 0; i < m_state.decision.users.size(); ++i)
            {
                const User& u = m_instance.users[i];
                LinkDecision& link = m_state.decision.users[i].link[d];
                if (m_state.subchannel[d][i] != NONE || !UsesRadio(u.options[GetOption(i)], d))
                {
                    continue;
                }
                uint32_t m = NONE;
                double power = u.powerW[d].max;
                if (pass == 0)
                {
                    double share = 0;
                    double sum = 0;
                    for (const Share& s : link.shares)
                    {
                        sum += s.share;
                        m = s.share > share ? s.subchannel : m;
                        share = std::max(share, s.share);
                    }
                    power = m_fluid[u.ap] ? link.powerW : link.powerW * sum;
                    m = m != NONE && HasRoom(d, m, u.ap) ? m : NONE;
                }
                else
                {
                    for (uint32_t k = 0; k < m_instance.subchannels; ++k)
                    {
                        const auto key = [&](uint32_t c) {
                            const uint32_t held = m_state.count[d][c * aps + u.ap];
                            return std::make_pair(m_fluid[u.ap] ? -static_cast<int64_t>(held) : 0,
                                                  m_instance.gain[d].At(i, u.ap, c));
                        };
                        if (HasRoom(d, k, u.ap) && (m == NONE || key(k) > key(m)))
                        {
                            m = k;
                        }
                    }
                }
                if (m != NONE)
                {
                    power = std::min(std::max(power, u.powerW[d].min), u.powerW[d].max);
                    Insert(i, d, m, power);
                }
            }
        }
        for (UserDecision& u : m_state.decision.users)
        {
            u.link[d] = LinkDecision();
        }
        for (uint32_t m = 0; m < m_state.cells[d].size(); ++m)
        {
            Refresh(d, m, 0.0, 0);
        }
    }
    RefreshUnits();
    Begin();
}

Decision
Assignment::ToDecision() const
{
    Decision decision = m_state.decision;
    for (Direction d : DIRECTIONS)
    {
        for (uint32_t m = 0; m < m_state.cells[d].size(); ++m)
        {
            const Cell& cell = m_state.cells[d][m];
            for (std::size_t k = 0; k < cell.members.size(); ++k)
            {
                LinkDecision& link = decision.users[cell.members[k].user].link[d];
                link.shares = {{m, cell.members[k].share}};
                link.powerW = std::max(cell.power[k], LEAST_POWER_W);
            }
        }
    }
    return decision;
}

} // namespace noma
} // namespace ns3
