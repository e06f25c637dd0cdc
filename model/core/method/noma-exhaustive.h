/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EXHAUSTIVE_H
#define NOMA_EXHAUSTIVE_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * The oracle for small instances: the best integral decision over all options and subchannels,
 * powers optimised to 1e-6 from many starts for every group of users that could matter.
 *
 * Given the options, the directions separate and a direction is a sum over its subchannels of the
 * cost of the group on it, so the best partition of the users into groups is found by dynamic
 * programming over subsets. A group's cost is first bounded from below by its members' costs
 * alone at their best powers and by every smaller group's cost plus the missing member's;
 * only groups of a partition that could be the best are optimised. Nothing is cut off that could
 * contain the optimum, up to the power optimisation being multi-start, not global.
 */
class ExhaustiveAllocator : public Allocator
{
  public:
    /// Most users accepted.
    static constexpr uint32_t MAX_USERS = 10;
    /// Most combinations of options accepted.
    static constexpr double MAX_COMBINATIONS = 1e6;

    std::string GetName() const override;
    HonouredOptions GetHonouredOptions() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EXHAUSTIVE_H
