/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-evaluation.h"

#include "noma-deadline.h"
#include "noma-math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * SINRs and rates of one direction, one subchannel at a time.
 */
class LinkEvaluator
{
  public:
    /**
     * @param instance the instance
     * @param decision the decision
     * @param d direction
     * @param everywhere whether to find SINRs on all subchannels, not on those held alone
     * @param turns whether at most K users of a cell are on a subchannel at a time
     */
    LinkEvaluator(const Instance& instance,
                  const Decision& decision,
                  Direction d,
                  bool everywhere,
                  bool turns)
        : m_instance(instance),
          m_d(d),
          m_everywhere(everywhere),
          m_turns(turns),
          m_gap(FromDb(instance.snrGapDb)),
          m_hz(instance.SubchannelHz(d)),
          m_noise(instance.NoiseW(d)),
          m_cells(instance.edges.size()),
          m_radio(instance.users.size(), false),
          m_power(instance.users.size(), 0.0),
          m_share(instance.users.size(), 0.0),
          m_holders(instance.subchannels)
    {
        for (uint32_t i = 0; i < instance.users.size(); ++i)
        {
            const UserDecision& u = decision.users[i];
            const LinkDecision& link = u.link[d];
            if (!UsesRadio(instance.users[i].options[u.option], d) || link.shares.empty())
            {
                continue;
            }
            m_radio[i] = true;
            m_power[i] = link.powerW;
            if (m_everywhere)
            {
                m_cells[instance.users[i].ap].push_back(i);
            }
            for (const Share& s : link.shares)
            {
                m_holders[s.subchannel].push_back({i, s.share});
            }
        }
    }

    /// @param [out] result rates and SINRs of this direction
    void Run(Evaluation& result)
    {
        for (uint32_t i = 0; i < m_radio.size(); ++i)
        {
            if (m_radio[i] && m_everywhere)
            {
                result.users[i].sinr[m_d].assign(m_instance.subchannels, 0.0);
            }
        }
        for (uint32_t m = 0; m < m_instance.subchannels; ++m)
        {
            for (const auto& [user, share] : m_holders[m])
            {
                m_share[user] = share;
                if (!m_everywhere)
                {
                    m_cells[m_instance.users[user].ap].push_back(user);
                }
            }
            for (uint32_t n = 0; n < m_cells.size(); ++n)
            {
                EvaluateCell(n, m, result);
                if (!m_everywhere)
                {
                    m_cells[n].clear();
                }
            }
            for (const auto& [user, share] : m_holders[m])
            {
                m_share[user] = 0;
            }
        }
    }

  private:
    /// @param i user
    /// @param n its access point
    /// @param m subchannel
    /// @returns inter-cell interference plus noise (W)
    double InterferencePlusNoise(uint32_t i, uint32_t n, uint32_t m) const
    {
        const GainTensor& gain = m_instance.gain[m_d];
        double sum = 0;
        for (const auto& [t, share] : m_holders[m])
        {
            const uint32_t l = m_instance.users[t].ap;
            if (l != n)
            {
                sum += share * m_power[t] * (m_d == UPLINK ? gain.At(t, n, m) : gain.At(i, l, m));
            }
        }
        return sum + m_noise;
    }

    /// SINRs and rates of one cell. @param n access point @param m subchannel
    /// @param [out] result where to put them
    void EvaluateCell(uint32_t n, uint32_t m, Evaluation& result)
    {
        const std::vector<uint32_t>& cell = m_cells[n];
        const std::size_t size = cell.size();
        if (size == 0)
        {
            return;
        }
        const double* gain = m_instance.gain[m_d].Row(n, m);
        std::vector<double> other(size);
        std::vector<double> key(size);
        for (std::size_t k = 0; k < size; ++k)
        {
            const uint32_t i = cell[k];
            other[k] = m_d == UPLINK && k > 0 ? other[0] : InterferencePlusNoise(i, n, m);
            key[k] = DecodingKey(m_instance.orderKey, gain[i], m_power[i], other[k]);
        }
        const std::vector<std::size_t> order = DecodingOrder(m_d, key, cell);
        // users that do not hold the subchannel stand in the order with no power
        std::vector<double> layer(size);
        std::vector<double> intra(size);
        const std::vector<double> residual(size, m_instance.residual);
        for (std::size_t k = 0; k < size; ++k)
        {
            const uint32_t i = cell[order[k]];
            layer[k] = m_share[i] * m_power[i] * (m_d == UPLINK ? gain[i] : 1.0);
        }
        SicInterference(layer.data(), residual.data(), size, intra.data());
        if (m_turns)
        {
            KeepTurns(cell, order, intra);
        }

        // worst (interference + noise) / gain among the holders decoded later
        double worst = 0;
        for (std::size_t k = size; k-- > 0;)
        {
            const std::size_t position = order[k];
            const uint32_t i = cell[position];
            const double own = (m_d == UPLINK ? intra[k] : gain[i] * intra[k]) + other[position];
            double sinr = m_power[i] * gain[i] / own;
            // nothing is received where signal and interference left the range of numbers
            sinr = std::isnan(sinr) ? 0.0 : sinr;
            if (m_everywhere)
            {
                result.users[i].sinr[m_d][m] = sinr;
            }
            if (m_share[i] == 0)
            {
                continue;
            }
            double decodable = sinr;
            if (m_d == DOWNLINK && m_instance.downlinkRate == DownlinkRate::DECODABLE)
            {
                decodable = std::min(sinr, m_power[i] / (intra[k] + worst));
                worst = std::max(worst, other[position] / gain[i]);
            }
            result.users[i].rate[m_d] += m_share[i] * m_hz * SpectralEfficiency(decodable, m_gap);
        }
    }

