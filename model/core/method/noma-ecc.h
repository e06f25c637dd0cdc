/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ECC_H
#define NOMA_ECC_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

class Assignment;
class LocalSearch;

/**
 * @ingroup noma-core
 * The module's best: per-user options, subchannels, powers and units chosen jointly.
 *
 * 1. The decisions of every uncoordinated method, of effort 0, of the warm start and of a few
 * random draws are polished; for superposition also the result of the same search without it.
 * 2. The best of them descend by single moves, swaps and replacements (LocalSearch).
 * 3. The best local optimum is kicked and descends again, as long as the effort lasts.
 * 4. Powers are polished from several starts, units solved to optimality.
 *
 * Effort 0 is for a controller: rounds of best responses from the warm start, on large instances a
 * single one over a few subchannels per user. AllocatorOptions::maxIterations is the number of
 * kicks. The decision is integral where the access points' users fit; beyond that, users
 * share subchannels in time. The problem is not convex: the result is a local optimum, nothing
 * more is claimed.
 */
class EccAllocator : public Allocator
{
  public:
    /// How many users may share a subchannel in a slot.
    enum class Access
    {
        NOMA, //!< Instance::maxSuperposed
        OMA   //!< one
    };

    /// @param access how many users may share a subchannel
    explicit EccAllocator(Access access);

    std::string GetName() const override;
    HonouredOptions GetHonouredOptions() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    /// What a controller affords every slot. @param instance instance @param options options
    /// @param capacity users per subchannel @returns the allocation
    Allocation Respond(const Instance& instance,
                       const AllocatorOptions& options,
                       uint32_t capacity) const;

    /// The full search. @param instance instance @param options options
    /// @param capacity users per subchannel @param extra one more start, or null
    /// @param progressFrom fraction already done @returns the allocation
    Allocation Search(const Instance& instance,
                      const AllocatorOptions& options,
                      uint32_t capacity,
                      const Allocation* extra,
                      double progressFrom) const;

    Access m_access; //!< NOMA or OMA
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ECC_H
