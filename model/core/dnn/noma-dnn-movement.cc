/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-device-profile.h"
#include "noma-dnn-shape.h"

#include "ns3/noma-check.h"
#include "ns3/noma-quote.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// @param layer the layer
/// @returns a shape that was given, checked
DnnShape
GivenShape(const DnnLayer& layer)
{
    const DnnShape& shape = layer.detail.shape;
    for (uint32_t v : {shape.channels, shape.height, shape.width})
    {
        CheckRange(v, 1, DNN_MAX_SIZE, DNN_SIZES, layer.name, ".shape");
    }
    return shape;
}

/// Checks the kind of a custom layer. @param layer the layer
void
CheckKind(const DnnLayer& layer)
{
    const std::string& kind = layer.detail.kind;
    const auto& names = DeviceKindNames();
    if (!kind.empty() && kind != "none" &&
        std::find(names.begin(), names.end(), kind) == names.end())
    {
        std::string all = "none";
        for (const std::string& name : names)
        {
            all += ", " + name;
        }
        ThrowInvalid(Quote(kind), ("one of " + all).c_str(), layer.name, ".kind");
    }
}

/// @param shape a shape
/// @param axis the axis
/// @returns size along an axis
uint32_t
Along(const DnnShape& shape, DnnAxis axis)
{
    return axis == DnnAxis::CHANNELS ? shape.channels
           : axis == DnnAxis::HEIGHT ? shape.height
                                     : shape.width;
}

/// @param shape the shape
/// @param axis the axis
/// @param size the size
/// @returns a shape with another size along an axis
DnnShape
With(DnnShape shape, DnnAxis axis, uint32_t size)
{
    (axis == DnnAxis::CHANNELS ? shape.channels
     : axis == DnnAxis::HEIGHT ? shape.height
                               : shape.width) = size;
    return shape;
}

/// @param layer the layer
/// @param in shape of its input
/// @returns shape behind resize
DnnShape
Resized(const DnnLayer& layer, const DnnShape& in)
{
    const DnnDetail& d = layer.detail;
    const auto size = [&](uint32_t given, uint32_t scale, uint32_t from) {
        const uint64_t to = scale == 0 ? given : uint64_t{scale} * from;
        CheckRange(static_cast<double>(to), 1, DNN_MAX_SIZE, DNN_SIZES, layer.name, ": size");
        return static_cast<uint32_t>(to);
    };
    return {in.channels,
            size(d.shape.height, d.scaleHeight, in.height),
            size(d.shape.width, d.scaleWidth, in.width)};
}

/// @param layer slice, split or gather
/// @param in the tensor's
/// @returns shape of a part of a tensor
DnnShape
Part(const DnnLayer& layer, const DnnShape& in)
{
    const DnnDetail& d = layer.detail;
    const uint32_t size = Along(in, d.axis);
    if (layer.op == DnnOp::GATHER)
    {
        CheckRange(d.count, 1, DNN_MAX_SIZE, DNN_SIZES, layer.name, ".count");
        return With(in, d.axis, d.count);
    }
    if (layer.op == DnnOp::SLICE)
    {
        if (d.begin >= d.end || d.end > size)
        {
            throw std::invalid_argument(layer.name + ": from " + std::to_string(d.begin) + " to " +
                                        std::to_string(d.end) + " is not a part of the " +
                                        std::to_string(size) + " places");
        }
        return With(in, d.axis, d.end - d.begin);
    }
    if (d.parts == 0 || size % d.parts != 0)
    {
        ThrowInvalid(d.parts, "a divisor of the places along the axis", layer.name, ".parts");
    }
    CheckRange(d.part, 0, d.parts - 1, "below the number of parts", layer.name, ".part");
    return With(in, d.axis, size / d.parts);
}

/// @param layer the layer
/// @param in shape of its input
/// @returns shape behind pad
DnnShape
Padded(const DnnLayer& layer, const DnnShape& in)
{
    const DnnWindow& w = layer.window;
    const auto size = [&](uint32_t from, uint32_t before, uint32_t after) {
        const uint64_t to = uint64_t{from} + before + after;
        CheckRange(static_cast<double>(to), 1, DNN_MAX_SIZE, DNN_SIZES, layer.name, ": size");
        return static_cast<uint32_t>(to);
    };
    return {in.channels,
            size(in.height, w.padTop, w.padBottom),
            size(in.width, w.padLeft, w.padRight)};
}

/// @param layer the layer
/// @param in shape of its input
/// @returns shape behind transpose
DnnShape
Transposed(const DnnLayer& layer, const DnnShape& in)
{
    const auto& order = layer.detail.order;
    if (order[0] == order[1] || order[0] == order[2] || order[1] == order[2])
    {
        throw std::invalid_argument(layer.name + ".order: an axis stands twice, and is not one of "
                                                 "channels, height and width once each");
    }
    return {Along(in, order[0]), Along(in, order[1]), Along(in, order[2])};
}

/// @param layer the layer
/// @param in shape of its input
/// @returns shape behind reshape
DnnShape
Reshaped(const DnnLayer& layer, const DnnShape& in)
{
    const DnnShape shape = GivenShape(layer);
    if (DnnTimes(DnnTimes(shape.channels, shape.height, layer.name), shape.width, layer.name) !=
        in.GetElements())
    {
        ThrowInvalid(shape.ToString(),
                     ("of as many elements as its input, " + in.ToString()).c_str(),
                     layer.name,
                     ".shape");
    }
    return shape;
}

} // namespace

bool
InferMovement(DnnOperator& op, const std::vector<DnnShape>& inputs)
{
    const DnnLayer& layer = op.layer;
    switch (layer.op)
    {
    case DnnOp::INPUT:
        op.output = GivenShape(layer);
        return true;
    case DnnOp::CUSTOM:
        op.output = GivenShape(layer);
        CheckKind(layer);
        op.flops = DnnTimes(layer.detail.flops, 1, layer.name);
        if (layer.detail.macs > op.flops / 2)
        {
            ThrowInvalid(layer.detail.macs, "at most half of flops", layer.name, ".macs");
        }
        op.macs = layer.detail.macs;
        op.params = DnnTimes(layer.detail.params, 1, layer.name);
        return true;
    case DnnOp::RESULTS: {
        uint64_t elements = 0;
        for (const DnnShape& in : inputs)
        {
            elements += in.GetElements();
        }
        CheckRange(static_cast<double>(elements),
                   1,
                   4294967294.0,
                   "below 2^32 - 1 elements",
                   layer.name);
        op.output = {static_cast<uint32_t>(elements), 1, 1};
        return true;
    }
    case DnnOp::RESIZE:
        op.output = Resized(layer, inputs[0]);
        return true;
    case DnnOp::SLICE:
    case DnnOp::SPLIT:
    case DnnOp::GATHER:
        op.output = Part(layer, inputs[0]);
        return true;
    case DnnOp::PAD:
        op.output = Padded(layer, inputs[0]);
        return true;
    case DnnOp::RESHAPE:
        op.output = Reshaped(layer, inputs[0]);
        return true;
    case DnnOp::TRANSPOSE:
        op.output = Transposed(layer, inputs[0]);
        return true;
    default:
        return false;
    }
}

} // namespace noma
} // namespace ns3
