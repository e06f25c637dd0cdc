/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-onnx.h"

#include "noma-onnx-check.h"
#include "noma-onnx-graph.h"

#include "ns3/noma-dnn-shape.h"
#include "ns3/noma-quote.h"

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
                all += (all.empty() ? "" : ", ") + OneLine(name);
            }
            FailOnnx("dim " + QuoteOnnx(item.first) + " is not one of the model's dynamic axes" +
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
            FailOnnx("input " + QuoteOnnx(input.name()) + " is not a tensor with a shape");
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
                    FailOnnx("input " + QuoteOnnx(input.name()) + ": axis " + std::to_string(axis) +
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
                FailOnnx("input " + QuoteOnnx(input.name()) + ": size " +
                         std::to_string(dim.dim_value()) + " is not from 1 to 16777216");
            }
        }
        // shape inference takes such an input for a shape, and its size for a number of axes
        if (shape.dim_size() == 1 && !IsOnnxReal(input.type().tensor_type().elem_type()) &&
            shape.dim(0).dim_value() > MAX_INDICES)
        {
            FailOnnx("input " + QuoteOnnx(input.name()) + ": " +
                     std::to_string(shape.dim(0).dim_value()) +
                     " integers along one axis are not at most " + std::to_string(MAX_INDICES));
        }
        if (shape.dim_size() > 3 && shape.dim(0).dim_value() != 1)
        {
            FailOnnx("input " + QuoteOnnx(input.name()) + ": batch " +
                     std::to_string(shape.dim(0).dim_value()) + " is not 1");
        }
    }
}

/// Infers shapes by ONNX's own rules. @param model the model
/// @throws std::exception if they contradict each other
void
Infer(onnx::ModelProto& model)
{
    onnx::shape_inference::InferShapes(model,
                                       onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(false, 1, true));
}

/**
 * Sees to it that the input of every Shape operator has a type: where the operators before it
 * contradict each other it has none, and ONNX's inference looks at it nevertheless.
 *
 * @param model the model
 */
void
CheckShapeInputs(const onnx::ModelProto& model)
{
    onnx::ModelProto before = model;
    onnx::GraphProto& graph = *before.mutable_graph();
    graph.clear_output();
    graph.clear_node();
    for (const auto& node : model.graph().node())
    {
        if (node.op_type() == "Shape")
        {
            Infer(before);
            std::set<std::string> known;
            for (const auto& tensor : graph.initializer())
            {
                known.insert(tensor.name());
            }
            for (const auto* values : {&graph.input(), &graph.value_info()})
            {
                for (const auto& value : *values)
                {
                    known.insert(value.has_type() ? value.name() : "");
                }
            }
            if (node.input(0).empty() || known.count(node.input(0)) == 0)
            {
                FailOnnx("the type of " + QuoteOnnx(node.input(0)) +
                         ", whose shape is asked for, is not known");
            }
        }
        *graph.add_node() = node;
    }
}

/**
 * Gives convolutions the sizes of their windows where they leave them out: shape inference then
 * takes them from the weights, and takes for granted that those have as many axes as the data.
 *
 * @param graph the graph, with sizes of its inputs
 */
void
FixWindows(onnx::GraphProto& graph)
{
    static const std::map<std::string, int> weights{{"Conv", 1},
                                                    {"ConvTranspose", 1},
                                                    {"ConvInteger", 1},
                                                    {"QLinearConv", 3}};
    std::map<std::string, std::vector<int64_t>> stored;
    for (const auto& input : graph.input())
    {
        for (const auto& dim : input.type().tensor_type().shape().dim())
        {
            stored[input.name()].push_back(dim.dim_value());
        }
    }
    for (const auto& tensor : graph.initializer())
    {
        stored[tensor.name()].assign(tensor.dims().begin(), tensor.dims().end());
    }
    for (auto& node : *graph.mutable_node())
    {
        const auto place = weights.find(node.op_type());
        if (place == weights.end() ||
            std::any_of(node.attribute().begin(), node.attribute().end(), [](const auto& a) {
                return a.name() == "kernel_shape";
            }))
        {
            continue;
        }
        const auto dims = node.input_size() > place->second ? stored.find(node.input(place->second))
                                                            : stored.end();
        if (dims == stored.end() || dims->second.size() < 2)
        {
            FailOnnx(node.op_type() + " " +
                     QuoteOnnx(node.output_size() > 0 ? node.output(0) : node.name()) +
                     ": its kernel_shape is neither given nor known from stored weights");
        }
        auto& window = *node.add_attribute();
        window.set_name("kernel_shape");
        window.set_type(onnx::AttributeProto::INTS);
        window.mutable_ints()->Add(dims->second.begin() + 2, dims->second.end());
    }
}

/// @param type its type
/// @returns a tensor
OnnxTensor
ToTensor(const onnx::TypeProto& type)
{
    OnnxTensor tensor;
    tensor.known = type.has_tensor_type() && type.tensor_type().has_shape();
    tensor.real = IsOnnxReal(type.tensor_type().elem_type());
    for (const auto& dim : type.tensor_type().shape().dim())
    {
        tensor.known = tensor.known && dim.has_dim_value() && dim.dim_value() >= 0;
        tensor.dims.push_back(dim.dim_value());
    }
    return tensor;
}

/// @param proto its data
/// @returns a tensor
OnnxTensor
ToTensor(const onnx::TensorProto& proto)
{
    OnnxTensor tensor;
    tensor.known = true;
    tensor.constant = true;
    tensor.real = IsOnnxReal(proto.data_type());
    tensor.dims.assign(proto.dims().begin(), proto.dims().end());
    tensor.roots = {proto.name()};
    return tensor;
}

/// @param proto the node
/// @returns a node
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
            FailOnnx("output " + QuoteOnnx(output) +
                     " does not depend on any input, and is not a result");
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
            FailOnnx("tensor " + QuoteOnnx(name) +
                     ": its shape is not known before the network runs");
        }
        uint64_t elements = 1;
        for (int64_t d : tensor.dims)
        {
            elements = DnnTimes(elements, static_cast<uint64_t>(d), "tensor " + QuoteOnnx(name));
        }
        if (elements == 0 && !tensor.constant)
        {
            FailOnnx("tensor " + QuoteOnnx(name) + ": size 0 is not from 1 on");
        }
    }
}

/// @param model the model, after inference
/// @returns the graph with shapes
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
        FailOnnx("not an ONNX file, or it is cut off");
    }
    try
    {
        CheckOnnxModel(model);
        onnx::GraphProto& graph = *model.mutable_graph();
        FixAxes(graph, sizes);
        FixWindows(graph);
        // shapes are inferred anew: exporters write symbols there
        graph.clear_value_info();
        for (auto& output : *graph.mutable_output())
        {
            output.clear_type();
        }
        for (auto& tensor : *graph.mutable_initializer())
        {
            if (IsOnnxReal(tensor.data_type()) && ToTensor(tensor).GetElements() > SMALL)
            {
                tensor.clear_raw_data();
                tensor.clear_float_data();
                tensor.clear_double_data();
            }
        }
        CheckShapeInputs(model);
        Infer(model);
        return BuildOnnxModel(ToGraph(model), name);
    }
    catch (const std::exception& e)
    {
        // ONNX's own errors may have many lines, and names of a file any character
        const bool own = dynamic_cast<const std::invalid_argument*>(&e) != nullptr;
        FailOnnx((own ? "" : "ONNX: ") + OneLine(e.what(), 400));
    }
}

} // namespace noma
} // namespace ns3
