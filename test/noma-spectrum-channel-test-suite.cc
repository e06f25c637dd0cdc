/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-csi-estimator.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/noma-spectrum-phy.h"
#include "ns3/pointer.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"
#include "ns3/waveform-generator.h"

#include <random>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// What one receiver saw.
struct Seen
{
    uint32_t slot;        //!< slot
    Direction direction;  //!< direction
    uint32_t ue;          //!< user
    uint32_t subchannel;  //!< subchannel
    double sinr;          //!< SINR
    double interferenceW; //!< interference and noise
    LayerResult result;   //!< outcome
};

/// A network of five cells whose grants are random, on any spectrum channel.
class RandomNetwork
{
  public:
    /// Number of access points.
    static constexpr uint32_t APS = 5;
    /// Number of users.
    static constexpr uint32_t UES = 25;
    /// Number of subchannels.
    static constexpr uint32_t SUBCHANNELS = 6;

    /**
     * @param channel channel
     * @param foreign whether a foreign transmitter is on the air
     * @param slots number of slots
     * @param seed seed of positions and grants
     * @returns all outcomes
     */
    static std::vector<Seen> Run(Ptr<SpectrumChannel> channel,
                                 bool foreign,
                                 uint32_t slots,
                                 uint32_t seed)
    {
        RandomNetwork network(channel, seed);
        if (foreign)
        {
            network.AddForeign();
        }
        for (uint32_t s = 0; s <= slots; ++s)
        {
            Simulator::Schedule(MilliSeconds(s),
                                [&network, s, slots] { network.Slot(s, s < slots); });
        }
        Simulator::Stop(MilliSeconds(slots + 1));
        Simulator::Run();
        Simulator::Destroy();
        network.Dispose();
        return network.m_seen;
    }

    /// Relative difference of predicted and received SINR, the greatest of all.
    double m_worst{0};

  private:
    /**
     * @param channel channel
     * @param seed seed
     */
    RandomNetwork(Ptr<SpectrumChannel> channel, uint32_t seed)
        : m_channel(channel),
          m_rng(seed)
    {
        auto loss = CreateObject<LogDistancePropagationLossModel>();
        loss->SetAttribute("Exponent", DoubleValue(5));
        loss->SetAttribute("ReferenceLoss", DoubleValue(0));
        channel->AddPropagationLossModel(loss);
        auto up = MakeNomaSpectrumModel(2e9, 10e6, SUBCHANNELS);
        auto down = MakeNomaSpectrumModel(2.1e9, 10e6, SUBCHANNELS);
        auto fading = CreateObject<NomaBlockFadingModel>();
        fading->SetAttribute("CoherenceTime", TimeValue(MilliSeconds(2)));
        fading->AssignStreams(17);
        std::uniform_real_distribution<double> place(-500, 500);
        for (uint32_t i = 0; i < APS + UES; ++i)
        {
            const bool ap = i < APS;
            auto phy = CreateObject<NomaSpectrumPhy>();
            auto mobility = CreateObject<ConstantPositionMobilityModel>();
            mobility->SetPosition(Vector(place(m_rng), place(m_rng), ap ? 10 : 1.5));
            phy->SetMobility(mobility);
            phy->SetIdentity(ap ? NomaRole::AP : NomaRole::UE, ap ? i : i - APS);
            phy->SetBands(up, down);
            phy->SetFading(fading);
            phy->SetChannel(channel);
            phy->AssignStreams(100 + i);
            channel->AddRx(phy);
            phy->SetReceiveCallback(MakeCallback(&RandomNetwork::Receive, this));
            (ap ? m_aps : m_ues).push_back(phy);
        }
    }

    /// Physical layers hold each other, by the channel and by signals that they still remember.
    void Dispose()
    {
        for (const auto* side : {&m_aps, &m_ues})
        {
            for (const auto& phy : *side)
            {
                phy->Dispose();
            }
        }
        m_channel->Dispose();
    }

    /// Puts a transmitter of another technology on the air.
    void AddForeign()
    {
        // overlaps part of the uplink band, on a grid of its own
        auto model = MakeNomaSpectrumModel(1.998e9, 3e6, 7);
        auto psd = Create<SpectrumValue>(model);
        *psd = 1e-9;
        auto generator = CreateObject<WaveformGenerator>();
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(Vector(40, 30, 1.5));
        generator->SetMobility(mobility);
        generator->SetChannel(m_channel);
        generator->SetTxPowerSpectralDensity(psd);
        generator->SetPeriod(MicroSeconds(700));
        generator->SetDutyCycle(0.4);
        m_foreign = generator;
        Simulator::Schedule(MicroSeconds(300), &WaveformGenerator::Start, generator);
    }

