/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test-gradients.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-power-polish.h"
#include "ns3/noma-random-allocator.h"
#include "ns3/noma-round-robin-radio.h"
#include "ns3/noma-subchannel.h"
#include "ns3/noma-units.h"

#include <stdexcept>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @returns a congested instance of two cells @param seed seed
Instance
MakeCongested(uint64_t seed)
{
    RandomInstanceParameters parameters;
    parameters.aps = 2;
    parameters.usersPerAp = 6;
    parameters.subchannels = 2;
    parameters.residual = seed % 3 == 0 ? 0.05 : 0.0;
    parameters.downlinkRate = seed % 2 == 0 ? DownlinkRate::DECODABLE : DownlinkRate::OWN;
    Instance instance = MakeRandomInstance(parameters, seed);
    instance.orderKey = seed % 5 == 0   ? OrderKey::RECEIVED_POWER
                        : seed % 5 == 1 ? OrderKey::GAIN_OVER_INTERFERENCE
                                        : OrderKey::GAIN;
    instance.snrGapDb = seed % 4;
    return instance;
}

/// Lists the members of one subchannel. @param instance instance @param decision decision
/// @param d direction @param m subchannel @param [out] p their powers @returns the members
std::vector<SubchannelMember>
MembersOf(const Instance& instance,
          const Decision& decision,
          Direction d,
          uint32_t m,
          std::vector<double>& p)
{
    std::vector<SubchannelMember> members;
    p.clear();
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        const UserDecision& u = decision.users[i];
        const CutOption& option = instance.users[i].options[u.option];
        for (const Share& s : u.link[d].shares)
        {
            if (UsesRadio(option, d) && s.subchannel == m)
            {
                members.push_back(MakeMember(instance.users[i], d, option));
                members.back().user = i;
                members.back().share = s.share;
                p.push_back(u.link[d].powerW);
            }
        }
    }
    return members;
}

/**
 * @ingroup noma-test
 * The cost of one subchannel is what Evaluate() says of its users, and its gradient is that of
 * central differences.
 */
class SubchannelCostTestCase : public TestCase
{
  public:
    SubchannelCostTestCase()
        : TestCase("cost of one subchannel = evaluation; gradient = central differences")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(11);
        std::size_t compared = 0;
        for (uint64_t seed = 1; seed <= 60; ++seed)
        {
            const Instance instance = MakeCongested(seed);
            const Decision decision = DrawDecision(instance, rng);
            const Evaluation evaluation = Evaluate(instance, decision);
            for (Direction d : DIRECTIONS)
            {
                SubchannelProblem problem(instance, d);
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    std::vector<double> p;
                    auto members = MembersOf(instance, decision, d, m, p);
                    problem.Load(m, members);
                    problem.Cost(p.data());
                    for (std::size_t k = 0; k < p.size(); ++k)
                    {
                        const uint32_t i = members[k].user;
                        const UserEvaluation& e = evaluation.users[i];
                        const User& u = instance.users[i];
                        const double delay = d == UPLINK ? e.delay.up : e.delay.down;
                        const double energy = d == UPLINK ? e.energy.up : e.energy.down;
                        NOMA_TEST_EXPECT_CLOSE(problem.GetRate(k), e.rate[d], 1e-12, "rate");
                        NOMA_TEST_EXPECT_CLOSE(problem.GetMemberCost(k),
                                               u.wT * delay / u.delayScale +
                                                   u.wE * energy / u.energyScale,
                                               1e-12,
                                               "cost");
                    }
                    SubchannelGradientProblem powers(problem, p);
                    const GradientCheck check = CheckGradient(powers);
                    NS_TEST_EXPECT_MSG_LT(check.worst,
                                          1e-6,
                                          check.where << " claimed " << check.analytic << " found "
                                                      << check.numeric);
                    compared += check.checked - check.unresolved;
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(compared, 500, "too few derivatives compared");
    }
};

/**
 * @ingroup noma-test
 * A lone user's power has the closed form of the Lambert W function, and the polish finds it.
 */
class LonePowerTestCase : public TestCase
{
  public:
    LonePowerTestCase()
        : TestCase("lone user: closed form = polish, and no better power nearby")
    {
    }

