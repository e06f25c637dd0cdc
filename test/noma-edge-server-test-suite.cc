/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/basic-energy-source.h"
#include "ns3/double.h"
#include "ns3/node.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/noma-compute-processor.h"
#include "ns3/noma-edge-computer.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <functional>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * A queue in front of an edge computer: Poisson arrivals, mean time in system against theory. The
 * mean over independent replications must lie within 4 standard errors of the closed form.
 */
class EdgeQueueTestCase : public TestCase
{
  public:
    /// Law of the service time.
    enum Service
    {
        EXPONENTIAL, //!< mean 1
        FIXED,       //!< 1
        TWO_VALUES   //!< 0.5 with probability 0.8, 3 with 0.2: mean 1, second moment 2
    };

    /**
     * @param name what is tested
     * @param service law of the service time on the units of one job
     * @param discipline TypeId of the discipline
     * @param servers jobs served at a time
     * @param load arrivals x mean service / servers
     * @param expected mean time in system in units of the mean service time
     */
    EdgeQueueTestCase(const std::string& name,
                      Service service,
                      const std::string& discipline,
                      uint32_t servers,
                      double load,
                      double expected)
        : TestCase(name),
          m_service(service),
          m_discipline(discipline),
          m_servers(servers),
          m_load(load),
          m_expected(expected)
    {
    }

  private:
    void DoRun() override
    {
        std::vector<double> means;
        for (uint32_t replication = 0; replication < 20; ++replication)
        {
            means.push_back(Replicate(100 + 2 * replication));
        }
        double mean = 0;
        for (double m : means)
        {
            mean += m / static_cast<double>(means.size());
        }
        double variance = 0;
        for (double m : means)
        {
            variance += (m - mean) * (m - mean) / static_cast<double>(means.size() - 1);
        }
        const double error = std::sqrt(variance / static_cast<double>(means.size()));
        NOMA_TEST_EXPECT_NEAR(mean, m_expected, 4 * error, "mean time in system");
        NS_TEST_EXPECT_MSG_LT(error, 0.05 * m_expected, "the test would not notice 20 %");
    }

    /// @returns mean time in system @param stream first random stream
    double Replicate(int64_t stream)
    {
        const uint32_t jobs = 4000;
        const uint32_t warmUp = 500;
        const double speed = 1e9; // of the units of one job
        auto computer = CreateObject<EdgeComputer>();
        computer->SetAttribute("Units", DoubleValue(m_servers));
        computer->SetAttribute("ClockHz", DoubleValue(speed));
        computer->SetAttribute("Discipline", StringValue(m_discipline));
        auto gap = CreateObject<ExponentialRandomVariable>();
        gap->SetStream(stream);
        auto draw = CreateObject<UniformRandomVariable>();
        draw->SetStream(stream + 1);
        double sum = 0;
        uint32_t counted = 0;
        uint32_t arrived = 0;
        std::function<void()> arrive = [&] {
            const uint32_t number = arrived++;
            const Time start = Simulator::Now();
            const double u = draw->GetValue(0, 1);
            const double service = m_service == FIXED         ? 1.0
                                   : m_service == EXPONENTIAL ? -std::log(1 - u)
                                   : u < 0.8                  ? 0.5
                                                              : 3.0;
            computer->Submit(service * speed, 1, 1, [&, number, start](const ComputeResult& r) {
                if (number >= warmUp)
                {
                    sum += (r.end - start).GetSeconds();
                    ++counted;
                }
            });
            if (arrived < jobs)
            {
                Simulator::Schedule(Seconds(gap->GetValue(1 / (m_load * m_servers), 0)), arrive);
            }
        };
        Simulator::Schedule(Time(0), arrive);
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(counted, jobs - warmUp, "every job is done once");
        return sum / counted;
    }

    Service m_service;        //!< law of the service time
    std::string m_discipline; //!< discipline
    uint32_t m_servers;       //!< servers
    double m_load;            //!< load
    double m_expected;        //!< mean time in system
};

/**
 * @ingroup noma-test
 * Circuit power is drawn while jobs are served and booked on them in equal parts.
 */
class EdgeCircuitPowerTestCase : public TestCase
{
  public:
    EdgeCircuitPowerTestCase()
        : TestCase("circuit power of a server")
    {
    }

