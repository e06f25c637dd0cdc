/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-channel.h"

#include <utility>

namespace ns3
{
namespace noma
{

void
SlotChannel::Reset(const SlotSnapshot& snapshot)
{
    m_snapshot = &snapshot;
    m_read.up = m_read.down = false;
}

GainTensor&
SlotChannel::Size(Direction d)
{
    const SlotSnapshot& s = *m_snapshot;
    GainTensor& gain = m_gain[d];
    if (gain.GetUsers() != s.ues.size() || gain.GetAps() != s.aps ||
        gain.GetSubchannels() != s.subchannels)
    {
        gain = GainTensor(s.ues.size(), s.aps, s.subchannels);
    }
    return gain;
}

const GainTensor&
SlotChannel::Get(Direction d)
{
    if (!m_read[d])
    {
        const SlotSnapshot& s = *m_snapshot;
        GainTensor& gain = Size(d);
        for (uint32_t m = 0; m < s.subchannels && !s.ues.empty(); ++m)
        {
            for (uint32_t n = 0; n < s.aps; ++n)
            {
                s.csi->Row(d, n, m, gain.Row(n, m));
            }
        }
        m_read[d] = true;
    }
    return m_gain[d];
}

SlotProblem
SlotChannel::MakeEmpty(const SlotSnapshot& s, Direction d, uint32_t k)
{
    SlotProblem problem;
    problem.direction = d;
    problem.aps = s.aps;
    problem.subchannels = s.subchannels;
    problem.maxSuperposed = k;
    problem.slotSeconds = s.slotSeconds;
    problem.subchannelHz = s.subchannelHz[d];
    problem.noiseW = s.noiseW[d];
    problem.residual = s.residual;
    problem.snrGap = s.snrGap;
    if (d == DOWNLINK)
    {
        problem.apPowerW = s.apMaxPowerW;
    }
    return problem;
}

SlotProblem
SlotChannel::MakeProblem(const SlotSnapshot& s, Direction d, uint32_t k)
{
    SlotProblem problem = MakeEmpty(s, d, k);
    problem.gain = &Get(d);
    return problem;
}

SlotProblem
SlotChannel::MakeProblem(const SlotSnapshot& s,
                         Direction d,
                         uint32_t k,
                         std::vector<SlotLink> links)
{
    SlotProblem problem = MakeEmpty(s, d, k);
    problem.links = std::move(links);
    GainTensor& gain = Size(d);
    problem.gain = &gain;
    m_ues.clear();
    for (const SlotLink& link : problem.links)
    {
        m_ues.push_back(link.user);
    }
    m_some.resize(m_ues.size());
    for (uint32_t m = 0; m < s.subchannels && !m_read[d]; ++m)
    {
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            s.csi->Some(d, n, m, m_ues, m_some.data());
            double* const row = gain.Row(n, m);
            for (std::size_t i = 0; i < m_ues.size(); ++i)
            {
                row[m_ues[i]] = m_some[i];
            }
        }
    }
    return problem;
}

Grant
MakeGrant(const SlotProblem& problem, const SlotEntry& entry)
{
    Grant g;
    g.direction = problem.direction;
    g.ue = problem.links[entry.link].user;
    g.ap = problem.links[entry.link].ap;
    g.subchannel = entry.subchannel;
    g.powerW = entry.powerW;
    return g;
}

} // namespace noma
} // namespace ns3
