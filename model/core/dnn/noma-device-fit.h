/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DEVICE_FIT_H
#define NOMA_DEVICE_FIT_H

#include "noma-device-profile.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * A measured operator.
 */
struct OperatorTime
{
    DeviceKind kind{DeviceKind::CONV}; //!< kind
    double flops{0};                   //!< floating-point operations
    double bytes{0};                   //!< bytes as in DeviceWork
    double seconds{0};                 //!< measured (s), > 0
};

/**
 * @ingroup noma-core-dnn
 * The terms of one kind that fit best: non-negative least squares of the relative errors of
 * constant + FLOPs / rate + bytes / bandwidth. Exact, as each set of terms is tried.
 *
 * @param times measured operators of one kind
 * @returns terms; none takes time if there are no operators
 */
DeviceTerms FitDeviceTerms(const std::vector<OperatorTime>& times);

/**
 * @ingroup noma-core-dnn
 * A profile of measured operators, kind by kind. Kinds of which nothing was measured are left out.
 *
 * @param times measured operators
 * @returns the profile, without name, constant and spread
 */
DeviceProfile FitDeviceProfile(const std::vector<OperatorTime>& times);

} // namespace noma
} // namespace ns3

#endif // NOMA_DEVICE_FIT_H
