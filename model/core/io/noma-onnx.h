/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ONNX_H
#define NOMA_ONNX_H

#include "ns3/noma-dnn-graph.h"

#include <cstdint>
#include <map>
#include <string>

namespace ns3
{
namespace noma
{

/// Sizes of dynamic axes by name.
using OnnxSizes = std::map<std::string, uint32_t>;

/**
 * @ingroup noma-core-io
 * What was read from an ONNX file.
 */
struct OnnxModel
{
    DnnGraph graph;                            //!< the network
    std::map<std::string, uint32_t> uncounted; //!< operators taken for no work: how many of each
};

/// @returns whether this build reads ONNX files
bool HasOnnx();

/**
 * @ingroup noma-core-io
 * Reads an ONNX model. Shapes are those of ONNX's own inference; work and parameters follow from
 * them, and weights are not computed with: their values may be missing (external data). A node
 * becomes an operator of the graph, and where none says the same, CUSTOM with its work, parameters
 * and number of elements. What depends on constants only is a constant, and what no result needs
 * is left out.
 *
 * A dynamic first axis of an input is the batch, 1 unless its name is given another size.
 *
 * @param bytes the file
 * @param name name of the model
 * @param sizes sizes of dynamic axes
 * @returns the network
 * @throws std::invalid_argument with one line; always if this build reads no ONNX files
 */
OnnxModel ParseOnnx(const std::string& bytes, const std::string& name, const OnnxSizes& sizes);

} // namespace noma
} // namespace ns3

#endif // NOMA_ONNX_H
