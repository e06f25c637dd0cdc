/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_PROFILE_H
#define NOMA_DNN_PROFILE_H

#include "noma-dnn-graph.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * How fine a profile looks at a DNN.
 */
enum class DnnView
{
    OPERATORS, //!< one vertex per operator
    FUSED      //!< one vertex per layer as the literature counts layers
};

/**
 * @ingroup noma-core-dnn
 * One vertex of a profile: what may not be cut any further.
 */
struct DnnVertex
{
    std::string name;                    //!< name
    std::string kind;                    //!< its heaviest operator
    std::vector<std::string> members;    //!< names of its operators
    std::vector<uint32_t> parents;       //!< vertices whose outputs it takes, each once
    uint64_t macs{0};                    //!< multiply-accumulates
    uint64_t flops{0};                   //!< floating-point operations
    uint64_t params{0};                  //!< learned parameters
    DnnShape output;                     //!< shape of the one tensor it gives
    bool isInput{false};                 //!< an input of the network: always on the device
    bool isResults{false};               //!< stands for the results, its parents; no tensor
    std::optional<double> deviceSeconds; //!< measured on the device (s)
    std::optional<double> edgeSeconds;   //!< measured on one edge unit (s)
};

/**
 * @ingroup noma-core-dnn
 * Work and output size of every vertex of a DNN, in topological order: vertex 0 is the input, the
 * last one the result. All that partitioning needs to know of a DNN.
 *
 * The fused view contracts the operators that share a `vertex` name in the model's description.
 * Where the description is silent, batch-norm, group-norm, lrn, dropout and activations join the
 * operator before them unless its output is used elsewhere too. Each fused vertex must give one
 * tensor, which also keeps the contraction acyclic.
 */
class DnnProfile
{
  public:
    /**
     * @param graph the DNN
     * @param view how fine to look
     * @throws std::invalid_argument with one line if the fused view is not well formed
     */
    DnnProfile(const DnnGraph& graph, DnnView view);

    /// @returns name of the model
    const std::string& GetName() const;
    /// @returns vertices in topological order
    const std::vector<DnnVertex>& GetVertices() const;
    /// @returns edges (parent, child), ordered by child
    std::vector<std::pair<uint32_t, uint32_t>> GetEdges() const;
    /// @returns floating-point operations of one inference
    uint64_t GetFlops() const;
    /// @returns whether the vertices carry measured seconds
    bool HasSeconds() const;

  private:
    std::string m_name;                //!< name of the model
    std::vector<DnnVertex> m_vertices; //!< vertices, 0 = input
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_PROFILE_H
