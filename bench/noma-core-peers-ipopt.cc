/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-core-peers.h"

// Debian's headers of IPOPT 3.11 test this
#ifndef HAVE_CSTDDEF
#define HAVE_CSTDDEF
#endif
#include <IpIpoptApplication.hpp>
#include <IpTNLP.hpp>
#include <algorithm>

namespace ns3
{
namespace noma
{
namespace bench
{

namespace
{

using Ipopt::Index;
using Ipopt::Number;

/// A PeerProblem in IPOPT's words.
class Program : public Ipopt::TNLP
{
  public:
    /// @param problem the problem @param start where to begin
    Program(const PeerProblem& problem, const std::vector<double>& start)
        : m_problem(problem),
          m_start(start)
    {
        m_answer.x = start;
    }

    /// @returns what came out
    const PeerAnswer& GetAnswer() const
    {
        return m_answer;
    }

    bool get_nlp_info(Index& n,
                      Index& m,
                      Index& jacobian,
                      Index& hessian,
                      IndexStyleEnum& style) override
    {
        n = static_cast<Index>(m_start.size());
        m = static_cast<Index>(m_problem.sums.size());
        jacobian = 0;
        for (const auto& sum : m_problem.sums)
        {
            jacobian += static_cast<Index>(sum.variables.size());
        }
        hessian = 0;
        style = C_STYLE;
        return true;
    }

    bool get_bounds_info(Index n,
                         Number* lower,
                         Number* upper,
                         Index m,
                         Number* least,
                         Number* greatest) override
    {
        std::copy_n(m_problem.lower.begin(), n, lower);
        std::copy_n(m_problem.upper.begin(), n, upper);
        for (Index k = 0; k < m; ++k)
        {
            least[k] = -2e19;
            greatest[k] = m_problem.sums[k].limit;
        }
        return true;
    }

    bool get_starting_point(Index n, bool, Number* x, bool, Number*, Number*, Index, bool, Number*)
        override
    {
        std::copy_n(m_start.begin(), n, x);
        return true;
    }

    bool eval_f(Index, const Number* x, bool, Number& value) override
    {
        ++m_answer.evaluations;
        value = m_problem.evaluate(x, nullptr);
        return true;
    }

    bool eval_grad_f(Index, const Number* x, bool, Number* gradient) override
    {
        ++m_answer.evaluations;
        m_problem.evaluate(x, gradient);
        return true;
    }

    bool eval_g(Index, const Number* x, bool, Index m, Number* value) override
    {
        for (Index k = 0; k < m; ++k)
        {
            value[k] = 0;
            for (uint32_t v : m_problem.sums[k].variables)
            {
                value[k] += x[v];
            }
        }
        return true;
    }

    bool eval_jac_g(Index,
                    const Number*,
                    bool,
                    Index m,
                    Index size,
                    Index* row,
                    Index* column,
                    Number* values) override
    {
        if (values)
        {
            std::fill(values, values + size, 1.0);
            return true;
        }
        Index next = 0;
        for (Index k = 0; k < m; ++k)
        {
            for (uint32_t v : m_problem.sums[k].variables)
            {
                row[next] = k;
                column[next++] = static_cast<Index>(v);
            }
        }
        return true;
    }

    void finalize_solution(Ipopt::SolverReturn,
                           Index n,
                           const Number* x,
                           const Number*,
                           const Number*,
                           Index,
                           const Number*,
                           const Number*,
                           Number,
                           const Ipopt::IpoptData*,
                           Ipopt::IpoptCalculatedQuantities*) override
    {
        m_answer.x.assign(x, x + n);
    }

  private:
    const PeerProblem& m_problem;       //!< the problem
    const std::vector<double>& m_start; //!< where to begin
    PeerAnswer m_answer;                //!< what came out
};

} // namespace

PeerAnswer
SolveWithIpopt(const PeerProblem& problem, const std::vector<double>& start)
{
    Ipopt::SmartPtr<Program> program = new Program(problem, start);
    Ipopt::SmartPtr<Ipopt::IpoptApplication> solver = IpoptApplicationFactory();
    solver->Options()->SetIntegerValue("print_level", 0);
    solver->Options()->SetStringValue("sb", "yes");
    solver->Options()->SetStringValue("hessian_approximation", "limited-memory");
    solver->Options()->SetStringValue("jac_d_constant", "yes");
    solver->Options()->SetNumericValue("tol", 1e-5);
    solver->Options()->SetNumericValue("acceptable_tol", 1e-3);
    solver->Options()->SetIntegerValue("max_iter", 500);
    solver->Initialize();
    solver->OptimizeTNLP(program);
    return program->GetAnswer();
}

} // namespace bench
} // namespace noma
} // namespace ns3
