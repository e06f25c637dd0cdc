/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-decoding-order.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace noma
{

std::vector<std::size_t>
DecodingOrder(Direction direction,
              const std::vector<double>& key,
              const std::vector<uint32_t>& user)
{
    std::vector<std::size_t> order(key.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return IsDecodedBefore(direction, key[a], user[a], key[b], user[b]);
    });
    return order;
}

} // namespace noma
} // namespace ns3
