/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-onnx.h"

#include "noma-onnx-graph.h"

#include "ns3/noma-dnn-shape.h"

#include <algorithm>
#include <limits>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#include <set>
#include <stdexcept>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// Constants of no more elements keep their values: shapes and factors are small.
constexpr uint64_t SMALL = 4096;

/// Most integers of an input of one axis.
constexpr int64_t MAX_INDICES = 4096;

/// @returns a name for an error, of this length at most @param name the name
std::string
Quote(const std::string& name)
{
    return "\"" + name.substr(0, 64) + "\"";
}

/// @returns a node for an error @param node the node
std::string
Label(const onnx::NodeProto& node)
{
    return node.op_type().substr(0, 64) + " " +
           Quote(node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name());
}

/// Fails. @param what one line
[[noreturn]] void
Fail(const std::string& what)
{
    throw std::invalid_argument(what);
}

/// @returns bytes of an element, 0 = none or not known @param type a TensorProto::DataType
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

/// @returns whether elements are floating-point numbers @param type a TensorProto::DataType
bool
IsReal(int32_t type)
{
    return type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 ||
           type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE;
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
            Fail(what + ": size " + std::to_string(d) + " is not a size");
        }
        elements = DnnTimes(elements, static_cast<uint64_t>(d), what);
    }
    if (tensor.has_segment())
    {
        Fail(what + ": data in segments are not supported");
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
        Fail(what + ": has " + std::to_string(found) + " of " + std::to_string(elements) +
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
            Fail(Label(node) + ": " + attribute.name() + " " + std::to_string(v) +
                 " is not from 1 to 65536");
        }
        if (axis && v != -1)
        {
            Fail(Label(node) + ": axis " + std::to_string(v) +
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
        Fail("operator " + Quote(node.op_type()) + (domain.empty() ? "" : " of " + Quote(domain)) +
             " is not one of ONNX" +
             (opset == opsets.end() ? "" : " in operator set " + std::to_string(opset->second)));
    }
    for (const auto& attribute : node.attribute())
    {
        if (attribute.has_g() || attribute.graphs_size() > 0 || attribute.has_sparse_tensor() ||
            attribute.sparse_tensors_size() > 0)
        {
            Fail(Label(node) + ": control flow and sparse tensors are not supported");
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

/// @returns versions of the operator sets by domain @param model the model
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
            Fail("operator set " + std::to_string(import.version()) + " is not one from " +
                 std::to_string(range->second.first) + " to " +
                 std::to_string(range->second.second) + ", which this build knows");
        }
        opsets[domain] = import.version();
    }
    if (opsets.empty())
    {
        Fail("the operator set is not given");
    }
    return opsets;
}

/// Checks what shape inference takes for granted, and the order of nodes. @param model the model
void
CheckModel(const onnx::ModelProto& model)
{
    if (!model.has_graph() || model.graph().node_size() == 0)
    {
        Fail("no ONNX model: there is no graph with nodes in it");
    }
    const onnx::GraphProto& graph = model.graph();
    if (model.functions_size() > 0 || graph.sparse_initializer_size() > 0)
    {
        Fail("functions of the model's own and sparse tensors are not supported");
    }
    const auto opsets = ReadOpsets(model);
    std::set<std::string> defined{""};
    for (const auto& input : graph.input())
    {
        if (!defined.insert(input.name()).second)
        {
            Fail("input " + Quote(input.name()) + " is not there once");
        }
    }
    std::set<std::string> initializers;
    for (const auto& tensor : graph.initializer())
    {
        if (!initializers.insert(tensor.name()).second)
        {
            Fail("tensor " + Quote(tensor.name()) + " is not given once");
        }
        CheckTensor(tensor, "tensor " + Quote(tensor.name()));
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
                Fail(Label(node) + ": its input " + Quote(input) + " is not defined" +
                     (made.count(input) > 0 ? " before it: the graph has a cycle or is not sorted"
                                            : ""));
            }
        }
        for (const std::string& output : node.output())
        {
            if (!output.empty() && !defined.insert(output).second)
            {
                Fail(Label(node) + ": its output " + Quote(output) + " is not defined once");
            }
        }
    }
    for (const auto& output : graph.output())
    {
        if (output.name().empty() || defined.count(output.name()) == 0)
        {
            Fail("output " + Quote(output.name()) + " is not computed");
        }
    }
}

/**
 * Gives dynamic axes of the inputs their sizes.
 *
 * @param graph the graph
 * @param sizes sizes by name
 */
