/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/mac48-address.h"
#include "ns3/net-device.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * The devices as a LAN: groups, unknown addresses, sending for others, MTU, properties.
 */
class LinkLayerTestCase : public TestCase
{
  public:
    LinkLayerTestCase()
        : TestCase("Broadcast, multicast, unknown addresses, SendFrom, MTU")
    {
    }

  private:
    /// A frame as a device got it.
    struct Seen
    {
        uint32_t device;            //!< access points, then users
        NetDevice::PacketType type; //!< type
        Address from;               //!< source
        Address to;                 //!< destination
        uint32_t size;              //!< size (byte)
    };

    /// Promiscuous receive callback.
    bool Receive(Ptr<NetDevice> device,
                 Ptr<const Packet> packet,
                 uint16_t protocol,
                 const Address& from,
                 const Address& to,
                 NetDevice::PacketType type)
    {
        NS_TEST_EXPECT_MSG_EQ(protocol, 0x88b5, "protocol");
        for (uint32_t i = 0; i < m_devices.GetN(); ++i)
        {
            if (m_devices.Get(i) == device)
            {
                m_seen.push_back({i, type, from, to, packet->GetSize()});
            }
        }
        return true;
    }

    /// Counts frames for the node itself.
    bool ReceiveOwn(Ptr<NetDevice>, Ptr<const Packet>, uint16_t, const Address&)
    {
        ++m_own;
        return true;
    }

    /**
     * Sends one frame and lets it arrive.
     *
     * @param from sending device
     * @param source source address
     * @param to destination address
     * @param size size (byte)
     * @returns whether it was taken
     */
    bool Send(uint32_t from, const Address& source, const Address& to, uint32_t size)
    {
        m_seen.clear();
        m_own = 0;
        const bool taken = m_devices.Get(from)->SendFrom(Create<Packet>(size), source, to, 0x88b5);
        Simulator::Stop(MilliSeconds(30));
        Simulator::Run();
        return taken;
    }

    /// Checks who got the last frame. @param what name @param devices who @param type as what
    /// @param own whether nodes took it for theirs
    void Expect(const std::string& what,
                const std::vector<uint32_t>& devices,
                NetDevice::PacketType type,
                bool own)
    {
        std::vector<uint32_t> got;
        for (const auto& seen : m_seen)
        {
            got.push_back(seen.device);
            NS_TEST_EXPECT_MSG_EQ(seen.type, type, what << ": type");
        }
        std::sort(got.begin(), got.end());
        NS_TEST_EXPECT_MSG_EQ((got == devices), true, what << ": receivers");
        NS_TEST_EXPECT_MSG_EQ(m_own, (own ? devices.size() : 0), what << ": handed up");
    }

