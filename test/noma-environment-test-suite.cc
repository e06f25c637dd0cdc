/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/mobility-helper.h"
#include "ns3/noma-environment-helper.h"
#include "ns3/noma-task-tracker.h"
#include "ns3/position-allocator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <functional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// What an agent saw of an episode.
struct Seen
{
    std::vector<uint8_t> bytes; //!< of all messages
    std::vector<uint8_t> last;  //!< type and body of the last message
    double reward{0};           //!< sum over users and steps
    std::vector<double> first;  //!< numbers of the first observation
    uint64_t steps{0};          //!< actions
};

/// The other end: an agent in a thread of its own.
class Agent
{
  public:
    /// Says what to do. @param step number of the decision @param users number of them
    /// @returns the action
    using Policy = std::function<std::vector<double>(uint64_t step, uint32_t users)>;

    /// @param fd its end of the socket @param users users of the scenario
    Agent(int fd, uint32_t users)
        : m_fd(fd),
          m_users(users)
    {
    }

    /// @param r what to say @param action what ACT looks like
    void Say(const EnvironmentRequest& r, const EnvironmentAction& action = {})
    {
        const auto bytes = EncodeRequest(r, action);
        SayBytes(bytes);
    }

    /// @param bytes what to say
    void SayBytes(const std::vector<uint8_t>& bytes)
    {
        [[maybe_unused]] const ssize_t n = send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

    /// @returns type and body of the next message, empty at the end
    std::vector<uint8_t> Hear()
    {
        uint8_t head[4];
        if (recv(m_fd, head, 4, MSG_WAITALL) != 4)
        {
            return {};
        }
        const std::size_t size = head[0] | head[1] << 8 | head[2] << 16 | head[3] << 24;
        std::vector<uint8_t> body(size);
        return recv(m_fd, body.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size)
                   ? body
                   : std::vector<uint8_t>();
    }

    /// @param decision what it decides
    void Hello(ExternalDecision decision)
    {
        EnvironmentRequest r;
        r.type = EnvironmentMessageType::HELLO;
        r.decision = decision;
        Say(r);
        m_layout = Hear();
    }

    /// Plays an episode. @param seed of it @param action what ACT looks like @param policy acts
    /// @param most steps after which it gives up @returns what it saw
    Seen Play(uint64_t seed,
              const EnvironmentAction& action,
              const Policy& policy,
              uint64_t most = UINT64_MAX)
    {
        Seen seen;
        EnvironmentRequest r;
        r.type = EnvironmentMessageType::RESET;
        r.seed = seed;
        r.run = 1;
        Say(r);
        r.type = EnvironmentMessageType::ACT;
        while (true)
        {
            seen.last = Hear();
            seen.bytes.insert(seen.bytes.end(), seen.last.begin(), seen.last.end());
            if (seen.last.size() < 2 || seen.last[0] != 3)
            {
                return seen;
            }
            std::vector<double> numbers((seen.last.size() - 2) / 8);
            std::memcpy(numbers.data(), seen.last.data() + 2, numbers.size() * 8);
            // an agent gets its rewards for actions
            for (uint32_t i = 0; i < m_users && seen.steps > 0; ++i)
            {
                seen.reward += numbers[i];
            }
            seen.first = seen.first.empty() ? numbers : seen.first;
            if (seen.last[1] != 0 || seen.steps >= most)
            {
                return seen;
            }
            r.action = policy(seen.steps++, m_users);
            Say(r, action);
        }
    }

    /// Says close.
    void Close()
    {
        Say(EnvironmentRequest());
    }

    std::vector<uint8_t> m_layout; //!< the simulator's HELLO

  private:
    int m_fd;         //!< end of the socket
    uint32_t m_users; //!< users of the scenario
};

/// Three users around an access point, with two tasks each.
class Room
{
  public:
    std::vector<GrantOutcome> blocks; //!< all of the last episode
    std::vector<uint32_t> cuts;       //!< of closed tasks of the last episode
    double utility{0};                //!< sum over closed tasks of the last episode
    bool fallBack{false};             //!< attribute of the controller
    std::string rule{"SmithRule"};    //!< slot rule

    /// @param o a block
    void OnBlock(const GrantOutcome& o)
    {
        blocks.push_back(o);
    }

    /// @param r a closed task
    void OnClosed(const TaskRecord& r)
    {
        cuts.push_back(r.cut);
        utility += r.Utility();
    }

