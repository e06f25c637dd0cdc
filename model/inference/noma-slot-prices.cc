/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-slot-prices.h"

#include "ns3/noma-sic-rate.h"

#include <algorithm>
#include <cstddef>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param problem the problem
 * @param x a user
 * @returns rate at its starting power, alone on its best subchannel (bit/s)
 */
double
RateAlone(const SlotProblem& problem, const SlotLink& x)
{
    double best = 0;
    for (uint32_t m = 0; m < problem.subchannels; ++m)
    {
        best = std::max(best, problem.gain->At(x.user, x.ap, m));
    }
    const double snr = x.startPowerW * best / problem.noiseW * x.sinrFactor;
    return problem.subchannelHz * SpectralEfficiency(snr, problem.snrGap);
}

} // namespace

void
SetSlotPrices(const std::vector<SlotUser>& users, double energyWeight, SlotProblem& problem)
{
    const Direction d = problem.direction;
    std::vector<double> airtime(problem.links.size());
    std::vector<std::vector<std::size_t>> cells(problem.aps);
    for (std::size_t i = 0; i < problem.links.size(); ++i)
    {
        const SlotLink& x = problem.links[i];
        const double rate = std::max(RateAlone(problem, x), 1.0);
        airtime[i] = std::max(problem.slotSeconds, users[x.user].remainingBits[d] / rate);
        cells[x.ap].push_back(i);
    }
    for (auto& cell : cells)
    {
        const auto index = [&](std::size_t i) {
            return users[problem.links[i].user].delayPrice / airtime[i];
        };
        // the last of Smith's order first
        std::stable_sort(cell.begin(), cell.end(), [&](std::size_t a, std::size_t b) {
            return index(a) < index(b);
        });
        const double atATime =
            static_cast<double>(std::min<std::size_t>(problem.subchannels, cell.size()));
        double behind = 0;
        for (std::size_t i : cell)
        {
            SlotLink& x = problem.links[i];
            const SlotUser& u = users[x.user];
            const double slotJ = x.startPowerW * problem.slotSeconds;
            const double rate = std::max(u.remainingBits[d], 1.0) / airtime[i];
            x.bitPrice = (u.delayPrice + u.energyPrice * x.startPowerW + behind / atATime) / rate;
            const double slotBits = std::min(x.backlogBits, rate * problem.slotSeconds);
            x.joulePrice = std::min(energyWeight * u.energyPrice, x.bitPrice * slotBits / slotJ);
            behind += u.delayPrice;
        }
    }
}

} // namespace noma
} // namespace ns3