  private:
    void DoRun() override
    {
        std::size_t inside = 0;
        for (uint64_t seed = 1; seed <= 40; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.usersPerAp = 1;
            const Instance instance = MakeRandomInstance(parameters, seed);
            SubchannelMember member =
                MakeMember(instance.users[0], UPLINK, instance.users[0].options[0]);
            SubchannelProblem problem(instance, UPLINK);
            PowerPolish polish(instance, UPLINK);
            problem.Load(0, {member});
            const Interval& range = instance.users[0].powerW.up;
            const double best =
                LonePower(member.timeCost, member.energyCost, problem.GetLoneSnr(0), range);
            inside += best > range.min && best < range.max ? 1 : 0;
            const double cost = problem.Cost(&best);
            for (double factor : {0.5, 0.99, 1.01, 2.0})
            {
                const double other = std::min(std::max(best * factor, range.min), range.max);
                NS_TEST_EXPECT_MSG_GT_OR_EQ(problem.Cost(&other), cost, "better power nearby");
            }
            std::vector<double> p{range.max};
            NOMA_TEST_EXPECT_CLOSE(polish.Minimise(problem, p, 1e-9, 200), cost, 1e-12, "polish");
        }
        NS_TEST_EXPECT_MSG_GT(inside, 10, "the bounds always bind: nothing tested");
    }
};

/**
 * @ingroup noma-test
 * The units satisfy the optimality conditions: feasible, equal marginal value where the bounds do
 * not bind, and the same speed-up for all work where the capacity does not bind.
 */
class UnitsTestCase : public TestCase
{
  public:
    UnitsTestCase()
        : TestCase("units: optimality conditions with and without a binding capacity")
    {
    }

  private:
    void DoRun() override
    {
        std::size_t binding = 0;
        for (uint64_t seed = 1; seed <= 60; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.usersPerAp = 8;
            parameters.unitsPerUser = seed % 2 == 0 ? 1.5 : 50;
            Instance instance = MakeRandomInstance(parameters, seed);
            instance.edges[0].lambda = seed % 3 == 0   ? Lambda::Amdahl(0.8)
                                       : seed % 3 == 1 ? Lambda::Power(0.6)
                                                       : Lambda::Linear();
            const auto curves = MakeUnitCurves(instance);
            Decision decision;
            decision.users.resize(8);
            const auto byAp = UsersByAp(instance);
            const double price = OptimiseUnits(instance, curves, 0, byAp[0], decision);
            double sum = 0;
            for (uint32_t i = 0; i < 8; ++i)
            {
                const double units = decision.users[i].units;
                const double flops = instance.users[i].options[0].edgeFlops;
                sum += units;
                NS_TEST_EXPECT_MSG_GT_OR_EQ(units, 1.0, "below the minimum");
                NS_TEST_EXPECT_MSG_LT_OR_EQ(units, 8.0, "above the maximum");
                const double marginal = -flops * curves[i].Slope(units);
                if (units > 1 + 1e-9 && units < curves[i].range.max - 1e-9)
                {
                    NOMA_TEST_EXPECT_CLOSE(marginal, price, 1e-6, "marginal value");
                }
                if (price == 0 && units > 1 && units < 8)
                {
                    const double speed = instance.edges[0].lambda.Speedup(units);
                    NOMA_TEST_EXPECT_CLOSE(speed,
                                           std::cbrt(curves[i].alpha / (2 * curves[i].beta)),
                                           1e-9,
                                           "one speed-up for all work");
                }
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(sum, instance.edges[0].units * (1 + 1e-12), "capacity");
            if (price > 0)
            {
                ++binding;
                NOMA_TEST_EXPECT_CLOSE(sum, instance.edges[0].units, 1e-9, "capacity is used");
            }
        }
        NS_TEST_EXPECT_MSG_GT(binding, 10, "the capacity never binds: nothing tested");
    }
};

/**
 * @ingroup noma-test
 * Every registered allocator accepts light, congested and overloaded instances (Allocate() checks
 * that the answer is feasible), repeats itself, and reports the gamma of its decision.
 */
class EveryAllocatorTestCase : public TestCase
{
  public:
    EveryAllocatorTestCase()
        : TestCase("every allocator: feasible at any load, same seed same answer")
    {
    }

