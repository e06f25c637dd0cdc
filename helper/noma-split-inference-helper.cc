/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-split-inference-helper.h"

#include "ns3/abort.h"
#include "ns3/application-container.h"
#include "ns3/basic-energy-source.h"
#include "ns3/double.h"
#include "ns3/fatal-error.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/noma-data-files.h"
#include "ns3/noma-dnn-profile.h"
#include "ns3/noma-radio-energy-model.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// @param f the function
/// @returns what a function returns; its error ends the program
template <typename F>
auto
OrFatal(F&& f)
{
    try
    {
        return f();
    }
    catch (const std::invalid_argument& e)
    {
        NS_FATAL_ERROR("SplitInferenceHelper: " << e.what());
    }
}

/**
 * Accounts what a block cost, whoever scheduled it.
 *
 * @param clients applications by user index
 * @param network the network
 * @param outcome the block
 */
void
AddRadioEnergy(std::shared_ptr<std::map<uint32_t, Ptr<SplitInferenceClient>>> clients,
               const NomaNetwork* network,
               const GrantOutcome& outcome)
{
    const auto it = clients->find(outcome.grant.ue);
    if (it != clients->end())
    {
        it->second->AddRadioEnergy(outcome.grant.direction,
                                   outcome.grant.powerW * network->GetSlotDuration().GetSeconds());
    }
}

} // namespace

SplitInferenceHelper::SplitInferenceHelper()
    : m_workload("ns3::noma::PeriodicWorkload"),
      m_transport("ns3::noma::UdpClientTransport"),
      m_batteryUpdate(MilliSeconds(100)),
      m_tracker(CreateObject<TaskTracker>())
{
}

void
SplitInferenceHelper::SetModel(const std::string& name,
                               uint32_t input,
                               const DnnCutParameters& parameters,
                               DnnCuts cuts)
{
    OrFatal([&] {
        if (IsCutTable(name))
        {
            NS_ABORT_MSG_IF(input != 0, "SplitInferenceHelper: a cut table has no input");
            const CutTable table = LoadCutTable(name);
            SetModel(table.name, table.options);
            m_table = table;
            return;
        }
        const auto exits = LoadDnnExits(name, input);
        m_cuts = cuts;
        SetExits(exits, parameters);
        m_exits = exits;
        m_parameters = parameters;
    });
}

void
SplitInferenceHelper::SetExits(const std::vector<DnnExit>& exits,
                               const DnnCutParameters& parameters)
{
    if (exits.size() == 1 && exits[0].name.empty())
    {
        SetModel(DnnProfile(exits[0].graph, DnnView::FUSED), parameters, m_cuts);
        return;
    }
    SetModel(exits[0].graph.GetName(), MakeExitOptions(exits, parameters, m_cuts));
}

void
SplitInferenceHelper::SetModel(const DnnProfile& profile,
                               const DnnCutParameters& parameters,
                               DnnCuts cuts)
{
    OrFatal([&] {
        const auto sets =
            cuts == DnnCuts::SEQUENCE ? ChainCuts(profile) : UsefulCuts(profile, parameters);
        SetModel(profile.GetName(), MakeCutOptions(profile, sets, parameters));
        m_dnn = std::make_shared<DnnModel>(DnnModel{profile, parameters, sets});
    });
}

void
SplitInferenceHelper::SetModel(const std::string& name, const std::vector<CutOption>& options)
{
    m_modelName = name;
    m_options = options;
    m_dnn = nullptr;
    m_exits.clear();
    m_table.reset();
}

void
SplitInferenceHelper::SetDevice(const std::string& name, bool spread)
{
    m_device = OrFatal([&] { return LoadDevice(name); });
    SetProcessorAttribute("TimeSpread", DoubleValue(spread ? m_device->relativeSpread : 0));
}

void
SplitInferenceHelper::SetEdgeDevice(const std::string& name, bool spread)
{
    m_edgeDevice = OrFatal([&] { return LoadDevice(name); });
    SetEdgeAttribute("TimeSpread", DoubleValue(spread ? m_edgeDevice->relativeSpread : 0));
}

void
SplitInferenceHelper::ApplyDevices()
{
    const bool devices = m_device || m_edgeDevice;
    if (!devices && !m_table)
    {
        return;
    }
    NS_ABORT_MSG_IF(devices && m_exits.empty(),
                    "SplitInferenceHelper: a device needs a network by name or file");
    auto processor = CreateObject<ComputeProcessor>();
    SetAll(processor, m_processorAttributes);
    auto computer = CreateObject<EdgeComputer>();
    SetAll(computer, m_edgeAttributes);
    DnnCutParameters parameters = m_parameters;
    parameters.deviceFlopsPerSecond = processor->GetSpeed();
    parameters.edgeFlopsPerSecond = computer->Speed(1);
    if (m_table)
    {
        m_options = MakeCutOptions(*m_table,
                                   parameters.deviceFlopsPerSecond,
                                   parameters.edgeFlopsPerSecond);
        return;
    }
    OrFatal([&] {
        const auto exits = m_exits;
        auto timed = exits;
        for (DnnExit& exit : timed)
        {
            exit.graph = WithDeviceSeconds(
                exit.graph,
                m_device.value_or(UniformDeviceProfile(parameters.deviceFlopsPerSecond)),
                m_edgeDevice.value_or(UniformDeviceProfile(parameters.edgeFlopsPerSecond)));
        }
        SetExits(timed, parameters);
        m_exits = exits;
    });
}

