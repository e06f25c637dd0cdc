/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-shape.h"

#include "ns3/noma-check.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Most rows or columns of padding.
constexpr uint32_t MAX_PADDING = 65536;

/**
 * @param in rows (or columns) of the input
 * @param kernel rows that the window spans
 * @param stride step
 * @param before padding before
 * @param after padding after
 * @param ceil whether a last window may hang over the edge
 * @param op the operator, for the error
 * @param shape shape of the input, for the error
 * @returns rows of the output
 */
uint32_t
WindowOutput(uint32_t in,
             uint64_t kernel,
             uint32_t stride,
             uint32_t before,
             uint32_t after,
             bool ceil,
             const DnnOperator& op,
             const DnnShape& shape)
{
    const uint64_t padded = uint64_t{in} + before + after;
    if (padded < kernel)
    {
        throw std::invalid_argument(op.layer.name + ": input " + shape.ToString() +
                                    " is not at least as large as the window " +
                                    std::to_string(op.layer.window.kernelHeight) + "x" +
                                    std::to_string(op.layer.window.kernelWidth));
    }
    const uint64_t slack = padded - kernel;
    uint64_t out = (ceil ? (slack + stride - 1) / stride : slack / stride) + 1;
    // a window that would start in the padding behind the input sees nothing of it
    if (ceil && (out - 1) * stride >= uint64_t{in} + before)
    {
        --out;
    }
    return static_cast<uint32_t>(out);
}

/// Checks a window. @param layer the layer
void
CheckWindow(const DnnLayer& layer)
{
    const DnnWindow& w = layer.window;
    const char* positive = "an integer from 1 to 16777216";
    for (uint32_t v : {w.kernelHeight, w.kernelWidth})
    {
        CheckRange(v, 1, DNN_MAX_SIZE, positive, layer.name, ".kernel");
    }
    for (uint32_t v : {w.strideHeight, w.strideWidth})
    {
        CheckRange(v, 1, DNN_MAX_SIZE, positive, layer.name, ".stride");
    }
    for (uint32_t v : {w.dilationHeight, w.dilationWidth})
    {
        CheckRange(v, 1, DNN_MAX_SIZE, positive, layer.name, ".dilation");
    }
    // a window of a pool that lies in the padding has no maximum and no mean; convolutions see
    // zeros
    const bool pool = layer.op == DnnOp::MAX_POOL || layer.op == DnnOp::AVG_POOL;
    const char* allowed = pool ? "below the kernel size" : "an integer from 0 to 65536";
    for (uint32_t v : {w.padTop, w.padBottom})
    {
        CheckRange(v, 0, pool ? w.kernelHeight - 1 : MAX_PADDING, allowed, layer.name, ".padding");
    }
    for (uint32_t v : {w.padLeft, w.padRight})
    {
        CheckRange(v, 0, pool ? w.kernelWidth - 1 : MAX_PADDING, allowed, layer.name, ".padding");
    }
}

/// @param kernel its rows
/// @param dilation step between them
/// @returns rows that a window spans
uint64_t
Span(uint32_t kernel, uint32_t dilation)
{
    return uint64_t{kernel - 1} * dilation + 1;
}

/// Sets height and width behind a window. @param op the operator @param in shape of its input
void
Slide(DnnOperator& op, const DnnShape& in)
{
    CheckWindow(op.layer);
    const DnnWindow& w = op.layer.window;
    op.output.height = WindowOutput(in.height,
                                    Span(w.kernelHeight, w.dilationHeight),
                                    w.strideHeight,
                                    w.padTop,
                                    w.padBottom,
                                    w.ceil,
                                    op,
                                    in);
    op.output.width = WindowOutput(in.width,
                                   Span(w.kernelWidth, w.dilationWidth),
                                   w.strideWidth,
                                   w.padLeft,
                                   w.padRight,
                                   w.ceil,
                                   op,
                                   in);
}

/// Checks output channels and groups. @param layer a convolution @param in shape of its input
void
CheckChannels(const DnnLayer& layer, const DnnShape& in)
{
    CheckRange(layer.outputs,
               1,
               DNN_MAX_SIZE,
               "an integer from 1 to 16777216",
               layer.name,
               ".outputs");
    CheckRange(layer.groups,
               1,
               DNN_MAX_SIZE,
               "an integer from 1 to 16777216",
               layer.name,
               ".groups");
    if (in.channels % layer.groups != 0 || layer.outputs % layer.groups != 0)
    {
        ThrowInvalid(layer.groups,
                     "a divisor of both input and output channels",
                     layer.name,
                     ".groups");
    }
}

