/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-onnx-graph.h"

#include "ns3/noma-dnn-shape.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// How an operator's work is counted.
enum class Rule
{
    FREE,        //!< no work
    ELEMENT,     //!< per element of the result and input beyond the first, 1 at least
    INPUT,       //!< per element of the first input
    FIVE,        //!< 5 per element of the result: normalisations
    SOFTMAX,     //!< 3 per element
    LRN,         //!< 13 per element
    POOL,        //!< per element of the window and the result
    CONV,        //!< convolution
    TRANSPOSED,  //!< transposed convolution
    GEMM,        //!< product of matrices
    MATMUL,      //!< product of stacks of matrices
    RECURRENT_1, //!< recurrent layer with one gate
    RECURRENT_3, //!< gru
    RECURRENT_4  //!< lstm
};

/// How an operator counts.
struct Entry
{
    Rule rule;           //!< its work
    const char* kind;    //!< its kind on a device
    const char* weights; //!< what is learned, see OnnxWork
};

/// @returns what each operator counts
const std::map<std::string, Entry>&
Entries()
{
    static const std::map<std::string, Entry> entries = [] {
        std::map<std::string, Entry> all{
            {"Conv", {Rule::CONV, "conv", "12"}},
            {"ConvInteger", {Rule::CONV, "conv", "1"}},
            {"ConvTranspose", {Rule::TRANSPOSED, "conv", "12"}},
            {"Gemm", {Rule::GEMM, "fc", "012"}},
            {"MatMul", {Rule::MATMUL, "matmul", "01"}},
            {"MatMulInteger", {Rule::MATMUL, "matmul", "01"}},
            {"LSTM", {Rule::RECURRENT_4, "matmul", "1237"}},
            {"GRU", {Rule::RECURRENT_3, "matmul", "123"}},
            {"RNN", {Rule::RECURRENT_1, "matmul", "123"}},
            {"BatchNormalization", {Rule::FREE, "none", "12"}},
            {"InstanceNormalization", {Rule::FIVE, "element-wise", "12"}},
            {"LayerNormalization", {Rule::FIVE, "element-wise", "12"}},
            {"MeanVarianceNormalization", {Rule::FIVE, "element-wise", ""}},
            {"Softmax", {Rule::SOFTMAX, "element-wise", ""}},
            {"LogSoftmax", {Rule::SOFTMAX, "element-wise", ""}},
            {"LRN", {Rule::LRN, "element-wise", ""}},
            {"LpNormalization", {Rule::SOFTMAX, "element-wise", ""}},
            {"Concat", {Rule::FREE, "concat", "*"}},
            {"Where", {Rule::FREE, "element-wise", "*"}},
        };
        const auto add = [&](const Entry& entry, std::initializer_list<const char*> names) {
            for (const char* name : names)
            {
                all.emplace(name, entry);
            }
        };
        add({Rule::POOL, "pool", ""}, {"MaxPool", "AveragePool", "LpPool"});
        add({Rule::INPUT, "global-pool", ""},
            {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"});
        add({Rule::INPUT, "none", ""},
            {"Relu",
             "LeakyRelu",
             "Sigmoid",
             "HardSigmoid",
             "HardSwish",
             "Tanh",
             "Elu",
             "Selu",
             "Celu",
             "Softplus",
             "Softsign",
             "ThresholdedRelu",
             "Clip",
             "Shrink"});
        all.emplace("PRelu", Entry{Rule::INPUT, "none", "1"});
        add({Rule::ELEMENT, "element-wise", "*"},
            {"Add",
             "Sub",
             "Mul",
             "Div",
             "Sum",
             "Mean",
             "Max",
             "Min",
             "Pow",
             "Mod",
             "And",
             "Or",
             "Xor",
             "Equal",
             "Greater",
             "GreaterOrEqual",
             "Less",
             "LessOrEqual",
             "BitShift"});
        add({Rule::INPUT, "element-wise", ""},
            {"Abs",
             "Neg",
             "Ceil",
             "Floor",
             "Round",
             "Sign",
             "Sqrt",
             "Reciprocal",
             "Exp",
             "Log",
             "Erf",
             "Sin",
             "Cos",
             "Tan",
             "Asin",
             "Acos",
             "Atan",
             "Sinh",
             "Cosh",
             "Asinh",
             "Acosh",
             "Atanh",
             "Not",
             "IsNaN",
             "IsInf",
             "CumSum",
             "Hardmax",
             "QuantizeLinear",
             "DequantizeLinear",
             "ReduceMean",
             "ReduceSum",
             "ReduceMax",
             "ReduceMin",
             "ReduceProd",
             "ReduceL1",
             "ReduceL2",
             "ReduceLogSum",
             "ReduceLogSumExp",
             "ReduceSumSquare",
             "ArgMax",
             "ArgMin"});
        add({Rule::FREE, "none", ""},
            {"Identity",
             "Dropout",
             "Reshape",
             "Flatten",
             "Squeeze",
             "Unsqueeze",
             "Cast",
             "CastLike"});
        add({Rule::FREE, "move", ""},
            {"Transpose",
             "Slice",
             "Split",
             "Pad",
             "Resize",
             "Upsample",
             "Tile",
             "DepthToSpace",
             "SpaceToDepth",
             "ReverseSequence",
             "Trilu",
             "OneHot",
             "Range"});
        add({Rule::FREE, "move", "0"},
            {"Gather", "GatherElements", "GatherND", "Expand", "ScatterElements", "ScatterND"});
        return all;
    }();
    return entries;
}

/// Sizes of a node's tensors.
class Sizes
{
  public:
    /// @param graph the graph @param node the node
    Sizes(const OnnxGraph& graph, const OnnxNode& node)
        : m_graph(graph),
          m_node(node)
    {
    }

    /// @param i its place
    /// @returns sizes of an input; none if it is left out
    std::vector<int64_t> In(std::size_t i) const
    {
        return m_node.Has(i) ? m_graph.tensors.at(m_node.inputs[i]).dims : std::vector<int64_t>();
    }

    /// @param i its place
    /// @returns elements of an input
    uint64_t InElements(std::size_t i) const
    {
        return m_graph.tensors.at(m_node.inputs.at(i)).GetElements();
    }

    /// @returns elements of the first output that is there
    uint64_t OutElements() const
    {
        for (const std::string& output : m_node.outputs)
        {
            if (!output.empty() && m_graph.tensors.at(output).known)
            {
                return m_graph.tensors.at(output).GetElements();
            }
        }
        return 0;
    }

    /// @param a factor
    /// @param b factor
    /// @returns a product
    uint64_t Times(uint64_t a, uint64_t b) const
    {
        return DnnTimes(a, b, m_node.op + " " + m_node.name);
    }

    /// @param dims the sizes
    /// @param from the axis
    /// @returns product of sizes from one axis on
    uint64_t Product(const std::vector<int64_t>& dims, std::size_t from) const
    {
        uint64_t product = 1;
        for (std::size_t i = from; i < dims.size(); ++i)
        {
            product = Times(product, static_cast<uint64_t>(dims[i]));
        }
        return product;
    }

  private:
    const OnnxGraph& m_graph; //!< the graph
    const OnnxNode& m_node;   //!< the node
};

/// @param rule a rule that has them
/// @param node the node
/// @param s sizes of its tensors
/// @returns multiply-accumulates
uint64_t
CountMacs(Rule rule, const OnnxNode& node, const Sizes& s)
{
    switch (rule)
    {
    case Rule::CONV: // each output meets the taps of its group: channels per group, then the window
        return s.Times(s.OutElements(), s.Product(s.In(1), 1));
    case Rule::TRANSPOSED: // likewise each input
        return s.Times(s.InElements(0), s.Product(s.In(1), 1));
    case Rule::GEMM: {
        const auto a = s.In(0);
        return a.size() == 2 ? s.Times(s.OutElements(),
                                       static_cast<uint64_t>(a[node.Int("transA", 0) != 0 ? 0 : 1]))
                             : 0;
    }
    case Rule::MATMUL: {
        const auto a = s.In(0);
        return a.empty() ? 0 : s.Times(s.OutElements(), static_cast<uint64_t>(a.back()));
    }
    case Rule::RECURRENT_1:
    case Rule::RECURRENT_3:
    case Rule::RECURRENT_4: {
        // W and R hold directions x gates*hidden x input and x hidden; X is seq x batch x input
        const auto x = s.In(0);
        const uint64_t weights = s.InElements(1) + s.InElements(2);
        return x.size() == 3 ? s.Times(weights, s.Times(x[0], x[1])) : 0;
    }
    default:
        return 0;
    }
}

} // namespace

OnnxWork
CountOnnxNode(const OnnxGraph& graph, const OnnxNode& node)
{
    const auto found = Entries().find(node.op);
    if (found == Entries().end())
    {
        OnnxWork work;
        work.counted = false;
        work.kind = "move";
        work.weights = "*";
        return work;
    }
    const Entry& entry = found->second;
    const Sizes s(graph, node);
    OnnxWork work;
    work.kind = entry.kind;
    work.weights = entry.weights;
    work.macs = CountMacs(entry.rule, node, s);
    if (entry.rule == Rule::MATMUL && node.Has(1) && graph.tensors.at(node.inputs[1]).constant)
    {
        work.kind = "conv-1x1"; // fully connected at every position
    }
    const auto given = static_cast<uint64_t>(
        std::count_if(node.inputs.begin(), node.inputs.end(), [](const std::string& input) {
            return !input.empty();
        }));
    switch (entry.rule)
    {
    case Rule::FREE:
        break;
    case Rule::ELEMENT:
        work.flops = s.Times(s.OutElements(), std::max<uint64_t>(given, 2) - 1);
        break;
    case Rule::INPUT:
        work.flops = s.InElements(0);
        break;
    case Rule::FIVE:
        work.flops = s.Times(s.OutElements(), 5);
        break;
    case Rule::SOFTMAX:
        work.flops = s.Times(s.OutElements(), 3);
        break;
    case Rule::LRN:
        work.flops = s.Times(s.OutElements(), 13);
        break;
    case Rule::POOL: {
        uint64_t window = 1;
        for (int64_t k : node.Ints("kernel_shape"))
        {
            window = s.Times(window, static_cast<uint64_t>(std::max<int64_t>(k, 0)));
        }
        work.flops = s.Times(s.OutElements(), window);
        break;
    }
    default:
        work.flops = 2 * work.macs;
        break;
    }
    return work;
}

} // namespace noma
} // namespace ns3
