/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DATA_FILES_H
#define NOMA_DATA_FILES_H

#include "ns3/noma-device-profile.h"
#include "ns3/noma-dnn-graph.h"

#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
 * A DNN by name or file: a built-in model, a network that comes with the module ("vit-b-16"), or
 * the path of a file in format "noma-dnn/1", relative to the working directory. Networks that come
 * with the module are looked for in the folder that the environment's NOMA_DATA names, in
 * share/noma beside the folder of the program or library, and in the sources.
 *
 * @param source name or path
 * @param input height and width of the input, 0 = native
 * @returns the network
 * @throws std::invalid_argument with one line
 */
DnnGraph LoadDnn(const std::string& source, uint32_t input = 0);

/**
 * @ingroup noma-core
 * A device by name or file: a profile that comes with the module ("pixel4-gpu"), looked for as
 * LoadDnn() does, or the path of a file in format "noma-device/1".
 *
 * @param source name or path
 * @returns the profile
 * @throws std::invalid_argument with one line
 */
DeviceProfile LoadDevice(const std::string& source);

} // namespace noma
} // namespace ns3

#endif // NOMA_DATA_FILES_H
