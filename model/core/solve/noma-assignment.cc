/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-assignment.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Stopping tolerance of the polish inside a transaction.
constexpr double SETTLE_TOLERANCE = 1e-4;

/// A subchannel that is yet to be polished may come down by this fraction.
constexpr double LATER_GAIN = 0.02;

/// Shares in time may bring it down by this fraction.
constexpr double SHARE_GAIN = 0.05;

} // namespace

Assignment::Assignment(const Instance& instance, uint32_t capacity, bool integral)
    : m_instance(instance),
      m_capacity(capacity),
      m_integral(integral),
      m_byAp(UsersByAp(instance)),
      m_curves(MakeUnitCurves(instance)),
      m_up(instance, UPLINK),
      m_down(instance, DOWNLINK),
      m_polishUp(instance, UPLINK),
      m_polishDown(instance, DOWNLINK)
{
    const std::size_t n = instance.users.size();
    const std::size_t aps = instance.edges.size();
    for (std::size_t ap = 0; ap < aps; ++ap)
    {
        const std::size_t users = m_byAp[ap].size();
        const uint64_t places = uint64_t{instance.maxSuperposed} * instance.subchannels;
        m_fluid.push_back(!integral && users > uint64_t{capacity} * instance.subchannels);
        // With no more users in turn than could be superposed, superposing at the same average
        // power is never worse than taking turns.
        m_most.push_back(!m_fluid[ap]      ? capacity
                         : users <= places ? instance.maxSuperposed
                                           : std::numeric_limits<uint32_t>::max());
    }
    m_state.decision.users.resize(n);
    for (Direction d : DIRECTIONS)
    {
        m_state.subchannel[d].assign(n, NONE);
        m_state.cells[d].resize(instance.subchannels);
        m_state.count[d].assign(instance.subchannels * aps, 0);
    }
    m_state.edgeCost.assign(aps, 0.0);
    m_state.unitPrice.assign(aps, 0.0);
    m_state.unitsNeeded.assign(aps, 0.0);
    m_state.powerNeeded.assign(aps, 0.0);
    m_state.powerPrice.assign(aps, 0.0);
}

double
Assignment::GetPower(uint32_t user, Direction d) const
{
    const uint32_t m = m_state.subchannel[d][user];
    if (m == NONE)
    {
        return 0;
    }
    const Cell& cell = m_state.cells[d][m];
    for (std::size_t k = 0; k < cell.members.size(); ++k)
    {
        if (cell.members[k].user == user)
        {
            return cell.power[k];
        }
    }
    return 0;
}

void
Assignment::CountNeeds(uint32_t user, int sign)
{
    const User& u = m_instance.users[user];
    const CutOption& option = u.options[GetOption(user)];
    m_state.unitsNeeded[u.ap] += UsesEdge(option) ? sign * u.units.min : 0.0;
    m_state.powerNeeded[u.ap] += UsesRadio(option, DOWNLINK) ? sign * u.powerW.down.min : 0.0;
}

bool
Assignment::Fits(uint32_t user, uint32_t option) const
{
    // Slack for sums that were rounded; far below what ValidateDecision() allows.
    constexpr double SLACK = 1 + 1e-10;
    const User& u = m_instance.users[user];
    const CutOption& now = u.options[GetOption(user)];
    const CutOption& next = u.options[option];
    const double units = (UsesEdge(next) ? u.units.min : 0) - (UsesEdge(now) ? u.units.min : 0);
    const double power = (UsesRadio(next, DOWNLINK) ? u.powerW.down.min : 0) -
                         (UsesRadio(now, DOWNLINK) ? u.powerW.down.min : 0);
    return (units <= 0 ||
            m_state.unitsNeeded[u.ap] + units <= m_instance.edges[u.ap].units * SLACK) &&
           (power <= 0 || m_state.powerNeeded[u.ap] + power <= m_instance.apPowerBudgetW * SLACK);
}

