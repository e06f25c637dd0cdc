/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_BACKHAUL_HELPER_H
#define NOMA_BACKHAUL_HELPER_H

#include "ns3/ipv4-address.h"
#include "ns3/net-device-container.h"
#include "ns3/node.h"

#include <map>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * Addresses and routes of the wires between access points and a node in the core. The wires are
 * ordinary ns-3 devices - point-to-point links, a CSMA segment - with their own rates, delays and
 * queues:
 *
 * @code
 * PointToPointHelper wire;
 * wire.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
 * wire.SetChannelAttribute("Delay", StringValue("5ms"));
 * BackhaulHelper backhaul(core);
 * for (uint32_t n = 0; n < aps.GetN(); ++n)
 * {
 *     backhaul.Connect(wire.Install(aps.Get(n), core).Get(0));
 * }
 * inference.SetCore(backhaul, CoreRole::EDGE);
 * @endcode
 *
 * The core has one address on all its wires, so that servers there are known by it however packets
 * come. Access points route to the core and through it to each other; a user's packets go through
 * the access point that serves it, both ways. Stacks need Ipv4StaticRouting, as InternetStackHelper
 * gives them.
 */
class BackhaulHelper
{
  public:
    /// @param core node behind the wires; gets an Internet stack if it has none
    explicit BackhaulHelper(Ptr<Node> core);

    /**
     * Connects an access point's node.
     *
     * @param wire device of the wire on that node; the other end is on the core
     */
    void Connect(Ptr<NetDevice> wire);

    /// @returns the core
    Ptr<Node> GetCore() const;
    /// @returns the core's address
    Ipv4Address GetCoreAddress() const;
    /// @param ap an access point's node @returns whether it has a wire
    bool IsConnected(Ptr<Node> ap) const;
    /// @param ap an access point's node, connected @returns its address on the wire
    Ipv4Address GetAddress(Ptr<Node> ap) const;

    /**
     * Sends what goes between a user and the core through an access point from now on.
     *
     * @param user the user's device, with an address
     * @param ap the access point's device, with an address; its node is connected
     */
    void Route(Ptr<NetDevice> user, Ptr<NetDevice> ap) const;

  private:
    /// A wire.
    struct Wire
    {
        Ipv4Address address;       //!< of the access point on it
        uint32_t coreInterface{0}; //!< interface of the core
    };

    Ptr<Node> m_core;                 //!< core
    std::map<uint32_t, Wire> m_wires; //!< by node number of the access point
};

} // namespace noma
} // namespace ns3

#endif // NOMA_BACKHAUL_HELPER_H
