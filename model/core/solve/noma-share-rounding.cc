/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-share-rounding.h"

#include "ns3/noma-units.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// A share that may become 1.
struct Candidate
{
    double share;        //!< relaxed share
    uint32_t user;       //!< user
    uint32_t subchannel; //!< subchannel
};

/**
 * Equal time shares: users fill the places of one subchannel after the other, and one who does
 * not fit continues on the next (McNaughton's rule).
 *
 * @param users the users
 * @param subchannels M
 * @param capacity K
 * @param d direction
 * @param [in,out] decision shares are added
 */
void
ShareInTime(const std::vector<uint32_t>& users,
            uint32_t subchannels,
            uint32_t capacity,
            Direction d,
            Decision& decision)
{
    // in places: user k takes [k, k + 1) * room / users of the room = K * M
    const uint64_t room = static_cast<uint64_t>(subchannels) * capacity;
    const auto n = static_cast<double>(users.size());
    for (std::size_t k = 0; k < users.size(); ++k)
    {
        std::vector<Share>& shares = decision.users[users[k]].link[d].shares;
        double from = static_cast<double>(k) * static_cast<double>(room) / n;
        const double to = static_cast<double>(k + 1) * static_cast<double>(room) / n;
        while (from < to - 1e-12)
        {
            const auto m = std::min(static_cast<uint32_t>(from / capacity), subchannels - 1);
            const double end = std::min(to, static_cast<double>(m + 1) * capacity);
            shares.push_back({m, std::min(1.0, end - from)});
            from = m + 1 < subchannels ? end : to;
        }
    }
}

} // namespace

RoundingReport
RoundShares(const Instance& instance,
            Direction d,
            const std::function<double(uint32_t, uint32_t)>& share,
            Decision& decision)
{
    constexpr double threshold = 0.5;
    RoundingReport report;
    const uint32_t subchannels = instance.subchannels;
    const auto larger = [](const Candidate& a, const Candidate& b) {
        return a.share != b.share ? a.share > b.share
               : a.user != b.user ? a.user < b.user
                                  : a.subchannel < b.subchannel;
    };
    for (const std::vector<uint32_t>& cell : UsersByAp(instance))
    {
        std::vector<uint32_t> links;
        std::vector<Candidate> candidates;
        for (uint32_t i : cell)
        {
            UserDecision& user = decision.users[i];
            user.link[d].shares.clear();
            if (!UsesRadio(instance.users[i].options[user.option], d))
            {
                continue;
            }
            links.push_back(i);
            for (uint32_t m = 0; m < subchannels; ++m)
            {
                candidates.push_back({share(i, m), i, m});
            }
        }
        if (links.size() > static_cast<uint64_t>(subchannels) * instance.maxSuperposed)
        {
            report.shared += static_cast<uint32_t>(links.size());
            ShareInTime(links, subchannels, instance.maxSuperposed, d, decision);
            continue;
        }
        std::sort(candidates.begin(), candidates.end(), larger);
        std::vector<uint32_t> above(instance.users.size(), 0);
        std::vector<uint32_t> load(subchannels, 0);
        std::vector<bool> crowded(instance.users.size(), false);
        for (const Candidate& c : candidates)
        {
            above[c.user] += c.share > threshold ? 1 : 0;
            std::vector<Share>& shares = decision.users[c.user].link[d].shares;
            if (!shares.empty())
            {
                continue;
            }
            if (load[c.subchannel] == instance.maxSuperposed)
            {
                crowded[c.user] = crowded[c.user] || c.share > threshold;
                continue;
            }
            shares.push_back({c.subchannel, 1.0});
            ++load[c.subchannel];
        }
        for (uint32_t i : links)
        {
            report.none += above[i] == 0 ? 1 : 0;
            report.several += above[i] > 1 ? 1 : 0;
            report.crowded += crowded[i] ? 1 : 0;
            report.kept += above[i] == 1 && !crowded[i] ? 1 : 0;
        }
    }
    return report;
}

} // namespace noma
} // namespace ns3
