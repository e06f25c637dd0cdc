/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RADIO_GROUPS_H
#define NOMA_RADIO_GROUPS_H

#include "ns3/noma-decision.h"
#include "ns3/noma-subchannel.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Who is on which subchannel in one direction at given options, at what power, and what that costs
 * each of them: the board on which the methods that match users and subchannels play.
 *
 * An access point with more senders than K times the number of subchannels lets the users of a
 * subchannel take turns; otherwise it never has more than K on one.
 */
class RadioGroups
{
  public:
    /**
     * Nobody is placed yet; powers are the greatest allowed.
     *
     * @param instance a valid instance; kept by reference
     * @param direction link direction
     * @param decision options of all users
     */
    RadioGroups(const Instance& instance, Direction direction, const Decision& decision);

    /// @returns the instance
    const Instance& GetInstance() const
    {
        return m_instance;
    }

    /// @returns the direction
    Direction GetDirection() const
    {
        return m_direction;
    }

    /**
     * @param ap access point
     * @returns its users that have something to send, ascending
     */
    const std::vector<uint32_t>& GetUsers(uint32_t ap) const
    {
        return m_users[ap];
    }

    /**
     * @param user user
     * @returns its subchannel, NONE if it has none
     */
    uint32_t GetSubchannel(uint32_t user) const
    {
        return m_subchannel[user];
    }

    /**
     * @param user user
     * @returns its power (W)
     */
    double GetPower(uint32_t user) const
    {
        return m_power[user];
    }

    /**
     * @param user a user with something to send
     * @returns what its rate is worth
     */
    const SubchannelMember& GetMember(uint32_t user) const
    {
        return m_member[user];
    }

    /**
     * @param ap access point
     * @param m subchannel
     * @returns how many more of its users fit there
     */
    uint32_t GetRoom(uint32_t ap, uint32_t m) const;

    /**
     * @param user a user with something to send
     * @param m where it goes, NONE = nowhere
     */
    void Place(uint32_t user, uint32_t m);

    /**
     * Takes a user to a subchannel and somebody else to where it was. The same with the old
     * subchannel takes that back.
     *
     * @param user a placed user
     * @param m where it goes
     * @param other who goes to where the user was, NONE = nobody
     */
    void Move(uint32_t user, uint32_t m, uint32_t other);

    /**
     * @param user user
     * @returns all subchannels, the one with its best gain first, of equals the lower
     */
    std::vector<uint32_t> GetPreference(uint32_t user) const;

    /**
     * @param user user
     * @param powerW power (W), brought within its bounds
     */
    void SetPower(uint32_t user, double powerW);

    /**
     * @param m subchannel
     * @returns sum of the costs of all users on it; 1e100 stands for infinity
     */
    double GetCost(uint32_t m);

    /**
     * @param m subchannel
     * @param ap access point
     * @returns sum of the costs of this access point's users
     */
    double GetCost(uint32_t m, uint32_t ap);

    /**
     * @param user a placed user
     * @returns its cost
     */
    double GetUserCost(uint32_t user);

    /**
     * @param user a placed user
     * @returns its SINR over SNR gap and power, all others being what they are (1/W)
     */
    double GetSnrPerWatt(uint32_t user);

    /// Places every user, strongest first, on its strongest subchannel with room.
    void PlaceStrongest();

    /**
     * Loads a subchannel for a method that sets all powers on it together.
     *
     * @param m subchannel
     * @param [out] power powers of its users (W)
     * @returns the loaded problem, valid until the next call
     */
    SubchannelProblem& Load(uint32_t m, std::vector<double>& power);

    /**
     * Takes back what Load() gave out.
     *
     * @param m subchannel
     * @param power powers (W)
     */
    void SetPowers(uint32_t m, const std::vector<double>& power);

    /// @returns evaluations of a subchannel so far
    uint64_t GetEvaluations() const
    {
        return m_evaluations;
    }

    /**
     * @param [in,out] decision its links of this direction are overwritten
     */
    void Write(Decision& decision) const;

  private:
    /// The users of one subchannel, ascending, and what they pay.
    struct Cell
    {
        std::vector<SubchannelMember> members; //!< users
        std::vector<double> cost;              //!< of each
        std::vector<double> rate;              //!< of each (bit/s)
        bool fresh{true};                      //!< whether costs and rates are up to date
    };

    /**
     * @param m subchannel
     * @returns the subchannel, up to date
     */
    const Cell& Refresh(uint32_t m);
    /**
     * @param user a placed user
     * @returns its position on its subchannel
     */
    std::size_t Find(uint32_t user) const;

    const Instance& m_instance;                 //!< problem
    Direction m_direction;                      //!< direction
    SubchannelProblem m_problem;                //!< evaluates subchannels
    std::vector<std::vector<uint32_t>> m_users; //!< senders per access point
    std::vector<SubchannelMember> m_member;     //!< what a user's rate is worth
    std::vector<uint32_t> m_subchannel;         //!< per user
    std::vector<double> m_power;                //!< per user (W)
    std::vector<Cell> m_cells;                  //!< per subchannel
    std::vector<uint32_t> m_count;              //!< users per [subchannel][access point]
    std::vector<uint32_t> m_most;               //!< users per subchannel and access point, at most
    std::vector<double> m_scratch;              //!< powers
    uint64_t m_evaluations{0};                  //!< of subchannels
};

} // namespace noma
} // namespace ns3

#endif // NOMA_RADIO_GROUPS_H
