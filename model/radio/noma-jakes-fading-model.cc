/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-jakes-fading-model.h"

#include "noma-philox.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/uinteger.h"

#include <cmath>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaJakesFadingModel);

TypeId
NomaJakesFadingModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaJakesFadingModel")
                            .SetParent<NomaFadingModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaJakesFadingModel>()
                            .AddAttribute("Speed",
                                          "Speed of the users relative to the access points (m/s), "
                                          "unless SetUserSpeed() says otherwise.",
                                          DoubleValue(0.8333),
                                          MakeDoubleAccessor(&NomaJakesFadingModel::m_speed),
                                          MakeDoubleChecker<double>(0.0, 1e4))
                            .AddAttribute("Carrier",
                                          "Carrier frequency (Hz).",
                                          DoubleValue(2e9),
                                          MakeDoubleAccessor(&NomaJakesFadingModel::m_carrierHz),
                                          MakeDoubleChecker<double>(1.0, 1e13))
                            .AddAttribute("Waves",
                                          "Number of plane waves per link.",
                                          UintegerValue(16),
                                          MakeUintegerAccessor(&NomaJakesFadingModel::m_waves),
                                          MakeUintegerChecker<uint32_t>(4, 128));
    return tid;
}

void
NomaJakesFadingModel::SetUserSpeed(uint32_t ue, double speed)
{
    NS_ABORT_MSG_IF(!(speed >= 0) || !(speed <= 1e4),
                    "NomaJakesFadingModel: speed of user " << ue << " is " << speed
                                                           << " m/s: must be from 0 to 10000");
    if (ue >= m_speeds.size())
    {
        m_speeds.resize(ue + 1, -1);
    }
    m_speeds[ue] = speed;
}

double
NomaJakesFadingModel::GetDopplerHz() const
{
    return m_speed * m_carrierHz / 299792458.0;
}

double
NomaJakesFadingModel::GetDopplerHz(uint32_t ue) const
{
    const double own = ue < m_speeds.size() ? m_speeds[ue] : -1;
    return (own >= 0 ? own : m_speed) * m_carrierHz / 299792458.0;
}

std::complex<double>
NomaJakesFadingModel::DoGetCoefficient(const FadingLink& link, uint64_t block) const
{
    const double t = static_cast<double>(block) * GetCoherenceTime().GetSeconds();
    const double turn = 2 * M_PI * GetDopplerHz(link.ue) * t;
    const auto w = Words(link, 0, 255);
    // between 1/8 and 3/8 of a step no two waves have nearly the same Doppler shift
    const double first = 0.125 + 0.25 * UniformOpenZero(w[0], w[1]);
    std::array<uint32_t, 4> phases{};
    std::complex<double> sum = 0;
    for (uint32_t n = 0; n < m_waves; ++n)
    {
        if (n % 4 == 0)
        {
            phases = Words(link, n / 4, 0);
        }
        const double angle = 2 * M_PI * (n + first) / m_waves;
        sum += std::polar(1.0, 2 * M_PI * 0x1p-32 * phases[n % 4] + turn * std::cos(angle));
    }
    return sum / std::sqrt(static_cast<double>(m_waves));
}

} // namespace noma
} // namespace ns3
