/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Fading that neighbouring subchannels share.
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-fading-model.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-jakes-fading-model.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <complex>
#include <map>
#include <string>
#include <tuple>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Correlation of coefficients of two subchannels: 1 within a coherence band, 0 beyond its edge.
 */
class CorrelationTestCase : public TestCase
{
  public:
    /// @param model type and attributes as ObjectFactory reads them
    explicit CorrelationTestCase(const std::string& model)
        : TestCase("correlation over subchannels, " + model),
          m_model(model)
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        constexpr uint32_t band = 4;
        constexpr uint32_t users = 4000;
        ObjectFactory factory;
        std::istringstream(m_model) >> factory;
        const auto apart = factory.Create<NomaFadingModel>();
        const auto fading = factory.Create<NomaFadingModel>();
        fading->SetAttribute("CoherenceSubchannels", UintegerValue(band));
        apart->AssignStreams(1);
        fading->AssignStreams(1);
        for (const uint32_t m : {1U, 3U, 4U, 9U})
        {
            std::complex<double> sum = 0;
            std::complex<double> alone = 0;
            double power = 0;
            for (uint32_t i = 0; i < users; ++i)
            {
                const FadingLink first{UPLINK, i, 0, 0};
                const FadingLink other{UPLINK, i, 0, m};
                const auto h = fading->GetCoefficient(other, 5);
                sum += std::conj(fading->GetCoefficient(first, 5)) * h;
                alone +=
                    std::conj(apart->GetCoefficient(first, 5)) * apart->GetCoefficient(other, 5);
                power += std::norm(h);
                NOMA_TEST_EXPECT_CLOSE(fading->GetGain(other, 5),
                                       std::norm(h),
                                       1e-12,
                                       "gain and coefficient");
                // band 2 of one is subchannel 2 of the other: only the map is new
                NS_TEST_EXPECT_MSG_EQ(fading->GetGain(other, 5),
                                      apart->GetGain({UPLINK, i, 0, m / band}, 5),
                                      "subchannel " << m);
            }
            const double n = users;
            NOMA_TEST_EXPECT_NEAR(power / n, 1.0, 4 / std::sqrt(n), "mean power");
            NOMA_TEST_EXPECT_NEAR(std::abs(sum) / n,
                                  (m < band ? power / n : 0.0),
                                  (m < band ? 1e-12 : 4 / std::sqrt(n)),
                                  "correlation with subchannel " << m);
            NOMA_TEST_EXPECT_NEAR(std::abs(alone) / n, 0.0, 4 / std::sqrt(n), "by default");
        }
    }

    std::string m_model; //!< model
};

/**
 * @ingroup noma-test
 * A network under fading shared by three of eight subchannels: what the scheduler sees is alike
 * within a band and different beyond, and is what receivers measure.
 */
class SharedFadingTestCase : public TestCase
{
  public:
    /// @param generic whether the channel is ns-3's
    explicit SharedFadingTestCase(bool generic)
        : TestCase(std::string("predicted = received with shared fading, ") +
                   (generic ? "MultiModelSpectrumChannel" : "NomaSpectrumChannel")),
          m_generic(generic)
    {
    }

  private:
    void DoRun() override
    {
        TestNetwork network;
        Ptr<SpectrumChannel> channel = CreateObject<NomaSpectrumChannel>();
        if (m_generic)
        {
            channel = CreateObject<MultiModelSpectrumChannel>();
        }
        const auto loss = CreateObject<LogDistancePropagationLossModel>();
        loss->SetAttribute("Exponent", DoubleValue(5));
        loss->SetAttribute("ReferenceLoss", DoubleValue(0));
        channel->AddPropagationLossModel(loss);
        network.helper.SetChannel(channel);
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(8));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(1));
        network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
        network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                                 "CoherenceTime",
                                 StringValue("1ms"),
                                 "CoherenceSubchannels",
                                 UintegerValue(3));
        network.Build({{0, 0, 0}}, {{80, 0, 0}, {0, 120, 0}, {-60, 9, 0}}, false);
        const NomaFullBuffer up(network.Network(), UPLINK, 20000);
        const NomaFullBuffer down(network.Network(), DOWNLINK, 20000);
        const auto net = network.Network();
        net->TraceConnectWithoutContext("Slot", MakeCallback(&SharedFadingTestCase::NewSlot, this));
        net->TraceConnectWithoutContext("Block", MakeCallback(&SharedFadingTestCase::Block, this));
        Simulator::Stop(MilliSeconds(50));
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_GT(m_blocks, 500, "blocks");
    }

    /// A slot begins. @param s the network @param grants grants
    void NewSlot(const SlotSnapshot& s, const std::vector<Grant>& grants)
    {
        m_predicted.clear();
        for (const Grant& g : grants)
        {
            const double gain = s.csi->Gain(g.direction, g.ue, 0, g.subchannel);
            m_predicted[{g.direction, g.ue, g.subchannel}] =
                g.powerW * gain / s.noiseW[g.direction];
            for (uint32_t m = 0; m < s.subchannels; ++m)
            {
                NS_TEST_EXPECT_MSG_EQ((s.csi->Gain(g.direction, g.ue, 0, m) == gain),
                                      (m / 3 == g.subchannel / 3),
                                      "subchannels " << g.subchannel << " and " << m);
            }
        }
    }

    /// A block ends. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        const Grant& g = o.grant;
        ++m_blocks;
        NOMA_TEST_EXPECT_CLOSE(o.sinr,
                               (m_predicted[{g.direction, g.ue, g.subchannel}]),
                               1e-9,
                               "subchannel " << g.subchannel);
    }

    bool m_generic;       //!< whether the channel is ns-3's
    uint32_t m_blocks{0}; //!< blocks
    std::map<std::tuple<Direction, uint32_t, uint32_t>, double> m_predicted; //!< SINRs of the slot
};

/**
 * @ingroup noma-test
 * Coherence bandwidth.
 */
class NomaCoherenceTestSuite : public TestSuite
{
  public:
    NomaCoherenceTestSuite()
        : TestSuite("noma-coherence", Type::UNIT)
    {
        AddTestCase(new CorrelationTestCase("ns3::noma::NomaBlockFadingModel"));
        AddTestCase(new CorrelationTestCase("ns3::noma::NomaBlockFadingModel[Correlation=0.9]"));
        AddTestCase(new CorrelationTestCase("ns3::noma::NomaBlockFadingModel[RicianFactor=0.5]"));
        AddTestCase(new CorrelationTestCase("ns3::noma::NomaJakesFadingModel"));
        AddTestCase(new SharedFadingTestCase(false));
        AddTestCase(new SharedFadingTestCase(true));
    }
};

NomaCoherenceTestSuite g_nomaCoherenceTestSuite; //!< instance

} // namespace
