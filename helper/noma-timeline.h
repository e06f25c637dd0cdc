/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TIMELINE_H
#define NOMA_TIMELINE_H

#include "ns3/noma-slot-timeline.h"
#include "ns3/noma-task-timeline.h"
#include "ns3/noma-timeline-tracks.h"
#include "ns3/object.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * Writes what a simulation does to a file of Chrome trace events, which ui.perfetto.dev and
 * chrome://tracing open. NomaTimelineHelper sets one up.
 *
 * Nothing is stored but open tasks and the slot under way. Nothing simulated depends on it. What
 * cannot be written is a std::runtime_error of one line out of Simulator::Run(),
 * Simulator::Destroy() or Close().
 */
class NomaTimeline : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    NomaTimeline();
    ~NomaTimeline() override;

    /**
     * Opens the file.
     *
     * @param path a name that is free, or that of a pipe or device
     * @param parameters names and values of what is run; seed, run and version are added
     * @throws std::invalid_argument of one line
     */
    void Open(const std::string& path,
              const std::vector<std::pair<std::string, std::string>>& parameters);

    /// Follows a network, once, after Open(). @param network the network with its devices
    void FollowNetwork(Ptr<NomaNetwork> network);
    /// @returns what follows tasks, after Open()
    Ptr<TaskTimeline> Tasks() const;
    /// @returns what follows slots, after FollowNetwork()
    Ptr<SlotTimeline> Slots() const;

    /// Writes the rest: at Simulator::Destroy(), or earlier. @throws std::runtime_error of one line
    void Close();

    /// @returns events written so far
    uint64_t GetEvents() const;
    /// @returns events left out so far
    uint64_t GetLeftOut() const;

  private:
    void DoDispose() override;

    uint64_t m_maxEvents;         //!< most events
    Time m_positionInterval;      //!< between positions
    Ptr<TimelineTracks> m_tracks; //!< file and tracks
    Ptr<TaskTimeline> m_tasks;    //!< follows tasks
    Ptr<SlotTimeline> m_slots;    //!< follows slots
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TIMELINE_H
