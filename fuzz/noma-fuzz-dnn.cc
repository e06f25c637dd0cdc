/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Networks in noma-dnn/1: what was read is written and read again, cut and partitioned.
 */
#include "noma-fuzz.h"

#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-dnn-profile.h"

#include <cmath>

using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    fuzz::Accepts([&] {
        const DnnGraph graph = ParseDnn(fuzz::Text(data, size));
        const std::string once = FormatDnn(graph);
        fuzz::Require(FormatDnn(ParseDnn(once)) == once, "a network reads back as it was written");
        DnnCutParameters parameters;
        parameters.deviceFlopsPerSecond = 1e9;
        parameters.edgeFlopsPerSecond = 1e10;
        for (const DnnView view : {DnnView::OPERATORS, DnnView::FUSED})
        {
            const DnnProfile profile(graph, view);
            const auto options =
                MakeCutOptions(profile, UsefulCuts(profile, parameters, 1000), parameters);
            for (const CutOption& option : options)
            {
                for (const double part :
                     {option.deviceFlops, option.edgeFlops, option.upBits, option.downBits})
                {
                    fuzz::Require(std::isfinite(part) && part >= 0, "a cut has finite costs");
                }
            }
            fuzz::Require(PruneCutOptions(options).size() <= options.size(), "pruning prunes");
            Partitioner(MakePartitionGraph(profile, parameters, 1e6))
                .Solve(PartitionMethod::DADS_LATENCY);
        }
    });
    return 0;
}
