/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-assignment.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-random-allocator.h"
#include "ns3/noma-random-draw.h"

#include <numeric>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns a small instance, every other one congested @param seed seed
/// @param mostUsers users in all at most
Instance
MakeSmall(uint64_t seed, uint32_t mostUsers)
{
    std::mt19937_64 rng(seed);
    RandomInstanceParameters p;
    p.aps = 1 + seed % 2;
    const uint32_t most = mostUsers / p.aps;
    do
    {
        p.subchannels = 1 + DrawIndex(rng, 3);
        p.maxSuperposed = 1 + DrawIndex(rng, 3);
        p.usersPerAp =
            seed / 2 % 2 == 0 ? p.subchannels * p.maxSuperposed : 1 + DrawIndex(rng, most);
    } while (p.usersPerAp > most || p.usersPerAp > p.subchannels * p.maxSuperposed);
    p.radiusM = 60 + 340 * DrawUniform(rng);
    p.bandwidthHz = 3e5 * std::pow(40, DrawUniform(rng));
    p.unitsPerUser = 0.6 + 4 * DrawUniform(rng);
    p.residual = DrawIndex(rng, 4) == 0 ? 0.02 : 0.0;
    p.downlinkRate = DrawIndex(rng, 2) == 0 ? DownlinkRate::OWN : DownlinkRate::DECODABLE;
    return MakeRandomInstance(p, seed);
}

/**
 * @ingroup noma-test
 * The oracle against the plainest enumeration there is: every option and subchannel of every
 * user, powers polished from several starts.
 */
class ExhaustiveTestCase : public TestCase
{
  public:
    ExhaustiveTestCase()
        : TestCase("exhaustive = plain enumeration")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 12; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.aps = 1 + seed % 2;
            parameters.usersPerAp = seed % 2 == 0 ? 3 : 1;
            parameters.subchannels = 2;
            parameters.maxSuperposed = 2;
            parameters.maxOptions = 3;
            parameters.radiusM = 100 + 20.0 * seed;
            parameters.unitsPerUser = 1.2;
            const Instance instance = MakeRandomInstance(parameters, seed);
            const auto n = static_cast<uint32_t>(instance.users.size());
            const Allocation oracle = CreateAllocator("exhaustive")->Allocate(instance);
            NS_TEST_EXPECT_MSG_EQ(oracle.decision.IsIntegral(), true, "integral");

            Assignment assignment(instance, instance.maxSuperposed);
            double best = std::numeric_limits<double>::infinity();
            std::vector<uint32_t> digit(n, 0);
            std::vector<uint32_t> base;
            for (const User& u : instance.users)
            {
                base.push_back(static_cast<uint32_t>(u.options.size()) * 4);
            }
            while (true)
            {
                Decision decision;
                decision.users.resize(n);
                bool useful = true;
                for (uint32_t i = 0; i < n; ++i)
                {
                    UserDecision& u = decision.users[i];
                    const auto& options = instance.users[i].options;
                    u.option = digit[i] / 4;
                    useful = useful && (UsesEdge(options[u.option]) || digit[i] % 4 == 0);
                    for (Direction d : DIRECTIONS)
                    {
                        u.link[d].shares = {{digit[i] % 4 >> d & 1, 1.0}};
                        u.link[d].powerW = instance.users[i].powerW[d].max;
                    }
                }
                // Load() moves what does not fit: those points are met elsewhere.
                if (useful)
                {
                    assignment.Load(decision);
                    double gamma = assignment.GetGamma();
                    if (gamma > best)
                    {
                        assignment.PolishAll(1e-3, 1);
                        gamma = assignment.GetGamma();
                    }
                    if (gamma < best * 1.05)
                    {
                        assignment.PolishAll(1e-7, 6);
                        best = std::min(best, assignment.GetGamma());
                    }
                }
                uint32_t i = 0;
                while (i < n && ++digit[i] == base[i])
                {
                    digit[i++] = 0;
                }
                if (i == n)
                {
                    break;
                }
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(oracle.gamma, best * (1 + 1e-6), "oracle missed it");
            NS_TEST_EXPECT_MSG_GT_OR_EQ(oracle.gamma, best * (1 - 1e-6), "below the optimum");
        }
    }
};

