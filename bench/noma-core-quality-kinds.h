/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CORE_QUALITY_KINDS_H
#define NOMA_CORE_QUALITY_KINDS_H

#include "ns3/noma-instance.h"

#include <cstdint>
#include <string>

namespace ns3
{
namespace noma
{
namespace bench
{

/// @returns the kind of an instance @param index which
std::string KindName(uint64_t index);

/**
 * @param index which; kinds alternate
 * @returns an instance with N = 3..5, U = 24..200, M = 4..80, K = 2..4 of one of seven kinds: more
 *          users than places, skewed gains, energy first, delay first, unequal edge servers,
 *          residuals of cancelling, much to send down
 */
Instance MakeKind(uint64_t index);

/**
 * All allocators, efforts and seeds on instances of all kinds.
 *
 * @param count instances
 * @param first index of the first
 * @param seeds seeds compared at effort 1
 * @param others whether the other allocators run as well
 */
void StudyKinds(uint64_t count, uint64_t first, uint64_t seeds, bool others);

/**
 * One method on the paper's network: objective and processor time, for a comparison of versions
 * or of efforts.
 *
 * @param name allocator
 * @param effort its effort
 * @param row which of the four networks
 * @param seed of the network
 */
void StudyPaper(const std::string& name, double effort, uint64_t row, uint64_t seed);

} // namespace bench
} // namespace noma
} // namespace ns3

#endif // NOMA_CORE_QUALITY_KINDS_H
