/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-gamma-bound.h"
#include "ns3/noma-group-value.h"
#include "ns3/noma-random-draw.h"
#include "ns3/noma-uplink-value.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Steps used over the prices.
constexpr uint32_t STEPS = 150;

/// @returns a user for GroupValue @param user index @param value worth of a nat @param powerW power
/// @param noiseW noise over gain @param charge price of the subchannel
DualCandidate
MakeCandidate(uint32_t user, double value, double powerW, double noiseW, double charge)
{
    DualCandidate c;
    c.user = user;
    c.value = value;
    c.charge = charge;
    c.powerW = powerW;
    c.noiseW = noiseW;
    c.lone = std::log1p(powerW / noiseW);
    c.net = value * c.lone - charge;
    return c;
}

/// @returns two users' greatest weighted rate on a grid of powers, either order or the one by gain
/// @param a user @param b user, in the downlink the weaker @param uplink direction
double
PairOnGrid(const DualCandidate& a, const DualCandidate& b, bool uplink)
{
    constexpr int GRID = 400;
    double best = 0;
    for (int i = 0; i <= GRID; ++i)
    {
        for (int j = 0; j <= GRID; ++j)
        {
            const double p = a.powerW * i / GRID;
            const double q = b.powerW * j / GRID;
            double sum = 0;
            if (uplink)
            {
                const double s = p / a.noiseW;
                const double t = q / b.noiseW;
                sum = std::max(a.value * std::log1p(s) + b.value * std::log1p(t / (1 + s)),
                               a.value * std::log1p(s / (1 + t)) + b.value * std::log1p(t));
            }
            else
            {
                sum = a.value * std::log1p(p / a.noiseW) + b.value * std::log1p(q / (b.noiseW + p));
            }
            best = std::max(best, sum - a.charge - b.charge);
        }
    }
    return std::max({best, a.net, b.net, 0.0});
}

/**
 * @ingroup noma-test
 * The worth of a subchannel against a search over a grid of powers.
 */
class GroupValueTestCase : public TestCase
{
  public:
    GroupValueTestCase()
        : TestCase("the worth of a subchannel is that of the best powers and order")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(4);
        for (int k = 0; k < 12; ++k)
        {
            for (bool uplink : {true, false})
            {
                const auto draw = [&](double a, double b) {
                    return a + (b - a) * DrawUniform(rng);
                };
                const double strong = std::exp(draw(-3, 0));
                std::vector<DualCandidate> users{
                    MakeCandidate(0, draw(0.5, 2), draw(0.5, 1), strong, draw(0, 0.3)),
                    MakeCandidate(1,
                                  draw(1, 25),
                                  draw(0.5, 1),
                                  strong * draw(1, 30),
                                  draw(0, 0.3))};
                const double grid = PairOnGrid(users[0], users[1], uplink);
                GroupValue group(uplink ? GroupValue::Region::UPLINK : GroupValue::Region::DOWNLINK,
                                 2);
                GroupValue::Answer answer;
                std::vector<DualCandidate> copy = users;
                group.Search(copy, answer);
                NS_TEST_EXPECT_MSG_EQ((answer.value >= grid * (1 - 1e-9)), true, "best found");
                NOMA_TEST_EXPECT_CLOSE(answer.value, grid, 1e-2, "the grid is near");
                double sum = 0;
                for (std::size_t i = 0; i < answer.user.size(); ++i)
                {
                    const DualCandidate& c = users[answer.user[i]];
                    sum += c.value * answer.rate[i] - c.charge;
                }
                NOMA_TEST_EXPECT_CLOSE(sum, answer.value, 1e-9, "its rates");
                copy = users;
                const double bound = group.Bound(copy);
                NS_TEST_EXPECT_MSG_EQ((bound >= grid * (1 - 1e-12)), true, "bound holds");
                NOMA_TEST_EXPECT_CLOSE(bound, answer.value, 1e-2, "bound is near");
            }
        }
        // three users of one direction: nobody is left out, and K counts
        std::vector<DualCandidate> three{MakeCandidate(0, 1, 1, 0.01, 0),
                                         MakeCandidate(1, 1, 1, 0.02, 0),
                                         MakeCandidate(2, 1, 1, 0.04, 0)};
        GroupValue all(GroupValue::Region::UPLINK, 3);
        NOMA_TEST_EXPECT_CLOSE(all.Bound(three), std::log1p(175), 1e-12, "sum capacity");
        GroupValue two(GroupValue::Region::UPLINK, 2);
        NOMA_TEST_EXPECT_CLOSE(two.Bound(three), std::log1p(150), 1e-12, "two strongest");
    }
};

