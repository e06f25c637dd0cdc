/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-cut.h"

#include "ns3/noma-check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

namespace ns3
{
namespace noma
{

namespace
{

/// Most bits one element may have: 64-bit floats are the widest in use, with room to spare.
constexpr double MAX_BITS = 1024;

/// Checks parameters. @param profile the DNN @param p the parameters
/// @param speeds whether speeds are needed
void
CheckParameters(const DnnProfile& profile, const DnnCutParameters& p, bool speeds)
{
    const char* bits = "a number from 1 to 1024";
    CheckRange(p.elementBits, 1, MAX_BITS, bits, profile.GetName(), ": elementBits");
    CheckRange(p.inputBits, 1, MAX_BITS, bits, profile.GetName(), ": inputBits");
    if (speeds)
    {
        CheckPositive(p.deviceFlopsPerSecond, profile.GetName(), ": deviceFlopsPerSecond");
        CheckPositive(p.edgeFlopsPerSecond, profile.GetName(), ": edgeFlopsPerSecond");
    }
}

/// @param profile the DNN
/// @param v the vertex
/// @param p the parameters
/// @returns bits of the tensor a vertex gives
double
OutputBits(const DnnProfile& profile, std::size_t v, const DnnCutParameters& p)
{
    return static_cast<double>(profile.GetVertices()[v].output.GetElements()) *
           (profile.GetVertices()[v].isInput ? p.inputBits : p.elementBits);
}

using Point = std::array<double, 4>;

/// @param o the option
/// @returns an option as a point
Point
ToPoint(const CutOption& o)
{
    return {o.deviceFlops, o.upBits, o.edgeFlops, o.downBits};
}

/// @param a one
/// @param b other
/// @param c the third
/// @returns whether a mix of two points is nowhere above a third
bool
IsCovered(const Point& a, const Point& b, const Point& c)
{
    // t*a + (1 - t)*b <= c: each component bounds t from one side
    double low = 0;
    double high = 1;
    for (std::size_t i = 0; i < c.size(); ++i)
    {
        const double slope = a[i] - b[i];
        const double room = c[i] - b[i];
        if (slope > 0)
        {
            high = std::min(high, room / slope);
        }
        else if (slope < 0)
        {
            low = std::max(low, room / slope);
        }
        else if (room < 0)
        {
            return false;
        }
    }
    return low <= high;
}

/**
 * @param options options, at least one
 * @returns whether the plane (deviceFlops, upBits) says it all: what the device leaves is the
 * edge's, all results are of one size, and device-only is among the options
 */
bool
IsPlane(const std::vector<CutOption>& options)
{
    const double sum = options[0].deviceFlops + options[0].edgeFlops;
    const auto isDeviceOnly = [](const CutOption& o) {
        return o.edgeFlops == 0 && o.upBits == 0 && o.downBits == 0;
    };
    double result = 0;
    for (const CutOption& o : options)
    {
        result = std::max(result, o.downBits);
    }
    return std::any_of(options.begin(), options.end(), isDeviceOnly) &&
           std::all_of(options.begin(), options.end(), [&](const CutOption& o) {
               return std::abs(o.deviceFlops + o.edgeFlops - sum) <= 1e-12 * sum &&
                      (isDeviceOnly(o) || (o.downBits == result && o.upBits > 0));
           });
}

/// @param profile the DNN
/// @param device vertices on the device
/// @returns whether a cut leaves the edge nothing but to collect results
bool
OnlyResultsAreLeft(const DnnProfile& profile, const DeviceSet& device)
{
    return profile.GetVertices().back().isResults && !device.back() &&
           std::count(device.begin(), device.end(), false) == 1;
}

} // namespace

std::vector<DeviceSet>
ChainCuts(const DnnProfile& profile)
{
    const auto& vertices = profile.GetVertices();
    DeviceSet device(vertices.size(), false);
    for (std::size_t v = 0; v < device.size(); ++v)
    {
        device[v] = vertices[v].isInput;
    }
    std::vector<DeviceSet> cuts{device};
    for (std::size_t v = 0; v < device.size(); ++v)
    {
        if (!device[v])
        {
            device[v] = true;
            if (!OnlyResultsAreLeft(profile, device))
            {
                cuts.push_back(device);
            }
        }
    }
    return cuts;
}

std::vector<DeviceSet>
AllCuts(const DnnProfile& profile, uint64_t limit)
{
    std::vector<std::vector<uint32_t>> parents;
    for (const auto& vertex : profile.GetVertices())
    {
        parents.push_back(vertex.parents);
    }
    try
    {
        std::vector<DeviceSet> cuts;
        for (const DeviceSet& device : EnumerateDownSets(parents, limit))
        {
            bool inputs = true;
            for (std::size_t v = 0; v < device.size(); ++v)
            {
                inputs = inputs && (device[v] || !profile.GetVertices()[v].isInput);
            }
            if (inputs && !OnlyResultsAreLeft(profile, device))
            {
                cuts.push_back(device);
            }
        }
        return cuts;
    }
    catch (const std::invalid_argument&)
    {
        ThrowInvalid("more than " + std::to_string(limit),
                     "within the limit on the number of cuts; use the minimum cut or chain cuts",
                     profile.GetName(),
                     ": cuts");
    }
}

std::vector<DeviceSet>
UsefulCuts(const DnnProfile& profile, const DnnCutParameters& parameters, uint64_t limit)
{
    std::vector<DeviceSet> chain = ChainCuts(profile);
    std::vector<DeviceSet> all;
    try
    {
        all = AllCuts(profile, limit);
    }
    catch (const std::invalid_argument&)
    {
        return chain;
    }
    if (all.size() == chain.size())
    {
        return chain;
    }
    const std::vector<CutOption> options = MakeCutOptions(profile, all, parameters);
    // the two ends stay whatever they send
    const DeviceSet& first = chain.front();
    const DeviceSet& last = chain.back();
    const auto key = [&](std::size_t k) {
        const CutOption& o = options[k];
        const int end = all[k] == first ? 0 : all[k] == last ? 2 : 1;
        return std::make_tuple(end, o.deviceFlops, o.edgeFlops, o.upBits, k);
    };
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return key(a) < key(b);
    });
    std::vector<DeviceSet> cuts;
    const CutOption* before = nullptr;
    for (std::size_t k : order)
    {
        const CutOption& o = options[k];
        const bool inside = all[k] != first && all[k] != last;
        if (inside && before && o.deviceFlops == before->deviceFlops &&
            o.edgeFlops == before->edgeFlops && o.upBits >= before->upBits)
        {
            continue;
        }
        cuts.push_back(all[k]);
        before = &o;
    }
    return cuts;
}

