/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-weight-policy.h"

#include "ns3/double.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(WeightPolicy);
NS_OBJECT_ENSURE_REGISTERED(BatteryWeightPolicy);

TypeId
WeightPolicy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::WeightPolicy")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<WeightPolicy>();
    return tid;
}

double
WeightPolicy::DelayWeight(double base, double level) const
{
    return std::clamp(DoDelayWeight(base, std::clamp(level, 0.0, 1.0)), 0.0, 1.0);
}

double
WeightPolicy::DoDelayWeight(double base, double /* level */) const
{
    return base;
}

TypeId
BatteryWeightPolicy::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::BatteryWeightPolicy")
                            .SetParent<WeightPolicy>()
                            .SetGroupName("Noma")
                            .AddConstructor<BatteryWeightPolicy>()
                            .AddAttribute("Start",
                                          "Battery level from which on the weight of delay falls.",
                                          DoubleValue(1.0),
                                          MakeDoubleAccessor(&BatteryWeightPolicy::m_start),
                                          MakeDoubleChecker<double>(1e-6, 1.0))
                            .AddAttribute("Floor",
                                          "Weight of delay with an empty battery.",
                                          DoubleValue(0.0),
                                          MakeDoubleAccessor(&BatteryWeightPolicy::m_floor),
                                          MakeDoubleChecker<double>(0.0, 1.0));
    return tid;
}

double
BatteryWeightPolicy::DoDelayWeight(double base, double level) const
{
    if (level >= m_start)
    {
        return base;
    }
    const double floor = std::min(m_floor, base);
    return floor + (base - floor) * level / m_start;
}

} // namespace noma
} // namespace ns3
