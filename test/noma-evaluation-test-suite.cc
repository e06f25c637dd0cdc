/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-json.h"

#include <fstream>
#include <random>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * Every reference vector, made by an independent implementation, is met in every field.
 */
class EvaluationVectorTestCase : public TestCase
{
  public:
    EvaluationVectorTestCase()
        : TestCase("reference vectors")
    {
    }

  private:
    /// @returns the text of a reference file @param name file name
    std::string Slurp(const std::string& name)
    {
        std::ifstream in(CreateDataDirFilename("reference/vectors/" + name));
        NS_TEST_EXPECT_MSG_EQ(in.good(), true, "cannot read " << name);
        return std::string(std::istreambuf_iterator<char>(in), {});
    }

    /// Compares stages. @param a actual @param e expected @param what for the message
    void Compare(const Stages& a, const Stages& e, const std::string& what)
    {
        Compare(a.device, e.device, what + ".device");
        Compare(a.up, e.up, what + ".up");
        Compare(a.edge, e.edge, what + ".edge");
        Compare(a.down, e.down, what + ".down");
    }

    /// Compares numbers. @param a actual @param e expected @param what for the message
    void Compare(double a, double e, const std::string& what)
    {
        NOMA_TEST_EXPECT_CLOSE(a, e, 1e-12, what);
    }

    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        for (int file = 0; file < 8; ++file)
        {
            const std::string name = "0" + std::to_string(file);
            const Instance instance = ParseInstance(Slurp(name + ".instance.json"));
            const Decision decision = ParseDecision(Slurp(name + ".decision.json"), instance);
            const Evaluation expected = ParseEvaluation(Slurp(name + ".expected.json"));
            Check(name, Evaluate(instance, decision), expected);
            NS_TEST_EXPECT_MSG_EQ(
                (EvaluateGamma(instance, decision) == Evaluate(instance, decision).gamma),
                true,
                name << ": gamma alone");

            // what is written is read back to the same bits
            std::ostringstream out;
            WriteInstance(out, instance);
            const Instance again = ParseInstance(out.str());
            out.str("");
            WriteDecision(out, instance, decision);
            const Decision decisionAgain = ParseDecision(out.str(), again);
            const double gamma = Evaluate(again, decisionAgain).gamma;
            NS_TEST_EXPECT_MSG_EQ(gamma, Evaluate(instance, decision).gamma, name << " round trip");
            out.str("");
            WriteEvaluation(out, Evaluate(instance, decision));
            Check(name, ParseEvaluation(out.str()), expected);
        }
    }

    /// Compares all fields. @param name vector @param actual found @param expected wanted
    void Check(const std::string& name, const Evaluation& actual, const Evaluation& expected)
    {
        Compare(actual.gamma, expected.gamma, name + " gamma");
        NS_TEST_ASSERT_MSG_EQ(actual.users.size(), expected.users.size(), "users");
        for (std::size_t i = 0; i < actual.users.size(); ++i)
        {
            const std::string user = name + " users[" + std::to_string(i) + "]";
            const UserEvaluation& a = actual.users[i];
            const UserEvaluation& e = expected.users[i];
            Compare(a.utility, e.utility, user + ".utility");
            Compare(a.delay, e.delay, user + ".delay");
            Compare(a.energy, e.energy, user + ".energy");
            for (Direction d : DIRECTIONS)
            {
                Compare(a.rate[d], e.rate[d], user + ".rate");
                NS_TEST_ASSERT_MSG_EQ(a.sinr[d].size(), e.sinr[d].size(), "SINRs");
                for (std::size_t m = 0; m < a.sinr[d].size(); ++m)
                {
                    Compare(a.sinr[d][m], e.sinr[d][m], user + ".sinr");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * What the vectors do not cover: no radio, ties, order keys.
 */
class EvaluationEdgeTestCase : public TestCase
{
  public:
    EvaluationEdgeTestCase()
        : TestCase("device-only users, equal gains, order keys, decodable rates")
    {
    }

  private:
    /// @returns three users of one access point on one subchannel
    static Instance Three()
    {
        Instance instance;
        instance.subchannels = 1;
        instance.maxSuperposed = 3;
        instance.bandwidthHz = {1e6, 1e6};
        EdgeServer edge;
        edge.units = 16;
        edge.clockHz = 1e9;
        edge.flopPerCycle = 4;
        edge.kappa = 1e-29;
        instance.edges.push_back(edge);
        User user;
        user.clockHz = 1e9;
        user.flopPerCycle = 1;
        user.kappa = 1e-28;
        user.powerW = {{0.01, 1}, {0.01, 1}};
        user.units = {1, 4};
        user.options = {{0, 1e9, 1e6, 1e3}, {1e9, 0, 0, 0}};
        instance.users.assign(3, user);
        for (Direction d : DIRECTIONS)
        {
            instance.gain[d] = GainTensor(3, 1, 1);
            instance.gain[d].At(0, 0, 0) = 3e-12;
            instance.gain[d].At(1, 0, 0) = 1e-12;
            instance.gain[d].At(2, 0, 0) = 3e-12;
        }
        return instance;
    }

    /// @returns everybody offloading on the one subchannel
    static Decision All()
    {
        Decision decision;
        UserDecision u;
        u.units = 2;
        u.link.up = {{{0, 1.0}}, 0.5};
        u.link.down = {{{0, 1.0}}, 0.5};
        decision.users.assign(3, u);
        decision.users[1].link.up.powerW = 0.9;
        return decision;
    }

    void DoRun() override
    {
        Instance instance = Three();
        ValidateInstance(instance);
        Decision decision = All();
        ValidateDecision(instance, decision, true);
        const double noise = instance.NoiseW(UPLINK);

        // equal gains: the lower index is the stronger
        Evaluation e = Evaluate(instance, decision);
        NOMA_TEST_EXPECT_CLOSE(e.users[0].sinr.up[0],
                               1.5e-12 / (1.5e-12 + 0.9e-12 + noise),
                               1e-14,
                               "decoded first");
        NOMA_TEST_EXPECT_CLOSE(e.users[2].sinr.up[0],
                               1.5e-12 / (0.9e-12 + noise),
                               1e-14,
                               "decoded second");
        NOMA_TEST_EXPECT_CLOSE(e.users[0].sinr.down[0], 1.5e-12 / noise, 1e-14, "sees nobody");
        NOMA_TEST_EXPECT_CLOSE(e.users[2].sinr.down[0],
                               1.5e-12 / (1.5e-12 + noise),
                               1e-14,
                               "sees user 0");

        // order by received power moves nobody here, by 10 times the power it does
        instance.orderKey = OrderKey::RECEIVED_POWER;
        decision.users[1].link.up.powerW = 9;
        e = Evaluate(instance, decision);
        NOMA_TEST_EXPECT_CLOSE(e.users[1].sinr.up[0], 9e-12 / (3e-12 + noise), 1e-14, "first");
        decision = All();
        instance.orderKey = OrderKey::GAIN;

        // a device-only user sends nothing, whatever it was given
        const Evaluation with = Evaluate(instance, decision);
        decision.users[0].option = 1;
        const Evaluation without = Evaluate(instance, decision);
        NOMA_TEST_EXPECT_CLOSE(without.users[0].delay.Total(), 1.0, 1e-14, "device delay");
        NOMA_TEST_EXPECT_CLOSE(without.users[0].energy.Total(), 0.1, 1e-14, "device energy");
        NS_TEST_EXPECT_MSG_EQ(without.users[0].rate.up, 0.0, "no rate");
        NS_TEST_EXPECT_MSG_EQ(without.users[0].sinr.up.empty(), true, "no SINR");
        NS_TEST_EXPECT_MSG_EQ((without.users[2].rate.down > with.users[2].rate.down),
                              true,
                              "user 0 no longer interferes");
        decision.users[0].link = {};
        NS_TEST_EXPECT_MSG_EQ(Evaluate(instance, decision).gamma, without.gamma, "void radio");
        ValidateDecision(instance, decision, true);

        // a rate of zero is an infinite delay, not a NaN
        instance.gain.up.At(2, 0, 0) = 0;
        const Evaluation dark = Evaluate(instance, decision);
        NS_TEST_EXPECT_MSG_EQ(dark.gamma, std::numeric_limits<double>::infinity(), "no channel");
        std::ostringstream out;
        NOMA_TEST_EXPECT_INVALID(WriteEvaluation(out, dark), "users[2].delay: inf");
    }
};

/**
 * @ingroup noma-test
 * Rate rule DECODABLE: the worst decoder counts, and with the order by gain over interference it
 * is always the layer's own user.
 */
class EvaluationDecodableTestCase : public TestCase
{
  public:
    EvaluationDecodableTestCase()
        : TestCase("decodable downlink rates")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(11);
        std::uniform_real_distribution<double> uniform(0, 1);
        int lower = 0;
        for (int trial = 0; trial < 200; ++trial)
        {
            Instance instance;
            instance.subchannels = 1;
            instance.maxSuperposed = 3;
            instance.bandwidthHz = {1e6, 1e6};
            instance.residual = trial % 2 ? 0.1 : 0.0;
            instance.edges.resize(2);
            instance.users.resize(6);
            Decision decision;
            decision.users.resize(6);
            for (Direction d : DIRECTIONS)
            {
                instance.gain[d] = GainTensor(6, 2, 1);
            }
            for (uint32_t i = 0; i < 6; ++i)
            {
                instance.users[i].ap = i / 3;
                instance.users[i].options = {{0, 0, 0, 1e3}};
                instance.gain.down.At(i, 0, 0) = 1e-12 * uniform(rng);
                instance.gain.down.At(i, 1, 0) = 1e-12 * uniform(rng);
                decision.users[i].link.down = {{{0, 0.2 + 0.8 * uniform(rng)}}, uniform(rng)};
            }
            instance.downlinkRate = DownlinkRate::OWN;
            const Evaluation own = Evaluate(instance, decision);
            instance.downlinkRate = DownlinkRate::DECODABLE;
            const Evaluation decodable = Evaluate(instance, decision);
            NS_TEST_EXPECT_MSG_EQ(EvaluateGamma(instance, decision), decodable.gamma, "gamma");
            for (uint32_t i = 0; i < 6; ++i)
            {
                const double limit = Naive(instance, decision, i);
                NOMA_TEST_EXPECT_CLOSE(decodable.users[i].rate.down, limit, 1e-12, "rate");
                lower += limit < own.users[i].rate.down * (1 - 1e-9);
            }
            instance.orderKey = OrderKey::GAIN_OVER_INTERFERENCE;
            const Evaluation sorted = Evaluate(instance, decision);
            instance.downlinkRate = DownlinkRate::OWN;
            const Evaluation sortedOwn = Evaluate(instance, decision);
            for (uint32_t i = 0; i < 6; ++i)
            {
                NOMA_TEST_EXPECT_CLOSE(sorted.users[i].rate.down,
                                       sortedOwn.users[i].rate.down,
                                       1e-12,
                                       "own user is the worst decoder");
            }
        }
        NS_TEST_EXPECT_MSG_GT(lower, 50, "the rule must matter in this test");
    }

    /// @returns the rate of user i, by comparing every decoder @param instance the instance
    /// @param decision the decision @param i user
    static double Naive(const Instance& instance, const Decision& decision, uint32_t i)
    {
        const GainTensor& h = instance.gain.down;
        const uint32_t n = instance.users[i].ap;
        const double noise = instance.NoiseW(DOWNLINK);
        const auto sent = [&](uint32_t t) {
            return decision.users[t].link.down.shares[0].share * decision.users[t].link.down.powerW;
        };
        double worst = std::numeric_limits<double>::infinity();
        for (uint32_t v = 0; v < instance.users.size(); ++v)
        {
            if (instance.users[v].ap != n || h.At(v, n, 0) < h.At(i, n, 0))
            {
                continue;
            }
            double below = noise;
            for (uint32_t t = 0; t < instance.users.size(); ++t)
            {
                const uint32_t l = instance.users[t].ap;
                if (t != i)
                {
                    const bool cancelled = l == n && h.At(t, n, 0) < h.At(i, n, 0);
                    below += h.At(v, l, 0) * sent(t) * (cancelled ? instance.residual : 1.0);
                }
            }
            worst = std::min(worst, h.At(v, n, 0) * decision.users[i].link.down.powerW / below);
        }
        return decision.users[i].link.down.shares[0].share * instance.SubchannelHz(DOWNLINK) *
               std::log2(1 + worst);
    }
};

/**
 * @ingroup noma-test
 * Evaluation of decisions.
 */
class NomaEvaluationTestSuite : public TestSuite
{
  public:
    NomaEvaluationTestSuite()
        : TestSuite("noma-evaluation", Type::UNIT)
    {
        AddTestCase(new EvaluationVectorTestCase);
        AddTestCase(new EvaluationEdgeTestCase);
        AddTestCase(new EvaluationDecodableTestCase);
    }
};

NomaEvaluationTestSuite g_nomaEvaluationTestSuite; //!< instance

} // namespace