    /**
     * Leaves of the interference of a cell's other users what comes from those on the air at the
     * same time: the shares of n users in turn may add up to more than the K - 1 others there are.
     *
     * @param cell its users
     * @param order decoding order
     * @param [in,out] intra interference, in decoding order
     */
    void KeepTurns(const std::vector<uint32_t>& cell,
                   const std::vector<std::size_t>& order,
                   std::vector<double>& intra) const
    {
        double shares = 0;
        for (uint32_t i : cell)
        {
            shares += m_share[i];
        }
        const double most = m_instance.maxSuperposed - 1.0;
        for (std::size_t k = 0; k < intra.size(); ++k)
        {
            const double others = shares - m_share[cell[order[k]]];
            intra[k] *= others > most ? most / others : 1.0;
        }
    }

    /// A user on a subchannel.
    struct Holder
    {
        uint32_t user; //!< user index
        double share;  //!< share held
    };

    const Instance& m_instance;                 //!< the instance
    Direction m_d;                              //!< direction
    bool m_everywhere;                          //!< whether subchannels not held count too
    bool m_turns;                               //!< whether at most K users are on at a time
    double m_gap;                               //!< SNR gap, linear
    double m_hz;                                //!< subchannel width (Hz)
    double m_noise;                             //!< noise (W)
    std::vector<std::vector<uint32_t>> m_cells; //!< users looked at, per access point
    std::vector<bool> m_radio;                  //!< whether the user sends
    std::vector<double> m_power;                //!< transmit power (W)
    std::vector<double> m_share;                //!< share of the present subchannel
    std::vector<std::vector<Holder>> m_holders; //!< per subchannel
};

/// @param instance the instance
/// @param decision the decision
/// @param everywhere whether to list SINRs
/// @param turns whether at most K users are on at a time
/// @returns the evaluation
Evaluation
EvaluateLinks(const Instance& instance, const Decision& decision, bool everywhere, bool turns)
{
    Evaluation result;
    result.users.resize(instance.users.size());
    for (Direction d : DIRECTIONS)
    {
        LinkEvaluator(instance, decision, d, everywhere, turns).Run(result);
    }
    for (std::size_t i = 0; i < instance.users.size(); ++i)
    {
        const User& user = instance.users[i];
        const UserDecision& u = decision.users[i];
        const CutOption& option = user.options[u.option];
        const EdgeServer& edge = instance.edges[user.ap];
        UserEvaluation& e = result.users[i];
        e.delay.device = DeviceDelay(user, option);
        e.delay.edge = EdgeDelay(edge, option, u.units);
        e.energy.device = DeviceEnergy(user, option);
        e.energy.edge = EdgeEnergy(edge, option, u.units);
        PerDirection<double> time;
        for (Direction d : DIRECTIONS)
        {
            // written so that a rate that is not a number counts as none
            time[d] = !UsesRadio(option, d) ? 0.0
                      : e.rate[d] > 0       ? LinkBits(option, d) / e.rate[d]
                                            : std::numeric_limits<double>::infinity();
        }
        e.delay.up = time.up;
        e.delay.down = time.down;
        e.energy.up = math::TimesOrZero(u.link.up.powerW, time.up);
        e.energy.down = math::TimesOrZero(u.link.down.powerW, time.down);
        e.deadlineCost = DeadlineCost(user, e.delay.Total());
        e.utility = Utility(user, e.delay.Total(), e.energy.Total());
        result.gamma += e.utility;
    }
    return result;
}

} // namespace

double
DeviceDelay(const User& user, const CutOption& option)
{
    return option.deviceFlops > 0 ? option.deviceFlops / (user.clockHz * user.flopPerCycle) : 0.0;
}

double
DeviceEnergy(const User& user, const CutOption& option)
{
    return option.deviceFlops > 0
               ? user.kappa * user.clockHz * user.clockHz * option.deviceFlops / user.flopPerCycle
               : 0.0;
}

double
EdgeDelay(const EdgeServer& edge, const CutOption& option, double units)
{
    return UsesEdge(option)
               ? option.edgeFlops / (edge.lambda.Speedup(units) * edge.clockHz * edge.flopPerCycle)
               : 0.0;
}

double
EdgeEnergy(const EdgeServer& edge, const CutOption& option, double units)
{
    if (!UsesEdge(option) || edge.kappa == 0)
    {
        return 0;
    }
    const double clock = edge.lambda.Speedup(units) * edge.clockHz;
    return edge.kappa * clock * clock * option.edgeFlops / edge.flopPerCycle;
}

Evaluation
Evaluate(const Instance& instance, const Decision& decision)
{
    return EvaluateLinks(instance, decision, true, false);
}

Evaluation
EvaluateTurns(const Instance& instance, const Decision& decision)
{
    return EvaluateLinks(instance, decision, false, true);
}

double
EvaluateGamma(const Instance& instance, const Decision& decision)
{
    return EvaluateLinks(instance, decision, false, false).gamma;
}

} // namespace noma
} // namespace ns3