    void DoRun() override
    {
        TestNetwork network;
        network.Build({{0, 0, 10}, {300, 0, 10}}, {{40, 0, 1}, {310, 0, 1}, {260, 5, 1}}, false);
        m_devices = NetDeviceContainer(network.aps, network.ues);
        std::vector<Address> address;
        for (uint32_t i = 0; i < m_devices.GetN(); ++i)
        {
            const auto device = m_devices.Get(i);
            address.push_back(device->GetAddress());
            device->SetPromiscReceiveCallback(MakeCallback(&LinkLayerTestCase::Receive, this));
            device->SetReceiveCallback(MakeCallback(&LinkLayerTestCase::ReceiveOwn, this));
            NS_TEST_EXPECT_MSG_EQ(device->IsBroadcast(), true, "broadcast");
            NS_TEST_EXPECT_MSG_EQ(device->IsMulticast(), true, "multicast");
            NS_TEST_EXPECT_MSG_EQ(device->NeedsArp(), true, "ARP");
            NS_TEST_EXPECT_MSG_EQ(device->IsPointToPoint(), false, "LAN");
            NS_TEST_EXPECT_MSG_EQ(device->SupportsSendFrom(), (i < 2), "access points bridge");
            NS_TEST_EXPECT_MSG_EQ(device->IsLinkUp(), (i < 2), "users are not yet associated");
        }
        const Address all = Mac48Address::GetBroadcast();
        const Address group = m_devices.Get(2)->GetMulticast(Ipv4Address("224.0.0.9"));
        const Address group6 = m_devices.Get(2)->GetMulticast(Ipv6Address("ff02::9"));
        const Address stranger = Mac48Address("00:00:22:33:44:55");
        const auto host = NetDevice::PACKET_HOST;
        Send(2, address[2], address[4], 100);
        Expect("to another cell", {4}, host, true);
        for (uint32_t i = 0; i < m_devices.GetN(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(m_devices.Get(i)->IsLinkUp(), true, "associated");
        }
        Send(2, address[2], all, 100);
        Expect("broadcast of a user", {0, 1, 3, 4}, NetDevice::PACKET_BROADCAST, true);
        Send(1, address[1], all, 100);
        Expect("broadcast of an access point", {0, 2, 3, 4}, NetDevice::PACKET_BROADCAST, true);
        Send(3, address[3], group, 100);
        Expect("IPv4 multicast", {0, 1, 2, 4}, NetDevice::PACKET_MULTICAST, true);
        Send(0, address[0], group6, 100);
        Expect("IPv6 multicast", {1, 2, 3, 4}, NetDevice::PACKET_MULTICAST, true);
        Send(3, address[3], stranger, 100);
        Expect("unknown, from a user", {1}, NetDevice::PACKET_OTHERHOST, false);
        NS_TEST_EXPECT_MSG_EQ(Send(0, address[0], stranger, 100), false, "nobody has it");
        Expect("unknown, from an access point", {}, host, false);
        Send(0, stranger, address[2], 100);
        Expect("bridged frame", {2}, host, true);
        NS_TEST_EXPECT_MSG_EQ((m_seen.at(0).from == stranger), true, "keeps its source");
        Send(0, address[0], address[1], 100);
        Expect("between access points", {1}, host, true);
        // an address that changes is found again
        m_devices.Get(3)->SetAddress(Mac48Address("00:00:00:00:77:77"));
        Send(2, address[2], Mac48Address("00:00:00:00:77:77"), 100);
        Expect("new address", {3}, host, true);
        // MTU
        NS_TEST_EXPECT_MSG_EQ(Send(2, address[2], address[0], 1500), true, "as long as the MTU");
        Expect("long frame", {0}, host, true);
        NS_TEST_EXPECT_MSG_EQ(Send(2, address[2], address[0], 1501), false, "longer than the MTU");
        Expect("too long a frame", {}, host, false);
        m_devices.Get(2)->SetMtu(9000);
        Send(2, address[2], address[0], 9000);
        Expect("jumbo frame", {0}, host, true);
        NS_TEST_EXPECT_MSG_EQ(m_seen.at(0).size, 9000, "size");
        NS_TEST_EXPECT_MSG_EQ(network.Network()->CheckConservation(), "", "conservation");
        Simulator::Destroy();
    }

    NetDeviceContainer m_devices; //!< access points, then users
    std::vector<Seen> m_seen;     //!< frames of the promiscuous callback
    uint32_t m_own{0};            //!< frames of the other callback
};

/**
 * @ingroup noma-test
 * What schedulers see of devices is what they are when the slot begins.
 */
class SnapshotTestCase : public TestCase
{
  public:
    SnapshotTestCase()
        : TestCase("The snapshot follows devices, and activity goes to who asks for it")
    {
    }

  private:
    /// Keeps the users of a snapshot.
    void Look(const SlotSnapshot& snapshot, const std::vector<Grant>& grants)
    {
        m_ues = snapshot.ues;
        m_granted = !grants.empty();
    }

    /// Counts a block.
    void Count(const GrantOutcome& outcome)
    {
        m_decoded += outcome.decoded;
    }

    /// Counts a report of activity, and reacts to it when all is ready to be sent.
    void Report(double txPowerW, bool /* receiving */)
    {
        m_reports += txPowerW > 0;
        if (m_react)
        {
            m_react();
        }
    }

    /// Lets a slot begin.
    static void NextSlot()
    {
        Simulator::Stop(MilliSeconds(1));
        Simulator::Run();
    }

