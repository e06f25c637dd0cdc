/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-canceller.h"
#include "ns3/noma-link-adaptation.h"
#include "ns3/noma-link-study.h"
#include "ns3/noma-mcs-table.h"
#include "ns3/pointer.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * The outer loop settles at its target.
 */
class OuterLoopTestCase : public TestCase
{
  public:
    OuterLoopTestCase()
        : TestCase("Outer loop settles at the target block error rate")
    {
    }

  private:
    void DoRun() override
    {
        auto adaptation = CreateObject<NomaLinkAdaptation>();
        adaptation->SetAttribute("TargetBler", DoubleValue(0.1));
        adaptation->SetAttribute("OuterLoopStep", DoubleValue(0.5));
        adaptation->SetAttribute("Backoff", DoubleValue(1.0));
        std::mt19937 rng(1);
        std::normal_distribution<double> error(0.0, 3.0);
        std::vector<GrantOutcome> outcomes(1);
        outcomes[0].grant.ue = 4;
        uint32_t lost = 0;
        const uint32_t blocks = 20000;
        for (uint32_t i = 0; i < blocks; ++i)
        {
            // decoded if the margin covers a random error of the estimate
            outcomes[0].decoded = adaptation->GetMarginDb(UPLINK, 4) > error(rng);
            lost += !outcomes[0].decoded;
            adaptation->Report(outcomes);
        }
        NOMA_TEST_EXPECT_NEAR(double(lost) / blocks, 0.1, 0.005, "block error rate");
        NS_TEST_EXPECT_MSG_EQ(adaptation->GetMarginDb(DOWNLINK, 4), 1.0, "other direction");
        NS_TEST_EXPECT_MSG_EQ(adaptation->GetMarginDb(UPLINK, 3), 1.0, "other user");
        adaptation->SetAttribute("OuterLoop", BooleanValue(false));
        const double margin = adaptation->GetMarginDb(UPLINK, 4);
        adaptation->Report(outcomes);
        NS_TEST_EXPECT_MSG_EQ(adaptation->GetMarginDb(UPLINK, 4), margin, "loop is off");
    }
};

/// A canceller that leaves less of a layer the better it decodes it.
class SinrCanceller : public NomaCanceller
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::noma::tests::SinrCanceller")
                                .SetParent<NomaCanceller>()
                                .SetGroupName("Noma")
                                .AddConstructor<SinrCanceller>();
        return tid;
    }

  private:
    double DoResidual(double sinr) const override
    {
        return 0.1 / (1 + sinr);
    }
};

/**
 * @ingroup noma-test
 * Rates keep the target whatever the receiver suffers: finite blocks, tables, residuals that depend
 * on the SINR, errors of the channel estimate.
 */
class KnownReceiverTestCase : public TestCase
{
  public:
    KnownReceiverTestCase()
        : TestCase("rates keep the target of the receiver's error model and channel estimate")
    {
    }

  private:
    /// What became of the blocks of a run.
    struct Blocks
    {
        uint32_t sent{0};    //!< blocks
        uint32_t lost{0};    //!< of these, lost
        double bits{0};      //!< bits decoded
        double worst{0};     //!< greatest of granted rate over capacity at the received SINR - 1
        uint32_t exact{0};   //!< blocks in which it is 0
        uint32_t up{0};      //!< blocks in the uplink
        double width{360e3}; //!< width of a subchannel (Hz)

        /// @param outcome what became of a block
        void Block(const GrantOutcome& outcome)
        {
            ++sent;
            lost += !outcome.decoded;
            bits += outcome.decoded ? static_cast<double>(outcome.blockBits) : 0.0;
            if (outcome.grant.direction == UPLINK)
            {
                const double capacity = width * std::log2(1 + outcome.sinr);
                const double over = outcome.grant.rateBps / capacity - 1;
                worst = std::max(worst, over);
                exact += std::abs(over) <= 1e-9;
                ++up;
            }
        }

