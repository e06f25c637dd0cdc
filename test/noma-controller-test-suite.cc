/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-greedy-rule.h"
#include "ns3/noma-slot-rule.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/noma-split-rule.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <map>
#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Gains out of a table.
class TableCsi : public CsiView
{
  public:
    PerDirection<GainTensor> gain; //!< the table

    double Gain(Direction d, uint32_t ue, uint32_t ap, uint32_t m) const override
    {
        return gain[d].At(ue, ap, m);
    }

    void Row(Direction d, uint32_t ap, uint32_t m, double* out) const override
    {
        std::copy(gain[d].Row(ap, m), gain[d].Row(ap, m) + gain[d].GetUsers(), out);
    }
};

/// A network without anything behind it.
struct Cells
{
    TableCsi csi;   //!< its gains
    SlotSnapshot s; //!< its snapshot

    /// Rayleigh fading, cells of equal size. @param aps cells @param perAp users of each
    /// @param subchannels M @param k K @param seed of the gains @param cross gain between cells
    Cells(uint32_t aps, uint32_t perAp, uint32_t subchannels, uint32_t k, int seed, double cross)
    {
        std::mt19937_64 rng(seed);
        std::exponential_distribution<double> draw(1.0);
        const uint32_t users = aps * perAp;
        for (Direction d : DIRECTIONS)
        {
            csi.gain[d] = GainTensor(users, aps, subchannels);
            for (uint32_t i = 0; i < users; ++i)
            {
                const double path = std::pow(10.0, -9 - 2.5 * (i / aps % 4) / 3.0);
                for (uint32_t n = 0; n < aps; ++n)
                {
                    for (uint32_t m = 0; m < subchannels; ++m)
                    {
                        csi.gain[d].At(i, n, m) = path * (n == i % aps ? 1 : cross) * draw(rng);
                    }
                }
            }
            s.subchannelHz[d] = 1e6;
            s.noiseW[d] = 4e-15;
        }
        s.slotSeconds = 0.01;
        s.aps = aps;
        s.subchannels = subchannels;
        s.maxSuperposed = k;
        s.apOn.assign(aps, true);
        s.apMaxPowerW.assign(aps, 10.0);
        s.csi = &csi;
        s.ues.resize(users);
        for (uint32_t i = 0; i < users; ++i)
        {
            s.ues[i].ap = i % aps;
            s.ues[i].maxPowerW.up = 0.3;
            s.ues[i].maxPowerW.down = 10.0;
        }
    }

    /// Everybody has much to send. @param d direction @param bits backlog
    void Load(Direction d, uint64_t bits)
    {
        for (auto& ue : s.ues)
        {
            ue.backlogBits[d] = bits;
        }
    }
};

/// Gives every user of a cell the same shares of all its subchannels.
class FixedSharesAllocator : public Allocator
{
  public:
    /// @param shares by user, subchannel; the sum over subchannels is at most 1
    explicit FixedSharesAllocator(std::vector<std::vector<double>> shares)
        : m_shares(std::move(shares))
    {
    }

    std::string GetName() const override
    {
        return "fixed-shares";
    }

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& /* options */) override
    {
        Allocation a;
        for (std::size_t i = 0; i < instance.users.size(); ++i)
        {
            UserDecision u;
            for (Direction d : DIRECTIONS)
            {
                u.link[d].powerW = instance.users[i].powerW[d].max;
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    if (m_shares[i][m] > 0)
                    {
                        u.link[d].shares.push_back({m, m_shares[i][m]});
                    }
                }
            }
            a.decision.users.push_back(u);
        }
        return a;
    }

    std::vector<std::vector<double>> m_shares; //!< by user, subchannel
};

/// @returns a controller with maximum power and no fall-back @param rule slot rule
Ptr<SplitInferenceController>
MakeController(const std::string& rule)
{
    auto c = CreateObject<SplitInferenceController>();
    c->SetAttribute("Allocator", StringValue("edge-only"));
    c->SetAttribute("SlotRule", StringValue(rule));
    c->SetAttribute("MaximumPower", BooleanValue(true));
    c->SetAttribute("FallBack", BooleanValue(false));
    return c;
}

/**
 * @ingroup noma-test
 * Under `credit` the fraction of 1,000 slots a user is granted a subchannel is its share within
 * 2 %: random plans, one and three users at a time.
 */
