/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-radio-energy-model.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaRadioEnergyModel");
NS_OBJECT_ENSURE_REGISTERED(NomaRadioEnergyModel);

TypeId
NomaRadioEnergyModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaRadioEnergyModel")
            .SetParent<DeviceEnergyModel>()
            .SetGroupName("Noma")
            .AddConstructor<NomaRadioEnergyModel>()
            .AddAttribute("AmplifierEfficiency",
                          "Radiated power over power consumed by the amplifier.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&NomaRadioEnergyModel::m_efficiency),
                          MakeDoubleChecker<double>(1e-3, 1.0))
            .AddAttribute("TxCircuitPower",
                          "Circuit power while sending, without the amplifier (W).",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&NomaRadioEnergyModel::m_txCircuitW),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddAttribute("RxCircuitPower",
                          "Circuit power while receiving (W).",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&NomaRadioEnergyModel::m_rxCircuitW),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddAttribute("IdlePower",
                          "Power while on, but neither sending nor receiving (W).",
                          DoubleValue(0.02),
                          MakeDoubleAccessor(&NomaRadioEnergyModel::m_idleW),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddAttribute("OffPower",
                          "Power while switched off (W).",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaRadioEnergyModel::m_offW),
                          MakeDoubleChecker<double>(0.0, 1e9))
            .AddTraceSource("TotalEnergyConsumption",
                            "Energy taken from the source so far (J).",
                            MakeTraceSourceAccessor(&NomaRadioEnergyModel::m_totalJ),
                            "ns3::TracedValueCallback::Double");
    return tid;
}

NomaRadioEnergyModel::NomaRadioEnergyModel() = default;

NomaRadioEnergyModel::~NomaRadioEnergyModel() = default;

void
NomaRadioEnergyModel::DoDispose()
{
    m_device = nullptr;
    m_source = nullptr;
    DeviceEnergyModel::DoDispose();
}

void
NomaRadioEnergyModel::SetDevice(Ptr<NomaNetDevice> device)
{
    NS_ABORT_MSG_IF(!device, "NomaRadioEnergyModel: not a NOMA device");
    m_device = device;
    device->SetActivityCallback(MakeCallback(&NomaRadioEnergyModel::SetActivity, this));
}

void
NomaRadioEnergyModel::SetEnergySource(Ptr<EnergySource> source)
{
    m_source = source;
    m_last = Simulator::Now();
    m_powerW = m_idleW;
}

double
NomaRadioEnergyModel::GetTotalEnergyConsumption() const
{
    return m_totalJ + m_powerW * (Simulator::Now() - m_last).GetSeconds();
}

double
NomaRadioEnergyModel::GetTransmitEnergyJ() const
{
    return m_transmitJ + m_amplifierW * (Simulator::Now() - m_last).GetSeconds();
}

double
NomaRadioEnergyModel::GetPowerW() const
{
    return m_powerW;
}

double
NomaRadioEnergyModel::GetPeakPowerW() const
{
    const double radiatedW = m_device ? m_device->GetMaxPowerW() : 0;
    return std::max({radiatedW / m_efficiency + m_txCircuitW + m_rxCircuitW, m_idleW, m_offW});
}

double
NomaRadioEnergyModel::DoGetCurrentA() const
{
    return m_source ? m_powerW / m_source->GetSupplyVoltage() : 0.0;
}

void
NomaRadioEnergyModel::Account()
{
    const double seconds = (Simulator::Now() - m_last).GetSeconds();
    m_last = Simulator::Now();
    m_transmitJ += m_amplifierW * seconds;
    m_totalJ += m_powerW * seconds;
}

void
NomaRadioEnergyModel::SetPower(double powerW, double amplifierW)
{
    Account();
    if (m_source && !m_updating)
    {
        // the source takes off what the old consumption cost, and may find that it has run out
        m_updating = true;
        m_source->UpdateEnergySource();
        m_updating = false;
        if (m_device && !m_device->IsOn())
        {
            powerW = m_offW;
            amplifierW = 0;
        }
    }
    m_powerW = powerW;
    m_amplifierW = amplifierW;
}

void
NomaRadioEnergyModel::SetActivity(double txPowerW, bool receiving)
{
    if (m_device && !m_device->IsOn())
    {
        SetPower(m_offW, 0);
        return;
    }
    const double amplifierW = txPowerW / m_efficiency;
    double powerW = amplifierW;
    powerW += txPowerW > 0 ? m_txCircuitW : 0;
    powerW += receiving ? m_rxCircuitW : 0;
    powerW += txPowerW == 0 && !receiving ? m_idleW : 0;
    SetPower(powerW, amplifierW);
}

void
NomaRadioEnergyModel::ChangeState(int /* newState */)
{
    // consumption follows the device's activity
}

void
NomaRadioEnergyModel::HandleEnergyDepletion()
{
    NS_LOG_INFO("energy source has run out");
    if (m_device)
    {
        m_device->SetDepleted(true);
    }
}

void
NomaRadioEnergyModel::HandleEnergyRecharged()
{
    NS_LOG_INFO("energy source was recharged");
    if (m_device)
    {
        m_device->SetDepleted(false);
    }
}

void
NomaRadioEnergyModel::HandleEnergyChanged()
{
}

} // namespace noma
} // namespace ns3
