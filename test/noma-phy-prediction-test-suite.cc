/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-phys.h"
#include "noma-test.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-canceller.h"
#include "ns3/noma-csi-estimator.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-order-policy.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/pointer.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/rng-seed-manager.h"

#include <array>
#include <cmath>
#include <map>
#include <random>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

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
 * An access point hears others whose downlink band is its uplink band, also if they come late.
 */
class SharedBandTestCase : public TestCase
{
  public:
    SharedBandTestCase()
        : TestCase("users and access points send in one band")
    {
    }

  private:
    /// Keeps the interference.
    void Receive(const std::vector<LayerOutcome>& outcomes)
    {
        for (const auto& o : outcomes)
        {
            m_seen.push_back(o.interferenceW);
        }
    }

    /// @param channel channel @returns interference in each slot
    std::vector<double> Run(Ptr<SpectrumChannel> channel)
    {
        auto loss = CreateObject<LogDistancePropagationLossModel>();
        channel->AddPropagationLossModel(loss);
        const auto a = MakeNomaSpectrumModel(2e9, 10e6, 2);
        const auto b = MakeNomaSpectrumModel(2.1e9, 10e6, 2);
        std::vector<Ptr<NomaSpectrumPhy>> phys;
        for (uint32_t i = 0; i < 3; ++i) // a user, its access point, one with the bands swapped
        {
            auto phy = CreateObject<NomaSpectrumPhy>();
            auto mobility = CreateObject<ConstantPositionMobilityModel>();
            mobility->SetPosition(Vector(30.0 * i, 0, 5));
            phy->SetMobility(mobility);
            phy->SetIdentity(i == 0 ? NomaRole::UE : NomaRole::AP, i / 2);
            phy->SetBands(i == 2 ? b : a, i == 2 ? a : b);
            phy->SetChannel(channel);
            channel->AddRx(phy);
            phys.push_back(phy);
        }
        phys[1]->SetReceiveCallback(MakeCallback(&SharedBandTestCase::Receive, this));
        m_seen.clear();
        NomaLayer up;
        up.grant.powerW = 0.1;
        up.blockBits = 10;
        NomaLayer down = up;
        down.grant.direction = DOWNLINK;
        down.grant.ap = 1;
        for (uint32_t slot = 0; slot < 4; ++slot)
        {
            Simulator::Schedule(MilliSeconds(slot), [=] {
                phys[1]->CloseSlot();
                if (slot < 3)
                {
                    phys[0]->StartTx({up}, MilliSeconds(1));
                    if (slot > 0)
                    {
                        phys[2]->StartTx({down}, MilliSeconds(1));
                    }
                    phys[1]->OpenSlot({up.grant});
                }
            });
        }
        Simulator::Run();
        Simulator::Destroy();
        for (const auto& phy : phys)
        {
            phy->Dispose();
        }
        channel->Dispose();
        return m_seen;
    }

    void DoRun() override
    {
        const auto fast = Run(CreateObject<NomaSpectrumChannel>());
        const auto generic = Run(CreateObject<MultiModelSpectrumChannel>());
        NS_TEST_ASSERT_MSG_EQ(fast.size(), 3, "slots");
        NS_TEST_ASSERT_MSG_EQ(generic.size(), 3, "slots");
        for (std::size_t i = 0; i < fast.size(); ++i)
        {
            NOMA_TEST_EXPECT_CLOSE(fast[i], generic[i], 1e-9, "slot " << i);
        }
        NS_TEST_EXPECT_MSG_GT(fast[1], 2 * fast[0], "the other access point is heard");
    }

    std::vector<double> m_seen; //!< interference
};

/**
 * @ingroup noma-test
 * The physical layer against the optimiser's formula.
 */
class NomaPhyPredictionTestSuite : public TestSuite
{
  public:
    NomaPhyPredictionTestSuite()
        : TestSuite("noma-phy-prediction", Type::UNIT)
    {
        AddTestCase(new PredictedSinrTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new SharedBandTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaPhyPredictionTestSuite g_nomaPhyPredictionTestSuite; //!< static variable for registration

} // namespace
