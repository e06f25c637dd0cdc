/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Schedulers through packets, against order statistics and queueing theory.
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-metric-scheduler.h"
#include "ns3/noma-metric.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

constexpr double DOWN_HZ = 8e6; //!< width of the downlink band (Hz)

/// @returns the exponential integral E1 @param x argument, positive
double
E1(double x)
{
    return -std::expint(-x);
}

/// @returns mean of log2(1 + rho g), g exponential with mean 1/k (bit/s/Hz) @param k k
/// @param rho mean SNR of k = 1
double
Ergodic(double k, double rho)
{
    return std::exp(k / rho) * E1(k / rho) / std::log(2.0);
}

/**
 * @ingroup noma-test
 * Equal users under Rayleigh fading, one per subchannel: with proportional fairness each is served
 * 1/U of the time at the largest of U gains; round robin serves it at any gain.
 */
class OrderStatisticsTestCase : public TestCase
{
  public:
    /**
     * @param users number of users
     * @param scheduler TypeId of the scheduler
     */
    OrderStatisticsTestCase(uint32_t users, const std::string& scheduler)
        : TestCase(std::to_string(users) + " equal users, " + scheduler),
          m_users(users),
          m_scheduler(scheduler)
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t subchannels = 8;
        constexpr double warmUp = 0.5; // s
        constexpr double seconds = 2.5;
        const bool fair = m_scheduler == "ns3::noma::NomaMetricScheduler";
        TestNetwork network;
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(subchannels));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(1));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(DOWN_HZ));
        network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
        network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                                 "CoherenceTime",
                                 StringValue("1ms"));
        network.helper.SetScheduler(m_scheduler);
        std::vector<Vector> places;
        for (uint32_t i = 0; i < m_users; ++i)
        {
            const double angle = 2 * M_PI * i / m_users;
            places.emplace_back(300 * std::cos(angle), 300 * std::sin(angle), 0);
        }
        network.Build({Vector(0, 0, 0)}, places, false);
        if (fair)
        {
            const auto scheduler =
                DynamicCast<NomaMetricScheduler>(network.Network()->GetScheduler());
            scheduler->GetMetric()->SetAttribute("Window", DoubleValue(1000));
        }
        const NomaFullBuffer traffic(network.Network(), DOWNLINK, 20000);
        network.Network()->TraceConnectWithoutContext(
            "Slot",
            MakeCallback(&OrderStatisticsTestCase::NewSlot, this));
        network.Network()->TraceConnectWithoutContext(
            "Block",
            MakeCallback(&OrderStatisticsTestCase::Block, this));
        m_efficiency.assign(m_users, {});
        m_from = Seconds(warmUp);
        Simulator::Stop(Seconds(warmUp + seconds));
        Simulator::Run();
        const auto error = network.Network()->CheckConservation();
        NS_TEST_EXPECT_MSG_EQ(error, "", "conservation");
        Simulator::Destroy();

        double expected = Ergodic(1, m_rho);
        if (fair)
        {
            expected = 0;
            double binomial = 1;
            for (uint32_t k = 1; k <= m_users; ++k)
            {
                binomial *= static_cast<double>(m_users - k + 1) / k;
                expected += (k % 2 ? 1 : -1) * binomial * Ergodic(k, m_rho);
            }
        }
        expected /= m_users;
        for (uint32_t i = 0; i < m_users; ++i)
        {
            const auto [mean, deviation] = Moments(m_efficiency[i]);
            const double error = deviation / subchannels;
            NOMA_TEST_EXPECT_NEAR(mean / subchannels, expected, 4 * error, "user " << i);
            NS_TEST_EXPECT_MSG_LT(error, 0.05 * expected, "too few slots");
        }
    }

    /// @param x values, one per slot @returns mean and standard error, slots in batches of ten
    static std::array<double, 2> Moments(const std::vector<double>& x)
    {
        std::vector<double> batch;
        for (std::size_t i = 0; i + 10 <= x.size(); i += 10)
        {
            batch.push_back(std::accumulate(&x[i], &x[i] + 10, 0.0) / 10);
        }
        const auto n = static_cast<double>(batch.size());
        const double mean = std::accumulate(batch.begin(), batch.end(), 0.0) / n;
        double squares = 0;
        for (const double b : batch)
        {
            squares += (b - mean) * (b - mean);
        }
        return {mean, std::sqrt(squares / (n - 1) / n)};
    }

    /// A slot begins. @param s the network
    void NewSlot(const SlotSnapshot& s, const std::vector<Grant>&)
    {
        m_rho =
            s.apMaxPowerW[0] / s.subchannels * s.csi->MeanGain(DOWNLINK, 0, 0, 0) / s.noiseW.down;
        for (auto& e : m_efficiency)
        {
            if (Simulator::Now() >= m_from)
            {
                e.push_back(0);
            }
        }
    }

    /// A block ends. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        if (o.decoded && !m_efficiency[o.grant.ue].empty())
        {
            m_efficiency[o.grant.ue].back() += o.grant.rateBps / (DOWN_HZ / 8);
        }
    }

    uint32_t m_users;                              //!< number of users
    std::string m_scheduler;                       //!< scheduler
    Time m_from;                                   //!< end of the warm-up
    double m_rho{0};                               //!< mean SNR
    std::vector<std::vector<double>> m_efficiency; //!< by user and slot (bit/s/Hz)
};

