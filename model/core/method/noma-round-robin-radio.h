/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ROUND_ROBIN_RADIO_H
#define NOMA_ROUND_ROBIN_RADIO_H

#include "ns3/noma-decision.h"
#include "ns3/noma-evaluation.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Deals the subchannels of every access point to its users in turn, without superposition: a
 * subchannel that several users get is shared in time. Maximum power, scaled down only where the
 * access point's power budget demands it. Access points start their round at different
 * subchannels, so that lightly loaded cells do not all meet on the first ones.
 *
 * @param instance a valid instance
 * @param uses per direction, which users transmit
 * @param [in,out] decision the links are overwritten
 */
void AssignRoundRobinRadio(const Instance& instance,
                           const PerDirection<std::vector<bool>>& uses,
                           Decision& decision);

/**
 * @ingroup noma-core-method
 * What a user that does not coordinate with the others can measure before it decides: its rates
 * if everybody transmitted round robin, and an equal share of the edge server.
 */
struct PresentState
{
    std::vector<PerDirection<double>> rate;   //!< rates (bit/s)
    std::vector<PerDirection<double>> powerW; //!< transmit powers (W)
    std::vector<double> units;                //!< compute units
};

/// @param instance a valid instance
/// @returns the state everybody would see
PresentState ObservePresentState(const Instance& instance);

/**
 * @ingroup noma-core-method
 * @param instance a valid instance
 * @param user user index
 * @param option option
 * @param state rates, powers and units to assume
 * @returns delay by stage (s), eqs. (1)-(12)
 */
Stages EstimateDelay(const Instance& instance,
                     uint32_t user,
                     const CutOption& option,
                     const PresentState& state);

/**
 * @ingroup noma-core-method
 * @param instance a valid instance
 * @param user user index
 * @param option option
 * @param state rates, powers and units to assume
 * @returns energy by stage (J), eqs. (13)-(17)
 */
Stages EstimateEnergy(const Instance& instance,
                      uint32_t user,
                      const CutOption& option,
                      const PresentState& state);

/**
 * @ingroup noma-core-method
 * Completes the options chosen by a method that allocates neither radio nor compute: admission,
 * round-robin radio, equal shares of the edge.
 *
 * @param instance an instance that passed CheckServable()
 * @param [in,out] decision options in, everything out
 */
void CompleteUncoordinated(const Instance& instance, Decision& decision);

} // namespace noma
} // namespace ns3

#endif // NOMA_ROUND_ROBIN_RADIO_H
