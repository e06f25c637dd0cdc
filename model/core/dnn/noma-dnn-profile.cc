/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-profile.h"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// @param op the operator
/// @returns whether an operator joins the one before it by rule
bool
Follows(DnnOp op)
{
    switch (op)
    {
    case DnnOp::BATCH_NORM:
    case DnnOp::RELU:
    case DnnOp::LEAKY:
    case DnnOp::LRN:
    case DnnOp::DROPOUT:
    case DnnOp::SIGMOID:
    case DnnOp::HARD_SIGMOID:
    case DnnOp::SILU:
    case DnnOp::HARD_SWISH:
    case DnnOp::GELU:
    case DnnOp::TANH:
    case DnnOp::GROUP_NORM:
        return true;
    default:
        return false;
    }
}

/**
 * @param operators the graph
 * @param view how fine to look
 * @param names names of the vertices, to fill in
 * @returns the vertex of each operator, numbered by first member
 */
std::vector<uint32_t>
GroupOperators(const std::vector<DnnOperator>& operators,
               DnnView view,
               std::vector<std::string>& names)
{
    std::vector<uint32_t> uses(operators.size(), 0);
    for (const auto& op : operators)
    {
        for (uint32_t p : op.parents)
        {
            ++uses[p];
        }
    }
    std::vector<uint32_t> group(operators.size());
    std::map<std::string, uint32_t> byName;
    for (uint32_t v = 0; v < operators.size(); ++v)
    {
        const DnnLayer& layer = operators[v].layer;
        const bool fused = view == DnnView::FUSED;
        if (fused && layer.vertex.empty() && Follows(layer.op) &&
            operators[operators[v].parents[0]].layer.op != DnnOp::INPUT &&
            uses[operators[v].parents[0]] == 1)
        {
            group[v] = group[operators[v].parents[0]];
            continue;
        }
        const std::string& name = fused && !layer.vertex.empty() ? layer.vertex : layer.name;
        const auto added = byName.emplace(name, static_cast<uint32_t>(names.size()));
        if (added.second)
        {
            names.push_back(name);
        }
        else if (layer.vertex.empty() || name == "input")
        {
            throw std::invalid_argument(layer.name + ".vertex: \"" + name +
                                        "\" is not different from the name of another vertex");
        }
        group[v] = added.first->second;
    }
    return group;
}

} // namespace

DnnProfile::DnnProfile(const DnnGraph& graph, DnnView view)
    : m_name(graph.GetName())
{
    const auto& operators = graph.GetOperators();
    std::vector<std::string> names;
    const std::vector<uint32_t> group = GroupOperators(operators, view, names);
    const std::size_t n = names.size();

    std::vector<std::vector<uint32_t>> members(n);
    std::vector<std::vector<uint32_t>> parents(n);
    std::vector<std::vector<uint32_t>> children(n);
    std::vector<uint32_t> waiting(n, 0);
    std::vector<uint32_t> output(n, 0);
    const auto give = [&](uint32_t v) {
        // 0 = none yet: the input stands alone, so it is nobody else's output
        uint32_t& tensor = output[group[v]];
        if (tensor != 0 && tensor != v)
        {
            throw std::invalid_argument("vertex \"" + names[group[v]] + "\": its outputs \"" +
                                        operators[tensor].layer.name + "\" and \"" +
                                        operators[v].layer.name + "\" are not one tensor");
        }
        tensor = v;
    };
    for (uint32_t v = 0; v < operators.size(); ++v)
    {
        members[group[v]].push_back(v);
        for (uint32_t p : operators[v].parents)
        {
            if (group[p] != group[v])
            {
                give(p);
                parents[group[v]].push_back(group[p]);
            }
        }
    }
    give(static_cast<uint32_t>(operators.size() - 1));

    // One output each makes the contraction acyclic: around a cycle every output would have to
    // descend from the one before, since all operators lead to the one result.
    std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<uint32_t>> free;
    for (uint32_t g = 0; g < n; ++g)
    {
        std::sort(parents[g].begin(), parents[g].end());
        parents[g].erase(std::unique(parents[g].begin(), parents[g].end()), parents[g].end());
        waiting[g] = static_cast<uint32_t>(parents[g].size());
        for (uint32_t p : parents[g])
        {
            children[p].push_back(g);
        }
        if (waiting[g] == 0)
        {
            free.push(g);
        }
    }
    std::vector<uint32_t> position(n, 0);
    while (!free.empty())
    {
        const uint32_t g = free.top();
        free.pop();
        position[g] = static_cast<uint32_t>(m_vertices.size());
        DnnVertex vertex;
        vertex.name = names[g];
        vertex.output = operators[output[g]].output;
        uint64_t heaviest = 0;
        for (uint32_t v : members[g])
        {
            const DnnOperator& op = operators[v];
            vertex.members.push_back(op.layer.name);
            vertex.macs += op.macs;
            vertex.flops += op.flops;
            vertex.params += op.params;
            vertex.isInput = vertex.isInput || op.layer.op == DnnOp::INPUT;
            vertex.isResults = vertex.isResults || op.layer.op == DnnOp::RESULTS;
            if (vertex.kind.empty() || op.flops > heaviest)
            {
                vertex.kind = DnnOpName(op.layer.op);
                heaviest = op.flops;
            }
            if (op.layer.deviceSeconds.has_value())
            {
                vertex.deviceSeconds = vertex.deviceSeconds.value_or(0) + *op.layer.deviceSeconds;
                vertex.edgeSeconds = vertex.edgeSeconds.value_or(0) + *op.layer.edgeSeconds;
            }
        }
        for (uint32_t p : parents[g])
        {
            vertex.parents.push_back(position[p]);
        }
        std::sort(vertex.parents.begin(), vertex.parents.end());
        m_vertices.push_back(std::move(vertex));
        for (uint32_t c : children[g])
        {
            if (--waiting[c] == 0)
            {
                free.push(c);
            }
        }
    }
}

const std::string&
DnnProfile::GetName() const
{
    return m_name;
}

const std::vector<DnnVertex>&
DnnProfile::GetVertices() const
{
    return m_vertices;
}

std::vector<std::pair<uint32_t, uint32_t>>
DnnProfile::GetEdges() const
{
    std::vector<std::pair<uint32_t, uint32_t>> edges;
    for (uint32_t v = 0; v < m_vertices.size(); ++v)
    {
        for (uint32_t p : m_vertices[v].parents)
        {
            edges.emplace_back(p, v);
        }
    }
    return edges;
}

uint64_t
DnnProfile::GetFlops() const
{
    uint64_t sum = 0;
    for (const auto& vertex : m_vertices)
    {
        sum += vertex.flops;
    }
    return sum;
}

bool
DnnProfile::HasSeconds() const
{
    return m_vertices.back().deviceSeconds.has_value();
}

} // namespace noma
} // namespace ns3
