/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-partition.h"

#include "ns3/noma-check.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <set>

namespace ns3
{
namespace noma
{

namespace
{

/// Intervals of the weight grid of DADS for throughput. A finer grid finds no other cuts worth it.
constexpr uint32_t THROUGHPUT_STEPS = 16;

/// Above this, pairs of moves take too long.
constexpr std::size_t MAX_PAIR_VERTICES = 256;

/// Greatest number of vertices.
constexpr std::size_t MAX_VERTICES = 10000;

/// @param device the set
/// @returns how many vertices are on the device
std::size_t
Count(const DeviceSet& device)
{
    return std::count(device.begin(), device.end(), true);
}

/// Walks all down-closed sets, calling a function for each.
class DownSetWalk
{
  public:
    /// @param parents parents of each vertex, in topological order @param limit most sets
    DownSetWalk(const std::vector<std::vector<uint32_t>>& parents, uint64_t limit)
        : m_parents(parents),
          m_limit(limit)
    {
    }

    /// @param visit called with each set
    void Run(const std::function<void(const DeviceSet&)>& visit)
    {
        const std::size_t n = m_parents.size();
        DeviceSet device(n, false);
        device[0] = true;
        std::vector<bool> tried(n, false);
        uint64_t count = 0;
        // depth-first without recursion: each vertex first on the edge, then on the device
        std::size_t v = 1;
        while (true)
        {
            if (v == n)
            {
                if (++count > m_limit)
                {
                    throw std::invalid_argument("graph: the number of down-closed sets is not at "
                                                "most the limit of " +
                                                std::to_string(m_limit));
                }
                visit(device);
            }
            else
            {
                device[v] = false;
                tried[v] = !std::all_of(m_parents[v].begin(), m_parents[v].end(), [&](uint32_t p) {
                    return device[p];
                });
                ++v;
                continue;
            }
            // back to the last vertex that can still go to the device
            while (v > 1 && tried[v - 1])
            {
                --v;
            }
            if (v == 1)
            {
                return;
            }
            device[v - 1] = true;
            tried[v - 1] = true;
        }
    }

