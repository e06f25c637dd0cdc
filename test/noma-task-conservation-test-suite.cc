/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-wire.h"
#include "noma-test.h"

#include "ns3/basic-energy-source.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-compute-energy-model.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <functional>
#include <set>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Something goes wrong, and still created = completed + failed, each once, + in flight, the right
 * reason is given, and nothing is left behind at the server.
 */
class ConservationTestCase : public TestCase
{
  public:
    /// Changes a scenario before it runs.
    using Setup = std::function<void(Wire&)>;
    /// Looks at it afterwards.
    using Verify = std::function<void(ConservationTestCase&, Wire&)>;

    /**
     * @param name what goes wrong
     * @param setup makes it go wrong
     * @param verify what is expected
     * @param transport "Udp" or "Tcp"
     */
    ConservationTestCase(const std::string& name,
                         Setup setup,
                         Verify verify,
                         const std::string& transport = "Udp")
        : TestCase("conservation: " + name + " (" + transport + ")"),
          m_setup(std::move(setup)),
          m_verify(std::move(verify)),
          m_transport(transport)
    {
    }

    /// Expects a condition. @param good condition @param what its meaning
    void Expect(bool good, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(good, true, what);
    }

  private:
    void DoRun() override
    {
        Wire wire(5, "ns3::noma::" + m_transport + "ClientTransport");
        wire.Periodic(MilliSeconds(200), 20);
        wire.Cut(1);
        m_setup(wire);
        // now and then during the run, not only at its end
        for (int k = 1; k < 100; ++k)
        {
            Simulator::Schedule(MilliSeconds(97 * k), [this, &wire] {
                NS_TEST_EXPECT_MSG_EQ(wire.tracker->Check(), "", "during the run");
            });
        }
        wire.Run(Seconds(400));
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->Check(), "", "at the end");
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->GetCreated(), 100, "created");
        NS_TEST_EXPECT_MSG_EQ(wire.tracker->GetInFlight(), 0, "nothing in flight at the end");
        NS_TEST_EXPECT_MSG_EQ(wire.server->GetJobs(), 0, "no tail left");
        NS_TEST_EXPECT_MSG_EQ(wire.server->GetExchanges(), 0, "no message left");
        m_verify(*this, wire);
        Simulator::Destroy();
    }

    Setup m_setup;           //!< what goes wrong
    Verify m_verify;         //!< what is expected
    std::string m_transport; //!< transport
};

/**
 * @ingroup noma-test
 * The suite.
 */
