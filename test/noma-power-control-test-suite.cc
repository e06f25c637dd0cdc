/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Splits of downlink power and uplink power control, against brute force and by hand.
 */
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/noma-power-control.h"
#include "ns3/noma-sic-rate.h"

#include <numeric>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * Weighted sum of rates of a downlink group.
 *
 * @param layers layers in decoding order
 * @param power their powers (W)
 * @returns sum of weight times log2(1 + SINR)
 */
double
WeightedRate(const std::vector<DownlinkLayerInput>& layers, const std::vector<double>& power)
{
    double sum = 0;
    double later = 0;
    for (std::size_t k = layers.size(); k-- > 0;)
    {
        sum += layers[k].weight * std::log2(1 + power[k] / (layers[k].noiseOverGainW + later));
        later += power[k];
    }
    return sum;
}

/**
 * @ingroup noma-test
 * The split for the greatest weighted sum rate: the closed form for two users, brute force for
 * more.
 */
class WeightedSplitTestCase : public TestCase
{
  public:
    WeightedSplitTestCase()
        : TestCase("Weighted-sum-rate split against closed form and brute force")
    {
    }

  private:
    void DoRun() override
    {
        const auto split = CreateObject<NomaWeightedSumRateSplit>();
        // (v_s N_w - v_w N_s) / (v_w - v_s) = (1 * 4 - 2 * 0.5) / (2 - 1)
        auto power = split->Split({{4, 2}, {0.5, 1}}, 10);
        NOMA_TEST_EXPECT_CLOSE(power[1], 3.0, 1e-12, "strong user");
        NOMA_TEST_EXPECT_CLOSE(power[0], 7.0, 1e-12, "weak user");
        power = split->Split({{4, 1}, {0.5, 1}}, 10);
        NS_TEST_EXPECT_MSG_EQ(power[0], 0, "equal weights: all to the strong user");
        power = split->Split({{4, 10}, {0.5, 1}}, 10);
        NS_TEST_EXPECT_MSG_EQ(power[1], 0, "a heavy weak user: all to it");

        std::mt19937_64 rng(1);
        std::uniform_real_distribution<double> uniform(0, 1);
        std::exponential_distribution<double> draw(1.0);
        uint32_t inner = 0;
        for (uint32_t trial = 0; trial < 200; ++trial)
        {
            const std::size_t k = 2 + trial % 3;
            std::vector<DownlinkLayerInput> layers(k);
            double noise = std::pow(10.0, 2 * uniform(rng));
            for (auto& layer : layers)
            {
                layer = {noise, 0.2 + uniform(rng)};
                noise *= uniform(rng); // the next one is stronger
            }
            // mostly, the weak weigh more
            std::sort(layers.begin(), layers.end(), [&](const auto& a, const auto& b) {
                return trial % 4 == 0 ? a.noiseOverGainW > b.noiseOverGainW : a.weight > b.weight;
            });
            std::vector<double> noises;
            noises.reserve(layers.size());
            for (const auto& layer : layers)
            {
                noises.push_back(layer.noiseOverGainW);
            }
            std::sort(noises.rbegin(), noises.rend());
            for (std::size_t j = 0; j < k; ++j)
            {
                layers[j].noiseOverGainW = noises[j];
            }
            power = split->Split(layers, 10);
            NOMA_TEST_EXPECT_CLOSE(std::accumulate(power.begin(), power.end(), 0.0),
                                   10.0,
                                   1e-12,
                                   "sum of powers");
            const double value = WeightedRate(layers, power);
            inner += std::count_if(power.begin(), power.end(), [](double p) { return p > 0; }) > 1;
            double best = 0;
            if (k == 2)
            {
                for (uint32_t i = 0; i <= 2000; ++i)
                {
                    const double strong = 10.0 * i / 2000;
                    best = std::max(best, WeightedRate(layers, {10 - strong, strong}));
                }
                NOMA_TEST_EXPECT_CLOSE(best, value, 1e-5, "grid of two users");
            }
            std::vector<double> other(k);
            for (uint32_t i = 0; i < 3000; ++i)
            {
                // anywhere, and near the answer
                double sum = 0;
                for (std::size_t j = 0; j < k; ++j)
                {
                    other[j] = i % 2 ? draw(rng) : power[j] + 0.01 * draw(rng);
                    sum += other[j];
                }
                for (double& p : other)
                {
                    p *= 10 / sum;
                }
                best = std::max(best, WeightedRate(layers, other));
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(best, value * (1 + 1e-12), "a better split of " << k);
        }
        NS_TEST_EXPECT_MSG_GT(inner, 50, "too few splits with more than one layer");
    }
};

/**
 * @ingroup noma-test
 * Fixed and fractional splits, and uplink power control, by hand.
 */
class PowerRulesTestCase : public TestCase
{
  public:
    PowerRulesTestCase()
        : TestCase("Fixed and fractional splits, uplink power control")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<DownlinkLayerInput> layers{{8, 1}, {1, 1}, {0.125, 1}};
        const auto fixed = CreateObject<NomaFixedSplit>();
        fixed->SetAttribute("Fraction", DoubleValue(0.75));
        Expect(fixed->Split(layers, 2), {1.5, 0.375, 0.125}, "fixed");
        Expect(fixed->Split({layers[0]}, 2), {2}, "one layer");
        const auto fractional = CreateObject<NomaFractionalSplit>();
        fractional->SetAttribute("Exponent", DoubleValue(1.0 / 3));
        Expect(fractional->Split(layers, 7), {4, 2, 1}, "fractional");
        fractional->SetAttribute("Exponent", DoubleValue(0));
        Expect(fractional->Split(layers, 6), {2, 2, 2}, "equal");

