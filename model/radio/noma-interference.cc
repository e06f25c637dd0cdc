/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-interference.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

void
NomaInterference::Add(Ptr<const SpectrumValue> psd, Time start, Time duration)
{
    m_signals.push_back({psd, start, start + duration});
}

void
NomaInterference::Prune(Time when)
{
    m_signals.erase(std::remove_if(m_signals.begin(),
                                   m_signals.end(),
                                   [when](const Signal& s) { return s.end <= when; }),
                    m_signals.end());
}

double
NomaInterference::GetAverageW(std::size_t band, double bandwidthHz, Time begin, Time end) const
{
    double sum = 0;
    for (const auto& s : m_signals)
    {
        sum += s.psd->ValuesAt(static_cast<uint32_t>(band)) * bandwidthHz *
               OverlapFraction(s.start, s.end, begin, end);
    }
    return sum;
}

std::size_t
NomaInterference::GetSignals() const
{
    return m_signals.size();
}

} // namespace noma
} // namespace ns3
