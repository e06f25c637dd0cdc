/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PHILOX_H
#define NOMA_PHILOX_H

#include <array>
#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers:
 * as easy as 1, 2, 3", SC 2011): 128 random bits as a pure function of a counter and a key, so that
 * a random quantity can be had in whatever order it is asked for.
 *
 * @param counter what is asked for
 * @param key which stream it comes from
 * @returns four independent 32-bit words
 */
inline std::array<uint32_t, 4>
Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key)
{
    for (int round = 0; round < 10; ++round)
    {
        const uint64_t a = uint64_t{0xD2511F53} * counter[0];
        const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0],
                   static_cast<uint32_t>(b),
                   static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1],
                   static_cast<uint32_t>(a)};
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
    }
    return counter;
}

/**
 * @ingroup noma-radio
 * @param high 32 random bits
 * @param low 32 random bits
 * @returns a uniform value in (0, 1], with 53 bits
 */
inline double
UniformOpenZero(uint32_t high, uint32_t low)
{
    const uint64_t bits = (uint64_t{high} << 32 | low) >> 11;
    return static_cast<double>(bits + 1) * 0x1p-53;
}

/**
 * @ingroup noma-radio
 * UniformOpenZero() of the first two words of Philox(), for counters that differ in one word.
 *
 * @param counter what is asked for; its third word is not used
 * @param key which stream it comes from
 * @param third third words of the counters
 * @param n number of counters
 * @param [out] out a uniform value for each
 */
void PhiloxUniforms(const std::array<uint32_t, 4>& counter,
                    const std::array<uint32_t, 2>& key,
                    const uint32_t* third,
                    std::size_t n,
                    double* out);

} // namespace noma
} // namespace ns3

#endif // NOMA_PHILOX_H
