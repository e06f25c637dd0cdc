/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Random traffic between all devices of a network, checked frame by frame at the receivers.
class Chatter
{
  public:
    /// @param network a network without internet stacks @param seed seed of sizes and endpoints
    Chatter(TestNetwork& network, uint32_t seed)
        : m_devices(network.aps, network.ues),
          m_rng(seed)
    {
        for (uint32_t i = 0; i < m_devices.GetN(); ++i)
        {
            m_devices.Get(i)->SetReceiveCallback(MakeCallback(&Chatter::Receive, this));
        }
    }

    /**
     * Sends frames now and every millisecond.
     *
     * @param until when it stops
     * @param perMs frames per millisecond
     * @param minSize smallest payload (byte)
     * @param maxSize greatest payload (byte)
     */
    void Run(Time until, uint32_t perMs, uint32_t minSize, uint32_t maxSize)
    {
        for (uint32_t i = 0; i < perMs; ++i)
        {
            const uint32_t from = m_rng() % m_devices.GetN();
            const uint32_t to = (from + 1 + m_rng() % (m_devices.GetN() - 1)) % m_devices.GetN();
            Send(from, to, minSize + m_rng() % (maxSize - minSize + 1));
        }
        if (Simulator::Now() < until)
        {
            Simulator::Schedule(MilliSeconds(1),
                                &Chatter::Run,
                                this,
                                until,
                                perMs,
                                minSize,
                                maxSize);
        }
    }

    /// Sends one frame. @param from device @param to device @param size payload, from 12 (byte)
    void Send(uint32_t from, uint32_t to, uint32_t size)
    {
        std::vector<uint8_t> bytes(size);
        const std::array<uint32_t, 3> content{from, to, m_sequence[{from, to}]++};
        std::copy_n(reinterpret_cast<const uint8_t*>(content.data()), 12, bytes.begin());
        m_devices.Get(from)->Send(Create<Packet>(bytes.data(), size),
                                  m_devices.Get(to)->GetAddress(),
                                  0x0800);
    }

    uint32_t received{0}; //!< frames received
    uint32_t disorder{0}; //!< frames at the wrong place, twice or out of order

  private:
    /// Checks a frame.
    bool Receive(Ptr<NetDevice> device, Ptr<const Packet> packet, uint16_t, const Address&)
    {
        ++received;
        std::array<uint32_t, 3> content{};
        packet->CopyData(reinterpret_cast<uint8_t*>(content.data()), 12);
        const auto [from, to, sequence] = content;
        auto& next = m_next[{from, to}];
        disorder += m_devices.Get(to) != device || sequence < next;
        next = sequence + 1;
        return true;
    }

    NetDeviceContainer m_devices;                                 //!< access points, then users
    std::mt19937 m_rng;                                           //!< random numbers
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> m_sequence; //!< frames sent
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> m_next;     //!< least that may come
};

/**
 * @ingroup noma-test
 * Losses, full queues, an access point that goes off, a user that leaves and returns, a user that
 * is switched off: no frame is lost silently.
 */
class ConservationTestCase : public TestCase
{
  public:
    /// @param k users superposed @param transmissions of a block, at most
    explicit ConservationTestCase(uint32_t k, uint32_t transmissions = 1)
        : TestCase("No frame is lost silently, K = " + std::to_string(k) +
                   ", L = " + std::to_string(transmissions)),
          m_k(k),
          m_transmissions(transmissions)
    {
    }

  private:
    /// Checks every 10 ms. @param network network
    void Check(TestNetwork* network)
    {
        NS_TEST_EXPECT_MSG_EQ(network->Network()->CheckConservation(),
                              "",
                              "at " << Simulator::Now().As(Time::MS));
        Simulator::Schedule(MilliSeconds(10), &ConservationTestCase::Check, this, network);
    }

