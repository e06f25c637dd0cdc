/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-distribution.h"

#include "noma-network.h"

#include "ns3/arp-header.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/node.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/simulator.h"

namespace ns3
{
namespace noma
{

namespace
{

/// @param node node
/// @param address address
/// @returns whether a node has an address
bool
HasAddress(const Ptr<Node>& node, Ipv4Address address)
{
    const auto ipv4 = node->GetObject<Ipv4>();
    return ipv4 && ipv4->GetInterfaceForAddress(address) >= 0;
}

/**
 * @param node node
 * @param tail the last three bytes of an address
 * @returns whether the node has an IPv6 address that ends with them
 */
bool
HasAddressTail(const Ptr<Node>& node, const uint8_t* tail)
{
    const auto ipv6 = node->GetObject<Ipv6>();
    for (uint32_t i = 0; ipv6 && i < ipv6->GetNInterfaces(); ++i)
    {
        for (uint32_t j = 0; j < ipv6->GetNAddresses(i); ++j)
        {
            uint8_t bytes[16];
            ipv6->GetAddress(i, j).GetAddress().GetBytes(bytes);
            if (bytes[13] == tail[0] && bytes[14] == tail[1] && bytes[15] == tail[2])
            {
                return true;
            }
        }
    }
    return false;
}

} // namespace

NomaDistribution::NomaDistribution(NomaNetwork& network, bool snooping)
    : m_network(network),
      m_snooping(snooping)
{
}

void
NomaDistribution::ForgetAddresses()
{
    m_known = false;
}

void
NomaDistribution::LearnAddresses()
{
    m_places.clear();
    for (uint32_t i = 0; i < m_network.GetNUes(); ++i)
    {
        m_places[Mac48Address::ConvertFrom(m_network.GetUe(i)->GetAddress())] = {NomaRole::UE, i};
    }
    for (uint32_t i = 0; i < m_network.GetNAps(); ++i)
    {
        m_places[Mac48Address::ConvertFrom(m_network.GetAp(i)->GetAddress())] = {NomaRole::AP, i};
    }
    m_known = true;
}

void
NomaDistribution::FromUe(uint32_t ue, uint32_t ap, const Ptr<Packet>& frame)
{
    Forward(frame, {NomaRole::UE, ue}, ap);
}

bool
NomaDistribution::FromAp(uint32_t ap, const Ptr<Packet>& frame)
{
    return Forward(frame, {NomaRole::AP, ap}, ap);
}

bool
NomaDistribution::FindOwners(const Ptr<Packet>& frame,
                             const EthernetHeader& header,
                             std::vector<Place>& owners) const
{
    uint8_t mac[6];
    header.GetDestination().CopyTo(mac);
    const bool arp = header.GetLengthType() == ETHERTYPE_ARP;
    // the group of a solicited node, ff02::1:ff00:0/104, has this link-layer prefix
    const bool solicitation = mac[0] == 0x33 && mac[1] == 0x33 && mac[2] == 0xff;
    if (!m_snooping || !(arp || solicitation))
    {
        return false;
    }
    Ipv4Address target;
    if (arp)
    {
        auto packet = frame->Copy();
        EthernetHeader ethernet(false);
        ArpHeader request;
        packet->RemoveHeader(ethernet);
        if (packet->RemoveHeader(request) == 0)
        {
            return false;
        }
        target = request.GetDestinationIpv4Address();
    }
    const auto owns = [&](const Ptr<NetDevice>& device) {
        return arp ? HasAddress(device->GetNode(), target)
                   : HasAddressTail(device->GetNode(), mac + 3);
    };
    for (uint32_t i = 0; i < m_network.GetNUes(); ++i)
    {
        if (owns(m_network.GetUe(i)))
        {
            owners.push_back({NomaRole::UE, i});
        }
    }
    for (uint32_t i = 0; i < m_network.GetNAps(); ++i)
    {
        if (owns(m_network.GetAp(i)))
        {
            owners.push_back({NomaRole::AP, i});
        }
    }
    return !owners.empty();
}

bool
NomaDistribution::Forward(const Ptr<Packet>& frame, Place from, uint32_t ap)
{
    if (!m_known)
    {
        LearnAddresses();
    }
    EthernetHeader header(false);
    frame->PeekHeader(header);
    const Mac48Address to = header.GetDestination();
    if (from.role == NomaRole::UE)
    {
        const auto own = m_places.find(to);
        const bool here =
            own != m_places.end() && own->second.role == NomaRole::AP && own->second.index == ap;
        if (!here && !to.IsGroup())
        {
            m_network.GetAp(ap)->Sniff(frame);
        }
    }
    if (!to.IsGroup())
    {
        const auto place = m_places.find(to);
        if (place != m_places.end())
        {
            Give(frame, place->second);
            return true;
        }
        if (from.role == NomaRole::UE)
        {
            Give(frame, {NomaRole::AP, ap});
            return true;
        }
        return false;
    }
    std::vector<Place> receivers;
    if (!FindOwners(frame, header, receivers))
    {
        receivers.clear();
        for (uint32_t i = 0; i < m_network.GetNUes(); ++i)
        {
            receivers.push_back({NomaRole::UE, i});
        }
        for (uint32_t i = 0; i < m_network.GetNAps(); ++i)
        {
            receivers.push_back({NomaRole::AP, i});
        }
    }
    for (const auto& receiver : receivers)
    {
        if (receiver.role != from.role || receiver.index != from.index)
        {
            Give(frame->Copy(), receiver);
        }
    }
    return true;
}

void
NomaDistribution::Give(const Ptr<Packet>& frame, Place to)
{
    if (to.role == NomaRole::UE)
    {
        m_network.SendToLink(DOWNLINK, to.index, frame);
        return;
    }
    const auto device = m_network.GetAp(to.index);
    Simulator::ScheduleWithContext(device->GetNode()->GetId(),
                                   Time(0),
                                   &NomaNetDevice::Receive,
                                   Ptr<NomaNetDevice>(device),
                                   frame);
}

} // namespace noma
} // namespace ns3
