/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-lte-peer.h"

#include "ns3/core-module.h"
#include "ns3/lte-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"

#include <chrono>
#include <set>
#include <string>
#include <utility>

namespace ns3
{
namespace noma
{
namespace bench
{

namespace
{

/// Counts what the eNBs receive.
struct Counter
{
    uint64_t bytes{0};                                //!< bytes
    std::set<std::pair<std::string, uint16_t>> users; //!< (bearer path, RNTI) heard

    /// Trace sink of the radio link control.
    void Receive(std::string context, uint16_t rnti, uint8_t, uint32_t size, uint64_t)
    {
        bytes += size;
        users.emplace(context, rnti);
    }
};

/// @returns nodes at fixed places @param positions where
NodeContainer
Place(const std::vector<Position>& positions)
{
    NodeContainer nodes;
    nodes.Create(positions.size());
    auto allocator = CreateObject<ListPositionAllocator>();
    for (const auto& p : positions)
    {
        allocator->Add(Vector(p.x, p.y, 1.5));
    }
    MobilityHelper mobility;
    mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mobility.SetPositionAllocator(allocator);
    mobility.Install(nodes);
    return nodes;
}

} // namespace

RadioCost
RunLte(const RadioLoad& load)
{
    Config::SetDefault("ns3::LteEnbRrc::SrsPeriodicity", UintegerValue(320));
    Config::SetDefault("ns3::LteEnbRrc::EpsBearerToRlcMapping",
                       EnumValue(LteEnbRrc::RLC_SM_ALWAYS));
    NodeContainer enbs = Place(load.aps);
    NodeContainer ues = Place(load.ues);
    auto helper = CreateObject<LteHelper>();
    helper->SetSchedulerType("ns3::PfFfMacScheduler");
    helper->SetEnbDeviceAttribute("UlBandwidth", UintegerValue(load.subchannels));
    helper->SetEnbDeviceAttribute("DlBandwidth", UintegerValue(load.subchannels));
    NetDeviceContainer enbDevices = helper->InstallEnbDevice(enbs);
    NetDeviceContainer ueDevices = helper->InstallUeDevice(ues);
    helper->AttachToClosestEnb(ueDevices, enbDevices);
    helper->ActivateDataRadioBearer(ueDevices, EpsBearer(EpsBearer::NGBR_VIDEO_TCP_DEFAULT));

    Simulator::Stop(Seconds(load.warmUpSeconds));
    Simulator::Run();
    Counter counter;
    Config::Connect("/NodeList/*/DeviceList/*/LteEnbRrc/UeMap/*/DataRadioBearerMap/*/LteRlc/RxPDU",
                    MakeCallback(&Counter::Receive, &counter));
    Simulator::Stop(Seconds(load.seconds));
    const auto start = std::chrono::steady_clock::now();
    Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    Simulator::Destroy();
    return {wall.count(), 8.0 * static_cast<double>(counter.bytes), counter.users.size()};
}

} // namespace bench
} // namespace noma
} // namespace ns3
