/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What the uncoordinated methods take for granted, worked out by hand.
 */
#include "noma-random-instance.h"
#include "noma-test.h"

#include "ns3/noma-decision.h"
#include "ns3/noma-instance.h"
#include "ns3/noma-round-robin-radio.h"
#include "ns3/noma-servability.h"

#include <algorithm>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns users of two access points that may compute on either side
/// @param usersAt0 users of access point 0 @param usersAt1 of access point 1
Instance
MakeCells(uint32_t usersAt0, uint32_t usersAt1)
{
    RandomInstanceParameters p;
    p.aps = 2;
    p.usersPerAp = (usersAt0 + usersAt1 + 1) / 2;
    p.subchannels = 3;
    Instance instance = MakeRandomInstance(p, 1);
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        User& user = instance.users[i];
        user.ap = i < usersAt0 ? 0 : 1;
        user.options = {{0, 1e9, 1e6, 1e4}, {1e9, 0, 0, 0}};
        user.units = {1, 8};
        user.powerW = {{0.01, 0.3}, {0.01, 1.0}};
    }
    return instance;
}

/**
 * @ingroup noma-test
 * Subchannels in turn, shared in time by those that come to the same one.
 */
class RoundRobinTurnsTestCase : public TestCase
{
  public:
    RoundRobinTurnsTestCase()
        : TestCase("subchannels in turn")
    {
    }

