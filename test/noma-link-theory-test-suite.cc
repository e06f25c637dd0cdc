/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Outages counted through the packet-level receiver against closed forms. Noise is 1, gains are
 * exponential with mean Omega (the mean SNR), phi = 2^rate - 1. test/reference/noma-link-theory.py
 * holds the same formulas, derived independently by numerical integration.
 */
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/noma-link-study.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/rng-seed-manager.h"

#include <functional>
#include <limits>
#include <numeric>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

const double INF = std::numeric_limits<double>::infinity(); //!< infinity

/// @returns the SINR that a rate needs @param rate bit per channel use
double
Phi(double rate)
{
    return std::pow(2.0, rate) - 1;
}

/**
 * @param study a downlink study
 * @param k position of a layer
 * @returns the SNR from which layer k is decodable once the earlier ones are cancelled
 */
double
DownlinkThreshold(const LinkStudy& study, std::size_t k)
{
    double left = study.split[k];
    const double phi = Phi(study.rate[k]);
    for (std::size_t j = 0; j < study.split.size(); ++j)
    {
        left -= j > k ? phi * study.split[j] : j < k ? phi * study.residual * study.split[j] : 0;
    }
    return left > 0 ? phi / left : INF;
}

/**
 * @param study a downlink study in the order listed
 * @param k user
 * @returns outage of user k: it has to decode all earlier layers if errors propagate
 */
double
DownlinkOutage(const LinkStudy& study, std::size_t k)
{
    double threshold = DownlinkThreshold(study, k);
    for (std::size_t j = 0; j < k && study.propagation == PROPAGATION_STRICT; ++j)
    {
        threshold = std::max(threshold, DownlinkThreshold(study, j));
    }
    if (threshold == INF)
    {
        return 1;
    }
    const double snr = FromDb(study.snrDb[k]);
    double cover = std::exp(-threshold / snr);
    for (const double db : study.interfererDb)
    {
        cover /= 1 + threshold * FromDb(db) / snr;
    }
    return 1 - cover;
}

/**
 * @param study a downlink study of users with the same mean, sorted by gain
 * @param k position, 0 = weakest
 * @returns outage (Ding, Yang, Fan, Poor, IEEE Signal Processing Letters 2014)
 */
double
SortedDownlinkOutage(const LinkStudy& study, std::size_t k)
{
    double threshold = 0;
    for (std::size_t j = 0; j <= k; ++j)
    {
        threshold = std::max(threshold, DownlinkThreshold(study, j));
    }
    if (threshold == INF)
    {
        return 1;
    }
    const double below = 1 - std::exp(-threshold / FromDb(study.snrDb[0]));
    const auto users = static_cast<unsigned>(study.snrDb.size());
    double sum = 0;
    for (unsigned i = static_cast<unsigned>(k) + 1; i <= users; ++i)
    {
        double choose = 1;
        for (unsigned c = 1; c <= i; ++c)
        {
            choose *= static_cast<double>(users - i + c) / c;
        }
        sum += choose * std::pow(below, i) * std::pow(1 - below, users - i);
    }
    return sum;
}

/**
 * @param study an uplink study in the order listed, errors propagating
 * @param k user
 * @returns outage: probability that stages 0 to k do not all succeed
 */
double
UplinkOutage(const LinkStudy& study, std::size_t k)
{
    const std::size_t users = study.snrDb.size();
    std::vector<double> lambda;
    for (const double db : study.snrDb)
    {
        lambda.push_back(1 / FromDb(db));
    }
    for (const double db : study.interfererDb)
    {
        lambda.push_back(1 / FromDb(db));
    }
    // integrating out a decoded user tilts the densities of all that interfere with it
    auto tilted = lambda;
    double p = 1;
    for (std::size_t s = 0; s <= k; ++s)
    {
        const double phi = Phi(study.rate[s]);
        p *= lambda[s] / tilted[s] * std::exp(-tilted[s] * phi);
        for (std::size_t j = s + 1; j < tilted.size(); ++j)
        {
            tilted[j] += tilted[s] * phi;
        }
    }
    for (std::size_t j = k + 1; j < users; ++j)
    {
        p *= lambda[j] / tilted[j];
    }
    for (std::size_t j = users; j < tilted.size(); ++j)
    {
        p *= lambda[j] / tilted[j];
    }
    return 1 - p;
}