    void DoRun() override
    {
        const bool metered = NomaNetDevice::IsAnyMetered();
        TestNetwork network;
        network.Build({{0, 0, 10}, {900, 0, 10}}, {{40, 0, 1}, {860, 0, 1}}, false);
        network.Network()->TraceConnectWithoutContext("Slot",
                                                      MakeCallback(&SnapshotTestCase::Look, this));
        network.Network()->TraceConnectWithoutContext("Block",
                                                      MakeCallback(&SnapshotTestCase::Count, this));
        const auto ue = DynamicCast<NomaUeNetDevice>(network.ues.Get(0));
        const auto ap = DynamicCast<NomaApNetDevice>(network.aps.Get(0));
        Simulator::Stop(MicroSeconds(1500));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(m_ues.size(), 2, "users");
        NS_TEST_EXPECT_MSG_EQ(m_ues[0].ap, 0, "serving access point");
        NS_TEST_EXPECT_MSG_EQ(m_ues[1].ap, 1, "serving access point of the other");
        ue->SetAttribute("TxPower", DoubleValue(13));
        ap->SetAttribute("TxPower", DoubleValue(26));
        NextSlot();
        NOMA_TEST_EXPECT_CLOSE(m_ues[0].maxPowerW.up, FromDb(-17), 1e-12, "power of the user");
        NOMA_TEST_EXPECT_CLOSE(m_ues[0].maxPowerW.down, FromDb(-4), 1e-12, "of its access point");
        network.Network()->Attach(0, 1);
        NextSlot();
        NS_TEST_EXPECT_MSG_EQ(m_ues[0].ap, 1, "attached to another");
        network.Network()->Attach(0, 0);
        ue->SetDepleted(true);
        NextSlot();
        NS_TEST_EXPECT_MSG_EQ(m_ues[0].on, false, "depleted");
        ue->SetDepleted(false);
        NextSlot();
        NS_TEST_EXPECT_MSG_EQ(m_ues[0].on, true, "recharged");

        NS_TEST_EXPECT_MSG_EQ(NomaNetDevice::IsAnyMetered(), metered, "nobody asks for activity");
        ue->SetActivityCallback(MakeCallback(&SnapshotTestCase::Report, this));
        NS_TEST_EXPECT_MSG_EQ(NomaNetDevice::IsAnyMetered(), true, "somebody does");
        const auto end = [&](const std::string& what, const std::function<void()>& react) {
            for (uint32_t i = 0; i < 40; ++i)
            {
                ue->Send(Create<Packet>(1400), ap->GetAddress(), 0x88b5);
            }
            NextSlot();
            NS_TEST_EXPECT_MSG_EQ(m_granted, true, what << ": it may send");
            m_decoded = 0;
            m_reports = 0;
            m_react = react;
            NextSlot();
            m_react = nullptr;
            NS_TEST_EXPECT_MSG_EQ(m_reports, 1, what << ": reports");
            NS_TEST_EXPECT_MSG_GT(m_decoded, 0, what << ": the slot before is decoded");
            m_decoded = 0;
            NextSlot();
            NS_TEST_EXPECT_MSG_EQ(m_decoded, 0, what << ": nothing was sent");
        };
        end("ran out of energy", [&] { ue->SetDepleted(true); });
        ue->SetDepleted(false);
        NextSlot();
        end("switched off", [&] { ue->SetOn(false); });
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(NomaNetDevice::IsAnyMetered(), metered, "nobody any more");
    }

    std::vector<UeSlotState> m_ues; //!< users as last seen
    std::function<void()> m_react;  //!< called with a report of activity
    bool m_granted{false};          //!< whether there were grants
    uint32_t m_decoded{0};          //!< blocks decoded
    uint32_t m_reports{0};          //!< reports of transmit power
};

/**
 * @ingroup noma-test
 * The suite.
 */
class NomaDeviceTestSuite : public TestSuite
{
  public:
    NomaDeviceTestSuite()
        : TestSuite("noma-device", Type::SYSTEM)
    {
        AddTestCase(new LinkLayerTestCase);
        AddTestCase(new SnapshotTestCase);
    }
};

NomaDeviceTestSuite g_nomaDeviceTestSuite; //!< the suite

} // namespace
