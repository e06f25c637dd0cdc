/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GROUP_COSTS_H
#define NOMA_GROUP_COSTS_H

#include "noma-power-polish.h"
#include "noma-subchannel.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * Costs of groups of users on the subchannels of one direction, exact or bounded from below.
 */
class GroupCosts
{
  public:
    /// A set of users, one bit each.
    using Subset = uint32_t;

    /// @param instance instance @param d direction @param seed of the random starts
    GroupCosts(const Instance& instance, Direction d, uint64_t seed);

    /// @param option option per user
    /// @returns lower bound of the whole direction's cost
    double LowerBound(const std::vector<uint32_t>& option);

    /// Sets the options that costs and partitions are for. @param option option per user
    void SetOptions(const std::vector<uint32_t>& option);

    /// Finds the cheapest partition at present values. @returns its cost
    double Partition();

    /// @returns the groups of the partition last found, by subchannel
    std::vector<Subset> Groups() const;

    /// Optimises the groups that are only bounded. @param groups by subchannel
    /// @returns whether there were any
    bool MakeExact(const std::vector<Subset>& groups);

    /// Optimises the powers of one group. @param m subchannel @param group users
    /// @param [out] best powers, by user index @returns the cost
    double Optimise(uint32_t m, Subset group, std::vector<double>& best);

    /// @returns evaluations of single subchannels
    uint64_t GetEvaluations() const
    {
        return m_polish.GetEvaluations();
    }

    /// @returns largest relative projected gradient norm met
    double GetStationarity() const
    {
        return m_stationarity;
    }

  private:
    /// @param user user
    /// @returns power bounds
    const Interval& Bounds(uint32_t user) const
    {
        return m_instance.users[user].powerW[m_d];
    }

    /// @param user user
    /// @param option option
    /// @param m subchannel
    /// @returns cost of a user by itself
    double Alone(uint32_t user, uint32_t option, uint32_t m);

    /// @param group users
    /// @returns what identifies a group at the present options
    uint64_t Key(Subset group) const;

    /// Fills the table of costs and bounds of one subchannel. @param m subchannel
    void FillValues(uint32_t m);

    const Instance& m_instance;                                //!< instance
    Direction m_d;                                             //!< direction
    uint64_t m_seed;                                           //!< of random starts
    SubchannelProblem m_problem;                               //!< evaluator
    PowerPolish m_polish;                                      //!< optimiser
    double m_stationarity{0};                                  //!< largest so far
    std::vector<std::vector<uint64_t>> m_class;                //!< per user and option
    std::vector<bool> m_admissible;                            //!< whether K allows the subset
    std::vector<uint32_t> m_option;                            //!< present options
    Subset m_active{0};                                        //!< users on the radio
    std::unordered_map<uint64_t, double> m_alone;              //!< memory of Alone()
    std::vector<std::unordered_map<uint64_t, double>> m_exact; //!< memory per subchannel
    std::vector<std::vector<double>> m_value;                  //!< cost or bound per subset
    std::vector<std::vector<bool>> m_isExact;                  //!< which of the two
    std::vector<std::vector<double>> m_best;                   //!< dynamic programming
    std::vector<std::vector<Subset>> m_choice;                 //!< dynamic programming
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GROUP_COSTS_H
