/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_CELLS_H
#define NOMA_TEST_CELLS_H

#include "ns3/boolean.h"
#include "ns3/noma-allocator.h"
#include "ns3/noma-gain-tensor.h"
#include "ns3/noma-slot-scheduler.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// Gains out of a table.
class TableCsi : public CsiView
{
  public:
    PerDirection<GainTensor> gain; //!< the table

    double Gain(Direction d, uint32_t ue, uint32_t ap, uint32_t m) const override
    {
        return gain[d].At(ue, ap, m);
    }

    void Row(Direction d, uint32_t ap, uint32_t m, double* out) const override
    {
        std::copy(gain[d].Row(ap, m), gain[d].Row(ap, m) + gain[d].GetUsers(), out);
    }
};

/// A network without anything behind it.
struct Cells
{
    TableCsi csi;   //!< its gains
    SlotSnapshot s; //!< its snapshot

    /// Rayleigh fading, cells of equal size. @param aps cells @param perAp users of each
    /// @param subchannels M @param k K @param seed of the gains @param cross gain between cells
    Cells(uint32_t aps, uint32_t perAp, uint32_t subchannels, uint32_t k, int seed, double cross)
    {
        std::mt19937_64 rng(seed);
        std::exponential_distribution<double> draw(1.0);
        const uint32_t users = aps * perAp;
        for (Direction d : DIRECTIONS)
        {
            csi.gain[d] = GainTensor(users, aps, subchannels);
            for (uint32_t i = 0; i < users; ++i)
            {
                const double path = std::pow(10.0, -9 - 2.5 * (i / aps % 4) / 3.0);
                for (uint32_t n = 0; n < aps; ++n)
                {
                    for (uint32_t m = 0; m < subchannels; ++m)
                    {
                        csi.gain[d].At(i, n, m) = path * (n == i % aps ? 1 : cross) * draw(rng);
                    }
                }
            }
            s.subchannelHz[d] = 1e6;
            s.noiseW[d] = 4e-15;
        }
        s.slotSeconds = 0.01;
        s.aps = aps;
        s.subchannels = subchannels;
        s.maxSuperposed = k;
        s.apOn.assign(aps, true);
        s.apMaxPowerW.assign(aps, 10.0);
        s.csi = &csi;
        s.ues.resize(users);
        for (uint32_t i = 0; i < users; ++i)
        {
            s.ues[i].ap = i % aps;
            s.ues[i].maxPowerW.up = 0.3;
            s.ues[i].maxPowerW.down = 10.0;
        }
    }

    /// Everybody has much to send. @param d direction @param bits backlog
    void Load(Direction d, uint64_t bits)
    {
        for (auto& ue : s.ues)
        {
            ue.backlogBits[d] = bits;
        }
    }
};

/// Gives every user of a cell the same shares of all its subchannels.
class FixedSharesAllocator : public Allocator
{
  public:
    /// @param shares by user, subchannel; the sum over subchannels is at most 1
    explicit FixedSharesAllocator(std::vector<std::vector<double>> shares)
        : m_shares(std::move(shares))
    {
    }

    std::string GetName() const override
    {
        return "fixed-shares";
    }

  protected:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& /* options */) override
    {
        Allocation a;
        for (std::size_t i = 0; i < instance.users.size(); ++i)
        {
            UserDecision u;
            for (Direction d : DIRECTIONS)
            {
                u.link[d].powerW = instance.users[i].powerW[d].max;
                for (uint32_t m = 0; m < instance.subchannels; ++m)
                {
                    if (m_shares[i][m] > 0)
                    {
                        u.link[d].shares.push_back({m, m_shares[i][m]});
                    }
                }
            }
            a.decision.users.push_back(u);
        }
        return a;
    }

  private:
    std::vector<std::vector<double>> m_shares; //!< by user, subchannel
};

/// @returns a controller with maximum power and no fall-back @param rule slot rule
inline Ptr<SplitInferenceController>
MakeController(const std::string& rule)
{
    auto c = CreateObject<SplitInferenceController>();
    c->SetAttribute("Allocator", StringValue("edge-only"));
    c->SetAttribute("SlotRule", StringValue(rule));
    c->SetAttribute("MaximumPower", BooleanValue(true));
    c->SetAttribute("FallBack", BooleanValue(false));
    return c;
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_CELLS_H
