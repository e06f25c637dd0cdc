/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Counts heap allocations: an evaluation of the objective makes none after the first. A program of
 * its own, because it replaces the global operator new.
 */
#include "ns3/noma-objective.h"

#include <cstdlib>
#include <iostream>
#include <new>
#include <random>

namespace
{

/// Allocations so far.
std::size_t g_allocations = 0;

/// @returns memory @param size bytes
void*
Allocate(std::size_t size)
{
    ++g_allocations;
    void* p = std::malloc(size ? size : 1);
    if (!p)
    {
        throw std::bad_alloc();
    }
    return p;
}

} // namespace

void*
operator new(std::size_t size)
{
    return Allocate(size);
}

void*
operator new[](std::size_t size)
{
    return Allocate(size);
}

void
operator delete(void* p) noexcept
{
    std::free(p);
}

void
operator delete[](void* p) noexcept
{
    std::free(p);
}

void
operator delete(void* p, std::size_t) noexcept
{
    std::free(p);
}

void
operator delete[](void* p, std::size_t) noexcept
{
    std::free(p);
}

namespace
{

using namespace ns3::noma;

/// @returns a small instance @param rule downlink rate rule @param key order key
/// @param mixed whether users come in mixed order
Instance
MakeInstance(DownlinkRate rule, OrderKey key, bool mixed)
{
    std::mt19937_64 rng(1);
    std::uniform_real_distribution<double> uniform(0.01, 1);
    Instance instance;
    instance.subchannels = 7;
    instance.maxSuperposed = 3;
    instance.bandwidthHz = {1e7, 1e7};
    instance.residual = 0.01;
    instance.downlinkRate = rule;
    instance.orderKey = key;
    EdgeServer edge;
    edge.units = 100;
    edge.clockHz = 1e9;
    edge.flopPerCycle = 1;
    edge.lambda = Lambda::Table({{1, 1}, {4, 2}, {8, 2.5}});
    instance.edges.assign(3, edge);
    User user;
    user.clockHz = 1e9;
    user.flopPerCycle = 1;
    user.powerW = {{0.001, 0.3}, {0.001, 1}};
    user.units = {1, 8};
    user.options = {{0, 1e9, 1e6, 1e4}, {1e9, 0, 0, 0}};
    instance.users.assign(60, user);
    for (Direction d : DIRECTIONS)
    {
        instance.gain[d] = GainTensor(60, 3, 7);
    }
    for (uint32_t i = 0; i < 60; ++i)
    {
        instance.users[i].ap = mixed ? i % 3 : i / 20;
        for (Direction d : DIRECTIONS)
        {
            for (uint32_t n = 0; n < 3; ++n)
            {
                for (uint32_t m = 0; m < 7; ++m)
                {
                    instance.gain[d].At(i, n, m) = 1e-12 * uniform(rng);
                }
            }
        }
    }
    return instance;
}

/// @returns allocations of evaluations after the first @param instance the instance
/// @param dense whether every pair is a column
std::size_t
CountLater(const Instance& instance, bool dense)
{
    ShareSupport support(instance);
    ObjectivePoint point;
    point.option.assign(60, 0);
    point.units.assign(60, 1.5);
    for (Direction d : DIRECTIONS)
    {
        std::vector<ShareColumn> columns;
        for (uint32_t i = 0; i < 60; ++i)
        {
            columns.push_back({i, i % 7});
            columns.push_back({i, (i + 3) % 7});
        }
        support.Assign(d, columns);
        if (dense)
        {
            support.AssignAll(d);
        }
        point.share[d].assign(support.Size(d), 0.1);
        point.power[d].assign(60, 0.2);
    }
    const Objective objective(instance);
    ObjectiveWorkspace workspace;
    ObjectiveGradient gradient;
    objective.Gradient(support, point, workspace, gradient);
    const std::size_t before = g_allocations;
    for (int k = 0; k < 10; ++k)
    {
        point.units[k] += 0.1;
        point.share.up[k] *= 0.9;
        point.power.down[k] *= 1.1;
        point.option[k + 10] = 1;
        objective.Value(support, point, workspace);
        objective.Gradient(support, point, workspace, gradient);
    }
    return g_allocations - before;
}

} // namespace

int
main()
{
    std::size_t total = 0;
    int kinds = 0;
    for (DownlinkRate rule : {DownlinkRate::OWN, DownlinkRate::DECODABLE})
    {
        for (OrderKey key :
             {OrderKey::GAIN, OrderKey::RECEIVED_POWER, OrderKey::GAIN_OVER_INTERFERENCE})
        {
            for (bool mixed : {false, true})
            {
                for (bool dense : {false, true})
                {
                    total += CountLater(MakeInstance(rule, key, mixed), dense);
                    ++kinds;
                }
            }
        }
    }
    if (g_allocations == 0)
    {
        std::cerr << "the counter does not count\n";
        return 1;
    }
    std::cout << total << " heap allocations in 30 evaluations of each of " << kinds
              << " kinds after the first\n";
    return total == 0 ? 0 : 1;
}
