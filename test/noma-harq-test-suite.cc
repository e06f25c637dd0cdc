/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Hybrid ARQ with chase combining: against the Erlang distribution, against a receiver written
 * anew, and by hand.
 */
#include "noma-test-fixed-scheduler.h"
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-harq.h"
#include "ns3/noma-sic-receiver.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

NS_OBJECT_ENSURE_REGISTERED(FixedScheduler);

namespace
{

/**
 * @ingroup noma-test
 * What is kept, and what a receiver makes of it.
 */
class KeptTestCase : public TestCase
{
  public:
    KeptTestCase()
        : TestCase("what is kept of blocks, and decoding with it")
    {
    }

  private:
    void DoRun() override
    {
        NomaHarqBuffer buffer;
        buffer.Keep(7, 1.5, false);
        buffer.Keep(7, 0.25, false);
        buffer.Keep(9, 4, true);
        buffer.Keep(0, 4, true);
        NOMA_TEST_EXPECT_CLOSE(buffer.Get(7).sinr, 1.75, 1e-15, "the sum");
        NS_TEST_EXPECT_MSG_EQ(buffer.Get(7).decoded, false, "not known");
        NS_TEST_EXPECT_MSG_EQ(buffer.Get(9).decoded, true, "known");
        NS_TEST_EXPECT_MSG_EQ(buffer.Get(0).decoded, false, "sent once");
        NS_TEST_EXPECT_MSG_EQ(buffer.Get(8).sinr, 0, "never heard");
        buffer.Forget(9);
        NS_TEST_EXPECT_MSG_EQ(buffer.GetSize(), 1, "older ones are forgotten");
        NS_TEST_EXPECT_MSG_EQ(buffer.Get(9).decoded, true, "this one is not");

        const auto model = CreateObject<NomaCapacityErrorModel>();
        SicReceiver receiver;
        receiver.errorModel = PeekPointer(model);
        // SINRs of 1 and, after cancellation, 2; one use, so that 2 bits need 3
        std::vector<SicLayer> layers = {{3, 2, 0}, {2, 2, 0}};
        std::vector<SicStage> stages;
        const auto expect = [&](bool first, bool second, const char* when) {
            DecodeSic(receiver, layers, 2, 1, 1, stages);
            NS_TEST_EXPECT_MSG_EQ((stages[0].result == LayerResult::DECODED), first, when);
            NS_TEST_EXPECT_MSG_EQ((stages[1].result == LayerResult::DECODED), second, when);
            NOMA_TEST_EXPECT_CLOSE(stages[0].sinr, 1.0, 1e-15, when);
        };
        expect(false, false, "nothing kept");
        layers[0].keptSinr = 1.99;
        expect(false, false, "too little kept");
        layers[0].keptSinr = 2.01;
        expect(true, false, "enough kept of the first");
        NOMA_TEST_EXPECT_CLOSE(stages[1].sinr, 2.0, 1e-15, "cancelled");
        layers[1].keptSinr = 1.01;
        expect(true, true, "of both");
        receiver.snrGap = 2;
        expect(false, false, "the gap takes from the sum");
        receiver.snrGap = 1;
        layers[0].keptSinr = 0;
        layers[0].known = true;
        expect(true, true, "known from before");
        NS_TEST_EXPECT_MSG_EQ(stages[0].blockErrorRate, 0, "without doubt");
    }
};

/**
 * @ingroup noma-test
 * One user under Rayleigh fading that is new in every slot and subchannel: a block is lost after j
 * transmissions if the sum of j exponential SINRs is below its threshold, which is Erlang.
 */
class ErlangTestCase : public TestCase
{
  public:
    /// @param d direction @param transmissions L @param delay of feedback (slots)
    ErlangTestCase(Direction d, uint32_t transmissions, uint32_t delay)
        : TestCase(std::string("chase combining is Erlang, ") + DirectionName(d) + "link, L = " +
                   std::to_string(transmissions) + ", delay " + std::to_string(delay)),
          m_direction(d),
          m_transmissions(transmissions),
          m_delay(delay)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double efficiency = 2; // bit/s/Hz
        constexpr double threshold = 3;  // 2^2 - 1
        TestNetwork network;
        PrepareHarq(network, 8, m_transmissions, m_delay);
        FixedScheduler::direction = m_direction;
        FixedScheduler::efficiency = {efficiency};
        FixedScheduler::fraction = {1};
        // a mean SNR of about 2
        const double loss = m_direction == UPLINK ? 25 + 174 - 69 - 3 : 43 + 174 - 69 - 3;
        network.Build({{0, 0, 0}}, {{std::pow(10.0, loss / 50), 0, 0}}, false);
        const NomaFullBuffer traffic(network.Network(), m_direction, 4000, 200);
        network.Network()->TraceConnectWithoutContext("Slot",
                                                      MakeCallback(&ErlangTestCase::NewSlot, this));
        network.Network()->TraceConnectWithoutContext("Harq",
                                                      MakeCallback(&ErlangTestCase::Ended, this));
        network.Network()->TraceConnectWithoutContext("Block",
                                                      MakeCallback(&ErlangTestCase::Block, this));
        m_lost.assign(m_transmissions + 1, 0);
        Simulator::Stop(Seconds(1.5));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        const auto counters = network.Network()->GetLinkCounters(m_direction, 0);
        Simulator::Destroy();

