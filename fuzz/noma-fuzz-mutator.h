/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FUZZ_MUTATOR_H
#define NOMA_FUZZ_MUTATOR_H

#include "ns3/noma-instance.h"

#include <cstdint>
#include <random>

namespace ns3
{
namespace noma
{
namespace fuzz
{

/// Largest instance that mutations make: every allocator solves it in milliseconds.
constexpr uint32_t MOST_APS = 2;
constexpr uint32_t MOST_USERS = 4;       //!< users
constexpr uint32_t MOST_SUBCHANNELS = 3; //!< subchannels
constexpr uint32_t MOST_OPTIONS = 4;     //!< options of a user

/**
 * @ingroup noma-fuzz
 * Changes one thing of an instance: a size, a kind, or a number, which is scaled by up to many
 * orders of magnitude or set to a value at a limit. What comes out need not be valid.
 *
 * @param [in,out] instance an instance
 * @param random source of the change
 */
void Mutate(Instance& instance, std::mt19937_64& random);

/**
 * @ingroup noma-fuzz
 * Tells whether an instance is as small as mutations keep it.
 *
 * @param instance an instance
 * @returns whether its sizes are within the limits above
 */
bool IsSmall(const Instance& instance);

} // namespace fuzz
} // namespace noma
} // namespace ns3

#endif // NOMA_FUZZ_MUTATOR_H
