/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-timeline-tracks.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// Lanes that have a place of their own.
constexpr uint32_t LANES = 64;
/// Place of the tails, behind the subchannels.
constexpr uint32_t TAILS_PLACE = 1u << 30;
/// Place of the first downlink subchannel, behind those of the uplink.
constexpr uint32_t DOWNLINK_PLACE = 1u << 20;

/// @param name of the first lane @param lane lane @returns name of the lane
std::string
LaneName(const std::string& name, uint32_t lane)
{
    return lane == 0 ? name : name + " (" + std::to_string(lane + 1) + ")";
}

} // namespace

TimelineTracks::TimelineTracks(const std::string& path,
                               uint64_t maxEvents,
                               const std::vector<std::pair<std::string, std::string>>& parameters)
    : m_file(path, maxEvents, parameters)
{
}

void
TimelineTracks::Name(uint32_t pid, const std::string& name)
{
    if (m_named.size() <= pid)
    {
        m_named.resize(pid + 1);
    }
    if (!m_named[pid])
    {
        m_file.NameGroup(pid, name);
        m_named[pid] = true;
    }
}

TraceEventFile::Track
TimelineTracks::Make(const Key& key, uint32_t pid, const std::string& name, uint32_t place)
{
    return m_made.emplace(key, m_file.AddTrack(pid, name, place)).first->second;
}

uint32_t
TimelineTracks::ApGroup(uint32_t ap)
{
    const uint32_t pid = USERS + 1 + ap;
    Name(pid, "access point " + std::to_string(ap));
    return pid;
}

TraceEventFile::Track
TimelineTracks::Decisions()
{
    const Key key(DECISIONS, 0, 0, 0);
    const auto it = m_made.find(key);
    if (it != m_made.end())
    {
        return it->second;
    }
    Name(CONTROLLER, "controller");
    return Make(key, CONTROLLER, "decisions", 0);
}

TraceEventFile::Track
TimelineTracks::User(uint32_t user, uint32_t lane)
{
    const Key key(USER, user, lane, 0);
    const auto it = m_made.find(key);
    if (it != m_made.end())
    {
        return it->second;
    }
    Name(USERS, "users");
    return Make(key,
                USERS,
                LaneName("user " + std::to_string(user), lane),
                LANES * user + std::min(lane, LANES - 1));
}

TraceEventFile::Track
TimelineTracks::Subchannel(Direction d, uint32_t ap, uint32_t subchannel)
{
    const Key key(SUBCHANNEL, ap, d, subchannel);
    const auto it = m_made.find(key);
    if (it != m_made.end())
    {
        return it->second;
    }
    return Make(key,
                ApGroup(ap),
                (d == UPLINK ? "uplink " : "downlink ") + std::to_string(subchannel),
                subchannel + (d == UPLINK ? 0 : DOWNLINK_PLACE));
}

TraceEventFile::Track
TimelineTracks::Tails(uint32_t ap, uint32_t lane)
{
    const Key key(TAILS, ap, lane, 0);
    const auto it = m_made.find(key);
    if (it != m_made.end())
    {
        return it->second;
    }
    return Make(key, ApGroup(ap), LaneName("tails", lane), TAILS_PLACE + lane);
}

} // namespace noma
} // namespace ns3
