/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-core-peers.h"

#include <algorithm>
#include <cmath>
#include <nlopt.h>

namespace ns3
{
namespace noma
{
namespace bench
{

namespace
{

/// What the objective's callback needs.
struct Call
{
    const PeerProblem* problem; //!< the problem
    uint64_t evaluations{0};    //!< calls so far
    double best{HUGE_VAL};      //!< least value seen
    std::vector<double> point;  //!< where
};

/// @returns the value @param n number of variables @param x point @param gradient derivatives or
/// null @param data a Call
double
Objective(unsigned n, const double* x, double* gradient, void* data)
{
    Call& call = *static_cast<Call*>(data);
    ++call.evaluations;
    const double value = call.problem->evaluate(x, gradient);
    if (value < call.best &&
        std::all_of(call.problem->sums.begin(), call.problem->sums.end(), [&](const auto& sum) {
            double total = 0;
            for (uint32_t k : sum.variables)
            {
                total += x[k];
            }
            return total <= sum.limit * (1 + 1e-6);
        }))
    {
        call.best = value;
        call.point.assign(x, x + n);
    }
    return value;
}

/// @returns sum less limit @param n number of variables @param x point @param gradient
/// derivatives or null @param data a sum
double
Constraint(unsigned n, const double* x, double* gradient, void* data)
{
    const auto& sum = *static_cast<const PeerProblem::Sum*>(data);
    if (gradient)
    {
        std::fill(gradient, gradient + n, 0.0);
    }
    double total = -sum.limit;
    for (uint32_t k : sum.variables)
    {
        total += x[k];
        if (gradient)
        {
            gradient[k] = 1;
        }
    }
    return total;
}

/// @returns the answer @param solver a solver, which is destroyed @param problem the problem
/// @param start where to begin
PeerAnswer
Run(nlopt_opt solver, const PeerProblem& problem, const std::vector<double>& start)
{
    Call call;
    call.problem = &problem;
    nlopt_set_min_objective(solver, Objective, &call);
    nlopt_set_lower_bounds(solver, problem.lower.data());
    nlopt_set_upper_bounds(solver, problem.upper.data());
    for (const PeerProblem::Sum& sum : problem.sums)
    {
        // NLopt takes a pointer that is not const; Constraint() only reads
        nlopt_add_inequality_constraint(solver,
                                        Constraint,
                                        const_cast<PeerProblem::Sum*>(&sum),
                                        1e-8);
    }
    PeerAnswer answer;
    answer.x = start;
    double value = 0;
    nlopt_optimize(solver, answer.x.data(), &value);
    nlopt_destroy(solver);
    // the last point need not be the best, nor need it meet the constraints
    answer.x = call.point.empty() ? start : call.point;
    answer.evaluations = call.evaluations;
    return answer;
}

} // namespace

PeerAnswer
SolveWithNloptMma(const PeerProblem& problem, const std::vector<double>& start)
{
    nlopt_opt solver = nlopt_create(NLOPT_LD_MMA, static_cast<unsigned>(start.size()));
    nlopt_set_ftol_rel(solver, 1e-6);
    nlopt_set_maxeval(solver, 150);
    return Run(solver, problem, start);
}

PeerAnswer
SolveWithNloptLbfgs(const PeerProblem& problem, const std::vector<double>& start)
{
    const auto n = static_cast<unsigned>(start.size());
    nlopt_opt inner = nlopt_create(NLOPT_LD_LBFGS, n);
    nlopt_set_ftol_rel(inner, 1e-8);
    nlopt_set_maxeval(inner, 1000);
    if (problem.sums.empty())
    {
        return Run(inner, problem, start);
    }
    nlopt_opt solver = nlopt_create(NLOPT_AUGLAG, n);
    nlopt_set_ftol_rel(solver, 1e-7);
    nlopt_set_maxeval(solver, 10000);
    nlopt_set_local_optimizer(solver, inner);
    nlopt_destroy(inner);
    return Run(solver, problem, start);
}

} // namespace bench
} // namespace noma
} // namespace ns3
