/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-csi-estimator.h"

#include "noma-prefetch.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <typeinfo>

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
    m_places.clear();
    m_fading = nullptr;
    m_gains = nullptr;
    Object::DoDispose();
}

void
NomaCsiEstimator::SetDevices(std::vector<Ptr<NomaSpectrumPhy>> ues,
                             std::vector<Ptr<NomaSpectrumPhy>> aps)
{
    m_ues = std::move(ues);
    m_aps = std::move(aps);
    m_positionVersion = 0;
    for (const Direction d : DIRECTIONS)
    {
        m_path[d].assign(m_aps.size(), {});
        m_rows[d].clear();
        m_asked[d] = {};
    }
    // of a class that may estimate otherwise each gain is asked for
    m_knowsFading =
        typeid(*this) == typeid(NomaCsiEstimator) || typeid(*this) == typeid(NomaAgedCsiEstimator);
    m_fading = nullptr;
    m_gains = nullptr;
    m_subchannels = 0;
    for (const auto& phy : m_aps)
    {
        m_subchannels = phy ? phy->GetSubchannels() : m_subchannels;
        if (phy && !m_gains)
        {
            NS_ABORT_MSG_IF(!phy->GetChannel(), "NomaCsiEstimator: an access point has no channel");
            m_gains = NomaPathGain::Of(phy->GetChannel());
        }
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
    UpdatePositions();
    if (!m_gains)
    {
        return;
    }
    m_gains->Update();
    for (const Direction d : DIRECTIONS)
    {
        for (auto& row : m_path[d])
        {
            row.valid = row.valid && row.version == m_gains->GetVersion();
        }
    }
}

void
NomaCsiEstimator::UpdatePositions()
{
    constexpr std::size_t MOBILITY_BYTES = 128; // so many hold the position, as a rule
    if (m_positionVersion != NomaSpectrumPhy::GetLatestPositionVersion())
    {
        m_places.clear();
        for (const auto* side : {&m_aps, &m_ues})
        {
            for (const auto& phy : *side)
            {
                if (phy && phy->GetMobility())
                {
                    phy->UpdatePosition();
                    m_places.push_back({phy->GetMobility(), phy->GetPosition(), PeekPointer(phy)});
                }
            }
        }
    }
    else
    {
        // they know what is written down here, which lies closer together
        for (std::size_t i = 0; i < m_places.size(); ++i)
        {
            if (i + PREFETCH_USERS < m_places.size())
            {
                const auto& next = m_places[i + PREFETCH_USERS].mobility;
                const auto* const begin = reinterpret_cast<const char*>(PeekPointer(next));
                Prefetch(begin, begin + MOBILITY_BYTES);
            }
            Place& place = m_places[i];
            const Vector now = place.mobility->GetPosition();
            if (now.x != place.position.x || now.y != place.position.y || now.z != place.position.z)
            {
                place.position = now;
                place.phy->NotePosition(now);
            }
        }
    }
    m_positionVersion = NomaSpectrumPhy::GetLatestPositionVersion();
}

const NomaCsiEstimator::PathGains&
NomaCsiEstimator::PathRow(Direction d, uint32_t ap) const
{
    auto& row = m_path[d][ap];
    if (row.valid)
    {
        return row;
    }
    row.valid = true;
    row.version = m_gains ? m_gains->GetVersion() : 0;
    row.perUser.assign(m_ues.size(), 0.0);
    row.spectra.clear();
    for (std::size_t i = 0; m_aps[ap] && i < m_ues.size(); ++i)
    {
        if (!m_ues[i])
        {
            continue;
        }
        const auto& tx = d == UPLINK ? *m_ues[i] : *m_aps[ap];
        const auto& rx = d == UPLINK ? *m_aps[ap] : *m_ues[i];
        row.perUser[i] = m_gains->Get(tx, rx);
        if (const double* const spectrum = m_gains->GetSpectrum(tx, rx))
        {
            row.spectra.resize(m_ues.size(), nullptr);
            row.spectra[i] = spectrum;
        }
    }
    return row;
}

double
NomaCsiEstimator::MeanGain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const
{
    const auto& row = PathRow(d, ap);
    const double* const spectrum = row.spectra.empty() ? nullptr : row.spectra[ue];
    return spectrum ? row.perUser[ue] * spectrum[subchannel] : row.perUser[ue];
}

double
NomaCsiEstimator::GetPathGain(Direction d, uint32_t ue, uint32_t ap) const
{
    const auto& row = PathRow(d, ap);
    if (row.spectra.empty() || !row.spectra[ue])
    {
        return row.perUser[ue];
    }
    const double* const spectrum = row.spectra[ue];
    return row.perUser[ue] * std::accumulate(spectrum, spectrum + m_subchannels, 0.0) /
           static_cast<double>(m_subchannels);
}

double
NomaCsiEstimator::Gain(Direction d, uint32_t ue, uint32_t ap, uint32_t subchannel) const
{
    const double path = MeanGain(d, ue, ap, subchannel);
    if (!m_fading)
    {
        return path;
    }
    if (const auto* const row = KnownRow(d, ap, subchannel))
    {
        const uint32_t position = m_asked[d].position[ue];
        if (position < row->perAsked.size())
        {
            return path * row->perAsked[position];
        }
    }
    return path * DoEstimate(*m_fading, {d, ue, ap, subchannel}, m_block);
}

const NomaCsiEstimator::FadingRow*
NomaCsiEstimator::KnownRow(Direction d, uint32_t ap, uint32_t subchannel) const
{
    const std::size_t at = ap * m_subchannels + subchannel;
    if (at >= m_rows[d].size() || m_asked[d].block != m_block)
    {
        return nullptr;
    }
    const auto& row = m_rows[d][at];
    return row.number == m_asked[d].number ? &row : nullptr;
}

void
NomaCsiEstimator::Few(Direction d,
                      uint32_t ap,
                      uint32_t subchannel,
                      const uint32_t* ues,
                      std::size_t n,
                      double* out) const
{
    const auto& path = PathRow(d, ap);
    if (!m_fading || !m_knowsFading || !path.spectra.empty() || KnownRow(d, ap, subchannel))
    {
        CsiView::Few(d, ap, subchannel, ues, n, out);
        return;
    }
    m_fading->GetGains({d, 0, ap, subchannel}, m_block, ues, n, out);
    for (std::size_t i = 0; i < n; ++i)
    {
        out[i] *= path.perUser[ues[i]];
    }
}

void
NomaCsiEstimator::Row(Direction d, uint32_t ap, uint32_t subchannel, double* out) const
{
    const auto& path = PathRow(d, ap);
    std::copy(path.perUser.begin(), path.perUser.end(), out);
    for (std::size_t i = 0; i < path.spectra.size(); ++i)
    {
        out[i] *= path.spectra[i] ? path.spectra[i][subchannel] : 1;
    }
    if (!m_fading)
    {
        return;
    }
    const double* const fading = KnowFading(d, ap, subchannel, nullptr);
    const auto& position = m_asked[d].position;
    for (std::size_t i = 0; i < path.perUser.size(); ++i)
    {
        out[i] *= fading[position[i]];
    }
}

void
NomaCsiEstimator::Some(Direction d,
                       uint32_t ap,
                       uint32_t subchannel,
                       const std::vector<uint32_t>& ues,
                       double* out) const
{
    const auto& path = PathRow(d, ap);
    for (std::size_t i = 0; i < ues.size(); ++i)
    {
        const double* const spectrum = path.spectra.empty() ? nullptr : path.spectra[ues[i]];
        out[i] = path.perUser[ues[i]] * (spectrum ? spectrum[subchannel] : 1);
    }
    if (!m_fading)
    {
        return;
    }
    const double* const fading = KnowFading(d, ap, subchannel, &ues);
    const auto& position = m_asked[d].position;
    for (std::size_t i = 0; i < ues.size(); ++i)
    {
        out[i] *= fading[position[ues[i]]];
    }
}

const double*
NomaCsiEstimator::KnowFading(Direction d,
                             uint32_t ap,
                             uint32_t subchannel,
                             const std::vector<uint32_t>* ues) const
{
    auto& asked = m_asked[d];
    if (asked.number == 0 || asked.block != m_block)
    {
        ++asked.number;
        asked.block = m_block;
        asked.ues.clear();
        asked.position.assign(m_ues.size(), NONE);
    }
    const std::size_t count = ues ? ues->size() : m_ues.size();
    for (std::size_t i = 0; i < count && asked.ues.size() < m_ues.size(); ++i)
    {
        const uint32_t ue = ues ? (*ues)[i] : static_cast<uint32_t>(i);
        if (asked.position[ue] == NONE)
        {
            asked.position[ue] = static_cast<uint32_t>(asked.ues.size());
            asked.ues.push_back(ue);
        }
    }
    m_rows[d].resize(m_aps.size() * m_subchannels);
    auto& row = m_rows[d][ap * m_subchannels + subchannel];
    if (row.number != asked.number)
    {
        row.number = asked.number;
        row.perAsked.clear();
    }
    const std::size_t known = row.perAsked.size();
    if (known < asked.ues.size())
    {
        row.perAsked.resize(asked.ues.size());
        FadingLink link{d, 0, ap, subchannel};
        if (m_knowsFading)
        {
            m_fading->GetGains(link,
                               m_block,
                               asked.ues.data() + known,
                               asked.ues.size() - known,
                               row.perAsked.data() + known);
        }
        for (std::size_t i = known; !m_knowsFading && i < asked.ues.size(); ++i)
        {
            link.ue = asked.ues[i];
            row.perAsked[i] = DoEstimate(*m_fading, link, m_block);
        }
    }
    return row.perAsked.data();
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
