/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-local-search.h"

#include "noma-random-allocator.h"

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
/// A move is kept if it gains at least this fraction of the objective.
constexpr double LEAST_GAIN = 1e-10;
/// A deep search tries moves that seem to cost up to this fraction of what they touch.
constexpr double DEEP_SLACK = 0.05;
/// Steps of the polish for moves that are tried.
constexpr uint32_t TRY_ITERATIONS = 12;

} // namespace

LocalSearch::LocalSearch(Assignment& assignment)
    : m_assignment(assignment),
      m_instance(assignment.GetInstance()),
      m_queued(assignment.GetInstance().users.size(), false)
{
    for (Direction d : DIRECTIONS)
    {
        m_byGain[d].resize(m_instance.users.size());
    }
}

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
    return problem.Cost(m_listPower.data());
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
        const double cost = problem.Cost(m_listPower.data());
        m_assignment.Count(m_list.size());
        const double own = problem.GetMemberCost(last);
        if (std::isfinite(cost))
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

void
LocalSearch::Queue(uint32_t user)
{
    if (!m_queued[user])
    {
        m_queued[user] = true;
        m_queue.push_back(user);
    }
}

void
LocalSearch::QueueTouched()
{
    for (std::size_t k = 0; k < m_assignment.GetTouchedCount(); ++k)
    {
        for (const SubchannelMember& member : m_assignment.GetTouchedCell(k).members)
        {
            Queue(member.user);
        }
    }
}

bool
LocalSearch::Keep(uint32_t iterations)
{
    double touched = 0;
    const double change = m_assignment.Settle(iterations);
    for (std::size_t k = 0; k < m_assignment.GetTouchedCount(); ++k)
    {
        touched += m_assignment.GetTouchedCell(k).cost;
    }
    if (change < -LEAST_GAIN * std::max(1e-300, touched + std::abs(change)))
    {
        QueueTouched();
        m_assignment.Commit();
        return true;
    }
    m_assignment.Rollback();
    return false;
}

bool
LocalSearch::Try(uint32_t user,
                 uint32_t option,
                 const Candidate* up,
                 const Candidate* down,
                 uint32_t iterations)
{
    m_assignment.Begin();
    // Out of both cells first: the option's bits are set before it enters again.
    for (Direction d : DIRECTIONS)
    {
        const Candidate* to = d == UPLINK ? up : down;
        if (m_assignment.GetSubchannel(user, d) != (to ? to->m : NONE) || to)
        {
            m_assignment.Move(user, d, NONE, 0);
        }
    }
    m_assignment.SetOption(user, option);
    if (up)
    {
        m_assignment.Move(user, UPLINK, up->m, up->power);
    }
    if (down)
    {
        m_assignment.Move(user, DOWNLINK, down->m, down->power);
    }
    return Keep(iterations);
}

