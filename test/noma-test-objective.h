/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_OBJECTIVE_H
#define NOMA_TEST_OBJECTIVE_H

#include "noma-test-instance.h"

#include "ns3/noma-decision.h"
#include "ns3/noma-instance.h"
#include "ns3/noma-objective.h"
#include "ns3/noma-share-support.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// A point of the relaxed problem with its columns.
struct Setup
{
    ShareSupport support; //!< columns
    ObjectivePoint point; //!< values
};

/**
 * @param instance the instance
 * @param density probability that a pair is a column
 * @param nearBound whether shares, powers and units lie near their bounds
 * @param seed seed
 * @returns a random point at which every user has a positive rate
 */
inline Setup
RandomSetup(const Instance& instance, double density, bool nearBound, uint64_t seed)
{
    std::mt19937_64 rng(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    Setup setup{ShareSupport(instance), {}};
    for (Direction d : DIRECTIONS)
    {
        std::vector<ShareColumn> columns;
        std::vector<ShareColumn> sure;
        for (uint32_t i = 0; i < instance.users.size(); ++i)
        {
            sure.push_back({i, static_cast<uint32_t>(rng() % instance.subchannels)});
            for (uint32_t m = 0; m < instance.subchannels; ++m)
            {
                if (m == sure.back().subchannel || uniform(rng) < density)
                {
                    columns.push_back({i, m});
                }
            }
        }
        setup.support.Assign(d, columns);
        // near bounds a user holds one subchannel and next to nothing of others
        for (std::size_t c = 0; c < columns.size(); ++c)
        {
            const double u = uniform(rng);
            setup.point.share[d].push_back(nearBound ? 1e-4 * (1 + u) : 0.02 + 0.98 * u);
        }
        for (const ShareColumn& column : sure)
        {
            const double u = uniform(rng);
            setup.point.share[d][setup.support.Find(d, column.user, column.subchannel)] =
                nearBound ? 1 - 1e-4 * u : 0.02 + 0.98 * u;
        }
        for (const User& user : instance.users)
        {
            const Interval& p = user.powerW[d];
            const double u = nearBound ? std::round(uniform(rng)) : uniform(rng);
            setup.point.power[d].push_back(p.min + u * (p.max - p.min));
        }
    }
    for (const User& user : instance.users)
    {
        setup.point.option.push_back(rng() % user.options.size());
        const double u = nearBound ? 0.01 + 0.98 * std::round(uniform(rng)) : uniform(rng);
        setup.point.units.push_back(user.units.min + u * (user.units.max - user.units.min));
    }
    return setup;
}

/// Makes every pair a column, new ones without share. @param instance the instance
/// @param [in,out] setup the point
inline void
MakeDense(const Instance& instance, Setup& setup)
{
    std::vector<ShareColumn> all;
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        for (uint32_t m = 0; m < instance.subchannels; ++m)
        {
            all.push_back({i, m});
        }
    }
    for (Direction d : DIRECTIONS)
    {
        setup.support.Insert(d, all, setup.point.share[d]);
    }
}

/// @returns the decision a point stands for @param instance the instance @param setup the point
inline Decision
ToDecision(const Instance& instance, const Setup& setup)
{
    Decision decision;
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        UserDecision u;
        u.option = setup.point.option[i];
        u.units = setup.point.units[i];
        for (Direction d : DIRECTIONS)
        {
            u.link[d].powerW = setup.point.power[d][i];
            for (uint32_t c : setup.support.GetUserColumns(d, i))
            {
                if (setup.point.share[d][c] > 0)
                {
                    u.link[d].shares.push_back(
                        {setup.support.GetColumns(d)[c].subchannel, setup.point.share[d][c]});
                }
            }
        }
        decision.users.push_back(u);
    }
    return decision;
}

/// @returns instances of every kind the objective distinguishes
inline std::vector<RandomInstanceSpec>
Kinds()
{
    std::vector<RandomInstanceSpec> specs;
    for (double residual : {0.0, 0.1})
    {
        for (DownlinkRate rule : {DownlinkRate::OWN, DownlinkRate::DECODABLE})
        {
            for (OrderKey key :
                 {OrderKey::GAIN, OrderKey::RECEIVED_POWER, OrderKey::GAIN_OVER_INTERFERENCE})
            {
                for (uint32_t aps : {1, 2, 5})
                {
                    RandomInstanceSpec spec;
                    spec.aps = aps;
                    spec.usersPerAp = aps == 5 ? 3 : 11;
                    spec.residual = residual;
                    spec.downlinkRate = rule;
                    spec.orderKey = key;
                    spec.snrGapDb = aps == 2 ? 3 : 0;
                    spec.mixed = aps != 5;
                    spec.seed = specs.size() + 1;
                    specs.push_back(spec);
                }
            }
        }
    }
    return specs;
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_OBJECTIVE_H