    /// Builds it. @param e takes its decisions
    void Build(EnvironmentHelper& e)
    {
        blocks.clear();
        cuts.clear();
        utility = 0;
        NodeContainer ap(1);
        NodeContainer ues(3);
        auto places = CreateObject<ListPositionAllocator>();
        places->Add(Vector(0, 0, 0));
        places->Add(Vector(50, 0, 0));
        places->Add(Vector(-90, 40, 0));
        places->Add(Vector(30, 120, 0));
        MobilityHelper mobility;
        mobility.SetPositionAllocator(places);
        mobility.Install(NodeContainer(ap, ues));
        NomaHelper noma;
        noma.SetIdealRadio();
        noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(10)));
        noma.SetNetworkAttribute("Subchannels", UintegerValue(2));
        noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(2));
        noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(1e6));
        auto aps = noma.InstallAp(ap);
        auto users = noma.InstallUe(ues);
        SplitInferenceHelper inference;
        inference.SetModel("room", {{0, 4e6, 4e5, 8e4}, {2e6, 2e6, 2e5, 8e4}, {4e6, 0, 0, 0}});
        inference.SetWorkload("ns3::noma::PoissonWorkload",
                              "Rate",
                              DoubleValue(20),
                              "MaxTasks",
                              UintegerValue(2));
        inference.SetControllerAttribute("Allocator", StringValue("edge-only"));
        inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::" + rule));
        inference.SetControllerAttribute("FallBack", BooleanValue(fallBack));
        inference.Install(noma, users, aps);
        noma.AssignStreams(NetDeviceContainer(aps, users), 1);
        inference.AssignStreams(1000);
        noma.GetNetwork()->TraceConnectWithoutContext("Block", MakeCallback(&Room::OnBlock, this));
        for (uint32_t i = 0; i < 3; ++i)
        {
            inference.GetClient(i)->TraceConnectWithoutContext("Closed",
                                                               MakeCallback(&Room::OnClosed, this));
        }
        e.Attach(noma, inference);
    }

    /// @returns a helper whose episodes end with the sixth task
    static EnvironmentHelper Environment()
    {
        EnvironmentHelper e;
        e.SetAttribute("Limit", TimeValue(Seconds(20)));
        e.SetAttribute("Tasks", UintegerValue(6));
        return e;
    }

    /// @returns what builds it
    EnvironmentHelper::Scenario Scenario()
    {
        return [this](EnvironmentHelper& e) { Build(e); };
    }
};

/// Serves a room to an agent in another thread. @param room the room @param body what the agent
/// does
/// @returns what the simulator ended with, empty = nothing
std::string
Serve(Room& room, const std::function<void(Agent&)>& body)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
    {
        return "no sockets";
    }
    std::thread thread([&] {
        Agent agent(ends[1], 3);
        body(agent);
        shutdown(ends[1], SHUT_RDWR);
    });
    std::string what;
    try
    {
        Room::Environment().Serve(room.Scenario(), ends[0], ends[0]);
    }
    catch (const std::exception& e)
    {
        what = e.what();
    }
    shutdown(ends[0], SHUT_RDWR);
    thread.join();
    close(ends[0]);
    close(ends[1]);
    return what;
}

/// @param whole whether entries are whole numbers @returns a description for EncodeRequest()
EnvironmentAction
Kind(bool whole)
{
    EnvironmentAction action;
    action.whole = whole;
    return action;
}

/**
 * @ingroup noma-test
 * Weights of 1 change nothing: the packets are those of the rule alone. Rewards add up to minus the
 * utilities of the tasks.
 */
class WeightsTestCase : public TestCase
{
  public:
    WeightsTestCase()
        : TestCase("weights of 1 are the rule itself, rewards are utilities")
    {
    }

  private:
    void DoRun() override
    {
        for (const char* rule : {"SmithRule", "LiGdSlotRule"})
        {
            Room alone;
            alone.rule = rule;
            const EpisodeResult result = Room::Environment().Run(alone.Scenario(), 7, 1);
            NS_TEST_EXPECT_MSG_EQ(result.completed, 6, rule << ": completed");
            NOMA_TEST_EXPECT_CLOSE(result.cost, alone.utility, 1e-12, rule << ": cost");
            Room room;
            room.rule = rule;
            Seen seen;
            Seen other;
            std::vector<GrantOutcome> blocks;
            const std::string what = Serve(room, [&](Agent& agent) {
                agent.Hello(ExternalDecision::WEIGHTS);
                const auto ones = [](uint64_t, uint32_t users) {
                    return std::vector<double>(users, 1.0);
                };
                seen = agent.Play(7, Kind(false), ones);
                blocks = room.blocks;
                other = agent.Play(7, Kind(false), [](uint64_t step, uint32_t users) {
                    return std::vector<double>(users, step % 2 ? 10.0 : 0.0);
                });
                agent.Close();
            });
            NS_TEST_EXPECT_MSG_EQ(what, "", rule << ": served");
            NS_TEST_EXPECT_MSG_EQ(unsigned{seen.last[1]}, 1, rule << ": terminated");
            NS_TEST_EXPECT_MSG_EQ(seen.steps, result.steps, rule << ": steps");
            NOMA_TEST_EXPECT_CLOSE(seen.reward, -alone.utility, 1e-12, rule << ": rewards");
            NS_TEST_EXPECT_MSG_EQ(blocks.size(), alone.blocks.size(), rule << ": blocks");
            for (std::size_t k = 0; k < std::min(blocks.size(), alone.blocks.size()); ++k)
            {
                const Grant& a = blocks[k].grant;
                const Grant& b = alone.blocks[k].grant;
                NS_TEST_ASSERT_MSG_EQ((a.ue == b.ue && a.subchannel == b.subchannel &&
                                       a.powerW == b.powerW && a.rateBps == b.rateBps),
                                      true,
                                      rule << ": block " << k);
            }
            // nobody is served in every other slot
            NS_TEST_EXPECT_MSG_LT(other.reward, seen.reward, rule << ": weights count");
        }
    }
};