/**
 * @param study an uplink study of two users decoded by decreasing power, errors propagating
 * @param k user
 * @returns outage
 */
double
DynamicUplinkOutage(const LinkStudy& study, std::size_t k)
{
    const double a = 1 / FromDb(study.snrDb[k]);
    const double b = 1 / FromDb(study.snrDb[1 - k]);
    const double phi = Phi(study.rate[k]);
    const double other = Phi(study.rate[1 - k]);
    // first: x > max(y, phi (1 + y)), where the two meet at y = phi / (1 - phi)
    double p = 0;
    const double meet = phi < 1 ? phi / (1 - phi) : INF;
    p += std::exp(-phi * a) * b / (b + phi * a) * -std::expm1(-meet * (b + phi * a));
    p += phi < 1 ? b / (a + b) * std::exp(-meet * (a + b)) : 0;
    // second: x > phi and y > max(x, other (1 + x))
    const double turn = other < 1 ? other / (1 - other) : INF;
    if (phi < turn)
    {
        const double s = a + other * b;
        p += a * std::exp(-other * b) / s * (std::exp(-phi * s) - std::exp(-turn * s));
    }
    p += turn < INF ? a / (a + b) * std::exp(-std::max(phi, turn) * (a + b)) : 0;
    return 1 - p;
}

/**
 * @param study an uplink study of two users with imperfect cancellation, errors propagating
 * @returns outage of the second user
 */
double
ResidualUplinkOutage(const LinkStudy& study)
{
    const double a = 1 / FromDb(study.snrDb[0]);
    const double b = 1 / FromDb(study.snrDb[1]);
    const double phi1 = Phi(study.rate[0]);
    const double phi2 = Phi(study.rate[1]);
    const double beta = study.residual;
    if (beta * phi1 * phi2 >= 1)
    {
        return 1;
    }
    // phi1 (1 + y) < x < (y / phi2 - 1) / beta, which is an interval from y = least on
    const double least = (1 + beta * phi1) * phi2 / (1 - beta * phi1 * phi2);
    const double s1 = b + phi1 * a;
    const double s2 = b + a / (phi2 * beta);
    return 1 - b * (std::exp(-phi1 * a - least * s1) / s1 - std::exp(a / beta - least * s2) / s2);
}

/**
 * Imperfect channel estimates: what is not known of a signal is noise.
 *
 * @param study a study with a channel error and without interferers
 * @param k user
 * @returns outage of user k, by the closed forms at the SNRs that are left
 */
double
ImperfectOutage(const LinkStudy& study, std::size_t k)
{
    LinkStudy left = study;
    left.channelError = 0;
    const double v = study.channelError;
    double noise = 1;
    for (const double db : study.snrDb)
    {
        noise += study.direction == UPLINK ? v * FromDb(db) : 0;
    }
    for (std::size_t i = 0; i < study.snrDb.size(); ++i)
    {
        const double snr = FromDb(study.snrDb[i]);
        left.snrDb[i] = ToDb((1 - v) * snr / (study.direction == UPLINK ? noise : 1 + v * snr));
    }
    return study.direction == UPLINK ? UplinkOutage(left, k) : DownlinkOutage(left, k);
}

/**
 * @ingroup noma-test
 * Compares the outages of all users of a study with a closed form, within four standard errors.
 */
class OutageTestCase : public TestCase
{
  public:
    /// Closed form: study and user to outage.
    typedef std::function<double(const LinkStudy&, std::size_t)> Theory;

