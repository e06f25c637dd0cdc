/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-phys.h"
#include "noma-test.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/cosine-antenna-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-order-policy.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/pointer.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/spectrum-analyzer.h"
#include "ns3/uinteger.h"
#include "ns3/waveform-generator.h"

#include <cmath>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * A foreign transmitter counts by the part of the slot it covers and the part of the subchannel it
 * overlaps, on either channel.
 */
class ForeignSignalTestCase : public TestCase
{
  public:
    ForeignSignalTestCase()
        : TestCase("foreign signals: weighted by time and by frequency")
    {
    }

  private:
    void DoRun() override
    {
        for (const bool generic : {false, true})
        {
            Ptr<SpectrumChannel> channel = CreateObject<NomaSpectrumChannel>();
            if (generic)
            {
                channel = CreateObject<MultiModelSpectrumChannel>();
            }
            PhyNetwork network(channel, 2);
            auto ap = network.Add(NomaRole::AP, 0, Vector(0, 0, 0));
            auto ue = network.Add(NomaRole::UE, 0, Vector(5, 0, 0));
            // subchannels 1999 to 2000 and 2000 to 2001 MHz; the foreign signal has 1.5 W from
            // 2000.5 to 2002 MHz: a third of it lies in the second one (ns-3 3.48 gives a shifted
            // band of equal width to the subchannel as a whole)
            auto model = MakeNomaSpectrumModel(2.00125e9, 1.5e6, 1);
            auto psd = Create<SpectrumValue>(model);
            *psd = 1e-6;
            auto foreign = CreateObject<WaveformGenerator>();
            foreign->SetChannel(channel);
            foreign->SetTxPowerSpectralDensity(psd);
            foreign->SetPeriod(MilliSeconds(100));
            foreign->SetDutyCycle(0.006);
            // 0.6 ms from 1.5 ms on: half of slot 1, a tenth of slot 2
            Simulator::Schedule(MicroSeconds(1500), &WaveformGenerator::Start, foreign);
            for (int slot = 0; slot < 4; ++slot)
            {
                Simulator::Schedule(MilliSeconds(slot), [&] {
                    ap->CloseSlot();
                    auto first = MakeLayer(UPLINK, 0, 0, 0, 0.3);
                    auto second = MakeLayer(UPLINK, 0, 0, 1, 0.3);
                    ue->StartTx({second, first}, MilliSeconds(1));
                    ap->OpenSlot({first.grant, second.grant});
                });
            }
            Simulator::Schedule(MilliSeconds(4), [&] {
                ap->CloseSlot();
                foreign->Stop();
            });
            Simulator::Stop(MilliSeconds(5));
            Simulator::Run();
            const double share[] = {0, 0.5, 0.1, 0};
            NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 8, "outcomes");
            for (std::size_t i = 0; i < 8; ++i)
            {
                const auto& o = network.m_outcomes[i];
                const double expected =
                    ap->GetNoiseW() + (o.grant.subchannel == 1 ? 0.5 * share[i / 2] : 0);
                NOMA_TEST_EXPECT_CLOSE(o.interferenceW, expected, 1e-9, "interference, " << i);
                NOMA_TEST_EXPECT_CLOSE(o.signalW, 0.3, 1e-12, "signal");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Layers, reasons and traces in situations that go wrong.
 */
class OutcomeTestCase : public TestCase
{
  public:
    /// @param generic whether to use ns-3's channel
    explicit OutcomeTestCase(bool generic)
        : TestCase(generic ? "outcomes, on ns-3's channel" : "outcomes"),
          m_generic(generic)
    {
    }

  private:
    void DoRun() override
    {
        Ptr<SpectrumChannel> channel = CreateObject<NomaSpectrumChannel>();
        if (m_generic)
        {
            channel = CreateObject<MultiModelSpectrumChannel>();
        }
        PhyNetwork network(channel, 3);
        auto ap = network.Add(NomaRole::AP, 0, Vector(0, 0, 0));
        auto other = network.Add(NomaRole::AP, 1, Vector(0, 9, 0));
        std::vector<Ptr<NomaSpectrumPhy>> ue;
        for (uint32_t i = 0; i < 4; ++i)
        {
            ue.push_back(network.Add(NomaRole::UE, i, Vector(5 + i, 0, 0)));
        }
        auto payload = Create<Packet>(123);

        // uplink: user 1 was granted but is silent, user 2 sends to the other access point
        Simulator::ScheduleNow([&] {
            auto a = MakeLayer(UPLINK, 0, 0, 1, 4.0, 1);
            auto b = MakeLayer(UPLINK, 1, 0, 1, 2.0, 0);
            auto c = MakeLayer(UPLINK, 2, 1, 1, 1.0);
            a.payload = payload;
            ue[0]->StartTx({a}, MilliSeconds(1));
            ue[2]->StartTx({c}, MilliSeconds(1));
            ap->OpenSlot({a.grant, b.grant});
        });
        Simulator::Schedule(MilliSeconds(1), [&] { ap->CloseSlot(); });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 2, "one outcome per grant");
        const auto silent = network.m_outcomes[0];
        NS_TEST_EXPECT_MSG_EQ(silent.grant.ue, 1, "user");
        NS_TEST_EXPECT_MSG_EQ((silent.result == LayerResult::NO_SIGNAL), true, "no signal");
        const auto heard = network.m_outcomes[1];
        NS_TEST_EXPECT_MSG_EQ(heard.grant.ue, 0, "user");
        NS_TEST_EXPECT_MSG_EQ(heard.decoded, true, "decoded");
        NS_TEST_EXPECT_MSG_EQ((heard.payload == payload), true, "payload");
        NS_TEST_EXPECT_MSG_EQ(heard.blockBits, 100, "block");
        NOMA_TEST_EXPECT_CLOSE(heard.sinr, 4 / (1 + ap->GetNoiseW()), 1e-12, "SINR");

        // downlink: three layers, users 0 and 2 listen; user 3 was granted nothing that is sent
        network.m_outcomes.clear();
        network.m_stages.clear();
        std::vector<NomaLayer> layers = {MakeLayer(DOWNLINK, 2, 0, 2, 1.0, 2),
                                         MakeLayer(DOWNLINK, 0, 0, 2, 10.0, 0),
                                         MakeLayer(DOWNLINK, 1, 0, 2, 3.0, 1),
                                         MakeLayer(DOWNLINK, 2, 0, 0, 7.0, 0)};
        Simulator::ScheduleNow([&] {
            ap->StartTx(layers, MilliSeconds(1));
            other->StartTx({MakeLayer(DOWNLINK, 9, 1, 2, 0.5)}, MilliSeconds(1));
            ue[0]->OpenSlot({layers[1].grant});
            ue[2]->OpenSlot({layers[0].grant, layers[3].grant});
            ue[3]->OpenSlot(
                {MakeLayer(DOWNLINK, 3, 0, 1, 1).grant, MakeLayer(DOWNLINK, 3, 0, 2, 1).grant});
        });
        Simulator::Schedule(MilliSeconds(1), [&] {
            for (auto& phy : ue)
            {
                phy->CloseSlot();
            }
        });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 5, "one outcome per grant");
        const double noise = ue[0]->GetNoiseW();
        NOMA_TEST_EXPECT_CLOSE(network.m_outcomes[0].sinr, 10 / (4.5 + noise), 1e-12, "weakest");
        NOMA_TEST_EXPECT_CLOSE(network.m_outcomes[1].sinr, 7 / noise, 1e-12, "alone");
        NOMA_TEST_EXPECT_CLOSE(network.m_outcomes[2].sinr, 1 / (0.5 + noise), 1e-12, "strongest");
        NS_TEST_EXPECT_MSG_EQ(network.m_outcomes[2].stage, 2, "stage");
        NS_TEST_EXPECT_MSG_EQ(network.m_outcomes[2].layers, 3, "layers");
        for (std::size_t i : {3, 4})
        {
            NS_TEST_EXPECT_MSG_EQ((network.m_outcomes[i].result == LayerResult::NO_SIGNAL),
                                  true,
                                  "nothing sent");
        }
        NS_TEST_EXPECT_MSG_EQ(network.m_stages.size(), 5, "stages traced: 1 + 1 + 3");

        // the receiver orders uplink layers itself if it is told to
        network.m_outcomes.clear();
        ap->SetAttribute("OrderPolicy", PointerValue(CreateObject<NomaReceivedPowerOrder>()));
        ap->SetAttribute("MaxLayers", UintegerValue(2));
        Simulator::ScheduleNow([&] {
            std::vector<Grant> grants;
            for (uint32_t i = 0; i < 3; ++i)
            {
                auto layer = MakeLayer(UPLINK, i, 0, 0, std::pow(10.0, i), i);
                ue[i]->StartTx({layer}, MilliSeconds(1));
                grants.push_back(layer.grant);
            }
            ap->OpenSlot(grants);
        });
        Simulator::Schedule(MilliSeconds(1), [&] { ap->CloseSlot(); });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 3, "one outcome per grant");
        for (std::size_t k = 0; k < 3; ++k)
        {
            NS_TEST_EXPECT_MSG_EQ(network.m_outcomes[k].grant.ue, 2 - k, "strongest first");
        }
        NOMA_TEST_EXPECT_CLOSE(network.m_outcomes[0].sinr, 100 / (11 + noise), 1e-12, "strongest");
        NS_TEST_EXPECT_MSG_EQ((network.m_outcomes[2].result == LayerResult::TOO_MANY_LAYERS),
                              true,
                              "beyond what the receiver can handle");

        // a slot that is aborted reports nothing, and the next one works
        network.m_outcomes.clear();
        Simulator::ScheduleNow([&] {
            auto layer = MakeLayer(UPLINK, 0, 0, 0, 1.0);
            ue[0]->StartTx({layer}, MilliSeconds(1));
            ap->OpenSlot({layer.grant});
        });
        Simulator::Schedule(MicroSeconds(500), [&] { ap->AbortSlot(); });
        Simulator::Schedule(MilliSeconds(1), [&] {
            ap->CloseSlot();
            auto layer = MakeLayer(UPLINK, 1, 0, 0, 1.0);
            ue[1]->StartTx({layer}, MilliSeconds(1));
            ap->OpenSlot({layer.grant});
        });
        Simulator::Schedule(MilliSeconds(2), [&] { ap->CloseSlot(); });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 1, "outcomes");
        NOMA_TEST_EXPECT_CLOSE(network.m_outcomes[0].sinr,
                               1 / noise,
                               1e-12,
                               "nothing is left of the slot before");
    }

    bool m_generic; //!< whether to use ns-3's channel
};