bool
LocalSearch::Respond(uint32_t user, bool deep, uint32_t limit, uint32_t iterations)
{
    const User& u = m_instance.users[user];
    const uint32_t now = m_assignment.GetOption(user);
    for (Direction d : DIRECTIONS)
    {
        ListPlaces(user, d, limit);
    }
    const std::vector<Candidate>& upList = m_places.up.list;
    const std::vector<Candidate>& downList = m_places.down.list;
    const double current = m_assignment.DeviceCost(user, now) +
                           m_assignment.PricedEdgeCost(user, now) + m_places.up.now +
                           m_places.down.now;

    /// One move and what it seems to cost.
    struct Plan
    {
        double cost;
        uint32_t option;
        const Candidate* up;
        const Candidate* down;
    };

    std::vector<Plan> plans;
    const auto price = [](const Candidate* c, double bits) {
        return c ? c->unit * bits + c->damage : 0.0;
    };
    for (uint32_t k = 0; k < u.options.size(); ++k)
    {
        const CutOption& o = u.options[k];
        if (k != now && !m_assignment.Fits(user, k))
        {
            continue;
        }
        const Candidate* up = o.upBits > 0 ? Cheapest(upList, o.upBits) : nullptr;
        const Candidate* down = o.downBits > 0 ? Cheapest(downList, o.downBits) : nullptr;
        if ((o.upBits > 0 && !up) || (o.downBits > 0 && !down))
        {
            continue;
        }
        const double compute =
            m_assignment.DeviceCost(user, k) + m_assignment.PricedEdgeCost(user, k);
        const double upCost = price(up, o.upBits);
        const double downCost = price(down, o.downBits);
        plans.push_back({compute + upCost + downCost, k, up, down});
        if (!deep)
        {
            continue;
        }
        // The best power on every other subchannel, one direction at a time.
        for (Direction d : DIRECTIONS)
        {
            const std::vector<Candidate>& list = d == UPLINK ? upList : downList;
            const double bits = LinkBits(o, d);
            for (std::size_t a = 0; a < list.size() && bits > 0;)
            {
                const Candidate* best = &list[a];
                for (; a < list.size() && list[a].m == best->m; ++a)
                {
                    best = price(&list[a], bits) < price(best, bits) ? &list[a] : best;
                }
                if (best->m != (d == UPLINK ? up : down)->m)
                {
                    plans.push_back(
                        {compute + price(best, bits) + (d == UPLINK ? downCost : upCost),
                         k,
                         d == UPLINK ? best : up,
                         d == DOWNLINK ? best : down});
                }
            }
        }
    }
    if (plans.empty())
    {
        return false;
    }
    const auto cheaper = [](const Plan& a, const Plan& b) { return a.cost < b.cost; };
    if (!deep)
    {
        const Plan& best = *std::min_element(plans.begin(), plans.end(), cheaper);
        return best.cost < current * (1 - 1e-9) &&
               Try(user, best.option, best.up, best.down, iterations);
    }
    std::stable_sort(plans.begin(), plans.end(), cheaper);
    uint32_t tries = 0;
    for (const Plan& plan : plans)
    {
        if (tries++ >= 4 || plan.cost > current * (1 + DEEP_SLACK))
        {
            break;
        }
        if (Try(user, plan.option, plan.up, plan.down, iterations))
        {
            return true;
        }
    }
    return false;
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
            double best = INF;
            for (double p : powers)
            {
                m_listPower[at] = p;
                const double cost = problem.Cost(m_listPower.data());
                m_assignment.Count(m_list.size());
                if (cost < best)
                {
                    best = cost;
                    power = p;
                }
            }
            return best;
        };
        for (uint32_t other : m_assignment.GetUsersByAp()[ap])
        {
            const uint32_t mine = m_assignment.GetSubchannel(user, d);
            const uint32_t theirs = m_assignment.GetSubchannel(other, d);
            if (mine == NONE || theirs == NONE || mine == theirs)
            {
                continue;
            }
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

uint32_t
LocalSearch::BestOffline(uint32_t user) const
{
    const User& u = m_instance.users[user];
    uint32_t best = NONE;
    double least = INF;
    for (uint32_t k = 0; k < u.options.size(); ++k)
    {
        const CutOption& o = u.options[k];
        if (UsesRadio(o, UPLINK) || UsesRadio(o, DOWNLINK) ||
            (k != m_assignment.GetOption(user) && !m_assignment.Fits(user, k)))
        {
            continue;
        }
        const double cost = m_assignment.DeviceCost(user, k) + m_assignment.PricedEdgeCost(user, k);
        if (cost < least)
        {
            least = cost;
            best = k;
        }
    }
    return best;
}

bool
LocalSearch::Replace(uint32_t user)
{
    const User& u = m_instance.users[user];
    const double compute = m_assignment.DeviceCost(user, m_assignment.GetOption(user)) +
                           m_assignment.PricedEdgeCost(user, m_assignment.GetOption(user));
    for (uint32_t other : m_assignment.GetUsersByAp()[u.ap])
    {
        const PerDirection<uint32_t> m{m_assignment.GetSubchannel(other, UPLINK),
                                       m_assignment.GetSubchannel(other, DOWNLINK)};
        const uint32_t offline = other == user ? NONE : BestOffline(other);
        if (offline == NONE || (m.up == NONE && m.down == NONE))
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
            m_places[d].list.clear();
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
            bool possible = UsesRadio(o, UPLINK) || UsesRadio(o, DOWNLINK);
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

uint64_t
LocalSearch::Descend(std::vector<uint32_t> users, bool deep, uint64_t maxWork)
{
    uint64_t kept = 0;
    const auto all = static_cast<uint32_t>(-1);
    for (uint32_t i : users)
    {
        Queue(i);
    }
    while (!m_queue.empty())
    {
        // In rounds, so that everybody is looked at before anybody is looked at again.
        users.swap(m_queue);
        m_queue.clear();
        for (uint32_t i : users)
        {
            m_queued[i] = false;
        }
        for (uint32_t i : users)
        {
            if (m_assignment.GetWork() > maxWork)
            {
                continue;
            }
            bool improved = Respond(i, deep, all, TRY_ITERATIONS);
            const bool online = m_assignment.GetSubchannel(i, UPLINK) != NONE ||
                                m_assignment.GetSubchannel(i, DOWNLINK) != NONE;
            improved = improved || (online ? Swap(i, deep) : Replace(i));
            if (improved)
            {
                ++kept;
                Queue(i);
            }
        }
    }
    return kept;
}

uint64_t
LocalSearch::RespondOnce(const std::vector<uint32_t>& users,
                         uint32_t candidates,
                         uint32_t iterations)
{
    uint64_t kept = 0;
    m_brief = true;
    ListBestGains(3 * candidates);
    for (uint32_t i : users)
    {
        kept += Respond(i, false, candidates, iterations) ? 1 : 0;
    }
    for (uint32_t i : m_queue)
    {
        m_queued[i] = false;
    }
    m_queue.clear();
    m_brief = false;
    return kept;
}

std::vector<uint32_t>
LocalSearch::Kick(std::mt19937_64& rng, uint32_t count)
{
    std::vector<uint32_t> changed;
    const auto n = static_cast<uint32_t>(m_instance.users.size());
    m_assignment.Begin();
    for (uint32_t k = 0; k < count; ++k)
    {
        const uint32_t user = DrawIndex(rng, n);
        const User& u = m_instance.users[user];
        const uint32_t option = DrawIndex(rng, static_cast<uint32_t>(u.options.size()));
        if (option != m_assignment.GetOption(user) && !m_assignment.Fits(user, option))
        {
            continue;
        }
        const PerDirection<uint32_t> old{m_assignment.GetSubchannel(user, UPLINK),
                                         m_assignment.GetSubchannel(user, DOWNLINK)};
        const CutOption& o = u.options[option];
        bool possible = true;
        for (Direction d : DIRECTIONS)
        {
            m_assignment.Move(user, d, NONE, 0);
        }
        m_assignment.SetOption(user, option);
        changed.push_back(user);
        for (Direction d : DIRECTIONS)
        {
            if (!UsesRadio(o, d) || !possible)
            {
                continue;
            }
            const uint32_t m = DrawIndex(rng, m_instance.subchannels);
            if (!m_assignment.HasRoom(d, m, u.ap))
            {
                // An occupant makes room: it moves where the user was, or gives up its radio.
                std::vector<uint32_t> occupants;
                for (const SubchannelMember& member : m_assignment.GetCell(d, m).members)
                {
                    if (m_instance.users[member.user].ap == u.ap)
                    {
                        occupants.push_back(member.user);
                    }
                }
                const uint32_t other =
                    occupants[DrawIndex(rng, static_cast<uint32_t>(occupants.size()))];
                const uint32_t offline = BestOffline(other);
                changed.push_back(other);
                if (old[d] != NONE)
                {
                    const double power = m_assignment.GetPower(other, d);
                    m_assignment.Move(other, d, NONE, 0);
                    m_assignment.Move(other, d, old[d], power);
                }
                else if (offline != NONE)
                {
                    m_assignment.Move(other, UPLINK, NONE, 0);
                    m_assignment.Move(other, DOWNLINK, NONE, 0);
                    m_assignment.SetOption(other, offline);
                }
                else
                {
                    possible = false;
                    continue;
                }
            }
            m_assignment.Move(user, d, m, u.powerW[d].max);
        }
        if (!possible)
        {
            // Half placed: take everything back rather than leave a user without its link.
            m_assignment.Rollback();
            return {};
        }
    }
    m_assignment.Settle(0);
    m_touched = changed;
    for (std::size_t k = 0; k < m_assignment.GetTouchedCount(); ++k)
    {
        for (const SubchannelMember& member : m_assignment.GetTouchedCell(k).members)
        {
            m_touched.push_back(member.user);
        }
    }
    m_assignment.Commit();
    std::sort(m_touched.begin(), m_touched.end());
    m_touched.erase(std::unique(m_touched.begin(), m_touched.end()), m_touched.end());
    return m_touched;
}

} // namespace noma
} // namespace ns3
