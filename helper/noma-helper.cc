/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-helper.h"

#include "ns3/abort.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/names.h"
#include "ns3/net-device-queue-interface.h"
#include "ns3/noma-radio-energy-model.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/pointer.h"
#include "ns3/uinteger.h"

#include <sstream>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaHelper");

NomaHelper::NomaHelper()
{
    m_networkFactory.SetTypeId(NomaNetwork::GetTypeId());
    m_ueFactory.SetTypeId(NomaUeNetDevice::GetTypeId());
    m_apFactory.SetTypeId(NomaApNetDevice::GetTypeId());
    m_uePhyFactory.SetTypeId(NomaSpectrumPhy::GetTypeId());
    m_apPhyFactory.SetTypeId(NomaSpectrumPhy::GetTypeId());
    TypeId::AttributeInformation figure;
    NomaSpectrumPhy::GetTypeId().LookupAttributeByName("NoiseFigure", &figure);
    const auto set = DynamicCast<const DoubleValue>(figure.initialValue);
    const auto original = DynamicCast<const DoubleValue>(figure.originalInitialValue);
    if (set && original && set->Get() == original->Get()) // a script's own default comes first
    {
        m_apPhyFactory.Set("NoiseFigure", DoubleValue(5));
        m_uePhyFactory.Set("NoiseFigure", DoubleValue(9));
    }
    m_pathLoss.SetTypeId(LogDistancePropagationLossModel::GetTypeId());
    m_pathLoss.Set("Exponent", DoubleValue(5));
    m_pathLoss.Set("ReferenceDistance", DoubleValue(1));
    m_pathLoss.Set("ReferenceLoss", DoubleValue(0));
    m_fadingFactory.SetTypeId(NomaBlockFadingModel::GetTypeId());
    m_scheduler.SetTypeId(RoundRobinScheduler::GetTypeId());
    m_csi.SetTypeId(NomaCsiEstimator::GetTypeId());
    m_errorModel.SetTypeId(NomaCapacityErrorModel::GetTypeId());
    m_canceller.SetTypeId(NomaCanceller::GetTypeId());
}

NomaHelper::~NomaHelper() = default;

void
NomaHelper::CheckType(const std::string& type, const std::string& base)
{
    TypeId tid;
    NS_ABORT_MSG_IF(!TypeId::LookupByNameFailSafe(type, &tid),
                    "NomaHelper: type is " << type << ": must be a registered type derived from "
                                           << base);
    const TypeId wanted = TypeId::LookupByName(base);
    NS_ABORT_MSG_IF(tid != wanted && !tid.IsChildOf(wanted),
                    "NomaHelper: type is " << type << ": must be derived from " << base);
}

void
NomaHelper::CheckBefore(bool exists, const std::string& setter, const std::string& what)
{
    NS_ABORT_MSG_IF(exists,
                    "NomaHelper::" << setter << ": " << what
                                   << " comes too late: the first device, GetNetwork(), "
                                      "GetChannel() or GetFading() has made what it is for");
}

void
NomaHelper::SetNetworkAttribute(const std::string& name, const AttributeValue& value)
{
    CheckBefore(bool(m_network), "SetNetworkAttribute", name);
    m_networkFactory.Set(name, value);
}

void
NomaHelper::SetUeAttribute(const std::string& name, const AttributeValue& value)
{
    m_ueFactory.Set(name, value);
}

void
NomaHelper::SetApAttribute(const std::string& name, const AttributeValue& value)
{
    m_apFactory.Set(name, value);
}

void
NomaHelper::SetPhyAttribute(const std::string& name, const AttributeValue& value)
{
    SetUePhyAttribute(name, value);
    SetApPhyAttribute(name, value);
}

void
NomaHelper::SetUePhyAttribute(const std::string& name, const AttributeValue& value)
{
    m_uePhyFactory.Set(name, value);
}

void
NomaHelper::SetApPhyAttribute(const std::string& name, const AttributeValue& value)
{
    m_apPhyFactory.Set(name, value);
}

