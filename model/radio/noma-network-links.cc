/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The part of NomaNetwork that takes frames, hands them on or drops them, and counts them.
 */
#include "noma-distribution.h"
#include "noma-network.h"

#include "ns3/node.h"
#include "ns3/simulator.h"

namespace ns3
{
namespace noma
{

const TrafficCounters&
NomaNetwork::GetLinkCounters(Direction d, uint32_t ue) const
{
    return m_links[d].at(ue).counters;
}

PacketCount
NomaNetwork::GetLinkQueued(Direction d, uint32_t ue) const
{
    const Link& link = m_links[d].at(ue);
    PacketCount queued = link.sender.GetQueued();
    queued += link.receiver.GetHeld();
    return queued;
}

std::string
NomaNetwork::CheckConservation() const
{
    for (const Direction d : DIRECTIONS)
    {
        for (uint32_t i = 0; i < m_links[d].size(); ++i)
        {
            const auto error = m_links[d][i].counters.CheckConservation(GetLinkQueued(d, i));
            if (!error.empty())
            {
                return std::string(DirectionName(d)) + "link of user " + std::to_string(i) + ": " +
                       error;
            }
        }
    }
    for (uint32_t i = 0; i < m_aps.size(); ++i)
    {
        const auto error = m_aps[i]->GetTxCounters().CheckConservation({});
        if (!error.empty())
        {
            return "access point " + std::to_string(i) + ": " + error;
        }
    }
    return "";
}

bool
NomaNetwork::SendToLink(Direction d, uint32_t ue, Ptr<Packet> frame)
{
    Link& link = m_links[d][ue];
    link.counters.offered.Add(frame->GetSize());
    if (!m_ues[ue]->IsOn())
    {
        Drop(d, ue, frame, DropReason::DEVICE_OFF);
        return false;
    }
    if (!link.sender.Enqueue(frame))
    {
        Drop(d, ue, frame, DropReason::QUEUE_FULL);
        return false;
    }
    if (!HasRoom(d, ue))
    {
        StopDevice(d, ue);
    }
    return true;
}

bool
NomaNetwork::HasRoom(Direction d, uint32_t ue) const
{
    constexpr uint32_t ETHERNET_BYTES = 14;
    return m_links[d][ue].sender.HasRoom(m_ues[ue]->GetMtu() + ETHERNET_BYTES);
}

void
NomaNetwork::StopDevice(Direction d, uint32_t ue)
{
    const uint32_t ap = m_ues[ue]->GetServingAp();
    if (d == DOWNLINK && ap == NONE)
    {
        return;
    }
    const Ptr<NomaNetDevice> device =
        d == UPLINK ? Ptr<NomaNetDevice>(m_ues[ue]) : Ptr<NomaNetDevice>(m_aps[ap]);
    if (device->StopQueue())
    {
        m_stopped.push_back({d, ue, device, Simulator::Now()});
    }
}

void
NomaNetwork::WakeDevices()
{
    // a queue that never moves must not stop an access point's other users for ever
    static const Time longest = MilliSeconds(100);
    std::vector<Stopped> stopped;
    stopped.swap(m_stopped);
    for (const auto& s : stopped)
    {
        const bool served = s.direction == UPLINK || m_ues[s.ue]->GetServingAp() != NONE;
        const bool patient = s.direction == UPLINK || Simulator::Now() < s.since + longest;
        if (served && patient && !HasRoom(s.direction, s.ue))
        {
            m_stopped.push_back(s);
        }
        else
        {
            s.device->WakeQueue(); // may stop it again at once
        }
    }
}

bool
NomaNetwork::SendFromAp(uint32_t ap, Ptr<Packet> frame)
{
    const uint32_t size = frame->GetSize();
    if (m_distribution && m_distribution->FromAp(ap, frame))
    {
        m_aps[ap]->CountForwarded(size);
        return true;
    }
    m_aps[ap]->CountDropped(size, DropReason::NO_DESTINATION);
    m_aps[ap]->NotifyDrop(frame, DropReason::NO_DESTINATION);
    return false;
}

void
NomaNetwork::CountRefused(uint32_t ue, uint32_t size, DropReason reason)
{
    auto& counters = m_links.up[ue].counters;
    counters.offered.Add(size);
    counters.Dropped(reason).Add(size);
}

void
NomaNetwork::Deliver(Direction d, uint32_t ue, const Ptr<Packet>& frame)
{
    m_links[d][ue].counters.delivered.Add(frame->GetSize());
    if (d == UPLINK)
    {
        m_distribution->FromUe(ue, m_lastAp[ue], frame);
        return;
    }
    Simulator::ScheduleWithContext(m_ues[ue]->GetNode()->GetId(),
                                   Time(0),
                                   &NomaNetDevice::Receive,
                                   Ptr<NomaNetDevice>(m_ues[ue]),
                                   frame);
}

void
NomaNetwork::Drop(Direction d, uint32_t ue, const Ptr<Packet>& frame, DropReason reason)
{
    m_links[d][ue].counters.Dropped(reason).Add(frame->GetSize());
    m_dropTrace(d, ue, frame, reason);
    const uint32_t ap = m_ues[ue]->GetServingAp();
    if (d == UPLINK)
    {
        m_ues[ue]->NotifyDrop(frame, reason);
    }
    else if (ap != NONE)
    {
        m_aps[ap]->NotifyDrop(frame, reason);
    }
}

void
NomaNetwork::MakeBlock(GrantOutcome& outcome, Block& block)
{
    Grant& grant = outcome.grant;
    const Direction d = grant.direction;
    block.epoch = m_harq.GetEpoch(d, grant.ue);
    block.begin = m_segments.size();
    if (m_harq.GetWaiting(d, grant.ue) > 0)
    {
        const NomaHarq::Block again = m_harq.TakeFirst(d, grant.ue);
        block.number = again.number;
        outcome.blockBits = again.last.blockBits;
        outcome.payloadBits = again.last.payloadBits;
        outcome.transmission = again.last.transmission + 1;
        grant.rateBps = static_cast<double>(again.last.blockBits) / m_snapshot.slotSeconds;
        m_segments.insert(m_segments.end(), again.segments.begin(), again.segments.end());
    }
    else
    {
        outcome.blockBits = static_cast<uint64_t>(grant.rateBps * m_snapshot.slotSeconds);
        outcome.payloadBits = m_links[d][grant.ue].sender.Fill(outcome.blockBits, m_segments);
        block.number = m_segments.size() > block.begin ? m_harq.MakeNumber() : 0;
    }
    block.end = m_segments.size();
}

void
NomaNetwork::KeepFailed(const GrantOutcome& outcome, const Block& block)
{
    const Grant& g = outcome.grant;
    NomaHarq::Block kept{block.number, block.epoch, outcome, {}};
    for (std::size_t i = block.begin; i < block.end; ++i)
    {
        kept.segments.push_back(m_segments[i]);
    }
    m_harq.Failed(m_slots, g.direction, g.ue, std::move(kept));
}

void
NomaNetwork::GiveUp(const std::vector<NomaHarq::LinkBlock>& blocks)
{
    for (const auto& x : blocks)
    {
        const Direction d = x.direction;
        const uint32_t ue = x.ue;
        const auto deliver = [this, d, ue](const Ptr<Packet>& held) { Deliver(d, ue, held); };
        const auto drop = [&](const Ptr<Packet>& frame, uint64_t sequence) {
            Drop(d, ue, frame, DropReason::RETRY_LIMIT);
            m_links[d][ue].receiver.Skip(sequence, deliver);
        };
        m_harqTrace(x.block.last, x.result);
        for (const NomaSegment& segment : x.block.segments)
        {
            m_links[d][ue].sender.Report(segment, false, drop);
        }
    }
}

void
NomaNetwork::FlushLink(Direction d, uint32_t ue)
{
    GiveUp(m_harq.End(ue));
    m_links[d][ue].sender.Flush([this, d, ue](const Ptr<Packet>& frame, uint64_t sequence) {
        Drop(d, ue, frame, DropReason::DEVICE_OFF);
        m_links[d][ue].receiver.Skip(sequence, [this, d, ue](const Ptr<Packet>& held) {
            Deliver(d, ue, held);
        });
    });
}

} // namespace noma
} // namespace ns3
