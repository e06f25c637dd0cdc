/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-device-profile.h"

#include "ns3/noma-quote.h"

#include <algorithm>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// Bytes of an element: profiles are fitted in single precision.
constexpr double ELEMENT_BYTES = 4;

/// @param op the operator
/// @param in shape of its input
/// @returns kind of a convolution
DeviceKind
KindOfConv(const DnnOperator& op, const DnnShape& in)
{
    const DnnWindow& w = op.layer.window;
    if (op.layer.groups > 1)
    {
        return op.layer.groups == in.channels ? DeviceKind::DEPTHWISE : DeviceKind::CONV_GROUPED;
    }
    if (w.kernelHeight == 1 && w.kernelWidth == 1)
    {
        const bool single = op.output.height == 1 && op.output.width == 1;
        return single ? DeviceKind::FC : DeviceKind::CONV_1X1;
    }
    return w.kernelHeight == 3 && w.kernelWidth == 3 ? DeviceKind::CONV_3X3 : DeviceKind::CONV;
}

/// @param name its name, checked; empty = matmul
/// @returns kind of a custom layer
std::optional<DeviceKind>
KindOfCustom(const std::string& name)
{
    const auto& names = DeviceKindNames();
    const auto found = std::find(names.begin(), names.end(), name.empty() ? "matmul" : name);
    if (found == names.end())
    {
        return std::nullopt; // none
    }
    return static_cast<DeviceKind>(found - names.begin());
}

/// @param op the operator
/// @param in shape of its first input
/// @returns kind of an operator
std::optional<DeviceKind>
KindOf(const DnnOperator& op, const DnnShape& in)
{
    const bool single = op.output.height == 1 && op.output.width == 1;
    switch (op.layer.op)
    {
    case DnnOp::CONV:
        return KindOfConv(op, in);
    case DnnOp::TRANSPOSED_CONV:
        return DeviceKind::CONV;
    case DnnOp::FC:
        return DeviceKind::FC;
    case DnnOp::LINEAR:
        return single ? DeviceKind::FC : DeviceKind::CONV_1X1;
    case DnnOp::MAX_POOL:
    case DnnOp::AVG_POOL:
        return single ? DeviceKind::GLOBAL_POOL : DeviceKind::POOL;
    case DnnOp::GLOBAL_POOL:
        return DeviceKind::GLOBAL_POOL;
    case DnnOp::CONCAT:
        return DeviceKind::CONCAT;
    case DnnOp::ADD:
    case DnnOp::MUL:
    case DnnOp::SOFTMAX:
    case DnnOp::LRN:
    case DnnOp::LAYER_NORM:
    case DnnOp::GROUP_NORM:
    case DnnOp::REGION:
        return DeviceKind::ELEMENT_WISE;
    case DnnOp::RESIZE:
    case DnnOp::SLICE:
    case DnnOp::SPLIT:
    case DnnOp::GATHER:
    case DnnOp::PAD:
    case DnnOp::TRANSPOSE:
    case DnnOp::EMBEDDING:
        return DeviceKind::MOVE;
    case DnnOp::MATMUL:
    case DnnOp::ATTENTION:
    case DnnOp::LSTM:
    case DnnOp::GRU:
        return DeviceKind::MATMUL;
    case DnnOp::CUSTOM:
        return KindOfCustom(op.layer.detail.kind);
    default:
        return std::nullopt;
    }
}

/// @param op the operator
/// @param in shape of its first input
/// @returns learned elements that an operator reads
double
Weights(const DnnOperator& op, const DnnShape& in)
{
    const DnnLayer& layer = op.layer;
    switch (layer.op)
    {
    case DnnOp::CONV:
    case DnnOp::TRANSPOSED_CONV:
    case DnnOp::FC:
        return static_cast<double>(op.params) - (layer.bias ? layer.outputs : 0);
    case DnnOp::LINEAR: // tied weights are read as well
        return static_cast<double>(in.channels) * layer.outputs;
    case DnnOp::EMBEDDING: // one row for every index
        return static_cast<double>(op.output.GetElements());
    default:
        return static_cast<double>(op.params);
    }
}

} // namespace