CutOption
MakeCutOption(const DnnProfile& profile, const DeviceSet& device, const DnnCutParameters& p)
{
    CheckParameters(profile, p, profile.HasSeconds());
    const auto& vertices = profile.GetVertices();
    if (device.size() != vertices.size() || !device[0])
    {
        ThrowInvalid(device.size(), "a set over all vertices with the input", "cut");
    }
    CutOption option;
    std::vector<bool> crosses(vertices.size(), false);
    for (std::size_t v = 0; v < vertices.size(); ++v)
    {
        if (vertices[v].isInput && !device[v])
        {
            ThrowInvalid(vertices[v].name, "on the device, as every input is", "cut");
        }
        for (uint32_t parent : vertices[v].parents)
        {
            if (device[v] && !device[parent])
            {
                ThrowInvalid(vertices[v].name, "on the device with all its parents", "cut");
            }
            // a result that the device has is where it should be
            crosses[parent] = crosses[parent] || (!device[v] && !vertices[v].isResults);
        }
        const double flops = static_cast<double>(vertices[v].flops);
        if (device[v])
        {
            option.deviceFlops += profile.HasSeconds() ? vertices[v].deviceSeconds.value_or(0) *
                                                             p.deviceFlopsPerSecond
                                                       : flops;
        }
        else
        {
            option.edgeFlops += profile.HasSeconds()
                                    ? vertices[v].edgeSeconds.value_or(0) * p.edgeFlopsPerSecond
                                    : flops;
        }
    }
    for (std::size_t v = 0; v < vertices.size(); ++v)
    {
        option.upBits += device[v] && crosses[v] ? OutputBits(profile, v, p) : 0;
    }
    if (vertices.back().isResults)
    {
        for (uint32_t parent : vertices.back().parents)
        {
            option.downBits += device[parent] ? 0 : OutputBits(profile, parent, p);
        }
    }
    else
    {
        option.downBits = device.back() ? 0 : OutputBits(profile, vertices.size() - 1, p);
    }
    return option;
}

