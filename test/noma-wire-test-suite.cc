/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-byte-ranges.h"
#include "ns3/noma-inference-header.h"
#include "ns3/noma-message-sender.h"
#include "ns3/packet.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/**
 * @ingroup noma-test
 * Every field of every kind survives the wire; nonsense is recognised, whatever its length.
 */
class HeaderTestCase : public TestCase
{
  public:
    /// @param base added to sizes and places
    explicit HeaderTestCase(uint64_t base)
        : TestCase("wire header, sizes from " + std::to_string(base)),
          m_base(base)
    {
    }

  private:
    void DoRun() override
    {
        for (int kind = InferenceHeader::TENSOR; kind <= InferenceHeader::CANCEL; ++kind)
        {
            InferenceHeader out;
            out.kind = static_cast<InferenceHeader::Kind>(kind);
            out.statusWanted = kind % 2 == 0;
            out.aboutResult = kind % 2 == 1;
            out.state = InferenceHeader::REJECTED;
            out.cut = 513;
            out.user = 70000;
            out.task = 4000000001u;
            out.serial = 77;
            out.total = m_base + 5000000;
            out.offset = m_base + 1234567;
            out.length = 1400;
            out.edgeFlops = 1.25e10;
            out.resultBytes = m_base + 4004;
            out.units = 2.5F;
            out.weight = 0.75F;
            out.upEnd = NanoSeconds(1234567890123);
            out.edgeStart = NanoSeconds(1234567890124);
            out.edgeEnd = NanoSeconds(2234567890124);
            out.edgeEnergyJ = 0.125;
            out.missing = {{0, m_base + 10}, {m_base + 100, m_base + 5000000}};
            Ptr<Packet> packet = Create<Packet>(100);
            packet->AddHeader(out);
            const bool wide = m_base > 0;
            const std::map<int, uint32_t> sizes = {
                {InferenceHeader::TENSOR, wide ? 68 : 52},
                {InferenceHeader::RESULT, wide ? 76 : 64},
                {InferenceHeader::STATUS_REQUEST, wide ? 44 : 32},
                {InferenceHeader::STATUS, wide ? 78 : 50},
                {InferenceHeader::CANCEL, wide ? 44 : 32},
            };
            NS_TEST_EXPECT_MSG_EQ(out.GetSerializedSize(), sizes.at(kind), "size");
            NS_TEST_EXPECT_MSG_EQ(packet->GetSize(), 100 + out.GetSerializedSize(), "size");
            InferenceHeader in;
            packet->RemoveHeader(in);
            NS_TEST_EXPECT_MSG_EQ(packet->GetSize(), 100, "payload");
            NS_TEST_EXPECT_MSG_EQ(in.IsValid(), true, "valid");
            NS_TEST_EXPECT_MSG_EQ(in.kind, out.kind, "kind");
            NS_TEST_EXPECT_MSG_EQ(in.statusWanted, out.statusWanted, "statusWanted");
            NS_TEST_EXPECT_MSG_EQ(in.aboutResult, out.aboutResult, "aboutResult");
            NS_TEST_EXPECT_MSG_EQ(in.state, out.state, "state");
            NS_TEST_EXPECT_MSG_EQ(in.cut, out.cut, "cut");
            NS_TEST_EXPECT_MSG_EQ(in.user, out.user, "user");
            NS_TEST_EXPECT_MSG_EQ(in.task, out.task, "task");
            NS_TEST_EXPECT_MSG_EQ(in.serial, out.serial, "serial");
            NS_TEST_EXPECT_MSG_EQ(in.total, out.total, "total");
            NS_TEST_EXPECT_MSG_EQ(in.offset, out.offset, "offset");
            NS_TEST_EXPECT_MSG_EQ(in.length, out.length, "length");
            if (kind == InferenceHeader::TENSOR)
            {
                NS_TEST_EXPECT_MSG_EQ(in.edgeFlops, out.edgeFlops, "edgeFlops");
                NS_TEST_EXPECT_MSG_EQ(in.resultBytes, out.resultBytes, "resultBytes");
                NS_TEST_EXPECT_MSG_EQ(in.units, out.units, "units");
                NS_TEST_EXPECT_MSG_EQ(in.weight, out.weight, "weight");
            }
            if (kind == InferenceHeader::RESULT)
            {
                NS_TEST_EXPECT_MSG_EQ(in.upEnd, out.upEnd, "upEnd");
                NS_TEST_EXPECT_MSG_EQ(in.edgeStart, out.edgeStart, "edgeStart");
                NS_TEST_EXPECT_MSG_EQ(in.edgeEnd, out.edgeEnd, "edgeEnd");
                NS_TEST_EXPECT_MSG_EQ(in.edgeEnergyJ, out.edgeEnergyJ, "edgeEnergyJ");
            }
            if (kind == InferenceHeader::STATUS)
            {
                NS_TEST_EXPECT_MSG_EQ((in.missing == out.missing), true, "missing");
            }
            // cut off anywhere, it is not a header
            std::vector<uint8_t> bytes(out.GetSerializedSize());
            Ptr<Packet> whole = Create<Packet>();
            whole->AddHeader(out);
            whole->CopyData(bytes.data(), static_cast<uint32_t>(bytes.size()));
            for (uint32_t size = 0; size < bytes.size(); ++size)
            {
                Ptr<Packet> part = Create<Packet>(bytes.data(), size);
                part->PeekHeader(in);
                NS_TEST_EXPECT_MSG_EQ(in.IsValid(), false, size << " bytes of " << bytes.size());
            }
        }
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(5);
        uint32_t valid = 0;
        for (int k = 0; k < 2000; ++k)
        {
            std::vector<uint8_t> bytes(random->GetInteger(0, 120));
            for (auto& b : bytes)
            {
                b = static_cast<uint8_t>(random->GetInteger(0, 255));
            }
            InferenceHeader in;
            Create<Packet>(bytes.data(), static_cast<uint32_t>(bytes.size()))->PeekHeader(in);
            valid += in.IsValid();
        }
        NS_TEST_EXPECT_MSG_EQ(valid, 0, "random bytes are not headers");

        InferenceHeader bad;
        bad.total = 100;
        bad.offset = 90;
        bad.length = 20;
        Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(bad);
        packet->PeekHeader(bad);
        NS_TEST_EXPECT_MSG_EQ(bad.IsValid(), false, "a segment beyond its message");
    }

