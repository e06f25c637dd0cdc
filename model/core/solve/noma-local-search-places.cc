/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-local-search.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace noma
{

PlacePrices&
LocalSearch::Prices(Direction d, uint32_t m)
{
    const Assignment::Cell& cell = m_assignment.GetCell(d, m);
    if (m_version[d][m] != cell.version)
    {
        SubchannelProblem& problem = m_assignment.GetProblem(d);
        problem.Load(m, cell.members);
        m_prices[d].Set(m, problem, cell.power.data());
        m_version[d][m] = cell.version;
        m_assignment.Count(2 * cell.members.size());
    }
    return m_prices[d];
}

void
LocalSearch::BitsToSend(uint32_t user, Direction d)
{
    const User& u = m_instance.users[user];
    m_bits.clear();
    for (const CutOption& o : u.options)
    {
        if (UsesRadio(o, d))
        {
            m_bits.push_back(LinkBits(o, d));
        }
    }
    if (m_bits.empty())
    {
        return;
    }
    const auto ends = std::minmax_element(m_bits.begin(), m_bits.end());
    m_bits = {*ends.first, *ends.second, LinkBits(u.options[m_assignment.GetOption(user)], d)};
    std::sort(m_bits.begin(), m_bits.end());
    m_bits.erase(std::unique(m_bits.begin(), m_bits.end()), m_bits.end());
    m_bits.erase(std::remove(m_bits.begin(), m_bits.end(), 0.0), m_bits.end());
}

void
LocalSearch::Survey(const std::vector<uint32_t>& users, uint32_t count)
{
    const std::size_t most = std::size_t{GLANCES} * count;
    m_surveyed = m_instance.subchannels > 2 * most ? most : 0;
    if (m_surveyed == 0)
    {
        return;
    }
    for (Direction d : DIRECTIONS)
    {
        std::vector<PlacePrices::Seeker> seekers;
        m_spots[d].assign(m_instance.users.size(), {});
        m_glance[d].assign(m_instance.users.size(), math::INFINITE);
        for (uint32_t i : users)
        {
            const User& u = m_instance.users[i];
            BitsToSend(i, d);
            const double power = m_assignment.GetSubchannel(i, d) == NONE
                                     ? u.powerW[d].max
                                     : m_assignment.GetPower(i, d);
            for (double bits : m_bits)
            {
                seekers.push_back(
                    {i, bits * (u.wT / u.delayScale + u.wE / u.energyScale * power), power, 0.0});
            }
        }
        std::vector<Spot> best(seekers.size() * most, Spot{math::INFINITE, NONE});
        std::vector<double> cost;
        // Row by row: the gains are stored with the user fastest.
        for (uint32_t m = 0; m < m_instance.subchannels; ++m)
        {
            Prices(d, m).Glance(m, seekers, cost);
            for (std::size_t k = 0; k < seekers.size(); ++k)
            {
                const uint32_t i = seekers[k].user;
                Spot* list = &best[k * most];
                if (!(cost[k] < list[most - 1].cost) || m == m_assignment.GetSubchannel(i, d) ||
                    !m_assignment.HasRoom(d, m, m_instance.users[i].ap))
                {
                    continue;
                }
                std::size_t at = most - 1;
                for (; at > 0 && cost[k] < list[at - 1].cost; --at)
                {
                    list[at] = list[at - 1];
                }
                list[at] = {cost[k], m};
                seekers[k].least = m_prices[d].LeastSinr(seekers[k].worth, list[most - 1].cost);
            }
        }
        for (std::size_t k = 0; k < seekers.size(); ++k)
        {
            std::vector<uint32_t>& spots = m_spots[d][seekers[k].user];
            m_glance[d][seekers[k].user] = best[k * most].cost;
            for (std::size_t at = k * most; at < (k + 1) * most && best[at].place != NONE; ++at)
            {
                spots.push_back(best[at].place);
            }
            std::sort(spots.begin(), spots.end());
            spots.erase(std::unique(spots.begin(), spots.end()), spots.end());
        }
        m_assignment.Count(seekers.size() * m_instance.subchannels / 8);
    }
}

bool
LocalSearch::StandsWell(uint32_t user)
{
    const User& u = m_instance.users[user];
    if (m_surveyed == 0 || u.options.size() > 1 || m_assignment.IsFluid(u.ap))
    {
        return false;
    }
    for (Direction d : DIRECTIONS)
    {
        const uint32_t m = m_assignment.GetSubchannel(user, d);
        if (UsesRadio(u.options.front(), d) &&
            (m == NONE || m_glance[d][user] < GLANCE_SLACK * Prices(d, m).Saving(user, m)))
        {
            return false;
        }
    }
    return true;
}

void
LocalSearch::Shortlist(uint32_t user, Direction d)
{
    const uint32_t ap = m_instance.users[user].ap;
    const uint32_t current = m_assignment.GetSubchannel(user, d);
    const auto consider = [&](uint32_t m) {
        if (m != current && m_assignment.HasRoom(d, m, ap))
        {
            m_shortlist.push_back(m);
        }
    };
    m_shortlist.clear();
    if (m_surveyed > 0 && !m_assignment.IsFluid(ap) && !m_spots[d][user].empty())
    {
        std::for_each(m_spots[d][user].begin(), m_spots[d][user].end(), consider);
        return;
    }
    for (uint32_t m = 0; m < m_instance.subchannels; ++m)
    {
        consider(m);
    }
}

const std::vector<uint32_t>&
LocalSearch::Promising(uint32_t user, Direction d, uint32_t count)
{
    Shortlist(user, d);
    m_offers.clear();
    for (uint32_t m : m_shortlist)
    {
        m_offers.push_back(Prices(d, m).GetOffer(user, m, NONE));
    }
    const auto places = static_cast<uint32_t>(m_shortlist.size());
    m_assignment.Count(places);
    m_promising.clear();
    for (double bits : m_bits)
    {
        m_ranking.clear();
        for (uint32_t at = 0; at < places; ++at)
        {
            m_ranking.emplace_back(m_offers[at].Cost(bits), m_shortlist[at]);
        }
        const auto most = m_ranking.begin() + std::min(count, places);
        std::partial_sort(m_ranking.begin(), most, m_ranking.end());
        for (auto best = m_ranking.begin(); best != most; ++best)
        {
            m_promising.push_back(best->second);
        }
    }
    std::sort(m_promising.begin(), m_promising.end());
    m_promising.erase(std::unique(m_promising.begin(), m_promising.end()), m_promising.end());
    return m_promising;
}

const LocalSearch::Candidate*
LocalSearch::Cheapest(const std::vector<Candidate>& list, double bits)
{
    const Candidate* best = nullptr;
    double least = math::INFINITE;
    for (const Candidate& c : list)
    {
        const double cost = c.unit * bits + c.damage;
        if (cost < least)
        {
            least = cost;
            best = &c;
        }
    }
    return best;
}

void
LocalSearch::ListPowers(uint32_t user, Direction d, double snr, double now)
{
    const User& u = m_instance.users[user];
    const Interval& range = u.powerW[d];
    const double lone = LonePower(u.wT / u.delayScale, u.wE / u.energyScale, snr, range);
    m_powers.clear();
    const double levels[] = {range.max, lone, now, range.max * 0.25, range.max * 0.05};
    for (double p : levels)
    {
        if (m_brief && m_powers.size() == 2)
        {
            break;
        }
        p = p > 0 ? std::min(std::max(p, range.min), range.max) : range.max;
        const bool known = std::any_of(m_powers.begin(), m_powers.end(), [&](double q) {
            return std::abs(p - q) <= 0.05 * q;
        });
        if (!known)
        {
            m_powers.push_back(p);
        }
    }
}

double
LocalSearch::CostWithout(Direction d, uint32_t m, uint32_t user)
{
    const Assignment::Cell& cell = m_assignment.GetCell(d, m);
    m_list.clear();
    m_listPower.clear();
    for (std::size_t k = 0; k < cell.members.size(); ++k)
    {
        if (cell.members[k].user != user)
        {
            m_list.push_back(cell.members[k]);
            m_listPower.push_back(cell.power[k]);
        }
    }
    if (m_list.empty())
    {
        return 0;
    }
    const uint32_t ap = m_instance.users[user].ap;
    if (m_assignment.IsFluid(ap))
    {
        m_assignment.ShareEqually(m_list, ap);
    }
    SubchannelProblem& problem = m_assignment.GetProblem(d);
    problem.Load(m, m_list);
    m_assignment.Count(m_list.size());
    return Assignment::Bounded(problem.Cost(m_listPower.data()));
}

void
LocalSearch::AddCandidates(uint32_t user,
                           Direction d,
                           uint32_t m,
                           uint32_t without,
                           double base,
                           std::vector<Candidate>& out)
{
    const Assignment::Cell& cell = m_assignment.GetCell(d, m);
    const User& u = m_instance.users[user];
    m_list.clear();
    m_listPower.clear();
    double now = 0;
    for (std::size_t k = 0; k < cell.members.size(); ++k)
    {
        const uint32_t member = cell.members[k].user;
        if (member == user || member == without)
        {
            now = cell.power[k];
            continue;
        }
        m_list.push_back(cell.members[k]);
        m_listPower.push_back(cell.power[k]);
    }
    SubchannelMember self;
    self.user = user;
    self.timeCost = u.wT / u.delayScale;
    self.energyCost = u.wE / u.energyScale;
    self.powerPrice = m_assignment.PowerPrice(u.ap, d);
    m_list.push_back(self);
    m_listPower.push_back(0);
    if (m_assignment.IsFluid(u.ap))
    {
        m_assignment.ShareEqually(m_list, u.ap);
    }
    SubchannelProblem& problem = m_assignment.GetProblem(d);
    problem.Load(m, m_list);
    const std::size_t last = m_list.size() - 1;
    ListPowers(user, d, problem.GetLoneSnr(last), now);
    for (double p : m_powers)
    {
        m_listPower[last] = p;
        const double cost = Assignment::Bounded(problem.Cost(m_listPower.data()));
        m_assignment.Count(m_list.size());
        const double own = problem.GetMemberCost(last);
        if (std::isfinite(own))
        {
            out.push_back({m, p, own, cost - own - base});
        }
    }
}

void
LocalSearch::ListPlaces(uint32_t user, Direction d, uint32_t limit)
{
    const User& u = m_instance.users[user];
    Places& places = m_places[d];
    places.list.clear();
    places.now = 0;
    BitsToSend(user, d);
    if (m_bits.empty())
    {
        return;
    }
    const uint32_t current = m_assignment.GetSubchannel(user, d);
    if (current != NONE)
    {
        const double base = CostWithout(d, current, user);
        places.now = m_assignment.GetCell(d, current).cost - base;
        AddCandidates(user, d, current, NONE, base, places.list);
    }
    if (m_instance.subchannels <= FEW)
    {
        for (uint32_t m = 0; m < m_instance.subchannels; ++m)
        {
            if (m != current && m_assignment.HasRoom(d, m, u.ap))
            {
                AddCandidates(user, d, m, NONE, m_assignment.GetCell(d, m).cost, places.list);
            }
        }
        return;
    }
    for (uint32_t m : Promising(user, d, limit))
    {
        AddCandidates(user, d, m, NONE, m_assignment.GetCell(d, m).cost, places.list);
    }
}

} // namespace noma
} // namespace ns3
