/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_NET_DEVICE_H
#define NOMA_NET_DEVICE_H

#include "noma-prefetch.h"
#include "noma-spectrum-phy.h"
#include "noma-traffic-counters.h"

#include "ns3/mac48-address.h"
#include "ns3/net-device.h"
#include "ns3/traced-callback.h"
#include "ns3/traced-value.h"

namespace ns3
{
namespace noma
{

class NomaNetwork;

/**
 * @ingroup noma-radio
 * What NOMA users and access points have in common as ns-3 net devices.
 *
 * All devices of a NomaNetwork form one link-layer broadcast domain, like a wireless LAN whose
 * access points are joined by a distribution system: frames have Ethernet headers, a frame of one
 * user to another passes the access points of both, and IPv4 and IPv6 resolve addresses as on any
 * LAN. A host behind an access point is reached through that access point's IP stack.
 */
class NomaNetDevice : public NetDevice
{
  public:
    /// Told of what the radio does. Parameters: transmit power (W), whether it receives.
    typedef Callback<void, double, bool> ActivityCallback;

    /**
     * Signature of the MacTxDrop trace source.
     *
     * @param frame the frame
     * @param reason why it was dropped
     */
    typedef void (*DropTracedCallback)(Ptr<const Packet> frame, DropReason reason);

    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaNetDevice();
    ~NomaNetDevice() override;

    void SetIfIndex(const uint32_t index) override;
    uint32_t GetIfIndex() const override;
    Ptr<Channel> GetChannel() const override;
    void SetAddress(Address address) override;
    Address GetAddress() const override;
    bool SetMtu(const uint16_t mtu) override;
    uint16_t GetMtu() const override;
    bool IsLinkUp() const override;
    void AddLinkChangeCallback(Callback<void> callback) override;
    bool IsBroadcast() const override;
    Address GetBroadcast() const override;
    bool IsMulticast() const override;
    Address GetMulticast(Ipv4Address multicastGroup) const override;
    Address GetMulticast(Ipv6Address addr) const override;
    bool IsBridge() const override;
    bool IsPointToPoint() const override;
    bool Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber) override;
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& dest,
                  uint16_t protocolNumber) override;
    Ptr<Node> GetNode() const override;
    void SetNode(Ptr<Node> node) override;
    bool NeedsArp() const override;
    void SetReceiveCallback(ReceiveCallback cb) override;
    void SetPromiscReceiveCallback(PromiscReceiveCallback cb) override;
    bool SupportsSendFrom() const override;

    /**
     * Joins a network; called once.
     *
     * @param network network
     * @param phy physical layer of this device
     */
    void Join(Ptr<NomaNetwork> network, Ptr<NomaSpectrumPhy> phy);

    /// @returns the network
    Ptr<NomaNetwork> GetNetwork() const;

    /// @returns the physical layer
    Ptr<NomaSpectrumPhy> GetPhy() const;

    /// @returns user or access point index in the network
    uint32_t GetIndex() const;

    /// @param dbm the greatest transmit power, summed over subchannels (dBm)
    void SetTxPowerDbm(double dbm);

    /// @returns the greatest transmit power, summed over subchannels (dBm)
    double GetTxPowerDbm() const;

    /// @returns the greatest transmit power, summed over subchannels (W)
    double GetMaxPowerW() const
    {
        return m_maxPowerW;
    }

    /// Switches the device on or off. @param on on
    void SetOn(bool on);

    /// Tells the device that its energy source ran out or was recharged. @param depleted ran out
    void SetDepleted(bool depleted);

    /// @returns whether the device is switched on and has energy
    bool IsOn() const
    {
        return m_switchedOn && !m_depleted;
    }

    /// Asks for the memory that the network looks at in every slot.
    void PrefetchSelf() const
    {
        Prefetch(&m_activity, this + 1);
    }

    /// @returns frames handed to this device by its node, and what became of them
    virtual TrafficCounters GetTxCounters() const = 0;

    /// @returns those of them not yet delivered or dropped
    virtual PacketCount GetTxQueued() const = 0;

    /// @returns frames handed by this device to its node
    const PacketCount& GetRxCount() const;

    /// @returns frames that came while this device was switched off
    const PacketCount& GetRxRefused() const;

    /// @param callback called in each slot with activity, and in the first one without
    void SetActivityCallback(ActivityCallback callback);

    /**
     * Hands a frame to the node; called by the network.
     *
     * @param frame the frame, header included
     */
    void Receive(Ptr<Packet> frame);

    /// Shows a frame in transit to the sniffers. @param frame the frame
    void Sniff(Ptr<const Packet> frame);

    /**
     * Traces a drop; called by the network.
     *
     * @param frame the frame
     * @param reason reason
     */
    void NotifyDrop(Ptr<const Packet> frame, DropReason reason);

    /**
     * Called by the network at the start of each slot if there is an activity callback.
     *
     * @param txPowerW transmit power (W), 0 = does not send
     * @param receiving whether it receives
     */
    void SetActivity(double txPowerW, bool receiving);

    /// @returns whether there is an activity callback
    bool IsMetered() const
    {
        return !m_activity.IsNull();
    }

    /// @returns a number that rises whenever IsOn(), GetMaxPowerW() or the serving access point of
    /// any device may give something else than before
    static uint64_t GetChanges()
    {
        return m_changes;
    }

    /// @returns whether there is one at any device
    static bool IsAnyMetered()
    {
        return m_metered > 0;
    }

