/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Graphs in noma-graph/1: what was read is written, read again and partitioned by every method.
 */
#include "noma-fuzz.h"

#include "ns3/noma-partition.h"

#include <cmath>

using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    fuzz::Accepts([&] {
        const PartitionGraph graph = ParsePartitionGraph(fuzz::Text(data, size));
        const Partitioner partitioner(graph);
        const std::string once = FormatPartitionGraph(graph);
        fuzz::Require(FormatPartitionGraph(ParsePartitionGraph(once)) == once,
                      "a graph reads back as it was written");
        double least = 0; // an exact method does no worse than the others
        for (const auto method : {PartitionMethod::DADS_LATENCY,
                                  PartitionMethod::NEUROSURGEON_LATENCY,
                                  PartitionMethod::NEUROSURGEON_ENERGY,
                                  PartitionMethod::DADS_THROUGHPUT,
                                  PartitionMethod::EXHAUSTIVE})
        {
            const DeviceSet device = partitioner.Solve(method, 10000);
            fuzz::Require(device.size() == graph.vertices.size() && device[0],
                          "the input stays on the device");
            const double latency = partitioner.GetCost(device).GetLatency();
            fuzz::Require(!std::isnan(latency), "a latency is a number");
            least = method == PartitionMethod::DADS_LATENCY ? latency : least;
            fuzz::Require(least <= latency * (1 + 1e-6), "a minimum cut is a minimum");
        }
    });
    return 0;
}
