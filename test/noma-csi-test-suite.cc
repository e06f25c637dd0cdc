/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-csi-estimator.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-spectrum-channel.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Users and access points that only exist.
struct CsiNetwork
{
    /**
     * @param channel channel
     * @param users number of users
     * @param exponent path loss exponent
     */
    CsiNetwork(Ptr<SpectrumChannel> channel, uint32_t users, double exponent)
    {
        auto loss = CreateObject<LogDistancePropagationLossModel>();
        loss->SetAttribute("Exponent", DoubleValue(exponent));
        loss->SetAttribute("ReferenceLoss", DoubleValue(0));
        channel->AddPropagationLossModel(loss);
        fading->SetAttribute("CoherenceTime", TimeValue(MilliSeconds(1)));
        fading->AssignStreams(3);
        auto up = MakeNomaSpectrumModel(2e9, 1e7, 4);
        auto down = MakeNomaSpectrumModel(2.1e9, 1e7, 4);
        for (uint32_t i = 0; i < 2 + users; ++i)
        {
            const bool ap = i < 2;
            auto phy = CreateObject<NomaSpectrumPhy>();
            auto mobility = CreateObject<ConstantPositionMobilityModel>();
            mobility->SetPosition(ap ? Vector(10.0 * i, 0, 0) : Vector(i, 100, 0));
            phy->SetMobility(mobility);
            phy->SetIdentity(ap ? NomaRole::AP : NomaRole::UE, ap ? i : i - 2);
            phy->SetBands(up, down);
            phy->SetFading(fading);
            phy->SetChannel(channel);
            channel->AddRx(phy);
            (ap ? aps : ues).push_back(phy);
        }
    }

    Ptr<NomaBlockFadingModel> fading = CreateObject<NomaBlockFadingModel>(); //!< fading
    std::vector<Ptr<NomaSpectrumPhy>> aps;                                   //!< access points
    std::vector<Ptr<NomaSpectrumPhy>> ues;                                   //!< users
};

/**
 * @ingroup noma-test
 * The true gains: path loss by the channel's model, times fading; rows equal single values, and
 * they follow users that move.
 */
class PerfectCsiTestCase : public TestCase
{
  public:
    PerfectCsiTestCase()
        : TestCase("perfect CSI, on both channels")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        for (const bool generic : {false, true})
        {
            Ptr<SpectrumChannel> channel = CreateObject<NomaSpectrumChannel>();
            if (generic)
            {
                channel = CreateObject<MultiModelSpectrumChannel>();
            }
            CsiNetwork network(channel, 20, 3);
            auto ues = network.ues;
            ues[7] = nullptr;
            auto csi = CreateObject<NomaCsiEstimator>();
            csi->SetDevices(ues, network.aps);
            for (const int when : {0, 1, 1, 5})
            {
                Simulator::Schedule(MilliSeconds(when), [&] {
                    auto mobility = ues[3]->GetMobility();
                    mobility->SetPosition(Vector(mobility->GetPosition().x + 50, 0, 0));
                    csi->Update(MilliSeconds(1));
                    const uint64_t block = network.fading->GetBlock(Simulator::Now());
                    std::vector<double> row(ues.size());
                    const std::vector<uint32_t> few{11, 7, 2};
                    std::vector<double> some(few.size());
                    for (const Direction d : DIRECTIONS)
                    {
                        for (uint32_t n = 0; n < 2; ++n)
                        {
                            for (uint32_t m : {3, 2, 1, 0})
                            {
                                if (m)
                                {
                                    csi->Some(d, n, m, few, some.data());
                                    csi->Row(d, n, m, row.data());
                                    for (std::size_t j = 0; j < few.size(); ++j)
                                    {
                                        NS_TEST_EXPECT_MSG_EQ(some[j], row[few[j]], "some");
                                    }
                                }
                                for (uint32_t i = 0; i < ues.size(); ++i)
                                {
                                    double expected = 0;
                                    if (ues[i])
                                    {
                                        const double distance =
                                            ues[i]->GetMobility()->GetDistanceFrom(
                                                network.aps[n]->GetMobility());
                                        expected = std::pow(distance, -3.0) *
                                                   network.fading->GetGain({d, i, n, m}, block);
                                    }
                                    const double gain = csi->Gain(d, i, n, m);
                                    NOMA_TEST_EXPECT_CLOSE(gain, expected, 1e-12, "gain");
                                    if (m)
                                    {
                                        NOMA_TEST_EXPECT_CLOSE(row[i], gain, 1e-15, "row");
                                    }
                                }
                            }
                        }
                    }
                });
            }
            Simulator::Run();
            Simulator::Destroy();
        }
    }
};

/**
 * @ingroup noma-test
 * Aged CSI is what perfect CSI was.
 */