/// Convolution. @param op the operator @param in shape of its input
void
InferConv(DnnOperator& op, const DnnShape& in)
{
    const DnnLayer& layer = op.layer;
    CheckChannels(layer, in);
    Slide(op, in);
    op.output.channels = layer.outputs;
    const uint64_t taps =
        DnnTimes(DnnTimes(layer.window.kernelHeight, layer.window.kernelWidth, layer.name),
                 in.channels / layer.groups,
                 layer.name);
    op.params = DnnTimes(taps, layer.outputs, layer.name) + (layer.bias ? layer.outputs : 0);
    op.macs = DnnTimes(DnnTimes(taps, op.output.height, layer.name),
                       DnnTimes(op.output.width, op.output.channels, layer.name),
                       layer.name);
    op.flops = 2 * op.macs;
}

/// @param shape a shape
/// @param axis the axis
/// @returns size along an axis, to read or set
uint32_t&
Along(DnnShape& shape, DnnAxis axis)
{
    return axis == DnnAxis::CHANNELS ? shape.channels
           : axis == DnnAxis::HEIGHT ? shape.height
                                     : shape.width;
}

/// Sum, product and concatenation. @param op the operator @param inputs shapes of its inputs
void
InferJoin(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    op.output = inputs[0];
    const DnnAxis axis = op.layer.detail.axis;
    const bool concat = op.layer.op == DnnOp::CONCAT;
    uint64_t along = 0;
    for (DnnShape in : inputs)
    {
        DnnShape same = inputs[0];
        if (concat)
        {
            along += Along(in, axis);
            Along(same, axis) = Along(in, axis);
        }
        // a product may stretch what has one channel, row or column
        const bool stretch = op.layer.op == DnnOp::MUL;
        const auto fits = [&](uint32_t a, uint32_t b) { return a == b || (stretch && a == 1); };
        if (!fits(in.channels, same.channels) || !fits(in.height, same.height) ||
            !fits(in.width, same.width))
        {
            throw std::invalid_argument(op.layer.name + ": input " + in.ToString() +
                                        " is not of the shape of the first, " +
                                        inputs[0].ToString());
        }
    }
    if (concat)
    {
        CheckRange(static_cast<double>(along),
                   1,
                   DNN_MAX_SIZE,
                   axis == DnnAxis::CHANNELS ? "at most 16777216 channels in all"
                                             : "at most 16777216 rows or columns in all",
                   op.layer.name);
        Along(op.output, axis) = static_cast<uint32_t>(along);
    }
    else
    {
        op.flops = DnnTimes(op.output.GetElements(), inputs.size() - 1, op.layer.name);
    }
}

/// Transposed convolution. @param op the operator @param in shape of its input
void
InferTransposedConv(DnnOperator& op, const DnnShape& in)
{
    const DnnLayer& layer = op.layer;
    const DnnWindow& w = layer.window;
    CheckChannels(layer, in);
    CheckWindow(layer);
    const auto extent = [&](uint32_t size,
                            uint32_t kernel,
                            uint32_t dilation,
                            uint32_t stride,
                            uint64_t padding,
                            uint32_t outputPadding) {
        CheckRange(outputPadding,
                   0,
                   std::max(stride, dilation) - 1,
                   "below stride or dilation",
                   layer.name,
                   ".outputPadding");
        const uint64_t full = uint64_t{size - 1} * stride + uint64_t{kernel - 1} * dilation + 1;
        if (full + outputPadding <= padding || full + outputPadding - padding > DNN_MAX_SIZE)
        {
            throw std::invalid_argument(layer.name + ": input " + in.ToString() +
                                        " does not leave from 1 to 16777216 rows and columns");
        }
        return static_cast<uint32_t>(full + outputPadding - padding);
    };
    op.output = {layer.outputs,
                 extent(in.height,
                        w.kernelHeight,
                        w.dilationHeight,
                        w.strideHeight,
                        uint64_t{w.padTop} + w.padBottom,
                        w.outputPaddingHeight),
                 extent(in.width,
                        w.kernelWidth,
                        w.dilationWidth,
                        w.strideWidth,
                        uint64_t{w.padLeft} + w.padRight,
                        w.outputPaddingWidth)};
    // every element of the input meets every tap
    const uint64_t taps = DnnTimes(DnnTimes(w.kernelHeight, w.kernelWidth, layer.name),
                                   layer.outputs / layer.groups,
                                   layer.name);
    op.params = DnnTimes(taps, in.channels, layer.name) + (layer.bias ? layer.outputs : 0);
    op.macs = DnnTimes(taps, in.GetElements(), layer.name);
    op.flops = 2 * op.macs;
}