    /**
     * @param name name
     * @param studies parameter points
     * @param theory closed form
     * @param firstUser first user that it holds for
     */
    OutageTestCase(const std::string& name,
                   std::vector<LinkStudy> studies,
                   Theory theory,
                   std::size_t firstUser = 0)
        : TestCase(name),
          m_studies(std::move(studies)),
          m_theory(std::move(theory)),
          m_firstUser(firstUser)
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        NS_TEST_ASSERT_MSG_GT_OR_EQ(m_studies.size(), 5, "parameter points");
        int64_t stream = 1000;
        for (auto study : m_studies)
        {
            study.stream = stream += 1000;
            const auto users = RunLinkStudy(study);
            for (std::size_t k = m_firstUser; k < users.size(); ++k)
            {
                const double p = m_theory(study, k);
                std::ostringstream text;
                text << "point " << stream / 1000 - 1 << ", user " << k;
                NS_TEST_EXPECT_MSG_EQ(users[k].blocks, study.blocks, text.str() + ": blocks");
                NOMA_TEST_EXPECT_NEAR(users[k].GetOutage(),
                                      p,
                                      4 * std::sqrt(p * (1 - p) / study.blocks) + 1e-12,
                                      text.str());
            }
        }
    }

    std::vector<LinkStudy> m_studies; //!< parameter points
    Theory m_theory;                  //!< closed form
    std::size_t m_firstUser;          //!< first user that it holds for
};

/// @returns a downlink study @param snrDb SNRs @param split split @param rate rates
LinkStudy
Down(std::vector<double> snrDb, std::vector<double> split, std::vector<double> rate)
{
    LinkStudy study;
    study.direction = DOWNLINK;
    study.snrDb = std::move(snrDb);
    study.split = std::move(split);
    study.rate = std::move(rate);
    return study;
}

/// @returns an uplink study @param snrDb SNRs @param rate rates @param interfererDb INRs
LinkStudy
Up(std::vector<double> snrDb, std::vector<double> rate, std::vector<double> interfererDb = {})
{
    LinkStudy study;
    study.snrDb = std::move(snrDb);
    study.rate = std::move(rate);
    study.interfererDb = std::move(interfererDb);
    return study;
}

/// @returns the studies with another error propagation @param studies studies @param p mode
std::vector<LinkStudy>
With(std::vector<LinkStudy> studies, ErrorPropagation p)
{
    for (auto& s : studies)
    {
        s.propagation = p;
    }
    return studies;
}

/// @returns the studies with another order @param studies studies @param order order
std::vector<LinkStudy>
Ordered(std::vector<LinkStudy> studies, LinkOrder order)
{
    for (auto& s : studies)
    {
        s.order = order;
    }
    return studies;
}

/// @returns the studies with residual factors @param studies studies @param residual factors
std::vector<LinkStudy>
Residual(std::vector<LinkStudy> studies, const std::vector<double>& residual)
{
    for (std::size_t i = 0; i < studies.size(); ++i)
    {
        studies[i].residual = residual[i];
    }
    return studies;
}

/// @returns the studies with interferers @param studies studies @param db INRs (dB)
std::vector<LinkStudy>
Interfered(std::vector<LinkStudy> studies, const std::vector<double>& db)
{
    for (auto& s : studies)
    {
        s.interfererDb = db;
    }
    return studies;
}

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
                const auto n = static_cast<double>(users[k].blocks);
                const double average = users[k].sumEfficiency / n;
                const double deviation =
                    std::sqrt((users[k].sumSquares / n - average * average) / n);
                NOMA_TEST_EXPECT_NEAR(average,
                                      expected[k],
                                      4 * deviation,
                                      "user " << k << " at " << db << " dB");
            }
        }
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
 * Both channels give the very same counts; wrong studies are refused.
 */