  private:
    void DoRun() override
    {
        AllocatorOptions options;
        options.effort = 0.1;
        for (const std::string& name : AllocatorNames())
        {
            for (uint32_t users : {2, 6, 18})
            {
                if (name == "exhaustive" && users > 6)
                {
                    continue;
                }
                RandomInstanceParameters parameters;
                parameters.aps = name == "exhaustive" ? 1 : 2;
                parameters.usersPerAp = users;
                parameters.unitsPerUser = 0.7;
                const Instance instance = MakeRandomInstance(parameters, 3 + users);
                auto allocator = CreateAllocator(name);
                const AllocatorOptions asked = OnlyHonoured(*allocator, options);
                NS_TEST_EXPECT_MSG_EQ(allocator->GetName(), name, "name");
                const Allocation a = allocator->Allocate(instance, asked);
                const Allocation b = CreateAllocator(name)->Allocate(instance, asked);
                NS_TEST_EXPECT_MSG_EQ(a.gamma, b.gamma, name << " does not repeat itself");
                NS_TEST_EXPECT_MSG_EQ(a.gamma, Evaluate(instance, a.decision).gamma, "gamma");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * What cannot be met is said by name; a budget that can be met is kept.
 */
class ConstraintTestCase : public TestCase
{
  public:
    ConstraintTestCase()
        : TestCase("impossible constraints are named, power budgets are kept")
    {
    }

  private:
    void DoRun() override
    {
        Instance instance = MakeCongested(2);
        instance.apPowerBudgetW = 0.5;
        for (const std::string& name : AllocatorNames())
        {
            AllocatorOptions options;
            options.effort = 0.1;
            if (name != "exhaustive")
            {
                auto allocator = CreateAllocator(name);
                allocator->Allocate(instance, OnlyHonoured(*allocator, options));
            }
        }
        for (User& u : instance.users)
        {
            u.options.resize(1);
        }
        auto allocator = CreateAllocator("edge-only");
        instance.edges[1].units = 5.5;
        NOMA_TEST_EXPECT_INVALID(allocator->Allocate(instance), "edges[1].units is 5.5");
        instance.edges[1].units = 6;
        instance.apPowerBudgetW = 0.004;
        NOMA_TEST_EXPECT_INVALID(allocator->Allocate(instance), "apPowerBudgetW is 0.004");
        instance.apPowerBudgetW = 0.006;
        allocator->Allocate(instance);
        AllocatorOptions options;
        options.effort = -1;
        NOMA_TEST_EXPECT_INVALID(allocator->Allocate(instance, options), "effort: -1");
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("best"), "allocator is 'best'");
        NOMA_TEST_EXPECT_INVALID(RegisterAllocator("iao", [] { return CreateAllocator("iao"); }),
                                 "'iao': the name is taken");
    }
};

/**
 * @ingroup noma-test
 * An option is used or refused by name; a seed that is not used is said.
 */
class HonouredOptionsTestCase : public TestCase
{
  public:
    HonouredOptionsTestCase()
        : TestCase("options are honoured or refused")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = MakeCongested(2);
        const Decision last = CreateAllocator("random")->Allocate(instance).decision;

        /// An allocator of one's own that declares nothing.
        class Own : public Allocator
        {
            std::string GetName() const override
            {
                return "own";
            }

            Allocation DoAllocate(const Instance& i, const AllocatorOptions&) override
            {
                return CreateAllocator("edge-only")->Allocate(i);
            }
        };

        for (const std::string& name : AllocatorNames())
        {
            Compare(*CreateAllocator(name), name == "exhaustive" ? nullptr : &instance, last);
        }
        Own own;
        Compare(own, &instance, last);

        AllocatorOptions options;
        Decision other = last;
        other.users.pop_back();
        options.warmStart = &other;
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("ecc-noma")->Allocate(instance, options),
                                 "warmStart has " + std::to_string(other.users.size()) + " users");
        options = {};
        options.step = -1;
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("gd")->Allocate(instance, options), "step: -1");
        options = {};
        options.seed = 2;
        const std::string drawn =
            CreateAllocator("random")->Allocate(instance, options).report.message;
        const std::string not_drawn =
            CreateAllocator("iao")->Allocate(instance, options).report.message;
        NS_TEST_EXPECT_MSG_EQ(drawn, "", "a seed that is used");
        NS_TEST_EXPECT_MSG_EQ(not_drawn,
                              "seed is not used: nothing is drawn at random",
                              "a seed that is not used");
    }

