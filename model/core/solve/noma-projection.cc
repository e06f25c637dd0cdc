/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-projection.h"

#include "ns3/noma-check.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace noma
{

double
KnapsackProjection::Project(double* x,
                            std::size_t n,
                            const double* min,
                            const double* max,
                            const double* weight,
                            double budget)
{
    const auto w = [weight](std::size_t i) { return weight ? weight[i] : 1.0; };
    double least = 0;
    double most = 0;
    double load = 0;
    for (std::size_t i = 0; i < n; ++i)
    {
        least += w(i) * min[i];
        most += w(i) * max[i];
        load += w(i) * std::clamp(x[i], min[i], max[i]);
    }
    const double slack = 1e-12 * std::max(std::abs(least), std::abs(budget));
    if (least > budget + slack)
    {
        ThrowInvalid(budget, "at least what the lower bounds add up to", "budget");
    }
    double t = 0;
    if (load > budget)
    {
        // weight . clamp(y - t weight) falls from most to least; a variable moves between the t at
        // which it leaves its upper bound and the t at which it reaches its lower
        m_breakpoints.clear();
        for (std::size_t i = 0; i < n; ++i)
        {
            if (max[i] > min[i])
            {
                m_breakpoints.push_back({(x[i] - max[i]) / w(i), -w(i) * w(i)});
                m_breakpoints.push_back({(x[i] - min[i]) / w(i), w(i) * w(i)});
            }
        }
        std::sort(m_breakpoints.begin(),
                  m_breakpoints.end(),
                  [](const Breakpoint& a, const Breakpoint& b) { return a.t < b.t; });
        double value = most;
        double slope = 0;
        for (std::size_t k = 0; k < m_breakpoints.size(); ++k)
        {
            t = m_breakpoints[k].t;
            slope += m_breakpoints[k].slope;
            const double next = k + 1 < m_breakpoints.size() ? m_breakpoints[k + 1].t : t;
            const double reached = value + slope * (next - t);
            if (reached <= budget && slope < 0)
            {
                t += (budget - value) / slope;
                break;
            }
            value = reached;
        }
        // once the active set is known, one exact step removes what rounding left
        double excess = -budget;
        double free = 0;
        for (std::size_t i = 0; i < n; ++i)
        {
            const double y = x[i] - t * w(i);
            excess += w(i) * std::clamp(y, min[i], max[i]);
            free += y > min[i] && y < max[i] ? w(i) * w(i) : 0.0;
        }
        t += free > 0 ? excess / free : 0.0;
    }
    for (std::size_t i = 0; i < n; ++i)
    {
        x[i] = std::clamp(x[i] - t * w(i), min[i], max[i]);
    }
    return t;
}

} // namespace noma
} // namespace ns3
