/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-sic-rate.h"

#include "noma-math.h"

namespace ns3
{
namespace noma
{

void
SicInterference(const double* power, const double* residual, std::size_t n, double* out)
{
    double later = 0;
    for (std::size_t k = n; k-- > 0;)
    {
        out[k] = later;
        later += power[k];
    }
    if (residual)
    {
        double earlier = 0;
        for (std::size_t k = 0; k < n; ++k)
        {
            out[k] += earlier;
            earlier += residual[k] * power[k];
        }
    }
}

void
SicInterferenceAdjoint(const double* price, double residual, std::size_t n, double* out)
{
    double earlier = 0;
    for (std::size_t k = 0; k < n; ++k)
    {
        out[k] = earlier;
        earlier += price[k];
    }
    if (residual > 0)
    {
        double later = 0;
        for (std::size_t k = n; k-- > 0;)
        {
            out[k] += residual * later;
            later += price[k];
        }
    }
}

double
SpectralEfficiency(double sinr, double snrGap)
{
    // log1p: at -100 dB, 1 + SINR would keep six digits
    return math::Log1p(sinr / snrGap) * LOG2_E;
}

double
FromDb(double db)
{
    return math::Pow(10.0, db / 10.0);
}

double
ToDb(double ratio)
{
    return 10.0 * math::Log10(ratio);
}

double
NoisePowerW(double noiseDbmPerHz, double noiseFigureDb, double bandwidthHz)
{
    return FromDb(noiseDbmPerHz + noiseFigureDb - 30.0) * bandwidthHz;
}

} // namespace noma
} // namespace ns3
