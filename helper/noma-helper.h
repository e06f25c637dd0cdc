/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_HELPER_H
#define NOMA_HELPER_H

#include "ns3/energy-model-helper.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/noma-network.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/object-factory.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/spectrum-channel.h"
#include "ns3/trace-helper.h"

#include <string>
#include <utility>

namespace ns3
{
namespace noma
{

/**
 * @defgroup noma-helper Helpers of the noma module
 */

/**
 * @ingroup noma-helper
 * Builds one NOMA network on nodes that have mobility models.
 *
 * Defaults: fast NOMA channel with log-distance path loss (exponent 5, no loss at 1 m), Rayleigh
 * block fading, receivers with a noise figure of 5 dB at access points and 9 dB at users that
 * decode up to capacity and cancel perfectly, rates of table 2 of 3GPP TS 38.214 (7.4 bit/s/Hz at
 * most), round robin scheduler with perfect channel state information. SetIdealRadio() takes what
 * analyses assume instead. Settings count for what is installed after them; those of the
 * network, its channel, fading, scheduler and channel state information until the first device is
 * installed.
 */
class NomaHelper : public PcapHelperForDevice, public AsciiTraceHelperForDevice
{
  public:
    NomaHelper();
    ~NomaHelper() override;

    /// Sets an attribute of the NomaNetwork. @param name name @param value value
    void SetNetworkAttribute(const std::string& name, const AttributeValue& value);

    /// Sets an attribute of the users' devices. @param name name @param value value
    void SetUeAttribute(const std::string& name, const AttributeValue& value);

    /// Sets an attribute of the access points' devices. @param name name @param value value
    void SetApAttribute(const std::string& name, const AttributeValue& value);

    /// Sets an attribute of the physical layers. @param name name @param value value
    void SetPhyAttribute(const std::string& name, const AttributeValue& value);

    /// Sets an attribute of the users' physical layers. @param name name @param value value
    void SetUePhyAttribute(const std::string& name, const AttributeValue& value);

    /// Sets an attribute of the access points' physical layers. @param name name
    /// @param value value
    void SetApPhyAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Sets what analyses of NOMA assume, the paper's among them: codes of any rate, up to capacity,
     * and receivers without a noise figure.
     */
    void SetIdealRadio();

    /// @param channel channel to use instead of one of its own; path loss is the caller's matter
    void SetChannel(Ptr<SpectrumChannel> channel);

    /**
     * Sets the path loss of the helper's own channel.
     *
     * @tparam Ts types of names and values
     * @param type name of a PropagationLossModel type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetPathLoss(const std::string& type, Ts&&... args)
    {
        CheckType(type, "ns3::PropagationLossModel");
        CheckBefore(bool(m_channel), "SetPathLoss", type);
        m_pathLoss = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Sets small-scale fading.
     *
     * @tparam Ts types of names and values
     * @param type name of a NomaFadingModel type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetFading(const std::string& type, Ts&&... args)
    {
        CheckType(type, "ns3::noma::NomaFadingModel");
        CheckBefore(bool(m_fading), "SetFading", type);
        m_fadingFactory = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Sets the scheduler.
     *
     * @tparam Ts types of names and values
     * @param type name of a SlotScheduler type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetScheduler(const std::string& type, Ts&&... args)
    {
        CheckType(type, "ns3::noma::SlotScheduler");
        CheckBefore(bool(m_network), "SetScheduler", type);
        m_scheduler = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Sets the channel state information that the scheduler sees.
     *
     * @tparam Ts types of names and values
     * @param type name of a NomaCsiEstimator type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetCsiEstimator(const std::string& type, Ts&&... args)
    {
        CheckType(type, "ns3::noma::NomaCsiEstimator");
        CheckBefore(bool(m_network), "SetCsiEstimator", type);
        m_csi = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Sets the block error model of the receivers.
     *
     * @tparam Ts types of names and values
     * @param type name of a NomaErrorModel type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetErrorModel(const std::string& type, Ts&&... args)
    {
        CheckType(type, "ns3::noma::NomaErrorModel");
        m_errorModel = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Sets the canceller of the receivers.
     *
     * @tparam Ts types of names and values
     * @param type name of a NomaCanceller type
     * @param args names and values of its attributes
     */
    template <typename... Ts>
    void SetCanceller(const std::string& type, Ts&&... args)
    {
        CheckType(type, "ns3::noma::NomaCanceller");
        m_canceller = ObjectFactory(type, std::forward<Ts>(args)...);
    }