    uint64_t m_base; //!< added to sizes and places
};

/**
 * @ingroup noma-test
 * Sizes take 8 bytes only when one needs them, and none is larger than the limit.
 */
class HeaderSizesTestCase : public TestCase
{
  public:
    HeaderSizesTestCase()
        : TestCase("sizes in the wire header")
    {
    }

  private:
    /**
     * @param out header to write and read again
     * @param flip bits to turn over in its flags
     * @returns what is read
     */
    static InferenceHeader Read(const InferenceHeader& out, uint8_t flip)
    {
        Ptr<Packet> packet = Create<Packet>(64);
        packet->AddHeader(out);
        std::vector<uint8_t> bytes(packet->GetSize());
        packet->CopyData(bytes.data(), packet->GetSize());
        bytes[4] ^= flip;
        InferenceHeader in;
        Create<Packet>(bytes.data(), static_cast<uint32_t>(bytes.size()))->PeekHeader(in);
        return in;
    }

    void DoRun() override
    {
        constexpr uint64_t NARROW = 0xffffffff; // the most in 32 bits
        InferenceHeader h;
        h.total = NARROW;
        h.offset = NARROW - 1;
        h.length = 1;
        h.resultBytes = NARROW;
        NS_TEST_EXPECT_MSG_EQ(h.GetSerializedSize(), 52, "32 bits are enough");
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).IsValid(), true, "32 bits");
        NS_TEST_EXPECT_MSG_EQ(Read(h, 4).IsValid(), false, "said to be 64 bits");
        h.resultBytes = NARROW + 1;
        NS_TEST_EXPECT_MSG_EQ(h.GetSerializedSize(), 68, "the result needs more");
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).resultBytes, NARROW + 1, "64 bits");
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).IsValid(), true, "64 bits");
        NS_TEST_EXPECT_MSG_EQ(Read(h, 4).IsValid(), false, "said to be 32 bits");
        h.kind = InferenceHeader::CANCEL;
        NS_TEST_EXPECT_MSG_EQ(h.GetSerializedSize(), 32, "which a cancel does not name");

        h.kind = InferenceHeader::TENSOR;
        h.total = InferenceHeader::MAX_BYTES;
        h.resultBytes = InferenceHeader::MAX_BYTES;
        h.offset = h.total - 1;
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).IsValid(), true, "the largest message");
        h.length = 2;
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).IsValid(), false, "beyond it");
        h.length = 1;
        h.resultBytes += 1;
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).IsValid(), false, "result too large");
        h.resultBytes = 1;
        h.total += 1;
        NS_TEST_EXPECT_MSG_EQ(Read(h, 0).IsValid(), false, "tensors too large");
        for (int kind = InferenceHeader::TENSOR; kind <= InferenceHeader::CANCEL; ++kind)
        {
            InferenceHeader all;
            all.kind = static_cast<InferenceHeader::Kind>(kind);
            all.total = UINT64_MAX;
            all.offset = UINT64_MAX;
            NS_TEST_EXPECT_MSG_EQ(Read(all, 0).IsValid(), false, "everything in kind " << kind);
            all.total = 10;
            all.offset = 11;
            NS_TEST_EXPECT_MSG_EQ(Read(all, 0).IsValid(), false, "outside in kind " << kind);
            all.offset = 10;
            all.length = UINT64_MAX;
            NS_TEST_EXPECT_MSG_EQ(Read(all, 0).IsValid(), false, "long in kind " << kind);
        }
    }
};

