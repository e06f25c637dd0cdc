/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LINK_ADAPTATION_H
#define NOMA_LINK_ADAPTATION_H

#include "ns3/noma-slot.h"
#include "ns3/object.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Predicts the SINR of grants from estimated gains and sets their rates.
 *
 * The prediction is that of the receivers, eqs. (5) and (8): superposed layers by
 * SicInterference(), other cells by the grants of the same slot. A downlink layer gets the rate at
 * which every user that has to remove it can decode it. Rates are the greatest at which the
 * receiver's error model keeps the target block error rate, given what the receiver is known to
 * suffer: SNR gap, residuals of its canceller, and the error of its channel estimate, of which the
 * unknown part acts as noise and the known part is taken at a value that it falls below with the
 * target probability at most. They are
 * rounded down to what the codes of the network give.
 *
 * What the prediction cannot know (errors of the gains it is given, foreign signals) is covered by
 * a margin per user and direction, which an outer loop raises by OuterLoopStep after a lost block
 * and lowers by OuterLoopStep * target / (1 - target) after a decoded one, so that the block error
 * rate settles at the target or, with a margin of 0, below.
 */
class NomaLinkAdaptation : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaLinkAdaptation();
    ~NomaLinkAdaptation() override;

    /**
     * Sets the rates of grants whose powers and order are set: LookUp() and SetRates().
     *
     * @param snapshot the network
     * @param [in,out] grants sorted grants
     */
    void Adapt(const SlotSnapshot& snapshot, std::vector<Grant>& grants);

    /**
     * Finds gain and inter-cell interference plus noise of each grant. They depend on the powers
     * of other cells, but not on the order within a group, nor on how a downlink group shares its
     * power.
     *
     * @param snapshot the network
     * @param grants sorted grants
     */
    void LookUp(const SlotSnapshot& snapshot, const std::vector<Grant>& grants);

    /**
     * Sets the rates from what LookUp() found.
     *
     * @param snapshot the network
     * @param [in,out] grants the same grants
     */
    void SetRates(const SlotSnapshot& snapshot, std::vector<Grant>& grants) const;

    /// @param i position of the grant
    /// @returns gain of a grant to or from its access point
    double GetGain(std::size_t i) const
    {
        return m_gain[i];
    }

    /// @param i position of the grant
    /// @returns inter-cell interference plus noise of a grant (W)
    double GetOutsideW(std::size_t i) const
    {
        return m_outside[i];
    }

    /// Exchanges two grants of a group in what LookUp() found. @param i one @param j the other
    void Swap(std::size_t i, std::size_t j);

    /// Runs the outer loop. @param outcomes outcomes of a slot
    void Report(const std::vector<GrantOutcome>& outcomes);

    /**
     * @param d direction
     * @param ue user index
     * @returns SINR margin, back-off included (dB)
     */
    double GetMarginDb(Direction d, uint32_t ue) const;

    /// @returns greatest spectral efficiency (bit/s/Hz), 0 = no limit
    double GetMaxSpectralEfficiency() const
    {
        return m_maxEfficiency;
    }

  private:
    /// A group of superposed grants.
    struct Group
    {
        uint32_t first{0}; //!< position of its first grant
        uint32_t size{0};  //!< number of grants
        double powerW{0};  //!< sum of powers (W)
    };

    /**
     * @param s the network
     * @param grants sorted grants
     * @param d direction
     */
    void LookUpDirection(const SlotSnapshot& s, const std::vector<Grant>& grants, Direction d);

    /**
     * Puts what m_heard says of one access point into gains and interference.
     *
     * @param grants sorted grants
     * @param d direction
     * @param own the group of the access point
     */
    void AddInterference(const std::vector<Grant>& grants, Direction d, const Group& own);

    /// Scratch of SetRates(), by layer of a group.
    struct Scratch
    {
        std::vector<double> power;        //!< power that counts (W)
        std::vector<double> sure;         //!< least power that can be relied on (W)
        std::vector<double> residual;     //!< residual factors
        std::vector<double> interference; //!< interference within the group
        std::vector<double> sinr;         //!< predicted SINRs
    };

    /**
     * Sets the rates of a group whose receivers know the channel, decode up to capacity and leave
     * the same residual of every layer.
     *
     * @param s the network
     * @param first position of its first grant
     * @param n number of its grants
     * @param [in,out] grants grants
     * @param [in,out] scratch scratch
     */
    void SetPlainRates(const SlotSnapshot& s,
                       std::size_t first,
                       std::size_t n,
                       std::vector<Grant>& grants,
                       Scratch& scratch) const;

    /**
     * Sets the rates of a group with any receivers.
     *
     * @param s the network
     * @param first position of its first grant
     * @param n number of its grants
     * @param [in,out] grants grants
     * @param [in,out] scratch scratch
     */
    void SetGeneralRates(const SlotSnapshot& s,
                         std::size_t first,
                         std::size_t n,
                         std::vector<Grant>& grants,
                         Scratch& scratch) const;

    /**
     * Predicts the SINRs of the layers of a group at one receiver.
     *
     * @param s the network
     * @param grants grants
     * @param first position of the first grant of the group
     * @param n number of its grants
     * @param at downlink: position within the group of the user that receives
     * @param [in,out] scratch scratch; holds the SINRs afterwards
     */
    void PredictAt(const SlotSnapshot& s,
                   const std::vector<Grant>& grants,
                   std::size_t first,
                   std::size_t n,
                   std::size_t at,
                   Scratch& scratch) const;

    /**
     * @param s the network
     * @param grant the grant
     * @param receiver downlink: user that decodes the layer
     * @param sinr predicted SINR, linear
     * @returns rate (bit/s)
     */
    double GetRate(const SlotSnapshot& s, const Grant& grant, uint32_t receiver, double sinr) const;

    double m_backoffDb;     //!< constant part of the margin (dB)
    bool m_outerLoop;       //!< whether the margin follows the outcomes
    double m_targetBler;    //!< block error rate aimed at
    double m_stepDb;        //!< rise of the margin after a loss (dB)
    double m_maxMarginDb;   //!< greatest outer-loop margin (dB)
    double m_maxEfficiency; //!< greatest spectral efficiency (bit/s/Hz), 0 = no limit

    PerDirection<std::vector<double>> m_marginDb;     //!< outer-loop margin per user (dB)
    PerDirection<std::vector<double>> m_marginFactor; //!< the same as a factor of the SINR
    std::vector<double> m_gain;                       //!< own gain of each grant
    std::vector<double> m_mean;       //!< own gain without fading, if channel estimates have errors
    std::vector<double> m_outside;    //!< inter-cell interference plus noise of each grant (W)
    std::vector<Group> m_groups;      //!< scratch: [subchannel][access point]
    std::vector<uint32_t> m_ues;      //!< scratch: users of a subchannel, by access point
    std::vector<uint32_t> m_position; //!< scratch: positions of their grants
    std::vector<double> m_heard;      //!< scratch: their gains to or from one access point
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LINK_ADAPTATION_H
