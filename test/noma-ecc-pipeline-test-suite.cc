/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * ECC-NOMA as one pipeline: efforts, warm starts, whole subchannels, cases that once failed.
 */
#include "noma-random-instance.h"
#include "noma-test-engine-cases.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-assignment.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-json.h"
#include "ns3/noma-li-gd-engine.h"
#include "ns3/noma-local-search.h"

#include <fstream>
#include <iterator>

using namespace ns3;
using namespace ns3::noma;
using ns3::noma::tests::EngineCase;
using ns3::noma::tests::EngineCases;

namespace
{

/// @param usersPerAp users of each of three cells @returns cells with 12 places
RandomInstanceParameters
ScarcePlaces(uint32_t usersPerAp)
{
    RandomInstanceParameters p;
    p.aps = 3;
    p.usersPerAp = usersPerAp;
    p.subchannels = 4;
    p.maxSuperposed = 3;
    p.maxOptions = 6;
    return p;
}

/**
 * @ingroup noma-test
 * A larger effort has seen all that a smaller one has: the objective never rises with it. No
 * decision gives radio to a direction without bits.
 */
class NestedEffortsTestCase : public TestCase
{
  public:
    NestedEffortsTestCase()
        : TestCase("the objective never rises with the effort")
    {
    }

  private:
    void DoRun() override
    {
        for (const EngineCase& c : EngineCases())
        {
            double last = std::numeric_limits<double>::infinity();
            double first = 0;
            for (double effort : {0.0, 0.003, 0.01})
            {
                AllocatorOptions options;
                options.effort = effort;
                const Allocation ecc = CreateAllocator("ecc-noma")->Allocate(c.instance, options);
                const double oma = CreateAllocator("ecc-oma")->Allocate(c.instance, options).gamma;
                NS_TEST_EXPECT_MSG_LT_OR_EQ(ecc.gamma, last, c.name << ", effort " << effort);
                NS_TEST_EXPECT_MSG_LT_OR_EQ(ecc.gamma, oma, c.name << ": ecc-oma is better");
                last = ecc.gamma;
                first = effort == 0 ? ecc.gamma : first;
                for (std::size_t i = 0; i < ecc.decision.users.size(); ++i)
                {
                    const UserDecision& u = ecc.decision.users[i];
                    for (Direction d : DIRECTIONS)
                    {
                        const bool sends = UsesRadio(c.instance.users[i].options[u.option], d);
                        NS_TEST_EXPECT_MSG_EQ(u.link[d].shares.empty(), !sends, "who sends");
                    }
                }
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(first, last * 1.05, c.name << ": effort 0 is far off");
        }
    }
};

/**
 * @ingroup noma-test
 * Small instances on which 1.0.0 stayed above what was known.
 */
class KnownCasesTestCase : public TestCase
{
  public:
    KnownCasesTestCase()
        : TestCase("cases with known values")
    {
    }

  private:
    /// @returns an instance @param name name of its file
    Instance Read(const std::string& name)
    {
        std::ifstream in(CreateDataDirFilename("reference/cases/" + name + ".instance.json"));
        NS_TEST_EXPECT_MSG_EQ(in.good(), true, "cannot read " << name);
        return ReadInstance(in);
    }

    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        // Two users on one subchannel whose options must change together.
        const double dense = CreateAllocator("ecc-noma")->Allocate(Read("dense-91")).gamma;
        NOMA_TEST_EXPECT_CLOSE(dense, 2.644827, 1e-6, "dense-91");