/// Checks the number of inputs. @param layer the layer @param count their number
void
CheckInputs(const DnnLayer& layer, std::size_t count)
{
    switch (layer.op)
    {
    case DnnOp::INPUT:
        if (count != 0)
        {
            ThrowInvalid(count, "no inputs", layer.name, ".inputs");
        }
        break;
    case DnnOp::ADD:
    case DnnOp::MUL:
    case DnnOp::CONCAT:
    case DnnOp::RESULTS:
        if (count < 2)
        {
            ThrowInvalid(count, "at least two inputs", layer.name, ".inputs");
        }
        break;
    case DnnOp::CUSTOM:
        if (count < 1)
        {
            ThrowInvalid(count, "at least one input", layer.name, ".inputs");
        }
        break;
    case DnnOp::MATMUL:
        if (count != 2)
        {
            ThrowInvalid(count, "two inputs", layer.name, ".inputs");
        }
        break;
    case DnnOp::ATTENTION:
        if (count != 3)
        {
            ThrowInvalid(count, "three inputs: queries, keys, values", layer.name, ".inputs");
        }
        break;
    default:
        if (count != 1)
        {
            ThrowInvalid(count, "one input", layer.name, ".inputs");
        }
    }
}

/// Keeps the tensor itself countable. @param op the operator
void
CheckTensor(const DnnOperator& op)
{
    const std::string& name = op.layer.name;
    DnnTimes(DnnTimes(op.output.channels, op.output.height, name), op.output.width, name);
}

} // namespace

uint64_t
DnnTimes(uint64_t a, uint64_t b, const std::string& name)
{
    // so that sums over all layers stay exact in 64 bits
    constexpr uint64_t max = uint64_t{1} << 48;
    if (a != 0 && b > max / a)
    {
        throw std::invalid_argument(name + ": the work of the layer is not below 2^48 operations");
    }
    return a * b;
}

void
InferDnnOperator(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    const std::string& name = op.layer.name;
    CheckInputs(op.layer, inputs.size());
    if (InferMovement(op, inputs) || InferSequence(op, inputs))
    {
        CheckTensor(op);
        return;
    }
    const DnnShape& in = inputs[0];
    op.output = in;
    const uint64_t n = in.GetElements();
    switch (op.layer.op)
    {
    case DnnOp::CONV:
        InferConv(op, in);
        break;
    case DnnOp::TRANSPOSED_CONV:
        InferTransposedConv(op, in);
        break;
    case DnnOp::MAX_POOL:
    case DnnOp::AVG_POOL: {
        Slide(op, in);
        const DnnWindow& w = op.layer.window;
        op.flops =
            DnnTimes(op.output.GetElements(), DnnTimes(w.kernelHeight, w.kernelWidth, name), name);
        break;
    }
    case DnnOp::GLOBAL_POOL:
        op.output.height = 1;
        op.output.width = 1;
        op.flops = n;
        break;
    case DnnOp::FC:
        CheckRange(op.layer.outputs,
                   1,
                   DNN_MAX_SIZE,
                   "an integer from 1 to 16777216",
                   name,
                   ".outputs");
        op.output = DnnShape{op.layer.outputs, 1, 1};
        op.macs = DnnTimes(n, op.layer.outputs, name);
        op.flops = 2 * op.macs;
        op.params = op.macs + (op.layer.bias ? op.layer.outputs : 0);
        break;
    case DnnOp::RELU:
    case DnnOp::LEAKY:
    case DnnOp::SIGMOID:
    case DnnOp::HARD_SIGMOID:
    case DnnOp::SILU:
    case DnnOp::HARD_SWISH:
    case DnnOp::GELU:
    case DnnOp::TANH:
        op.flops = n;
        break;
    case DnnOp::LRN:
        op.flops = DnnTimes(n, 13, name);
        break;
    case DnnOp::SOFTMAX:
        op.flops = DnnTimes(n, 3, name);
        break;
    case DnnOp::BATCH_NORM:
        // scale and shift; folded into the weights at inference
        op.params = 2 * uint64_t{in.channels};
        break;
    case DnnOp::GROUP_NORM:
        if (op.layer.groups == 0 || in.channels % op.layer.groups != 0)
        {
            ThrowInvalid(op.layer.groups, "a divisor of the channels", name, ".groups");
        }
        [[fallthrough]];
    case DnnOp::LAYER_NORM:
        op.flops = DnnTimes(n, 5, name);
        op.params = 2 * uint64_t{in.channels};
        break;
    case DnnOp::ADD:
    case DnnOp::MUL:
    case DnnOp::CONCAT:
        InferJoin(op, inputs);
        break;
    case DnnOp::FLATTEN:
        CheckRange(static_cast<double>(n),
                   1,
                   std::numeric_limits<uint32_t>::max() - 1.0,
                   "below 2^32 - 1 elements",
                   name);
        op.output = DnnShape{static_cast<uint32_t>(n), 1, 1};
        break;
    default: // region, dropout
        break;
    }
    CheckTensor(op);
}

} // namespace noma
} // namespace ns3
