/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CORE_PEERS_H
#define NOMA_CORE_PEERS_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

/**
 * A smooth problem as general solvers want it: bounds and sums of variables that may not exceed a
 * limit.
 */
struct PeerProblem
{
    /// A sum of variables and its limit.
    struct Sum
    {
        std::vector<uint32_t> variables; //!< what is summed
        double limit{0};                 //!< greatest value
    };

    std::vector<double> lower; //!< per variable
    std::vector<double> upper; //!< per variable
    std::vector<Sum> sums;     //!< linear constraints
    /// value; with a second argument that is not null, gradient too
    std::function<double(const double*, double*)> evaluate;
};

/// What a solver made of it.
struct PeerAnswer
{
    std::vector<double> x;   //!< the point it ended at
    uint64_t evaluations{0}; //!< values or gradients asked for
};

/// A general solver: problem and start in, answer out.
using PeerSolver = PeerAnswer (*)(const PeerProblem& problem, const std::vector<double>& start);

/**
 * IPOPT with limited-memory quasi-Newton steps.
 *
 * @param problem the problem
 * @param start where to begin
 * @returns the answer
 */
PeerAnswer SolveWithIpopt(const PeerProblem& problem, const std::vector<double>& start);

/**
 * NLopt's method of moving asymptotes (Svanberg 2002).
 *
 * @param problem the problem
 * @param start where to begin
 * @returns the answer
 */
PeerAnswer SolveWithNloptMma(const PeerProblem& problem, const std::vector<double>& start);

/**
 * NLopt's limited-memory BFGS, inside an augmented Lagrangian where there are sums.
 *
 * @param problem the problem
 * @param start where to begin
 * @returns the answer
 */
PeerAnswer SolveWithNloptLbfgs(const PeerProblem& problem, const std::vector<double>& start);

} // namespace bench
} // namespace noma
} // namespace ns3

#endif // NOMA_CORE_PEERS_H