        const double a = threshold / m_snr;
        double term = std::exp(-a);
        double below = 0;
        const auto n = static_cast<double>(m_blocks);
        for (uint32_t j = 1; j <= m_transmissions; ++j)
        {
            below += term;
            term *= a / j;
            const double expected = 1 - below;
            const double error = std::sqrt(expected * (1 - expected) / n);
            NOMA_TEST_EXPECT_NEAR(m_lost[j] / n, expected, 4 * error, "after " << j);
            NS_TEST_EXPECT_MSG_LT(error, 0.02, "too few blocks");
        }
        NS_TEST_EXPECT_MSG_GT(counters.delivered.packets, 100, "packets arrive");
        NS_TEST_EXPECT_MSG_EQ((counters.Dropped(DropReason::RETRY_LIMIT).packets > 0),
                              true,
                              "packets of blocks that were never received are dropped");
        std::map<uint32_t, uint64_t> one;
        if (m_transmissions > 1)
        {
            one[m_delay + 1] = m_again;
        }
        NS_TEST_EXPECT_MSG_EQ((m_waits == one), true, "sent again when the failure is known");
    }

    /// A slot begins. @param s the network @param grants grants
    void NewSlot(const SlotSnapshot& s, const std::vector<Grant>& grants)
    {
        ++m_slot;
        if (!grants.empty())
        {
            m_snr =
                grants[0].powerW * s.csi->MeanGain(m_direction, 0, 0, 0) / s.noiseW[m_direction];
        }
    }

    /// The transmissions of a block end. @param last the last one @param result how
    void Ended(const GrantOutcome& last, HarqResult result)
    {
        ++m_blocks;
        const bool decoded = result == HarqResult::DECODED;
        for (uint32_t j = 1; j < last.transmission + (decoded ? 0 : 1); ++j)
        {
            ++m_lost[j];
        }
    }

    /// A transmission ends. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        if (o.transmission > 1)
        {
            ++m_again;
            ++m_waits[m_slot - m_failed.front()];
            m_failed.pop_front();
        }
        if (!o.decoded && o.transmission < m_transmissions)
        {
            m_failed.push_back(m_slot);
        }
    }

    Direction m_direction;                //!< direction
    uint32_t m_transmissions;             //!< L
    uint32_t m_delay;                     //!< delay of feedback (slots)
    double m_snr{0};                      //!< mean SNR
    uint32_t m_slot{0};                   //!< slots begun
    uint64_t m_blocks{0};                 //!< blocks that ended
    uint64_t m_again{0};                  //!< transmissions after the first
    std::vector<double> m_lost;           //!< by j: blocks not received after j transmissions
    std::deque<uint32_t> m_failed;        //!< slots of failures
    std::map<uint32_t, uint64_t> m_waits; //!< slots from failure to transmission
};

/**
 * @ingroup noma-test
 * Two users superposed: every SINR, what is kept and every outcome against a receiver written anew.
 */
class CombiningTestCase : public TestCase
{
  public:
    /// @param d direction @param strict error propagation
    CombiningTestCase(Direction d, bool strict)
        : TestCase(std::string("chase combining under SIC, ") + DirectionName(d) + "link, " +
                   (strict ? "strict" : "physical")),
          m_direction(d),
          m_strict(strict)
    {
    }

