/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/double.h"
#include "ns3/noma-canceller.h"
#include "ns3/noma-error-model.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-order-policy.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-sic-receiver.h"

#include <random>
#include <sstream>
#include <stdexcept>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * What failed layers do to later ones, in each mode.
 */
class PropagationTestCase : public TestCase
{
  public:
    PropagationTestCase()
        : TestCase("error propagation: physical, strict, genie")
    {
    }

  private:
    void DoRun() override
    {
        auto model = CreateObject<NomaCapacityErrorModel>();
        auto canceller = CreateObject<NomaResidualCanceller>();
        canceller->SetAttribute("Residual", DoubleValue(0.1));
        SicReceiver receiver;
        receiver.errorModel = PeekPointer(model);
        receiver.canceller = PeekPointer(canceller);
        // the second layer asks for too much; noise 2, one channel use
        const std::vector<SicLayer> layers = {{40, 1, 0}, {10, 3, 0}, {3, 0.2, 0}};
        std::vector<SicStage> stages;

        receiver.propagation = PROPAGATION_PHYSICAL;
        DecodeSic(receiver, layers, 3, 2, 1, stages);
        NOMA_TEST_EXPECT_CLOSE(stages[0].sinr, 40.0 / 15, 1e-15, "first");
        NOMA_TEST_EXPECT_CLOSE(stages[1].sinr, 10 / (3 + 4 + 2.0), 1e-15, "second");
        NOMA_TEST_EXPECT_CLOSE(stages[2].sinr, 3 / (4 + 10 + 2.0), 1e-15, "third");
        NOMA_TEST_EXPECT_CLOSE(stages[2].interferenceW, 16.0, 1e-15, "interference of the third");
        Expect(stages, LayerResult::DECODED, LayerResult::BELOW_THRESHOLD, LayerResult::DECODED);

        receiver.propagation = PROPAGATION_STRICT;
        DecodeSic(receiver, layers, 3, 2, 1, stages);
        Expect(stages,
               LayerResult::DECODED,
               LayerResult::BELOW_THRESHOLD,
               LayerResult::EARLIER_FAILED);

        receiver.propagation = PROPAGATION_GENIE;
        DecodeSic(receiver, layers, 3, 2, 1, stages);
        NOMA_TEST_EXPECT_CLOSE(stages[2].sinr, 3 / (4 + 1 + 2.0), 1e-15, "third");
        Expect(stages, LayerResult::DECODED, LayerResult::BELOW_THRESHOLD, LayerResult::DECODED);

        // more layers than the receiver can handle stay undecoded, as interference to nobody
        receiver.maxLayers = 1;
        DecodeSic(receiver, layers, 3, 2, 1, stages);
        Expect(stages,
               LayerResult::DECODED,
               LayerResult::TOO_MANY_LAYERS,
               LayerResult::TOO_MANY_LAYERS);

        receiver.maxLayers = 3;
        DecodeSic(receiver, layers, 1, 2, 1, stages);
        NS_TEST_EXPECT_MSG_EQ(stages.size(), 1, "only what was asked for");
        NOMA_TEST_EXPECT_CLOSE(stages[0].sinr, 40.0 / 15, 1e-15, "later layers interfere");

        DecodeSic(receiver, {}, 0, 2, 1, stages);
        NS_TEST_EXPECT_MSG_EQ(stages.empty(), true, "no layers");
    }

    /// @param stages found @param a first @param b second @param c third
    void Expect(const std::vector<SicStage>& stages, LayerResult a, LayerResult b, LayerResult c)
    {
        const LayerResult expected[] = {a, b, c};
        for (std::size_t k = 0; k < 3; ++k)
        {
            NS_TEST_EXPECT_MSG_EQ(std::string(LayerResultName(stages[k].result)),
                                  LayerResultName(expected[k]),
                                  "layer " << k);
        }
    }
};

/**
 * @ingroup noma-test
 * Many layers, wide range of powers: nothing is lost to rounding.
 */
