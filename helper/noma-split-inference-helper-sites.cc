/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Where SplitInferenceHelper puts servers and clients, and how they reach each other.
 */
#include "ns3/abort.h"
#include "ns3/arp-cache.h"
#include "ns3/enum.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/noma-split-inference-helper.h"
#include "ns3/pointer.h"

#include <set>

namespace ns3
{
namespace noma
{

namespace
{

/// @param device device
/// @returns the IPv4 address of a device
Ipv4Address
AddressOf(const Ptr<NetDevice>& device)
{
    auto ipv4 = device->GetNode()->GetObject<Ipv4>();
    return ipv4->GetAddress(ipv4->GetInterfaceForDevice(device), 0).GetLocal();
}

/// Tells a device the link-layer address of another. @param device who learns
/// @param other of whom
void
Introduce(const Ptr<NetDevice>& device, const Ptr<NetDevice>& other)
{
    auto ipv4 = device->GetNode()->GetObject<Ipv4L3Protocol>();
    auto cache = ipv4->GetInterface(ipv4->GetInterfaceForDevice(device))->GetArpCache();
    const Ipv4Address address = AddressOf(other);
    if (cache && !cache->Lookup(address))
    {
        auto* entry = cache->Add(address);
        entry->SetMacAddress(other->GetAddress());
        entry->MarkPermanent();
    }
}

} // namespace

void
SplitInferenceHelper::SetCore(const BackhaulHelper& backhaul, CoreRole role)
{
    NS_ABORT_MSG_IF(!m_servers.empty(), "SplitInferenceHelper::SetCore: comes before Install()");
    m_backhaul = std::make_shared<BackhaulHelper>(backhaul);
    m_coreRole = role;
}

void
SplitInferenceHelper::SetCloudAttribute(const std::string& name, const AttributeValue& value)
{
    Remember(m_cloudAttributes, name, value);
}

Ptr<SplitInferenceServer>
SplitInferenceHelper::GetCoreServer() const
{
    return m_coreServer;
}

Ptr<SplitInferenceServer>
SplitInferenceHelper::MakeServer(Ptr<Node> node, const Attributes& computer)
{
    auto server = CreateObject<SplitInferenceServer>();
    SetAll(server->GetComputer(), computer);
    server->GetComputer()->SetEnergyModel(CreateObject<ComputeEnergyModel>());
    node->AddApplication(server);
    return server;
}

void
SplitInferenceHelper::InstallServer(uint32_t ap, Ptr<NomaApNetDevice> device)
{
    const Ptr<Node> node = device->GetNode();
    NS_ABORT_MSG_IF(m_backhaul && !m_backhaul->IsConnected(node),
                    "SplitInferenceHelper: access point " << ap << " has no wire to the core");
    m_apDevices[ap] = device;
    const bool core = m_backhaul && m_coreRole == CoreRole::EDGE;
    Ptr<SplitInferenceServer>& server = m_servers[ap];
    server = core ? m_coreServer : MakeServer(node, m_edgeAttributes);
    if (!server)
    {
        server = m_coreServer = MakeServer(m_backhaul->GetCore(), m_edgeAttributes);
    }
    if (m_backhaul && m_coreRole == CoreRole::CLOUD)
    {
        if (!m_coreServer)
        {
            m_coreServer = MakeServer(m_backhaul->GetCore(), m_cloudAttributes);
        }
        server->SetAttribute("CloudPolicy", EnumValue(SplitInferenceServer::WHEN_FULL));
        server->SetCloud(InetSocketAddress(m_backhaul->GetCoreAddress(), m_coreServer->GetPort()));
    }
    SetAll(server, m_serverAttributes);
    m_controller->AddServer(ap, server, ServerAddress(ap));
}

Address
SplitInferenceHelper::ServerAddress(uint32_t ap) const
{
    if (m_backhaul && m_coreRole == CoreRole::EDGE)
    {
        return InetSocketAddress(m_backhaul->GetCoreAddress(), m_coreServer->GetPort());
    }
    return InetSocketAddress(AddressOf(m_apDevices.at(ap)), m_servers.at(ap)->GetPort());
}

Address
SplitInferenceHelper::PeerAddress(uint32_t ap) const
{
    if (m_backhaul && m_coreRole != CoreRole::EDGE)
    {
        return InetSocketAddress(m_backhaul->GetAddress(m_apDevices.at(ap)->GetNode()),
                                 m_servers.at(ap)->GetPort());
    }
    return ServerAddress(ap);
}

void
SplitInferenceHelper::BindServers()
{
    std::set<Ptr<SplitInferenceServer>> all;
    for (const auto& [ap, server] : m_servers)
    {
        all.insert(server);
    }
    if (m_coreServer)
    {
        all.insert(m_coreServer);
    }
    for (const auto& server : all)
    {
        for (const auto& [ue, device] : m_ueDevices)
        {
            server->BindUser(ue, device->GetNode());
        }
        for (const auto& other : all)
        {
            if (other != server)
            {
                server->BindServer(other->GetNode());
            }
        }
    }
}

std::function<void(uint32_t, uint32_t)>
SplitInferenceHelper::MakeFollower() const
{
    std::map<uint32_t, Address> peers;
    for (const auto& [ap, server] : m_servers)
    {
        peers[ap] = PeerAddress(ap);
    }
    return [ueDevices = m_ueDevices,
            apDevices = m_apDevices,
            servers = m_servers,
            peers,
            backhaul = m_backhaul](uint32_t ue, uint32_t ap) {
        const auto user = ueDevices.find(ue);
        if (user == ueDevices.end())
        {
            return;
        }
        // a device forgets its neighbours whenever its link comes up
        for (const auto& [n, device] : apDevices)
        {
            Introduce(user->second, device);
            Introduce(device, user->second);
        }
        const auto serving = servers.find(ap);
        if (serving == servers.end())
        {
            return;
        }
        if (backhaul)
        {
            backhaul->Route(user->second, apDevices.at(ap));
        }
        for (const auto& [n, server] : servers)
        {
            server->SetHome(ue, server == serving->second ? Address() : peers.at(ap));
        }
    };
}

Ptr<SplitInferenceClient>
SplitInferenceHelper::MakeClient(Ptr<Node> node, uint32_t user, const Address& remote)
{
    NS_ABORT_MSG_IF(m_clients.count(user) > 0,
                    "SplitInferenceHelper: user " << user << " has a client already");
    auto client = CreateObject<SplitInferenceClient>();
    client->SetAttribute("Workload", PointerValue(m_workload.Create<Workload>()));
    client->SetAttribute("Transport", PointerValue(m_transport.Create<ClientTransport>()));
    if (m_cutChooser.IsTypeIdSet())
    {
        client->SetAttribute("CutChooser", PointerValue(m_cutChooser.Create<CutChooser>()));
    }
    SetAll(client, m_clientAttributes);
    SetAll(client->GetProcessor(), m_processorAttributes);
    client->SetModel(m_modelName, m_options);
    client->SetDnn(m_dnn);
    client->SetUser(user);
    client->SetRemote(remote);
    node->AddApplication(client);
    m_clients[user] = client;
    m_tracker->Track(client);
    m_apps.Add(client);
    return client;
}

Ptr<SplitInferenceServer>
SplitInferenceHelper::InstallServer(Ptr<Node> node)
{
    auto server = MakeServer(node, m_edgeAttributes);
    SetAll(server, m_serverAttributes);
    m_standAlone.push_back(server);
    return server;
}

ApplicationContainer
SplitInferenceHelper::InstallClients(const NodeContainer& nodes, const Address& remote)
{
    NS_ABORT_MSG_IF(m_options.empty(), "SplitInferenceHelper: no model, call SetModel()");
    NS_ABORT_MSG_IF(m_batteryJ > 0,
                    "SplitInferenceHelper::InstallClients: SetBattery() is for users of NOMA");
    ApplyDevices();
    m_apps = ApplicationContainer();
    for (uint32_t i = 0; i < nodes.GetN(); ++i)
    {
        const uint32_t user = m_clients.empty() ? 0 : m_clients.rbegin()->first + 1;
        auto client = MakeClient(nodes.Get(i), user, remote);
        client->GetProcessor()->SetEnergyModel(CreateObject<ComputeEnergyModel>());
    }
    return m_apps;
}

} // namespace noma
} // namespace ns3
