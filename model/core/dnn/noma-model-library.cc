/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-model-library.h"

#include "ns3/noma-check.h"
#include "ns3/noma-quote.h"

#include <algorithm>

namespace ns3
{
namespace noma
{

namespace
{

/// Largest input that makes sense.
constexpr uint32_t LARGEST_INPUT = 8192;

/**
 * Writes down a network layer by layer; every layer takes the one before it unless told otherwise.
 */
class Builder
{
  public:
    /// @param name its name
    /// @param op its operator
    /// @returns the last layer, to be refined
    DnnLayer& Add(const std::string& name, DnnOp op)
    {
        DnnLayer layer;
        layer.name = name;
        layer.op = op;
        layer.inputs = {m_layers.empty() ? "input" : m_layers.back().name};
        m_layers.push_back(layer);
        return m_layers.back();
    }

    /// Adds a convolution, square. @param name name @param outputs channels @param kernel size
    /// @param stride step @param pad padding @returns the layer
    DnnLayer& Conv(const std::string& name,
                   uint32_t outputs,
                   uint32_t kernel,
                   uint32_t stride = 1,
                   uint32_t pad = 0)
    {
        DnnLayer& layer = Add(name, DnnOp::CONV);
        layer.outputs = outputs;
        layer.window = {kernel, kernel, stride, stride, pad, pad, pad, pad, false};
        return layer;
    }

    /// Adds a convolution with ReLU. @param name name @param outputs channels @param kernel size
    /// @param stride step @param pad padding @param vertex vertex of the fused view
    void ConvRelu(const std::string& name,
                  uint32_t outputs,
                  uint32_t kernel,
                  uint32_t stride = 1,
                  uint32_t pad = 0,
                  const std::string& vertex = "")
    {
        Conv(name, outputs, kernel, stride, pad).vertex = vertex;
        Add("relu-" + name, DnnOp::RELU).vertex = vertex;
    }

    /// Adds a pool, square. @param name name @param op maximum or mean @param kernel size
    /// @param stride step @param ceil whether a last window may hang over @param pad padding
    /// @returns the layer
    DnnLayer& Pool(const std::string& name,
                   DnnOp op,
                   uint32_t kernel,
                   uint32_t stride,
                   bool ceil = false,
                   uint32_t pad = 0)
    {
        DnnLayer& layer = Add(name, op);
        layer.window = {kernel, kernel, stride, stride, pad, pad, pad, pad, ceil};
        return layer;
    }

    /// Adds a fully connected layer. @param name name @param outputs features @returns the layer
    DnnLayer& Fc(const std::string& name, uint32_t outputs)
    {
        DnnLayer& layer = Add(name, DnnOp::FC);
        layer.outputs = outputs;
        return layer;
    }

    /// @returns name of the last layer
    const std::string& Last() const
    {
        return m_layers.back().name;
    }

    /// @param name its name
    /// @param input height and width of its input
    /// @returns the network
    DnnGraph Build(const std::string& name, uint32_t input) const
    {
        return DnnGraph(name, DnnShape{3, input, input}, m_layers);
    }

    /// Makes a vertex of the fused view of every layer that has none named.
    void KeepApart()
    {
        for (DnnLayer& layer : m_layers)
        {
            layer.vertex = layer.vertex.empty() ? layer.name : layer.vertex;
        }
    }

