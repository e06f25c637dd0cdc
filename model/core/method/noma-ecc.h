/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ECC_H
#define NOMA_ECC_H

#include "noma-allocator.h"

#include "ns3/noma-li-gd-engine.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * The module's best: per-user options, subchannels, powers and units chosen jointly.
 *
 * 1. Li-GD over layers on short lists of columns (LiGdEngine), then over each user's own options:
 * everybody answers with its best option at the rates found, until nothing changes.
 * 2. The relaxed shares become whole subchannels within the capacity, and rounds of best responses
 * over options, subchannels and powers follow. This is effort 0, one slot's work.
 * 3. Local search (LocalSearch) from there and from the decisions of the uncoordinated methods;
 * with more than 300 users from there only, deeply, and the uncoordinated methods are not compared.
 * 4. The best local optimum is kicked and descends again, as long as the effort lasts.
 *
 * Powers are polished from several starts and units solved to optimality wherever the path is
 * compared with the incumbent. All efforts follow one path (EccSearch), so that the objective never
 * rises with the effort. Superposition also walks the path without it (with more than 300 users
 * only if most of them send at their least power): where taking turns is better than any integral
 * decision found, its time shares are returned, unless AllocatorOptions::integral asks for whole
 * subchannels.
 *
 * With a warm start the relaxed problem continues from the object's last call if the instance has
 * the same size. AllocatorOptions::maxIterations is the number of kicks, epsilon the tolerance of
 * the last polish. The problem is not convex: the result is a local optimum, nothing more is
 * claimed.
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

    Access m_access;     //!< NOMA or OMA
    LiGdEngine m_shared; //!< relaxed problem with superposition
    LiGdEngine m_alone;  //!< relaxed problem with one user at a time
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ECC_H
