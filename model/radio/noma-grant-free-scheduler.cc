/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-grant-free-scheduler.h"

#include "noma-grant-completion.h"
#include "noma-round-robin-scheduler.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/pointer.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaGrantFreeScheduler);

TypeId
NomaGrantFreeScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaGrantFreeScheduler")
            .SetParent<SlotScheduler>()
            .SetGroupName("Noma")
            .AddConstructor<NomaGrantFreeScheduler>()
            .AddAttribute("Probability",
                          "Probability with which a user that has something to send does so.",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&NomaGrantFreeScheduler::m_probability),
                          MakeDoubleChecker<double>(0.0, 1.0))
            .AddAttribute("Levels",
                          "Power levels to choose from; 1 = slotted ALOHA.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&NomaGrantFreeScheduler::m_levels),
                          MakeUintegerChecker<uint32_t>(1, 64))
            .AddAttribute("LevelStep",
                          "Received power of a level over that of the next lower one (dB).",
                          DoubleValue(15),
                          MakeDoubleAccessor(&NomaGrantFreeScheduler::m_stepDb),
                          MakeDoubleChecker<double>(0.0, 100.0))
            .AddAttribute("Snr",
                          "SNR of the lowest level at the access point (dB).",
                          DoubleValue(10),
                          MakeDoubleAccessor(&NomaGrantFreeScheduler::m_snrDb),
                          MakeDoubleChecker<double>(-100.0, 200.0))
            .AddAttribute("Efficiency",
                          "Rate of every block (bit/s/Hz).",
                          DoubleValue(1),
                          MakeDoubleAccessor(&NomaGrantFreeScheduler::m_efficiency),
                          MakeDoubleChecker<double>(1e-3, 100.0))
            .AddAttribute("Downlink",
                          "Scheduler of the downlink; null keeps the present one, round robin at "
                          "first.",
                          PointerValue(),
                          MakePointerAccessor(&NomaGrantFreeScheduler::SetDownlink,
                                              &NomaGrantFreeScheduler::GetDownlink),
                          MakePointerChecker<SlotScheduler>());
    return tid;
}

NomaGrantFreeScheduler::NomaGrantFreeScheduler()
    : m_downlink(CreateObject<RoundRobinScheduler>()),
      m_random(CreateObject<UniformRandomVariable>())
{
}

NomaGrantFreeScheduler::~NomaGrantFreeScheduler() = default;

void
NomaGrantFreeScheduler::DoDispose()
{
    m_downlink->Dispose();
    m_downlink = nullptr;
    SlotScheduler::DoDispose();
}

Ptr<SlotScheduler>
NomaGrantFreeScheduler::GetDownlink() const
{
    return m_downlink;
}

void
NomaGrantFreeScheduler::SetDownlink(Ptr<SlotScheduler> downlink)
{
    if (downlink)
    {
        m_downlink = downlink;
    }
}

NomaAccessCounts
NomaGrantFreeScheduler::GetCounts() const
{
    return m_counts;
}

void
NomaGrantFreeScheduler::DoSchedule(const SlotSnapshot& s, std::vector<Grant>& grants)
{
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        const auto& ue = s.ues[i];
        if (s.IsServed(i) && ue.backlogBits.up > 0 && ue.maxPowerW.up > 0)
        {
            Access(s, i, grants);
        }
    }
    SortGrants(grants);
    std::vector<double> key;
    std::vector<uint32_t> user;
    for (std::size_t first = 0; first < grants.size();)
    {
        key.clear();
        user.clear();
        const std::size_t end = GrantCompletion::GroupEnd(grants, first);
        for (std::size_t i = first; i < end; ++i)
        {
            const Grant& g = grants[i];
            key.push_back(g.powerW * s.csi->Gain(UPLINK, g.ue, g.ap, g.subchannel));
            user.push_back(g.ue);
        }
        NS_ABORT_MSG_IF(end - first > s.maxSuperposed,
                        "NomaGrantFreeScheduler: "
                            << end - first << " users sent on one subchannel: MaxSuperposed is "
                            << s.maxSuperposed
                            << ", must be at least the number of users of a cell");
        const auto order = DecodingOrder(UPLINK, key, user);
        for (std::size_t k = 0; k < order.size(); ++k)
        {
            grants[first + order[k]].order = static_cast<uint32_t>(k);
        }
        first = end;
    }
    m_downSnapshot = s;
    for (auto& ue : m_downSnapshot.ues)
    {
        ue.backlogBits.up = 0;
    }
    const auto& down = m_downlink->Schedule(m_downSnapshot);
    grants.insert(grants.end(), down.begin(), down.end());
}

void
NomaGrantFreeScheduler::Access(const SlotSnapshot& s, uint32_t ue, std::vector<Grant>& grants)
{
    if (m_random->GetValue() >= m_probability)
    {
        return;
    }
    Grant g;
    g.direction = UPLINK;
    g.ue = ue;
    g.ap = s.ues[ue].ap;
    g.subchannel = m_random->GetInteger(0, s.subchannels - 1);
    const uint32_t level = m_random->GetInteger(0, m_levels - 1);
    const double wanted = FromDb(m_snrDb + level * m_stepDb) * s.noiseW.up /
                          s.csi->Gain(UPLINK, ue, g.ap, g.subchannel);
    const double limit = s.ues[ue].maxPowerW.up;
    m_counts.limited += !(wanted <= limit);
    g.powerW = wanted <= limit ? wanted : limit; // also without gain
    g.rateBps = m_efficiency * s.subchannelHz.up;
    grants.push_back(g);
}

void
NomaGrantFreeScheduler::DoReport(const std::vector<GrantOutcome>& outcomes)
{
    std::vector<GrantOutcome> down;
    for (const auto& o : outcomes)
    {
        if (o.grant.direction == UPLINK)
        {
            ++m_counts.sent;
            m_counts.decoded += o.decoded;
        }
        else
        {
            down.push_back(o);
        }
    }
    if (!down.empty())
    {
        m_downlink->Report(down);
    }
}

int64_t
NomaGrantFreeScheduler::DoAssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1 + m_downlink->AssignStreams(stream + 1);
}

} // namespace noma
} // namespace ns3