    void DoRun() override
    {
        TestNetwork network;
        network.helper.SetErrorModel(LossyErrorModel::GetTypeId().GetName());
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(4));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(m_k));
        network.helper.SetNetworkAttribute("QueuePackets", UintegerValue(20));
        const bool harq = m_transmissions > 1;
        network.helper.SetNetworkAttribute("RetryLimit", UintegerValue(harq ? 0 : 1));
        network.helper.SetNetworkAttribute("HarqTransmissions", UintegerValue(m_transmissions));
        network.helper.SetNetworkAttribute("FeedbackDelay", UintegerValue(harq ? 2 : 0));
        std::vector<Vector> users;
        std::mt19937 rng(5);
        for (uint32_t i = 0; i < 12; ++i)
        {
            users.emplace_back(rng() % 1000, rng() % 400, 1.5);
        }
        network.Build({{100, 200, 10}, {500, 200, 10}, {900, 200, 10}}, users, false);
        Chatter chatter(network, 6);
        Simulator::ScheduleNow(&ConservationTestCase::Check, this, &network);
        chatter.Run(Seconds(1.5), 40, 12, 1600); // more than fits, some above the MTU
        const auto at = [](double s, auto action) { Simulator::Schedule(Seconds(s), action); };
        const auto ap = DynamicCast<NomaNetDevice>(network.aps.Get(1));
        const auto ue = DynamicCast<NomaNetDevice>(network.ues.Get(5));
        at(0.3, [&] { network.Move(3, {50000, 0, 1.5}); });
        at(0.5003, [&] { ap->SetOn(false); });
        at(0.6004, [&] { ue->SetOn(false); });
        at(0.7, [&] {
            NS_TEST_EXPECT_MSG_EQ(network.ues.Get(3)->IsLinkUp(), false, "out of coverage");
            NS_TEST_EXPECT_MSG_EQ(ue->IsLinkUp(), false, "switched off");
            // no such device
            network.ues.Get(0)->Send(Create<Packet>(100), Mac48Address("00:00:11:11:11:11"), 0x800);
            network.aps.Get(0)->Send(Create<Packet>(100), Mac48Address("00:00:11:11:11:11"), 0x800);
        });
        at(0.8, [&] { network.Move(3, users[3]); });
        at(0.9, [&] { ue->SetOn(true); });
        at(1.0005, [&] { ap->SetOn(true); });
        Simulator::Stop(Seconds(8));
        Simulator::Run();

        auto total = network.Total(UPLINK);
        total += network.Total(DOWNLINK);
        for (uint32_t i = 0; i < 3; ++i)
        {
            total.dropped[4] +=
                network.Network()->GetAp(i)->GetTxCounters().Dropped(DropReason::NO_DESTINATION);
        }
        for (std::size_t i = 0; i < DROP_REASONS; ++i)
        {
            NS_TEST_EXPECT_MSG_GT(total.dropped[i].packets,
                                  0,
                                  "no drop: " << DropReasonName(static_cast<DropReason>(i)));
        }
        uint64_t queued = 0;
        uint64_t handed = 0;
        for (uint32_t i = 0; i < 12; ++i)
        {
            queued += network.Network()->GetLinkQueued(UPLINK, i).packets;
            queued += network.Network()->GetLinkQueued(DOWNLINK, i).packets;
            handed += network.Network()->GetUe(i)->GetRxCount().packets;
            handed += network.Network()->GetUe(i)->GetRxRefused().packets;
        }
        NS_TEST_EXPECT_MSG_EQ(queued, 0, "queues are empty after the traffic");
        NS_TEST_EXPECT_MSG_EQ(handed,
                              network.Total(DOWNLINK).delivered.packets,
                              "frames that left a downlink and those users got");
        NS_TEST_EXPECT_MSG_GT(chatter.received, 5000, "traffic");
        NS_TEST_EXPECT_MSG_EQ(chatter.disorder, 0, "in order, once, at the right place");
        Simulator::Destroy();
    }

    uint32_t m_k;             //!< users superposed
    uint32_t m_transmissions; //!< of a block
};

/**
 * @ingroup noma-test
 * What waits follows its user, and waits while nobody serves the user.
 */
class HandoverTestCase : public TestCase
{
  public:
    HandoverTestCase()
        : TestCase("Queued data follow the user to another access point")
    {
    }

  private:
    /// Notes an association. @param from before @param to after
    void Associated(uint32_t from, uint32_t to)
    {
        m_path.emplace_back(from, to);
        m_waiting.push_back(m_network->Network()->GetLinkQueued(UPLINK, 0).packets);
    }

