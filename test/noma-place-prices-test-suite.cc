/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test.h"

#include "ns3/noma-place-prices.h"
#include "ns3/test.h"

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns an instance @param aps access points @param rule downlink rate rule
/// @param residual residual factor
Instance
MakeInstance(uint32_t aps, DownlinkRate rule, double residual)
{
    RandomInstanceParameters p;
    p.aps = aps;
    p.usersPerAp = 4;
    p.subchannels = 1;
    p.maxSuperposed = 4;
    p.residual = residual;
    p.downlinkRate = rule;
    return MakeRandomInstance(p, 11);
}

/// The users of a list that are on the subchannel, and what they cost.
struct Board
{
    const Instance& instance;              //!< instance
    Direction d;                           //!< direction
    SubchannelProblem problem;             //!< evaluator
    std::vector<SubchannelMember> members; //!< users
    std::vector<double> power;             //!< their powers

    /// Puts a user there. @param user user @param share share @param part of its greatest power
    void Add(uint32_t user, double share, double part)
    {
        const User& u = instance.users[user];
        members.push_back(MakeMember(u, d, u.options[0]));
        members.back().user = user;
        members.back().share = share;
        power.push_back(part * u.powerW[d].max);
    }

    /// @returns cost of all
    double Cost()
    {
        problem.Load(0, members);
        return problem.Cost(power.data());
    }
};

/**
 * @ingroup noma-test
 * Estimates against the difference of two evaluations.
 */
class PlacePricesTestCase : public TestCase
{
  public:
    PlacePricesTestCase()
        : TestCase("estimates are exact in one cell and first-order right across cells")
    {
    }

  private:
    /// Compares with differences of costs. @param instance instance @param d direction
    /// @param part of its greatest power that the new user sends with @param tolerance relative
    /// @param what for messages
    void Check(const Instance& instance,
               Direction d,
               double part,
               double tolerance,
               const std::string& what)
    {
        Board before{instance, d, SubchannelProblem(instance, d), {}, {}};
        for (uint32_t i = 1; i < instance.users.size(); ++i)
        {
            before.Add(i, 1, 0.3 + 0.1 * (i % 4));
        }
        const double now = before.Cost();
        PlacePrices prices(instance, d);
        prices.Set(0, before.problem, before.power.data());

        Board joined = before;
        joined.Add(0, 1, part);
        const double bits = LinkBits(instance.users[0].options[0], d);
        const auto joining = prices.Change(0, 0, NONE, joined.power.back());
        NOMA_TEST_EXPECT_CLOSE(joining.unit * bits + joining.rest,
                               joined.Cost() - now,
                               tolerance,
                               what << ": joins");
        NOMA_TEST_EXPECT_CLOSE(joining.unit * bits,
                               joined.problem.GetMemberCost(joined.members.size() - 1),
                               1e-9,
                               what << ": own cost");

        // what joining adds is what leaving saves
        PlacePrices after(instance, d);
        joined.Cost();
        after.Set(0, joined.problem, joined.power.data());
        NOMA_TEST_EXPECT_CLOSE(after.Saving(0, 0),
                               joined.Cost() - now,
                               tolerance,
                               what << ": leaves");

        // user 0 takes the place of user 1
        Board swapped = joined;
        swapped.members.erase(swapped.members.begin());
        swapped.power.erase(swapped.power.begin());
        const auto stand = prices.Change(0, 0, 1, joined.power.back());
        if (instance.GetAps() == 1)
        {
            NOMA_TEST_EXPECT_CLOSE(stand.unit * bits + stand.rest,
                                   swapped.Cost() - now,
                                   tolerance,
                                   what << ": stands in");
        }
    }