/**
 * @ingroup noma-test
 * With a propagation delay everything takes the general way, and nothing changes; receivers of
 * other technologies hear NOMA.
 */
class GeneralWayTestCase : public TestCase
{
  public:
    GeneralWayTestCase()
        : TestCase("propagation delay, and a spectrum analyzer")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<double> sinr;
        for (const bool delay : {false, true})
        {
            auto channel = CreateObject<NomaSpectrumChannel>();
            channel->AddPropagationLossModel(CreateObject<FriisPropagationLossModel>());
            if (delay)
            {
                channel->SetPropagationDelayModel(
                    CreateObject<ConstantSpeedPropagationDelayModel>());
            }
            PhyNetwork network(channel, 1);
            auto ap = network.Add(NomaRole::AP, 0, Vector(0, 0, 0));
            auto near = network.Add(NomaRole::UE, 0, Vector(50, 0, 0));
            auto far = network.Add(NomaRole::UE, 1, Vector(900, 0, 0));
            auto analyzer = CreateObject<SpectrumAnalyzer>();
            analyzer->SetRxSpectrumModel(network.m_up);
            analyzer->SetMobility(CreateObject<ConstantPositionMobilityModel>());
            analyzer->SetChannel(channel);
            analyzer->SetAttribute("Resolution", TimeValue(MicroSeconds(100)));
            analyzer->SetAttribute("NoisePowerSpectralDensity", DoubleValue(0));
            channel->AddRx(analyzer);
            analyzer->TraceConnectWithoutContext("AveragePowerSpectralDensityReport",
                                                 MakeCallback(&GeneralWayTestCase::Analyzed, this));
            analyzer->Start();
            for (int slot = 0; slot < 3; ++slot)
            {
                Simulator::Schedule(MilliSeconds(slot), [&] {
                    ap->CloseSlot();
                    auto a = MakeLayer(UPLINK, 0, 0, 0, 0.1, 0);
                    auto b = MakeLayer(UPLINK, 1, 0, 0, 0.2, 1);
                    near->StartTx({a}, MilliSeconds(1));
                    far->StartTx({b}, MilliSeconds(1));
                    ap->OpenSlot({a.grant, b.grant});
                });
            }
            Simulator::Schedule(MilliSeconds(3), [&] {
                ap->CloseSlot();
                analyzer->Stop();
            });
            Simulator::Stop(MilliSeconds(4));
            m_energyJ = 0;
            Simulator::Run();
            NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 6, "outcomes");
            for (const auto& o : network.m_outcomes)
            {
                sinr.push_back(o.sinr);
            }
            // the analyzer sits at the access point
            const double powerW = network.m_outcomes[0].signalW + network.m_outcomes[1].signalW;
            NOMA_TEST_EXPECT_CLOSE(m_energyJ, powerW * 2.9e-3, 0.04, "energy analyzed");
            analyzer->Dispose();
        }
        for (std::size_t i = 0; i < 6; ++i)
        {
            NOMA_TEST_EXPECT_CLOSE(sinr[i], sinr[i + 6], 1e-12, "SINR");
        }
    }

    /// @param psd average over the last 100 us
    void Analyzed(Ptr<const SpectrumValue> psd)
    {
        m_energyJ += Integral(*psd) * 100e-6;
    }

    double m_energyJ{0}; //!< energy the analyzer reported (J)
};

