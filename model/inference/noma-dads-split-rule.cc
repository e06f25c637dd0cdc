/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-dads-split-rule.h"

#include "ns3/double.h"
#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-partition.h"
#include "ns3/noma-round-robin-radio.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(DadsSplitRule);

namespace
{

/// @param client the user's client
/// @param dnn its DNN
/// @param user the user
/// @param edge its server
/// @param units compute units
/// @param bps uplink rate (bit/s), positive
/// @returns the graph of a user's DNN at present times
PartitionGraph
PresentGraph(const SplitInferenceClient& client,
             const DnnModel& dnn,
             const User& user,
             const EdgeServer& edge,
             double units,
             double bps)
{
    // FLOPs come out as seconds at 1 FLOP/s, measured seconds as what they stand for
    DnnCutParameters p = dnn.parameters;
    if (!dnn.profile.HasSeconds())
    {
        p.deviceFlopsPerSecond = 1;
        p.edgeFlopsPerSecond = 1;
    }
    // headers cost what they cost the input
    const double input = std::ceil(client.GetOptions().front().upBits / 8);
    const double wire =
        static_cast<double>(client.GetTransport()->GetWireBytes(static_cast<uint64_t>(input)));
    PartitionGraph graph = MakePartitionGraph(dnn.profile, p, bps * input / wire);
    const double device = p.deviceFlopsPerSecond / (user.clockHz * user.flopPerCycle);
    const double tail =
        p.edgeFlopsPerSecond / (edge.lambda.Speedup(units) * edge.clockHz * edge.flopPerCycle);
    for (PartitionVertex& v : graph.vertices)
    {
        v.deviceSeconds *= device;
        v.edgeSeconds *= tail;
    }
    return graph;
}

} // namespace

TypeId
DadsSplitRule::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::DadsSplitRule")
            .SetParent<SplitRule>()
            .SetGroupName("Noma")
            .AddConstructor<DadsSplitRule>()
            .AddAttribute("HeavyLoad",
                          "The switch from latency (DSL) to throughput (DSH): a server is heavily "
                          "loaded if more users than this per compute unit have work for it or are "
                          "choosing; 0 = always.",
                          DoubleValue(1.0),
                          MakeDoubleAccessor(&DadsSplitRule::m_heavyLoad),
                          MakeDoubleChecker<double>(0.0, 1e9));
    return tid;
}

void
DadsSplitRule::DoChoose(const BuiltInstance& built, Decision& decision)
{
    const Instance& instance = built.instance;
    const PresentState state = ObservePresentState(instance);
    std::vector<double> load(instance.edges.size(), 0);
    for (const User& user : instance.users)
    {
        const bool edge = std::any_of(user.options.begin(), user.options.end(), UsesEdge);
        load[user.ap] += edge ? 1 / instance.edges[user.ap].units : 0.0;
    }
    for (std::size_t i = 0; i < built.choosing.size(); ++i)
    {
        const auto client = i < built.clients.size() ? built.clients[i] : nullptr;
        const auto dnn = client ? client->GetDnn() : nullptr;
        if (!built.choosing[i] || !dnn || !(state.rate[i].up > 0) || !(state.units[i] > 0))
        {
            continue;
        }
        const User& user = instance.users[i];
        const Partitioner partitioner(PresentGraph(*client,
                                                   *dnn,
                                                   user,
                                                   instance.edges[user.ap],
                                                   state.units[i],
                                                   state.rate[i].up));
        const bool heavy = load[user.ap] > m_heavyLoad;
        const DeviceSet set = partitioner.Solve(heavy ? PartitionMethod::DADS_THROUGHPUT
                                                      : PartitionMethod::DADS_LATENCY);
        const auto cost = [&](const DeviceSet& device) {
            const PartitionCost c = partitioner.GetCost(device);
            return heavy ? std::make_pair(c.GetMaxStage(), c.GetLatency())
                         : std::make_pair(c.GetLatency(), c.GetMaxStage());
        };
        // the same set, or of several cuts with the same work the one in the list
        auto choice = std::find(dnn->cuts.begin(), dnn->cuts.end(), set);
        if (choice == dnn->cuts.end())
        {
            choice = std::min_element(
                dnn->cuts.begin(),
                dnn->cuts.end(),
                [&](const DeviceSet& a, const DeviceSet& b) { return cost(a) < cost(b); });
        }
        decision.users[i].option = static_cast<uint32_t>(choice - dnn->cuts.begin());
    }
}

} // namespace noma
} // namespace ns3
