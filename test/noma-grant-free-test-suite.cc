/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Uncoordinated access through packets, against the closed forms of slotted and power-domain ALOHA.
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-grant-free-scheduler.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// A cell of uncoordinated access.
struct Aloha
{
    uint32_t users;       //!< users
    uint32_t subchannels; //!< M
    uint32_t levels;      //!< L
    double probability;   //!< of sending

    /**
     * Thins users level by level, from the highest down: a level is decoded if it holds one user,
     * and nothing is decoded from the first level on that holds more.
     *
     * @param left users that chose no higher level
     * @param level levels looked at so far
     * @returns mean number of blocks decoded on a subchannel from here on
     */
    double Decoded(uint32_t left, uint32_t level = 0) const
    {
        if (level == levels || left == 0)
        {
            return 0;
        }
        const double q = probability / (subchannels * levels);
        const double c = q / (1 - level * q);
        const double none = std::pow(1 - c, left);
        const double one = left * c * std::pow(1 - c, left - 1);
        return none * Decoded(left, level + 1) + one * (1 + Decoded(left - 1, level + 1));
    }
};

/**
 * @ingroup noma-test
 * Blocks decoded per slot.
 */
class AlohaTestCase : public TestCase
{
  public:
    /**
     * @param aloha the cell
     * @param expected blocks decoded per slot
     */
    AlohaTestCase(const Aloha& aloha, double expected)
        : TestCase(std::to_string(aloha.users) + " users, " + std::to_string(aloha.subchannels) +
                   " subchannels, " + std::to_string(aloha.levels) + " levels"),
          m_aloha(aloha),
          m_expected(expected)
    {
    }

  private:
    void DoRun() override
    {
        NOMA_TEST_EXPECT_NEAR(m_aloha.subchannels * m_aloha.Decoded(m_aloha.users),
                              m_expected,
                              5e-6,
                              "closed form");
        TestNetwork network;
        network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(m_aloha.subchannels));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(m_aloha.users));
        network.helper.SetNetworkAttribute("RetryLimit", UintegerValue(1000000));
        network.helper.SetPhyAttribute("MaxLayers", UintegerValue(m_aloha.users));
        network.helper.SetScheduler("ns3::noma::NomaGrantFreeScheduler",
                                    "Probability",
                                    DoubleValue(m_aloha.probability),
                                    "Levels",
                                    UintegerValue(m_aloha.levels));
        std::vector<Vector> places;
        for (uint32_t i = 0; i < m_aloha.users; ++i)
        {
            places.emplace_back(10 + i, 0, 0);
        }
        network.Build({Vector(0, 0, 0)}, places, false);
        m_perSlot.clear();
        const NomaFullBuffer up(network.Network(), UPLINK, 20000);
        for (uint32_t i = 0; i < m_aloha.users; ++i)
        {
            Simulator::Schedule(MilliSeconds(100), [&network, i] {
                network.aps.Get(0)->Send(Create<Packet>(1000),
                                         network.ues.Get(i)->GetAddress(),
                                         0x0800);
            });
        }
        network.Network()->TraceConnectWithoutContext("Slot",
                                                      MakeCallback(&AlohaTestCase::NewSlot, this));
        network.Network()->TraceConnectWithoutContext("Block",
                                                      MakeCallback(&AlohaTestCase::Block, this));
        Simulator::Stop(Seconds(3));
        Simulator::Run();
        const auto scheduler =
            DynamicCast<NomaGrantFreeScheduler>(network.Network()->GetScheduler());
        const NomaAccessCounts counts = scheduler->GetCounts();
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        NS_TEST_EXPECT_MSG_EQ(counts.limited, 0, "power suffices");
        NS_TEST_EXPECT_MSG_EQ(counts.decoded, m_decoded, "decoded blocks");
        NS_TEST_EXPECT_MSG_EQ(network.Total(DOWNLINK).delivered.packets,
                              m_aloha.users,
                              "downlink by its own scheduler");
        Simulator::Destroy();

        // slots are independent
        const auto n = static_cast<double>(m_perSlot.size());
        double sum = 0;
        double squares = 0;
        for (const double x : m_perSlot)
        {
            sum += x;
            squares += x * x;
        }
        const double mean = sum / n;
        const double error = std::sqrt((squares / n - mean * mean) / n);
        NOMA_TEST_EXPECT_NEAR(mean, m_expected, 4 * error, "decoded per slot");
        NS_TEST_EXPECT_MSG_LT(error, 0.03 * m_expected, "too few slots");
        const double rate = static_cast<double>(counts.sent) / n;
        const double sent = m_aloha.users * m_aloha.probability;
        NOMA_TEST_EXPECT_NEAR(rate, sent, 4 * std::sqrt(sent / n), "sent per slot");
    }

    /// A slot begins.
    void NewSlot(const SlotSnapshot&, const std::vector<Grant>&)
    {
        m_perSlot.push_back(0);
    }

    /// A block ends. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        if (o.grant.direction == UPLINK && o.decoded)
        {
            m_perSlot.back() += 1;
            ++m_decoded;
        }
    }

    Aloha m_aloha;                 //!< the cell
    double m_expected;             //!< blocks decoded per slot
    uint64_t m_decoded{0};         //!< blocks decoded
    std::vector<double> m_perSlot; //!< blocks decoded by slot
};

/**
 * @ingroup noma-test
 * Uncoordinated access.
 */
class NomaGrantFreeTestSuite : public TestSuite
{
  public:
    NomaGrantFreeTestSuite()
        : TestSuite("noma-grant-free", Type::UNIT)
    {
        AddTestCase(new AlohaTestCase({10, 1, 1, 0.1}, 0.38742));
        AddTestCase(new AlohaTestCase({10, 1, 2, 0.1}, 0.60569));
        AddTestCase(new AlohaTestCase({20, 2, 2, 0.1}, 1.18417));
    }
};

NomaGrantFreeTestSuite g_nomaGrantFreeTestSuite; //!< instance

} // namespace
