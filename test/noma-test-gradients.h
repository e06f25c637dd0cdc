/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Everything in the core that has a gradient, as GradientChecker wants it.
 */
#ifndef NOMA_TEST_GRADIENTS_H
#define NOMA_TEST_GRADIENTS_H

#include "noma-gradient-checker.h"

#include "ns3/noma-objective.h"
#include "ns3/noma-projected-gradient.h"
#include "ns3/noma-subchannel.h"

#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * The relaxed objective: shares of all columns, powers and units of all users with radio or edge
 * work. Its terms are three per user.
 */
class ObjectiveGradientProblem
{
  public:
    /// @param objective the objective @param support the columns @param point the point
    ObjectiveGradientProblem(const Objective& objective,
                             const ShareSupport& support,
                             const ObjectivePoint& point)
        : m_objective(objective),
          m_support(support),
          m_point(point)
    {
        const std::vector<User>& users = objective.GetInstance().users;
        for (Direction d : DIRECTIONS)
        {
            const std::string name = DirectionName(d);
            for (uint32_t c = 0; c < support.Size(d); ++c)
            {
                const ShareColumn& column = support.GetColumns(d)[c];
                // Where noise is far below the received power only much smaller steps are of use,
                // below a share of zero not even defined; the search finds them.
                m_variables.push_back({d,
                                       c,
                                       0,
                                       0.05,
                                       name + " share of user " + std::to_string(column.user) +
                                           " on subchannel " + std::to_string(column.subchannel)});
            }
            for (uint32_t i = 0; i < users.size(); ++i)
            {
                const double power = point.power[d][i];
                if (UsesRadio(users[i].options[point.option[i]], d) && power > 0)
                {
                    m_variables.push_back(
                        {d, i, 1, 0.2 * power, name + " power of user " + std::to_string(i)});
                }
            }
        }
        for (uint32_t i = 0; i < users.size(); ++i)
        {
            if (UsesEdge(users[i].options[point.option[i]]))
            {
                m_variables.push_back(
                    {UPLINK, i, 2, 0.2 * point.units[i], "units of user " + std::to_string(i)});
            }
        }
    }

    /// @returns number of variables
    std::size_t GetSize() const
    {
        return m_variables.size();
    }

    /// @returns a variable @param k which
    double& At(std::size_t k)
    {
        const Variable& v = m_variables[k];
        return v.kind == 0   ? m_point.share[v.direction][v.index]
               : v.kind == 1 ? m_point.power[v.direction][v.index]
                             : m_point.units[v.index];
    }

    /// @returns first step of a variable @param k which
    double Step(std::size_t k) const
    {
        return m_variables[k].step;
    }

    /// @returns name of a variable @param k which
    const std::string& Name(std::size_t k) const
    {
        return m_variables[k].name;
    }

    /// @returns kind of a variable @param k which
    std::size_t Kind(std::size_t k) const
    {
        return 2 * m_variables[k].kind + (m_variables[k].direction == UPLINK ? 0 : 1);
    }

    /// @param [out] terms terms at the present point
    void Terms(std::vector<double>& terms)
    {
        m_objective.Value(m_support, m_point, m_workspace);
        terms = m_workspace.GetTerms();
    }

    /// @returns a gradient by variable @param gradient the same by kind
    std::vector<double> Flatten(const ObjectiveGradient& gradient) const
    {
        std::vector<double> flat;
        for (const Variable& v : m_variables)
        {
            flat.push_back(v.kind == 0   ? gradient.share[v.direction][v.index]
                           : v.kind == 1 ? gradient.power[v.direction][v.index]
                                         : gradient.units[v.index]);
        }
        return flat;
    }

    /// @returns the gradient at the present point
    std::vector<double> Gradient()
    {
        ObjectiveGradient gradient;
        m_objective.Gradient(m_support, m_point, m_workspace, gradient);
        return Flatten(gradient);
    }

  private:
    /// A variable.
    struct Variable
    {
        Direction direction; //!< direction
        uint32_t index;      //!< column or user
        std::size_t kind;    //!< 0 share, 1 power, 2 units
        double step;         //!< first step
        std::string name;    //!< name
    };

