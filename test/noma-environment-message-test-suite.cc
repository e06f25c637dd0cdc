/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-environment-mutations.h"
#include "noma-test.h"

#include "ns3/noma-environment-message.h"

#include <limits>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// @param bytes a message with its length
/// @param action what is allowed
/// @returns what it says
EnvironmentRequest
Decode(const std::vector<uint8_t>& bytes, const EnvironmentAction* action)
{
    return DecodeRequest(bytes.data() + 4, bytes.size() - 4, action);
}

/**
 * @ingroup noma-test
 * Bytes of messages as they are documented, and what is refused by name.
 */
class RequestTestCase : public TestCase
{
  public:
    RequestTestCase()
        : TestCase("requests are read, and refused by field, value and what is allowed")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<uint8_t> hello{8, 0, 0, 0, 1, 'N', 'O', 'M', 'A', 2, 0, 3};
        const EnvironmentRequest first = Decode(hello, nullptr);
        NS_TEST_EXPECT_MSG_EQ((first.decision == ExternalDecision::WEIGHTS), true, "decision");
        NS_TEST_EXPECT_MSG_EQ((EncodeRequest(first) == hello), true, "bytes of hello");
        EnvironmentRequest reset;
        reset.type = EnvironmentMessageType::RESET;
        reset.seed = MAX_ENVIRONMENT_SEED;
        reset.run = 258;
        const auto bytes = EncodeRequest(reset);
        NS_TEST_EXPECT_MSG_EQ(bytes.size(), 4 + 1 + 16, "length of reset");
        NS_TEST_EXPECT_MSG_EQ(unsigned{bytes[13]}, 2, "little-endian");
        NS_TEST_EXPECT_MSG_EQ(Decode(bytes, nullptr).run, 258, "run");

        auto bad = hello;
        bad[5] = 'X';
        NOMA_TEST_EXPECT_INVALID(Decode(bad, nullptr), "hello: magic");
        bad = hello;
        bad[9] = 1;
        NOMA_TEST_EXPECT_INVALID(Decode(bad, nullptr), "hello: version is 1, allowed: 2");
        bad = hello;
        bad[11] = 4;
        NOMA_TEST_EXPECT_INVALID(Decode(bad, nullptr), "hello: decision is 4, allowed: 0 to 3");
        bad = hello;
        bad.push_back(0);
        NOMA_TEST_EXPECT_INVALID(Decode(bad, nullptr), "hello: length");
        bad = hello;
        bad.pop_back();
        NOMA_TEST_EXPECT_INVALID(Decode(bad, nullptr), "hello: decision is missing");
        reset.seed = MAX_ENVIRONMENT_SEED + 1;
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(reset), nullptr), "reset: seed");
        reset.seed = 0;
        reset.run = 0;
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(reset), nullptr), "reset: run is 0");
        for (uint8_t type : {0, 3, 7, 255})
        {
            NOMA_TEST_EXPECT_INVALID(Decode({1, 0, 0, 0, type}, nullptr), "message: type");
        }
        const uint8_t zero[] = {0, 0, 0, 0};
        const uint8_t most[] = {0, 0, 0x10, 0};
        const uint8_t more[] = {1, 0, 0x10, 0};
        NOMA_TEST_EXPECT_INVALID(DecodeRequestLength(zero), "message: length is 0");
        NS_TEST_EXPECT_MSG_EQ(DecodeRequestLength(most), MAX_REQUEST_BYTES, "greatest length");
        NOMA_TEST_EXPECT_INVALID(DecodeRequestLength(more), "message: length is 1048577");
    }
};

/**
 * @ingroup noma-test
 * Actions: counts, ranges, NaN.
 */
class ActionTestCase : public TestCase
{
  public:
    ActionTestCase()
        : TestCase("actions are what the layout says")
    {
    }

