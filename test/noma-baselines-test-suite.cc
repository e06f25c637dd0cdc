/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-coalition-game.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-fractional-programming.h"
#include "ns3/noma-salaun.h"
#include "ns3/noma-swap-matching.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @param seed seed
 * @param aps access points
 * @param usersPerAp users of each
 * @returns an instance of which everybody sends the first option
 */
Instance
MakeInstance(uint64_t seed, uint32_t aps, uint32_t usersPerAp)
{
    RandomInstanceSpec spec;
    spec.seed = seed;
    spec.aps = aps;
    spec.usersPerAp = usersPerAp;
    spec.maxSuperposed = 2;
    return RandomInstance(spec);
}

/**
 * @param instance an instance
 * @returns a decision in which everybody takes the first option
 */
Decision
Offload(const Instance& instance)
{
    Decision decision;
    decision.users.resize(instance.users.size());
    for (UserDecision& user : decision.users)
    {
        user.units = 1;
    }
    return decision;
}

/**
 * @param groups everybody placed
 * @returns sum of all costs
 */
double
Total(RadioGroups& groups)
{
    double sum = 0;
    for (uint32_t m = 0; m < groups.GetInstance().subchannels; ++m)
    {
        sum += groups.GetCost(m);
    }
    return sum;
}

/**
 * @ingroup noma-test
 * What the board says is what Evaluate() says of the decision it writes.
 */
class RadioGroupsTestCase : public TestCase
{
  public:
    RadioGroupsTestCase()
        : TestCase("radio groups: costs and rates of the decision, taking turns included")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 6; ++seed)
        {
            // places for all, exactly full, and four too many
            const uint32_t usersPerAp = seed % 3 == 0 ? 10 : seed % 3 == 1 ? 4 : 6;
            const Instance instance = MakeInstance(seed, 2, usersPerAp);
            Decision decision = Offload(instance);
            for (Direction d : DIRECTIONS)
            {
                RadioGroups groups(instance, d, decision);
                MatchByGain(groups);
                groups.SetPower(0, 1e9);
                NS_TEST_EXPECT_MSG_EQ(groups.GetPower(0), instance.users[0].powerW[d].max, "max");
                OptimisePowers(groups, 1e-3, 3);
                groups.Write(decision);
                const Evaluation evaluation = Evaluate(instance, decision);
                for (uint32_t i = 0; i < instance.users.size(); ++i)
                {
                    const User& user = instance.users[i];
                    const UserEvaluation& e = evaluation.users[i];
                    const double t = d == UPLINK ? e.delay.up : e.delay.down;
                    const double j = d == UPLINK ? e.energy.up : e.energy.down;
                    NOMA_TEST_EXPECT_CLOSE(groups.GetUserCost(i),
                                           user.wT * t / user.delayScale +
                                               user.wE * j / user.energyScale,
                                           1e-12,
                                           "cost");
                    const double share = decision.users[i].link[d].shares.front().share;
                    const double rate =
                        share * instance.SubchannelHz(d) *
                        SpectralEfficiency(groups.GetSnrPerWatt(i) * groups.GetPower(i));
                    NOMA_TEST_EXPECT_CLOSE(rate, e.rate[d], 1e-9, "rate");
                }
            }
            ValidateDecision(instance, decision, true);
        }
    }
};

/**
 * @ingroup noma-test
 * Dynamic programming over the decoding order finds what trying every group and every power finds,
 * and a group costs what the board says.
 */
class SelectGroupTestCase : public TestCase
{
  public:
    SelectGroupTestCase()
        : TestCase("salaun: dynamic programming = brute force on one cell")
    {
    }

  private:
    /// Everything but the users.
    struct Case
    {
        Direction direction; //!< direction
        double gap;          //!< SNR gap
        uint32_t capacity;   //!< K
    };