class StudyTestCase : public TestCase
{
  public:
    StudyTestCase()
        : TestCase("channel independence and input checks of a study")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        auto study = Interfered({Down({10, 20}, {0.8, 0.2}, {0.7, 1.5})}, {0, -3})[0];
        study.blocks = 3000;
        const auto fast = RunLinkStudy(study);
        study.channel = CreateObject<MultiModelSpectrumChannel>();
        const auto generic = RunLinkStudy(study);
        for (std::size_t k = 0; k < 2; ++k)
        {
            NS_TEST_EXPECT_MSG_EQ(fast[k].lost, generic[k].lost, "blocks lost");
            NS_TEST_EXPECT_MSG_GT(fast[k].lost, 0, "blocks lost");
            NOMA_TEST_EXPECT_CLOSE(fast[k].sumEfficiency, generic[k].sumEfficiency, 1e-9, "rates");
        }
        study.rate = {1};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "rate");
        study.rate = {1, -1};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "rate: -1");
        study.rate = {1, 1};
        study.split = {0.8, 0.4};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "split: 1.2");
        study.split = {0.8, 0.2};
        study.residual = 1.5;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "residual: 1.5");
        study.residual = 0;
        study.channelError = -1;
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "channelError: -1");
        study.channelError = 0;
        study.snrDb = {};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "snrDb");
        study = Up({1}, {1});
        study.split = {1};
        NOMA_TEST_EXPECT_INVALID(RunLinkStudy(study), "split");
    }
};

/**
 * @ingroup noma-test
 * The packet-level receiver against theory.
 */