const std::vector<std::string>&
DeviceKindNames()
{
    static const std::vector<std::string> names{"conv-1x1",
                                                "conv-3x3",
                                                "conv",
                                                "conv-grouped",
                                                "depthwise",
                                                "fc",
                                                "pool",
                                                "global-pool",
                                                "concat",
                                                "element-wise",
                                                "move",
                                                "matmul"};
    return names;
}

DeviceWork
GetDeviceWork(const DnnGraph& graph, std::size_t v)
{
    const auto& operators = graph.GetOperators();
    const DnnOperator& op = operators[v];
    if (op.parents.empty())
    {
        return {};
    }
    const DnnShape& in = operators[op.parents[0]].output;
    DeviceWork work;
    work.kind = KindOf(op, in);
    if (!work.kind)
    {
        return {};
    }
    work.flops = static_cast<double>(op.flops);
    double elements = static_cast<double>(op.output.GetElements()) + Weights(op, in);
    for (uint32_t p : op.parents)
    {
        DnnShape covered = operators[p].output;
        if (op.layer.op == DnnOp::CONV || op.layer.op == DnnOp::MAX_POOL ||
            op.layer.op == DnnOp::AVG_POOL)
        {
            const DnnWindow& w = op.layer.window;
            covered.height = static_cast<uint32_t>(
                std::min<uint64_t>(covered.height, uint64_t{op.output.height} * w.strideHeight));
            covered.width = static_cast<uint32_t>(
                std::min<uint64_t>(covered.width, uint64_t{op.output.width} * w.strideWidth));
        }
        elements += static_cast<double>(covered.GetElements());
    }
    if (op.layer.op == DnnOp::ATTENTION)
    {
        elements += static_cast<double>(op.layer.detail.past) *
                    (uint64_t{in.channels} + op.output.channels);
    }
    work.bytes = ELEMENT_BYTES * elements;
    return work;
}

std::vector<double>
PredictSeconds(const DeviceProfile& profile, const DnnGraph& graph)
{
    const auto& operators = graph.GetOperators();
    std::vector<double> seconds(operators.size(), 0);
    for (std::size_t v = 0; v < operators.size(); ++v)
    {
        const DeviceWork work = GetDeviceWork(graph, v);
        if (!work.kind)
        {
            continue;
        }
        const auto found = profile.kinds.find(*work.kind);
        if (found == profile.kinds.end())
        {
            throw std::invalid_argument(OneLine(profile.name) + ": the kind \"" +
                                        DeviceKindNames()[static_cast<std::size_t>(*work.kind)] +
                                        "\" is missing, and it is not optional for layer \"" +
                                        operators[v].layer.name + "\" of " + graph.GetName());
        }
        const DeviceTerms& terms = found->second;
        seconds[v] = terms.seconds +
                     (terms.flopsPerSecond > 0 ? work.flops / terms.flopsPerSecond : 0) +
                     (terms.bytesPerSecond > 0 ? work.bytes / terms.bytesPerSecond : 0);
    }
    return seconds;
}

DnnGraph
WithDeviceSeconds(const DnnGraph& graph, const DeviceProfile& device, const DeviceProfile& edge)
{
    const auto& operators = graph.GetOperators();
    if (operators[1].layer.deviceSeconds.has_value())
    {
        throw std::invalid_argument(graph.GetName() +
                                    ": has measured seconds, and is not to be given others");
    }
    std::vector<double> onDevice = PredictSeconds(device, graph);
    std::vector<double> onEdge = PredictSeconds(edge, graph);
    onDevice[1] += device.constantSeconds;
    onEdge.back() += edge.constantSeconds;
    std::vector<DnnLayer> layers;
    for (std::size_t v = 1; v < operators.size(); ++v)
    {
        layers.push_back(operators[v].layer);
        layers.back().deviceSeconds = onDevice[v];
        layers.back().edgeSeconds = onEdge[v];
    }
    return DnnGraph(graph.GetName(), operators[0].output, layers);
}

DeviceProfile
UniformDeviceProfile(double flopsPerSecond)
{
    DeviceProfile profile;
    profile.name = "uniform";
    for (std::size_t k = 0; k < DeviceKindNames().size(); ++k)
    {
        profile.kinds[static_cast<DeviceKind>(k)].flopsPerSecond = flopsPerSecond;
    }
    return profile;
}

} // namespace noma
} // namespace ns3
