/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INTERFERENCE_H
#define NOMA_INTERFERENCE_H

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/spectrum-value.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * The signals of other technologies that a receiver hears. They are kept in order of arrival and
 * summed anew whenever asked, so that no rounding residue accumulates.
 */
class NomaInterference
{
  public:
    /**
     * @param psd received power spectral density (W/Hz)
     * @param start start of reception
     * @param duration duration of reception
     */
    void Add(Ptr<const SpectrumValue> psd, Time start, Time duration);

    /**
     * Forgets signals that ended.
     *
     * @param when signals that ended at or before this time are not needed any more
     */
    void Prune(Time when);

    /**
     * @param band index of the band
     * @param bandwidthHz width of the band (Hz)
     * @param begin start of an interval
     * @param end end of it, after begin
     * @returns average power in the band over the interval (W)
     */
    double GetAverageW(std::size_t band, double bandwidthHz, Time begin, Time end) const;

    /// @returns number of signals kept
    std::size_t GetSignals() const;

  private:
    /// A signal.
    struct Signal
    {
        Ptr<const SpectrumValue> psd; //!< power spectral density (W/Hz)
        Time start;                   //!< start
        Time end;                     //!< end
    };

    std::vector<Signal> m_signals; //!< in order of arrival
};

/**
 * @ingroup noma-radio
 * @param start start of a signal
 * @param stop end of the signal
 * @param begin start of a window
 * @param end end of the window
 * @returns the fraction of the window that the signal covers
 */
inline double
OverlapFraction(Time start, Time stop, Time begin, Time end)
{
    if (start == begin && stop == end)
    {
        return 1;
    }
    const Time covered = std::min(stop, end) - std::max(start, begin);
    return covered.IsStrictlyPositive() ? static_cast<double>(covered.GetTimeStep()) /
                                              static_cast<double>((end - begin).GetTimeStep())
                                        : 0;
}

} // namespace noma
} // namespace ns3

#endif // NOMA_INTERFERENCE_H
