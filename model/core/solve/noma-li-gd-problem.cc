/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-li-gd-problem.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// @param range the interval
/// @param x fraction
/// @returns the value at a fraction of an interval
double
At(const Interval& range, double x)
{
    return range.min + x * (range.max - range.min);
}

/**
 * @param range an interval
 * @param value a value
 * @returns the fraction of the interval that lies below the value; the middle if it has no length
 */
double
FractionOf(const Interval& range, double value)
{
    const double length = range.max - range.min;
    return length > 0 ? std::clamp((value - range.min) / length, 0.0, 1.0) : 0.5;
}

} // namespace

LiGdProblem::LiGdProblem(const Instance& instance, double shareFloor)
    : m_instance(instance),
      m_floor(shareFloor),
      m_objective(instance),
      m_support(instance)
{
    const std::size_t users = instance.users.size();
    m_pairs = users * instance.subchannels;
    m_point.units.resize(users);
    for (Direction d : DIRECTIONS)
    {
        m_support.AssignAll(d);
        m_point.power[d].resize(users);
        m_point.share[d].resize(m_pairs);
    }
    SetLayer(0);
}

void
LiGdProblem::SetLayer(uint32_t layer)
{
    m_point.option.clear();
    for (const User& user : m_instance.users)
    {
        m_point.option.push_back(std::min(layer, static_cast<uint32_t>(user.options.size()) - 1));
    }
}

std::size_t
LiGdProblem::FirstPower(Direction d) const
{
    return 2 * m_pairs + (d == UPLINK ? 0 : m_instance.users.size());
}

std::size_t
LiGdProblem::FirstUnits() const
{
    return 2 * m_pairs + 2 * m_instance.users.size();
}

std::size_t
LiGdProblem::GetSize() const
{
    return 2 * m_pairs + 3 * m_instance.users.size();
}

std::vector<double>
LiGdProblem::GetMiddle() const
{
    return std::vector<double>(GetSize(), 0.5);
}

std::vector<double>
LiGdProblem::GetPoint(const Decision& decision) const
{
    std::vector<double> x = GetMiddle();
    for (uint32_t i = 0; i < m_instance.users.size(); ++i)
    {
        const User& user = m_instance.users[i];
        const UserDecision& decided = decision.users[i];
        if (decided.units > 0)
        {
            x[FirstUnits() + i] = FractionOf(user.units, decided.units);
        }
        for (Direction d : DIRECTIONS)
        {
            const LinkDecision& link = decided.link[d];
            if (link.shares.empty())
            {
                continue;
            }
            x[FirstPower(d) + i] = FractionOf(user.powerW[d], link.powerW);
            double* share = x.data() + (d == UPLINK ? 0 : m_pairs);
            for (uint32_t m = 0; m < m_instance.subchannels; ++m)
            {
                share[m_support.Find(d, i, m)] = m_floor;
            }
            for (const Share& s : link.shares)
            {
                if (s.subchannel < m_instance.subchannels)
                {
                    share[m_support.Find(d, i, s.subchannel)] = std::max(s.share, m_floor);
                }
            }
        }
    }
    return x;
}

void
LiGdProblem::Project(double* x) const
{
    const std::size_t shares = 2 * m_pairs;
    for (std::size_t k = 0; k < GetSize(); ++k)
    {
        x[k] = std::clamp(x[k], k < shares ? m_floor : 0.0, 1.0);
    }
}

double
LiGdProblem::GetShare(const double* x, Direction d, uint32_t user, uint32_t subchannel) const
{
    return x[(d == UPLINK ? 0 : m_pairs) + m_support.Find(d, user, subchannel)];
}

double
LiGdProblem::GetPower(const double* x, Direction d, uint32_t user) const
{
    return At(m_instance.users[user].powerW[d], x[FirstPower(d) + user]);
}

double
LiGdProblem::GetUnits(const double* x, uint32_t user) const
{
    return At(m_instance.users[user].units, x[FirstUnits() + user]);
}

void
LiGdProblem::Evaluate(const double* x, double* cost, double* gradient)
{
    const std::size_t users = m_instance.users.size();
    for (Direction d : DIRECTIONS)
    {
        const double* share = x + (d == UPLINK ? 0 : m_pairs);
        std::copy(share, share + m_pairs, m_point.share[d].begin());
        for (uint32_t i = 0; i < users; ++i)
        {
            m_point.power[d][i] = GetPower(x, d, i);
        }
    }
    for (uint32_t i = 0; i < users; ++i)
    {
        m_point.units[i] = GetUnits(x, i);
    }
    const double scale = 1.0 / static_cast<double>(users);
    if (!gradient)
    {
        *cost = scale * m_objective.Value(m_support, m_point, m_workspace);
        return;
    }
    *cost = scale * m_objective.Gradient(m_support, m_point, m_workspace, m_derivative);
    for (Direction d : DIRECTIONS)
    {
        double* share = gradient + (d == UPLINK ? 0 : m_pairs);
        for (std::size_t k = 0; k < m_pairs; ++k)
        {
            share[k] = scale * m_derivative.share[d][k];
        }
        double* power = gradient + FirstPower(d);
        for (uint32_t i = 0; i < users; ++i)
        {
            const Interval& range = m_instance.users[i].powerW[d];
            power[i] = scale * m_derivative.power[d][i] * (range.max - range.min);
        }
    }
    double* units = gradient + FirstUnits();
    for (uint32_t i = 0; i < users; ++i)
    {
        const Interval& range = m_instance.users[i].units;
        units[i] = scale * m_derivative.units[i] * (range.max - range.min);
    }
}

} // namespace noma
} // namespace ns3
