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

const std::vector<uint32_t>&
LocalSearch::ByGain(uint32_t user, Direction d)
{
    std::vector<uint32_t>& order = m_byGain[d][user];
    if (order.empty())
    {
        order.resize(m_instance.subchannels);
        std::iota(order.begin(), order.end(), 0U);
        const GainTensor& gain = m_instance.gain[d];
        const uint32_t ap = m_instance.users[user].ap;
        std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
            const double gainA = gain.At(user, ap, a);
            const double gainB = gain.At(user, ap, b);
            return gainA != gainB ? gainA > gainB : a < b;
        });
    }
    return order;
}

void
LocalSearch::ListBestGains(uint32_t count)
{
    if (m_instance.subchannels <= count)
    {
        return;
    }
    // One pass over the rows in memory order, instead of one strided walk per user.
    std::vector<std::vector<double>> best(m_instance.users.size());
    for (Direction d : DIRECTIONS)
    {
        for (uint32_t i = 0; i < m_instance.users.size(); ++i)
        {
            m_byGain[d][i].clear();
            best[i].clear();
        }
        for (uint32_t m = 0; m < m_instance.subchannels; ++m)
        {
            for (uint32_t ap = 0; ap < m_instance.edges.size(); ++ap)
            {
                const double* row = m_instance.gain[d].Row(ap, m);
                for (uint32_t i : m_assignment.GetUsersByAp()[ap])
                {
                    std::vector<double>& top = best[i];
                    std::vector<uint32_t>& order = m_byGain[d][i];
                    if (top.size() == count)
                    {
                        if (row[i] <= top.back())
                        {
                            continue;
                        }
                        top.pop_back();
                        order.pop_back();
                    }
                    std::size_t at = top.size();
                    while (at > 0 && top[at - 1] < row[i])
                    {
                        --at;
                    }
                    top.insert(top.begin() + static_cast<std::ptrdiff_t>(at), row[i]);
                    order.insert(order.begin() + static_cast<std::ptrdiff_t>(at), m);
                }
            }
        }
    }
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
    double least = INF;
    double most = 0;
    for (const CutOption& o : u.options)
    {
        if (UsesRadio(o, d))
        {
            least = std::min(least, LinkBits(o, d));
            most = std::max(most, LinkBits(o, d));
        }
    }
    if (most <= 0)
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
    // Nobody gains from company, so a place is no better than alone at maximum power for the
    // delay and at minimum power for the energy. By falling gain this bound only rises.
    const double hz = m_instance.SubchannelHz(d);
    const double worth = u.wT / u.delayScale + u.wE / u.energyScale * u.powerW[d].min;
    const double noise = m_instance.NoiseW(d);
    const double gap = FromDb(m_instance.snrGapDb);
    const bool bounded = m_instance.subchannels > 16;
    uint32_t tried = 0;
    for (uint32_t m : ByGain(user, d))
    {
        if (m == current || !m_assignment.HasRoom(d, m, u.ap))
        {
            continue;
        }
        if (tried++ >= limit)
        {
            break;
        }
        if (bounded && !places.list.empty())
        {
            const double gain = m_instance.gain[d].At(user, u.ap, m);
            const double bound =
                worth / (hz * SpectralEfficiency(u.powerW[d].max * gain / noise, gap));
            const auto hopeless = [&](double bits) {
                const Candidate* best = Cheapest(places.list, bits);
                return best && bound * bits >= best->unit * bits + best->damage;
            };
            if (hopeless(least) && hopeless(most))
            {
                break;
            }
        }
        AddCandidates(user, d, m, NONE, m_assignment.GetCell(d, m).cost, places.list);
    }
}

} // namespace noma
} // namespace ns3