  private:
    static constexpr uint32_t L = 3;           //!< transmissions
    static constexpr double RESIDUAL = 0.02;   //!< of cancellation
    static constexpr uint32_t SUBCHANNELS = 3; //!< M

    /// What a receiver has of a block.
    struct Kept
    {
        double sinr{0};    //!< sum
        bool known{false}; //!< content
    };

    /// A block of this test.
    struct Sent
    {
        uint32_t id;    //!< number
        uint32_t times; //!< transmissions
    };

    void DoRun() override
    {
        const auto first = Run();
        const auto second = Run();
        NS_TEST_EXPECT_MSG_EQ((first == second), true, "the same seed gives the same outcomes");
        NS_TEST_EXPECT_MSG_GT(m_combined, 100, "blocks decoded by combining");
        NS_TEST_EXPECT_MSG_GT(first.size(), 1000, "blocks");
        if (m_direction == DOWNLINK)
        {
            NS_TEST_EXPECT_MSG_GT(m_knownUsed, 10, "layers known before their owner knew them");
        }
    }

    /// @returns SINRs of all transmissions in order
    std::vector<double> Run()
    {
        m_waiting.assign(2, {});
        m_kept.assign(2, {});
        m_expected.clear();
        m_seen.clear();
        m_next = 0;
        m_combined = 0;
        m_knownUsed = 0;
        TestNetwork network;
        PrepareHarq(network, SUBCHANNELS, L, 0);
        FixedScheduler::direction = m_direction;
        FixedScheduler::efficiency = {1.5, 1.2};
        FixedScheduler::fraction = {0.7, 0.3};
        network.helper.SetPhyAttribute("ErrorPropagation",
                                       StringValue(m_strict ? "Strict" : "Physical"));
        network.helper.SetCanceller("ns3::noma::NomaResidualCanceller",
                                    "Residual",
                                    DoubleValue(RESIDUAL));
        const double loss = m_direction == UPLINK ? 25 + 174 - 65 - 10 : 43 + 174 - 65 - 10;
        const double far = std::pow(10.0, loss / 50);
        const double second = m_direction == UPLINK ? 1.2 * far : 0.7 * far;
        network.Build({{0, 0, 0}}, {{far, 0, 0}, {0, second, 0}}, false);
        const NomaFullBuffer traffic(network.Network(), m_direction, 4000);
        const auto net = network.Network();
        net->TraceConnectWithoutContext("Slot", MakeCallback(&CombiningTestCase::NewSlot, this));
        net->TraceConnectWithoutContext("Block", MakeCallback(&CombiningTestCase::Block, this));
        Simulator::Stop(Seconds(0.4));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(net->CheckConservation(), "", "conservation");
        Simulator::Destroy();
        return m_seen;
    }

    /**
     * Decodes a group at one receiver.
     *
     * @param receiver its number
     * @param powerW received powers
     * @param blocks blocks
     * @param noiseW noise (W)
     * @param [out] out outcome by layer
     */
    void Decode(uint32_t receiver,
                const std::vector<double>& powerW,
                const std::vector<Sent>& blocks,
                double noiseW,
                std::vector<GrantOutcome>& out)
    {
        double left = 0; // of earlier layers
        bool failed = false;
        for (std::size_t k = 0; k < powerW.size(); ++k)
        {
            double other = noiseW + left;
            for (std::size_t j = k + 1; j < powerW.size(); ++j)
            {
                other += powerW[j];
            }
            Kept& kept = m_kept[receiver][blocks[k].id];
            GrantOutcome o;
            o.sinr = powerW[k] / other;
            o.keptSinr = kept.sinr;
            o.transmission = blocks[k].times;
            const bool enough = std::log2(1 + o.sinr + kept.sinr) >= FixedScheduler::efficiency[k];
            o.decoded = kept.known || (enough && !(m_strict && failed));
            const bool afresh = std::log2(1 + o.sinr) >= FixedScheduler::efficiency[k];
            m_knownUsed += kept.known && !afresh;
            m_combined += o.decoded && !kept.known && !afresh;
            kept.sinr += o.sinr;
            kept.known = o.decoded;
            failed = failed || !o.decoded;
            left += o.decoded ? RESIDUAL * powerW[k] : powerW[k];
            out.push_back(o);
        }
    }

