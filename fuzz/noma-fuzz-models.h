/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FUZZ_MODELS_H
#define NOMA_FUZZ_MODELS_H

#include "noma-fuzz.h"

#include "ns3/noma-cut-table.h"
#include "ns3/noma-device-json.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-dnn-profile.h"
#include "ns3/noma-model-library.h"

#include <cmath>
#include <vector>

namespace ns3
{
namespace noma
{
namespace fuzz
{

/**
 * @ingroup noma-fuzz
 * Speeds for what is cut.
 *
 * @returns bits as by default, and two speeds
 */
inline DnnCutParameters
Speeds()
{
    DnnCutParameters parameters;
    parameters.deviceFlopsPerSecond = 1e9;
    parameters.edgeFlopsPerSecond = 1e10;
    return parameters;
}

/**
 * @ingroup noma-fuzz
 * Holds options to finite costs and a probability as accuracy.
 *
 * @param options the options
 */
inline void
RequireFinite(const std::vector<CutOption>& options)
{
    for (const CutOption& o : options)
    {
        for (const double part : {o.deviceFlops, o.edgeFlops, o.upBits, o.downBits})
        {
            Require(std::isfinite(part) && part >= 0, "a cut has finite costs");
        }
        Require(o.accuracy >= 0 && o.accuracy <= 1, "an accuracy is from 0 to 1");
    }
}

/**
 * @ingroup noma-fuzz
 * Reads a network in noma-dnn/1 with its exits: what was read is written and read again, cut and
 * partitioned.
 *
 * @param text what may be one
 * @throws std::invalid_argument if it is none
 */
inline void
TryNetwork(const std::string& text)
{
    const DnnCutParameters parameters = Speeds();
    const std::vector<DnnExit> exits = ParseDnnExits(text);
    const DnnGraph& graph = exits.back().graph;
    const std::string once = FormatDnn(graph);
    Require(FormatDnn(ParseDnn(once)) == once, "a network reads back as it was written");
    const auto options = MakeExitOptions(exits, parameters, DnnCuts::SEQUENCE);
    RequireFinite(options);
    Require(options.back().upBits == 0, "the last option is the whole last exit on the device");
    for (const DnnView view : {DnnView::OPERATORS, DnnView::FUSED})
    {
        const DnnProfile profile(graph, view);
        const auto cuts =
            MakeCutOptions(profile, UsefulCuts(profile, parameters, 1000), parameters);
        RequireFinite(cuts);
        Require(PruneCutOptions(cuts).size() <= cuts.size(), "pruning prunes");
        // refused where there are several inputs or results
        Accepts([&] {
            Partitioner(MakePartitionGraph(profile, parameters, 1e6))
                .Solve(PartitionMethod::DADS_LATENCY);
        });
    }
}

/**
 * @ingroup noma-fuzz
 * Reads a device profile in noma-device/1: what was read predicts the times of a network.
 *
 * @param text what may be one
 * @throws std::invalid_argument if it is none
 */
inline void
TryDevice(const std::string& text)
{
    static const DnnGraph graph = BuiltInModel("nin-cifar10");
    const DeviceProfile profile = ParseDeviceProfile(text);
    // refused where the network has a kind that the profile has not
    Accepts([&] {
        for (const double seconds : PredictSeconds(profile, graph))
        {
            Require(std::isfinite(seconds) && seconds >= 0, "a time is finite");
        }
        WithDeviceSeconds(graph, profile, profile);
    });
}

/**
 * @ingroup noma-fuzz
 * Reads a cut table: what was read becomes options.
 *
 * @param text what may be one
 * @throws std::invalid_argument if it is none
 */
inline void
TryCutTable(const std::string& text)
{
    const CutTable table = ParseCutTable(text, "table");
    const auto options = MakeCutOptions(table, 1e9, 1e10);
    RequireFinite(options);
    Require(table.names.size() == options.size(), "every cut has a name or an empty one");
    Require(PruneCutOptions(options).size() <= options.size(), "pruning prunes");
}

} // namespace fuzz
} // namespace noma
} // namespace ns3

#endif // NOMA_FUZZ_MODELS_H
