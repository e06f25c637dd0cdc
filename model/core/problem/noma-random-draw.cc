/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-draw.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

double
DrawUniform(std::mt19937_64& rng)
{
    return static_cast<double>(rng() >> 11) * 0x1p-53;
}

uint32_t
DrawIndex(std::mt19937_64& rng, uint32_t n)
{
    return std::min(static_cast<uint32_t>(DrawUniform(rng) * n), n - 1);
}

} // namespace noma
} // namespace ns3