/**
 * @ingroup noma-test
 * ECC-NOMA against the oracle: within 1 % on average and 5 % at worst at a third of the
 * default effort.
 */
class SmallQualityTestCase : public TestCase
{
  public:
    SmallQualityTestCase()
        : TestCase("ecc-noma against exhaustive")
    {
    }

  private:
    void DoRun() override
    {
        double sum = 0;
        double worst = 0;
        const uint64_t count = 60;
        for (uint64_t seed = 1; seed <= count; ++seed)
        {
            const Instance instance = MakeSmall(7000 + seed, 6);
            const double optimum = CreateAllocator("exhaustive")->Allocate(instance).gamma;
            AllocatorOptions options;
            options.effort = 0.3;
            options.integral = true;
            const Allocation ecc = CreateAllocator("ecc-noma")->Allocate(instance, options);
            NS_TEST_EXPECT_MSG_EQ(ecc.decision.IsIntegral(), true, "integral");
            const double gap = ecc.gamma / optimum - 1;
            sum += gap;
            worst = std::max(worst, gap);
            NS_TEST_EXPECT_MSG_GT(gap, -1e-6, "better than the oracle on instance " << seed);
        }
        NS_TEST_EXPECT_MSG_LT_OR_EQ(sum / count, 0.01, "mean gap");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(worst, 0.05, "worst gap");
    }
};

/**
 * @ingroup noma-test
 * ECC-NOMA is no worse than any other allocator, nor than random assignments polished alike.
 */
class MediumQualityTestCase : public TestCase
{
  public:
    MediumQualityTestCase()
        : TestCase("ecc-noma against every other allocator")
    {
    }