        const UplinkPowerInput user{0.1, 2e-9, 1e-9, 1e-14}; // 20 dBm, 90 dB, -110 dBm
        NOMA_TEST_EXPECT_CLOSE(CreateObject<NomaUplinkPower>()->GetPowerW(user),
                               0.1,
                               1e-12,
                               "full");
        const auto compensated = CreateObject<NomaFractionalUplinkPower>();
        compensated->SetAttribute("P0", DoubleValue(-70));
        compensated->SetAttribute("Alpha", DoubleValue(0.8));
        // -70 dBm + 0.8 * 90 dB = 2 dBm
        NOMA_TEST_EXPECT_CLOSE(compensated->GetPowerW(user), FromDb(2 - 30), 1e-12, "fractional");
        compensated->SetAttribute("P0", DoubleValue(-50)); // 22 dBm
        NOMA_TEST_EXPECT_CLOSE(compensated->GetPowerW(user), 0.1, 1e-12, "at the limit");
        const auto target = CreateObject<NomaTargetSnrPower>();
        target->SetAttribute("Snr", DoubleValue(10));
        NOMA_TEST_EXPECT_CLOSE(target->GetPowerW(user), 1e-13 / 1e-9, 1e-12, "target by path loss");
        target->SetAttribute("Fading", BooleanValue(true));
        NOMA_TEST_EXPECT_CLOSE(target->GetPowerW(user), 1e-13 / 2e-9, 1e-12, "target by gain");
        NOMA_TEST_EXPECT_CLOSE(target->GetPowerW({0.1, 0, 0, 1e-14}), 0.1, 1e-12, "no gain");
    }

    /// @param actual powers (W) @param expected what they should be (W) @param what which
    void Expect(const std::vector<double>& actual,
                const std::vector<double>& expected,
                const std::string& what)
    {
        NS_TEST_ASSERT_MSG_EQ(actual.size(), expected.size(), what);
        for (std::size_t k = 0; k < actual.size(); ++k)
        {
            NOMA_TEST_EXPECT_CLOSE(actual[k], expected[k], 1e-12, what << ", layer " << k);
        }
    }
};

/**
 * @ingroup noma-test
 * Power control.
 */
class NomaPowerControlTestSuite : public TestSuite
{
  public:
    NomaPowerControlTestSuite()
        : TestSuite("noma-power-control", Type::UNIT)
    {
        AddTestCase(new WeightedSplitTestCase);
        AddTestCase(new PowerRulesTestCase);
    }
};

NomaPowerControlTestSuite g_nomaPowerControlTestSuite; //!< instance

} // namespace
