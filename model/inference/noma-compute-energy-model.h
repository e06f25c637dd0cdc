/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_COMPUTE_ENERGY_MODEL_H
#define NOMA_COMPUTE_ENERGY_MODEL_H

#include "ns3/device-energy-model.h"
#include "ns3/energy-source.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/nstime.h"
#include "ns3/traced-value.h"

#include <functional>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * What a processor draws from the node's energy source. The processor reports its power whenever it
 * changes; without a source the model still counts the energy.
 */
class ComputeEnergyModel : public DeviceEnergyModel
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    ComputeEnergyModel();
    ~ComputeEnergyModel() override;

    /**
     * Books what was drawn so far. This may report depletion, so that the power to set afterwards
     * is known only after the call.
     */
    void Update();

    /// Call Update() first. @param powerW power drawn from now on (W)
    void SetPowerW(double powerW);

    /// @returns power drawn now (W)
    double GetPowerW() const;

    /**
     * @param depleted called when the source has run dry
     * @param recharged called when the source has recovered
     */
    void SetCallbacks(std::function<void()> depleted, std::function<void()> recharged);

    /// @returns the source, or null
    Ptr<EnergySource> GetEnergySource() const;

    void SetEnergySource(Ptr<EnergySource> source) override;
    double GetTotalEnergyConsumption() const override;
    void ChangeState(int newState) override;
    void HandleEnergyDepletion() override;
    void HandleEnergyRecharged() override;
    void HandleEnergyChanged() override;

  private:
    void DoDispose() override;
    double DoGetCurrentA() const override;

    /// Adds up what was drawn since the last change.
    void Account();

    Ptr<EnergySource> m_source;        //!< source, may be null
    double m_powerW{0};                //!< present power (W)
    Time m_last;                       //!< time up to which energy is accounted
    TracedValue<double> m_energyJ;     //!< consumption so far (J)
    std::function<void()> m_depleted;  //!< told about depletion
    std::function<void()> m_recharged; //!< told about recharging
};

} // namespace noma
} // namespace ns3

#endif // NOMA_COMPUTE_ENERGY_MODEL_H
