/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RADIO_BASELINE_H
#define NOMA_RADIO_BASELINE_H

#include "noma-allocator.h"
#include "noma-radio-groups.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * What methods from the literature that allocate radio need to solve the whole problem: splits by
 * best response, compute units to optimality.
 *
 * 1. Every user takes the option with the least utility at the rates and the price of units it saw
 *    last; at first those of everybody sending round robin, and then everybody who can send does,
 *    so that all see what the method's radio gives them.
 * 2. The method places the senders and sets their powers, direction by direction.
 * 3. Units are solved (OptimiseUnits()); downlink powers are scaled down where a budget binds.
 *
 * This repeats until no option changes, at most AllocatorOptions::maxIterations times (8). The best
 * round's decision is returned. Deadlines count by prices (SolveWithDeadlines()).
 */
class RadioBaseline : public Allocator
{
  public:
    HonouredOptions GetHonouredOptions() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    /**
     * Places every sender and sets its power.
     *
     * @param [in,out] groups one direction, nobody placed
     * @returns iterations of the method
     */
    virtual uint64_t AllocateRadio(RadioGroups& groups) const = 0;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_RADIO_BASELINE_H
