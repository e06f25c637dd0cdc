/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * NomaStatsHelper against counters, traces and values worked out by hand.
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-stats-helper.h"
#include "ns3/noma-version.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

NS_OBJECT_ENSURE_REGISTERED(LossyErrorModel);

namespace
{

/**
 * @ingroup noma-test
 * Jain's index and percentiles.
 */
class StatsFormulasTestCase : public TestCase
{
  public:
    StatsFormulasTestCase()
        : TestCase("Jain's index and percentiles by hand")
    {
    }

  private:
    void DoRun() override
    {
        NOMA_TEST_EXPECT_CLOSE(NomaStatsHelper::Jain({2, 2, 2}), 1.0, 1e-12, "equal");
        NOMA_TEST_EXPECT_CLOSE(NomaStatsHelper::Jain({0, 0, 7, 0}), 0.25, 1e-12, "one of four");
        NOMA_TEST_EXPECT_CLOSE(NomaStatsHelper::Jain({1, 3}), 0.8, 1e-12, "16 / 20");
        NS_TEST_EXPECT_MSG_EQ(NomaStatsHelper::Jain({0, 0}), 0, "nothing");
        NS_TEST_EXPECT_MSG_EQ(NomaStatsHelper::Jain({}), 0, "nobody");
        NOMA_TEST_EXPECT_CLOSE(NomaStatsHelper::Percentile({30, 10, 20}, 0.5),
                               20.0,
                               1e-12,
                               "median");
        NOMA_TEST_EXPECT_CLOSE(NomaStatsHelper::Percentile({30, 10, 20}, 0.05), 11.0, 1e-12, "5 %");
        NOMA_TEST_EXPECT_CLOSE(NomaStatsHelper::Percentile({30, 10, 20}, 1), 30.0, 1e-12, "most");
        NS_TEST_EXPECT_MSG_EQ(NomaStatsHelper::Percentile({}, 0.5), 0, "nobody");
    }
};

/**
 * @ingroup noma-test
 * The delay of a packet that waits for the next slot and is sent in it.
 */
class StatsDelayTestCase : public TestCase
{
  public:
    StatsDelayTestCase()
        : TestCase("Delay from device to device")
    {
    }