/**
 * @ingroup noma-test
 * Ranges against a plain set of bytes.
 */
class ByteRangesTestCase : public TestCase
{
  public:
    ByteRangesTestCase()
        : TestCase("received ranges against a set of bytes")
    {
    }

  private:
    void DoRun() override
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(6);
        for (int round = 0; round < 200; ++round)
        {
            ByteRanges ranges;
            std::set<uint32_t> bytes; // behind the base
            const uint64_t base = round % 2 * (uint64_t(1) << 33);
            ranges.Add(0, base);
            for (int k = 0; k < 15; ++k)
            {
                const uint32_t begin = random->GetInteger(0, 90);
                const uint32_t end = begin + random->GetInteger(0, 12);
                ranges.Add(base + begin, base + end);
                for (uint32_t b = begin; b < end; ++b)
                {
                    bytes.insert(b);
                }
                NS_TEST_EXPECT_MSG_EQ(ranges.GetBytes(), base + bytes.size(), "bytes");
            }
            const uint32_t end = random->GetInteger(0, 110);
            std::set<uint32_t> missing;
            uint64_t last = 0;
            for (const auto& [from, to] : ranges.Missing(base + end, 1000))
            {
                NS_TEST_EXPECT_MSG_EQ((from < to && (from > last || last == 0)), true, "ascending");
                last = to;
                for (uint64_t b = from; b < std::min(to, base + end); ++b)
                {
                    missing.insert(static_cast<uint32_t>(b - base));
                }
            }
            for (uint32_t b = 0; b < end; ++b)
            {
                NS_TEST_EXPECT_MSG_EQ(missing.count(b), 1 - bytes.count(b), "byte " << b);
            }
            NS_TEST_EXPECT_MSG_EQ((ranges.Missing(base + end, 2).size() <= 2), true, "at most two");
        }
    }
};

/**
 * @ingroup noma-test
 * A message over a path that keeps order, delays and loses: it arrives whole, the window is kept,
 * and without loss not a byte is sent twice however long the path's queue is.
 */
class MessageSenderTestCase : public TestCase
{
  public:
    /**
     * @param loss probability of losing a datagram
     * @param total bytes
     * @param window bytes
     * @param segment bytes of a datagram
     */
    MessageSenderTestCase(double loss, uint64_t total, uint32_t window, uint32_t segment = 100)
        : TestCase("message of " + std::to_string(total) + " bytes, loss " + std::to_string(loss) +
                   ", window " + std::to_string(window)),
          m_loss(loss),
          m_total(total),
          m_window(window),
          m_segment(segment)
    {
    }

