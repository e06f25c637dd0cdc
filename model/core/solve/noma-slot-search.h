/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_SEARCH_H
#define NOMA_SLOT_SEARCH_H

#include "noma-slot-state.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Improves a whole decision of the slot problem by moves and swaps: users join, leave and change
 * subchannels, take the place of another or swap with it; the powers of the touched subchannels are
 * optimised after every change. V never falls.
 */
class SlotSearch
{
  public:
    /**
     * @param problem a valid problem
     * @param columns pairs to choose from
     * @param passes passes over all users, at most
     * @param reach changes that lose up to this fraction of the mean of V per user at the powers as
     *        they are, are tried with powers optimised
     * @param [in,out] state what to improve
     */
    void Improve(const SlotProblem& problem,
                 const SlotColumns& columns,
                 uint32_t passes,
                 double reach,
                 SlotState& state);

  private:
    /// A change.
    struct Move
    {
        uint32_t column{NONE};  //!< pair that a user takes, NONE = none
        uint32_t from{NONE};    //!< subchannel it leaves, NONE = none
        uint32_t instead{NONE}; //!< user whose place it takes, NONE = nobody's
        bool swap{false};       //!< whether that user takes its place
    };

    /// Drafts a change. @param link who @param move the change
    /// @returns whether powers and pairs allow it
    bool Draft(uint32_t link, const Move& move);

    /// Finds power for a user that joins. @param m where
    /// @param wantW power it would like (W) @param link who
    /// @param freedW power it no longer spends (W) @returns power, 0 if there is none
    double FindPower(uint32_t m, double wantW, uint32_t link, double freedW);

    /// Looks for the best change for a user and makes it if it helps.
    /// @param link the user @returns whether it did
    bool Look(uint32_t link);

    /// Values a change and keeps it if it is the best. @param link who @param move the change
    void Try(uint32_t link, const Move& move);

    const SlotProblem* m_problem{nullptr}; //!< the problem
    const SlotColumns* m_columns{nullptr}; //!< pairs
    SlotState* m_state{nullptr};           //!< what is improved
    double m_least{0};                     //!< gain below which nothing is changed
    double m_reach{0};                     //!< loss up to which powers are tried
    Move m_best;                           //!< best change for a user
    double m_bestGain{0};                  //!< what it gains
    std::vector<uint64_t> m_looked;        //!< when changes were last looked for, by user
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_SEARCH_H
