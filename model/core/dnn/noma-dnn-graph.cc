/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-dnn-graph.h"

#include "noma-dnn-shape.h"

#include "ns3/noma-check.h"
#include "ns3/noma-quote.h"

#include <functional>
#include <map>
#include <queue>

namespace ns3
{
namespace noma
{

namespace
{

/// Greatest number of layers: anything larger is a mistake.
constexpr std::size_t MAX_LAYERS = 10000;

/// Checks a name. @param value the name @param path what it names
void
CheckName(const std::string& value, const std::string& path)
{
    bool good = !value.empty() && value.size() <= 64;
    for (unsigned char c : value)
    {
        good =
            good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '.' || c == ':' || c == '/' || c == '-');
    }
    if (!good)
    {
        ThrowInvalid(Quote(value), "1 to 64 letters, digits, _ . : / or -", path);
    }
}

/// Checks measured seconds: given for every layer or for none. @param layers the layers
/// @param member which seconds @param name their name
void
CheckSeconds(const std::vector<DnnLayer>& layers,
             std::optional<double> DnnLayer::*member,
             const char* name)
{
    for (const DnnLayer& layer : layers)
    {
        if ((layer.*member).has_value() != (layers[0].*member).has_value())
        {
            const DnnLayer& without = (layer.*member).has_value() ? layers[0] : layer;
            throw std::invalid_argument(without.name + "." + name +
                                        ": missing, and it is not missing in other layers");
        }
        if ((layer.*member).has_value())
        {
            // finite at any speed that makes FLOPs of them
            CheckRange(*(layer.*member), 0, 1e9, "from 0 to 1e9", layer.name, ".", name);
        }
    }
}

/**
 * @param layers the layers
 * @param parents inputs of each as indices, 0 = the input, i + 1 = layer i
 * @returns topological order of the layers, the earliest first among those that are free
 */
std::vector<uint32_t>
SortLayers(const std::vector<DnnLayer>& layers, const std::vector<std::vector<uint32_t>>& parents)
{
    const std::size_t n = layers.size();
    std::vector<std::vector<uint32_t>> children(n);
    std::vector<std::size_t> waiting(n, 0);
    std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<uint32_t>> free;
    for (uint32_t i = 0; i < n; ++i)
    {
        for (uint32_t p : parents[i])
        {
            if (p != 0)
            {
                children[p - 1].push_back(i);
                ++waiting[i];
            }
        }
        if (waiting[i] == 0)
        {
            free.push(i);
        }
    }
    std::vector<uint32_t> order;
    while (!free.empty())
    {
        const uint32_t i = free.top();
        free.pop();
        order.push_back(i);
        for (uint32_t c : children[i])
        {
            if (--waiting[c] == 0)
            {
                free.push(c);
            }
        }
    }
    if (order.size() == n)
    {
        return order;
    }
    // walk back through layers that still wait until one comes round again
    uint32_t at = 0;
    while (waiting[at] == 0)
    {
        ++at;
    }
    std::vector<bool> seen(n, false);
    while (!seen[at])
    {
        seen[at] = true;
        for (uint32_t p : parents[at])
        {
            if (p != 0 && waiting[p - 1] > 0)
            {
                at = p - 1;
                break;
            }
        }
    }
    throw std::invalid_argument("layers: the graph has a cycle through \"" + layers[at].name +
                                "\" and is not acyclic");
}

} // namespace

const std::vector<std::string>&
DnnOpNames()
{
    static const std::vector<std::string> names{
        "conv",       "max-pool",   "avg-pool",     "global-pool",
        "fc",         "relu",       "leaky",        "lrn",
        "batch-norm", "add",        "concat",       "softmax",
        "region",     "flatten",    "dropout",      "transposed-conv",
        "linear",     "sigmoid",    "hard-sigmoid", "silu",
        "hard-swish", "gelu",       "tanh",         "mul",
        "layer-norm", "group-norm", "resize",       "slice",
        "split",      "gather",     "pad",          "reshape",
        "transpose",  "matmul",     "attention",    "embedding",
        "lstm",       "gru",        "custom",       "results"};
    return names;
}

const char*
DnnOpName(DnnOp op)
{
    return op == DnnOp::INPUT ? "input" : DnnOpNames()[static_cast<std::size_t>(op) - 1].c_str();
}

std::string
DnnShape::ToString() const
{
    return std::to_string(channels) + "x" + std::to_string(height) + "x" + std::to_string(width);
}

DnnGraph::DnnGraph(std::string name, const DnnShape& input, const std::vector<DnnLayer>& layers)
    : m_name(std::move(name))
{
    CheckName(m_name, "name");
    CheckRange(input.channels, 1, 65536, "an integer from 1 to 65536", "input.channels");
    CheckRange(input.height, 1, 65536, "an integer from 1 to 65536", "input.height");
    CheckRange(input.width, 1, 65536, "an integer from 1 to 65536", "input.width");
    CheckRange(static_cast<double>(layers.size()),
               1,
               MAX_LAYERS,
               "from 1 to 10000 layers",
               "layers");
    std::map<std::string, uint32_t> index{{"input", 0}};
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const std::string path = "layers[" + std::to_string(i) + "]";
        CheckName(layers[i].name, path + ".name");
        if (!index.emplace(layers[i].name, static_cast<uint32_t>(i + 1)).second)
        {
            ThrowInvalid("\"" + layers[i].name + "\"", "a name not used before", path, ".name");
        }
        if (!layers[i].vertex.empty())
        {
            CheckName(layers[i].vertex, path + ".vertex");
        }
    }
    CheckSeconds(layers, &DnnLayer::deviceSeconds, "deviceSeconds");
    CheckSeconds(layers, &DnnLayer::edgeSeconds, "edgeSeconds");
    if (layers[0].deviceSeconds.has_value() != layers[0].edgeSeconds.has_value())
    {
        throw std::invalid_argument(layers[0].name + ": deviceSeconds and edgeSeconds are not "
                                                     "given together");
    }

