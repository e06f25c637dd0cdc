/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ONNX_CHECK_H
#define NOMA_ONNX_CHECK_H

#include <cstdint>
#include <string>

namespace onnx
{
class ModelProto;
}

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Quotes a name for an error.
 *
 * @param name the name
 * @returns it, of 64 characters at most, in quotes
 */
std::string QuoteOnnx(const std::string& name);

/**
 * @ingroup noma-core-io
 * Fails.
 *
 * @param what one line
 * @throws std::invalid_argument with it
 */
[[noreturn]] void FailOnnx(const std::string& what);

/**
 * @ingroup noma-core-io
 * Tells types of numbers apart.
 *
 * @param type a TensorProto::DataType
 * @returns whether elements are floating-point numbers
 */
bool IsOnnxReal(int32_t type);

/**
 * @ingroup noma-core-io
 * Checks what shape inference takes for granted, and the order of nodes.
 *
 * @param model the model
 * @throws std::invalid_argument with one line
 */
void CheckOnnxModel(const onnx::ModelProto& model);

} // namespace noma
} // namespace ns3

#endif // NOMA_ONNX_CHECK_H
