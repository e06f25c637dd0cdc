/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-deadline-rounds.h"

#include "ns3/noma-deadline.h"
#include "ns3/noma-evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// A timely user is this many scales before its deadline: what it then pays is 2 % of wQ.
constexpr double TIMELY = 4;
/// Most rounds of tangents.
constexpr uint32_t ROUNDS = 12;
/// Least part of the way to the tangents.
constexpr double LEAST_PART = 0.05;
/// Quick solves per unit of effort while single users' prices are tried.
constexpr double TRIALS = 400;

/**
 * The best decision so far, and the rounds that find better ones.
 */
class Rounds
{
  public:
    /// @param instance instance @param options options @param solve the method
    Rounds(const Instance& instance, const AllocatorOptions& options, const PricedSolver& solve)
        : m_instance(instance),
          m_options(options),
          m_solve(solve)
    {
    }

    /// Solves at given prices. @param price per user @param effort of the method
    /// @returns whether the objective fell
    bool Solve(const std::vector<double>& price, double effort)
    {
        AllocatorOptions options = m_options;
        options.effort = effort;
        if (effort == 0)
        {
            options.progress = nullptr;
        }
        if (m_found)
        {
            options.warmStart = &m_best.decision;
        }
        Allocation next = m_solve(PriceDeadlines(m_instance, price), options);
        const Evaluation evaluation = Evaluate(m_instance, next.decision);
        SolverReport& sum = m_best.report;
        const SolverReport before = sum;
        const bool better = !m_found || evaluation.gamma < m_best.gamma;
        if (better)
        {
            m_best.decision = std::move(next.decision);
            m_best.gamma = evaluation.gamma;
            m_price = price;
            m_delay.clear();
            for (const UserEvaluation& user : evaluation.users)
            {
                m_delay.push_back(user.delay.Total());
            }
            sum = next.report;
        }
        sum.status = next.report.status;
        sum.iterations = before.iterations + next.report.iterations;
        sum.evaluations = before.evaluations + next.report.evaluations + 1;
        sum.activeEvaluations = before.activeEvaluations + next.report.activeEvaluations;
        m_found = true;
        return better;
    }

    /// @returns per user the slope of the deadline's cost at the delays of the best decision
    std::vector<double> Tangents() const
    {
        std::vector<double> price;
        for (std::size_t i = 0; i < m_delay.size(); ++i)
        {
            price.push_back(DeadlinePrice(m_instance.users[i], m_delay[i]));
        }
        return price;
    }

    /// @returns the tangents, but for late users what they would save per second by being timely
    std::vector<double> Chords() const
    {
        std::vector<double> price = Tangents();
        for (std::size_t i = 0; i < m_delay.size(); ++i)
        {
            const User& user = m_instance.users[i];
            if (user.wQ > 0 && m_delay[i] > user.deadlineSeconds)
            {
                const double timely = user.deadlineSeconds - TIMELY * DeadlineScale(user);
                const double chord = (DeadlineCost(user, m_delay[i]) - DeadlineCost(user, timely)) /
                                     (m_delay[i] - timely);
                price[i] = std::max(price[i], chord);
            }
        }
        return price;
    }

    /// @returns prices of the best decision
    const std::vector<double>& GetPrices() const
    {
        return m_price;
    }

    /// @returns the best
    Allocation& GetBest()
    {
        return m_best;
    }

    /// @returns whether the caller wants no more
    bool IsCancelled() const
    {
        return m_best.report.status == SolverStatus::CANCELLED;
    }

  private:
    const Instance& m_instance;        //!< problem
    const AllocatorOptions& m_options; //!< the caller's wishes
    const PricedSolver& m_solve;       //!< method
    bool m_found{false};               //!< whether there is a decision
    Allocation m_best;                 //!< best so far
    std::vector<double> m_price;       //!< prices it was found at
    std::vector<double> m_delay;       //!< its delays (s)
};

} // namespace

Allocation
SolveWithDeadlines(const Instance& instance,
                   const AllocatorOptions& options,
                   const PricedSolver& solve)
{
    Rounds rounds(instance, options, solve);
    const std::size_t users = instance.users.size();
    rounds.Solve(std::vector<double>(users, 0.0), 0);
    rounds.Solve(rounds.Chords(), 0);
    rounds.Solve(rounds.Tangents(), 0);
    if (options.effort == 0)
    {
        return rounds.GetBest();
    }
    // Whole steps to the tangents overshoot where the cost is steep; part of the way always falls,
    // as long as options and subchannels stay.
    const auto descend = [&] {
        double part = 1;
        for (uint32_t k = 0; k < ROUNDS && part > LEAST_PART; ++k)
        {
            std::vector<double> prices = rounds.GetPrices();
            const std::vector<double> tangents = rounds.Tangents();
            for (std::size_t i = 0; i < users; ++i)
            {
                prices[i] += part * (tangents[i] - prices[i]);
            }
            part *= rounds.Solve(prices, 0) ? 1.0 : 0.5;
        }
    };
    descend();
    double trials = std::min(TRIALS * options.effort, 1e6);
    for (bool better = true; better && trials > 0;)
    {
        better = false;
        for (std::size_t i = 0; i < users && trials > 0; ++i)
        {
            const User& user = instance.users[i];
            if (user.wQ == 0)
            {
                continue;
            }
            for (double part : {0.0, 1.0 / 16, 1.0 / 4, 1.0})
            {
                std::vector<double> prices = rounds.Tangents();
                prices[i] = part * user.wQ / (4 * DeadlineScale(user));
                better = rounds.Solve(prices, 0) || better;
                --trials;
            }
        }
    }
    descend();
    // the full search at the prices of the best decision, and once more at those it ends with
    for (int k = 0; k < 2 && !rounds.IsCancelled(); ++k)
    {
        if (!rounds.Solve(k == 0 ? rounds.GetPrices() : rounds.Tangents(), options.effort) && k > 0)
        {
            break;
        }
    }
    if (!rounds.IsCancelled())
    {
        descend();
    }
    return rounds.GetBest();
}

} // namespace noma
} // namespace ns3
