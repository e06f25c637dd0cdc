/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ECC_SEARCH_H
#define NOMA_ECC_SEARCH_H

#include "noma-allocator.h"

#include "ns3/noma-assignment.h"
#include "ns3/noma-li-gd-engine.h"
#include "ns3/noma-local-search.h"

#include <functional>
#include <limits>
#include <random>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * EccAllocator's work on one instance at one capacity: one path that every effort follows from its
 * beginning and leaves where its budget of member evaluations ends, with one incumbent throughout.
 * The path is offered to the incumbent at marks that do not depend on the budget, so that a larger
 * effort has seen all that a smaller one has and is never worse. On smaller instances Li-GD begins
 * at what is offered there, and at the incumbent with a few users moved: where places are scarce,
 * users that share them in time are better than any whole assignment.
 */
class EccSearch
{
  public:
    /**
     * @param instance a valid instance; kept by reference
     * @param options the caller's wishes; kept by reference
     * @param capacity users per (access point, subchannel, direction) at a time
     * @param engine solver of the relaxed problem, whose state warm starts use and every call moves
     */
    EccSearch(const Instance& instance,
              const AllocatorOptions& options,
              uint32_t capacity,
              LiGdEngine& engine);

    /**
     * @param start one more decision to begin from, or null
     * @param from fraction of the caller's work already done
     * @param to fraction done afterwards
     * @returns the best decision met, its objective and what it took
     */
    Allocation Run(const Decision* start, double from, double to);

    /// @param instance an instance
    /// @returns whether the search goes by what pays most per work: one descent, then kicks
    static bool IsLarge(const Instance& instance);

    /// @returns the decision of one slot's work
    const Decision& GetSlotDecision() const
    {
        return m_slotDecision;
    }

  private:
    /// One slot's work: Li-GD on columns, answers of the users, whole subchannels, best
    /// responses. @param start one more decision to begin from, or null
    void Slot(const Decision* start);
    /// Rounds of best responses on a few subchannels. @param warm whether from a warm start
    void Respond(bool warm);
    /// Descents from decisions of the uncoordinated methods and from random ones.
    void DescendFromStarts();
    /// Kicks out of the best local optimum, for as long as there is budget.
    void Kick();
    /// Descends from the best state with all users of one access point as in another decision, for
    /// every access point: cells hear little of each other, so that the best of each go together.
    /// @param other a decision
    void Cross(const Decision& other);
    /// Descends and takes the end for the best state if it is. @param users where to begin
    /// @param deep as LocalSearch::Descend() @param goOn likewise @returns whether it is the best
    bool Descend(const std::vector<uint32_t>& users, bool deep, const std::function<bool()>& goOn);
    /// The same for as long as there is budget. @param users where to begin
    /// @param deep as LocalSearch::Descend() @returns whether it is the best
    bool Descend(const std::vector<uint32_t>& users, bool deep);
    /// Keeps the present state if it is the best. @returns whether it is
    bool Keep();
    /// Polishes the present state for the incumbent; the path continues from where it was.
    /// @returns the decision offered
    Decision Offer();
    /// Compares what Li-GD makes of a decision by time shares with the incumbent.
    /// @param start where it begins @param rounds answers of the users, at most
    /// @param shakes descents from the best with a few users moved
    void Relax(const Decision& start, uint32_t rounds, uint32_t shakes);
    /// Compares a decision as it is with the incumbent. @param decision feasible decision
    /// @param stationarity of its continuous variables
    void Compare(const Decision& decision, double stationarity);
    /// Offers where the next mark is reached. @returns whether there is budget left
    bool GoOn();
    /// Reports progress. @param fraction of this search @returns whether to go on
    bool Report(double fraction);

    const Instance& m_instance;                                  //!< instance
    const AllocatorOptions& m_options;                           //!< the caller's wishes
    LiGdEngine& m_engine;                                        //!< relaxed problem, in a slot
    LiGdEngine m_relaxed;                                        //!< the same, finely
    Assignment m_assignment;                                     //!< the path's decision
    LocalSearch m_search;                                        //!< what improves it
    std::mt19937_64 m_rng;                                       //!< of random starts and kicks
    std::mt19937_64 m_shaker;                                    //!< of shakes
    std::vector<uint32_t> m_everybody;                           //!< all users
    Allocation m_incumbent;                                      //!< best decision met
    Decision m_slotDecision;                                     //!< what effort 0 decides
    Assignment::State m_best;                                    //!< best state of the path
    double m_bestGamma{std::numeric_limits<double>::infinity()}; //!< its objective
    bool m_offered{false}; //!< whether the best state has been offered
    double m_budget{0};    //!< member evaluations
    double m_mark{0};      //!< where the path is offered next
    bool m_over{false};    //!< whether the budget has been used
    double m_from{0};      //!< progress before
    double m_to{1};        //!< progress afterwards
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ECC_SEARCH_H
