/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_POWER_CONTROL_H
#define NOMA_POWER_CONTROL_H

#include "ns3/object.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * What uplink power control may look at.
 */
struct UplinkPowerInput
{
    double limitW{0};   //!< the user's greatest power over its number of subchannels (W)
    double gain{0};     //!< estimated gain to its access point on the subchannel, linear
    double meanGain{0}; //!< the same without small-scale fading
    double noiseW{0};   //!< noise of a subchannel at the access point (W)
};

/**
 * @ingroup noma-radio
 * Uplink power of a user on one subchannel: the greatest it has, spread evenly over its
 * subchannels. Subclasses use less.
 */
class NomaUplinkPower : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaUplinkPower() override;

    /**
     * Sets the power of a grant.
     *
     * @param input what is known
     * @returns transmit power (W), positive and at most the limit
     */
    double GetPowerW(const UplinkPowerInput& input) const;

  private:
    /**
     * @param input what is known
     * @returns transmit power that is wanted (W); the limit is applied afterwards
     */
    virtual double DoGetPowerW(const UplinkPowerInput& input) const;
};

/**
 * @ingroup noma-radio
 * Fractional path-loss compensation, as open-loop power control of LTE and NR has it (3GPP
 * TS 36.213, 5.1.1): P0 + Alpha * path loss in dB per subchannel, at most the limit. Alpha 1 makes
 * all users arrive with P0, 0 makes all send it.
 */
class NomaFractionalUplinkPower : public NomaUplinkPower
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoGetPowerW(const UplinkPowerInput& input) const override;

    double m_p0Dbm; //!< P0 (dBm)
    double m_alpha; //!< fraction compensated
};

/**
 * @ingroup noma-radio
 * As much as the user needs to arrive with an SNR, at most the limit.
 */
class NomaTargetSnrPower : public NomaUplinkPower
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoGetPowerW(const UplinkPowerInput& input) const override;

    double m_snrDb; //!< SNR wanted (dB)
    bool m_fading;  //!< whether fading is compensated too
};

/**
 * @ingroup noma-radio
 * What a downlink power split may look at of one layer.
 */
struct DownlinkLayerInput
{
    double noiseOverGainW{0}; //!< inter-cell interference plus noise over gain at its user (W)
    double weight{1};         //!< worth of a bit of its user
};

/**
 * @ingroup noma-radio
 * Splits the power of a downlink group among its layers. Subclasses say how.
 */
class NomaDownlinkPower : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaDownlinkPower() override;

    /**
     * Splits power.
     *
     * @param layers layers in decoding order, the weakest user's first
     * @param totalW power of the group (W)
     * @returns powers of the layers (W), which add up to the total; a layer may get none
     */
    std::vector<double> Split(const std::vector<DownlinkLayerInput>& layers, double totalW) const;

    /**
     * Tells a scheduler what to expect before groups are known.
     *
     * @returns exponent x for which shares are about proportional to gain^-x
     */
    double GetPlanExponent() const;

  private:
    /**
     * @param layers layers in decoding order
     * @param totalW power of the group (W)
     * @param [out] share one per layer, 0 when called; not negative, only their ratios count
     */
    virtual void DoSplit(const std::vector<DownlinkLayerInput>& layers,
                         double totalW,
                         std::vector<double>& share) const = 0;

    /// @returns exponent x for which shares are about proportional to gain^-x
    virtual double DoGetPlanExponent() const;
};

/**
 * @ingroup noma-radio
 * Every layer gets the same fraction of what the layers before it have left, the last one the rest:
 * with two users and 0.8 the split 0.8 and 0.2 of most analyses.
 */
class NomaFixedSplit : public NomaDownlinkPower
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    void DoSplit(const std::vector<DownlinkLayerInput>& layers,
                 double totalW,
                 std::vector<double>& share) const override;

    double m_fraction; //!< fraction of what is left
};

/**
 * @ingroup noma-radio
 * Fractional transmit power allocation: shares are proportional to (gain / interference) to minus
 * Exponent (Saito et al., PIMRC 2013).
 */
class NomaFractionalSplit : public NomaDownlinkPower
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    void DoSplit(const std::vector<DownlinkLayerInput>& layers,
                 double totalW,
                 std::vector<double>& share) const override;
    double DoGetPlanExponent() const override;

    double m_exponent; //!< exponent
};

/**
 * @ingroup noma-radio
 * The split with the greatest weighted sum of rates, weights being the worth of a bit according to
 * the scheduler's metric, for codes up to capacity and perfect cancellation.
 *
 * With S_k the power of layer k and all later ones, and N_k noise over gain, the weighted sum is a
 * constant plus sum_k v_k log(N_k + S_k) - v_(k-1) log(N_(k-1) + S_k), to be maximised over
 * total >= S_1 >= S_2 >= ... >= 0. Alone, a term is greatest at
 * clamp((v_k N_(k-1) - v_(k-1) N_k) / (v_(k-1) - v_k), 0, total), or at the total if the later
 * user's weight is no less; neighbours in the wrong order are pooled into one, in which everything
 * between the first and the last cancels. A layer between pooled ones gets nothing.
 */
class NomaWeightedSumRateSplit : public NomaDownlinkPower
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    void DoSplit(const std::vector<DownlinkLayerInput>& layers,
                 double totalW,
                 std::vector<double>& share) const override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_POWER_CONTROL_H
