/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-group-costs.h"

#include "ns3/noma-math.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Relative projected gradient norm of every group; the cost's error is of its square.
constexpr double TOLERANCE = 1e-7;

} // namespace

GroupCosts::GroupCosts(const Instance& instance, Direction d, uint64_t seed)
    : m_instance(instance),
      m_d(d),
      m_seed(seed),
      m_problem(instance, d),
      m_polish(instance, d),
      m_exact(instance.subchannels),
      m_value(instance.subchannels),
      m_isExact(instance.subchannels)
{
    for (const User& user : instance.users)
    {
        // Options with the same bits cost the same.
        std::vector<double> bits;
        std::vector<uint64_t> classes;
        for (const CutOption& o : user.options)
        {
            const double b = LinkBits(o, d);
            const auto known = std::find(bits.begin(), bits.end(), b);
            classes.push_back(static_cast<uint64_t>(known - bits.begin()) + 1);
            if (known == bits.end())
            {
                bits.push_back(b);
            }
        }
        m_class.push_back(classes);
    }
    const std::size_t n = instance.users.size();
    m_admissible.resize(std::size_t{1} << n);
    for (Subset s = 0; s < m_admissible.size(); ++s)
    {
        std::vector<uint32_t> count(instance.edges.size(), 0);
        bool ok = true;
        for (uint32_t i = 0; i < n; ++i)
        {
            ok = ok &&
                 ((s >> i & 1) == 0 || ++count[instance.users[i].ap] <= instance.maxSuperposed);
        }
        m_admissible[s] = ok;
    }
}

double
GroupCosts::LowerBound(const std::vector<uint32_t>& option)
{
    double sum = 0;
    for (uint32_t i = 0; i < option.size(); ++i)
    {
        if (UsesRadio(m_instance.users[i].options[option[i]], m_d))
        {
            double least = math::INFINITE;
            for (uint32_t m = 0; m < m_instance.subchannels; ++m)
            {
                least = std::min(least, Alone(i, option[i], m));
            }
            sum += least;
        }
    }
    return sum;
}

void
GroupCosts::SetOptions(const std::vector<uint32_t>& option)
{
    m_option = option;
    m_active = 0;
    for (uint32_t i = 0; i < option.size(); ++i)
    {
        m_active |= UsesRadio(m_instance.users[i].options[option[i]], m_d) ? 1U << i : 0U;
    }
    for (uint32_t m = 0; m < m_instance.subchannels; ++m)
    {
        FillValues(m);
    }
}

double
GroupCosts::Partition()
{
    const std::size_t size = m_admissible.size();
    const uint32_t subchannels = m_instance.subchannels;
    m_best.assign(subchannels + 1, std::vector<double>(size, math::INFINITE));
    m_choice.assign(subchannels + 1, std::vector<Subset>(size, 0));
    m_best[0][0] = 0;
    for (uint32_t m = 0; m < subchannels; ++m)
    {
        for (Subset s = 0; s < size; ++s)
        {
            if ((s & ~m_active) != 0)
            {
                continue;
            }
            for (Subset t = s;; t = (t - 1) & s)
            {
                const double cost = m_best[m][s & ~t] + m_value[m][t];
                if (cost < m_best[m + 1][s])
                {
                    m_best[m + 1][s] = cost;
                    m_choice[m + 1][s] = t;
                }
                if (t == 0)
                {
                    break;
                }
            }
        }
    }
    return m_best[subchannels][m_active];
}

std::vector<GroupCosts::Subset>
GroupCosts::Groups() const
{
    std::vector<Subset> groups(m_instance.subchannels);
    Subset left = m_active;
    for (uint32_t m = m_instance.subchannels; m-- > 0;)
    {
        groups[m] = m_choice[m + 1][left];
        left &= ~groups[m];
    }
    return groups;
}

bool
GroupCosts::MakeExact(const std::vector<Subset>& groups)
{
    bool any = false;
    for (uint32_t m = 0; m < groups.size(); ++m)
    {
        if (!m_isExact[m][groups[m]])
        {
            std::vector<double> p;
            m_exact[m][Key(groups[m])] = Optimise(m, groups[m], p);
            FillValues(m);
            any = true;
        }
    }
    return any;
}