  private:
    void DoRun() override
    {
        AllocatorOptions options;
        options.effort = 0.03;
        for (uint64_t seed = 1; seed <= 4; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.aps = 3;
            parameters.usersPerAp = seed % 2 == 0 ? 12 : 9;
            parameters.subchannels = 4;
            parameters.radiusM = 80.0 * seed;
            parameters.maxOptions = 5;
            parameters.unitsPerUser = 0.5 * seed;
            const Instance instance = MakeRandomInstance(parameters, 40 + seed);
            const Allocation ecc = CreateAllocator("ecc-noma")->Allocate(instance, options);
            ValidateDecision(instance, ecc.decision, true);
            for (const std::string& name : AllocatorNames())
            {
                if (name != "ecc-noma" && name != "exhaustive")
                {
                    auto other = CreateAllocator(name);
                    const double gamma =
                        other->Allocate(instance, OnlyHonoured(*other, options)).gamma;
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(ecc.gamma,
                                                gamma,
                                                name << " is better on instance " << seed);
                }
            }
            std::mt19937_64 rng(seed);
            Assignment assignment(instance, instance.maxSuperposed);
            for (int k = 0; k < 50; ++k)
            {
                assignment.Load(DrawDecision(instance, rng));
                assignment.PolishAll(1e-6, 1);
                NS_TEST_EXPECT_MSG_LT_OR_EQ(ecc.gamma, assignment.GetGamma(), "random is better");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * More users than places: time shares, within the capacity, and the better for them.
 */
class DenseTestCase : public TestCase
{
  public:
    DenseTestCase()
        : TestCase("three times more users than places")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters parameters;
        parameters.aps = 2;
        parameters.subchannels = 2;
        parameters.maxSuperposed = 2;
        parameters.usersPerAp = 12;
        const Instance instance = MakeRandomInstance(parameters, 5);
        AllocatorOptions options;
        options.effort = 0.02;
        const Allocation ecc = CreateAllocator("ecc-noma")->Allocate(instance, options);
        for (const char* name : {"ecc-oma", "device-only", "iao", "neurosurgeon", "random"})
        {
            auto other = CreateAllocator(name);
            const double gamma = other->Allocate(instance, OnlyHonoured(*other, options)).gamma;
            NS_TEST_EXPECT_MSG_LT_OR_EQ(ecc.gamma, gamma, name << " is better");
        }
        // Nobody has a choice: everybody must be served, in turn.
        Instance forced = instance;
        for (User& u : forced.users)
        {
            u.options.resize(1);
        }
        const Allocation all = CreateAllocator("ecc-noma")->Allocate(forced, options);
        NS_TEST_EXPECT_MSG_EQ(all.decision.IsIntegral(), false, "must share");
        NS_TEST_EXPECT_MSG_EQ(std::isfinite(all.gamma), true, "everybody is served");
    }
};

/**
 * @ingroup noma-test
 * A controller's use: warm starts over slots at effort 0 track full solves; progress is reported
 * and can cancel.
 */
class ControllerTestCase : public TestCase
{
  public:
    ControllerTestCase()
        : TestCase("effort 0 from warm starts; progress and cancelling")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters parameters;
        parameters.aps = 2;
        parameters.usersPerAp = 9;
        parameters.subchannels = 4;
        Instance instance = MakeRandomInstance(parameters, 9);
        auto allocator = CreateAllocator("ecc-noma");
        AllocatorOptions slot;
        slot.effort = 0;
        Decision last = allocator->Allocate(instance).decision;
        std::mt19937_64 rng(3);
        double warm = 0;
        double cold = 0;
        for (int k = 0; k < 10; ++k)
        {
            // Gains wander by some percent, one user has a new task.
            for (Direction d : DIRECTIONS)
            {
                for (uint32_t i = 0; i < instance.users.size(); ++i)
                {
                    for (uint32_t ap = 0; ap < 2; ++ap)
                    {
                        for (uint32_t m = 0; m < instance.subchannels; ++m)
                        {
                            instance.gain[d].At(i, ap, m) *= 0.9 + 0.2 * DrawUniform(rng);
                        }
                    }
                }
            }
            User& u = instance.users[DrawIndex(rng, 18)];
            for (CutOption& o : u.options)
            {
                o.upBits *= 0.8;
            }
            slot.warmStart = &last;
            const Allocation now = allocator->Allocate(instance, slot);
            warm += now.gamma;
            last = now.decision;
            AllocatorOptions full;
            full.effort = 0.02;
            cold += allocator->Allocate(instance, full).gamma;
        }
        NS_TEST_EXPECT_MSG_LT(warm, cold * 1.1, "warm starts drift");

        uint32_t calls = 0;
        double previous = 0;
        AllocatorOptions options;
        options.effort = 0.3;
        options.progress = [&](double fraction) {
            NS_TEST_EXPECT_MSG_GT_OR_EQ(fraction, previous, "progress goes back");
            previous = fraction;
            ++calls;
            return true;
        };
        const Allocation whole = allocator->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_GT(calls, 5, "progress is reported");
        NS_TEST_EXPECT_MSG_EQ(previous, 1.0, "progress ends at 1");
        NS_TEST_EXPECT_MSG_GT(whole.report.activeEvaluations, 1000, "evaluations are counted");
        options.progress = [&](double fraction) { return fraction < 0.1; };
        const Allocation cut = allocator->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_EQ((cut.report.status == SolverStatus::CANCELLED), true, "cancelled");
        NS_TEST_EXPECT_MSG_LT(cut.report.activeEvaluations,
                              whole.report.activeEvaluations,
                              "cancelling saves work");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaEccTestSuite : public TestSuite
{
  public:
    NomaEccTestSuite()
        : TestSuite("noma-ecc", Type::UNIT)
    {
        AddTestCase(new ExhaustiveTestCase);
        AddTestCase(new SmallQualityTestCase);
        AddTestCase(new MediumQualityTestCase);
        AddTestCase(new DenseTestCase);
        AddTestCase(new ControllerTestCase);
    }
};

NomaEccTestSuite g_nomaEccTestSuite; //!< instance

} // namespace