class TaskConservationTestSuite : public TestSuite
{
  public:
    TaskConservationTestSuite()
        : TestSuite("noma-task-conservation", Type::SYSTEM)
    {
        using C = ConservationTestCase;
        const auto none = [](Wire&) {};
        const auto allDone = [](C& c, Wire& w) {
            c.Expect(w.tracker->GetCompleted() == 100, "all complete");
        };
        AddTestCase(new C("nothing goes wrong", none, allDone));
        AddTestCase(new C("nothing goes wrong", none, allDone, "Tcp"));
        AddTestCase(new C(
            "20 percent loss",
            [](Wire& w) { w.Lose(0.2); },
            [=](C& c, Wire& w) {
                allDone(c, w);
                uint64_t resent = 0;
                for (const auto& r : w.tracker->GetRecords())
                {
                    resent += r.retransmittedBytes;
                }
                // of 37500 bytes a task, one in four must go again
                c.Expect(resent > 100 * 37500 * 0.2 && resent < 100 * 37500 * 0.4, "resent bytes");
            }));
        AddTestCase(new C(
            "2 percent loss",
            [](Wire& w) { w.Lose(0.02); },
            allDone,
            "Tcp"));
        const auto crash = [](Wire& w) {
            // tails take 80 ms: some tasks are on the wire, some at the edge
            w.server->GetComputer()->SetAttribute("ClockHz", DoubleValue(7.5e8));
            Simulator::Schedule(Seconds(1.1), &SplitInferenceServer::Crash, w.server);
            Simulator::Schedule(Seconds(1.5), &SplitInferenceServer::Restart, w.server);
        };
        AddTestCase(new C("server crash and restart", crash, [](C& c, Wire& w) {
            const auto lost = w.tracker->GetFailed(TaskFailure::SERVER_LOST);
            c.Expect(w.tracker->GetFailed() == lost && lost > 0, "no other failure");
            c.Expect(w.tracker->GetCompleted() >= 90, "others complete after the restart");
        }));
        AddTestCase(new C(
            "server crash, lost tensors sent again",
            [=](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->GetTransport()->SetAttribute("ResendLost", BooleanValue(true));
                }
                crash(w);
            },
            allDone));
        AddTestCase(new C(
            "server crash and restart",
            crash,
            [](C& c, Wire& w) {
                const auto broken = w.tracker->GetFailed(TaskFailure::TRANSPORT);
                c.Expect(w.tracker->GetFailed() == broken && broken > 0, "connections broke");
                c.Expect(w.tracker->GetCompleted() >= 50, "tasks complete before and after");
            },
            "Tcp"));
        AddTestCase(new C(
            "server gone for good",
            [](Wire& w) {
                Simulator::Schedule(Seconds(1.1), &SplitInferenceServer::Crash, w.server);
            },
            [](C& c, Wire& w) {
                const auto gone = w.tracker->GetFailed(TaskFailure::UNREACHABLE);
                c.Expect(gone == w.tracker->GetFailed() && gone > 50, "unreachable");
            }));
        AddTestCase(new C(
            "full server queue",
            [](Wire& w) {
                w.server->SetAttribute("MaxQueue", UintegerValue(2));
                w.server->GetComputer()->SetAttribute("Units", DoubleValue(0.1));
            },
            [](C& c, Wire& w) {
                const auto full = w.tracker->GetFailed(TaskFailure::SERVER_QUEUE);
                c.Expect(full == w.tracker->GetFailed() && full > 10, "turned down");
                c.Expect(w.tracker->GetCompleted() > 10, "the others complete");
            }));
        AddTestCase(new C(
            "full device queue",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->SetAttribute("MaxOpenTasks", UintegerValue(2));
                    client->GetProcessor()->SetAttribute("ClockHz", DoubleValue(5e7));
                }
            },
            [](C& c, Wire& w) {
                const auto full = w.tracker->GetFailed(TaskFailure::DEVICE_QUEUE);
                c.Expect(full == w.tracker->GetFailed() && full > 10, "too many");
            }));
        AddTestCase(new C(
            "time-out",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->SetAttribute("TaskTimeout", TimeValue(MilliSeconds(60)));
                }
            },
            [](C& c, Wire& w) {
                c.Expect(w.tracker->GetFailed(TaskFailure::TIMEOUT) == w.tracker->GetFailed(),
                         "time-outs only");
                c.Expect(w.tracker->GetFailed() > 0, "some");
            }));
        AddTestCase(new C(
            "deadline shorter than possible, abandoned",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->SetAttribute("AbandonAtDeadline", BooleanValue(true));
                    client->GetWorkload()->SetAttribute("Deadline", TimeValue(MilliSeconds(5)));
                }
            },
            [](C& c, Wire& w) {
                c.Expect(w.tracker->GetFailed(TaskFailure::DEADLINE) == 100, "all abandoned");
                const auto s = w.tracker->Summarize();
                c.Expect(s.deadlineMisses == 100 && s.withDeadline == 100, "all missed");
                // 5 ms of the head at 1 W were spent on each
                c.Expect(std::abs(s.failedEnergyJ - 0.5) < 1e-6, "their energy is accounted");
            }));
        AddTestCase(new C(
            "deadline shorter than possible, completed late",
            [](Wire& w) {
                for (auto& client : w.clients)
                {
                    client->GetWorkload()->SetAttribute("Deadline", TimeValue(MilliSeconds(5)));
                }
            },
            [=](C& c, Wire& w) {
                allDone(c, w);
                c.Expect(w.tracker->Summarize().deadlineMisses == 100, "all missed");
            }));
        AddTestCase(new C(
            "clients stop in the middle",
            [](Wire& w) {
                w.Periodic(MilliSeconds(1), 20); // all tasks are open when the first stop comes
                for (std::size_t u = 0; u < w.clients.size(); ++u)
                {
                    w.clients[u]->SetStopTime(MilliSeconds(60 + 100 * u));
                }
            },
            [](C& c, Wire& w) {
                const auto stopped = w.tracker->GetFailed(TaskFailure::CLIENT_STOPPED);
                c.Expect(stopped == w.tracker->GetFailed() && stopped > 20, "stopped");
            }));
        AddTestCase(new C(
            "tasks cancelled at every stage",
            [](Wire& w) {
                for (uint32_t u = 0; u < 5; ++u)
                {
                    for (uint32_t t = 0; t < 20; t += 2)
                    {
                        Simulator::Schedule(MilliSeconds(10 + u + 200 * t + 7 * t + 2 * u),
                                            &SplitInferenceClient::CancelTask,
                                            w.clients[u],
                                            t);
                    }
                }
            },
            [](C& c, Wire& w) {
                const auto cancelled = w.tracker->GetFailed(TaskFailure::CANCELLED);
                c.Expect(cancelled == w.tracker->GetFailed() && cancelled > 10, "cancelled");
                std::set<TaskStage> stages;
                for (const auto& r : w.tracker->GetRecords())
                {
                    stages.insert(r.stage);
                }
                c.Expect(stages.size() >= 4, "in several stages");
            }));
        AddTestCase(new C(
            "10 times overload",
            [](Wire& w) { w.server->GetComputer()->SetAttribute("Units", DoubleValue(0.01)); },
            allDone));
        AddTestCase(new C(
            "empty batteries",
            [](Wire& w) {
                for (uint32_t u = 0; u < 5; ++u)
                {
                    auto source = CreateObject<BasicEnergySource>();
                    source->SetNode(w.nodes.Get(u + 1));
                    source->SetInitialEnergy(0.1 + 0.05 * u); // 20 mJ a task
                    source->SetEnergyUpdateInterval(MilliSeconds(1));
                    auto model = CreateObject<ComputeEnergyModel>();
                    model->SetEnergySource(source);
                    source->AppendDeviceEnergyModel(model);
                    w.nodes.Get(u + 1)->AggregateObject(source);
                    w.clients[u]->GetProcessor()->SetEnergyModel(model);
                }
            },
            [](C& c, Wire& w) {
                const auto empty = w.tracker->GetFailed(TaskFailure::BATTERY);
                c.Expect(empty == w.tracker->GetFailed() && empty > 30, "battery");
                c.Expect(w.tracker->GetCompleted() > 10, "as long as it lasts");
            }));
    }
};

TaskConservationTestSuite g_taskConservationTestSuite; //!< the suite

} // namespace