  private:
    void DoRun() override
    {
        EnvironmentAction whole;
        whole.whole = true;
        whole.choices = {3, 2};
        whole.count = 2;
        EnvironmentAction real;
        real.count = 2;
        real.low = 0;
        real.high = 1;
        EnvironmentRequest act;
        act.type = EnvironmentMessageType::ACT;
        act.action = {2, 1};
        NS_TEST_EXPECT_MSG_EQ((Decode(EncodeRequest(act, whole), &whole).action == act.action),
                              true,
                              "whole numbers");
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(act, whole), nullptr), "no episode waits");
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(act, whole), &real), "act: kind is 0");
        act.action = {2, 2};
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(act, whole), &whole),
                                 "act: entry 1 is 2, allowed: 0 to 1");
        act.action = {-1, 0};
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(act, whole), &whole), "act: entry 0 is -1");
        act.action = {0};
        NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(act, whole), &whole), "act: count is 1");
        act.action = {0.25, 1};
        NS_TEST_EXPECT_MSG_EQ((Decode(EncodeRequest(act, real), &real).action == act.action),
                              true,
                              "numbers");
        for (double x : {-1e-300,
                         1 + 1e-15,
                         std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::infinity()})
        {
            act.action = {0.5, x};
            NOMA_TEST_EXPECT_INVALID(Decode(EncodeRequest(act, real), &real), "act: entry 1 is");
        }
        auto bytes = EncodeRequest(act, real);
        bytes.pop_back();
        NOMA_TEST_EXPECT_INVALID(Decode(bytes, &real), "act: length is 15, allowed: 16");
    }
};

/**
 * @ingroup noma-test
 * Messages of the simulator, byte by byte.
 */
class ReplyTestCase : public TestCase
{
  public:
    ReplyTestCase()
        : TestCase("replies")
    {
    }

  private:
    void DoRun() override
    {
        EnvironmentLayout layout;
        layout.users = 3;
        layout.info = {{"slot", true, NO_USER_AXIS, 0, 1, {}}};
        layout.observations = {{"gain", false, 2, 0, 1, {2, 4, 3}}};
        NS_TEST_EXPECT_MSG_EQ(layout.GetObserveSize(), 3 + 1 + 24, "numbers of observe");

        // numbers that are not whole come first
        layout.users = 1;
        layout.observations = {{"ap", true, 0, -1, 1, {1}},
                               {"gain", false, NO_USER_AXIS, 0, 1, {2}}};
        const std::vector<uint8_t> expected{
            42,   0,    0,    0,    3,    2,                 // length, type, flags
            0,    0,    0,    0,    0,    0,    0xf0, 0x3f,  // reward 1
            0,    0,    0,    0,    0,    0,    0,    0xc0,  // gain -2
            0,    0,    0,    0,    0,    0,    0xe0, 0x3f,  // gain 0.5
            2,    1,    0,    0,    0,    0,    0,    0,     // slot 258
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}; // ap -1
        for (std::size_t size : {0, 3, 100})
        {
            std::vector<uint8_t> out(size, 9);
            EncodeObserve(ENVIRONMENT_TRUNCATED, layout, {1, 258, -1, -2, 0.5}, out);
            NS_TEST_EXPECT_MSG_EQ((out == expected), true, "bytes of observe");
        }
        std::vector<uint8_t> out;
        NOMA_TEST_EXPECT_INVALID(EncodeObserve(0, layout, {1, 258, -1}, out),
                                 "observe: numbers is 3, allowed: 5");
        const auto error = EncodeError(std::string(5000, 'x'));
        NS_TEST_EXPECT_MSG_EQ(error.size(), 5 + MAX_ERROR_BYTES, "errors are cut off");
    }
};

/**
 * @ingroup noma-test
 * Malformed messages; noma-environment-fuzz has more of them.
 */
class MutationTestCase : public TestCase
{
  public:
    MutationTestCase()
        : TestCase("malformed requests")
    {
    }

  private:
    void DoRun() override
    {
        EnvironmentMutations mutations(1);
        for (int k = 0; k < 20000; ++k)
        {
            const std::string complaint = mutations.Next();
            NS_TEST_ASSERT_MSG_EQ(complaint, "", "message " << k);
        }
        NS_TEST_EXPECT_MSG_GT(mutations.GetRefused(), 5000, "refused");
        NS_TEST_EXPECT_MSG_GT(mutations.GetAccepted(), 1000, "accepted");
    }
};

/**
 * @ingroup noma-test
 * Messages of learning environments.
 */
class EnvironmentMessageTestSuite : public TestSuite
{
  public:
    EnvironmentMessageTestSuite()
        : TestSuite("noma-environment-message", Type::UNIT)
    {
        AddTestCase(new RequestTestCase());
        AddTestCase(new ActionTestCase());
        AddTestCase(new ReplyTestCase());
        AddTestCase(new MutationTestCase());
    }
};

EnvironmentMessageTestSuite g_environmentMessageTestSuite; //!< the suite

} // namespace
