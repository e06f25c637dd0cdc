/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-path-gain.h"

#include "noma-spectrum-phy.h"

#include "ns3/angles.h"
#include "ns3/antenna-model.h"
#include "ns3/mobility-model.h"
#include "ns3/net-device.h"
#include "ns3/node.h"

#include <cmath>

namespace ns3
{
namespace noma
{

void
NomaPathGain::SetLoss(Ptr<PropagationLossModel> loss, double maxLossDb)
{
    if (loss != m_loss || maxLossDb != m_maxLossDb)
    {
        m_loss = loss;
        m_maxLossDb = maxLossDb;
        Clear();
    }
}

void
NomaPathGain::Clear()
{
    m_toAp.clear();
    m_toUe.clear();
}

double
NomaPathGain::Get(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx)
{
    if (tx.GetRole() == rx.GetRole())
    {
        return Compute(tx, rx);
    }
    auto& rows = rx.GetRole() == NomaRole::AP ? m_toAp : m_toUe;
    if (rx.GetIndex() >= rows.size())
    {
        rows.resize(rx.GetIndex() + 1);
    }
    auto& row = rows[rx.GetIndex()];
    if (tx.GetIndex() >= row.size())
    {
        row.resize(tx.GetIndex() + 1);
    }
    auto& entry = row[tx.GetIndex()];
    // versions are unique over all physical layers, so they tell devices apart as well
    if (entry.txVersion != tx.GetPositionVersion() || entry.rxVersion != rx.GetPositionVersion())
    {
        entry = {Compute(tx, rx), tx.GetPositionVersion(), rx.GetPositionVersion()};
    }
    return entry.gain;
}

double
NomaPathGain::Compute(const NomaSpectrumPhy& tx, const NomaSpectrumPhy& rx) const
{
    const auto txDevice = tx.GetDevice();
    const auto rxDevice = rx.GetDevice();
    if (&tx == &rx || (txDevice && rxDevice && txDevice->GetNode() == rxDevice->GetNode()))
    {
        return 0; // as ns-3's spectrum channels: no reception within a node
    }
    const auto from = tx.GetMobility();
    const auto to = rx.GetMobility();
    if (!from || !to)
    {
        return 1;
    }
    double lossDb = 0;
    if (const auto antenna = DynamicCast<AntennaModel>(tx.GetAntenna()))
    {
        lossDb -= antenna->GetGainDb(Angles(to->GetPosition(), from->GetPosition()));
    }
    if (const auto antenna = DynamicCast<AntennaModel>(rx.GetAntenna()))
    {
        lossDb -= antenna->GetGainDb(Angles(from->GetPosition(), to->GetPosition()));
    }
    if (m_loss)
    {
        lossDb -= m_loss->CalcRxPower(0, from, to);
    }
    return lossDb > m_maxLossDb ? 0 : std::pow(10.0, -lossDb / 10);
}

} // namespace noma
} // namespace ns3