  private:
    void DoRun() override
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(9);
        m_random = random;
        MessageSenderParameters parameters;
        parameters.segmentBytes = m_segment;
        parameters.windowBytes = m_window;
        bool failed = false;
        m_sender = std::make_unique<MessageSender>(
            parameters,
            m_total,
            [this](uint64_t offset, uint32_t length, uint32_t serial, bool ask) {
                Transmit(offset, length, serial, ask, true);
            },
            [this](uint32_t serial, uint64_t offset) { Transmit(offset, 0, serial, true, false); },
            [&failed] { failed = true; });
        m_sender->Start();
        Simulator::Stop(Seconds(3600));
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(m_complete, true, "complete");
        NS_TEST_EXPECT_MSG_EQ(failed, false, "not given up");
        NS_TEST_EXPECT_MSG_EQ(m_sender->GetUnsentBytes(), 0, "all sent");
        if (m_loss == 0)
        {
            NS_TEST_EXPECT_MSG_EQ(m_sender->GetResentBytes(), 0, "nothing sent twice");
        }
        else
        {
            const double expected = m_total * m_loss / (1 - m_loss);
            NS_TEST_EXPECT_MSG_LT(m_sender->GetResentBytes(),
                                  1.5 * expected + 5 * m_segment,
                                  "resent");
        }
    }

    /// One datagram: 10 ms on the line, which keeps order, then 50 ms to the other end.
    void Transmit(uint64_t offset, uint32_t length, uint32_t serial, bool ask, bool segment)
    {
        if (segment)
        {
            NS_TEST_EXPECT_MSG_EQ((offset + length <= m_confirmed + m_window + m_segment),
                                  true,
                                  "inside the window");
        }
        m_line = std::max(m_line, Simulator::Now()) + MilliSeconds(10);
        if (m_random->GetValue(0, 1) < m_loss)
        {
            return;
        }
        const Time arrival = m_line + MilliSeconds(50);
        auto arrive = [this, offset, length, serial, ask, segment] {
            if (segment)
            {
                m_received.Add(offset, offset + length);
                m_complete = m_received.GetBytes() == m_total;
            }
            if (m_complete)
            {
                m_sender->Stop();
            }
            else if (ask && m_random->GetValue(0, 1) >= m_loss)
            {
                InferenceHeader status;
                status.kind = InferenceHeader::STATUS;
                status.serial = serial;
                status.total = m_total;
                status.offset = offset + length;
                status.missing = m_received.Missing(status.offset, InferenceHeader::MAX_RANGES);
                if (status.missing.size() == InferenceHeader::MAX_RANGES)
                {
                    status.offset = status.missing.back().second;
                }
                Simulator::Schedule(MilliSeconds(50), [this, status] {
                    m_confirmed = std::max(m_confirmed, status.offset);
                    m_sender->OnStatus(status);
                });
            }
        };
        Simulator::Schedule(arrival - Simulator::Now(), arrive);
    }

    double m_loss;                           //!< probability
    uint64_t m_total;                        //!< bytes
    uint32_t m_window;                       //!< bytes
    uint32_t m_segment;                      //!< bytes
    Ptr<UniformRandomVariable> m_random;     //!< losses
    std::unique_ptr<MessageSender> m_sender; //!< under test
    ByteRanges m_received;                   //!< at the other end
    bool m_complete{false};                  //!< all there
    uint64_t m_confirmed{0};                 //!< told to the sender
    Time m_line;                             //!< line busy until
};

/**
 * @ingroup noma-test
 * When nobody answers, the sender gives up after the set number of questions.
 */
class UnreachableTestCase : public TestCase
{
  public:
    UnreachableTestCase()
        : TestCase("nobody answers")
    {
    }

  private:
    void DoRun() override
    {
        MessageSenderParameters parameters;
        parameters.timeout = MilliSeconds(100);
        parameters.maxTimeout = MilliSeconds(400);
        parameters.maxProbes = 4;
        uint32_t probes = 0;
        Time failed;
        std::unique_ptr<MessageSender> sender;
        sender = std::make_unique<MessageSender>(
            parameters,
            1000,
            [](uint64_t, uint32_t, uint32_t, bool) {},
            [&probes](uint32_t, uint64_t) { ++probes; },
            [&] {
                failed = Simulator::Now();
                sender.reset();
            });
        sender->Start();
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(probes, 4, "questions");
        // 100, then 200, 400, 400, 400
        NS_TEST_EXPECT_MSG_EQ(failed, MilliSeconds(1500), "time of giving up");
        Simulator::Destroy();
    }
};

/**
 * @ingroup noma-test
 * The suite.
 */
class WireTestSuite : public TestSuite
{
  public:
    WireTestSuite()
        : TestSuite("noma-wire", Type::UNIT)
    {
        AddTestCase(new HeaderTestCase(0));
        AddTestCase(new HeaderTestCase(uint64_t(1) << 32));
        AddTestCase(new HeaderTestCase(1000000000000));
        AddTestCase(new HeaderSizesTestCase);
        AddTestCase(new ByteRangesTestCase);
        AddTestCase(new MessageSenderTestCase(0, 50000, 1u << 20));
        AddTestCase(new MessageSenderTestCase(0, 50000, 2000));
        AddTestCase(new MessageSenderTestCase(0, 0, 2000));
        AddTestCase(new MessageSenderTestCase(0.2, 50000, 1u << 20));
        AddTestCase(new MessageSenderTestCase(0.2, 50050, 3000));
        AddTestCase(new MessageSenderTestCase(0.5, 20000, 1u << 20));
        AddTestCase(new MessageSenderTestCase(0, 5000000000, 1u << 30, 10000000));
        AddTestCase(new MessageSenderTestCase(0.2, 10000000001, 1u << 31, 20000000));
        AddTestCase(new UnreachableTestCase);
    }
};

WireTestSuite g_wireTestSuite; //!< the suite

} // namespace
