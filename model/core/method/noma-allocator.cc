/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-allocator.h"

#include "noma-accuracy-floor.h"
#include "noma-coalition-game.h"
#include "noma-device-only.h"
#include "noma-dnn-surgeon.h"
#include "noma-ecc.h"
#include "noma-edge-only.h"
#include "noma-exhaustive.h"
#include "noma-fractional-programming.h"
#include "noma-iao.h"
#include "noma-li-gd.h"
#include "noma-neurosurgeon.h"
#include "noma-random-allocator.h"
#include "noma-salaun.h"
#include "noma-swap-matching.h"

#include "ns3/noma-check.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-servability.h"

#include <map>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// Creates an allocator.
using Factory = std::function<std::unique_ptr<Allocator>()>;

/// @returns the registered allocators, the module's own among them from the start
std::map<std::string, Factory>&
Registry()
{
    static std::map<std::string, Factory> registry{
        {"coalition-game", [] { return std::make_unique<CoalitionGameAllocator>(); }},
        {"device-only", [] { return std::make_unique<DeviceOnlyAllocator>(); }},
        {"dnn-surgeon",
         [] { return std::make_unique<DnnSurgeonAllocator>(DnnSurgeonAllocator::Goal::LATENCY); }},
        {"dnn-surgeon-throughput",
         [] {
             return std::make_unique<DnnSurgeonAllocator>(DnnSurgeonAllocator::Goal::THROUGHPUT);
         }},
        {"ecc-noma", [] { return std::make_unique<EccAllocator>(EccAllocator::Access::NOMA); }},
        {"ecc-oma", [] { return std::make_unique<EccAllocator>(EccAllocator::Access::OMA); }},
        {"edge-only", [] { return std::make_unique<EdgeOnlyAllocator>(); }},
        {"exhaustive", [] { return std::make_unique<ExhaustiveAllocator>(); }},
        {"fractional-programming",
         [] { return std::make_unique<FractionalProgrammingAllocator>(); }},
        {"gd", [] { return std::make_unique<LiGdAllocator>(LiGdAllocator::Start::COLD); }},
        {"iao", [] { return std::make_unique<IaoAllocator>(IaoAllocator::Goal::MIN_MAX); }},
        {"iao-sum", [] { return std::make_unique<IaoAllocator>(IaoAllocator::Goal::MIN_SUM); }},
        {"li-gd", [] { return std::make_unique<LiGdAllocator>(LiGdAllocator::Start::WARM); }},
        {"neurosurgeon",
         [] {
             return std::make_unique<NeurosurgeonAllocator>(NeurosurgeonAllocator::Goal::LATENCY);
         }},
        {"neurosurgeon-energy",
         [] {
             return std::make_unique<NeurosurgeonAllocator>(NeurosurgeonAllocator::Goal::ENERGY);
         }},
        {"random", [] { return std::make_unique<RandomAllocator>(); }},
        {"salaun", [] { return std::make_unique<SalaunAllocator>(); }},
        {"swap-matching", [] { return std::make_unique<SwapMatchingAllocator>(); }},
    };
    return registry;
}

/**
 * Checks what a caller asks for.
 *
 * @param allocator who is asked
 * @param instance the problem
 * @param options the caller's wishes
 * @throws std::invalid_argument naming the field that is out of range or not honoured
 */