        /// @returns block error rate
        double GetRate() const
        {
            return static_cast<double>(lost) / sent;
        }
    };

    /// @param k superposed users @param outerLoop whether the outer loop runs
    /// @param configure what else to set @returns what became of the blocks
    static Blocks Run(uint32_t k,
                      bool outerLoop,
                      const std::function<void(TestNetwork&)>& configure)
    {
        TestNetwork network;
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(k));
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(5));
        network.helper.SetNetworkAttribute("UplinkBandwidth", DoubleValue(1.8e6));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(1.8e6));
        network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                                 "CoherenceTime",
                                 TimeValue(MilliSeconds(1)));
        auto adaptation = CreateObject<NomaLinkAdaptation>();
        adaptation->SetAttribute("OuterLoop", BooleanValue(outerLoop));
        adaptation->SetAttribute("TargetBler", DoubleValue(0.1));
        network.helper.SetScheduler("ns3::noma::RoundRobinScheduler",
                                    "LinkAdaptation",
                                    PointerValue(adaptation));
        configure(network);
        network.Build({{0, 0, 10}}, {{30, 0, 1}, {0, 50, 1}, {80, 0, 1}}, false);
        Blocks blocks;
        network.Network()->TraceConnectWithoutContext("Block",
                                                      MakeCallback(&Blocks::Block, &blocks));
        for (uint32_t i = 0; i < 1000; ++i)
        {
            const auto ap = network.aps.Get(0);
            const auto ue = network.ues.Get(i % 3);
            Simulator::Schedule(MicroSeconds(400 * i), [ap, ue] {
                ap->Send(Create<Packet>(1400), ue->GetAddress(), 0x0800);
                ue->Send(Create<Packet>(1400), ap->GetAddress(), 0x0800);
            });
        }
        Simulator::Stop(MilliSeconds(400));
        Simulator::Run();
        Simulator::Destroy();
        return blocks;
    }

    void DoRun() override
    {
        const auto near = [this](const Blocks& blocks, double target, const std::string& what) {
            const double sigma = std::sqrt(target * (1 - target) / blocks.sent);
            NS_TEST_EXPECT_MSG_GT(blocks.sent, 1000, what << ": blocks");
            NOMA_TEST_EXPECT_NEAR(blocks.GetRate(), target, 4 * sigma, what << ": lost");
        };
        const auto finite = Run(1, false, [](TestNetwork& network) {
            network.helper.SetErrorModel("ns3::noma::NomaNormalErrorModel");
        });
        near(finite, 0.1, "finite blocks");

        const auto superposed = Run(3, true, [](TestNetwork& network) {
            network.helper.SetErrorModel("ns3::noma::NomaNormalErrorModel");
        });
        NS_TEST_EXPECT_MSG_LT(superposed.GetRate(), 0.12, "finite blocks, three superposed");

        const auto residual = Run(3, false, [](TestNetwork& network) {
            network.helper.SetCanceller("ns3::noma::tests::SinrCanceller");
        });
        NS_TEST_EXPECT_MSG_GT(residual.sent, 1000, "own canceller: blocks");
        NS_TEST_EXPECT_MSG_EQ(residual.lost, 0, "own canceller: lost");
        // where a grant was withdrawn because nothing was left to send there is less interference
        NOMA_TEST_EXPECT_NEAR(residual.worst, 0, 1e-9, "own canceller: rate over capacity");
        NS_TEST_EXPECT_MSG_GT(residual.exact, 0.8 * residual.up, "own canceller: exact");

        for (const uint32_t k : {1, 3})
        {
            const auto estimate = Run(k, k > 1, [](TestNetwork& network) {
                network.helper.SetPhyAttribute("ChannelErrorVariance", DoubleValue(0.01));
            });
            const double sigma = 0.3 / std::sqrt(1.0 * estimate.sent);
            NS_TEST_EXPECT_MSG_GT(estimate.sent, 1000, "channel error: blocks, K = " << k);
            NS_TEST_EXPECT_MSG_LT(estimate.GetRate(), 0.1 + 4 * sigma, "channel error, K = " << k);
            NS_TEST_EXPECT_MSG_GT(estimate.GetRate(), 0.04, "channel error, K = " << k);
        }
    }
};

