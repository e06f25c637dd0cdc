/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/basic-energy-source-helper.h"
#include "ns3/basic-energy-source.h"
#include "ns3/device-energy-model-container.h"
#include "ns3/noma-radio-energy-model.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <map>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Consumption against what was sent and received; running out; recharging.
 */
class RadioEnergyTestCase : public TestCase
{
  public:
    RadioEnergyTestCase()
        : TestCase("Radio energy: by hand, running out and coming back")
    {
    }

  private:
    /// Adds up airtime. @param grants grants @param snapshot network
    void Slot(const SlotSnapshot& snapshot, const std::vector<Grant>& grants)
    {
        bool sends = false;
        bool receives = false;
        for (const auto& g : grants)
        {
            if (g.ue == 0)
            {
                m_radiatedJ += g.direction == UPLINK ? g.powerW * snapshot.slotSeconds : 0;
                sends = sends || g.direction == UPLINK;
                receives = receives || g.direction == DOWNLINK;
            }
        }
        m_txSlots += sends;
        m_rxSlots += receives;
        m_idleSlots += !sends && !receives;
    }

    /// Notes a change. @param before before @param after after
    void On(bool before, bool after)
    {
        NS_TEST_EXPECT_MSG_NE(before, after, "a change");
        m_changes.push_back(Simulator::Now());
    }

    /// Notes a change of the link.
    void LinkChanged()
    {
        ++m_linkChanges;
    }

    void DoRun() override
    {
        TestNetwork network;
        network.helper.SetFading("ns3::noma::NomaNoFadingModel");
        network.helper.SetNetworkAttribute("Subchannels", UintegerValue(1));
        network.helper.SetNetworkAttribute("UplinkBandwidth", DoubleValue(2e5));
        network.helper.SetUeAttribute("TxPower", DoubleValue(23));
        network.Build({{0, 0, 10}}, {{60, 0, 1}}, false);
        BasicEnergySourceHelper sources;
        sources.Set("BasicEnergySourceInitialEnergyJ", DoubleValue(1.0));
        sources.Set("BasicEnergyLowBatteryThreshold", DoubleValue(0.1));
        sources.Set("BasicEnergyHighBatteryThreshold", DoubleValue(0.2));
        sources.Set("PeriodicEnergyUpdateInterval", TimeValue(Seconds(10)));
        const auto source = DynamicCast<BasicEnergySource>(sources.Install(network.ueNodes).Get(0));
        NomaRadioEnergyModelHelper models;
        models.Set("AmplifierEfficiency", DoubleValue(0.35));
        models.Set("TxCircuitPower", DoubleValue(0.12));
        models.Set("RxCircuitPower", DoubleValue(0.08));
        models.Set("IdlePower", DoubleValue(0.01));
        const auto model =
            DynamicCast<NomaRadioEnergyModel>(models.Install(network.ues.Get(0), source).Get(0));
        const auto ue = DynamicCast<NomaNetDevice>(network.ues.Get(0));
        const auto ap = network.aps.Get(0);
        network.Network()->TraceConnectWithoutContext(
            "Slot",
            MakeCallback(&RadioEnergyTestCase::Slot, this));
        ue->TraceConnectWithoutContext("On", MakeCallback(&RadioEnergyTestCase::On, this));
        ue->AddLinkChangeCallback(MakeCallback(&RadioEnergyTestCase::LinkChanged, this));
        const auto send = [&](uint32_t frames) {
            for (uint32_t i = 0; i < frames; ++i)
            {
                ue->Send(Create<Packet>(1000), ap->GetAddress(), 0x800);
                ap->Send(Create<Packet>(700), ue->GetAddress(), 0x800);
            }
        };
        Simulator::Schedule(MilliSeconds(100), [&] { send(30); });
        double before = 0;
        Simulator::Schedule(MicroSeconds(110200), [&] { before = model->GetTransmitEnergyJ(); });
        Simulator::Schedule(MicroSeconds(110700), [&] {
            NOMA_TEST_EXPECT_CLOSE(model->GetTransmitEnergyJ() - before,
                                   std::pow(10.0, -0.7) / 0.35 * 0.5e-3,
                                   1e-9,
                                   "amplifier within a slot");
        });
        Simulator::Stop(Seconds(0.6));
        Simulator::Run();
        const double expected =
            m_radiatedJ / 0.35 + 1e-3 * (m_txSlots * 0.12 + m_rxSlots * 0.08 + m_idleSlots * 0.01);
        NS_TEST_EXPECT_MSG_GT(m_txSlots, 20, "slots with transmission");
        NS_TEST_EXPECT_MSG_GT(m_rxSlots, 0, "slots with reception");
        NOMA_TEST_EXPECT_CLOSE(model->GetTotalEnergyConsumption(), expected, 1e-9, "consumption");
        NOMA_TEST_EXPECT_CLOSE(model->GetTransmitEnergyJ(), m_radiatedJ / 0.35, 1e-9, "amplifier");
        // ns-3's source rounds to a nanojoule at each update
        NOMA_TEST_EXPECT_CLOSE(1.0 - source->GetRemainingEnergy(), expected, 1e-6, "battery");
        NS_TEST_EXPECT_MSG_EQ(m_changes.size(), 0, "still on");

        // more than the battery holds
        send(900);
        Simulator::Stop(Seconds(5));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(m_changes.size(), 1, "ran out");
        NS_TEST_EXPECT_MSG_EQ(ue->IsLinkUp(), false, "link is down");
        NS_TEST_EXPECT_MSG_EQ(m_linkChanges, 1, "down at the end; up for the first time is none");
        const auto& up = network.Network()->GetLinkCounters(UPLINK, 0);
        NS_TEST_EXPECT_MSG_GT(up.Dropped(DropReason::DEVICE_OFF).packets, 0, "queue dropped");
        NS_TEST_EXPECT_MSG_EQ(network.Network()->GetLinkQueued(UPLINK, 0).packets, 0, "empty");
        NS_TEST_EXPECT_MSG_EQ(ue->Send(Create<Packet>(10), ap->GetAddress(), 0x800),
                              false,
                              "a depleted device takes nothing");
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        const double spent = model->GetTotalEnergyConsumption();
        NOMA_TEST_EXPECT_CLOSE(1.0 - source->GetRemainingEnergy(), spent, 1e-6, "battery");
        NOMA_TEST_EXPECT_NEAR(spent, 0.9, 1e-3, "until the low threshold, to a slot");
        const uint64_t delivered = up.delivered.packets;

        model->HandleEnergyRecharged();
        NS_TEST_EXPECT_MSG_EQ(m_changes.size(), 2, "recharged");
        send(3);
        Simulator::Stop(Seconds(1));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(up.delivered.packets, delivered + 3, "back on the air");
        Simulator::Destroy();
    }

