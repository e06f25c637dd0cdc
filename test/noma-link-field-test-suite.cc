/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Link studies of users anywhere in a disc or in a Poisson field, and by position of decoding,
 * against closed forms.
 */
#include "noma-test-link-studies.h"
#include "noma-test.h"

#include "ns3/noma-link-study.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

constexpr uint64_t BLOCKS = 20000; //!< of a study

/**
 * @ingroup noma-test
 * Users in a disc sorted by gain: order statistics of the gain of one user anywhere in the disc.
 */
class DiscTestCase : public TestCase
{
  public:
    DiscTestCase()
        : TestCase("downlink users in a disc, sorted by gain")
    {
    }

  private:
    /// @returns probability that a gain is below a value, by Simpson's rule over the area
    /// @param value value @param radius of the disc @param exponent of the path loss
    static double Below(double value, double radius, double exponent)
    {
        constexpr int steps = 2000;
        double sum = 0;
        for (int i = 0; i <= steps; ++i)
        {
            const double d = radius * std::sqrt(static_cast<double>(i) / steps);
            const double weight = i == 0 || i == steps ? 1 : i % 2 ? 4 : 2;
            sum += weight * -std::expm1(-value * (1 + std::pow(d, exponent)));
        }
        return sum / (3.0 * steps);
    }

    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        const double snrDb = 25;
        for (const double radius : {1.0, 3.0})
        {
            for (const auto& split :
                 {std::vector<double>{0.8, 0.2}, std::vector<double>{0.75, 0.2, 0.05}})
            {
                const std::size_t n = split.size();
                LinkStudy study = Down(std::vector<double>(n, snrDb), split, {});
                study.rate.assign(n, 0.9);
                study.order = LinkOrder::GAIN;
                study.discRadius = radius;
                study.exponent = 3.5;
                study.blocks = BLOCKS;
                const auto users = RunLinkStudy(study);
                const double phi = std::exp2(0.9) - 1;
                double needed = 0;
                for (std::size_t m = 0; m < n; ++m)
                {
                    double later = 0;
                    for (std::size_t j = m + 1; j < n; ++j)
                    {
                        later += split[j];
                    }
                    needed = std::max(needed, phi / (split[m] - phi * later) / FromDb(snrDb));
                    const double below = Below(needed, radius, 3.5);
                    double expected = 0; // at least m + 1 of n gains are below
                    for (std::size_t i = m + 1; i <= n; ++i)
                    {
                        const double choose = std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) -
                                                       std::lgamma(n - i + 1));
                        expected += choose * std::pow(below, i) * std::pow(1 - below, n - i);
                    }
                    const double error = std::sqrt(expected * (1 - expected) / BLOCKS);
                    NOMA_TEST_EXPECT_NEAR(users[m].GetOutage(),
                                          expected,
                                          4 * error,
                                          "radius " << radius << ", position " << m << " of " << n);
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * The n-th nearest point of a Poisson field under a path loss to the power of 2.
 */
class FieldTestCase : public TestCase
{
  public:
    FieldTestCase()
        : TestCase("users in a Poisson field, nearest first")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        const double density = 0.2;
        LinkStudy study = Down({10, 10, 10}, {0.3, 0.3, 0.3}, {0.3, 0.3, 0.3});
        study.density = density;
        study.exponent = 2;
        study.blocks = BLOCKS;
        study.propagation = PROPAGATION_GENIE;
        const auto users = RunLinkStudy(study);
        const double phi = std::exp2(0.3) - 1;
        for (std::size_t k = 0; k < 3; ++k)
        {
            const double later = 0.3 * static_cast<double>(2 - k);
            const double t = phi / (0.3 - phi * later) / 10;
            const double share = M_PI * density / (M_PI * density + t);
            const double expected = 1 - std::exp(-t) * std::pow(share, k + 1);
            const double error = std::sqrt(expected * (1 - expected) / BLOCKS);
            NOMA_TEST_EXPECT_NEAR(users[k].GetOutage(), expected, 4 * error, "point " << k);
        }
        study.discRadius = 1;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "density: 0.2");
        study.discRadius = -1;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "discRadius: -1");
        study.discRadius = 0;
        study.byPosition = true;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "byPosition");
    }
};

/**
 * @ingroup noma-test
 * Two equal uplink users: the first that is decoded is the one of greater gain.
 */
class PositionTestCase : public TestCase
{
  public:
    PositionTestCase()
        : TestCase("uplink by position of decoding")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        // from a rate of 1 on, being decoded against the other means to be the stronger
        LinkStudy study = Up({15, 15}, {1.2, 0.5});
        study.order = LinkOrder::GAIN;
        study.byPosition = true;
        study.blocks = BLOCKS;
        const auto places = RunLinkStudy(study);
        const double phi = std::exp2(1.2) - 1;
        const double expected = 1 - 2 * std::exp(-phi / FromDb(15)) / (1 + phi);
        const double error = std::sqrt(expected * (1 - expected) / BLOCKS);
        NOMA_TEST_EXPECT_NEAR(places[0].GetOutage(), expected, 4 * error, "decoded first");
        NS_TEST_EXPECT_MSG_GT_OR_EQ(places[1].lost, places[0].lost, "decoded after it");
        NS_TEST_EXPECT_MSG_EQ(places[1].blocks, BLOCKS, "one block a place");
        study.rate = {1.2, 1.2};
        const auto same = RunLinkStudy(study);
        study.byPosition = false;
        const auto users = RunLinkStudy(study);
        NS_TEST_EXPECT_MSG_EQ(same[0].lost + same[1].lost,
                              users[0].lost + users[1].lost,
                              "the same blocks counted otherwise");
        NS_TEST_EXPECT_MSG_NE(same[0].lost, users[0].lost, "counted otherwise");
    }
};

/**
 * @ingroup noma-test
 * Places and positions in link studies.
 */
class NomaLinkFieldTestSuite : public TestSuite
{
  public:
    NomaLinkFieldTestSuite()
        : TestSuite("noma-link-field", Type::UNIT)
    {
        AddTestCase(new DiscTestCase);
        AddTestCase(new FieldTestCase);
        AddTestCase(new PositionTestCase);
    }
};

NomaLinkFieldTestSuite g_nomaLinkFieldTestSuite; //!< instance

} // namespace
