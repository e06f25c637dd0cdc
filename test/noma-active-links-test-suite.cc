/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-engine-cases.h"
#include "noma-test-gradients.h"
#include "noma-test.h"

#include "ns3/noma-active-links.h"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Puts everybody on the strongest subchannel, at various powers.
/// @param links the links @param instance instance
void
StartStrongest(ActiveLinks& links, const Instance& instance)
{
    links.Start(instance, instance.maxSuperposed);
    links.SetOptions(std::vector<uint32_t>(instance.users.size(), 0));
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        links.SetPower(i, links.GetPower(i) * (1 - 0.15 * (i % 5)));
    }
    links.Build();
}

/// @returns the gradient at the present state @param links the links @param [out] x the point
std::vector<double>
GradientHere(ActiveLinks& links, std::vector<double>& x)
{
    links.Build();
    x.assign(links.GetSize(), 0);
    std::vector<double> gradient(links.GetSize());
    double cost = 0;
    links.GetPoint(x.data());
    links.SetPoint(x.data());
    links.Evaluate(x.data(), &cost, gradient.data());
    return gradient;
}

/**
 * @ingroup noma-test
 * The gradient of ActiveLinks is that of its cost, and its cost that of Evaluate().
 */
class ActiveLinksGradientTestCase : public TestCase
{
  public:
    ActiveLinksGradientTestCase()
        : TestCase("gradient against central differences")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 random(1);
        const auto uniform = [&]() { return static_cast<double>(random() >> 11) * 0x1p-53; };
        for (const EngineCase& c : EngineCases())
        {
            for (Direction d : DIRECTIONS)
            {
                ActiveLinks links(d);
                links.Start(c.instance, c.instance.maxSuperposed);
                std::vector<uint32_t> option(c.instance.users.size(), 0);
                links.SetOptions(option);
                links.Build();
                std::vector<double> x(links.GetSize());
                std::vector<double> gradient(links.GetSize());
                double cost = 0;
                links.GetPoint(x.data());
                links.Evaluate(x.data(), &cost, gradient.data());
                links.Price(3);
                links.Build();
                x.assign(links.GetSize(), 0);
                gradient.assign(links.GetSize(), 0);
                links.GetPoint(x.data());
                // random shares and powers, all of them positive
                for (double& v : x)
                {
                    v += v > 0 ? -v * 0.7 * uniform() : 0.1 * uniform() * std::abs(v) + 1e-3;
                }
                links.Project(x.data());
                links.SetPoint(x.data());
                links.UpdateMultipliers();
                links.GetPoint(x.data());
                SmoothGradientProblem problem(links, x, 1e-2, 1e-4);
                const GradientCheck check = CheckGradient(problem);
                NS_TEST_EXPECT_MSG_LT(check.worst,
                                      1e-6,
                                      c.name << ", " << DirectionName(d) << ", " << check.where
                                             << ": claimed " << check.analytic << ", found "
                                             << check.numeric);
                NS_TEST_EXPECT_MSG_LT(check.unresolved * 10,
                                      check.checked,
                                      c.name << ": differences can tell");
            }
        }
    }
};

/**
 * @ingroup noma-test
 * New columns against the derivatives by the shares of all subchannels, which Evaluate() takes in
 * another way.
 */
class PricingTestCase : public TestCase
{
  public:
    PricingTestCase()
        : TestCase("pricing adds the columns of least derivative")
    {
    }

  private:
    void DoRun() override
    {
        for (const EngineCase& c : EngineCases())
        {
            for (Direction d : DIRECTIONS)
            {
                Compare(c, d);
            }
        }
        NS_TEST_EXPECT_MSG_GT(m_added, 300, "columns added in all");
    }

