/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_JAKES_FADING_MODEL_H
#define NOMA_JAKES_FADING_MODEL_H

#include "noma-fading-model.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Rayleigh fading with the temporal correlation of Clarke and Jakes, J0(2 pi f_D tau), sampled at
 * the start of each coherence block.
 *
 * Per link, a sum of N plane waves of equal amplitude with random phases, whose angles of arrival
 * are spread evenly from a random first one. Every link is ergodic: over time its mean power is 1
 * and its correlation (1/N) sum of cos(2 pi f_D tau cos(angle)), which is J0 up to a term of the
 * order of the Bessel function J_N. Over links the coefficient is Rayleigh up to a term of order
 * 1/N: the mean of the squared power is 2 - 1/N.
 */
class NomaJakesFadingModel : public NomaFadingModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    /// @returns the maximum Doppler shift at the common speed (Hz)
    double GetDopplerHz() const;

    /**
     * Gives a user a speed of its own.
     *
     * @param ue user index
     * @param speed speed relative to the access points (m/s)
     */
    void SetUserSpeed(uint32_t ue, double speed);

    /**
     * The maximum Doppler shift of a user.
     *
     * @param ue user index
     * @returns Doppler shift (Hz)
     */
    double GetDopplerHz(uint32_t ue) const;

  private:
    std::complex<double> DoGetCoefficient(const FadingLink& link, uint64_t block) const override;

    double m_speed;     //!< speed (m/s)
    double m_carrierHz; //!< carrier frequency (Hz)
    uint32_t m_waves;   //!< number of plane waves

    std::vector<double> m_speeds; //!< speed by user (m/s); negative or none = the common one
};

} // namespace noma
} // namespace ns3

#endif // NOMA_JAKES_FADING_MODEL_H
