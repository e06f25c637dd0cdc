/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_NEUROSURGEON_H
#define NOMA_NEUROSURGEON_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Neurosurgeon: every user takes the cut with the least delay, or the least energy of its own
 * device, at the rates and units it sees at present, without coordination. Radio is round robin.
 */
class NeurosurgeonAllocator : public Allocator
{
  public:
    /// What a user minimises.
    enum class Goal
    {
        LATENCY, //!< delay
        ENERGY   //!< energy of the device: computing and transmitting
    };

    /// @param goal what a user minimises
    explicit NeurosurgeonAllocator(Goal goal);

    std::string GetName() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    Goal m_goal; //!< what a user minimises
};

} // namespace noma
} // namespace ns3

#endif // NOMA_NEUROSURGEON_H
