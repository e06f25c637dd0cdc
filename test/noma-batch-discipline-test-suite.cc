/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-batch-discipline.h"
#include "ns3/noma-edge-computer.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// A job of the queue.
struct Arrival
{
    double time{0};    //!< when it comes (s)
    uint64_t kind{1};  //!< its kind
    double seconds{1}; //!< time it takes alone (s)
};

/// Settings of the queue.
struct Setting
{
    uint32_t servers{1};                    //!< batches served at a time
    uint32_t maxBatch{1};                   //!< most jobs of a batch
    double timeOut{0};                      //!< longest wait for more (s)
    std::function<double(uint32_t)> growth; //!< time of a batch in times of one
};

/**
 * The same queue step by step, without events: from instant to instant at which something may
 * change.
 *
 * @param jobs the jobs by time
 * @param setting the queue
 * @returns when each is done (s)
 */
std::vector<double>
Reference(const std::vector<Arrival>& jobs, const Setting& setting)
{
    constexpr double never = std::numeric_limits<double>::infinity();
    std::vector<double> done(jobs.size(), never);
    std::vector<bool> started(jobs.size(), false);
    std::vector<double> busy(setting.servers, 0);
    double now = 0;
    while (true)
    {
        // start whatever may start now
        for (bool again = true; again;)
        {
            again = false;
            const auto server = std::find_if(busy.begin(), busy.end(), [now](double until) {
                return until <= now;
            });
            for (std::size_t oldest = 0; oldest < jobs.size() && server != busy.end(); ++oldest)
            {
                if (started[oldest] || jobs[oldest].time > now)
                {
                    continue;
                }
                std::vector<std::size_t> batch;
                bool first = true;
                for (std::size_t j = 0; j < jobs.size() && batch.size() < setting.maxBatch; ++j)
                {
                    if (!started[j] && jobs[j].time <= now && jobs[j].kind == jobs[oldest].kind)
                    {
                        first = first && j >= oldest;
                        batch.push_back(j);
                    }
                }
                if (!first ||
                    (batch.size() < setting.maxBatch && jobs[oldest].time + setting.timeOut > now))
                {
                    continue;
                }
                const double end = now + jobs[oldest].seconds *
                                             setting.growth(static_cast<uint32_t>(batch.size()));
                for (std::size_t j : batch)
                {
                    started[j] = true;
                    done[j] = end;
                }
                *server = end;
                again = true;
                break;
            }
        }
        double next = never;
        for (std::size_t j = 0; j < jobs.size(); ++j)
        {
            for (double t : {jobs[j].time, started[j] ? never : jobs[j].time + setting.timeOut})
            {
                next = t > now ? std::min(next, t) : next;
            }
        }
        for (double until : busy)
        {
            next = until > now ? std::min(next, until) : next;
        }
        if (next == never)
        {
            return done;
        }
        now = next;
    }
}

/**
 * @ingroup noma-test
 * Every job of a queue with batches is done when a queue simulated step by step says, and the
 * energy is that of the time the units were held.
 */
class BatchQueueTestCase : public TestCase
{
  public:
    /**
     * @param slowdown the attribute
     * @param setting the queue
     */
    BatchQueueTestCase(const std::string& slowdown, const Setting& setting)
        : TestCase(slowdown + ", at most " + std::to_string(setting.maxBatch) + ", wait " +
                   std::to_string(setting.timeOut) + " s, servers " +
                   std::to_string(setting.servers)),
          m_slowdown(slowdown),
          m_setting(setting)
    {
    }

  private:
    void DoRun() override
    {
        // times in whole milliseconds and odd service times: no two events fall together by chance
        std::mt19937 random(7);
        std::vector<Arrival> jobs(300);
        double time = 0;
        for (Arrival& job : jobs)
        {
            time += 1e-3 * static_cast<double>(random() % 400);
            job.time = time;
            job.kind = 1 + random() % 3;
            job.seconds = 0.4310007 + 0.2570003 * static_cast<double>(job.kind);
        }
        auto computer = CreateObject<EdgeComputer>();
        computer->SetAttribute("Units", DoubleValue(m_setting.servers));
        computer->SetAttribute("ClockHz", DoubleValue(1e9));
        computer->SetAttribute("Kappa", DoubleValue(2e-27)); // 2 W a unit
        auto discipline = CreateObject<BatchDiscipline>();
        discipline->SetAttribute("MaxBatch", UintegerValue(m_setting.maxBatch));
        discipline->SetAttribute("TimeOut", TimeValue(Seconds(m_setting.timeOut)));
        discipline->SetAttribute("Slowdown", StringValue(m_slowdown));
        computer->SetAttribute("Discipline", PointerValue(discipline));
        std::vector<ComputeResult> results(jobs.size());
        for (std::size_t j = 0; j < jobs.size(); ++j)
        {
            Simulator::Schedule(Seconds(jobs[j].time), [&, j] {
                computer->Submit(
                    1e9 * jobs[j].seconds,
                    1,
                    1,
                    [&results, j](const ComputeResult& r) { results[j] = r; },
                    jobs[j].kind);
            });
        }
        Simulator::Run();
        Simulator::Destroy();
        const std::vector<double> expected = Reference(jobs, m_setting);
        double joules = 0;
        std::vector<std::pair<double, double>> spans;
        for (std::size_t j = 0; j < jobs.size(); ++j)
        {
            NOMA_TEST_EXPECT_NEAR(results[j].end.GetSeconds(), expected[j], 1e-6, "end of " << j);
            joules += results[j].energyJ;
            spans.emplace_back(results[j].start.GetSeconds(), results[j].end.GetSeconds());
        }
        std::sort(spans.begin(), spans.end());
        spans.erase(std::unique(spans.begin(), spans.end()), spans.end());
        double held = 0;
        for (const auto& [from, to] : spans)
        {
            held += to - from;
        }
        NOMA_TEST_EXPECT_CLOSE(joules, 2 * held, 1e-6, "energy of the units held");
        const bool alone = spans.size() == jobs.size();
        const bool expectedAlone = m_setting.maxBatch == 1;
        NS_TEST_EXPECT_MSG_EQ(alone, expectedAlone, "some are served together");
    }

