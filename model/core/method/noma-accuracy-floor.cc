/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-accuracy-floor.h"

#include "ns3/noma-check.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-servability.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

namespace ns3
{
namespace noma
{

namespace
{

/// Below the floor by so little is rounding.
constexpr double TOLERANCE = 1e-12;
/// Doublings of the price from 1/1024 on, in units of Gamma per accuracy.
constexpr int DOUBLINGS = 24;
/// Halvings of the interval in which the price lies.
constexpr int HALVINGS = 8;

/// @param weights weights or none @param i user @returns its weight
double
WeightOf(const std::vector<double>& weights, std::size_t i)
{
    return weights.empty() ? 1.0 : weights[i];
}

/// @param user a user
/// @returns what one FLOP on the device costs it, in units of Gamma
double
DeviceFlopCost(const User& user)
{
    CutOption one;
    one.deviceFlops = 1;
    return user.wT * DeviceDelay(user, one) / user.delayScale +
           user.wE * DeviceEnergy(user, one) / user.energyScale;
}

/**
 * Makes inaccurate options dear.
 *
 * @param instance the problem
 * @param weights weights
 * @param price price of accuracy
 * @param [in,out] priced the same problem at another price
 */
void
SetPrice(const Instance& instance,
         const std::vector<double>& weights,
         double price,
         Instance& priced)
{
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const User& user = instance.users[i];
        const double perFlop = DeviceFlopCost(user);
        const double best = BestAccuracy(user);
        for (std::size_t k = 0; k < user.options.size(); ++k)
        {
            // what all options of a user lack would only move the total
            const CutOption& o = user.options[k];
            const double cost = price * WeightOf(weights, i) * (best - o.accuracy);
            const double flops = perFlop > 0 ? cost / perFlop : 0;
            priced.users[i].options[k].deviceFlops =
                o.deviceFlops + (std::isfinite(flops) ? flops : 0);
        }
    }
}

/// A problem with options left out.
struct Filtered
{
    Instance instance;                         //!< the problem
    std::vector<std::vector<uint32_t>> places; //!< per user: which options are left
};

/// @param instance the problem
/// @param weights weights
/// @param floor least accuracy
/// @returns the problem without less accurate options of those who count
Filtered
WithoutInaccurate(const Instance& instance, const std::vector<double>& weights, double floor)
{
    Filtered f{instance, {}};
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const auto& options = instance.users[i].options;
        std::vector<uint32_t> places;
        f.instance.users[i].options.clear();
        for (uint32_t k = 0; k < options.size(); ++k)
        {
            if (WeightOf(weights, i) == 0 || options[k].accuracy >= floor - TOLERANCE)
            {
                places.push_back(k);
                f.instance.users[i].options.push_back(options[k]);
            }
        }
        f.places.push_back(std::move(places));
    }
    return f;
}

/**
 * Checks the wishes.
 *
 * @param instance the problem
 * @param options the wishes
 * @throws std::invalid_argument if weights do not fit or the floor is too high
 */
void
CheckFloor(const Instance& instance, const AllocatorOptions& options)
{
    const auto& weights = options.accuracyWeights;
    if (!weights.empty() && weights.size() != instance.users.size())
    {
        ThrowInvalid(weights.size(), "the number of users", "accuracyWeights has entries");
    }
    double sum = 0;
    double best = 0;
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const double weight = WeightOf(weights, i);
        CheckNonNegative(weight, "accuracyWeights[", i, "]");
        sum += weight;
        best += weight * BestAccuracy(instance.users[i]);
    }
    if (sum > 0 && best / sum < options.accuracyFloor - TOLERANCE)
    {
        std::ostringstream allowed;
        allowed << "at most " << best / sum << ", the mean of the users' most accurate options";
        ThrowInvalid(options.accuracyFloor, allowed.str().c_str(), "accuracyFloor");
    }
}

} // namespace

double
BestAccuracy(const User& user)
{
    double best = 0;
    for (const CutOption& o : user.options)
    {
        best = std::max(best, o.accuracy);
    }
    return best;
}

double
MeanAccuracy(const Instance& instance, const Decision& decision, const std::vector<double>& weights)
{
    double sum = 0;
    double total = 0;
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const double weight = WeightOf(weights, i);
        total += weight;
        sum += weight * instance.users[i].options[decision.users[i].option].accuracy;
    }
    return total > 0 ? sum / total : 1.0;
}

Allocation
AllocateAccurate(const Instance& instance,
                 const AllocatorOptions& options,
                 const std::function<Allocation(const Instance&, const AllocatorOptions&)>& solve)
{
    CheckFloor(instance, options);
    const auto& weights = options.accuracyWeights;
    std::optional<Allocation> best;
    SolverReport spent;
    const auto keeps = [&](const Decision& decision) {
        return MeanAccuracy(instance, decision, weights) >= options.accuracyFloor - TOLERANCE;
    };
    const auto consider = [&](Allocation answer, const std::string& how) {
        spent.iterations += answer.report.iterations;
        spent.evaluations += answer.report.evaluations;
        spent.activeEvaluations += answer.report.activeEvaluations;
        const bool kept = keeps(answer.decision);
        answer.gamma = kept ? EvaluateGamma(instance, answer.decision) : 0;
        if (kept && (!best || answer.gamma < best->gamma))
        {
            answer.report.message += (answer.report.message.empty() ? "" : "; ") + how;
            best = std::move(answer);
        }
        return kept;
    };
    Instance priced;
    const auto atPrice = [&](double price) {
        SetPrice(instance, weights, price, priced);
        std::ostringstream how;
        how << "accuracy floor kept at a price of " << price;
        return consider(solve(priced, options), how.str());
    };
    if (!consider(solve(instance, options), "accuracy floor kept without a price"))
    {
        priced = instance;
        double low = 0;
        double high = 0x1p-10;
        bool found = atPrice(high);
        for (int n = 0; n < DOUBLINGS && !found; ++n)
        {
            low = high;
            high *= 2;
            found = atPrice(high);
        }
        for (int n = 0; n < HALVINGS && found; ++n)
        {
            const double middle = (low + high) / 2;
            (atPrice(middle) ? high : low) = middle;
        }
        const Filtered f = WithoutInaccurate(instance, weights, options.accuracyFloor);
        const bool all = std::none_of(f.places.begin(), f.places.end(), [](const auto& places) {
            return places.empty();
        });
        if (all)
        {
            AllocatorOptions cold = options; // places of options are others
            cold.warmStart = nullptr;
            CheckServable(f.instance);
            Allocation answer = solve(f.instance, cold);
            for (std::size_t i = 0; i < f.places.size(); ++i)
            {
                uint32_t& option = answer.decision.users[i].option;
                option = f.places[i][option];
            }
            consider(std::move(answer), "accuracy floor kept by leaving out options below it");
        }
    }
    if (!best)
    {
        ThrowInvalid(options.accuracyFloor,
                     "a floor that this allocator reaches; some users have no option above it",
                     "accuracyFloor");
    }
    best->report.iterations = spent.iterations;
    best->report.evaluations = spent.evaluations;
    best->report.activeEvaluations = spent.activeEvaluations;
    return *best;
}

} // namespace noma
} // namespace ns3
