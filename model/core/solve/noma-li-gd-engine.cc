/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-li-gd-engine.h"

#include "ns3/noma-check.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-math.h"
#include "ns3/noma-units.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Greatest tolerance relative to one direction's own cost.
constexpr double COARSEST = 1e-2;

/// A layer is given up when its objective less HOPE times the first-order gain of new columns is
/// above (1 + HOPELESS) times the best layer's.
constexpr double HOPE = 3;
constexpr double HOPELESS = 0.05;

/// A layer is not solved at all if it costs this times the best layer where the last descent ended.
constexpr double FAR = 2;

/// Layers solved besides the present one in a re-solve, at most.
constexpr std::size_t RECONSIDERED = 2;

} // namespace

void
LiGdEngineParams::Validate() const
{
    const double least = std::numeric_limits<double>::denorm_min();
    CheckRange(tolerance, least, 1, "a number in (0, 1]", "Li-GD engine: tolerance");
    CheckRange(columnTolerance, least, 1, "a number in (0, 1]", "Li-GD engine: columnTolerance");
    CheckRange(loadTolerance, least, 1, "a number in (0, 1]", "Li-GD engine: loadTolerance");
    CheckRange(columnsPerUser, 1, 4, "in 1..4", "Li-GD engine: columnsPerUser");
    CheckRange(maxRounds, 1, 1e9, "in 1..1e9", "Li-GD engine: maxRounds");
    CheckRange(static_cast<double>(maxIterations),
               1,
               1e9,
               "in 1..1e9",
               "Li-GD engine: maxIterations");
    CheckNonNegative(reconsider, "Li-GD engine: reconsider");
}

LiGdEngine::LiGdEngine(const LiGdEngineParams& params)
    : m_params(params),
      m_links{ActiveLinks(UPLINK), ActiveLinks(DOWNLINK)}
{
    m_params.Validate();
}

void
LiGdEngine::Attach(const Instance& instance, bool warm, const Decision* start)
{
    m_instance = &instance;
    m_first = warm || start ? WARM_TOLERANCE : COLD_TOLERANCE;
    m_cold = !warm && !start;
    m_pricings = 0;
    m_actives = 0;
    m_cells = UsersByAp(instance);
    m_curves = MakeUnitCurves(instance);
    m_unitPrice.assign(m_cells.size(), 0.0);
    const std::size_t users = instance.users.size();
    m_compute.users.resize(users);
    const uint32_t capacity = m_params.capacity > 0 ? m_params.capacity : instance.maxSuperposed;
    for (Direction d : DIRECTIONS)
    {
        if (warm)
        {
            m_links[d].Continue(instance, capacity);
        }
        else
        {
            start ? m_links[d].Resume(instance, capacity, *start)
                  : m_links[d].Start(instance, capacity);
            m_lastRate[d].assign(users, 0.0);
        }
    }
}

void
LiGdEngine::SetOptions(const std::vector<uint32_t>& option)
{
    m_option = option;
    for (std::size_t i = 0; i < option.size(); ++i)
    {
        m_compute.users[i].option = option[i];
    }
    for (Direction d : DIRECTIONS)
    {
        m_links[d].SetOptions(option);
    }
}

bool
LiGdEngine::SolveUnits()
{
    for (uint32_t n = 0; n < m_cells.size(); ++n)
    {
        double least = 0;
        for (uint32_t i : m_cells[n])
        {
            const User& user = m_instance->users[i];
            least += UsesEdge(user.options[m_option[i]]) ? user.units.min : 0.0;
        }
        if (least > m_instance->edges[n].units)
        {
            return false;
        }
    }
    for (uint32_t n = 0; n < m_cells.size(); ++n)
    {
        m_unitPrice[n] = OptimiseUnits(*m_instance, m_curves, n, m_cells[n], m_compute);
    }
    return true;
}

double
LiGdEngine::ComputeCost() const
{
    double cost = 0;
    for (std::size_t i = 0; i < m_option.size(); ++i)
    {
        const User& user = m_instance->users[i];
        const EdgeServer& edge = m_instance->edges[user.ap];
        const CutOption& o = user.options[m_option[i]];
        const double units = m_compute.users[i].units;
        cost += user.wT * (DeviceDelay(user, o) + EdgeDelay(edge, o, units)) / user.delayScale +
                user.wE * (DeviceEnergy(user, o) + EdgeEnergy(edge, o, units)) / user.energyScale;
    }
    return cost;
}