/**
 * @ingroup noma-test
 * What an agent grants is what is sent, at the powers of the plan; what cannot be is counted.
 */
class GrantsTestCase : public TestCase
{
  public:
    GrantsTestCase()
        : TestCase("grants, the same bytes again, and a reset in between")
    {
    }

  private:
    void DoRun() override
    {
        Room room;
        Seen fresh;
        Seen again;
        const auto all = [](uint64_t, uint32_t users) {
            return std::vector<double>(2 * users, 2.0); // all on subchannel 1
        };
        const auto turns = [](uint64_t step, uint32_t users) {
            std::vector<double> a(2 * users, 0.0);
            a[step % users] = 1;
            a[users + step % users] = 2;
            return a;
        };
        std::vector<GrantOutcome> blocks;
        int64_t idle = 0;
        int64_t refused = 0;
        const std::string what = Serve(room, [&](Agent& agent) {
            agent.Hello(ExternalDecision::GRANTS);
            fresh = agent.Play(3, Kind(true), turns);
            blocks = room.blocks;
            agent.Play(4, Kind(true), turns, 5); // given up after five steps
            const Seen crowd = agent.Play(5, Kind(true), all);
            std::vector<int64_t> numbers((crowd.last.size() - 2) / 8);
            std::memcpy(numbers.data(), crowd.last.data() + 2, numbers.size() * 8);
            // rewards, time, gain, four of each user and direction, two prices; then slot, ...
            const std::size_t whole = 3 + 1 + 2 * 2 * 3 + 4 * 6 + 2 * 3;
            refused = numbers[whole + 5];
            idle = numbers[whole + 6];
            again = agent.Play(3, Kind(true), turns);
            agent.Close();
        });
        NS_TEST_EXPECT_MSG_EQ(what, "", "served");
        NS_TEST_EXPECT_MSG_EQ((fresh.bytes == again.bytes), true, "the same bytes");
        NS_TEST_EXPECT_MSG_GT(fresh.bytes.size(), 10000, "bytes");
        NS_TEST_EXPECT_MSG_GT(blocks.size(), 10, "blocks");
        for (const GrantOutcome& o : blocks)
        {
            const uint32_t subchannel = o.grant.direction == UPLINK ? 0 : 1;
            NS_TEST_ASSERT_MSG_EQ(o.grant.subchannel, subchannel, "subchannel");
            NS_TEST_ASSERT_MSG_EQ(o.grant.order, 0, "nobody is superposed");
        }
        NS_TEST_EXPECT_MSG_GT(refused, 0, "superposed beyond K");
        NS_TEST_EXPECT_MSG_GT(idle, 0, "with nothing to send");
    }
};

/**
 * @ingroup noma-test
 * Powers are fractions of the greatest, cuts those of the tasks.
 */
class PowersAndCutsTestCase : public TestCase
{
  public:
    PowersAndCutsTestCase()
        : TestCase("powers and cuts")
    {
    }

