/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-radio-groups.h"

#include "ns3/noma-math.h"
#include "ns3/noma-units.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param cost a cost
 * @returns the cost, or what stands for infinity, so that sums and differences stay numbers
 */
double
Bounded(double cost)
{
    return cost < 1e100 ? cost : 1e100;
}

} // namespace

RadioGroups::RadioGroups(const Instance& instance, Direction direction, const Decision& decision)
    : m_instance(instance),
      m_direction(direction),
      m_problem(instance, direction),
      m_users(UsersByAp(instance)),
      m_member(instance.users.size()),
      m_subchannel(instance.users.size(), NONE),
      m_power(instance.users.size(), 0.0),
      m_cells(instance.subchannels),
      m_count(std::size_t{instance.subchannels} * instance.GetAps(), 0)
{
    for (std::vector<uint32_t>& users : m_users)
    {
        const auto option = [&](uint32_t i) -> const CutOption& {
            return instance.users[i].options[decision.users[i].option];
        };
        const auto silent = [&](uint32_t i) { return !UsesRadio(option(i), direction); };
        users.erase(std::remove_if(users.begin(), users.end(), silent), users.end());
        for (uint32_t i : users)
        {
            m_member[i] = MakeMember(instance.users[i], direction, option(i));
            m_member[i].user = i;
            SetPower(i, instance.users[i].powerW[direction].max);
        }
        const auto senders = static_cast<uint32_t>(users.size());
        m_most.push_back(std::max(instance.maxSuperposed,
                                  (senders + instance.subchannels - 1) / instance.subchannels));
    }
}

uint32_t
RadioGroups::GetRoom(uint32_t ap, uint32_t m) const
{
    return m_most[ap] - m_count[m * m_users.size() + ap];
}

std::size_t
RadioGroups::Find(uint32_t user) const
{
    const auto& members = m_cells[m_subchannel[user]].members;
    const auto place = std::lower_bound(
        members.begin(),
        members.end(),
        user,
        [](const SubchannelMember& member, uint32_t i) { return member.user < i; });
    return static_cast<std::size_t>(place - members.begin());
}

void
RadioGroups::Place(uint32_t user, uint32_t m)
{
    const uint32_t ap = m_instance.users[user].ap;
    if (m_subchannel[user] != NONE)
    {
        Cell& old = m_cells[m_subchannel[user]];
        old.members.erase(old.members.begin() + static_cast<std::ptrdiff_t>(Find(user)));
        old.fresh = false;
        --m_count[m_subchannel[user] * m_users.size() + ap];
    }
    m_subchannel[user] = m;
    if (m != NONE)
    {
        Cell& cell = m_cells[m];
        cell.members.insert(cell.members.begin() + static_cast<std::ptrdiff_t>(Find(user)),
                            m_member[user]);
        cell.fresh = false;
        ++m_count[m * m_users.size() + ap];
    }
}

void
RadioGroups::Move(uint32_t user, uint32_t m, uint32_t other)
{
    const uint32_t from = m_subchannel[user];
    Place(user, m);
    if (other != NONE)
    {
        Place(other, from);
    }
}

std::vector<uint32_t>
RadioGroups::GetPreference(uint32_t user) const
{
    const GainTensor& gain = m_instance.gain[m_direction];
    const uint32_t ap = m_instance.users[user].ap;
    std::vector<uint32_t> preference(m_instance.subchannels);
    std::iota(preference.begin(), preference.end(), 0U);
    std::stable_sort(preference.begin(), preference.end(), [&](uint32_t a, uint32_t b) {
        return gain.At(user, ap, a) > gain.At(user, ap, b);
    });
    return preference;
}

void
RadioGroups::SetPower(uint32_t user, double powerW)
{
    const Interval& bounds = m_instance.users[user].powerW[m_direction];
    const double power = std::clamp(powerW, bounds.min, bounds.max);
    m_power[user] = std::max(std::isnan(powerW) ? bounds.max : power, LEAST_POWER_W);
    if (m_subchannel[user] != NONE)
    {
        m_cells[m_subchannel[user]].fresh = false;
    }
}