class AgedCsiTestCase : public TestCase
{
  public:
    AgedCsiTestCase()
        : TestCase("aged CSI")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        CsiNetwork network(CreateObject<NomaSpectrumChannel>(), 5, 0);
        auto perfect = CreateObject<NomaCsiEstimator>();
        auto aged = CreateObject<NomaAgedCsiEstimator>();
        aged->SetAttribute("Delay", UintegerValue(3));
        perfect->SetDevices(network.ues, network.aps);
        aged->SetDevices(network.ues, network.aps);
        std::vector<double> known;
        for (int slot = 0; slot < 10; ++slot)
        {
            Simulator::Schedule(MilliSeconds(slot), [&, slot] {
                perfect->Update(MilliSeconds(1));
                aged->Update(MilliSeconds(1));
                known.push_back(perfect->Gain(UPLINK, 2, 1, 3));
                NS_TEST_EXPECT_MSG_EQ(aged->Gain(UPLINK, 2, 1, 3),
                                      known[std::max(0, slot - 3)],
                                      "slot " << slot);
            });
        }
        // the age may change: a block is known again, of which other users were asked for before
        Simulator::Schedule(MilliSeconds(10), [&] {
            std::vector<double> one(1);
            std::vector<double> row(network.ues.size());
            for (const uint32_t delay : {2, 1, 2})
            {
                aged->SetAttribute("Delay", UintegerValue(delay));
                aged->Update(MilliSeconds(1));
                if (row[0] == 0)
                {
                    aged->Some(UPLINK, 1, 3, {4}, one.data());
                }
                aged->Row(UPLINK, 1, 3 - delay % 2, row.data());
                aged->Some(UPLINK, 1, 3, {2}, one.data());
                NS_TEST_EXPECT_MSG_EQ(one[0], known[10 - delay], "delay " << delay);
                NS_TEST_EXPECT_MSG_EQ(aged->Gain(UPLINK, 2, 1, 3), one[0], "kept " << delay);
            }
        });
        Simulator::Run();
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Moments of the noisy estimate, and how often it gets the order of two users wrong.
 */
class NoisyCsiTestCase : public TestCase
{
  public:
    NoisyCsiTestCase()
        : TestCase("noisy CSI: mean 1 - v, correlation 1 - v, wrong order half of sqrt(v)")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        const uint32_t users = 100000;
        CsiNetwork network(CreateObject<NomaSpectrumChannel>(), users, 0);
        for (const double v : {0.0, 0.01, 0.1, 0.3, 0.7, 1.0})
        {
            auto truth = CreateObject<NomaCsiEstimator>();
            auto noisy = CreateObject<NomaNoisyCsiEstimator>();
            noisy->SetAttribute("ErrorVariance", DoubleValue(v));
            noisy->AssignStreams(77);
            truth->SetDevices(network.ues, network.aps);
            noisy->SetDevices(network.ues, network.aps);
            truth->Update(MilliSeconds(1));
            noisy->Update(MilliSeconds(1));
            std::vector<double> h(users);
            std::vector<double> e(users);
            truth->Row(DOWNLINK, 0, 1, h.data());
            noisy->Row(DOWNLINK, 0, 1, e.data());
            double mean = 0;
            double product = 0;
            uint32_t wrong = 0;
            for (uint32_t i = 0; i < users; ++i)
            {
                mean += e[i] / users;
                product += (h[i] - 1) * (e[i] - (1 - v)) / users;
                if (i % 2)
                {
                    wrong += (h[i] > h[i - 1]) != (e[i] > e[i - 1]) ? 1 : 0;
                }
            }
            const double root = std::sqrt(1.0 * users);
            NOMA_TEST_EXPECT_NEAR(mean, 1 - v, 4 * (1 - v) / root + 1e-12, "mean, v = " << v);
            // |h|^2 and |estimate|^2: covariance (1 - v)^2, and at most 9 per product's square
            NOMA_TEST_EXPECT_NEAR(product,
                                  (1 - v) * (1 - v),
                                  4 * 3 * (1 - v) / root + 1e-12,
                                  "covariance, v = " << v);
            const double p = v < 1 ? std::sqrt(v) / 2 : 0;
            if (v < 1)
            {
                NOMA_TEST_EXPECT_NEAR(2.0 * wrong / users,
                                      p,
                                      4 * std::sqrt(2 * p * (1 - p)) / root + 1e-12,
                                      "wrong order, v = " << v);
            }
        }
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * Channel state information.
 */
class NomaCsiTestSuite : public TestSuite
{
  public:
    NomaCsiTestSuite()
        : TestSuite("noma-csi", Type::UNIT)
    {
        AddTestCase(new PerfectCsiTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new AgedCsiTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new NoisyCsiTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaCsiTestSuite g_nomaCsiTestSuite; //!< static variable for registration

} // namespace
