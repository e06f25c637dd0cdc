/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PARTITION_H
#define NOMA_PARTITION_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * One vertex of a partition graph.
 */
struct PartitionVertex
{
    std::string name;        //!< name
    double deviceSeconds{0}; //!< time on the device (s)
    double edgeSeconds{0};   //!< time on the edge (s)
    double outputBits{0};    //!< size of its one output tensor (bit)
};

/**
 * @ingroup noma-core-dnn
 * What partitioning one DNN between one device and one edge needs to know. Vertex 0 is the input:
 * it has no parents and every other vertex descends from it.
 */
struct PartitionGraph
{
    double rateBps{0};                                //!< rate of the link (bit/s)
    double devicePowerW{1};                           //!< device computing (W)
    double txPowerW{1};                               //!< device sending (W)
    std::vector<PartitionVertex> vertices;            //!< vertices in any order, 0 = input
    std::vector<std::pair<uint32_t, uint32_t>> edges; //!< (parent, child)
};

/**
 * @ingroup noma-core-dnn
 * Which vertices run on the device: with every vertex all its ancestors, so that data crosses the
 * link once and in one direction. The input is always among them.
 */
using DeviceSet = std::vector<bool>;

/**
 * @ingroup noma-core-dnn
 * What a partition costs.
 */
struct PartitionCost
{
    double deviceSeconds{0}; //!< stage 1: on the device (s)
    double linkSeconds{0};   //!< stage 2: crossing tensors, each once, over the link (s)
    double edgeSeconds{0};   //!< stage 3: on the edge (s)

    /// @returns delay of one inference, one stage after the other (s)
    double GetLatency() const;
    /// @returns the slowest stage, which bounds the throughput of a pipeline (s)
    double GetMaxStage() const;
};

/**
 * @ingroup noma-core-dnn
 * How to partition.
 */
enum class PartitionMethod
{
    NEUROSURGEON_LATENCY, //!< best prefix of the topological order, least latency
    NEUROSURGEON_ENERGY,  //!< best prefix, least energy of the device
    DADS_LATENCY,         //!< DNN surgeon under light load: minimum cut
    DADS_THROUGHPUT,      //!< DNN surgeon under heavy load: least slowest stage by weighted cuts
    EXHAUSTIVE            //!< least latency over all down-closed sets
};

/// @returns names of the methods, in the order of PartitionMethod
const std::vector<std::string>& PartitionMethodNames();

/**
 * @ingroup noma-core-dnn
 * Finds partitions of one graph.
 *
 * Neurosurgeon is defined on chains. On other graphs it is taken here to run the vertices in
 * topological order, lowest index first among those that are free, and to cut that sequence once;
 * every tensor needed beyond the cut crosses it.
 *
 * DADS for latency is exact: a minimum cut whose links back from child to parent are infinite, so
 * that no parent is on the edge while its child is on the device, and whose input is tied to the
 * device. For throughput it takes the cut with the least slowest stage among the minimum cuts for
 * weights of the three stages on a grid; this finds only cuts on the lower convex hull of the
 * three times, so moves of one or two vertices follow (two up to 256 vertices) until none
 * helps. That is no guarantee: the exhaustive search is.
 */
class Partitioner
{
  public:
    /**
     * @param graph the graph
     * @throws std::invalid_argument with one line naming field, value and what is allowed
     */
    explicit Partitioner(PartitionGraph graph);

    /// @param method the method
    /// @param limit for EXHAUSTIVE, most down-closed sets to look at
    /// @returns the best set a method finds; of equals the one with fewer vertices
    DeviceSet Solve(PartitionMethod method, uint64_t limit = 1000000) const;

    /// @param device vertices on the device, down-closed
    /// @returns cost of a partition
    PartitionCost GetCost(const DeviceSet& device) const;

    /// @param cost cost of a partition
    /// @returns energy of the device, computing and sending (J)
    double GetDeviceEnergy(const PartitionCost& cost) const;

    /**
     * Minimum cut.
     *
     * @param deviceWeight factor on the time on the device
     * @param linkWeight factor on the time on the link
     * @param edgeWeight factor on the time on the edge
     * @returns the set with the least weighted sum of the three
     */
    DeviceSet MinimumCut(double deviceWeight, double linkWeight, double edgeWeight) const;

    /**
     * DADS for throughput.
     *
     * @param steps intervals of the weight grid along each side of the triangle of weights
     * @param improve whether to move one or two vertices afterwards
     * @returns the set found with the least slowest stage
     */
    DeviceSet Throughput(uint32_t steps, bool improve) const;

    /**
     * @param maxStage whether to minimise the slowest stage instead of the latency
     * @param limit most down-closed sets to look at
     * @returns the best of all down-closed sets
     * @throws std::invalid_argument if there are more sets than the limit
     */
    DeviceSet Exhaustive(bool maxStage, uint64_t limit) const;

    /// @returns vertices in topological order, lowest index first among those that are free
    const std::vector<uint32_t>& GetOrder() const;

  private:
    /// @param device the set
    /// @param v the vertex
    /// @returns whether a set stays down-closed if a vertex changes sides
    bool IsMovable(const DeviceSet& device, uint32_t v) const;
    /// Moves one or two vertices while the slowest stage falls. @param device set to improve
    void Improve(DeviceSet& device) const;

    PartitionGraph m_graph;                        //!< the graph
    std::vector<std::vector<uint32_t>> m_parents;  //!< parents of each vertex, each once
    std::vector<std::vector<uint32_t>> m_children; //!< children of each vertex, each once
    std::vector<uint32_t> m_order;                 //!< topological order
};

/**
 * @ingroup noma-core-dnn
 * Enumerates all down-closed sets that hold the first vertex.
 *
 * @param parents parents of each vertex; vertices are in topological order
 * @param limit most sets allowed
 * @returns the sets, fewest vertices of the beginning first
 * @throws std::invalid_argument if there are more
 */
std::vector<DeviceSet> EnumerateDownSets(const std::vector<std::vector<uint32_t>>& parents,
                                         uint64_t limit);

/**
 * @ingroup noma-core-dnn
 * Reads a partition graph, format "noma-graph/1":
 * `{"format":"noma-graph/1","rateBps":R,"vertices":[{"name","deviceSeconds","edgeSeconds",
 * "outputBits"}],"edges":[[u,v],...]}`, optionally with `devicePowerW` and `txPowerW` (1 W each).
 *
 * @param text the JSON text
 * @returns the graph, not yet checked beyond types and keys
 * @throws std::invalid_argument with one line
 */
PartitionGraph ParsePartitionGraph(const std::string& text);

/// @param graph the graph
/// @returns a graph in the same format
std::string FormatPartitionGraph(const PartitionGraph& graph);

} // namespace noma
} // namespace ns3

#endif // NOMA_PARTITION_H
