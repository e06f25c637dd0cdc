/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-random-instance.h"
#include "noma-test.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-random-allocator.h"
#include "ns3/noma-random-draw.h"
#include "ns3/noma-round-robin-radio.h"
#include "ns3/noma-servability.h"

#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns a valid instance, many of whose fields are as small or as large as numbers get
/// @param seed all randomness comes from it
Instance
MakeHarsh(uint64_t seed)
{
    std::mt19937_64 rng(seed);
    const double wild = std::vector<double>{0.01, 0.05, 0.2, 1.0}[seed % 4];
    const auto extreme = [&] {
        static const double values[] = {5e-324, 1e-300, 1e-30, 1e30, 1e300, 1.7e308};
        return values[DrawIndex(rng, 6)];
    };
    const auto positive = [&](double value) { return DrawUniform(rng) < wild ? extreme() : value; };
    const auto any = [&](double value) {
        const double x = positive(value);
        return DrawUniform(rng) < 0.3 * wild ? 0.0 : x;
    };
    const auto interval = [&](double min, double max, auto&& draw) {
        const double a = draw(min);
        const double b = positive(max);
        return Interval{std::min(a, b), std::max(a, b)};
    };
    RandomInstanceParameters parameters;
    parameters.aps = 1 + seed % 3;
    parameters.usersPerAp = 1 + DrawIndex(rng, 4);
    parameters.subchannels = 1 + DrawIndex(rng, 3);
    parameters.maxSuperposed = 1 + DrawIndex(rng, 3);
    parameters.downlinkRate = seed % 2 == 0 ? DownlinkRate::DECODABLE : DownlinkRate::OWN;
    Instance instance = MakeRandomInstance(parameters, seed);
    instance.orderKey = std::vector<OrderKey>{OrderKey::GAIN,
                                              OrderKey::RECEIVED_POWER,
                                              OrderKey::GAIN_OVER_INTERFERENCE}[seed % 3];
    instance.bandwidthHz = {positive(1e7), positive(1e7)};
    instance.noiseDbmPerHz = DrawUniform(rng) < wild ? -400 + 600 * DrawUniform(rng) : -174;
    if (DrawIndex(rng, 3) == 0)
    {
        // a subnormal budget is not valid
        instance.apPowerBudgetW = std::max(positive(2), std::numeric_limits<double>::min());
    }
    for (EdgeServer& edge : instance.edges)
    {
        edge.units = positive(edge.units);
        edge.clockHz = positive(edge.clockHz);
        edge.flopPerCycle = positive(edge.flopPerCycle);
        edge.kappa = any(edge.kappa);
        edge.lambda = DrawUniform(rng) < wild ? Lambda::Power(extreme()) : edge.lambda;
    }
    for (User& user : instance.users)
    {
        user.clockHz = positive(user.clockHz);
        user.flopPerCycle = positive(user.flopPerCycle);
        user.kappa = any(user.kappa);
        user.wT = DrawUniform(rng) < wild ? DrawIndex(rng, 2) : user.wT;
        user.wE = 1 - user.wT;
        user.delayScale = positive(user.delayScale);
        user.energyScale = positive(user.energyScale);
        user.powerW = {interval(0.001, 0.3, any), interval(0.001, 1, any)};
        user.units = interval(1, 8, positive);
        for (CutOption& o : user.options)
        {
            o = {any(o.deviceFlops), any(o.edgeFlops), any(o.upBits), any(o.downBits)};
        }
        if (DrawIndex(rng, 4) == 0)
        {
            user.options.resize(1);
        }
    }
    for (Direction d : DIRECTIONS)
    {
        for (uint32_t i = 0; i < instance.users.size(); ++i)
        {
            for (uint32_t ap = 0; ap < parameters.aps; ++ap)
            {
                for (uint32_t m = 0; m < parameters.subchannels; ++m)
                {
                    double& gain = instance.gain[d].At(i, ap, m);
                    gain = any(gain);
                }
            }
        }
    }
    return instance;
}

/**
 * @ingroup noma-test
 * Valid instances at the ends of the range of numbers are answered, whatever the answer is worth.
 */
class HarshInstanceTestCase : public TestCase
{
  public:
    HarshInstanceTestCase()
        : TestCase("every allocator answers instances of extreme magnitudes")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t solved = 0;
        std::vector<uint64_t> seeds(120);
        std::iota(seeds.begin(), seeds.end(), 1);
        // with a user whose options either overload the edge server or the power budget
        seeds.insert(seeds.end(), {939, 1331});
        for (const uint64_t seed : seeds)
        {
            const Instance instance = MakeHarsh(seed);
            try
            {
                CheckServable(instance);
            }
            catch (const std::invalid_argument&)
            {
                continue;
            }
            for (const std::string& name : AllocatorNames())
            {
                AllocatorOptions options;
                options.effort = 0.02 * (seed % 2);
                std::string error;
                double gamma = 0;
                try
                {
                    auto allocator = CreateAllocator(name);
                    gamma = allocator->Allocate(instance, OnlyHonoured(*allocator, options)).gamma;
                    ++solved;
                }
                catch (const std::invalid_argument& e)
                {
                    error = e.what();
                }
                // that one asks for more than a valid instance
                const bool refused = error.find("the exhaustive allocator") != std::string::npos;
                NS_TEST_EXPECT_MSG_EQ((refused ? "" : error), "", name << ", instance " << seed);
                NS_TEST_EXPECT_MSG_EQ(std::isnan(gamma), false, name << ", instance " << seed);
            }
        }
        NS_TEST_EXPECT_MSG_GT(solved, 600, "instances that could be served");
    }
};

/**
 * @ingroup noma-test
 * Allocators at the ends of the range of numbers.
 */
class NomaHarshInstanceTestSuite : public TestSuite
{
  public:
    NomaHarshInstanceTestSuite()
        : TestSuite("noma-harsh-instance", Type::UNIT)
    {
        AddTestCase(new HarshInstanceTestCase);
    }
};

NomaHarshInstanceTestSuite g_nomaHarshInstanceTestSuite; //!< instance

} // namespace