class WideRangeTestCase : public TestCase
{
  public:
    WideRangeTestCase()
        : TestCase("20 layers over 190 dB add up to the capacity of the channel")
    {
    }

  private:
    void DoRun() override
    {
        auto model = CreateObject<NomaCapacityErrorModel>();
        SicReceiver receiver;
        receiver.errorModel = PeekPointer(model);
        receiver.maxLayers = 20;
        std::vector<SicLayer> layers;
        double total = 0;
        for (int k = 0; k < 20; ++k)
        {
            layers.push_back({std::pow(10.0, 19 - k), 1e-3, 0});
            total += layers.back().powerW;
        }
        std::vector<SicStage> stages;
        DecodeSic(receiver, layers, 20, 0.5, 1, stages);
        double sum = 0;
        for (const auto& s : stages)
        {
            NS_TEST_EXPECT_MSG_EQ((s.result == LayerResult::DECODED), true, "decoded");
            sum += SpectralEfficiency(s.sinr);
        }
        NOMA_TEST_EXPECT_CLOSE(sum, std::log2(1 + total / 0.5), 1e-13, "sum of rates");
    }
};

/**
 * @ingroup noma-test
 * The downlink's rates are those of the dual uplink at equal sum power (Jindal, Vishwanath,
 * Goldsmith: "On the duality of Gaussian multiple-access and broadcast channels", 2004).
 */
class DualityTestCase : public TestCase
{
  public:
    DualityTestCase()
        : TestCase("duality of downlink and uplink")
    {
    }

  private:
    void DoRun() override
    {
        auto model = CreateObject<NomaCapacityErrorModel>();
        SicReceiver receiver;
        receiver.errorModel = PeekPointer(model);
        std::mt19937_64 rng(5);
        std::exponential_distribution<double> draw(1);
        std::vector<SicStage> weakSees;
        std::vector<SicStage> strongSees;
        std::vector<SicStage> dual;
        for (int i = 0; i < 100; ++i)
        {
            const double weak = draw(rng);
            const double strong = weak + 10 * draw(rng);
            const double pw = draw(rng);
            const double ps = draw(rng);
            const double tiny = 1e-9;
            DecodeSic(receiver, {{weak * pw, tiny, 0}, {weak * ps, tiny, 0}}, 1, 1, 1, weakSees);
            DecodeSic(receiver,
                      {{strong * pw, tiny, 0}, {strong * ps, tiny, 0}},
                      2,
                      1,
                      1,
                      strongSees);
            const double qw = pw / (1 + weak * ps);
            const double qs = ps * (1 + weak * qw);
            // in the dual uplink the strong user is decoded first
            DecodeSic(receiver, {{strong * qs, tiny, 0}, {weak * qw, tiny, 0}}, 2, 1, 1, dual);
            NOMA_TEST_EXPECT_CLOSE(qw + qs, pw + ps, 1e-13, "sum power");
            NOMA_TEST_EXPECT_CLOSE(dual[1].sinr, weakSees[0].sinr, 1e-13, "weak user");
            NOMA_TEST_EXPECT_CLOSE(dual[0].sinr, strongSees[1].sinr, 1e-13, "strong user");
        }
    }
};

/**
 * @ingroup noma-test
 * Error models other than by simulation.
 */
class ErrorModelTestCase : public TestCase
{
  public:
    ErrorModelTestCase()
        : TestCase("error models")
    {
    }

