/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ACCURACY_ACCOUNT_H
#define NOMA_ACCURACY_ACCOUNT_H

#include "ns3/noma-allocator.h"
#include "ns3/noma-instance-builder.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Keeps the mean accuracy over all tasks that got a cut at a floor, decision by decision: what
 * earlier tasks were above the floor, later ones may be below it. Tasks count whose network names
 * exits.
 *
 * Where a decision takes effect before the next is made, the mean is never below the floor. Several
 * decisions on their way may spend the same surplus; those after them make up for it.
 */
class AccuracyAccount
{
  public:
    /**
     * What the next decision must reach.
     *
     * @param users users of the problem, their options with accuracies
     * @param tasks tasks of each that get a cut by the decision
     * @param floor floor of the mean
     * @returns floor of the mean of these tasks, in [0, 1]; 0 if none of them counts
     */
    double Required(const std::vector<User>& users,
                    const std::vector<double>& tasks,
                    double floor) const;

    /**
     * Asks the allocator for as much as the next decision must reach.
     *
     * @param built the problem
     * @param floor floor of the mean, 0 = none
     * @param [in,out] options floor and weights are set
     */
    void Ask(const BuiltInstance& built, double floor, AllocatorOptions& options) const;

    /**
     * Notes tasks that got a cut.
     *
     * @param option their cut
     * @param tasks how many
     */
    void Book(const CutOption& option, double tasks);

    /**
     * Whether the tasks of a user count.
     *
     * @param user the user
     * @returns whether its network names exits
     */
    static bool Counts(const User& user);

    /// @returns mean accuracy of the tasks booked, 1 without any
    double GetMean() const;

  private:
    double m_tasks{0}; //!< tasks booked
    double m_sum{0};   //!< sum of their accuracies
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ACCURACY_ACCOUNT_H
