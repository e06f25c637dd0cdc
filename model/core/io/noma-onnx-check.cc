/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-onnx-check.h"

#include "ns3/noma-dnn-shape.h"
#include "ns3/noma-quote.h"

#include <map>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>
#include <set>
#include <stdexcept>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// @param node the node
/// @returns a node for an error
std::string
Label(const onnx::NodeProto& node)
{
    return OneLine(node.op_type()) + " " +
           QuoteOnnx(node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name());
}

/// @param type a TensorProto::DataType
/// @returns bytes of an element, 0 = none or not known
uint64_t
ElementBytes(int32_t type)
{
    switch (type)
    {
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::BOOL:
        return 1;
    case onnx::TensorProto::UINT16:
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16:
        return 2;
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::UINT32:
        return 4;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::UINT64:
    case onnx::TensorProto::COMPLEX64:
        return 8;
    case onnx::TensorProto::COMPLEX128:
        return 16;
    default:
        return 0;
    }
}

/// Checks that a tensor's sizes and data belong together, which shape inference takes for granted.
/// @param tensor the tensor @param what its name, for the error
void
CheckTensor(const onnx::TensorProto& tensor, const std::string& what)
{
    uint64_t elements = 1;
    for (int64_t d : tensor.dims())
    {
        if (d < 0)
        {
            FailOnnx(what + ": size " + std::to_string(d) + " is not a size");
        }
        elements = DnnTimes(elements, static_cast<uint64_t>(d), what);
    }
    if (tensor.has_segment())
    {
        FailOnnx(what + ": data in segments are not supported");
    }
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    {
        return;
    }
    uint64_t found = 0;
    const uint64_t bytes = ElementBytes(tensor.data_type());
    if (tensor.has_raw_data() && bytes != 0)
    {
        elements *= bytes;
        found = tensor.raw_data().size();
    }
    else
    {
        const bool pair = tensor.data_type() == onnx::TensorProto::COMPLEX64 ||
                          tensor.data_type() == onnx::TensorProto::COMPLEX128;
        elements *= pair ? 2 : 1;
        found = static_cast<uint64_t>(tensor.float_data_size()) + tensor.int32_data_size() +
                tensor.int64_data_size() + tensor.double_data_size() + tensor.uint64_data_size() +
                tensor.string_data_size();
    }
    if (found != elements)
    {
        FailOnnx(what + ": has " + std::to_string(found) + " of " + std::to_string(elements) +
                 (tensor.has_raw_data() ? " bytes" : " values"));
    }
}

/// Checks what shape inference divides by or takes for a place. @param node the node
/// @param attribute one of its attributes
void
CheckNumbers(const onnx::NodeProto& node, const onnx::AttributeProto& attribute)
{
    static const std::set<std::string> positive{"strides",
                                                "dilations",
                                                "kernel_shape",
                                                "group",
                                                "blocksize",
                                                "hidden_size"};
    std::vector<int64_t> values(attribute.ints().begin(), attribute.ints().end());
    if (attribute.has_i())
    {
        values.push_back(attribute.i());
    }
    const bool axis = node.op_type() == "LayerNormalization" && attribute.name() == "axis";
    for (int64_t v : values)
    {
        if (positive.count(attribute.name()) > 0 && (v < 1 || v > 65536))
        {
            FailOnnx(Label(node) + ": " + attribute.name() + " " + std::to_string(v) +
                     " is not from 1 to 65536");
        }
        if (axis && v != -1)
        {
            FailOnnx(Label(node) + ": axis " + std::to_string(v) +
                     " is not -1, the only one supported");
        }
    }
}

