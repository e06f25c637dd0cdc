/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * LiGdEngine: which options it solves for, and what it hands out.
 */
#include "noma-li-gd-engine.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-sic-rate.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// An option must be better by this fraction of a user's cost to be changed to.
constexpr double LEAST_GAIN = 1e-6;

/// @param user user
/// @returns a user's last option
uint32_t
LastOption(const User& user)
{
    return static_cast<uint32_t>(user.options.size()) - 1;
}

} // namespace

uint32_t
LiGdEngine::GetLayers(const Instance& instance)
{
    std::size_t layers = 0;
    for (const User& user : instance.users)
    {
        layers = std::max(layers, user.options.size());
    }
    return static_cast<uint32_t>(layers);
}

std::vector<uint32_t>
LiGdEngine::LayerOptions(const Instance& instance, uint32_t layer)
{
    std::vector<uint32_t> option;
    option.reserve(instance.users.size());
    for (const User& user : instance.users)
    {
        option.push_back(std::min(layer, LastOption(user)));
    }
    return option;
}

double
LiGdEngine::GuessRate(uint32_t i, Direction d) const
{
    if (m_lastRate[d][i] > 0)
    {
        return m_lastRate[d][i];
    }
    // never sent: what it would get alone
    const uint32_t m = m_links[d].GetColumns(i)->subchannel;
    const double gain = m_instance->gain[d].At(i, m_instance->users[i].ap, m);
    return m_instance->SubchannelHz(d) *
           SpectralEfficiency(m_links[d].GetPower(i) * gain / m_instance->NoiseW(d),
                              FromDb(m_instance->snrGapDb));
}

double
LiGdEngine::Estimate(uint32_t i, uint32_t option) const
{
    const User& user = m_instance->users[i];
    const EdgeServer& edge = m_instance->edges[user.ap];
    const CutOption& o = user.options[option];
    double units = m_compute.users[i].units;
    if (units == 0)
    {
        const double equal = edge.units / static_cast<double>(m_cells[user.ap].size());
        units = std::clamp(equal, user.units.min, user.units.max);
    }
    double delay = DeviceDelay(user, o) + EdgeDelay(edge, o, units);
    double energy = DeviceEnergy(user, o) + EdgeEnergy(edge, o, units);
    for (Direction d : DIRECTIONS)
    {
        if (!UsesRadio(o, d))
        {
            continue;
        }
        const double power = m_links[d].GetPower(i);
        const double rate = GuessRate(i, d);
        delay += LinkBits(o, d) / rate;
        energy += power * LinkBits(o, d) / rate;
    }
    return user.wT * delay / user.delayScale + user.wE * energy / user.energyScale;
}

double
LiGdEngine::Estimate(uint32_t layer) const
{
    double cost = 0;
    for (uint32_t i = 0; i < m_option.size(); ++i)
    {
        cost += Estimate(i, std::min(layer, LastOption(m_instance->users[i])));
    }
    return cost;
}

double
LiGdEngine::RespondCost(uint32_t i, uint32_t option) const
{
    const User& user = m_instance->users[i];
    const CutOption& o = user.options[option];
    double cost = user.wT * DeviceDelay(user, o) / user.delayScale +
                  user.wE * DeviceEnergy(user, o) / user.energyScale;
    if (UsesEdge(o))
    {
        const double price = m_unitPrice[user.ap];
        const double units = m_curves[i].Best(o.edgeFlops, price);
        cost += o.edgeFlops * m_curves[i].Cost(units) + price * units;
    }
    for (Direction d : DIRECTIONS)
    {
        if (UsesRadio(o, d))
        {
            const double power = m_links[d].GetPower(i);
            cost += LinkBits(o, d) / GuessRate(i, d) *
                        (user.wT / user.delayScale + user.wE * power / user.energyScale) +
                    m_links[d].GetRent(i);
        }
    }
    return cost;
}

