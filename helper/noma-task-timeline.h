/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TASK_TIMELINE_H
#define NOMA_TASK_TIMELINE_H

#include "ns3/energy-source.h"
#include "ns3/noma-inference-task.h"
#include "ns3/noma-ns3-compat.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/noma-split-inference-server.h"
#include "ns3/noma-timeline-tracks.h"
#include "ns3/simple-ref-count.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * The part of a timeline that tells of tasks: on a user's track a slice per task, from its creation
 * to its end, and inside it one per stage. The stages of a task add up to it, to the nanosecond. A
 * task is written when it is closed, an open one at the end. Tails in service have tracks at their
 * access point.
 *
 * Stages: choice, device queue, head, upload, edge queue, tail, result. Of a task that failed on
 * the device, waiting and computing are one, "device", and at the edge likewise one, "edge".
 */
class TaskTimeline : public SimpleRefCount<TaskTimeline>
{
  public:
    /// @param tracks where to write
    explicit TaskTimeline(Ptr<TimelineTracks> tracks);

    /// Follows a client's tasks, those created from now on. @param client the client
    void FollowClient(Ptr<SplitInferenceClient> client);

    /// Follows a server. @param ap index of its access point @param server the server
    void FollowServer(uint32_t ap, Ptr<SplitInferenceServer> server);

    /// Follows a battery. @param user index of its user @param battery the battery
    void FollowBattery(uint32_t user, Ptr<EnergySource> battery);

    /// Writes the tasks that are open, and nothing from now on.
    void Close();

  private:
    /// A task that is not closed.
    struct Open
    {
        TaskRecord record; //!< as last seen
        uint32_t lane{0};  //!< lane among the user's
        Time uploaded;     //!< when the client heard that its tensors had arrived
        uint32_t ap{NONE}; //!< whose server they arrived at
    };

    /// A part of a task.
    struct Span
    {
        const char* name{nullptr}; //!< stage
        Time begin;                //!< its beginning
        Time end;                  //!< its end
        JsonObject arguments;      //!< what there is to say about it
    };

    /// What is heard of one server or battery.
    class Source : public SimpleRefCount<Source>
    {
      public:
        /// @param owner told of it @param index of access point or user @param full greatest value
        Source(TaskTimeline* owner, uint32_t index, double full);
        /// A tail arrived. @param user user @param task task @param units units asked for
        void OnArrived(uint32_t user, uint32_t task, double units);
        /// A tail was turned down. @param user user @param task task
        void OnRejected(uint32_t user, uint32_t task);
        /// The server crashed. @param lost tails lost
        void OnCrashed(uint32_t lost);
        /// Tails wait. @param before number before @param now number
        void OnWaiting(uint32_t before, uint32_t now);
        /// Units are held. @param before number before @param now number
        void OnUnits(double before, double now);
        /// A battery's energy changed. @param before before (J) @param now now (J)
        void OnEnergy(double before, double now);

        TaskTimeline* owner; //!< told of it; null = nobody any more

      private:
        uint32_t m_index;  //!< access point or user
        double m_full;     //!< energy of a full battery (J)
        double m_last{-1}; //!< level last written
    };

    /// @param record new task
    void OnCreated(const TaskRecord& record);
    /// @param record task in a new stage
    void OnStage(const TaskRecord& record);
    /// @param record closed task
    void OnClosed(const TaskRecord& record);

    /// @param open task
    /// @param end its end so far
    /// @returns the parts of a task
    std::vector<Span> Spans(const Open& open, Time end) const;
    /// @param open task @param end its end so far @param outcome what became of it
    void Write(const Open& open, Time end, const std::string& outcome);
    /// Writes a tail at the edge. @param open completed task
    void WriteTail(const Open& open);

    Ptr<TimelineTracks> m_tracks;                         //!< where to write
    bool m_closed{false};                                 //!< whether all is written
    std::map<std::pair<uint32_t, uint32_t>, Open> m_open; //!< by user and task
    std::map<uint32_t, std::vector<bool>> m_lanes;        //!< by user: lanes that are taken
    std::map<uint32_t, std::vector<Time>> m_tails;        //!< by access point: ends of lanes
    std::vector<Ptr<Source>> m_sources;                   //!< servers and batteries
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TASK_TIMELINE_H
