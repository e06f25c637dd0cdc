/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-ecc-search.h"

#include "noma-random-allocator.h"

#include "ns3/noma-evaluation.h"
#include "ns3/noma-math.h"
#include "ns3/noma-random-draw.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace ns3
{
namespace noma
{

namespace
{

/// Member evaluations per user at effort 1; a budget in work, not in time. An evaluation of the
/// relaxed problem counts as one per user.
constexpr double WORK_PER_USER = 1.5e5;
/// A slot begins no new round of best responses after this many member evaluations.
constexpr uint64_t SLOT_WORK = 100000;
/// Where nobody stands anywhere yet, a descent after them ends after so many more.
constexpr uint64_t COLD_WORK = 200000;
/// In a slot, larger instances, in users times subchannels, look at few subchannels per user.
constexpr uint64_t SMALL_SIZE = 4000;
/// How many that is.
constexpr uint32_t FEW_SUBCHANNELS = 4;
/// Answers of the users to the relaxed problem's prices, at most.
constexpr uint32_t ANSWERS = 6;
/// The same from a warm start.
constexpr uint32_t WARM_ANSWERS = 2;
/// Descents of the relaxed problem at a mark from the incumbent with a few users moved: so many
/// over the number of users, and no fewer than a few.
constexpr std::size_t SHAKES = 150;
constexpr std::size_t LEAST_SHAKES = 3;
/// The same in a slot without a warm start.
constexpr uint32_t COLD_SHAKES = 6;
/// Starts that are descended from.
constexpr std::size_t DESCENTS = 6;
/// Users that a kick moves, at most.
constexpr uint64_t MOST_KICKED = 2;
/// After a kick, an objective that differs by this fraction is that of the old optimum.
constexpr double SAME = 1e-9;
/// A gain by this fraction is worth a deep descent.
constexpr double WORTHWHILE = 1e-6;

/// How finely a path is walked.
struct Pace
{
    double work;      //!< member evaluations at effort 1, at most
    double markRatio; //!< marks stand this factor apart
    double tolerance; //!< relative projected gradient norm to which the incumbent is polished
    uint32_t starts;  //!< starts of its power polish
};

constexpr Pace SMALL{3e7, 1.3, 1e-8, 6};
constexpr Pace LARGE{7e6, 1.6, 1e-4, 1};

/// @param instance instance @returns how finely its path is walked
const Pace&
PaceOf(const Instance& instance)
{
    return EccSearch::IsLarge(instance) ? LARGE : SMALL;
}

/// @param instance instance
/// @param options options
/// @returns the warm start if it fits the instance in form
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

/// @param instance instance
/// @param capacity users per (access point, subchannel, direction) at a time: taking turns is but a
///        rival of superposing
/// @returns member evaluations at effort 1
double
WorkPerEffort(const Instance& instance, uint32_t capacity)
{
    const auto users = static_cast<double>(instance.users.size());
    const double work = std::min(PaceOf(instance).work, WORK_PER_USER * users);
    return capacity == 1 ? 0.4 * work : work;
}

/// @param capacity users per (access point, subchannel, direction) at a time
/// @returns how finely the relaxed problem is solved from a decision of the path
LiGdEngineParams
FineParams(uint32_t capacity)
{
    LiGdEngineParams params;
    params.tolerance = 1e-5;
    params.columnTolerance = 1e-4;
    params.capacity = capacity;
    return params;
}

} // namespace

EccSearch::EccSearch(const Instance& instance,
                     const AllocatorOptions& options,
                     uint32_t capacity,
                     LiGdEngine& engine)
    : m_instance(instance),
      m_options(options),
      m_engine(engine),
      m_relaxed(FineParams(capacity)),
      m_assignment(instance, capacity, options.integral),
      m_search(m_assignment),
      m_rng(options.seed),
      m_shaker(options.seed),
      m_everybody(instance.users.size()),
      m_budget(options.effort * WorkPerEffort(instance, capacity))
{
    std::iota(m_everybody.begin(), m_everybody.end(), 0U);
}

bool
EccSearch::IsLarge(const Instance& instance)
{
    return instance.users.size() > Assignment::LARGE_USERS;
}

bool
EccSearch::Report(double fraction)
{
    if (m_options.progress && m_incumbent.report.status != SolverStatus::CANCELLED &&
        !m_options.progress(m_from + (m_to - m_from) * std::min(fraction, 1.0)))
    {
        m_incumbent.report.status = SolverStatus::CANCELLED;
    }
    return m_incumbent.report.status != SolverStatus::CANCELLED;
}

void
EccSearch::Compare(const Decision& decision, double stationarity)
{
    if (m_options.integral && !decision.IsIntegral())
    {
        return;
    }
    const double gamma = EvaluateGamma(m_instance, decision);
    ++m_incumbent.report.evaluations;
    if (gamma < m_incumbent.gamma || m_incumbent.decision.users.empty())
    {
        m_incumbent.gamma = gamma;
        m_incumbent.decision = decision;
        m_incumbent.report.projectedGradientNorm = stationarity;
    }
}

Decision
EccSearch::Offer()
{
    const Assignment::State path = m_assignment.GetState();
    const Pace& pace = PaceOf(m_instance);
    m_assignment.PolishAll(m_options.epsilon > 0 ? m_options.epsilon : pace.tolerance, pace.starts);
    Decision decision = m_assignment.ToDecision();
    Compare(decision, m_assignment.GetStationarity());
    m_assignment.SetState(path);
    return decision;
}

void
EccSearch::Relax(const Decision& start, uint32_t rounds, uint32_t shakes)
{
    if (m_options.integral || IsLarge(m_instance))
    {
        return;
    }
    const auto relaxed = m_relaxed.Improve(m_instance, start, rounds, shakes, m_shaker);
    m_incumbent.report.activeEvaluations += relaxed.solver.activeEvaluations;
    m_incumbent.report.evaluations += relaxed.solver.evaluations;
    m_incumbent.report.iterations += relaxed.solver.iterations;
    m_assignment.Count(relaxed.solver.activeEvaluations * m_everybody.size());
    const Decision decision = m_relaxed.GetDecision();
    // least powers can leave Li-GD no way back into a budget
    if (std::isfinite(relaxed.gamma) && KeepsPowerBudgets(m_instance, decision))
    {
        Compare(decision, relaxed.solver.projectedGradientNorm);
    }
}

bool
EccSearch::GoOn()
{
    const auto work = static_cast<double>(m_assignment.GetWork());
    if (work < m_mark || m_over)
    {
        return !m_over;
    }
    const Assignment::State path = m_assignment.GetState();
    const double now = m_assignment.GetGamma();
    if (now < m_bestGamma)
    {
        Relax(Offer(), ANSWERS, 0);
    }
    else if (!m_offered)
    {
        m_assignment.SetState(m_best);
        Relax(Offer(), ANSWERS, 0);
        m_assignment.SetState(path);
        m_offered = true;
    }
    const std::size_t shakes = std::max(LEAST_SHAKES, SHAKES / m_everybody.size());
    Relax(m_incumbent.decision, 0, static_cast<uint32_t>(shakes));
    m_mark = PaceOf(m_instance).markRatio * static_cast<double>(m_assignment.GetWork());
    m_over = work >= m_budget || !Report(work / m_budget);
    return !m_over;
}

bool
EccSearch::Keep()
{
    if (std::isfinite(m_instance.apPowerBudgetW))
    {
        m_assignment.PolishAll(1e-4, 1);
    }
    const double gamma = m_assignment.GetGamma();
    ++m_incumbent.report.evaluations;
    if (!(gamma < m_bestGamma) && !m_best.decision.users.empty())
    {
        return false;
    }
    m_bestGamma = gamma;
    m_best = m_assignment.GetState();
    m_offered = false;
    return true;
}

bool
EccSearch::Descend(const std::vector<uint32_t>& users, bool deep, const std::function<bool()>& goOn)
{
    m_incumbent.report.iterations += m_search.Descend(users, deep, goOn);
    return Keep();
}

bool
EccSearch::Descend(const std::vector<uint32_t>& users, bool deep)
{
    return Descend(users, deep, [this] { return GoOn(); });
}

void
EccSearch::Respond(bool warm)
{
    const bool small = m_everybody.size() * m_instance.subchannels <= SMALL_SIZE;
    const uint32_t candidates = small ? m_instance.subchannels : FEW_SUBCHANNELS;
    // Where everybody stands somewhere already, one round is what a slot affords.
    const uint64_t limit = m_assignment.GetWork() + (warm && !small ? 0 : SLOT_WORK);
    m_assignment.DeferUnits(true);
    uint64_t kept = 1;
    for (uint32_t k = 0; kept > 0 && (k == 0 || m_assignment.GetWork() < limit); ++k)
    {
        kept = m_search.RespondOnce(m_everybody, candidates, 2);
        m_incumbent.report.iterations += kept;
        m_assignment.RefreshUnits();
    }
    m_assignment.DeferUnits(false);
    m_assignment.PolishAll(1e-3, 1);
    if (kept > 0)
    {
        m_incumbent.report.status = SolverStatus::MAX_ITERATIONS;
        m_incumbent.report.message = "best responses end with the slot's work";
    }
    Keep();
    const bool cold = !warm && !IsLarge(m_instance);
    if (cold || (small && kept == 0))
    {
        const uint64_t most = m_assignment.GetWork() + (cold ? COLD_WORK : SLOT_WORK);
        Descend(m_everybody, cold, [&] { return m_assignment.GetWork() < most; });
    }
}

void
EccSearch::Slot(const Decision* start)
{
    const auto warm = WarmStart(m_instance, m_options);
    const auto relax = [&](bool gather) {
        const auto relaxed = warm ? m_engine.ResumeUsers(m_instance, *warm, WARM_ANSWERS)
                                  : m_engine.SolveUsers(m_instance, ANSWERS, gather);
        m_incumbent.report.activeEvaluations += relaxed.solver.activeEvaluations;
        m_incumbent.report.evaluations += relaxed.solver.evaluations;
        m_incumbent.report.iterations += relaxed.solver.iterations;
        m_incumbent.report.layers = relaxed.solver.layers;
        return m_engine.GetDecision();
    };
    std::optional<Decision> gathered;
    if (!warm && m_everybody.size() * m_instance.subchannels <= SMALL_SIZE)
    {
        gathered = relax(true);
    }
    const Decision rounded = relax(false);
    const std::optional<Decision> given = start ? std::optional<Decision>(*start) : std::nullopt;
    for (const std::optional<Decision>& decision :
         {warm, given, gathered, std::optional<Decision>(rounded)})
    {
        if (decision)
        {
            m_assignment.Load(*decision);
            m_assignment.PolishAll(1e-2, 1);
            Keep();
        }
    }
    m_assignment.SetState(m_best);
    Respond(warm.has_value());
    m_assignment.SetState(m_best);
    Offer();
    m_offered = true;
    m_slotDecision = m_incumbent.decision;
    if (!warm)
    {
        Relax(m_incumbent.decision, WARM_ANSWERS, COLD_SHAKES);
    }
    else if (!warm->IsIntegral())
    {
        Relax(*warm, 0, 0); // whole subchannels have lost its time shares
    }
}

void
EccSearch::DescendFromStarts()
{
    /// Where a descent begins or ends, and what that is worth.
    struct Start
    {
        double gamma;
        Assignment::State state;
    };

    if (IsLarge(m_instance))
    {
        m_assignment.SetState(m_best);
        Descend(m_everybody, true);
        return;
    }
    std::vector<Start> starts;
    const auto add = [&](const Decision& decision) {
        m_assignment.Load(decision);
        m_assignment.PolishAll(1e-3, 1);
        const double gamma = m_assignment.GetGamma();
        for (const Start& start : starts)
        {
            if (start.gamma == gamma)
            {
                return;
            }
        }
        starts.push_back({gamma, m_assignment.GetState()});
    };
    for (const char* name : {"device-only",
                             "edge-only",
                             "neurosurgeon",
                             "neurosurgeon-energy",
                             "dnn-surgeon",
                             "dnn-surgeon-throughput",
                             "iao",
                             "iao-sum"})
    {
        const Decision decision = CreateAllocator(name)->Allocate(m_instance).decision;
        add(decision);
        Compare(decision, m_assignment.GetStationarity());
    }
    for (int k = 0; k < 3; ++k)
    {
        add(DrawDecision(m_instance, m_rng));
    }
    const auto cheaper = [](const Start& a, const Start& b) { return a.gamma < b.gamma; };
    std::stable_sort(starts.begin(), starts.end(), cheaper);
    m_assignment.SetState(m_best);
    Descend(m_everybody, false);
    std::vector<Start> ends;
    for (std::size_t k = 0; k < std::min(DESCENTS, starts.size()) && GoOn(); ++k)
    {
        m_assignment.SetState(starts[k].state);
        Descend(m_everybody, false);
        ends.push_back({m_assignment.GetGamma(), m_assignment.GetState()});
    }
    std::stable_sort(ends.begin(), ends.end(), cheaper);
    for (const Start& end : ends)
    {
        m_assignment.SetState(end.state);
        Cross(m_assignment.ToDecision());
    }
    m_assignment.SetState(m_best);
    Descend(m_everybody, true);
}

void
EccSearch::Cross(const Decision& other)
{
    for (uint32_t n = 0; n < m_instance.GetAps() && GoOn(); ++n)
    {
        m_assignment.SetState(m_best);
        Decision child = m_assignment.ToDecision();
        std::vector<uint32_t> exchanged;
        for (uint32_t i : m_everybody)
        {
            if (m_instance.users[i].ap == n)
            {
                child.users[i] = other.users[i];
                exchanged.push_back(i);
            }
        }
        m_assignment.Load(child);
        m_assignment.PolishAll(1e-3, 1);
        Descend(exchanged, false);
    }
}

void
EccSearch::Kick()
{
    for (uint64_t k = 0; GoOn() && (m_options.maxIterations == 0 || k < m_options.maxIterations);
         ++k)
    {
        m_assignment.SetState(m_best);
        const double best = m_bestGamma;
        const auto users = m_search.Kick(m_rng, 1 + DrawIndex(m_rng, MOST_KICKED));
        m_assignment.Count(m_everybody.size()); // or kicks that change nothing had no end
        const auto elsewhere = [&] {
            return std::abs(m_assignment.GetGamma() - best) > SAME * best && GoOn();
        };
        if (Descend(users, false, elsewhere) && m_bestGamma < (1 - WORTHWHILE) * best)
        {
            Descend(users, true);
        }
    }
}

Allocation
EccSearch::Run(const Decision* start, double from, double to)
{
    m_from = from;
    m_to = to;
    m_incumbent.gamma = math::INFINITE;
    m_incumbent.report.status = SolverStatus::CONVERGED;
    Slot(start);
    if (m_budget > 0)
    {
        m_incumbent.report.status = SolverStatus::MAX_ITERATIONS;
        m_incumbent.report.message = "the effort ended the search";
        DescendFromStarts();
        Kick();
    }
    m_incumbent.report.activeEvaluations += m_assignment.GetEvaluations();
    Report(1.0);
    return m_incumbent;
}

} // namespace noma
} // namespace ns3
