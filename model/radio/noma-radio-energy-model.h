/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RADIO_ENERGY_MODEL_H
#define NOMA_RADIO_ENERGY_MODEL_H

#include "noma-net-device.h"
#include "noma-ns3-compat.h"

#include "ns3/device-energy-model.h"
#include "ns3/energy-source.h"
#include "ns3/nstime.h"
#include "ns3/traced-value.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Energy that the radio of a NOMA device takes from an energy source.
 *
 * While it sends, transmit power over AmplifierEfficiency plus TxCircuitPower; while it receives,
 * RxCircuitPower; both when it does both; IdlePower when it does neither; OffPower when it is
 * switched off. When the source runs out the device goes off, drops what it has queued and is down
 * until the source is recharged.
 */
class NomaRadioEnergyModel : public DeviceEnergyModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaRadioEnergyModel();
    ~NomaRadioEnergyModel() override;

    /// @param device the device; has to be set before the source
    void SetDevice(Ptr<NomaNetDevice> device);

    void SetEnergySource(Ptr<EnergySource> source) override;
    double GetTotalEnergyConsumption() const override;
    void ChangeState(int newState) override;
    void HandleEnergyDepletion() override;
    void HandleEnergyRecharged() override;
    void HandleEnergyChanged() override;

    /// @returns the present power consumption (W)
    double GetPowerW() const;
    /// @returns the greatest power it can consume with its device as it is set now (W)
    double GetPeakPowerW() const;

    /// @returns energy radiated or lost in the power amplifier so far (J)
    double GetTransmitEnergyJ() const;

  private:
    void DoDispose() override;
    double DoGetCurrentA() const override;

    /// Changes consumption. @param txPowerW transmit power (W) @param receiving whether it receives
    void SetActivity(double txPowerW, bool receiving);

    /// Adds up energy until now.
    void Account();

    /// Changes consumption. @param powerW total (W) @param amplifierW of the power amplifier (W)
    void SetPower(double powerW, double amplifierW);

    Ptr<NomaNetDevice> m_device; //!< device
    Ptr<EnergySource> m_source;  //!< source
    double m_efficiency;         //!< radiated power over power of the amplifier
    double m_txCircuitW;         //!< circuit power while sending (W)
    double m_rxCircuitW;         //!< circuit power while receiving (W)
    double m_idleW;              //!< power while doing neither (W)
    double m_offW;               //!< power while switched off (W)

    double m_powerW{0};              //!< present consumption (W)
    double m_amplifierW{0};          //!< of that, the amplifier's (W)
    double m_transmitJ{0};           //!< energy of the amplifier so far (J)
    bool m_updating{false};          //!< whether the source is being updated
    Time m_last;                     //!< when m_totalJ was computed
    TracedValue<double> m_totalJ{0}; //!< the TotalEnergyConsumption trace source
};

} // namespace noma
} // namespace ns3

#endif // NOMA_RADIO_ENERGY_MODEL_H
