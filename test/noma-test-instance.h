/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_INSTANCE_H
#define NOMA_TEST_INSTANCE_H

#include "ns3/noma-instance.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * What a random instance looks like.
 */
struct RandomInstanceSpec
{
    uint32_t aps{2};                              //!< access points
    uint32_t usersPerAp{4};                       //!< users of each access point
    uint32_t subchannels{3};                      //!< M
    uint32_t maxSuperposed{3};                    //!< K
    uint32_t options{4};                          //!< options per user, the last is device-only
    double radius{250};                           //!< cell radius (m)
    double residual{0};                           //!< residual factor
    double snrGapDb{0};                           //!< SNR gap (dB)
    DownlinkRate downlinkRate{DownlinkRate::OWN}; //!< downlink rate rule
    OrderKey orderKey{OrderKey::GAIN};            //!< order key
    bool mixed{true}; //!< whether users come in mixed order instead of cell by cell
    uint64_t seed{1}; //!< all randomness comes from it
};

/**
 * One cell whose users all have the same SNR everywhere, and an edge server of a unit for each.
 *
 * @param users number of users, without options
 * @param subchannels M
 * @param bandwidthHz bandwidth of each direction (Hz)
 * @param snr SNR at the greatest power, 1 W, linear
 * @returns the instance, valid once its users have options
 */
inline Instance
OneCell(uint32_t users, uint32_t subchannels, double bandwidthHz, double snr)
{
    Instance instance;
    instance.subchannels = subchannels;
    instance.bandwidthHz = {bandwidthHz, bandwidthHz};
    EdgeServer edge;
    edge.units = users;
    edge.clockHz = 1e9;
    edge.flopPerCycle = 1;
    instance.edges.push_back(edge);
    User user;
    user.clockHz = 1e9;
    user.flopPerCycle = 1;
    user.powerW.up = user.powerW.down = Interval{0.01, 1};
    instance.users.assign(users, user);
    for (const Direction d : DIRECTIONS)
    {
        instance.gain[d] = GainTensor(users, 1, subchannels);
        for (uint32_t u = 0; u < users; ++u)
        {
            for (uint32_t m = 0; m < subchannels; ++m)
            {
                instance.gain[d].At(u, 0, m) = snr * instance.NoiseW(d);
            }
        }
    }
    return instance;
}

/**
 * A random instance: cells on a line of touching discs, path gain d^-5, Rayleigh fading, tasks like
 * small CNNs.
 *
 * @param spec what it looks like
 * @returns a valid instance
 */
inline Instance
RandomInstance(const RandomInstanceSpec& spec)
{
    std::mt19937_64 rng(spec.seed);
    const auto uniform = [&rng](double a, double b) {
        return a + (b - a) * static_cast<double>(rng() >> 11) * 0x1p-53;
    };
    Instance instance;
    instance.subchannels = spec.subchannels;
    instance.maxSuperposed = spec.maxSuperposed;
    instance.bandwidthHz = {10e6, 10e6};
    instance.residual = spec.residual;
    instance.snrGapDb = spec.snrGapDb;
    instance.downlinkRate = spec.downlinkRate;
    instance.orderKey = spec.orderKey;
    for (uint32_t n = 0; n < spec.aps; ++n)
    {
        EdgeServer edge;
        edge.units = 3.0 * spec.usersPerAp;
        edge.clockHz = 0.625e9;
        edge.flopPerCycle = 4;
        edge.kappa = 6.4e-28;
        edge.lambda = n % 3 == 0   ? Lambda::Power(0.5)
                      : n % 3 == 1 ? Lambda::Amdahl(0.6)
                                   : Lambda::Table({{1, 1}, {2, 1.4}, {4, 1.9}, {8, 2.3}});
        instance.edges.push_back(edge);
    }
    const uint32_t users = spec.aps * spec.usersPerAp;
    std::vector<double> x(users);
    std::vector<double> y(users);
    for (uint32_t i = 0; i < users; ++i)
    {
        User user;
        user.ap = spec.mixed ? i % spec.aps : i / spec.usersPerAp;
        const double r = spec.radius * std::sqrt(uniform(0.01, 1));
        const double angle = uniform(0, 2 * 3.141592653589793);
        x[i] = 2 * spec.radius * user.ap + r * std::cos(angle);
        y[i] = r * std::sin(angle);
        user.clockHz = uniform(0.25e9, 0.75e9);
        user.flopPerCycle = 2;
        user.kappa = 8e-28;
        user.wT = uniform(0.2, 0.9);
        user.wE = 1 - user.wT;
        const double work = uniform(0.3e9, 3e9);
        for (uint32_t k = 0; k < spec.options; ++k)
        {
            const double head = static_cast<double>(k) / (spec.options - 1);
            CutOption option;
            option.deviceFlops = work * head;
            option.edgeFlops = work * (1 - head);
            option.upBits = k + 1 < spec.options ? uniform(0.2e6, 4e6) : 0.0;
            option.downBits = k + 1 < spec.options ? uniform(1e3, 1e5) : 0.0;
            user.options.push_back(option);
        }
        user.delayScale = work / (user.clockHz * user.flopPerCycle);
        user.energyScale = user.kappa * user.clockHz * user.clockHz * work / user.flopPerCycle;
        user.powerW = {{0.001, 0.316}, {0.001, 1.0}};
        user.units = {1, 8};
        instance.users.push_back(user);
    }
    for (Direction d : DIRECTIONS)
    {
        instance.gain[d] = GainTensor(users, spec.aps, spec.subchannels);
        for (uint32_t i = 0; i < users; ++i)
        {
            for (uint32_t n = 0; n < spec.aps; ++n)
            {
                const double distance = std::hypot(x[i] - 2 * spec.radius * n, y[i]);
                const double path = std::pow(std::max(distance, 1.0), -5.0);
                for (uint32_t m = 0; m < spec.subchannels; ++m)
                {
                    instance.gain[d].At(i, n, m) = -path * std::log(uniform(1e-9, 1));
                }
            }
        }
    }
    return instance;
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_INSTANCE_H
