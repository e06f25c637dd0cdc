/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What ExternalController shows an agent.
 */
#include "ns3/noma-external-controller.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

constexpr double ANY = std::numeric_limits<double>::infinity();
/// Greatest weight that an agent may give.
constexpr double MAX_WEIGHT = 10;

/// @param [in,out] v numbers, gets more
/// @param count how many
/// @returns the first of them
double*
Grow(std::vector<double>& v, std::size_t count)
{
    v.resize(v.size() + count);
    return v.data() + v.size() - count;
}

} // namespace

void
ExternalController::PutCut(const CutOption& cut, double* to)
{
    to[0] = cut.deviceFlops;
    to[1] = cut.edgeFlops;
    to[2] = cut.upBits;
    to[3] = cut.downBits;
}

uint32_t
ExternalController::GetMaxCuts() const
{
    std::size_t most = 1;
    for (const auto& cuts : m_cuts)
    {
        most = std::max(most, cuts.size());
    }
    return static_cast<uint32_t>(most);
}

void
ExternalController::AddConstants(const SlotSnapshot& s, const SlotRuleContext& context)
{
    const auto add = [this](const std::string& name,
                            bool whole,
                            const std::vector<uint32_t>& shape,
                            const std::vector<double>& values) {
        m_layout.constants.push_back({name, whole, NO_USER_AXIS, -ANY, ANY, shape});
        m_layout.values.insert(m_layout.values.end(), values.begin(), values.end());
    };
    const auto key = [&](Direction d) { return static_cast<double>(context.order[d]); };
    const double k =
        m_maxSuperposed > 0 ? std::min(m_maxSuperposed, s.maxSuperposed) : s.maxSuperposed;
    add("slot_seconds", false, {}, {s.slotSeconds});
    add("max_superposed", true, {}, {k});
    add("subchannel_hz", false, {2}, {s.subchannelHz.up, s.subchannelHz.down});
    add("noise_w", false, {2}, {s.noiseW.up, s.noiseW.down});
    add("residual", false, {}, {s.residual});
    add("snr_gap", false, {}, {s.snrGap});
    const double cap = context.rates ? context.rates->GetMaxSpectralEfficiency() : 0;
    add("max_efficiency", false, {}, {cap});
    add("order_key", true, {2}, {key(UPLINK), key(DOWNLINK)});
    std::vector<double> powers = s.apMaxPowerW;
    powers.resize(s.aps, ANY);
    add("ap_power_w", false, {s.aps}, powers);
    add("min_power_fraction", false, {}, {context.minPowerFraction});
    const uint32_t most = GetMaxCuts();
    std::vector<double> cuts(std::size_t{CUT_NUMBERS} * s.ues.size() * most, 0.0);
    for (std::size_t i = 0; i < m_cuts.size(); ++i)
    {
        for (std::size_t c = 0; c < m_cuts[i].size(); ++c)
        {
            PutCut(m_cuts[i][c], cuts.data() + CUT_NUMBERS * (i * most + c));
        }
    }
    add("cuts", false, {static_cast<uint32_t>(s.ues.size()), most, CUT_NUMBERS}, cuts);
}

void
ExternalController::MakeLayout(const SlotSnapshot& s, const SlotRuleContext& context)
{
    const auto users = static_cast<uint32_t>(s.ues.size());
    m_cuts.resize(users);
    m_closedCosts.resize(users, 0.0);
    m_lastCosts.resize(users, 0.0);
    m_layout.users = users;
    EnvironmentAction& action = m_layout.action;
    switch (m_decision)
    {
    case ExternalDecision::CUTS:
        action.whole = true;
        action.count = users;
        for (const auto& cuts : m_cuts)
        {
            action.choices.push_back(std::max<uint32_t>(1, cuts.size()));
        }
        break;
    case ExternalDecision::GRANTS:
        action.whole = true;
        action.count = 2 * users;
        action.choices.assign(action.count, s.subchannels + 1);
        break;
    case ExternalDecision::POWERS:
        action.count = 2 * users;
        action.high = 1;
        break;
    case ExternalDecision::WEIGHTS:
        action.count = users;
        action.high = MAX_WEIGHT;
        break;
    }
    AddConstants(s, context);
    for (const char* name : {"slot", "created", "completed", "failed", "open", "refused", "idle"})
    {
        m_layout.info.push_back({name, true, NO_USER_AXIS, 0, ANY, {}});
    }
    m_layout.info.push_back({"time", false, NO_USER_AXIS, 0, ANY, {}});
    auto& out = m_layout.observations;
    const double lastAp = static_cast<double>(s.aps) - 1;
    out.push_back({"ap", true, 0, -1, lastAp, {users}});
    out.push_back({"gain", false, 3, 0, ANY, {2, s.aps, s.subchannels, users}});
    out.push_back({"backlog", false, 1, 0, ANY, {2, users}});
    out.push_back({"remaining", false, 1, 0, ANY, {2, users}});
    out.push_back({"power", false, 1, 0, ANY, {2, users}});
    out.push_back({"max_power", false, 1, 0, ANY, {2, users}});
    out.push_back({"delay_price", false, 0, 0, ANY, {users}});
    out.push_back({"energy_price", false, 0, 0, ANY, {users}});
    if (m_decision == ExternalDecision::POWERS)
    {
        const double last = static_cast<double>(s.subchannels) - 1;
        out.push_back({"grant", true, 1, -1, last, {2, users}});
    }
    if (m_decision == ExternalDecision::CUTS)
    {
        out.push_back({"choosing", true, 0, 0, 1, {users}});
        out.push_back({"options", false, 0, 0, ANY, {users, GetMaxCuts(), CUT_NUMBERS}});
    }
    m_described = true;
}

