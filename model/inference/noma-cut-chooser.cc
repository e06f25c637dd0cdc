/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-cut-chooser.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-ns3-compat.h"

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(CutChooser);
NS_OBJECT_ENSURE_REGISTERED(NeurosurgeonCutChooser);

TypeId
CutChooser::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::CutChooser").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

void
CutChooser::Observe(double /* bits */, double /* seconds */)
{
}

TypeId
NeurosurgeonCutChooser::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NeurosurgeonCutChooser")
            .SetParent<CutChooser>()
            .SetGroupName("Noma")
            .AddConstructor<NeurosurgeonCutChooser>()
            .AddAttribute("Goal",
                          "Latency of a task, or Energy of its device.",
                          EnumValue(LATENCY),
                          NOMA_ENUM_ACCESSOR(Goal, &NeurosurgeonCutChooser::m_goal),
                          MakeEnumChecker(LATENCY, "Latency", ENERGY, "Energy"))
            .AddAttribute("EdgeFlops",
                          "Speed of the server as it was profiled (FLOP/s).",
                          DoubleValue(1e11),
                          MakeDoubleAccessor(&NeurosurgeonCutChooser::m_edgeFlops),
                          MakeDoubleChecker<double>(1.0, 1e30))
            .AddAttribute("InitialRate",
                          "Rate of the uplink before anything was sent.",
                          DataRateValue(DataRate("10Mbps")),
                          MakeDataRateAccessor(&NeurosurgeonCutChooser::m_initial),
                          MakeDataRateChecker())
            .AddAttribute("RadioPowerW",
                          "Power of the device's radio while it sends (W), for Energy.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&NeurosurgeonCutChooser::m_radioW),
                          MakeDoubleChecker<double>(0.0, 1e6))
            .AddAttribute("NewestWeight",
                          "Weight of the newest measurement in the mean rate.",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&NeurosurgeonCutChooser::m_newest),
                          MakeDoubleChecker<double>(1e-6, 1.0));
    return tid;
}

double
NeurosurgeonCutChooser::GetRateBps() const
{
    return m_rateBps > 0 ? m_rateBps : static_cast<double>(m_initial.GetBitRate());
}

void
NeurosurgeonCutChooser::Observe(double bits, double seconds)
{
    if (bits > 0 && seconds > 0)
    {
        const double rate = bits / seconds;
        m_rateBps = m_rateBps > 0 ? m_newest * rate + (1 - m_newest) * m_rateBps : rate;
    }
}

uint32_t
NeurosurgeonCutChooser::Choose(const std::vector<CutOption>& options,
                               const ComputeProcessor& processor)
{
    User device;
    device.clockHz = processor.GetClockHz();
    device.flopPerCycle = processor.GetFlopPerCycle();
    device.kappa = processor.GetKappa();
    const double rate = GetRateBps();
    const auto cost = [&](const CutOption& o) {
        const double up = o.upBits / rate;
        return m_goal == ENERGY
                   ? DeviceEnergy(device, o) + m_radioW * up
                   : DeviceDelay(device, o) + up + o.edgeFlops / m_edgeFlops + o.downBits / rate;
    };
    uint32_t best = 0;
    for (uint32_t k = 1; k < options.size(); ++k)
    {
        best = cost(options[k]) < cost(options[best]) ? k : best;
    }
    return best;
}

} // namespace noma
} // namespace ns3
