/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-ecc.h"

#include "noma-deadline-rounds.h"
#include "noma-random-allocator.h"

#include "ns3/noma-assignment.h"
#include "ns3/noma-deadline.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-local-search.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace ns3
{
namespace noma
{

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();
/// Member evaluations at effort 1; a budget in work, not in time.
constexpr double WORK_PER_EFFORT = 2e7;
/// At effort 0 no new round of best responses begins after this many member evaluations.
constexpr uint64_t SLOT_WORK = 100000;
/// At effort 0 larger instances, in users times subchannels, look at few subchannels per user.
constexpr uint64_t SMALL_SIZE = 4000;
/// How many that is.
constexpr uint32_t FEW_SUBCHANNELS = 4;
/// The final polish stops at this relative projected gradient norm.
constexpr double FINAL_TOLERANCE = 1e-8;
/// Starts of the final power polish.
constexpr uint32_t FINAL_STARTS = 6;

/// @returns the objective after making the powers feasible @param assignment the assignment
double
Score(Assignment& assignment)
{
    if (std::isfinite(assignment.GetInstance().apPowerBudgetW))
    {
        assignment.PolishAll(1e-4, 1);
    }
    const double gamma = assignment.GetGamma();
    return std::isfinite(gamma) ? gamma : INF;
}

/// @returns the warm start if it fits the instance in form @param instance instance
/// @param options options
std::optional<Decision>
WarmStart(const Instance& instance, const AllocatorOptions& options)
{
    if (!options.warmStart || options.warmStart->users.size() != instance.users.size())
    {
        return std::nullopt;
    }
    Decision decision = *options.warmStart;
    for (std::size_t i = 0; i < decision.users.size(); ++i)
    {
        UserDecision& u = decision.users[i];
        // A new task may have fewer cuts than the last one had.
        u.option = std::min<uint32_t>(u.option,
                                      static_cast<uint32_t>(instance.users[i].options.size()) - 1);
        for (Direction d : DIRECTIONS)
        {
            auto& shares = u.link[d].shares;
            shares.erase(std::remove_if(
                             shares.begin(),
                             shares.end(),
                             [&](const Share& s) { return s.subchannel >= instance.subchannels; }),
                         shares.end());
        }
    }
    return decision;
}

/// @returns 0, 1, ... n - 1 @param n count
std::vector<uint32_t>
AllUsers(std::size_t n)
{
    std::vector<uint32_t> users(n);
    std::iota(users.begin(), users.end(), 0U);
    return users;
}

/// @returns whether no subchannel is shared in time @param decision decision
bool
IsIntegral(const Decision& decision)
{
    for (const UserDecision& u : decision.users)
    {
        for (Direction d : DIRECTIONS)
        {
            if (!u.link[d].shares.empty() && !u.link[d].IsIntegral())
            {
                return false;
            }
        }
    }
    return true;
}

} // namespace

EccAllocator::EccAllocator(Access access)
    : m_access(access)
{
}

std::string
EccAllocator::GetName() const
{
    return m_access == Access::NOMA ? "ecc-noma" : "ecc-oma";
}

HonouredOptions
EccAllocator::GetHonouredOptions() const
{
    HonouredOptions honoured;
    honoured.effort = true;
    honoured.seed = true;
    honoured.maxIterations = true;
    honoured.warmStart = true;
    return honoured;
}

Allocation
EccAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    if (HasDeadlines(instance))
    {
        return SolveWithDeadlines(instance,
                                  options,
                                  [this](const Instance& priced, const AllocatorOptions& o) {
                                      return DoAllocate(priced, o);
                                  });
    }
    const uint32_t capacity = m_access == Access::NOMA ? instance.maxSuperposed : 1;
    if (options.effort == 0)
    {
        return Respond(instance, options, capacity);
    }
    if (capacity == 1)
    {
        return Search(instance, options, 1, nullptr, 0.0);
    }
    Allocation orthogonal = Search(instance, options, 1, nullptr, -1.0);
    if (orthogonal.report.status == SolverStatus::CANCELLED)
    {
        return orthogonal;
    }
    return Search(instance, options, capacity, &orthogonal, 0.5);
}

Allocation
EccAllocator::Respond(const Instance& instance,
                      const AllocatorOptions& options,
                      uint32_t capacity) const
{
    Assignment assignment(instance, capacity);
    LocalSearch search(assignment);
    const auto users = AllUsers(instance.users.size());
    const auto warm = WarmStart(instance, options);
    assignment.Load(warm ? *warm : CreateAllocator("device-only")->Allocate(instance).decision);
    Allocation result;
    assignment.DeferUnits(true);
    // Small instances can afford every subchannel and more rounds.
    const bool small = users.size() * instance.subchannels <= SMALL_SIZE;
    const uint32_t candidates = small ? instance.subchannels : FEW_SUBCHANNELS;
    const uint32_t least = warm ? 1 : 3;
    uint64_t kept = 1;
    for (uint32_t k = 0; kept > 0 && (k < least || assignment.GetWork() < SLOT_WORK); ++k)
    {
        kept = search.RespondOnce(users, candidates, 2);
        result.report.iterations += kept;
        assignment.RefreshUnits();
    }
    assignment.DeferUnits(false);
    assignment.PolishAll(1e-3, 1);
    result.decision = assignment.ToDecision();
    result.report.status = kept > 0 ? SolverStatus::MAX_ITERATIONS : SolverStatus::CONVERGED;
    result.report.message = kept > 0 ? "best responses end with the slot's work" : "";
    result.report.evaluations = 1;
    result.report.activeEvaluations = assignment.GetEvaluations();
    result.report.projectedGradientNorm = assignment.GetStationarity();
    return result;
}