    /**
     * @param users candidates, last decoded first
     * @param c the case
     * @param member positions of the members, ascending
     * @param power their powers (W)
     * @returns sum of cost - price by the module's formula for superposed layers
     */
    static double Value(const std::vector<GroupCandidate>& users,
                        const Case& c,
                        const std::vector<std::size_t>& member,
                        const std::vector<double>& power)
    {
        // in decoding order, noise 1
        std::vector<double> layer;
        for (std::size_t k = member.size(); k-- > 0;)
        {
            const double received = c.gap * users[member[k]].snrPerWatt * power[k];
            layer.push_back(c.direction == UPLINK ? received : power[k]);
        }
        std::vector<double> intra(layer.size());
        SicInterference(layer.data(), nullptr, layer.size(), intra.data());
        double value = 0;
        for (std::size_t k = 0; k < member.size(); ++k)
        {
            const GroupCandidate& u = users[member[k]];
            const double met = intra[member.size() - 1 - k];
            const double noise = c.direction == UPLINK ? 1 + met : 1 + c.gap * u.snrPerWatt * met;
            const double sinr = c.gap * u.snrPerWatt * power[k] / noise;
            value +=
                (u.timeCost + u.energyCost * power[k]) / (1e6 * SpectralEfficiency(sinr, c.gap)) -
                u.price;
        }
        return value;
    }

    void DoRun() override
    {
        std::mt19937_64 rng(7);
        const auto uniform = [&](double a, double b) {
            return a + (b - a) * static_cast<double>(rng() >> 11) * 0x1p-53;
        };
        uint32_t several = 0;
        for (int round = 0; round < 60; ++round)
        {
            const Case c{round % 2 == 0 ? UPLINK : DOWNLINK,
                         round % 3 == 0 ? 1.5 : 1.0,
                         1 + static_cast<uint32_t>(round) % 3};
            std::vector<GroupCandidate> users(5);
            for (GroupCandidate& u : users)
            {
                u.snrPerWatt = std::pow(10, uniform(1, 4));
                u.timeCost = uniform(0.2e6, 4e6);
                u.energyCost = uniform(0, 4e6);
                u.price = uniform(0.1, 3);
                u.powersW = {0.003, 0.03, 0.3};
            }
            double best = 0;
            std::vector<std::size_t> member;
            std::vector<double> power;
            const std::function<void(std::size_t)> enumerate = [&](std::size_t k) {
                if (k == users.size())
                {
                    best = std::min(best, Value(users, c, member, power));
                    return;
                }
                enumerate(k + 1);
                for (double p : users[k].powersW)
                {
                    if (member.size() < c.capacity)
                    {
                        member.push_back(k);
                        power.push_back(p);
                        enumerate(k + 1);
                        member.pop_back();
                        power.pop_back();
                    }
                }
            };
            enumerate(0);
            const SelectedGroup group =
                SelectGroup(c.direction, users, 1e6, c.gap, c.capacity, 1000000);
            NOMA_TEST_EXPECT_NEAR(group.value, best, 1e-10, "value, round " << round);
            NOMA_TEST_EXPECT_NEAR(group.value,
                                  Value(users, c, group.member, group.powerW),
                                  1e-10,
                                  "members and powers, round " << round);
            const SelectedGroup few = SelectGroup(c.direction, users, 1e6, c.gap, c.capacity, 4);
            NS_TEST_EXPECT_MSG_EQ((few.value >= best - 1e-10), true, "cannot beat the optimum");
            NOMA_TEST_EXPECT_NEAR(few.value,
                                  Value(users, c, few.member, few.powerW),
                                  1e-10,
                                  "what is kept");
            several += group.member.size() > 1;
        }
        NS_TEST_EXPECT_MSG_GT(several, 10U, "groups of several users: else nothing was tested");
    }
};

/**
 * @ingroup noma-test
 * The quadratic transform descends at every step and ends where the gradient vanishes.
 */
