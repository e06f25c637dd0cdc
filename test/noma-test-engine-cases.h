/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_ENGINE_CASES_H
#define NOMA_TEST_ENGINE_CASES_H

#include "noma-random-instance.h"

#include "ns3/noma-instance.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// What a case is called and its instance.
struct EngineCase
{
    std::string name;  //!< for messages
    Instance instance; //!< the problem
};

/// @returns the instance with its users dealt out cell by cell in turn @param sorted instance
inline Instance
Interleave(const Instance& sorted)
{
    const auto users = static_cast<uint32_t>(sorted.users.size());
    const uint32_t aps = sorted.GetAps();
    Instance mixed = sorted;
    for (uint32_t i = 0; i < users; ++i)
    {
        const uint32_t from = (i % aps) * (users / aps) + i / aps;
        mixed.users[i] = sorted.users[from];
        for (Direction d : DIRECTIONS)
        {
            for (uint32_t n = 0; n < aps; ++n)
            {
                for (uint32_t m = 0; m < sorted.subchannels; ++m)
                {
                    mixed.gain[d].At(i, n, m) = sorted.gain[d].At(from, n, m);
                }
            }
        }
    }
    return mixed;
}

/// @returns instances that between them use every feature of the model
inline std::vector<EngineCase>
EngineCases()
{
    RandomInstanceParameters p;
    p.aps = 3;
    p.usersPerAp = 8;
    p.subchannels = 6;
    p.maxOptions = 5;
    std::vector<EngineCase> cases;
    cases.push_back({"plain", MakeRandomInstance(p, 11)});
    cases.push_back({"interleaved", Interleave(MakeRandomInstance(p, 11))});
    p.residual = 0.1;
    cases.push_back({"residual", MakeRandomInstance(p, 12)});
    cases.back().instance.snrGapDb = 3;
    p.residual = 0;
    p.downlinkRate = DownlinkRate::DECODABLE;
    cases.push_back({"decodable", MakeRandomInstance(p, 13)});
    p.downlinkRate = DownlinkRate::OWN;
    cases.push_back({"power budget", MakeRandomInstance(p, 14)});
    cases.back().instance.apPowerBudgetW = 1.5;
    p.subchannels = 3;
    cases.push_back({"full", MakeRandomInstance(p, 15)}); // 8 users, room for 9
    p.subchannels = 1;
    p.usersPerAp = 9;
    cases.push_back({"three times too many", MakeRandomInstance(p, 16)});
    return cases;
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_ENGINE_CASES_H
