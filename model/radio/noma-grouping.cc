/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-grouping.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaGrouping);
NS_OBJECT_ENSURE_REGISTERED(NomaStrongWeakGrouping);
NS_OBJECT_ENSURE_REGISTERED(NomaDistanceGrouping);
NS_OBJECT_ENSURE_REGISTERED(NomaRandomGrouping);

TypeId
NomaGrouping::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaGrouping").SetParent<Object>().SetGroupName("Noma");
    return tid;
}

NomaGrouping::~NomaGrouping() = default;

void
NomaGrouping::Rank(const SlotSnapshot& snapshot,
                   Direction d,
                   uint32_t ap,
                   uint32_t subchannel,
                   std::vector<uint32_t>& users)
{
    m_keys.clear();
    for (const uint32_t ue : users)
    {
        m_keys.emplace_back(DoKey(snapshot, d, ap, subchannel, ue), ue);
    }
    if (ap >= m_last[d].size())
    {
        m_last[d].resize(ap + 1);
    }
    Ranking& last = m_last[d][ap];
    if (m_keys != last.asked) // or else, as where nobody moves, the ranking is known
    {
        last.asked = m_keys;
        std::sort(m_keys.begin(), m_keys.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        last.users.resize(users.size());
        std::transform(m_keys.begin(), m_keys.end(), last.users.begin(), [](const auto& x) {
            return x.second;
        });
    }
    users = last.users;
}

uint32_t
NomaGrouping::Deal(uint32_t rank, uint32_t users, uint32_t k)
{
    return rank % ((users + k - 1) / k);
}

int64_t
NomaGrouping::AssignStreams(int64_t stream)
{
    return DoAssignStreams(stream);
}

int64_t
NomaGrouping::DoAssignStreams(int64_t /* stream */)
{
    return 0;
}

TypeId
NomaStrongWeakGrouping::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaStrongWeakGrouping")
                            .SetParent<NomaGrouping>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaStrongWeakGrouping>();
    return tid;
}

double
NomaStrongWeakGrouping::DoKey(const SlotSnapshot& snapshot,
                              Direction d,
                              uint32_t ap,
                              uint32_t subchannel,
                              uint32_t ue)
{
    return snapshot.csi->Gain(d, ue, ap, subchannel);
}

TypeId
NomaDistanceGrouping::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaDistanceGrouping")
                            .SetParent<NomaGrouping>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaDistanceGrouping>();
    return tid;
}

double
NomaDistanceGrouping::DoKey(const SlotSnapshot& snapshot,
                            Direction d,
                            uint32_t ap,
                            uint32_t subchannel,
                            uint32_t ue)
{
    return snapshot.csi->MeanGain(d, ue, ap, subchannel);
}

TypeId
NomaRandomGrouping::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaRandomGrouping")
                            .SetParent<NomaGrouping>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaRandomGrouping>();
    return tid;
}

NomaRandomGrouping::NomaRandomGrouping()
    : m_uniform(CreateObject<UniformRandomVariable>())
{
}

double
NomaRandomGrouping::DoKey(const SlotSnapshot& /* snapshot */,
                          Direction /* d */,
                          uint32_t /* ap */,
                          uint32_t /* subchannel */,
                          uint32_t /* ue */)
{
    return m_uniform->GetValue();
}

int64_t
NomaRandomGrouping::DoAssignStreams(int64_t stream)
{
    m_uniform->SetStream(stream);
    return 1;
}

} // namespace noma
} // namespace ns3
