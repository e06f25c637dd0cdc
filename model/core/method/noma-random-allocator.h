/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RANDOM_ALLOCATOR_H
#define NOMA_RANDOM_ALLOCATOR_H

#include "noma-allocator.h"

#include <random>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Draws a feasible decision: uniform options, subchannels with room, powers and units.
 *
 * @param instance a valid instance that passed CheckServable()
 * @param rng generator
 * @returns the decision
 */
Decision DrawDecision(const Instance& instance, std::mt19937_64& rng);

/**
 * @ingroup noma-core-method
 * One random feasible decision.
 */
class RandomAllocator : public Allocator
{
  public:
    std::string GetName() const override;
    HonouredOptions GetHonouredOptions() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_RANDOM_ALLOCATOR_H