    void DoRun() override
    {
        TestNetwork network;
        m_network = &network;
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(1));
        network.helper.SetNetworkAttribute("UplinkBandwidth", DoubleValue(2e5));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(2e5));
        network.Build({{0, 0, 10}, {300, 0, 10}}, {{20, 0, 1}, {310, 0, 1}}, false);
        Chatter chatter(network, 1);
        network.ues.Get(0)->TraceConnectWithoutContext(
            "Association",
            MakeCallback(&HandoverTestCase::Associated, this));
        const uint32_t frames = 600;
        for (uint32_t i = 0; i < frames; ++i)
        {
            chatter.Send(2, i % 2, 1000); // up, to both access points
            if (i % 4 == 0)
            {
                chatter.Send(2, 3, 200); // to the other user
                chatter.Send(1, 2, 500); // down
            }
        }
        const auto to = [&](double s, const Vector& where) {
            Simulator::Schedule(Seconds(s), &TestNetwork::Move, &network, 0, where);
        };
        const auto ap1 = DynamicCast<NomaNetDevice>(network.aps.Get(1));
        to(0.25, {290, 0, 1});
        Simulator::Schedule(Seconds(0.5), &NomaNetDevice::SetOn, ap1, false);
        Simulator::Schedule(Seconds(0.6), &NomaNetDevice::SetOn, ap1, true);
        to(0.8, {1e6, 0, 1});
        to(1.2, {10, 0, 1});
        Simulator::Stop(Seconds(60));
        Simulator::Run();
        const std::vector<std::pair<uint32_t, uint32_t>> expected =
            {{NONE, 0}, {0, 1}, {1, 0}, {0, 1}, {1, NONE}, {NONE, 0}};
        NS_TEST_EXPECT_MSG_EQ((m_path == expected), true, "who served the user");
        for (const uint64_t waiting : m_waiting)
        {
            NS_TEST_EXPECT_MSG_GT(waiting, 0, "something waited at each change");
        }
        const uint64_t refused = ap1->GetRxRefused().packets; // while it was off
        NS_TEST_EXPECT_MSG_EQ(chatter.received + refused, frames + 2 * frames / 4, "all arrived");
        NS_TEST_EXPECT_MSG_LT(refused, 20, "refused");
        NS_TEST_EXPECT_MSG_EQ(chatter.disorder, 0, "in order");
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        Simulator::Destroy();
    }

    TestNetwork* m_network{nullptr};                   //!< network
    std::vector<std::pair<uint32_t, uint32_t>> m_path; //!< associations
    std::vector<uint64_t> m_waiting;                   //!< frames waiting at each
};

/**
 * @ingroup noma-test
 * Throughput of two users against the two-user rate regions, K = 2 beside K = 1.
 */
class RateRegionTestCase : public TestCase
{
  public:
    RateRegionTestCase()
        : TestCase("NOMA over OMA matches the two-user rate region")
    {
    }

  private:
    /// Throughput of two users (bit/s).
    typedef std::array<double, 2> Rates;

    /// Keeps the queues filled.
    struct Source
    {
        TestNetwork& network; //!< network
        Direction direction;  //!< direction

        /// Called each slot.
        void Refill(const SlotSnapshot&, const std::vector<Grant>&)
        {
            const auto& net = network.Network();
            for (uint32_t i = 0; i < 2; ++i)
            {
                const auto from = direction == UPLINK ? network.ues.Get(i) : network.aps.Get(0);
                const auto to = direction == UPLINK ? network.aps.Get(0) : network.ues.Get(i);
                while (net->GetLinkQueued(direction, i).packets < 200)
                {
                    from->Send(Create<Packet>(1500), to->GetAddress(), 0x0800);
                }
            }
        }
    };

    /// @returns delivered bit/s of each user @param d direction @param k users superposed
    static Rates Measure(Direction d, uint32_t k)
    {
        TestNetwork network;
        network.helper.SetFading("ns3::noma::NomaNoFadingModel");
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(1));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(k));
        network.helper.SetUeAttribute("TxPower", DoubleValue(20));
        network.helper.SetApAttribute("TxPower", DoubleValue(30));
        // path loss exponent 5: 20 dB between 100 m and 100 m * 10^0.4
        network.Build({{0, 0, 0}}, {{100, 0, 0}, {0, 100 * std::pow(10, 0.4), 0}}, false);
        Source source{network, d};
        network.Network()->TraceConnectWithoutContext("Slot",
                                                      MakeCallback(&Source::Refill, &source));
        Simulator::Stop(Seconds(0.1));
        Simulator::Run();
        Rates before{};
        Rates rates{};
        const auto bits = [&](uint32_t i) {
            return 8.0 *
                   static_cast<double>(network.Network()->GetLinkCounters(d, i).delivered.bytes);
        };
        before = {bits(0), bits(1)};
        Simulator::Stop(Seconds(1));
        Simulator::Run();
        rates = {bits(0) - before[0], bits(1) - before[1]};
        Simulator::Destroy();
        return rates;
    }

    void DoRun() override
    {
        const double w = 10e6;
        const double noise = NoisePowerW(-174, 0, w);
        const double strong = 1e-10 / noise; // 100 m
        const double weak = 1e-12 / noise;
        const auto rate = [w](double sinr) { return w * std::log2(1 + sinr); };
        Rates expected;

        const double p = 0.1;
        const auto upOma = Measure(UPLINK, 1);
        expected = {rate(p * strong) / 2, rate(p * weak) / 2};
        Compare("uplink OMA", upOma, expected);
        const auto upNoma = Measure(UPLINK, 2);
        expected = {rate(p * strong / (1 + p * weak)), rate(p * weak)};
        Compare("uplink NOMA", upNoma, expected);
        const double gain = rate(p * (strong + weak)) / (rate(p * strong) + rate(p * weak)) * 2;
        NOMA_TEST_EXPECT_CLOSE((upNoma[0] + upNoma[1]) / (upOma[0] + upOma[1]),
                               gain,
                               0.01,
                               "uplink gain of NOMA over OMA");
        NS_TEST_EXPECT_MSG_GT(gain, 1.05, "there is a gain");

        const double q = 1.0;
        const auto downOma = Measure(DOWNLINK, 1);
        expected = {rate(q * strong) / 2, rate(q * weak) / 2};
        Compare("downlink OMA", downOma, expected);
        const auto downNoma = Measure(DOWNLINK, 2);
        const double share =
            std::pow(strong, -0.4) / (std::pow(strong, -0.4) + std::pow(weak, -0.4));
        expected = {rate(share * q * strong),
                    rate((1 - share) * q * weak / (1 + share * q * weak))};
        Compare("downlink NOMA", downNoma, expected);
        // superposition dominates time sharing: both users better off than on its line
        const double used = downNoma[0] / rate(q * strong) + downNoma[1] / rate(q * weak);
        NS_TEST_EXPECT_MSG_GT(used, 1.02, "beyond time sharing");
    }

    /// @param what name @param actual measured @param expected formula
    void Compare(const std::string& what, const Rates& actual, const Rates& expected)
    {
        // headers of segments cost 0.3 %, packets cut at the ends of the measurement less
        NOMA_TEST_EXPECT_CLOSE(actual[0], expected[0], 0.01, what << ", strong user");
        NOMA_TEST_EXPECT_CLOSE(actual[1], expected[1], 0.01, what << ", weak user");
    }
};

