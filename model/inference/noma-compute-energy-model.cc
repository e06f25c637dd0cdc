/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-compute-energy-model.h"

#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/trace-source-accessor.h"

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaComputeEnergyModel");
NS_OBJECT_ENSURE_REGISTERED(ComputeEnergyModel);

TypeId
ComputeEnergyModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::ComputeEnergyModel")
                            .SetParent<DeviceEnergyModel>()
                            .SetGroupName("Noma")
                            .AddConstructor<ComputeEnergyModel>()
                            .AddTraceSource("TotalEnergyConsumption",
                                            "Energy drawn by the processor so far (J).",
                                            MakeTraceSourceAccessor(&ComputeEnergyModel::m_energyJ),
                                            "ns3::TracedValueCallback::Double");
    return tid;
}

ComputeEnergyModel::ComputeEnergyModel()
{
    NS_LOG_FUNCTION(this);
}

ComputeEnergyModel::~ComputeEnergyModel()
{
    NS_LOG_FUNCTION(this);
}

void
ComputeEnergyModel::DoDispose()
{
    m_source = nullptr;
    m_depleted = nullptr;
    m_recharged = nullptr;
    DeviceEnergyModel::DoDispose();
}

void
ComputeEnergyModel::Account()
{
    const Time now = Simulator::Now();
    if (m_powerW > 0 && now > m_last)
    {
        m_energyJ += m_powerW * (now - m_last).GetSeconds();
    }
    m_last = now;
}

void
ComputeEnergyModel::Update()
{
    Account();
    if (m_source)
    {
        m_source->UpdateEnergySource();
    }
}

void
ComputeEnergyModel::SetPowerW(double powerW)
{
    NS_LOG_FUNCTION(this << powerW);
    Account();
    m_powerW = powerW;
}

double
ComputeEnergyModel::GetPowerW() const
{
    return m_powerW;
}

void
ComputeEnergyModel::SetCallbacks(std::function<void()> depleted, std::function<void()> recharged)
{
    m_depleted = std::move(depleted);
    m_recharged = std::move(recharged);
}

Ptr<EnergySource>
ComputeEnergyModel::GetEnergySource() const
{
    return m_source;
}

void
ComputeEnergyModel::SetEnergySource(Ptr<EnergySource> source)
{
    m_source = source;
}

double
ComputeEnergyModel::GetTotalEnergyConsumption() const
{
    return m_energyJ + m_powerW * (Simulator::Now() - m_last).GetSeconds();
}

void
ComputeEnergyModel::ChangeState(int /* newState */)
{
    // the power says it all: there are no numbered states
}

void
ComputeEnergyModel::HandleEnergyDepletion()
{
    NS_LOG_FUNCTION(this);
    if (m_depleted)
    {
        m_depleted();
    }
}

void
ComputeEnergyModel::HandleEnergyRecharged()
{
    NS_LOG_FUNCTION(this);
    if (m_recharged)
    {
        m_recharged();
    }
}

void
ComputeEnergyModel::HandleEnergyChanged()
{
}

double
ComputeEnergyModel::DoGetCurrentA() const
{
    return m_source ? m_powerW / m_source->GetSupplyVoltage() : 0;
}

} // namespace noma
} // namespace ns3
