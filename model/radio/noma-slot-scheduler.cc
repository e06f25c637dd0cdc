/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-scheduler.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <tuple>

namespace ns3
{
namespace noma
{

NS_LOG_COMPONENT_DEFINE("NomaSlotScheduler");
NS_OBJECT_ENSURE_REGISTERED(SlotScheduler);

namespace
{

/// Powers may exceed a limit by this much, which is rounding.
constexpr double SLACK = 1 + 1e-9;

/**
 * @param g a grant
 * @param offence what is wrong
 * @returns a message
 */
template <typename T>
std::string
Offence(const Grant& g, const T& offence)
{
    std::ostringstream os;
    os << DirectionName(g.direction) << "link grant of user " << g.ue << " at access point " << g.ap
       << " on subchannel " << g.subchannel << ": " << offence;
    return os.str();
}

/// @param name field
/// @param value its value
/// @param allowed what is allowed
/// @returns a message part
template <typename T>
std::string
Field(const char* name, const T& value, const std::string& allowed)
{
    std::ostringstream os;
    os << name << " is " << value << ": must be " << allowed;
    return os.str();
}

/**
 * @param s the network
 * @param g a grant
 * @returns what is wrong with it by itself
 */
std::string
CheckGrant(const SlotSnapshot& s, const Grant& g)
{
    if (g.ue >= s.ues.size())
    {
        return Offence(g, Field("ue", g.ue, "below " + std::to_string(s.ues.size())));
    }
    if (g.ap >= s.aps)
    {
        return Offence(g, Field("ap", g.ap, "below " + std::to_string(s.aps)));
    }
    if (g.subchannel >= s.subchannels)
    {
        return Offence(g,
                       Field("subchannel", g.subchannel, "below " + std::to_string(s.subchannels)));
    }
    if (s.ues[g.ue].ap != g.ap)
    {
        return Offence(g, "the user is not associated with this access point");
    }
    if (!s.ues[g.ue].on || !s.apOn[g.ap])
    {
        return Offence(g, "the user or the access point is switched off");
    }
    if (!(g.powerW > 0) || !std::isfinite(g.powerW))
    {
        return Offence(g, Field("powerW", g.powerW, "positive and finite"));
    }
    if (!(g.rateBps >= 0) || !std::isfinite(g.rateBps))
    {
        return Offence(g, Field("rateBps", g.rateBps, "finite and not negative"));
    }
    return "";
}

} // namespace

TypeId
SlotScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::SlotScheduler").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

SlotScheduler::SlotScheduler() = default;

SlotScheduler::~SlotScheduler() = default;

const std::vector<Grant>&
SlotScheduler::Schedule(const SlotSnapshot& snapshot)
{
    m_grants.clear();
    DoSchedule(snapshot, m_grants);
    SortGrants(m_grants);
    const std::string offence = CheckGrants(snapshot, m_grants);
    NS_ABORT_MSG_IF(!offence.empty(), GetInstanceTypeId().GetName() << ": " << offence);
    NS_LOG_LOGIC("slot " << snapshot.slot << ": " << m_grants.size() << " grants");
    return m_grants;
}

void
SlotScheduler::Report(const std::vector<GrantOutcome>& outcomes)
{
    DoReport(outcomes);
}

int64_t
SlotScheduler::AssignStreams(int64_t stream)
{
    return DoAssignStreams(stream);
}

void
SlotScheduler::DoReport(const std::vector<GrantOutcome>& /* outcomes */)
{
}

int64_t
SlotScheduler::DoAssignStreams(int64_t /* stream */)
{
    return 0;
}

void
SlotScheduler::SortGrants(std::vector<Grant>& grants)
{
    const auto before = [](const Grant& a, const Grant& b) {
        return std::tie(a.direction, a.ap, a.subchannel, a.order, a.ue) <
               std::tie(b.direction, b.ap, b.subchannel, b.order, b.ue);
    };
    if (!std::is_sorted(grants.begin(), grants.end(), before))
    {
        std::sort(grants.begin(), grants.end(), before);
    }
}

std::string
SlotScheduler::CheckGrants(const SlotSnapshot& s, const std::vector<Grant>& grants)
{
    static PerDirection<std::vector<double>> userW; // to make them anew in every slot takes longer
    userW.up.assign(s.ues.size(), 0.0);
    userW.down.assign(s.ues.size(), 0.0);
    std::vector<double> apW(s.aps, 0.0);
    std::size_t first = 0; // of the group
    for (std::size_t i = 0; i < grants.size(); ++i)
    {
        const Grant& g = grants[i];
        std::string offence = CheckGrant(s, g);
        if (!offence.empty())
        {
            return offence;
        }
        if (g.direction != grants[first].direction || g.ap != grants[first].ap ||
            g.subchannel != grants[first].subchannel)
        {
            first = i;
        }
        if (i - first >= s.maxSuperposed)
        {
            return Offence(g, "more than " + std::to_string(s.maxSuperposed) + " superposed");
        }
        if (g.order != i - first)
        {
            return Offence(g, Field("order", g.order, std::to_string(i - first)));
        }
        for (std::size_t j = first; j < i; ++j)
        {
            if (grants[j].ue == g.ue)
            {
                return Offence(g, "granted twice");
            }
        }
        double& sum = userW[g.direction][g.ue];
        sum += g.powerW;
        const double limit = s.ues[g.ue].maxPowerW[g.direction];
        if (sum > limit * SLACK)
        {
            return Offence(g,
                           Field("power of the user (W)", sum, "at most " + std::to_string(limit)));
        }
        if (g.direction == DOWNLINK && !s.apMaxPowerW.empty())
        {
            apW[g.ap] += g.powerW;
            if (apW[g.ap] > s.apMaxPowerW[g.ap] * SLACK)
            {
                return Offence(g,
                               Field("power of the access point (W)",
                                     apW[g.ap],
                                     "at most " + std::to_string(s.apMaxPowerW[g.ap])));
            }
        }
    }
    return "";
}

} // namespace noma
} // namespace ns3