double
Assignment::DeviceCost(uint32_t user, uint32_t option) const
{
    const User& u = m_instance.users[user];
    const double flops = u.options[option].deviceFlops;
    return u.wT * flops / (u.clockHz * u.flopPerCycle * u.delayScale) +
           u.wE * u.kappa * u.clockHz * u.clockHz * flops / (u.flopPerCycle * u.energyScale);
}

double
Assignment::PricedEdgeCost(uint32_t user, uint32_t option) const
{
    const User& u = m_instance.users[user];
    const double flops = u.options[option].edgeFlops;
    if (flops <= 0)
    {
        return 0;
    }
    const double price = m_state.unitPrice[u.ap];
    const double units = m_curves[user].Best(flops, price);
    return flops * m_curves[user].Cost(units) + price * units;
}

void
Assignment::ShareEqually(std::vector<SubchannelMember>& members, uint32_t ap) const
{
    std::size_t count = 0;
    for (const auto& member : members)
    {
        count += m_instance.users[member.user].ap == ap ? 1 : 0;
    }
    const double share = std::min(1.0, static_cast<double>(m_capacity) / count);
    for (auto& member : members)
    {
        if (m_instance.users[member.user].ap == ap)
        {
            member.share = share;
        }
    }
}

void
Assignment::TouchCell(Direction d, uint32_t m)
{
    for (std::size_t k = 0; k < m_savedCellCount; ++k)
    {
        if (m_savedCells[k].d == d && m_savedCells[k].m == m)
        {
            return;
        }
    }
    // Entries are reused, for the sake of the memory their vectors hold.
    if (m_savedCellCount == m_savedCells.size())
    {
        m_savedCells.emplace_back();
    }
    SavedCell& saved = m_savedCells[m_savedCellCount++];
    saved.d = d;
    saved.m = m;
    saved.cell = m_state.cells[d][m];
}

void
Assignment::TouchUser(uint32_t user)
{
    for (const SavedUser& saved : m_savedUsers)
    {
        if (saved.user == user)
        {
            return;
        }
    }
    m_savedUsers.push_back({user,
                            m_state.decision.users[user],
                            {m_state.subchannel.up[user], m_state.subchannel.down[user]}});
}

void
Assignment::TouchAp(uint32_t ap)
{
    for (const SavedAp& saved : m_savedAps)
    {
        if (saved.ap == ap)
        {
            return;
        }
    }
    m_savedAps.push_back({ap, m_state.edgeCost[ap], m_state.unitPrice[ap], {}});
    for (uint32_t i : m_byAp[ap])
    {
        m_savedAps.back().units.push_back(m_state.decision.users[i].units);
    }
}

void
Assignment::Insert(uint32_t user, Direction d, uint32_t m, double powerW)
{
    const User& u = m_instance.users[user];
    Cell& cell = m_state.cells[d][m];
    SubchannelMember member = MakeMember(u, d, u.options[GetOption(user)]);
    member.user = user;
    member.powerPrice = PowerPrice(u.ap, d);
    cell.members.push_back(member);
    cell.power.push_back(powerW);
    ++m_state.count[d][m * m_byAp.size() + u.ap];
    ShareEqually(cell.members, u.ap);
    m_state.subchannel[d][user] = m;
}

void
Assignment::Erase(uint32_t user, Direction d)
{
    const uint32_t m = m_state.subchannel[d][user];
    if (m == NONE)
    {
        return;
    }
    const uint32_t ap = m_instance.users[user].ap;
    Cell& cell = m_state.cells[d][m];
    for (std::size_t k = 0; k < cell.members.size(); ++k)
    {
        if (cell.members[k].user == user)
        {
            cell.members.erase(cell.members.begin() + static_cast<std::ptrdiff_t>(k));
            cell.power.erase(cell.power.begin() + static_cast<std::ptrdiff_t>(k));
            break;
        }
    }
    --m_state.count[d][m * m_byAp.size() + ap];
    ShareEqually(cell.members, ap);
    m_state.subchannel[d][user] = NONE;
}