    std::string m_slowdown; //!< the attribute
    Setting m_setting;      //!< the queue
};

/**
 * @ingroup noma-test
 * What is taken back from a batch does not slow the others, and jobs of no kind stay alone.
 */
class BatchCancelTestCase : public TestCase
{
  public:
    BatchCancelTestCase()
        : TestCase("a batch that loses a job; jobs of no kind")
    {
    }

  private:
    void DoRun() override
    {
        auto computer = CreateObject<EdgeComputer>();
        computer->SetAttribute("Units", DoubleValue(3));
        computer->SetAttribute("ClockHz", DoubleValue(1e9));
        auto discipline = CreateObject<BatchDiscipline>();
        discipline->SetAttribute("TimeOut", TimeValue(Seconds(1)));
        discipline->SetAttribute("Slowdown", StringValue("times:1,1.5,2"));
        discipline->SetAttribute("MaxBatch", UintegerValue(3));
        computer->SetAttribute("Discipline", PointerValue(discipline));
        std::vector<double> ends(5, 0);
        std::vector<uint64_t> ids(5, 0);
        const auto submit = [&](std::size_t k, double units, uint64_t kind) {
            ids[k] = computer->Submit(
                2e9,
                units,
                1,
                [&ends, k](const ComputeResult& r) { ends[k] = r.end.GetSeconds(); },
                kind);
        };
        // 2 units: twice the speed; three together take 2 s from the third on
        submit(0, 2, 1);
        submit(1, 2, 1);
        Simulator::Schedule(Seconds(0.5), [&] { submit(2, 2, 1); });
        Simulator::Schedule(Seconds(1), [&] {
            NOMA_TEST_EXPECT_CLOSE(computer->GetUnitsInUse(), 2, 1e-12, "units of the batch");
            computer->Cancel(ids[1]);
            NOMA_TEST_EXPECT_CLOSE(computer->GetUnitsInUse(), 2, 1e-12, "and without the one");
            submit(3, 1, 0);
            submit(4, 1, 0);
        });
        Simulator::Run();
        Simulator::Destroy();
        NOMA_TEST_EXPECT_CLOSE(ends[0], 2.5, 1e-8, "first");
        NOMA_TEST_EXPECT_CLOSE(ends[2], 2.5, 1e-8, "third");
        NS_TEST_EXPECT_MSG_EQ(ends[1], 0, "taken back");
        NOMA_TEST_EXPECT_CLOSE(ends[3], 3, 1e-8, "alone, and at once");
        NOMA_TEST_EXPECT_CLOSE(ends[4], 4.5, 1e-8, "alone, when units are free");
    }
};

/**
 * @ingroup noma-test
 * The test suite of batches at the edge.
 */
class BatchDisciplineTestSuite : public TestSuite
{
  public:
    BatchDisciplineTestSuite()
        : TestSuite("noma-batch-discipline", Type::UNIT)
    {
        const auto linear = [](uint32_t b) { return 1 + 0.25 * (b - 1.0); };
        const auto power = [](uint32_t b) { return std::pow(b, 0.5); };
        const auto table = [](uint32_t b) { return std::vector<double>{1, 1.1, 1.3, 1.9}[b - 1]; };
        AddTestCase(new BatchQueueTestCase("linear:0.25", {1, 1, 0, linear}));
        AddTestCase(new BatchQueueTestCase("linear:0.25", {1, 8, 0, linear}));
        AddTestCase(new BatchQueueTestCase("linear:0.25", {2, 3, 0.7, linear}));
        AddTestCase(new BatchQueueTestCase("power:0.5", {1, 5, 0.35, power}));
        AddTestCase(new BatchQueueTestCase("times:1,1.1,1.3,1.9", {3, 4, 2.5, table}));
        AddTestCase(new BatchCancelTestCase);
    }
};

BatchDisciplineTestSuite g_batchDisciplineTestSuite; //!< registers the suite

} // namespace