    const Objective& m_objective;      //!< the objective
    const ShareSupport& m_support;     //!< the columns
    ObjectivePoint m_point;            //!< the point
    ObjectiveWorkspace m_workspace;    //!< memory
    std::vector<Variable> m_variables; //!< the variables
};

/// Any SmoothProblem: its cost is one term, its variables are of one kind.
class SmoothGradientProblem
{
  public:
    /// @param problem the problem @param x point @param step first step over a variable's size
    /// @param least first step at least
    SmoothGradientProblem(SmoothProblem& problem, std::vector<double> x, double step, double least)
        : m_problem(problem),
          m_x(std::move(x)),
          m_step(step),
          m_least(least)
    {
    }

    /// @returns number of variables
    std::size_t GetSize() const
    {
        return m_x.size();
    }

    /// @returns a variable @param k which
    double& At(std::size_t k)
    {
        return m_x[k];
    }

    /// @returns first step of a variable @param k which
    double Step(std::size_t k) const
    {
        return std::max(m_step * std::abs(m_x[k]), m_least);
    }

    /// @returns name of a variable @param k which
    std::string Name(std::size_t k) const
    {
        return "variable " + std::to_string(k);
    }

    /// @returns kind of a variable
    std::size_t Kind(std::size_t /* k */) const
    {
        return 0;
    }

    /// @param [out] terms the cost
    void Terms(std::vector<double>& terms)
    {
        terms.resize(1);
        m_problem.Evaluate(m_x.data(), terms.data(), nullptr);
    }

    /// @returns the gradient at the present point
    std::vector<double> Gradient()
    {
        std::vector<double> gradient(m_x.size());
        double cost = 0;
        m_problem.Evaluate(m_x.data(), &cost, gradient.data());
        return gradient;
    }

  private:
    SmoothProblem& m_problem; //!< the problem
    std::vector<double> m_x;  //!< the point
    double m_step;            //!< first step over the variable's size
    double m_least;           //!< first step at least
};

/// The cost of one subchannel by the powers of its members, each of which is a term.
class SubchannelGradientProblem
{
  public:
    /// @param problem a loaded subchannel @param p power of each member (W)
    SubchannelGradientProblem(SubchannelProblem& problem, std::vector<double> p)
        : m_problem(problem),
          m_p(std::move(p))
    {
    }

    /// @returns number of variables
    std::size_t GetSize() const
    {
        return m_p.size();
    }

    /// @returns a variable @param k which
    double& At(std::size_t k)
    {
        return m_p[k];
    }

    /// @returns first step of a variable @param k which
    double Step(std::size_t k) const
    {
        return 0.2 * m_p[k];
    }

    /// @returns name of a variable @param k which
    std::string Name(std::size_t k) const
    {
        return "power of member " + std::to_string(k);
    }

    /// @returns kind of a variable
    std::size_t Kind(std::size_t /* k */) const
    {
        return 0;
    }

    /// @param [out] terms cost and price of each member
    void Terms(std::vector<double>& terms)
    {
        m_problem.Cost(m_p.data());
        terms.clear();
        for (std::size_t k = 0; k < m_p.size(); ++k)
        {
            const SubchannelMember& member = m_problem.GetMember(k);
            terms.push_back(m_problem.GetMemberCost(k));
            terms.push_back(member.powerPrice * member.share * m_p[k]);
        }
    }

    /// @returns the gradient at the present point
    std::vector<double> Gradient()
    {
        std::vector<double> gradient(m_p.size());
        m_problem.CostGradient(m_p.data(), gradient.data());
        return gradient;
    }

  private:
    SubchannelProblem& m_problem; //!< the subchannel
    std::vector<double> m_p;      //!< powers (W)
};

/**
 * @param objective the objective
 * @param support the columns
 * @param point the point
 * @param every check every n-th variable only
 * @returns the worst relative error of the objective's gradient
 */
inline GradientCheck
CheckGradient(const Objective& objective,
              const ShareSupport& support,
              const ObjectivePoint& point,
              std::size_t every = 1)
{
    ObjectiveGradientProblem problem(objective, support, point);
    return CheckGradient(problem, every);
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_GRADIENTS_H
