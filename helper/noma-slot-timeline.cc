/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-slot-timeline.h"

#include "ns3/mobility-model.h"
#include "ns3/noma-math.h"
#include "ns3/noma-sic-receiver.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// @param ap access point index @returns its name
std::string
ApName(uint32_t ap)
{
    return ap == NONE ? "none" : "access point " + std::to_string(ap);
}

} // namespace

SlotTimeline::Ear::Ear(SlotTimeline* o, uint32_t ue)
    : owner(o),
      m_ue(ue)
{
}

void
SlotTimeline::Ear::OnStage(const LayerOutcome& outcome)
{
    // users decode others' layers on the way to their own
    if (owner && (m_ue == NONE || m_ue == outcome.grant.ue))
    {
        owner->m_heard.push_back(
            {owner->Key(outcome.grant), outcome.result, outcome.interferenceW});
    }
}

SlotTimeline::SlotTimeline(Ptr<TimelineTracks> tracks, Ptr<NomaNetwork> network, Time positions)
    : m_tracks(tracks),
      m_network(network),
      m_interval(positions)
{
}

void
SlotTimeline::Follow()
{
    const Ptr<SlotTimeline> self(this);
    const double nowhere = std::numeric_limits<double>::quiet_NaN();
    const auto listen = [this](Ptr<NomaNetDevice> device, uint32_t ue) {
        const auto ear = Create<Ear>(this, ue);
        m_ears.push_back(ear);
        device->GetPhy()->TraceConnectWithoutContext("SicStage", MakeCallback(&Ear::OnStage, ear));
    };
    for (uint32_t n = 0; n < m_network->GetNAps(); ++n)
    {
        listen(m_network->GetAp(n), NONE);
    }
    for (uint32_t i = 0; i < m_network->GetNUes(); ++i)
    {
        listen(m_network->GetUe(i), i);
    }
    m_apPlaces.assign(m_network->GetNAps(), Vector(nowhere, nowhere, nowhere));
    m_uePlaces.assign(m_network->GetNUes(), Vector(nowhere, nowhere, nowhere));
    m_counters.resize(m_network->GetNAps());
    auto& network = *m_network;
    network.TraceConnectWithoutContext("Slot", MakeCallback(&SlotTimeline::OnSlot, self));
    network.TraceConnectWithoutContext("Block", MakeCallback(&SlotTimeline::OnBlock, self));
    network.TraceConnectWithoutContext("Association",
                                       MakeCallback(&SlotTimeline::OnAssociation, self));
    network.TraceConnectWithoutContext("Drop", MakeCallback(&SlotTimeline::OnDrop, self));
}

void
SlotTimeline::FollowController(Ptr<SplitInferenceController> controller)
{
    const Ptr<SlotTimeline> self(this);
    controller->TraceConnectWithoutContext("Decided", MakeCallback(&SlotTimeline::OnDecided, self));
    controller->TraceConnectWithoutContext("SlotDecided",
                                           MakeCallback(&SlotTimeline::OnSlotDecided, self));
}

void
SlotTimeline::Close()
{
    for (const auto& ear : m_ears)
    {
        ear->owner = nullptr;
    }
    m_network = nullptr;
}

uint64_t
SlotTimeline::Key(const Grant& g) const
{
    const uint64_t cell = (uint64_t{g.direction} * m_apPlaces.size() + g.ap) << 20 | g.subchannel;
    return cell * (m_uePlaces.size() + 1) + g.ue;
}

void
SlotTimeline::OnSlot(const SlotSnapshot& s, const std::vector<Grant>& /* grants */)
{
    if (!m_network)
    {
        return;
    }
    WriteGroup();
    WriteCounters(s);
    m_heard.clear();
    m_sorted = false;
    m_slot = s.slot;
    m_slotStart = Simulator::Now();
    m_slotEnd = m_slotStart + m_network->GetSlotDuration();
    if (m_slotStart >= m_nextPositions)
    {
        WritePositions();
        m_nextPositions = m_slotStart + m_interval;
    }
}

void
SlotTimeline::OnBlock(const GrantOutcome& outcome)
{
    if (!m_network || m_slotEnd.IsZero())
    {
        return;
    }
    if (!m_group.empty())
    {
        const Grant& a = m_group.back().grant;
        const Grant& b = outcome.grant;
        if (a.direction != b.direction || a.ap != b.ap || a.subchannel != b.subchannel)
        {
            WriteGroup();
        }
    }
    m_group.push_back(outcome);
}

void
SlotTimeline::WriteGroup()
{
    if (m_group.empty())
    {
        return;
    }
    if (!m_sorted)
    {
        std::sort(m_heard.begin(), m_heard.end(), [](const Heard& a, const Heard& b) {
            return a.key < b.key;
        });
        m_sorted = true;
    }
    const Grant& first = m_group.front().grant;
    std::string name = m_group.size() > 1 ? "users " : "user ";
    std::string layers = "[";
    uint32_t lost = 0;
    for (const GrantOutcome& o : m_group)
    {
        const uint64_t key = Key(o.grant);
        const auto heard =
            std::lower_bound(m_heard.begin(), m_heard.end(), key, [](const Heard& h, uint64_t k) {
                return h.key < k;
            });
        const Heard none;
        const Heard& h = heard != m_heard.end() && heard->key == key ? *heard : none;
        JsonObject layer;
        layer.Add("user", o.grant.ue).Add("W", o.grant.powerW).Add("bit/s", o.grant.rateBps);
        layer.Add("bits", o.blockBits).Add("payload bits", o.payloadBits);
        layer.Add("SINR (dB)", ToDb(o.sinr)).Add("interference (W)", h.interferenceW);
        layer.Add("SIC", LayerResultName(h.result));
        name.append(&o == &m_group.front() ? "" : "+").append(std::to_string(o.grant.ue));
        layers.append(&o == &m_group.front() ? "" : ",");
        layer.AppendTo(layers);
        lost += !o.decoded;
    }
    JsonObject says;
    says.Add("slot", m_slot).Add("lost", lost).AddJson("layers", layers + "]");
    m_tracks->File().Slice("group",
                           m_tracks->Subchannel(first.direction, first.ap, first.subchannel),
                           name,
                           m_slotStart,
                           m_slotEnd,
                           says);
    ++m_counters[first.ap].inUse[first.direction];
    m_group.clear();
}

