/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-radio-baseline.h"

#include "noma-deadline-rounds.h"
#include "noma-round-robin-radio.h"

#include "ns3/noma-deadline.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-servability.h"
#include "ns3/noma-subchannel.h"
#include "ns3/noma-units.h"

#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Rounds of splits and radio, unless the caller says otherwise.
constexpr uint64_t ALTERNATIONS = 8;

/**
 * @param instance instance
 * @param i user
 * @param option one of its options
 * @param state rates and powers it counts on
 * @param curve its edge cost
 * @param price price of one compute unit
 * @returns the utility it expects
 */
double
ExpectedUtility(const Instance& instance,
                uint32_t i,
                const CutOption& option,
                const PresentState& state,
                const UnitCurve& curve,
                double price)
{
    const User& user = instance.users[i];
    double utility = user.wT * DeviceDelay(user, option) / user.delayScale +
                     user.wE * DeviceEnergy(user, option) / user.energyScale;
    for (Direction d : DIRECTIONS)
    {
        if (UsesRadio(option, d))
        {
            const SubchannelMember member = MakeMember(user, d, option);
            utility +=
                (member.timeCost + member.energyCost * state.powerW[i][d]) / state.rate[i][d];
        }
    }
    if (UsesEdge(option))
    {
        const double units = curve.Best(option.edgeFlops, price);
        utility += option.edgeFlops * curve.Cost(units) + price * units;
    }
    return utility;
}

} // namespace

HonouredOptions
RadioBaseline::GetHonouredOptions() const
{
    HonouredOptions honoured;
    honoured.maxIterations = true;
    return honoured;
}

Allocation
RadioBaseline::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    if (HasDeadlines(instance))
    {
        AllocatorOptions few = options;
        few.effort = 0;
        return SolveWithDeadlines(instance,
                                  few,
                                  [this](const Instance& priced, const AllocatorOptions& o) {
                                      return DoAllocate(priced, o);
                                  });
    }
    const auto n = static_cast<uint32_t>(instance.users.size());
    const auto byAp = UsersByAp(instance);
    const std::vector<UnitCurve> curves = MakeUnitCurves(instance);
    std::vector<double> price(byAp.size(), 0.0);
    PresentState state = ObservePresentState(instance);
    const uint64_t rounds = options.maxIterations > 0 ? options.maxIterations : ALTERNATIONS;

    Allocation best;
    best.report.status = SolverStatus::MAX_ITERATIONS;
    best.gamma = std::numeric_limits<double>::infinity();
    Decision decision;
    decision.users.resize(n);
    std::vector<uint32_t> chosen;
    for (uint64_t round = 0; round < rounds; ++round)
    {
        for (uint32_t i = 0; i < n; ++i)
        {
            const User& user = instance.users[i];
            uint32_t& option = decision.users[i].option;
            double least = 0;
            bool sends = false;
            option = NONE;
            for (uint32_t k = 0; k < user.options.size(); ++k)
            {
                const double utility =
                    ExpectedUtility(instance, i, user.options[k], state, curves[i], price[user.ap]);
                // in the first round sending goes before utility
                const bool first = round == 0 && UsesRadio(user.options[k]) && !sends;
                const bool late = round == 0 && !UsesRadio(user.options[k]) && sends;
                if (option == NONE || first || (!late && utility < least))
                {
                    option = k;
                    least = utility;
                    sends = UsesRadio(user.options[k]);
                }
            }
        }
        AdmitUsers(instance, decision);
        std::vector<uint32_t> now;
        for (const UserDecision& user : decision.users)
        {
            now.push_back(user.option);
        }
        if (now == chosen)
        {
            best.report.status = SolverStatus::CONVERGED;
            break;
        }
        chosen = now;
        for (Direction d : DIRECTIONS)
        {
            RadioGroups groups(instance, d, decision);
            best.report.iterations += AllocateRadio(groups);
            best.report.activeEvaluations += groups.GetEvaluations();
            groups.Write(decision);
        }
        for (uint32_t ap = 0; ap < byAp.size(); ++ap)
        {
            price[ap] = OptimiseUnits(instance, curves, ap, byAp[ap], decision, price[ap]);
        }
        FitSums(instance, decision);
        const Evaluation evaluation = Evaluate(instance, decision);
        ++best.report.evaluations;
        for (uint32_t i = 0; i < n; ++i)
        {
            for (Direction d : DIRECTIONS)
            {
                if (!decision.users[i].link[d].shares.empty())
                {
                    state.rate[i][d] = evaluation.users[i].rate[d];
                    state.powerW[i][d] = decision.users[i].link[d].powerW;
                }
            }
        }
        if (round == 0 || evaluation.gamma < best.gamma)
        {
            best.gamma = evaluation.gamma;
            best.decision = decision;
        }
        if (options.progress && !options.progress((round + 1.0) / rounds))
        {
            best.report.status = SolverStatus::CANCELLED;
            break;
        }
    }
    return best;
}

} // namespace noma
} // namespace ns3