  private:
    const std::vector<std::vector<uint32_t>>& m_parents; //!< parents of each vertex
    uint64_t m_limit;                                    //!< most sets
};

} // namespace

std::vector<DeviceSet>
EnumerateDownSets(const std::vector<std::vector<uint32_t>>& parents, uint64_t limit)
{
    std::vector<DeviceSet> sets;
    DownSetWalk(parents, limit).Run([&](const DeviceSet& device) { sets.push_back(device); });
    return sets;
}

double
PartitionCost::GetLatency() const
{
    return deviceSeconds + linkSeconds + edgeSeconds;
}

double
PartitionCost::GetMaxStage() const
{
    return std::max({deviceSeconds, linkSeconds, edgeSeconds});
}

const std::vector<std::string>&
PartitionMethodNames()
{
    static const std::vector<std::string> names{"neurosurgeon-latency",
                                                "neurosurgeon-energy",
                                                "dads-latency",
                                                "dads-throughput",
                                                "exhaustive"};
    return names;
}

Partitioner::Partitioner(PartitionGraph graph)
    : m_graph(std::move(graph))
{
    const std::size_t n = m_graph.vertices.size();
    CheckPositive(m_graph.rateBps, "rateBps");
    CheckNonNegative(m_graph.devicePowerW, "devicePowerW");
    CheckNonNegative(m_graph.txPowerW, "txPowerW");
    CheckRange(static_cast<double>(n), 1, MAX_VERTICES, "from 1 to 10000 vertices", "vertices");
    double total = 0;
    for (std::size_t v = 0; v < n; ++v)
    {
        const PartitionVertex& vertex = m_graph.vertices[v];
        CheckNonNegative(vertex.deviceSeconds, "vertices[", v, "].deviceSeconds");
        CheckNonNegative(vertex.edgeSeconds, "vertices[", v, "].edgeSeconds");
        CheckNonNegative(vertex.outputBits, "vertices[", v, "].outputBits");
        total += vertex.deviceSeconds + vertex.edgeSeconds + vertex.outputBits / m_graph.rateBps;
    }
    CheckRange(total, 0, 1e150, "at most 1e150 seconds in all", "vertices");
    m_parents.resize(n);
    m_children.resize(n);
    for (std::size_t e = 0; e < m_graph.edges.size(); ++e)
    {
        const auto& [from, to] = m_graph.edges[e];
        CheckRange(from, 0, n - 1.0, "the index of a vertex", "edges[", e, "][0]");
        CheckRange(to,
                   1,
                   n - 1.0,
                   "the index of a vertex other than the input",
                   "edges[",
                   e,
                   "][1]");
        m_parents[to].push_back(from);
        m_children[from].push_back(to);
    }
    std::vector<std::size_t> waiting(n);
    std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<uint32_t>> free;
    for (uint32_t v = 0; v < n; ++v)
    {
        for (auto* list : {&m_parents[v], &m_children[v]})
        {
            std::sort(list->begin(), list->end());
            list->erase(std::unique(list->begin(), list->end()), list->end());
        }
        waiting[v] = m_parents[v].size();
        if (waiting[v] == 0)
        {
            if (v != 0)
            {
                throw std::invalid_argument("vertices[" + std::to_string(v) +
                                            "]: without parents, and it is not the input");
            }
            free.push(v);
        }
    }
    while (!free.empty())
    {
        const uint32_t v = free.top();
        free.pop();
        m_order.push_back(v);
        for (uint32_t c : m_children[v])
        {
            if (--waiting[c] == 0)
            {
                free.push(c);
            }
        }
    }
    for (uint32_t v = 0; v < n; ++v)
    {
        if (waiting[v] != 0)
        {
            throw std::invalid_argument("edges: the graph has a cycle before or through vertex " +
                                        std::to_string(v) + " and is not acyclic");
        }
    }
}

const std::vector<uint32_t>&
Partitioner::GetOrder() const
{
    return m_order;
}

PartitionCost
Partitioner::GetCost(const DeviceSet& device) const
{
    PartitionCost cost;
    double bits = 0;
    for (std::size_t v = 0; v < device.size(); ++v)
    {
        const PartitionVertex& vertex = m_graph.vertices[v];
        (device[v] ? cost.deviceSeconds : cost.edgeSeconds) +=
            device[v] ? vertex.deviceSeconds : vertex.edgeSeconds;
        const bool crosses = device[v] && std::any_of(m_children[v].begin(),
                                                      m_children[v].end(),
                                                      [&](uint32_t c) { return !device[c]; });
        bits += crosses ? vertex.outputBits : 0;
    }
    cost.linkSeconds = bits / m_graph.rateBps;
    return cost;
}

double
Partitioner::GetDeviceEnergy(const PartitionCost& cost) const
{
    return m_graph.devicePowerW * cost.deviceSeconds + m_graph.txPowerW * cost.linkSeconds;
}

DeviceSet
Partitioner::Solve(PartitionMethod method, uint64_t limit) const
{
    switch (method)
    {
    case PartitionMethod::DADS_LATENCY:
        return MinimumCut(1, 1, 1);
    case PartitionMethod::DADS_THROUGHPUT:
        return Throughput(THROUGHPUT_STEPS, true);
    case PartitionMethod::EXHAUSTIVE:
        return Exhaustive(false, limit);
    case PartitionMethod::NEUROSURGEON_LATENCY:
    case PartitionMethod::NEUROSURGEON_ENERGY:
        break;
    }
    DeviceSet device(m_order.size(), false);
    DeviceSet best;
    double least = std::numeric_limits<double>::infinity();
    for (uint32_t v : m_order)
    {
        device[v] = true;
        const PartitionCost cost = GetCost(device);
        const double value = method == PartitionMethod::NEUROSURGEON_ENERGY ? GetDeviceEnergy(cost)
                                                                            : cost.GetLatency();
        if (value < least)
        {
            least = value;
            best = device;
        }
    }
    return best;
}

DeviceSet
Partitioner::Throughput(uint32_t steps, bool improve) const
{
    // weights 1,1,1 are those of the latency: never worse than DADS under light load
    DeviceSet best = MinimumCut(1, 1, 1);
    PartitionCost least = GetCost(best);
    const auto consider = [&](const DeviceSet& device) {
        const PartitionCost cost = GetCost(device);
        const double a = cost.GetMaxStage();
        const double b = least.GetMaxStage();
        if (a < b || (a == b && cost.GetLatency() < least.GetLatency()))
        {
            best = device;
            least = cost;
        }
    };
    std::set<DeviceSet> starts{best};
    for (uint32_t i = 0; i <= steps; ++i)
    {
        for (uint32_t j = 0; i + j <= steps; ++j)
        {
            starts.insert(MinimumCut(i, j, steps - i - j));
        }
    }
    for (DeviceSet device : starts)
    {
        consider(device);
        if (improve)
        {
            Improve(device);
            consider(device);
        }
    }
    return best;
}

bool
Partitioner::IsMovable(const DeviceSet& device, uint32_t v) const
{
    const auto onDevice = [&](uint32_t o) { return device[o]; };
    return v != 0 && (device[v] ? std::none_of(m_children[v].begin(), m_children[v].end(), onDevice)
                                : std::all_of(m_parents[v].begin(), m_parents[v].end(), onDevice));
}

void
Partitioner::Improve(DeviceSet& device) const
{
    PartitionCost now = GetCost(device);
    const auto isBetter = [&] {
        const PartitionCost cost = GetCost(device);
        const double gain = now.GetMaxStage() - cost.GetMaxStage();
        if (gain > 0 || (gain == 0 && cost.GetLatency() < now.GetLatency()))
        {
            now = cost;
            return true;
        }
        return false;
    };
    const auto tryMove = [&](uint32_t v) {
        if (!IsMovable(device, v))
        {
            return false;
        }
        device[v] = !device[v];
        if (isBetter())
        {
            return true;
        }
        for (uint32_t u : m_order)
        {
            if (m_order.size() <= MAX_PAIR_VERTICES && u != v && IsMovable(device, u))
            {
                device[u] = !device[u];
                if (isBetter())
                {
                    return true;
                }
                device[u] = !device[u];
            }
        }
        device[v] = !device[v];
        return false;
    };
    for (bool moved = true; moved;)
    {
        moved = false;
        for (uint32_t v : m_order)
        {
            moved = tryMove(v) || moved;
        }
    }
}

DeviceSet
Partitioner::Exhaustive(bool maxStage, uint64_t limit) const
{
    std::vector<uint32_t> position(m_order.size());
    for (uint32_t i = 0; i < m_order.size(); ++i)
    {
        position[m_order[i]] = i;
    }
    std::vector<std::vector<uint32_t>> parents(m_order.size());
    for (uint32_t i = 0; i < m_order.size(); ++i)
    {
        for (uint32_t p : m_parents[m_order[i]])
        {
            parents[i].push_back(position[p]);
        }
    }
    DeviceSet best;
    DeviceSet device(m_order.size());
    double least = std::numeric_limits<double>::infinity();
    double second = least;
    DownSetWalk(parents, limit).Run([&](const DeviceSet& sorted) {
        for (uint32_t i = 0; i < m_order.size(); ++i)
        {
            device[m_order[i]] = sorted[i];
        }
        const PartitionCost cost = GetCost(device);
        const double first = maxStage ? cost.GetMaxStage() : cost.GetLatency();
        const double then = maxStage ? cost.GetLatency() : 0;
        if (first < least ||
            (first == least && (then < second || (then == second && Count(device) < Count(best)))))
        {
            least = first;
            second = then;
            best = device;
        }
    });
    return best;
}

} // namespace noma
} // namespace ns3
