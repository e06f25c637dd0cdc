/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CORE_COROLLARIES_H
#define NOMA_CORE_COROLLARIES_H

#include "noma-core-scenario.h"

#include "ns3/noma-li-gd-problem.h"
#include "ns3/noma-projected-gradient.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

/// @returns a network of three cells @param usersPerAp users @param subchannels M
/// @param seed seed @param model DNN
Scenario SmallScenario(uint32_t usersPerAp, uint32_t subchannels, uint64_t seed, const char* model);

/// @returns the step that moves no variable by more than a tenth @param problem problem
/// @param x where
double SafeStep(LiGdProblem& problem, const std::vector<double>& x);

/// @returns how Table I's descent ended @param problem problem @param step step
/// @param epsilon accuracy @param iterations budget @param [in,out] x start, end
DescentReport Descend(LiGdProblem& problem,
                      double step,
                      double epsilon,
                      uint64_t iterations,
                      std::vector<double>& x);

/// Corollary 2: convexity and the convergence time. @param instances how many
void StudyConvexity(uint32_t instances);

/// Corollary 3: growth with the size of the problem. @param instances per point
void StudyGrowth(uint32_t instances);

/// Corollary 4: Table I warm against cold at one accuracy. @param instances per line
void StudyWarmStart(uint32_t instances);

/// Corollary 5: what rounding loses. @param instances per line
void StudyRounding(uint32_t instances);

} // namespace bench
} // namespace noma
} // namespace ns3

#endif // NOMA_CORE_COROLLARIES_H