/**
 * @ingroup noma-test
 * Two users with mean SNRs of 10 and 0 dB and arrivals at 0.92 of what some scheduler can carry:
 * max-weight keeps the queues short, max rate and round robin let them grow without bound.
 */
class StabilityTestCase : public TestCase
{
  public:
    StabilityTestCase()
        : TestCase("Max-weight is stable where max rate and round robin are not")
    {
    }

  private:
    void DoRun() override
    {
        // in channel uses' worth of bits; a simulation of the queues alone gives about 15 for
        // max-weight, and growth by 0.2 per slot for the others
        const double weight =
            Run("ns3::noma::NomaMetricScheduler", "ns3::noma::NomaMaxWeightMetric");
        const double rate = Run("ns3::noma::NomaMetricScheduler", "ns3::noma::NomaMaxRateMetric");
        const double turns = Run("ns3::noma::RoundRobinScheduler", "");
        NS_TEST_EXPECT_MSG_LT(weight, 60, "max-weight");
        NS_TEST_EXPECT_MSG_GT(rate, 200, "max rate");
        NS_TEST_EXPECT_MSG_GT(turns, 200, "round robin");
    }

    /// @param type TypeId of a scheduler @param metric TypeId of its metric; empty = none
    /// @returns backlog at the end (bit per channel use of a slot)
    double Run(const std::string& type, const std::string& metric)
    {
        constexpr double uses = 10000; // of a slot
        TestNetwork network;
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(1));
        network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(1));
        network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(10e6));
        network.helper.SetNetworkAttribute("QueuePackets", UintegerValue(1000000));
        network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
        network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                                 "CoherenceTime",
                                 StringValue("1ms"));
        network.helper.SetScheduler(type);
        // 0 dB where the loss is 147 dB: 43 dBm, -174 dBm/Hz over 10 MHz
        const double edge = std::pow(10.0, (43 + 174 - 70) / 50.0);
        network.Build({Vector(0, 0, 0)},
                      {Vector(edge * std::pow(10.0, -0.2), 0, 0), Vector(-edge, 0, 0)},
                      false);
        if (!metric.empty())
        {
            ObjectFactory factory(metric);
            DynamicCast<NomaMetricScheduler>(network.Network()->GetScheduler())
                ->SetMetric(factory.Create<NomaMetric>());
        }
        m_network = network.Network();
        m_arrivals = {0.92 * 1.59 * uses, 0.92 * 0.672 * uses};
        network.Network()->TraceConnectWithoutContext(
            "Slot",
            MakeCallback(&StabilityTestCase::Arrive, this));
        Simulator::Stop(Seconds(2.5));
        Simulator::Run();
        const double backlog = 8.0 / uses *
                               static_cast<double>(m_network->GetLinkQueued(DOWNLINK, 0).bytes +
                                                   m_network->GetLinkQueued(DOWNLINK, 1).bytes);
        m_network = nullptr;
        Simulator::Destroy();
        return backlog;
    }

    /// Packets of a slot, overheads included.
    void Arrive(const SlotSnapshot&, const std::vector<Grant>&)
    {
        for (uint32_t i = 0; i < 2; ++i)
        {
            constexpr double overhead = 14 + 2 * 4; // Ethernet and up to two segments
            for (uint32_t n = 0; n < 2; ++n)
            {
                const auto bytes = static_cast<uint32_t>(m_arrivals[i] / 8 / 2 - overhead);
                m_network->GetAp(0)->Send(Create<Packet>(bytes),
                                          m_network->GetUe(i)->GetAddress(),
                                          0x0800);
            }
        }
    }

    Ptr<NomaNetwork> m_network;         //!< network
    std::array<double, 2> m_arrivals{}; //!< bits per slot
};

/**
 * @ingroup noma-test
 * Schedulers against theory.
 */
class NomaSchedulingTheoryTestSuite : public TestSuite
{
  public:
    NomaSchedulingTheoryTestSuite()
        : TestSuite("noma-scheduling-theory", Type::UNIT)
    {
        for (const uint32_t users : {1U, 2U, 4U, 8U})
        {
            AddTestCase(new OrderStatisticsTestCase(users, "ns3::noma::NomaMetricScheduler"));
        }
        AddTestCase(new OrderStatisticsTestCase(4, "ns3::noma::RoundRobinScheduler"));
        AddTestCase(new StabilityTestCase);
    }
};

NomaSchedulingTheoryTestSuite g_nomaSchedulingTheoryTestSuite; //!< instance

} // namespace