    /**
     * @param slot number of the slot that begins
     * @param send whether anything is sent in it
     */
    void Slot(uint32_t slot, bool send)
    {
        for (auto& phy : m_aps)
        {
            phy->CloseSlot();
        }
        for (auto& phy : m_ues)
        {
            phy->CloseSlot();
        }
        m_slot = slot;
        if (!send)
        {
            return;
        }
        if (slot == 3)
        {
            DynamicCast<ConstantPositionMobilityModel>(m_ues[2]->GetMobility())
                ->SetPosition(Vector(1, 2, 3));
        }
        std::uniform_int_distribution<uint32_t> anyAp(0, APS - 1);
        std::uniform_int_distribution<uint32_t> anyBits(1, 8000);
        std::uniform_real_distribution<double> power(0.01, 0.3);
        std::vector<std::vector<NomaLayer>> fromUe(UES);
        std::vector<std::vector<NomaLayer>> fromAp(APS);
        std::vector<std::vector<Grant>> toAp(APS);
        std::vector<std::vector<Grant>> toUe(UES);
        std::vector<std::vector<uint32_t>> upCount(APS, std::vector<uint32_t>(SUBCHANNELS, 0));
        auto downCount = upCount;
        for (uint32_t i = 0; i < UES; ++i)
        {
            for (uint32_t m = i % 3; m < SUBCHANNELS; m += 1 + m_rng() % 4)
            {
                Grant g;
                g.ue = i;
                g.ap = anyAp(m_rng);
                g.subchannel = m;
                g.powerW = power(m_rng);
                g.order = upCount[g.ap][m]++;
                if (g.order < 3)
                {
                    fromUe[i].push_back({g, anyBits(m_rng), nullptr});
                    toAp[g.ap].push_back(g);
                }
                g.direction = DOWNLINK;
                g.powerW = power(m_rng);
                g.order = downCount[g.ap][m]++;
                if (g.order < 3)
                {
                    fromAp[g.ap].push_back({g, anyBits(m_rng), nullptr});
                    toUe[i].push_back(g);
                }
            }
        }
        for (uint32_t n = 0; n < APS; ++n)
        {
            m_aps[n]->StartTx(fromAp[n], MilliSeconds(1));
        }
        for (uint32_t i = 0; i < UES; ++i)
        {
            m_ues[i]->StartTx(fromUe[i], MilliSeconds(1));
        }
        for (uint32_t n = 0; n < APS; ++n)
        {
            m_aps[n]->OpenSlot(toAp[n]);
        }
        for (uint32_t i = 0; i < UES; ++i)
        {
            m_ues[i]->OpenSlot(toUe[i]);
        }
    }

    /// @param outcomes outcomes of one receiver
    void Receive(const std::vector<LayerOutcome>& outcomes)
    {
        for (const auto& o : outcomes)
        {
            m_seen.push_back({m_slot,
                              o.grant.direction,
                              o.grant.ue,
                              o.grant.subchannel,
                              o.sinr,
                              o.interferenceW,
                              o.result});
        }
    }

    Ptr<SpectrumChannel> m_channel;          //!< channel
    std::mt19937 m_rng;                      //!< positions and grants
    std::vector<Ptr<NomaSpectrumPhy>> m_aps; //!< access points
    std::vector<Ptr<NomaSpectrumPhy>> m_ues; //!< users
    Ptr<WaveformGenerator> m_foreign;        //!< foreign transmitter
    uint32_t m_slot{0};                      //!< slot that ends
    std::vector<Seen> m_seen;                //!< outcomes
};

/**
 * @ingroup noma-test
 * The fast channel gives what ns-3's channel gives.
 */
class SameAsGenericTestCase : public TestCase
{
  public:
    /// @param foreign whether a foreign transmitter is on the air
    explicit SameAsGenericTestCase(bool foreign)
        : TestCase(foreign ? "both channels agree, with a foreign transmitter"
                           : "both channels agree"),
          m_foreign(foreign)
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t seed = 1; seed <= 4; ++seed)
        {
            const auto fast =
                RandomNetwork::Run(CreateObject<NomaSpectrumChannel>(), m_foreign, 8, seed);
            const auto generic =
                RandomNetwork::Run(CreateObject<MultiModelSpectrumChannel>(), m_foreign, 8, seed);
            NS_TEST_ASSERT_MSG_EQ(fast.size(), generic.size(), "number of outcomes");
            NS_TEST_ASSERT_MSG_GT(fast.size(), 500, "number of outcomes");
            for (std::size_t i = 0; i < fast.size(); ++i)
            {
                NS_TEST_ASSERT_MSG_EQ(fast[i].ue, generic[i].ue, "user");
                NS_TEST_ASSERT_MSG_EQ(fast[i].subchannel, generic[i].subchannel, "subchannel");
                NOMA_TEST_EXPECT_CLOSE(fast[i].sinr, generic[i].sinr, 1e-9, "SINR");
                NOMA_TEST_EXPECT_CLOSE(fast[i].interferenceW,
                                       generic[i].interferenceW,
                                       1e-9,
                                       "interference");
                NS_TEST_EXPECT_MSG_EQ((fast[i].result == generic[i].result), true, "result");
            }
        }
    }

    bool m_foreign; //!< whether a foreign transmitter is on the air
};

