/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-round-robin-rule.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(RoundRobinRule);

TypeId
RoundRobinRule::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::RoundRobinRule")
                            .SetParent<SlotRule>()
                            .SetGroupName("Noma")
                            .AddConstructor<RoundRobinRule>();
    return tid;
}

void
RoundRobinRule::DoAssign(const SlotSnapshot& s,
                         SlotChannel& /* channel */,
                         const std::vector<SlotUser>& users,
                         uint32_t k,
                         Direction d,
                         std::vector<Grant>& grants)
{
    std::vector<std::vector<uint32_t>> waiting(s.aps);
    for (uint32_t i = 0; i < s.ues.size(); ++i)
    {
        if (IsWaiting(s, users, i, d))
        {
            waiting[s.ues[i].ap].push_back(i);
        }
    }
    m_turns[d].resize(s.aps);
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        auto& queue = waiting[n];
        Turn& turn = m_turns[d][n];
        std::rotate(queue.begin(),
                    std::lower_bound(queue.begin(), queue.end(), turn.ue),
                    queue.end());
        const std::size_t served =
            std::min<std::size_t>(queue.size(), std::size_t{k} * s.subchannels);
        for (std::size_t j = 0; j < served; ++j)
        {
            Grant g;
            g.direction = d;
            g.ue = queue[j];
            g.ap = n;
            g.subchannel = static_cast<uint32_t>((turn.subchannel + j) % s.subchannels);
            g.powerW = users[g.ue].powerW[d];
            grants.push_back(g);
        }
        if (served > 0)
        {
            turn.ue = queue[served - 1] + 1;
            // one on, so that nobody stays on a bad subchannel
            turn.subchannel = (turn.subchannel + 1) % s.subchannels;
        }
    }
}

} // namespace noma
} // namespace ns3
