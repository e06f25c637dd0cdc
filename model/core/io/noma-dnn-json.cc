/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-json.h"

#include "noma-json-reader.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// @returns whether an operator slides a window @param op the operator
bool
HasWindow(DnnOp op)
{
    return op == DnnOp::CONV || op == DnnOp::MAX_POOL || op == DnnOp::AVG_POOL;
}

/// Reads n or [rows, columns]. @param reader the value @param rows result @param columns result
void
ReadPair(const JsonReader& reader, uint32_t& rows, uint32_t& columns)
{
    if (reader.Raw().is_array())
    {
        reader.CheckSize(2, "rows, columns");
        rows = reader.At(std::size_t{0}).Index();
        columns = reader.At(std::size_t{1}).Index();
    }
    else
    {
        rows = columns = reader.Index();
    }
}

/// Reads n, [rows, columns] or [top, bottom, left, right]. @param reader the value
/// @param window what to fill in
void
ReadPadding(const JsonReader& reader, DnnWindow& window)
{
    if (reader.Raw().is_array() && reader.Size() == 4)
    {
        window.padTop = reader.At(std::size_t{0}).Index();
        window.padBottom = reader.At(std::size_t{1}).Index();
        window.padLeft = reader.At(std::size_t{2}).Index();
        window.padRight = reader.At(std::size_t{3}).Index();
        return;
    }
    if (reader.Raw().is_array() && reader.Size() != 2)
    {
        reader.Fail("a number, [rows, columns] or [top, bottom, left, right]");
    }
    ReadPair(reader, window.padTop, window.padLeft);
    window.padBottom = window.padTop;
    window.padRight = window.padLeft;
}

/// @returns the operator of a layer @param reader the layer's "op"
DnnOp
ReadOp(const JsonReader& reader)
{
    const std::string op = reader.Text();
    const auto& names = DnnOpNames();
    const auto found = std::find(names.begin(), names.end(), op);
    if (found == names.end())
    {
        std::string all;
        for (const auto& name : names)
        {
            all += (all.empty() ? "" : ", ") + name;
        }
        reader.Fail("one of " + all);
    }
    return static_cast<DnnOp>(found - names.begin() + 1);
}

/// Checks that a layer has the keys its operator knows. @param reader the layer @param op its
/// operator
void
CheckLayerKeys(const JsonReader& reader, DnnOp op)
{
    const bool outputs = op == DnnOp::CONV || op == DnnOp::FC;
    const auto forbid = [&](const char* key, bool allowed) {
        if (!allowed && reader.Raw().contains(key))
        {
            throw std::invalid_argument(reader.Path(key) + ": the key is not one of an operator " +
                                        DnnOpName(op));
        }
    };
    const auto require = [&](const char* key, bool needed) {
        if (needed && !reader.Raw().contains(key))
        {
            throw std::invalid_argument(reader.Path(key) +
                                        ": missing, and it is not optional for " + DnnOpName(op));
        }
    };
    forbid("outputs", outputs);
    forbid("bias", outputs);
    forbid("groups", op == DnnOp::CONV);
    forbid("kernel", HasWindow(op));
    forbid("stride", HasWindow(op));
    forbid("padding", HasWindow(op));
    forbid("ceil", HasWindow(op) && op != DnnOp::CONV);
    require("outputs", outputs);
    require("kernel", HasWindow(op));
}