  private:
    void DoRun() override
    {
        const Instance instance = MakeCells(5, 3);
        PerDirection<std::vector<bool>> uses;
        uses.up.assign(8, true);
        uses.up[6] = false; // leaves two at access point 1
        uses.down = uses.up;
        Decision decision;
        decision.users.resize(8);
        AssignRoundRobinRadio(instance, uses, decision);
        const std::vector<uint32_t>
            subchannel{0, 1, 2, 0, 1, 1, 0, 2}; // the second cell begins at 1
        const std::vector<double> share{0.5, 0.5, 1, 0.5, 0.5, 1, 0, 1};
        for (Direction d : DIRECTIONS)
        {
            for (uint32_t i = 0; i < 8; ++i)
            {
                const LinkDecision& link = decision.users[i].link[d];
                NS_TEST_ASSERT_MSG_EQ(link.shares.size(), (i == 6 ? 0 : 1), "user " << i);
                if (i != 6)
                {
                    NS_TEST_EXPECT_MSG_EQ(link.shares[0].subchannel, subchannel[i], "user " << i);
                    NOMA_TEST_EXPECT_CLOSE(link.shares[0].share, share[i], 1e-15, "user " << i);
                    NOMA_TEST_EXPECT_CLOSE(link.powerW,
                                           instance.users[i].powerW[d].max,
                                           1e-15,
                                           "greatest power of user " << i);
                }
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Downlink powers that exceed the budget together come down in proportion, to their minimum.
 */
class RoundRobinBudgetTestCase : public TestCase
{
  public:
    RoundRobinBudgetTestCase()
        : TestCase("the power budget is met exactly")
    {
    }

  private:
    void DoRun() override
    {
        Instance instance = MakeCells(4, 0);
        instance.apPowerBudgetW = 1.2;
        instance.users[2].powerW.down.min = 0.5;
        PerDirection<std::vector<bool>> uses;
        uses.up.assign(4, false);
        uses.down.assign(4, true);
        Decision decision;
        decision.users.resize(4);
        AssignRoundRobinRadio(instance, uses, decision);
        // users 0 and 3 share subchannel 0: 0.5 p + 0.5 p + p + 0.5 = 1.2
        const std::vector<double> power{0.35, 0.35, 0.5, 0.35};
        for (uint32_t i = 0; i < 4; ++i)
        {
            NOMA_TEST_EXPECT_CLOSE(decision.users[i].link.down.powerW,
                                   power[i],
                                   1e-9,
                                   "power of user " << i);
        }
    }
};

/**
 * @ingroup noma-test
 * Delay and energy by stage, by hand.
 */
class PresentStateTestCase : public TestCase
{
  public:
    PresentStateTestCase()
        : TestCase("delay and energy at the present rates")
    {
    }

  private:
    void DoRun() override
    {
        Instance instance = MakeCells(2, 0);
        EdgeServer& edge = instance.edges[0];
        edge.clockHz = 2e9;
        edge.flopPerCycle = 4;
        edge.kappa = 1e-28;
        edge.lambda = Lambda::Power(0.5);
        User& user = instance.users[1];
        user.clockHz = 1e9;
        user.flopPerCycle = 2;
        user.kappa = 3e-28;
        PresentState state;
        state.units = {1, 4}; // twice as fast as one
        state.rate.resize(2);
        state.rate[1] = {1e6, 4e6};
        state.powerW.resize(2);
        state.powerW[1] = {0.2, 0.7};
        const CutOption option{5e9, 8e9, 2e6, 1e6};
        const Stages t = EstimateDelay(instance, 1, option, state);
        NOMA_TEST_EXPECT_CLOSE(t.device, 5e9 / (1e9 * 2), 1e-14, "device");
        NOMA_TEST_EXPECT_CLOSE(t.up, 2.0, 1e-14, "uplink");
        NOMA_TEST_EXPECT_CLOSE(t.edge, 8e9 / (2 * 2e9 * 4), 1e-14, "edge");
        NOMA_TEST_EXPECT_CLOSE(t.down, 0.25, 1e-14, "downlink");
        const Stages e = EstimateEnergy(instance, 1, option, state);
        NOMA_TEST_EXPECT_CLOSE(e.device, 3e-28 * 1e18 * 5e9 / 2, 1e-14, "device");
        NOMA_TEST_EXPECT_CLOSE(e.up, 2.0 * 0.2, 1e-14, "uplink");
        NOMA_TEST_EXPECT_CLOSE(e.edge, 1e-28 * 16e18 * 8e9 / 4, 1e-14, "edge");
        NOMA_TEST_EXPECT_CLOSE(e.down, 0.25 * 0.7, 1e-14, "downlink");
        const Stages none = EstimateDelay(instance, 1, {1e9, 0, 0, 0}, state);
        NS_TEST_EXPECT_MSG_EQ(none.up + none.edge + none.down, 0, "all on the device");
    }
};

/**
 * @ingroup noma-test
 * Who gets what does not suffice for all.
 */
class AdmissionTestCase : public TestCase
{
  public:
    AdmissionTestCase()
        : TestCase("admission keeps what users without a choice need")
    {
    }

  private:
    void DoRun() override
    {
        Instance instance = MakeCells(4, 0);
        instance.edges[0].units = 6;
        for (User& user : instance.users)
        {
            user.units.min = 2;
        }
        instance.users[3].options.resize(1); // must use the edge
        Decision decision;
        decision.users.resize(4);
        AdmitUsers(instance, decision);
        const std::vector<uint32_t> option{0, 0, 1, 0};
        for (uint32_t i = 0; i < 4; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(decision.users[i].option, option[i], "units: user " << i);
        }
        instance.edges[0].units = 100;
        instance.apPowerBudgetW = 0.025; // twice the least power, and a half
        for (UserDecision& u : decision.users)
        {
            u.option = 0;
        }
        AdmitUsers(instance, decision);
        const std::vector<uint32_t> allowed{0, 1, 1, 0};
        for (uint32_t i = 0; i < 4; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(decision.users[i].option, allowed[i], "budget: user " << i);
        }
    }
};

/**
 * @ingroup noma-test
 * The radio and edge of uncoordinated methods.
 */
class NomaRoundRobinRadioTestSuite : public TestSuite
{
  public:
    NomaRoundRobinRadioTestSuite()
        : TestSuite("noma-round-robin-radio", Type::UNIT)
    {
        AddTestCase(new RoundRobinTurnsTestCase);
        AddTestCase(new RoundRobinBudgetTestCase);
        AddTestCase(new PresentStateTestCase);
        AddTestCase(new AdmissionTestCase);
    }
};

NomaRoundRobinRadioTestSuite g_nomaRoundRobinRadioTestSuite; //!< instance

} // namespace
