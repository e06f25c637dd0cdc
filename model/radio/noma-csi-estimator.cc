/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-csi-estimator.h"

#include "noma-spectrum-channel.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(NomaCsiEstimator);
NS_OBJECT_ENSURE_REGISTERED(NomaAgedCsiEstimator);
NS_OBJECT_ENSURE_REGISTERED(NomaNoisyCsiEstimator);

TypeId
NomaCsiEstimator::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaCsiEstimator")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaCsiEstimator>();
    return tid;
}

NomaCsiEstimator::NomaCsiEstimator() = default;

NomaCsiEstimator::~NomaCsiEstimator() = default;

void
NomaCsiEstimator::DoDispose()
{
    m_ues.clear();
    m_aps.clear();
    m_fading = nullptr;
    m_ownGains.SetLoss(nullptr, 0);
    Object::DoDispose();
}

void
NomaCsiEstimator::SetDevices(std::vector<Ptr<NomaSpectrumPhy>> ues,
                             std::vector<Ptr<NomaSpectrumPhy>> aps)
{
    m_ues = std::move(ues);
    m_aps = std::move(aps);
    for (const Direction d : DIRECTIONS)
    {
        m_path[d].assign(m_aps.size(), {});
        m_rows[d].clear();
    }
    m_fading = nullptr;
    m_subchannels = 0;
    for (const auto& phy : m_aps)
    {
        m_subchannels = phy ? phy->GetSubchannels() : m_subchannels;
    }
    for (const auto* side : {&m_aps, &m_ues})
    {
        for (const auto& phy : *side)
        {
            if (phy && phy->GetFading())
            {
                m_fading = phy->GetFading();
                return;
            }
        }
    }
}

void
NomaCsiEstimator::Update(Time slotDuration)
{
    if (m_fading)
    {
        m_block = DoGetKnownBlock(*m_fading, Simulator::Now(), slotDuration);
    }
    for (const auto* side : {&m_aps, &m_ues})
    {
        for (const auto& phy : *side)
        {
            if (phy)
            {
                phy->UpdatePosition();
            }
        }
    }
    for (const Direction d : DIRECTIONS)
    {
        for (auto& row : m_path[d])
        {
            row.valid = false;
        }
    }
}

const std::vector<double>&
NomaCsiEstimator::PathRow(Direction d, uint32_t ap) const
{
    auto& row = m_path[d][ap];
    if (!row.valid)
    {
        row.valid = true;
        row.perUser.assign(m_ues.size(), 0.0);
        if (!m_aps[ap])
        {
            return row.perUser;
        }
        const auto channel = m_aps[ap]->GetChannel();
        NS_ABORT_MSG_IF(!channel, "NomaCsiEstimator: an access point has no channel");
        auto gains = &m_ownGains;
        if (const auto fast = DynamicCast<NomaSpectrumChannel>(channel))
        {
            gains = &fast->GetPathGains();
        }
        else
        {
            DoubleValue maxLoss;
            channel->GetAttribute("MaxLossDb", maxLoss);
            m_ownGains.SetLoss(channel->GetPropagationLossModel(), maxLoss.Get());
        }
        for (std::size_t i = 0; i < m_ues.size(); ++i)
        {
            if (m_ues[i])
            {
                row.perUser[i] = d == UPLINK ? gains->Get(*m_ues[i], *m_aps[ap])
                                             : gains->Get(*m_aps[ap], *m_ues[i]);
            }
        }
    }
    return row.perUser;
}

double
NomaCsiEstimator::GetPathGain(Direction d, uint32_t ue, uint32_t ap) const
{
    return PathRow(d, ap)[ue];
}

double
NomaCsiEstimator::Gain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const
{
    const double path = PathRow(d, ap)[ue];
    if (!m_fading)
    {
        return path;
    }
    const std::size_t at = ap * m_subchannels + subchannel;
    if (at < m_rows[d].size())
    {
        const auto& row = m_rows[d][at];
        if (row.block == m_block && ue < row.perUser.size())
        {
            return path * row.perUser[ue];
        }
    }
    return path * DoEstimate(*m_fading, {d, ue, ap, subchannel}, m_block);
}

