/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TIMELINE_TRACKS_H
#define NOMA_TIMELINE_TRACKS_H

#include "ns3/noma-trace-event-file.h"
#include "ns3/noma-types.h"
#include "ns3/simple-ref-count.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * The tracks of a timeline: the controller's, the users', and of every access point those of its
 * subchannels and of the tails on its edge server. A track is made when it is first asked for.
 */
class TimelineTracks : public SimpleRefCount<TimelineTracks>
{
  public:
    /// Group of the controller.
    static constexpr uint32_t CONTROLLER = 1;
    /// Group of the users.
    static constexpr uint32_t USERS = 2;

    /**
     * @param path name of the file, see TraceEventFile
     * @param maxEvents most events
     * @param parameters names and values of what was run
     * @throws std::invalid_argument of one line
     */
    TimelineTracks(const std::string& path,
                   uint64_t maxEvents,
                   const std::vector<std::pair<std::string, std::string>>& parameters);

    /// @returns the file
    TraceEventFile& File()
    {
        return m_file;
    }

    /// @param ap its index
    /// @returns the group of an access point
    uint32_t ApGroup(uint32_t ap);

    /// @returns the track of decisions
    TraceEventFile::Track Decisions();

    /**
     * @param user user index
     * @param lane from 0: the user's tasks at the same time have a lane each
     * @returns its track
     */
    TraceEventFile::Track User(uint32_t user, uint32_t lane);

    /**
     * @param d direction
     * @param ap access point index
     * @param subchannel subchannel
     * @returns the track of what is sent there
     */
    TraceEventFile::Track Subchannel(Direction d, uint32_t ap, uint32_t subchannel);

    /**
     * @param ap access point index
     * @param lane from 0: tails served at the same time have a lane each
     * @returns the track
     */
    TraceEventFile::Track Tails(uint32_t ap, uint32_t lane);

  private:
    /// Kinds of tracks.
    enum Kind
    {
        DECISIONS,  //!< of the controller
        USER,       //!< of a user, a lane
        SUBCHANNEL, //!< of a subchannel of an access point, a direction
        TAILS       //!< of an edge server, a lane
    };

    /// Kind and up to three numbers.
    using Key = std::tuple<Kind, uint32_t, uint32_t, uint32_t>;

    /**
     * @param key the track
     * @param pid its group
     * @param name its name
     * @param place where it stands in the group
     * @returns the track, now made
     */
    TraceEventFile::Track Make(const Key& key,
                               uint32_t pid,
                               const std::string& name,
                               uint32_t place);

    /// Names a group unless it has a name. @param pid its number @param name its name
    void Name(uint32_t pid, const std::string& name);

    TraceEventFile m_file;                       //!< the file
    std::vector<bool> m_named;                   //!< by group: whether it has a name
    std::map<Key, TraceEventFile::Track> m_made; //!< tracks
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TIMELINE_TRACKS_H
