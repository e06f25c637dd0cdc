/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-json-keys.h"

#include <map>

namespace ns3
{
namespace noma
{

const DnnLayerKeys&
KeysOfDnnOp(DnnOp op)
{
    static const DnnLayerKeys none;
    static const std::map<DnnOp, DnnLayerKeys> keys{
        {DnnOp::CONV, {{"outputs", "kernel"}, {"stride", "padding", "dilation", "groups", "bias"}}},
        {DnnOp::TRANSPOSED_CONV,
         {{"outputs", "kernel"},
          {"stride", "padding", "dilation", "outputPadding", "groups", "bias"}}},
        {DnnOp::MAX_POOL, {{"kernel"}, {"stride", "padding", "dilation", "ceil"}}},
        {DnnOp::AVG_POOL, {{"kernel"}, {"stride", "padding", "ceil"}}},
        {DnnOp::FC, {{"outputs"}, {"bias"}}},
        {DnnOp::LINEAR, {{"outputs"}, {"bias", "tied"}}},
        {DnnOp::GROUP_NORM, {{"groups"}, {}}},
        {DnnOp::CONCAT, {{}, {"axis"}}},
        {DnnOp::RESIZE, {{}, {"scale", "size"}}},
        {DnnOp::SLICE, {{"begin", "end"}, {"axis"}}},
        {DnnOp::SPLIT, {{"parts", "part"}, {"axis"}}},
        {DnnOp::GATHER, {{"count"}, {"axis"}}},
        {DnnOp::PAD, {{"padding"}, {}}},
        {DnnOp::RESHAPE, {{"shape"}, {}}},
        {DnnOp::TRANSPOSE, {{"order"}, {}}},
        {DnnOp::MATMUL, {{}, {"transposed"}}},
        {DnnOp::ATTENTION, {{"heads"}, {"past"}}},
        {DnnOp::EMBEDDING, {{"outputs", "entries"}, {}}},
        {DnnOp::LSTM, {{"outputs"}, {"bias", "bidirectional"}}},
        {DnnOp::GRU, {{"outputs"}, {"bias", "bidirectional"}}},
        {DnnOp::CUSTOM, {{"flops", "params", "shape"}, {"macs", "kind"}}},
        {DnnOp::INPUT, {{"shape"}, {}}},
    };
    const auto found = keys.find(op);
    return found == keys.end() ? none : found->second;
}

} // namespace noma
} // namespace ns3
