/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Layouts that repeat in all directions: every cell is like every other.
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-layout-helper.h"
#include "ns3/noma-path-gain.h"
#include "ns3/noma-stats-helper.h"
#include "ns3/noma-wrap-around.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @param node a node @returns its mobility model
Ptr<MobilityModel>
Mobility(const Ptr<Node>& node)
{
    return node->GetObject<MobilityModel>();
}

/**
 * @ingroup noma-test
 * Nearest images against all images, and the same distances from every cell.
 */
class ImagesTestCase : public TestCase
{
  public:
    /// @param sites sites of the cluster
    explicit ImagesTestCase(uint32_t sites)
        : TestCase("images of " + std::to_string(sites) + " sites"),
          m_sites(sites)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double distance = 500;
        const auto wrap = CreateObject<NomaWrapAround>();
        wrap->SetHexagonal(m_sites, distance);
        const auto sites = NomaLayoutHelper::HexagonalSites(m_sites, distance);
        // a cluster of N sites repeats at sqrt(N) times their distance, at an angle to the axes
        const double period = distance * std::sqrt(static_cast<double>(m_sites));
        const double angle = m_sites == 1   ? 0.0
                             : m_sites == 7 ? std::asin(std::sqrt(3.0 / 28))
                                            : std::asin(std::sqrt(3.0 / 19));
        std::mt19937 rng(1);
        std::uniform_real_distribution<double> offset(-200, 200);
        const Vector there(3e12, -1e12, 0); // one period after the other, this would take hours
        const Vector shift = wrap->GetShift({0, 0, 10}, there);
        NS_TEST_EXPECT_MSG_LT(std::hypot(shift.x - there.x, shift.y - there.y),
                              period / std::sqrt(3.0) * 1.01,
                              "farther from an image than the corner of a cluster");
        for (uint32_t trial = 0; trial < 20; ++trial)
        {
            const double x = offset(rng);
            const double y = offset(rng);
            std::vector<double> first;
            for (const Vector& own : sites)
            {
                // far from the cluster as well
                const double far = trial % 4 * 3 * period;
                const Vector user(own.x + x + far * std::cos(angle),
                                  own.y + y + far * std::sin(angle),
                                  0);
                std::vector<double> distances;
                for (const Vector& site : sites)
                {
                    const Vector shift = wrap->GetShift(site, user);
                    const double d =
                        std::hypot(site.x + shift.x - user.x, site.y + shift.y - user.y);
                    distances.push_back(d);
                    double nearest = INFINITY;
                    for (int a = -12; a <= 12; ++a)
                    {
                        for (int b = -12; b <= 12; ++b)
                        {
                            const double u =
                                period * (a * std::cos(angle) + b * std::cos(angle + M_PI / 3));
                            const double v =
                                period * (a * std::sin(angle) + b * std::sin(angle + M_PI / 3));
                            nearest =
                                std::min(nearest,
                                         std::hypot(site.x + u - user.x, site.y + v - user.y));
                        }
                    }
                    NOMA_TEST_EXPECT_CLOSE(d, nearest, 1e-9, "nearest of all images");
                }
                std::sort(distances.begin(), distances.end());
                NOMA_TEST_EXPECT_CLOSE(distances[0], std::hypot(x, y), 1e-9, "the own site");
                first = first.empty() ? distances : first;
                for (std::size_t n = 0; n < sites.size(); ++n)
                {
                    NOMA_TEST_EXPECT_CLOSE(distances[n], first[n], 1e-9, "as in the first cell");
                }
            }
        }
        for (const Vector& site : sites)
        {
            const Vector near(site.x + 10, site.y, 0);
            NS_TEST_EXPECT_MSG_EQ(wrap->GetShift(site, near).GetLength(), 0, "as it is");
        }
    }

    uint32_t m_sites; //!< sites of the cluster
};

/**
 * @ingroup noma-test
 * Users at the same places in all cells of a network, sectors with antennas: the same gains to
 * access points, and through packets the same throughput in the middle and at the rim. Without
 * wrap-around the rim has more.
 */
class CellsTestCase : public TestCase
{
  public:
    /// @param sites sites @param sectors sectors of a site
    CellsTestCase(uint32_t sites, uint32_t sectors)
        : TestCase("all cells are alike, " + std::to_string(sites) + " sites of " +
                   std::to_string(sectors)),
          m_sites(sites),
          m_sectors(sectors)
    {
    }