std::vector<double>
ExternalController::NothingExtra() const
{
    const std::size_t users = m_layout.users;
    if (m_decision == ExternalDecision::POWERS)
    {
        return std::vector<double>(2 * users, -1.0);
    }
    return std::vector<double>(m_decision == ExternalDecision::CUTS
                                   ? users * (1 + std::size_t{CUT_NUMBERS} * GetMaxCuts())
                                   : 0,
                               0.0);
}

void
ExternalController::Observe(const std::vector<double>& extra, uint8_t flags)
{
    Look(extra, flags);
    if (m_values.size() != m_layout.GetObserveSize())
    {
        throw std::runtime_error("the number of users has changed during an episode");
    }
    EncodeObserve(flags, m_layout, m_values, m_message);
    m_link->Send(m_message);
}

void
ExternalController::Look(const std::vector<double>& extra, uint8_t flags)
{
    const SlotSnapshot& s = *m_snapshot;
    const std::vector<SlotUser>& users = *m_users;
    auto& v = m_values;
    const std::vector<double> costs = GetCosts();
    v.clear();
    double* to = Grow(v, costs.size());
    for (std::size_t i = 0; i < costs.size(); ++i)
    {
        to[i] = m_lastCosts[i] - costs[i];
    }
    // what was spent before the first decision counts for that decision
    if (m_steps > 1 || flags != 0)
    {
        m_lastCosts = costs;
    }
    else
    {
        std::fill(v.begin(), v.end(), 0.0);
    }
    for (uint64_t n : {s.slot,
                       m_created,
                       m_completed,
                       m_failed,
                       m_created - m_completed - m_failed,
                       m_refused,
                       m_idle})
    {
        v.push_back(static_cast<double>(n));
    }
    v.push_back(Simulator::Now().GetSeconds());
    to = Grow(v, s.ues.size());
    for (const auto& ue : s.ues)
    {
        *to++ = ue.ap < s.aps && ue.on ? static_cast<double>(ue.ap) : -1.0;
    }
    for (Direction d : DIRECTIONS)
    {
        const GainTensor& gain = m_channel->Get(d);
        for (uint32_t n = 0; n < s.aps; ++n)
        {
            for (uint32_t m = 0; m < s.subchannels; ++m)
            {
                const double* row = gain.Row(n, m);
                v.insert(v.end(), row, row + s.ues.size());
            }
        }
    }
    const auto both = [&](auto&& value) {
        to = Grow(v, 2 * users.size());
        for (Direction d : DIRECTIONS)
        {
            for (std::size_t i = 0; i < users.size(); ++i)
            {
                *to++ = value(i, d);
            }
        }
    };
    both([&](std::size_t i, Direction d) { return users[i].backlogBits[d]; });
    both([&](std::size_t i, Direction d) { return users[i].remainingBits[d]; });
    both([&](std::size_t i, Direction d) { return users[i].powerW[d]; });
    both([&](std::size_t i, Direction d) { return s.ues[i].maxPowerW[d]; });
    to = Grow(v, 2 * users.size());
    for (const SlotUser& u : users)
    {
        to[users.size()] = u.energyPrice;
        *to++ = u.delayPrice;
    }
    v.insert(v.end(), extra.begin(), extra.end());
}

} // namespace noma
} // namespace ns3
