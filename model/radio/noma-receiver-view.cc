/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-receiver-view.h"

#include <utility>

namespace ns3
{
namespace noma
{

void
NomaReceiverView::SetReceivers(std::vector<Ptr<NomaSpectrumPhy>> ues,
                               std::vector<Ptr<NomaSpectrumPhy>> aps,
                               double slotSeconds)
{
    m_ues = std::move(ues);
    m_aps = std::move(aps);
    m_slotSeconds = slotSeconds;
}

bool
NomaReceiverView::IsPlain() const
{
    for (const auto* side : {&m_ues, &m_aps})
    {
        for (const auto& phy : *side)
        {
            const TypeId canceller = phy->GetCanceller()->GetInstanceTypeId();
            if (phy->GetErrorModel()->GetInstanceTypeId() != NomaCapacityErrorModel::GetTypeId() ||
                (canceller != NomaCanceller::GetTypeId() &&
                 canceller != NomaResidualCanceller::GetTypeId()))
            {
                return false;
            }
        }
    }
    return true;
}

const NomaSpectrumPhy&
NomaReceiverView::Receiver(Direction d, uint32_t ue, uint32_t ap) const
{
    return d == UPLINK ? *m_aps[ap] : *m_ues[ue];
}

double
NomaReceiverView::MaxRateBps(Direction d, uint32_t ue, uint32_t ap, double sinr, double target)
    const
{
    const auto& phy = Receiver(d, ue, ap);
    const double uses = phy.GetSubchannelHz(d) * m_slotSeconds;
    return phy.GetErrorModel()->MaxBits(sinr / phy.GetSnrGap(), uses, target) / m_slotSeconds;
}

double
NomaReceiverView::Residual(Direction d, uint32_t ue, uint32_t ap, double sinr) const
{
    return Receiver(d, ue, ap).GetCanceller()->Residual(sinr);
}

} // namespace noma
} // namespace ns3
