/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-salaun.h"

#include "noma-fractional-programming.h"

#include "ns3/noma-math.h"
#include "ns3/noma-sic-rate.h"

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

/// Rounds over the cells.
constexpr int SWEEPS = 2;
/// Updates of the prices.
constexpr int UPDATES = 20;
/// Powers to choose from, besides the closed-form optimum.
constexpr int LEVELS = 5;
/// Partial choices kept.
constexpr std::size_t KEEP = 16;

/// A partial choice.
struct Choice
{
    double sum;         //!< powers taken in: received over noise, or sent (downlink, W)
    double value;       //!< sum of cost - price
    std::size_t before; //!< the choice it grew from, in the arena
    std::size_t member; //!< who was added
    double powerW;      //!< at what power
};

/**
 * Keeps what no other choice beats.
 *
 * @param arena all choices
 * @param [in,out] front indices of the choices of one size
 * @param keep most to keep
 */
void
Prune(const std::vector<Choice>& arena, std::vector<std::size_t>& front, std::size_t keep)
{
    std::stable_sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) {
        return arena[a].value != arena[b].value ? arena[a].value < arena[b].value
                                                : arena[a].sum < arena[b].sum;
    });
    std::size_t kept = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k : front)
    {
        if (kept == 0 || arena[k].sum < least)
        {
            least = arena[k].sum;
            front[kept++] = k;
        }
    }
    front.resize(kept);
    while (front.size() > keep)
    {
        // the cheapest stays
        std::size_t half = 0;
        for (std::size_t k = 0; k < front.size(); k += 2)
        {
            front[half++] = front[k];
        }
        front.resize(half);
    }
}

/**
 * @param bounds power bounds (W)
 * @param lone closed-form optimum of a user on its own (W)
 * @returns powers to choose from, ascending (W)
 */
std::vector<double>
PowerLevels(const Interval& bounds, double lone)
{
    const double high = std::max(bounds.max, LEAST_POWER_W);
    const double low = std::max({bounds.min, 1e-3 * high, LEAST_POWER_W});
    std::vector<double> levels{std::max(lone, LEAST_POWER_W)};
    for (int k = 0; k < LEVELS; ++k)
    {
        levels.push_back(low * math::Pow(high / low, static_cast<double>(k) / (LEVELS - 1)));
    }
    for (double& p : levels)
    {
        p = std::clamp(p, low, high);
    }
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

/// One cell in one direction, at the interference of the others.
class Cell
{
  public:
    /**
     * @param groups everybody of this cell is taken off
     * @param ap access point
     */
    Cell(RadioGroups& groups, uint32_t ap);

    /// Raises and lowers prices.
    void UpdatePrices();
    /// Places everybody.
    void Place();

  private:
    /**
     * @param m subchannel
     * @param wanted whether a user takes part
     * @returns the group it selects, as indices into m_users
     */
    SelectedGroup Select(uint32_t m, const std::vector<bool>& wanted) const;

    RadioGroups& m_groups;                                //!< the board
    uint32_t m_ap;                                        //!< access point
    const std::vector<uint32_t>& m_users;                 //!< its senders
    std::vector<double> m_price;                          //!< per sender
    std::vector<std::vector<GroupCandidate>> m_candidate; //!< per [subchannel][sender]
    std::vector<std::vector<std::size_t>> m_order;        //!< per subchannel, last decoded first
};

Cell::Cell(RadioGroups& groups, uint32_t ap)
    : m_groups(groups),
      m_ap(ap),
      m_users(groups.GetUsers(ap)),
      m_price(m_users.size(), 0.0)
{
    const Instance& instance = groups.GetInstance();
    const Direction d = groups.GetDirection();
    const double gap = FromDb(instance.snrGapDb);
    for (uint32_t i : m_users)
    {
        groups.Place(i, NONE);
    }
    std::vector<double> alone(m_users.size(), std::numeric_limits<double>::infinity());
    for (uint32_t m = 0; m < instance.subchannels; ++m)
    {
        std::vector<GroupCandidate> candidates;
        std::vector<double> key;
        for (std::size_t k = 0; k < m_users.size(); ++k)
        {
            const uint32_t i = m_users[k];
            const Interval& bounds = instance.users[i].powerW[d];
            groups.Place(i, m);
            GroupCandidate c;
            c.timeCost = groups.GetMember(i).timeCost;
            c.energyCost = groups.GetMember(i).energyCost;
            c.snrPerWatt = groups.GetSnrPerWatt(i);
            const double lone = LonePower(c.timeCost, c.energyCost, c.snrPerWatt, bounds);
            groups.SetPower(i, lone);
            alone[k] = std::min(alone[k], groups.GetUserCost(i));
            groups.Place(i, NONE);
            c.powersW = PowerLevels(bounds, lone);
            const double gain = instance.gain[d].At(i, ap, m);
            key.push_back(
                DecodingKey(instance.orderKey, gain, bounds.max, gain / (gap * c.snrPerWatt)));
            candidates.push_back(std::move(c));
        }
        m_candidate.push_back(std::move(candidates));
        m_order.push_back(DecodingOrder(d, key, m_users));
        std::reverse(m_order.back().begin(), m_order.back().end());
    }
    for (std::size_t k = 0; k < m_users.size(); ++k)
    {
        m_price[k] = 2 * alone[k];
    }
}

SelectedGroup
Cell::Select(uint32_t m, const std::vector<bool>& wanted) const
{
    const Instance& instance = m_groups.GetInstance();
    std::vector<GroupCandidate> candidates;
    std::vector<std::size_t> who;
    for (std::size_t k : m_order[m])
    {
        if (wanted[k])
        {
            candidates.push_back(m_candidate[m][k]);
            candidates.back().price = m_price[k];
            who.push_back(k);
        }
    }
    SelectedGroup group = SelectGroup(m_groups.GetDirection(),
                                      candidates,
                                      instance.SubchannelHz(m_groups.GetDirection()),
                                      FromDb(instance.snrGapDb),
                                      instance.maxSuperposed,
                                      KEEP);
    for (std::size_t& k : group.member)
    {
        k = who[k];
    }
    return group;
}

void
Cell::UpdatePrices()
{
    const std::vector<bool> everybody(m_users.size(), true);
    for (int update = 0; update < UPDATES; ++update)
    {
        std::vector<int> served(m_users.size(), 0);
        for (uint32_t m = 0; m < m_candidate.size(); ++m)
        {
            for (std::size_t k : Select(m, everybody).member)
            {
                ++served[k];
            }
        }
        bool settled = true;
        for (std::size_t k = 0; k < m_users.size(); ++k)
        {
            const double step = 0.5 / std::sqrt(1.0 + update);
            const double next = m_price[k] * math::Exp(step * std::max(1 - served[k], -3));
            settled = settled && served[k] == 1;
            // without an upper end, prices of users that nobody can serve would rise for ever
            m_price[k] = std::min(next, 1e200);
        }
        if (settled)
        {
            break;
        }
    }
}

void
Cell::Place()
{
    const uint32_t subchannels = m_groups.GetInstance().subchannels;
    std::vector<bool> left(m_users.size(), true);
    std::vector<double> value(subchannels);
    std::vector<uint32_t> turn(subchannels);
    std::iota(turn.begin(), turn.end(), 0U);
    for (uint32_t m = 0; m < subchannels; ++m)
    {
        value[m] = Select(m, left).value;
    }
    std::stable_sort(turn.begin(), turn.end(), [&](uint32_t a, uint32_t b) {
        return value[a] < value[b];
    });
    for (uint32_t m : turn)
    {
        const SelectedGroup group = Select(m, left);
        for (std::size_t k = 0; k < group.member.size(); ++k)
        {
            m_groups.Place(m_users[group.member[k]], m);
            m_groups.SetPower(m_users[group.member[k]], group.powerW[k]);
            left[group.member[k]] = false;
        }
    }
    for (std::size_t k = 0; k < m_users.size(); ++k)
    {
        if (!left[k])
        {
            continue;
        }
        uint32_t best = NONE;
        double least = 0;
        for (uint32_t m = 0; m < subchannels; ++m)
        {
            if (m_groups.GetRoom(m_ap, m) == 0)
            {
                continue;
            }
            const double before = m_groups.GetCost(m);
            m_groups.Place(m_users[k], m);
            const double rise = m_groups.GetCost(m) - before;
            m_groups.Place(m_users[k], NONE);
            if (best == NONE || rise < least)
            {
                best = m;
                least = rise;
            }
        }
        m_groups.Place(m_users[k], best);
    }
}

} // namespace