void
SlotTimeline::WriteCounters(const SlotSnapshot& s)
{
    for (const auto& ue : s.ues)
    {
        if (ue.ap != NONE)
        {
            for (const Direction d : DIRECTIONS)
            {
                m_counters[ue.ap].queuedBits[d] += static_cast<double>(ue.backlogBits[d]);
            }
        }
    }
    auto& file = m_tracks->File();
    const auto changed = [](auto& now, auto& written) {
        const bool differs = now.up != written.up || now.down != written.down;
        written = now;
        return differs;
    };
    for (uint32_t n = 0; n < m_counters.size(); ++n)
    {
        auto& c = m_counters[n];
        // who used the slot that ends is known now, what waits is what waits from now on
        if (changed(c.inUse, c.writtenInUse))
        {
            file.Counter(m_tracks->ApGroup(n),
                         "subchannels in use",
                         m_slotStart,
                         JsonObject().Add("uplink", c.inUse.up).Add("downlink", c.inUse.down));
        }
        if (changed(c.queuedBits, c.writtenBits))
        {
            file.Counter(
                m_tracks->ApGroup(n),
                "queued (bit)",
                Simulator::Now(),
                JsonObject().Add("uplink", c.queuedBits.up).Add("downlink", c.queuedBits.down));
        }
        c.inUse = {};
        c.queuedBits = {};
    }
}

void
SlotTimeline::WritePositions()
{
    for (uint32_t n = 0; n < m_apPlaces.size(); ++n)
    {
        WritePosition(m_network->GetAp(n)->GetNode(), "access point", n, m_apPlaces[n]);
    }
    for (uint32_t i = 0; i < m_uePlaces.size(); ++i)
    {
        WritePosition(m_network->GetUe(i)->GetNode(), "user", i, m_uePlaces[i]);
    }
}

void
SlotTimeline::WritePosition(Ptr<Node> node, const char* kind, uint32_t index, Vector& last)
{
    const Vector p = node->GetObject<MobilityModel>()->GetPosition();
    if (p.x != last.x || p.y != last.y || p.z != last.z)
    {
        last = p;
        m_tracks->File().Note("noma_position",
                              Simulator::Now(),
                              JsonObject()
                                  .Add("kind", kind)
                                  .Add("index", index)
                                  .Add("x", p.x)
                                  .Add("y", p.y)
                                  .Add("z", p.z));
    }
}

void
SlotTimeline::OnAssociation(uint32_t ue, uint32_t from, uint32_t to)
{
    if (m_network)
    {
        m_tracks->File().Instant("event",
                                 m_tracks->User(ue, 0),
                                 "served by " + ApName(to),
                                 Simulator::Now(),
                                 JsonObject().Add("before", ApName(from)));
    }
}

void
SlotTimeline::OnDrop(Direction d, uint32_t ue, Ptr<const Packet> frame, DropReason reason)
{
    if (m_network)
    {
        m_tracks->File().Instant(
            "event",
            m_tracks->User(ue, 0),
            std::string("frame dropped: ") + DropReasonName(reason),
            Simulator::Now(),
            JsonObject().Add("direction", DirectionName(d)).Add("bytes", frame->GetSize()));
    }
}

void
SlotTimeline::OnDecided(const ControlReport& r)
{
    // idle slots say nothing but that they begin
    const bool idle = r.users == 0 && m_gamma == 0;
    if (!m_network || idle)
    {
        return;
    }
    m_gamma = r.gamma;
    const auto& solver = r.solver;
    JsonObject says;
    says.Add("slot", r.slot).Add("Gamma", r.gamma);
    says.Add("users", r.users).Add("choosing a cut", r.choosing);
    says.Add("status", SolverStatusName(solver.status)).Add("iterations", solver.iterations);
    says.Add("evaluations", solver.evaluations);
    says.Add("evaluations of active lists", solver.activeEvaluations);
    says.Add("layers", uint64_t{solver.layers.size()});
    says.Add("projected gradient", solver.projectedGradientNorm);
    const Time now = Simulator::Now();
    m_tracks->File().Slice("decision",
                           m_tracks->Decisions(),
                           std::to_string(r.users) + (r.users == 1 ? " user" : " users"),
                           now,
                           now + m_network->GetSlotDuration(),
                           says);
    m_tracks->File().Counter(TimelineTracks::CONTROLLER,
                             "Gamma",
                             now,
                             JsonObject().Add("Gamma", r.gamma));
}

void
SlotTimeline::OnSlotDecided(const SlotDecisionReport& report)
{
    if (!m_network || report.count == m_reasons)
    {
        return;
    }
    m_reasons = report.count;
    JsonObject says;
    for (std::size_t k = 0; k < GRANT_REASONS; ++k)
    {
        says.Add(GrantReasonName(static_cast<GrantReason>(k)), m_reasons[k]);
    }
    m_tracks->Decisions();
    m_tracks->File().Counter(TimelineTracks::CONTROLLER, "decided", m_slotStart, says);
}

} // namespace noma
} // namespace ns3