  private:
    void DoRun() override
    {
        auto computer = CreateObject<EdgeComputer>();
        computer->SetAttribute("Units", DoubleValue(2));
        computer->SetAttribute("ClockHz", DoubleValue(1e9));
        computer->SetAttribute("Kappa", DoubleValue(1e-27)); // 1 W per unit in use
        computer->SetAttribute("IdlePowerW", DoubleValue(7));
        computer->SetAttribute("CircuitPowerW", DoubleValue(100));
        auto model = CreateObject<ComputeEnergyModel>();
        computer->SetEnergyModel(model);
        computer->Initialize();
        // the third waits for the first; the second alone is served from 2 s to 3 s
        std::vector<double> energy(3, 0);
        const std::vector<double> seconds{1, 3, 1};
        for (std::size_t k = 0; k < 3; ++k)
        {
            computer->Submit(seconds[k] * 1e9, 1, 1, [&energy, k](const ComputeResult& r) {
                energy[k] = r.energyJ;
            });
        }
        Simulator::Stop(Seconds(5));
        Simulator::Run();
        NOMA_TEST_EXPECT_CLOSE(energy[0], 1 + 50, 1e-6, "half of it for a second");
        NOMA_TEST_EXPECT_CLOSE(energy[1], 3 + 200, 1e-6, "half for two seconds, all for one");
        NOMA_TEST_EXPECT_CLOSE(energy[2], 1 + 50, 1e-6, "none while it waited");
        NOMA_TEST_EXPECT_CLOSE(computer->GetEnergyJ(), 305, 1e-6, "three seconds in all");
        NOMA_TEST_EXPECT_CLOSE(model->GetTotalEnergyConsumption(),
                               305 + 35,
                               1e-6,
                               "and idle power");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Speed, energy and sharing of units worked out by hand.
 */
class EdgeUnitsTestCase : public TestCase
{
  public:
    EdgeUnitsTestCase()
        : TestCase("units, lambda(r) and energy of the edge")
    {
    }

  private:
    void DoRun() override
    {
        auto computer = CreateObject<EdgeComputer>();
        computer->SetAttribute("Units", DoubleValue(4));
        computer->SetAttribute("ClockHz", DoubleValue(1e9));
        computer->SetAttribute("FlopPerCycle", DoubleValue(2));
        computer->SetAttribute("Kappa", DoubleValue(1e-27));
        computer->SetAttribute("Lambda", StringValue("power:0.5"));
        std::vector<ComputeResult> results(4);
        const auto keep = [&results](std::size_t k) {
            return [&results, k](const ComputeResult& r) { results[k] = r; };
        };
        // 2 units: lambda 1.414; 4 units: lambda 2; the third asks for more than is left
        computer->Submit(4e9, 2, 1, keep(0));
        computer->Submit(2e9, 1, 1, keep(1));
        computer->Submit(8e9, 4, 1, keep(2));
        NS_TEST_EXPECT_MSG_EQ(computer->GetServed(), 2, "two fit");
        NS_TEST_EXPECT_MSG_EQ(computer->GetWaiting(), 1, "one waits");
        NS_TEST_EXPECT_MSG_EQ(computer->GetUnitsInUse(), 3.0, "units in use");
        Simulator::Run();
        const double t0 = 4e9 / (std::sqrt(2.0) * 2e9);
        NOMA_TEST_EXPECT_CLOSE(results[0].end.GetSeconds(), t0, 1e-8, "first");
        NOMA_TEST_EXPECT_CLOSE(results[1].end.GetSeconds(), 1.0, 1e-8, "second");
        NOMA_TEST_EXPECT_CLOSE(results[2].start.GetSeconds(), t0, 1e-8, "third waits for both");
        NOMA_TEST_EXPECT_CLOSE(results[2].end.GetSeconds(), t0 + 2.0, 1e-8, "third");
        // kappa * (lambda * clock)^2 * flops / flopPerCycle
        NOMA_TEST_EXPECT_CLOSE(results[0].energyJ, 1e-27 * 2e18 * 4e9 / 2, 1e-9, "energy");
        NOMA_TEST_EXPECT_CLOSE(results[2].energyJ, 1e-27 * 4e18 * 8e9 / 2, 1e-9, "energy");

        // other units half way: 1 s at lambda 1, then lambda 2
        ComputeResult changed;
        const Time start = Simulator::Now();
        const auto job =
            computer->Submit(4e9, 1, 1, [&changed](const ComputeResult& r) { changed = r; });
        Simulator::Schedule(Seconds(1), [&computer, job] { computer->SetUnits(job, 4); });
        Simulator::Run();
        NOMA_TEST_EXPECT_CLOSE((changed.end - start).GetSeconds(), 1.5, 1e-8, "changed units");
        NOMA_TEST_EXPECT_CLOSE(changed.energyJ,
                               1e-27 * 1e18 * 2e9 / 2 + 1e-27 * 4e18 * 2e9 / 2,
                               1e-8,
                               "energy by units held");

        // 8 W on 4 units: looked at, taken back and lost midway
        const double before = computer->GetEnergyJ();
        NOMA_TEST_EXPECT_CLOSE(before,
                               results[0].energyJ + results[1].energyJ + results[2].energyJ +
                                   changed.energyJ,
                               1e-9,
                               "energy of all jobs");
        const auto never = [](const ComputeResult&) {};
        const auto taken = computer->Submit(8e9, 4, 1, never);
        Simulator::Schedule(Seconds(0.5), [&] {
            NOMA_TEST_EXPECT_CLOSE(computer->GetEnergyJ() - before, 4.0, 1e-8, "midway");
        });
        Simulator::Schedule(Seconds(1), [&] {
            NOMA_TEST_EXPECT_CLOSE(computer->Cancel(taken), 8.0, 1e-8, "spent on it");
            NOMA_TEST_EXPECT_CLOSE(computer->GetEnergyJ() - before, 8.0, 1e-8, "cancelled");
            computer->Submit(8e9, 4, 1, never);
        });
        Simulator::Schedule(Seconds(1.25), [&] {
            computer->Clear();
            NOMA_TEST_EXPECT_CLOSE(computer->GetEnergyJ() - before, 10.0, 1e-8, "lost");
            NS_TEST_EXPECT_MSG_EQ(computer->GetUnitsInUse(), 0, "nothing runs");
        });
        Simulator::Run();
        NOMA_TEST_EXPECT_CLOSE(computer->GetEnergyJ() - before, 10.0, 1e-8, "and stays so");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Of the waiting jobs the shortest goes next.
 */
class EdgeShortestFirstTestCase : public TestCase
{
  public:
    EdgeShortestFirstTestCase()
        : TestCase("shortest weighted job first")
    {
    }

  private:
    void DoRun() override
    {
        auto computer = CreateObject<EdgeComputer>();
        computer->SetAttribute("Units", DoubleValue(1));
        computer->SetAttribute("ClockHz", DoubleValue(1e9));
        computer->SetAttribute("Discipline", StringValue("ns3::noma::ShortestFirstDiscipline"));
        std::vector<int> order;
        const auto submit = [&](int name, double seconds, double weight) {
            computer->Submit(seconds * 1e9, 1, weight, [&order, name](const ComputeResult&) {
                order.push_back(name);
            });
        };
        submit(0, 3, 1);
        submit(1, 2, 1);
        submit(2, 1, 1);
        submit(3, 2, 4);
        Simulator::Run();
        Simulator::Destroy();
        const std::vector<int> expected{0, 3, 2, 1};
        NS_TEST_EXPECT_MSG_EQ((order == expected), true, "order of service");
    }
};

/**
 * @ingroup noma-test
 * Device processor: FIFO, energy, cancelling, and the battery = initial energy - what the
 * processor says it drew, until it is empty.
 */
class DeviceProcessorTestCase : public TestCase
{
  public:
    DeviceProcessorTestCase()
        : TestCase("device processor and its battery")
    {
    }

  private:
    void DoRun() override
    {
        auto node = CreateObject<Node>();
        auto source = CreateObject<BasicEnergySource>();
        source->SetNode(node);
        source->SetInitialEnergy(10);
        auto model = CreateObject<ComputeEnergyModel>();
        model->SetEnergySource(source);
        source->AppendDeviceEnergyModel(model);
        auto cpu = CreateObject<ComputeProcessor>();
        cpu->SetAttribute("ClockHz", DoubleValue(1e9));
        cpu->SetAttribute("FlopPerCycle", DoubleValue(4));
        cpu->SetAttribute("Kappa", DoubleValue(2e-27)); // 2 W
        cpu->SetEnergyModel(model);
        bool depleted = false;
        model->SetCallbacks(
            [&] {
                depleted = true;
                cpu->SwitchOff();
            },
            [] {});
        std::vector<ComputeResult> results;
        const auto done = [&results](const ComputeResult& r) { results.push_back(r); };
        cpu->Submit(4e9, done);
        cpu->Submit(2e9, done);
        const auto cancelled = cpu->Submit(4e9, done);
        Simulator::Schedule(Seconds(0.25), [&] {
            NOMA_TEST_EXPECT_CLOSE(cpu->GetBacklogFlops(), 9e9, 1e-9, "work left of the three");
            NOMA_TEST_EXPECT_CLOSE(cpu->GetEnergyJ(), 0.5, 1e-9, "energy midway");
            NOMA_TEST_EXPECT_CLOSE(model->GetTotalEnergyConsumption(), 0.5, 1e-9, "midway");
        });
        Simulator::Schedule(Seconds(1.75), [&] {
            NOMA_TEST_EXPECT_CLOSE(cpu->Cancel(cancelled), 0.5, 1e-9, "spent on the cancelled job");
            NS_TEST_EXPECT_MSG_EQ(cpu->GetJobs(), 0, "nothing left");
        });
        Simulator::Stop(Seconds(2));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(results.size(), 2, "two jobs done");
        NOMA_TEST_EXPECT_CLOSE(results[1].start.GetSeconds(), 1.0, 1e-9, "first come first served");
        NOMA_TEST_EXPECT_CLOSE(results[1].end.GetSeconds(), 1.5, 1e-9, "end");
        NOMA_TEST_EXPECT_CLOSE(results[0].energyJ, 2.0, 1e-9, "kappa clock^2 flops / flopPerCycle");
        NOMA_TEST_EXPECT_CLOSE(cpu->GetEnergyJ(), 3.5, 1e-9, "energy of all work");
        NOMA_TEST_EXPECT_CLOSE(model->GetTotalEnergyConsumption(), 3.5, 1e-9, "energy model");
        NOMA_TEST_EXPECT_CLOSE(10 - source->GetRemainingEnergy(), 3.5, 1e-6, "battery");

        cpu->Submit(1e12, done); // 250 s at 2 W
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(depleted, true, "the battery runs dry");
        NS_TEST_EXPECT_MSG_EQ(cpu->IsOn(), false, "and the processor stops");
        NS_TEST_EXPECT_MSG_EQ(results.size(), 2, "the job is lost");
        NS_TEST_EXPECT_MSG_LT(model->GetTotalEnergyConsumption(), 10 + 2 * 1.01, "one update late");
        NOMA_TEST_EXPECT_CLOSE(cpu->GetEnergyJ(),
                               model->GetTotalEnergyConsumption(),
                               1e-9,
                               "the lost job's energy counts");
        source->Dispose(); // source and model hold each other
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class EdgeServerTestSuite : public TestSuite
{
  public:
    EdgeServerTestSuite()
        : TestSuite("noma-edge-server", Type::UNIT)
    {
        using Q = EdgeQueueTestCase;
        const std::string fifo = "ns3::noma::FifoDiscipline";
        const std::string sharing = "ns3::noma::SharingDiscipline";
        const double load = 0.6;
        // W = 1 + load * E[S^2] / (2 (1 - load))
        AddTestCase(new Q("M-M-1", Q::EXPONENTIAL, fifo, 1, load, 1 / (1 - load)));
        AddTestCase(new Q("M-D-1", Q::FIXED, fifo, 1, load, 1 + load / (2 * (1 - load))));
        AddTestCase(new Q("M-G-1", Q::TWO_VALUES, fifo, 1, load, 1 + load * 2 / (2 * (1 - load))));
        // Erlang C for 3 servers at load 0.6: a = 1.8
        const double a = 3 * load;
        const double top = a * a * a / 6 / (1 - load);
        const double wait = top / (1 + a + a * a / 2 + top);
        AddTestCase(new Q("M-M-3", Q::EXPONENTIAL, fifo, 3, load, 1 + wait / (3 * (1 - load))));
        // processor sharing is insensitive to the law of the service time
        AddTestCase(new Q("M-M-1-PS", Q::EXPONENTIAL, sharing, 1, load, 1 / (1 - load)));
        AddTestCase(new Q("M-D-1-PS", Q::FIXED, sharing, 1, load, 1 / (1 - load)));
        AddTestCase(new Q("M-G-1-PS", Q::TWO_VALUES, sharing, 1, load, 1 / (1 - load)));
        AddTestCase(new EdgeUnitsTestCase);
        AddTestCase(new EdgeShortestFirstTestCase);
        AddTestCase(new DeviceProcessorTestCase);
        AddTestCase(new EdgeCircuitPowerTestCase);
    }
};

EdgeServerTestSuite g_edgeServerTestSuite; //!< the suite

} // namespace
