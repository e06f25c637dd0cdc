/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RECEIVER_VIEW_H
#define NOMA_RECEIVER_VIEW_H

#include "noma-spectrum-phy.h"

#include "ns3/noma-slot.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * What the receivers of a network are known to do, from their error models, SNR gaps and
 * cancellers.
 */
class NomaReceiverView : public ReceiverView
{
  public:
    /**
     * Says which receivers there are.
     *
     * @param ues physical layers by user index
     * @param aps physical layers by access point index
     * @param slotSeconds duration of a slot (s)
     */
    void SetReceivers(std::vector<Ptr<NomaSpectrumPhy>> ues,
                      std::vector<Ptr<NomaSpectrumPhy>> aps,
                      double slotSeconds);

    /// @returns whether all receivers decode up to capacity and leave a constant residual
    bool IsPlain() const;

    double MaxRateBps(Direction d,
                      uint32_t ue,
                      uint32_t ap,
                      double sinr,
                      double target) const override;
    double Residual(Direction d, uint32_t ue, uint32_t ap, double sinr) const override;

  private:
    /**
     * @param d direction
     * @param ue user index
     * @param ap access point index
     * @returns the receiver of the link
     */
    const NomaSpectrumPhy& Receiver(Direction d, uint32_t ue, uint32_t ap) const;

    std::vector<Ptr<NomaSpectrumPhy>> m_ues; //!< by user index
    std::vector<Ptr<NomaSpectrumPhy>> m_aps; //!< by access point index
    double m_slotSeconds{0};                 //!< duration of a slot (s)
};

} // namespace noma
} // namespace ns3

#endif // NOMA_RECEIVER_VIEW_H