SubchannelProblem&
RadioGroups::Load(uint32_t m, std::vector<double>& power)
{
    Cell& cell = m_cells[m];
    power.clear();
    for (SubchannelMember& member : cell.members)
    {
        const uint32_t ap = m_instance.users[member.user].ap;
        const uint32_t holders = m_count[m * m_users.size() + ap];
        member.share = std::min(1.0, static_cast<double>(m_instance.maxSuperposed) / holders);
        power.push_back(m_power[member.user]);
    }
    m_problem.Load(m, cell.members);
    return m_problem;
}

void
RadioGroups::SetPowers(uint32_t m, const std::vector<double>& power)
{
    for (std::size_t k = 0; k < power.size(); ++k)
    {
        SetPower(m_cells[m].members[k].user, power[k]);
    }
}

const RadioGroups::Cell&
RadioGroups::Refresh(uint32_t m)
{
    Cell& cell = m_cells[m];
    if (!cell.fresh)
    {
        Load(m, m_scratch).Cost(m_scratch.data());
        ++m_evaluations;
        cell.cost.clear();
        cell.rate.clear();
        for (std::size_t k = 0; k < cell.members.size(); ++k)
        {
            cell.cost.push_back(Bounded(m_problem.GetMemberCost(k)));
            cell.rate.push_back(m_problem.GetRate(k));
        }
        cell.fresh = true;
    }
    return cell;
}

double
RadioGroups::GetCost(uint32_t m)
{
    const Cell& cell = Refresh(m);
    return std::accumulate(cell.cost.begin(), cell.cost.end(), 0.0);
}

double
RadioGroups::GetCost(uint32_t m, uint32_t ap)
{
    const Cell& cell = Refresh(m);
    double sum = 0;
    for (std::size_t k = 0; k < cell.members.size(); ++k)
    {
        sum += m_instance.users[cell.members[k].user].ap == ap ? cell.cost[k] : 0.0;
    }
    return sum;
}

double
RadioGroups::GetUserCost(uint32_t user)
{
    const Cell& cell = Refresh(m_subchannel[user]);
    return cell.cost[Find(user)];
}

double
RadioGroups::GetSnrPerWatt(uint32_t user)
{
    const Cell& cell = Refresh(m_subchannel[user]);
    const std::size_t k = Find(user);
    const double hz = cell.members[k].share * m_instance.SubchannelHz(m_direction);
    return math::Expm1(cell.rate[k] / hz * math::LN2) / m_power[user];
}

void
RadioGroups::PlaceStrongest()
{
    /// A user and its gains.
    struct Candidate
    {
        double best;                      //!< greatest gain
        uint32_t user;                    //!< user
        std::vector<uint32_t> preference; //!< subchannels, best first
    };

    const GainTensor& gain = m_instance.gain[m_direction];
    for (uint32_t ap = 0; ap < m_users.size(); ++ap)
    {
        std::vector<Candidate> candidates;
        for (uint32_t i : m_users[ap])
        {
            Candidate c{0, i, GetPreference(i)};
            c.best = gain.At(i, ap, c.preference.front());
            candidates.push_back(std::move(c));
        }
        std::stable_sort(candidates.begin(),
                         candidates.end(),
                         [](const Candidate& a, const Candidate& b) { return a.best > b.best; });
        for (const Candidate& c : candidates)
        {
            Place(c.user, *std::find_if(c.preference.begin(), c.preference.end(), [&](uint32_t m) {
                      return GetRoom(ap, m) > 0;
                  }));
        }
    }
}

void
RadioGroups::Write(Decision& decision) const
{
    for (UserDecision& user : decision.users)
    {
        user.link[m_direction] = LinkDecision();
    }
    for (uint32_t ap = 0; ap < m_users.size(); ++ap)
    {
        for (uint32_t i : m_users[ap])
        {
            const uint32_t holders = m_count[m_subchannel[i] * m_users.size() + ap];
            LinkDecision& link = decision.users[i].link[m_direction];
            link.shares = {
                {m_subchannel[i],
                 std::min(1.0, static_cast<double>(m_instance.maxSuperposed) / holders)}};
            link.powerW = m_power[i];
        }
    }
}

} // namespace noma
} // namespace ns3
