/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Profiles a DNN: work and output size of every vertex, and what each cut costs.
 */
#include "noma-arguments.h"
#include "noma-profile-report.h"

#include "ns3/noma-data-files.h"
#include "ns3/noma-device-profile.h"
#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-json-writer.h"
#include "ns3/noma-model-library.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace
{

using namespace ns3::noma;

/// @param text "NAME=N,NAME=N"
/// @returns sizes of dynamic axes
std::map<std::string, uint32_t>
ParseSizes(const std::string& text)
{
    std::map<std::string, uint32_t> sizes;
    std::istringstream list(text);
    for (std::string item; std::getline(list, item, ',');)
    {
        const std::size_t equal = item.rfind('=');
        const std::string digits = equal == std::string::npos ? "" : item.substr(equal + 1);
        if (equal == 0 || digits.empty() || digits.size() > 8 ||
            digits.find_first_not_of("0123456789") != std::string::npos ||
            !sizes.emplace(item.substr(0, equal), std::stoul(digits)).second)
        {
            throw std::invalid_argument("--dim has '" + item.substr(0, 64) +
                                        "', expected NAME=N, each name once");
        }
    }
    return sizes;
}

/**
 * Loads a model, and says what in it is not counted.
 *
 * @param source a name, a file or "-"
 * @param input height and width, 0 = native
 * @param sizes sizes of dynamic axes
 * @returns its exits
 */
std::vector<DnnExit>
LoadModel(const std::string& source, uint32_t input, const std::map<std::string, uint32_t>& sizes)
{
    if (source != "-")
    {
        std::map<std::string, uint32_t> uncounted;
        std::vector<DnnExit> exits = LoadDnnExits(source, input, sizes, &uncounted);
        std::string all;
        for (const auto& [name, count] : uncounted)
        {
            all += (all.empty() ? "" : ", ") + name + " (" + std::to_string(count) + ")";
        }
        if (!all.empty())
        {
            std::cerr << "noma-profile: taken for no work: " << all << std::endl;
        }
        return exits;
    }
    try
    {
        return ParseDnnExits(ReadTextFile(source), input);
    }
    catch (const std::invalid_argument& e)
    {
        throw std::invalid_argument("standard input: " + std::string(e.what()));
    }
}

/**
 * @param exits exits of a model
 * @param name name of one of them; empty = the last
 * @returns that exit
 */
const DnnExit&
FindExit(const std::vector<DnnExit>& exits, const std::string& name)
{
    std::vector<std::string> names;
    for (const DnnExit& exit : exits)
    {
        if (!name.empty() && exit.name == name)
        {
            return exit;
        }
        names.push_back(exit.name);
    }
    if (!name.empty())
    {
        throw std::invalid_argument("--exit is '" + name.substr(0, 64) + "', the model has " +
                                    (exits[0].name.empty() ? "no exits" : Join(names, ", ")));
    }
    return exits.back();
}

/// @param exits exits of a model that names some
/// @returns a table of them
std::string
ExitTable(const std::vector<DnnExit>& exits)
{
    std::ostringstream text;
    text << "\nexits:\n";
    for (const DnnExit& exit : exits)
    {
        text << "  " << exit.name << ": " << exit.graph.GetMacs() << " MACs, accuracy "
             << exit.accuracy;
        for (const DnnPrecision& p : exit.precisions)
        {
            text << ", " << p.accuracy << " at " << p.bits << " bit";
        }
        text << "\n";
    }
    return text.str();
}

/// Declares the command line. @returns it
Arguments
MakeArguments()
{
    Arguments arguments("noma-profile", "work, tensor sizes and cuts of a DNN");
    arguments.AddRequired(
        "model",
        "NAME|FILE",
        "built-in model, network in data/, or a file: noma-dnn/1, ONNX or a cut table (.csv)");
    arguments.AddOption("dim", "NAME=N,...", "dynamic axes of an ONNX file; its batch is 1");
    arguments.AddOption("exit", "NAME", "which of the model's exits [the last]", "");
    arguments.AddOption("input", "N", "height and width of the input [native]");
    arguments.AddOption("view",
                        "VIEW",
                        "fused (layers as the literature counts) or operators",
                        "fused");
    arguments.AddOption("element-bits", "N", "bits per element of features and result", "32");
    arguments.AddOption("input-bits", "N", "bits per element of the input", "8");
    arguments.AddOption("format", "FORMAT", "table, csv, json, model or graph", "table");
    arguments.AddOption("cuts", "WHICH", "chain (of the sequence) or all (of the DAG)", "chain");
    arguments.AddOption("limit", "N", "most cuts for --cuts all", "10000");
    arguments.AddOption("device-flops",
                        "X",
                        "device speed (FLOP/s), for graph and measured seconds");
    arguments.AddOption("edge-flops", "X", "edge unit speed (FLOP/s), likewise");
    arguments.AddOption("device", "NAME|FILE", "device, a profile in format noma-device/1");
    arguments.AddOption("edge", "NAME|FILE", "edge unit, likewise; cuts are then in seconds");
    arguments.AddOption("rate",
                        "X",
                        "link rate (bit/s), for graph and for totals of cuts in seconds");
    arguments.AddOption("out", "FILE", "write there instead of to standard output", "-");
    arguments.SetEpilogue("Built-in models: " + Join(BuiltInModelNames(), ", ") +
                          "\n"
                          "Formats: table, vertices and cuts for people; csv, one vertex a line, 0 "
                          "the input;\n"
                          "json, all of it; model, the model in noma-dnn/1, to start one's own "
                          "from;\n"
                          "graph, noma-graph/1 for noma-partition. FLOPs are 2 per "
                          "multiply-accumulate.\n"
                          "Cut k leaves vertices 0..k on the device; * marks those that can be "
                          "optimal.");
    return arguments;
}

/// @param arguments the command line
/// @returns the text asked for of a cut table
std::string
RunTable(const Arguments& arguments)
{
    const std::string format = arguments.GetChoice("format", {"table", "json"});
    for (const char* name : {"exit",
                             "input",
                             "view",
                             "element-bits",
                             "input-bits",
                             "cuts",
                             "limit",
                             "dim",
                             "device",
                             "edge"})
    {
        if (arguments.Has(name))
        {
            throw std::invalid_argument("--" + std::string(name) +
                                        " is not allowed: a cut table has no network");
        }
    }
    const CutTable table = LoadCutTable(arguments.GetString("model"));
    constexpr double tiny = std::numeric_limits<double>::min();
    const bool speeds = arguments.Has("device-flops") && arguments.Has("edge-flops");
    Costs costs;
    costs.timed = table.deviceSeconds || table.edgeSeconds || speeds;
    costs.options = table.options;
    costs.rateBps = arguments.Has("rate") ? arguments.GetDouble("rate", tiny, 1e30) : 0;
    const auto divide = [&](const char* option, bool seconds, double CutOption::*work) {
        if (arguments.Has(option) && (seconds || !costs.timed))
        {
            throw std::invalid_argument(
                "--" + std::string(option) +
                (seconds ? " is not allowed: the table has seconds" : " is of no use alone"));
        }
        if (costs.timed && !seconds)
        {
            if (!arguments.Has(option))
            {
                throw std::invalid_argument("--" + std::string(option) +
                                            " is missing: the table has seconds and FLOPs");
            }
            for (CutOption& o : costs.options)
            {
                o.*work /= arguments.GetDouble(option, tiny, 1e30);
            }
        }
    };
    divide("device-flops", table.deviceSeconds, &CutOption::deviceFlops);
    divide("edge-flops", table.edgeSeconds, &CutOption::edgeFlops);
    if (costs.rateBps > 0 && !costs.timed)
    {
        throw std::invalid_argument("--rate is not allowed without seconds or speeds");
    }
    costs.kept = PruneCutOptions(costs.options);
    if (format == "json")
    {
        nlohmann::ordered_json json;
        json["format"] = "noma-profile/1";
        json["model"] = table.name;
        json["cuts"] = nlohmann::ordered_json::array();
        for (std::size_t k = 0; k < costs.options.size(); ++k)
        {
            nlohmann::ordered_json item;
            item["name"] = table.names[k];
            AddCosts(item, costs, k);
            json["cuts"].push_back(item);
        }
        json["hull"] = costs.kept;
        return JsonText(json);
    }
    std::ostringstream text;
    text << table.name << ": " << costs.options.size() << " cuts\n";
    WriteCuts(text, costs);
    return text.str();
}

/// @param arguments the command line
/// @returns the text asked for
std::string
Run(const Arguments& arguments)
{
    if (IsCutTable(arguments.GetString("model")))
    {
        return RunTable(arguments);
    }
    const std::string format =
        arguments.GetChoice("format", {"table", "csv", "json", "model", "graph"});
    const std::string view = arguments.GetChoice("view", {"fused", "operators"});
    const std::string which = arguments.GetChoice("cuts", {"chain", "all"});
    const auto input =
        arguments.Has("input") ? static_cast<uint32_t>(arguments.GetUint("input", 1, 8192)) : 0;
    const uint64_t limit = arguments.GetUint("limit", 1, 10000000);
    DnnCutParameters parameters;
    parameters.elementBits = arguments.GetDouble("element-bits", 1, 1024);
    parameters.inputBits = arguments.GetDouble("input-bits", 1, 1024);
    constexpr double tiny = std::numeric_limits<double>::min();
    if (arguments.Has("device-flops"))
    {
        parameters.deviceFlopsPerSecond = arguments.GetDouble("device-flops", tiny, 1e30);
    }
    if (arguments.Has("edge-flops"))
    {
        parameters.edgeFlopsPerSecond = arguments.GetDouble("edge-flops", tiny, 1e30);
    }
    const auto sizes = ParseSizes(arguments.Has("dim") ? arguments.GetString("dim") : "");
    const auto exits = LoadModel(arguments.GetString("model"), input, sizes);
    DnnGraph graph = FindExit(exits, arguments.GetString("exit")).graph;
    const bool timed = arguments.Has("device") || arguments.Has("edge");
    if (timed)
    {
        for (const char* name : {"device", "edge"})
        {
            if (!arguments.Has(name))
            {
                throw std::invalid_argument("--" + std::string(name) +
                                            " is missing: seconds need a device and an edge");
            }
            if (arguments.Has(std::string(name) + "-flops"))
            {
                throw std::invalid_argument("--" + std::string(name) +
                                            "-flops is not allowed beside --" + name);
            }
        }
        graph = WithDeviceSeconds(graph,
                                  LoadDevice(arguments.GetString("device")),
                                  LoadDevice(arguments.GetString("edge")));
        // work is given in seconds
        parameters.deviceFlopsPerSecond = parameters.edgeFlopsPerSecond = 1;
    }
    const double rate = arguments.Has("rate") ? arguments.GetDouble("rate", tiny, 1e30) : 0;
    if (rate > 0 && format != "graph" && !timed)
    {
        throw std::invalid_argument("--rate is not allowed without --format graph or --device");
    }
    if (format == "model")
    {
        return FormatDnn(graph);
    }
    const DnnProfile profile(graph, view == "fused" ? DnnView::FUSED : DnnView::OPERATORS);
    for (const char* speed : {"device-flops", "edge-flops"})
    {
        const bool needed = profile.HasSeconds() != (format == "graph") && format != "csv";
        if (needed && !timed && !arguments.Has(speed))
        {
            throw std::invalid_argument("--" + std::string(speed) + " is missing: " +
                                        (profile.HasSeconds() ? "the model has measured seconds"
                                                              : "--format graph needs it"));
        }
    }
    if (format == "graph")
    {
        if (rate == 0)
        {
            throw std::invalid_argument("--rate is missing: --format graph needs it");
        }
        return FormatPartitionGraph(MakePartitionGraph(profile, parameters, rate));
    }
    Report report{graph, profile, view, parameters, {}, {{}, {}, timed, rate}};
    std::ostringstream text;
    if (format == "csv")
    {
        WriteCsv(text, report);
        return text.str();
    }
    report.cuts = which == "all" ? AllCuts(profile, limit) : ChainCuts(profile);
    report.costs.options = MakeCutOptions(profile, report.cuts, parameters);
    report.costs.kept = PruneCutOptions(report.costs.options);
    if (format == "json")
    {
        return JsonText(ToJson(report));
    }
    WriteTable(text, report);
    WriteCuts(text, report.costs);
    return text.str() + (exits[0].name.empty() ? "" : ExitTable(exits));
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-profile", [&] {
        Arguments arguments = MakeArguments();
        if (arguments.Parse(argc, argv))
        {
            WriteTextFile(arguments.GetString("out"), Run(arguments));
        }
        return 0;
    });
}
