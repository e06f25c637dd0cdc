/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-network.h"
#include "noma-test.h"

#include "ns3/boolean.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/double.h"
#include "ns3/flow-monitor-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/ipv6-flow-classifier.h"
#include "ns3/on-off-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/string.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"
#include "ns3/v4ping-helper.h"

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Counts calls of a trace source with a packet.
struct PacketCounter
{
    uint32_t packets{0}; //!< packets seen

    /// Counts one. @param packet packet
    void Count(Ptr<const Packet> packet)
    {
        packets += packet->GetSize() > 0;
    }

    /// Counts a round trip. @param rtt round-trip time
    void CountRtt(Time rtt)
    {
        packets += rtt.IsStrictlyPositive();
    }
};

} // namespace
