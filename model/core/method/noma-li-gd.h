/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_LI_GD_H
#define NOMA_LI_GD_H

#include "noma-allocator.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-method
 * Inputs of Table I of the paper.
 */
struct LiGdParams
{
    double step{0};       //!< fixed step lambda on variables mapped to [0, 1];
                          //!< 0 = from the middle of the intervals, no layer's first step
                          //!< moves a variable by more than 0.1
    double epsilon{1e-5}; //!< stop when max |g|, |f+ - f| or max |x+ - x| <= this, f = Gamma / U
    uint64_t maxIterations{1000}; //!< per layer
    double shareFloor{1e-3};      //!< least relaxed share

    /// @throws std::invalid_argument naming the field that is wrong
    void Validate() const;
};

/**
 * @ingroup noma-core-method
 * Table I of the paper as it is printed: gradient descent with one fixed step on the relaxed
 * shares, powers and compute units, clamped to their intervals, for one layer after the other; one
 * split for all users; the layer with the least objective wins; x > 0.5 becomes 1.
 *
 * Li-GD starts every layer from the optimum of the layer before, GD all of them from the middle of
 * the intervals; nothing else differs. What the paper leaves open is settled as follows: layers
 * run from edge-only to device-only; one step serves all layers and is as short as the steepest of
 * them needs (Corollary 2 wants it below 1 / L); Gamma is divided by the number of users, so that
 * step and epsilon mean the same for few and many; rounding is repaired (RoundShares()), and units
 * and powers are scaled down where their sums exceed the edge server's units or the power budget.
 *
 * A warm start (AllocatorOptions::warmStart) takes the place of the fixed point: the start of the
 * first layer for Li-GD, of every layer for GD.
 *
 * It is here to be compared with, and is left as it is: EccAllocator is what one would use.
 */
class LiGdAllocator : public Allocator
{
  public:
    /// Where a layer's descent starts.
    enum class Start
    {
        COLD, //!< GD: the same point for every layer
        WARM  //!< Li-GD: the optimum of the layer before
    };

    /// @param start where a layer's descent starts
    /// @param params inputs @throws std::invalid_argument as Validate()
    explicit LiGdAllocator(Start start, const LiGdParams& params = {});

    std::string GetName() const override;
    HonouredOptions GetHonouredOptions() const override;

  private:
    Allocation DoAllocate(const Instance& instance, const AllocatorOptions& options) override;

    Start m_start;       //!< where a layer's descent starts
    LiGdParams m_params; //!< inputs
};

} // namespace noma
} // namespace ns3

#endif // NOMA_LI_GD_H
