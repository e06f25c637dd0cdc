/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-fading-model.h"
#include "ns3/noma-jakes-fading-model.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-philox.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns a block fading model @param correlation a @param rician K @param stream stream
Ptr<NomaBlockFadingModel>
MakeBlockFading(double correlation, double rician, int64_t stream)
{
    auto fading = CreateObject<NomaBlockFadingModel>();
    fading->SetAttribute("Correlation", DoubleValue(correlation));
    fading->SetAttribute("RicianFactor", DoubleValue(rician));
    fading->AssignStreams(stream);
    return fading;
}

/**
 * @ingroup noma-test
 * The generator gives the known answers of its authors' test vectors.
 */
class PhiloxTestCase : public TestCase
{
  public:
    PhiloxTestCase()
        : TestCase("Philox known answers")
    {
    }

  private:
    void DoRun() override
    {
        typedef std::array<uint32_t, 4> Words;
        const uint32_t ones = 0xffffffff;
        NS_TEST_EXPECT_MSG_EQ(
            (Philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}),
            true,
            "counter and key 0");
        NS_TEST_EXPECT_MSG_EQ((Philox({ones, ones, ones, ones}, {ones, ones}) ==
                               Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}),
                              true,
                              "all bits set");
        NS_TEST_EXPECT_MSG_EQ(
            (Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
             Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}),
            true,
            "digits of pi");
        NOMA_TEST_EXPECT_CLOSE(UniformOpenZero(0, 0), 0x1p-53, 0, "least uniform value");
        NOMA_TEST_EXPECT_CLOSE(UniformOpenZero(ones, ones), 1.0, 0, "greatest uniform value");
    }
};

/**
 * @ingroup noma-test
 * Gains of several users at once are those of each, to the last bit.
 */
