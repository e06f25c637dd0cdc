/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-onnx-graph.h"

#include "ns3/noma-dnn-shape.h"
#include "ns3/noma-quote.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// Longest name of a layer that is taken from the file.
constexpr std::size_t MAX_NAME = 48;

/// @param v the size
/// @param name the tensor, for the error
/// @returns a size as a layer has it
uint32_t
Size(uint64_t v, const std::string& name)
{
    if (v < 1 || v > DNN_MAX_SIZE)
    {
        throw std::invalid_argument("tensor " + Quote(name) + ": size " + std::to_string(v) +
                                    " is not from 1 to 16777216");
    }
    return static_cast<uint32_t>(v);
}

/// Makes a network of an ONNX graph, layer by layer.
class Builder
{
  public:
    /// @param graph the graph
    explicit Builder(const OnnxGraph& graph)
        : m_graph(graph)
    {
    }

    /// @param name its name
    /// @returns the network
    OnnxModel Build(const std::string& name)
    {
        AddInputs();
        for (const OnnxNode& node : m_graph.nodes)
        {
            AddNode(node);
        }
        if (m_graph.outputs.size() > 1)
        {
            DnnLayer results;
            results.name = Unique("results");
            results.op = DnnOp::RESULTS;
            for (const std::string& output : m_graph.outputs)
            {
                results.inputs.push_back(m_made.at(output).layer);
            }
            m_layers.push_back(results);
        }
        return {DnnGraph(name, m_input, m_layers), m_uncounted};
    }

  private:
    /// A tensor of the network.
    struct Made
    {
        std::string layer; //!< layer that gives it
        DnnShape shape;    //!< its shape
    };

