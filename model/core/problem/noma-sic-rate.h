/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SIC_RATE_H
#define NOMA_SIC_RATE_H

#include "noma-decoding-order.h"

#include <cstddef>

namespace ns3
{
namespace noma
{

/**
 * @defgroup noma-core Optimisation of NOMA split inference
 *
 * The one SINR and rate formula of the module: the optimiser's objective and the packet-level
 * receiver both call it.
 */

/**
 * @ingroup noma-core
 * Which layers the rate of a downlink layer must be decodable at.
 */
enum class DownlinkRate : uint8_t
{
    OWN,      //!< at its own user only, eq. (9) of the paper
    DECODABLE //!< at its own user and at every user that has to remove it first
};

/**
 * @ingroup noma-core
 * Intra-cell interference of superposed layers under successive interference cancellation:
 * out[k] = sum_{l > k} power[l] + sum_{l < k} residual[l] * power[l], eqs. (5) and (8).
 *
 * Sums run over what is not yet decoded; nothing is subtracted, which would lose digits when the
 * powers span decades.
 *
 * @param power power of each layer in decoding order (W)
 * @param residual fraction of each layer's power left after it was handled: the residual factor
 *        when it was decoded and cancelled, 1 when its decoding failed; nullptr = 0 throughout
 * @param n number of layers
 * @param [out] out intra-cell interference met by each layer (W); may not alias power
 */
void SicInterference(const double* power, const double* residual, std::size_t n, double* out);

/**
 * @ingroup noma-core
 * Adjoint of SicInterference(): out[k] = sum_{l < k} price[l] + residual * sum_{l > k} price[l],
 * what one watt more of layer k costs the other layers of its group.
 *
 * @param price derivative of a cost with respect to the interference each layer meets
 * @param residual fraction of a decoded layer's power that is left
 * @param n number of layers
 * @param [out] out price of one watt of each layer; may not alias price
 */
void SicInterferenceAdjoint(const double* price, double residual, std::size_t n, double* out);

/**
 * @ingroup noma-core
 * Rate per hertz of one layer, eqs. (6) and (9).
 *
 * @param sinr signal over interference plus noise, linear
 * @param snrGap loss against capacity, linear, >= 1
 * @returns log2(1 + sinr / snrGap) (bit/s/Hz)
 */
double SpectralEfficiency(double sinr, double snrGap = 1.0);

/// @returns the linear value of @param db a ratio in dB
double FromDb(double db);

/// @returns the value in dB of @param ratio a linear power ratio
double ToDb(double ratio);

/**
 * @ingroup noma-core
 * @param noiseDbmPerHz noise power density (dBm/Hz)
 * @param noiseFigureDb receiver noise figure (dB)
 * @param bandwidthHz bandwidth (Hz)
 * @returns noise power (W)
 */
double NoisePowerW(double noiseDbmPerHz, double noiseFigureDb, double bandwidthHz);

} // namespace noma
} // namespace ns3

#endif // NOMA_SIC_RATE_H