bool
LiGdEngine::BestResponses(std::vector<uint32_t>& option)
{
    for (Direction d : DIRECTIONS)
    {
        double cost = 0;
        m_point.resize(m_links[d].GetSize());
        m_gradient.resize(m_point.size());
        m_links[d].GetPoint(m_point.data());
        m_links[d].Evaluate(m_point.data(), &cost, m_gradient.data());
        m_links[d].FindRents();
        ++m_actives;
    }
    option = m_option;
    bool changed = false;
    for (uint32_t n = 0; n < m_cells.size(); ++n)
    {
        const auto needs = [&](uint32_t i, uint32_t k) {
            const User& user = m_instance->users[i];
            return UsesEdge(user.options[k]) ? user.units.min : 0.0;
        };
        double units = 0;
        for (uint32_t i : m_cells[n])
        {
            units += needs(i, m_option[i]);
        }
        for (uint32_t i : m_cells[n])
        {
            const uint32_t now = m_option[i];
            double best = RespondCost(i, now) * (1 - LEAST_GAIN);
            for (uint32_t k = 0; k < m_instance->users[i].options.size(); ++k)
            {
                const double more = needs(i, k) - needs(i, now);
                if (k == now || (more > 0 && units + more > m_instance->edges[n].units))
                {
                    continue;
                }
                const double cost = RespondCost(i, k);
                if (cost < best)
                {
                    best = cost;
                    option[i] = k;
                }
            }
            units += needs(i, option[i]) - needs(i, now);
            changed = changed || option[i] != now;
        }
    }
    return changed;
}

LiGdEngineReport
LiGdEngine::SolveUsers(const Instance& instance, uint32_t rounds, bool gather)
{
    m_gather = gather;
    LiGdEngineReport report = Sweep(instance);
    m_gather = false;
    BuildLinks();
    Answer(rounds, report);
    return report;
}

void
LiGdEngine::Take(const Instance& instance, const Decision& start)
{
    Attach(instance, false, &start);
    std::vector<uint32_t> option;
    for (const UserDecision& user : start.users)
    {
        option.push_back(user.option);
    }
    SetOptions(option);
}

LiGdEngineReport
LiGdEngine::ResumeUsers(const Instance& instance, const Decision& start, uint32_t rounds)
{
    LiGdEngineReport report = NothingYet();
    Take(instance, start);
    SetOut(Origin::WARM);
    report.gamma = Solve(report);
    Answer(rounds, report);
    return report;
}

LiGdEngineReport
LiGdEngine::Improve(const Instance& instance,
                    const Decision& start,
                    uint32_t rounds,
                    uint32_t shakes,
                    std::mt19937_64& rng)
{
    LiGdEngineReport report = NothingYet();
    Take(instance, start);
    m_layer = NONE;
    if (SolveUnits())
    {
        BuildLinks();
        for (Direction d : DIRECTIONS)
        {
            m_links[d].Repair(); // of another instance, it may need more than there is
        }
        BuildLinks();
        Remember(AddRadio(ComputeCost()), report);
        const double gamma = Solve(report);
        report.solver.projectedGradientNorm = report.solver.layers.back().projectedGradientNorm;
        if (gamma < report.gamma)
        {
            Remember(gamma, report);
        }
        Restore(report);
        BuildLinks();
        Answer(rounds, report);
        Shake(shakes, rng, report);
    }
    Finish(report);
    return report;
}

void
LiGdEngine::Answer(uint32_t rounds, LiGdEngineReport& report)
{
    std::vector<uint32_t> option;
    Remember(report.gamma, report);
    for (uint32_t round = 0; round < rounds && BestResponses(option); ++round)
    {
        SetOptions(option);
        const double gamma = Solve(report);
        const bool better = gamma < report.gamma * (1 - LEAST_GAIN);
        if (gamma < report.gamma)
        {
            report.layer = NONE;
            Remember(gamma, report);
        }
        if (!better)
        {
            break;
        }
    }
    Restore(report);
    Finish(report);
}

Decision
LiGdEngine::GetDecision() const
{
    Decision decision = m_compute;
    for (uint32_t i = 0; i < decision.users.size(); ++i)
    {
        UserDecision& user = decision.users[i];
        const CutOption& o = m_instance->users[i].options[user.option];
        for (Direction d : DIRECTIONS)
        {
            LinkDecision& link = user.link[d];
            link = LinkDecision();
            if (!UsesRadio(o, d))
            {
                continue;
            }
            link.powerW = m_links[d].GetPower(i);
            const ActiveLinks::Column* columns = m_links[d].GetColumns(i);
            for (uint32_t c = 0; c < m_links[d].GetColumnCount(i); ++c)
            {
                if (columns[c].share > 0)
                {
                    link.shares.push_back({columns[c].subchannel, columns[c].share});
                }
            }
            std::sort(link.shares.begin(), link.shares.end(), [](const Share& a, const Share& b) {
                return a.subchannel < b.subchannel;
            });
        }
    }
    return decision;
}

} // namespace noma
} // namespace ns3
