/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-rate-kernel.h"
#include "ns3/noma-sic-rate.h"

#include <cmath>
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
        NS_TEST_EXPECT_MSG_EQ(IsStronger(2, 9, 1, 3), true, "the larger key");
        NS_TEST_EXPECT_MSG_EQ(IsStronger(1, 3, 2, 9), false, "the smaller key");
        NS_TEST_EXPECT_MSG_EQ(IsStronger(2, 3, 2, 9), true, "a tie: the lower index");
        NS_TEST_EXPECT_MSG_EQ(IsStronger(2, 9, 2, 3), false, "a tie: the higher index");
        for (Direction d : DIRECTIONS)
        {
            NS_TEST_EXPECT_MSG_EQ(IsDecodedBefore(d, 2, 3, 2, 3), false, "nobody before itself");
            const bool up = d == UPLINK;
            NS_TEST_EXPECT_MSG_EQ(IsDecodedBefore(d, 2, 3, 2, 9), up, "a tie");
            NS_TEST_EXPECT_MSG_EQ(IsDecodedBefore(d, 2, 3, 5, 1), !up, "keys");
        }

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
 * The comparator of decoding order as the vector kernel has it: equal keys, neighbouring numbers
 * and every lane, on every instruction set of this machine.
 */
class KernelOrderTestCase : public TestCase
{
  public:
    KernelOrderTestCase()
        : TestCase("the kernel orders users as the comparator does")
    {
    }

  private:
    void DoRun() override
    {
        const uint32_t users = 11;
        const double above = std::nextafter(3.0, 4.0);
        const double values[] = {3.0, above, 1.0, 3.0, 0.0};
        std::vector<double> gain(users);
        for (uint32_t i = 0; i < users; ++i)
        {
            gain[i] = values[i % 5];
        }
        const std::vector<double> ones(users, 1.0);
        const std::vector<double> zeros(users, 0.0);
        for (InstructionSet set :
             {InstructionSet::BASELINE, InstructionSet::AVX2, InstructionSet::AVX512})
        {
            for (uint32_t j = 0; IsSupported(set) && j < users; ++j)
            {
                // with no worth of rate, what a user pays is what it does to the one layer
                KernelLayer layer{};
                layer.key = gain[j];
                layer.keyAbove = std::nextafter(layer.key, 10.0);
                layer.user = j;
                layer.fromStronger = 1;
                std::vector<double> out(users);
                const double* rows[] = {gain.data()};
                KernelCell cell;
                cell.direction = DOWNLINK;
                cell.gain = rows;
                cell.aps = 1;
                cell.end = users;
                cell.cross = zeros.data();
                cell.base = 1;
                cell.power = ones.data();
                cell.marginal = zeros.data();
                cell.layers = &layer;
                cell.layerCount = 1;
                cell.out = out.data();
                GetRateKernels(set).cell(cell);
                for (uint32_t i = 0; i < users; ++i)
                {
                    if (i != j)
                    {
                        NS_TEST_EXPECT_MSG_EQ((out[i] == 1.0),
                                              IsStronger(gain[i], i, gain[j], j),
                                              "user " << i << " and the layer of " << j);
                    }
                }
            }
        }
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
        AddTestCase(new KernelOrderTestCase);
        AddTestCase(new DecibelTestCase);
    }
};

NomaSicRateTestSuite g_nomaSicRateTestSuite; //!< instance

} // namespace
