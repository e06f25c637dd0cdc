/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SIC_RATE_H
#define NOMA_SIC_RATE_H

#include "noma-decoding-order.h"

#include <algorithm>
#include <cstddef>

namespace ns3
{
namespace noma
{

/// log2(e), bits per nat
constexpr double LOG2_E = 1.4426950408889634;

/**
 * @ingroup noma-core-problem
 * Which layers the rate of a downlink layer must be decodable at.
 */
enum class DownlinkRate : uint8_t
{
    OWN,      //!< at its own user only, eq. (9) of the paper
    DECODABLE //!< at its own user and at every user that has to remove it first
};

/**
 * @ingroup noma-core-problem
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
 * @ingroup noma-core-problem
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
 * @ingroup noma-core-problem
 * SIC where what is left of a layer depends on how it was decoded. Layers are visited in decoding
 * order, each with the interference of SicInterference() that the layers before leave.
 *
 * @param power power of each layer in decoding order (W)
 * @param n number of layers
 * @param count number of layers to decode; the rest are interference only
 * @param [out] residual fraction of each layer's power that is left, n numbers
 * @param [out] interference interference within the group met by each layer (W), n numbers
 * @param decode called with the position of a layer, after its interference is known; gives the
 *        fraction of that layer's power that is left
 */
template <typename Decode>
void
DecodeInTurn(const double* power,
             std::size_t n,
             std::size_t count,
             double* residual,
             double* interference,
             Decode decode)
{
    std::fill(residual, residual + n, 0.0);
    for (std::size_t k = 0; k < count; ++k)
    {
        // only factors of earlier layers enter interference[k], and those are known by now
        SicInterference(power, residual, n, interference);
        residual[k] = decode(k);
    }
}

/**
 * @ingroup noma-core-problem
 * Whose channel limits the rate of a downlink layer under DownlinkRate::DECODABLE. A layer is
 * decoded by its own user and by all whose layers are decoded later. In units of power at the
 * transmitter they all see the same interference from within the group, so that the limit is where
 * inter-cell interference plus noise over gain is largest: of equals, the layer's own user, then
 * the one earliest in the order. Asked from the layer decoded last to the first.
 */
class LimitingDecoder
{
  public:
    /**
     * @param decoder the layer's own user, an index of the caller's
     * @param floorW inter-cell interference plus noise at that user over its gain (W)
     * @param holds whether the user is there to decode the layers asked for after this one
     * @returns the index of the user that limits the layer
     */
    uint32_t Limit(uint32_t decoder, double floorW, bool holds = true)
    {
        const bool own = m_decoder == NONE || floorW >= m_floorW;
        const uint32_t limit = own ? decoder : m_decoder;
        m_limitW = own ? floorW : m_floorW;
        if (own && holds)
        {
            m_decoder = decoder;
            m_floorW = floorW;
        }
        return limit;
    }

    /// @returns inter-cell interference plus noise over gain where the last layer is limited (W)
    double GetFloorW() const
    {
        return m_limitW;
    }

  private:
    uint32_t m_decoder{NONE}; //!< of those who hold, the one of the largest floor so far
    double m_floorW{0};       //!< its floor (W)
    double m_limitW{0};       //!< floor of the last layer asked for (W)
};

/**
 * @ingroup noma-core-problem
 * Rate per hertz of one layer, eqs. (6) and (9).
 *
 * @param sinr signal over interference plus noise, linear
 * @param snrGap loss against capacity, linear, >= 1
 * @returns log2(1 + sinr / snrGap) (bit/s/Hz)
 */
double SpectralEfficiency(double sinr, double snrGap = 1.0);

/// @param db a ratio in dB
/// @returns the linear value of
double FromDb(double db);

/// @param ratio a linear power ratio
/// @returns the value in dB of
double ToDb(double ratio);

/**
 * @ingroup noma-core-problem
 * @param noiseDbmPerHz noise power density (dBm/Hz)
 * @param noiseFigureDb receiver noise figure (dB)
 * @param bandwidthHz bandwidth (Hz)
 * @returns noise power (W)
 */
double NoisePowerW(double noiseDbmPerHz, double noiseFigureDb, double bandwidthHz);

} // namespace noma
} // namespace ns3

#endif // NOMA_SIC_RATE_H
