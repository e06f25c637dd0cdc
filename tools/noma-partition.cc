/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Partitions one DNN between one device and one edge.
 */
#include "ns3/noma-partition.h"

#include "noma-arguments.h"

#include "ns3/noma-json-writer.h"

#include <nlohmann/json.hpp>

namespace
{

using namespace ns3::noma;

/// @param graph the graph
/// @param method name of the method
/// @param maxStage whether exhaustive minimises the slowest stage
/// @param limit most sets
/// @returns the answer
std::string
Partition(const PartitionGraph& graph, const std::string& method, bool maxStage, uint64_t limit)
{
    const auto& names = PartitionMethodNames();
    const auto which =
        static_cast<PartitionMethod>(std::find(names.begin(), names.end(), method) - names.begin());
    const Partitioner partitioner(graph);
    const DeviceSet device =
        maxStage ? partitioner.Exhaustive(true, limit) : partitioner.Solve(which, limit);
    const PartitionCost cost = partitioner.GetCost(device);
    nlohmann::ordered_json answer;
    answer["method"] = method;
    answer["device"] = nlohmann::ordered_json::array();
    for (std::size_t v = 0; v < device.size(); ++v)
    {
        if (device[v])
        {
            answer["device"].push_back(v);
        }
    }
    answer["latencySeconds"] = cost.GetLatency();
    answer["maxStageSeconds"] = cost.GetMaxStage();
    return JsonText(answer, -1);
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-partition", [&] {
        Arguments arguments("noma-partition", "cut one DNN between one device and one edge");
        arguments.AddRequired("graph", "FILE", "graph, noma-graph/1; - is standard input");
        arguments.AddRequired("method", "NAME", "one of the methods below");
        arguments.AddOption("objective",
                            "NAME",
                            "of exhaustive: latency or throughput (least slowest stage)",
                            "latency");
        arguments.AddOption("limit", "N", "of exhaustive: most cuts to look at", "1000000");
        arguments.AddOption("out", "FILE", "write there instead of to standard output", "-");
        arguments.SetEpilogue(
            "Methods:\n"
            "  neurosurgeon-latency  best single cut of the vertices in topological order\n"
            "  neurosurgeon-energy   the same, least energy of the device (devicePowerW and\n"
            "                        txPowerW of the graph, 1 W each if not given)\n"
            "  dads-latency          DNN surgeon, light load: minimum cut, exact\n"
            "  dads-throughput       DNN surgeon, heavy load: small slowest stage, not exact\n"
            "  exhaustive            every cut\n"
            "Vertex 0 is the input and stays on the device. Latency is device + link + edge\n"
            "seconds; each tensor that crosses counts once.");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const std::string method = arguments.GetChoice("method", PartitionMethodNames());
        const bool maxStage =
            arguments.GetChoice("objective", {"latency", "throughput"}) == "throughput";
        if (arguments.Has("objective") && method != "exhaustive")
        {
            throw std::invalid_argument("--objective is only for --method exhaustive");
        }
        const uint64_t limit = arguments.GetUint("limit", 1, 1000000000);
        const std::string& file = arguments.GetString("graph");
        const std::string text = ReadTextFile(file);
        std::string answer;
        try
        {
            answer = Partition(ParsePartitionGraph(text), method, maxStage, limit);
        }
        catch (const std::invalid_argument& e)
        {
            throw std::invalid_argument((file == "-" ? "standard input" : file) + ": " + e.what());
        }
        WriteTextFile(arguments.GetString("out"), answer);
        return 0;
    });
}