void
ValidateOptions(const Allocator& allocator,
                const Instance& instance,
                const AllocatorOptions& options)
{
    CheckRange(options.effort, 0, MAX_EFFORT, "a number from 0 to 1000", "effort");
    CheckNonNegative(options.epsilon, "epsilon");
    CheckNonNegative(options.step, "step");
    CheckRange(options.accuracyFloor, 0, 1, "a number from 0 to 1", "accuracyFloor");

    const HonouredOptions honoured = allocator.GetHonouredOptions();
    const AllocatorOptions defaults;

    /// A wish and what becomes of it.
    struct Wish
    {
        const char* field; //!< name
        bool asked;        //!< whether it is not at its default
        bool honours;      //!< whether the allocator makes use of it
    };

    const Wish wishes[] = {
        {"effort", options.effort != defaults.effort, honoured.effort},
        {"maxIterations", options.maxIterations != 0, honoured.maxIterations},
        {"epsilon", options.epsilon != 0, honoured.epsilon},
        {"step", options.step != 0, honoured.step},
        {"integral", options.integral, honoured.integral},
        {"warmStart", options.warmStart != nullptr, honoured.warmStart},
    };
    std::string used;
    for (const Wish& wish : wishes)
    {
        used += wish.honours ? (used.empty() ? "" : ", ") + std::string(wish.field) : "";
    }
    for (const Wish& wish : wishes)
    {
        if (wish.asked && !wish.honours)
        {
            throw std::invalid_argument(std::string(wish.field) + " is given: allocator '" +
                                        allocator.GetName() + "' uses " +
                                        (used.empty() ? "no such option" : "only " + used));
        }
    }
    if (options.warmStart && options.warmStart->users.size() != instance.users.size())
    {
        std::ostringstream out;
        out << "warmStart has " << options.warmStart->users.size() << " users: must be "
            << instance.users.size() << ", as in the instance";
        throw std::invalid_argument(out.str());
    }
}

} // namespace

HonouredOptions
Allocator::GetHonouredOptions() const
{
    return {};
}

Allocation
Allocator::Allocate(const Instance& instance, const AllocatorOptions& options)
{
    ValidateInstance(instance);
    ValidateOptions(*this, instance, options);
    CheckServable(instance);
    Allocation result = options.accuracyFloor > 0
                            ? AllocateAccurate(instance,
                                               options,
                                               [this](const auto& problem, const auto& wishes) {
                                                   return DoAllocate(problem, wishes);
                                               })
                            : DoAllocate(instance, options);
    if (options.seed != AllocatorOptions().seed && !GetHonouredOptions().seed)
    {
        std::string& message = result.report.message;
        message += message.empty() ? "" : "; ";
        message += "seed is not used: nothing is drawn at random";
    }
    ValidateDecision(instance, result.decision, true);
    result.gamma = EvaluateGamma(instance, result.decision);
    return result;
}

AllocatorOptions
OnlyHonoured(const Allocator& allocator, AllocatorOptions options)
{
    const HonouredOptions honoured = allocator.GetHonouredOptions();
    const AllocatorOptions defaults;
    options.effort = honoured.effort ? options.effort : defaults.effort;
    options.seed = honoured.seed ? options.seed : defaults.seed;
    options.maxIterations = honoured.maxIterations ? options.maxIterations : 0;
    options.epsilon = honoured.epsilon ? options.epsilon : 0;
    options.step = honoured.step ? options.step : 0;
    options.integral = honoured.integral && options.integral;
    options.warmStart = honoured.warmStart ? options.warmStart : nullptr;
    return options;
}

std::unique_ptr<Allocator>
CreateAllocator(const std::string& name)
{
    const auto found = Registry().find(name);
    if (found == Registry().end())
    {
        std::string known;
        for (const auto& entry : Registry())
        {
            known += (known.empty() ? "" : ", ") + entry.first;
        }
        throw std::invalid_argument("allocator is '" + name + "': must be one of " + known);
    }
    return found->second();
}

std::vector<std::string>
AllocatorNames()
{
    std::vector<std::string> names;
    for (const auto& entry : Registry())
    {
        names.push_back(entry.first);
    }
    return names;
}

void
RegisterAllocator(const std::string& name, std::function<std::unique_ptr<Allocator>()> create)
{
    if (name.empty() || !create)
    {
        throw std::invalid_argument("allocator is '" + name +
                                    "': needs a name and a factory to be registered");
    }
    if (!Registry().emplace(name, std::move(create)).second)
    {
        throw std::invalid_argument("allocator is '" + name + "': the name is taken");
    }
}

} // namespace noma
} // namespace ns3
