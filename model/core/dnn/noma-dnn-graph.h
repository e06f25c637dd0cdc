/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_GRAPH_H
#define NOMA_DNN_GRAPH_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-dnn
 * Operators of a DNN.
 */
enum class DnnOp : uint8_t
{
    INPUT,       //!< the input tensor
    CONV,        //!< convolution, possibly in groups
    MAX_POOL,    //!< maximum over a window
    AVG_POOL,    //!< mean over a window
    GLOBAL_POOL, //!< mean over each channel
    FC,          //!< fully connected; flattens what it is given
    RELU,        //!< max(0, x)
    LEAKY,       //!< leaky ReLU
    LRN,         //!< local response normalisation
    BATCH_NORM,  //!< batch normalisation, folded into the convolution before it
    ADD,         //!< sum of tensors of one shape
    CONCAT,      //!< concatenation along the channels
    SOFTMAX,     //!< softmax
    REGION,      //!< decoding of detection boxes
    FLATTEN,     //!< to one vector
    DROPOUT,     //!< nothing at inference

    TRANSPOSED_CONV, //!< transposed convolution
    LINEAR,          //!< fully connected at every position: channels in, outputs out
    SIGMOID,         //!< logistic function
    HARD_SIGMOID,    //!< its piecewise linear form
    SILU,            //!< x times its logistic function
    HARD_SWISH,      //!< x times its hard sigmoid
    GELU,            //!< Gaussian error linear unit
    TANH,            //!< hyperbolic tangent
    MUL,             //!< product of tensors; those behind the first may have 1 where it has more
    LAYER_NORM,      //!< normalisation over the channels of each position
    GROUP_NORM,      //!< normalisation over groups of channels
    RESIZE,          //!< nearest or interpolated rows and columns
    SLICE,           //!< part of a tensor along one axis
    SPLIT,           //!< one of equal parts along one axis
    GATHER,          //!< places picked along one axis
    PAD,             //!< rows and columns added around
    RESHAPE,         //!< the same elements in another shape
    TRANSPOSE,       //!< axes in another order
    MATMUL,          //!< product of two activations
    ATTENTION,       //!< scaled dot-product attention of queries, keys and values
    EMBEDDING,       //!< one row of a table for every index
    LSTM,            //!< long short-term memory
    GRU,             //!< gated recurrent unit
    CUSTOM,          //!< work, parameters and shape as given
    RESULTS          //!< the results of a network that has several
};

/// @param op the operator
/// @returns name of an operator as in the JSON format
const char* DnnOpName(DnnOp op);

/// @returns names of the operators a layer may have, in the order of DnnOp from CONV on
const std::vector<std::string>& DnnOpNames();

/**
 * @ingroup noma-core-dnn
 * Shape of a tensor of batch 1.
 */
struct DnnShape
{
    uint32_t channels{1}; //!< channels, or features of a vector
    uint32_t height{1};   //!< rows
    uint32_t width{1};    //!< columns

    /// @returns number of elements
    uint64_t GetElements() const
    {
        return static_cast<uint64_t>(channels) * height * width;
    }

    /// @returns "channels x height x width"
    std::string ToString() const;

    /// @param o another shape @returns whether they are equal
    bool operator==(const DnnShape& o) const
    {
        return channels == o.channels && height == o.height && width == o.width;
    }
};

/**
 * @ingroup noma-core-dnn
 * Sliding window of a convolution or pool.
 */
struct DnnWindow
{
    uint32_t kernelHeight{1}; //!< rows of the window
    uint32_t kernelWidth{1};  //!< columns of the window
    uint32_t strideHeight{1}; //!< step between rows
    uint32_t strideWidth{1};  //!< step between columns
    uint32_t padTop{0};       //!< rows added above
    uint32_t padBottom{0};    //!< rows added below
    uint32_t padLeft{0};      //!< columns added on the left
    uint32_t padRight{0};     //!< columns added on the right
    bool ceil{false};         //!< keep a last window that hangs over the edge (pools only)

    uint32_t dilationHeight{1};      //!< step between rows of the window (convolutions, max-pool)
    uint32_t dilationWidth{1};       //!< step between columns of the window, likewise
    uint32_t outputPaddingHeight{0}; //!< rows added to the output (transposed convolution)
    uint32_t outputPaddingWidth{0};  //!< columns added to the output, likewise
};

/**
 * @ingroup noma-core-dnn
 * Axes of a tensor.
 */
enum class DnnAxis : uint8_t
{
    CHANNELS, //!< channels
    HEIGHT,   //!< rows; positions of a sequence
    WIDTH     //!< columns
};