        // The minimum power binds: taking turns is better than any integral decision.
        const Instance residual = Read("residual-69");
        const Allocation shared = CreateAllocator("ecc-noma")->Allocate(residual);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(shared.gamma, 0.93645, "residual-69");
        NS_TEST_EXPECT_MSG_EQ(shared.decision.IsIntegral(), false, "time shares");
        AllocatorOptions options;
        options.integral = true;
        const Allocation whole = CreateAllocator("ecc-noma")->Allocate(residual, options);
        NS_TEST_EXPECT_MSG_EQ(whole.decision.IsIntegral(), true, "asked for whole subchannels");
        NOMA_TEST_EXPECT_CLOSE(whole.gamma, 1.0445735, 1e-6, "residual-69, integral");
    }
};

/**
 * @ingroup noma-test
 * Whole subchannels with more users than places: those left over compute on their devices, and an
 * instance that leaves them no choice is refused.
 */
class IntegralTestCase : public TestCase
{
  public:
    IntegralTestCase()
        : TestCase("whole subchannels for more users than places")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 2;
        p.subchannels = 2;
        p.maxSuperposed = 2;
        p.usersPerAp = 9;
        Instance instance = MakeRandomInstance(p, 5);
        AllocatorOptions options;
        options.effort = 0.05;
        options.integral = true;
        const Allocation ecc = CreateAllocator("ecc-noma")->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_EQ(ecc.decision.IsIntegral(), true, "integral");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(ecc.gamma,
                                    CreateAllocator("device-only")->Allocate(instance).gamma,
                                    "the radio serves nobody");
        for (User& u : instance.users)
        {
            u.options.resize(1);
        }
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("ecc-noma")->Allocate(instance, options),
                                 "integral: access point 0");
    }
};

/**
 * @ingroup noma-test
 * Li-GD over the users' own layers is no worse than over common ones, reports the objective of
 * its decision, and a warm start saves work.
 */
class OwnLayersTestCase : public TestCase
{
  public:
    OwnLayersTestCase()
        : TestCase("Li-GD over each user's own layers")
    {
    }

  private:
    void DoRun() override
    {
        double gained = 0;
        for (const EngineCase& c : EngineCases())
        {
            LiGdEngine engine;
            const double common = engine.Sweep(c.instance).gamma;
            const LiGdEngineReport own = engine.SolveUsers(c.instance, 6);
            const Decision decision = engine.GetDecision();
            ValidateDecision(c.instance, decision, true);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(own.gamma, common, c.name << ": common layers are better");
            NOMA_TEST_EXPECT_CLOSE(own.gamma,
                                   Evaluate(c.instance, decision).gamma,
                                   1e-9,
                                   c.name << ": not what was reported");
            gained += 1 - own.gamma / common;
            const LiGdEngineReport warm = engine.ResumeUsers(c.instance, decision, 6);
            NS_TEST_EXPECT_MSG_LT(warm.solver.activeEvaluations,
                                  own.solver.activeEvaluations,
                                  c.name << ": a warm start saves nothing");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(warm.gamma, own.gamma * 1.02, c.name << ": warm is worse");
            // A start says all, whoever were the users before.
            const LiGdEngineReport resumed = engine.ResumeUsers(c.instance, decision, 2);
            NS_TEST_EXPECT_MSG_LT(resumed.solver.activeEvaluations,
                                  own.solver.activeEvaluations,
                                  c.name << ": a start saves nothing");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(resumed.gamma,
                                        own.gamma * 1.02,
                                        c.name << ": worse than its start");
            LiGdEngine other;
            other.Sweep(EngineCases().front().instance);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(other.ResumeUsers(c.instance, decision, 2).gamma,
                                        own.gamma * 1.02,
                                        c.name << ": minds what it solved before");
        }
        NS_TEST_EXPECT_MSG_GT(gained, 0.1, "own layers are worth something");
    }
};

/**
 * @ingroup noma-test
 * Descents from a solution with a few users moved end no higher than it, most of them lower where
 * places are scarce.
 */
class ShakenTestCase : public TestCase
{
  public:
    ShakenTestCase()
        : TestCase("Li-GD from a decision with a few users moved")
    {
    }

  private:
    void DoRun() override
    {
        double gained = 0;
        for (const EngineCase& c : EngineCases())
        {
            LiGdEngine engine;
            const double start = engine.Sweep(c.instance).gamma;
            const Decision decision = engine.GetDecision();
            std::mt19937_64 rng(1);
            const double still = engine.Improve(c.instance, decision, 2, 0, rng).gamma;
            NS_TEST_EXPECT_MSG_LT_OR_EQ(still, start * (1 + 1e-9), c.name << ": above its start");
            const LiGdEngineReport shaken = engine.Improve(c.instance, decision, 2, 12, rng);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(shaken.gamma, still * (1 + 1e-9), c.name << ": shaken");
            const Decision better = engine.GetDecision();
            ValidateDecision(c.instance, better, true);
            NOMA_TEST_EXPECT_CLOSE(shaken.gamma,
                                   Evaluate(c.instance, better).gamma,
                                   1e-9,
                                   c.name << ": not what was reported");
            gained += 1 - shaken.gamma / still;
            LiGdEngine other;
            other.Sweep(c.instance);
            std::mt19937_64 same(1);
            other.Improve(c.instance, decision, 2, 0, same);
            NS_TEST_EXPECT_MSG_EQ(other.Improve(c.instance, decision, 2, 12, same).gamma,
                                  shaken.gamma,
                                  c.name << ": not the same again");
        }
        NS_TEST_EXPECT_MSG_GT(gained, 0.02, "moving users is worth something");
    }
};

