/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DADS_SPLIT_RULE_H
#define NOMA_DADS_SPLIT_RULE_H

#include "ns3/noma-split-rule.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * DNN surgeon (DADS) for every waiting task: at the rate it would have round robin and an equal
 * share of the server, the cut is
 *
 * - while the server is lightly loaded (DSL), the minimum cut of the task's DAG: the least sum of
 *   device, uplink and edge time;
 * - while it is heavily loaded (DSH), the cut with the least slowest of the three, which bounds the
 *   throughput of a pipeline of tasks.
 *
 * As in DADS the result's way back is left out, and what other tasks of the same user still have to
 * do. A client of which only a list of cuts is known keeps the allocator's choice.
 */
class DadsSplitRule : public SplitRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    void DoChoose(const BuiltInstance& built, Decision& decision) override;

    double m_heavyLoad; //!< users with work for a server, per unit, beyond which it is loaded
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DADS_SPLIT_RULE_H
