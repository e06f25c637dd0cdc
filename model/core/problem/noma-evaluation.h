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
 * @ingroup noma-core-problem
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
 * @ingroup noma-core-problem
 * What a decision means for one user.
 */
struct UserEvaluation
{
    double utility{0};                      //!< U_i, eq. (18), being late included
    double deadlineCost{0};                 //!< of it, the part of the deadline
    Stages delay;                           //!< T_i by stage (s), eqs. (1)-(12)
    Stages energy;                          //!< E_i by stage (J), eqs. (13)-(17)
    PerDirection<double> rate;              //!< bit/s
    PerDirection<std::vector<double>> sinr; //!< linear, per subchannel; empty without radio
};

/**
 * @ingroup noma-core-problem
 * What a decision means.
 */
struct Evaluation
{
    double gamma{0};                   //!< sum of utilities
    std::vector<UserEvaluation> users; //!< one per user
};

/// @param user the user
/// @param option its option
/// @returns delay of the head (s)
double DeviceDelay(const User& user, const CutOption& option);

/// @param user the user
/// @param option its option
/// @returns energy of the head (J)
double DeviceEnergy(const User& user, const CutOption& option);

/// @param edge the server
/// @param option the option
/// @param units compute units given
/// @returns delay of the tail (s)
double EdgeDelay(const EdgeServer& edge, const CutOption& option, double units);

/// @param edge the server
/// @param option the option
/// @param units compute units given
/// @returns energy of the tail (J)
double EdgeEnergy(const EdgeServer& edge, const CutOption& option, double units);

/**
 * @ingroup noma-core-problem
 * Evaluates a decision exactly: delay, energy, utility, rates and SINRs.
 *
 * A SINR is listed for every subchannel, with the user's own power as if it held the subchannel,
 * against what the others hold; SNR gap and DownlinkRate::DECODABLE bear on rates, not on SINRs.
 * A direction without bits has no radio, whatever the decision gives it.
 *
 * @param instance a valid instance
 * @param decision a valid decision; it need not be feasible
 * @returns the evaluation; delay and utility are infinite where bits meet a rate of zero
 */
Evaluation Evaluate(const Instance& instance, const Decision& decision);

/**
 * @ingroup noma-core-problem
 * Evaluates a decision as slots carry it out: with at most K users of a cell on a subchannel at a
 * time, those who take turns there do not disturb each other. Evaluate() counts a share of time as
 * a share of power (model.md, section 6), of all users there together. Where no time is shared both
 * say the same.
 *
 * @param instance a valid instance
 * @param decision a feasible decision
 * @returns the evaluation, without SINRs of subchannels that a user does not hold
 */
Evaluation EvaluateTurns(const Instance& instance, const Decision& decision);

/**
 * @ingroup noma-core-problem
 * Evaluates a decision for its objective alone, without the SINRs of subchannels that a user does
 * not hold: far less work where users and subchannels are many.
 *
 * @param instance a valid instance
 * @param decision a valid decision; it need not be feasible
 * @returns the gamma of Evaluate(), to the last bit
 */
double EvaluateGamma(const Instance& instance, const Decision& decision);

} // namespace noma
} // namespace ns3

#endif // NOMA_EVALUATION_H