  private:
    void DoRun() override
    {
        TestNetwork network;
        network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
        network.helper.SetFading("ns3::noma::NomaNoFadingModel");
        network.Build({Vector(0, 0, 0)}, {Vector(20, 0, 0), Vector(30, 0, 0)}, false);
        NomaStatsHelper stats;
        stats.Install(network.Network());
        const auto send = [&network](bool up, uint32_t ue) {
            const auto n = network.Network();
            const Ptr<NetDevice> user = n->GetUe(ue);
            const Ptr<NetDevice> station = n->GetAp(0);
            const auto from = up ? user : station;
            const auto to = up ? station : user;
            from->Send(Create<Packet>(100), to->GetAddress(), 0x0800);
        };
        Simulator::Schedule(MicroSeconds(10400), [send] { send(true, 0); });
        Simulator::Schedule(MicroSeconds(10100), [send] { send(false, 1); });
        Simulator::Schedule(MicroSeconds(12900), [send] { send(false, 1); });
        Simulator::Stop(MilliSeconds(20));
        Simulator::Run();
        // the slot begins at the next millisecond and ends one later
        NOMA_TEST_EXPECT_CLOSE(stats.GetUser(UPLINK, 0).meanDelayS, 1.6e-3, 1e-9, "uplink");
        NOMA_TEST_EXPECT_CLOSE(stats.GetUser(DOWNLINK, 1).meanDelayS, 1.5e-3, 1e-9, "mean");
        NOMA_TEST_EXPECT_CLOSE(stats.GetUser(DOWNLINK, 1).maxDelayS, 1.9e-3, 1e-9, "greatest");
        NS_TEST_EXPECT_MSG_EQ(stats.GetUser(DOWNLINK, 1).delivered, 2, "two packets");
        NS_TEST_EXPECT_MSG_EQ(stats.GetUser(UPLINK, 1).delays, 0, "nothing sent");
        NOMA_TEST_EXPECT_CLOSE(stats.GetUser(DOWNLINK, 1).throughputBps,
                               2 * 114 * 8 / 0.02,
                               1e-9,
                               "throughput");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Two loaded cells with block errors: every number against what traces and counters say.
 */
class StatsCountsTestCase : public TestCase
{
  public:
    /// @param transmissions of a block, at most
    explicit StatsCountsTestCase(uint32_t transmissions)
        : TestCase("Counts against traces and counters, and the tables, L = " +
                   std::to_string(transmissions)),
          m_transmissions(transmissions)
    {
    }

  private:
    void DoRun() override
    {
        TestNetwork network;
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(3));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(2));
        network.helper.SetErrorModel("ns3::noma::tests::LossyErrorModel");
        network.helper.SetNetworkAttribute("HarqTransmissions", UintegerValue(m_transmissions));
        network.Build({Vector(0, 0, 0), Vector(400, 0, 0)},
                      {Vector(20, 0, 0), Vector(0, 70, 0), Vector(120, 0, 0), Vector(380, 0, 0)},
                      false);
        const NomaFullBuffer up(network.Network(), UPLINK, 20000);
        const NomaFullBuffer down(network.Network(), DOWNLINK, 20000);
        NomaStatsHelper stats;
        stats.Install(network.Network());
        network.Network()->TraceConnectWithoutContext(
            "Block",
            MakeCallback(&StatsCountsTestCase::Block, this));
        network.Network()->TraceConnectWithoutContext(
            "Harq",
            MakeCallback(&StatsCountsTestCase::Harq, this));
        Simulator::Stop(Seconds(0.2));
        Simulator::Run();
        PerDirection<std::vector<PacketCount>> before;
        for (const Direction d : DIRECTIONS)
        {
            for (uint32_t i = 0; i < 4; ++i)
            {
                before[d].push_back(network.Network()->GetLinkCounters(d, i).delivered);
            }
        }
        stats.Reset();
        m_blocks.clear();
        m_lost.clear();
        m_sent.clear();
        m_residual.clear();
        Simulator::Stop(Seconds(0.5));
        Simulator::Run();
        for (const Direction d : DIRECTIONS)
        {
            double sum = 0;
            uint64_t stages = 0;
            uint64_t decoded = 0;
            for (uint32_t i = 0; i < 4; ++i)
            {
                const auto s = stats.GetUser(d, i);
                const auto& c = network.Network()->GetLinkCounters(d, i);
                const auto bytes = static_cast<double>(c.delivered.bytes - before[d][i].bytes);
                NOMA_TEST_EXPECT_CLOSE(s.throughputBps, bytes * 8 / 0.5, 1e-12, "throughput");
                NS_TEST_EXPECT_MSG_EQ(s.delivered,
                                      c.delivered.packets - before[d][i].packets,
                                      "packets");
                NS_TEST_EXPECT_MSG_EQ(s.blocks, (m_blocks[{d, i}]), "blocks");
                NOMA_TEST_EXPECT_CLOSE(s.blockErrorRate * static_cast<double>(s.blocks),
                                       static_cast<double>(m_lost[{d, i}]),
                                       1e-9,
                                       "lost blocks");
                const std::vector<uint32_t>& sent = m_sent[{d, i}];
                const auto ended = static_cast<double>(sent.size());
                NOMA_TEST_EXPECT_CLOSE(
                    s.meanTransmissions * ended,
                    static_cast<double>(std::accumulate(sent.begin(), sent.end(), 0U)),
                    1e-9,
                    "transmissions");
                NOMA_TEST_EXPECT_CLOSE(s.residualBlockErrorRate * ended,
                                       static_cast<double>(m_residual[{d, i}]),
                                       1e-9,
                                       "blocks never received");
                if (m_transmissions == 1)
                {
                    NS_TEST_EXPECT_MSG_EQ(s.meanTransmissions, 1, "sent once");
                    NS_TEST_EXPECT_MSG_EQ(s.residualBlockErrorRate, s.blockErrorRate, "residual");
                }
                else
                {
                    // a tenth is lost by itself, and more behind layers that are lost
                    NOMA_TEST_EXPECT_NEAR(s.meanTransmissions, 1.2, 0.12, "transmissions");
                    NS_TEST_EXPECT_MSG_LT(s.residualBlockErrorRate, 0.03, "lost thrice");
                }
                NS_TEST_EXPECT_MSG_EQ(s.ap, (i == 3 ? 1 : 0), "access point");
                NS_TEST_EXPECT_MSG_EQ((s.sharedFraction > 0), (i < 3), "sharing of user " << i);
                sum += s.throughputBps;
                stages += m_blocks[{d, i}];
                decoded += m_blocks[{d, i}] - m_lost[{d, i}];
            }
            NOMA_TEST_EXPECT_CLOSE(stats.GetCell(d).throughputBps, sum, 1e-12, "network");
            NOMA_TEST_EXPECT_CLOSE(stats.GetCell(d, 0).throughputBps +
                                       stats.GetCell(d, 1).throughputBps,
                                   sum,
                                   1e-12,
                                   "sum of cells");
            NS_TEST_EXPECT_MSG_EQ(stats.GetCell(d, 0).users, 3, "users of a cell");
            NOMA_TEST_EXPECT_CLOSE(stats.GetCell(d, 1).meanTransmissions,
                                   stats.GetUser(d, 3).meanTransmissions,
                                   1e-12,
                                   "the only user of a cell");
            NS_TEST_EXPECT_MSG_EQ(stats.GetCell(d, 1).residualBlockErrorRate,
                                  stats.GetUser(d, 3).residualBlockErrorRate,
                                  "likewise");
            for (const auto& s : stats.GetSic())
            {
                stages -= s.own && s.direction == d ? s.stages : 0;
                decoded -= s.own && s.direction == d ? s.results[0] : 0;
                NS_TEST_EXPECT_MSG_EQ((s.own || s.direction == DOWNLINK), true, "foreign layers");
                NS_TEST_EXPECT_MSG_LT(s.position, s.layers, "position");
            }
            NS_TEST_EXPECT_MSG_EQ(stages, 0, "one own stage per block");
            NS_TEST_EXPECT_MSG_EQ(decoded, 0, "decoded stages are decoded blocks");
        }
        const std::string prefix = CreateTempDirFilename("stats");
        for (const char* name : {"-users.csv", "-cells.csv", "-sic.csv"})
        {
            std::remove((prefix + name).c_str()); // an earlier run's: tables replace no file
        }
        stats.WriteCsv(prefix, {{"scheme", "test"}});
        for (const auto& [name, lines] :
             std::map<std::string, uint32_t>{{"-users.csv", 10}, {"-cells.csv", 8}})
        {
            std::ifstream file(prefix + name);
            std::string line;
            std::getline(file, line);
            NS_TEST_EXPECT_MSG_EQ(line, "# scheme=test seed=1 run=1 version=" NOMA_VERSION, name);
            uint32_t n = 1;
            std::size_t columns = 0;
            while (std::getline(file, line))
            {
                const auto commas =
                    static_cast<std::size_t>(std::count(line.begin(), line.end(), ','));
                columns = n == 1 ? commas : columns;
                NS_TEST_EXPECT_MSG_EQ(commas, columns, name << ": " << line);
                ++n;
            }
            NS_TEST_EXPECT_MSG_EQ(n, lines, name);
        }
        Simulator::Destroy();
    }