double
LiGdEngine::SolveLinks(Direction d, double rest, LiGdEngineReport& report, LayerReport& layer)
{
    ActiveLinks& links = m_links[d];
    if (links.GetActiveUsers().empty())
    {
        return 0;
    }
    ProjectedGradientParams params;
    params.maxIterations = m_params.maxIterations;
    // Tolerances are of the whole objective: a direction that is a small part of it needs fewer
    // digits.
    const double part = std::max(1.0, 1 + rest / links.GetRadioCost());
    const double tolerance = std::min(m_params.tolerance * part, COARSEST);
    const double columnTolerance = std::min(m_params.columnTolerance * part, COARSEST);
    params.decreaseTolerance = std::max(tolerance, m_first);
    double excess = 0;
    for (uint32_t round = 0;; ++round)
    {
        m_point.resize(links.GetSize());
        links.GetPoint(m_point.data());
        const DescentReport descent = m_descent.Minimize(links, params, m_point.data());
        links.SetPoint(m_point.data());
        // The last point tried need not be the one taken; prices belong to the latter.
        links.GetPoint(m_point.data());
        m_gradient.resize(m_point.size());
        double cost = 0;
        links.Evaluate(m_point.data(), &cost, m_gradient.data());
        m_actives += descent.evaluations + 1;
        report.solver.iterations += descent.iterations;
        layer.iterations += descent.iterations;

        excess = links.UpdateMultipliers();
        links.Prune();
        const double gain = links.Price(m_params.columnsPerUser);
        ++m_pricings;
        const bool fine = params.decreaseTolerance <= tolerance;
        const bool settled = gain <= columnTolerance * links.GetRadioCost();
        // Another layer is better already, and this one has not that much left to gain.
        if (rest + links.GetRadioCost() - HOPE * gain > (1 + HOPELESS) * m_bar)
        {
            break;
        }
        if ((fine && settled && excess <= m_params.loadTolerance) ||
            round + 1 == m_params.maxRounds)
        {
            layer.projectedGradientNorm =
                std::max(layer.projectedGradientNorm, descent.projectedGradientNorm);
            if (!(fine && settled && excess <= m_params.loadTolerance) ||
                descent.status == SolverStatus::MAX_ITERATIONS)
            {
                report.solver.status = SolverStatus::MAX_ITERATIONS;
            }
            break;
        }
        params.decreaseTolerance =
            std::max(tolerance,
                     std::min(0.3 * params.decreaseTolerance, 0.1 * gain / links.GetRadioCost()));
        links.Build();
        ++m_actives;
    }
    report.worstExcess = std::max(report.worstExcess, excess);
    links.Prune();
    links.Repair();
    links.Build();
    ++m_actives;
    for (uint32_t i : links.GetActiveUsers())
    {
        m_lastRate[d][i] = links.GetRate(i);
    }
    return links.GetRadioCost();
}

double
LiGdEngine::Solve(LiGdEngineReport& report)
{
    LayerReport layer;
    layer.option = report.layer;
    layer.gamma = math::INFINITE;
    if (SolveUnits())
    {
        double rest = ComputeCost();
        if (m_cold)
        {
            SetOutCold();
        }
        BuildLinks();
        layer.gamma = AddRadio(rest);
        if (layer.gamma > FAR * m_bar)
        {
            // no descent makes up for that
            report.solver.layers.push_back(layer);
            return layer.gamma;
        }
        layer.gamma = rest;
        rest += m_links.down.GetRadioCost();
        for (Direction d : DIRECTIONS)
        {
            const double cost = SolveLinks(d, rest, report, layer);
            layer.gamma += cost;
            rest += cost - m_links.down.GetRadioCost();
        }
    }
    report.solver.layers.push_back(layer);
    m_first = 0;
    return layer.gamma;
}

void
LiGdEngine::Try(uint32_t layer, LiGdEngineReport& report)
{
    const uint32_t best = report.layer;
    report.layer = layer;
    SetOptions(LayerOptions(*m_instance, layer));
    m_bar = report.gamma;
    const double gamma = Solve(report);
    m_bar = math::INFINITE;
    if (gamma < report.gamma || best == NONE)
    {
        report.solver.projectedGradientNorm = report.solver.layers.back().projectedGradientNorm;
        Remember(gamma, report);
    }
    else
    {
        report.layer = best;
    }
}

void
LiGdEngine::Remember(double gamma, LiGdEngineReport& report)
{
    report.gamma = gamma;
    for (Direction d : DIRECTIONS)
    {
        m_best.links[d] = m_links[d].GetState();
    }
    m_best.option = m_option;
    m_best.units.resize(m_option.size());
    for (std::size_t i = 0; i < m_option.size(); ++i)
    {
        m_best.units[i] = m_compute.users[i].units;
    }
}