    /**
     * Devices installed from now on take every packet at once, so that queue discs are of no
     * effect, and Ipv4AddressHelper installs none. Otherwise, as with other devices of ns-3, a
     * full queue of the device makes the queue disc above hold packets.
     */
    void DisableFlowControl();

    /**
     * Installs access points.
     *
     * @param nodes nodes, with mobility models
     * @returns their devices
     */
    NetDeviceContainer InstallAp(const NodeContainer& nodes);

    /**
     * Installs users.
     *
     * @param nodes nodes, with mobility models
     * @returns their devices
     */
    NetDeviceContainer InstallUe(const NodeContainer& nodes);

    /**
     * Binds users to an access point, in place of the least path loss.
     *
     * @param ues devices of users
     * @param ap device of an access point; null = least path loss again
     */
    void Assign(const NetDeviceContainer& ues, Ptr<NetDevice> ap);

    /// @returns the network, which is made if need be
    Ptr<NomaNetwork> GetNetwork();

    /// @returns the channel, which is made if need be
    Ptr<SpectrumChannel> GetChannel();

    /// @returns the fading model, which is made if need be
    Ptr<NomaFadingModel> GetFading();

    /**
     * Fixes the random streams of fading, channel, scheduler, channel state information and
     * receivers.
     *
     * @param devices devices installed by this helper
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(const NetDeviceContainer& devices, int64_t stream);

  private:
    void EnablePcapInternal(std::string prefix,
                            Ptr<NetDevice> nd,
                            bool promiscuous,
                            bool explicitFilename) override;
    void EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                             std::string prefix,
                             Ptr<NetDevice> nd,
                             bool explicitFilename) override;

    /**
     * Ends the program with a message if a type is unknown or not of the kind wanted.
     *
     * @param type its name
     * @param base name of the type it has to be derived from
     */
    static void CheckType(const std::string& type, const std::string& base);

    /**
     * Ends the program with a message if a setting would have no effect any more.
     *
     * @param exists whether what it sets has been made
     * @param setter name of the method
     * @param what name of the attribute or type
     */
    static void CheckBefore(bool exists, const std::string& setter, const std::string& what);

    /// Lets a device hold packets back. @param device new device
    void AddFlowControl(const Ptr<NomaNetDevice>& device) const;

    /// @param factory makes it
    /// @returns a physical layer
    Ptr<NomaSpectrumPhy> MakePhy(const ObjectFactory& factory);

    ObjectFactory m_networkFactory; //!< makes the network
    ObjectFactory m_ueFactory;      //!< makes devices of users
    ObjectFactory m_apFactory;      //!< makes devices of access points
    ObjectFactory m_uePhyFactory;   //!< makes physical layers of users
    ObjectFactory m_apPhyFactory;   //!< makes physical layers of access points
    ObjectFactory m_pathLoss;       //!< makes the path loss model
    ObjectFactory m_fadingFactory;  //!< makes the fading model
    ObjectFactory m_scheduler;      //!< makes the scheduler
    ObjectFactory m_csi;            //!< makes the channel estimator
    ObjectFactory m_errorModel;     //!< makes error models
    ObjectFactory m_canceller;      //!< makes cancellers
    bool m_flowControl{true};       //!< whether devices hold packets back
    Ptr<NomaNetwork> m_network;     //!< network
    Ptr<SpectrumChannel> m_channel; //!< channel
    Ptr<NomaFadingModel> m_fading;  //!< fading
};

/**
 * @ingroup noma-helper
 * Installs NomaRadioEnergyModel on NOMA devices.
 */
class NomaRadioEnergyModelHelper : public DeviceEnergyModelHelper
{
  public:
    NomaRadioEnergyModelHelper();
    ~NomaRadioEnergyModelHelper() override;

    void Set(std::string name, const AttributeValue& v) override;

  private:
    Ptr<DeviceEnergyModel> DoInstall(Ptr<NetDevice> device,
                                     Ptr<EnergySource> source) const override;

    ObjectFactory m_factory; //!< makes energy models
};

} // namespace noma
} // namespace ns3

#endif // NOMA_HELPER_H