double
GroupCosts::Optimise(uint32_t m, Subset group, std::vector<double>& best)
{
    best.clear();
    std::vector<SubchannelMember> members;
    for (uint32_t i = 0; i < m_option.size(); ++i)
    {
        if (group >> i & 1)
        {
            const User& u = m_instance.users[i];
            members.push_back(MakeMember(u, m_d, u.options[m_option[i]]));
            members.back().user = i;
        }
    }
    const std::size_t n = members.size();
    if (n == 0)
    {
        return 0;
    }
    m_problem.Load(m, members);
    std::vector<double> lone(n);
    for (std::size_t k = 0; k < n; ++k)
    {
        lone[k] = LonePower(members[k].timeCost,
                            members[k].energyCost,
                            m_problem.GetLoneSnr(k),
                            Bounds(members[k].user));
    }
    std::mt19937_64 rng(m_seed);
    double least = math::INFINITE;
    const std::size_t starts = n == 1 ? 1 : 3 + 2 * n + 8;
    std::vector<double> p(n);
    for (std::size_t start = 0; start < starts; ++start)
    {
        for (std::size_t k = 0; k < n; ++k)
        {
            // Alone, all high, all low, one low, one high, random.
            const Interval& range = Bounds(members[k].user);
            const double low = std::max(range.min, 1e-4 * range.max);
            double power = lone[k];
            if (start == 1 || start == 2)
            {
                power = start == 1 ? range.max : low;
            }
            else if (start >= 3 && start < 3 + n)
            {
                power = start - 3 == k ? low : range.max;
            }
            else if (start >= 3 + n && start < 3 + 2 * n)
            {
                power = start - 3 - n == k ? lone[k] : low;
            }
            else if (start >= 3 + 2 * n)
            {
                power = low * math::Pow(range.max / low, DrawUniform(rng));
            }
            p[k] = power;
        }
        const double cost = m_polish.Minimise(m_problem, p, TOLERANCE, 300);
        m_stationarity = std::max(m_stationarity, m_polish.GetStationarity());
        if (cost < least || best.empty())
        {
            least = cost;
            best = p;
        }
    }
    return least;
}

double
GroupCosts::Alone(uint32_t user, uint32_t option, uint32_t m)
{
    const uint64_t key =
        (m_class[user][option] * m_instance.users.size() + user) * m_instance.subchannels + m;
    const auto known = m_alone.find(key);
    if (known != m_alone.end())
    {
        return known->second;
    }
    const User& u = m_instance.users[user];
    SubchannelMember member = MakeMember(u, m_d, u.options[option]);
    member.user = user;
    m_problem.Load(m, {member});
    const double p =
        LonePower(member.timeCost, member.energyCost, m_problem.GetLoneSnr(0), Bounds(user));
    const double cost = m_problem.Cost(&p);
    m_alone[key] = cost;
    return cost;
}

uint64_t
GroupCosts::Key(Subset group) const
{
    uint64_t key = 0;
    for (uint32_t i = 0; i < m_option.size(); ++i)
    {
        key = key * (m_class[i].size() + 1) + ((group >> i & 1) != 0 ? m_class[i][m_option[i]] : 0);
    }
    return key;
}

void
GroupCosts::FillValues(uint32_t m)
{
    const std::size_t size = m_admissible.size();
    m_value[m].assign(size, math::INFINITE);
    m_isExact[m].assign(size, false);
    m_value[m][0] = 0;
    m_isExact[m][0] = true;
    // Where the decoding order depends on interference, a new user may reorder another cell.
    const bool growing = m_instance.orderKey != OrderKey::GAIN_OVER_INTERFERENCE;
    for (Subset s = 1; s < size; ++s)
    {
        if (!m_admissible[s] || (s & ~m_active) != 0)
        {
            continue;
        }
        const auto known = m_exact[m].find(Key(s));
        if (known != m_exact[m].end())
        {
            m_value[m][s] = known->second;
            m_isExact[m][s] = true;
            continue;
        }
        double bound = 0;
        double sum = 0;
        for (uint32_t i = 0; i < m_option.size(); ++i)
        {
            if (s >> i & 1)
            {
                const double alone = Alone(i, m_option[i], m);
                sum += alone;
                // A member more never helps the others and never pays less than alone.
                bound = growing ? std::max(bound, m_value[m][s & ~(1U << i)] + alone) : bound;
            }
        }
        m_value[m][s] = std::max(bound, sum);
    }
}

} // namespace noma
} // namespace ns3