    /// @param c case @param d direction
    void Compare(const EngineCase& c, Direction d)
    {
        const uint32_t subchannels = c.instance.subchannels;
        std::vector<double> x;
        ActiveLinks links(d);
        StartStrongest(links, c.instance);
        GradientHere(links, x);
        links.UpdateMultipliers(); // the price of K and of the budget is not zero
        const auto start = links.GetState();

        auto all = start; // the held column first, then the others without share
        for (uint32_t i = 0; i < c.instance.users.size(); ++i)
        {
            auto* columns = &all.columns[i * ActiveLinks::CAPACITY];
            for (uint32_t m = 0; m < subchannels; ++m)
            {
                if (m != columns[0].subchannel)
                {
                    columns[all.count[i]++] = {m, 0.0};
                }
            }
        }
        links.SetState(all);
        const auto gradient = GradientHere(links, x);
        for (const uint32_t perUser : {1, 3, 11})
        {
            links.SetState(start);
            std::vector<double> ignored;
            GradientHere(links, ignored);
            const double gain = links.Price(perUser);
            double expectedGain = 0;
            const auto& active = links.GetActiveUsers();
            for (std::size_t a = 0; a < active.size(); ++a)
            {
                const uint32_t i = active[a];
                const auto* columns = &all.columns[i * ActiveLinks::CAPACITY];
                const double* slope = &gradient[a * subchannels];
                std::vector<uint32_t> best;
                for (uint32_t k = 1; k < subchannels; ++k)
                {
                    if (slope[k] < slope[0])
                    {
                        best.push_back(k);
                    }
                }
                std::sort(best.begin(), best.end(), [slope](uint32_t p, uint32_t q) {
                    return slope[p] < slope[q];
                });
                if (!best.empty())
                {
                    const double scale = x[a * subchannels]; // of a share of one
                    expectedGain += (slope[0] - slope[best[0]]) * scale;
                }
                best.resize(std::min<std::size_t>(best.size(), perUser));
                NS_TEST_EXPECT_MSG_EQ(links.GetColumnCount(i),
                                      1 + best.size(),
                                      c.name << ", columns of user " << i);
                for (std::size_t k = 0; k < best.size(); ++k)
                {
                    NS_TEST_EXPECT_MSG_EQ(links.GetColumns(i)[1 + k].subchannel,
                                          columns[best[k]].subchannel,
                                          c.name << ", column " << k << " of user " << i);
                    NS_TEST_EXPECT_MSG_EQ(links.GetColumns(i)[1 + k].share, 0, "no share yet");
                    ++m_added;
                }
            }
            NOMA_TEST_EXPECT_CLOSE(gain, expectedGain, 1e-9, c.name << ": first-order gain");
        }
    }

    uint32_t m_added{0}; //!< columns added in all
};

/**
 * @ingroup noma-test
 * The excess over K and over the power budget.
 */
