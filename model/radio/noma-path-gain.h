/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PATH_GAIN_H
#define NOMA_PATH_GAIN_H

#include "ns3/propagation-loss-model.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

class NomaSpectrumPhy;

/**
 * @ingroup noma-radio
 * Path gains between physical layers (path loss and antennas, without small-scale fading), each
 * computed once and kept until either end has moved.
 *
 * A loss model that draws a new random value at every call is therefore asked once per pair of
 * positions.
 */
class NomaPathGain
{
  public:
    /**
     * Sets what gains are computed from; forgets them if it is another model than before.
     *
     * @param loss propagation loss model; null = no loss
     * @param maxLossDb a link with more loss than this is none (dB)
     */
    void SetLoss(Ptr<PropagationLossModel> loss, double maxLossDb);

    /**
     * The gain at the positions that the two ends had when NomaSpectrumPhy::UpdatePosition() was
     * last called.
     *
     * @param tx sender
     * @param rx receiver
     * @returns the linear power gain; 1 if either end has no mobility model
     */
    double Get(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx);

    /// Forgets all gains, as is needed after a loss model has changed its parameters.
    void Clear();

  private:
    /// One cached gain.
    struct Entry
    {
        double gain{0};        //!< linear
        uint64_t txVersion{0}; //!< position version of the sender, 0 = nothing cached
        uint64_t rxVersion{0}; //!< position version of the receiver
    };

    /**
     * @param tx sender
     * @param rx receiver
     * @returns the linear power gain
     */
    double Compute(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx) const;

    Ptr<PropagationLossModel> m_loss;       //!< loss model
    double m_maxLossDb{1e9};                //!< greatest loss (dB)
    std::vector<std::vector<Entry>> m_toAp; //!< [access point][user]
    std::vector<std::vector<Entry>> m_toUe; //!< [user][access point]
};

} // namespace noma
} // namespace ns3

#endif // NOMA_PATH_GAIN_H