class ManyGainsTestCase : public TestCase
{
  public:
    ManyGainsTestCase()
        : TestCase("gains of several users at once")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<uint32_t> ues{5, 0, 1U << 31, 7, 7, 0xFFFFFFFF, 12, 1, 2, 3, 4};
        const uint64_t block = (uint64_t{1} << 40) + 17;
        for (const auto& [correlation, rician] :
             std::vector<std::pair<double, double>>{{0, 0}, {0, 4}, {0.7, 0}})
        {
            auto fading = MakeBlockFading(correlation, rician, 5);
            fading->SetAttribute("CoherenceSubchannels", UintegerValue(rician > 0 ? 4 : 1));
            for (std::size_t n = 0; n <= ues.size(); ++n)
            {
                std::vector<double> gains(n + 1, -1);
                fading->GetGains({DOWNLINK, 3, 2, 7}, block, ues.data(), n, gains.data());
                for (std::size_t i = 0; i < n; ++i)
                {
                    NS_TEST_EXPECT_MSG_EQ(gains[i],
                                          fading->GetGain({DOWNLINK, ues[i], 2, 7}, block),
                                          "user " << ues[i]);
                }
                NS_TEST_EXPECT_MSG_EQ(gains[n], -1, "one beyond");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Rayleigh gains along any one index of a link are exponential and uncorrelated.
 */
class RayleighTestCase : public TestCase
{
  public:
    RayleighTestCase()
        : TestCase("Rayleigh: exponential and independent along every index")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        const std::size_t n = 30000;
        auto fading = MakeBlockFading(0, 0, 5);
        std::vector<std::pair<std::string, std::vector<double>>> series;
        for (const std::string index : {"block", "ue", "ap", "subchannel"})
        {
            std::vector<double> gains;
            for (uint32_t i = 0; i < n; ++i)
            {
                FadingLink link{DOWNLINK, 3, 2, 7};
                uint64_t block = 11;
                (index == "block" ? block = i
                 : index == "ue"  ? link.ue = i
                 : index == "ap"  ? link.ap = i
                                  : link.subchannel = i);
                gains.push_back(fading->GetGain(link, block));
            }
            series.emplace_back(index, gains);
        }
        for (const auto& [index, gains] : series)
        {
            double mean = 0;
            double square = 0;
            double neighbour = 0;
            for (std::size_t i = 0; i < n; ++i)
            {
                mean += gains[i];
                square += gains[i] * gains[i];
                neighbour += i ? (gains[i] - 1) * (gains[i - 1] - 1) : 0;
            }
            // 4 standard deviations of each estimate: var x = 1, var x^2 = 20
            const auto root = std::sqrt(static_cast<double>(n));
            NOMA_TEST_EXPECT_NEAR(mean / n, 1, 4 / root, "mean along " << index);
            NOMA_TEST_EXPECT_NEAR(square / n, 2, 4 * std::sqrt(20) / root, "square " << index);
            NOMA_TEST_EXPECT_NEAR(neighbour / n, 0, 4 / root, "neighbours along " << index);
            // Kolmogorov-Smirnov at a false alarm rate of 1e-4
            auto sorted = gains;
            std::sort(sorted.begin(), sorted.end());
            double distance = 0;
            for (std::size_t i = 0; i < n; ++i)
            {
                const double cdf = 1 - std::exp(-sorted[i]);
                distance = std::max({distance,
                                     std::abs(cdf - static_cast<double>(i) / n),
                                     std::abs(cdf - static_cast<double>(i + 1) / n)});
            }
            NS_TEST_EXPECT_MSG_LT(distance * root, 2.23, "distribution along " << index);
        }
        // the two directions, and two streams, have nothing in common
        for (const bool stream : {false, true})
        {
            auto other = stream ? MakeBlockFading(0, 0, 6) : fading;
            double sum = 0;
            for (uint32_t i = 0; i < n; ++i)
            {
                sum += (fading->GetGain({UPLINK, i, 1, 2}, 9) - 1) *
                       (other->GetGain({stream ? UPLINK : DOWNLINK, i, 1, 2}, 9) - 1);
            }
            NOMA_TEST_EXPECT_NEAR(sum / n, 0, 4 / std::sqrt(1.0 * n), "other direction or stream");
        }
    }
};

/**
 * @ingroup noma-test
 * Gains depend on seed, run and stream and on nothing else.
 */
class PureFunctionTestCase : public TestCase
{
  public:
    PureFunctionTestCase()
        : TestCase("a pure function of seed, run, stream, link and block")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937 rng(3);
        for (const double correlation : {0.0, 0.9})
        {
            RngSeedManager::SetRun(1);
            auto one = MakeBlockFading(correlation, 1.5, 5);
            auto two = MakeBlockFading(correlation, 1.5, 5);
            std::vector<std::pair<FadingLink, uint64_t>> asked;
            std::vector<double> gains;
            for (int i = 0; i < 500; ++i)
            {
                const FadingLink link{rng() % 2 ? UPLINK : DOWNLINK,
                                      static_cast<uint32_t>(rng() % 2000),
                                      static_cast<uint32_t>(rng() % 5),
                                      static_cast<uint32_t>(rng() % 250)};
                asked.emplace_back(link, rng() % 100000);
                gains.push_back(one->GetGain(link, asked.back().second));
                NOMA_TEST_EXPECT_CLOSE(std::norm(one->GetCoefficient(link, asked.back().second)),
                                       gains.back(),
                                       1e-12,
                                       "gain = |coefficient|^2");
            }
            for (std::size_t i = asked.size(); i-- > 0;)
            {
                NS_TEST_EXPECT_MSG_EQ(two->GetGain(asked[i].first, asked[i].second),
                                      gains[i],
                                      "asked in another order");
            }
            auto stream = MakeBlockFading(correlation, 1.5, 6);
            RngSeedManager::SetRun(2);
            auto run = MakeBlockFading(correlation, 1.5, 5);
            NS_TEST_EXPECT_MSG_NE(run->GetGain(asked[0].first, asked[0].second), gains[0], "run");
            RngSeedManager::SetRun(1);
            RngSeedManager::SetSeed(2);
            auto seed = MakeBlockFading(correlation, 1.5, 5);
            NS_TEST_EXPECT_MSG_NE(seed->GetGain(asked[0].first, asked[0].second), gains[0], "seed");
            RngSeedManager::SetSeed(1);
            NS_TEST_EXPECT_MSG_NE(stream->GetGain(asked[0].first, asked[0].second),
                                  gains[0],
                                  "stream");
        }
        auto fading = CreateObject<NomaBlockFadingModel>();
        fading->SetAttribute("CoherenceTime", TimeValue(MilliSeconds(4)));
        NS_TEST_EXPECT_MSG_EQ(fading->GetBlock(MicroSeconds(3999)), 0, "block");
        NS_TEST_EXPECT_MSG_EQ(fading->GetBlock(MicroSeconds(4000)), 1, "block");
    }
};

/**
 * @ingroup noma-test
 * Temporal correlation of the autoregressive process.
 */
class AutoregressiveTestCase : public TestCase
{
  public:
    AutoregressiveTestCase()
        : TestCase("autoregressive process: unit power, correlation a^lag")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        const uint32_t links = 40000;
        for (const double a : {0.5, 0.9, 0.99})
        {
            auto fading = MakeBlockFading(a, 0, 21);
            // starts on and off the grid of the halvings
            for (const uint64_t start : {0, 1, 13, 64, 1023})
            {
                for (const uint64_t lag : {1, 2, 7, 40})
                {
                    std::complex<double> sum = 0;
                    double power = 0;
                    for (uint32_t i = 0; i < links; ++i)
                    {
                        const FadingLink link{UPLINK, i, 0, 0};
                        const auto x = fading->GetCoefficient(link, start);
                        sum += fading->GetCoefficient(link, start + lag) * std::conj(x);
                        power += std::norm(x);
                    }
                    const double expected = std::pow(a, lag);
                    // the real part has variance (1 + r^2) / 2 per sample, the imaginary less
                    const double bound = 4.5 / std::sqrt(1.0 * links);
                    NOMA_TEST_EXPECT_NEAR(sum.real() / links,
                                          expected,
                                          bound,
                                          "a = " << a << ", " << start << " + " << lag);
                    NOMA_TEST_EXPECT_NEAR(sum.imag() / links, 0, bound, "imaginary part");
                    NOMA_TEST_EXPECT_NEAR(power / links, 1, bound, "power");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Moments of Rician gains.
 */
class RicianTestCase : public TestCase
{
  public:
    RicianTestCase()
        : TestCase("Rician: mean 1, variance (1 + 2K) (1 + K)^-2")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        const uint32_t n = 100000;
        for (const double k : {0.0, 0.5, 3.0, 10.0, 100.0})
        {
            auto fading = MakeBlockFading(0, k, 9);
            double mean = 0;
            double square = 0;
            for (uint32_t i = 0; i < n; ++i)
            {
                const double g = fading->GetGain({DOWNLINK, i % 100, 0, 0}, i / 100);
                mean += g / n;
                square += (g - 1) * (g - 1) / n;
            }
            const double variance = (1 + 2 * k) / ((1 + k) * (1 + k));
            NOMA_TEST_EXPECT_NEAR(mean, 1, 4 * std::sqrt(variance / n), "mean, K = " << k);
            // kurtosis of the gain is at most that of the exponential distribution, 9
            NOMA_TEST_EXPECT_NEAR(square,
                                  variance,
                                  4 * variance * std::sqrt(8.0 / n),
                                  "variance, K = " << k);
        }
        const auto none = CreateObject<NomaNoFadingModel>();
        NS_TEST_EXPECT_MSG_EQ(none->GetGain({UPLINK, 1, 2, 3}, 4), 1.0, "no fading");
    }
};

/// @returns the Bessel function J0 from its integral @param x argument
double
BesselJ0(double x)
{
    const int n = 2000;
    double sum = 0;
    for (int i = 0; i < n; ++i)
    {
        sum += std::cos(x * std::sin(M_PI * (i + 0.5) / n));
    }
    return sum / n;
}

/**
 * @ingroup noma-test
 * Jakes' correlation.
 */
class JakesTestCase : public TestCase
{
  public:
    JakesTestCase()
        : TestCase("Jakes: Rayleigh at every instant, correlation J0(2 pi f tau)")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        auto fading = CreateObject<NomaJakesFadingModel>();
        fading->SetAttribute("Speed", DoubleValue(10));
        fading->SetAttribute("Carrier", DoubleValue(2e9));
        fading->SetAttribute("CoherenceTime", TimeValue(MilliSeconds(1)));
        fading->AssignStreams(4);
        NOMA_TEST_EXPECT_CLOSE(fading->GetDopplerHz(), 66.7128, 1e-5, "Doppler shift");
        const uint32_t links = 20000;
        const double bound = 4.5 / std::sqrt(1.0 * links);
        for (const uint64_t start : {0, 1000})
        {
            for (const uint64_t lag : {1, 3, 6, 9, 20})
            {
                std::complex<double> sum = 0;
                double power = 0;
                uint32_t deep = 0;
                for (uint32_t i = 0; i < links; ++i)
                {
                    const FadingLink link{UPLINK, i, 0, 0};
                    const auto x = fading->GetCoefficient(link, start);
                    sum += fading->GetCoefficient(link, start + lag) * std::conj(x);
                    power += std::norm(x);
                    deep += std::norm(x) < 0.1 ? 1 : 0;
                }
                const double expected = BesselJ0(2 * M_PI * fading->GetDopplerHz() * lag * 1e-3);
                NOMA_TEST_EXPECT_NEAR(sum.real() / links, expected, bound, "lag " << lag);
                NOMA_TEST_EXPECT_NEAR(power / links, 1, bound, "power");
                const double p = 1 - std::exp(-0.1);
                NOMA_TEST_EXPECT_NEAR(1.0 * deep / links,
                                      p,
                                      4 * std::sqrt(p * (1 - p) / links),
                                      "deep fades");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Over a long time every Jakes link has mean power 1 and correlation J0, at its user's speed.
 */
class ErgodicJakesTestCase : public TestCase
{
  public:
    ErgodicJakesTestCase()
        : TestCase("Jakes: every link is ergodic, at the speed of its user")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        auto fading = CreateObject<NomaJakesFadingModel>();
        fading->SetAttribute("Speed", DoubleValue(10));
        fading->SetAttribute("CoherenceTime", TimeValue(MilliSeconds(1)));
        fading->SetUserSpeed(3, 5);
        fading->SetUserSpeed(4, 0);
        fading->AssignStreams(4);
        NOMA_TEST_EXPECT_CLOSE(fading->GetDopplerHz(3), 33.3564, 1e-5, "Doppler shift of user 3");
        NOMA_TEST_EXPECT_CLOSE(fading->GetDopplerHz(9), 66.7128, 1e-5, "Doppler shift of user 9");
        const uint32_t blocks = 20000;
        double others = 0; // correlation of neighbouring users
        std::vector<std::complex<double>> before(blocks);
        for (uint32_t i = 0; i < 12; ++i)
        {
            const FadingLink link{i % 2 ? UPLINK : DOWNLINK, i, i % 3, i % 5};
            std::vector<std::complex<double>> h(blocks);
            double power = 0;
            std::complex<double> cross = 0;
            for (uint32_t b = 0; b < blocks; ++b)
            {
                h[b] = fading->GetCoefficient(link, b);
                power += std::norm(h[b]) / blocks;
                cross += h[b] * std::conj(before[b]) / (1.0 * blocks);
            }
            before = h;
            if (i == 4)
            {
                NS_TEST_EXPECT_MSG_EQ(h.front(), h.back(), "user 4 stands still");
                continue;
            }
            others = std::max(others, std::abs(cross));
            NOMA_TEST_EXPECT_NEAR(power, 1, 0.01, "mean power of user " << i);
            for (const uint32_t lag : {1, 3, 6, 9, 20})
            {
                std::complex<double> sum = 0;
                for (uint32_t b = lag; b < blocks; ++b)
                {
                    sum += h[b] * std::conj(h[b - lag]) / (1.0 * (blocks - lag));
                }
                const double x = 2 * M_PI * fading->GetDopplerHz(i) * lag * 1e-3;
                NOMA_TEST_EXPECT_NEAR(sum.real(),
                                      BesselJ0(x),
                                      0.02,
                                      "user " << i << " lag " << lag);
                NOMA_TEST_EXPECT_NEAR(sum.imag(), 0, 0.02, "user " << i << " lag " << lag);
            }
        }
        NS_TEST_EXPECT_MSG_LT(others, 0.1, "correlation of different links");
    }
};

/**
 * @ingroup noma-test
 * Fading models.
 */
class NomaFadingTestSuite : public TestSuite
{
  public:
    NomaFadingTestSuite()
        : TestSuite("noma-fading", Type::UNIT)
    {
        AddTestCase(new PhiloxTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new ManyGainsTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new RayleighTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new PureFunctionTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new AutoregressiveTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new RicianTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new JakesTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new ErgodicJakesTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaFadingTestSuite g_nomaFadingTestSuite; //!< static variable for registration

} // namespace
