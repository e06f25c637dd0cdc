/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-fractional-programming.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// A power below this fraction of the greatest counts as none.
constexpr double FLOOR = 1e-9;
/// Rounds of moves and powers.
constexpr uint32_t ROUNDS = 10;
/// In these rounds: relative fall of the costs at which the powers rest.
constexpr double ROUND_TOLERANCE = 1e-6;
/// In these rounds: most steps of the powers of a subchannel.
constexpr uint64_t ROUND_STEPS = 100;
/// Most halvings of a step in a row.
constexpr int HALVINGS = 60;

/**
 * @param bounds power bounds (W)
 * @returns the bounds in which the transform works: it cannot leave zero
 */
Interval
Working(const Interval& bounds)
{
    return {std::max({bounds.min, FLOOR * bounds.max, LEAST_POWER_W}),
            std::max(bounds.max, LEAST_POWER_W)};
}

} // namespace

QuadraticTransform::QuadraticTransform(const Instance& instance, Direction direction)
    : m_instance(instance),
      m_direction(direction)
{
}

double
QuadraticTransform::Step(SubchannelProblem& problem,
                         const std::vector<double>& p,
                         std::vector<double>& next)
{
    m_gradient.resize(p.size());
    const double cost = problem.CostGradient(p.data(), m_gradient.data());
    const double hz = m_instance.SubchannelHz(m_direction);
    next = p;
    m_stationarity = 0;
    for (std::size_t k = 0; k < p.size(); ++k)
    {
        const SubchannelMember& member = problem.GetMember(k);
        const Interval bounds = Working(m_instance.users[member.user].powerW[m_direction]);
        const double rate = problem.GetRate(k);
        const double width = member.share * hz / math::LN2;
        // w = -dcost/dR times the width of the subchannel, R = width * log(1 + gamma)
        const double weight = problem.GetMemberCost(k) / rate * width;
        const double u = weight * math::Expm1(rate / width) / p[k];
        const double ratio = u / (u + m_gradient[k]);
        const double moved = p[k] * ratio * ratio;
        if (std::isfinite(moved))
        {
            next[k] = std::clamp(moved, bounds.min, bounds.max);
        }
        const double slope = m_gradient[k] * p[k] / cost;
        const bool held = slope > 0 ? p[k] <= bounds.min : p[k] >= bounds.max;
        if (!held && std::isfinite(slope))
        {
            m_stationarity = std::max(m_stationarity, std::abs(slope));
        }
    }
    return cost;
}

uint64_t
QuadraticTransform::Minimise(SubchannelProblem& problem,
                             std::vector<double>& p,
                             double tolerance,
                             uint64_t maxIterations)
{
    m_trial.resize(p.size());
    double length = 1;
    for (uint64_t iteration = 0; iteration < maxIterations; ++iteration)
    {
        const double cost = Step(problem, p, m_next);
        double reached = cost;
        for (int halving = 0; halving < HALVINGS; ++halving)
        {
            for (std::size_t k = 0; k < p.size(); ++k)
            {
                const User& user = m_instance.users[problem.GetMember(k).user];
                const Interval bounds = Working(user.powerW[m_direction]);
                const double moved = p[k] * math::Pow(m_next[k] / p[k], length);
                m_trial[k] = std::clamp(moved, bounds.min, bounds.max);
            }
            reached = problem.Cost(m_trial.data());
            if (reached < cost)
            {
                break;
            }
            length /= 2;
        }
        if (!(reached < cost))
        {
            return iteration;
        }
        p.swap(m_trial);
        length *= 2;
        if (std::isfinite(cost) && cost - reached <= tolerance * cost)
        {
            return iteration + 1;
        }
    }
    return maxIterations;
}

std::string
FractionalProgrammingAllocator::GetName() const
{
    return "fractional-programming";
}

uint64_t
OptimisePowers(RadioGroups& groups, double tolerance, uint64_t maxIterations)
{
    QuadraticTransform transform(groups.GetInstance(), groups.GetDirection());
    std::vector<double> power;
    uint64_t steps = 0;
    for (uint32_t m = 0; m < groups.GetInstance().subchannels; ++m)
    {
        SubchannelProblem& problem = groups.Load(m, power);
        if (!power.empty())
        {
            steps += transform.Minimise(problem, power, tolerance, maxIterations);
            groups.SetPowers(m, power);
        }
    }
    return steps;
}

uint64_t
AlternateWithPowers(RadioGroups& groups, const std::function<uint64_t()>& change)
{
    uint64_t moves = 0;
    for (uint32_t round = 0; round < ROUNDS; ++round)
    {
        const uint64_t made = change();
        moves += made;
        OptimisePowers(groups, ROUND_TOLERANCE, ROUND_STEPS);
        if (made == 0)
        {
            break;
        }
    }
    return moves;
}

uint64_t
FractionalProgrammingAllocator::AllocateRadio(RadioGroups& groups) const
{
    groups.PlaceStrongest();
    return OptimisePowers(groups, 1e-9, 1000);
}

} // namespace noma
} // namespace ns3
