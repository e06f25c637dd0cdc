/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Rates counted through the packet-level receiver: capacity, finite blocklength, means under
 * fading.
 */
#include "noma-test-link-studies.h"
#include "noma-test.h"

#include "ns3/noma-error-model.h"
#include "ns3/noma-link-study.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/rng-seed-manager.h"

#include <cmath>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Without fading a block is decoded just below its capacity and lost just above, at every stage.
 */
class ThresholdTestCase : public TestCase
{
  public:
    ThresholdTestCase()
        : TestCase("thresholds bracketed from both sides")
    {
    }

  private:
    void DoRun() override
    {
        const double eps = 0.05;
        for (const Direction d : DIRECTIONS)
        {
            for (uint32_t stage = 0; stage < 3; ++stage)
            {
                const std::vector<double> snr =
                    d == UPLINK ? std::vector<double>{25, 18, 10} : std::vector<double>{5, 15, 25};
                const std::vector<double> split = {0.75, 0.2, 0.05};
                std::vector<double> power(3);
                for (std::size_t k = 0; k < 3; ++k)
                {
                    power[k] = FromDb(snr[d == UPLINK ? k : stage]) * (d == UPLINK ? 1 : split[k]);
                }
                double interference = 1;
                for (uint32_t k = 0; k < 3; ++k)
                {
                    interference += k > stage ? power[k] : k < stage ? eps * power[k] : 0;
                }
                const double capacity = std::log2(1 + power[stage] / interference);
                for (const double factor : {1 - 1e-5, 1 + 1e-5})
                {
                    LinkStudy study = Up(snr, {0.01, 0.01, 0.01});
                    study.direction = d;
                    if (d == DOWNLINK)
                    {
                        study.split = split;
                    }
                    study.rate[stage] = capacity * factor;
                    study.residual = eps;
                    study.fading = false;
                    study.blocks = 3;
                    study.uses = 1e9;
                    const auto users = RunLinkStudy(study);
                    NS_TEST_EXPECT_MSG_EQ(users[stage].lost,
                                          (factor < 1 ? 0 : 3),
                                          DirectionName(d)
                                              << ", stage " << stage << ", factor " << factor);
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Error rates of the normal approximation, through the receiver.
 */
class FiniteBlocklengthTestCase : public TestCase
{
  public:
    FiniteBlocklengthTestCase()
        : TestCase("finite blocklength against the normal approximation")
    {
    }

  private:
    void DoRun() override
    {
        struct Point
        {
            double snrDb; // SNR
            double rate;  // bit per channel use
            double uses;  // block length
        };

        const Point points[] = {{0, 0.9, 200},
                                {3, 1.4, 300},
                                {10, 3.25, 400},
                                {-5, 0.34, 1000},
                                {6, 2.12, 2000},
                                {15, 4.75, 180}};
        int64_t stream = 50000;
        for (const auto& p : points)
        {
            // a second user below the first: its layer is the first one's interference
            LinkStudy study = Up({p.snrDb, -8}, {p.rate, 0.01});
            study.fading = false;
            study.uses = p.uses;
            study.errorModel = CreateObject<NomaNormalErrorModel>();
            study.stream = stream += 100;
            const auto users = RunLinkStudy(study);
            const double g = FromDb(p.snrDb) / (1 + FromDb(-8));
            const double k = std::round(p.rate * p.uses);
            const double c = std::log(1 + g) / std::log(2.0);
            const double v = (1 - 1 / ((1 + g) * (1 + g))) / (std::log(2.0) * std::log(2.0));
            const double z = (p.uses * c - k + 0.5 * std::log2(p.uses)) / std::sqrt(p.uses * v);
            const double per = 0.5 * std::erfc(z / std::sqrt(2.0));
            NS_TEST_EXPECT_MSG_GT(per, 1e-4, "a point that counts");
            NS_TEST_EXPECT_MSG_LT(per, 0.9, "a point that counts");
            NOMA_TEST_EXPECT_CLOSE(users[0].sumErrorRate / users[0].blocks,
                                   per,
                                   1e-9,
                                   "error rate according to the model at " << p.snrDb << " dB");
            NOMA_TEST_EXPECT_NEAR(users[0].GetOutage(),
                                  per,
                                  4 * std::sqrt(per * (1 - per) / users[0].blocks),
                                  "blocks lost at " << p.snrDb << " dB");
        }
    }
};

/// @returns e^x E1(x) by its continued fraction (x > 0)  @param x argument
double
ScaledE1(double x)
{
    double f = 0;
    for (int k = 20000; k >= 1; --k)
    {
        f = k / (1 + k / (x + f));
    }
    return 1 / (x + f);
}

/**
 * @ingroup noma-test
 * Mean rates of two users sorted by gain, against their closed form.
 */
class ErgodicRateTestCase : public TestCase
{
  public:
    ErgodicRateTestCase()
        : TestCase("ergodic rates of two sorted users")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        auto mean = [](double l, double s) { return ScaledE1(l / s) / std::log(2.0); };
        int64_t stream = 500;
        for (const double db : {0.0, 5.0, 10.0, 20.0, 30.0})
        {
            LinkStudy study = Down({db, db}, {0.8, 0.2}, {0.1, 0.1});
            study.order = LinkOrder::GAIN;
            study.propagation = PROPAGATION_GENIE;
            study.stream = stream += 500;
            const auto users = RunLinkStudy(study);
            const double snr = FromDb(db);
            const double expected[] = {mean(2, snr) - mean(2, 0.2 * snr),
                                       2 * mean(1, 0.2 * snr) - mean(2, 0.2 * snr)};
            for (std::size_t k = 0; k < 2; ++k)
            {
                NOMA_TEST_EXPECT_NEAR(users[k].GetEfficiency(),
                                      expected[k],
                                      4 * users[k].GetEfficiencyError(),
                                      "user " << k << " at " << db << " dB");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Two users sorted by gains that are one block old: worthless when blocks are independent, between
 * that and the gains of the block itself when they are correlated.
 */
class AgedOrderTestCase : public TestCase
{
  public:
    AgedOrderTestCase()
        : TestCase("ergodic rates of two users sorted by old gains")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        auto mean = [](double l, double s) { return ScaledE1(l / s) / std::log(2.0); };
        LinkStudy study = Down({10, 10}, {0.8, 0.2}, {0.1, 0.1});
        study.order = LinkOrder::GAIN;
        study.propagation = PROPAGATION_GENIE;
        study.stream = 5500;
        study.csiAge = 1;
        study.blocks = 30000;
        auto users = RunLinkStudy(study);
        const double expected[] = {mean(1, 10) - mean(1, 2), mean(1, 2)};
        for (std::size_t k = 0; k < 2; ++k)
        {
            NOMA_TEST_EXPECT_NEAR(users[k].GetEfficiency(),
                                  expected[k],
                                  4 * users[k].GetEfficiencyError(),
                                  "no use, user " << k);
        }
        const double fresh = 2 * mean(1, 2) - mean(2, 2);
        double last = expected[1];
        for (const double correlation : {0.7, 0.9, 0.98})
        {
            study.correlation = correlation;
            users = RunLinkStudy(study);
            NS_TEST_EXPECT_MSG_GT(users[1].GetEfficiency(), last, "correlation " << correlation);
            last = users[1].GetEfficiency();
        }
        NS_TEST_EXPECT_MSG_LT(last, fresh, "gains of the block itself");
        study.order = LinkOrder::LISTED;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "csiAge");
        study.csiAge = 0;
        study.correlation = 1;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "correlation");
    }
};

/**
 * @ingroup noma-test
 * The rates of an uplink group add up to the same, whatever the order.
 */
class SumRateTestCase : public TestCase
{
  public:
    SumRateTestCase()
        : TestCase("sum rate does not depend on the order")
    {
    }

  private:
    void DoRun() override
    {
        LinkStudy study = Up({22, 12, 3}, {0.1, 0.1, 0.1}, {4, -2});
        study.propagation = PROPAGATION_GENIE;
        study.blocks = 20000;
        std::vector<double> sums;
        for (const auto order : {LinkOrder::LISTED, LinkOrder::GAIN})
        {
            study.order = order;
            double sum = 0;
            for (const auto& user : RunLinkStudy(study))
            {
                sum += user.sumEfficiency;
            }
            sums.push_back(sum);
        }
        NOMA_TEST_EXPECT_CLOSE(sums[0], sums[1], 1e-12, "sum of rates");
    }
};

/**
 * @ingroup noma-test
 * The rates that the packet-level receiver carries, against theory.
 */
class NomaLinkRatesTestSuite : public TestSuite
{
  public:
    NomaLinkRatesTestSuite()
        : TestSuite("noma-link-rates", Type::UNIT)
    {
        AddTestCase(new ThresholdTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new FiniteBlocklengthTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new ErgodicRateTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new AgedOrderTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new SumRateTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaLinkRatesTestSuite g_nomaLinkRatesTestSuite; //!< static variable for registration

} // namespace