/**
 * @ingroup noma-test
 * Rates of the modulation-and-coding tables.
 */
class McsTableTestCase : public TestCase
{
  public:
    McsTableTestCase()
        : TestCase("modulation-and-coding tables of 3GPP TS 38.214")
    {
    }

  private:
    void DoRun() override
    {
        // rows printed in the standard: index, order, spectral efficiency to four places
        struct Row
        {
            NomaMcsTable table;
            std::size_t index;
            uint32_t order;
            double efficiency;
        };

        for (const Row& row : {Row{MCS_TABLE_1, 0, 2, 0.2344},
                               Row{MCS_TABLE_1, 10, 4, 1.3281},
                               Row{MCS_TABLE_1, 16, 4, 2.5703},
                               Row{MCS_TABLE_1, 17, 6, 2.5664},
                               Row{MCS_TABLE_1, 28, 6, 5.5547},
                               Row{MCS_TABLE_2, 4, 2, 1.1758},
                               Row{MCS_TABLE_2, 11, 6, 2.7305},
                               Row{MCS_TABLE_2, 20, 8, 5.3320},
                               Row{MCS_TABLE_2, 27, 8, 7.4063},
                               Row{MCS_TABLE_3, 0, 2, 0.0586},
                               Row{MCS_TABLE_3, 15, 4, 1.3281},
                               Row{MCS_TABLE_3, 28, 6, 4.5234}})
        {
            const auto& entry = GetMcsTable(row.table).at(row.index);
            NS_TEST_EXPECT_MSG_EQ(entry.bitsPerSymbol, row.order, "modulation order");
            NOMA_TEST_EXPECT_NEAR(entry.GetEfficiency(), row.efficiency, 5.1e-5, "efficiency");
        }
        NS_TEST_EXPECT_MSG_EQ(GetMcsTable(MCS_TABLE_1).size(), 29, "rows of table 1");
        NS_TEST_EXPECT_MSG_EQ(GetMcsTable(MCS_TABLE_2).size(), 28, "rows of table 2");
        NS_TEST_EXPECT_MSG_EQ(GetMcsTable(MCS_TABLE_3).size(), 29, "rows of table 3");
        const auto one = GetMcsEfficiencies(MCS_TABLE_1);
        const auto two = GetMcsEfficiencies(MCS_TABLE_2);
        NS_TEST_EXPECT_MSG_EQ(RoundDownToMcs({}, 1.7), 1.7, "no table");
        NS_TEST_EXPECT_MSG_EQ(RoundDownToMcs(two, 0.23), 0, "too little for any row");
        NS_TEST_EXPECT_MSG_EQ(RoundDownToMcs(one, 2.567), 6 * 438 / 1024.0, "crossing");
        NS_TEST_EXPECT_MSG_EQ(RoundDownToMcs(one, 2.6), 4 * 658 / 1024.0, "crossing");
        NS_TEST_EXPECT_MSG_EQ(RoundDownToMcs(two, 30), 8 * 948 / 1024.0, "greatest");
        double before = -1;
        for (double efficiency = 0; efficiency < 8; efficiency += 0.01)
        {
            const double granted = RoundDownToMcs(one, efficiency);
            NS_TEST_EXPECT_MSG_EQ((granted <= efficiency && granted >= before), true, efficiency);
            before = granted;
        }
    }
};

/**
 * @ingroup noma-test
 * What a network does by default, and what SetIdealRadio() makes of it.
 */
class DefaultsTestCase : public TestCase
{
  public:
    DefaultsTestCase()
        : TestCase("default radio: table 2, noise figures 5 and 9 dB; the ideal one")
    {
    }

