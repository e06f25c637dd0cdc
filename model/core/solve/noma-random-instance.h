/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RANDOM_INSTANCE_H
#define NOMA_RANDOM_INSTANCE_H

#include "ns3/noma-instance.h"

#include <cstdint>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
 * What a random instance looks like, for studies and tests: access points on a line of hexagonal
 * spacing, users uniform in discs around them, Rayleigh fading, tasks whose cuts compete with the
 * device.
 */
struct RandomInstanceParameters
{
    uint32_t aps{1};              //!< access points
    uint32_t usersPerAp{3};       //!< users at each
    uint32_t subchannels{2};      //!< M
    uint32_t maxSuperposed{3};    //!< K
    uint32_t maxOptions{4};       //!< cuts per user at most, device-only included; >= 2
    double radiusM{250};          //!< cell radius (m)
    double pathLossExponent{3.7}; //!< gain = distance^-exponent, 1 m reference
    double bandwidthHz{10e6};     //!< whole band per direction (Hz)
    double unitsPerUser{2};       //!< edge units per user of the access point
    double residual{0};           //!< residual factor of the cancellers
    DownlinkRate downlinkRate{DownlinkRate::OWN}; //!< downlink rate rule
};

/**
 * @ingroup noma-core
 * @param parameters what to draw from
 * @param seed the same seed gives the same instance on every platform
 * @returns a valid instance
 */
Instance MakeRandomInstance(const RandomInstanceParameters& parameters, uint64_t seed);

} // namespace noma
} // namespace ns3

#endif // NOMA_RANDOM_INSTANCE_H