/**
 * @ingroup noma-test
 * Where everybody must transmit and every place is taken, sharing subchannels in time disturbs
 * other cells less than any whole assignment.
 */
class ScarcePlacesTestCase : public TestCase
{
  public:
    ScarcePlacesTestCase()
        : TestCase("time shares where every place is taken")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 3;
        p.subchannels = 3;
        p.maxSuperposed = 2;
        p.usersPerAp = 6;
        p.radiusM = 60;
        Instance instance = MakeRandomInstance(p, 300004);
        for (User& u : instance.users)
        {
            u.options.resize(1);
        }
        AllocatorOptions options;
        options.effort = 0.3;
        const Allocation shared = CreateAllocator("ecc-noma")->Allocate(instance, options);
        options.integral = true;
        const Allocation whole = CreateAllocator("ecc-noma")->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_EQ(shared.decision.IsIntegral(), false, "time shares");
        NS_TEST_EXPECT_MSG_EQ(whole.decision.IsIntegral(), true, "asked for whole subchannels");
        NS_TEST_EXPECT_MSG_LT(shared.gamma, 0.97 * whole.gamma, "sharing in time saves nothing");

        // As a warm start of a slot with fewer places, more of everybody than there is.
        AllocatorOptions slot;
        slot.effort = 0;
        slot.warmStart = &shared.decision;
        instance.maxSuperposed = 1;
        const Allocation fewer = CreateAllocator("ecc-noma")->Allocate(instance, slot);
        ValidateDecision(instance, fewer.decision, true);
    }
};

/**
 * @ingroup noma-test
 * Without a warm start effort 0 goes on to a deep descent and to time shares.
 */
class ColdSlotTestCase : public TestCase
{
  public:
    ColdSlotTestCase()
        : TestCase("effort 0 without a warm start, more users than places")
    {
    }

  private:
    void DoRun() override
    {
        const RandomInstanceParameters p = ScarcePlaces(11);
        double mean = 0;
        const int count = 6;
        for (int seed = 1; seed <= count; ++seed)
        {
            const Instance instance = MakeRandomInstance(p, seed);
            AllocatorOptions options;
            options.effort = 0;
            mean += CreateAllocator("ecc-noma")->Allocate(instance, options).gamma / count;
        }
        // 10.88; without the descent 10.98, without time shares 11.05
        NS_TEST_EXPECT_MSG_LT(mean, 10.93, "nothing follows best responses");
    }
};

/**
 * @ingroup noma-test
 * After a kick those answer first who only share a subchannel with a user that was moved.
 */
