/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-local-search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();

} // namespace

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

const std::vector<uint32_t>&
LocalSearch::Promising(uint32_t user, Direction d, uint32_t count)
{
    const User& u = m_instance.users[user];
    const uint32_t current = m_assignment.GetSubchannel(user, d);
    m_ranking.clear();
    uint32_t places = 0;
    for (uint32_t m = 0; m < m_instance.subchannels; ++m)
    {
        if (m == current || !m_assignment.HasRoom(d, m, u.ap))
        {
            continue;
        }
        ++places;
        const PlacePrices::Offer offer = Prices(d, m).GetOffer(user, m, NONE);
        for (double bits : m_bits)
        {
            m_ranking.emplace_back(offer.Cost(bits), m);
        }
    }
    m_assignment.Count(places);
    m_promising.clear();
    const std::size_t kinds = m_bits.size();
    std::vector<std::pair<double, uint32_t>> rank(places);
    for (std::size_t k = 0; k < kinds; ++k)
    {
        for (uint32_t at = 0; at < places; ++at)
        {
            rank[at] = m_ranking[at * kinds + k];
        }
        const auto most = rank.begin() + std::min(count, places);
        std::partial_sort(rank.begin(), most, rank.end());
        for (auto best = rank.begin(); best != most; ++best)
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
    double least = INF;
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
    // The least and the most it might send, and what it sends now.
    const auto ends = std::minmax_element(m_bits.begin(), m_bits.end());
    m_bits = {*ends.first, *ends.second, LinkBits(u.options[m_assignment.GetOption(user)], d)};
    std::sort(m_bits.begin(), m_bits.end());
    m_bits.erase(std::unique(m_bits.begin(), m_bits.end()), m_bits.end());
    m_bits.erase(std::remove(m_bits.begin(), m_bits.end(), 0.0), m_bits.end());
    for (uint32_t m : Promising(user, d, limit))
    {
        AddCandidates(user, d, m, NONE, m_assignment.GetCell(d, m).cost, places.list);
    }
}

} // namespace noma
} // namespace ns3