  private:
    void DoRun() override
    {
        Room room;
        std::vector<double> first;
        Serve(room, [&](Agent& agent) {
            agent.Hello(ExternalDecision::POWERS);
            const Seen seen = agent.Play(3, Kind(false), [](uint64_t, uint32_t users) {
                std::vector<double> a(2 * users, 0.125);
                a[users - 1] = 0; // the least is more
                return a;
            });
            first = seen.first;
            agent.Close();
        });
        NS_TEST_ASSERT_MSG_GT(room.blocks.size(), 10, "blocks");
        // rewards, time, gain, backlog, remaining, power
        const std::size_t most = 3 + 1 + 2 * 2 * 3 + 3 * 6;
        for (const GrantOutcome& o : room.blocks)
        {
            const Grant& g = o.grant;
            const bool up = g.direction == UPLINK;
            const double fraction = up && g.ue == 2 ? 0.01 : 0.125;
            NOMA_TEST_EXPECT_CLOSE(g.powerW,
                                   fraction * first[most + (up ? 0 : 3) + g.ue],
                                   1e-12,
                                   "power");
        }
        for (uint32_t cut : {0, 1, 2})
        {
            Serve(room, [&](Agent& agent) {
                agent.Hello(ExternalDecision::CUTS);
                const Seen seen = agent.Play(3, Kind(true), [&](uint64_t, uint32_t users) {
                    return std::vector<double>(users, cut);
                });
                NS_TEST_EXPECT_MSG_EQ(unsigned{seen.last[1]}, 1, "terminated");
                NS_TEST_EXPECT_MSG_LT(seen.steps, 7, "a step when tasks wait");
                agent.Close();
            });
            NS_TEST_EXPECT_MSG_EQ((room.cuts == std::vector<uint32_t>(6, cut)), true, "cuts");
            NS_TEST_EXPECT_MSG_EQ(room.blocks.empty(), (cut == 2), "blocks of cut " << cut);
        }
    }
};

/**
 * @ingroup noma-test
 * What is malformed or out of place ends the simulator with a line, which the agent is told.
 */
class FaultsTestCase : public TestCase
{
  public:
    FaultsTestCase()
        : TestCase("malformed messages and lost agents")
    {
    }

  private:
    /// @param room the room @param body what the agent says @param part of the line
    void Expect(Room& room, const std::function<void(Agent&)>& body, const std::string& part)
    {
        std::string told;
        const std::string what = Serve(room, [&](Agent& agent) {
            body(agent);
            // the answer to hello may have been the error
            auto m = agent.m_layout.empty() ? agent.Hear() : agent.m_layout;
            for (; !m.empty(); m = agent.Hear())
            {
                told = m[0] == 6 ? std::string(m.begin() + 1, m.end()) : told;
            }
        });
        NS_TEST_EXPECT_MSG_NE(what.find(part), std::string::npos, what << " names " << part);
        NS_TEST_EXPECT_MSG_EQ(told, what, "the agent is told");
    }

    void DoRun() override
    {
        Room room;
        EnvironmentRequest reset;
        reset.type = EnvironmentMessageType::RESET;
        reset.run = 1;
        EnvironmentRequest act;
        act.type = EnvironmentMessageType::ACT;
        act.action.assign(6, 0);
        Expect(
            room,
            [&](Agent& a) { a.Say(reset); },
            "the first message is not hello");
        Expect(
            room,
            [&](Agent& a) {
                a.SayBytes({0, 0, 0, 1});
            },
            "message: length");
        const auto greet = [](Agent& a) { a.Hello(ExternalDecision::GRANTS); };
        Expect(
            room,
            [&](Agent& a) {
                greet(a);
                a.Say(act, Kind(true));
            },
            "no episode waits");
        Expect(
            room,
            [&](Agent& a) {
                greet(a);
                a.Say(reset);
                act.action[4] = 3;
                a.Say(act, Kind(true));
            },
            "act: entry 4 is 3, allowed: 0 to 2");
        Expect(
            room,
            [&](Agent& a) {
                greet(a);
                a.Say(reset);
                greet(a);
            },
            "hello: was said before");
        const std::string gone = Serve(room, [&](Agent& a) { greet(a); });
        NS_TEST_EXPECT_MSG_NE(gone.find("the agent is gone"), std::string::npos, gone);
        const std::string middle = Serve(room, [&](Agent& a) {
            greet(a);
            a.Say(reset);
            a.Hear();
        });
        NS_TEST_EXPECT_MSG_NE(middle.find("the agent is gone"), std::string::npos, middle);
        room.fallBack = true;
        Expect(room, greet, "FallBack is set");
        room.fallBack = false;
        EnvironmentHelper nothing;
        bool thrown = false;
        try
        {
            nothing.Run([](EnvironmentHelper&) {}, 0, 1);
        }
        catch (const std::logic_error&)
        {
            thrown = true;
        }
        NS_TEST_EXPECT_MSG_EQ(thrown, true, "a scenario has to attach");
    }
};

/**
 * @ingroup noma-test
 * Learning environments.
 */
class EnvironmentTestSuite : public TestSuite
{
  public:
    EnvironmentTestSuite()
        : TestSuite("noma-environment", Type::SYSTEM)
    {
        AddTestCase(new WeightsTestCase());
        AddTestCase(new GrantsTestCase());
        AddTestCase(new PowersAndCutsTestCase());
        AddTestCase(new FaultsTestCase());
    }
};

EnvironmentTestSuite g_environmentTestSuite; //!< the suite

} // namespace
