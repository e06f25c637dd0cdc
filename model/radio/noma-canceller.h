/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_CANCELLER_H
#define NOMA_CANCELLER_H

#include "ns3/object.h"

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * How well a decoded layer is removed from the received signal. This class removes it perfectly.
 */
class NomaCanceller : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaCanceller() override;

    /**
     * @param sinr SINR at which the layer was decoded, linear
     * @returns the fraction of the layer's received power that is left, in [0, 1]
     */
    double Residual(double sinr) const;

  private:
    /**
     * @param sinr SINR at which the layer was decoded, linear
     * @returns the fraction of the layer's received power that is left
     */
    virtual double DoResidual(double sinr) const;
};

/**
 * @ingroup noma-radio
 * Leaves a constant fraction of every decoded layer's power, the factor eps of eqs. (5) and (8).
 */
class NomaResidualCanceller : public NomaCanceller
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoResidual(double sinr) const override;

    double m_residual; //!< fraction left
};

} // namespace noma
} // namespace ns3

#endif // NOMA_CANCELLER_H