/**
 * @ingroup noma-test
 * Antennas count as on ns-3's own channel, in both directions.
 */
class AntennaTestCase : public TestCase
{
  public:
    AntennaTestCase()
        : TestCase("directional antennas")
    {
    }

  private:
    /// @returns SINRs in up- and downlink @param channel channel @param directional antennas or not
    std::vector<double> Run(Ptr<SpectrumChannel> channel, bool directional)
    {
        channel->AddPropagationLossModel(CreateObject<FriisPropagationLossModel>());
        PhyNetwork network(channel, 1);
        auto ap = network.Add(NomaRole::AP, 0, Vector(0, 0, 0));
        auto near = network.Add(NomaRole::UE, 0, Vector(60, 30, 0));
        auto far = network.Add(NomaRole::UE, 1, Vector(400, -250, 0));
        if (directional)
        {
            const auto mount = [](Ptr<NomaSpectrumPhy> phy, double orientation, double gain) {
                auto antenna = CreateObject<CosineAntennaModel>();
                antenna->SetAttribute("Orientation", DoubleValue(orientation));
                antenna->SetAttribute("HorizontalBeamwidth", DoubleValue(100));
                antenna->SetAttribute("MaxGain", DoubleValue(gain));
                phy->SetAntenna(antenna);
            };
            mount(ap, 20, 9);
            mount(far, 120, 3);
        }
        Simulator::Schedule(MilliSeconds(0), [&] {
            auto a = MakeLayer(UPLINK, 0, 0, 0, 0.1, 0);
            auto b = MakeLayer(UPLINK, 1, 0, 0, 0.2, 1);
            near->StartTx({a}, MilliSeconds(1));
            far->StartTx({b}, MilliSeconds(1));
            ap->OpenSlot({a.grant, b.grant});
            auto c = MakeLayer(DOWNLINK, 1, 0, 0, 1);
            ap->StartTx({c}, MilliSeconds(1));
            far->OpenSlot({c.grant});
        });
        Simulator::Schedule(MilliSeconds(1), [&] {
            ap->CloseSlot();
            far->CloseSlot();
        });
        Simulator::Stop(MilliSeconds(2));
        Simulator::Run();
        std::vector<double> sinr;
        for (const auto& o : network.m_outcomes)
        {
            sinr.push_back(o.sinr);
        }
        return sinr;
    }