    double m_radiatedJ{0};       //!< energy radiated
    uint32_t m_txSlots{0};       //!< slots in which it sent
    uint32_t m_rxSlots{0};       //!< slots in which it received
    uint32_t m_idleSlots{0};     //!< slots in which it did neither
    std::vector<Time> m_changes; //!< when it went off or on
    uint32_t m_linkChanges{0};   //!< number of link changes
};

/**
 * @ingroup noma-test
 * Task records carry the radio energy of their blocks, whoever schedules them: the controller, or a
 * scheduler that knows nothing of inference while a program of one's own dispatches tasks.
 */
class TaskRadioEnergyTestCase : public TestCase
{
  public:
    /// @param controller whether the controller schedules
    explicit TaskRadioEnergyTestCase(bool controller)
        : TestCase(controller ? "radio energy of tasks under the controller"
                              : "radio energy of tasks under a scheduler of the network's own"),
          m_controller(controller)
    {
    }

  private:
    void DoRun() override
    {
        Scene scene(1, 2);
        scene.inference.SetModel("small", {{0.0, 1e6, 4000000, 2000000}, {1e6, 0.0, 0, 0}});
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload", "MaxTasks", UintegerValue(1));
        scene.Install();
        if (!m_controller)
        {
            scene.noma.GetNetwork()->SetScheduler(CreateObject<RoundRobinScheduler>());
            for (uint32_t ue = 0; ue < 2; ++ue)
            {
                Simulator::Schedule(Seconds(2),
                                    &SplitInferenceClient::Dispatch,
                                    scene.inference.GetClient(ue),
                                    0,
                                    1.0,
                                    TaskForecast());
            }
        }
        scene.noma.GetNetwork()->TraceConnectWithoutContext(
            "Block",
            MakeCallback(&TaskRadioEnergyTestCase::OnBlock, this));
        Scene::Run(Seconds(10));
        const auto& records = scene.inference.GetTracker()->GetRecords();
        NS_TEST_ASSERT_MSG_EQ(records.size(), 2, "tasks");
        for (const TaskRecord& r : records)
        {
            NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, "a task");
            // at light load the plan says what packets do, within two slots per direction
            const double took = (r.closed - r.chosen).GetSeconds();
            NOMA_TEST_EXPECT_NEAR(r.forecast.seconds,
                                  m_controller ? took : 0.0,
                                  0.02 * took + 0.04,
                                  (m_controller ? "forecast" : "no forecast"));
            // the last answers of a task go when it is closed
            const Spent& spent = m_spent.at(r.user);
            NOMA_TEST_EXPECT_CLOSE(r.energy.up, spent.joules.up, 0.2, "uplink");
            NOMA_TEST_EXPECT_CLOSE(r.energy.down, spent.joules.down, 0.2, "downlink");
            NS_TEST_EXPECT_MSG_GT(spent.blocks.up, 3, "uplink blocks");
            NS_TEST_EXPECT_MSG_GT(spent.blocks.down, 3, "downlink blocks");
        }
        Simulator::Destroy();
    }

    /// @param o a block
    void OnBlock(const GrantOutcome& o)
    {
        Spent& spent = m_spent[o.grant.ue];
        ++spent.blocks[o.grant.direction];
        spent.joules[o.grant.direction] += o.grant.powerW * 0.01;
    }

    /// What blocks of a user took.
    struct Spent
    {
        PerDirection<double> joules{0, 0};   //!< energy radiated
        PerDirection<uint32_t> blocks{0, 0}; //!< number
    };

    bool m_controller;                 //!< whether the controller schedules
    std::map<uint32_t, Spent> m_spent; //!< by user
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaRadioEnergyTestSuite : public TestSuite
{
  public:
    NomaRadioEnergyTestSuite()
        : TestSuite("noma-radio-energy", Type::SYSTEM)
    {
        AddTestCase(new RadioEnergyTestCase);
        AddTestCase(new TaskRadioEnergyTestCase(true));
        AddTestCase(new TaskRadioEnergyTestCase(false));
    }
};

NomaRadioEnergyTestSuite g_nomaRadioEnergyTestSuite; //!< the suite

} // namespace
