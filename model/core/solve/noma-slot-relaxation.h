/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_RELAXATION_H
#define NOMA_SLOT_RELAXATION_H

#include "noma-projected-gradient.h"
#include "noma-projection.h"
#include "noma-slot-rates.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-solve
 * The slot problem with shares x in [0, 1] and the logarithms of powers as variables, on a list of
 * pairs of user and subchannel: what Li-GD descends on in a slot. The cost is -V. A user's shares
 * add up to at most maxPerUser; that K users share a subchannel is left to rounding, as their
 * interference limits them anyway. Powers lie in the user's interval over maxPerUser.
 *
 * The variables are all shares, then all powers, these as log(p / max) / log(max / min) + 1 in
 * [0, 1].
 */
class SlotRelaxation : public SmoothProblem
{
  public:
    /**
     * @param problem a valid problem, which must outlive the use of this object, as must columns
     * @param columns all pairs
     * @param active indices of those that are variables, ascending
     */
    void Reset(const SlotProblem& problem,
               const SlotColumns& columns,
               const std::vector<uint32_t>& active);

    std::size_t GetSize() const override;
    void Evaluate(const double* x, double* cost, double* gradient) override;
    void Project(double* x) const override;

    /// @param k position in the list of active pairs
    /// @param powerW a power (W)
    /// @returns the variable that stands for it
    double ToVariable(std::size_t k, double powerW) const;

    /// @param k position in the list of active pairs
    /// @param x the variable of its power
    /// @returns the power (W)
    double ToPower(std::size_t k, double x) const;

  private:
    const SlotProblem* m_problem{nullptr};   //!< the problem
    const SlotColumns* m_columns{nullptr};   //!< pairs
    std::vector<uint32_t> m_active;          //!< pairs that are variables, by user
    std::vector<std::size_t> m_bySubchannel; //!< positions, by subchannel and access point
    std::vector<double> m_maxW;              //!< greatest power by position (W)
    std::vector<double> m_logRange;          //!< log of greatest over least power by position
    SlotRates m_rates;                       //!< rates
    std::vector<SlotLayer> m_layers;         //!< in the order of m_bySubchannel
    std::vector<double> m_bits;              //!< bits by user
    std::vector<double> m_utility;           //!< scratch: utility of 1 bit/s
    std::vector<double> m_worth;             //!< scratch: the same times the share
    std::vector<double> m_zeros;             //!< least shares
    std::vector<double> m_ones;              //!< greatest
    mutable KnapsackProjection m_knapsack;   //!< keeps its memory
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_RELAXATION_H