    void DoRun() override
    {
        const auto plain = Run(CreateObject<NomaSpectrumChannel>(), false);
        const auto fast = Run(CreateObject<NomaSpectrumChannel>(), true);
        const auto generic = Run(CreateObject<MultiModelSpectrumChannel>(), true);
        NS_TEST_ASSERT_MSG_EQ(fast.size(), 3, "outcomes");
        NS_TEST_ASSERT_MSG_EQ(generic.size(), 3, "outcomes");
        for (std::size_t i = 0; i < 3; ++i)
        {
            NOMA_TEST_EXPECT_CLOSE(fast[i], generic[i], 1e-12, "SINR " << i);
            NS_TEST_EXPECT_MSG_GT(std::abs(std::log(fast[i] / plain[i])), 0.1, "they do count");
        }
    }
};

/**
 * @ingroup noma-test
 * A slot keeps the paths that it opened with: what was on the air then counts from where its sender
 * was, what came later from where its sender is when the slot is closed. Who asks for spectral
 * densities gets them.
 */
class MovingTestCase : public TestCase
{
  public:
    MovingTestCase()
        : TestCase("senders that move within a slot")
    {
    }

  private:
    void DoRun() override
    {
        auto channel = CreateObject<NomaSpectrumChannel>();
        auto loss = CreateObject<FriisPropagationLossModel>();
        channel->AddPropagationLossModel(loss);
        PhyNetwork network(channel, 2);
        auto ap = network.Add(NomaRole::AP, 0, Vector(0, 0, 0));
        auto early = network.Add(NomaRole::UE, 0, Vector(100, 0, 0));
        auto late = network.Add(NomaRole::UE, 1, Vector(0, 100, 0));
        const auto gain = [&](double metre) {
            auto there = CreateObject<ConstantPositionMobilityModel>();
            there->SetPosition(Vector(metre, 0, 0));
            return std::pow(10.0, loss->CalcRxPower(0, there, ap->GetMobility()) / 10);
        };
        const auto move = [](Ptr<NomaSpectrumPhy> phy, double metre) {
            phy->GetMobility()->SetPosition(Vector(metre, 0, 0));
            phy->UpdatePosition();
        };
        early->TraceConnectWithoutContext("TxStart", MakeCallback(&MovingTestCase::Sent, this));
        Simulator::Schedule(MilliSeconds(0), [&] {
            auto layer = MakeLayer(UPLINK, 0, 0, 1, 0.1);
            early->StartTx({layer}, MilliSeconds(1));
            ap->OpenSlot({layer.grant});
        });
        Simulator::Schedule(MicroSeconds(500), [&] {
            move(early, 900);
            late->StartTx({MakeLayer(UPLINK, 1, 7, 1, 0.2)}, MicroSeconds(500));
        });
        Simulator::Schedule(MilliSeconds(1), [&] {
            move(late, 300);
            ap->CloseSlot();
        });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(network.m_outcomes.size(), 1, "outcomes");
        const auto& outcome = network.m_outcomes[0];
        NOMA_TEST_EXPECT_CLOSE(outcome.signalW, 0.1 * gain(100), 1e-12, "signal");
        NOMA_TEST_EXPECT_CLOSE(outcome.interferenceW,
                               0.5 * 0.2 * gain(300) + ap->GetNoiseW(),
                               1e-12,
                               "interference");
        NOMA_TEST_EXPECT_CLOSE(m_sentW, 0.1, 1e-12, "sent");
    }

    /// @param signal a signal
    void Sent(Ptr<const NomaSpectrumSignalParameters> signal)
    {
        m_sentW += Integral(*signal->psd);
    }

    double m_sentW{0}; //!< power according to spectral densities (W)
};

/**
 * @ingroup noma-test
 * The physical layer by itself.
 */
class NomaPhyTestSuite : public TestSuite
{
  public:
    NomaPhyTestSuite()
        : TestSuite("noma-phy", Type::UNIT)
    {
        AddTestCase(new ForeignSignalTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new OutcomeTestCase(false), NOMA_TEST_DURATION(QUICK));
        AddTestCase(new OutcomeTestCase(true), NOMA_TEST_DURATION(QUICK));
        AddTestCase(new AntennaTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new GeneralWayTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new MovingTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaPhyTestSuite g_nomaPhyTestSuite; //!< static variable for registration

} // namespace
