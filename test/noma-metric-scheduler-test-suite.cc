/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Schedulers for any traffic, on gains out of a table.
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-grouping.h"
#include "ns3/noma-metric-scheduler.h"
#include "ns3/noma-metric.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @returns a scheduler @param metric TypeId of its metric
Ptr<NomaMetricScheduler>
MakeScheduler(const std::string& metric)
{
    const auto scheduler = CreateObject<NomaMetricScheduler>();
    ObjectFactory factory(metric);
    scheduler->SetMetric(factory.Create<NomaMetric>());
    return scheduler;
}

/**
 * Reports all grants as decoded.
 *
 * @param scheduler scheduler
 * @param s the network
 * @param grants its grants
 * @returns bits by user
 */
std::vector<double>
Deliver(const Ptr<SlotScheduler>& scheduler,
        const SlotSnapshot& s,
        const std::vector<Grant>& grants)
{
    std::vector<double> bits(s.ues.size(), 0.0);
    std::vector<GrantOutcome> outcomes;
    for (const Grant& g : grants)
    {
        GrantOutcome o;
        o.grant = g;
        o.decoded = true;
        o.blockBits = o.payloadBits = static_cast<uint64_t>(g.rateBps * s.slotSeconds);
        bits[g.ue] += static_cast<double>(o.payloadBits);
        outcomes.push_back(o);
    }
    scheduler->Report(outcomes);
    return bits;
}

/**
 * @ingroup noma-test
 * One user per subchannel: the one with the greatest metric, computed here.
 */
class MetricChoiceTestCase : public TestCase
{
  public:
    MetricChoiceTestCase()
        : TestCase("K = 1: each subchannel goes to the greatest metric")
    {
    }

  private:
    void DoRun() override
    {
        for (const char* metric : {"ns3::noma::NomaMaxRateMetric",
                                   "ns3::noma::NomaMaxWeightMetric",
                                   "ns3::noma::NomaProportionalFairMetric"})
        {
            Run(metric);
        }
    }

