/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SUBCHANNEL_H
#define NOMA_SUBCHANNEL_H

#include "ns3/noma-instance.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * One user on one subchannel, with what its rate is worth: it adds (timeCost + energyCost * p) / R
 * to the objective, eqs. (18), (2), (14), and powerPrice * share * p.
 */
struct SubchannelMember
{
    uint32_t user{0};     //!< user index
    double share{1};      //!< share of the subchannel, in (0, 1]
    double timeCost{0};   //!< bits * wT / delayScale
    double energyCost{0}; //!< bits * wE / energyScale (1/W)
    double powerPrice{0}; //!< price of one watt on average, where a power budget binds (1/W)
};

/// @param user user
/// @param d direction
/// @param o option
/// @returns the member's costs for one task
SubchannelMember MakeMember(const User& user, Direction d, const CutOption& o);

/**
 * @ingroup noma-core-solve
 * Best power of a user that is alone on a subchannel, minimising (t + e p) / log2(1 + c p):
 * (exp(1 + W0((a - 1) / e)) - 1) / c with a = c t / e, clamped to the bounds.
 *
 * @param timeCost t
 * @param energyCost e
 * @param c gain over noise and SNR gap (1/W)
 * @param bounds power bounds (W)
 * @returns the power (W)
 */
double LonePower(double timeCost, double energyCost, double c, const Interval& bounds);

/**
 * @ingroup noma-core-solve
 * The part of the objective that one subchannel of one direction carries: the users on it, at all
 * access points, interfere with one another and with nobody else. Members keep the order given to
 * Load(); powers, rates and gradients are indexed by it. Reuses its memory between loads.
 */
class SubchannelProblem
{
  public:
    /**
     * @param instance a valid instance; kept by reference
     * @param direction link direction
     */
    SubchannelProblem(const Instance& instance, Direction direction);

    /**
     * Fetches the gains and the decoding order.
     *
     * @param m subchannel
     * @param members users on it
     */
    void Load(uint32_t m, const std::vector<SubchannelMember>& members);

    /// @returns number of members
    std::size_t GetN() const
    {
        return m_members.size();
    }

    /// @param k position in Load()
    /// @returns the member
    const SubchannelMember& GetMember(std::size_t k) const
    {
        return m_members[k];
    }

    /**
     * @param p power of each member (W)
     * @returns sum of the members' costs; infinite where bits meet a rate of zero
     */
    double Cost(const double* p);

    /**
     * @param p power of each member (W)
     * @param [out] gradient derivative of the cost with respect to each power
     * @returns sum of the members' costs
     */
    double CostGradient(const double* p, double* gradient);

    /**
     * @param p power of each member (W)
     * @returns what one watt of interference at each member's receiver costs; for the rate rule
     *          DECODABLE at that of the user that limits it. Costs are those of Cost().
     */
    const std::vector<double>& FindPrices(const double* p);

    /// @param k position in Load()
    /// @returns the rate after Cost() or CostGradient() (bit/s)
    double GetRate(std::size_t k) const
    {
        return m_rate[k];
    }

    /// @param k position in Load()
    /// @returns the member's own part of the last cost
    double GetMemberCost(std::size_t k) const
    {
        return m_cost[k];
    }

    /// @param k position
    /// @returns gain over noise and SNR gap at the own access point (1/W)
    double GetLoneSnr(std::size_t k) const;

  private:
    /// One access point's members, in decoding order.
    struct Group
    {
        uint32_t ap;       //!< access point
        std::size_t begin; //!< first position in m_order
        std::size_t end;   //!< one past the last position
    };

    /// Sorts m_order by access point and decoding order. @param key strength of each member
    void Sort(const std::vector<double>& key);
    /// Sorts anew where the order depends on the powers. @param p powers
    void SortByPower(const double* p);
    /// Computes interference, SINR, rates and costs.
    /// @param p powers
    /// @returns the cost
    double Forward(const double* p);
    /// @param p powers @param [out] gradient derivative of the cost
    void Adjoint(const double* p, double* gradient) const;

    const Instance& m_instance; //!< instance
    Direction m_direction;      //!< direction
    double m_noise;             //!< noise power (W)
    double m_gap;               //!< SNR gap, linear
    double m_hz;                //!< subchannel bandwidth (Hz)
    bool m_decodable;           //!< whether the downlink's decodable rate rule applies
    bool m_orderMoves;          //!< whether the decoding order depends on the powers

    std::vector<SubchannelMember> m_members;  //!< members
    std::vector<Group> m_groups;              //!< by access point
    std::vector<uint32_t> m_groupOf;          //!< group of each member
    std::vector<std::size_t> m_order;         //!< members by group and decoding order
    std::vector<double> m_gain;               //!< [member][group] gains
    std::vector<double> m_own;                //!< gain at the own access point
    std::vector<double> m_key;                //!< strength that orders are sorted by
    std::vector<double> m_power;              //!< share * power, in m_order
    std::vector<double> m_intra;              //!< intra-cell interference, in m_order
    std::vector<double> m_eps;                //!< residual factors
    std::vector<double> m_groupSum;           //!< scratch per group
    std::vector<double> m_inter;              //!< inter-cell interference + noise per member
    std::vector<std::size_t> m_worst;         //!< member whose channel limits the rate
    std::vector<double> m_denominator;        //!< D per member
    std::vector<double> m_sinr;               //!< SINR / gap per member
    std::vector<double> m_rate;               //!< rate per member
    std::vector<double> m_cost;               //!< cost per member
    std::vector<double> m_slope;              //!< scratch of FindPrices()
    mutable std::vector<double> m_price;      //!< q per member
    mutable std::vector<double> m_groupPrice; //!< sum of q per group
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SUBCHANNEL_H