    /// A slot begins. @param s the network @param grants grants
    void NewSlot(const SlotSnapshot& s, const std::vector<Grant>& grants)
    {
        m_expected.clear();
        m_sent.clear();
        for (std::size_t i = 0; i + 1 < grants.size(); i += 2)
        {
            std::vector<Sent> blocks;
            for (uint32_t k = 0; k < 2; ++k)
            {
                auto& waiting = m_waiting[grants[i + k].ue];
                blocks.push_back(waiting.empty() ? Sent{m_next++, 0} : waiting.front());
                ++blocks.back().times;
                if (!waiting.empty())
                {
                    waiting.pop_front();
                }
                m_sent.push_back(blocks.back());
            }
            const auto power = [&](uint32_t at) {
                std::vector<double> w;
                for (uint32_t k = 0; k < (m_direction == UPLINK ? 2 : at + 1); ++k)
                {
                    const Grant& g = grants[i + k];
                    const uint32_t ue = m_direction == UPLINK ? g.ue : at;
                    w.push_back(g.powerW * s.csi->Gain(m_direction, ue, 0, g.subchannel));
                }
                return w;
            };
            std::vector<GrantOutcome> out;
            if (m_direction == UPLINK)
            {
                Decode(0, power(0), blocks, s.noiseW.up, m_expected);
                continue;
            }
            // user 0 is decoded first, and hears user 1 as interference
            const double own = s.csi->Gain(DOWNLINK, 0, 0, grants[i].subchannel);
            Decode(0, power(0), blocks, s.noiseW.down + grants[i + 1].powerW * own, out);
            m_expected.push_back(out[0]);
            out.clear();
            Decode(1, power(1), blocks, s.noiseW.down, out);
            m_expected.push_back(out[1]);
        }
        m_at = 0;
    }

    /// A transmission ends. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        const GrantOutcome& e = m_expected[m_at];
        const Sent sent = m_sent[m_at++];
        m_seen.push_back(o.sinr);
        NOMA_TEST_EXPECT_CLOSE(o.sinr, e.sinr, 1e-9, "SINR");
        NOMA_TEST_EXPECT_CLOSE(o.keptSinr, e.keptSinr, 1e-9, "kept");
        NS_TEST_EXPECT_MSG_EQ(o.transmission, e.transmission, "transmission");
        NS_TEST_EXPECT_MSG_EQ(o.decoded, e.decoded, "outcome");
        if (!o.decoded && sent.times < L)
        {
            m_waiting[o.grant.ue].push_back(sent);
        }
    }

    Direction m_direction;                        //!< direction
    bool m_strict;                                //!< error propagation
    std::vector<std::deque<Sent>> m_waiting;      //!< by user
    std::vector<std::map<uint32_t, Kept>> m_kept; //!< by receiver
    std::vector<GrantOutcome> m_expected;         //!< of the slot
    std::vector<Sent> m_sent;                     //!< in the slot
    std::vector<double> m_seen;                   //!< SINRs
    std::size_t m_at{0};                          //!< transmissions of the slot seen
    uint32_t m_next{0};                           //!< number of the next block
    uint32_t m_combined{0};                       //!< decodings that combining made
    uint32_t m_knownUsed{0};                      //!< cancellations that an earlier decoding made
};

/**
 * @ingroup noma-test
 * The HARQ suite.
 */
class NomaHarqTestSuite : public TestSuite
{
  public:
    NomaHarqTestSuite()
        : TestSuite("noma-harq", Type::SYSTEM)
    {
        AddTestCase(new KeptTestCase);
        AddTestCase(new ErlangTestCase(UPLINK, 4, 0));
        AddTestCase(new ErlangTestCase(DOWNLINK, 4, 3));
        AddTestCase(new ErlangTestCase(UPLINK, 2, 1));
        AddTestCase(new ErlangTestCase(DOWNLINK, 1, 2));
        for (const Direction d : DIRECTIONS)
        {
            AddTestCase(new CombiningTestCase(d, true));
            AddTestCase(new CombiningTestCase(d, false));
        }
    }
};

NomaHarqTestSuite g_nomaHarqTestSuite; //!< instance

} // namespace
