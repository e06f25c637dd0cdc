/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DECODING_ORDER_H
#define NOMA_DECODING_ORDER_H

#include "noma-types.h"

#include <cstddef>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * What the decoding order of a group of superposed users is sorted by.
 */
enum class OrderKey : uint8_t
{
    GAIN,                  //!< own access point's channel gain (the paper)
    RECEIVED_POWER,        //!< transmit power times gain
    GAIN_OVER_INTERFERENCE //!< gain over inter-cell interference plus noise
};

/**
 * @ingroup noma-core-problem
 * The strength a user is sorted by.
 *
 * @param key what orders are sorted by
 * @param gain gain between the user and its own access point
 * @param powerW transmit power (W)
 * @param interferencePlusNoiseW inter-cell interference plus noise at the layer's receiver (W)
 * @returns the strength, in the unit of the key
 */
inline double
DecodingKey(OrderKey key, double gain, double powerW, double interferencePlusNoiseW)
{
    switch (key)
    {
    case OrderKey::RECEIVED_POWER:
        return gain * powerW;
    case OrderKey::GAIN_OVER_INTERFERENCE:
        // without gain it is last, also where noise is too small for a number
        return gain > 0 ? gain / interferencePlusNoiseW : 0.0;
    case OrderKey::GAIN:
        break;
    }
    return gain;
}

/**
 * @ingroup noma-core-problem
 * The one comparator of decoding order: of two equal keys the lower user index counts as the
 * stronger, so that the order of distinct users is total.
 *
 * @param keyA strength of user a, any unit
 * @param userA index of user a
 * @param keyB strength of user b, same unit
 * @param userB index of user b
 * @returns whether user a is the stronger of the two; a user is not stronger than itself
 */
inline bool
IsStronger(double keyA, uint32_t userA, double keyB, uint32_t userB)
{
    return keyA != keyB ? keyA > keyB : userA < userB;
}

/**
 * @ingroup noma-core-problem
 * Decoding order of two users of a group: uplink strongest first, downlink weakest first.
 *
 * @param direction link direction
 * @param keyA strength of user a, any unit
 * @param userA index of user a
 * @param keyB strength of user b, same unit
 * @param userB index of user b
 * @returns whether the layer of user a is decoded before that of user b
 */
inline bool
IsDecodedBefore(Direction direction, double keyA, uint32_t userA, double keyB, uint32_t userB)
{
    return direction == UPLINK ? IsStronger(keyA, userA, keyB, userB)
                               : IsStronger(keyB, userB, keyA, userA);
}

/**
 * @ingroup noma-core-problem
 * Decoding order of a group, by IsDecodedBefore().
 *
 * @param direction link direction
 * @param key strength of each member, any unit
 * @param user user index of each member, distinct
 * @returns positions into key and user, in the order of decoding
 */
std::vector<std::size_t> DecodingOrder(Direction direction,
                                       const std::vector<double>& key,
                                       const std::vector<uint32_t>& user);

} // namespace noma
} // namespace ns3

#endif // NOMA_DECODING_ORDER_H
