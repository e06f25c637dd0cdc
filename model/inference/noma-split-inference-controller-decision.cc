/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * How SplitInferenceController decides, and what a decision changes when it takes effect.
 */
#include "ns3/fatal-error.h"
#include "ns3/noma-deadline.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-served-in-order.h"
#include "ns3/noma-split-inference-controller.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace noma
{

ControlReport
SplitInferenceController::Decide(const SlotSnapshot& s)
{
    BuilderParameters parameters;
    parameters.maxSuperposed = m_maxSuperposed;
    parameters.minPowerFraction = m_minPowerFraction;
    parameters.units = {m_minUnits, std::max(m_minUnits, m_maxUnits)};
    parameters.normalise = m_normalise;
    BuiltInstance built = BuildInstance(s, m_participants, m_users, parameters);
    Pending pending;
    pending.due = s.slot + m_delay;
    ControlReport report;
    report.slot = s.slot;
    report.users = static_cast<uint32_t>(built.ues.size());
    if (!built.ues.empty())
    {
        AllocatorOptions options;
        options.effort = 0;
        options.seed = s.slot + 1;
        Decision last;
        for (uint32_t ue : built.ues)
        {
            last.users.push_back(m_plan[ue]);
        }
        options.warmStart = m_warmStart ? &last : nullptr;
        options = OnlyHonoured(*m_allocator, options);
        // What the user set is asked for, and may be refused.
        options.effort = m_effort > 0 ? m_effort : options.effort;
        options.step = m_step;
        options.epsilon = m_epsilon;
        options.maxIterations = m_maxIterations;
        m_accuracy.Ask(built, m_accuracyFloor, options);
        m_deciding = built.ues;
        Allocation allocation = Allocate(built.instance, options);
        if (m_splitRule->Choose(built, allocation.decision))
        {
            FollowCuts(built.instance, options, allocation);
        }
        report.choosing =
            static_cast<uint32_t>(std::count(built.choosing.begin(), built.choosing.end(), true));
        const bool deadlines = HasDeadlines(built.instance);
        if (report.choosing > 0 || deadlines)
        {
            const auto plan = m_slotRule->SendsShortestFirst()
                                  ? EvaluateInOrder(built.instance, allocation.decision).users
                                  : Evaluate(built.instance, allocation.decision).users;
            for (std::size_t j = 0; j < built.ues.size(); ++j)
            {
                const UserEvaluation& user = plan[j];
                // infinite where an allocator of one's own gave bits no radio
                const TaskForecast forecast{user.delay.Total(), user.energy.Total()};
                pending.forecast.push_back(
                    std::isfinite(forecast.seconds + forecast.joules) ? forecast : TaskForecast());
                if (deadlines)
                {
                    m_expectedEnd[built.ues[j]] = s.slot * s.slotSeconds + user.delay.Total();
                }
            }
        }
        report.gamma = allocation.gamma;
        report.solver = allocation.report;
        pending.decision = std::move(allocation.decision);
    }
    pending.ues = std::move(built.ues);
    pending.choosing = std::move(built.choosing);
    m_pending.push_back(std::move(pending));
    return report;
}

Allocation
SplitInferenceController::Allocate(const Instance& instance, const AllocatorOptions& options) const
{
    try
    {
        return m_allocator->Allocate(instance, options);
    }
    catch (const std::invalid_argument& e)
    {
        NS_FATAL_ERROR("SplitInferenceController: " << m_allocator->GetName() << ": " << e.what());
    }
}

void
SplitInferenceController::FollowCuts(Instance& instance,
                                     AllocatorOptions options,
                                     Allocation& allocation) const
{
    std::vector<std::vector<CutOption>> cuts; // put aside: to copy all gains takes longer
    std::vector<uint32_t> chosen;
    for (std::size_t j = 0; j < instance.users.size(); ++j)
    {
        UserDecision& decided = allocation.decision.users[j];
        chosen.push_back(decided.option);
        cuts.push_back({instance.users[j].options[decided.option]});
        cuts.back().swap(instance.users[j].options);
        decided.option = 0;
    }
    const Decision start = std::move(allocation.decision);
    options.warmStart = options.warmStart ? &start : nullptr;
    const SolverReport before = std::move(allocation.report);
    allocation = Allocate(instance, options);
    allocation.report.iterations += before.iterations;
    allocation.report.evaluations += before.evaluations;
    allocation.report.activeEvaluations += before.activeEvaluations;
    for (std::size_t j = 0; j < chosen.size(); ++j)
    {
        instance.users[j].options = std::move(cuts[j]);
        allocation.decision.users[j].option = chosen[j];
    }
}

void
SplitInferenceController::Apply(const SlotSnapshot& s, const Pending& pending)
{
    for (auto& user : m_plan)
    {
        user.link = PerDirection<LinkDecision>();
    }
    for (std::size_t j = 0; j < pending.ues.size(); ++j)
    {
        const uint32_t ue = pending.ues[j];
        const UserDecision& u = pending.decision.users[j];
        m_plan[ue] = u;
        auto client = m_participants.Client(ue);
        auto server = m_participants.Server(s.ues[ue].ap);
        double units = u.units;
        if (server)
        {
            // a fraction of a unit stood for waiting in turn
            units = std::max(units,
                             std::min(m_minUnits, server->GetComputer()->GetDescription().units));
            server->SetUnits(ue, units, m_users[ue].delayPrice);
        }
        if (client && pending.choosing[j])
        {
            m_accuracy.Book(client->GetOptions().at(u.option), client->GetState().waiting);
            client->Dispatch(u.option, std::max(units, 1e-6), pending.forecast[j]);
        }
    }
}

} // namespace noma
} // namespace ns3
