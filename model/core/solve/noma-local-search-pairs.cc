/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-local-search.h"

#include "ns3/noma-math.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

std::vector<uint32_t>
LocalSearch::SwapPartners(uint32_t user, Direction d, bool deep)
{
    const std::vector<uint32_t>& all = m_assignment.GetUsersByAp()[m_instance.users[user].ap];
    const uint32_t mine = m_assignment.GetSubchannel(user, d);
    std::vector<uint32_t> partners;
    std::vector<std::pair<double, uint32_t>> ranking;
    const auto bits = [&](uint32_t i) {
        return LinkBits(m_instance.users[i].options[m_assignment.GetOption(i)], d);
    };
    for (uint32_t other : all)
    {
        const uint32_t theirs = m_assignment.GetSubchannel(other, d);
        if (mine == NONE || theirs == NONE || mine == theirs)
        {
            continue;
        }
        if (all.size() <= FEW)
        {
            partners.push_back(other);
            continue;
        }
        const double before =
            m_assignment.GetCell(d, mine).cost + m_assignment.GetCell(d, theirs).cost;
        const double change = Prices(d, theirs).GetOffer(user, theirs, other).Cost(bits(user)) +
                              Prices(d, mine).GetOffer(other, mine, user).Cost(bits(other));
        m_assignment.Count(2);
        if (change < before * (deep ? DEEP_SLACK : ESTIMATE_SLACK))
        {
            ranking.emplace_back(change, other);
        }
    }
    const std::size_t most = std::min<std::size_t>(ranking.size(), (deep ? 2 : 1) * PROMISING);
    std::partial_sort(ranking.begin(),
                      ranking.begin() + static_cast<std::ptrdiff_t>(most),
                      ranking.end());
    for (std::size_t k = 0; k < most; ++k)
    {
        partners.push_back(ranking[k].second);
    }
    return partners;
}

std::vector<uint32_t>
LocalSearch::Replaceable(uint32_t user)
{
    const User& u = m_instance.users[user];
    const std::vector<uint32_t>& all = m_assignment.GetUsersByAp()[u.ap];
    if (all.size() <= FEW)
    {
        return all;
    }
    const auto compute = [&](uint32_t i, uint32_t option) {
        return m_assignment.DeviceCost(i, option) + m_assignment.PricedEdgeCost(i, option);
    };
    // What every option costs, less radio, and which bits it needs.
    std::vector<double> own;
    for (uint32_t k = 0; k < u.options.size(); ++k)
    {
        own.push_back(compute(user, k) - compute(user, m_assignment.GetOption(user)));
    }
    std::vector<std::pair<double, uint32_t>> ranking;
    for (uint32_t other : all)
    {
        const uint32_t offline = other == user ? NONE : m_assignment.BestOffline(other);
        if (offline == NONE || offline == m_assignment.GetOption(other))
        {
            continue;
        }
        double least = math::INFINITE;
        const double saved =
            compute(other, m_assignment.GetOption(other)) - compute(other, offline);
        PerDirection<PlacePrices::Estimate> place{{0, 0}, {0, 0}};
        for (Direction d : DIRECTIONS)
        {
            const uint32_t m = m_assignment.GetSubchannel(other, d);
            if (m != NONE)
            {
                place[d] = Prices(d, m).GetOffer(user, m, other).frugal;
            }
        }
        for (uint32_t k = 0; k < u.options.size(); ++k)
        {
            const CutOption& o = u.options[k];
            if (UsesRadio(o))
            {
                least = std::min(least,
                                 own[k] + place.up.unit * o.upBits + place.down.unit * o.downBits);
            }
        }
        m_assignment.Count(2);
        ranking.emplace_back(least + place.up.rest + place.down.rest - saved, other);
    }
    const std::size_t most = std::min<std::size_t>(ranking.size(), PROMISING);
    std::partial_sort(ranking.begin(),
                      ranking.begin() + static_cast<std::ptrdiff_t>(most),
                      ranking.end());
    std::vector<uint32_t> best;
    for (std::size_t k = 0; k < most && ranking[k].first < 0; ++k)
    {
        best.push_back(ranking[k].second);
    }
    return best;
}

