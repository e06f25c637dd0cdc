/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-layout-helper.h"

#include "ns3/abort.h"
#include "ns3/channel-condition-model.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/noma-net-device.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/noma-wrap-around.h"
#include "ns3/parabolic-antenna-model.h"
#include "ns3/pointer.h"
#include "ns3/propagation-loss-model.h"

#include <cmath>
#include <map>

namespace ns3
{
namespace noma
{

namespace
{

/// @param degrees an angle (degrees) @returns the same (rad)
double
Rad(double degrees)
{
    return degrees * M_PI / 180;
}

} // namespace

NomaLayoutHelper::NomaLayoutHelper()
    : m_scenario(GetScenario("UMa")),
      m_random(CreateObject<UniformRandomVariable>())
{
}

NomaLayoutHelper::Scenario
NomaLayoutHelper::GetScenario(const std::string& name)
{
    static const std::map<std::string, Scenario> presets{
        {"UMa",
         {500,
          25,
          1.5,
          35,
          4e9,
          46,
          23,
          "ns3::ThreeGppUmaPropagationLossModel",
          "ns3::ThreeGppUmaChannelConditionModel"}},
        {"UMi",
         {200,
          10,
          1.5,
          10,
          4e9,
          44,
          23,
          "ns3::ThreeGppUmiStreetCanyonPropagationLossModel",
          "ns3::ThreeGppUmiStreetCanyonChannelConditionModel"}},
        {"InH",
         {20,
          3,
          1,
          1,
          4e9,
          24,
          23,
          "ns3::ThreeGppIndoorOfficePropagationLossModel",
          "ns3::ThreeGppIndoorOpenOfficeChannelConditionModel"}},
        {"paper", {250, 0, 0, 1, 2e9, 43, 25, "ns3::LogDistancePropagationLossModel", ""}}};
    const auto found = presets.find(name);
    NS_ABORT_MSG_IF(found == presets.end(),
                    "NomaLayoutHelper: scenario is '" << name
                                                      << "': must be InH, UMa, UMi or paper");
    return found->second;
}

void
NomaLayoutHelper::SetScenario(const Scenario& scenario)
{
    m_scenario = scenario;
}

const NomaLayoutHelper::Scenario&
NomaLayoutHelper::GetScenario() const
{
    return m_scenario;
}

void
NomaLayoutHelper::SetSites(uint32_t sites, uint32_t sectors)
{
    NS_ABORT_MSG_IF(sites != 1 && sites != 7 && sites != 19,
                    "NomaLayoutHelper: sites is " << sites << ": must be 1, 7 or 19");
    NS_ABORT_MSG_IF(sectors != 1 && sectors != 3,
                    "NomaLayoutHelper: sectors is " << sectors << ": must be 1 or 3");
    m_sites = sites;
    m_sectors = sectors;
}

void
NomaLayoutHelper::SetWrapAround(bool wrapAround)
{
    m_wrapAround = wrapAround;
}

void
NomaLayoutHelper::SetRandomUsers(uint32_t perSector)
{
    m_perSector = perSector;
    m_nearM = 0;
}

void
NomaLayoutHelper::SetNearFarUsers(uint32_t perSector, double nearM, double farM, double ratio)
{
    NS_ABORT_MSG_IF(!(nearM > 0) || !(farM >= nearM),
                    "NomaLayoutHelper: distances are "
                        << nearM << " and " << farM
                        << ": must be positive, the second no less than the first");
    NS_ABORT_MSG_IF(!(ratio >= 0) || !(ratio <= 1),
                    "NomaLayoutHelper: ratio is " << ratio << ": must be from 0 to 1");
    m_perSector = perSector;
    m_nearM = nearM;
    m_farM = farM;
    m_ratio = ratio;
}

void
NomaLayoutHelper::Configure(NomaHelper& noma) const
{
    noma.SetApAttribute("TxPower", DoubleValue(m_scenario.apPowerDbm));
    noma.SetUeAttribute("TxPower", DoubleValue(m_scenario.uePowerDbm));
    ObjectFactory factory(m_scenario.lossType);
    const auto loss = factory.Create<PropagationLossModel>();
    if (m_scenario.stateType.empty())
    {
        loss->SetAttribute("Exponent", DoubleValue(5));
        loss->SetAttribute("ReferenceLoss", DoubleValue(0));
    }
    else
    {
        ObjectFactory states(m_scenario.stateType);
        loss->SetAttribute("Frequency", DoubleValue(m_scenario.carrierHz));
        loss->SetAttribute("ChannelConditionModel", PointerValue(states.Create<Object>()));
    }
    const auto channel = CreateObject<NomaSpectrumChannel>();
    channel->AddPropagationLossModel(loss);
    if (m_wrapAround)
    {
        const auto wrap = CreateObject<NomaWrapAround>();
        wrap->SetHexagonal(m_sites, m_scenario.siteDistanceM);
        channel->AggregateObject(wrap);
    }
    noma.SetChannel(channel);
}

std::vector<Vector>
NomaLayoutHelper::HexagonalSites(uint32_t sites, double distanceM)
{
    std::vector<Vector> places{Vector(0, 0, 0)};
    for (uint32_t ring = 1; places.size() < sites; ++ring)
    {
        // along the six sides of the ring
        for (uint32_t side = 0; side < 6; ++side)
        {
            const double corner = Rad(60.0 * side);
            const double along = Rad(60.0 * side + 120);
            for (uint32_t step = 0; step < ring; ++step)
            {
                places.emplace_back(distanceM * (ring * std::cos(corner) + step * std::cos(along)),
                                    distanceM * (ring * std::sin(corner) + step * std::sin(along)),
                                    0);
            }
        }
    }
    return places;
}

bool
NomaLayoutHelper::IsInHexagon(double x, double y, double distanceM)
{
    for (uint32_t side = 0; side < 6; ++side)
    {
        const double angle = Rad(60.0 * side);
        if (x * std::cos(angle) + y * std::sin(angle) > distanceM / 2)
        {
            return false;
        }
    }
    return true;
}

double
NomaLayoutHelper::GetDirection(uint32_t sector) const
{
    return Rad(30 + 120.0 * sector);
}

Vector
NomaLayoutHelper::DropUser(uint32_t sector, uint32_t user) const
{
    const double half = m_sectors == 1 ? M_PI : M_PI / 3;
    const double middle = GetDirection(sector);
    if (m_nearM > 0)
    {
        const bool near = user < std::lround(m_ratio * m_perSector);
        const double radius = near ? m_nearM : m_farM;
        const double angle = middle + m_random->GetValue(-half, half);
        return Vector(radius * std::cos(angle), radius * std::sin(angle), 0);
    }
    const double distance = m_scenario.siteDistanceM;
    const double corner = distance / std::sqrt(3.0);
    NS_ABORT_MSG_IF(m_scenario.minDistanceM >= distance / 2,
                    "NomaLayoutHelper: minDistanceM is "
                        << m_scenario.minDistanceM << ": must be below half the distance of sites, "
                        << distance / 2);
    while (true)
    {
        const double x = m_random->GetValue(-corner, corner);
        const double y = m_random->GetValue(-corner, corner);
        const double off = std::remainder(std::atan2(y, x) - middle, 2 * M_PI);
        if (IsInHexagon(x, y, distance) && std::hypot(x, y) >= m_scenario.minDistanceM &&
            std::abs(off) <= half)
        {
            return Vector(x, y, 0);
        }
    }
}

void
NomaLayoutHelper::CreateNodes(NodeContainer& aps, NodeContainer& ues)
{
    const auto add = [](NodeContainer& nodes, const Vector& where, bool images) {
        const auto node = CreateObject<Node>();
        const Ptr<MobilityModel> mobility =
            images ? Ptr<MobilityModel>(CreateObject<NomaImageMobilityModel>())
                   : Ptr<MobilityModel>(CreateObject<ConstantPositionMobilityModel>());
        mobility->SetPosition(where);
        node->AggregateObject(mobility);
        nodes.Add(node);
    };
    for (const Vector& site : HexagonalSites(m_sites, m_scenario.siteDistanceM))
    {
        for (uint32_t sector = 0; sector < m_sectors; ++sector)
        {
            add(aps, Vector(site.x, site.y, m_scenario.apHeightM), m_wrapAround);
            for (uint32_t i = 0; i < m_perSector; ++i)
            {
                const Vector user = DropUser(sector, i);
                add(ues, Vector(site.x + user.x, site.y + user.y, m_scenario.ueHeightM), false);
            }
        }
    }
}

void
NomaLayoutHelper::InstallAntennas(const NetDeviceContainer& aps) const
{
    for (uint32_t n = 0; n < aps.GetN() && m_sectors > 1; ++n)
    {
        const auto device = DynamicCast<NomaApNetDevice>(aps.Get(n));
        NS_ABORT_MSG_IF(!device, "NomaLayoutHelper: device " << n << " is no access point's");
        const auto antenna = CreateObject<ParabolicAntennaModel>();
        antenna->SetAttribute("Beamwidth", DoubleValue(70));
        antenna->SetAttribute("MaxAttenuation", DoubleValue(20));
        const double direction = GetDirection(n % m_sectors) * 180 / M_PI;
        antenna->SetAttribute("Orientation", DoubleValue(std::remainder(direction, 360)));
        device->GetPhy()->SetAntenna(antenna);
    }
}

int64_t
NomaLayoutHelper::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

} // namespace noma
} // namespace ns3
