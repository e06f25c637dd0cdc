/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DECISION_H
#define NOMA_DECISION_H

#include "noma-instance.h"

#include <limits>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * A share of one subchannel, the x[i][m] of the model: the fraction of slots in which the user
 * holds it.
 */
struct Share
{
    uint32_t subchannel{0}; //!< subchannel
    double share{0};        //!< in [0, 1]
};

/// Whoever sends has some power, also where bounds begin at 0 and a budget leaves next to nothing
/// (W).
constexpr double LEAST_POWER_W = std::numeric_limits<double>::denorm_min();

/**
 * @ingroup noma-core-problem
 * Radio resources of one user in one direction. Empty shares = no radio.
 */
struct LinkDecision
{
    std::vector<Share> shares; //!< positive shares, ascending subchannel
    double powerW{0};          //!< transmit power (W)

    /// @returns whether exactly one subchannel is held in full
    bool IsIntegral() const
    {
        return shares.size() == 1 && shares.front().share == 1.0;
    }
};

/**
 * @ingroup noma-core-problem
 * What is decided for one user.
 */
struct UserDecision
{
    uint32_t option{0};              //!< index into User::options
    double units{0};                 //!< compute units at the edge, 0 if it has no work
    PerDirection<LinkDecision> link; //!< radio
};

/**
 * @ingroup noma-core-problem
 * A decision for every user of an instance, in the same order.
 */
struct Decision
{
    std::vector<UserDecision> users; //!< one per user

    /// @returns whether no subchannel is shared in time
    bool IsIntegral() const;
};

/**
 * @ingroup noma-core-problem
 * @param instance the instance
 * @param decision a decision whose sizes and indices fit it
 * @returns whether no access point sends with more than its power budget on average
 */
bool KeepsPowerBudgets(const Instance& instance, const Decision& decision);

/**
 * @ingroup noma-core-problem
 * Checks a decision against its instance: sizes and ranges always; with @p feasible also the
 * constraints (K per subchannel, edge units, power bounds, sum of shares).
 *
 * @param instance the instance
 * @param decision the decision
 * @param feasible whether to check the constraints too
 * @throws std::invalid_argument naming field, value and what is allowed
 */
void ValidateDecision(const Instance& instance, const Decision& decision, bool feasible);

} // namespace noma
} // namespace ns3

#endif // NOMA_DECISION_H