class QuadraticTransformTestCase : public TestCase
{
  public:
    QuadraticTransformTestCase()
        : TestCase("fractional programming: monotone, stationary, closed form of a lone user")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t inside = 0;
        uint64_t longer = 0;
        uint64_t closed = 0;
        for (uint64_t seed = 1; seed <= 20; ++seed)
        {
            const Instance instance = MakeInstance(seed, 2, 2);
            for (Direction d : DIRECTIONS)
            {
                std::vector<SubchannelMember> members;
                std::vector<double> p;
                const uint32_t n = seed % 4 == 0 ? 1 : 4;
                for (uint32_t i = 0; i < n; ++i)
                {
                    const User& user = instance.users[i];
                    members.push_back(MakeMember(user, d, user.options[1]));
                    members.back().user = i;
                    members.back().share = i == 3 ? 0.5 : 1.0;
                    p.push_back(user.powerW[d].max);
                }
                SubchannelProblem problem(instance, d);
                problem.Load(0, members);
                QuadraticTransform transform(instance, d);
                double cost = problem.Cost(p.data());
                uint32_t steps = 0;
                while (steps < 50000 && transform.Minimise(problem, p, 0, 1) == 1)
                {
                    const double next = problem.Cost(p.data());
                    NS_TEST_EXPECT_MSG_LT(next, cost, "descent, step " << steps);
                    cost = next;
                    ++steps;
                }
                // stretched steps get there too, and sooner
                std::vector<double> q;
                for (uint32_t i = 0; i < n; ++i)
                {
                    q.push_back(instance.users[i].powerW[d].max);
                }
                const uint64_t stretched = transform.Minimise(problem, q, 1e-12, 1000);
                NOMA_TEST_EXPECT_CLOSE(problem.Cost(q.data()), cost, 0.2, "seed " << seed);
                longer += stretched;
                closed += steps;
                std::vector<double> next;
                transform.Step(problem, p, next);
                NS_TEST_EXPECT_MSG_LT(transform.GetStationarity(), 2e-4, "stationary " << seed);
                for (uint32_t i = 0; i < n; ++i)
                {
                    const Interval& bounds = instance.users[i].powerW[d];
                    inside += p[i] > bounds.min && p[i] < bounds.max;
                    NOMA_TEST_EXPECT_CLOSE(next[i], p[i], 1e-2, "a fixed point");
                    NS_TEST_EXPECT_MSG_EQ((p[i] >= bounds.min && p[i] <= bounds.max),
                                          true,
                                          "bounds");
                }
                if (n == 1)
                {
                    NOMA_TEST_EXPECT_CLOSE(p[0],
                                           LonePower(members[0].timeCost,
                                                     members[0].energyCost,
                                                     problem.GetLoneSnr(0),
                                                     instance.users[0].powerW[d]),
                                           1e-3,
                                           "closed form");
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(inside, 10U, "powers within their bounds: else nothing was tested");
        NS_TEST_EXPECT_MSG_LT(10 * longer, closed, "steps in all");
    }
};

/**
 * @ingroup noma-test
 * No pair blocks a matching, no switch lowers the costs after the game.
 */
class StabilityTestCase : public TestCase
{
  public:
    StabilityTestCase()
        : TestCase("swap matching and coalition game end in stable partitions")
    {
    }

  private:
    void DoRun() override
    {
        uint64_t swaps = 0;
        uint64_t switches = 0;
        for (uint64_t seed = 1; seed <= 12; ++seed)
        {
            const Instance instance = MakeInstance(seed, 1 + seed % 2, seed % 3 == 0 ? 6 : 4);
            const Direction d = DIRECTIONS[seed % 2];
            RadioGroups groups(instance, d, Offload(instance));
            MatchByGain(groups);
            CheckDeferredAcceptance(groups);
            for (int game = 0; game < 2; ++game)
            {
                const double before = Total(groups);
                uint64_t made = 0;
                if (game == 0)
                {
                    made = SwapUntilStable(groups, 0, 1000);
                    NS_TEST_EXPECT_MSG_EQ(SwapUntilStable(groups, 0, 1000), 0U, "no swap is left");
                    swaps += made;
                }
                else
                {
                    made = SwitchUntilStable(groups, 1000);
                    NS_TEST_EXPECT_MSG_EQ(SwitchUntilStable(groups, 1000), 0U, "no switch is left");
                    switches += made;
                    CheckNash(groups);
                }
                if (made > 0 && (game == 1 || instance.GetAps() == 1))
                {
                    NS_TEST_EXPECT_MSG_LT(Total(groups), before, "costs fall");
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(swaps, 5U, "swaps: else nothing was tested");
        NS_TEST_EXPECT_MSG_GT(switches, 3U, "switches: else nothing was tested");
    }

    /// No user and subchannel prefer each other to what they have. @param groups matched by gain
    void CheckDeferredAcceptance(const RadioGroups& groups)
    {
        const Instance& instance = groups.GetInstance();
        const GainTensor& gain = instance.gain[groups.GetDirection()];
        for (uint32_t ap = 0; ap < instance.GetAps(); ++ap)
        {
            for (uint32_t i : groups.GetUsers(ap))
            {
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    if (gain.At(i, ap, m) <= gain.At(i, ap, groups.GetSubchannel(i)))
                    {
                        continue;
                    }
                    NS_TEST_EXPECT_MSG_EQ(groups.GetRoom(ap, m), 0U, "a better place is free");
                    for (uint32_t j : groups.GetUsers(ap))
                    {
                        const bool weaker =
                            groups.GetSubchannel(j) == m && gain.At(j, ap, m) < gain.At(i, ap, m);
                        NS_TEST_EXPECT_MSG_EQ(weaker, false, "a weaker user holds a better place");
                    }
                }
            }
        }
    }

    /// No move or exchange lowers the sum of all costs. @param groups after the game
    void CheckNash(RadioGroups& groups)
    {
        const Instance& instance = groups.GetInstance();
        const double least = Total(groups) * (1 - 1e-8);
        for (uint32_t ap = 0; ap < instance.GetAps(); ++ap)
        {
            for (uint32_t i : groups.GetUsers(ap))
            {
                const uint32_t from = groups.GetSubchannel(i);
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    if (m != from && groups.GetRoom(ap, m) > 0)
                    {
                        groups.Place(i, m);
                        NS_TEST_EXPECT_MSG_EQ((Total(groups) >= least), true, "a move gains");
                        groups.Place(i, from);
                    }
                }
                for (uint32_t j : groups.GetUsers(ap))
                {
                    const uint32_t to = groups.GetSubchannel(j);
                    if (to != from && groups.GetRoom(ap, to) == 0)
                    {
                        groups.Place(i, to);
                        groups.Place(j, from);
                        NS_TEST_EXPECT_MSG_EQ((Total(groups) >= least), true, "a swap gains");
                        groups.Place(i, from);
                        groups.Place(j, to);
                    }
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * The methods against the oracle on one small cell, and what more rounds give.
 */
class BaselineQualityTestCase : public TestCase
{
  public:
    BaselineQualityTestCase()
        : TestCase("baselines with radio: near the oracle on one cell; rounds never hurt")
    {
    }

  private:
    void DoRun() override
    {
        for (const char* name :
             {"swap-matching", "salaun", "fractional-programming", "coalition-game"})
        {
            double excess = 0;
            for (uint64_t seed = 1; seed <= 6; ++seed)
            {
                const Instance instance = MakeInstance(seed, 1, 4);
                const Allocation found = CreateAllocator(name)->Allocate(instance);
                const double optimum = CreateAllocator("exhaustive")->Allocate(instance).gamma;
                const double device = CreateAllocator("device-only")->Allocate(instance).gamma;
                NS_TEST_EXPECT_MSG_EQ((found.gamma >= optimum * (1 - 1e-6)), true, "an oracle");
                NS_TEST_EXPECT_MSG_LT(found.gamma, device, name << " gains by offloading");
                excess += (found.gamma / optimum - 1) / 6;

                AllocatorOptions once;
                once.maxIterations = 1;
                const Allocation first = CreateAllocator(name)->Allocate(instance, once);
                NS_TEST_EXPECT_MSG_EQ(first.report.evaluations, 1U, "one round");
                NS_TEST_EXPECT_MSG_EQ((first.gamma >= found.gamma), true, "rounds never hurt");
            }
            NS_TEST_EXPECT_MSG_LT(excess, 0.05, name << ": mean excess over the oracle");
        }
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaBaselinesTestSuite : public TestSuite
{
  public:
    NomaBaselinesTestSuite()
        : TestSuite("noma-baselines", Type::UNIT)
    {
        AddTestCase(new RadioGroupsTestCase);
        AddTestCase(new SelectGroupTestCase);
        AddTestCase(new QuadraticTransformTestCase);
        AddTestCase(new StabilityTestCase);
        AddTestCase(new BaselineQualityTestCase);
    }
};

NomaBaselinesTestSuite g_nomaBaselinesTestSuite; //!< the suite

} // namespace
