/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_SOLVER_H
#define NOMA_SLOT_SOLVER_H

#include "noma-projected-gradient.h"
#include "noma-slot-greedy.h"
#include "noma-slot-relaxation.h"
#include "noma-slot-search.h"
#include "noma-slot-state.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * How hard SlotSolver tries.
 */
struct SlotSolverParams
{
    uint32_t candidates{8};  //!< subchannels looked at per user, those with its best gains; 0 = all
    uint32_t active{3};      //!< of these, variables of the relaxed problem per user
    uint32_t iterations{20}; //!< steps of a relaxed ascent, at most; 0 = no relaxed problem
    double mixing{0.3};      //!< of a start's shares this much is spread over the user's variables
    uint32_t searches{1};    //!< starts that moves and swaps improve, the best ones
    uint32_t passes{4};      //!< passes of moves and swaps, at most
    uint32_t powerSteps{10}; //!< steps of a power ascent, at most
    double reach{0.05};      //!< see SlotSearch::Improve()

    /// @throws std::invalid_argument naming the field that is wrong
    void Validate() const;
};

/**
 * @ingroup noma-core-solve
 * What a slot's decision is worth and how it came about.
 */
struct SlotSolution
{
    std::vector<SlotEntry> entries; //!< the decision, by subchannel
    std::vector<double> rateBps;    //!< rate of each entry (bit/s)
    double value{0};                //!< V
    double greedyValue{0};          //!< V of the greedy choice at its starting powers
    uint64_t iterations{0};         //!< steps of relaxed ascents
    uint64_t evaluations{0};        //!< subchannels evaluated by moves and power ascents
};

/**
 * @ingroup noma-core-solve
 * Solves the slot problem as Li-GD does: the relaxed problem in shares and logarithms of powers
 * ascends from the last slot's solution and from the greedy choice, each user keeps its largest
 * share and each subchannel of an access point its K largest, and moves, swaps and power ascents
 * improve what was rounded. The best of all is kept, the greedy choice included, so that V is never
 * below that of the greedy choice. Deterministic; keeps its memory between slots.
 */
class SlotSolver
{
  public:
    /// @param params how hard to try @throws std::invalid_argument as Validate()
    explicit SlotSolver(const SlotSolverParams& params = {});

    /// @param params how hard to try from now on @throws std::invalid_argument as Validate()
    void SetParams(const SlotSolverParams& params);

    /**
     * @param problem the problem
     * @param last decision to start from beside the greedy choice; may be empty, and may break K,
     *        maxPerUser or power bounds, which is repaired
     * @returns a feasible decision
     * @throws std::invalid_argument as SlotProblem::Validate()
     */
    SlotSolution Solve(const SlotProblem& problem, const std::vector<SlotEntry>& last);

  private:
    /// Runs the relaxed ascent and rounds. @param problem the problem
    /// @param start a decision @param [out] rounded what came of it
    /// @param [in,out] solution work is added
    void Ascend(const SlotProblem& problem,
                const std::vector<SlotEntry>& start,
                std::vector<SlotEntry>& rounded,
                SlotSolution& solution);

    /// Makes a decision feasible. @param problem the problem @param [in,out] entries the decision,
    /// those to be kept first
    void Repair(const SlotProblem& problem, std::vector<SlotEntry>& entries) const;

    /// Optimises the powers of a decision and keeps it as a start of moves and swaps.
    /// @param entries the decision
    void Offer(const std::vector<SlotEntry>& entries);

    /// Where moves and swaps may begin.
    struct Start
    {
        double value{0};                //!< V
        std::vector<SlotEntry> entries; //!< the decision
    };

    SlotSolverParams m_params;      //!< how hard
    SlotColumns m_columns;          //!< pairs
    SlotGreedy m_greedy;            //!< the greedy choice
    SlotRelaxation m_relaxation;    //!< the relaxed problem
    ProjectedGradient m_descent;    //!< its solver
    SlotState m_state;              //!< decision being improved
    SlotSearch m_search;            //!< moves and swaps
    std::vector<Start> m_starts;    //!< where they may begin
    std::vector<uint32_t> m_active; //!< pairs that are variables
    std::vector<double> m_x;        //!< variables
};

/**
 * @ingroup noma-core-solve
 * V of a decision, computed afresh.
 *
 * @param problem a valid problem
 * @param entries a decision
 * @param [out] rateBps rate of each entry (bit/s), may be null
 * @returns V
 */
double EvaluateSlot(const SlotProblem& problem,
                    const std::vector<SlotEntry>& entries,
                    std::vector<double>* rateBps = nullptr);

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_SOLVER_H
