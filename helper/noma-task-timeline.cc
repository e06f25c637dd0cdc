/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-task-timeline.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

namespace
{

/// Least change of a battery's level that is written.
constexpr double LEVEL_STEP = 1e-3;

} // namespace

TaskTimeline::Source::Source(TaskTimeline* o, uint32_t index, double full)
    : owner(o),
      m_index(index),
      m_full(full)
{
}

void
TaskTimeline::Source::OnArrived(uint32_t user, uint32_t task, double /* units */)
{
    if (owner)
    {
        const auto it = owner->m_open.find({user, task});
        if (it != owner->m_open.end())
        {
            it->second.ap = m_index;
        }
    }
}

void
TaskTimeline::Source::OnRejected(uint32_t user, uint32_t task)
{
    if (owner)
    {
        auto& tracks = *owner->m_tracks;
        tracks.File().Instant("event",
                              tracks.Tails(m_index, 0),
                              "turned down",
                              Simulator::Now(),
                              JsonObject().Add("user", user).Add("task", task));
    }
}

void
TaskTimeline::Source::OnCrashed(uint32_t lost)
{
    if (owner)
    {
        auto& tracks = *owner->m_tracks;
        tracks.File().Instant("event",
                              tracks.Tails(m_index, 0),
                              "server crashed",
                              Simulator::Now(),
                              JsonObject().Add("tails lost", lost));
    }
}

void
TaskTimeline::Source::OnWaiting(uint32_t /* before */, uint32_t now)
{
    if (owner)
    {
        owner->m_tracks->File().Counter(owner->m_tracks->ApGroup(m_index),
                                        "tails waiting",
                                        Simulator::Now(),
                                        JsonObject().Add("tails", now));
    }
}

void
TaskTimeline::Source::OnUnits(double /* before */, double now)
{
    if (owner)
    {
        owner->m_tracks->File().Counter(owner->m_tracks->ApGroup(m_index),
                                        "edge units in use",
                                        Simulator::Now(),
                                        JsonObject().Add("units", now));
    }
}

void
TaskTimeline::Source::OnEnergy(double /* before */, double now)
{
    const double level = now / m_full;
    if (owner && !(std::abs(level - m_last) < LEVEL_STEP))
    {
        m_last = level;
        owner->m_tracks->File().Counter(TimelineTracks::USERS,
                                        "battery of user " + std::to_string(m_index),
                                        Simulator::Now(),
                                        JsonObject().Add("level", level).Add("joules", now));
    }
}

TaskTimeline::TaskTimeline(Ptr<TimelineTracks> tracks)
    : m_tracks(tracks)
{
}

void
TaskTimeline::FollowClient(Ptr<SplitInferenceClient> client)
{
    const Ptr<TaskTimeline> self(this);
    client->TraceConnectWithoutContext("Created", MakeCallback(&TaskTimeline::OnCreated, self));
    client->TraceConnectWithoutContext("Stage", MakeCallback(&TaskTimeline::OnStage, self));
    client->TraceConnectWithoutContext("Closed", MakeCallback(&TaskTimeline::OnClosed, self));
}

void
TaskTimeline::FollowServer(uint32_t ap, Ptr<SplitInferenceServer> server)
{
    const auto source = Create<Source>(this, ap, 1.0);
    m_sources.push_back(source);
    server->TraceConnectWithoutContext("Arrived", MakeCallback(&Source::OnArrived, source));
    server->TraceConnectWithoutContext("Rejected", MakeCallback(&Source::OnRejected, source));
    server->TraceConnectWithoutContext("Crashed", MakeCallback(&Source::OnCrashed, source));
    const auto computer = server->GetComputer();
    computer->TraceConnectWithoutContext("Waiting", MakeCallback(&Source::OnWaiting, source));
    computer->TraceConnectWithoutContext("UnitsInUse", MakeCallback(&Source::OnUnits, source));
}

void
TaskTimeline::FollowBattery(uint32_t user, Ptr<EnergySource> battery)
{
    const double full = battery->GetInitialEnergy();
    const auto source = Create<Source>(this, user, full);
    m_sources.push_back(source);
    m_tracks->User(user, 0);
    source->OnEnergy(full, full);
    battery->TraceConnectWithoutContext("RemainingEnergy", MakeCallback(&Source::OnEnergy, source));
}

void
TaskTimeline::Close()
{
    if (m_closed)
    {
        return;
    }
    for (const auto& [key, open] : m_open)
    {
        Write(open, Simulator::Now(), "in flight");
    }
    m_open.clear();
    for (const auto& source : m_sources)
    {
        source->owner = nullptr;
    }
    m_closed = true;
}

void
TaskTimeline::OnCreated(const TaskRecord& r)
{
    if (m_closed)
    {
        return;
    }
    Open open;
    open.record = r;
    auto& lanes = m_lanes[r.user];
    const auto lane = std::find(lanes.begin(), lanes.end(), false);
    open.lane = static_cast<uint32_t>(lane - lanes.begin());
    if (lane == lanes.end())
    {
        lanes.push_back(true);
    }
    else
    {
        *lane = true;
    }
    m_open[{r.user, r.task}] = open;
}

void
TaskTimeline::OnStage(const TaskRecord& r)
{
    const auto it = m_open.find({r.user, r.task});
    if (it != m_open.end())
    {
        it->second.record = r;
        if (r.stage == TaskStage::EDGE)
        {
            it->second.uploaded = Simulator::Now();
        }
    }
}

