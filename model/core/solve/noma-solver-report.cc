/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-solver-report.h"

namespace ns3
{
namespace noma
{

const char*
SolverStatusName(SolverStatus status)
{
    switch (status)
    {
    case SolverStatus::CONVERGED:
        return "converged";
    case SolverStatus::MAX_ITERATIONS:
        return "max-iterations";
    case SolverStatus::NO_PROGRESS:
        return "no-progress";
    case SolverStatus::NOT_FINITE:
        return "not-finite";
    case SolverStatus::EXACT:
        return "exact";
    case SolverStatus::CANCELLED:
        return "cancelled";
    }
    return "unknown";
}

} // namespace noma
} // namespace ns3