  private:
    static constexpr uint32_t USERS = 4; //!< users of a sector

    void DoRun() override
    {
        const std::vector<double> with = Run(true);
        const std::vector<double> without = Run(false);
        for (uint32_t site = 0; site < m_sites; ++site)
        {
            NOMA_TEST_EXPECT_CLOSE(with[site], with[0], 1e-3, "throughput at site " << site);
        }
        NS_TEST_EXPECT_MSG_GT(without[m_sites - 1], 1.05 * without[0], "the rim without");
        NS_TEST_EXPECT_MSG_GT(without[m_sites - 1], 1.05 * with[m_sites - 1], "the rim with");
        NS_TEST_EXPECT_MSG_GT(with[0], 1e6, "traffic");
    }

    /// @returns throughput by site (bit/s) @param wrapAround whether the layout repeats
    std::vector<double> Run(bool wrapAround)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        NomaLayoutHelper layout;
        layout.SetScenario(NomaLayoutHelper::GetScenario("paper"));
        layout.SetSites(m_sites, m_sectors);
        layout.SetWrapAround(wrapAround);
        layout.SetRandomUsers(USERS);
        layout.AssignStreams(7);
        NodeContainer aps;
        NodeContainer ues;
        layout.CreateNodes(aps, ues);
        const uint32_t perSite = USERS * m_sectors;
        for (uint32_t i = perSite; i < ues.GetN(); ++i)
        {
            const Vector first = Mobility(ues.Get(i % perSite))->GetPosition();
            const Vector site = Mobility(aps.Get(i / USERS))->GetPosition();
            Mobility(ues.Get(i))->SetPosition({first.x + site.x, first.y + site.y, first.z});
        }
        NomaHelper noma;
        noma.DisableFlowControl();
        noma.SetIdealRadio();
        noma.SetFading("ns3::noma::NomaNoFadingModel");
        noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(1)));
        noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(2));
        layout.Configure(noma);
        const auto apDevices = noma.InstallAp(aps);
        const auto ueDevices = noma.InstallUe(ues);
        layout.InstallAntennas(apDevices);
        noma.AssignStreams(NetDeviceContainer(apDevices, ueDevices), 100);
        NS_TEST_EXPECT_MSG_EQ(noma.GetNetwork()->CheckSetUp(), "", "supported");
        const NomaFullBuffer down(noma.GetNetwork(), DOWNLINK, 20000);
        if (wrapAround)
        {
            noma.GetNetwork()->TraceConnectWithoutContext(
                "Slot",
                MakeCallback(&CellsTestCase::NewSlot, this));
        }
        Simulator::Stop(MilliSeconds(40));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(noma.GetNetwork()->CheckConservation(), "", "conservation");
        std::vector<double> throughput(m_sites, 0);
        for (uint32_t i = 0; i < ues.GetN(); ++i)
        {
            const auto& counters = noma.GetNetwork()->GetLinkCounters(DOWNLINK, i);
            throughput[i / perSite] += 8.0 * static_cast<double>(counters.delivered.bytes) / 0.04;
        }
        for (uint32_t n = 0; n < aps.GetN(); ++n)
        {
            const Vector here = Mobility(aps.Get(n))->GetPosition();
            const Vector site = NomaLayoutHelper::HexagonalSites(m_sites, 250).at(n / m_sectors);
            NS_TEST_EXPECT_MSG_LT(std::hypot(here.x - site.x, here.y - site.y),
                                  1e-9,
                                  "an access point is where it was");
        }
        Simulator::Destroy();
        return throughput;
    }

    /// A slot begins. @param s the network
    void NewSlot(const SlotSnapshot& s, const std::vector<Grant>&)
    {
        if (s.slot > 0)
        {
            return;
        }
        const uint32_t perSite = USERS * m_sectors;
        std::vector<std::vector<double>> first(perSite);
        for (uint32_t i = 0; i < s.ues.size(); ++i)
        {
            std::vector<double> gains;
            for (uint32_t n = 0; n < s.aps; ++n)
            {
                gains.push_back(s.csi->MeanGain(DOWNLINK, i, n, 0));
                NOMA_TEST_EXPECT_CLOSE(s.csi->MeanGain(UPLINK, i, n, 0),
                                       gains.back(),
                                       1e-12,
                                       "both directions");
            }
            NS_TEST_EXPECT_MSG_EQ(s.ues[i].ap / m_sectors, i / perSite, "served by its site");
            std::sort(gains.begin(), gains.end());
            auto& as = first[i % perSite];
            as = as.empty() ? gains : as;
            for (uint32_t n = 0; n < s.aps; ++n)
            {
                NOMA_TEST_EXPECT_CLOSE(gains[n], as[n], 1e-9, "user " << i);
            }
        }
    }

    uint32_t m_sites;   //!< sites
    uint32_t m_sectors; //!< sectors of a site
};