SelectedGroup
SelectGroup(Direction direction,
            const std::vector<GroupCandidate>& candidates,
            double hz,
            double snrGap,
            uint32_t capacity,
            std::size_t keep)
{
    std::vector<Choice> arena{{0, 0, 0, 0, 0}};
    std::vector<std::vector<std::size_t>> front(capacity + 1);
    front[0] = {0};
    for (std::size_t k = 0; k < candidates.size(); ++k)
    {
        const GroupCandidate& c = candidates[k];
        for (uint32_t size = capacity; size-- > 0;)
        {
            const std::size_t grown = front[size + 1].size();
            for (std::size_t from : front[size])
            {
                // over the noise and the interference of other cells, which SelectGroup() does not
                // know apart: SicInterference() of those taken in
                const double sum = arena[from].sum;
                const double intra =
                    direction == UPLINK ? snrGap * sum : snrGap * c.snrPerWatt * sum;
                for (double p : c.powersW)
                {
                    const double rate = hz * SpectralEfficiency(c.snrPerWatt * p / (1 + intra));
                    const double cost = (c.timeCost + c.energyCost * p) / rate;
                    const double value = arena[from].value + cost - c.price;
                    if (std::isfinite(value))
                    {
                        const double added = direction == UPLINK ? c.snrPerWatt * p : p;
                        front[size + 1].push_back(arena.size());
                        arena.push_back({sum + added, value, from, k, p});
                    }
                }
            }
            if (front[size + 1].size() > grown)
            {
                Prune(arena, front[size + 1], keep);
            }
        }
    }
    SelectedGroup best;
    std::size_t end = 0;
    uint32_t members = 0;
    for (uint32_t size = 1; size <= capacity; ++size)
    {
        if (!front[size].empty() && arena[front[size].front()].value < best.value)
        {
            end = front[size].front();
            best.value = arena[end].value;
            members = size;
        }
    }
    for (; members > 0; --members)
    {
        best.member.push_back(arena[end].member);
        best.powerW.push_back(arena[end].powerW);
        end = arena[end].before;
    }
    std::reverse(best.member.begin(), best.member.end());
    std::reverse(best.powerW.begin(), best.powerW.end());
    return best;
}

std::string
SalaunAllocator::GetName() const
{
    return "salaun";
}

uint64_t
SalaunAllocator::AllocateRadio(RadioGroups& groups) const
{
    uint64_t cells = 0;
    for (int sweep = 0; sweep < SWEEPS; ++sweep)
    {
        for (uint32_t ap = 0; ap < groups.GetInstance().GetAps(); ++ap)
        {
            Cell cell(groups, ap);
            cell.UpdatePrices();
            cell.Place();
            ++cells;
        }
    }
    OptimisePowers(groups, 1e-6, 100);
    return cells;
}

} // namespace noma
} // namespace ns3
