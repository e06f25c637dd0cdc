/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-time-spread.h"

#include "ns3/random-variable-stream.h"

#include <cmath>

namespace ns3
{
namespace noma
{

TimeSpread::TimeSpread() = default;

TimeSpread::~TimeSpread() = default;

void
TimeSpread::Set(double spread)
{
    m_spread = spread;
    // a stream is taken only where it is needed: others keep their numbers
    if (spread > 0 && !m_normal)
    {
        m_normal = CreateObject<NormalRandomVariable>();
    }
}

double
TimeSpread::Get() const
{
    return m_spread;
}

double
TimeSpread::Draw()
{
    if (m_spread <= 0)
    {
        return 1;
    }
    const double variance = std::log1p(m_spread * m_spread);
    return std::exp(std::sqrt(variance) * m_normal->GetValue() - variance / 2);
}

int64_t
TimeSpread::AssignStreams(int64_t stream)
{
    if (m_spread <= 0)
    {
        return 0;
    }
    m_normal->SetStream(stream);
    return 1;
}

} // namespace noma
} // namespace ns3
