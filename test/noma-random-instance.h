/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_RANDOM_INSTANCE_H
#define NOMA_RANDOM_INSTANCE_H

#include "ns3/noma-instance.h"
#include "ns3/noma-math.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-test
 * What a random instance looks like, for studies and tests: access points on a line of hexagonal
 * spacing, users uniform in discs around them, Rayleigh fading, tasks whose cuts compete with the
 * device.
 */
struct RandomInstanceParameters
{
    uint32_t aps{1};              //!< access points
    uint32_t usersPerAp{3};       //!< users at each
    uint32_t subchannels{2};      //!< M
    uint32_t maxSuperposed{3};    //!< K
    uint32_t maxOptions{4};       //!< cuts per user at most, device-only included; >= 2
    double radiusM{250};          //!< cell radius (m)
    double pathLossExponent{3.7}; //!< gain = distance^-exponent, 1 m reference
    double bandwidthHz{10e6};     //!< whole band per direction (Hz)
    double unitsPerUser{2};       //!< edge units per user of the access point
    double residual{0};           //!< residual factor of the cancellers
    DownlinkRate downlinkRate{DownlinkRate::OWN}; //!< downlink rate rule
};

/**
 * @ingroup noma-test
 * A random instance for tests and studies.
 *
 * @param parameters what to draw from
 * @param seed the same seed gives the same instance on every platform
 * @returns a valid instance
 */
inline Instance
MakeRandomInstance(const RandomInstanceParameters& parameters, uint64_t seed)
{
    std::mt19937_64 rng(seed);
    const auto uniform = [&](double a, double b) { return a + (b - a) * DrawUniform(rng); };
    const auto logUniform = [&](double a, double b) {
        return a * math::Pow(b / a, DrawUniform(rng));
    };

    Instance instance;
    instance.subchannels = parameters.subchannels;
    instance.maxSuperposed = parameters.maxSuperposed;
    instance.bandwidthHz.up = parameters.bandwidthHz;
    instance.bandwidthHz.down = parameters.bandwidthHz;
    instance.residual = parameters.residual;
    instance.downlinkRate = parameters.downlinkRate;
    const uint32_t n = parameters.aps * parameters.usersPerAp;
    for (uint32_t ap = 0; ap < parameters.aps; ++ap)
    {
        EdgeServer edge;
        edge.units = parameters.unitsPerUser * parameters.usersPerAp;
        edge.clockHz = 2.5e9;
        edge.flopPerCycle = 4;
        edge.kappa = logUniform(1e-32, 1e-30);
        edge.lambda = Lambda::Power(uniform(0.4, 0.9));
        instance.edges.push_back(edge);
    }
    for (Direction d : DIRECTIONS)
    {
        instance.gain[d] = GainTensor(n, parameters.aps, parameters.subchannels);
    }
    for (uint32_t i = 0; i < n; ++i)
    {
        User user;
        user.ap = i / parameters.usersPerAp;
        user.clockHz = logUniform(3e8, 1.5e9);
        user.flopPerCycle = 4;
        user.kappa = 1e-28;
        user.wT = uniform(0.2, 0.9);
        user.wE = 1 - user.wT;
        user.powerW.up = {0.001, 0.316};
        user.powerW.down = {0.001, 1.0};
        user.units = {1, 8};

        const double flops = logUniform(3e8, 5e9);
        const double inputBits = logUniform(2e5, 4e6);
        const uint32_t count = 2 + DrawIndex(rng, std::max<uint32_t>(1, parameters.maxOptions - 1));
        std::vector<double> done{0, 1};
        for (uint32_t k = 2; k < count; ++k)
        {
            done.push_back(DrawUniform(rng));
        }
        std::sort(done.begin(), done.end());
        for (double f : done)
        {
            CutOption option;
            option.deviceFlops = f * flops;
            if (f < 1)
            {
                option.edgeFlops = (1 - f) * flops;
                option.upBits = std::ceil(f == 0 ? inputBits : inputBits * logUniform(0.05, 1.2));
                option.downBits = std::ceil(logUniform(320, 2e5));
            }
            user.options.push_back(option);
        }
        const double speed = user.clockHz * user.flopPerCycle;
        user.delayScale = flops / speed;
        user.energyScale = user.kappa * user.clockHz * user.clockHz * flops / user.flopPerCycle;
        instance.users.push_back(user);

        const double angle = uniform(0, 2 * std::acos(-1.0));
        const double distance = std::max(1.0, parameters.radiusM * std::sqrt(DrawUniform(rng)));
        double sine = 0;
        double cosine = 0;
        math::SinCos(angle, sine, cosine);
        const double x = distance * cosine + user.ap * parameters.radiusM * std::sqrt(3.0);
        const double y = distance * sine;
        for (Direction d : DIRECTIONS)
        {
            for (uint32_t ap = 0; ap < parameters.aps; ++ap)
            {
                const double r =
                    std::max(1.0, math::Hypot(x - ap * parameters.radiusM * std::sqrt(3.0), y));
                const double mean = math::Pow(r, -parameters.pathLossExponent);
                for (uint32_t m = 0; m < parameters.subchannels; ++m)
                {
                    const double fading = -math::Log1p(-DrawUniform(rng));
                    instance.gain[d].At(i, ap, m) = mean * std::max(fading, 1e-6);
                }
            }
        }
    }
    return instance;
}

} // namespace noma
} // namespace ns3

#endif // NOMA_RANDOM_INSTANCE_H
