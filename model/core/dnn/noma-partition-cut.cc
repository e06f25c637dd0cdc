/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-partition.h"

// GCC takes an empty boost::optional in Boost.Graph's edge iterators for an uninitialised read
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <limits>

namespace ns3
{
namespace noma
{

namespace
{

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Link = Traits::edge_descriptor;

/// A vertex of the flow network.
struct FlowVertex
{
    long index;                      //!< its number
    boost::default_color_type color; //!< working state
    double distance;                 //!< working state
    Link predecessor;                //!< working state
};

/// A link of the flow network.
struct FlowLink
{
    double capacity; //!< capacity
    double residual; //!< capacity left
    Link reverse;    //!< link the other way
};

using Network =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, FlowVertex, FlowLink>;

/// Adds a pair of opposite links. @param g the network @param u one end @param v other end
/// @param forth capacity from u to v @param back capacity from v to u
void
Connect(Network& g, std::size_t u, std::size_t v, double forth, double back)
{
    const Link there = boost::add_edge(u, v, g).first;
    const Link here = boost::add_edge(v, u, g).first;
    g[there].capacity = forth;
    g[here].capacity = back;
    g[there].reverse = here;
    g[here].reverse = there;
}

} // namespace

DeviceSet
Partitioner::MinimumCut(double deviceWeight, double linkWeight, double edgeWeight) const
{
    const std::size_t n = m_graph.vertices.size();
    // vertices, then one tensor per vertex, so that a tensor is paid once however many children
    // need it; then device (source) and edge (sink)
    Network g(2 * n + 2);
    const std::size_t device = 2 * n;
    const std::size_t edge = 2 * n + 1;
    const auto weigh = [&](const PartitionCost& cost) {
        return deviceWeight * cost.deviceSeconds + linkWeight * cost.linkSeconds +
               edgeWeight * cost.edgeSeconds;
    };
    // the best single cut of the sequence bounds the minimum from above
    DeviceSet set(n, false);
    DeviceSet best;
    double bound = std::numeric_limits<double>::infinity();
    for (uint32_t v : m_order)
    {
        set[v] = true;
        const double value = weigh(GetCost(set));
        if (value < bound)
        {
            bound = value;
            best = set;
        }
    }
    if (bound == 0)
    {
        return best;
    }
    // A minimum cut pays for no link dearer than the bound: clamping keeps sums of very different
    // sizes exact, and twice the bound serves as infinity.
    const double infinite = 2 * bound;
    const auto clamp = [&](double capacity) { return std::min(capacity, infinite); };
    for (std::size_t v = 0; v < n; ++v)
    {
        const PartitionVertex& vertex = m_graph.vertices[v];
        Connect(g, device, v, v == 0 ? infinite : clamp(edgeWeight * vertex.edgeSeconds), 0);
        Connect(g, v, edge, v == 0 ? 0 : clamp(deviceWeight * vertex.deviceSeconds), 0);
        Connect(g, v, n + v, clamp(linkWeight * (vertex.outputBits / m_graph.rateBps)), 0);
        for (uint32_t c : m_children[v])
        {
            Connect(g, n + v, c, infinite, 0);
            // a child on the device needs its parent there
            Connect(g, c, v, infinite, 0);
        }
    }
    for (std::size_t v = 0; v < 2 * n + 2; ++v)
    {
        g[v].index = static_cast<long>(v);
    }
    boost::boykov_kolmogorov_max_flow(g,
                                      boost::get(&FlowLink::capacity, g),
                                      boost::get(&FlowLink::residual, g),
                                      boost::get(&FlowLink::reverse, g),
                                      boost::get(&FlowVertex::predecessor, g),
                                      boost::get(&FlowVertex::color, g),
                                      boost::get(&FlowVertex::distance, g),
                                      boost::get(&FlowVertex::index, g),
                                      device,
                                      edge);
    // What the source still reaches is the smallest minimum cut, whatever path the flow took
    // (colours would leave it open which of several equal cuts is meant). What rounding has left
    // of a full link counts as nothing.
    const double nothing = 1e-14 * bound;
    std::vector<bool> reached(2 * n + 2, false);
    std::vector<std::size_t> stack{device};
    reached[device] = true;
    while (!stack.empty())
    {
        const std::size_t u = stack.back();
        stack.pop_back();
        for (auto [it, end] = boost::out_edges(u, g); it != end; ++it)
        {
            const std::size_t v = boost::target(*it, g);
            if (!reached[v] && g[*it].residual > nothing)
            {
                reached[v] = true;
                stack.push_back(v);
            }
        }
    }
    set.assign(reached.begin(), reached.begin() + static_cast<std::ptrdiff_t>(n));
    return weigh(GetCost(set)) <= bound ? set : best;
}

} // namespace noma
} // namespace ns3
