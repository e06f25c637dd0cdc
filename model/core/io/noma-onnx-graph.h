/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ONNX_GRAPH_H
#define NOMA_ONNX_GRAPH_H

#include "noma-onnx.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Tensor of an ONNX graph.
 */
struct OnnxTensor
{
    std::vector<int64_t> dims;   //!< sizes
    bool known{false};           //!< all sizes are known
    bool real{false};            //!< holds floating-point numbers
    bool constant{false};        //!< an initializer, or computed from constants only
    bool live{false};            //!< some result needs it
    std::set<std::string> roots; //!< of a constant: what is stored of it, by name

    /// @returns number of elements
    uint64_t GetElements() const
    {
        uint64_t n = 1;
        for (int64_t d : dims)
        {
            n *= static_cast<uint64_t>(d);
        }
        return n;
    }
};

/**
 * @ingroup noma-core-io
 * Node of an ONNX graph.
 */
struct OnnxNode
{
    std::string name;                                 //!< name, may be empty
    std::string op;                                   //!< operator
    std::vector<std::string> inputs;                  //!< tensors it takes, "" = left out
    std::vector<std::string> outputs;                 //!< tensors it gives, "" = left out
    std::map<std::string, std::vector<int64_t>> ints; //!< attributes that are integers
    std::map<std::string, std::string> texts;         //!< attributes that are texts

    /// @param key its name
    /// @param usual value if it is not there
    /// @returns an integer attribute
    int64_t Int(const std::string& key, int64_t usual) const
    {
        const auto found = ints.find(key);
        return found == ints.end() || found->second.empty() ? usual : found->second[0];
    }

    /// @param key its name
    /// @returns an attribute of integers, empty if it is not there
    std::vector<int64_t> Ints(const std::string& key) const
    {
        const auto found = ints.find(key);
        return found == ints.end() ? std::vector<int64_t>() : found->second;
    }

    /// @param i its place
    /// @returns whether an input is there
    bool Has(std::size_t i) const
    {
        return i < inputs.size() && !inputs[i].empty();
    }
};

/**
 * @ingroup noma-core-io
 * An ONNX graph with shapes, in topological order.
 */
struct OnnxGraph
{
    std::vector<OnnxNode> nodes;               //!< nodes that some result needs
    std::map<std::string, OnnxTensor> tensors; //!< tensors by name
    std::vector<std::string> inputs;           //!< inputs that some result needs
    std::vector<std::string> outputs;          //!< results, each once
};

/**
 * @ingroup noma-core-io
 * Work of a node, counted from shapes alone, as the section on DNNs says.
 */
struct OnnxWork
{
    bool counted{true};  //!< the operator is one that is counted
    uint64_t macs{0};    //!< multiply-accumulates
    uint64_t flops{0};   //!< floating-point operations
    std::string kind;    //!< kind of its time on a device, "none" = runs inside the one before it
    std::string weights; //!< which inputs are learned if constant: "*" = all of real numbers, else
                         //!< a digit each
};

/**
 * @ingroup noma-core-io
 * Counts a node.
 *
 * @param graph the graph
 * @param node one of its nodes
 * @returns its work
 * @throws std::invalid_argument with one line if the count leaves the countable
 */
OnnxWork CountOnnxNode(const OnnxGraph& graph, const OnnxNode& node);

/**
 * @ingroup noma-core-io
 * The operator that says the same as a node, if there is one: its work and its number of elements
 * are yet to be compared with the node's.
 *
 * @param graph the graph
 * @param node one of its nodes
 * @returns operator, window and what else it needs; no name, no inputs. CUSTOM if there is none
 */
DnnLayer ToDnnLayer(const OnnxGraph& graph, const OnnxNode& node);

/**
 * @ingroup noma-core-io
 * Makes a network of an ONNX graph.
 *
 * @param graph the graph
 * @param name name of the network
 * @returns the network
 * @throws std::invalid_argument with one line
 */
OnnxModel BuildOnnxModel(const OnnxGraph& graph, const std::string& name);

} // namespace noma
} // namespace ns3

#endif // NOMA_ONNX_GRAPH_H
