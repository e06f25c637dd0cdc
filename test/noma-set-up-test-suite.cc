/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/channel-condition-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-slot-scheduler.h"
#include "ns3/noma-workload.h"
#include "ns3/pointer.h"
#include "ns3/single-model-spectrum-channel.h"
#include "ns3/string.h"
#include "ns3/three-gpp-spectrum-propagation-loss-model.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @param action something that ends the program
 * @returns what it prints to standard error; "survived" if it returns
 */
std::string
LastWords(const std::function<void()>& action)
{
    int ends[2];
    if (pipe(ends) != 0)
    {
        return "no pipe";
    }
    const pid_t child = fork();
    if (child == 0)
    {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        action();
        std::cerr << "survived" << std::flush;
        _exit(0);
    }
    close(ends[1]);
    std::string text;
    char buffer[512];
    for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof(buffer))) > 0;)
    {
        text.append(buffer, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return text;
}

/// A scheduler that grants what is not there.
class WildScheduler : public SlotScheduler
{
    void DoSchedule(const SlotSnapshot& snapshot, std::vector<Grant>& grants) override
    {
        Grant g;
        g.ue = static_cast<uint32_t>(snapshot.ues.size());
        grants.push_back(g);
    }
};

/**
 * @ingroup noma-test
 * Bad set-ups end with a message that says what is wrong.
 */
class SetUpTestCase : public TestCase
{
  public:
    SetUpTestCase()
        : TestCase("Bad set-ups end with a clear message at the start")
    {
    }

  private:
    /// @param what name @param part part of the message @param action set-up and run
    void Expect(const std::string& what,
                const std::string& part,
                const std::function<void()>& action)
    {
        const auto text = LastWords(action);
        const bool said = text.find(part) != std::string::npos;
        NS_TEST_EXPECT_MSG_EQ(said, true, what << ": expected '" << part << "', got: " << text);
    }

    /// Runs a millisecond.
    static void Run()
    {
        Simulator::Stop(MilliSeconds(2));
        Simulator::Run();
    }

    void DoRun() override
    {
        Expect("sound", "survived", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            Run();
        });
        Expect("no access point", "no access point: must have at least one", [] {
            TestNetwork network;
            network.Build({}, {{30, 0, 1}});
            Run();
        });
        Expect("no user", "no user: must have at least one", [] {
            TestNetwork network;
            network.Build({{30, 0, 1}}, {});
            Run();
        });
        Expect("two devices on a node", "more than one NOMA device", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.InstallUe(network.ueNodes);
            Run();
        });
        Expect("no mobility", "has no mobility model", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            NodeContainer bare;
            bare.Create(1);
            network.helper.InstallUe(bare);
            Run();
        });
        Expect("two channels", "must share one channel", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            DynamicCast<NomaNetDevice>(network.ues.Get(0))
                ->GetPhy()
                ->SetChannel(CreateObject<MultiModelSpectrumChannel>());
            Run();
        });
        Expect("one band", "SingleModelSpectrumChannel, which carries one band", [] {
            TestNetwork network;
            network.helper.SetChannel(CreateObject<SingleModelSpectrumChannel>());
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            Run();
        });
#if NOMA_WITH_PHASED_ARRAYS
        Expect("phased arrays", "phased array spectrum propagation loss model, which is not", [] {
            TestNetwork network;
            auto channel = CreateObject<MultiModelSpectrumChannel>();
            channel->AddPhasedArraySpectrumPropagationLossModel(
                CreateObject<ThreeGppSpectrumPropagationLossModel>());
            network.helper.SetChannel(channel);
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            Run();
        });