  private:
    /// @param outcome what became of a block
    void Block(const GrantOutcome& outcome)
    {
        m_granted.push_back(outcome.grant.rateBps / (10e6 / 6));
        NS_TEST_EXPECT_MSG_EQ(outcome.decoded, true, "decoded");
    }

    /// @param ideal whether the radio is ideal
    void Check(bool ideal)
    {
        TestNetwork network;
        network.helper = NomaHelper();
        if (ideal)
        {
            network.helper.SetIdealRadio();
        }
        network.Build({{0, 0, 10}}, {{20, 0, 1}, {0, 150, 1}}, false);
        const auto noise = [](const Ptr<NetDevice>& device) {
            return DynamicCast<NomaNetDevice>(device)->GetPhy()->GetNoiseW();
        };
        const double thermal = NoisePowerW(-174, 0, 10e6 / 6);
        NOMA_TEST_EXPECT_CLOSE(noise(network.aps.Get(0)),
                               thermal * FromDb(ideal ? 0 : 5),
                               1e-12,
                               "noise of an access point");
        NOMA_TEST_EXPECT_CLOSE(noise(network.ues.Get(1)),
                               thermal * FromDb(ideal ? 0 : 9),
                               1e-12,
                               "noise of a user");
        m_granted.clear();
        network.Network()->TraceConnectWithoutContext("Block",
                                                      MakeCallback(&DefaultsTestCase::Block, this));
        for (uint32_t i = 0; i < 200; ++i)
        {
            Simulator::Schedule(NanoSeconds(1), [&network, i] {
                const auto ap = network.aps.Get(0);
                const auto ue = network.ues.Get(i % 2);
                ap->Send(Create<Packet>(1400), ue->GetAddress(), 0x0800);
                ue->Send(Create<Packet>(1400), ap->GetAddress(), 0x0800);
            });
        }
        Simulator::Stop(MilliSeconds(20));
        Simulator::Run();
        Simulator::Destroy();
        const auto table = GetMcsEfficiencies(MCS_TABLE_2);
        NS_TEST_ASSERT_MSG_GT(m_granted.size(), 50, "blocks");
        std::size_t others = 0;
        for (const double efficiency : m_granted)
        {
            others += std::none_of(table.begin(), table.end(), [&](double row) {
                return IsClose(efficiency, row, 1e-12);
            });
        }
        const double greatest = *std::max_element(m_granted.begin(), m_granted.end());
        if (ideal)
        {
            NS_TEST_EXPECT_MSG_GT(greatest, 10, "no limit");
        }
        else
        {
            NS_TEST_EXPECT_MSG_EQ(others, 0, "rates that no row of the table has");
            NOMA_TEST_EXPECT_CLOSE(greatest, 7.40625, 1e-12, "greatest spectral efficiency");
        }
    }

    void DoRun() override
    {
        Check(false);
        Check(true);
        NS_TEST_EXPECT_MSG_EQ((LinkStudy().propagation == PROPAGATION_STRICT), true, "noma-link");
        StringValue propagation;
        CreateObject<NomaSpectrumPhy>()->GetAttribute("ErrorPropagation", propagation);
        NS_TEST_EXPECT_MSG_EQ(propagation.Get(), "Strict", "error propagation of receivers");
    }

    std::vector<double> m_granted; //!< spectral efficiencies of the blocks (bit/s/Hz)
};

/**
 * @ingroup noma-test
 * Rates from gains.
 */
class NomaLinkAdaptationTestSuite : public TestSuite
{
  public:
    NomaLinkAdaptationTestSuite()
        : TestSuite("noma-link-adaptation", Type::UNIT)
    {
        AddTestCase(new OuterLoopTestCase);
        AddTestCase(new McsTableTestCase);
        AddTestCase(new DefaultsTestCase);
        AddTestCase(new KnownReceiverTestCase);
    }
};

NS_OBJECT_ENSURE_REGISTERED(SinrCanceller);

NomaLinkAdaptationTestSuite g_nomaLinkAdaptationTestSuite; //!< instance

} // namespace
