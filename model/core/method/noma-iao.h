/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_IAO_H
#define NOMA_IAO_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * IAO: alternates between every user's best cut at its units and moving integer units between the
 * users of an edge server, minimising the largest delay or the sum of delays. Rates are those seen
 * at present; radio is round robin.
 */
class IaoAllocator : public Allocator
{
  public:
    /// What is minimised per edge server.
    enum class Goal
    {
        MIN_MAX, //!< largest delay
        MIN_SUM  //!< sum of delays
    };

    /// @param goal what is minimised
    explicit IaoAllocator(Goal goal);

    std::string GetName() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    Goal m_goal; //!< what is minimised
};

} // namespace noma
} // namespace ns3

#endif // NOMA_IAO_H
