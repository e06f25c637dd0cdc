/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LI_GD_SLOT_RULE_H
#define NOMA_LI_GD_SLOT_RULE_H

#include "ns3/noma-slot-rule.h"
#include "ns3/noma-slot-solver.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Decides who sends where at what power in a slot by solving the slot problem (SlotProblem) as
 * Li-GD does, starting from the last slot's decision, where that has none for a user from the plan,
 * and from the greedy choice. Its powers and groups are final.
 *
 * Prices are those of SetSlotPrices(): what it would save later to send a bit now.
 */
class LiGdSlotRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    LiGdSlotRule();

    bool IsFinal() const override;
    bool SendsShortestFirst() const override;

    /// @param d direction
    /// @returns what the last slot's decision was worth and how it came about
    const SlotSolution& GetSolution(Direction d) const
    {
        return m_solution[d];
    }

  private:
    void DoAssign(const SlotSnapshot& snapshot,
                  SlotChannel& channel,
                  const std::vector<SlotUser>& users,
                  uint32_t k,
                  Direction d,
                  std::vector<Grant>& grants) override;

    /**
     * @param problem the problem
     * @param users by user index
     * @returns where to start from
     */
    std::vector<SlotEntry> GetStart(const SlotProblem& problem,
                                    const std::vector<SlotUser>& users) const;

    uint32_t m_maxPerUser;                   //!< most subchannels of a user
    double m_energyWeight;                   //!< price of energy as a fraction of its utility
    bool m_warmStart;                        //!< whether to start from the last slot
    uint32_t m_candidates;                   //!< subchannels looked at per user
    uint32_t m_iterations;                   //!< steps of a relaxed ascent
    uint32_t m_passes;                       //!< passes of moves and swaps
    SlotSolver m_solver;                     //!< solves slots
    PerDirection<std::vector<Grant>> m_last; //!< last slot's decision
    PerDirection<SlotSolution> m_solution;   //!< the same with what it was worth
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LI_GD_SLOT_RULE_H
