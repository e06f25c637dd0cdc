/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/arp-cache.h"
#include "ns3/basic-energy-source.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/noma-net-device.h"

#include <cmath>
#include <limits>
#include <string>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Users whom no access point serves: their tasks do not wait for ever.
 */
class CoverageTestCase : public TestCase
{
  public:
    CoverageTestCase()
        : TestCase("tasks of users out of coverage")
    {
    }

  private:
    /**
     * Two users, the second of which is out of coverage or leaves it.
     *
     * @param way value of OutOfCoverage
     * @param leaves when it leaves; zero = it never was in coverage
     * @param local whether the model can run on the device
     * @returns records of the second user
     */
    std::vector<TaskRecord> Run(const std::string& way, Time leaves, bool local)
    {
        Scene scene(1, 2);
        std::vector<CutOption> cuts{{0, 8e7, 40000, 8000}};
        if (local)
        {
            cuts.push_back({8e7, 0, 0, 0});
        }
        scene.inference.SetModel("small", cuts);
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                    "Interval",
                                    TimeValue(MilliSeconds(500)),
                                    "MaxTasks",
                                    UintegerValue(30));
        scene.inference.SetClientAttribute("OutOfCoverage", StringValue(way));
        scene.noma.SetNetworkAttribute("MaxPathLoss", DoubleValue(130));
        auto mobility = scene.ueNodes.Get(1)->GetObject<MobilityModel>();
        auto leave = [mobility] { mobility->SetPosition(Vector(1e5, 0, 1.5)); };
        if (leaves.IsZero())
        {
            leave();
        }
        else
        {
            Simulator::Schedule(leaves, leave);
        }
        scene.Install();
        Scene::Run(Seconds(250));
        auto tracker = scene.inference.GetTracker();
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", way << ": conservation");
        std::vector<TaskRecord> records;
        for (const auto& r : tracker->GetRecords())
        {
            if (r.user == 1)
            {
                records.push_back(r);
            }
        }
        Simulator::Destroy();
        return records;
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(Run("Wait", Time(0), true).size(), 0, "waiting was asked for");
        const auto device = Run("OnDevice", Time(0), true);
        NS_TEST_EXPECT_MSG_EQ(device.size(), 30, "all closed");
        for (const auto& r : device)
        {
            NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, TaskFailureName(r.failure));
            NS_TEST_EXPECT_MSG_EQ(r.cut, 1, "cut to the device");
            NS_TEST_EXPECT_MSG_EQ((r.ChoiceWait() <= 1.01), true, "patience " << r.ChoiceWait());
        }
        for (const auto& records : {Run("Fail", Time(0), true), Run("OnDevice", Time(0), false)})
        {
            NS_TEST_EXPECT_MSG_EQ(records.size(), 30, "all closed");
            for (const auto& r : records)
            {
                const std::string reason = TaskFailureName(r.failure);
                NS_TEST_EXPECT_MSG_EQ(reason, "no-coverage", "reason");
            }
        }
        const auto leaving = Run("OnDevice", Seconds(5), true);
        NS_TEST_EXPECT_MSG_EQ(leaving.size(), 30, "all closed");
        for (const auto& r : leaving)
        {
            if (r.task == 0 || r.task == 29)
            {
                NS_TEST_EXPECT_MSG_EQ(r.cut, (r.task == 0 ? 0 : 1), "edge, then device");
                NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, "task " << r.task);
            }
        }
    }
};

/**
 * @ingroup noma-test
 * ARP entries that a script sets before the simulation are there afterwards.
 */
class ArpTestCase : public TestCase
{
  public:
    ArpTestCase()
        : TestCase("ARP entries set by a script stay")
    {
    }