    std::vector<std::vector<uint32_t>> parents(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        for (const std::string& parent : layers[i].inputs)
        {
            const auto found = index.find(parent);
            if (found == index.end())
            {
                ThrowInvalid(Quote(parent),
                             "\"input\" or the name of a layer",
                             layers[i].name,
                             ".inputs");
            }
            parents[i].push_back(found->second);
        }
    }
    std::vector<uint32_t> position(layers.size() + 1, 0);
    std::vector<uint32_t> uses(layers.size() + 1, 0);
    DnnOperator source;
    source.layer.name = "input";
    source.layer.op = DnnOp::INPUT;
    source.output = input;
    m_operators.push_back(source);
    for (uint32_t i : SortLayers(layers, parents))
    {
        DnnOperator op;
        op.layer = layers[i];
        std::vector<DnnShape> shapes;
        for (uint32_t p : parents[i])
        {
            op.parents.push_back(position[p]);
            shapes.push_back(m_operators[position[p]].output);
            ++uses[position[p]];
        }
        InferDnnOperator(op, shapes);
        position[i + 1] = static_cast<uint32_t>(m_operators.size());
        m_operators.push_back(std::move(op));
    }
    for (std::size_t v = 0; v + 1 < m_operators.size(); ++v)
    {
        if (m_operators[v].layer.op == DnnOp::RESULTS)
        {
            throw std::invalid_argument(m_operators[v].layer.name +
                                        ": results is not the last layer");
        }
        if (uses[v] == 0)
        {
            throw std::invalid_argument("layers: the output of \"" + m_operators[v].layer.name +
                                        "\" is not used, and \"" + m_operators.back().layer.name +
                                        "\" already is the one result");
        }
    }
    // exact in a double, which every solver computes with
    if (GetFlops() > (uint64_t{1} << 53))
    {
        ThrowInvalid(GetFlops(), "below 2^53 operations in all", m_name);
    }
}

const std::string&
DnnGraph::GetName() const
{
    return m_name;
}

const std::vector<DnnOperator>&
DnnGraph::GetOperators() const
{
    return m_operators;
}

uint64_t
DnnGraph::GetMacs() const
{
    uint64_t sum = 0;
    for (const auto& op : m_operators)
    {
        sum += op.macs;
    }
    return sum;
}

uint64_t
DnnGraph::GetFlops() const
{
    uint64_t sum = 0;
    for (const auto& op : m_operators)
    {
        sum += op.flops;
    }
    return sum;
}

uint64_t
DnnGraph::GetParams() const
{
    uint64_t sum = 0;
    for (const auto& op : m_operators)
    {
        sum += op.params;
    }
    return sum;
}

DnnGraph
DnnGraph::WithInput(const DnnShape& input) const
{
    if (m_operators[1].layer.deviceSeconds.has_value() && !(input == m_operators[0].output))
    {
        ThrowInvalid(
            input.ToString(),
            ("the input the seconds were measured at, " + m_operators[0].output.ToString()).c_str(),
            "input");
    }
    std::vector<DnnLayer> layers;
    for (std::size_t v = 1; v < m_operators.size(); ++v)
    {
        layers.push_back(m_operators[v].layer);
    }
    return DnnGraph(m_name, input, layers);
}

} // namespace noma
} // namespace ns3