void
FixAxes(onnx::GraphProto& graph, const OnnxSizes& sizes)
{
    std::set<std::string> constant;
    for (const auto& tensor : graph.initializer())
    {
        constant.insert(tensor.name());
    }
    std::set<std::string> names;
    std::map<std::string, int64_t> known(sizes.begin(), sizes.end());
    for (const auto& input : graph.input())
    {
        const auto& shape = input.type().tensor_type().shape();
        for (int axis = 0; axis < shape.dim_size() && constant.count(input.name()) == 0; ++axis)
        {
            if (!shape.dim(axis).dim_param().empty())
            {
                names.insert(shape.dim(axis).dim_param());
                if (axis == 0)
                {
                    known.emplace(shape.dim(axis).dim_param(), 1); // the batch
                }
            }
        }
    }
    for (const auto& item : sizes)
    {
        if (names.count(item.first) == 0)
        {
            std::string all;
            for (const std::string& name : names)
            {
                all += (all.empty() ? "" : ", ") + name.substr(0, 64);
            }
            Fail("dim " + Quote(item.first) + " is not one of the model's dynamic axes" +
                 (all.empty() ? ", of which there are none" : ": " + all));
        }
    }
    for (auto& input : *graph.mutable_input())
    {
        if (constant.count(input.name()) > 0)
        {
            continue;
        }
        if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape())
        {
            Fail("input " + Quote(input.name()) + " is not a tensor with a shape");
        }
        auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
        for (int axis = 0; axis < shape.dim_size(); ++axis)
        {
            auto& dim = *shape.mutable_dim(axis);
            if (!dim.has_dim_value())
            {
                const auto found = known.find(dim.dim_param());
                if (found == known.end() && !(axis == 0 && dim.dim_param().empty()))
                {
                    Fail("input " + Quote(input.name()) + ": axis " + std::to_string(axis) +
                         (dim.dim_param().empty()
                              ? " has no size and no name"
                              : " (" + dim.dim_param().substr(0, 64) +
                                    ") is dynamic and its size is not given: --dim " +
                                    dim.dim_param().substr(0, 64) + "=N"));
                }
                dim.set_dim_value(found == known.end() ? 1 : found->second);
            }
            if (dim.dim_value() < 1 || dim.dim_value() > DNN_MAX_SIZE)
            {
                Fail("input " + Quote(input.name()) + ": size " + std::to_string(dim.dim_value()) +
                     " is not from 1 to 16777216");
            }
        }
        // shape inference takes such an input for a shape, and its size for a number of axes
        if (shape.dim_size() == 1 && !IsReal(input.type().tensor_type().elem_type()) &&
            shape.dim(0).dim_value() > MAX_INDICES)
        {
            Fail("input " + Quote(input.name()) + ": " + std::to_string(shape.dim(0).dim_value()) +
                 " integers along one axis are not at most " + std::to_string(MAX_INDICES));
        }
        if (shape.dim_size() > 3 && shape.dim(0).dim_value() != 1)
        {
            Fail("input " + Quote(input.name()) + ": batch " +
                 std::to_string(shape.dim(0).dim_value()) + " is not 1");
        }
    }
}

/// @returns a tensor @param type its type
OnnxTensor
ToTensor(const onnx::TypeProto& type)
{
    OnnxTensor tensor;
    tensor.known = type.has_tensor_type() && type.tensor_type().has_shape();
    tensor.real = IsReal(type.tensor_type().elem_type());
    for (const auto& dim : type.tensor_type().shape().dim())
    {
        tensor.known = tensor.known && dim.has_dim_value() && dim.dim_value() >= 0;
        tensor.dims.push_back(dim.dim_value());
    }
    return tensor;
}

/// @returns a tensor @param proto its data
OnnxTensor
ToTensor(const onnx::TensorProto& proto)
{
    OnnxTensor tensor;
    tensor.known = true;
    tensor.constant = true;
    tensor.real = IsReal(proto.data_type());
    tensor.dims.assign(proto.dims().begin(), proto.dims().end());
    tensor.roots = {proto.name()};
    return tensor;
}

/// @returns a node @param proto the node
OnnxNode
ToNode(const onnx::NodeProto& proto)
{
    OnnxNode node;
    node.name = proto.name();
    node.op = proto.op_type();
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    for (const auto& attribute : proto.attribute())
    {
        if (attribute.type() == onnx::AttributeProto::INT)
        {
            node.ints[attribute.name()] = {attribute.i()};
        }
        else if (attribute.type() == onnx::AttributeProto::INTS)
        {
            node.ints[attribute.name()].assign(attribute.ints().begin(), attribute.ints().end());
        }
        else if (attribute.type() == onnx::AttributeProto::STRING)
        {
            node.texts[attribute.name()] = attribute.s();
        }
    }
    return node;
}

