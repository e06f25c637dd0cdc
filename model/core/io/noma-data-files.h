/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DATA_FILES_H
#define NOMA_DATA_FILES_H

#include "noma-cut-table.h"

#include "ns3/noma-device-profile.h"
#include "ns3/noma-dnn-exits.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * A DNN by name or file: a built-in model, a network that comes with the module ("vit-b-16"), or
 * the path of a file, relative to the working directory, in format "noma-dnn/1" or, if its name
 * ends in ".onnx", ONNX (where this build has it). Networks that come with the module are looked
 * for in the folder that the environment's NOMA_DATA names, in share/noma beside the folder of the
 * program or library, and in the sources.
 *
 * @param source name or path
 * @param input height and width of the input, 0 = native
 * @param sizes sizes of an ONNX file's dynamic axes by name; its batch is 1
 * @param uncounted told how many of which operators of an ONNX file were taken for no work
 * @returns the network
 * @throws std::invalid_argument with one line
 */
DnnGraph LoadDnn(const std::string& source,
                 uint32_t input = 0,
                 const std::map<std::string, uint32_t>& sizes = {},
                 std::map<std::string, uint32_t>* uncounted = nullptr);

/**
 * @ingroup noma-core-io
 * A DNN with its exits, likewise. LoadDnn() is the last one.
 *
 * @param source name or path
 * @param input height and width of the input, 0 = native
 * @param sizes sizes of an ONNX file's dynamic axes by name; its batch is 1
 * @param uncounted told how many of which operators of an ONNX file were taken for no work
 * @returns the exits, one without a name if it names none
 * @throws std::invalid_argument with one line
 */
std::vector<DnnExit> LoadDnnExits(const std::string& source,
                                  uint32_t input = 0,
                                  const std::map<std::string, uint32_t>& sizes = {},
                                  std::map<std::string, uint32_t>* uncounted = nullptr);

/**
 * @ingroup noma-core-io
 * Whether a model is a cut table.
 *
 * @param source name or path of a model
 * @returns whether it ends in ".csv"
 */
bool IsCutTable(const std::string& source);

/**
 * @ingroup noma-core-io
 * A cut table from a file, see ParseCutTable(). It is named like the file.
 *
 * @param path the file, relative to the working directory
 * @returns the table
 * @throws std::invalid_argument with one line
 */
CutTable LoadCutTable(const std::string& path);

/**
 * @ingroup noma-core-io
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