void
LiGdEngine::BuildLinks()
{
    for (Direction d : DIRECTIONS)
    {
        m_links[d].Build();
        ++m_actives;
    }
}

double
LiGdEngine::AddRadio(double gamma) const
{
    for (Direction d : DIRECTIONS)
    {
        gamma += m_links[d].GetActiveUsers().empty() ? 0.0 : m_links[d].GetRadioCost();
    }
    return gamma;
}

void
LiGdEngine::Keep(uint32_t layer, LiGdEngineReport& report)
{
    SetOptions(LayerOptions(*m_instance, layer));
    if (!SolveUnits())
    {
        return;
    }
    BuildLinks();
    const double gamma = AddRadio(ComputeCost());
    if (std::isfinite(gamma))
    {
        report.layer = layer;
        Remember(gamma, report);
    }
}

void
LiGdEngine::Restore(const LiGdEngineReport& report)
{
    SetOptions(m_best.option);
    for (Direction d : DIRECTIONS)
    {
        m_links[d].SetState(m_best.links[d]);
    }
    for (std::size_t i = 0; i < m_option.size(); ++i)
    {
        m_compute.users[i].units = m_best.units[i];
    }
    m_layer = report.layer;
}

void
LiGdEngine::Finish(LiGdEngineReport& report)
{
    report.solver.evaluations = (m_pricings + 1) / 2;
    report.solver.activeEvaluations = (m_actives + 1) / 2;
}

LiGdEngineReport
LiGdEngine::NothingYet()
{
    LiGdEngineReport report;
    report.layer = NONE;
    report.gamma = math::INFINITE;
    report.solver.status = SolverStatus::CONVERGED;
    return report;
}

LiGdEngineReport
LiGdEngine::Sweep(const Instance& instance)
{
    LiGdEngineReport report = NothingYet();
    Attach(instance, false);
    m_slot = 0;
    const uint32_t layers = GetLayers(instance);
    for (uint32_t layer = 0; layer < layers; ++layer)
    {
        Try(layer, report);
    }
    TryOrigins(report);
    Restore(report);
    Finish(report);
    return report;
}

bool
LiGdEngine::CanContinue(const Instance& instance) const
{
    return m_instance && m_compute.users.size() == instance.users.size() &&
           m_links.up.Fits(instance) && m_links.down.Fits(instance);
}

LiGdEngineReport
LiGdEngine::Resolve(const Instance& instance)
{
    if (m_layer == NONE || !CanContinue(instance))
    {
        return Sweep(instance);
    }
    LiGdEngineReport report = NothingYet();
    const uint32_t present = m_layer;
    Attach(instance, true);
    // Descents in other columns may end higher: what was decided last is the least to expect.
    Keep(present, report);
    ++m_slot;
    const bool afresh = m_params.restartPeriod > 0 && m_slot % m_params.restartPeriod == 0;
    if (afresh)
    {
        SetOutCold();
    }
    else
    {
        SetOut(Origin::WARM);
    }
    m_first = afresh ? COLD_TOLERANCE : WARM_TOLERANCE;
    Try(present, report);

    m_candidates.clear();
    for (uint32_t layer = 0; layer < GetLayers(instance); ++layer)
    {
        const double estimate = layer == present ? math::INFINITE : Estimate(layer);
        if (estimate < (1 + m_params.reconsider) * report.gamma)
        {
            m_candidates.emplace_back(estimate, layer);
        }
    }
    std::sort(m_candidates.begin(), m_candidates.end());
    for (std::size_t k = 0; k < std::min(RECONSIDERED, m_candidates.size()); ++k)
    {
        Try(m_candidates[k].second, report);
    }
    Restore(report);
    Finish(report);
    return report;
}

LiGdEngineReport
LiGdEngine::SolveOptions(const Instance& instance, const std::vector<uint32_t>& option, bool warm)
{
    LiGdEngineReport report = NothingYet();
    const bool same = warm && CanContinue(instance);
    Attach(instance, same);
    SetOptions(option);
    report.gamma = Solve(report);
    report.solver.projectedGradientNorm = report.solver.layers.back().projectedGradientNorm;
    if (!same)
    {
        Remember(report.gamma, report);
        TryOrigins(report);
        Restore(report);
    }
    m_layer = NONE;
    Finish(report);
    return report;
}

} // namespace noma
} // namespace ns3
