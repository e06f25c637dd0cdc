/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_GREEDY_H
#define NOMA_SLOT_GREEDY_H

#include "noma-slot-rates.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * What a greedy choice is free to do.
 */
struct SlotGreedyOptions
{
    uint32_t perUser{1}; //!< most subchannels of a user, each at its starting power
    /// Who may share a subchannel of an access point, by pair: those of equal number; null = all.
    const std::vector<uint32_t>* group{nullptr};
    /// Pairs that are chosen before any other, in order, whatever they bring; null = none.
    const std::vector<uint32_t>* first{nullptr};
};

/**
 * @ingroup noma-core-solve
 * Adds one (user, subchannel) after the other, always the one by which the sum over all users and
 * cells of bitPrice times bits grows most, with the rates of everybody on that subchannel
 * recomputed under SIC. A user is superposed only where that sum grows, the loss of others in its
 * own and in other cells included; where superposing does not gain, one user stays alone. Everybody
 * sends at its starting power; an access point shares its power equally among its subchannels and
 * within a group as SlotProblem::splitExponent says.
 *
 * The search is lazy: a choice is looked at again only when it is the best of those known, and one
 * that does not gain then is dropped, although others that come later might have made it gain.
 */
class SlotGreedy
{
  public:
    /**
     * @param problem a valid problem
     * @param columns pairs to choose from
     * @param [out] entries the choice in the order it was made, with powers
     * @param options what it is free to do
     */
    void Choose(const SlotProblem& problem,
                const SlotColumns& columns,
                std::vector<SlotEntry>& entries,
                const SlotGreedyOptions& options = SlotGreedyOptions());

  private:
    /// A choice that may be made.
    struct Candidate
    {
        double gain;      //!< growth of the sum
        uint32_t column;  //!< index of the pair
        uint32_t version; //!< of the subchannel and the user when gain was computed
    };

    /// What a subchannel holds.
    struct Subchannel
    {
        std::vector<SlotLayer> layers; //!< by access point
        std::vector<uint32_t> columns; //!< pairs chosen
        std::vector<double> bits;      //!< that count, by layer
        double sum{0};                 //!< of bit price times bits
        uint32_t version{0};           //!< number of layers added
    };

    /// Joins a user. @param [in,out] layers layers of a subchannel @param column the pair
    void Join(std::vector<SlotLayer>& layers, uint32_t column) const;

    /**
     * Adds up what layers are worth, and leaves in m_bits the bits that count: those for which a
     * user's other subchannels leave a backlog.
     *
     * @param layers layers of a subchannel
     * @param before the subchannel as it is
     * @returns sum of bit price times bits
     */
    double Sum(const std::vector<SlotLayer>& layers, const Subchannel& before);

    /**
     * Chooses a pair.
     *
     * @param column the pair
     * @param gain growth of the sum by it
     * @param [in,out] entries the choice is appended
     */
    void Add(uint32_t column, double gain, std::vector<SlotEntry>& entries);

    /**
     * Looks whether a user may be added.
     *
     * @param on a subchannel
     * @param column the pair
     * @param options what the choice is free to do
     * @returns whether there is room at its access point, and who is there is of its group
     */
    bool MayJoin(const Subchannel& on, uint32_t column, const SlotGreedyOptions& options) const;

    const SlotProblem* m_problem{nullptr}; //!< the problem
    const SlotColumns* m_columns{nullptr}; //!< pairs
    SlotRates m_rates;                     //!< rates
    std::vector<double> m_groupW;          //!< downlink: power of a group, by access point (W)
    std::vector<Subchannel> m_subchannels; //!< by subchannel
    std::vector<uint32_t> m_held;          //!< subchannels held, by link
    std::vector<double> m_carried;         //!< bits that count, by link
    std::vector<SlotLayer> m_trial;        //!< scratch
    std::vector<double> m_bits;            //!< scratch
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_GREEDY_H
