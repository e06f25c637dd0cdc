/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DEVICE_ONLY_H
#define NOMA_DEVICE_ONLY_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Every user computes its whole task itself; one that cannot any more (a task under way) takes the
 * option with the least work at the edge.
 */
class DeviceOnlyAllocator : public Allocator
{
  public:
    std::string GetName() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DEVICE_ONLY_H
