/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-trace-event-file.h"

#include "ns3/noma-version.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace ns3
{
namespace noma
{

namespace
{

/// Bytes held back before they are written.
constexpr std::size_t BUFFER_BYTES = 1 << 18;
/// Bytes of most objects.
constexpr std::size_t TYPICAL_BYTES = 240;

} // namespace

void
JsonObject::Key(const char* key)
{
    if (m_text.empty())
    {
        m_text.reserve(TYPICAL_BYTES);
    }
    m_text.append(m_text.empty() ? "\"" : ",\"").append(key).append("\":");
}

JsonObject&
JsonObject::Add(const char* key, double value)
{
    Key(key);
    if (!std::isfinite(value))
    {
        m_text.append("null");
        return *this;
    }
    char text[32];
#if defined(__cpp_lib_to_chars)
    // the same digits as printf, sooner
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 9);
    m_text.append(text, end.ptr);
#else
    m_text.append(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.9g", value)));
#endif
    return *this;
}

JsonObject&
JsonObject::Add(const char* key, uint64_t value)
{
    Key(key);
    m_text.append(std::to_string(value));
    return *this;
}

JsonObject&
JsonObject::Add(const char* key, const std::string& value)
{
    return AddJson(key, Quote(value));
}

JsonObject&
JsonObject::Add(const char* key, const char* value)
{
    return AddJson(key, Quote(value));
}

JsonObject&
JsonObject::AddJson(const char* key, const std::string& json)
{
    Key(key);
    m_text.append(json);
    return *this;
}

std::string
JsonObject::Quote(const std::string& text)
{
    bool plain = true;
    for (const char c : text)
    {
        plain = plain && c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    }
    return plain
               ? '"' + text + '"'
               : nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

TraceEventFile::TraceEventFile(const std::string& path,
                               uint64_t maxEvents,
                               const std::vector<std::pair<std::string, std::string>>& parameters)
    : m_path(path),
      m_maxEvents(maxEvents)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::is_regular_file(status) || fs::is_directory(status))
    {
        throw std::invalid_argument("timeline: '" + path +
                                    "' is there already, expected a new file");
    }
    if (!fs::exists(status))
    {
        m_part = path + ".part";
    }
    errno = 0;
    m_file.open(m_part.empty() ? m_path : m_part, std::ios::binary);
    if (!m_file)
    {
        throw std::invalid_argument(Complaint(errno));
    }
    JsonObject head;
    head.Add("format", "noma-timeline/1").Add("noma", NOMA_VERSION);
    for (const auto& [name, value] : parameters)
    {
        head.Add(name.c_str(), value);
    }
    m_buffer.reserve(BUFFER_BYTES + 4096);
    m_buffer = "{\"displayTimeUnit\":\"ms\",\"otherData\":";
    head.AppendTo(m_buffer);
    m_buffer.append(",\"traceEvents\":[\n");
}

TraceEventFile::~TraceEventFile()
{
    if (m_file.is_open())
    {
        m_file << m_buffer;
    }
}

std::string
TraceEventFile::Complaint(int why) const
{
    return "timeline: cannot write '" + m_path + "': " + std::strerror(why != 0 ? why : EIO);
}

void
TraceEventFile::NameGroup(uint32_t pid, const std::string& name)
{
    Begin('M', {pid, 0}, "process_name");
    End(JsonObject().Add("name", name));
    Begin('M', {pid, 0}, "process_sort_index");
    End(JsonObject().Add("sort_index", pid));
}

TraceEventFile::Track
TraceEventFile::AddTrack(uint32_t pid, const std::string& name, uint32_t place)
{
    const Track track{pid, ++m_tracks};
    Begin('M', track, "thread_name");
    End(JsonObject().Add("name", name));
    Begin('M', track, "thread_sort_index");
    End(JsonObject().Add("sort_index", place));
    return track;
}

void
TraceEventFile::Slice(const char* category,
                      Track track,
                      const std::string& name,
                      Time begin,
                      Time end,
                      const JsonObject& arguments)
{
    if (Admit(category))
    {
        Begin('X', track, name);
        m_buffer.append(",\"cat\":\"").append(category).append("\"");
        AppendTime("ts", begin);
        AppendTime("dur", end - begin);
        End(arguments);
    }
}

void
TraceEventFile::Instant(const char* category,
                        Track track,
                        const std::string& name,
                        Time when,
                        const JsonObject& arguments)
{
    if (Admit(category))
    {
        Begin('i', track, name);
        m_buffer.append(",\"cat\":\"").append(category).append("\",\"s\":\"t\"");
        AppendTime("ts", when);
        End(arguments);
    }
}

void
TraceEventFile::Counter(uint32_t pid, const std::string& name, Time when, const JsonObject& values)
{
    if (Admit("counter"))
    {
        Begin('C', {pid, 0}, name);
        AppendTime("ts", when);
        End(values);
    }
}

void
TraceEventFile::Note(const char* name, Time when, const JsonObject& arguments)
{
    if (Admit("note"))
    {
        Begin('M', {0, 0}, name);
        AppendTime("ts", when);
        End(arguments);
    }
}

bool
TraceEventFile::Admit(const char* category)
{
    if (m_events < m_maxEvents)
    {
        ++m_events;
        return true;
    }
    ++m_leftOut[category];
    return false;
}

void
TraceEventFile::Begin(char phase, Track track, const std::string& name)
{
    m_buffer.append(m_first ? "{\"ph\":\"" : ",\n{\"ph\":\"");
    m_first = false;
    m_buffer.append(1, phase).append("\",\"pid\":").append(std::to_string(track.pid));
    m_buffer.append(",\"tid\":").append(std::to_string(track.tid));
    m_buffer.append(",\"name\":").append(JsonObject::Quote(name));
}

void
TraceEventFile::AppendTime(const char* key, Time t)
{
    const int64_t ns = t.GetNanoSeconds();
    const std::string part = std::to_string(1000 + ns % 1000); // three digits behind the first
    m_buffer.append(",\"").append(key).append("\":").append(std::to_string(ns / 1000));
    m_buffer.append(1, '.').append(part, 1, 3);
}

void
TraceEventFile::End(const JsonObject& arguments)
{
    m_buffer.append(",\"args\":");
    arguments.AppendTo(m_buffer);
    m_buffer.append(1, '}');
    if (m_buffer.size() >= BUFFER_BYTES)
    {
        Flush();
    }
}

void
TraceEventFile::Flush()
{
    errno = 0;
    m_file.write(m_buffer.data(), static_cast<std::streamsize>(m_buffer.size()));
    m_file.flush();
    m_buffer.clear();
    if (!m_file)
    {
        const int why = errno;
        m_file.close();
        std::error_code error;
        if (!m_part.empty())
        {
            std::filesystem::remove(m_part, error);
        }
        throw std::runtime_error(Complaint(why));
    }
}

void
TraceEventFile::Close()
{
    if (!m_file.is_open())
    {
        return;
    }
    JsonObject leftOut;
    for (const auto& [category, count] : m_leftOut)
    {
        leftOut.Add(category.c_str(), count);
    }
    std::string counts;
    leftOut.AppendTo(counts);
    Begin('M', {0, 0}, "noma_end");
    End(JsonObject().Add("events", m_events).AddJson("leftOut", counts));
    m_buffer.append("\n]}\n");
    Flush();
    errno = 0;
    m_file.close();
    int why = m_file ? 0 : (errno != 0 ? errno : EIO);
    std::error_code error;
    if (why == 0 && !m_part.empty())
    {
        std::filesystem::rename(m_part, m_path, error);
        why = error.value();
    }
    if (why != 0)
    {
        if (!m_part.empty())
        {
            std::filesystem::remove(m_part, error);
        }
        throw std::runtime_error(Complaint(why));
    }
}

uint64_t
TraceEventFile::GetLeftOut() const
{
    uint64_t sum = 0;
    for (const auto& [category, count] : m_leftOut)
    {
        sum += count;
    }
    return sum;
}

} // namespace noma
} // namespace ns3
