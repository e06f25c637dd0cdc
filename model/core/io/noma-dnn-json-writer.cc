/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-json-keys.h"
#include "noma-dnn-json.h"

#include <array>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace noma
{

namespace
{

/// @param rows rows
/// @param columns columns
/// @returns n or [rows, columns]
nlohmann::ordered_json
Pair(uint32_t rows, uint32_t columns)
{
    if (rows == columns)
    {
        return rows;
    }
    return nlohmann::ordered_json::array({rows, columns});
}

/// Writes a window's keys. @param json the layer @param layer its description
void
WriteWindow(nlohmann::ordered_json& json, const DnnLayer& layer)
{
    const DnnWindow& w = layer.window;
    if (layer.op != DnnOp::PAD)
    {
        json["kernel"] = Pair(w.kernelHeight, w.kernelWidth);
    }
    if (w.strideHeight != 1 || w.strideWidth != 1)
    {
        json["stride"] = Pair(w.strideHeight, w.strideWidth);
    }
    if (w.padTop != w.padBottom || w.padLeft != w.padRight)
    {
        json["padding"] =
            nlohmann::ordered_json::array({w.padTop, w.padBottom, w.padLeft, w.padRight});
    }
    else if (w.padTop != 0 || w.padLeft != 0 || layer.op == DnnOp::PAD)
    {
        json["padding"] = Pair(w.padTop, w.padLeft);
    }
    if (w.dilationHeight != 1 || w.dilationWidth != 1)
    {
        json["dilation"] = Pair(w.dilationHeight, w.dilationWidth);
    }
    if (w.outputPaddingHeight != 0 || w.outputPaddingWidth != 0)
    {
        json["outputPadding"] = Pair(w.outputPaddingHeight, w.outputPaddingWidth);
    }
    if (w.ceil)
    {
        json["ceil"] = true;
    }
}

/// Writes what only some operators need. @param json the layer @param layer its description
void
WriteDetail(nlohmann::ordered_json& json, const DnnLayer& layer)
{
    const DnnDetail& d = layer.detail;
    const DnnLayerKeys& keys = KeysOfDnnOp(layer.op);
    const auto axis = [](DnnAxis a) {
        return std::array{"channels", "height", "width"}[static_cast<std::size_t>(a)];
    };
    const auto put = [&](const char* key, auto value, auto usual) {
        if (keys.required.count(key) != 0 || (keys.optional.count(key) != 0 && value != usual))
        {
            json[key] = value;
        }
    };
    if (d.axis != DnnAxis::CHANNELS)
    {
        json["axis"] = axis(d.axis);
    }
    put("begin", d.begin, 0U);
    put("end", d.end, 0U);
    put("parts", d.parts, 0U);
    put("part", d.part, 0U);
    put("count", d.count, 0U);
    put("heads", d.heads, 0U);
    put("past", d.past, 0U);
    put("entries", d.entries, 0U);
    put("transposed", d.transposed, false);
    put("bidirectional", d.bidirectional, false);
    put("tied", d.tied, false);
    put("macs", d.macs, uint64_t{0});
    put("flops", d.flops, uint64_t{0});
    put("params", d.params, uint64_t{0});
    put("kind", d.kind, std::string());
    if (keys.required.count("shape") != 0)
    {
        json["shape"] = {d.shape.channels, d.shape.height, d.shape.width};
    }
    if (layer.op == DnnOp::RESIZE)
    {
        json[d.scaleHeight != 0 ? "scale" : "size"] = d.scaleHeight != 0
                                                          ? Pair(d.scaleHeight, d.scaleWidth)
                                                          : Pair(d.shape.height, d.shape.width);
    }
    if (layer.op == DnnOp::TRANSPOSE)
    {
        json["order"] = {axis(d.order[0]), axis(d.order[1]), axis(d.order[2])};
    }
}

} // namespace

std::string
FormatDnn(const DnnGraph& graph)
{
    const auto& operators = graph.GetOperators();
    const DnnShape& input = operators[0].output;
    nlohmann::ordered_json document;
    document["format"] = "noma-dnn/1";
    document["name"] = graph.GetName();
    document["input"] = {{"channels", input.channels},
                         {"height", input.height},
                         {"width", input.width}};
    document["layers"] = nlohmann::ordered_json::array();
    for (std::size_t v = 1; v < operators.size(); ++v)
    {
        const DnnLayer& layer = operators[v].layer;
        nlohmann::ordered_json json;
        json["name"] = layer.name;
        json["op"] = DnnOpName(layer.op);
        if (layer.op != DnnOp::INPUT &&
            layer.inputs != std::vector<std::string>{operators[v - 1].layer.name})
        {
            json["inputs"] = layer.inputs;
        }
        const DnnLayerKeys& keys = KeysOfDnnOp(layer.op);
        if (keys.required.count("outputs") != 0)
        {
            json["outputs"] = layer.outputs;
        }
        if (keys.required.count("kernel") != 0 || layer.op == DnnOp::PAD)
        {
            WriteWindow(json, layer);
        }
        if (layer.groups != 1 || keys.required.count("groups") != 0)
        {
            json["groups"] = layer.groups;
        }
        if (keys.optional.count("bias") != 0 && !layer.bias)
        {
            json["bias"] = false;
        }
        WriteDetail(json, layer);
        if (!layer.vertex.empty())
        {
            json["vertex"] = layer.vertex;
        }
        if (layer.deviceSeconds.has_value())
        {
            json["deviceSeconds"] = *layer.deviceSeconds;
            json["edgeSeconds"] = *layer.edgeSeconds;
        }
        document["layers"].push_back(json);
    }
    return document.dump(1) + "\n";
}

} // namespace noma
} // namespace ns3