    /// Asks for one option at a time. @param allocator whom @param instance null = only what is
    /// refused @param last a decision to start from
    void Compare(Allocator& allocator, const Instance* instance, const Decision& last)
    {
        const HonouredOptions honoured = allocator.GetHonouredOptions();
        std::vector<std::pair<std::string, bool>> fields{{"effort", honoured.effort},
                                                         {"maxIterations", honoured.maxIterations},
                                                         {"epsilon", honoured.epsilon},
                                                         {"step", honoured.step},
                                                         {"warmStart", honoured.warmStart}};
        for (const auto& [field, honours] : fields)
        {
            AllocatorOptions options;
            options.effort = field == "effort" ? 0 : options.effort;
            options.maxIterations = field == "maxIterations" ? 1 : 0;
            options.epsilon = field == "epsilon" ? 0.1 : 0;
            options.step = field == "step" ? 0.01 : 0;
            options.warmStart = field == "warmStart" ? &last : nullptr;
            const std::string wanted = field + " is given: allocator '" + allocator.GetName() + "'";
            if (!honours && instance)
            {
                NOMA_TEST_EXPECT_INVALID(allocator.Allocate(*instance, options), wanted);
            }
            else if (instance)
            {
                options.effort = 0;
                allocator.Allocate(*instance, OnlyHonoured(allocator, options));
            }
            const AllocatorOptions kept = OnlyHonoured(allocator, options);
            NS_TEST_EXPECT_MSG_EQ((kept.warmStart != nullptr),
                                  (field == "warmStart" && honours),
                                  allocator.GetName());
            NS_TEST_EXPECT_MSG_EQ((kept.step != 0),
                                  (field == "step" && honours),
                                  allocator.GetName());
        }
    }
};

/**
 * @ingroup noma-test
 * The uncoordinated methods choose what they promise.
 */
class BaselineChoiceTestCase : public TestCase
{
  public:
    BaselineChoiceTestCase()
        : TestCase("baselines minimise what they say they do")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 20; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.usersPerAp = 4;
            parameters.unitsPerUser = 8;
            const Instance instance = MakeRandomInstance(parameters, seed);
            const PresentState state = ObservePresentState(instance);
            const Decision latency = CreateAllocator("neurosurgeon")->Allocate(instance).decision;
            const Decision energy =
                CreateAllocator("neurosurgeon-energy")->Allocate(instance).decision;
            const Decision stage =
                CreateAllocator("dnn-surgeon-throughput")->Allocate(instance).decision;
            const Decision device = CreateAllocator("device-only")->Allocate(instance).decision;
            const Decision edge = CreateAllocator("edge-only")->Allocate(instance).decision;
            for (uint32_t i = 0; i < 4; ++i)
            {
                const auto& options = instance.users[i].options;
                NS_TEST_EXPECT_MSG_EQ(device.users[i].option, options.size() - 1, "device-only");
                NS_TEST_EXPECT_MSG_EQ(edge.users[i].option, 0, "edge-only");
                const auto delay = [&](uint32_t k) {
                    return EstimateDelay(instance, i, options[k], state).Total();
                };
                const auto joules = [&](uint32_t k) {
                    const Stages e = EstimateEnergy(instance, i, options[k], state);
                    return e.device + e.up;
                };
                const auto slowest = [&](uint32_t k) {
                    const Stages t = EstimateDelay(instance, i, options[k], state);
                    return std::max({t.device, t.up, t.edge});
                };
                for (uint32_t k = 0; k < options.size(); ++k)
                {
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(delay(latency.users[i].option), delay(k), "delay");
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(joules(energy.users[i].option),
                                                joules(k),
                                                "energy");
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(slowest(stage.users[i].option),
                                                slowest(k),
                                                "slowest stage");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * IAO against all splits of a handful of units.
 */
class IaoTestCase : public TestCase
{
  public:
    IaoTestCase()
        : TestCase("IAO: no split of the units has a smaller largest delay")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 30; ++seed)
        {
            RandomInstanceParameters parameters;
            parameters.usersPerAp = 3;
            parameters.maxOptions = 3;
            Instance instance = MakeRandomInstance(parameters, seed);
            instance.edges[0].units = 5;
            PresentState state = ObservePresentState(instance);
            const auto fastest = [&](uint32_t i, double units) {
                double best = std::numeric_limits<double>::infinity();
                state.units[i] = units;
                for (const CutOption& o : instance.users[i].options)
                {
                    if (units > 0 || !UsesEdge(o))
                    {
                        best = std::min(best, EstimateDelay(instance, i, o, state).Total());
                    }
                }
                return best;
            };
            double leastMax = std::numeric_limits<double>::infinity();
            double leastSum = leastMax;
            for (int a = 0; a <= 5; ++a)
            {
                for (int b = 0; a + b <= 5; ++b)
                {
                    const double t[] = {fastest(0, a), fastest(1, b), fastest(2, 5 - a - b)};
                    leastMax = std::min(leastMax, std::max({t[0], t[1], t[2]}));
                    leastSum = std::min(leastSum, t[0] + t[1] + t[2]);
                }
            }
            for (const char* name : {"iao", "iao-sum"})
            {
                const Decision decision = CreateAllocator(name)->Allocate(instance).decision;
                double largest = 0;
                double sum = 0;
                for (uint32_t i = 0; i < 3; ++i)
                {
                    const double units = decision.users[i].units;
                    NS_TEST_EXPECT_MSG_EQ(units, std::floor(units), "units are not whole");
                    const CutOption& o = instance.users[i].options[decision.users[i].option];
                    state.units[i] = units;
                    const double t = EstimateDelay(instance, i, o, state).Total();
                    largest = std::max(largest, t);
                    sum += t;
                }
                if (std::string(name) == "iao")
                {
                    NOMA_TEST_EXPECT_CLOSE(largest, leastMax, 1e-12, "largest delay");
                }
                else
                {
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(sum, leastSum * 1.05, "sum of delays");
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaAllocatorsTestSuite : public TestSuite
{
  public:
    NomaAllocatorsTestSuite()
        : TestSuite("noma-allocators", Type::UNIT)
    {
        AddTestCase(new SubchannelCostTestCase);
        AddTestCase(new LonePowerTestCase);
        AddTestCase(new UnitsTestCase);
        AddTestCase(new EveryAllocatorTestCase);
        AddTestCase(new ConstraintTestCase);
        AddTestCase(new HonouredOptionsTestCase);
        AddTestCase(new BaselineChoiceTestCase);
        AddTestCase(new IaoTestCase);
    }
};

/// Registers the suite.
NomaAllocatorsTestSuite g_nomaAllocatorsTestSuite;

} // namespace