/// Checks a node against ONNX's description of its operator. @param node the node
/// @param opsets versions by domain
void
CheckNode(const onnx::NodeProto& node, const std::map<std::string, int64_t>& opsets)
{
    const std::string domain = node.domain() == "ai.onnx" ? "" : node.domain();
    const auto opset = opsets.find(domain);
    const onnx::OpSchema* schema =
        opset == opsets.end() ? nullptr
                              : onnx::OpSchemaRegistry::Schema(node.op_type(),
                                                               static_cast<int>(opset->second),
                                                               domain);
    if (schema == nullptr || schema->Deprecated())
    {
        FailOnnx(
            "operator " + QuoteOnnx(node.op_type()) +
            (domain.empty() ? "" : " of " + QuoteOnnx(domain)) + " is not one of ONNX" +
            (opset == opsets.end() ? "" : " in operator set " + std::to_string(opset->second)));
    }
    for (const auto& attribute : node.attribute())
    {
        if (attribute.has_g() || attribute.graphs_size() > 0 || attribute.has_sparse_tensor() ||
            attribute.sparse_tensors_size() > 0)
        {
            FailOnnx(Label(node) + ": control flow and sparse tensors are not supported");
        }
        CheckNumbers(node, attribute);
        if (attribute.has_t())
        {
            CheckTensor(attribute.t(), Label(node));
        }
        for (const auto& tensor : attribute.tensors())
        {
            CheckTensor(tensor, Label(node));
        }
    }
    schema->Verify(node);
}

/// @param model the model
/// @returns versions of the operator sets by domain
std::map<std::string, int64_t>
ReadOpsets(const onnx::ModelProto& model)
{
    const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    std::map<std::string, int64_t> opsets;
    for (const auto& import : model.opset_import())
    {
        const std::string domain = import.domain() == "ai.onnx" ? "" : import.domain();
        const auto range = known.find(domain);
        if (range == known.end())
        {
            continue; // an error only if a node is of it
        }
        if (import.version() < range->second.first || import.version() > range->second.second)
        {
            FailOnnx("operator set " + std::to_string(import.version()) + " is not one from " +
                     std::to_string(range->second.first) + " to " +
                     std::to_string(range->second.second) + ", which this build knows");
        }
        opsets[domain] = import.version();
    }
    if (opsets.empty())
    {
        FailOnnx("the operator set is not given");
    }
    return opsets;
}

} // namespace

std::string
QuoteOnnx(const std::string& name)
{
    return Quote(name);
}

void
FailOnnx(const std::string& what)
{
    throw std::invalid_argument(what);
}

bool
IsOnnxReal(int32_t type)
{
    return type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 ||
           type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE;
}

void
CheckOnnxModel(const onnx::ModelProto& model)
{
    if (!model.has_graph() || model.graph().node_size() == 0)
    {
        FailOnnx("no ONNX model: there is no graph with nodes in it");
    }
    const onnx::GraphProto& graph = model.graph();
    if (model.functions_size() > 0 || graph.sparse_initializer_size() > 0)
    {
        FailOnnx("functions of the model's own and sparse tensors are not supported");
    }
    const auto opsets = ReadOpsets(model);
    std::set<std::string> defined{""};
    for (const auto& input : graph.input())
    {
        if (!defined.insert(input.name()).second)
        {
            FailOnnx("input " + QuoteOnnx(input.name()) + " is not there once");
        }
    }
    std::set<std::string> initializers;
    for (const auto& tensor : graph.initializer())
    {
        if (!initializers.insert(tensor.name()).second)
        {
            FailOnnx("tensor " + QuoteOnnx(tensor.name()) + " is not given once");
        }
        CheckTensor(tensor, "tensor " + QuoteOnnx(tensor.name()));
        defined.insert(tensor.name());
    }
    std::set<std::string> made;
    for (const auto& node : graph.node())
    {
        made.insert(node.output().begin(), node.output().end());
    }
    for (const auto& node : graph.node())
    {
        CheckNode(node, opsets);
        for (const std::string& input : node.input())
        {
            if (defined.count(input) == 0)
            {
                FailOnnx(Label(node) + ": its input " + QuoteOnnx(input) + " is not defined" +
                         (made.count(input) > 0
                              ? " before it: the graph has a cycle or is not sorted"
                              : ""));
            }
        }
        for (const std::string& output : node.output())
        {
            if (!output.empty() && !defined.insert(output).second)
            {
                FailOnnx(Label(node) + ": its output " + QuoteOnnx(output) +
                         " is not defined once");
            }
        }
    }
    for (const auto& output : graph.output())
    {
        if (output.name().empty() || defined.count(output.name()) == 0)
        {
            FailOnnx("output " + QuoteOnnx(output.name()) + " is not computed");
        }
    }
}

} // namespace noma
} // namespace ns3