  private:
    void DoRun() override
    {
        auto capacity = CreateObject<NomaCapacityErrorModel>();
        auto normal = CreateObject<NomaNormalErrorModel>();
        NS_TEST_EXPECT_MSG_EQ(capacity->BlockErrorRate(3, 200 * (1 - 1e-12), 100), 0, "below");
        NS_TEST_EXPECT_MSG_EQ(capacity->BlockErrorRate(3, 200 * (1 + 1e-12), 100), 1, "above");
        // whichever logarithm tells
        for (const double sinr : {1e-12, 0.3, 3.0, 1e12})
        {
            const double bits = 100 * SpectralEfficiency(sinr);
            for (const double part : {0.0, 1e-14, 1e-9, 1e-4, 0.5})
            {
                NS_TEST_EXPECT_MSG_EQ(capacity->BlockErrorRate(sinr, bits * (1 - part), 100),
                                      0,
                                      "SINR " << sinr << ", " << part << " below");
                NS_TEST_EXPECT_MSG_EQ(capacity->BlockErrorRate(sinr, bits * (1 + part), 100),
                                      (part > 0 ? 1 : 0),
                                      "SINR " << sinr << ", " << part << " above");
            }
        }
        NS_TEST_EXPECT_MSG_EQ(normal->BlockErrorRate(3, 0, 100), 0, "nothing to lose");
        NS_TEST_EXPECT_MSG_EQ(normal->BlockErrorRate(0, 1, 100), 1, "no signal");
        // SINR 1, 400 uses: C = 1, V = 0.75 log2(e)^2; at k = n C + 0.5 log2 n half is lost
        NOMA_TEST_EXPECT_CLOSE(normal->BlockErrorRate(1, 400 + 0.5 * std::log2(400), 400),
                               0.5,
                               1e-12,
                               "normal approximation, one half");
        const double sigma = std::sqrt(400 * 0.75) / std::log(2.0);
        NOMA_TEST_EXPECT_CLOSE(
            normal->BlockErrorRate(1, 400 + 0.5 * std::log2(400) - 2 * sigma, 400),
            0.022750131948179207,
            1e-10,
            "normal approximation, two sigma");
        for (const double sinr : {0.1, 1.0, 30.0})
        {
            NOMA_TEST_EXPECT_CLOSE(capacity->MaxBits(sinr, 180, 0.1),
                                   180 * std::log2(1 + sinr),
                                   1e-14,
                                   "capacity");
            const double bits = normal->MaxBits(sinr, 180, 0.01);
            NOMA_TEST_EXPECT_CLOSE(normal->BlockErrorRate(sinr, bits, 180), 0.01, 1e-6, "target");
        }
        NS_TEST_EXPECT_MSG_EQ(normal->MaxBits(0, 180, 0.1), 0, "no signal");

        auto read = [](const std::string& text) {
            std::istringstream in(text);
            return ReadErrorCurves(in, "t");
        };
        auto table = CreateObject<NomaTableErrorModel>();
        table->SetCurves(read("# two curves\n0.5, -2, 1\n0.5 0 0.1\n0.5 1 0.001 # end\n\n"
                              "2 8 0.9\n2 10 0.1\n"));
        NOMA_TEST_EXPECT_CLOSE(table->BlockErrorRate(FromDb(-1), 50, 100), 0.55, 1e-12, "between");
        NOMA_TEST_EXPECT_CLOSE(table->BlockErrorRate(FromDb(0.5), 30, 100),
                               0.0505,
                               1e-12,
                               "less than the first curve uses the first");
        NOMA_TEST_EXPECT_CLOSE(table->BlockErrorRate(FromDb(9), 60, 100), 0.5, 1e-12, "second");
        NOMA_TEST_EXPECT_CLOSE(table->BlockErrorRate(FromDb(-9), 50, 100), 1.0, 0, "far below");
        NOMA_TEST_EXPECT_CLOSE(table->BlockErrorRate(FromDb(90), 50, 100), 0.001, 0, "far above");
        NOMA_TEST_EXPECT_CLOSE(table->BlockErrorRate(FromDb(90), 201, 100), 1.0, 0, "too much");
        NOMA_TEST_EXPECT_INVALID(read(""), "t: no error curve");
        NOMA_TEST_EXPECT_INVALID(read("1 2\n"), "t:1: expected three numbers");
        NOMA_TEST_EXPECT_INVALID(read("1 2 x\n"), "t:1: expected three numbers");
        NOMA_TEST_EXPECT_INVALID(read("1 2 0.1 4\n"), "t:1: expected three numbers");
        NOMA_TEST_EXPECT_INVALID(read("1 2 0.1\n1 2 0.1\n"), "t:2: SINR must ascend");
        NOMA_TEST_EXPECT_INVALID(read("1 2 0.1\n1 3 0.2\n"), "t:2: block error rate must not");
        NOMA_TEST_EXPECT_INVALID(read("1 2 1.5\n"), "t:1: block error rate must be in");
        NOMA_TEST_EXPECT_INVALID(read("-1 2 0.5\n"), "t:1: bits per channel use");
        NOMA_TEST_EXPECT_INVALID(read("2 2 0.1\n1 2 0.1\n"), "t:2: curves must come");
    }
};