    /// Compares a glance with an estimate. @param instance instance @param d direction
    /// @param alone whether nobody else is there @param part of its greatest power that the user
    /// sends with @param tolerance relative @param what for messages
    void CheckGlance(const Instance& instance,
                     Direction d,
                     bool alone,
                     double part,
                     double tolerance,
                     const std::string& what)
    {
        Board board{instance, d, SubchannelProblem(instance, d), {}, {}};
        PlacePrices prices(instance, d);
        for (uint32_t i = 1; i < instance.users.size() && !alone; ++i)
        {
            board.Add(i, 1, 0.3 + 0.1 * (i % 4));
        }
        if (!alone)
        {
            board.Cost();
            prices.Set(0, board.problem, board.power.data());
        }
        const User& user = instance.users[0];
        const double bits = LinkBits(user.options[0], d);
        const double power = part * user.powerW[d].max;
        const auto exact = prices.Change(0, 0, NONE, power);
        const double paid = exact.unit * bits + exact.rest;
        const double worth =
            bits * (user.wT / user.delayScale + user.wE / user.energyScale * power);
        std::vector<double> cost;
        prices.Glance(0, {{0, worth, power, 0}}, cost);
        NOMA_TEST_EXPECT_CLOSE(cost[0], paid, tolerance, what << ": at a glance");
        const double glance = cost[0];
        prices.Glance(0, {{0, worth, power, prices.LeastSinr(worth, 1.001 * glance)}}, cost);
        NS_TEST_EXPECT_MSG_EQ(cost[0], glance, what << ": left out");
        prices.Glance(0, {{0, worth, power, prices.LeastSinr(worth, 0.3 * glance)}}, cost);
        // what the own cell does is looked at later
        NS_TEST_EXPECT_MSG_EQ((cost[0] > 1e300 || !alone), true, what << ": not left out");
    }

    void DoRun() override
    {
        for (Direction d : DIRECTIONS)
        {
            for (double part : {1e-4, 0.03, 1.0})
            {
                CheckGlance(MakeInstance(3, DownlinkRate::OWN, 0), d, true, part, 0.05, "alone");
            }
            for (double residual : {0.0, 0.05})
            {
                CheckGlance(MakeInstance(1, DownlinkRate::OWN, residual), d, false, 1e-4, 0.02, "");
                CheckGlance(MakeInstance(3, DownlinkRate::OWN, residual), d, false, 1e-4, 0.02, "");
            }
            for (DownlinkRate rule : {DownlinkRate::OWN, DownlinkRate::DECODABLE})
            {
                for (double residual : {0.0, 0.05})
                {
                    const std::string what = std::string(DirectionName(d)) +
                                             (rule == DownlinkRate::OWN ? " own" : " decodable") +
                                             (residual > 0 ? " residual" : "");
                    Check(MakeInstance(1, rule, residual), d, 0.7, 1e-9, what);
                    if (rule == DownlinkRate::OWN)
                    {
                        // so little power that other cells see no bend; its own cost is exact
                        Check(MakeInstance(3, rule, residual), d, 1e-4, 1e-3, what + ", 3 cells");
                    }
                }
            }
        }

        // with K = 2 the third takes turns with the others
        const Instance instance = MakeInstance(1, DownlinkRate::OWN, 0);
        Board two{instance, UPLINK, SubchannelProblem(instance, UPLINK), {}, {}};
        two.Add(1, 1, 0.5);
        two.Add(2, 1, 0.8);
        const double now = two.Cost();
        PlacePrices prices(instance, UPLINK);
        prices.SetCapacity(2);
        prices.Set(0, two.problem, two.power.data());
        Board three = two;
        three.Add(0, 1, 1);
        for (SubchannelMember& member : three.members)
        {
            member.share = 2.0 / 3;
        }
        const auto change = prices.Change(0, 0, NONE, three.power.back());
        NOMA_TEST_EXPECT_CLOSE(change.unit * instance.users[0].options[0].upBits + change.rest,
                               three.Cost() - now,
                               1e-9,
                               "takes turns");
    }
};

/**
 * @ingroup noma-test
 * Estimates of places.
 */
class PlacePricesTestSuite : public TestSuite
{
  public:
    PlacePricesTestSuite()
        : TestSuite("noma-place-prices", Type::UNIT)
    {
        AddTestCase(new PlacePricesTestCase);
    }
};

PlacePricesTestSuite g_placePricesTestSuite; //!< registers the suite

} // namespace
