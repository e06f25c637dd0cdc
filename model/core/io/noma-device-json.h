/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DEVICE_JSON_H
#define NOMA_DEVICE_JSON_H

#include "ns3/noma-device-profile.h"

#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Reads a device profile, format "noma-device/1":
 * @code
 * {"format": "noma-device/1", "name": "mine", "constantSeconds": 0.0004,
 *  "kinds": {"conv-3x3": {"seconds": 6e-5, "flopsPerSecond": 2e11, "bytesPerSecond": 1e10},
 *            "move": {"like": "conv-3x3"}, "element-wise": {}}}
 * @endcode
 * A term that is left out takes no time; `like` takes those of another kind. `provenance`,
 * `generator`, `relativeSpread` and `fit` (errors of the fit) are optional.
 *
 * @param text the JSON text
 * @returns the profile
 * @throws std::invalid_argument with one line naming place, value and what is allowed
 */
DeviceProfile ParseDeviceProfile(const std::string& text);

/**
 * @ingroup noma-core-io
 * Writes a device profile in the same format.
 *
 * @param profile the profile
 * @param provenance where its figures come from
 * @param generator what wrote it
 * @returns the text
 */
std::string FormatDeviceProfile(const DeviceProfile& profile,
                                const std::string& provenance,
                                const std::string& generator);

} // namespace noma
} // namespace ns3

#endif // NOMA_DEVICE_JSON_H
