/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-sic-rate.h"

#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * With perfect cancellation the rates of one group add up to the multiple-access capacity,
 * whatever the decoding order.
 */
class SicSumRateTestCase : public TestCase
{
  public:
    SicSumRateTestCase()
        : TestCase("sum of SIC rates = capacity of the multiple-access channel")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(7);
        std::exponential_distribution<double> draw(1.0);
        for (std::size_t n = 1; n <= 8; ++n)
        {
            std::vector<double> power(n);
            std::vector<double> interference(n);
            double total = 0;
            for (auto& p : power)
            {
                p = std::pow(10.0, 3 * draw(rng));
                total += p;
            }
            const double noise = 0.1 + draw(rng);
            SicInterference(power.data(), nullptr, n, interference.data());
            double sum = 0;
            for (std::size_t k = 0; k < n; ++k)
            {
                sum += SpectralEfficiency(power[k] / (interference[k] + noise));
            }
            NOMA_TEST_EXPECT_CLOSE(sum, SpectralEfficiency(total / noise), 1e-12, "sum rate");
        }
    }
};

/**
 * @ingroup noma-test
 * Order and residual of a group worked out by hand.
 */
class SicOrderTestCase : public TestCase
{
  public:
    SicOrderTestCase()
        : TestCase("decoding order, ties and residuals")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<double> key{2, 5, 2, 1};
        const std::vector<uint32_t> user{9, 4, 3, 7};
        const std::vector<std::size_t> up{1, 2, 0, 3};
        const std::vector<std::size_t> down{3, 0, 2, 1};
        NS_TEST_EXPECT_MSG_EQ((DecodingOrder(UPLINK, key, user) == up), true, "uplink order");
        NS_TEST_EXPECT_MSG_EQ((DecodingOrder(DOWNLINK, key, user) == down), true, "downlink order");

        const double power[] = {8, 4, 2};
        const double residual[] = {0.5, 1, 0};
        double out[3];
        SicInterference(power, residual, 3, out);
        NOMA_TEST_EXPECT_CLOSE(out[0], 6.0, 1e-15, "first layer");
        NOMA_TEST_EXPECT_CLOSE(out[1], 2.0 + 4.0, 1e-15, "second layer");
        NOMA_TEST_EXPECT_CLOSE(out[2], 4.0 + 4.0, 1e-15, "third layer");
    }
};

/**
 * @ingroup noma-test
 * Ratios in dB.
 */
class DecibelTestCase : public TestCase
{
  public:
    DecibelTestCase()
        : TestCase("dB and back")
    {
    }

  private:
    void DoRun() override
    {
        NOMA_TEST_EXPECT_CLOSE(FromDb(-30), 1e-3, 1e-15, "-30 dB");
        NOMA_TEST_EXPECT_CLOSE(ToDb(1e-3), -30.0, 1e-15, "0.001");
        NOMA_TEST_EXPECT_CLOSE(ToDb(FromDb(7)), 7.0, 1e-14, "there and back");
    }
};

/**
 * @ingroup noma-test
 * SINR and rate of a group.
 */
class NomaSicRateTestSuite : public TestSuite
{
  public:
    NomaSicRateTestSuite()
        : TestSuite("noma-sic-rate", Type::UNIT)
    {
        AddTestCase(new SicSumRateTestCase);
        AddTestCase(new SicOrderTestCase);
        AddTestCase(new DecibelTestCase);
    }
};

NomaSicRateTestSuite g_nomaSicRateTestSuite; //!< instance

} // namespace
