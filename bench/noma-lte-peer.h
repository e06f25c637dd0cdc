/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LTE_PEER_H
#define NOMA_LTE_PEER_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{
namespace bench
{

/// A flat position (m).
struct Position
{
    double x; //!< x (m)
    double y; //!< y (m)
};

/// Sites, users and load that both technologies are given.
struct RadioLoad
{
    std::vector<Position> aps; //!< sites
    std::vector<Position> ues; //!< users
    uint32_t subchannels{50};  //!< subchannels, or LTE resource blocks
    double seconds{1.0};       //!< simulated time
    double warmUpSeconds{0.3}; //!< before it, not timed: attachment
};

/// What a run cost and carried.
struct RadioCost
{
    double wallSeconds{0};   //!< wall-clock time of the simulated time
    double userBits{0};      //!< bits received by the access points in that time
    uint64_t activeUsers{0}; //!< users of which something was received
};

/**
 * Runs ns-3's LTE module with every user backlogged in the uplink (RLC saturation mode,
 * proportional fair scheduler, no core network: the cheapest way to load it).
 *
 * @param load sites, users and load
 * @returns cost
 */
RadioCost RunLte(const RadioLoad& load);

} // namespace bench
} // namespace noma
} // namespace ns3

#endif // NOMA_LTE_PEER_H
