/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-json.h"

#include "noma-dnn-json-keys.h"
#include "noma-json-reader.h"

#include "ns3/noma-model-library.h"
#include "ns3/noma-quote.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace ns3
{
namespace noma
{

namespace
{

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

/// @param reader the layer's "op"
/// @returns the operator of a layer
DnnOp
ReadOp(const JsonReader& reader)
{
    const std::string op = reader.Text();
    if (op == "input")
    {
        return DnnOp::INPUT;
    }
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
    const DnnLayerKeys& keys = KeysOfDnnOp(op);
    for (const auto& item : reader.Raw().items())
    {
        static const std::set<std::string> all{"name",
                                               "op",
                                               "inputs",
                                               "vertex",
                                               "deviceSeconds",
                                               "edgeSeconds"};
        if (all.count(item.key()) + keys.required.count(item.key()) +
                keys.optional.count(item.key()) ==
            0)
        {
            throw std::invalid_argument(reader.Path(item.key()) +
                                        ": the key is not one of an operator " + DnnOpName(op));
        }
    }
    for (const std::string& key : keys.required)
    {
        if (!reader.Raw().contains(key))
        {
            throw std::invalid_argument(reader.Path(key) +
                                        ": missing, and it is not optional for " + DnnOpName(op));
        }
    }
    if (op == DnnOp::RESIZE && reader.Raw().contains("scale") == reader.Raw().contains("size"))
    {
        throw std::invalid_argument(reader.Path("scale") + ": exactly one of scale and size is "
                                                           "given, or resize is not defined");
    }
    if (op == DnnOp::INPUT && reader.Raw().contains("vertex"))
    {
        throw std::invalid_argument(reader.Path("vertex") + ": an input is not part of a vertex");
    }
}

/// @param reader its name
/// @returns an axis
DnnAxis
ReadAxis(const JsonReader& reader)
{
    return static_cast<DnnAxis>(reader.Choice({"channels", "height", "width"}));
}

/// @param reader the number
/// @returns a count that fits a double
uint64_t
ReadCount(const JsonReader& reader)
{
    const double value = reader.Number();
    if (value < 0 || value > 9007199254740992.0 || value != std::floor(value))
    {
        reader.Fail("an integer from 0 to 2^53");
    }
    return static_cast<uint64_t>(value);
}

/// @param reader [channels, height, width]
/// @returns a shape
DnnShape
ReadShape(const JsonReader& reader)
{
    reader.CheckSize(3, "channels, height, width");
    return {reader.At(std::size_t{0}).Index(),
            reader.At(std::size_t{1}).Index(),
            reader.At(std::size_t{2}).Index()};
}

/// @param reader the layer
/// @returns what only some operators need
DnnDetail
ReadDetail(const JsonReader& reader)
{
    const auto has = [&](const char* key) { return reader.Raw().contains(key); };
    const auto index = [&](const char* key, uint32_t& value) {
        value = has(key) ? reader.At(key).Index() : value;
    };
    const auto flag = [&](const char* key, bool& value) {
        value = has(key) && reader.At(key).Bool();
    };
    DnnDetail d;
    d.axis = has("axis") ? ReadAxis(reader.At("axis")) : d.axis;
    index("begin", d.begin);
    index("end", d.end);
    index("parts", d.parts);
    index("part", d.part);
    index("count", d.count);
    index("heads", d.heads);
    index("past", d.past);
    index("entries", d.entries);
    flag("transposed", d.transposed);
    flag("bidirectional", d.bidirectional);
    flag("tied", d.tied);
    if (has("shape"))
    {
        d.shape = ReadShape(reader.At("shape"));
    }
    if (has("size"))
    {
        ReadPair(reader.At("size"), d.shape.height, d.shape.width);
    }
    if (has("scale"))
    {
        ReadPair(reader.At("scale"), d.scaleHeight, d.scaleWidth);
        if (d.scaleHeight == 0 || d.scaleWidth == 0)
        {
            reader.At("scale").Fail("an integer from 1 on");
        }
    }
    if (has("order"))
    {
        const JsonReader order = reader.At("order");
        order.CheckSize(3, "axes");
        for (std::size_t i = 0; i < 3; ++i)
        {
            d.order[i] = ReadAxis(order.At(i));
        }
    }
    d.macs = has("macs") ? ReadCount(reader.At("macs")) : 0;
    d.kind = has("kind") ? reader.At("kind").Text() : "";
    d.flops = has("flops") ? ReadCount(reader.At("flops")) : 0;
    d.params = has("params") ? ReadCount(reader.At("params")) : 0;
    return d;
}

/// @param reader its object
/// @param before name of the layer before it
/// @returns a layer
DnnLayer
ReadLayer(const JsonReader& reader, const std::string& before)
{
    reader.CheckKeys({"name", "op"},
                     {"inputs",        "outputs",    "kernel",        "stride", "padding",
                      "ceil",          "dilation",   "outputPadding", "groups", "bias",
                      "vertex",        "axis",       "begin",         "end",    "parts",
                      "part",          "count",      "shape",         "size",   "scale",
                      "order",         "transposed", "heads",         "past",   "entries",
                      "bidirectional", "tied",       "flops",         "params", "deviceSeconds",
                      "edgeSeconds",   "macs",       "kind"});
    DnnLayer layer;
    layer.name = reader.At("name").Text();
    layer.op = ReadOp(reader.At("op"));
    CheckLayerKeys(reader, layer.op);
    const auto has = [&](const char* key) { return reader.Raw().contains(key); };
    if (layer.op != DnnOp::INPUT)
    {
        layer.inputs = {before};
    }
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
    if (has("dilation"))
    {
        ReadPair(reader.At("dilation"), layer.window.dilationHeight, layer.window.dilationWidth);
    }
    if (has("outputPadding"))
    {
        ReadPair(reader.At("outputPadding"),
                 layer.window.outputPaddingHeight,
                 layer.window.outputPaddingWidth);
    }
    layer.detail = ReadDetail(reader);
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

/// Checks that a number is an accuracy. @param reader the number @returns it
double
ReadAccuracy(const JsonReader& reader)
{
    const double accuracy = reader.Number();
    if (!(accuracy >= 0 && accuracy <= 1))
    {
        reader.Fail("a number from 0 to 1");
    }
    return accuracy;
}

/// @param reader a list of bits and accuracy
/// @returns accuracy by falling bits
std::vector<DnnPrecision>
ReadPrecisions(const JsonReader& reader)
{
    std::vector<DnnPrecision> precisions;
    for (std::size_t i = 0; i < reader.Size(); ++i)
    {
        const JsonReader item = reader.At(i);
        item.CheckKeys({"bits", "accuracy"});
        const double bits = item.At("bits").Number();
        if (!(bits >= 1 && bits <= 1024) || (i > 0 && bits >= precisions.back().bits))
        {
            item.At("bits").Fail("a number from 1 to 1024, less than the one before it");
        }
        precisions.push_back({bits, ReadAccuracy(item.At("accuracy"))});
    }
    return precisions;
}

/**
 * Makes a network of each exit.
 *
 * @param list the document's "exits"
 * @param name name of the model
 * @param shape its input
 * @param layers all layers
 * @returns the exits in their order
 */
std::vector<DnnExit>
ReadExits(const JsonReader& list,
          const std::string& name,
          const DnnShape& shape,
          const std::vector<DnnLayer>& layers)
{
    if (list.Size() == 0 || list.Size() > 1000)
    {
        list.Fail("a list of 1 to 1000 exits");
    }
    std::vector<DnnExit> exits;
    std::set<std::string> used;
    for (std::size_t i = 0; i < list.Size(); ++i)
    {
        const JsonReader item = list.At(i);
        item.CheckKeys({"name", "layer", "accuracy"}, {"accuracyByBits"});
        const std::string exit = item.At("name").Text();
        const auto same = [&](const DnnExit& e) { return e.name == exit; };
        if (exit.empty() || std::any_of(exits.begin(), exits.end(), same))
        {
            item.At("name").Fail("a name that no other exit has");
        }
        const auto some = LayersUpTo(layers, item.At("layer").Text());
        std::transform(some.begin(),
                       some.end(),
                       std::inserter(used, used.end()),
                       [](const DnnLayer& layer) { return layer.name; });
        exits.push_back({exit, DnnGraph(name, shape, some), ReadAccuracy(item.At("accuracy")), {}});
        if (item.Raw().contains("accuracyByBits"))
        {
            exits.back().precisions = ReadPrecisions(item.At("accuracyByBits"));
        }
    }
    for (const DnnLayer& layer : layers)
    {
        if (used.count(layer.name) == 0)
        {
            throw std::invalid_argument("layers: " + Quote(layer.name) + " leads to no exit");
        }
    }
    return exits;
}

} // namespace

std::vector<DnnExit>
ParseDnnExits(const std::string& text, uint32_t size)
{
    const nlohmann::json document = ParseJson(text, "model");
    const JsonReader reader(document);
    reader.CheckKeys({"format", "name", "input", "layers"}, {"provenance", "exits"});
    reader.At("format").Choice({"noma-dnn/1"});
    const std::string name = reader.At("name").Text();
    if (document.contains("provenance"))
    {
        reader.At("provenance").Text();
    }
    const JsonReader input = reader.At("input");
    DnnShape shape;
    if (input.Raw().is_object() && input.Raw().contains("length"))
    {
        input.CheckKeys({"channels", "length"});
        shape = {input.At("channels").Index(), input.At("length").Index(), 1};
    }
    else
    {
        input.CheckKeys({"channels", "height", "width"});
        shape = {input.At("channels").Index(),
                 input.At("height").Index(),
                 input.At("width").Index()};
    }
    const JsonReader list = reader.At("layers");
    std::vector<DnnLayer> layers;
    std::string before = "input";
    for (std::size_t i = 0; i < list.Size(); ++i)
    {
        layers.push_back(ReadLayer(list.At(i), before));
        before = layers.back().name;
    }
    std::vector<DnnExit> exits;
    if (document.contains("exits"))
    {
        exits = ReadExits(reader.At("exits"), name, shape, layers);
    }
    else
    {
        exits.push_back({"", DnnGraph(name, shape, layers), 1, {}});
    }
    for (DnnExit& exit : exits)
    {
        exit.graph = size == 0 ? exit.graph : ResizeDnn(exit.graph, size);
    }
    return exits;
}

DnnGraph
ParseDnn(const std::string& text)
{
    return ParseDnnExits(text).back().graph;
}

} // namespace noma
} // namespace ns3
