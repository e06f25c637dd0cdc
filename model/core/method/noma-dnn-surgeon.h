/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_SURGEON_H
#define NOMA_DNN_SURGEON_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * DNN surgeon (DADS) on given options: every user takes, at the rates and units it sees at present,
 * the cut with the least device + uplink + edge time (DSL, light load) or the least maximum of the
 * three (DSH, heavy load, for throughput; ties go to the smaller sum). As published it neglects the
 * result's way back. The minimum cut that finds the options of a DAG is in noma-dnn-cut.h. Radio is
 * round robin.
 */
class DnnSurgeonAllocator : public Allocator
{
  public:
    /// What a user minimises.
    enum class Goal
    {
        LATENCY,   //!< sum of the stages
        THROUGHPUT //!< slowest stage
    };

    /// @param goal what a user minimises
    explicit DnnSurgeonAllocator(Goal goal);

    std::string GetName() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    Goal m_goal; //!< what a user minimises
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_SURGEON_H
