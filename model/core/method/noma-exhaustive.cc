/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-exhaustive.h"

#include "ns3/noma-group-costs.h"
#include "ns3/noma-math.h"
#include "ns3/noma-units.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// One combination of options.
struct Combination
{
    double bound;                 //!< lower bound of the objective
    double compute;               //!< device and edge part, exact
    std::vector<uint32_t> option; //!< per user
};

/// @param instance instance
/// @throws std::invalid_argument if it is too large or has what is not enumerated
void
CheckSize(const Instance& instance)
{
    const auto fail = [](const std::string& what) {
        throw std::invalid_argument(what + " for the exhaustive allocator");
    };
    std::ostringstream out;
    double combinations = 1;
    for (const User& u : instance.users)
    {
        combinations *= static_cast<double>(u.options.size());
    }
    if (instance.users.size() > ExhaustiveAllocator::MAX_USERS)
    {
        out << "users has " << instance.users.size() << " entries: must be at most "
            << ExhaustiveAllocator::MAX_USERS;
        fail(out.str());
    }
    if (combinations > ExhaustiveAllocator::MAX_COMBINATIONS)
    {
        out << "options has " << combinations << " combinations: must be at most "
            << ExhaustiveAllocator::MAX_COMBINATIONS;
        fail(out.str());
    }
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        if (instance.users[i].wQ > 0)
        {
            out << "users[" << i << "].wQ is " << instance.users[i].wQ << ": must be 0";
            fail(out.str());
        }
    }
    if (std::isfinite(instance.apPowerBudgetW))
    {
        out << "apPowerBudgetW is " << instance.apPowerBudgetW << ": must be absent";
        fail(out.str());
    }
}

/// Lists all combinations of options that fit the edge servers, by rising lower bound.
/// @param instance instance @param up uplink costs @param down downlink costs @returns the list
std::vector<Combination>
ListCombinations(const Instance& instance, GroupCosts& up, GroupCosts& down)
{
    const auto n = static_cast<uint32_t>(instance.users.size());
    const auto curves = MakeUnitCurves(instance);
    const auto byAp = UsersByAp(instance);
    std::vector<Combination> list;
    Decision decision;
    decision.users.resize(n);
    std::vector<uint32_t> option(n, 0);
    while (true)
    {
        bool fits = true;
        double compute = 0;
        for (uint32_t ap = 0; ap < byAp.size() && fits; ++ap)
        {
            double least = 0;
            for (uint32_t i : byAp[ap])
            {
                const CutOption& o = instance.users[i].options[option[i]];
                least += UsesEdge(o) ? instance.users[i].units.min : 0.0;
                decision.users[i].option = option[i];
            }
            fits = least <= instance.edges[ap].units * (1 + 1e-10);
            if (!fits)
            {
                break;
            }
            OptimiseUnits(instance, curves, ap, byAp[ap], decision);
            for (uint32_t i : byAp[ap])
            {
                const User& u = instance.users[i];
                const CutOption& o = u.options[option[i]];
                compute += u.wT * o.deviceFlops / (u.clockHz * u.flopPerCycle * u.delayScale);
                compute += u.wE * u.kappa * u.clockHz * u.clockHz * o.deviceFlops /
                           (u.flopPerCycle * u.energyScale);
                compute +=
                    UsesEdge(o) ? o.edgeFlops * curves[i].Cost(decision.users[i].units) : 0.0;
            }
        }
        if (fits)
        {
            const double bound = compute + up.LowerBound(option) + down.LowerBound(option);
            list.push_back({bound, compute, option});
        }
        uint32_t i = 0;
        while (i < n && ++option[i] == instance.users[i].options.size())
        {
            option[i++] = 0;
        }
        if (i == n)
        {
            break;
        }
    }
    std::stable_sort(list.begin(), list.end(), [](const Combination& a, const Combination& b) {
        return a.bound < b.bound;
    });
    return list;
}

} // namespace

std::string
ExhaustiveAllocator::GetName() const
{
    return "exhaustive";
}

HonouredOptions
ExhaustiveAllocator::GetHonouredOptions() const
{
    HonouredOptions honoured;
    honoured.seed = true;
    return honoured;
}

Allocation
ExhaustiveAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    CheckSize(instance);
    GroupCosts up(instance, UPLINK, options.seed);
    GroupCosts down(instance, DOWNLINK, options.seed);
    const auto list = ListCombinations(instance, up, down);

    Allocation result;
    result.report.status = SolverStatus::EXACT;
    double best = math::INFINITE;
    const Combination* chosen = nullptr;
    PerDirection<std::vector<GroupCosts::Subset>> groups;
    for (const Combination& combination : list)
    {
        if (combination.bound >= best)
        {
            break;
        }
        ++result.report.iterations;
        if (result.report.iterations % 64 == 0 && options.progress &&
            !options.progress(static_cast<double>(result.report.iterations) / list.size()))
        {
            result.report.status = SolverStatus::CANCELLED;
            break;
        }
        up.SetOptions(combination.option);
        down.SetOptions(combination.option);
        while (true)
        {
            const double gamma = combination.compute + up.Partition() + down.Partition();
            if (!(gamma < best))
            {
                break;
            }
            const auto upGroups = up.Groups();
            const auto downGroups = down.Groups();
            const bool upBounded = up.MakeExact(upGroups);
            const bool downBounded = down.MakeExact(downGroups);
            if (!upBounded && !downBounded)
            {
                best = gamma;
                chosen = &combination;
                groups.up = upGroups;
                groups.down = downGroups;
                break;
            }
        }
    }
    if (!chosen)
    {
        std::ostringstream out;
        out << "maxSuperposed is " << instance.maxSuperposed << " and subchannels "
            << instance.subchannels
            << ": too few for the users that cannot do without radio; the exhaustive allocator "
               "does not share subchannels in time";
        throw std::invalid_argument(out.str());
    }

    result.decision.users.resize(instance.users.size());
    for (uint32_t i = 0; i < instance.users.size(); ++i)
    {
        result.decision.users[i].option = chosen->option[i];
    }
    for (Direction d : DIRECTIONS)
    {
        GroupCosts& costs = d == UPLINK ? up : down;
        costs.SetOptions(chosen->option);
        for (uint32_t m = 0; m < instance.subchannels; ++m)
        {
            std::vector<double> p;
            costs.Optimise(m, groups[d][m], p);
            std::size_t k = 0;
            for (uint32_t i = 0; i < instance.users.size(); ++i)
            {
                if (groups[d][m] >> i & 1)
                {
                    result.decision.users[i].link[d].shares = {{m, 1.0}};
                    result.decision.users[i].link[d].powerW = p[k++];
                }
            }
        }
    }
    const auto curves = MakeUnitCurves(instance);
    const auto byAp = UsersByAp(instance);
    for (uint32_t ap = 0; ap < byAp.size(); ++ap)
    {
        OptimiseUnits(instance, curves, ap, byAp[ap], result.decision);
    }
    result.report.evaluations = 1;
    result.report.activeEvaluations = up.GetEvaluations() + down.GetEvaluations();
    result.report.projectedGradientNorm = std::max(up.GetStationarity(), down.GetStationarity());
    return result;
}

} // namespace noma
} // namespace ns3
