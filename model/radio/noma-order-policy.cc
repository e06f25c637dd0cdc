/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-order-policy.h"

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaOrderPolicy);
NS_OBJECT_ENSURE_REGISTERED(NomaReceivedPowerOrder);
NS_OBJECT_ENSURE_REGISTERED(NomaGainOverInterferenceOrder);

TypeId
NomaOrderPolicy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaOrderPolicy")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaOrderPolicy>();
    return tid;
}

NomaOrderPolicy::~NomaOrderPolicy() = default;

std::vector<std::size_t>
NomaOrderPolicy::Order(Direction direction, const std::vector<OrderCandidate>& group) const
{
    std::vector<double> key;
    std::vector<uint32_t> user;
    key.reserve(group.size());
    user.reserve(group.size());
    for (const auto& candidate : group)
    {
        key.push_back(Strength(candidate));
        user.push_back(candidate.ue);
    }
    return DecodingOrder(direction, key, user);
}

double
NomaOrderPolicy::Strength(const OrderCandidate& candidate) const
{
    return DoStrength(candidate);
}

double
NomaOrderPolicy::DoStrength(const OrderCandidate& candidate) const
{
    return DecodingKey(OrderKey::GAIN, candidate.gain, candidate.powerW, candidate.interferenceW);
}

TypeId
NomaReceivedPowerOrder::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaReceivedPowerOrder")
                            .SetParent<NomaOrderPolicy>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaReceivedPowerOrder>();
    return tid;
}

double
NomaReceivedPowerOrder::DoStrength(const OrderCandidate& candidate) const
{
    return DecodingKey(OrderKey::RECEIVED_POWER,
                       candidate.gain,
                       candidate.powerW,
                       candidate.interferenceW);
}

TypeId
NomaGainOverInterferenceOrder::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaGainOverInterferenceOrder")
                            .SetParent<NomaOrderPolicy>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaGainOverInterferenceOrder>();
    return tid;
}

double
NomaGainOverInterferenceOrder::DoStrength(const OrderCandidate& candidate) const
{
    return DecodingKey(OrderKey::GAIN_OVER_INTERFERENCE,
                       candidate.gain,
                       candidate.powerW,
                       candidate.interferenceW);
}

} // namespace noma
} // namespace ns3