/**
 * @ingroup noma-test
 * Wrong channel knowledge: the outer loop keeps the block error rate near its target.
 */
class StaleCsiTestCase : public TestCase
{
  public:
    StaleCsiTestCase()
        : TestCase("Block error rate near the target with aged and noisy channel knowledge")
    {
    }

  private:
    /// Counts a block. @param outcome outcome
    void Count(const GrantOutcome& outcome)
    {
        if (Simulator::Now() > Seconds(1))
        {
            ++m_blocks;
            m_lost += !outcome.decoded;
        }
    }

    void DoRun() override
    {
        for (const bool noisy : {false, true})
        {
            m_blocks = 0;
            m_lost = 0;
            TestNetwork network;
            network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                                     "CoherenceTime",
                                     TimeValue(MilliSeconds(1)),
                                     "Correlation",
                                     DoubleValue(0.9));
            network.helper.SetCsiEstimator("ns3::noma::NomaNoisyCsiEstimator",
                                           "Delay",
                                           UintegerValue(noisy ? 0 : 2),
                                           "ErrorVariance",
                                           DoubleValue(noisy ? 0.05 : 0.0));
            network.Build({{0, 0, 10}, {400, 0, 10}},
                          {{60, 0, 1}, {-90, 0, 1}, {350, 30, 1}, {450, 0, 1}},
                          false);
            network.Network()->TraceConnectWithoutContext(
                "Block",
                MakeCallback(&StaleCsiTestCase::Count, this));
            Chatter chatter(network, 4);
            chatter.Run(Seconds(3), 20, 1000, 1500);
            Simulator::Stop(Seconds(3));
            Simulator::Run();
            const double bler = static_cast<double>(m_lost) / static_cast<double>(m_blocks);
            NS_TEST_EXPECT_MSG_GT(m_blocks, 5000, "traffic");
            NS_TEST_EXPECT_MSG_GT(bler, 0.02, "knowledge is wrong");
            NS_TEST_EXPECT_MSG_LT(bler, 0.12, "the outer loop holds, noisy = " << noisy);
            NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
            Simulator::Destroy();
        }
    }

    uint64_t m_blocks{0}; //!< blocks
    uint64_t m_lost{0};   //!< lost blocks
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaMacTestSuite : public TestSuite
{
  public:
    NomaMacTestSuite()
        : TestSuite("noma-mac", Type::SYSTEM)
    {
        AddTestCase(new ConservationTestCase(1));
        AddTestCase(new ConservationTestCase(3));
        AddTestCase(new ConservationTestCase(3, 3));
        AddTestCase(new HandoverTestCase);
        AddTestCase(new RateRegionTestCase);
        AddTestCase(new StaleCsiTestCase);
    }
};

NomaMacTestSuite g_nomaMacTestSuite; //!< the suite

} // namespace
