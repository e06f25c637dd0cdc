/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-onnx-graph.h"

#include "ns3/noma-dnn-shape.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// @param v the size
/// @returns whether a size fits a field of a layer
bool
Fits(int64_t v)
{
    return v >= 0 && v <= DNN_MAX_SIZE;
}

/**
 * Fills in a window from attributes and shapes.
 *
 * @param node convolution or pool
 * @param kernel rows and columns of the window
 * @param in sizes of the input
 * @param out sizes of the output
 * @param window what to fill in
 * @returns whether it has one or two axes and all sizes fit
 */
bool
ReadWindow(const OnnxNode& node,
           std::vector<int64_t> kernel,
           const std::vector<int64_t>& in,
           const std::vector<int64_t>& out,
           DnnWindow& window)
{
    const std::size_t axes = kernel.size();
    if (axes < 1 || axes > 2 || in.size() != axes + 2 || out.size() != axes + 2)
    {
        return false;
    }
    const auto given = [&](const char* key, std::size_t n, int64_t usual) {
        std::vector<int64_t> values = node.Ints(key);
        return values.size() == n ? values : std::vector<int64_t>(n, usual);
    };
    auto stride = given("strides", axes, 1);
    auto dilation = given("dilations", axes, 1);
    auto pads = given("pads", 2 * axes, 0);
    auto added = given("output_padding", axes, 0);
    const auto found = node.texts.find("auto_pad");
    const std::string automatic = found == node.texts.end() ? "NOTSET" : found->second;
    for (std::size_t a = 0; a < axes; ++a)
    {
        for (int64_t v : {kernel[a], stride[a], dilation[a], pads[a], pads[a + axes], added[a]})
        {
            if (!Fits(v))
            {
                return false;
            }
        }
        if (automatic == "VALID")
        {
            pads[a] = pads[a + axes] = 0;
        }
        else if (automatic.rfind("SAME", 0) == 0)
        {
            // as much as the output's size needs; an odd row goes to the named side
            const int64_t span = (kernel[a] - 1) * dilation[a] + 1;
            const int64_t all =
                node.op == "ConvTranspose"
                    ? (in[a + 2] - 1) * stride[a] + added[a] + span - out[a + 2]
                    : std::max<int64_t>((out[a + 2] - 1) * stride[a] + span - in[a + 2], 0);
            if (!Fits(all))
            {
                return false;
            }
            pads[a] = automatic == "SAME_UPPER" ? all / 2 : all - all / 2;
            pads[a + axes] = all - pads[a];
        }
    }
    const auto set = [](const std::vector<int64_t>& v, uint32_t& rows, uint32_t& columns) {
        rows = static_cast<uint32_t>(v[0]);
        columns = v.size() > 1 ? static_cast<uint32_t>(v[1]) : columns;
    };
    set(kernel, window.kernelHeight, window.kernelWidth);
    set(stride, window.strideHeight, window.strideWidth);
    set(dilation, window.dilationHeight, window.dilationWidth);
    set(added, window.outputPaddingHeight, window.outputPaddingWidth);
    set({pads.begin(), pads.begin() + axes}, window.padTop, window.padLeft);
    set({pads.begin() + axes, pads.end()}, window.padBottom, window.padRight);
    window.ceil = node.Int("ceil_mode", 0) != 0;
    return true;
}

/// @returns operators that need nothing but their name
const std::map<std::string, DnnOp>&
Plain()
{
    static const std::map<std::string, DnnOp> plain{
        {"Relu", DnnOp::RELU},
        {"Clip", DnnOp::RELU},
        {"LeakyRelu", DnnOp::LEAKY},
        {"Sigmoid", DnnOp::SIGMOID},
        {"HardSigmoid", DnnOp::HARD_SIGMOID},
        {"HardSwish", DnnOp::HARD_SWISH},
        {"Tanh", DnnOp::TANH},
        {"BatchNormalization", DnnOp::BATCH_NORM},
        {"LayerNormalization", DnnOp::LAYER_NORM},
        {"Softmax", DnnOp::SOFTMAX},
        {"LRN", DnnOp::LRN},
        {"GlobalAveragePool", DnnOp::GLOBAL_POOL},
        {"GlobalMaxPool", DnnOp::GLOBAL_POOL},
        {"Identity", DnnOp::DROPOUT},
        {"Dropout", DnnOp::DROPOUT},
        {"Cast", DnnOp::DROPOUT},
        {"Add", DnnOp::ADD},
        {"Sum", DnnOp::ADD},
        {"Sub", DnnOp::ADD},
        {"Mul", DnnOp::MUL},
        {"Div", DnnOp::MUL},
    };
    return plain;
}