class SharesTestCase : public TestCase
{
  public:
    SharesTestCase()
        : TestCase("fluid shares are realised by credit")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(3);
        std::uniform_real_distribution<double> draw(0, 1);
        double worst = 0;
        for (uint32_t round = 0; round < 12; ++round)
        {
            const uint32_t k = 1 + round % 3;
            const uint32_t users = 9;
            const uint32_t subchannels = 3;
            Cells cells(1, users, subchannels, k, 1, 0);
            cells.Load(UPLINK, 1u << 30);
            std::vector<std::vector<double>> shares(users, std::vector<double>(subchannels));
            // random rows, scaled until rows are at most 1 and columns at most K
            for (auto& row : shares)
            {
                for (auto& x : row)
                {
                    x = draw(rng) < 0.5 ? 0 : draw(rng);
                }
            }
            for (int pass = 0; pass < 50; ++pass)
            {
                for (auto& row : shares)
                {
                    double sum = 0;
                    for (double x : row)
                    {
                        sum += x;
                    }
                    for (auto& x : row)
                    {
                        x /= std::max(1.0, sum);
                    }
                }
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    double sum = 0;
                    for (const auto& row : shares)
                    {
                        sum += row[m];
                    }
                    for (auto& row : shares)
                    {
                        row[m] /= std::max(1.0, sum / (0.85 * k)); // leaves room
                    }
                }
            }
            // a share of 0.05 is at least 50 slots of 1,000
            std::vector<double> column(subchannels, 0);
            for (auto& row : shares)
            {
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    row[m] = row[m] < 0.05 ? 0 : row[m];
                    column[m] += row[m];
                }
            }
            for (auto& row : shares)
            {
                // everybody has bits to send, so nobody may go without
                if (*std::max_element(row.begin(), row.end()) <= 0)
                {
                    const auto least = std::min_element(column.begin(), column.end());
                    NS_TEST_ASSERT_MSG_LT(*least, k - 0.05, "there is room");
                    row[static_cast<std::size_t>(least - column.begin())] = 0.05;
                    *least += 0.05;
                }
            }
            auto controller = MakeController("ns3::noma::CreditRule");
            controller->SetAllocator(std::make_unique<FixedSharesAllocator>(shares));
            std::map<uint32_t, double> held;
            std::map<std::pair<uint32_t, uint32_t>, double> cell;
            for (uint64_t slot = 0; slot < 1000; ++slot)
            {
                cells.s.slot = slot;
                for (const Grant& g : controller->Schedule(cells.s))
                {
                    held[g.ue] += 1e-3;
                    cell[{g.ue, g.subchannel}] += 1e-3;
                }
            }
            for (uint32_t i = 0; i < users; ++i)
            {
                double x = 0;
                for (double share : shares[i])
                {
                    x += share;
                }
                if (x > 0)
                {
                    worst = std::max(worst, std::abs(held[i] / x - 1));
                }
                NOMA_TEST_EXPECT_NEAR(held[i], x, 0.02 * x + 1e-9, "user " << i << ", K = " << k);
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    NOMA_TEST_EXPECT_NEAR((cell[{i, m}]),
                                          shares[i][m],
                                          0.02,
                                          "user " << i << " on subchannel " << m);
                }
            }
            controller->Dispose();
        }
        NS_TEST_EXPECT_MSG_EQ((worst > 0), true, "not trivially exact");
    }
};

/**
 * @ingroup noma-test
 * Whatever the rule, grants are legal (the base class checks), everybody with a backlog is served
 * in turn, rates are what the receivers compute, and nobody without a backlog gets anything.
 */
