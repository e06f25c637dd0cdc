/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SOLVER_REPORT_H
#define NOMA_SOLVER_REPORT_H

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Why a solver stopped.
 */
enum class SolverStatus
{
    CONVERGED,      //!< a stopping rule of the method was met
    MAX_ITERATIONS, //!< the budget ran out first; the decision is feasible all the same
    NO_PROGRESS,    //!< no step lowered the objective
    NOT_FINITE,     //!< the objective left the finite range; the last finite decision is returned
    EXACT,          //!< enumerated or closed form: nothing left to improve
    CANCELLED       //!< the progress callback asked to stop
};

/**
 * @ingroup noma-core-solve
 * @param status status
 * @returns the name used in JSON
 */
const char* SolverStatusName(SolverStatus status);

/**
 * @ingroup noma-core-solve
 * Work spent on one layer (one option index) by a layered method.
 */
struct LayerReport
{
    uint32_t option{0};              //!< option index
    double gamma{0};                 //!< relaxed objective reached
    uint64_t iterations{0};          //!< steps taken
    double projectedGradientNorm{0}; //!< stationarity at the end
};

/**
 * @ingroup noma-core-solve
 * How a solver came to its decision.
 */
struct SolverReport
{
    SolverStatus status{SolverStatus::EXACT}; //!< why it stopped
    std::string message;                      //!< one line, empty if there is nothing to add
    uint64_t iterations{0};                   //!< steps taken in all
    uint64_t evaluations{0};         //!< objective (with or without gradient) over all users
    uint64_t activeEvaluations{0};   //!< the same over active lists only
    double projectedGradientNorm{0}; //!< stationarity of the continuous variables, 0 if none
    std::vector<LayerReport> layers; //!< per layer, for layered methods
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SOLVER_REPORT_H
