/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Runs networks through OpenCV's dnn module, which says what each layer took.
 */
#include "noma-measure-net.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// Numbers of one range and seed. @param sizes sizes @returns them
cv::Mat
RandomBlob(const std::vector<int>& sizes)
{
    cv::Mat blob(sizes, CV_32F);
    cv::RNG rng(1);
    rng.fill(blob, cv::RNG::UNIFORM, -0.1, 0.1);
    return blob;
}

/// Sets window, stride and padding. @param [in,out] p parameters @param w window
void
SetWindow(cv::dnn::LayerParams& p, const DnnWindow& w)
{
    const auto set = [&p](const char* key, uint32_t value) { p.set(key, static_cast<int>(value)); };
    set("kernel_h", w.kernelHeight);
    set("kernel_w", w.kernelWidth);
    set("stride_h", w.strideHeight);
    set("stride_w", w.strideWidth);
    set("pad_t", w.padTop);
    set("pad_b", w.padBottom);
    set("pad_l", w.padLeft);
    set("pad_r", w.padRight);
    set("dilation_h", w.dilationHeight);
    set("dilation_w", w.dilationWidth);
    p.set("ceil_mode", w.ceil);
}

/// Describes a convolution or a fully connected layer. @param [in,out] p parameters
/// @param op operator @param in its input
void
SetWeights(cv::dnn::LayerParams& p, const DnnOperator& op, const DnnShape& in)
{
    const DnnLayer& layer = op.layer;
    const int outputs = static_cast<int>(layer.outputs);
    p.set("num_output", outputs);
    p.set("bias_term", layer.bias);
    if (layer.op == DnnOp::CONV)
    {
        SetWindow(p, layer.window);
        p.set("group", static_cast<int>(layer.groups));
        p.blobs.push_back(RandomBlob({outputs,
                                      static_cast<int>(in.channels / layer.groups),
                                      static_cast<int>(layer.window.kernelHeight),
                                      static_cast<int>(layer.window.kernelWidth)}));
    }
    else
    {
        p.set("axis", 1);
        p.blobs.push_back(RandomBlob({outputs, static_cast<int>(in.GetElements())}));
    }
    if (layer.bias)
    {
        p.blobs.push_back(RandomBlob({1, outputs}));
    }
}

/// @param op operator
/// @param [in,out] p its parameters
/// @returns type of the layer, empty if there is none
std::string
TypeOf(const DnnOperator& op, cv::dnn::LayerParams& p)
{
    switch (op.layer.op)
    {
    case DnnOp::CONV:
        return "Convolution";
    case DnnOp::FC:
        return "InnerProduct";
    case DnnOp::MAX_POOL:
    case DnnOp::AVG_POOL:
        p.set("pool", op.layer.op == DnnOp::MAX_POOL ? "max" : "ave");
        SetWindow(p, op.layer.window);
        return "Pooling";
    case DnnOp::GLOBAL_POOL:
        p.set("pool", "ave");
        p.set("global_pooling", true);
        return "Pooling";
    case DnnOp::LEAKY:
        p.set("negative_slope", 0.1);
        return "ReLU";
    case DnnOp::RELU:
        return "ReLU";
    case DnnOp::SIGMOID:
        return "Sigmoid";
    case DnnOp::SILU:
        return "Swish";
    case DnnOp::TANH:
        return "TanH";
    case DnnOp::ADD:
        p.set("operation", "sum");
        return "Eltwise";
    case DnnOp::CONCAT:
        p.set("axis", 1);
        return "Concat";
    case DnnOp::SOFTMAX:
        return "Softmax";
    case DnnOp::FLATTEN:
        return "Flatten";
    case DnnOp::LRN:
        return "LRN";
    case DnnOp::BATCH_NORM: // folded into the convolution before it
    case DnnOp::DROPOUT:
        return "Identity";
    default:
        return "";
    }
}

} // namespace

std::string
MeasuringLibrary()
{
    return "OpenCV " + cv::getVersionString();
}

NetTimes
MeasureNet(const DnnGraph& graph, uint32_t runs, uint32_t threads)
{
    cv::setNumThreads(static_cast<int>(threads));
    const auto& operators = graph.GetOperators();
    cv::dnn::Net net;
    std::vector<int> ids(operators.size(), 0);
    for (std::size_t v = 1; v < operators.size(); ++v)
    {
        const DnnOperator& op = operators[v];
        cv::dnn::LayerParams p;
        p.name = op.layer.name;
        p.type = TypeOf(op, p);
        const bool axis = op.layer.op == DnnOp::CONCAT && op.layer.detail.axis != DnnAxis::CHANNELS;
        if (p.type.empty() || axis)
        {
            throw std::invalid_argument(graph.GetName() + ": layer \"" + op.layer.name +
                                        "\" is of a kind that is not measured, " +
                                        DnnOpName(op.layer.op));
        }
        if (op.layer.op == DnnOp::CONV || op.layer.op == DnnOp::FC)
        {
            SetWeights(p, op, operators[op.parents[0]].output);
        }
        ids[v] = net.addLayer(p.name, p.type, p);
        for (std::size_t i = 0; i < op.parents.size(); ++i)
        {
            net.connect(ids[op.parents[i]], 0, ids[v], static_cast<int>(i));
        }
    }
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    const DnnShape& in = operators[0].output;
    net.setInput(RandomBlob({1,
                             static_cast<int>(in.channels),
                             static_cast<int>(in.height),
                             static_cast<int>(in.width)}));
    net.forward();
    const double frequency = cv::getTickFrequency();
    std::vector<std::vector<double>> times(operators.size());
    std::vector<double> totals;
    for (uint32_t run = 0; run < runs; ++run)
    {
        const int64_t begin = cv::getTickCount();
        net.forward();
        totals.push_back(static_cast<double>(cv::getTickCount() - begin) / frequency);
        std::vector<double> ticks;
        net.getPerfProfile(ticks);
        for (std::size_t v = 1; v < operators.size(); ++v)
        {
            times[v].push_back(ticks.at(static_cast<std::size_t>(ids[v] - 1)) / frequency);
        }
    }
    NetTimes result;
    result.seconds.assign(operators.size(), 0);
    for (std::size_t v = 1; v < operators.size(); ++v)
    {
        result.seconds[v] = Median(times[v]);
    }
    result.total = Median(totals);
    return result;
}

} // namespace noma
} // namespace ns3
