/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_EDGE_ONLY_H
#define NOMA_EDGE_ONLY_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Every user sends its input to the edge and computes nothing, as far as the edge server and the
 * power budget can take it; radio round robin.
 */
class EdgeOnlyAllocator : public Allocator
{
  public:
    std::string GetName() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_EDGE_ONLY_H
