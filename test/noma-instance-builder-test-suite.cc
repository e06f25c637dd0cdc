/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-cells.h"
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-instance-builder.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/noma-split-inference-server.h"

#include <algorithm>
#include <memory>
#include <utility>
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
        std::vector<SlotUser> users;
        CollectWork(s, participants, users);
        BuilderParameters parameters;
        parameters.minPowerFraction = 0.02;
        parameters.units = {2, 16};
        const BuiltInstance built = BuildInstance(s, participants, users, parameters);
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

/// Decides as edge-only does and writes down what was to come down.
class DownBitsAllocator : public Allocator
{
  public:
    /// @param [out] downBits bits of the only user, by decision
    explicit DownBitsAllocator(std::vector<double>& downBits)
        : m_allocator(CreateAllocator("edge-only")),
          m_downBits(downBits)
    {
    }

    std::string GetName() const override
    {
        return "edge-only, written down";
    }

    HonouredOptions GetHonouredOptions() const override
    {
        return m_allocator->GetHonouredOptions();
    }

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override
    {
        m_downBits.push_back(instance.users[0].options[0].downBits);
        return m_allocator->Allocate(instance, options);
    }

    std::unique_ptr<Allocator> m_allocator; //!< whose decisions
    std::vector<double>& m_downBits;        //!< what was to come down
};

/**
 * @ingroup noma-test
 * What has crossed of a result is no longer to come, though the client has to wait for all of it.
 */
class ResultOnTheAirTestCase : public TestCase
{
  public:
    /// @param transport TypeId name of the clients' transport
    explicit ResultOnTheAirTestCase(const std::string& transport)
        : TestCase("bits left of a result on the air, " + transport),
          m_transport(transport)
    {
    }

  private:
    void DoRun() override
    {
        Scene scene(1, 1);
        scene.noma.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(4e5));
        scene.inference.SetTransport(m_transport);
        scene.inference.SetModel("small", {{0.0, 1e6, 1000, 800000}, {1e6, 0.0, 0, 0}});
        scene.inference.SetWorkload("ns3::noma::PeriodicWorkload", "MaxTasks", UintegerValue(1));
        scene.Install();
        std::vector<double> downBits;
        scene.inference.GetController()->SetAllocator(
            std::make_unique<DownBitsAllocator>(downBits));
        Scene::Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(scene.inference.GetTracker()->GetCompleted(), 1, "the task");
        NS_TEST_ASSERT_MSG_GT(downBits.size(), 20, "decisions: the result takes many slots");
        NOMA_TEST_EXPECT_CLOSE(downBits.front(), 8e5, 0.1, "all of it at first");
        for (std::size_t k = 1; k < downBits.size(); ++k)
        {
            // but for headers of the link, questions and acknowledgements
            NS_TEST_EXPECT_MSG_LT(downBits[k], downBits[k - 1] + 30000, "it gets no more");
        }
        NS_TEST_EXPECT_MSG_LT(downBits[downBits.size() / 2], 6e5, "half way");
        NS_TEST_EXPECT_MSG_LT(downBits[downBits.size() - 2], 2e5, "at the end");
        Simulator::Destroy();
    }

    std::string m_transport; //!< clients' transport
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
        AddTestCase(new ResultOnTheAirTestCase("ns3::noma::UdpClientTransport"));
        AddTestCase(new ResultOnTheAirTestCase("ns3::noma::TcpClientTransport"));
    }
};

NomaInstanceBuilderTestSuite g_nomaInstanceBuilderTestSuite; //!< instance

} // namespace