void
NomaHelper::SetIdealRadio()
{
    SetNetworkAttribute("McsTable", EnumValue(MCS_TABLE_NONE));
    SetPhyAttribute("NoiseFigure", DoubleValue(0));
}

void
NomaHelper::SetChannel(Ptr<SpectrumChannel> channel)
{
    NS_ABORT_MSG_IF(m_channel, "NomaHelper: the network has a channel already");
    m_channel = channel;
}

Ptr<NomaNetwork>
NomaHelper::GetNetwork()
{
    if (!m_network)
    {
        m_network = m_networkFactory.Create<NomaNetwork>();
        if (!m_network->GetScheduler())
        {
            m_network->SetScheduler(m_scheduler.Create<SlotScheduler>());
        }
        if (!m_network->GetCsiEstimator())
        {
            m_network->SetCsiEstimator(m_csi.Create<NomaCsiEstimator>());
        }
    }
    return m_network;
}

Ptr<SpectrumChannel>
NomaHelper::GetChannel()
{
    if (!m_channel)
    {
        m_channel = CreateObject<NomaSpectrumChannel>();
        m_channel->AddPropagationLossModel(m_pathLoss.Create<PropagationLossModel>());
    }
    return m_channel;
}

Ptr<NomaFadingModel>
NomaHelper::GetFading()
{
    if (!m_fading)
    {
        m_fading = m_fadingFactory.Create<NomaFadingModel>();
    }
    return m_fading;
}

Ptr<NomaSpectrumPhy>
NomaHelper::MakePhy(const ObjectFactory& factory)
{
    auto phy = factory.Create<NomaSpectrumPhy>();
    phy->SetAttribute("MaxLayers", UintegerValue(GetNetwork()->GetMaxSuperposed()));
    phy->SetAttribute("ErrorModel", PointerValue(m_errorModel.Create<NomaErrorModel>()));
    phy->SetAttribute("Canceller", PointerValue(m_canceller.Create<NomaCanceller>()));
    phy->SetFading(GetFading());
    phy->SetChannel(GetChannel());
    return phy;
}

void
NomaHelper::DisableFlowControl()
{
    m_flowControl = false;
}

void
NomaHelper::AddFlowControl(const Ptr<NomaNetDevice>& device) const
{
    if (m_flowControl)
    {
        device->AggregateObject(CreateObject<NetDeviceQueueInterface>());
    }
}

NetDeviceContainer
NomaHelper::InstallAp(const NodeContainer& nodes)
{
    NetDeviceContainer devices;
    for (auto i = nodes.Begin(); i != nodes.End(); ++i)
    {
        auto device = m_apFactory.Create<NomaApNetDevice>();
        auto phy = MakePhy(m_apPhyFactory);
        device->SetAddress(Mac48Address::Allocate());
        (*i)->AddDevice(device);
        AddFlowControl(device);
        GetNetwork()->AddAp(device, phy);
        GetChannel()->AddRx(phy);
        devices.Add(device);
    }
    return devices;
}

NetDeviceContainer
NomaHelper::InstallUe(const NodeContainer& nodes)
{
    NetDeviceContainer devices;
    for (auto i = nodes.Begin(); i != nodes.End(); ++i)
    {
        auto device = m_ueFactory.Create<NomaUeNetDevice>();
        auto phy = MakePhy(m_uePhyFactory);
        device->SetAddress(Mac48Address::Allocate());
        (*i)->AddDevice(device);
        AddFlowControl(device);
        GetNetwork()->AddUe(device, phy);
        GetChannel()->AddRx(phy);
        devices.Add(device);
    }
    return devices;
}

void
NomaHelper::Assign(const NetDeviceContainer& ues, Ptr<NetDevice> ap)
{
    const auto to = DynamicCast<NomaApNetDevice>(ap);
    NS_ABORT_MSG_IF(ap && !to, "NomaHelper: users can be assigned to NOMA access points only");
    for (auto i = ues.Begin(); i != ues.End(); ++i)
    {
        const auto ue = DynamicCast<NomaUeNetDevice>(*i);
        NS_ABORT_MSG_IF(!ue, "NomaHelper: only NOMA users can be assigned to an access point");
        ue->GetNetwork()->Attach(ue->GetIndex(), to ? to->GetIndex() : NONE);
    }
}