class NomaLinkTheoryTestSuite : public TestSuite
{
  public:
    NomaLinkTheoryTestSuite()
        : TestSuite("noma-link-theory", Type::UNIT)
    {
        const std::vector<LinkStudy> two = {Down({5, 20}, {0.8, 0.2}, {0.5, 2}),
                                            Down({10, 20}, {0.9, 0.1}, {1, 1}),
                                            Down({15, 25}, {0.7, 0.3}, {1, 3}),
                                            Down({20, 30}, {0.85, 0.15}, {2, 2.5}),
                                            Down({0, 10}, {0.6, 0.4}, {0.8, 0.3}),
                                            Down({12, 18}, {0.5, 0.5}, {1.2, 1})};
        const std::vector<LinkStudy> three = {Down({5, 12, 20}, {0.8, 0.15, 0.05}, {0.5, 1, 1.5}),
                                              Down({10, 15, 25}, {0.7, 0.2, 0.1}, {0.8, 1, 2}),
                                              Down({15, 20, 25}, {0.6, 0.3, 0.1}, {0.9, 1.2, 3}),
                                              Down({8, 8, 8}, {0.75, 0.2, 0.05}, {0.4, 0.6, 0.5}),
                                              Down({20, 25, 30}, {0.9, 0.08, 0.02}, {2, 1.5, 3})};
        Add("(a) downlink, two users, error propagation", two, DownlinkOutage);
        Add("(a) downlink, two users, no error propagation",
            With(two, PROPAGATION_GENIE),
            DownlinkOutage);
        Add("(a) downlink, three users, error propagation", three, DownlinkOutage);
        Add("(a) downlink, three users, no error propagation",
            With(three, PROPAGATION_GENIE),
            DownlinkOutage);
        Add("(a) downlink, users sorted by gain",
            Ordered({Down({10, 10}, {0.8, 0.2}, {0.5, 1.5}),
                     Down({20, 20}, {0.8, 0.2}, {1, 2}),
                     Down({15, 15, 15}, {0.7, 0.2, 0.1}, {0.8, 1, 1.5}),
                     Down({25, 25, 25}, {0.75, 0.2, 0.05}, {1.2, 1.5, 2}),
                     Down({5, 5, 5, 5}, {0.5, 0.3, 0.15, 0.05}, {0.2, 0.3, 0.4, 0.5})},
                    LinkOrder::GAIN),
            SortedDownlinkOutage);
        Add("(b) uplink, fixed order",
            {Up({20, 10}, {1, 0.5}),
             Up({10, 20}, {0.5, 1}),
             Up({25, 17, 9}, {1, 1, 0.5}),
             Up({15, 15}, {0.5, 1.5}),
             Up({30, 20, 10, 0}, {2, 1.5, 1, 0.3}),
             Up({12}, {2})},
            UplinkOutage);
        const std::vector<LinkStudy> pair = {Up({20, 10}, {1, 0.5}),
                                             Up({15, 15}, {0.5, 0.5}),
                                             Up({15, 15}, {1.5, 0.7}),
                                             Up({5, 25}, {0.4, 2}),
                                             Up({10, 12}, {0.2, 0.9}),
                                             Up({20, 20}, {1.2, 1.2})};
        Add("(c) uplink, ordered by gain", Ordered(pair, LinkOrder::GAIN), DynamicUplinkOutage);
        Add("(c) uplink, ordered by power", Ordered(pair, LinkOrder::POWER), DynamicUplinkOutage);
        Add("(d) downlink, residual cancellation",
            Residual({two[0], two[1], two[2], two[3], two[4]}, {0.01, 0.05, 0.02, 0.1, 0.2}),
            DownlinkOutage);
        Add("(d) downlink, residual cancellation, no error propagation",
            With(Residual({three[0], three[1], three[2], three[3], three[4]},
                          {0.01, 0.03, 0.01, 0.02, 0.001}),
                 PROPAGATION_GENIE),
            DownlinkOutage);
        Add(
            "(d) uplink, residual cancellation",
            Residual({Up({20, 10}, {1, 0.5}),
                      Up({15, 15}, {0.5, 0.5}),
                      Up({20, 15}, {1.5, 1}),
                      Up({10, 25}, {0.3, 2}),
                      Up({25, 10}, {2, 1.5})},
                     {0.01, 0.1, 0.05, 0.2, 0.5}),
            [](const LinkStudy& s, std::size_t) { return ResidualUplinkOutage(s); },
            1);
        Add("(e) downlink, five cells",
            Interfered({two[0], two[1], two[2], two[4], three[0], three[1]}, {5, 0, -3, -6}),
            DownlinkOutage);
        Add("(e) uplink, five cells",
            Interfered({Up({20, 10}, {1, 0.5}),
                        Up({15, 15}, {0.5, 0.5}),
                        Up({25, 17, 9}, {1, 1, 0.5}),
                        Up({12}, {1}),
                        Up({30, 20, 15}, {2, 1, 1})},
                       {3, 0, -2, -7}),
            UplinkOutage);
        std::vector<LinkStudy> imperfect = {two[0],
                                            two[1],
                                            three[1],
                                            Up({20, 10}, {1, 0.5}),
                                            Up({25, 17, 9}, {1, 1, 0.5})};
        const double errors[] = {0.01, 0.1, 0.003, 0.02, 0.005};
        for (std::size_t i = 0; i < imperfect.size(); ++i)
        {
            imperfect[i].channelError = errors[i];
        }
        Add("imperfect channel estimates", imperfect, ImperfectOutage);
        AddTestCase(new ThresholdTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new FiniteBlocklengthTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new ErgodicRateTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new SumRateTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new StudyTestCase, NOMA_TEST_DURATION(QUICK));
    }

  private:
    /// @param name name @param studies points @param theory closed form @param first first user
    void Add(const std::string& name,
             const std::vector<LinkStudy>& studies,
             const OutageTestCase::Theory& theory,
             std::size_t first = 0)
    {
        AddTestCase(new OutageTestCase(name, studies, theory, first), NOMA_TEST_DURATION(QUICK));
    }
};

NomaLinkTheoryTestSuite g_nomaLinkTheoryTestSuite; //!< static variable for registration

} // namespace