class RulesTestCase : public TestCase
{
  public:
    RulesTestCase()
        : TestCase("grants of all slot rules")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string name :
             {"RoundRobinRule", "CreditRule", "ProportionalFairRule", "SmithRule"})
        {
            for (const bool fallBack : {false, true})
            {
                Cells cells(3, 8, 4, 3, 5, 0.1);
                cells.Load(UPLINK, 200000);
                cells.Load(DOWNLINK, 50000);
                cells.s.ues[4].backlogBits.up = 0;
                cells.s.ues[5].on = false;
                auto controller = MakeController("ns3::noma::" + name);
                controller->SetAttribute("FallBack", BooleanValue(fallBack));
                std::vector<double> sent(cells.s.ues.size());
                for (uint64_t slot = 0; slot < 2000; ++slot)
                {
                    cells.s.slot = slot;
                    std::vector<GrantOutcome> outcomes;
                    auto adaptation = CreateObject<NomaLinkAdaptation>();
                    std::vector<Grant> grants = controller->Schedule(cells.s);
                    std::vector<Grant> again = grants;
                    adaptation->Adapt(cells.s, again);
                    for (std::size_t i = 0; i < grants.size(); ++i)
                    {
                        const Grant& g = grants[i];
                        auto& backlog = cells.s.ues[g.ue].backlogBits[g.direction];
                        NS_TEST_EXPECT_MSG_EQ((backlog > 0), true, "something to send");
                        NOMA_TEST_EXPECT_CLOSE(g.rateBps, again[i].rateBps, 1e-12, "rate");
                        GrantOutcome o;
                        o.grant = g;
                        o.blockBits = static_cast<uint64_t>(g.rateBps * cells.s.slotSeconds);
                        o.payloadBits = std::min(o.blockBits, backlog);
                        o.decoded = true;
                        backlog -= o.payloadBits;
                        sent[g.ue] += static_cast<double>(o.payloadBits);
                        outcomes.push_back(o);
                    }
                    controller->Report(outcomes);
                }
                for (uint32_t i = 0; i < cells.s.ues.size(); ++i)
                {
                    const double expected = (i == 5 ? 0.0 : i == 4 ? 50000.0 : 250000.0);
                    NS_TEST_EXPECT_MSG_EQ(sent[i], expected, name << ": user " << i);
                }
                controller->Dispose();
            }
        }
    }
};

/**
 * @ingroup noma-test
 * The greedy rules superpose where that serves more, and only there; the fall-back of the other
 * rule comes to the same.
 */
class SuperposeTestCase : public TestCase
{
  public:
    SuperposeTestCase()
        : TestCase("superposing only where it gains")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string rule : {"SmithRule", "CreditRule"})
        {
            // 20 dB apart and far above the noise: together they carry more than in turn
            NS_TEST_EXPECT_MSG_EQ(Groups(rule, 1e-9, 1e-11, 0), 2, rule << ": pays");
            // with useless cancellation the second user costs more than it brings
            NS_TEST_EXPECT_MSG_EQ(Groups(rule, 1e-10, 1e-10, 1.0), 1, rule << ": does not pay");
        }
    }

    /// @returns users granted the one uplink subchannel @param rule slot rule @param strong a gain
    /// @param weak the other @param residual of cancellation
    std::size_t Groups(const std::string& rule, double strong, double weak, double residual)
    {
        Cells cells(1, 2, 1, 2, 1, 0);
        cells.csi.gain.up.At(0, 0, 0) = strong;
        cells.csi.gain.up.At(1, 0, 0) = weak;
        cells.s.residual = residual;
        cells.Load(UPLINK, 1u << 30);
        auto controller = MakeController("ns3::noma::" + rule);
        controller->SetAttribute("FallBack", BooleanValue(true));
        const std::size_t size = controller->Schedule(cells.s).size();
        controller->Dispose();
        return size;
    }
};

/**
 * @ingroup noma-test
 * Decisions take effect after the set delay and every set period.
 */
class DelayTestCase : public TestCase
{
  public:
    DelayTestCase()
        : TestCase("control period and decision delay")
    {
    }

  private:
    void DoRun() override
    {
        Cells cells(1, 2, 2, 1, 1, 0);
        cells.Load(UPLINK, 1u << 30);
        auto controller = MakeController("ns3::noma::CreditRule");
        controller->SetAttribute("ControlPeriod", UintegerValue(5));
        controller->SetAttribute("DecisionDelay", UintegerValue(3));
        controller->SetAllocator(std::make_unique<FixedSharesAllocator>(
            std::vector<std::vector<double>>{{0, 1}, {1, 0}}));
        m_slots.clear();
        controller->TraceConnectWithoutContext("Decided",
                                               MakeCallback(&DelayTestCase::OnDecided, this));
        for (uint64_t slot = 0; slot < 12; ++slot)
        {
            cells.s.slot = slot;
            controller->Schedule(cells.s);
            const bool planned = !controller->GetPlan()[0].link.up.shares.empty();
            NS_TEST_EXPECT_MSG_EQ(planned, (slot >= 3), "plan in effect in slot " << slot);
        }
        const std::vector<uint64_t> expected{0, 5, 10};
        NS_TEST_EXPECT_MSG_EQ((m_slots == expected), true, "slots of decisions");
        controller->Dispose();
    }