int64_t
NomaHelper::AssignStreams(const NetDeviceContainer& devices, int64_t stream)
{
    const int64_t first = stream;
    stream += GetFading()->AssignStreams(stream);
    if (const auto loss = GetChannel()->GetPropagationLossModel())
    {
        stream += loss->AssignStreams(stream);
    }
    stream += GetNetwork()->AssignStreams(stream);
    for (auto i = devices.Begin(); i != devices.End(); ++i)
    {
        if (const auto device = DynamicCast<NomaNetDevice>(*i))
        {
            stream += device->GetPhy()->AssignStreams(stream);
        }
    }
    return stream - first;
}

void
NomaHelper::EnablePcapInternal(std::string prefix,
                               Ptr<NetDevice> nd,
                               bool promiscuous,
                               bool explicitFilename)
{
    const auto device = DynamicCast<NomaNetDevice>(nd);
    if (!device)
    {
        NS_LOG_INFO("not a NOMA device: " << nd);
        return;
    }
    PcapHelper helper;
    const std::string name =
        explicitFilename ? prefix : helper.GetFilenameFromDevice(prefix, device);
    const auto file = helper.CreateFile(name,
                                        std::ios::out,
                                        static_cast<PcapHelper::DataLinkType>(PCAP_LINK_ETHERNET));
    helper.HookDefaultSink<NomaNetDevice>(device, promiscuous ? "PromiscSniffer" : "Sniffer", file);
}

void
NomaHelper::EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                                std::string prefix,
                                Ptr<NetDevice> nd,
                                bool explicitFilename)
{
    const auto device = DynamicCast<NomaNetDevice>(nd);
    if (!device)
    {
        NS_LOG_INFO("not a NOMA device: " << nd);
        return;
    }
    Packet::EnablePrinting();
    AsciiTraceHelper helper;
    if (!stream)
    {
        const std::string name =
            explicitFilename ? prefix : helper.GetFilenameFromDevice(prefix, device);
        stream = helper.CreateFileStream(name);
        helper.HookDefaultEnqueueSinkWithoutContext<NomaNetDevice>(device, "MacTx", stream);
        helper.HookDefaultDropSinkWithoutContext<NomaNetDevice>(device, "Drop", stream);
        helper.HookDefaultReceiveSinkWithoutContext<NomaNetDevice>(device, "MacRx", stream);
        return;
    }
    std::ostringstream path;
    path << "/NodeList/" << device->GetNode()->GetId() << "/DeviceList/" << device->GetIfIndex()
         << "/$" << NomaNetDevice::GetTypeId().GetName() << "/";
    const auto connect = [&](const std::string& source, auto sink) {
        Config::Connect(path.str() + source, MakeBoundCallback(sink, stream));
    };
    connect("MacTx", &AsciiTraceHelper::DefaultEnqueueSinkWithContext);
    connect("Drop", &AsciiTraceHelper::DefaultDropSinkWithContext);
    connect("MacRx", &AsciiTraceHelper::DefaultReceiveSinkWithContext);
}

NomaRadioEnergyModelHelper::NomaRadioEnergyModelHelper()
{
    m_factory.SetTypeId(NomaRadioEnergyModel::GetTypeId());
}

NomaRadioEnergyModelHelper::~NomaRadioEnergyModelHelper() = default;

void
NomaRadioEnergyModelHelper::Set(std::string name, const AttributeValue& v)
{
    m_factory.Set(name, v);
}

Ptr<DeviceEnergyModel>
NomaRadioEnergyModelHelper::DoInstall(Ptr<NetDevice> device, Ptr<EnergySource> source) const
{
    auto model = m_factory.Create<NomaRadioEnergyModel>();
    model->SetDevice(DynamicCast<NomaNetDevice>(device));
    model->SetEnergySource(source);
    source->AppendDeviceEnergyModel(model);
    return model;
}

} // namespace noma
} // namespace ns3
