/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-jakes-fading-model.h"

#include "noma-philox.h"

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
                                          "Speed of the users relative to the access points (m/s).",
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

double
NomaJakesFadingModel::GetDopplerHz() const
{
    return m_speed * m_carrierHz / 299792458.0;
}

std::complex<double>
NomaJakesFadingModel::DoGetCoefficient(const FadingLink& link, uint64_t block) const
{
    const double t = static_cast<double>(block) * GetCoherenceTime().GetSeconds();
    const double turn = 2 * M_PI * GetDopplerHz() * t;
    const auto w = Words(link, 0, 255);
    const double first = UniformOpenZero(w[0], w[1]);
    std::complex<double> sum = 0;
    for (uint32_t n = 0; n < m_waves; ++n)
    {
        const double angle = 2 * M_PI * (n + first) / m_waves;
        sum += Gaussian(link, n, 0) * std::polar(1.0, turn * std::cos(angle));
    }
    return sum / std::sqrt(static_cast<double>(m_waves));
}

} // namespace noma
} // namespace ns3
