/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_WEIGHT_POLICY_H
#define NOMA_WEIGHT_POLICY_H

#include "ns3/object.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * How much a user cares for delay against energy: wT in [0, 1], with wE = 1 - wT.
 */
class WeightPolicy : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /**
     * @param base the user's own wT
     * @param level battery level in [0, 1]; 1 without a battery
     * @returns wT to use now
     */
    double DelayWeight(double base, double level) const;

  private:
    /// @param base the user's own
    /// @param level battery level
    /// @returns wT
    virtual double DoDelayWeight(double base, double level) const;
};

/**
 * @ingroup noma-inference
 * Energy matters more as the battery runs down: from Start on, wT falls linearly with the level
 * from the user's own value to Floor at an empty battery.
 */
class BatteryWeightPolicy : public WeightPolicy
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    double DoDelayWeight(double base, double level) const override;

    double m_start; //!< level at which wT begins to fall
    double m_floor; //!< wT at level 0
};

} // namespace noma
} // namespace ns3

#endif // NOMA_WEIGHT_POLICY_H