Allocation
EccAllocator::Search(const Instance& instance,
                     const AllocatorOptions& options,
                     uint32_t capacity,
                     const Allocation* extra,
                     double progressFrom) const
{
    Allocation result;
    result.report.status = SolverStatus::CONVERGED;
    std::mt19937_64 rng(options.seed);
    Assignment assignment(instance, capacity);
    LocalSearch search(assignment);
    const auto everybody = AllUsers(instance.users.size());
    const double budget = options.effort * WORK_PER_EFFORT;
    const auto limit = static_cast<uint64_t>(std::min(budget, 1e18));
    const auto report = [&](double fraction) {
        // The search without superposition, where it comes first, is the first half.
        const double done =
            progressFrom < 0 ? 0.5 * fraction : progressFrom + (1 - progressFrom) * fraction;
        if (options.progress && result.report.status != SolverStatus::CANCELLED &&
            !options.progress(std::min(done, 1.0)))
        {
            result.report.status = SolverStatus::CANCELLED;
        }
        return result.report.status != SolverStatus::CANCELLED;
    };

    /// A start and what it is worth after polishing.
    struct Start
    {
        double gamma;
        Assignment::State state;
    };

    std::vector<Start> starts;
    double bestGiven = INF;
    Decision given;
    const auto offer = [&](const Decision& decision) {
        assignment.Load(decision);
        assignment.PolishAll(1e-3, 1);
        starts.push_back({Score(assignment), assignment.GetState()});
        ++result.report.evaluations;
    };
    const auto remember = [&](const Allocation& allocation) {
        ++result.report.evaluations;
        if (allocation.gamma < bestGiven)
        {
            bestGiven = allocation.gamma;
            given = allocation.decision;
        }
    };
    if (extra)
    {
        offer(extra->decision);
        remember({extra->decision, Evaluate(instance, extra->decision).gamma, {}});
    }
    if (const auto warm = WarmStart(instance, options))
    {
        offer(*warm);
    }
    {
        Allocation quick = Respond(instance, options, capacity);
        quick.gamma = Evaluate(instance, quick.decision).gamma;
        offer(quick.decision);
        remember(quick);
    }
    for (const char* name : {"device-only",
                             "edge-only",
                             "neurosurgeon",
                             "neurosurgeon-energy",
                             "dnn-surgeon",
                             "dnn-surgeon-throughput",
                             "iao",
                             "iao-sum"})
    {
        const Allocation baseline = CreateAllocator(name)->Allocate(instance);
        offer(baseline.decision);
        remember(baseline);
    }
    for (int k = 0; k < 3; ++k)
    {
        offer(DrawDecision(instance, rng));
    }
    std::stable_sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) {
        return a.gamma < b.gamma;
    });

    double best = INF;
    Assignment::State bestState = starts.front().state;
    const auto consider = [&] {
        const double gamma = Score(assignment);
        ++result.report.evaluations;
        if (gamma < best)
        {
            best = gamma;
            bestState = assignment.GetState();
            return true;
        }
        return false;
    };
    for (std::size_t k = 0; k < starts.size(); ++k)
    {
        if (k > 0 && starts[k].gamma == starts[k - 1].gamma)
        {
            continue;
        }
        if (k > 0 && (assignment.GetWork() > 0.4 * budget || !report(0.4 * k / starts.size())))
        {
            break;
        }
        assignment.SetState(starts[k].state);
        result.report.iterations += search.Descend(everybody, false, limit);
        consider();
    }
    assignment.SetState(bestState);
    result.report.iterations += search.Descend(everybody, true, limit);
    consider();

    const double kicks = options.maxIterations > 0
                             ? static_cast<double>(options.maxIterations)
                             : options.effort * (200 + 10.0 * everybody.size());
    for (double k = 0; k < kicks && assignment.GetWork() < limit; ++k)
    {
        if (!report(0.4 + 0.6 * std::max(k / kicks, assignment.GetWork() / budget)))
        {
            break;
        }
        assignment.SetState(bestState);
        const auto touched = search.Kick(rng, 1 + DrawIndex(rng, 3));
        if (touched.empty())
        {
            continue;
        }
        result.report.iterations += search.Descend(touched, false, limit);
        if (consider())
        {
            result.report.iterations += search.Descend(touched, true, limit);
            consider();
        }
    }
    if (assignment.GetWork() >= limit && result.report.status == SolverStatus::CONVERGED)
    {
        result.report.status = SolverStatus::MAX_ITERATIONS;
        result.report.message = "the effort ended the restarts";
    }

    // Other starts of the powers may open other moves.
    assignment.SetState(bestState);
    assignment.PolishAll(1e-4, FINAL_STARTS);
    consider();
    assignment.SetState(bestState);
    result.report.iterations += search.Descend(everybody, true, limit + limit / 10);
    consider();
    assignment.SetState(bestState);
    assignment.PolishAll(FINAL_TOLERANCE, FINAL_STARTS);
    result.decision = assignment.ToDecision();
    result.report.activeEvaluations =
        assignment.GetEvaluations() + (extra ? extra->report.activeEvaluations : 0);
    result.report.iterations += extra ? extra->report.iterations : 0;
    result.report.evaluations += 1 + (extra ? extra->report.evaluations : 0);
    result.report.projectedGradientNorm = assignment.GetStationarity();

    // Time sharing may favour what a baseline did; an integral decision is kept integral.
    const double gamma = Evaluate(instance, result.decision).gamma;
    if (bestGiven < gamma &&
        (std::isinf(gamma) || IsIntegral(given) || !IsIntegral(result.decision)))
    {
        result.decision = given;
        result.report.message = "a start could not be improved";
    }
    report(1.0);
    return result;
}

} // namespace noma
} // namespace ns3