/// @returns the greatest worth of two uplink users on a grid of powers and of interference, charges
/// by the sum of what another access point hears
/// @param users two users, heard at one access point @param rise price of z @param most Z
double
UplinkOnGrid(const std::vector<UplinkCandidate>& users, double rise, double most)
{
    constexpr int GRID = 60;
    const auto power = [&](const UplinkCandidate& c, int k) {
        // 0 stands for nothing sent
        return k == 0 ? 0.0 : c.lowW * std::pow(c.highW / c.lowW, double(k - 1) / (GRID - 1));
    };
    double best = 0;
    for (int i = 0; i <= GRID; ++i)
    {
        for (int j = 0; j <= GRID; ++j)
        {
            const double p = power(users[0], i);
            const double q = power(users[1], j);
            const double heard =
                std::log1p(p * users[0].heard[0].perWatt + q * users[1].heard[0].perWatt);
            const double dues = users[0].heard[0].price * std::min(heard, users[0].heard[0].most) +
                                (i > 0 ? users[0].charge + users[0].wattPrice * p : 0.0) +
                                (j > 0 ? users[1].charge + users[1].wattPrice * q : 0.0);
            for (int k = 0; k <= 8; ++k)
            {
                const double z = most * k / 8;
                const double s = p / users[0].noiseW * std::exp(-z);
                const double t = q / users[1].noiseW * std::exp(-z);
                const double sum = std::max(
                    users[0].value * std::log1p(s) + users[1].value * std::log1p(t / (1 + s)),
                    users[0].value * std::log1p(s / (1 + t)) + users[1].value * std::log1p(t));
                best = std::max(best, sum + rise * z - dues);
            }
        }
    }
    return best;
}

/**
 * @ingroup noma-test
 * The worth of an uplink subchannel whose users pay for power and for being heard elsewhere.
 */
class UplinkValueTestCase : public TestCase
{
  public:
    UplinkValueTestCase()
        : TestCase("no choice of users, powers and interference is worth more than the bound")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(9);
        const auto draw = [&](double a, double b) { return a * std::pow(b / a, DrawUniform(rng)); };
        for (int k = 0; k < 20; ++k)
        {
            const double most = draw(0.5, 4);
            const double heard = draw(1, 5);
            const double price = draw(0.1, 2);
            std::vector<UplinkCandidate> users;
            for (uint32_t i = 0; i < 2; ++i)
            {
                UplinkCandidate c;
                c.user = i;
                c.value = draw(0.5, 3);
                c.charge = draw(0.01, 0.5);
                c.wattPrice = draw(0.1, 10);
                c.lowW = 0.001;
                c.highW = 0.3;
                c.noiseW = draw(1e-3, 1e-1);
                c.heard.push_back({1, price, draw(1, 1e3), heard});
                users.push_back(c);
            }
            const double rise = k % 4 == 0 ? 0.0 : draw(0.05, 1);
            const double grid = UplinkOnGrid(users, rise, most);
            UplinkValue value(2);
            const double bound = value.Bound(users, rise, most);
            UplinkValue::Answer answer;
            value.Search(users, rise, most, answer);
            NS_TEST_EXPECT_MSG_EQ((bound >= grid * (1 - 1e-12)), true, "bound holds " << k);
            NS_TEST_EXPECT_MSG_EQ((answer.set.value <= bound * (1 + 1e-12)), true, "search " << k);
            NS_TEST_EXPECT_MSG_EQ((answer.set.value >= 0.95 * bound), true, "search is near " << k);
            // a user alone pays what it is heard, so that the bound is its optimum
            UplinkValue alone(1);
            users[1].highW = users[1].lowW;
            users[1].value = 0;
            NOMA_TEST_EXPECT_CLOSE(alone.Bound(users, rise, most),
                                   UplinkOnGrid(users, rise, most),
                                   1e-2,
                                   "alone");
        }
    }
};

