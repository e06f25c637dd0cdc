/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-json-reader.h"

#include "ns3/noma-partition.h"

namespace ns3
{
namespace noma
{

PartitionGraph
ParsePartitionGraph(const std::string& text)
{
    const nlohmann::json document = ParseJson(text, "graph");
    const JsonReader reader(document);
    reader.CheckKeys({"format", "rateBps", "vertices", "edges"}, {"devicePowerW", "txPowerW"});
    reader.At("format").Choice({"noma-graph/1"});
    PartitionGraph graph;
    graph.rateBps = reader.At("rateBps").Number();
    if (document.contains("devicePowerW"))
    {
        graph.devicePowerW = reader.At("devicePowerW").Number();
    }
    if (document.contains("txPowerW"))
    {
        graph.txPowerW = reader.At("txPowerW").Number();
    }
    const JsonReader vertices = reader.At("vertices");
    for (std::size_t v = 0; v < vertices.Size(); ++v)
    {
        const JsonReader vertex = vertices.At(v);
        vertex.CheckKeys({"name", "deviceSeconds", "edgeSeconds", "outputBits"});
        graph.vertices.push_back({vertex.At("name").Text(),
                                  vertex.At("deviceSeconds").Number(),
                                  vertex.At("edgeSeconds").Number(),
                                  vertex.At("outputBits").Number()});
    }
    const JsonReader edges = reader.At("edges");
    for (std::size_t e = 0; e < edges.Size(); ++e)
    {
        const JsonReader edge = edges.At(e);
        edge.CheckSize(2, "parent, child");
        graph.edges.emplace_back(edge.At(std::size_t{0}).Index(), edge.At(std::size_t{1}).Index());
    }
    return graph;
}

std::string
FormatPartitionGraph(const PartitionGraph& graph)
{
    nlohmann::ordered_json document;
    document["format"] = "noma-graph/1";
    document["rateBps"] = graph.rateBps;
    const PartitionGraph plain;
    if (graph.devicePowerW != plain.devicePowerW || graph.txPowerW != plain.txPowerW)
    {
        document["devicePowerW"] = graph.devicePowerW;
        document["txPowerW"] = graph.txPowerW;
    }
    document["vertices"] = nlohmann::ordered_json::array();
    for (const PartitionVertex& vertex : graph.vertices)
    {
        document["vertices"].push_back({{"name", vertex.name},
                                        {"deviceSeconds", vertex.deviceSeconds},
                                        {"edgeSeconds", vertex.edgeSeconds},
                                        {"outputBits", vertex.outputBits}});
    }
    document["edges"] = nlohmann::ordered_json::array();
    for (const auto& [from, to] : graph.edges)
    {
        document["edges"].push_back(nlohmann::ordered_json::array({from, to}));
    }
    return document.dump(1) + "\n";
}

} // namespace noma
} // namespace ns3