/// Fully connected layers. @param node Gemm or MatMul @param in sizes of its inputs
/// @param layer what to fill in
void
ReadProduct(const OnnxNode& node, const std::vector<OnnxTensor>& in, DnnLayer& layer)
{
    if (in.size() < 2 || in[0].constant || in[1].dims.size() != 2)
    {
        return;
    }
    if (!in[1].constant)
    {
        layer.op = in[0].dims.size() == 2 && node.op == "MatMul" ? DnnOp::MATMUL : DnnOp::CUSTOM;
        return;
    }
    const int64_t outputs = in[1].dims[node.Int("transB", 0) != 0 ? 0 : 1];
    uint64_t positions = 1;
    for (std::size_t i = 0; i + 1 < in[0].dims.size(); ++i)
    {
        positions *= static_cast<uint64_t>(in[0].dims[i]);
    }
    if (Fits(outputs) && node.Int("transA", 0) == 0)
    {
        layer.op = positions == 1 ? DnnOp::FC : DnnOp::LINEAR;
        layer.outputs = static_cast<uint32_t>(outputs);
        layer.bias = node.Has(2);
    }
}

} // namespace

DnnLayer
ToDnnLayer(const OnnxGraph& graph, const OnnxNode& node)
{
    DnnLayer layer;
    layer.op = DnnOp::CUSTOM;
    std::vector<OnnxTensor> in;
    for (const std::string& input : node.inputs)
    {
        in.push_back(input.empty() ? OnnxTensor() : graph.tensors.at(input));
    }
    const OnnxTensor& out = graph.tensors.at(node.outputs[0]);
    const auto plain = Plain().find(node.op);
    if (plain != Plain().end())
    {
        layer.op = plain->second;
    }
    else if ((node.op == "Conv" || node.op == "ConvTranspose") && in[1].dims.size() >= 3)
    {
        const bool conv = node.op == "Conv";
        const std::vector<int64_t> kernel(in[1].dims.begin() + 2, in[1].dims.end());
        const int64_t groups = node.Int("group", 1);
        if (ReadWindow(node, kernel, in[0].dims, out.dims, layer.window) && Fits(groups) &&
            in[1].constant && Fits(out.dims[1]))
        {
            layer.op = conv ? DnnOp::CONV : DnnOp::TRANSPOSED_CONV;
            layer.outputs = static_cast<uint32_t>(out.dims[1]);
            layer.groups = static_cast<uint32_t>(groups);
            layer.bias = node.Has(2);
        }
    }
    else if ((node.op == "MaxPool" || node.op == "AveragePool") &&
             ReadWindow(node, node.Ints("kernel_shape"), in[0].dims, out.dims, layer.window))
    {
        layer.op = node.op == "MaxPool" ? DnnOp::MAX_POOL : DnnOp::AVG_POOL;
    }
    else if (node.op == "Gemm" || node.op == "MatMul")
    {
        ReadProduct(node, in, layer);
    }
    else if (node.op == "InstanceNormalization" && in[0].dims.size() > 1 && Fits(in[0].dims[1]))
    {
        layer.op = DnnOp::GROUP_NORM;
        layer.groups = static_cast<uint32_t>(in[0].dims[1]);
    }
    else if (node.op == "Concat" && out.dims.size() == 4)
    {
        const int64_t axis = node.Int("axis", 1);
        const int64_t place = axis < 0 ? axis + 4 : axis;
        if (place >= 1 && place <= 3)
        {
            layer.op = DnnOp::CONCAT;
            layer.detail.axis = static_cast<DnnAxis>(place - 1);
        }
    }
    else if ((node.op == "Resize" || node.op == "Upsample") && out.dims.size() == 4 &&
             Fits(out.dims[2]) && Fits(out.dims[3]))
    {
        layer.op = DnnOp::RESIZE;
        layer.detail.shape.height = static_cast<uint32_t>(out.dims[2]);
        layer.detail.shape.width = static_cast<uint32_t>(out.dims[3]);
    }
    else if (node.op == "Reshape" || node.op == "Flatten" || node.op == "Squeeze" ||
             node.op == "Unsqueeze")
    {
        layer.op = DnnOp::RESHAPE;
    }
    else if (node.op == "Gather" && in[0].constant && in[0].dims.size() == 2 &&
             node.Int("axis", 0) == 0 && Fits(in[0].dims[1]))
    {
        layer.op = DnnOp::EMBEDDING;
        layer.outputs = static_cast<uint32_t>(in[0].dims[1]);
        layer.detail.entries = static_cast<uint32_t>(std::min<int64_t>(in[0].dims[0], 4294967294));
    }
    else if ((node.op == "LSTM" || node.op == "GRU") && Fits(node.Int("hidden_size", -1)))
    {
        const auto direction = node.texts.find("direction");
        layer.op = node.op == "LSTM" ? DnnOp::LSTM : DnnOp::GRU;
        layer.outputs = static_cast<uint32_t>(node.Int("hidden_size", 1));
        layer.bias = node.Has(3);
        layer.detail.bidirectional =
            direction != node.texts.end() && direction->second == "bidirectional";
    }
    return layer;
}

} // namespace noma
} // namespace ns3
