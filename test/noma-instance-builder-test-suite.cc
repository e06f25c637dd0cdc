/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test.h"

#include "ns3/noma-instance-builder.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-split-inference-server.h"

#include <algorithm>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * The problem made of a network that carries other traffic: who is in it, with which bits, bounds
 * and gains.
 */
class OtherTrafficInstanceTestCase : public TestCase
{
  public:
    OtherTrafficInstanceTestCase()
        : TestCase("a problem made of other traffic")
    {
    }

  private:
    void DoRun() override
    {
        Cells cells(2, 5, 3, 2, 1, 0.1); // users 0, 2, 4, ... at access point 0
        SlotSnapshot& s = cells.s;
        s.noiseW.down = 2 * s.noiseW.up;
        s.subchannelHz.down = 4 * s.subchannelHz.up;
        s.residual = 0.03;
        s.snrGap = 2;
        const std::vector<uint64_t> up{100, 0, 300, 400, 0, 0, 0, 800, 900, 0};
        const std::vector<uint64_t> down{0, 0, 30, 40, 50, 0, 70, 80, 90, 0};
        for (uint32_t i = 0; i < 10; ++i)
        {
            s.ues[i].backlogBits = {up[i], down[i]};
        }
        s.ues[7].on = false;
        s.ues[3].maxPowerW.down = 0.5;
        Participants participants;
        participants.servers = {CreateObject<SplitInferenceServer>(), nullptr};
        SlotChannel channel;
        channel.Reset(s);
        std::vector<SlotUser> users;
        CollectWork(s, participants, users);
        BuilderParameters parameters;
        parameters.minPowerFraction = 0.02;
        parameters.units = {2, 16};
        const BuiltInstance built = BuildInstance(s, channel, participants, users, parameters);
        const Instance& instance = built.instance;

        const std::vector<uint32_t> expected{0, 2, 3, 4, 6, 8}; // on, and with something to send
        NS_TEST_ASSERT_MSG_EQ((built.ues == expected), true, "users");
        ValidateInstance(instance);
        NS_TEST_EXPECT_MSG_EQ(instance.subchannels, 3, "M");
        NS_TEST_EXPECT_MSG_EQ(instance.maxSuperposed, 2, "K");
        NOMA_TEST_EXPECT_CLOSE(instance.bandwidthHz.up, 3 * s.subchannelHz.up, 1e-15, "up");
        NOMA_TEST_EXPECT_CLOSE(instance.bandwidthHz.down, 3 * s.subchannelHz.down, 1e-15, "down");
        NOMA_TEST_EXPECT_CLOSE(instance.residual, 0.03, 1e-15, "residual");
        NOMA_TEST_EXPECT_CLOSE(instance.snrGapDb, ToDb(2), 1e-12, "gap");
        NOMA_TEST_EXPECT_CLOSE(instance.edges[0].units, 1e-3, 1e-15, "a server that is not up");
        NOMA_TEST_EXPECT_CLOSE(instance.edges[1].units, 1e-3, 1e-15, "no server");
        for (std::size_t i = 0; i < expected.size(); ++i)
        {
            const uint32_t ue = expected[i];
            const User& u = instance.users[i];
            NS_TEST_EXPECT_MSG_EQ(built.choosing[i], false, "nothing to choose");
            NS_TEST_EXPECT_MSG_EQ(u.ap, ue % 2, "access point");
            NS_TEST_ASSERT_MSG_EQ(u.options.size(), 1, "one option");
            NS_TEST_EXPECT_MSG_EQ(u.options[0].upBits, up[ue], "bits of user " << ue);
            NS_TEST_EXPECT_MSG_EQ(u.options[0].downBits, down[ue], "bits of user " << ue);
            // four have something to receive from access point 0, one from access point 1
            const double part = ue % 2 == 0 ? 10.0 / 4 : 0.5;
            NOMA_TEST_EXPECT_CLOSE(u.powerW.down.max, part, 1e-15, "power for user " << ue);
            NOMA_TEST_EXPECT_CLOSE(u.powerW.down.min, 0.02 * part, 1e-12, "least power");
            NOMA_TEST_EXPECT_CLOSE(u.powerW.up.max, 0.3, 1e-15, "power of user " << ue);
            NOMA_TEST_EXPECT_CLOSE(u.powerW.up.min, 0.006, 1e-12, "least power");
            NOMA_TEST_EXPECT_CLOSE(u.units.max, 1e-3, 1e-15, "units");
            NS_TEST_EXPECT_MSG_EQ((u.units.min <= instance.edges[u.ap].units), true, "units fit");
            for (Direction d : DIRECTIONS)
            {
                for (uint32_t n = 0; n < 2; ++n)
                {
                    for (uint32_t m = 0; m < 3; ++m)
                    {
                        // what counts is gain over noise, in the instance and in the network
                        NOMA_TEST_EXPECT_CLOSE(instance.gain[d].At(static_cast<uint32_t>(i), n, m) /
                                                   instance.NoiseW(d),
                                               cells.csi.gain[d].At(ue, n, m) / s.noiseW[d],
                                               1e-9,
                                               "gain over noise");
                    }
                }
            }
        }
        participants.servers[0]->Dispose();
    }
};

/**
 * @ingroup noma-test
 * Problems made of the present state.
 */
class NomaInstanceBuilderTestSuite : public TestSuite
{
  public:
    NomaInstanceBuilderTestSuite()
        : TestSuite("noma-instance-builder", Type::UNIT)
    {
        AddTestCase(new OtherTrafficInstanceTestCase);
    }
};

NomaInstanceBuilderTestSuite g_nomaInstanceBuilderTestSuite; //!< instance

} // namespace