class KickTestCase : public TestCase
{
  public:
    KickTestCase()
        : TestCase("users that a kick moved come last")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 2;
        p.usersPerAp = 8;
        p.subchannels = 3;
        p.maxSuperposed = 3;
        const Instance instance = MakeRandomInstance(p, 4);
        AllocatorOptions options;
        options.effort = 0;
        const Decision start = CreateAllocator("ecc-noma")->Allocate(instance, options).decision;
        Assignment assignment(instance, instance.maxSuperposed);
        LocalSearch search(assignment);
        std::mt19937_64 rng(1);
        uint32_t crowds = 0;
        for (int k = 0; k < 40; ++k)
        {
            assignment.Load(start);
            const Assignment::State before = assignment.GetState();
            const std::vector<uint32_t> users = search.Kick(rng, 1);
            // at most the user itself and one that makes room in each direction
            const std::size_t others = users.size() - std::min<std::size_t>(3, users.size());
            crowds += others > 0 ? 1 : 0;
            for (std::size_t j = 0; j < others; ++j)
            {
                const uint32_t i = users[j];
                NS_TEST_EXPECT_MSG_EQ(assignment.GetOption(i),
                                      before.decision.users[i].option,
                                      "moved, and among the first");
                for (Direction d : DIRECTIONS)
                {
                    NS_TEST_EXPECT_MSG_EQ(assignment.GetSubchannel(i, d),
                                          before.subchannel[d][i],
                                          "moved, and among the first");
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(crowds, 20, "kicks touch others");
    }
};

/**
 * @ingroup noma-test
 * Descents from several starts end well in different cells: exchanging whole cells joins them.
 */
class ExchangedCellsTestCase : public TestCase
{
  public:
    ExchangedCellsTestCase()
        : TestCase("the best cells of several local optima go together")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p = ScarcePlaces(14);
        p.radiusM = 150;
        AllocatorOptions options;
        options.effort = 0.2;
        const Instance instance = MakeRandomInstance(p, 6);
        const double gamma = CreateAllocator("ecc-noma")->Allocate(instance, options).gamma;
        // 16.32; without exchanging 16.53
        NS_TEST_EXPECT_MSG_LT(gamma, 16.42, "nothing is exchanged");
    }
};

/**
 * @ingroup noma-test
 * An allocator object that is given a warm start goes on from its last relaxed solution.
 */
class WarmObjectTestCase : public TestCase
{
  public:
    WarmObjectTestCase()
        : TestCase("a warm start saves work")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 2;
        p.usersPerAp = 10;
        p.subchannels = 5;
        const Instance instance = MakeRandomInstance(p, 21);
        AllocatorOptions options;
        options.effort = 0;
        auto allocator = CreateAllocator("ecc-noma");
        const Allocation cold = allocator->Allocate(instance, options);
        const Allocation again = allocator->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_EQ(cold.gamma, again.gamma, "without a warm start nothing is kept");
        NS_TEST_EXPECT_MSG_EQ(cold.report.activeEvaluations,
                              again.report.activeEvaluations,
                              "without a warm start nothing is kept");
        options.warmStart = &cold.decision;
        const Allocation warm = allocator->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(warm.gamma, cold.gamma * (1 + 1e-9), "worse than its start");
        NS_TEST_EXPECT_MSG_LT(warm.report.activeEvaluations,
                              cold.report.activeEvaluations,
                              "a warm start saves nothing");
    }
};

/**
 * @ingroup noma-test
 * A user with nothing to send in a direction does not transmit there: what a decision gives it
 * disturbs nobody and costs nothing.
 */
class SilentDirectionTestCase : public TestCase
{
  public:
    SilentDirectionTestCase()
        : TestCase("nothing to send, nothing transmitted")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 2;
        p.usersPerAp = 2;
        p.subchannels = 1;
        Instance instance = MakeRandomInstance(p, 31);
        instance.users[0].options[0].downBits = 0;
        Decision decision;
        decision.users.resize(4);
        for (std::size_t i = 0; i < 4; ++i)
        {
            decision.users[i].units = instance.users[i].units.min;
            for (Direction d : DIRECTIONS)
            {
                decision.users[i].link[d] = {{{0, 1.0}}, instance.users[i].powerW[d].max};
            }
        }
        Decision silent = decision;
        silent.users[0].link.down = LinkDecision();
        const Evaluation loud = Evaluate(instance, decision);
        const Evaluation quiet = Evaluate(instance, silent);
        NS_TEST_EXPECT_MSG_EQ(loud.gamma, quiet.gamma, "a silent link costs something");
        instance.users[0].options[0].downBits = 1000;
        NS_TEST_EXPECT_MSG_GT(Evaluate(instance, decision).gamma,
                              quiet.gamma * (1 + 1e-6),
                              "a link with bits disturbs nobody");
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaEccPipelineTestSuite : public TestSuite
{
  public:
    NomaEccPipelineTestSuite()
        : TestSuite("noma-ecc-pipeline", Type::UNIT)
    {
        AddTestCase(new NestedEffortsTestCase);
        AddTestCase(new KnownCasesTestCase);
        AddTestCase(new IntegralTestCase);
        AddTestCase(new OwnLayersTestCase);
        AddTestCase(new ShakenTestCase);
        AddTestCase(new ScarcePlacesTestCase);
        AddTestCase(new ColdSlotTestCase);
        AddTestCase(new KickTestCase);
        AddTestCase(new ExchangedCellsTestCase);
        AddTestCase(new WarmObjectTestCase);
        AddTestCase(new SilentDirectionTestCase);
    }
};

NomaEccPipelineTestSuite g_nomaEccPipelineTestSuite; //!< instance

} // namespace
