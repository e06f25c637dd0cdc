/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-exhaustive.h"

#include "noma-power-polish.h"
#include "noma-random-allocator.h"
#include "noma-subchannel.h"
#include "noma-units.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <unordered_map>

namespace ns3
{
namespace noma
{

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();
/// Relative projected gradient norm of every group; the cost's error is of its square.
constexpr double TOLERANCE = 1e-7;

/// A set of users, one bit each.
using Subset = uint32_t;

/**
 * Costs of groups of users on the subchannels of one direction, exact or bounded from below.
 */
class GroupCosts
{
  public:
    /// @param instance instance @param d direction @param seed of the random starts
    GroupCosts(const Instance& instance, Direction d, uint64_t seed)
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

    /// @returns lower bound of the whole direction's cost @param option option per user
    double LowerBound(const std::vector<uint32_t>& option)
    {
        double sum = 0;
        for (uint32_t i = 0; i < option.size(); ++i)
        {
            if (UsesRadio(m_instance.users[i].options[option[i]], m_d))
            {
                double least = INF;
                for (uint32_t m = 0; m < m_instance.subchannels; ++m)
                {
                    least = std::min(least, Alone(i, option[i], m));
                }
                sum += least;
            }
        }
        return sum;
    }

    /// Sets the options that costs and partitions are for. @param option option per user
    void SetOptions(const std::vector<uint32_t>& option)
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

    /// Finds the cheapest partition at present values. @returns its cost
    double Partition()
    {
        const std::size_t size = m_admissible.size();
        const uint32_t subchannels = m_instance.subchannels;
        m_best.assign(subchannels + 1, std::vector<double>(size, INF));
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

    /// @returns the groups of the partition last found, by subchannel
    std::vector<Subset> Groups() const
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

    /// Optimises the groups that are only bounded. @param groups by subchannel
    /// @returns whether there were any
    bool MakeExact(const std::vector<Subset>& groups)
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

    /// Optimises the powers of one group. @param m subchannel @param group users
    /// @param [out] best powers, by user index @returns the cost
    double Optimise(uint32_t m, Subset group, std::vector<double>& best)
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
        double least = INF;
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
                    power = low * std::pow(range.max / low, DrawUniform(rng));
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

    /// @returns evaluations of single subchannels
    uint64_t GetEvaluations() const
    {
        return m_polish.GetEvaluations();
    }

    /// @returns largest relative projected gradient norm met
    double GetStationarity() const
    {
        return m_stationarity;
    }

  private:
    /// @returns power bounds @param user user
    const Interval& Bounds(uint32_t user) const
    {
        return m_instance.users[user].powerW[m_d];
    }

    /// @returns cost of a user by itself @param user user @param option option @param m subchannel
    double Alone(uint32_t user, uint32_t option, uint32_t m)
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

    /// @returns what identifies a group at the present options @param group users
    uint64_t Key(Subset group) const
    {
        uint64_t key = 0;
        for (uint32_t i = 0; i < m_option.size(); ++i)
        {
            key = key * (m_class[i].size() + 1) +
                  ((group >> i & 1) != 0 ? m_class[i][m_option[i]] : 0);
        }
        return key;
    }

    /// Fills the table of costs and bounds of one subchannel. @param m subchannel
    void FillValues(uint32_t m)
    {
        const std::size_t size = m_admissible.size();
        m_value[m].assign(size, INF);
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

    const Instance& m_instance;                                //!< instance
    Direction m_d;                                             //!< direction
    uint64_t m_seed;                                           //!< of random starts
    SubchannelProblem m_problem;                               //!< evaluator
    PowerPolish m_polish;                                      //!< optimiser
    double m_stationarity{0};                                  //!< largest so far
    std::vector<std::vector<uint64_t>> m_class;                //!< per user and option
    std::vector<bool> m_admissible;                            //!< whether K allows the subset
    std::vector<uint32_t> m_option;                            //!< present options
    Subset m_active{0};                                        //!< users on the radio
    std::unordered_map<uint64_t, double> m_alone;              //!< memory of Alone()
    std::vector<std::unordered_map<uint64_t, double>> m_exact; //!< memory per subchannel
    std::vector<std::vector<double>> m_value;                  //!< cost or bound per subset
    std::vector<std::vector<bool>> m_isExact;                  //!< which of the two
    std::vector<std::vector<double>> m_best;                   //!< dynamic programming
    std::vector<std::vector<Subset>> m_choice;                 //!< dynamic programming
};

/// One combination of options.
struct Combination
{
    double bound;                 //!< lower bound of the objective
    double compute;               //!< device and edge part, exact
    std::vector<uint32_t> option; //!< per user
};

/// @param instance instance
/// @throws std::invalid_argument if it is too large or has what is not enumerated
void
CheckSize(const Instance& instance)
{
    const auto fail = [](const std::string& what) {
        throw std::invalid_argument(what + " for the exhaustive allocator");
    };
    std::ostringstream out;
    double combinations = 1;
    for (const User& u : instance.users)
    {
        combinations *= static_cast<double>(u.options.size());
    }
    if (instance.users.size() > ExhaustiveAllocator::MAX_USERS)
    {
        out << "users has " << instance.users.size() << " entries: must be at most "
            << ExhaustiveAllocator::MAX_USERS;
        fail(out.str());
    }
    if (combinations > ExhaustiveAllocator::MAX_COMBINATIONS)
    {
        out << "options has " << combinations << " combinations: must be at most "
            << ExhaustiveAllocator::MAX_COMBINATIONS;
        fail(out.str());
    }
    if (std::isfinite(instance.apPowerBudgetW))
    {
        out << "apPowerBudgetW is " << instance.apPowerBudgetW << ": must be absent";
        fail(out.str());
    }
}

/// Lists all combinations of options that fit the edge servers, by rising lower bound.
/// @param instance instance @param up uplink costs @param down downlink costs @returns the list
std::vector<Combination>
ListCombinations(const Instance& instance, GroupCosts& up, GroupCosts& down)
{
    const auto n = static_cast<uint32_t>(instance.users.size());
    const auto curves = MakeUnitCurves(instance);
    const auto byAp = UsersByAp(instance);
    std::vector<Combination> list;
    Decision decision;
    decision.users.resize(n);
    std::vector<uint32_t> option(n, 0);
    while (true)
    {
        bool fits = true;
        double compute = 0;
        for (uint32_t ap = 0; ap < byAp.size() && fits; ++ap)
        {
            double least = 0;
            for (uint32_t i : byAp[ap])
            {
                const CutOption& o = instance.users[i].options[option[i]];
                least += UsesEdge(o) ? instance.users[i].units.min : 0.0;
                decision.users[i].option = option[i];
            }
            fits = least <= instance.edges[ap].units * (1 + 1e-10);
            if (!fits)
            {
                break;
            }
            OptimiseUnits(instance, curves, ap, byAp[ap], decision);
            for (uint32_t i : byAp[ap])
            {
                const User& u = instance.users[i];
                const CutOption& o = u.options[option[i]];
                compute += u.wT * o.deviceFlops / (u.clockHz * u.flopPerCycle * u.delayScale);
                compute += u.wE * u.kappa * u.clockHz * u.clockHz * o.deviceFlops /
                           (u.flopPerCycle * u.energyScale);
                compute +=
                    UsesEdge(o) ? o.edgeFlops * curves[i].Cost(decision.users[i].units) : 0.0;
            }
        }
        if (fits)
        {
            const double bound = compute + up.LowerBound(option) + down.LowerBound(option);
            list.push_back({bound, compute, option});
        }
        uint32_t i = 0;
        while (i < n && ++option[i] == instance.users[i].options.size())
        {
            option[i++] = 0;
        }
        if (i == n)
        {
            break;
        }
    }
    std::stable_sort(list.begin(), list.end(), [](const Combination& a, const Combination& b) {
        return a.bound < b.bound;
    });
    return list;
}

} // namespace

std::string
ExhaustiveAllocator::GetName() const
{
    return "exhaustive";
}

Allocation
ExhaustiveAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    CheckSize(instance);
    GroupCosts up(instance, UPLINK, options.seed);
    GroupCosts down(instance, DOWNLINK, options.seed);
    const auto list = ListCombinations(instance, up, down);