    /// A block ended. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        ++m_blocks[{o.grant.direction, o.grant.ue}];
        m_lost[{o.grant.direction, o.grant.ue}] += !o.decoded;
    }

    /// A block is not sent again. @param last its last transmission @param result result
    void Harq(const GrantOutcome& last, HarqResult result)
    {
        m_sent[{last.grant.direction, last.grant.ue}].push_back(last.transmission);
        m_residual[{last.grant.direction, last.grant.ue}] += result != HarqResult::DECODED;
    }

    uint32_t m_transmissions; //!< of a block
    /// Transmissions of blocks that ended.
    std::map<std::pair<Direction, uint32_t>, std::vector<uint32_t>> m_sent;
    std::map<std::pair<Direction, uint32_t>, uint64_t> m_residual; //!< never received
    std::map<std::pair<Direction, uint32_t>, uint64_t> m_blocks;   //!< blocks
    std::map<std::pair<Direction, uint32_t>, uint64_t> m_lost;     //!< lost blocks
};

/**
 * @ingroup noma-test
 * Statistics.
 */
class NomaStatsHelperTestSuite : public TestSuite
{
  public:
    NomaStatsHelperTestSuite()
        : TestSuite("noma-stats-helper", Type::UNIT)
    {
        AddTestCase(new StatsFormulasTestCase);
        AddTestCase(new StatsDelayTestCase);
        AddTestCase(new StatsCountsTestCase(1));
        AddTestCase(new StatsCountsTestCase(3));
    }
};

NomaStatsHelperTestSuite g_nomaStatsHelperTestSuite; //!< instance

} // namespace
