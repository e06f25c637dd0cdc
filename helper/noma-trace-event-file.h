/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TRACE_EVENT_FILE_H
#define NOMA_TRACE_EVENT_FILE_H

#include "ns3/nstime.h"

#include <cstdint>
#include <fstream>
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
 * A JSON object that is written key by key.
 */
class JsonObject
{
  public:
    /**
     * @param key a name without characters that JSON escapes
     * @param value a number; not finite = null
     * @returns this
     */
    JsonObject& Add(const char* key, double value);

    /**
     * @param key a name without characters that JSON escapes
     * @param value a whole number
     * @returns this
     */
    JsonObject& Add(const char* key, uint64_t value);

    /// @copydoc Add(const char*, uint64_t)
    JsonObject& Add(const char* key, uint32_t value)
    {
        return Add(key, uint64_t{value});
    }

    /**
     * @param key a name without characters that JSON escapes
     * @param value a text, escaped here
     * @returns this
     */
    JsonObject& Add(const char* key, const std::string& value);

    /// @copydoc Add(const char*, const std::string&)
    JsonObject& Add(const char* key, const char* value);

    /**
     * @param key a name without characters that JSON escapes
     * @param json a value in JSON
     * @returns this
     */
    JsonObject& AddJson(const char* key, const std::string& json);

    /// Appends the object in JSON. @param [in,out] text text
    void AppendTo(std::string& text) const
    {
        text.append(1, '{').append(m_text).append(1, '}');
    }

    /**
     * @param text a text, of which what is not UTF-8 is replaced
     * @returns the same as a JSON string, in ASCII
     */
    static std::string Quote(const std::string& text);

  private:
    /// @param key a name
    void Key(const char* key);

    std::string m_text; //!< members so far
};

/**
 * @ingroup noma-helper
 * A file of Chrome trace events in JSON, which ui.perfetto.dev and chrome://tracing open. Events go
 * to the file as they come, in any order of their times, and stand one on a line. Times are those
 * of the simulation, in microseconds with three decimals, so that none of a nanosecond is lost.
 *
 * The file gets its name when it is whole; until then, and after a crash, it is NAME.part. Events
 * beyond the bound are counted by category, and the counts stand in the last event. Names of tracks
 * do not count against the bound.
 */
class TraceEventFile
{
  public:
    /// A process or thread in the terms of the format: a group of tracks, a track in it.
    struct Track
    {
        uint32_t pid{0}; //!< group
        uint32_t tid{0}; //!< track
    };

    /**
     * Opens the file.
     *
     * @param path a name that is free, or that of a pipe or device
     * @param maxEvents most events
     * @param parameters names (without characters that JSON escapes) and values of what was run,
     * for the head of the file
     * @throws std::invalid_argument of one line
     */
    TraceEventFile(const std::string& path,
                   uint64_t maxEvents,
                   const std::vector<std::pair<std::string, std::string>>& parameters);
    /// What was not closed stays NAME.part.
    ~TraceEventFile();

    TraceEventFile(const TraceEventFile&) = delete;
    TraceEventFile& operator=(const TraceEventFile&) = delete;

    /**
     * Names a group of tracks.
     *
     * @param pid its number, above 0
     * @param name its name
     */
    void NameGroup(uint32_t pid, const std::string& name);

    /**
     * Makes a track.
     *
     * @param pid the group's number
     * @param name its name
     * @param place where it stands in the group, ascending
     * @returns the track, whose number no other track has
     */
    Track AddTrack(uint32_t pid, const std::string& name, uint32_t place);

    /**
     * A span of time. On one track spans lie inside one another or apart; the longer of two that
     * begin together comes first.
     *
     * @param category category
     * @param track where
     * @param name name
     * @param begin its beginning
     * @param end its end
     * @param arguments what there is to say about it
     */
    void Slice(const char* category,
               Track track,
               const std::string& name,
               Time begin,
               Time end,
               const JsonObject& arguments);

    /**
     * Something that happened at an instant.
     *
     * @param category category
     * @param track where
     * @param name name
     * @param when its time
     * @param arguments what there is to say about it
     */
    void Instant(const char* category,
                 Track track,
                 const std::string& name,
                 Time when,
                 const JsonObject& arguments);

    /**
     * New values of a counter.
     *
     * @param pid the group's number
     * @param name its name
     * @param when from when on
     * @param values the values, by name
     */
    void Counter(uint32_t pid, const std::string& name, Time when, const JsonObject& values);

    /**
     * What programs that draw nothing of it want to know. Viewers pass over it.
     *
     * @param name kind
     * @param when its time
     * @param arguments what there is to say
     */
    void Note(const char* name, Time when, const JsonObject& arguments);

    /// Writes the end and gives the file its name. @throws std::runtime_error of one line
    void Close();

    /// @returns events written, names not counted
    uint64_t GetEvents() const
    {
        return m_events;
    }

    /// @returns events left out
    uint64_t GetLeftOut() const;

  private:
    /// @param category category @returns whether another event may be written; if not, it counts
    bool Admit(const char* category);
    /// Begins an event in the buffer. @param phase kind @param track where @param name name
    void Begin(char phase, Track track, const std::string& name);
    /// Appends a time. @param key its name @param t the time
    void AppendTime(const char* key, Time t);
    /// Ends an event. @param arguments what there is to say about it
    void End(const JsonObject& arguments);
    /// Writes the buffer. @throws std::runtime_error of one line, and takes the file away
    void Flush();
    /// @param why what went wrong @returns the message
    std::string Complaint(int why) const;

    std::string m_path;                        //!< name when whole
    std::string m_part;                        //!< name until then; empty = the same
    std::ofstream m_file;                      //!< the file
    std::string m_buffer;                      //!< not yet written
    uint64_t m_maxEvents;                      //!< most events
    uint64_t m_events{0};                      //!< so far
    bool m_first{true};                        //!< whether the next event is the first
    uint32_t m_tracks{0};                      //!< tracks made
    std::map<std::string, uint64_t> m_leftOut; //!< events left out, by category
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TRACE_EVENT_FILE_H
