/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Every allocator on instances that a mutator of their fields makes: each answers with a feasible
 * decision and a finite objective, or the instance or its size is refused.
 */
#include "noma-fuzz-mutator.h"
#include "noma-fuzz.h"
#include "noma-random-instance.h"

#include "ns3/noma-allocator.h"
#include "ns3/noma-json.h"
#include "ns3/noma-servability.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

using namespace ns3::noma;

namespace
{

/// Refusals that speak of an allocator's limits, not of a fault in its answer.
const char* const REFUSALS[] = {"for the exhaustive allocator",
                                "the exhaustive allocator does not share"};

/**
 * Runs one allocator.
 *
 * @param name which
 * @param instance a valid instance that can be served
 */
void
Solve(const std::string& name, const Instance& instance)
{
    const auto allocator = CreateAllocator(name);
    AllocatorOptions options;
    options.effort = 0;
    options.maxIterations = 50;
    try
    {
        const Allocation answer = allocator->Allocate(instance, OnlyHonoured(*allocator, options));
        fuzz::Require(!std::isnan(answer.gamma), name + ": Gamma is a number");
    }
    catch (const std::invalid_argument& e)
    {
        const std::string what = e.what();
        fuzz::Require(
            std::any_of(std::begin(REFUSALS),
                        std::end(REFUSALS),
                        [&](const char* part) { return what.find(part) != std::string::npos; }),
            name + " has an answer, not: " + what);
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    static const std::vector<std::string> names = AllocatorNames();
    Instance instance;
    const bool fits = fuzz::Accepts([&] {
        instance = ParseInstance(fuzz::Text(data, size));
        CheckServable(instance);
    });
    if (fits && fuzz::IsSmall(instance))
    {
        for (const std::string& name : names)
        {
            Solve(name, instance);
        }
    }
    return 0;
}

/**
 * What libFuzzer calls for another input: some changes to the instance at hand, or another one.
 *
 * @param [in,out] data bytes of the input
 * @param size number of bytes
 * @param most greatest number of bytes
 * @param seed of all randomness
 * @returns the number of bytes afterwards
 */
extern "C" std::size_t
LLVMFuzzerCustomMutator(uint8_t* data, std::size_t size, std::size_t most, unsigned int seed)
{
    std::mt19937_64 random(seed);
    Instance instance;
    if (random() % 50 == 0 ||
        !fuzz::Accepts([&] { instance = ParseInstance(fuzz::Text(data, size)); }) ||
        !fuzz::IsSmall(instance))
    {
        RandomInstanceParameters parameters;
        parameters.aps = 1 + random() % fuzz::MOST_APS;
        parameters.usersPerAp = 1 + random() % (fuzz::MOST_USERS / parameters.aps);
        parameters.subchannels = 1 + random() % fuzz::MOST_SUBCHANNELS;
        parameters.maxSuperposed = 1 + random() % 3;
        instance = MakeRandomInstance(parameters, random());
    }
    // one that is not valid teaches nothing here: the reader has a target of its own
    for (uint64_t changes = 1 + random() % 4; changes > 0; --changes)
    {
        Instance changed = instance;
        fuzz::Mutate(changed, random);
        if (fuzz::IsSmall(changed) && fuzz::Accepts([&] { ValidateInstance(changed); }))
        {
            instance = changed;
        }
    }
    std::ostringstream text;
    WriteInstance(text, instance);
    const std::string written = text.str();
    if (written.size() > most)
    {
        return size;
    }
    std::memcpy(data, written.data(), written.size());
    return written.size();
}