/**
 * @ingroup noma-test
 * Shadowing and line of sight of 3GPP TR 38.901 go with wrap-around; channels that ask loss models
 * themselves are refused.
 */
class SupportTestCase : public TestCase
{
  public:
    SupportTestCase()
        : TestCase("3GPP loss models wrap around, other channels are refused")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        NomaLayoutHelper layout;
        layout.SetSites(7, 3);
        layout.SetWrapAround(true);
        layout.SetRandomUsers(2);
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
        const NomaFullBuffer up(noma.GetNetwork(), UPLINK, 2000);
        Simulator::Stop(MilliSeconds(20));
        Simulator::Run();
        uint64_t sum = 0;
        for (uint32_t i = 0; i < ues.GetN(); ++i)
        {
            sum += noma.GetNetwork()->GetLinkCounters(UPLINK, i).delivered.bytes;
        }
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_GT(sum, 10000, "traffic");

        const auto channel = CreateObject<MultiModelSpectrumChannel>();
        channel->AggregateObject(CreateObject<NomaWrapAround>());
        TestNetwork network;
        network.helper.SetChannel(channel);
        network.Build({{0, 0, 0}}, {{10, 0, 0}}, false);
        const std::string error = network.Network()->CheckSetUp();
        NS_TEST_EXPECT_MSG_EQ((error.find("NomaWrapAround") != std::string::npos), true, error);
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Gains that were asked for before the layout repeated are asked for again.
 */
class LateTestCase : public TestCase
{
  public:
    LateTestCase()
        : TestCase("a layout that begins to repeat later")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double distance = 500;
        NodeContainer ap(1);
        auto place = CreateObject<NomaImageMobilityModel>();
        place->SetPosition({0, 0, 10});
        ap.Get(0)->AggregateObject(place);
        TestNetwork network;
        const auto apDevices = network.helper.InstallAp(ap);
        const auto ueDevices =
            network.helper.InstallUe(TestNetwork::Place({{1.1 * distance, 0, 10}}));
        const auto apPhy = DynamicCast<NomaNetDevice>(apDevices.Get(0))->GetPhy();
        const auto uePhy = DynamicCast<NomaNetDevice>(ueDevices.Get(0))->GetPhy();
        const auto channel = apPhy->GetChannel();
        const auto gain = [&] {
            const auto gains = NomaPathGain::Of(channel);
            gains->Update();
            return gains->Get(*uePhy, *apPhy);
        };
        Simulator::Stop(MilliSeconds(5));
        Simulator::Run();
        const double before = gain();
        const auto wrap = CreateObject<NomaWrapAround>();
        wrap->SetHexagonal(1, distance); // sites repeat every 500 m
        channel->AggregateObject(wrap);
        Simulator::Stop(MilliSeconds(5));
        Simulator::Run();
        // the helper's path loss has an exponent of 5; the nearest image is 50 m away
        NOMA_TEST_EXPECT_CLOSE(gain() / before, std::pow(11, 5), 1e-9, "the nearest image");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Wrap-around.
 */
class NomaWrapAroundTestSuite : public TestSuite
{
  public:
    NomaWrapAroundTestSuite()
        : TestSuite("noma-wrap-around", Type::SYSTEM)
    {
        for (const uint32_t sites : {1U, 7U, 19U})
        {
            AddTestCase(new ImagesTestCase(sites));
        }
        AddTestCase(new CellsTestCase(7, 1));
        AddTestCase(new CellsTestCase(7, 3));
        AddTestCase(new CellsTestCase(19, 1));
        AddTestCase(new SupportTestCase);
        AddTestCase(new LateTestCase);
    }
};

NomaWrapAroundTestSuite g_nomaWrapAroundTestSuite; //!< instance

} // namespace