/**
 * @ingroup noma-core-dnn
 * What only operators on sequences and those that move data need to know.
 */
struct DnnDetail
{
    DnnAxis axis{DnnAxis::CHANNELS}; //!< axis (concat, slice, split, gather)
    uint32_t begin{0};               //!< first place (slice)
    uint32_t end{0};                 //!< behind the last place (slice)
    uint32_t parts{0};               //!< number of equal parts (split)
    uint32_t part{0};                //!< which of them, from 0 (split)
    uint32_t count{0};               //!< number of places (gather)
    DnnShape shape{0, 0, 0};         //!< shape (reshape, custom, input); rows and columns (resize)
    uint32_t scaleHeight{0};         //!< factor of the rows (resize), 0 = by shape
    uint32_t scaleWidth{0};          //!< factor of the columns (resize), 0 = by shape
    std::array<DnnAxis, 3> order{DnnAxis::CHANNELS, DnnAxis::HEIGHT, DnnAxis::WIDTH}; //!< transpose
    bool transposed{false};    //!< matmul: the second is stored by columns
    bool bidirectional{false}; //!< lstm, gru: both directions
    bool tied{false};          //!< linear: the weights are those of another layer and count there
    uint32_t heads{1};         //!< heads (attention)
    uint32_t past{0};    //!< positions whose keys and values are kept from earlier (attention)
    uint32_t entries{0}; //!< rows of the table (embedding)
    uint64_t macs{0};    //!< of which multiply-accumulates, 2 FLOPs each (custom)
    uint64_t flops{0};   //!< work (custom)
    uint64_t params{0};  //!< parameters (custom)
    std::string kind;    //!< kind of its time on a device, "none" = takes none (custom)
};

/**
 * @ingroup noma-core-dnn
 * One layer as it is described, before shapes are known.
 */
struct DnnLayer
{
    std::string name;                    //!< unique; letters, digits and _ . : / -
    DnnOp op{DnnOp::RELU};               //!< operator
    std::vector<std::string> inputs;     //!< names of layers, "input" for the network's input
    uint32_t outputs{0};                 //!< output channels (conv) or features (fc, linear, ...)
    DnnWindow window;                    //!< window (convolutions, pools, pad)
    uint32_t groups{1};                  //!< groups (convolutions, group-norm)
    bool bias{true};                     //!< has biases (convolutions, fc, linear, lstm, gru)
    DnnDetail detail;                    //!< what only some operators need
    std::string vertex;                  //!< vertex of the fused view; empty = by rule
    std::optional<double> deviceSeconds; //!< measured on the device (s)
    std::optional<double> edgeSeconds;   //!< measured on one edge unit (s)
};

/**
 * @ingroup noma-core-dnn
 * One operator of a graph with all that follows from its description. FLOPs count as in the
 * section "Work" of the model: 2 per multiply-accumulate, bias and batch-norm free.
 */
struct DnnOperator
{
    DnnLayer layer;                //!< description
    std::vector<uint32_t> parents; //!< operators whose outputs it takes
    DnnShape output;               //!< shape of its output
    uint64_t macs{0};              //!< multiply-accumulates
    uint64_t flops{0};             //!< floating-point operations
    uint64_t params{0};            //!< learned parameters
};

/**
 * @ingroup noma-core-dnn
 * A DNN as a directed acyclic graph of operators in topological order. Operator 0 is the input and
 * the last one the result. More inputs are layers INPUT with a shape; several results meet in a
 * last layer RESULTS, which is no work and no tensor of its own.
 */
class DnnGraph
{
  public:
    /**
     * Sorts the layers topologically, keeping their order where it already is one, and infers
     * shapes and work.
     *
     * @param name name of the model
     * @param input shape of the input
     * @param layers layers in any order
     * @throws std::invalid_argument with one line naming the layer, the value and what is allowed
     */
    DnnGraph(std::string name, const DnnShape& input, const std::vector<DnnLayer>& layers);

    /// @returns name of the model
    const std::string& GetName() const;
    /// @returns operators in topological order
    const std::vector<DnnOperator>& GetOperators() const;
    /// @returns multiply-accumulates of one inference
    uint64_t GetMacs() const;
    /// @returns floating-point operations of one inference
    uint64_t GetFlops() const;
    /// @returns learned parameters
    uint64_t GetParams() const;
    /// @param input the input
    /// @returns the same network with another (first) input
    DnnGraph WithInput(const DnnShape& input) const;

  private:
    std::string m_name;                   //!< name of the model
    std::vector<DnnOperator> m_operators; //!< operators, 0 = input
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_GRAPH_H
