/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-metric.h"

#include "ns3/double.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaMetric);
NS_OBJECT_ENSURE_REGISTERED(NomaMaxRateMetric);
NS_OBJECT_ENSURE_REGISTERED(NomaMaxWeightMetric);
NS_OBJECT_ENSURE_REGISTERED(NomaProportionalFairMetric);

TypeId
NomaMetric::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaMetric").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

NomaMetric::~NomaMetric() = default;

void
NomaMetric::Report(const std::vector<GrantOutcome>& outcomes)
{
    DoReport(outcomes);
}

void
NomaMetric::Update(const SlotSnapshot& snapshot)
{
    DoUpdate(snapshot);
}

double
NomaMetric::GetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const
{
    return DoGetValue(snapshot, d, ue);
}

void
NomaMetric::DoReport(const std::vector<GrantOutcome>& /* outcomes */)
{
}

void
NomaMetric::DoUpdate(const SlotSnapshot& /* snapshot */)
{
}

TypeId
NomaMaxRateMetric::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaMaxRateMetric")
                            .SetParent<NomaMetric>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaMaxRateMetric>();
    return tid;
}

double
NomaMaxRateMetric::DoGetValue(const SlotSnapshot& /* snapshot */,
                              Direction /* d */,
                              uint32_t /* ue */) const
{
    return 1;
}

TypeId
NomaMaxWeightMetric::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaMaxWeightMetric")
                            .SetParent<NomaMetric>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaMaxWeightMetric>();
    return tid;
}

double
NomaMaxWeightMetric::DoGetValue(const SlotSnapshot& snapshot, Direction d, uint32_t ue) const
{
    return static_cast<double>(snapshot.ues[ue].backlogBits[d]);
}

TypeId
NomaProportionalFairMetric::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaProportionalFairMetric")
            .SetParent<NomaMetric>()
            .SetGroupName("Noma")
            .AddConstructor<NomaProportionalFairMetric>()
            .AddAttribute("Window",
                          "Averaging time constant (slots).",
                          DoubleValue(100),
                          MakeDoubleAccessor(&NomaProportionalFairMetric::m_window),
                          MakeDoubleChecker<double>(1.0, 1e9))
            .AddAttribute(
                "Alpha",
                "Exponent of the average throughput: 1 = proportional fair, 0 = max rate.",
                DoubleValue(1),
                MakeDoubleAccessor(&NomaProportionalFairMetric::m_alpha),
                MakeDoubleChecker<double>(0.0, 10.0));
    return tid;
}

double
NomaProportionalFairMetric::GetAverageBps(Direction d, uint32_t ue) const
{
    const auto& average = m_average[d];
    return ue < average.size() ? average[ue] : 0.0;
}

void
NomaProportionalFairMetric::DoReport(const std::vector<GrantOutcome>& outcomes)
{
    for (const auto& o : outcomes)
    {
        auto& bits = m_bits[o.grant.direction];
        if (o.grant.ue >= bits.size())
        {
            bits.resize(o.grant.ue + 1, 0.0);
        }
        bits[o.grant.ue] += o.decoded ? static_cast<double>(o.payloadBits) : 0.0;
    }
}

void
NomaProportionalFairMetric::DoUpdate(const SlotSnapshot& snapshot)
{
    const double elapsed = static_cast<double>(snapshot.slot - std::min(m_slot, snapshot.slot));
    const double keep = std::pow(1 - 1 / m_window, elapsed);
    m_slot = snapshot.slot;
    for (const Direction d : DIRECTIONS)
    {
        auto& average = m_average[d];
        auto& bits = m_bits[d];
        average.resize(snapshot.ues.size(), 0.0);
        bits.resize(snapshot.ues.size(), 0.0);
        for (std::size_t i = 0; i < average.size(); ++i)
        {
            average[i] = keep * average[i] + bits[i] / snapshot.slotSeconds / m_window;
            bits[i] = 0;
        }
    }
}

double
NomaProportionalFairMetric::GetWorth(Direction d, uint32_t ue) const
{
    // a user that never received anything counts as one with 1 bit/s
    const double average = std::max(GetAverageBps(d, ue), 1.0);
    return m_alpha == 1 ? 1 / average : std::pow(average, -m_alpha);
}

double
NomaProportionalFairMetric::DoGetValue(const SlotSnapshot& /* snapshot */,
                                       Direction d,
                                       uint32_t ue) const
{
    return GetWorth(d, ue);
}

} // namespace noma
} // namespace ns3