bool
LocalSearch::Swap(uint32_t user, bool deep)
{
    const uint32_t ap = m_instance.users[user].ap;
    for (Direction d : DIRECTIONS)
    {
        SubchannelProblem& problem = m_assignment.GetProblem(d);
        // Cost of a cell where one user stands in for another, at either one's power.
        const auto standIn = [&](uint32_t m, uint32_t out, uint32_t in, double& power) {
            const Assignment::Cell& cell = m_assignment.GetCell(d, m);
            const User& u = m_instance.users[in];
            m_list = cell.members;
            m_listPower = cell.power;
            std::size_t at = 0;
            for (std::size_t k = 0; k < m_list.size(); ++k)
            {
                at = m_list[k].user == out ? k : at;
            }
            const double share = m_list[at].share;
            m_list[at] = MakeMember(u, d, u.options[m_assignment.GetOption(in)]);
            m_list[at].user = in;
            m_list[at].share = share;
            m_list[at].powerPrice = m_assignment.PowerPrice(ap, d);
            problem.Load(m, m_list);
            const Interval& range = u.powerW[d];
            const double powers[] = {m_assignment.GetPower(in, d),
                                     std::min(std::max(m_listPower[at], range.min), range.max)};
            double best = math::INFINITE;
            for (double p : powers)
            {
                m_listPower[at] = p;
                const double cost = Assignment::Bounded(problem.Cost(m_listPower.data()));
                m_assignment.Count(m_list.size());
                if (cost < best)
                {
                    best = cost;
                    power = p;
                }
            }
            return best;
        };
        for (uint32_t other : SwapPartners(user, d, deep))
        {
            const uint32_t mine = m_assignment.GetSubchannel(user, d);
            const uint32_t theirs = m_assignment.GetSubchannel(other, d);
            const double before =
                m_assignment.GetCell(d, mine).cost + m_assignment.GetCell(d, theirs).cost;
            double powerOther = 0;
            double powerUser = 0;
            const double after = standIn(mine, user, other, powerOther);
            if (after >= before * (deep ? 1 + DEEP_SLACK : 1))
            {
                continue;
            }
            const double sum = after + standIn(theirs, other, user, powerUser);
            if (!(sum < before * (deep ? 1 + DEEP_SLACK : 1 - 1e-9)))
            {
                continue;
            }
            m_assignment.Begin();
            m_assignment.Move(user, d, NONE, 0);
            m_assignment.Move(other, d, NONE, 0);
            m_assignment.Move(user, d, theirs, powerUser);
            m_assignment.Move(other, d, mine, powerOther);
            if (Keep(TRY_ITERATIONS))
            {
                return true;
            }
        }
    }
    return false;
}

bool
LocalSearch::Replace(uint32_t user)
{
    const User& u = m_instance.users[user];
    const std::vector<uint32_t> others = Replaceable(user);
    if (others.empty())
    {
        return false;
    }
    const double compute = m_assignment.DeviceCost(user, m_assignment.GetOption(user)) +
                           m_assignment.PricedEdgeCost(user, m_assignment.GetOption(user));
    // Places with room serve as well as the other's own: it may have been the edge it kept busy.
    PerDirection<std::vector<Candidate>> room;
    for (Direction d : DIRECTIONS)
    {
        ListPlaces(user, d, PROMISING);
        room[d] = m_places[d].list;
    }
    for (uint32_t other : others)
    {
        const PerDirection<uint32_t> m{m_assignment.GetSubchannel(other, UPLINK),
                                       m_assignment.GetSubchannel(other, DOWNLINK)};
        const uint32_t offline = other == user ? NONE : m_assignment.BestOffline(other);
        if (offline == NONE || offline == m_assignment.GetOption(other))
        {
            continue;
        }
        const uint32_t option = m_assignment.GetOption(other);
        const double before = compute + m_assignment.DeviceCost(other, option) +
                              m_assignment.PricedEdgeCost(other, option);
        const double after =
            m_assignment.DeviceCost(other, offline) + m_assignment.PricedEdgeCost(other, offline);
        double freed = 0;
        for (Direction d : DIRECTIONS)
        {
            m_places[d].list = room[d];
            if (m[d] != NONE)
            {
                const double base = CostWithout(d, m[d], other);
                freed += m_assignment.GetCell(d, m[d]).cost - base;
                AddCandidates(user, d, m[d], other, base, m_places[d].list);
            }
        }
        double least = (before + freed) * (1 - 1e-9);
        uint32_t choice = NONE;
        for (uint32_t k = 0; k < u.options.size(); ++k)
        {
            const CutOption& o = u.options[k];
            double cost =
                after + m_assignment.DeviceCost(user, k) + m_assignment.PricedEdgeCost(user, k);
            bool possible = UsesRadio(o);
            for (Direction d : DIRECTIONS)
            {
                if (UsesRadio(o, d))
                {
                    const Candidate* c = Cheapest(m_places[d].list, LinkBits(o, d));
                    possible = possible && c;
                    cost += c ? c->unit * LinkBits(o, d) + c->damage : 0.0;
                }
            }
            if (possible && cost < least)
            {
                least = cost;
                choice = k;
            }
        }
        if (choice == NONE)
        {
            continue;
        }
        m_assignment.Begin();
        m_assignment.Move(other, UPLINK, NONE, 0);
        m_assignment.Move(other, DOWNLINK, NONE, 0);
        m_assignment.SetOption(other, offline);
        if (!m_assignment.Fits(user, choice))
        {
            m_assignment.Rollback();
            continue;
        }
        m_assignment.SetOption(user, choice);
        for (Direction d : DIRECTIONS)
        {
            const double bits = LinkBits(u.options[choice], d);
            if (bits > 0)
            {
                const Candidate* c = Cheapest(m_places[d].list, bits);
                m_assignment.Move(user, d, c->m, c->power);
            }
        }
        if (Keep(TRY_ITERATIONS))
        {
            Queue(other);
            return true;
        }
    }
    return false;
}

} // namespace noma
} // namespace ns3
