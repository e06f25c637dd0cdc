/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-split-rule.h"

#include "ns3/double.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(SplitRule);
NS_OBJECT_ENSURE_REGISTERED(QueueAwareSplitRule);

TypeId
SplitRule::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::SplitRule")
                            .SetParent<Object>()
                            .SetGroupName("Noma")
                            .AddConstructor<SplitRule>();
    return tid;
}

bool
SplitRule::Choose(const BuiltInstance& built, Decision& decision)
{
    std::vector<uint32_t> before;
    for (const UserDecision& user : decision.users)
    {
        before.push_back(user.option);
    }
    DoChoose(built, decision);
    return !std::equal(before.begin(),
                       before.end(),
                       decision.users.begin(),
                       decision.users.end(),
                       [](uint32_t option, const UserDecision& u) { return option == u.option; });
}

void
SplitRule::Report(const SlotSnapshot& /* snapshot */,
                  const std::vector<GrantOutcome>& /* outcomes */)
{
}

void
SplitRule::DoChoose(const BuiltInstance& /* built */, Decision& /* decision */)
{
}

TypeId
QueueAwareSplitRule::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::QueueAwareSplitRule")
            .SetParent<SplitRule>()
            .SetGroupName("Noma")
            .AddConstructor<QueueAwareSplitRule>()
            .AddAttribute("Window",
                          "Averaging time constant of the measured throughput (busy slots).",
                          DoubleValue(50),
                          MakeDoubleAccessor(&QueueAwareSplitRule::m_window),
                          MakeDoubleChecker<double>(1.0, 1e6))
            .AddAttribute("Rounds",
                          "Most rounds over all waiting users.",
                          UintegerValue(3),
                          MakeUintegerAccessor(&QueueAwareSplitRule::m_rounds),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MinGain",
                          "Least part by which an access point's estimated sum of utilities must "
                          "fall, or the allocator's cuts are kept.",
                          DoubleValue(0.02),
                          MakeDoubleAccessor(&QueueAwareSplitRule::m_minGain),
                          MakeDoubleChecker<double>(0.0, 1.0));
    return tid;
}

void
QueueAwareSplitRule::Report(const SlotSnapshot& s, const std::vector<GrantOutcome>& outcomes)
{
    m_bps.resize(s.aps, 0);
    std::vector<double> bits(s.aps, 0);
    std::vector<std::vector<bool>> used(s.aps, std::vector<bool>(s.subchannels, false));
    for (const auto& o : outcomes)
    {
        if (o.grant.direction == UPLINK)
        {
            bits[o.grant.ap] += o.decoded ? static_cast<double>(o.payloadBits) : 0;
            used[o.grant.ap][o.grant.subchannel] = true;
        }
    }
    for (uint32_t n = 0; n < s.aps; ++n)
    {
        const auto busy = static_cast<double>(std::count(used[n].begin(), used[n].end(), true));
        if (busy > 0)
        {
            const double now = bits[n] / busy / s.slotSeconds;
            m_bps[n] = m_bps[n] <= 0 ? now : m_bps[n] + (now - m_bps[n]) / m_window;
        }
    }
}

void
QueueAwareSplitRule::DoChoose(const BuiltInstance& built, Decision& decision)
{
    for (uint32_t n = 0; n < built.instance.GetAps(); ++n)
    {
        std::vector<std::size_t> members;
        std::vector<uint32_t> options;
        bool choosing = false;
        for (std::size_t i = 0; i < built.ues.size(); ++i)
        {
            if (built.instance.users[i].ap == n)
            {
                members.push_back(i);
                options.push_back(decision.users[i].option);
                choosing = choosing || built.choosing[i];
            }
        }
        if (!choosing)
        {
            continue;
        }
        std::vector<double> bps = RatesAlone(built, members);
        if (n < m_bps.size() && m_bps[n] > 0)
        {
            // who is strong stays so, but all together get what was measured
            double secondsPerBit = 0;
            for (double rate : bps)
            {
                secondsPerBit += 1 / rate;
            }
            const double factor = m_bps[n] * secondsPerBit / static_cast<double>(bps.size());
            for (double& rate : bps)
            {
                rate *= factor;
            }
        }
        // single moves end in the nearest optimum: start from the allocator's cuts, and from those
        // that everybody would choose alone
        const double kept = Estimate(built, members, options, bps);
        std::vector<uint32_t> other = options;
        for (std::size_t j = 0; j < members.size(); ++j)
        {
            const std::vector<std::size_t> alone{members[j]};
            if (built.choosing[members[j]])
            {
                std::vector<uint32_t> option{options[j]};
                Improve(built, alone, {bps[j]}, option);
                other[j] = option[0];
            }
        }
        double best = Improve(built, members, bps, options);
        const double second = Improve(built, members, bps, other);
        if (second < best)
        {
            best = second;
            options = other;
        }
        if (!(best < kept * (1 - m_minGain)))
        {
            continue; // the estimate is too coarse for less
        }
        for (std::size_t j = 0; j < members.size(); ++j)
        {
            decision.users[members[j]].option = options[j];
        }
    }
}

