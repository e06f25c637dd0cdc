/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EVALUATION_H
#define NOMA_EVALUATION_H

#include "noma-decision.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
 * Delay (s) or energy (J) by stage of a task.
 */
struct Stages
{
    double device{0}; //!< head on the device
    double up{0};     //!< tensors to the edge
    double edge{0};   //!< tail on the edge server
    double down{0};   //!< result to the device

    /// @returns the sum of the stages
    double Total() const
    {
        return device + up + edge + down;
    }
};

/**
 * @ingroup noma-core
 * What a decision means for one user.
 */
struct UserEvaluation
{
    double utility{0};                      //!< U_i, eq. (18)
    Stages delay;                           //!< T_i by stage (s), eqs. (1)-(12)
    Stages energy;                          //!< E_i by stage (J), eqs. (13)-(17)
    PerDirection<double> rate;              //!< bit/s
    PerDirection<std::vector<double>> sinr; //!< linear, per subchannel; empty without radio
};

/**
 * @ingroup noma-core
 * What a decision means.
 */
struct Evaluation
{
    double gamma{0};                   //!< sum of utilities
    std::vector<UserEvaluation> users; //!< one per user
};

/**
 * @ingroup noma-core
 * Evaluates a decision exactly: delay, energy, utility, rates and SINRs.
 *
 * @param instance a valid instance
 * @param decision a valid decision; it need not be feasible
 * @returns the evaluation; delay and utility are infinite where bits meet a rate of zero
 */
Evaluation Evaluate(const Instance& instance, const Decision& decision);

} // namespace noma
} // namespace ns3

#endif // NOMA_EVALUATION_H
