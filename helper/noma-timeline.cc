/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-timeline.h"

#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <limits>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaTimeline");

NS_OBJECT_ENSURE_REGISTERED(NomaTimeline);

TypeId
NomaTimeline::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaTimeline")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddConstructor<NomaTimeline>()
            .AddAttribute("MaxEvents",
                          "Most events in the file, some 300 bytes each; those beyond are counted.",
                          UintegerValue(1000000),
                          MakeUintegerAccessor(&NomaTimeline::m_maxEvents),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("PositionInterval",
                          "Least time between two positions of a node that moves.",
                          TimeValue(MilliSeconds(500)),
                          MakeTimeAccessor(&NomaTimeline::m_positionInterval),
                          MakeTimeChecker(Time(0), Seconds(1e6)));
    return tid;
}

NomaTimeline::NomaTimeline()
{
    NS_LOG_FUNCTION(this);
}

NomaTimeline::~NomaTimeline()
{
    NS_LOG_FUNCTION(this);
}

void
NomaTimeline::DoDispose()
{
    m_tracks = nullptr;
    m_tasks = nullptr;
    m_slots = nullptr;
    Object::DoDispose();
}

void
NomaTimeline::Open(const std::string& path,
                   const std::vector<std::pair<std::string, std::string>>& parameters)
{
    NS_LOG_FUNCTION(this << path);
    NS_ABORT_MSG_IF(m_tracks, "NomaTimeline: opened twice");
    auto all = parameters;
    all.emplace_back("RngSeed", std::to_string(RngSeedManager::GetSeed()));
    all.emplace_back("RngRun", std::to_string(RngSeedManager::GetRun()));
    m_tracks = Create<TimelineTracks>(path, m_maxEvents, all);
    m_tasks = Create<TaskTimeline>(m_tracks);
    Simulator::ScheduleDestroy(&NomaTimeline::Close, Ptr<NomaTimeline>(this));
}

void
NomaTimeline::FollowNetwork(Ptr<NomaNetwork> network)
{
    NS_ABORT_MSG_IF(!m_tracks, "NomaTimeline: Open() comes first");
    NS_ABORT_MSG_IF(m_slots, "NomaTimeline: follows a network already");
    NS_ABORT_MSG_IF(network->GetNAps() == 0, "NomaTimeline: the network has no devices yet");
    m_slots = Create<SlotTimeline>(m_tracks, network, m_positionInterval);
    m_slots->Follow();
}

Ptr<TaskTimeline>
NomaTimeline::Tasks() const
{
    return m_tasks;
}

Ptr<SlotTimeline>
NomaTimeline::Slots() const
{
    return m_slots;
}

void
NomaTimeline::Close()
{
    NS_LOG_FUNCTION(this);
    if (!m_tracks)
    {
        return;
    }
    m_tasks->Close();
    if (m_slots)
    {
        m_slots->Close();
    }
    m_tracks->File().Close();
}

uint64_t
NomaTimeline::GetEvents() const
{
    return m_tracks ? m_tracks->File().GetEvents() : 0;
}

uint64_t
NomaTimeline::GetLeftOut() const
{
    return m_tracks ? m_tracks->File().GetLeftOut() : 0;
}

} // namespace noma
} // namespace ns3