double
QueueAwareSplitRule::Improve(const BuiltInstance& built,
                             const std::vector<std::size_t>& members,
                             const std::vector<double>& bps,
                             std::vector<uint32_t>& options) const
{
    double best = Estimate(built, members, options, bps);
    bool better = true;
    for (uint32_t round = 0; round < m_rounds && better; ++round)
    {
        better = false;
        for (std::size_t j = 0; j < members.size(); ++j)
        {
            if (!built.choosing[members[j]])
            {
                continue;
            }
            const auto cuts =
                static_cast<uint32_t>(built.instance.users[members[j]].options.size());
            const uint32_t before = options[j];
            uint32_t chosen = before;
            for (uint32_t k = 0; k < cuts; ++k)
            {
                options[j] = k;
                const double value = Estimate(built, members, options, bps);
                if (value < best * (1 - 1e-9))
                {
                    best = value;
                    chosen = k;
                }
            }
            options[j] = chosen;
            better = better || chosen != before;
        }
    }
    return best;
}

std::vector<double>
QueueAwareSplitRule::RatesAlone(const BuiltInstance& built, const std::vector<std::size_t>& members)
{
    const Instance& instance = built.instance;
    const double noise = instance.NoiseW(UPLINK);
    std::vector<double> rates;
    for (std::size_t i : members)
    {
        const User& u = instance.users[i];
        double gain = 0;
        for (std::size_t m = 0; m < instance.subchannels; ++m)
        {
            gain = std::max(gain, instance.gain.up.At(i, u.ap, m));
        }
        const double rate =
            instance.SubchannelHz(UPLINK) *
            SpectralEfficiency(u.powerW.up.max * gain / noise, FromDb(instance.snrGapDb));
        rates.push_back(std::max(rate, 1.0)); // also without any gain
    }
    return rates;
}

double
QueueAwareSplitRule::Estimate(const BuiltInstance& built,
                              const std::vector<std::size_t>& members,
                              const std::vector<uint32_t>& options,
                              const std::vector<double>& bps)
{
    struct Job
    {
        double ready;
        double work;
        double weight;
    };

    const Instance& instance = built.instance;
    double sum = 0;
    std::vector<Job> jobs;
    double edgeWork = 0;
    for (std::size_t j = 0; j < members.size(); ++j)
    {
        const User& u = instance.users[members[j]];
        const CutOption& o = u.options[options[j]];
        const double device = o.deviceFlops / (u.clockHz * u.flopPerCycle);
        const double weight = u.wT / u.delayScale;
        const EdgeServer& edge = instance.edges[u.ap];
        sum += weight * device;
        sum += u.wE / u.energyScale *
               (u.kappa * u.clockHz * u.clockHz * o.deviceFlops / u.flopPerCycle +
                u.powerW.up.max * o.upBits / bps[j] +
                edge.kappa * edge.clockHz * edge.clockHz * o.edgeFlops / edge.flopPerCycle);
        if (o.upBits > 0)
        {
            jobs.push_back({device, o.upBits / bps[j], weight});
        }
        if (!IsDeviceOnly(o))
        {
            sum += weight * o.edgeFlops /
                   (edge.lambda.Speedup(std::max(1.0, u.units.min)) * edge.clockHz *
                    edge.flopPerCycle);
            edgeWork += o.edgeFlops / (edge.clockHz * edge.flopPerCycle) / edge.units;
        }
    }
    // list scheduling on M servers, Smith's order
    std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
        return a.work * b.weight != b.work * a.weight ? a.work * b.weight < b.work * a.weight
                                                      : a.ready < b.ready;
    });
    std::vector<double> free(instance.subchannels, 0);
    for (const Job& job : jobs)
    {
        auto server = std::min_element(free.begin(), free.end());
        const double end = std::max(*server, job.ready) + job.work;
        *server = end;
        sum += job.weight * (end - job.ready);
    }
    // an edge that cannot keep up makes everybody wait for half of its work
    double weights = 0;
    for (const Job& job : jobs)
    {
        weights += job.weight;
    }
    const double radio = *std::max_element(free.begin(), free.end());
    return sum + weights * 0.5 * std::max(0.0, edgeWork - radio);
}

} // namespace noma
} // namespace ns3