void
NomaCsiEstimator::Row(Direction d, uint32_t ap, uint32_t subchannel, double* out) const
{
    const auto& path = PathRow(d, ap);
    std::copy(path.begin(), path.end(), out);
    if (!m_fading)
    {
        return;
    }
    if (m_rows[d].empty())
    {
        m_rows[d].resize(m_aps.size() * m_subchannels);
    }
    auto& row = m_rows[d][ap * m_subchannels + subchannel];
    if (row.block != m_block || row.perUser.empty())
    {
        row.block = m_block;
        row.perUser.resize(path.size());
        FadingLink link{d, 0, ap, subchannel};
        for (; link.ue < path.size(); ++link.ue)
        {
            row.perUser[link.ue] = DoEstimate(*m_fading, link, m_block);
        }
    }
    for (std::size_t i = 0; i < path.size(); ++i)
    {
        out[i] *= row.perUser[i];
    }
}

uint64_t
NomaCsiEstimator::DoGetKnownBlock(const NomaFadingModel& fading,
                                  Time slotStart,
                                  Time /* slotDuration */) const
{
    return fading.GetBlock(slotStart);
}

double
NomaCsiEstimator::DoEstimate(const NomaFadingModel& fading,
                             const FadingLink& link,
                             uint64_t block) const
{
    return fading.GetGain(link, block);
}

int64_t
NomaCsiEstimator::AssignStreams(int64_t stream)
{
    return DoAssignStreams(stream);
}

int64_t
NomaCsiEstimator::DoAssignStreams(int64_t /* stream */)
{
    return 0;
}

TypeId
NomaAgedCsiEstimator::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::NomaAgedCsiEstimator")
                            .SetParent<NomaCsiEstimator>()
                            .SetGroupName("Noma")
                            .AddConstructor<NomaAgedCsiEstimator>()
                            .AddAttribute("Delay",
                                          "Age of the information (slots).",
                                          UintegerValue(0),
                                          MakeUintegerAccessor(&NomaAgedCsiEstimator::m_delay),
                                          MakeUintegerChecker<uint32_t>(0, 1000000));
    return tid;
}

uint64_t
NomaAgedCsiEstimator::DoGetKnownBlock(const NomaFadingModel& fading,
                                      Time slotStart,
                                      Time slotDuration) const
{
    const Time then = slotStart - m_delay * slotDuration;
    return fading.GetBlock(std::max(then, Time(0)));
}

TypeId
NomaNoisyCsiEstimator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::NomaNoisyCsiEstimator")
            .SetParent<NomaAgedCsiEstimator>()
            .SetGroupName("Noma")
            .AddConstructor<NomaNoisyCsiEstimator>()
            .AddAttribute("ErrorVariance",
                          "Mean square error of the fading coefficient, whose mean square is 1.",
                          DoubleValue(0.0),
                          MakeDoubleAccessor(&NomaNoisyCsiEstimator::m_errorVariance),
                          MakeDoubleChecker<double>(0.0, 1.0));
    return tid;
}

NomaNoisyCsiEstimator::NomaNoisyCsiEstimator()
    : m_error(CreateObject<NomaBlockFadingModel>())
{
}

double
NomaNoisyCsiEstimator::DoEstimate(const NomaFadingModel& fading,
                                  const FadingLink& link,
                                  uint64_t block) const
{
    if (m_errorVariance == 0)
    {
        return fading.GetGain(link, block);
    }
    const double v = m_errorVariance;
    return std::norm((1 - v) * fading.GetCoefficient(link, block) +
                     std::sqrt(v * (1 - v)) * m_error->GetCoefficient(link, block));
}

int64_t
NomaNoisyCsiEstimator::DoAssignStreams(int64_t stream)
{
    return m_error->AssignStreams(stream);
}

} // namespace noma
} // namespace ns3