/// Marks what is constant and what is needed, and drops the rest. @param graph the graph
void
MarkTensors(OnnxGraph& graph)
{
    static const std::set<std::string> fixed{"Shape",
                                             "Size",
                                             "RandomNormal",
                                             "RandomUniform",
                                             "EyeLike",
                                             "RandomNormalLike",
                                             "RandomUniformLike"};
    for (const OnnxNode& node : graph.nodes)
    {
        const bool constant =
            fixed.count(node.op) > 0 ||
            std::all_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& input) {
                return input.empty() || graph.tensors[input].constant;
            });
        std::set<std::string> roots;
        for (const std::string& input : node.inputs)
        {
            const OnnxTensor& tensor = graph.tensors[input];
            if (constant && (tensor.real || node.op == "DequantizeLinear" || node.op == "Cast"))
            {
                roots.insert(tensor.roots.begin(), tensor.roots.end());
            }
        }
        for (const std::string& output : node.outputs)
        {
            graph.tensors[output].constant = constant;
            graph.tensors[output].roots = roots.empty() ? std::set<std::string>{output} : roots;
        }
    }
    for (const std::string& output : graph.outputs)
    {
        if (graph.tensors[output].constant)
        {
            Fail("output " + Quote(output) + " does not depend on any input, and is not a result");
        }
        graph.tensors[output].live = true;
    }
    std::vector<OnnxNode> nodes;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node)
    {
        bool live = false;
        for (const std::string& output : node->outputs)
        {
            const OnnxTensor& tensor = graph.tensors[output];
            live = live || (tensor.live && !tensor.constant);
        }
        if (live)
        {
            for (const std::string& input : node->inputs)
            {
                graph.tensors[input].live = true;
            }
            nodes.push_back(*node);
        }
    }
    std::reverse(nodes.begin(), nodes.end());
    graph.nodes = std::move(nodes);
    graph.inputs.erase(
        std::remove_if(graph.inputs.begin(),
                       graph.inputs.end(),
                       [&](const std::string& input) { return !graph.tensors[input].live; }),
        graph.inputs.end());
}

/// Checks that shapes came out. @param graph the graph
void
CheckShapes(const OnnxGraph& graph)
{
    for (const auto& [name, tensor] : graph.tensors)
    {
        if (!tensor.live || name.empty())
        {
            continue;
        }
        if (!tensor.known)
        {
            Fail("tensor " + Quote(name) + ": its shape is not known before the network runs");
        }
        uint64_t elements = 1;
        for (int64_t d : tensor.dims)
        {
            elements = DnnTimes(elements, static_cast<uint64_t>(d), "tensor " + Quote(name));
        }
        if (elements == 0 && !tensor.constant)
        {
            Fail("tensor " + Quote(name) + ": size 0 is not from 1 on");
        }
    }
}

/// @returns the graph with shapes @param model the model, after inference
OnnxGraph
ToGraph(const onnx::ModelProto& model)
{
    OnnxGraph graph;
    const onnx::GraphProto& proto = model.graph();
    for (const auto* list : {&proto.value_info(), &proto.output(), &proto.input()})
    {
        for (const auto& info : *list)
        {
            graph.tensors[info.name()] = ToTensor(info.type());
        }
    }
    for (const auto& tensor : proto.initializer())
    {
        graph.tensors[tensor.name()] = ToTensor(tensor);
    }
    for (const auto& input : proto.input())
    {
        if (!graph.tensors[input.name()].constant)
        {
            graph.inputs.push_back(input.name());
        }
    }
    for (const auto& node : proto.node())
    {
        graph.nodes.push_back(ToNode(node));
    }
    for (const auto& output : proto.output())
    {
        if (std::find(graph.outputs.begin(), graph.outputs.end(), output.name()) ==
            graph.outputs.end())
        {
            graph.outputs.push_back(output.name());
        }
    }
    MarkTensors(graph);
    CheckShapes(graph);
    return graph;
}

} // namespace

bool
HasOnnx()
{
    return true;
}

OnnxModel
ParseOnnx(const std::string& bytes, const std::string& name, const OnnxSizes& sizes)
{
    onnx::ModelProto model;
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    {
        Fail("not an ONNX file, or it is cut off");
    }
    try
    {
        CheckModel(model);
        onnx::GraphProto& graph = *model.mutable_graph();
        FixAxes(graph, sizes);
        // shapes are inferred anew: exporters write symbols there
        graph.clear_value_info();
        for (auto& output : *graph.mutable_output())
        {
            output.clear_type();
        }
        for (auto& tensor : *graph.mutable_initializer())
        {
            if (IsReal(tensor.data_type()) && ToTensor(tensor).GetElements() > SMALL)
            {
                tensor.clear_raw_data();
                tensor.clear_float_data();
                tensor.clear_double_data();
            }
        }
        onnx::shape_inference::InferShapes(model,
                                           onnx::OpSchemaRegistry::Instance(),
                                           onnx::ShapeInferenceOptions(false, 1, true));
        return BuildOnnxModel(ToGraph(model), name);
    }
    catch (const std::exception& e)
    {
        // ONNX's own errors may have many lines, and names of a file any character
        std::string what = e.what();
        std::replace(what.begin(), what.end(), '\n', ' ');
        const bool own = dynamic_cast<const std::invalid_argument*>(&e) != nullptr;
        Fail((own ? "" : "ONNX: ") + what.substr(0, 400));
    }
}

} // namespace noma
} // namespace ns3