/**
 * @ingroup noma-test
 * Two networks on one channel interfere as on ns-3's channel, whether their bands are the same,
 * cut otherwise or shifted.
 */
class TwoNetworksTestCase : public TestCase
{
  public:
    TwoNetworksTestCase()
        : TestCase("two networks on one channel interfere")
    {
    }

  private:
    /// How the second network uses the spectrum.
    struct Neighbour
    {
        bool present{true};      //!< whether there is one
        double shiftHz{0};       //!< how much its bands are shifted
        uint32_t subchannels{4}; //!< into how many subchannels they are cut
    };

    /// SINRs of the blocks of a network's user.
    struct Received
    {
        std::vector<double> sinr; //!< in order

        /// @param outcome what became of a block
        void Block(const GrantOutcome& outcome)
        {
            sinr.push_back(outcome.sinr);
        }
    };

    /// @param channel channel @param neighbour the second network
    /// @returns SINRs of both networks
    static std::vector<double> Run(Ptr<SpectrumChannel> channel, const Neighbour& neighbour)
    {
        auto loss = CreateObject<LogDistancePropagationLossModel>();
        loss->SetAttribute("Exponent", DoubleValue(3));
        channel->AddPropagationLossModel(loss);
        std::vector<TestNetwork> networks(neighbour.present ? 2 : 1);
        Received received;
        for (std::size_t k = 0; k < networks.size(); ++k)
        {
            auto& network = networks[k];
            network.helper.SetChannel(channel);
            const auto set = [&network](const std::string& name, double value) {
                network.helper.SetNetworkAttribute(name, DoubleValue(value));
            };
            set("UplinkBandwidth", 4e6);
            set("DownlinkBandwidth", 4e6);
            set("UplinkFrequency", 1.95e9 + static_cast<double>(k) * neighbour.shiftHz);
            set("DownlinkFrequency", 2.14e9 + static_cast<double>(k) * neighbour.shiftHz);
            network.helper.SetNetworkAttribute("Subchannels",
                                               UintegerValue(k == 0 ? 4 : neighbour.subchannels));
            const double y = 150.0 * static_cast<double>(k);
            network.Build({{0, y, 10}}, {{40, y, 1.5}, {60, y, 1.5}}, false);
            network.Network()->TraceConnectWithoutContext(
                "Block",
                MakeCallback(&Received::Block, &received));
            for (uint32_t i = 0; i < 400; ++i)
            {
                const auto ap = network.aps.Get(0);
                const auto ue = network.ues.Get(i % 2);
                Simulator::Schedule(NanoSeconds(1), [ap, ue] {
                    ap->Send(Create<Packet>(1400), ue->GetAddress(), 0x0800);
                    ue->Send(Create<Packet>(1400), ap->GetAddress(), 0x0800);
                });
            }
        }
        Simulator::Stop(MicroSeconds(9500));
        Simulator::Run();
        Simulator::Destroy();
        return received.sinr;
    }

    void DoRun() override
    {
        const auto mean = [](const std::vector<double>& sinr) {
            double sum = 0;
            for (const double s : sinr)
            {
                sum += std::log2(1 + s);
            }
            return sum / static_cast<double>(sinr.size());
        };
        const double alone = mean(Run(CreateObject<NomaSpectrumChannel>(), {false}));
        for (const Neighbour& neighbour :
             {Neighbour{true, 0, 4}, Neighbour{true, 0, 7}, Neighbour{true, 1.3e6, 3}})
        {
            const auto fast = Run(CreateObject<NomaSpectrumChannel>(), neighbour);
            const auto generic = Run(CreateObject<MultiModelSpectrumChannel>(), neighbour);
            NS_TEST_ASSERT_MSG_GT(fast.size(), 100, "number of blocks");
            NS_TEST_ASSERT_MSG_EQ(fast.size(), generic.size(), "number of blocks");
            for (std::size_t i = 0; i < fast.size(); ++i)
            {
                NOMA_TEST_EXPECT_CLOSE(fast[i], generic[i], 1e-9, "SINR of block " << i);
            }
            NS_TEST_EXPECT_MSG_LT(mean(fast), alone - 1, "bit/s/Hz, with a neighbour and alone");
        }
    }
};

/**
 * @ingroup noma-test
 * The NOMA spectrum channel.
 */
class NomaSpectrumChannelTestSuite : public TestSuite
{
  public:
    NomaSpectrumChannelTestSuite()
        : TestSuite("noma-spectrum-channel", Type::UNIT)
    {
        AddTestCase(new SameAsGenericTestCase(false), NOMA_TEST_DURATION(QUICK));
        AddTestCase(new SameAsGenericTestCase(true), NOMA_TEST_DURATION(QUICK));
        AddTestCase(new TwoNetworksTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaSpectrumChannelTestSuite g_nomaSpectrumChannelTestSuite; //!< static variable for registration

} // namespace
