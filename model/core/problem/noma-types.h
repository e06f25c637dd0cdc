/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TYPES_H
#define NOMA_TYPES_H

#include <cstddef>
#include <cstdint>
#include <limits>

namespace ns3
{
namespace noma
{

/**
 * @defgroup noma-core Optimisation of NOMA split inference
 *
 * Rooms without ns-3, which include each other downwards only: methods, solvers, input and output,
 * networks, the problem.
 */

/**
 * @ingroup noma-core
 * @defgroup noma-core-problem The problem
 *
 * Instances, decisions and what they mean: delays, energies, compute units, decoding order and the
 * one formula for SINR and rate under SIC, which optimiser and receivers share.
 */

/**
 * @ingroup noma-core
 * @defgroup noma-core-dnn Networks to split
 *
 * Graphs of layers, their shapes, operations and cuts, device profiles and partitions.
 */

/**
 * @ingroup noma-core
 * @defgroup noma-core-io Input and output
 *
 * The JSON formats of instances, decisions, networks and profiles.
 */

/**
 * @ingroup noma-core
 * @defgroup noma-core-solve Solvers
 *
 * Objectives with their gradients, descents, columns, assignment, local search, slot problems and
 * bounds: what methods are made of.
 */

/**
 * @ingroup noma-core
 * @defgroup noma-core-method Methods
 *
 * Allocators, one file pair each, chosen by name.
 */

/**
 * @ingroup noma-core-problem
 * Link direction. The two directions use separate bands (FDD).
 */
enum Direction : uint8_t
{
    UPLINK = 0,  //!< user to access point
    DOWNLINK = 1 //!< access point to user
};

/// Both directions, for range-based loops.
inline constexpr Direction DIRECTIONS[] = {UPLINK, DOWNLINK};

/// "up" or "down", as in the JSON formats.
inline const char*
DirectionName(Direction d)
{
    return d == UPLINK ? "up" : "down";
}

/// Index that stands for "no subchannel" or "no access point".
inline constexpr uint32_t NONE = std::numeric_limits<uint32_t>::max();

/**
 * @ingroup noma-core-problem
 * One value per link direction, indexed by Direction.
 */
template <typename T>
struct PerDirection
{
    T up{};   //!< uplink value
    T down{}; //!< downlink value

    /// @param d the direction @returns its value
    T& operator[](Direction d)
    {
        return d == UPLINK ? up : down;
    }

    /// @param d the direction @returns its value
    const T& operator[](Direction d) const
    {
        return d == UPLINK ? up : down;
    }
};

/**
 * @ingroup noma-core-problem
 * A closed interval.
 */
struct Interval
{
    double min{0}; //!< lower end
    double max{0}; //!< upper end
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TYPES_H
