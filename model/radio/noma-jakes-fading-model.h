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
 * Per link, a sum of plane waves with complex Gaussian amplitudes whose angles of arrival are
 * spread evenly from a random first one: at every instant exactly Rayleigh over links, and over
 * links exactly J0-correlated. The spectrum of one link is a line spectrum of finitely many waves.
 */
class NomaJakesFadingModel : public NomaFadingModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    /// @returns the maximum Doppler shift (Hz)
    double GetDopplerHz() const;

  private:
    std::complex<double> DoGetCoefficient(const FadingLink& link, uint64_t block) const override;

    double m_speed;     //!< speed (m/s)
    double m_carrierHz; //!< carrier frequency (Hz)
    uint32_t m_waves;   //!< number of plane waves
};

} // namespace noma
} // namespace ns3

#endif // NOMA_JAKES_FADING_MODEL_H