void
SplitInferenceHelper::Remember(Attributes& attributes,
                               const std::string& name,
                               const AttributeValue& value)
{
    attributes.emplace_back(name, value.Copy());
}

void
SplitInferenceHelper::SetControllerAttribute(const std::string& name, const AttributeValue& value)
{
    Remember(m_controllerAttributes, name, value);
    if (m_controller)
    {
        m_controller->SetAttribute(name, value);
    }
}

void
SplitInferenceHelper::SetClientAttribute(const std::string& name, const AttributeValue& value)
{
    Remember(m_clientAttributes, name, value);
}

void
SplitInferenceHelper::SetProcessorAttribute(const std::string& name, const AttributeValue& value)
{
    Remember(m_processorAttributes, name, value);
}

void
SplitInferenceHelper::SetServerAttribute(const std::string& name, const AttributeValue& value)
{
    Remember(m_serverAttributes, name, value);
}

void
SplitInferenceHelper::SetEdgeAttribute(const std::string& name, const AttributeValue& value)
{
    Remember(m_edgeAttributes, name, value);
}

void
SplitInferenceHelper::SetBattery(double joules, Time update)
{
    NS_ABORT_MSG_IF(!(joules >= 0 && joules <= 1e12),
                    "SplitInferenceHelper::SetBattery: joules = " << joules
                                                                  << ", must be in [0, 1e12]");
    NS_ABORT_MSG_IF(!update.IsStrictlyPositive(),
                    "SplitInferenceHelper::SetBattery: update = " << update << ", must be > 0");
    m_batteryJ = joules;
    m_batteryUpdate = update;
}

void
SplitInferenceHelper::SetAll(Ptr<Object> object, const Attributes& attributes)
{
    for (const auto& [name, value] : attributes)
    {
        object->SetAttribute(name, *value);
    }
}

void
SplitInferenceHelper::AssignAddresses(const NetDeviceContainer& devices)
{
    for (uint32_t d = 0; d < devices.GetN(); ++d)
    {
        auto device = devices.Get(d);
        auto node = device->GetNode();
        if (!node->GetObject<Ipv4>())
        {
            InternetStackHelper internet;
            internet.Install(node);
        }
        auto ipv4 = node->GetObject<Ipv4>();
        int32_t interface = ipv4->GetInterfaceForDevice(device);
        if (interface < 0)
        {
            interface = static_cast<int32_t>(ipv4->AddInterface(device));
        }
        const auto i = static_cast<uint32_t>(interface);
        if (ipv4->GetNAddresses(i) == 0)
        {
            const Ipv4Address address(0x0a000000U + ++m_hosts); // 10.0.0.1 and so on
            ipv4->AddAddress(i, Ipv4InterfaceAddress(address, Ipv4Mask("255.0.0.0")));
            ipv4->SetMetric(i, 1);
            ipv4->SetUp(i);
        }
    }
}

ApplicationContainer
SplitInferenceHelper::Install(NomaHelper& noma,
                              const NetDeviceContainer& ues,
                              const NetDeviceContainer& aps)
{
    NS_ABORT_MSG_IF(m_options.empty(), "SplitInferenceHelper: no model, call SetModel()");
    ApplyDevices();
    AssignAddresses(aps);
    AssignAddresses(ues);
    if (!m_controller)
    {
        m_controller = CreateObject<SplitInferenceController>();
        SetAll(m_controller, m_controllerAttributes);
        noma.GetNetwork()->SetScheduler(m_controller);
        // under any scheduler: one may be set later
        m_metered = std::make_shared<std::map<uint32_t, Ptr<SplitInferenceClient>>>();
        // what is bound has to be of the very type of the parameter: ns-3 casts without looking
        const NomaNetwork* const network = PeekPointer(noma.GetNetwork());
        noma.GetNetwork()->TraceConnectWithoutContext(
            "Block",
            MakeBoundCallback(&AddRadioEnergy, m_metered, network));
    }
    m_apps = ApplicationContainer();
    for (uint32_t d = 0; d < aps.GetN(); ++d)
    {
        auto device = DynamicCast<NomaApNetDevice>(aps.Get(d));
        NS_ABORT_MSG_IF(!device, "SplitInferenceHelper: aps[" << d << "] is no NomaApNetDevice");
        InstallServer(device->GetIndex(), device);
    }
    NS_ABORT_MSG_IF(m_servers.empty(), "SplitInferenceHelper: no access points");
    for (uint32_t d = 0; d < ues.GetN(); ++d)
    {
        auto device = DynamicCast<NomaUeNetDevice>(ues.Get(d));
        NS_ABORT_MSG_IF(!device, "SplitInferenceHelper: ues[" << d << "] is no NomaUeNetDevice");
        InstallClient(device->GetIndex(), device);
    }
    BindServers();
    m_controller->SetMovedCallback(MakeFollower());
    return m_apps;
}