class ExcessTestCase : public TestCase
{
  public:
    ExcessTestCase()
        : TestCase("worst excess over K and the power budget")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t exceeded = 0;
        for (const EngineCase& c : EngineCases())
        {
            for (Direction d : DIRECTIONS)
            {
                const uint32_t aps = c.instance.GetAps();
                std::vector<double> x;
                ActiveLinks links(d);
                StartStrongest(links, c.instance);
                GradientHere(links, x);
                std::vector<double> load(c.instance.subchannels * aps, 0.0);
                std::vector<double> sent(aps, 0.0);
                for (uint32_t i : links.GetActiveUsers())
                {
                    const uint32_t ap = c.instance.users[i].ap;
                    load[links.GetColumns(i)[0].subchannel * aps + ap] += 1;
                    sent[ap] += links.GetPower(i);
                }
                double worst = 0;
                for (double l : load)
                {
                    worst = std::max(worst, l / c.instance.maxSuperposed - 1);
                }
                for (double s : sent)
                {
                    worst =
                        d == DOWNLINK ? std::max(worst, s / c.instance.apPowerBudgetW - 1) : worst;
                }
                exceeded += worst > 0;
                NOMA_TEST_EXPECT_NEAR(links.UpdateMultipliers(),
                                      worst,
                                      1e-12,
                                      c.name << ", " << DirectionName(d));
                // from zero, prices rise where there is an excess and nowhere else
                const auto& state = links.GetState();
                for (std::size_t cell = 0; cell < load.size(); ++cell)
                {
                    NS_TEST_EXPECT_MSG_EQ((state.multiplier[cell] > 0),
                                          (load[cell] > c.instance.maxSuperposed),
                                          c.name << ": price of K");
                }
                for (uint32_t n = 0; n < aps; ++n)
                {
                    NS_TEST_EXPECT_MSG_EQ((state.budgetMultiplier[n] > 0),
                                          (d == DOWNLINK && sent[n] > c.instance.apPowerBudgetW),
                                          c.name << ": price of the budget");
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(exceeded, 4, "cases with an excess");
    }
};

/**
 * @ingroup noma-test
 * What is left above K and the power budget is scaled down.
 */
class RepairTestCase : public TestCase
{
  public:
    RepairTestCase()
        : TestCase("repair scales down to K and the power budget, and nothing else")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t crowded = 0;
        uint32_t overspent = 0;
        for (const EngineCase& c : EngineCases())
        {
            for (Direction d : DIRECTIONS)
            {
                const double k = c.instance.maxSuperposed;
                const double budget = d == DOWNLINK ? c.instance.apPowerBudgetW
                                                    : std::numeric_limits<double>::infinity();
                ActiveLinks links(d);
                StartStrongest(links, c.instance);
                const auto before = links.GetState();
                const uint32_t users = c.instance.users.size();
                const auto column = [&](uint32_t i) {
                    return before.columns[i * ActiveLinks::CAPACITY].subchannel;
                };
                std::vector<double> share(users);
                std::vector<double> sent(c.instance.GetAps(), 0.0);
                for (uint32_t i : links.GetActiveUsers())
                {
                    double load = 0;
                    for (uint32_t j : links.GetActiveUsers())
                    {
                        const bool same = c.instance.users[i].ap == c.instance.users[j].ap;
                        load += same && column(i) == column(j);
                    }
                    crowded += load > k;
                    share[i] = std::min(1.0, k / load);
                    sent[c.instance.users[i].ap] += share[i] * before.power[i];
                }
                links.Repair();
                for (uint32_t i : links.GetActiveUsers())
                {
                    const double scale = std::min(1.0, budget / sent[c.instance.users[i].ap]);
                    overspent += scale < 1;
                    NOMA_TEST_EXPECT_CLOSE(links.GetColumns(i)[0].share,
                                           share[i],
                                           1e-12,
                                           c.name << ", share of user " << i);
                    NOMA_TEST_EXPECT_CLOSE(links.GetPower(i),
                                           before.power[i] * scale,
                                           1e-12,
                                           c.name << ", power of user " << i);
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(crowded, 50, "users on crowded subchannels");
        NS_TEST_EXPECT_MSG_GT(overspent, 10, "users beyond the budget");
    }
};

/**
 * @ingroup noma-test
 * Where a descent begins.
 */
class PlaceTestCase : public TestCase
{
  public:
    PlaceTestCase()
        : TestCase("users are placed where it costs least, within K, and move when that changes")
    {
    }

  private:
    void DoRun() override
    {
        RandomInstanceParameters p;
        p.aps = 1;
        p.usersPerAp = 2;
        p.subchannels = 3;
        Instance instance = MakeRandomInstance(p, 1);
        for (User& user : instance.users)
        {
            user = instance.users[0];
        }
        const auto set = [&](uint32_t user, std::vector<double> gain) {
            for (uint32_t m = 0; m < 3; ++m)
            {
                instance.gain.up.At(user, 0, m) = 1e-10 * gain[m];
            }
        };
        set(0, {8, 4, 2});
        set(1, {7, 1, 2});
        ActiveLinks links(UPLINK);
        links.Start(instance, 1);
        links.SetOptions({0, 0});
        const auto at = [&](uint32_t user) { return links.GetColumns(user)[0].subchannel; };
        NS_TEST_EXPECT_MSG_EQ(at(0), 0, "user 0 starts on its strongest");
        NS_TEST_EXPECT_MSG_EQ(at(1), 0, "and so does user 1");
        links.Place(true, 1);
        NS_TEST_EXPECT_MSG_EQ(at(1), 0, "the weaker pays more and chooses first");
        NS_TEST_EXPECT_MSG_EQ(at(0), 1, "the other takes the best that is left");
        NS_TEST_EXPECT_MSG_EQ(links.GetColumnCount(0), 1, "in one column");
        NS_TEST_EXPECT_MSG_EQ(links.GetColumns(0)[0].share, 1, "in full");

        // nothing better with room: both stay, though user 0's strongest is taken
        links.Place(false, 1);
        NS_TEST_EXPECT_MSG_EQ(at(1), 0, "user 1 stays");
        NS_TEST_EXPECT_MSG_EQ(at(0), 1, "user 0 stays");
        set(0, {8, 4, 5});
        links.Place(false, 1);
        NS_TEST_EXPECT_MSG_EQ(at(0), 2, "user 0 goes where it is better");
        NS_TEST_EXPECT_MSG_EQ(at(1), 0, "user 1 stays again");

        // however weak the rest, K holds while there are places
        set(0, {8, 0.01, 0.001});
        links.Place(true, 1);
        NS_TEST_EXPECT_MSG_EQ(at(1), 0, "user 1 chooses where user 0 does no harm");
        NS_TEST_EXPECT_MSG_EQ(at(0), 1, "user 0 does not join it");

        // beyond K * M they take turns
        instance.subchannels = 1;
        GainTensor one(2, 1, 1);
        one.At(0, 0, 0) = 8e-10;
        one.At(1, 0, 0) = 7e-10;
        instance.gain.up = one;
        links.Start(instance, 1);
        links.SetOptions({0, 0});
        links.Place(true, 1);
        NOMA_TEST_EXPECT_CLOSE(links.GetColumns(0)[0].share, 0.5, 1e-12, "half the time");
        NOMA_TEST_EXPECT_CLOSE(links.GetColumns(1)[0].share, 0.5, 1e-12, "and the other half");

        links.Spread();
        NOMA_TEST_EXPECT_CLOSE(links.GetColumns(0)[0].share, 1, 1e-12, "all it can hold");
        links.Gather();
        NOMA_TEST_EXPECT_CLOSE(links.GetPower(1), instance.users[1].powerW.up.max, 1e-12, "power");
    }
};

/**
 * @ingroup noma-test
 * The radio part of the Li-GD engine.
 */
class ActiveLinksTestSuite : public TestSuite
{
  public:
    ActiveLinksTestSuite()
        : TestSuite("noma-active-links", Type::UNIT)
    {
        AddTestCase(new ActiveLinksGradientTestCase);
        AddTestCase(new PricingTestCase);
        AddTestCase(new ExcessTestCase);
        AddTestCase(new RepairTestCase);
        AddTestCase(new PlaceTestCase);
    }
};

ActiveLinksTestSuite g_activeLinksTestSuite; //!< instance

} // namespace
