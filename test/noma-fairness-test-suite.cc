/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Proportional fairness of users with different means through packets: OMA as theory has it, NOMA
 * close to and not above the bound.
 */
#include "../examples/noma-fairness-theory.h"
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-metric-scheduler.h"
#include "ns3/noma-metric.h"
#include "ns3/noma-power-control.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * What is known of the theory without it: order statistics of equal users, and that superposition
 * brings nothing to them, or much to unequal ones.
 */
class FairnessTheoryTestCase : public TestCase
{
  public:
    FairnessTheoryTestCase()
        : TestCase("fair rates of equal users are order statistics")
    {
    }

  private:
    void DoRun() override
    {
        const double rho = 100;
        for (const uint32_t users : {1U, 2U, 4U, 8U})
        {
            double expected = 0;
            double binomial = 1;
            for (uint32_t k = 1; k <= users; ++k)
            {
                binomial *= static_cast<double>(users - k + 1) / k;
                expected += (k % 2 ? 1 : -1) * binomial * std::exp(k / rho) *
                            -std::expint(-(k / rho)) / std::log(2.0) / users;
            }
            const std::vector<double> snr(users, rho);
            const double alone = FairnessTheory::Rates(snr, false)[users - 1];
            const double superposed = FairnessTheory::Rates(snr, true)[0];
            NOMA_TEST_EXPECT_CLOSE(alone, expected, 1e-4, users << " users");
            NOMA_TEST_EXPECT_CLOSE(superposed, expected, 1e-4, users << " users, superposed");
        }
        // half the time each, or the near one's share of power, which costs the far one little
        const auto alone = FairnessTheory::Rates({1000, 10}, false);
        const auto both = FairnessTheory::Rates({1000, 10}, true);
        NS_TEST_EXPECT_MSG_GT(both[0] * both[1], 1.2 * alone[0] * alone[1], "product of rates");
    }
};

/**
 * @ingroup noma-test
 * Three users with mean SNRs of 30, 20 and 10 dB.
 */
class FairnessPacketsTestCase : public TestCase
{
  public:
    FairnessPacketsTestCase()
        : TestCase("fair rates of unequal users through packets")
    {
    }

  private:
    static constexpr double SECONDS = 3; //!< counted

    void DoRun() override
    {
        const std::vector<double> snr{1000, 100, 10};
        const auto alone = FairnessTheory::Rates(snr, false);
        const auto bound = FairnessTheory::Rates(snr, true);
        const auto oma = Run(1);
        const auto noma = Run(3);
        double log = 0;
        for (std::size_t u = 0; u < snr.size(); ++u)
        {
            NOMA_TEST_EXPECT_CLOSE(oma[u], alone[u], 0.03, "user " << u << " alone");
            log += std::log(noma[u] / bound[u]);
        }
        // fairness itself is less exact than its aim, the product of rates
        NOMA_TEST_EXPECT_NEAR(log / 3, -0.015, 0.025, "NOMA over its bound, mean logarithm");
    }

    /// @param superposed K @returns rates (bit/s/Hz)
    std::vector<double> Run(uint32_t superposed)
    {
        TestNetwork network;
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(4));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(superposed));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(4e6));
        network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
        network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                                 "CoherenceTime",
                                 StringValue("1ms"));
        network.helper.SetScheduler("ns3::noma::NomaMetricScheduler");
        std::vector<Vector> places;
        for (const double snrDb : {30, 20, 10})
        {
            // 43 dBm, -174 dBm/Hz over 4 MHz
            const double noiseDbm = -174 + 10 * std::log10(4e6);
            places.emplace_back(std::pow(10.0, (43 - noiseDbm - snrDb) / 50), 0, 0);
        }
        network.Build({Vector(0, 0, 0)}, places, false);
        const auto scheduler = DynamicCast<NomaMetricScheduler>(network.Network()->GetScheduler());
        scheduler->GetMetric()->SetAttribute("Window", DoubleValue(500));
        scheduler->SetDownlinkPower(CreateObject<NomaWeightedSumRateSplit>());
        const NomaFullBuffer traffic(network.Network(), DOWNLINK, 10000);
        network.Network()->TraceConnectWithoutContext(
            "Block",
            MakeCallback(&FairnessPacketsTestCase::Block, this));
        m_bits.assign(3, 0);
        Simulator::Stop(Seconds(1.5));
        Simulator::Run();
        m_bits.assign(3, 0);
        Simulator::Stop(Seconds(SECONDS));
        Simulator::Run();
        const std::string error = network.Network()->CheckConservation();
        NS_TEST_EXPECT_MSG_EQ(error, "", "conservation");
        Simulator::Destroy();
        for (double& x : m_bits)
        {
            x /= SECONDS * 4e6;
        }
        return m_bits;
    }

    /// A block ends. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        m_bits[o.grant.ue] += o.decoded ? static_cast<double>(o.blockBits) : 0.0;
    }

    std::vector<double> m_bits; //!< received, by user
};

/**
 * @ingroup noma-test
 * Fairness.
 */
class NomaFairnessTestSuite : public TestSuite
{
  public:
    NomaFairnessTestSuite()
        : TestSuite("noma-fairness", Type::SYSTEM)
    {
        AddTestCase(new FairnessTheoryTestCase);
        AddTestCase(new FairnessPacketsTestCase);
    }
};

NomaFairnessTestSuite g_nomaFairnessTestSuite; //!< instance

} // namespace