std::vector<CutOption>
MakeCutOptions(const DnnProfile& profile,
               const std::vector<DeviceSet>& cuts,
               const DnnCutParameters& parameters)
{
    std::vector<CutOption> options;
    options.reserve(cuts.size());
    for (const DeviceSet& device : cuts)
    {
        options.push_back(MakeCutOption(profile, device, parameters));
    }
    return options;
}

std::vector<std::size_t>
PruneCutOptions(const std::vector<CutOption>& options)
{
    std::vector<std::size_t> order(options.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const Point p = ToPoint(options[a]);
        const Point q = ToPoint(options[b]);
        return p != q ? p < q : a < b;
    });
    // Sorted by deviceFlops, then upBits: what is kept so far dominates or is undominated.
    std::vector<std::size_t> front;
    for (std::size_t i : order)
    {
        const Point c = ToPoint(options[i]);
        const bool dominated = std::any_of(front.begin(), front.end(), [&](std::size_t k) {
            const Point a = ToPoint(options[k]);
            return std::equal(a.begin(), a.end(), c.begin(), [](double x, double y) {
                return x <= y;
            });
        });
        if (!dominated)
        {
            front.push_back(i);
        }
    }
    if (options.empty() || !IsPlane(options))
    {
        std::vector<std::size_t> kept;
        for (std::size_t i : front)
        {
            bool covered = false;
            for (std::size_t a = 0; a < front.size() && !covered; ++a)
            {
                for (std::size_t b = a + 1; b < front.size() && !covered; ++b)
                {
                    covered = front[a] != i && front[b] != i &&
                              IsCovered(ToPoint(options[front[a]]),
                                        ToPoint(options[front[b]]),
                                        ToPoint(options[i]));
                }
            }
            if (!covered)
            {
                kept.push_back(i);
            }
        }
        return kept;
    }
    // the device-only option ends the hull: it sends least, whatever the device's speed
    std::vector<std::size_t> hull;
    for (std::size_t i : order)
    {
        const CutOption& c = options[i];
        if (!hull.empty() && c.upBits >= options[hull.back()].upBits)
        {
            continue;
        }
        while (hull.size() >= 2)
        {
            const CutOption& a = options[hull[hull.size() - 2]];
            const CutOption& b = options[hull.back()];
            const double cross = (b.deviceFlops - a.deviceFlops) * (c.upBits - a.upBits) -
                                 (b.upBits - a.upBits) * (c.deviceFlops - a.deviceFlops);
            if (cross > 0)
            {
                break;
            }
            hull.pop_back();
        }
        hull.push_back(i);
    }
    return hull;
}

PartitionGraph
MakePartitionGraph(const DnnProfile& profile, const DnnCutParameters& p, double rateBps)
{
    CheckParameters(profile, p, !profile.HasSeconds());
    PartitionGraph graph;
    graph.rateBps = rateBps;
    const auto& vertices = profile.GetVertices();
    for (std::size_t v = 0; v < vertices.size(); ++v)
    {
        const DnnVertex& vertex = vertices[v];
        if ((v > 0 && vertex.isInput) || vertex.isResults)
        {
            ThrowInvalid(vertex.name,
                         "in a partition graph, which has one input and one result",
                         profile.GetName());
        }
        const double flops = static_cast<double>(vertex.flops);
        const bool seconds = profile.HasSeconds();
        graph.vertices.push_back(
            {vertex.name,
             seconds ? vertex.deviceSeconds.value_or(0) : flops / p.deviceFlopsPerSecond,
             seconds ? vertex.edgeSeconds.value_or(0) : flops / p.edgeFlopsPerSecond,
             OutputBits(profile, v, p)});
    }
    graph.edges = profile.GetEdges();
    return graph;
}

} // namespace noma
} // namespace ns3
