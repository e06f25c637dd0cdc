/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-allocator.h"

#include "noma-device-only.h"
#include "noma-dnn-surgeon.h"
#include "noma-ecc.h"
#include "noma-edge-only.h"
#include "noma-exhaustive.h"
#include "noma-iao.h"
#include "noma-li-gd.h"
#include "noma-neurosurgeon.h"
#include "noma-random-allocator.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-servability.h"

#include <cmath>
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
    };
    return registry;
}

/// @param options the caller's wishes
/// @throws std::invalid_argument naming the field that is out of range
void
ValidateOptions(const AllocatorOptions& options)
{
    const auto check = [](const char* field, double value) {
        if (!std::isfinite(value) || value < 0)
        {
            std::ostringstream out;
            out << field << " is " << value << ": must be finite and >= 0";
            throw std::invalid_argument(out.str());
        }
    };
    check("effort", options.effort);
    if (options.effort > MAX_EFFORT)
    {
        std::ostringstream out;
        out << "effort is " << options.effort << ": must be at most " << MAX_EFFORT;
        throw std::invalid_argument(out.str());
    }
    check("epsilon", options.epsilon);
}

} // namespace

Allocation
Allocator::Allocate(const Instance& instance, const AllocatorOptions& options)
{
    ValidateInstance(instance);
    ValidateOptions(options);
    CheckServable(instance);
    Allocation result = DoAllocate(instance, options);
    ValidateDecision(instance, result.decision, true);
    result.gamma = Evaluate(instance, result.decision).gamma;
    return result;
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