/// @returns a small instance of one of several kinds @param index which
Instance
MakeCase(uint32_t index)
{
    std::mt19937_64 rng(index);
    RandomInstanceParameters p;
    p.aps = 1 + index % 2;
    p.usersPerAp = 4 / p.aps;
    p.subchannels = 1 + index % 3;
    p.maxSuperposed = p.subchannels == 1 ? 4 : 1 + DrawIndex(rng, 3);
    p.usersPerAp = std::min(p.usersPerAp, p.subchannels * p.maxSuperposed);
    p.radiusM = 60 + 340 * DrawUniform(rng);
    p.bandwidthHz = index % 4 == 0 ? 3e5 : 5e6;
    p.unitsPerUser = index % 5 == 0 ? 0.8 : 3;
    p.residual = index % 3 == 0 ? 0.02 : 0.0;
    p.downlinkRate = index % 4 < 2 ? DownlinkRate::OWN : DownlinkRate::DECODABLE;
    if (index >= 24)
    {
        // cells that hear each other well and where every place counts
        p.aps = 2;
        p.usersPerAp = 2;
        p.subchannels = 1;
        p.maxSuperposed = 2;
        p.radiusM = 30;
        p.bandwidthHz = 1e6;
    }
    Instance instance = MakeRandomInstance(p, 700 + index);
    if (index >= 27)
    {
        for (User& user : instance.users)
        {
            user.wT = 0.1;
            user.wE = 0.9;
            user.powerW.up.min = 0.01;
        }
    }
    if (index % 6 == 1)
    {
        instance.orderKey = OrderKey::RECEIVED_POWER;
    }
    if (index % 6 == 2)
    {
        instance.snrGapDb = 3;
        instance.apPowerBudgetW = 0.5;
    }
    if (index % 6 == 3)
    {
        for (EdgeServer& edge : instance.edges)
        {
            edge.lambda = Lambda::Table({{1, 1}, {2, 1.2}, {4, 3}, {8, 3.5}});
        }
    }
    if (index % 6 == 4)
    {
        for (User& user : instance.users)
        {
            user.powerW.up.min = 0.2;
            for (CutOption& o : user.options)
            {
                o.downBits *= 20;
            }
        }
    }
    return instance;
}

/**
 * @ingroup noma-test
 * The bound against the oracle.
 */
class GammaBoundTestCase : public TestCase
{
  public:
    GammaBoundTestCase()
        : TestCase("no decision is below the bound")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t near = 0;
        for (uint32_t index = 0; index < 30; ++index)
        {
            const Instance instance = MakeCase(index);
            // the oracle takes no power budget; with one, any decision serves
            const bool budget = std::isfinite(instance.apPowerBudgetW);
            const double optimum =
                CreateAllocator(budget ? "ecc-noma" : "exhaustive")->Allocate(instance).gamma;
            GammaBound bound(instance);
            const double alone = bound.Alone();
            const double best = bound.Maximise(STEPS);
            NS_TEST_EXPECT_MSG_EQ((best <= optimum), true, "instance " << index << " " << best);
            NS_TEST_EXPECT_MSG_EQ((alone > 0 && alone <= best), true, "prices help " << index);
            near += best > 0.97 * optimum ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_GT(near, 3, "instances where the bound is within 3 %");
    }
};

/**
 * @ingroup noma-test
 * A user alone: the bound is the optimum.
 */
class GammaBoundAloneTestCase : public TestCase
{
  public:
    GammaBoundAloneTestCase()
        : TestCase("the bound of a user alone is its optimum")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t seed = 1; seed <= 10; ++seed)
        {
            RandomInstanceParameters p;
            p.usersPerAp = 1;
            p.subchannels = 2;
            p.unitsPerUser = 8;
            const Instance instance = MakeRandomInstance(p, seed);
            // the oracle takes no power budget; with one, any decision serves
            const bool budget = std::isfinite(instance.apPowerBudgetW);
            const double optimum =
                CreateAllocator(budget ? "ecc-noma" : "exhaustive")->Allocate(instance).gamma;
            NOMA_TEST_EXPECT_CLOSE(GammaBound(instance).Alone(), optimum, 1e-5, "alone");
        }
    }
};

/**
 * @ingroup noma-test
 * The lower bound on Gamma.
 */
class NomaGammaBoundTestSuite : public TestSuite
{
  public:
    NomaGammaBoundTestSuite()
        : TestSuite("noma-gamma-bound", Type::UNIT)
    {
        AddTestCase(new GroupValueTestCase);
        AddTestCase(new UplinkValueTestCase);
        AddTestCase(new GammaBoundTestCase);
        AddTestCase(new GammaBoundAloneTestCase);
    }
};

NomaGammaBoundTestSuite g_nomaGammaBoundTestSuite; //!< instance

} // namespace