    /**
     * Asks the layer above to hold packets back. Called by the network when a queue is full. Does
     * nothing when no queue disc is there to hold them: without one, a full queue drops what it
     * cannot take, and counts it.
     *
     * @returns whether they are held back now and were not before
     */
    bool StopQueue();

    /// Asks the layer above for packets again; called by the network.
    void WakeQueue();

  protected:
    void DoInitialize() override;
    void DoDispose() override;

    /// Calls the link change callbacks.
    void NotifyLinkChange();

    static inline uint64_t m_changes{0}; //!< what GetChanges() returns

  private:
    /**
     * Passes a frame to the network.
     *
     * @param frame the frame
     * @returns whether it was taken
     */
    virtual bool DoSend(Ptr<Packet> frame) = 0;

    /**
     * Counts a frame that the network never got.
     *
     * @param size its size (byte)
     * @param reason reason
     */
    virtual void DoCountRefused(uint32_t size, DropReason reason) = 0;

    /// Reacts to a change of IsOn().
    void PowerChanged();

    static inline std::size_t m_metered{0}; //!< number of devices with an activity callback

    Ptr<NomaNetwork> m_network; //!< network
    Ptr<NomaSpectrumPhy> m_phy; //!< physical layer
    Ptr<Node> m_node;           //!< node
    uint32_t m_ifIndex{0};      //!< interface index
    Mac48Address m_address;     //!< address
    uint16_t m_mtu;             //!< MTU (byte)
    double m_txPowerDbm{0};     //!< greatest transmit power (dBm)
    PacketCount m_received;     //!< frames handed to the node
    PacketCount m_refused;      //!< frames that came while switched off
    double m_activeW{0};        //!< transmit power last reported (W)
    bool m_receiving{false};    //!< reception last reported
    bool m_stopped{false};      //!< whether the layer above holds packets back

    ReceiveCallback m_rxCallback;               //!< receive callback
    PromiscReceiveCallback m_promiscRxCallback; //!< promiscuous receive callback

    TracedCallback<> m_linkChangeCallbacks;                         //!< link change callbacks
    TracedValue<bool> m_on{true};                                   //!< the On trace source
    TracedCallback<Ptr<const Packet>> m_macTxTrace;                 //!< the MacTx trace source
    TracedCallback<Ptr<const Packet>, DropReason> m_macTxDropTrace; //!< the MacTxDrop trace source
    TracedCallback<Ptr<const Packet>> m_dropTrace;                  //!< the Drop trace source
    TracedCallback<Ptr<const Packet>> m_macRxTrace;                 //!< the MacRx trace source
    TracedCallback<Ptr<const Packet>> m_macPromiscRxTrace;   //!< the MacPromiscRx trace source
    TracedCallback<Ptr<const Packet>> m_snifferTrace;        //!< the Sniffer trace source
    TracedCallback<Ptr<const Packet>> m_promiscSnifferTrace; //!< the PromiscSniffer trace source

    // what the network asks for in every slot lies together, with what subclasses begin with
    ActivityCallback m_activity; //!< told of power and reception
    double m_maxPowerW{1e-3};    //!< greatest transmit power (W)
    bool m_switchedOn{true};     //!< whether it is switched on
    bool m_depleted{false};      //!< whether its energy source ran out
};

/**
 * @ingroup noma-radio
 * Net device of a user. It is up while the user is served by an access point. Coming up for the
 * first time calls no link change callback: ARP entries set before the simulation stay.
 */
class NomaUeNetDevice : public NomaNetDevice
{
  public:
    /**
     * Signature of the Association trace source.
     *
     * @param from index of the access point that served the user, NONE = none
     * @param to index of the one that does now, NONE = none
     */
    typedef void (*AssociationTracedCallback)(uint32_t from, uint32_t to);

    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaUeNetDevice();
    ~NomaUeNetDevice() override;

    bool IsLinkUp() const override;
    TrafficCounters GetTxCounters() const override;
    PacketCount GetTxQueued() const override;

    /// @returns index of the access point that serves this user; NONE = none
    uint32_t GetServingAp() const
    {
        return m_ap;
    }

    /// Called by the network. @param ap index of the access point that serves this user
    void SetServingAp(uint32_t ap);

  private:
    bool DoSend(Ptr<Packet> frame) override;
    void DoCountRefused(uint32_t size, DropReason reason) override;

    uint32_t m_ap{NONE};                                   //!< serving access point
    bool m_served{false};                                  //!< whether one ever served
    TracedCallback<uint32_t, uint32_t> m_associationTrace; //!< the Association trace source
};

/**
 * @ingroup noma-radio
 * Net device of an access point. It can be a port of a bridge.
 */
class NomaApNetDevice : public NomaNetDevice
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaApNetDevice();
    ~NomaApNetDevice() override;

    bool SupportsSendFrom() const override;
    TrafficCounters GetTxCounters() const override;
    PacketCount GetTxQueued() const override;

    /// Called by the network for a frame of this device. @param size its size (byte)
    void CountForwarded(uint32_t size);

    /// Called by the network for a frame of this device. @param size its size (byte)
    /// @param reason why it was dropped
    void CountDropped(uint32_t size, DropReason reason);

  private:
    bool DoSend(Ptr<Packet> frame) override;
    void DoCountRefused(uint32_t size, DropReason reason) override;

    TrafficCounters m_counters; //!< frames of this device's node
};

} // namespace noma
} // namespace ns3

#endif // NOMA_NET_DEVICE_H