  private:
    std::vector<DnnLayer> m_layers; //!< layers so far
};

/// One block of Network in Network: a convolution and two of 1x1, one vertex. @param b builder
/// @param index number of the block @param channels outputs of the three @param kernel size
/// @param stride step @param pad padding
void
Mlpconv(Builder& b,
        uint32_t index,
        const uint32_t (&channels)[3],
        uint32_t kernel,
        uint32_t stride,
        uint32_t pad)
{
    const std::string vertex = "mlpconv" + std::to_string(index);
    b.ConvRelu("conv" + std::to_string(index), channels[0], kernel, stride, pad, vertex);
    b.ConvRelu("cccp" + std::to_string(2 * index - 1), channels[1], 1, 1, 0, vertex);
    b.ConvRelu("cccp" + std::to_string(2 * index), channels[2], 1, 1, 0, vertex);
}

/// @param name name
/// @param input size
/// @returns Network in Network for CIFAR-10
DnnGraph
NinCifar10(const std::string& name, uint32_t input)
{
    Builder b;
    Mlpconv(b, 1, {192, 160, 96}, 5, 1, 2);
    b.Pool("pool1", DnnOp::MAX_POOL, 3, 2, true);
    b.Add("drop1", DnnOp::DROPOUT);
    Mlpconv(b, 2, {192, 192, 192}, 5, 1, 2);
    b.Pool("pool2", DnnOp::AVG_POOL, 3, 2, true);
    b.Add("drop2", DnnOp::DROPOUT);
    Mlpconv(b, 3, {192, 192, 10}, 3, 1, 1);
    b.Add("pool3", DnnOp::GLOBAL_POOL);
    b.Add("flatten", DnnOp::FLATTEN);
    b.Add("softmax", DnnOp::SOFTMAX);
    return b.Build(name, input);
}

/// @param name name
/// @param input size
/// @returns Network in Network for ImageNet
DnnGraph
NinImageNet(const std::string& name, uint32_t input)
{
    Builder b;
    Mlpconv(b, 1, {96, 96, 96}, 11, 4, 0);
    b.Pool("pool1", DnnOp::MAX_POOL, 3, 2, true);
    Mlpconv(b, 2, {256, 256, 256}, 5, 1, 2);
    b.Pool("pool2", DnnOp::MAX_POOL, 3, 2, true);
    Mlpconv(b, 3, {384, 384, 384}, 3, 1, 1);
    b.Pool("pool3", DnnOp::MAX_POOL, 3, 2, true);
    b.Add("drop3", DnnOp::DROPOUT);
    Mlpconv(b, 4, {1024, 1024, 1000}, 3, 1, 1);
    b.Add("pool4", DnnOp::GLOBAL_POOL);
    b.Add("flatten", DnnOp::FLATTEN).vertex = "pool4";
    b.Add("softmax", DnnOp::SOFTMAX).vertex = "pool4";
    return b.Build(name, input);
}

/// @param name name
/// @param input size
/// @returns tiny YOLOv2
DnnGraph
TinyYolo(const std::string& name, uint32_t input)
{
    const bool coco = name == "yolov2-tiny-coco";
    Builder b;
    const uint32_t channels[] = {16, 32, 64, 128, 256, 512, 1024, coco ? 512U : 1024U};
    for (uint32_t i = 1; i <= 8; ++i)
    {
        const std::string index = std::to_string(i);
        b.Conv("conv" + index, channels[i - 1], 3, 1, 1).bias = false;
        b.Add("bn" + index, DnnOp::BATCH_NORM);
        b.Add("leaky" + index, DnnOp::LEAKY);
        if (i <= 6)
        {
            // Darknet pads by one row and column, below and on the right; the last keeps the size
            const uint32_t stride = i < 6 ? 2 : 1;
            b.Pool("pool" + index, DnnOp::MAX_POOL, 2, stride)
                .window = {2, 2, stride, stride, 0, 1, 0, 1, false};
        }
    }
    // five boxes of four coordinates, one confidence and the classes
    b.Conv("conv9", 5 * (4 + 1 + (coco ? 80 : 20)), 1);
    b.Add("region", DnnOp::REGION);
    return b.Build(name, input);
}

/// @param name name
/// @param input size
/// @returns VGG16
DnnGraph
Vgg16(const std::string& name, uint32_t input)
{
    Builder b;
    const uint32_t channels[] = {64, 128, 256, 512, 512};
    for (uint32_t block = 1; block <= 5; ++block)
    {
        const std::string index = std::to_string(block);
        for (uint32_t i = 1; i <= (block <= 2 ? 2 : 3); ++i)
        {
            b.ConvRelu("conv" + index + "-" + std::to_string(i), channels[block - 1], 3, 1, 1);
        }
        b.Pool("pool" + index, DnnOp::MAX_POOL, 2, 2);
    }
    b.Add("flatten", DnnOp::FLATTEN);
    for (uint32_t i = 6; i <= 7; ++i)
    {
        const std::string index = std::to_string(i);
        b.Fc("fc" + index, 4096);
        b.Add("relu" + index, DnnOp::RELU);
        b.Add("drop" + index, DnnOp::DROPOUT);
    }
    b.Fc("fc8", 1000);
    b.Add("softmax", DnnOp::SOFTMAX);
    return b.Build(name, input);
}

/// @param name name
/// @param input size
/// @returns AlexNet, one tower
DnnGraph
AlexNet(const std::string& name, uint32_t input)
{
    Builder b;
    b.ConvRelu("conv1", 64, 11, 4, 2);
    b.Pool("pool1", DnnOp::MAX_POOL, 3, 2);
    b.ConvRelu("conv2", 192, 5, 1, 2);
    b.Pool("pool2", DnnOp::MAX_POOL, 3, 2);
    b.ConvRelu("conv3", 384, 3, 1, 1);
    b.ConvRelu("conv4", 256, 3, 1, 1);
    b.ConvRelu("conv5", 256, 3, 1, 1);
    b.Pool("pool5", DnnOp::MAX_POOL, 3, 2);
    b.Add("flatten", DnnOp::FLATTEN);
    for (uint32_t i = 6; i <= 7; ++i)
    {
        const std::string index = std::to_string(i);
        b.Add("drop" + index, DnnOp::DROPOUT);
        b.Fc("fc" + index, 4096);
        b.Add("relu" + index, DnnOp::RELU);
    }
    b.Fc("fc8", 1000);
    b.Add("softmax", DnnOp::SOFTMAX);
    // the literature's 23 positions are its modules, activations included
    b.KeepApart();
    return b.Build(name, input);
}

/// @param name name
/// @param input size
/// @returns AlexNet, two towers
DnnGraph
AlexNetCaffe(const std::string& name, uint32_t input)
{
    Builder b;
    std::string before[] = {"input", "input"};
    const auto conv =
        [&](uint32_t i, uint32_t outputs, uint32_t kernel, uint32_t stride, uint32_t pad) {
            for (uint32_t tower = 0; tower < 2; ++tower)
            {
                const std::string index = std::to_string(i) + (tower == 0 ? "a" : "b");
                b.Conv("conv" + index, outputs, kernel, stride, pad).inputs = {before[tower]};
                b.Add("relu" + index, DnnOp::RELU);
                before[tower] = b.Last();
                if (i <= 2)
                {
                    b.Add("norm" + index, DnnOp::LRN);
                }
                if (i <= 2 || i == 5)
                {
                    b.Pool("pool" + index, DnnOp::MAX_POOL, 3, 2, true);
                }
                before[tower] = b.Last();
            }
        };
    const auto join = [&](const std::string& layer) {
        b.Add(layer, DnnOp::CONCAT).inputs = {before[0], before[1]};
        before[0] = before[1] = layer;
    };
    conv(1, 48, 11, 4, 0);
    conv(2, 128, 5, 1, 2);
    join("concat2");
    conv(3, 192, 3, 1, 1);
    conv(4, 192, 3, 1, 1);
    conv(5, 128, 3, 1, 1);
    join("concat5");
    for (uint32_t i = 6; i <= 7; ++i)
    {
        const std::string index = std::to_string(i);
        b.Fc("fc" + index, 4096);
        b.Add("relu" + index, DnnOp::RELU);
        b.Add("drop" + index, DnnOp::DROPOUT);
    }
    b.Fc("fc8", 1000);
    b.Add("softmax", DnnOp::SOFTMAX);
    return b.Build(name, input);
}

/// @param name name
/// @param input size
/// @returns ResNet-18
DnnGraph
ResNet18(const std::string& name, uint32_t input)
{
    Builder b;
    const auto conv = [&](const std::string& layer,
                          uint32_t outputs,
                          uint32_t kernel,
                          uint32_t stride,
                          uint32_t pad,
                          const std::string& vertex,
                          const std::string& input) {
        DnnLayer& added = b.Conv(layer, outputs, kernel, stride, pad);
        added.inputs = {input};
        added.bias = false;
        added.vertex = vertex;
        b.Add("bn-" + layer, DnnOp::BATCH_NORM).vertex = vertex;
    };
    conv("conv1", 64, 7, 2, 3, "conv1", "input");
    b.Add("relu1", DnnOp::RELU).vertex = "conv1";
    b.Pool("pool1", DnnOp::MAX_POOL, 3, 2, false, 1);
    for (uint32_t stage = 2; stage <= 5; ++stage)
    {
        for (uint32_t block = 1; block <= 2; ++block)
        {
            const std::string index = std::to_string(stage) + "-" + std::to_string(block);
            const std::string first = "conv" + index + "a";
            // the sum and the projection it needs go with the block's second convolution
            const std::string second = "conv" + index + "b";
            const uint32_t channels = 32U << (stage - 1);
            const bool project = stage > 2 && block == 1;
            const std::string skip = b.Last();
            conv(first, channels, 3, project ? 2 : 1, 1, first, skip);
            b.Add("relu" + index + "a", DnnOp::RELU).vertex = first;
            conv(second, channels, 3, 1, 1, second, b.Last());
            const std::string branch = b.Last();
            std::string shortcut = skip;
            if (project)
            {
                conv("project" + index, channels, 1, 2, 0, second, skip);
                shortcut = b.Last();
            }
            DnnLayer& add = b.Add("add" + index, DnnOp::ADD);
            add.inputs = {branch, shortcut};
            add.vertex = second;
            b.Add("relu" + index + "b", DnnOp::RELU).vertex = second;
        }
    }
    b.Add("pool5", DnnOp::GLOBAL_POOL).vertex = "fc";
    b.Add("flatten", DnnOp::FLATTEN).vertex = "fc";
    b.Fc("fc", 1000).vertex = "fc";
    return b.Build(name, input);
}

/// A built-in model.
struct Entry
{
    const char* name;                                           //!< name
    uint32_t native;                                            //!< native height and width
    DnnGraph (*build)(const std::string& name, uint32_t input); //!< builds it
};

/// The built-in models.
const Entry ENTRIES[] = {{"nin-cifar10", 32, NinCifar10},
                         {"nin-imagenet", 224, NinImageNet},
                         {"yolov2-tiny-voc", 416, TinyYolo},
                         {"yolov2-tiny-coco", 416, TinyYolo},
                         {"vgg16", 224, Vgg16},
                         {"alexnet", 224, AlexNet},
                         {"alexnet-caffe", 227, AlexNetCaffe},
                         {"resnet18", 224, ResNet18}};

} // namespace

const std::vector<std::string>&
BuiltInModelNames()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const Entry& entry : ENTRIES)
        {
            list.emplace_back(entry.name);
        }
        return list;
    }();
    return names;
}

