/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-power-control.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaUplinkPower);
NS_OBJECT_ENSURE_REGISTERED(NomaFractionalUplinkPower);
NS_OBJECT_ENSURE_REGISTERED(NomaTargetSnrPower);
NS_OBJECT_ENSURE_REGISTERED(NomaDownlinkPower);
NS_OBJECT_ENSURE_REGISTERED(NomaFixedSplit);
NS_OBJECT_ENSURE_REGISTERED(NomaFractionalSplit);
NS_OBJECT_ENSURE_REGISTERED(NomaWeightedSumRateSplit);

TypeId
NomaUplinkPower::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaUplinkPower")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaUplinkPower>();
    return tid;
}

NomaUplinkPower::~NomaUplinkPower() = default;

double
NomaUplinkPower::GetPowerW(const UplinkPowerInput& input) const
{
    // a grant needs some power; without gain any is as good as none
    const double wanted = DoGetPowerW(input);
    return std::isfinite(wanted) ? std::clamp(wanted, input.limitW * 1e-12, input.limitW)
                                 : input.limitW;
}

double
NomaUplinkPower::DoGetPowerW(const UplinkPowerInput& input) const
{
    return input.limitW;
}

TypeId
NomaFractionalUplinkPower::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaFractionalUplinkPower")
                            .SetParent<NomaUplinkPower>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaFractionalUplinkPower>()
                            .AddAttribute("P0",
                                          "Power per subchannel that is not for path loss (dBm).",
                                          DoubleValue(-80),
                                          MakeDoubleAccessor(&NomaFractionalUplinkPower::m_p0Dbm),
                                          MakeDoubleChecker<double>(-300.0, 100.0))
                            .AddAttribute("Alpha",
                                          "Fraction of the path loss (dB) that is compensated.",
                                          DoubleValue(0.8),
                                          MakeDoubleAccessor(&NomaFractionalUplinkPower::m_alpha),
                                          MakeDoubleChecker<double>(0.0, 1.0));
    return tid;
}

double
NomaFractionalUplinkPower::DoGetPowerW(const UplinkPowerInput& input) const
{
    return FromDb(m_p0Dbm - 30) * std::pow(input.meanGain, -m_alpha);
}

TypeId
NomaTargetSnrPower::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaTargetSnrPower")
            .SetParent<NomaUplinkPower>()
            .SetGroupName("Noma")
            .AddConstructor<NomaTargetSnrPower>()
            .AddAttribute("Snr",
                          "SNR to arrive with at the access point (dB).",
                          DoubleValue(20),
                          MakeDoubleAccessor(&NomaTargetSnrPower::m_snrDb),
                          MakeDoubleChecker<double>(-100.0, 200.0))
            .AddAttribute("Fading",
                          "Whether estimated small-scale fading is compensated beside path loss.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&NomaTargetSnrPower::m_fading),
                          MakeBooleanChecker());
    return tid;
}

double
NomaTargetSnrPower::DoGetPowerW(const UplinkPowerInput& input) const
{
    return FromDb(m_snrDb) * input.noiseW / (m_fading ? input.gain : input.meanGain);
}

TypeId
NomaDownlinkPower::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaDownlinkPower").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

NomaDownlinkPower::~NomaDownlinkPower() = default;

std::vector<double>
NomaDownlinkPower::Split(const std::vector<DownlinkLayerInput>& layers, double totalW) const
{
    std::vector<double> share(layers.size(), 0.0);
    if (layers.size() > 1)
    {
        DoSplit(layers, totalW, share);
    }
    double sum = 0;
    for (const double x : share)
    {
        sum += x;
    }
    if (!(sum > 0) || !std::isfinite(sum))
    {
        share.assign(layers.size(), 1.0);
        sum = static_cast<double>(layers.size());
    }
    for (double& x : share)
    {
        x *= totalW / sum;
    }
    return share;
}

double
NomaDownlinkPower::GetPlanExponent() const
{
    return DoGetPlanExponent();
}

double
NomaDownlinkPower::DoGetPlanExponent() const
{
    return 0.4;
}

TypeId
NomaFixedSplit::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaFixedSplit")
            .SetParent<NomaDownlinkPower>()
            .SetGroupName("Noma")
            .AddConstructor<NomaFixedSplit>()
            .AddAttribute("Fraction",
                          "Fraction of the power left by earlier layers that a layer gets; the "
                          "last one gets the rest.",
                          DoubleValue(0.8),
                          MakeDoubleAccessor(&NomaFixedSplit::m_fraction),
                          MakeDoubleChecker<double>(0.0, 1.0));
    return tid;
}

void
NomaFixedSplit::DoSplit(const std::vector<DownlinkLayerInput>& layers,
                        double /* totalW */,
                        std::vector<double>& share) const
{
    double left = 1;
    for (std::size_t k = 0; k + 1 < layers.size(); ++k)
    {
        share[k] = m_fraction * left;
        left -= share[k];
    }
    share.back() = left;
}

TypeId
NomaFractionalSplit::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaFractionalSplit")
                            .SetParent<NomaDownlinkPower>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaFractionalSplit>()
                            .AddAttribute("Exponent",
                                          "Shares are proportional to (gain / interference) to "
                                          "minus this; 0 = equal shares.",
                                          DoubleValue(0.4),
                                          MakeDoubleAccessor(&NomaFractionalSplit::m_exponent),
                                          MakeDoubleChecker<double>(0.0, 2.0));
    return tid;
}

void
NomaFractionalSplit::DoSplit(const std::vector<DownlinkLayerInput>& layers,
                             double /* totalW */,
                             std::vector<double>& share) const
{
    for (std::size_t k = 0; k < layers.size(); ++k)
    {
        share[k] = std::pow(layers[k].noiseOverGainW, m_exponent);
    }
}

double
NomaFractionalSplit::DoGetPlanExponent() const
{
    return m_exponent;
}

TypeId
NomaWeightedSumRateSplit::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaWeightedSumRateSplit")
                            .SetParent<NomaDownlinkPower>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaWeightedSumRateSplit>();
    return tid;
}

void
NomaWeightedSumRateSplit::DoSplit(const std::vector<DownlinkLayerInput>& layers,
                                  double totalW,
                                  std::vector<double>& share) const
{
    // power of the later of two users whose earlier one gets the rest
    const auto best = [&](const DownlinkLayerInput& early, const DownlinkLayerInput& late) {
        if (late.weight >= early.weight)
        {
            return totalW;
        }
        const double power =
            (late.weight * early.noiseOverGainW - early.weight * late.noiseOverGainW) /
            (early.weight - late.weight);
        return std::isfinite(power) ? std::clamp(power, 0.0, totalW) : 0.0;
    };

    struct Block
    {
        std::size_t first; //!< its first layer
        double power;      //!< power of that and all later layers
    };

    std::vector<Block> blocks;
    for (std::size_t k = 1; k < layers.size(); ++k)
    {
        Block block{k, best(layers[k - 1], layers[k])};
        while (!blocks.empty() && block.power >= blocks.back().power)
        {
            block.first = blocks.back().first;
            block.power = best(layers[block.first - 1], layers[k]);
            blocks.pop_back();
        }
        blocks.push_back(block);
    }
    // within a block all powers from a layer on are equal: only its last layer has any
    double above = totalW;
    std::size_t holder = 0;
    for (std::size_t b = 0; b < blocks.size(); ++b)
    {
        share[holder] = above - blocks[b].power;
        above = blocks[b].power;
        holder = (b + 1 < blocks.size() ? blocks[b + 1].first : layers.size()) - 1;
    }
    share[holder] = above;
}

} // namespace noma
} // namespace ns3