void
SplitInferenceHelper::InstallClient(uint32_t ue, Ptr<NomaUeNetDevice> device)
{
    // its server is the first one until it is associated
    auto client = MakeClient(device->GetNode(), ue, ServerAddress(m_servers.begin()->first));
    m_ueDevices[ue] = device;
    (*m_metered)[ue] = client;
    m_controller->AddClient(ue, client);
    InstallBattery(client, device);
}

void
SplitInferenceHelper::InstallBattery(Ptr<SplitInferenceClient> client, Ptr<NomaUeNetDevice> device)
{
    auto model = CreateObject<ComputeEnergyModel>();
    if (m_batteryJ > 0)
    {
        auto node = device->GetNode();
        auto source = CreateObject<BasicEnergySource>();
        source->SetNode(node);
        source->SetInitialEnergy(m_batteryJ);
        source->SetEnergyUpdateInterval(m_batteryUpdate);
        auto container = node->GetObject<EnergySourceContainer>();
        if (!container)
        {
            container = CreateObject<EnergySourceContainer>();
            node->AggregateObject(container);
        }
        container->Add(source);
        m_batteries.Add(source);
        model->SetEnergySource(source);
        source->AppendDeviceEnergyModel(model);
        NomaRadioEnergyModelHelper radio;
        const auto models = radio.Install(device, source);
        const auto processor = client->GetProcessor();
        DoubleValue idleW;
        processor->GetAttribute("IdlePowerW", idleW);
        const double peakW =
            std::max(processor->GetKappa() * std::pow(processor->GetClockHz(), 3), idleW.Get()) +
            DynamicCast<NomaRadioEnergyModel>(models.Get(0))->GetPeakPowerW();
        // what counts as empty must last from one check to the next
        DoubleValue left;
        source->GetAttribute("BasicEnergyLowBatteryThreshold", left);
        const double lastsS = std::min(left.Get(), 0.1) * m_batteryJ / peakW;
        NS_ABORT_MSG_IF(!(m_batteryJ / peakW >= 1e-3),
                        "SplitInferenceHelper::SetBattery: joules = "
                            << m_batteryJ << ", must be 0 or last a millisecond at full power, "
                            << peakW << " W");
        if (lastsS > 0 && lastsS < m_batteryUpdate.GetSeconds())
        {
            source->SetEnergyUpdateInterval(Seconds(0.999 * lastsS));
        }
    }
    client->GetProcessor()->SetEnergyModel(model);
}

Ptr<SplitInferenceController>
SplitInferenceHelper::GetController() const
{
    return m_controller;
}

Ptr<TaskTracker>
SplitInferenceHelper::GetTracker() const
{
    return m_tracker;
}

Ptr<SplitInferenceClient>
SplitInferenceHelper::GetClient(uint32_t ue) const
{
    auto it = m_clients.find(ue);
    return it == m_clients.end() ? nullptr : it->second;
}

Ptr<SplitInferenceServer>
SplitInferenceHelper::GetServer(uint32_t ap) const
{
    auto it = m_servers.find(ap);
    return it == m_servers.end() ? nullptr : it->second;
}

uint32_t
SplitInferenceHelper::GetNClients() const
{
    return static_cast<uint32_t>(m_clients.size());
}

EnergySourceContainer
SplitInferenceHelper::GetBatteries() const
{
    return m_batteries;
}

int64_t
SplitInferenceHelper::AssignStreams(int64_t stream)
{
    int64_t next = stream;
    for (const auto& [ue, client] : m_clients)
    {
        next += client->AssignStreams(next);
    }
    if (m_controller)
    {
        next += m_controller->AssignStreams(next);
    }
    for (const auto& [ue, client] : m_clients)
    {
        next += client->GetProcessor()->AssignStreams(next);
    }
    std::set<Ptr<SplitInferenceServer>> seen;
    for (const auto& [ap, server] : m_servers)
    {
        next += seen.insert(server).second ? server->GetComputer()->AssignStreams(next) : 0;
    }
    if (m_coreServer && seen.insert(m_coreServer).second)
    {
        next += m_coreServer->GetComputer()->AssignStreams(next);
    }
    for (const auto& server : m_standAlone)
    {
        next += server->GetComputer()->AssignStreams(next);
    }
    return next - stream;
}

} // namespace noma
} // namespace ns3