    Allocation result;
    result.report.status = SolverStatus::EXACT;
    double best = INF;
    const Combination* chosen = nullptr;
    PerDirection<std::vector<Subset>> groups;
    for (const Combination& combination : list)
    {
        if (combination.bound >= best)
        {
            break;
        }
        ++result.report.iterations;
        if (result.report.iterations % 64 == 0 && options.progress &&
            !options.progress(static_cast<double>(result.report.iterations) / list.size()))
        {
            result.report.status = SolverStatus::CANCELLED;
            break;
        }
        up.SetOptions(combination.option);
        down.SetOptions(combination.option);
        while (true)
        {
            const double gamma = combination.compute + up.Partition() + down.Partition();
            if (!(gamma < best))
            {
                break;
            }
            const auto upGroups = up.Groups();
            const auto downGroups = down.Groups();
            const bool upBounded = up.MakeExact(upGroups);
            const bool downBounded = down.MakeExact(downGroups);
            if (!upBounded && !downBounded)
            {
                best = gamma;
                chosen = &combination;
                groups.up = upGroups;
                groups.down = downGroups;
                break;
            }
        }
    }
    if (!chosen)
    {
        std::ostringstream out;
        out << "maxSuperposed is " << instance.maxSuperposed << " and subchannels "
            << instance.subchannels
            << ": too few for the users that cannot do without radio; the exhaustive allocator "
               "does not share subchannels in time";
        throw std::invalid_argument(out.str());
    }

    result.decision.users.resize(instance.users.size());
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        result.decision.users[i].option = chosen->option[i];
    }
    for (Direction d : DIRECTIONS)
    {
        GroupCosts& costs = d == UPLINK ? up : down;
        costs.SetOptions(chosen->option);
        for (uint32_t m = 0; m < instance.subchannels; ++m)
        {
            std::vector<double> p;
            costs.Optimise(m, groups[d][m], p);
            std::size_t k = 0;
            for (uint32_t i = 0; i < instance.users.size(); ++i)
            {
                if (groups[d][m] >> i & 1)
                {
                    result.decision.users[i].link[d].shares = {{m, 1.0}};
                    result.decision.users[i].link[d].powerW = p[k++];
                }
            }
        }
    }
    const auto curves = MakeUnitCurves(instance);
    const auto byAp = UsersByAp(instance);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        OptimiseUnits(instance, curves, ap, byAp[ap], result.decision);
    }
    result.report.evaluations = 1;
    result.report.activeEvaluations = up.GetEvaluations() + down.GetEvaluations();
    result.report.projectedGradientNorm = std::max(up.GetStationarity(), down.GetStationarity());
    return result;
}

} // namespace noma
} // namespace ns3
