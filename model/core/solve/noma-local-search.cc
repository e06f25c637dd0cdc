/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-local-search.h"

#include "ns3/noma-random-draw.h"

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

/// A move is kept if it gains at least this fraction of the objective.
constexpr double LEAST_GAIN = 1e-10;

} // namespace

LocalSearch::LocalSearch(Assignment& assignment)
    : m_assignment(assignment),
      m_instance(assignment.GetInstance()),
      m_prices{PlacePrices(m_instance, UPLINK), PlacePrices(m_instance, DOWNLINK)},
      m_queued(assignment.GetInstance().users.size(), false)
{
    for (Direction d : DIRECTIONS)
    {
        m_prices[d].SetCapacity(assignment.GetCapacity());
        m_version[d].assign(m_instance.subchannels, 0);
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
LocalSearch::ClearQueue()
{
    for (uint32_t i : m_queue)
    {
        m_queued[i] = false;
    }
    m_queue.clear();
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

uint64_t
LocalSearch::Descend(std::vector<uint32_t> users, bool deep, const std::function<bool()>& goOn)
{
    uint64_t kept = 0;
    for (uint32_t i : users)
    {
        Queue(i);
    }
    bool on = true;
    while (on && !m_queue.empty())
    {
        // In rounds, so that everybody is looked at before anybody is looked at again.
        users.swap(m_queue);
        m_queue.clear();
        for (uint32_t i : users)
        {
            m_queued[i] = false;
        }
        Survey(users, (deep ? 2 : 1) * PROMISING);
        for (uint32_t i : users)
        {
            on = on && goOn();
            if (!on)
            {
                break;
            }
            bool improved = Respond(i, deep, (deep ? 2 : 1) * PROMISING, TRY_ITERATIONS);
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
    ClearQueue();
    return kept;
}

uint64_t
LocalSearch::RespondOnce(const std::vector<uint32_t>& users,
                         uint32_t candidates,
                         uint32_t iterations)
{
    uint64_t kept = 0;
    m_brief = true;
    Survey(users, candidates);
    for (uint32_t i : users)
    {
        kept += !StandsWell(i) && Respond(i, false, candidates, iterations) ? 1 : 0;
    }
    ClearQueue();
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
                const uint32_t offline = m_assignment.BestOffline(other);
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
    m_assignment.Settle(TRY_ITERATIONS);
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
    std::stable_partition(m_touched.begin(), m_touched.end(), [&](uint32_t i) {
        return std::find(changed.begin(), changed.end(), i) == changed.end();
    });
    return m_touched;
}

} // namespace noma
} // namespace ns3
