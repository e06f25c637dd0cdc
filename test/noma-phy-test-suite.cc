/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-csi-estimator.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/noma-spectrum-phy.h"
#include "ns3/pointer.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-analyzer.h"
#include "ns3/uinteger.h"
#include "ns3/waveform-generator.h"

#include <map>
#include <numeric>
#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Physical layers on a channel, and what they report.
class PhyNetwork
{
  public:
    /// @param channel channel @param subchannels number of subchannels
    PhyNetwork(Ptr<SpectrumChannel> channel, uint32_t subchannels)
        : m_channel(channel),
          m_up(MakeNomaSpectrumModel(2e9, subchannels * 1e6, subchannels)),
          m_down(MakeNomaSpectrumModel(2.1e9, subchannels * 1e6, subchannels))
    {
    }

    ~PhyNetwork()
    {
        Simulator::Destroy();
        // without devices nobody else disposes of them, and they hold each other: by the channel
        // and by signals that they still remember
        for (const auto* side : {&m_aps, &m_ues})
        {
            for (const auto& phy : *side)
            {
                phy->Dispose();
            }
        }
        m_channel->Dispose();
    }

    /// @returns a new physical layer @param role role @param index index @param where place
    Ptr<NomaSpectrumPhy> Add(NomaRole role, uint32_t index, Vector where)
    {
        auto phy = CreateObject<NomaSpectrumPhy>();
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(where);
        phy->SetMobility(mobility);
        phy->SetIdentity(role, index);
        phy->SetBands(m_up, m_down);
        phy->SetFading(m_fading);
        phy->SetChannel(m_channel);
        phy->AssignStreams(100 + 2 * index + (role == NomaRole::AP ? 1 : 0));
        phy->SetReceiveCallback(MakeCallback(&PhyNetwork::Receive, this));
        phy->TraceConnectWithoutContext("SicStage", MakeCallback(&PhyNetwork::Stage, this));
        m_channel->AddRx(phy);
        (role == NomaRole::AP ? m_aps : m_ues).push_back(phy);
        return phy;
    }

    /// @param outcomes outcomes of one receiver
    void Receive(const std::vector<LayerOutcome>& outcomes)
    {
        m_outcomes.insert(m_outcomes.end(), outcomes.begin(), outcomes.end());
    }

    /// @param outcome outcome of one stage
    void Stage(const LayerOutcome& outcome)
    {
        m_stages.push_back(outcome);
    }

    Ptr<SpectrumChannel> m_channel;          //!< channel
    Ptr<SpectrumModel> m_up;                 //!< uplink band
    Ptr<SpectrumModel> m_down;               //!< downlink band
    Ptr<NomaFadingModel> m_fading;           //!< fading
    std::vector<Ptr<NomaSpectrumPhy>> m_aps; //!< access points
    std::vector<Ptr<NomaSpectrumPhy>> m_ues; //!< users
    std::vector<LayerOutcome> m_outcomes;    //!< outcomes so far
    std::vector<LayerOutcome> m_stages;      //!< SIC stages so far
};

/// @returns a layer @param d direction @param ue user @param ap access point
/// @param m subchannel @param powerW power @param order order @param bits block size
NomaLayer
MakeLayer(Direction d,
          uint32_t ue,
          uint32_t ap,
          uint32_t m,
          double powerW,
          uint32_t order = 0,
          uint64_t bits = 100)
{
    NomaLayer layer;
    layer.grant.direction = d;
    layer.grant.ue = ue;
    layer.grant.ap = ap;
    layer.grant.subchannel = m;
    layer.grant.powerW = powerW;
    layer.grant.order = order;
    layer.blockBits = bits;
    return layer;
}

/**
 * @ingroup noma-test
 * What the optimiser predicts is what the receiver gets.
 */