/// A canceller that a user of the module might write: better at high SINR.
class SnrLimitedCanceller : public NomaCanceller
{
  private:
    double DoResidual(double sinr) const override
    {
        return 1 / (1 + sinr);
    }
};

/**
 * @ingroup noma-test
 * Order policies and a canceller of one's own.
 */
class StrategyTestCase : public TestCase
{
  public:
    StrategyTestCase()
        : TestCase("order policies and cancellers")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<OrderCandidate> group = {{7, 2.0, 1.0, 1.0},
                                                   {3, 1.0, 4.0, 0.1},
                                                   {5, 2.0, 1.5, 4.0}};
        typedef std::vector<std::size_t> Positions;
        auto gain = CreateObject<NomaOrderPolicy>();
        auto power = CreateObject<NomaReceivedPowerOrder>();
        auto over = CreateObject<NomaGainOverInterferenceOrder>();
        // of equal gains the lower user index counts as the stronger
        NS_TEST_EXPECT_MSG_EQ((gain->Order(UPLINK, group) == Positions{2, 0, 1}), true, "gain, up");
        NS_TEST_EXPECT_MSG_EQ((gain->Order(DOWNLINK, group) == Positions{1, 0, 2}), true, "down");
        NS_TEST_EXPECT_MSG_EQ((power->Order(UPLINK, group) == Positions{1, 2, 0}), true, "power");
        NS_TEST_EXPECT_MSG_EQ((over->Order(DOWNLINK, group) == Positions{2, 0, 1}), true, "over");

        auto model = CreateObject<NomaCapacityErrorModel>();
        SnrLimitedCanceller canceller;
        SicReceiver receiver;
        receiver.errorModel = PeekPointer(model);
        receiver.canceller = &canceller;
        std::vector<SicStage> stages;
        DecodeSic(receiver, {{30, 0.5, 0}, {4, 0.5, 0}}, 2, 1, 1, stages);
        NOMA_TEST_EXPECT_CLOSE(stages[0].sinr, 6.0, 1e-15, "first");
        NOMA_TEST_EXPECT_CLOSE(stages[1].sinr, 4 / (30 / 7.0 + 1), 1e-15, "second");
        receiver.snrGap = 100;
        DecodeSic(receiver, {{30, 0.5, 0}, {4, 0.5, 0}}, 2, 1, 1, stages);
        NS_TEST_EXPECT_MSG_EQ((stages[0].result == LayerResult::BELOW_THRESHOLD), true, "SNR gap");
        NOMA_TEST_EXPECT_CLOSE(stages[1].sinr, 4 / 31.0, 1e-15, "not cancelled");
    }
};

/**
 * @ingroup noma-test
 * The SIC receiver as a pure function, and its strategies.
 */
class NomaSicReceiverTestSuite : public TestSuite
{
  public:
    NomaSicReceiverTestSuite()
        : TestSuite("noma-sic-receiver", Type::UNIT)
    {
        AddTestCase(new PropagationTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new WideRangeTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new DualityTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new ErrorModelTestCase, NOMA_TEST_DURATION(QUICK));
        AddTestCase(new StrategyTestCase, NOMA_TEST_DURATION(QUICK));
    }
};

NomaSicReceiverTestSuite g_nomaSicReceiverTestSuite; //!< static variable for registration

} // namespace