void
Assignment::Begin()
{
    m_savedCellCount = 0;
    m_savedUsers.clear();
    m_savedAps.clear();
}

void
Assignment::SetOption(uint32_t user, uint32_t option)
{
    if (option == GetOption(user))
    {
        return;
    }
    TouchUser(user);
    const User& u = m_instance.users[user];
    if (!m_defer && u.options[option].edgeFlops != u.options[GetOption(user)].edgeFlops)
    {
        TouchAp(u.ap);
    }
    CountNeeds(user, -1);
    m_state.decision.users[user].option = option;
    CountNeeds(user, 1);
    for (Direction d : DIRECTIONS)
    {
        const uint32_t m = m_state.subchannel[d][user];
        if (m == NONE)
        {
            continue;
        }
        TouchCell(d, m);
        for (SubchannelMember& member : m_state.cells[d][m].members)
        {
            if (member.user == user)
            {
                const SubchannelMember next = MakeMember(u, d, u.options[option]);
                member.timeCost = next.timeCost;
                member.energyCost = next.energyCost;
            }
        }
    }
}

void
Assignment::Move(uint32_t user, Direction d, uint32_t m, double powerW)
{
    TouchUser(user);
    if (m_state.subchannel[d][user] != NONE)
    {
        TouchCell(d, m_state.subchannel[d][user]);
        Erase(user, d);
    }
    if (m != NONE)
    {
        TouchCell(d, m);
        Insert(user, d, m, powerW);
    }
}

void
Assignment::Refresh(Direction d, uint32_t m, double tolerance, uint32_t iterations, double bar)
{
    Cell& cell = m_state.cells[d][m];
    SubchannelProblem& problem = GetProblem(d);
    const uint64_t version = ++m_version;
    cell.version = version;
    problem.Load(m, cell.members);
    if (iterations == 0)
    {
        cell.cost = Bounded(problem.Cost(cell.power.data()));
        Count(cell.members.size());
        return;
    }
    PowerPolish& polish = GetPolish(d);
    const uint64_t before = polish.GetEvaluations();
    cell.cost = Bounded(polish.Minimise(problem, cell.power, tolerance, iterations, bar));
    // A gradient costs about twice its value.
    m_work += 2 * (polish.GetEvaluations() - before) * cell.members.size();
    for (const SubchannelMember& member : cell.members)
    {
        if (member.share < 1 && !polish.GaveUp())
        {
            OptimiseShares(d, m, tolerance, iterations);
            cell.version = version;
            break;
        }
    }
}

void
Assignment::RefreshUnits(uint32_t ap)
{
    m_state.unitPrice[ap] = OptimiseUnits(m_instance,
                                          m_curves,
                                          ap,
                                          m_byAp[ap],
                                          m_state.decision,
                                          m_state.unitPrice[ap]);
    double cost = 0;
    for (uint32_t i : m_byAp[ap])
    {
        const double flops = m_instance.users[i].options[GetOption(i)].edgeFlops;
        cost += flops > 0 ? flops * m_curves[i].Cost(m_state.decision.users[i].units) : 0.0;
    }
    m_state.edgeCost[ap] = cost;
}

void
Assignment::RefreshUnits()
{
    for (uint32_t ap = 0; ap < m_byAp.size(); ++ap)
    {
        RefreshUnits(ap);
    }
}

