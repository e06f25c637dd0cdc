/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_DNN_GRAPH_H
#define NOMA_DNN_GRAPH_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core
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
    DROPOUT      //!< nothing at inference
};

/// @returns name of an operator as in the JSON format @param op the operator
const char* DnnOpName(DnnOp op);

/// @returns names of the operators a layer may have, in the order of DnnOp from CONV on
const std::vector<std::string>& DnnOpNames();

/**
 * @ingroup noma-core
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
 * @ingroup noma-core
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
};

/**
 * @ingroup noma-core
 * One layer as it is described, before shapes are known.
 */
struct DnnLayer
{
    std::string name;                    //!< unique; letters, digits and _ . : / -
    DnnOp op{DnnOp::RELU};               //!< operator
    std::vector<std::string> inputs;     //!< names of layers, "input" for the network's input
    uint32_t outputs{0};                 //!< output channels (conv) or features (fc)
    DnnWindow window;                    //!< window (conv, pools)
    uint32_t groups{1};                  //!< groups (conv)
    bool bias{true};                     //!< has one bias per output (conv, fc)
    std::string vertex;                  //!< vertex of the fused view; empty = by rule
    std::optional<double> deviceSeconds; //!< measured on the device (s)
    std::optional<double> edgeSeconds;   //!< measured on one edge unit (s)
};

/**
 * @ingroup noma-core
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
 * @ingroup noma-core
 * A DNN as a directed acyclic graph of operators in topological order. Operator 0 is the input and
 * the last one the result; there is only one result.
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
    /// @returns the same network with another input @param input the input
    DnnGraph WithInput(const DnnShape& input) const;

  private:
    std::string m_name;                   //!< name of the model
    std::vector<DnnOperator> m_operators; //!< operators, 0 = input
};

} // namespace noma
} // namespace ns3

#endif // NOMA_DNN_GRAPH_H