  private:
    void DoRun() override
    {
        TestNetwork network;
        network.Build({{0, 0, 10}}, {{30, 0, 1}});
        auto ipv4 = network.ueNodes.Get(0)->GetObject<Ipv4L3Protocol>();
        auto cache =
            ipv4->GetInterface(ipv4->GetInterfaceForDevice(network.ues.Get(0)))->GetArpCache();
        auto* entry = cache->Add(network.apInterfaces.GetAddress(0));
        entry->SetMacAddress(network.aps.Get(0)->GetAddress());
        entry->MarkPermanent();
        Simulator::Stop(MilliSeconds(200));
        Simulator::Run();
        const bool served = DynamicCast<NomaUeNetDevice>(network.ues.Get(0))->GetServingAp() == 0;
        NS_TEST_EXPECT_MSG_EQ(served, true, "associated in the meantime");
        NS_TEST_EXPECT_MSG_EQ((cache->Lookup(network.apInterfaces.GetAddress(0)) != nullptr),
                              true,
                              "the entry is still there");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * However small a battery, it does not end below zero.
 */
class SmallBatteryTestCase : public TestCase
{
  public:
    SmallBatteryTestCase()
        : TestCase("small batteries end above zero")
    {
    }

  private:
    void DoRun() override
    {
        for (double joules : {0.01, 0.1, 1.0})
        {
            Scene scene(1, 2);
            scene.inference.SetModel("small", {{2e7, 6e7, 400000, 8000}, {8e7, 0, 0, 0}});
            scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                        "Interval",
                                        TimeValue(MilliSeconds(50)),
                                        "MaxTasks",
                                        UintegerValue(60));
            scene.inference.SetBattery(joules, Seconds(1));
            scene.Install();
            Scene::Run(Seconds(10));
            auto batteries = scene.inference.GetBatteries();
            for (uint32_t b = 0; b < batteries.GetN(); ++b)
            {
                const double left = batteries.Get(b)->GetRemainingEnergy();
                NS_TEST_EXPECT_MSG_EQ((left >= 0), true, joules << " J: " << left << " J left");
                NS_TEST_EXPECT_MSG_EQ((left <= 0.1 * joules), true, joules << " J: empty");
            }
            NS_TEST_EXPECT_MSG_GT(scene.inference.GetTracker()->GetFailed(TaskFailure::BATTERY),
                                  0,
                                  joules << " J");
            NS_TEST_EXPECT_MSG_EQ(scene.inference.GetTracker()->Check(), "", "conservation");
            Simulator::Destroy();
        }
    }
};

/**
 * @ingroup noma-test
 * NS_LOG knows a class by one name, however many files it has.
 */
class LogTestCase : public TestCase
{
  public:
    LogTestCase()
        : TestCase("one log component per class")
    {
    }

  private:
    void DoRun() override
    {
        const auto& all = *LogComponent::GetComponentList();
        for (const std::string gone : {"NomaSplitInferenceClientTasks", "NomaNetworkSlot"})
        {
            NS_TEST_EXPECT_MSG_EQ(all.count(gone), 0, gone);
        }
        std::ostringstream text;
        auto* before = std::clog.rdbuf(text.rdbuf());
        LogComponentEnable("NomaSplitInferenceClient", LOG_LEVEL_INFO);
        LogComponentEnable("NomaNetwork", LOG_LEVEL_INFO);
        Scene scene(1, 1);
        scene.inference.SetModel("small", {{8e7, 0, 0, 0}});
        scene.Install();
        Scene::Run(MilliSeconds(500));
        LogComponentDisable("NomaSplitInferenceClient", LOG_LEVEL_INFO);
        LogComponentDisable("NomaNetwork", LOG_LEVEL_INFO);
        std::clog.rdbuf(before);
        Simulator::Destroy();
#ifdef NS3_LOG_ENABLE
        for (const std::string part : {"task 0 created", "access point"})
        {
            NS_TEST_EXPECT_MSG_EQ((text.str().find(part) != std::string::npos),
                                  true,
                                  "expected '" << part << "' in: " << text.str());
        }
#endif
    }
};

/**
 * @ingroup noma-test
 * No attribute of the module takes numbers that nothing can work with.
 */
class AttributeTestCase : public TestCase
{
  public:
    AttributeTestCase()
        : TestCase("attributes refuse what nothing can work with")
    {
    }

  private:
    void DoRun() override
    {
        const double inf = std::numeric_limits<double>::infinity();
        uint32_t seen = 0;
        for (uint16_t t = 0; t < TypeId::GetRegisteredN(); ++t)
        {
            const TypeId tid = TypeId::GetRegistered(t);
            for (std::size_t a = 0; a < tid.GetAttributeN(); ++a)
            {
                if (tid.GetName().rfind("ns3::noma::", 0) != 0)
                {
                    continue;
                }
                const auto attribute = tid.GetAttribute(a);
                const std::string name = tid.GetName() + "::" + attribute.name;
                const std::string type = attribute.checker->GetValueTypeName();
                if (type == "ns3::DoubleValue")
                {
                    ++seen;
                    for (double bad : {std::nan(""), inf, -inf, 1e300, -1e300})
                    {
                        NS_TEST_EXPECT_MSG_EQ(attribute.checker->Check(DoubleValue(bad)),
                                              false,
                                              name << " takes " << bad);
                    }
                }
                if (type == "ns3::TimeValue")
                {
                    ++seen;
                    for (const Time& bad : {Time::Max(), Time::Min(), Seconds(4e9)})
                    {
                        NS_TEST_EXPECT_MSG_EQ(attribute.checker->Check(TimeValue(bad)),
                                              false,
                                              name << " takes " << bad);
                    }
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(seen, 60, "attributes looked at");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaFaultsTestSuite : public TestSuite
{
  public:
    NomaFaultsTestSuite()
        : TestSuite("noma-faults", Type::SYSTEM)
    {
        AddTestCase(new CoverageTestCase);
        AddTestCase(new ArpTestCase);
        AddTestCase(new SmallBatteryTestCase);
        AddTestCase(new LogTestCase);
        AddTestCase(new AttributeTestCase);
    }
};

NomaFaultsTestSuite g_nomaFaultsTestSuite; //!< the suite

} // namespace