double
Assignment::Settle(uint32_t iterations)
{
    double change = 0;
    for (const SavedUser& saved : m_savedUsers)
    {
        change += DeviceCost(saved.user, GetOption(saved.user)) -
                  DeviceCost(saved.user, saved.decision.option);
        if (m_defer)
        {
            change += PricedEdgeCost(saved.user, GetOption(saved.user)) -
                      PricedEdgeCost(saved.user, saved.decision.option);
        }
    }
    for (const SavedAp& saved : m_savedAps)
    {
        RefreshUnits(saved.ap);
        change += m_state.edgeCost[saved.ap] - saved.cost;
    }
    // What is to be polished may not come down as far as it must: then the rest is not worth it.
    const bool hasty = m_instance.users.size() > LARGE_USERS;
    double later = 0;
    for (std::size_t k = 0; k < m_savedCellCount; ++k)
    {
        const SavedCell& saved = m_savedCells[k];
        if (k > 0 && hasty)
        {
            Refresh(saved.d, saved.m, SETTLE_TOLERANCE, 0);
            later += m_state.cells[saved.d][saved.m].cost;
        }
        change -= saved.cell.cost;
    }
    for (std::size_t k = 0; k < m_savedCellCount; ++k)
    {
        const SavedCell& saved = m_savedCells[k];
        Cell& cell = m_state.cells[saved.d][saved.m];
        // Shares are optimised after the powers.
        const bool turns = std::any_of(cell.members.begin(),
                                       cell.members.end(),
                                       [](const SubchannelMember& m) { return m.share < 1; });
        const double bar =
            -change - later * (1 - LATER_GAIN) + (turns ? SHARE_GAIN * cell.cost : 0.0);
        Refresh(saved.d, saved.m, SETTLE_TOLERANCE, iterations, hasty ? bar : math::INFINITE);
        change += cell.cost;
        if (iterations > 0 && cell.cost > bar && GetPolish(saved.d).GaveUp())
        {
            return std::max(change + later, 0.0);
        }
        later -= hasty && k + 1 < m_savedCellCount
                     ? m_state.cells[m_savedCells[k + 1].d][m_savedCells[k + 1].m].cost
                     : 0.0;
    }
    return change;
}

void
Assignment::Commit()
{
    Begin();
}

void
Assignment::Rollback()
{
    for (std::size_t k = 0; k < m_savedCellCount; ++k)
    {
        std::swap(m_state.cells[m_savedCells[k].d][m_savedCells[k].m], m_savedCells[k].cell);
    }
    const std::size_t aps = m_byAp.size();
    for (const SavedUser& saved : m_savedUsers)
    {
        CountNeeds(saved.user, -1);
        for (Direction d : DIRECTIONS)
        {
            uint32_t& m = m_state.subchannel[d][saved.user];
            const uint32_t ap = m_instance.users[saved.user].ap;
            if (m != NONE)
            {
                --m_state.count[d][m * aps + ap];
            }
            m = saved.subchannel[d];
            if (m != NONE)
            {
                ++m_state.count[d][m * aps + ap];
            }
        }
        m_state.decision.users[saved.user] = saved.decision;
        CountNeeds(saved.user, 1);
    }
    for (const SavedAp& saved : m_savedAps)
    {
        m_state.edgeCost[saved.ap] = saved.cost;
        m_state.unitPrice[saved.ap] = saved.price;
        for (std::size_t k = 0; k < saved.units.size(); ++k)
        {
            m_state.decision.users[m_byAp[saved.ap][k]].units = saved.units[k];
        }
    }
    Begin();
}

double
Assignment::GetGamma() const
{
    double gamma = 0;
    for (uint32_t i = 0; i < m_state.decision.users.size(); ++i)
    {
        gamma += DeviceCost(i, GetOption(i));
    }
    for (double cost : m_state.edgeCost)
    {
        gamma += cost;
    }
    for (Direction d : DIRECTIONS)
    {
        for (const Cell& cell : m_state.cells[d])
        {
            gamma += cell.cost;
            for (std::size_t k = 0; k < cell.members.size(); ++k)
            {
                const SubchannelMember& member = cell.members[k];
                gamma -=
                    member.powerPrice > 0 ? member.powerPrice * member.share * cell.power[k] : 0.0;
            }
        }
    }
    return gamma;
}

} // namespace noma
} // namespace ns3