    /// @param metric TypeId of a metric
    void Run(const std::string& metric)
    {
        constexpr double window = 10;
        const uint32_t users = 6;
        auto scheduler = MakeScheduler(metric);
        if (metric == "ns3::noma::NomaProportionalFairMetric")
        {
            scheduler->GetMetric()->SetAttribute("Window", DoubleValue(window));
        }
        std::vector<double> average(users, 0.0);
        for (uint32_t slot = 0; slot < 30; ++slot)
        {
            Cells cells(1, users, 5, 1, static_cast<int>(slot), 0);
            cells.Load(DOWNLINK, 1000000000);
            for (uint32_t i = 0; i < users; ++i)
            {
                cells.s.ues[i].backlogBits.down += 100000000ULL * ((i + slot) % users);
            }
            cells.s.slot = slot;
            const auto grants = scheduler->Schedule(cells.s);
            NS_TEST_ASSERT_MSG_EQ(grants.size(), 5, metric << ": all subchannels");
            for (const Grant& g : grants)
            {
                NOMA_TEST_EXPECT_CLOSE(g.powerW, 2.0, 1e-12, "a fifth of 10 W");
                std::vector<double> value;
                for (uint32_t i = 0; i < users; ++i)
                {
                    const double gain = cells.csi.gain.down.At(i, 0, g.subchannel);
                    const double rate = 1e6 * std::log2(1 + 2.0 * gain / 4e-15);
                    const double worth = metric == "ns3::noma::NomaMaxRateMetric" ? 1.0
                                         : metric == "ns3::noma::NomaMaxWeightMetric"
                                             ? static_cast<double>(cells.s.ues[i].backlogBits.down)
                                             : 1 / std::max(average[i], 1.0);
                    value.push_back(worth * rate);
                    if (i == g.ue)
                    {
                        NOMA_TEST_EXPECT_CLOSE(g.rateBps, rate, 1e-9, "rate");
                    }
                }
                NS_TEST_EXPECT_MSG_EQ(std::max_element(value.begin(), value.end()) - value.begin(),
                                      g.ue,
                                      metric << ": slot " << slot);
            }
            const auto bits = Deliver(scheduler, cells.s, grants);
            for (uint32_t i = 0; i < users; ++i)
            {
                average[i] = (1 - 1 / window) * average[i] + bits[i] / 0.01 / window;
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Rules for any K, grouping and traffic: who may share, how many subchannels a user gets, what its
 * backlog needs, and that superposing makes the weighted sum no smaller.
 */
class MetricRulesTestCase : public TestCase
{
  public:
    MetricRulesTestCase()
        : TestCase("K = 2 and 3: groupings, limits, backlogs")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t k : {2U, 3U})
        {
            for (const char* grouping : {"ns3::noma::NomaStrongWeakGrouping",
                                         "ns3::noma::NomaDistanceGrouping",
                                         "ns3::noma::NomaRandomGrouping"})
            {
                for (const Direction d : DIRECTIONS)
                {
                    Groups(k, grouping, d);
                }
            }
        }
        Limits();
        Sums();
    }

    /// @param k K @param type TypeId of a grouping @param d direction
    void Groups(uint32_t k, const std::string& type, Direction d)
    {
        ObjectFactory factory(type);
        const auto grouping = factory.Create<NomaGrouping>();
        const auto twin = factory.Create<NomaGrouping>();
        auto scheduler = MakeScheduler("ns3::noma::NomaMaxWeightMetric");
        scheduler->SetAttribute("Grouping", PointerValue(grouping));
        NS_TEST_EXPECT_MSG_EQ(scheduler->AssignStreams(3), twin->AssignStreams(3), "streams");
        uint32_t shared = 0;
        for (uint32_t slot = 0; slot < 10; ++slot)
        {
            Cells cells(2, 7, 4, k, static_cast<int>(slot), 0.01);
            cells.Load(d, 100000000);
            for (uint32_t i = 0; i < cells.s.ues.size(); ++i)
            {
                // weak users have waited longer
                cells.s.ues[i].backlogBits[d] *= 1 + i / 2 % 4;
            }
            cells.s.slot = slot;
            const auto grants = scheduler->Schedule(cells.s); // which aborts on a broken rule
            std::map<std::pair<uint32_t, uint32_t>, std::map<uint32_t, uint32_t>> group;
            for (uint32_t m = 0; m < 4; ++m)
            {
                for (uint32_t n = 0; n < 2; ++n)
                {
                    std::vector<uint32_t> users;
                    for (uint32_t i = n; i < cells.s.ues.size(); i += 2)
                    {
                        users.push_back(i);
                    }
                    twin->Rank(cells.s, d, n, m, users);
                    const bool mean = type == "ns3::noma::NomaDistanceGrouping";
                    const auto key = [&](uint32_t ue) {
                        return mean ? cells.s.csi->MeanGain(d, ue, n, m)
                                    : cells.s.csi->Gain(d, ue, n, m);
                    };
                    for (uint32_t rank = 0; rank < users.size(); ++rank)
                    {
                        if (rank > 0 && type != "ns3::noma::NomaRandomGrouping")
                        {
                            // of this slot and subchannel, whatever was ranked before
                            NS_TEST_EXPECT_MSG_LT_OR_EQ(key(users[rank]),
                                                        key(users[rank - 1]),
                                                        type << ": ranking");
                        }
                        // seven cards dealt to 4 (K = 2) or 3 (K = 3) heaps
                        group[{m, n}][users[rank]] = rank % (k == 2 ? 4 : 3);
                    }
                }
            }
            for (std::size_t i = 1; i < grants.size(); ++i)
            {
                const Grant& g = grants[i];
                if (g.order > 0)
                {
                    auto& of = group[{g.subchannel, g.ap}];
                    NS_TEST_EXPECT_MSG_EQ(of[g.ue],
                                          of[grants[i - 1].ue],
                                          type << ": strangers share a subchannel");
                    ++shared;
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(shared, 5, type << ": nobody shares, direction " << d);
    }

    /// Most subchannels of a user, and no more than its backlog fills.
    void Limits()
    {
        for (const uint32_t most : {0U, 1U, 3U})
        {
            auto scheduler = MakeScheduler("ns3::noma::NomaMaxRateMetric");
            scheduler->SetAttribute("MaxPerUser", UintegerValue(most));
            Cells cells(1, 2, 8, 2, 1, 0);
            cells.Load(DOWNLINK, 100000000);
            std::vector<uint32_t> held(2, 0);
            for (const Grant& g : scheduler->Schedule(cells.s))
            {
                ++held[g.ue];
            }
            const uint32_t limit = most == 0 ? 8 : most;
            NS_TEST_EXPECT_MSG_EQ(*std::max_element(held.begin(), held.end()), limit, "most");
        }
        // a block of the best user holds more than 50 kbit: 1 bit needs one, 110 kbit two or three
        auto scheduler = MakeScheduler("ns3::noma::NomaMaxRateMetric");
        Cells cells(1, 2, 8, 1, 1, 0);
        cells.s.ues[0].backlogBits.down = 1;
        cells.s.ues[1].backlogBits.down = 110000;
        std::vector<double> bits(2, 0.0);
        std::vector<uint32_t> held(2, 0);
        for (const Grant& g : scheduler->Schedule(cells.s))
        {
            bits[g.ue] += g.rateBps * cells.s.slotSeconds;
            ++held[g.ue];
        }
        NS_TEST_EXPECT_MSG_EQ(held[0], 1, "one bit");
        NS_TEST_EXPECT_MSG_GT_OR_EQ(bits[1], 110000, "the whole backlog");
        NS_TEST_EXPECT_MSG_LT(held[1], 7, "no more than it needs");
    }

    /// Weighted sums of rates for K = 1, 2 and 3, each with the best split.
    void Sums()
    {
        for (const Direction d : DIRECTIONS)
        {
            std::vector<double> sum;
            for (uint32_t k = 1; k <= 3; ++k)
            {
                double total = 0;
                for (int seed = 0; seed < 20; ++seed)
                {
                    Cells cells(1, 8, 4, k, seed, 0);
                    cells.Load(d, 100000000);
                    for (uint32_t i = 0; i < 8; ++i)
                    {
                        cells.s.ues[i].backlogBits[d] *= 1 + i % 4;
                    }
                    auto scheduler = MakeScheduler("ns3::noma::NomaMaxWeightMetric");
                    scheduler->SetAttribute("DownlinkPower",
                                            StringValue("ns3::noma::NomaWeightedSumRateSplit"));
                    for (const Grant& g : scheduler->Schedule(cells.s))
                    {
                        total += g.rateBps * static_cast<double>(cells.s.ues[g.ue].backlogBits[d]);
                    }
                }
                sum.push_back(total);
            }
            NS_TEST_EXPECT_MSG_GT(sum[1], 1.02 * sum[0], "two beat one, direction " << d);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(sum[2], sum[1], "three are no worse, direction " << d);
        }
    }
};

/**
 * @ingroup noma-test
 * The best decoding order of the uplink for a weighted sum of rates: the smallest weight first.
 */
class MacOrderTestCase : public TestCase
{
  public:
    MacOrderTestCase()
        : TestCase("Uplink order by metric is the best of all orders")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t groups = 0;
        for (int seed = 0; seed < 30; ++seed)
        {
            Cells cells(1, 5, 1, 3, seed, 0);
            cells.Load(UPLINK, 100000000);
            for (uint32_t i = 0; i < 5; ++i)
            {
                cells.s.ues[i].backlogBits.up *= 1 + (i * 7 + static_cast<uint32_t>(seed)) % 5;
            }
            auto scheduler = MakeScheduler("ns3::noma::NomaMaxWeightMetric");
            scheduler->SetAttribute("OrderByMetric", BooleanValue(true));
            const auto grants = scheduler->Schedule(cells.s);
            double value = 0;
            for (const Grant& g : grants)
            {
                value += g.rateBps * static_cast<double>(cells.s.ues[g.ue].backlogBits.up);
            }
            std::vector<std::size_t> order(grants.size());
            std::iota(order.begin(), order.end(), 0);
            double best = 0;
            do
            {
                double sum = 0;
                double later = 4e-15;
                for (std::size_t k = order.size(); k-- > 0;)
                {
                    const Grant& g = grants[order[k]];
                    const double received = g.powerW * cells.csi.gain.up.At(g.ue, 0, 0);
                    sum += 1e6 * std::log2(1 + received / later) *
                           static_cast<double>(cells.s.ues[g.ue].backlogBits.up);
                    later += received;
                }
                best = std::max(best, sum);
            } while (std::next_permutation(order.begin(), order.end()));
            NOMA_TEST_EXPECT_CLOSE(value, best, 1e-9, "seed " << seed);
            groups += grants.size() > 1;
        }
        NS_TEST_EXPECT_MSG_GT(groups, 10, "too few groups");
    }
};

/**
 * @ingroup noma-test
 * Same streams, same grants; other streams, others; two schedulers do not disturb each other.
 */
class MetricStreamsTestCase : public TestCase
{
  public:
    MetricStreamsTestCase()
        : TestCase("Random grouping follows its stream")
    {
    }

  private:
    void DoRun() override
    {
        for (const char* type :
             {"ns3::noma::NomaMetricScheduler", "ns3::noma::RoundRobinScheduler"})
        {
            NS_TEST_EXPECT_MSG_EQ((Run(type, 5) == Run(type, 5)), true, type << ": same stream");
            NS_TEST_EXPECT_MSG_EQ((Run(type, 5) == Run(type, 6)), false, type << ": other stream");
        }
    }

    /// @param type TypeId of a scheduler @param stream stream
    /// @returns users of all grants of some slots, in order
    std::vector<uint32_t> Run(const std::string& type, int64_t stream)
    {
        ObjectFactory factory(type);
        const auto scheduler = factory.Create<SlotScheduler>();
        scheduler->SetAttribute("Grouping", StringValue("ns3::noma::NomaRandomGrouping"));
        if (const auto metric = DynamicCast<NomaMetricScheduler>(scheduler))
        {
            metric->SetMetric(CreateObject<NomaMaxWeightMetric>());
        }
        NS_TEST_EXPECT_MSG_EQ(scheduler->AssignStreams(stream), 1, "one stream");
        std::vector<uint32_t> users;
        Cells cells(1, 8, 4, 2, 1, 0);
        cells.Load(DOWNLINK, 100000000);
        for (uint32_t i = 0; i < 8; ++i)
        {
            cells.s.ues[i].backlogBits.down *= 1 + i % 4; // weak users have waited longer
        }
        for (cells.s.slot = 0; cells.s.slot < 5; ++cells.s.slot)
        {
            for (const Grant& g : scheduler->Schedule(cells.s))
            {
                users.push_back(100 * g.subchannel + g.ue);
            }
        }
        return users;
    }
};

/**
 * @ingroup noma-test
 * Round robin, whatever the indices: a user nearer to the access point gets no less than one twice
 * as far away.
 */
class RoundRobinDistanceTestCase : public TestCase
{
  public:
    RoundRobinDistanceTestCase()
        : TestCase("Round robin: 60 m gets more than 120 m, whatever the indices")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<double> distances{30, 60, 120, 121};
        do
        {
            Cells cells(1, 4, 2, 2, 1, 0);
            for (uint32_t i = 0; i < 4; ++i)
            {
                for (uint32_t m = 0; m < 2; ++m)
                {
                    cells.csi.gain.down.At(i, 0, m) = std::pow(distances[i], -5.0);
                }
            }
            cells.Load(DOWNLINK, 100000000);
            const auto scheduler = CreateObject<RoundRobinScheduler>();
            std::map<double, double> rate;
            for (cells.s.slot = 0; cells.s.slot < 8; ++cells.s.slot)
            {
                for (const Grant& g : scheduler->Schedule(cells.s))
                {
                    rate[distances[g.ue]] += g.rateBps;
                }
            }
            NS_TEST_EXPECT_MSG_GT(rate[30], rate[120], "30 m and 120 m");
            NS_TEST_EXPECT_MSG_GT(rate[60], rate[120], "60 m and 120 m");
            NS_TEST_EXPECT_MSG_GT(rate[60], rate[121], "60 m and 121 m");
        } while (std::next_permutation(distances.begin(), distances.end()));
    }
};

/**
 * @ingroup noma-test
 * Schedulers for any traffic.
 */
class NomaMetricSchedulerTestSuite : public TestSuite
{
  public:
    NomaMetricSchedulerTestSuite()
        : TestSuite("noma-metric-scheduler", Type::UNIT)
    {
        AddTestCase(new RoundRobinDistanceTestCase);
        AddTestCase(new MetricChoiceTestCase);
        AddTestCase(new MetricRulesTestCase);
        AddTestCase(new MacOrderTestCase);
        AddTestCase(new MetricStreamsTestCase);
    }
};

NomaMetricSchedulerTestSuite g_nomaMetricSchedulerTestSuite; //!< instance

} // namespace
