/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-li-gd.h"

#include "noma-round-robin-radio.h"

#include "ns3/noma-check.h"
#include "ns3/noma-li-gd-engine.h"
#include "ns3/noma-li-gd-problem.h"
#include "ns3/noma-servability.h"
#include "ns3/noma-share-rounding.h"
#include "ns3/noma-units.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace ns3
{
namespace noma
{

namespace
{

/// What the first step may move a variable by, as a fraction of its interval.
constexpr double FIRST_MOVE = 0.1;

} // namespace

void
LiGdParams::Validate() const
{
    CheckNonNegative(step, "Li-GD: step");
    CheckPositive(epsilon, "Li-GD: epsilon");
    CheckRange(static_cast<double>(maxIterations), 1, 1e12, "in 1..1e12", "Li-GD: maxIterations");
    CheckRange(shareFloor, 1e-12, 0.5, "in [1e-12, 0.5]", "Li-GD: shareFloor");
}

LiGdAllocator::LiGdAllocator(Start start, const LiGdParams& params)
    : m_start(start),
      m_params(params)
{
    m_params.Validate();
}

std::string
LiGdAllocator::GetName() const
{
    return m_start == Start::WARM ? "li-gd" : "gd";
}

HonouredOptions
LiGdAllocator::GetHonouredOptions() const
{
    HonouredOptions honoured;
    honoured.maxIterations = true;
    honoured.epsilon = true;
    honoured.step = true;
    honoured.warmStart = true;
    return honoured;
}

Allocation
LiGdAllocator::DoAllocate(const Instance& instance, const AllocatorOptions& options)
{
    LiGdProblem problem(instance, m_params.shareFloor);
    const std::size_t size = problem.GetSize();
    const uint32_t users = static_cast<uint32_t>(instance.users.size());
    const uint32_t layers = LiGdEngine::GetLayers(instance);

    ProjectedGradientParams params;
    params.rule = ProjectedGradientParams::Step::FIXED;
    params.gradientTolerance = options.epsilon > 0 ? options.epsilon : m_params.epsilon;
    params.costTolerance = params.gradientTolerance;
    params.stepTolerance = params.gradientTolerance;
    params.maxIterations =
        options.maxIterations > 0 ? options.maxIterations : m_params.maxIterations;
    params.step = options.step > 0 ? options.step : m_params.step;
    // A descent from the last decision stays near it: its shares are whole, and gains have changed
    // since. So it is tried beside the middle, and the better one goes on.
    std::vector<std::vector<double>> starts{problem.GetMiddle()};
    if (options.warmStart)
    {
        starts.push_back(problem.GetPoint(*options.warmStart));
    }

    Allocation result;
    SolverReport& report = result.report;
    report.status = SolverStatus::CONVERGED;
    ProjectedGradient descent;
    std::vector<double> x = problem.GetMiddle();
    if (params.step == 0)
    {
        // a warm start changes where the descent begins, not how long its steps are;
        // Corollary 2 asks for a step of at most 1 / L: the steepest layer decides
        std::vector<double> gradient(size);
        double steepest = 0;
        for (uint32_t layer = 0; layer < layers; ++layer)
        {
            double cost = 0;
            problem.SetLayer(layer);
            problem.Evaluate(x.data(), &cost, gradient.data());
            ++report.evaluations;
            for (double g : gradient)
            {
                steepest = std::max(steepest, std::abs(g));
            }
        }
        // the quotient leaves the range of numbers where the gradient is near its ends
        params.step = steepest > 0 ? std::clamp(FIRST_MOVE / steepest,
                                                std::numeric_limits<double>::min(),
                                                std::numeric_limits<double>::max())
                                   : 1.0;
    }
    std::vector<double> best;
    uint32_t bestLayer = NONE;
    double bestCost = std::numeric_limits<double>::infinity();
    for (uint32_t layer = 0; layer < layers; ++layer)
    {
        problem.SetLayer(layer);
        DescentReport d;
        if (m_start == Start::WARM && layer > 0)
        {
            d = descent.Minimize(problem, params, x.data());
            report.iterations += d.iterations;
            report.evaluations += d.evaluations;
        }
        else
        {
            std::vector<double> end;
            for (std::size_t k = 0; k < starts.size(); ++k)
            {
                end = starts[k];
                const DescentReport from = descent.Minimize(problem, params, end.data());
                report.iterations += from.iterations;
                report.evaluations += from.evaluations;
                if (k == 0 || from.cost < d.cost)
                {
                    d = from;
                    x = end;
                }
            }
        }
        report.layers.push_back({layer, d.cost * users, d.iterations, d.projectedGradientNorm});
        if (d.status != SolverStatus::CONVERGED)
        {
            report.status = d.status;
        }
        if (bestLayer == NONE || d.cost < bestCost || std::isnan(bestCost))
        {
            best = x;
            bestLayer = layer;
            bestCost = d.cost;
            report.projectedGradientNorm = d.projectedGradientNorm;
        }
        if (options.progress && !options.progress((layer + 1.0) / layers))
        {
            report.status = SolverStatus::CANCELLED;
            break;
        }
    }

    problem.SetLayer(bestLayer);
    Decision& decision = result.decision;
    decision.users.resize(users);
    for (uint32_t i = 0; i < users; ++i)
    {
        decision.users[i].option = problem.GetOptions()[i];
    }
    AdmitUsers(instance, decision);
    RoundingReport rounding;
    for (Direction d : DIRECTIONS)
    {
        const auto share = [&](uint32_t i, uint32_t m) {
            return problem.GetShare(best.data(), d, i, m);
        };
        const RoundingReport r = RoundShares(instance, d, share, decision);
        rounding.kept += r.kept;
        rounding.several += r.several;
        rounding.none += r.none;
        rounding.crowded += r.crowded;
        rounding.shared += r.shared;
    }
    for (uint32_t i = 0; i < users; ++i)
    {
        UserDecision& user = decision.users[i];
        const CutOption& option = instance.users[i].options[user.option];
        user.units = UsesEdge(option) ? problem.GetUnits(best.data(), i) : 0.0;
        for (Direction d : DIRECTIONS)
        {
            user.link[d].powerW = UsesRadio(option, d)
                                      ? std::max(problem.GetPower(best.data(), d, i), LEAST_POWER_W)
                                      : 0.0;
        }
    }
    FitSums(instance, decision);

    std::ostringstream message;
    message << "relaxed objective " << bestCost * users << " at layer " << bestLayer
            << "; x > 0.5 held for exactly one subchannel of " << rounding.kept
            << " links, none of " << rounding.none << ", several of " << rounding.several << "; "
            << rounding.crowded << " met K users, " << rounding.shared << " share in time";
    report.message = message.str();
    return result;
}

} // namespace noma
} // namespace ns3