    /// @param report of the controller
    void OnDecided(const ControlReport& report)
    {
        m_slots.push_back(report.slot);
        NS_TEST_EXPECT_MSG_EQ(report.users, 2, "users");
    }

    std::vector<uint64_t> m_slots; //!< of decisions
};

/**
 * @ingroup noma-test
 * Queue-aware splits before anything is measured: users that a poor plan leaves to slow devices
 * go to the edge while the radio can carry them; a small estimated gain is not acted upon.
 */
class QueueAwareTestCase : public TestCase
{
  public:
    QueueAwareTestCase()
        : TestCase("queue-aware splits")
    {
    }

  private:
    void DoRun() override
    {
        for (const double minGain : {0.0, 0.1, 0.99})
        {
            // alone, a tensor takes a second; the device takes ten
            BuiltInstance built = Burst(4, 1.0);
            Decision decision = OnDevice(4);
            auto rule = CreateObject<QueueAwareSplitRule>();
            rule->SetAttribute("MinGain", DoubleValue(minGain));
            rule->Choose(built, decision);
            for (const auto& u : decision.users)
            {
                NS_TEST_EXPECT_MSG_EQ(u.option, (minGain < 0.5 ? 0U : 1U), "gain " << minGain);
            }
        }
        // of twenty, six: 1.5 (1 + ... + k) + 10 (20 - k) seconds are least for k = 6
        BuiltInstance built = Burst(20, 1.5);
        Decision decision = OnDevice(20);
        CreateObject<QueueAwareSplitRule>()->Choose(built, decision);
        const auto offloaded = std::count_if(decision.users.begin(),
                                             decision.users.end(),
                                             [](const UserDecision& u) { return u.option == 0; });
        NS_TEST_EXPECT_MSG_EQ(offloaded, 6, "users at the edge");
    }

    /// @returns tasks of one cell with one subchannel @param users number of them
    /// @param seconds time of a tensor on the subchannel
    static BuiltInstance Burst(uint32_t users, double seconds)
    {
        BuiltInstance built;
        Instance& i = built.instance;
        i.subchannels = 1;
        i.bandwidthHz.up = i.bandwidthHz.down = 1e6;
        EdgeServer edge;
        edge.units = users;
        edge.clockHz = 1e12;
        edge.flopPerCycle = 1;
        i.edges.push_back(edge);
        // an SNR of 3, 2 bit/s/Hz
        User u;
        u.clockHz = 1e9;
        u.flopPerCycle = 1;
        u.wT = 1;
        u.wE = 0;
        u.powerW.up = u.powerW.down = Interval{0.01, 1};
        u.options = {{0, 1e10, 2e6 * seconds, 100}, {1e10, 0, 0, 0}};
        i.users.assign(users, u);
        for (const Direction d : DIRECTIONS)
        {
            i.gain[d] = GainTensor(users, 1, 1);
            for (uint32_t k = 0; k < users; ++k)
            {
                i.gain[d].At(k, 0, 0) = 3 * i.NoiseW(d);
            }
        }
        built.choosing.assign(users, true);
        built.ues.resize(users);
        return built;
    }

    /// @returns everything on the device @param users number of users
    static Decision OnDevice(uint32_t users)
    {
        Decision decision;
        decision.users.resize(users);
        for (auto& u : decision.users)
        {
            u.option = 1;
        }
        return decision;
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class ControllerTestSuite : public TestSuite
{
  public:
    ControllerTestSuite()
        : TestSuite("noma-controller", Type::UNIT)
    {
        AddTestCase(new SharesTestCase);
        AddTestCase(new QueueAwareTestCase);
        AddTestCase(new RulesTestCase);
        AddTestCase(new SuperposeTestCase);
        AddTestCase(new DelayTestCase);
    }
};

ControllerTestSuite g_controllerTestSuite; //!< the suite

} // namespace
