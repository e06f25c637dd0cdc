/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-slot-problem.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param good whether the value is allowed
 * @param name field
 * @param value its value
 * @param allowed what is allowed
 */
void
Require(bool good, const std::string& name, double value, const char* allowed)
{
    if (!good)
    {
        std::ostringstream os;
        os << "slot problem: " << name << " is " << value << ": must be " << allowed;
        throw std::invalid_argument(os.str());
    }
}

/// @param x a number
/// @returns whether it is positive and finite
bool
IsPositive(double x)
{
    return x > 0 && std::isfinite(x);
}

/// @param x a number
/// @returns whether it is finite and not negative
bool
IsNotNegative(double x)
{
    return x >= 0 && std::isfinite(x);
}

} // namespace

void
SlotProblem::Validate() const
{
    Require(aps > 0, "aps", aps, "positive");
    Require(subchannels > 0, "subchannels", subchannels, "positive");
    Require(maxSuperposed > 0, "maxSuperposed", maxSuperposed, "positive");
    Require(maxPerUser > 0, "maxPerUser", maxPerUser, "positive");
    Require(IsPositive(slotSeconds), "slotSeconds", slotSeconds, "positive and finite");
    Require(IsPositive(subchannelHz), "subchannelHz", subchannelHz, "positive and finite");
    Require(IsPositive(noiseW), "noiseW", noiseW, "positive and finite");
    Require(residual >= 0 && residual <= 1, "residual", residual, "in [0, 1]");
    Require(snrGap >= 1 && std::isfinite(snrGap), "snrGap", snrGap, "finite and at least 1");
    Require(IsNotNegative(maxEfficiency), "maxEfficiency", maxEfficiency, "finite, at least 0");
    Require(IsNotNegative(splitExponent), "splitExponent", splitExponent, "finite, at least 0");
    Require(apPowerW.empty() || apPowerW.size() == aps,
            "apPowerW.size",
            static_cast<double>(apPowerW.size()),
            "0 or the number of access points");
    for (std::size_t n = 0; n < apPowerW.size(); ++n)
    {
        Require(IsPositive(apPowerW[n]),
                "apPowerW[" + std::to_string(n) + "]",
                apPowerW[n],
                "positive and finite");
    }
    Require(gain != nullptr && gain->GetAps() == aps && gain->GetSubchannels() == subchannels,
            "gain",
            gain ? static_cast<double>(gain->GetAps()) : 0,
            "a tensor of these access points and subchannels");
    for (std::size_t i = 0; i < links.size(); ++i)
    {
        const SlotLink& x = links[i];
        const std::string name = "links[" + std::to_string(i) + "].";
        Require(x.user < gain->GetUsers(), name + "user", x.user, "below the number of users");
        Require(i == 0 || x.user > links[i - 1].user, name + "user", x.user, "ascending");
        Require(x.ap < aps, name + "ap", x.ap, "below the number of access points");
        Require(IsPositive(x.backlogBits), name + "backlogBits", x.backlogBits, "positive");
        Require(IsNotNegative(x.bitPrice), name + "bitPrice", x.bitPrice, "finite, at least 0");
        Require(IsNotNegative(x.joulePrice), name + "joulePrice", x.joulePrice, "at least 0");
        Require(IsPositive(x.powerW.min), name + "powerW.min", x.powerW.min, "positive");
        Require(IsPositive(x.powerW.max) && x.powerW.max >= x.powerW.min,
                name + "powerW.max",
                x.powerW.max,
                "finite and at least powerW.min");
        Require(x.startPowerW >= x.powerW.min && x.startPowerW <= x.powerW.max,
                name + "startPowerW",
                x.startPowerW,
                "within powerW");
        Require(x.sinrFactor > 0 && x.sinrFactor <= 1,
                name + "sinrFactor",
                x.sinrFactor,
                "in (0, 1]");
    }
}

void
SlotColumns::Build(const SlotProblem& problem, uint32_t perLink)
{
    m_aps = problem.aps;
    const std::size_t links = problem.links.size();
    const std::size_t looked =
        perLink == 0 ? problem.subchannels : std::min(perLink, problem.subchannels);
    m_best.resize(links * looked);
    m_count.assign(links, 0);
    // rows of all users are contiguous, so that subchannels come first
    for (uint32_t m = 0; m < problem.subchannels; ++m)
    {
        for (std::size_t i = 0; i < links; ++i)
        {
            const SlotLink& x = problem.links[i];
            const double h = problem.gain->At(x.user, x.ap, m);
            auto* const best = m_best.data() + i * looked;
            uint32_t& count = m_count[i];
            if (!(h > 0) || (count == looked && h <= best[count - 1].first))
            {
                continue;
            }
            std::size_t k = count == looked ? count - 1 : count++;
            for (; k > 0 && best[k - 1].first < h; --k)
            {
                best[k] = best[k - 1];
            }
            best[k] = {h, m};
        }
    }
    m_columns.clear();
    m_begin.assign(1, 0);
    for (std::size_t i = 0; i < links; ++i)
    {
        for (std::size_t k = 0; k < m_count[i]; ++k)
        {
            m_columns.push_back({static_cast<uint32_t>(i), m_best[i * looked + k].second});
        }
        m_begin.push_back(m_columns.size());
    }
    m_gain.resize(m_columns.size() * m_aps);
    for (std::size_t c = 0; c < m_columns.size(); ++c)
    {
        const Column& x = m_columns[c];
        for (std::size_t n = 0; n < m_aps; ++n)
        {
            m_gain[c * m_aps + n] = problem.gain->At(problem.links[x.link].user, n, x.subchannel);
        }
    }
}

uint32_t
SlotColumns::Find(uint32_t link, uint32_t subchannel) const
{
    for (std::size_t c = Begin(link); c < End(link); ++c)
    {
        if (m_columns[c].subchannel == subchannel)
        {
            return static_cast<uint32_t>(c);
        }
    }
    return NONE;
}

} // namespace noma
} // namespace ns3
