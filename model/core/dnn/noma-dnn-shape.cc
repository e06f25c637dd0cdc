/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-shape.h"

#include "ns3/noma-check.h"

#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

/// Largest number of channels, rows or columns: keeps every sum in 32 bits.
constexpr uint32_t MAX_SIZE = 1U << 24;

/// @returns a product @param a factor @param b factor @param name the layer, for the error
uint64_t
Times(uint64_t a, uint64_t b, const std::string& name)
{
    // so that sums over all layers stay exact in 64 bits
    constexpr uint64_t max = uint64_t{1} << 48;
    if (a != 0 && b > max / a)
    {
        throw std::invalid_argument(name + ": the work of the layer is not below 2^48 operations");
    }
    return a * b;
}

/**
 * @param in rows (or columns) of the input
 * @param kernel rows of the window
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
             uint32_t kernel,
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
        CheckRange(v, 1, MAX_SIZE, positive, layer.name, ".kernel");
    }
    for (uint32_t v : {w.strideHeight, w.strideWidth})
    {
        CheckRange(v, 1, MAX_SIZE, positive, layer.name, ".stride");
    }
    for (uint32_t v : {w.padTop, w.padBottom})
    {
        CheckRange(v, 0, w.kernelHeight - 1, "below the kernel size", layer.name, ".padding");
    }
    for (uint32_t v : {w.padLeft, w.padRight})
    {
        CheckRange(v, 0, w.kernelWidth - 1, "below the kernel size", layer.name, ".padding");
    }
}

/// Sets height and width behind a window. @param op the operator @param in shape of its input
void
Slide(DnnOperator& op, const DnnShape& in)
{
    CheckWindow(op.layer);
    const DnnWindow& w = op.layer.window;
    op.output.height = WindowOutput(in.height,
                                    w.kernelHeight,
                                    w.strideHeight,
                                    w.padTop,
                                    w.padBottom,
                                    w.ceil,
                                    op,
                                    in);
    op.output.width =
        WindowOutput(in.width, w.kernelWidth, w.strideWidth, w.padLeft, w.padRight, w.ceil, op, in);
}

/// Convolution. @param op the operator @param in shape of its input
void
InferConv(DnnOperator& op, const DnnShape& in)
{
    const DnnLayer& layer = op.layer;
    CheckRange(layer.outputs, 1, MAX_SIZE, "an integer from 1 to 16777216", layer.name, ".outputs");
    CheckRange(layer.groups, 1, MAX_SIZE, "an integer from 1 to 16777216", layer.name, ".groups");
    if (in.channels % layer.groups != 0 || layer.outputs % layer.groups != 0)
    {
        ThrowInvalid(layer.groups,
                     "a divisor of both input and output channels",
                     layer.name,
                     ".groups");
    }
    Slide(op, in);
    op.output.channels = layer.outputs;
    const uint64_t taps =
        Times(Times(layer.window.kernelHeight, layer.window.kernelWidth, layer.name),
              in.channels / layer.groups,
              layer.name);
    op.params = Times(taps, layer.outputs, layer.name) + (layer.bias ? layer.outputs : 0);
    op.macs = Times(Times(taps, op.output.height, layer.name),
                    Times(op.output.width, op.output.channels, layer.name),
                    layer.name);
    op.flops = 2 * op.macs;
}

/// Sum and concatenation. @param op the operator @param inputs shapes of its inputs
void
InferJoin(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    op.output = inputs[0];
    uint64_t channels = 0;
    for (const DnnShape& in : inputs)
    {
        DnnShape same = inputs[0];
        if (op.layer.op == DnnOp::CONCAT)
        {
            same.channels = in.channels;
        }
        if (!(in == same))
        {
            throw std::invalid_argument(op.layer.name + ": input " + in.ToString() +
                                        " is not of the shape of the first, " +
                                        inputs[0].ToString());
        }
        channels += in.channels;
    }
    if (op.layer.op == DnnOp::CONCAT)
    {
        CheckRange(static_cast<double>(channels),
                   1,
                   MAX_SIZE,
                   "at most 16777216 channels in all",
                   op.layer.name);
        op.output.channels = static_cast<uint32_t>(channels);
    }
    else
    {
        op.flops = Times(op.output.GetElements(), inputs.size() - 1, op.layer.name);
    }
}

} // namespace

void
InferDnnOperator(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    const std::string& name = op.layer.name;
    const bool join = op.layer.op == DnnOp::ADD || op.layer.op == DnnOp::CONCAT;
    if (join ? inputs.size() < 2 : inputs.size() != 1)
    {
        ThrowInvalid(inputs.size(), join ? "at least two inputs" : "one input", name, ".inputs");
    }
    const DnnShape& in = inputs[0];
    op.output = in;
    const uint64_t n = in.GetElements();
    switch (op.layer.op)
    {
    case DnnOp::INPUT:
        throw std::invalid_argument(name + ".op: input is not an operator of a layer");
    case DnnOp::CONV:
        InferConv(op, in);
        break;
    case DnnOp::MAX_POOL:
    case DnnOp::AVG_POOL: {
        Slide(op, in);
        const DnnWindow& w = op.layer.window;
        op.flops = Times(op.output.GetElements(), Times(w.kernelHeight, w.kernelWidth, name), name);
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
                   MAX_SIZE,
                   "an integer from 1 to 16777216",
                   name,
                   ".outputs");
        op.output = DnnShape{op.layer.outputs, 1, 1};
        op.macs = Times(n, op.layer.outputs, name);
        op.flops = 2 * op.macs;
        op.params = op.macs + (op.layer.bias ? op.layer.outputs : 0);
        break;
    case DnnOp::RELU:
    case DnnOp::LEAKY:
        op.flops = n;
        break;
    case DnnOp::LRN:
        op.flops = Times(n, 13, name);
        break;
    case DnnOp::SOFTMAX:
        op.flops = Times(n, 3, name);
        break;
    case DnnOp::BATCH_NORM:
        // scale and shift; folded into the weights at inference
        op.params = 2 * uint64_t{in.channels};
        break;
    case DnnOp::ADD:
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
    case DnnOp::REGION:
    case DnnOp::DROPOUT:
        break;
    }
    // the tensor itself must stay countable too
    Times(Times(op.output.channels, op.output.height, name), op.output.width, name);
}

} // namespace noma
} // namespace ns3
