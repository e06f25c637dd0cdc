/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ORDER_POLICY_H
#define NOMA_ORDER_POLICY_H

#include "ns3/noma-decoding-order.h"
#include "ns3/object.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * What an order policy may look at of one superposed user.
 */
struct OrderCandidate
{
    uint32_t ue{0};          //!< user index
    double gain{0};          //!< power gain to or from its access point, linear
    double powerW{0};        //!< transmit power of its layer (W)
    double interferenceW{0}; //!< inter-cell interference plus noise at its receiver (W)
};

/**
 * @ingroup noma-radio
 * Puts the users of a NOMA group into decoding order: by decreasing strength in the uplink, by
 * increasing strength in the downlink. A policy says what strength is. This class takes the channel
 * gain, as in the paper.
 */
class NomaOrderPolicy : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaOrderPolicy() override;

    /**
     * @param direction link direction
     * @param group the users of a group, with distinct indices
     * @returns positions into group, in order of decoding; ties break by user index
     */
    std::vector<std::size_t> Order(Direction direction,
                                   const std::vector<OrderCandidate>& group) const;

    /**
     * What the policy sorts by.
     *
     * @param candidate a user of the group
     * @returns its strength, comparable with that of the group's other users
     */
    double Strength(const OrderCandidate& candidate) const;

  private:
    /**
     * @param candidate a user of the group
     * @returns its strength
     */
    virtual double DoStrength(const OrderCandidate& candidate) const;
};

/**
 * @ingroup noma-radio
 * Strength is the received power, transmit power times gain.
 */
class NomaReceivedPowerOrder : public NomaOrderPolicy
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoStrength(const OrderCandidate& candidate) const override;
};

/**
 * @ingroup noma-radio
 * Strength is the gain over inter-cell interference plus noise. In the downlink it makes every
 * layer decodable wherever it has to be removed.
 */
class NomaGainOverInterferenceOrder : public NomaOrderPolicy
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoStrength(const OrderCandidate& candidate) const override;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ORDER_POLICY_H
