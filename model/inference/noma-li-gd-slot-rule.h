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
 * A bit of user i is worth v_i = (w_i + e_i pbar_i) T / B_i, with the utility w_i of a second, that
 * of a joule e_i, the plan's power pbar_i, the bits B_i left of its tasks, and T half the time in
 * which its access point would have sent all that waits there, the user's own time on the air at
 * least: finishing a user earlier moves up, in the mean, half of what waits. A joule costs
 * EnergyWeight * e_i: in full it would back powers off further than pays, because a slot decides as
 * if every later slot were as good.
 */
class LiGdSlotRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    LiGdSlotRule();

    bool IsFinal() const override;

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
     * @param users by user index
     * @param [in,out] problem the problem, whose bit prices are set
     */
    static void SetBitPrices(const std::vector<SlotUser>& users, SlotProblem& problem);

    /**
     * @param problem the problem
     * @param users by user index
     * @returns where to start from
     */
    std::vector<SlotEntry> GetStart(const SlotProblem& problem,
                                    const std::vector<SlotUser>& users) const;

    /// @param value attribute Candidates
    void SetCandidates(uint32_t value);
    /// @returns attribute Candidates
    uint32_t GetCandidates() const;
    /// @param value attribute Iterations
    void SetIterations(uint32_t value);
    /// @returns attribute Iterations
    uint32_t GetIterations() const;
    /// @param value attribute Passes
    void SetPasses(uint32_t value);
    /// @returns attribute Passes
    uint32_t GetPasses() const;

    uint32_t m_maxPerUser;                   //!< most subchannels of a user
    double m_energyWeight;                   //!< price of energy as a fraction of its utility
    bool m_warmStart;                        //!< whether to start from the last slot
    SlotSolverParams m_params;               //!< how hard to try
    SlotSolver m_solver;                     //!< solves slots
    PerDirection<std::vector<Grant>> m_last; //!< last slot's decision
    PerDirection<SlotSolution> m_solution;   //!< the same with what it was worth
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LI_GD_SLOT_RULE_H