#endif
        for (const std::string model : {"OkumuraHata",
                                        "ItuR1411Los",
                                        "Kun2600Mhz",
                                        "ItuR1411NlosOverRooftop",
                                        "ThreeGppUma",
                                        "ThreeGppRma"})
        {
            const std::string type = "ns3::" + model + "PropagationLossModel";
            Expect(model + " with nodes at one place",
                   "access point 0 on node 0 to user 1 on node 2 is -inf dB: must be finite; "
                   "their distance is 0 m, and " +
                       type,
                   [type] {
                       TestNetwork network;
                       network.helper.SetPathLoss(type);
                       const auto loss = network.helper.GetChannel()->GetPropagationLossModel();
                       if (type.find("ThreeGpp") != std::string::npos)
                       {
                           auto condition = CreateObject<AlwaysLosChannelConditionModel>();
                           loss->SetAttribute("ChannelConditionModel", PointerValue(condition));
                       }
                       network.Build({{0, 0, 10}}, {{30, 0, 1}, {0, 0, 10}});
                       Run();
                   });
        }
        Expect("overlap", "overlap", [] {
            TestNetwork network;
            network.helper.SetNetworkAttribute("UplinkFrequency", DoubleValue(2.139e9));
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            Run();
        });
        Expect("zero subchannels", "Subchannels", [] {
            NomaHelper helper;
            helper.SetNetworkAttribute("Subchannels", UintegerValue(0));
        });
        Expect("negative slot", "SlotDuration", [] {
            NomaHelper helper;
            helper.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(-1)));
        });
        Expect("a folder for a trace", "cannot read FileName", [] {
            auto trace = CreateObject<TraceWorkload>();
            trace->SetAttribute("FileName", StringValue("/"));
            TaskArrival arrival;
            trace->Next(arrival);
        });
        using std::string_literals::operator""s;
        for (const std::string& line : {"1e300"s,
                                        "nan"s,
                                        "-1"s,
                                        "0x1"s,
                                        "0.1 1.5"s,
                                        "0.1 0"s,
                                        "0.1 1 -1"s,
                                        "0.1 1 1e300"s,
                                        "0.1 1 1 1"s,
                                        "0.1 1000001"s,
                                        "0.1 x"s,
                                        "0.1 1\0x"s})
        {
            const auto name = CreateTempDirFilename("bad-trace.txt");
            Expect("trace '" + line + "'", "must be time", [&] {
                std::ofstream(name) << "0\n" << line << "\n";
                auto trace = CreateObject<TraceWorkload>();
                trace->SetAttribute("FileName", StringValue(name));
                TaskArrival arrival;
                trace->Next(arrival);
            });
        }
        Expect("a control character in a trace", "not \"a b\"", [this] {
            const auto name = CreateTempDirFilename("control-trace.txt");
            std::ofstream(name) << "a\033b\n";
            auto trace = CreateObject<TraceWorkload>();
            trace->SetAttribute("FileName", StringValue(name));
            TaskArrival arrival;
            trace->Next(arrival);
        });
        Expect("unknown attribute", "TxPowr", [] {
            NomaHelper helper;
            helper.SetUeAttribute("TxPowr", DoubleValue(3));
        });
        Expect("network attribute after a device", "Subchannels comes too late", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.SetNetworkAttribute("Subchannels", UintegerValue(5));
        });
        Expect("path loss after a device", "SetPathLoss", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.SetPathLoss("ns3::FriisPropagationLossModel");
        });
        Expect("fading after a device", "SetFading", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.SetFading("ns3::noma::NomaBlockFadingModel");
        });
        Expect("scheduler after a device", "SetScheduler", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.SetScheduler("ns3::noma::RoundRobinScheduler");
        });
        Expect("estimator after a device", "SetCsiEstimator", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.SetCsiEstimator("ns3::noma::NomaCsiEstimator");
        });
        Expect("unknown scheduler", "ns3::noma::NoScheduler", [] {
            NomaHelper helper;
            helper.SetScheduler("ns3::noma::NoScheduler");
        });
        Expect("wrong kind of type", "must be derived from ns3::noma::SlotScheduler", [] {
            NomaHelper helper;
            helper.SetScheduler("ns3::noma::NomaCanceller");
        });
        Expect("grants out of range", "ue is 1: must be below 1", [] {
            TestNetwork network;
            network.Network()->SetScheduler(CreateObject<WildScheduler>());
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            Run();
        });
        Expect("wrong device", "only NOMA users", [] {
            TestNetwork network;
            network.Build({{0, 0, 10}}, {{30, 0, 1}});
            network.helper.Assign(network.aps, network.aps.Get(0));
        });
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaSetUpTestSuite : public TestSuite
{
  public:
    NomaSetUpTestSuite()
        : TestSuite("noma-set-up", Type::SYSTEM)
    {
        AddTestCase(new SetUpTestCase);
    }
};

NomaSetUpTestSuite g_nomaSetUpTestSuite; //!< the suite

} // namespace
