/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Takes the place of noma-onnx.cc where libonnx is not there to build with.
 */
#include "noma-onnx.h"

#include <stdexcept>

namespace ns3
{
namespace noma
{

bool
HasOnnx()
{
    return false;
}

OnnxModel
ParseOnnx(const std::string&, const std::string&, const OnnxSizes&)
{
    throw std::invalid_argument("this build reads no ONNX files: it was made without libonnx-dev");
}

} // namespace noma
} // namespace ns3
