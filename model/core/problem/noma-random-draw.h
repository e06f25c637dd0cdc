/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RANDOM_DRAW_H
#define NOMA_RANDOM_DRAW_H

#include <cstdint>
#include <random>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Draws a number the same way on every platform: the distributions of the standard library differ
 * between implementations.
 *
 * @param rng generator
 * @returns a number in [0, 1)
 */
double DrawUniform(std::mt19937_64& rng);

/**
 * @ingroup noma-core-problem
 * Draws an index, the same way on every platform.
 *
 * @param rng generator
 * @param n how many there are, > 0
 * @returns an index below n
 */
uint32_t DrawIndex(std::mt19937_64& rng, uint32_t n);

} // namespace noma
} // namespace ns3

#endif // NOMA_RANDOM_DRAW_H
