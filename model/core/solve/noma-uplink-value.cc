/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-uplink-value.h"

#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Powers that a search looks at: the greatest, and each this part of the one before.
constexpr uint32_t LEVELS = 9;
constexpr double LEVEL = 0.5;

/// Powers below the best one of a user alone that a search tries in a set.
constexpr uint32_t LOWER = 2;

/// Ranges of power per user that a proof begins with, each of them down to this part.
constexpr uint32_t RANGES = 4;
constexpr double RANGE = 0.3;

/// How close to the optimum a proof needs to come, and how often it halves ranges at most.
constexpr double CLOSE = 3e-4;
constexpr int ROUNDS = 200;

/// Rounds without a better bound after which it gives up.
constexpr int STALLED = 10;

/// Ranges narrower than this are not halved.
constexpr double NARROW = 1.002;

} // namespace

UplinkValue::UplinkValue(uint32_t most)
    : m_most(most),
      m_group(GroupValue::Region::UPLINK, most)
{
}

double
UplinkValue::Middle(double lowW, double highW)
{
    return lowW > 0.01 * highW ? std::sqrt(lowW * highW) : 0.1 * highW;
}

double
UplinkValue::Heard(const HeardAt& at, double powerW, uint32_t size)
{
    return std::min(math::Log1p(size * powerW * at.perWatt), at.most) / size;
}

double
UplinkValue::Charge(const UplinkCandidate& c, double powerW, uint32_t size)
{
    double sum = c.charge + c.wattPrice * powerW;
    for (const HeardAt& at : c.heard)
    {
        sum += at.price * Heard(at, powerW, size);
    }
    return sum;
}

void
UplinkValue::Add(const UplinkCandidate& c,
                 double highW,
                 double charge,
                 double factor,
                 uint32_t part)
{
    DualCandidate d;
    d.user = c.user;
    d.part = part;
    d.value = c.value;
    d.charge = charge;
    d.powerW = highW;
    d.noiseW = c.noiseW * factor;
    d.lone = math::Log1p(highW / d.noiseW);
    d.net = d.value * d.lone - charge;
    if (d.net > 0)
    {
        m_candidates.push_back(d);
    }
}

void
UplinkValue::Search(const std::vector<UplinkCandidate>& users,
                    double rise,
                    double most,
                    Answer& answer)
{
    answer.set.user.clear();
    answer.set.rate.clear();
    answer.powerW.clear();
    answer.size = 1;
    answer.raised = rise > 0 ? most : 0.0;
    answer.set.value = rise * answer.raised;
    bool priced = false;
    for (const UplinkCandidate& c : users)
    {
        priced = priced || c.wattPrice > 0 || !c.heard.empty();
    }
    for (uint32_t size = priced ? 1 : m_most; size > 0; size = NextSize(size))
    {
        for (int end = 0; end < (rise > 0 ? 2 : 1); ++end)
        {
            const double raised = end == 0 ? 0.0 : most;
            const double factor = math::Exp(raised);
            m_candidates.clear();
            for (const UplinkCandidate& c : users)
            {
                if (!(c.value * math::Log1p(c.highW / (c.noiseW * factor)) > c.charge))
                {
                    continue;
                }
                const bool one = c.wattPrice == 0 && c.heard.empty();
                double best = 0;
                uint32_t after = 0;
                double power = c.highW;
                for (uint32_t k = 0; k < (one ? 1 : LEVELS) && after <= LOWER; ++k)
                {
                    const std::size_t before = m_candidates.size();
                    Add(c, power, Charge(c, power, size), factor, k);
                    const bool added = m_candidates.size() > before;
                    const double net = added ? m_candidates.back().net : 0.0;
                    if (net > best)
                    {
                        best = net;
                        after = 0;
                    }
                    else if (best > 0)
                    {
                        ++after;
                    }
                    if (power <= c.lowW)
                    {
                        break;
                    }
                    power = std::max(c.lowW, power * LEVEL);
                }
            }
            if (m_candidates.empty())
            {
                continue;
            }
            const double known = std::max(0.0, answer.set.value - rise * raised);
            const double value = m_group.Grown(m_candidates, size, known, false);
            if (m_group.GetSet().empty() || value <= known)
            {
                continue;
            }
            m_group.Describe(answer.set);
            answer.powerW.clear();
            for (const DualCandidate& d : m_group.GetSet())
            {
                answer.powerW.push_back(d.powerW);
            }
            answer.set.value += rise * raised;
            answer.raised = raised;
            answer.size = size;
        }
    }
}

double
UplinkValue::BoundOne(const std::vector<UplinkCandidate>& users,
                      uint32_t size,
                      double raised,
                      double reached)
{
    const double factor = math::Exp(raised);
    m_ranges.clear();
    for (uint32_t i = 0; i < users.size(); ++i)
    {
        const UplinkCandidate& c = users[i];
        if (c.wattPrice == 0 && c.heard.empty())
        {
            m_ranges.push_back({i, c.highW, c.highW}); // more power never hurts
            continue;
        }
        double high = c.highW;
        for (uint32_t k = 0; k < RANGES && high > c.lowW; ++k)
        {
            const double low = k + 1 < RANGES ? std::max(c.lowW, high * RANGE) : c.lowW;
            m_ranges.push_back({i, low, high});
            high = low;
        }
        if (!(c.highW > c.lowW))
        {
            m_ranges.push_back({i, c.lowW, c.highW});
        }
    }
    // every round's answer is a bound
    double bound = std::numeric_limits<double>::infinity();
    int stalled = 0;
    for (int round = 0; round < ROUNDS && stalled < STALLED; ++round)
    {
        m_candidates.clear();
        for (uint32_t k = 0; k < m_ranges.size(); ++k)
        {
            const UplinkCandidate& c = users[m_ranges[k].user];
            Add(c, m_ranges[k].highW, Charge(c, m_ranges[k].lowW, size), factor, k);
        }
        const double now = m_group.Grown(m_candidates, size, reached * (1 + CLOSE), true);
        stalled = now < bound ? 0 : stalled + 1;
        bound = std::min(bound, now);
        if (m_group.GetSet().empty() || bound <= reached * (1 + CLOSE))
        {
            return bound;
        }
        // the same set with prices by the upper ends is reached
        const std::vector<DualCandidate>& set = m_group.GetSet();
        bool halved = false;
        double worth = m_group.GetWorth();
        for (const DualCandidate& d : set)
        {
            const Range range = m_ranges[d.part];
            worth += d.charge - Charge(users[range.user], range.highW, size);
            if (range.highW > range.lowW * NARROW)
            {
                const double middle = Middle(range.lowW, range.highW);
                m_ranges[d.part].lowW = middle;
                m_ranges.push_back({range.user, range.lowW, middle});
                halved = true;
            }
        }
        reached = std::max(reached, worth);
        if (!halved || bound <= reached * (1 + CLOSE))
        {
            return bound;
        }
    }
    return bound;
}

double
UplinkValue::Bound(const std::vector<UplinkCandidate>& users, double rise, double most)
{
    Search(users, rise, most, m_answer);
    double bound = m_answer.set.value;
    for (uint32_t size = 1; size > 0; size = NextSize(size))
    {
        for (int end = 0; end < (rise > 0 ? 2 : 1); ++end)
        {
            const double raised = end == 0 ? 0.0 : most;
            bound = std::max(bound,
                             BoundOne(users, size, raised, std::max(0.0, bound - rise * raised)) +
                                 rise * raised);
        }
    }
    return bound;
}

} // namespace noma
} // namespace ns3