    /**
     * @param text a name
     * @returns one that a layer may have and no layer has
     */
    std::string Unique(const std::string& text)
    {
        std::string base;
        for (unsigned char c : text.substr(text.size() - std::min(text.size(), MAX_NAME)))
        {
            const bool good = c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '.' ||
                                           c == ':' || c == '/' || c == '-');
            base += good ? static_cast<char>(c) : '_';
        }
        std::string name = base;
        for (uint32_t k = 2; name.empty() || !m_names.insert(name).second; ++k)
        {
            name = base + "." + std::to_string(k);
        }
        return name;
    }

    /**
     * @param name a tensor
     * @param channelsFirst whether the first of two axes are channels; else they are features, the
     *        last axis, and positions
     * @returns its shape without the batch
     */
    DnnShape Shape(const std::string& name, bool channelsFirst) const
    {
        std::vector<int64_t> d = m_graph.tensors.at(name).dims;
        if (d.size() > 1 && d[0] == 1)
        {
            d.erase(d.begin());
        }
        else if (d.size() == 3 && d[1] == 1)
        {
            d.erase(d.begin() + 1); // a sequence first, then the batch
        }
        if (d.size() < 2)
        {
            return {Size(d.empty() ? 1 : static_cast<uint64_t>(d[0]), name), 1, 1};
        }
        if (d.size() == 2)
        {
            return channelsFirst ? DnnShape{Size(d[0], name), Size(d[1], name), 1}
                                 : DnnShape{Size(d[1], name), Size(d[0], name), 1};
        }
        uint64_t rest = 1;
        for (std::size_t i = 2; i < d.size(); ++i)
        {
            rest = DnnTimes(rest, static_cast<uint64_t>(d[i]), "tensor " + Quote(name));
        }
        return {Size(d[0], name), Size(d[1], name), Size(rest, name)};
    }

    /// Adds the inputs.
    void AddInputs()
    {
        m_names.insert("input");
        for (const std::string& input : m_graph.inputs)
        {
            bool channels = false;
            bool indices = false;
            for (const OnnxNode& node : m_graph.nodes)
            {
                const bool first = node.Has(0) && node.inputs[0] == input;
                channels = channels || (first && (node.op.find("Conv") != std::string::npos ||
                                                  node.op.find("Pool") != std::string::npos));
                indices =
                    indices || (node.op == "Gather" && node.Has(1) && node.inputs[1] == input);
            }
            DnnShape shape = Shape(input, channels);
            if (indices && shape.height == 1)
            {
                shape = {1, shape.channels, shape.width};
            }
            if (input == m_graph.inputs[0])
            {
                m_input = shape;
                m_made[input] = {"input", shape};
                continue;
            }
            DnnLayer layer;
            layer.name = Unique(input);
            layer.op = DnnOp::INPUT;
            layer.detail.shape = shape;
            m_made[input] = {layer.name, shape};
            m_layers.push_back(layer);
        }
        if (m_graph.inputs.empty())
        {
            throw std::invalid_argument("no result depends on an input, and at least one must");
        }
    }

    /// @param node a node
    /// @param work its work
    /// @returns learned parameters that no node had before
    uint64_t Params(const OnnxNode& node, const OnnxWork& work)
    {
        uint64_t params = 0;
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
        {
            const bool named = work.weights.find(static_cast<char>('0' + i)) != std::string::npos;
            if (!node.Has(i) || !(work.weights == "*" || (i < 10 && named)))
            {
                continue;
            }
            const OnnxTensor& tensor = m_graph.tensors.at(node.inputs[i]);
            // integers are places and shapes
            if (!tensor.constant || !(tensor.real || work.weights != "*"))
            {
                continue;
            }
            for (const std::string& root : tensor.roots)
            {
                // a number is a setting, such as an exponent
                const OnnxTensor& stored = m_graph.tensors.at(root);
                if (!stored.dims.empty() && m_counted.insert(root).second)
                {
                    params += stored.GetElements();
                }
            }
        }
        return params;
    }

    /**
     * @param layer a layer with its inputs
     * @returns it with shape and work, or none if it cannot be so
     */
    std::optional<DnnOperator> Try(const DnnLayer& layer) const
    {
        DnnOperator op;
        op.layer = layer;
        std::vector<DnnShape> shapes;
        for (const std::string& input : layer.inputs)
        {
            op.parents.push_back(0);
            shapes.push_back(m_shapes.at(input));
        }
        try
        {
            InferDnnOperator(op, shapes);
        }
        catch (const std::invalid_argument&)
        {
            return std::nullopt;
        }
        return op;
    }

    /// Remembers a layer. @param layer the layer @param output the tensor it gives
    /// @param shape the tensor's shape
    void Add(const DnnLayer& layer, const std::string& output, const DnnShape& shape)
    {
        m_made[output] = {layer.name, shape};
        m_shapes[layer.name] = shape;
        m_layers.push_back(layer);
    }

    /// @param work the work
    /// @param params parameters
    /// @returns a layer of given work
    DnnLayer Custom(const OnnxWork& work, uint64_t params) const
    {
        DnnLayer layer;
        layer.op = DnnOp::CUSTOM;
        layer.detail.macs = work.macs;
        layer.detail.flops = work.flops;
        layer.detail.params = params;
        layer.detail.kind = work.kind == "matmul" ? "" : work.kind;
        return layer;
    }

    /// Adds a node. @param node the node
    void AddNode(const OnnxNode& node)
    {
        const OnnxWork work = CountOnnxNode(m_graph, node);
        if (!work.counted)
        {
            ++m_uncounted[node.op];
        }
        std::vector<std::string> inputs;
        for (const std::string& input : node.inputs)
        {
            if (!input.empty() && !m_graph.tensors.at(input).constant)
            {
                inputs.push_back(m_made.at(input).layer);
                m_shapes[inputs.back()] = m_made.at(input).shape;
            }
        }
        std::vector<std::string> outputs;
        for (const std::string& output : node.outputs)
        {
            if (!output.empty() && m_graph.tensors.at(output).live)
            {
                outputs.push_back(output);
            }
        }
        const uint64_t params = Params(node, work);
        const std::string name = Unique(node.name.empty() ? node.op : node.name);
        if (outputs.size() == 1)
        {
            AddOne(node, work, params, name, inputs, outputs[0]);
            return;
        }
        // a layer gives one tensor: one for the work and all results, then one for each
        std::string source = name;
        if (work.flops == 0 && params == 0 && inputs.size() == 1)
        {
            source = inputs[0];
        }
        else
        {
            uint64_t elements = 0;
            for (const std::string& output : outputs)
            {
                elements += m_graph.tensors.at(output).GetElements();
            }
            DnnLayer layer = Custom(work, params);
            layer.name = name;
            layer.inputs = inputs;
            layer.detail.shape = {Size(elements, name), 1, 1};
            Add(layer, node.outputs[0], layer.detail.shape);
        }
        for (std::size_t i = 0; i < outputs.size(); ++i)
        {
            OnnxWork free;
            free.kind = source == name ? "none" : work.kind;
            DnnLayer layer = Custom(free, 0);
            layer.name = Unique(name + "/" + std::to_string(i));
            layer.inputs = {source};
            layer.detail.shape = Shape(outputs[i], false);
            Add(layer, outputs[i], layer.detail.shape);
        }
    }

    /**
     * Adds a node of one result.
     *
     * @param node the node
     * @param work its work
     * @param params its parameters
     * @param name its name
     * @param inputs layers that it takes
     * @param output the result
     */
    void AddOne(const OnnxNode& node,
                const OnnxWork& work,
                uint64_t params,
                const std::string& name,
                const std::vector<std::string>& inputs,
                const std::string& output)
    {
        const uint64_t elements = m_graph.tensors.at(output).GetElements();
        DnnLayer layer = ToDnnLayer(m_graph, node);
        layer.name = name;
        layer.inputs = inputs;
        const DnnShape& first = m_shapes.at(inputs.at(0));
        if (layer.op == DnnOp::RESHAPE)
        {
            layer.detail.shape = Shape(output, false);
        }
        std::optional<DnnOperator> op;
        if (layer.op != DnnOp::CUSTOM)
        {
            op = Try(layer);
        }
        if (op && op->output.GetElements() == elements && op->macs == work.macs &&
            op->flops == work.flops && op->params == params)
        {
            Add(layer, output, op->output);
            return;
        }
        DnnLayer custom = Custom(work, params);
        custom.name = name;
        custom.inputs = inputs;
        // what works on every element keeps the order of axes
        custom.detail.shape =
            work.kind != "move" && first.GetElements() == elements ? first : Shape(output, false);
        Add(custom, output, custom.detail.shape);
    }

    const OnnxGraph& m_graph;                    //!< the graph
    std::map<std::string, Made> m_made;          //!< tensors made so far
    std::map<std::string, DnnShape> m_shapes;    //!< shapes by layer
    std::set<std::string> m_names;               //!< names given
    std::set<std::string> m_counted;             //!< weights counted
    std::map<std::string, uint32_t> m_uncounted; //!< operators taken for no work
    DnnShape m_input;                            //!< shape of the first input
    std::vector<DnnLayer> m_layers;              //!< layers
};

} // namespace

OnnxModel
BuildOnnxModel(const OnnxGraph& graph, const std::string& name)
{
    return Builder(graph).Build(name);
}

} // namespace noma
} // namespace ns3
