/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_UPLINK_VALUE_H
#define NOMA_UPLINK_VALUE_H

#include "noma-group-value.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * What a user is charged where another access point hears it.
 */
struct HeardAt
{
    uint32_t ap{0};    //!< the other access point
    double price{0};   //!< of a unit of its noise's logarithm, times the part of this cell in it
    double perWatt{0}; //!< interference over noise and that part (1/W)
    double most{0};    //!< no more than this logarithm counts
};

/**
 * @ingroup noma-core-solve
 * A user that might hold an uplink subchannel.
 */
struct UplinkCandidate
{
    uint32_t user{0};           //!< user index
    double value{0};            //!< worth of one nat of rate per channel use
    double charge{0};           //!< price of holding the subchannel
    double wattPrice{0};        //!< price of power (1/W)
    double lowW{0};             //!< least power (W)
    double highW{0};            //!< greatest power (W)
    double noiseW{0};           //!< noise, SNR gap included, over gain (W)
    std::vector<HeardAt> heard; //!< other access points that charge it
};

/**
 * @ingroup noma-core-solve
 * The most that one uplink subchannel of one access point is worth where power and interference at
 * other access points have prices,
 *
 *     max over at most K users, their powers and z in [0, Z] of sum_i (value_i rate_i(z) - charge_i
 *         - wattPrice_i p_i) + rise z - sum_l price_l g_l(sum_i p_i perWatt_il),
 *
 * with g_l(b) = min(log(1 + b), most_l), and rates in the capacity region (GroupValue) at noise
 * raised by e^z. It is convex in z, so that z = 0 and z = Z are enough. As g is concave and
 * vanishes at 0, a set of at most s users pays at least sum_i g(s b_i) / s, which is a sum over
 * users: the worth is that of the best s, of 1, 2, 4, .. K.
 *
 * A search looks at a few powers per user. A proof lets every user choose among ranges of power,
 * rate by the upper end and price by the lower, and halves the ranges that the best set uses until
 * that is no more than CLOSE above a worth that is reached.
 */
class UplinkValue
{
  public:
    /// The best choice found.
    struct Answer
    {
        GroupValue::Answer set;     //!< who, and rates
        std::vector<double> powerW; //!< powers
        double raised{0};           //!< z
        uint32_t size{1};           //!< s
    };

    /// @param most K, at least 1
    explicit UplinkValue(uint32_t most);

    /**
     * Looks for the best choice.
     *
     * @param users who may hold the subchannel
     * @param rise price of z
     * @param most Z
     * @param [out] answer the choice
     */
    void Search(const std::vector<UplinkCandidate>& users,
                double rise,
                double most,
                Answer& answer);

    /**
     * @param users as for Search()
     * @param rise price of z
     * @param most Z
     * @returns a number that no choice's worth exceeds
     */
    double Bound(const std::vector<UplinkCandidate>& users, double rise, double most);

    /// @param lowW least power (W) @param highW greatest power (W)
    /// @returns where a proof halves that range (W)
    static double Middle(double lowW, double highW);

    /// @param at an access point that hears the user @param powerW power @param size s
    /// @returns g(s b) / s
    static double Heard(const HeardAt& at, double powerW, uint32_t size);

  private:
    /// @param size s @returns the next s to look at, 0 = none
    uint32_t NextSize(uint32_t size) const
    {
        return size < m_most ? std::min(2 * size, m_most) : 0;
    }

    /// A user with a range of powers.
    struct Range
    {
        uint32_t user{0}; //!< position of the user
        double lowW{0};   //!< least power (W)
        double highW{0};  //!< greatest power (W)
    };

    /// @param c the user @param powerW power @param size s
    /// @returns all it is charged
    static double Charge(const UplinkCandidate& c, double powerW, uint32_t size);

    /// @param c the user @param highW power that counts for its rate (W) @param charge price
    /// @param factor of the noise @param part number of the range
    void Add(const UplinkCandidate& c, double highW, double charge, double factor, uint32_t part);

    /// @param users who may hold the subchannel @param size s @param raised z
    /// @param reached a worth that is reached
    /// @returns at least the greatest worth of at most s users at that z, or reached
    double BoundOne(const std::vector<UplinkCandidate>& users,
                    uint32_t size,
                    double raised,
                    double reached);

    uint32_t m_most;                         //!< K
    GroupValue m_group;                      //!< sets of given powers
    std::vector<DualCandidate> m_candidates; //!< scratch
    std::vector<Range> m_ranges;             //!< scratch
    Answer m_answer;                         //!< scratch
};

} // namespace noma
} // namespace ns3

#endif // NOMA_UPLINK_VALUE_H
