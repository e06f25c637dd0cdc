/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * LiGdEngine: where descents begin.
 */
#include "noma-li-gd-engine.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// With more users than this times the places, ActiveLinks::Place() is no good start.
constexpr double OVERFULL = 1.1;

/// Up to so many users times subchannels, several origins are tried.
constexpr std::size_t SMALL = 4000;

} // namespace

void
LiGdEngine::SetOut(Origin origin)
{
    m_cold = false;
    for (Direction d : DIRECTIONS)
    {
        ActiveLinks& links = m_links[d];
        switch (origin)
        {
        case Origin::WARM:
        case Origin::PLACED:
            links.Place(origin == Origin::PLACED, 1);
            break;
        case Origin::GATHERED:
            links.Gather();
            break;
        case Origin::SPREAD:
            links.Spread();
            break;
        }
    }
}

void
LiGdEngine::SetOutCold()
{
    // Whoever finds no place takes turns, for which a descent has better ideas.
    const uint32_t capacity = m_params.capacity > 0 ? m_params.capacity : m_instance->maxSuperposed;
    const double places = OVERFULL * capacity * m_instance->subchannels;
    const bool fits = std::all_of(m_cells.begin(), m_cells.end(), [&](const auto& cell) {
        return static_cast<double>(cell.size()) <= places;
    });
    SetOut(fits && !m_gather ? Origin::PLACED : Origin::GATHERED);
}

void
LiGdEngine::TryOrigins(LiGdEngineReport& report)
{
    if (m_gather || m_option.size() * m_instance->subchannels > SMALL)
    {
        return;
    }
    const std::vector<uint32_t> option = m_best.option;
    for (Origin origin : {Origin::SPREAD, Origin::GATHERED, Origin::PLACED})
    {
        SetOptions(option);
        SetOut(origin);
        m_first = COLD_TOLERANCE;
        const double gamma = Solve(report);
        const LayerReport again = report.solver.layers.back();
        report.solver.layers.pop_back();
        for (LayerReport& layer : report.solver.layers)
        {
            if (layer.option == again.option && gamma < report.gamma)
            {
                layer.gamma = gamma;
                layer.projectedGradientNorm = again.projectedGradientNorm;
                layer.iterations += again.iterations;
                report.solver.projectedGradientNorm = again.projectedGradientNorm;
            }
        }
        if (gamma < report.gamma)
        {
            Remember(gamma, report);
        }
    }
}

void
LiGdEngine::Shake(uint32_t shakes, std::mt19937_64& rng, LiGdEngineReport& report)
{
    for (Direction d : DIRECTIONS)
    {
        ActiveLinks& links = m_links[d];
        links.Build();
        if (links.GetActiveUsers().empty())
        {
            continue;
        }
        const double rest = report.gamma - links.GetRadioCost();
        for (uint32_t k = 0; k < shakes; ++k)
        {
            links.Shake(rng);
            links.Build();
            m_first = WARM_TOLERANCE;
            LayerReport layer;
            const double gamma = rest + SolveLinks(d, rest, report, layer);
            if (gamma < report.gamma)
            {
                report.gamma = gamma;
                report.solver.projectedGradientNorm =
                    std::max(report.solver.projectedGradientNorm, layer.projectedGradientNorm);
                m_best.links[d] = links.GetState();
            }
            links.SetState(m_best.links[d]);
        }
        m_actives += 1 + shakes;
    }
}

} // namespace noma
} // namespace ns3