void
TaskTimeline::OnClosed(const TaskRecord& r)
{
    const auto it = m_open.find({r.user, r.task});
    if (it == m_open.end())
    {
        return;
    }
    Open open = std::move(it->second);
    m_open.erase(it);
    m_lanes[r.user][open.lane] = false;
    open.record = r;
    const bool completed = r.IsCompleted();
    Write(open, r.closed, completed ? "completed" : TaskFailureName(r.failure));
    if (completed)
    {
        WriteTail(open);
    }
    else
    {
        m_tracks->File().Instant("event",
                                 m_tracks->User(r.user, open.lane),
                                 std::string("failed: ") + TaskFailureName(r.failure),
                                 r.closed,
                                 JsonObject().Add("task", r.task));
    }
}

std::vector<TaskTimeline::Span>
TaskTimeline::Spans(const Open& open, Time end) const
{
    const TaskRecord& r = open.record;
    const CutOption& o = r.option;
    std::vector<Span> spans;
    const auto add = [&](const char* name, Time begin, Time until, const JsonObject& says) {
        if (until > begin)
        {
            spans.push_back({name, begin, until, says});
        }
    };
    add("choice", r.created, r.dispatched ? r.chosen : end, JsonObject());
    if (!r.dispatched)
    {
        return spans;
    }
    const JsonObject head = JsonObject().Add("FLOP", o.deviceFlops).Add("joules", r.energy.device);
    if (r.stage == TaskStage::DEVICE && r.deviceEnd.IsZero())
    {
        add("device", r.chosen, end, head);
        return spans;
    }
    add("device queue", r.chosen, r.deviceStart, JsonObject());
    add("head", r.deviceStart, r.deviceEnd, head);
    const JsonObject upload = JsonObject()
                                  .Add("bits", o.upBits)
                                  .Add("joules", r.energy.up)
                                  .Add("bytes sent again", r.retransmittedBytes);
    if (r.stage == TaskStage::UP)
    {
        add("upload", r.deviceEnd, end, upload);
    }
    else if (r.stage == TaskStage::EDGE || r.stage == TaskStage::DOWN)
    {
        add("upload", r.deviceEnd, open.uploaded, upload);
        add("edge", open.uploaded, end, JsonObject().Add("units", r.units));
    }
    else if (!IsDeviceOnly(o) && r.IsCompleted())
    {
        add("upload", r.deviceEnd, r.upEnd, upload);
        add("edge queue", r.upEnd, r.edgeStart, JsonObject());
        add("tail",
            r.edgeStart,
            r.edgeEnd,
            JsonObject()
                .Add("FLOP", o.edgeFlops)
                .Add("joules", r.energy.edge)
                .Add("units", r.units));
        add("result",
            r.edgeEnd,
            end,
            JsonObject().Add("bits", o.downBits).Add("joules", r.energy.down));
    }
    return spans;
}

void
TaskTimeline::Write(const Open& open, Time end, const std::string& outcome)
{
    const TaskRecord& r = open.record;
    JsonObject says;
    says.Add("user", r.user).Add("task", r.task).Add("outcome", outcome).Add("model", r.model);
    says.Add("images", r.images);
    if (r.dispatched)
    {
        says.Add("cut", r.cut).Add("last cut", r.cuts - 1).Add("units", r.units);
        says.Add("bits up", r.option.upBits).Add("bits down", r.option.downBits);
    }
    says.Add("delay (s)", (end - r.created).GetSeconds()).Add("joules", r.energy.Total());
    if (r.IsCompleted())
    {
        says.Add("utility", r.Utility());
    }
    if (!r.deadline.IsZero())
    {
        says.Add("deadline (s)", r.deadline.GetSeconds());
    }
    if (open.ap != NONE)
    {
        says.Add("edge server", open.ap);
    }
    const auto track = m_tracks->User(r.user, open.lane);
    const std::string name = "task " + std::to_string(r.task);
    m_tracks->File().Slice("task", track, name, r.created, end, says);
    for (const Span& s : Spans(open, end))
    {
        m_tracks->File().Slice("stage", track, s.name, s.begin, s.end, s.arguments);
    }
}

void
TaskTimeline::WriteTail(const Open& open)
{
    const TaskRecord& r = open.record;
    if (open.ap == NONE || IsDeviceOnly(r.option) || r.edgeEnd <= r.edgeStart)
    {
        return;
    }
    // tasks close in another order than their tails end: a lane is free after all it has
    auto& ends = m_tails[open.ap];
    auto lane = std::find_if(ends.begin(), ends.end(), [&r](Time t) { return t <= r.edgeStart; });
    if (lane == ends.end())
    {
        lane = ends.insert(lane, r.edgeEnd);
    }
    *lane = r.edgeEnd;
    m_tracks->File().Slice("tail",
                           m_tracks->Tails(open.ap, static_cast<uint32_t>(lane - ends.begin())),
                           "user " + std::to_string(r.user),
                           r.edgeStart,
                           r.edgeEnd,
                           JsonObject()
                               .Add("user", r.user)
                               .Add("task", r.task)
                               .Add("FLOP", r.option.edgeFlops)
                               .Add("units", r.units)
                               .Add("joules", r.energy.edge));
}

} // namespace noma
} // namespace ns3
