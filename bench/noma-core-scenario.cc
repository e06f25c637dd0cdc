/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-core-scenario.h"

#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-model-library.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{
namespace bench
{

Scenario::Scenario(const ScenarioParameters& parameters, const std::vector<CutOption>& cuts)
    : m_parameters(parameters),
      m_random(parameters.seed)
{
    for (std::size_t k = 0; k + 1 < cuts.size(); k += parameters.stride)
    {
        m_cuts.push_back(cuts[k]);
    }
    m_cuts.push_back(cuts.back());

    const uint32_t users = parameters.aps * parameters.usersPerAp;
    m_instance.subchannels = parameters.subchannels;
    m_instance.maxSuperposed = parameters.maxSuperposed;
    m_instance.bandwidthHz = {10e6, 10e6};
    m_instance.edges.resize(parameters.aps);
    for (EdgeServer& edge : m_instance.edges)
    {
        edge.units = parameters.unitsPerUser * parameters.usersPerAp;
        edge.clockHz = 2.5e9;
        edge.flopPerCycle = 4;
        edge.kappa = 1e-29;
        edge.lambda = Lambda::Power(0.5);
    }
    m_instance.users.resize(users);
    m_path.resize(static_cast<std::size_t>(users) * parameters.aps);
    for (uint32_t i = 0; i < users; ++i)
    {
        User& user = m_instance.users[i];
        user.ap = i / parameters.usersPerAp;
        user.clockHz = 1e8 * std::pow(4.0, Uniform());
        user.flopPerCycle = 4;
        user.kappa = 1e-25;
        user.wT = 0.2 + 0.6 * Uniform();
        user.wE = 1 - user.wT;
        user.powerW.up = {0.001, 0.316227766};
        user.powerW.down = {0.001, 1.0};
        user.units = {1, 8};
        const double distance = parameters.radiusM * std::sqrt(Uniform());
        const double angle = 2 * std::acos(-1.0) * Uniform();
        const double spacing = 2 * parameters.radiusM;
        for (uint32_t n = 0; n < parameters.aps; ++n)
        {
            const double x = (static_cast<double>(user.ap) - n) * spacing;
            const double d = std::hypot(x + distance * std::cos(angle), distance * std::sin(angle));
            m_path[static_cast<std::size_t>(i) * parameters.aps + n] =
                std::pow(std::max(1.0, d), -5.0);
        }
        NewTask(i);
    }
    for (Direction d : DIRECTIONS)
    {
        m_instance.gain[d] = GainTensor(users, parameters.aps, parameters.subchannels);
        m_coefficient[d].resize(2 * m_instance.gain[d].GetData().size());
        for (float& g : m_coefficient[d])
        {
            g = static_cast<float>(Normal());
        }
    }
    UpdateGains();
}

double
Scenario::Uniform()
{
    return (static_cast<double>(m_random() >> 11) + 0.5) * 0x1p-53;
}

double
Scenario::Normal()
{
    return std::sqrt(-2 * std::log(Uniform())) * std::cos(2 * std::acos(-1.0) * Uniform());
}

void
Scenario::NewTask(uint32_t i)
{
    // images of half to one and a half times the size
    const double scale = 0.5 + Uniform();
    User& user = m_instance.users[i];
    user.options = m_cuts;
    for (CutOption& o : user.options)
    {
        o.deviceFlops *= scale;
        o.edgeFlops *= scale;
        o.upBits *= scale;
    }
    const double flops = user.options.back().deviceFlops;
    user.delayScale = flops / (user.clockHz * user.flopPerCycle);
    user.energyScale = user.kappa * user.clockHz * user.clockHz * flops / user.flopPerCycle;
}

void
Scenario::UpdateGains()
{
    const uint32_t users = m_parameters.aps * m_parameters.usersPerAp;
    for (Direction d : DIRECTIONS)
    {
        std::size_t at = 0;
        for (uint32_t m = 0; m < m_parameters.subchannels; ++m)
        {
            for (uint32_t n = 0; n < m_parameters.aps; ++n)
            {
                double* row = m_instance.gain[d].Row(n, m);
                for (uint32_t i = 0; i < users; ++i, at += 2)
                {
                    const double re = m_coefficient[d][at];
                    const double im = m_coefficient[d][at + 1];
                    row[i] = m_path[static_cast<std::size_t>(i) * m_parameters.aps + n] * 0.5 *
                             std::max(re * re + im * im, 1e-9);
                }
            }
        }
    }
}

void
Scenario::Advance(double correlation, double newTasks)
{
    const double innovation = std::sqrt(1 - correlation * correlation);
    for (Direction d : DIRECTIONS)
    {
        for (float& g : m_coefficient[d])
        {
            g = static_cast<float>(correlation * g + innovation * Normal());
        }
    }
    UpdateGains();
    for (uint32_t i = 0; i < m_instance.users.size(); ++i)
    {
        if (Uniform() < newTasks)
        {
            NewTask(i);
        }
    }
}

std::vector<CutOption>
ModelCuts(const std::string& model)
{
    const DnnProfile profile(BuiltInModel(model), DnnView::FUSED);
    return MakeCutOptions(profile, ChainCuts(profile), DnnCutParameters());
}

} // namespace bench
} // namespace noma
} // namespace ns3
