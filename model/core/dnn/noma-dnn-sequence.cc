/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-shape.h"

#include "ns3/noma-check.h"

namespace ns3
{
namespace noma
{

namespace
{

/// Fully connected at every position. @param op the operator @param in shape of its input
void
InferLinear(DnnOperator& op, const DnnShape& in)
{
    const std::string& name = op.layer.name;
    const uint64_t outputs = op.layer.outputs;
    op.output = {op.layer.outputs, in.height, in.width};
    op.macs = DnnTimes(in.GetElements(), outputs, name);
    op.flops = 2 * op.macs;
    if (!op.layer.detail.tied)
    {
        op.params = DnnTimes(in.channels, outputs, name) + (op.layer.bias ? outputs : 0);
    }
}

/// Product of two activations: positions are rows, features channels, and every column is a
/// product of its own. @param op the operator @param a shape of the first @param b of the second
void
InferMatmul(DnnOperator& op, const DnnShape& a, const DnnShape& b)
{
    const std::string& name = op.layer.name;
    const bool transposed = op.layer.detail.transposed;
    const uint32_t inner = transposed ? b.channels : b.height;
    const uint32_t outputs = transposed ? b.height : b.channels;
    if (a.channels != inner || a.width != b.width)
    {
        throw std::invalid_argument(name + ": inputs " + a.ToString() + " and " + b.ToString() +
                                    " are not factors of a product");
    }
    op.output = {outputs, a.height, a.width};
    op.macs = DnnTimes(a.GetElements(), outputs, name);
    op.flops = 2 * op.macs;
}

/// Attention: every head multiplies queries with keys, takes softmax, and mixes the values.
/// @param op the operator @param inputs shapes of queries, keys and values
void
InferAttention(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    const std::string& name = op.layer.name;
    const DnnDetail& d = op.layer.detail;
    const DnnShape& query = inputs[0];
    const DnnShape& key = inputs[1];
    const DnnShape& value = inputs[2];
    if (query.channels != key.channels || key.height != value.height || query.width != 1 ||
        key.width != 1 || value.width != 1)
    {
        throw std::invalid_argument(name + ": queries " + query.ToString() + ", keys " +
                                    key.ToString() + " and values " + value.ToString() +
                                    " are not of one attention");
    }
    if (d.heads == 0 || query.channels % d.heads != 0 || value.channels % d.heads != 0)
    {
        ThrowInvalid(d.heads, "a divisor of the channels", name, ".heads");
    }
    CheckRange(d.past, 0, DNN_MAX_SIZE, "an integer from 0 to 16777216", name, ".past");
    const uint64_t keys = uint64_t{key.height} + d.past;
    const uint64_t pairs = DnnTimes(query.height, keys, name);
    op.output = {value.channels, query.height, 1};
    op.macs = DnnTimes(pairs, uint64_t{query.channels} + value.channels, name);
    // a factor and softmax for every score
    op.flops = 2 * op.macs + DnnTimes(DnnTimes(pairs, d.heads, name), 4, name);
}

/// LSTM and GRU, with two biases a gate as cuDNN has them. @param op the operator
/// @param in shape of its input
void
InferRecurrent(DnnOperator& op, const DnnShape& in)
{
    const std::string& name = op.layer.name;
    if (in.width != 1)
    {
        ThrowInvalid(in.width, "one column, its positions being rows", name, ": input width");
    }
    const uint64_t directions = op.layer.detail.bidirectional ? 2 : 1;
    const uint64_t rows = directions * op.layer.outputs * (op.layer.op == DnnOp::LSTM ? 4 : 3);
    CheckRange(static_cast<double>(directions * op.layer.outputs),
               1,
               DNN_MAX_SIZE,
               DNN_SIZES,
               name,
               ".outputs");
    const uint64_t weights = DnnTimes(rows, uint64_t{in.channels} + op.layer.outputs, name);
    op.output = {static_cast<uint32_t>(directions * op.layer.outputs), in.height, 1};
    op.macs = DnnTimes(weights, in.height, name);
    op.flops = 2 * op.macs;
    op.params = weights + (op.layer.bias ? 2 * rows : 0);
}

} // namespace

bool
InferSequence(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    const std::string& name = op.layer.name;
    const auto checkOutputs = [&] {
        CheckRange(op.layer.outputs, 1, DNN_MAX_SIZE, DNN_SIZES, name, ".outputs");
    };
    switch (op.layer.op)
    {
    case DnnOp::LINEAR:
        checkOutputs();
        InferLinear(op, inputs[0]);
        return true;
    case DnnOp::MATMUL:
        InferMatmul(op, inputs[0], inputs[1]);
        return true;
    case DnnOp::ATTENTION:
        InferAttention(op, inputs);
        return true;
    case DnnOp::EMBEDDING:
        checkOutputs();
        CheckRange(op.layer.detail.entries, 1, 4294967294.0, "positive", name, ".entries");
        if (inputs[0].channels != 1)
        {
            ThrowInvalid(inputs[0].channels, "one channel of indices", name, ": input channels");
        }
        op.output = {op.layer.outputs, inputs[0].height, inputs[0].width};
        op.params = DnnTimes(op.layer.detail.entries, op.layer.outputs, name);
        return true;
    case DnnOp::LSTM:
    case DnnOp::GRU:
        checkOutputs();
        InferRecurrent(op, inputs[0]);
        return true;
    default:
        return false;
    }
}

} // namespace noma
} // namespace ns3