class PredictedSinrTestCase : public TestCase
{
  public:
    PredictedSinrTestCase()
        : TestCase("predicted SINR = received SINR over random networks")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        std::size_t compared = 0;
        for (uint32_t seed = 1; seed <= 20; ++seed)
        {
            compared += RunOne(seed, seed % 2 ? 0.0 : 0.03, seed % 5 == 0);
        }
        NS_TEST_EXPECT_MSG_GT(compared, 1200, "SINRs compared");
    }

    /**
     * @param seed seed
     * @param residual residual factor
     * @param generic whether to use ns-3's channel
     * @returns number of SINRs compared
     */
    std::size_t RunOne(uint32_t seed, double residual, bool generic)
    {
        const uint32_t aps = 5;
        const uint32_t users = 40;
        const uint32_t subchannels = 6;
        const uint32_t superposed = 3;
        std::mt19937 rng(seed);
        std::uniform_real_distribution<double> place(-600, 600);
        Ptr<SpectrumChannel> channel = CreateObject<NomaSpectrumChannel>();
        if (generic)
        {
            channel = CreateObject<MultiModelSpectrumChannel>();
        }
        auto loss = CreateObject<LogDistancePropagationLossModel>();
        loss->SetAttribute("Exponent", DoubleValue(5));
        loss->SetAttribute("ReferenceLoss", DoubleValue(0));
        channel->AddPropagationLossModel(loss);
        PhyNetwork network(channel, subchannels);
        network.m_fading = CreateObject<NomaBlockFadingModel>();
        network.m_fading->AssignStreams(seed);
        for (uint32_t n = 0; n < aps; ++n)
        {
            network.Add(NomaRole::AP, n, Vector(place(rng), place(rng), 10));
        }
        for (uint32_t i = 0; i < users; ++i)
        {
            network.Add(NomaRole::UE, i, Vector(place(rng), place(rng), 1));
        }
        auto canceller = CreateObject<NomaResidualCanceller>();
        canceller->SetAttribute("Residual", DoubleValue(residual));
        for (const auto* side : {&network.m_aps, &network.m_ues})
        {
            for (const auto& phy : *side)
            {
                phy->SetAttribute("Canceller", PointerValue(canceller));
            }
        }
        auto csi = CreateObject<NomaCsiEstimator>();
        csi->SetDevices(network.m_ues, network.m_aps);

        Instance instance;
        Decision decision;
        Simulator::Schedule(MilliSeconds(7), [&] {
            csi->Update(MilliSeconds(1));
            instance = MakeInstance(*csi, aps, users, subchannels, superposed, residual);
            decision = Draw(instance, rng);
            Send(network, instance, decision, *csi);
        });
        Simulator::Schedule(MilliSeconds(8), [&] {
            for (const auto* side : {&network.m_aps, &network.m_ues})
            {
                for (const auto& phy : *side)
                {
                    phy->CloseSlot();
                }
            }
        });
        Simulator::Run();
        const auto evaluation = Evaluate(instance, decision);
        std::size_t links = 0;
        for (const auto& u : decision.users)
        {
            links += u.link.up.shares.size() + u.link.down.shares.size();
        }
        NS_TEST_EXPECT_MSG_EQ(network.m_outcomes.size(), links, "one outcome per grant");
        std::map<std::pair<uint32_t, uint32_t>, std::pair<double, double>> sums;
        for (const auto& o : network.m_outcomes)
        {
            const auto& g = o.grant;
            NS_TEST_EXPECT_MSG_EQ(o.decoded, true, "empty blocks are decoded");
            NOMA_TEST_EXPECT_CLOSE(o.sinr,
                                   evaluation.users[g.ue].sinr[g.direction][g.subchannel],
                                   1e-9,
                                   DirectionName(g.direction)
                                       << ", user " << g.ue << ", seed " << seed);
            if (g.direction == UPLINK && residual == 0)
            {
                auto& sum = sums[{g.ap, g.subchannel}];
                sum.first += SpectralEfficiency(o.sinr);
                // the last layer meets only what comes from outside its group
                sum.second = o.stage + 1 == o.layers ? o.interferenceW : sum.second;
            }
        }
        for (const auto& [group, sum] : sums)
        {
            double signal = 0;
            for (const auto& o : network.m_outcomes)
            {
                const bool member = o.grant.direction == UPLINK && o.grant.ap == group.first &&
                                    o.grant.subchannel == group.second;
                signal += member ? o.signalW : 0;
            }
            NOMA_TEST_EXPECT_CLOSE(sum.first,
                                   std::log2(1 + signal / sum.second),
                                   1e-12,
                                   "sum of uplink rates");
        }
        return links;
    }

    /// @returns an instance with the network's gains @param csi gains @param aps access points
    /// @param users users @param subchannels M @param superposed K @param residual eps
    Instance MakeInstance(const NomaCsiEstimator& csi,
                          uint32_t aps,
                          uint32_t users,
                          uint32_t subchannels,
                          uint32_t superposed,
                          double residual) const
    {
        Instance instance;
        instance.subchannels = subchannels;
        instance.maxSuperposed = superposed;
        instance.bandwidthHz = {subchannels * 1e6, subchannels * 1e6};
        instance.residual = residual;
        EdgeServer edge;
        edge.units = 100;
        edge.clockHz = 1e9;
        edge.flopPerCycle = 1;
        instance.edges.assign(aps, edge);
        for (const Direction d : DIRECTIONS)
        {
            instance.gain[d] = GainTensor(users, aps, subchannels);
            for (uint32_t n = 0; n < aps; ++n)
            {
                for (uint32_t m = 0; m < subchannels; ++m)
                {
                    csi.Row(d, n, m, instance.gain[d].Row(n, m));
                }
            }
        }
        for (uint32_t i = 0; i < users; ++i)
        {
            User user;
            for (uint32_t n = 1; n < aps; ++n)
            {
                user.ap = csi.GetPathGain(UPLINK, i, n) > csi.GetPathGain(UPLINK, i, user.ap)
                              ? n
                              : user.ap;
            }
            user.clockHz = 1e9;
            user.flopPerCycle = 1;
            user.powerW = {{0, 1}, {0, 1}};
            user.units = {1, 1};
            user.options = {{0, 1e6, 1e5, 1e4}};
            instance.users.push_back(user);
        }
        return instance;
    }

    /// @returns a random decision @param instance instance @param rng generator
    Decision Draw(const Instance& instance, std::mt19937& rng) const
    {
        std::uniform_real_distribution<double> power(0.001, 0.3);
        Decision decision;
        std::map<std::array<uint32_t, 3>, uint32_t> held;
        for (const auto& user : instance.users)
        {
            UserDecision u;
            u.units = 1;
            for (const Direction d : DIRECTIONS)
            {
                const auto m = static_cast<uint32_t>(rng() % instance.subchannels);
                if (held[{d, user.ap, m}]++ < instance.maxSuperposed)
                {
                    u.link[d].shares = {{m, 1.0}};
                    u.link[d].powerW = power(rng);
                }
            }
            decision.users.push_back(u);
        }
        return decision;
    }

    /// Sends what was decided. @param network network @param instance instance
    /// @param decision decision @param csi gains
    void Send(PhyNetwork& network,
              const Instance& instance,
              const Decision& decision,
              const NomaCsiEstimator& csi) const
    {
        NomaOrderPolicy policy;
        for (const Direction d : DIRECTIONS)
        {
            std::vector<std::vector<NomaLayer>> toSend(d == UPLINK ? network.m_ues.size()
                                                                   : network.m_aps.size());
            std::vector<std::vector<Grant>> expected(d == UPLINK ? network.m_aps.size()
                                                                 : network.m_ues.size());
            for (uint32_t n = 0; n < instance.edges.size(); ++n)
            {
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    std::vector<OrderCandidate> group;
                    for (uint32_t i = 0; i < instance.users.size(); ++i)
                    {
                        const auto& link = decision.users[i].link[d];
                        if (instance.users[i].ap == n && !link.shares.empty() &&
                            link.shares.front().subchannel == m)
                        {
                            group.push_back({i, csi.Gain(d, i, n, m), link.powerW, 1});
                        }
                    }
                    const auto order = policy.Order(d, group);
                    for (uint32_t k = 0; k < order.size(); ++k)
                    {
                        const auto& c = group[order[k]];
                        const auto layer = MakeLayer(d, c.ue, n, m, c.powerW, k, 0);
                        toSend[d == UPLINK ? c.ue : n].push_back(layer);
                        expected[d == UPLINK ? n : c.ue].push_back(layer.grant);
                    }
                }
            }
            auto& senders = d == UPLINK ? network.m_ues : network.m_aps;
            auto& receivers = d == UPLINK ? network.m_aps : network.m_ues;
            for (std::size_t i = 0; i < senders.size(); ++i)
            {
                senders[i]->StartTx(toSend[i], MilliSeconds(1));
            }
            for (std::size_t i = 0; i < receivers.size(); ++i)
            {
                receivers[i]->OpenSlot(expected[i]);
            }
        }
    }
};

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
 * The physical layer by itself and against the optimiser's formula.
 */
class NomaPhyTestSuite : public TestSuite
{
  public:
    NomaPhyTestSuite()
        : TestSuite("noma-phy", Type::UNIT)
    {
        AddTestCase(new PredictedSinrTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new ForeignSignalTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new OutcomeTestCase(false), NOMA_TEST_DURATION(QUICK));
        AddTestCase(new OutcomeTestCase(true), NOMA_TEST_DURATION(QUICK));
        AddTestCase(new GeneralWayTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaPhyTestSuite g_nomaPhyTestSuite; //!< static variable for registration

} // namespace