/// @returns a layer @param reader its object @param before name of the layer before it
DnnLayer
ReadLayer(const JsonReader& reader, const std::string& before)
{
    reader.CheckKeys({"name", "op"},
                     {"inputs",
                      "outputs",
                      "kernel",
                      "stride",
                      "padding",
                      "ceil",
                      "groups",
                      "bias",
                      "vertex",
                      "deviceSeconds",
                      "edgeSeconds"});
    DnnLayer layer;
    layer.name = reader.At("name").Text();
    layer.op = ReadOp(reader.At("op"));
    CheckLayerKeys(reader, layer.op);
    const auto has = [&](const char* key) { return reader.Raw().contains(key); };
    layer.inputs = {before};
    if (has("inputs"))
    {
        layer.inputs.clear();
        const JsonReader inputs = reader.At("inputs");
        for (std::size_t i = 0; i < inputs.Size(); ++i)
        {
            layer.inputs.push_back(inputs.At(i).Text());
        }
    }
    layer.outputs = has("outputs") ? reader.At("outputs").Index() : 0;
    layer.bias = has("bias") ? reader.At("bias").Bool() : true;
    layer.groups = has("groups") ? reader.At("groups").Index() : 1;
    layer.vertex = has("vertex") ? reader.At("vertex").Text() : "";
    if (has("vertex") && layer.vertex.empty())
    {
        reader.At("vertex").Fail("1 to 64 letters, digits, _ . : / or -");
    }
    if (has("kernel"))
    {
        ReadPair(reader.At("kernel"), layer.window.kernelHeight, layer.window.kernelWidth);
    }
    if (has("stride"))
    {
        ReadPair(reader.At("stride"), layer.window.strideHeight, layer.window.strideWidth);
    }
    if (has("padding"))
    {
        ReadPadding(reader.At("padding"), layer.window);
    }
    layer.window.ceil = has("ceil") && reader.At("ceil").Bool();
    if (has("deviceSeconds"))
    {
        layer.deviceSeconds = reader.At("deviceSeconds").Number();
    }
    if (has("edgeSeconds"))
    {
        layer.edgeSeconds = reader.At("edgeSeconds").Number();
    }
    return layer;
}

/// Writes a window's keys. @param json the layer @param layer its description
void
WriteWindow(nlohmann::ordered_json& json, const DnnLayer& layer)
{
    const DnnWindow& w = layer.window;
    const auto pair = [](uint32_t a, uint32_t b) -> nlohmann::ordered_json {
        if (a == b)
        {
            return a;
        }
        return nlohmann::ordered_json::array({a, b});
    };
    json["kernel"] = pair(w.kernelHeight, w.kernelWidth);
    if (w.strideHeight != 1 || w.strideWidth != 1)
    {
        json["stride"] = pair(w.strideHeight, w.strideWidth);
    }
    if (w.padTop != w.padBottom || w.padLeft != w.padRight)
    {
        json["padding"] =
            nlohmann::ordered_json::array({w.padTop, w.padBottom, w.padLeft, w.padRight});
    }
    else if (w.padTop != 0 || w.padLeft != 0)
    {
        json["padding"] = pair(w.padTop, w.padLeft);
    }
    if (w.ceil)
    {
        json["ceil"] = true;
    }
}

} // namespace

DnnGraph
ParseDnn(const std::string& text)
{
    const nlohmann::json document = ParseJson(text, "model");
    const JsonReader reader(document);
    reader.CheckKeys({"format", "name", "input", "layers"}, {"provenance"});
    reader.At("format").Choice({"noma-dnn/1"});
    const std::string name = reader.At("name").Text();
    if (document.contains("provenance"))
    {
        reader.At("provenance").Text();
    }
    const JsonReader input = reader.At("input");
    input.CheckKeys({"channels", "height", "width"});
    const DnnShape shape{input.At("channels").Index(),
                         input.At("height").Index(),
                         input.At("width").Index()};
    const JsonReader list = reader.At("layers");
    std::vector<DnnLayer> layers;
    std::string before = "input";
    for (std::size_t i = 0; i < list.Size(); ++i)
    {
        layers.push_back(ReadLayer(list.At(i), before));
        before = layers.back().name;
    }
    return DnnGraph(name, shape, layers);
}

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
        if (layer.inputs != std::vector<std::string>{operators[v - 1].layer.name})
        {
            json["inputs"] = layer.inputs;
        }
        const bool hasOutputs = layer.op == DnnOp::CONV || layer.op == DnnOp::FC;
        if (hasOutputs)
        {
            json["outputs"] = layer.outputs;
        }
        if (HasWindow(layer.op))
        {
            WriteWindow(json, layer);
        }
        if (layer.op == DnnOp::CONV && layer.groups != 1)
        {
            json["groups"] = layer.groups;
        }
        if (hasOutputs && !layer.bias)
        {
            json["bias"] = false;
        }
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