DnnGraph
BuiltInModel(const std::string& name, uint32_t input)
{
    std::string all;
    for (const Entry& entry : ENTRIES)
    {
        if (name == entry.name)
        {
            const DnnGraph native = entry.build(name, entry.native);
            return input == 0 || input == entry.native ? native : ResizeDnn(native, input);
        }
        all += (all.empty() ? "" : ", ") + std::string(entry.name);
    }
    throw std::invalid_argument("model: " + Quote(name) + " is not one of " + all);
}

DnnGraph
ResizeDnn(const DnnGraph& graph, uint32_t input)
{
    CheckRange(input, 1, LARGEST_INPUT, "an integer from 1 to 8192", "input");
    const uint32_t channels = graph.GetOperators()[0].output.channels;
    const DnnShape native = graph.GetOperators()[0].output;
    try
    {
        return graph.WithInput(DnnShape{channels, input, input});
    }
    catch (const std::invalid_argument& e)
    {
        for (uint32_t size = input + 1; size < std::max(native.height, native.width); ++size)
        {
            try
            {
                graph.WithInput(DnnShape{channels, size, size});
            }
            catch (const std::invalid_argument&)
            {
                continue;
            }
            throw std::invalid_argument("input: " + std::to_string(input) + " is not at least " +
                                        std::to_string(size) + ", the next size " +
                                        graph.GetName() + " can run at (" + e.what() + ")");
        }
        throw;
    }
}

} // namespace noma
} // namespace ns3
