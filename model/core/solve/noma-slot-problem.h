/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_PROBLEM_H
#define NOMA_SLOT_PROBLEM_H

#include "ns3/noma-gain-tensor.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-types.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * A user that has something to send in one direction of one slot.
 */
struct SlotLink
{
    uint32_t user{0};      //!< index into the gains; breaks ties of the decoding order
    uint32_t ap{0};        //!< serving access point
    double backlogBits{0}; //!< bits that can be sent now, > 0
    double bitPrice{0};    //!< utility of a bit sent, v of the model, >= 0
    double joulePrice{0};  //!< utility of a joule spent, e of the model, >= 0
    Interval powerW;       //!< transmit power, summed over the subchannels held (W), min > 0
    double startPowerW{0}; //!< power to begin with, within powerW (W)
    double sinrFactor{1};  //!< what link adaptation leaves of the predicted SINR, in (0, 1]
};

/**
 * @ingroup noma-core-solve
 * A user on a subchannel: whole in a decision, with a share in a relaxed one.
 */
struct SlotEntry
{
    uint32_t link{0};       //!< index into SlotProblem::links
    uint32_t subchannel{0}; //!< subchannel
    double powerW{0};       //!< transmit power (W)
};

/**
 * @ingroup noma-core-solve
 * The slot problem (section "The slot problem" of the model): who sends where at what power in one
 * direction of one slot of length tau, so that
 *
 *     V(x, p) = sum_i v_i min(tau r_i(x, p), backlog_i) - sum_i e_i p_i tau
 *
 * is greatest. r_i are the SIC rates with the interference of all cells; at most maxSuperposed
 * users share a subchannel of an access point, and a user holds at most maxPerUser subchannels,
 * among which it shares its power.
 */
struct SlotProblem
{
    Direction direction{UPLINK};       //!< direction
    uint32_t aps{0};                   //!< number of access points
    uint32_t subchannels{0};           //!< M
    uint32_t maxSuperposed{1};         //!< K
    uint32_t maxPerUser{1};            //!< most subchannels of a user
    double slotSeconds{0};             //!< tau (s)
    double subchannelHz{0};            //!< W (Hz)
    double noiseW{0};                  //!< noise per subchannel (W)
    double residual{0};                //!< eps in [0, 1], imperfect cancellation
    double snrGap{1};                  //!< loss against capacity, linear, >= 1
    double maxEfficiency{0};           //!< greatest spectral efficiency (bit/s/Hz), 0 = no limit
    OrderKey orderKey{OrderKey::GAIN}; //!< what decoding orders are sorted by
    std::vector<double> apPowerW;      //!< downlink: power of each access point (W); empty = any
    double splitExponent{0.4};         //!< downlink start: power within a group is shared in
                                       //!< proportion to gain to minus this
    const GainTensor* gain{nullptr};   //!< linear power gains of all users
    std::vector<SlotLink> links;       //!< who has something to send, ascending user

    /// @throws std::invalid_argument naming the field that is wrong, its value and what is allowed
    void Validate() const;
};

/**
 * @ingroup noma-core-solve
 * The pairs of user and subchannel that a search looks at, with their gains at every access point
 * in one piece: of each user the subchannels with its best gains. Pairs without gain are left out.
 */
class SlotColumns
{
  public:
    /// A pair.
    struct Column
    {
        uint32_t link;       //!< index into SlotProblem::links
        uint32_t subchannel; //!< subchannel
    };

    /**
     * @param problem the problem
     * @param perLink subchannels looked at per user, those with its best gains; 0 = all
     */
    void Build(const SlotProblem& problem, uint32_t perLink);

    /// @returns number of pairs
    std::size_t GetSize() const
    {
        return m_columns.size();
    }

    /// @param c index of a pair
    /// @returns the pair
    const Column& Get(std::size_t c) const
    {
        return m_columns[c];
    }

    /// @param c index of a pair
    /// @returns its gain at every access point
    const double* Gain(std::size_t c) const
    {
        return m_gain.data() + c * m_aps;
    }

    /// @param link a user
    /// @returns index of its first pair, best gain first
    std::size_t Begin(uint32_t link) const
    {
        return m_begin[link];
    }

    /// @param link a user
    /// @returns one past the index of its last pair
    std::size_t End(uint32_t link) const
    {
        return m_begin[link + 1];
    }

    /**
     * @param link a user
     * @param subchannel a subchannel
     * @returns index of the pair, NONE if it is not looked at
     */
    uint32_t Find(uint32_t link, uint32_t subchannel) const;

  private:
    std::size_t m_aps{0};                            //!< access points
    std::vector<Column> m_columns;                   //!< pairs by user
    std::vector<double> m_gain;                      //!< [pair][access point]
    std::vector<std::size_t> m_begin;                //!< first pair by user
    std::vector<std::pair<double, uint32_t>> m_best; //!< scratch: best gains by user
    std::vector<uint32_t> m_count;                   //!< scratch: number of them by user
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_PROBLEM_H
