/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-group-value.h"

#include "ns3/noma-decoding-order.h"
#include "ns3/noma-math.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ns3
{
namespace noma
{

namespace
{

/// Sets grown per subchannel, at most, by a search and for a proof; what is left is bounded.
constexpr uint64_t SEARCHED = 40;
constexpr uint64_t PROVEN = 2000;

/// Boxes of borders looked at per set, at most, and how close to the optimum they need to come.
constexpr std::size_t BOXES = 100;
constexpr double CLOSE = 1e-4;

/// @param a n + z
/// @param b n'
/// @returns log((n + z) / n')
double
LogRatio(double a, double b)
{
    return math::Log1p((a - b) / b);
}

/**
 * Where the border between two neighbouring layers of a fixed total power is best.
 *
 * @param s stronger user
 * @param w weaker user
 * @param low least border
 * @param high greatest border
 * @returns the best one
 */
double
BestBorder(const DualCandidate& s, const DualCandidate& w, double low, double high)
{
    if (s.value >= w.value)
    {
        return high;
    }
    const double z = (s.value * w.noiseW - w.value * s.noiseW) / (w.value - s.value);
    return std::clamp(z, low, high);
}

} // namespace

GroupValue::GroupValue(Region region, uint32_t most)
    : m_region(region),
      m_most(most)
{
}

void
GroupValue::Prepare(std::vector<DualCandidate>& candidates)
{
    candidates.erase(std::remove_if(candidates.begin(),
                                    candidates.end(),
                                    [](const DualCandidate& c) { return !(c.net > 0); }),
                     candidates.end());
    std::sort(candidates.begin(),
              candidates.end(),
              [](const DualCandidate& a, const DualCandidate& b) {
                  return a.net > b.net || (a.net == b.net && a.user < b.user);
              });
}

double
GroupValue::UplinkWorth()
{
    // highest value last decoded: it meets nobody
    std::sort(m_set.begin(), m_set.end(), [](const DualCandidate& a, const DualCandidate& b) {
        return a.value > b.value || (a.value == b.value && a.user < b.user);
    });
    double worth = 0;
    double snr = 0;
    for (std::size_t k = 0; k < m_set.size(); ++k)
    {
        const double next = k + 1 < m_set.size() ? m_set[k + 1].value : 0.0;
        snr += m_set[k].powerW / m_set[k].noiseW;
        worth += (m_set[k].value - next) * math::Log1p(snr);
    }
    return worth;
}

void
GroupValue::Borders(std::size_t k, double below, double worth, double& best)
{
    const DualCandidate& c = m_set[k];
    const auto go = [&](double border) {
        m_trial[k] = border;
        const double sum = worth + c.value * LogRatio(c.noiseW + border, c.noiseW + below);
        if (k + 1 < m_set.size())
        {
            Borders(k + 1, border, sum, best);
        }
        else if (sum > best)
        {
            best = sum;
            m_border = m_trial;
        }
    };
    const double top = below + c.powerW;
    go(top);
    if (k + 1 == m_set.size())
    {
        return;
    }
    const DualCandidate& next = m_set[k + 1];
    const double border = BestBorder(c, next, below, top);
    if (border < top)
    {
        go(border);
    }
    // The same if the next layer keeps its power P_w: v_s/(N_s+Z) = v_w P_w/((N_w+Z)(N_w+Z+P_w)),
    // a quadratic in N_w + Z, whose smaller root is the maximum.
    const double p = next.powerW;
    const double rise = p * (next.value - c.value);
    const double discriminant =
        rise * rise - 4 * c.value * next.value * p * (next.noiseW - c.noiseW);
    if (rise > 0 && discriminant > 0)
    {
        const double z = (rise - std::sqrt(discriminant)) / (2 * c.value) - next.noiseW;
        if (z > below && z < top)
        {
            go(z);
        }
    }
}

double
GroupValue::DownlinkWorth()
{
    std::sort(m_set.begin(), m_set.end(), [](const DualCandidate& a, const DualCandidate& b) {
        return IsStronger(-a.noiseW, a.user, -b.noiseW, b.user); // noise over gain
    });
    m_trial.resize(m_set.size());
    double best = -std::numeric_limits<double>::infinity();
    Borders(0, 0, 0, best);
    return best;
}

double
GroupValue::Worth()
{
    if (m_set.size() == 1)
    {
        m_border.assign(1, m_set[0].powerW);
        return m_set[0].value * m_set[0].lone;
    }
    if (m_region == Region::DOWNLINK_ANY)
    {
        double worth = 0;
        for (const DualCandidate& c : m_set)
        {
            worth += c.value * c.lone;
        }
        return worth;
    }
    return m_region == Region::UPLINK ? UplinkWorth() : DownlinkWorth();
}

void
GroupValue::Keep(double net)
{
    if (net > m_best)
    {
        m_best = net;
        m_keep = m_set;
        m_keepBorder = m_border;
    }
}

void
GroupValue::Grow(const std::vector<DualCandidate>& candidates,
                 const std::vector<uint32_t>& open,
                 double net)
{
    if (open.empty() || m_set.size() >= m_most)
    {
        return;
    }
    const std::vector<DualCandidate> set = m_set;
    double charge = 0;
    for (const DualCandidate& c : set)
    {
        charge += c.charge;
    }
    std::vector<std::pair<double, uint32_t>> gain;
    for (uint32_t k : open)
    {
        m_set = set;
        m_set.push_back(candidates[k]);
        const double grown = Worth() - charge - candidates[k].charge;
        Keep(grown);
        // whoever adds nothing here adds nothing to a larger set
        if (grown > net)
        {
            gain.emplace_back(grown - net, k);
        }
    }
    std::stable_sort(gain.begin(), gain.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    const std::size_t room = m_most - set.size();
    std::vector<uint32_t> rest;
    for (std::size_t first = 0; room > 1 && first + 1 < gain.size(); ++first)
    {
        double bound = net;
        std::size_t taken = 0;
        for (std::size_t k = first; k < gain.size() && taken < room; ++k)
        {
            // a user counts once, at its best
            const uint32_t user = candidates[gain[k].second].user;
            bool again = false;
            for (std::size_t j = first; j < k && !again; ++j)
            {
                again = candidates[gain[j].second].user == user;
            }
            bound += again ? 0.0 : gain[k].first;
            taken += again ? 0 : 1;
        }
        if (bound <= m_best)
        {
            break;
        }
        if (m_budget == 0)
        {
            m_open = std::max(m_open, bound);
            break;
        }
        --m_budget;
        rest.clear();
        const uint32_t user = candidates[gain[first].second].user;
        for (std::size_t k = first + 1; k < gain.size(); ++k)
        {
            if (candidates[gain[k].second].user != user)
            {
                rest.push_back(gain[k].second);
            }
        }
        m_set = set;
        m_set.push_back(candidates[gain[first].second]);
        Grow(candidates, rest, net + gain[first].first);
    }
    m_set = set;
}

void
GroupValue::Search(std::vector<DualCandidate>& candidates, Answer& answer)
{
    Prepare(candidates);
    SearchPrepared(candidates, SEARCHED);
    Describe(answer);
}

void
GroupValue::SearchPrepared(const std::vector<DualCandidate>& candidates,
                           uint64_t budget,
                           double known)
{
    m_budget = budget;
    m_best = known;
    m_open = 0;
    m_set.clear();
    m_keep.clear();
    std::vector<uint32_t> open(candidates.size());
    for (uint32_t k = 0; k < open.size(); ++k)
    {
        open[k] = k;
    }
    Grow(candidates, open, 0);
}

double
GroupValue::Grown(std::vector<DualCandidate>& candidates, uint32_t most, double known, bool proof)
{
    m_most = most;
    Prepare(candidates);
    SearchPrepared(candidates, proof ? PROVEN : SEARCHED, known);
    return std::max(m_best, m_open);
}

void
GroupValue::Describe(Answer& answer) const
{
    answer.value = m_best;
    answer.user.clear();
    answer.rate.clear();
    double snr = 0;
    for (std::size_t k = 0; k < m_keep.size(); ++k)
    {
        const DualCandidate& c = m_keep[k];
        answer.user.push_back(c.user);
        if (m_region == Region::UPLINK)
        {
            const double own = c.powerW / c.noiseW;
            answer.rate.push_back(math::Log1p(own / (1 + snr)));
            snr += own;
        }
        else if (m_region == Region::DOWNLINK)
        {
            const double below = k > 0 ? m_keepBorder[k - 1] : 0.0;
            answer.rate.push_back(LogRatio(c.noiseW + m_keepBorder[k], c.noiseW + below));
        }
        else
        {
            answer.rate.push_back(c.lone);
        }
    }
}

double
GroupValue::Bound(std::vector<DualCandidate>& candidates)
{
    Prepare(candidates);
    SearchPrepared(candidates, PROVEN);
    if (m_region != Region::DOWNLINK)
    {
        return std::max(m_best, m_open);
    }
    m_budget = PROVEN;
    m_open = 0;
    m_set.clear();
    GrowBound(candidates, 0, 0, 0);
    return std::max(m_best, m_open);
}

void
GroupValue::GrowBound(const std::vector<DualCandidate>& candidates,
                      std::size_t first,
                      double worth,
                      double charge)
{
    const std::vector<DualCandidate> set = m_set;
    for (std::size_t k = first; k < candidates.size() && set.size() < m_most; ++k)
    {
        // a layer more takes nothing from its own worth alone, and gives nothing to the others
        double bound = worth - charge;
        for (std::size_t j = k; j < std::min(candidates.size(), k + m_most - set.size()); ++j)
        {
            bound += candidates[j].net;
        }
        if (bound <= m_best)
        {
            break;
        }
        if (m_budget == 0)
        {
            m_open = std::max(m_open, bound);
            break;
        }
        --m_budget;
        m_set = set;
        m_set.push_back(candidates[k]);
        const double dues = charge + candidates[k].charge;
        double grown = worth + candidates[k].value * candidates[k].lone;
        if (!set.empty())
        {
            grown = std::min(grown, DownlinkBound(m_best + dues));
            m_best = std::max(m_best, grown - dues);
        }
        GrowBound(candidates, k + 1, grown, dues);
    }
    m_set = set;
}

bool
GroupValue::Tighten(Box& box) const
{
    const std::size_t n = m_set.size();
    for (std::size_t k = 0; k < n; ++k)
    {
        const double low = k > 0 ? box.low[k - 1] : 0.0;
        const double high = k > 0 ? box.high[k - 1] : 0.0;
        box.low[k] = std::max(box.low[k], low);
        box.high[k] = std::min(box.high[k], high + m_set[k].powerW);
    }
    for (std::size_t k = n - 1; k-- > 0;)
    {
        box.low[k] = std::max(box.low[k], box.low[k + 1] - m_set[k + 1].powerW);
        box.high[k] = std::min(box.high[k], box.high[k + 1]);
    }
    // every border alone, as if it could be chosen freely within the box
    box.bound = 0;
    double inner = 0;
    for (std::size_t k = 0; k < n; ++k)
    {
        if (box.low[k] > box.high[k])
        {
            return false;
        }
        const DualCandidate& c = m_set[k];
        const double z =
            k + 1 < n ? BestBorder(c, m_set[k + 1], box.low[k], box.high[k]) : box.high[k];
        box.bound += c.value * LogRatio(c.noiseW + z, c.noiseW + inner);
        inner = z;
    }
    return true;
}

double
GroupValue::DownlinkBound(double known)
{
    double reached = std::max(known, DownlinkWorth() * (1 + CLOSE));
    const std::size_t n = m_set.size();
    std::vector<Box> boxes(1);
    boxes[0].low.assign(n, 0.0);
    boxes[0].high.assign(n, std::numeric_limits<double>::infinity());
    if (!Tighten(boxes[0]))
    {
        return reached;
    }
    const auto less = [](const Box& a, const Box& b) { return a.bound < b.bound; };
    for (std::size_t looked = 0; !boxes.empty(); ++looked)
    {
        std::pop_heap(boxes.begin(), boxes.end(), less);
        const Box box = boxes.back();
        boxes.pop_back();
        if (box.bound <= reached || looked == BOXES)
        {
            return std::max(reached, box.bound);
        }
        std::size_t widest = 0;
        double width = -1;
        for (std::size_t k = 0; k < n; ++k)
        {
            const double w = LogRatio(m_set[k].noiseW + box.high[k], m_set[k].noiseW + box.low[k]);
            if (w * m_set[k].value > width)
            {
                width = w * m_set[k].value;
                widest = k;
            }
        }
        const double noise = m_set[widest].noiseW;
        const double middle =
            std::clamp(std::sqrt((noise + box.low[widest]) * (noise + box.high[widest])) - noise,
                       box.low[widest],
                       box.high[widest]);
        for (int half = 0; half < 2; ++half)
        {
            Box part = box;
            (half == 0 ? part.high : part.low)[widest] = middle;
            if (Tighten(part) && part.bound > reached)
            {
                part.bound = std::min(part.bound, box.bound);
                boxes.push_back(std::move(part));
                std::push_heap(boxes.begin(), boxes.end(), less);
            }
        }
    }
    return reached;
}

} // namespace noma
} // namespace ns3
