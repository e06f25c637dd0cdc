/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TIME_SPREAD_H
#define NOMA_TIME_SPREAD_H

#include "ns3/object.h"

#include <cstdint>

namespace ns3
{

class NormalRandomVariable;

namespace noma
{

/**
 * @ingroup noma-inference
 * How computing times scatter around what is predicted: factors with a lognormal distribution of
 * mean 1 and a given relative standard deviation s, exp(N(-v/2, v)) with v = ln(1 + s^2).
 */
class TimeSpread
{
  public:
    TimeSpread();
    ~TimeSpread();

    /// @param spread relative standard deviation, 0 = times are as predicted
    void Set(double spread);
    /// @returns relative standard deviation
    double Get() const;
    /// @returns a factor
    double Draw();

    /**
     * Fixes the random stream, if there is one.
     *
     * @param stream stream index
     * @returns the number of streams used: 0 without spread
     */
    int64_t AssignStreams(int64_t stream);

  private:
    double m_spread{0};                 //!< relative standard deviation
    Ptr<NormalRandomVariable> m_normal; //!< mean 0, variance 1
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TIME_SPREAD_H
