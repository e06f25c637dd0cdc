/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-backhaul-helper.h"

#include "ns3/abort.h"
#include "ns3/channel.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/ipv4.h"

namespace ns3
{
namespace noma
{

namespace
{

/// Network of the wires: the core is 172.16.0.1.
constexpr uint32_t WIRES = 0xac100000;

/// Gives a node a stack if it has none. @param node node
/// @returns its IPv4
Ptr<Ipv4>
StackOf(const Ptr<Node>& node)
{
    if (!node->GetObject<Ipv4>())
    {
        InternetStackHelper().Install(node);
    }
    return node->GetObject<Ipv4>();
}

/// @param ipv4 a node's IPv4
/// @returns its static routes
Ptr<Ipv4StaticRouting>
RoutesOf(const Ptr<Ipv4>& ipv4)
{
    const auto routes = Ipv4StaticRoutingHelper().GetStaticRouting(ipv4);
    NS_ABORT_MSG_IF(!routes, "BackhaulHelper: a node has no Ipv4StaticRouting");
    return routes;
}

/**
 * Gives a device an address of its own only, unless it has it.
 *
 * @param ipv4 IPv4 of its node
 * @param device the device
 * @param address the address
 * @returns its interface
 */
uint32_t
Assign(const Ptr<Ipv4>& ipv4, const Ptr<NetDevice>& device, Ipv4Address address)
{
    int32_t interface = ipv4->GetInterfaceForDevice(device);
    if (interface < 0)
    {
        interface = static_cast<int32_t>(ipv4->AddInterface(device));
    }
    const auto i = static_cast<uint32_t>(interface);
    if (ipv4->GetNAddresses(i) == 0)
    {
        ipv4->AddAddress(i, Ipv4InterfaceAddress(address, Ipv4Mask("255.255.255.255")));
        ipv4->SetUp(i);
    }
    NS_ABORT_MSG_IF(ipv4->GetAddress(i, 0).GetLocal() != address,
                    "BackhaulHelper: a wire has the address " << ipv4->GetAddress(i, 0).GetLocal()
                                                              << " already, it must have none");
    return i;
}

/// Drops the routes to one destination. @param routes routes @param to destination
void
Forget(const Ptr<Ipv4StaticRouting>& routes, Ipv4Address to)
{
    for (uint32_t k = routes->GetNRoutes(); k-- > 0;)
    {
        if (routes->GetRoute(k).GetDest() == to)
        {
            routes->RemoveRoute(k);
        }
    }
}

} // namespace

BackhaulHelper::BackhaulHelper(Ptr<Node> core)
    : m_core(core)
{
    NS_ABORT_MSG_IF(!core, "BackhaulHelper: no node for the core");
    StackOf(core);
}

void
BackhaulHelper::Connect(Ptr<NetDevice> wire)
{
    const auto channel = wire ? wire->GetChannel() : nullptr;
    Ptr<NetDevice> far;
    for (std::size_t d = 0; channel && d < channel->GetNDevices(); ++d)
    {
        if (channel->GetDevice(d)->GetNode() == m_core)
        {
            far = channel->GetDevice(d);
        }
    }
    NS_ABORT_MSG_IF(!far, "BackhaulHelper: a wire does not end at the core");
    const auto ap = wire->GetNode();
    NS_ABORT_MSG_IF(m_wires.count(ap->GetId()) > 0,
                    "BackhaulHelper: node " << ap->GetId() << " is connected already");
    const auto core = StackOf(m_core);
    const auto near = StackOf(ap);
    const Ipv4Address address(WIRES + 2 + static_cast<uint32_t>(m_wires.size()));
    const uint32_t farInterface = Assign(core, far, GetCoreAddress());
    const uint32_t nearInterface = Assign(near, wire, address);
    RoutesOf(core)->AddHostRouteTo(address, farInterface);
    const auto routes = RoutesOf(near);
    routes->AddHostRouteTo(GetCoreAddress(), nearInterface);
    // the other access points are behind the core
    routes->AddNetworkRouteTo(Ipv4Address(WIRES),
                              Ipv4Mask("255.255.0.0"),
                              GetCoreAddress(),
                              nearInterface);
    m_wires[ap->GetId()] = {address, farInterface};
}

Ptr<Node>
BackhaulHelper::GetCore() const
{
    return m_core;
}

Ipv4Address
BackhaulHelper::GetCoreAddress() const
{
    return Ipv4Address(WIRES + 1);
}

bool
BackhaulHelper::IsConnected(Ptr<Node> ap) const
{
    return m_wires.count(ap->GetId()) > 0;
}

Ipv4Address
BackhaulHelper::GetAddress(Ptr<Node> ap) const
{
    return m_wires.at(ap->GetId()).address;
}

void
BackhaulHelper::Route(Ptr<NetDevice> user, Ptr<NetDevice> ap) const
{
    const Wire& wire = m_wires.at(ap->GetNode()->GetId());
    const auto addressOf = [](const Ptr<NetDevice>& device) {
        const auto ipv4 = device->GetNode()->GetObject<Ipv4>();
        const auto i = static_cast<uint32_t>(ipv4->GetInterfaceForDevice(device));
        return std::make_pair(ipv4->GetAddress(i, 0).GetLocal(), i);
    };
    const auto [userAddress, userInterface] = addressOf(user);
    const auto up = RoutesOf(user->GetNode()->GetObject<Ipv4>());
    Forget(up, GetCoreAddress());
    up->AddHostRouteTo(GetCoreAddress(), addressOf(ap).first, userInterface);
    const auto down = RoutesOf(m_core->GetObject<Ipv4>());
    Forget(down, userAddress);
    down->AddHostRouteTo(userAddress, wire.address, wire.coreInterface);
}

} // namespace noma
} // namespace ns3
