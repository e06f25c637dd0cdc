/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Hexagonal layouts: geometry, drops, antennas, presets.
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/noma-full-buffer.h"
#include "ns3/noma-layout-helper.h"
#include "ns3/noma-stats-helper.h"

#include <cmath>
#include <map>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @param node a node @returns where it is
Vector
Position(const Ptr<Node>& node)
{
    return node->GetObject<MobilityModel>()->GetPosition();
}

/**
 * @ingroup noma-test
 * Distances of sites, areas of users.
 */
class LayoutGeometryTestCase : public TestCase
{
  public:
    LayoutGeometryTestCase()
        : TestCase("Sites are a hexagonal lattice, users where they should be")
    {
    }

  private:
    void DoRun() override
    {
        const auto sites = NomaLayoutHelper::HexagonalSites(19, 500);
        NS_TEST_ASSERT_MSG_EQ(sites.size(), 19, "sites");
        std::map<long, uint32_t> rings; // by squared distance over that of neighbours
        for (std::size_t i = 0; i < sites.size(); ++i)
        {
            ++rings[std::lround(std::pow(CalculateDistance(sites[i], sites[0]) / 500, 2))];
            for (std::size_t j = 0; j < i; ++j)
            {
                NS_TEST_EXPECT_MSG_GT(CalculateDistance(sites[i], sites[j]), 499.999, "too close");
            }
        }
        NS_TEST_EXPECT_MSG_EQ((rings == std::map<long, uint32_t>{{0, 1}, {1, 6}, {3, 6}, {4, 6}}),
                              true,
                              "rings of the lattice");
        const auto seven = NomaLayoutHelper::HexagonalSites(7, 500);
        NS_TEST_EXPECT_MSG_EQ(seven.size(), 7, "sites");

        NomaLayoutHelper layout;
        layout.SetSites(7, 3);
        layout.SetRandomUsers(40);
        NS_TEST_EXPECT_MSG_EQ(layout.AssignStreams(5), 1, "one stream");
        NodeContainer aps;
        NodeContainer ues;
        layout.CreateNodes(aps, ues);
        NS_TEST_ASSERT_MSG_EQ(aps.GetN(), 21, "access points");
        NS_TEST_ASSERT_MSG_EQ(ues.GetN(), 21 * 40, "users");
        double x = 0;
        double radius = 0;
        for (uint32_t i = 0; i < ues.GetN(); ++i)
        {
            const uint32_t ap = i / 40;
            const Vector user = Position(ues.Get(i));
            const Vector site = Position(aps.Get(ap));
            const double dx = user.x - site.x;
            const double dy = user.y - site.y;
            NS_TEST_EXPECT_MSG_EQ(user.z, 1.5, "height");
            NS_TEST_EXPECT_MSG_EQ(site.z, 25, "height of the site");
            NS_TEST_EXPECT_MSG_GT_OR_EQ(std::hypot(dx, dy), 35, "least distance");
            NS_TEST_EXPECT_MSG_EQ(NomaLayoutHelper::IsInHexagon(dx, dy, 500), true, "its hexagon");
            for (const Vector& other : sites)
            {
                NS_TEST_EXPECT_MSG_LT_OR_EQ(std::hypot(dx, dy),
                                            std::hypot(user.x - other.x, user.y - other.y) + 1e-9,
                                            "the own site is the nearest");
            }
            const double off = std::atan2(dy, dx) * 180 / M_PI - (30 + 120.0 * (ap % 3));
            NS_TEST_EXPECT_MSG_LT_OR_EQ(std::abs(std::remainder(off, 360)), 60 + 1e-9, "sector");
            x += dx;
            radius += dx * dx + dy * dy;
        }
        // a hexagon of this size has mean squared radius 5/36 d^2, less a hole of 35 m
        const double n = ues.GetN();
        const double area = std::sqrt(3.0) / 2 * 500 * 500;
        const double hole = M_PI * 35 * 35;
        const double expected = (area * 5 / 36 * 500 * 500 - hole * 35 * 35 / 2) / (area - hole);
        NOMA_TEST_EXPECT_CLOSE(radius / n, expected, 0.08, "uniform over the area");
        NOMA_TEST_EXPECT_NEAR(x / n, 0.0, 4 * 135 / std::sqrt(n), "no preference");
    }
};

/**
 * @ingroup noma-test
 * Users at two distances, sectors through packets.
 */
class LayoutNetworkTestCase : public TestCase
{
  public:
    LayoutNetworkTestCase()
        : TestCase("Near and far users of sectors are served by their sectors")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        for (const char* name : {"paper", "UMi"})
        {
            NomaLayoutHelper layout;
            layout.SetScenario(NomaLayoutHelper::GetScenario(name));
            layout.SetSites(7, 3);
            layout.SetNearFarUsers(4, 30, 70, 0.25);
            layout.AssignStreams(7);
            NodeContainer aps;
            NodeContainer ues;
            layout.CreateNodes(aps, ues);
            NomaHelper noma;
            noma.DisableFlowControl();
            layout.Configure(noma);
            const auto apDevices = noma.InstallAp(aps);
            const auto ueDevices = noma.InstallUe(ues);
            layout.InstallAntennas(apDevices);
            noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 100);
            const NomaFullBuffer traffic(noma.GetNetwork(), UPLINK, 2000);
            NomaStatsHelper stats;
            stats.Install(noma.GetNetwork());
            Simulator::Stop(MilliSeconds(50));
            Simulator::Run();
            uint32_t own = 0;
            for (uint32_t i = 0; i < ues.GetN(); ++i)
            {
                const double distance = CalculateDistance2d(ues.Get(i), aps.Get(i / 4));
                NOMA_TEST_EXPECT_CLOSE(distance, i % 4 == 0 ? 30.0 : 70.0, 1e-9, "distance");
                own += stats.GetUser(UPLINK, i).ap == i / 4;
            }
            // without shadowing all but those where antennas cross over; with shadowing and walls
            // still more than if the sectors of a site were alike
            NS_TEST_EXPECT_MSG_GT(own, ues.GetN() * (*name == 'p' ? 0.95 : 0.4), name);
            NS_TEST_EXPECT_MSG_GT(stats.GetCell(UPLINK).throughputBps, 1e6, name << ": traffic");
            NS_TEST_EXPECT_MSG_EQ(noma.GetNetwork()->CheckConservation(), "", name);
            Simulator::Destroy();
        }
    }

    /// @param a a node @param b another @returns their distance on the ground (m)
    static double CalculateDistance2d(const Ptr<Node>& a, const Ptr<Node>& b)
    {
        const Vector p = Position(a);
        const Vector q = Position(b);
        return std::hypot(p.x - q.x, p.y - q.y);
    }
};

/**
 * @ingroup noma-test
 * Layouts.
 */
class NomaLayoutTestSuite : public TestSuite
{
  public:
    NomaLayoutTestSuite()
        : TestSuite("noma-layout", Type::UNIT)
    {
        AddTestCase(new LayoutGeometryTestCase);
        AddTestCase(new LayoutNetworkTestCase);
    }
};

NomaLayoutTestSuite g_nomaLayoutTestSuite; //!< instance

} // namespace
