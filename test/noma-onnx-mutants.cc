/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Changes ONNX files at random and reads them: every one must become a network or one line of
 * error. Mutant k depends on the files, the seed and k only.
 *
 *   noma-onnx-mutants COUNT FIRST SEED FILE...
 */
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-onnx.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>
#include <random>
#include <vector>

namespace
{

using namespace ns3::noma;

/// Source of random numbers.
using Random = std::mt19937_64;

/// @returns a number below n @param random source @param n limit, 0 gives 0
uint64_t
Below(Random& random, uint64_t n)
{
    return n == 0 ? 0 : random() % n;
}

/// @returns a number that is likely to hurt @param random source
int64_t
Hurtful(Random& random)
{
    static const std::vector<int64_t> values{0,
                                             1,
                                             2,
                                             3,
                                             -1,
                                             -2,
                                             7,
                                             64,
                                             255,
                                             65536,
                                             1LL << 24,
                                             1LL << 31,
                                             1LL << 32,
                                             (1LL << 31) - 1,
                                             1 << 30,
                                             1LL << 40,
                                             1LL << 48,
                                             1LL << 62,
                                             INT64_MIN,
                                             INT64_MAX,
                                             -(1LL << 31),
                                             -3,
                                             INT64_MIN + 1,
                                             1000000,
                                             10000000000,
                                             -10000000000};
    return Below(random, 4) == 0 ? static_cast<int64_t>(Below(random, 20)) - 5
                                 : values[Below(random, values.size())];
}

/// Changes bytes. @param bytes the file @param random source
void
ChangeBytes(std::string& bytes, Random& random)
{
    for (uint64_t n = 1 + Below(random, 8); n > 0 && !bytes.empty(); --n)
    {
        const std::size_t at = Below(random, bytes.size());
        switch (Below(random, 6))
        {
        case 0:
            bytes.resize(at);
            break;
        case 1:
            bytes.erase(at, 1 + Below(random, 16));
            break;
        case 2:
            bytes.insert(at, bytes.substr(Below(random, bytes.size()), Below(random, 64)));
            break;
        default:
            bytes[at] = static_cast<char>(random());
            break;
        }
    }
}

/// Changes sizes or data. @param tensor a tensor @param random source
void
ChangeTensor(onnx::TensorProto& tensor, Random& random)
{
    switch (Below(random, 6))
    {
    case 0:
        tensor.add_dims(Hurtful(random));
        break;
    case 1:
        tensor.set_data_type(static_cast<int32_t>(Below(random, 20)));
        break;
    case 2:
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        break;
    case 3:
        for (int i = 0; i < tensor.int64_data_size(); ++i)
        {
            tensor.set_int64_data(i, Hurtful(random));
        }
        if (tensor.raw_data().size() >= 8 && tensor.data_type() == onnx::TensorProto::INT64)
        {
            const int64_t value = Hurtful(random);
            const auto words = tensor.raw_data().size() / 8;
            tensor.mutable_raw_data()->replace(8 * Below(random, words),
                                               8,
                                               reinterpret_cast<const char*>(&value),
                                               8);
        }
        break;
    default:
        if (tensor.dims_size() > 0)
        {
            tensor.set_dims(static_cast<int>(Below(random, tensor.dims_size())), Hurtful(random));
        }
        break;
    }
}

/// Changes an attribute. @param attribute it @param random source
void
ChangeAttribute(onnx::AttributeProto& attribute, Random& random)
{
    if (attribute.has_t() && Below(random, 2) == 0)
    {
        ChangeTensor(*attribute.mutable_t(), random);
        return;
    }
    switch (Below(random, 5))
    {
    case 0:
        attribute.add_ints(Hurtful(random));
        break;
    case 1:
        attribute.clear_ints();
        break;
    case 2:
        attribute.set_s(Below(random, 2) == 0 ? "SAME_UPPER" : std::string(300, '\xff'));
        break;
    default:
        attribute.set_i(Hurtful(random));
        for (int i = 0; i < attribute.ints_size(); ++i)
        {
            if (Below(random, 2) == 0)
            {
                attribute.set_ints(i, Hurtful(random));
            }
        }
        break;
    }
}

/// Changes a node. @param graph the graph @param node one of its nodes @param random source
void
ChangeNode(onnx::GraphProto& graph, onnx::NodeProto& node, Random& random)
{
    static const std::vector<std::string> operators = [] {
        std::vector<std::string> all;
        for (const auto& schema : onnx::OpSchemaRegistry::get_all_schemas())
        {
            all.push_back(schema.Name());
        }
        return all;
    }();
    const auto& other = graph.node(static_cast<int>(Below(random, graph.node_size())));
    switch (Below(random, 8))
    {
    case 0:
        node.set_op_type(operators[Below(random, operators.size())]);
        break;
    case 1:
        if (node.input_size() > 0)
        {
            node.set_input(static_cast<int>(Below(random, node.input_size())),
                           other.input_size() > 0 ? other.input(0) : "");
        }
        break;
    case 2:
        node.add_input(other.input_size() > 0 ? other.input(other.input_size() - 1) : "");
        break;
    case 3:
        if (node.input_size() > 0)
        {
            node.mutable_input()->RemoveLast();
        }
        break;
    case 4:
        node.add_output("more" + std::to_string(Below(random, 4)));
        break;
    case 5:
        if (node.output_size() > 0)
        {
            node.set_output(0, other.output_size() > 0 ? other.output(0) : "");
        }
        break;
    default:
        if (node.attribute_size() > 0)
        {
            ChangeAttribute(
                *node.mutable_attribute(static_cast<int>(Below(random, node.attribute_size()))),
                random);
        }
        break;
    }
}

/// Changes a model's structure. @param bytes the file @param random source
void
ChangeModel(std::string& bytes, Random& random)
{
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes))
    {
        return;
    }
    auto& graph = *model.mutable_graph();
    for (uint64_t n = 1 + Below(random, 3); n > 0; --n)
    {
        const uint64_t what = Below(random, 10);
        if (what == 0 && model.opset_import_size() > 0)
        {
            model.mutable_opset_import(0)->set_version(static_cast<int64_t>(Below(random, 19)));
        }
        else if (what <= 2 && graph.input_size() > 0)
        {
            auto& input = *graph.mutable_input(static_cast<int>(Below(random, graph.input_size())));
            auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
            if (Below(random, 3) == 0 || shape.dim_size() == 0)
            {
                shape.add_dim()->set_dim_value(Hurtful(random));
            }
            else
            {
                shape.mutable_dim(static_cast<int>(Below(random, shape.dim_size())))
                    ->set_dim_value(Hurtful(random));
            }
        }
        else if (what <= 4 && graph.initializer_size() > 0)
        {
            ChangeTensor(*graph.mutable_initializer(
                             static_cast<int>(Below(random, graph.initializer_size()))),
                         random);
        }
        else if (graph.node_size() > 0)
        {
            ChangeNode(graph,
                       *graph.mutable_node(static_cast<int>(Below(random, graph.node_size()))),
                       random);
        }
    }
    bytes = model.SerializeAsString();
}

/// @returns whole file @param path its name
std::string
Read(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace

int
main(int argc, char* argv[])
{
    if (argc < 5)
    {
        std::cerr << "usage: noma-onnx-mutants COUNT FIRST SEED FILE...\n";
        return 2;
    }
    const uint64_t count = std::stoull(argv[1]);
    const uint64_t first = std::stoull(argv[2]);
    const uint64_t seed = std::stoull(argv[3]);
    std::vector<std::string> files;
    for (int i = 4; i < argc; ++i)
    {
        files.push_back(Read(argv[i]));
    }
    uint64_t good = 0;
    uint64_t bad = 0;
    const char* trail = std::getenv("NOMA_MUTANT"); // where a mutant is left that ends the program
    for (uint64_t k = first; k < first + count; ++k)
    {
        Random random(seed * 1000003 + k);
        std::string bytes = files[Below(random, files.size())];
        if (Below(random, 4) == 0)
        {
            ChangeBytes(bytes, random);
        }
        else
        {
            ChangeModel(bytes, random);
        }
        if (trail)
        {
            std::ofstream(trail, std::ios::binary) << bytes;
        }
        try
        {
            const OnnxModel model = ParseOnnx(bytes, "mutant", {});
            const DnnGraph again = ParseDnn(FormatDnn(model.graph));
            if (again.GetFlops() != model.graph.GetFlops())
            {
                std::cerr << "mutant " << k << ": not the same as JSON\n";
                return 1;
            }
            ++good;
        }
        catch (const std::invalid_argument& e)
        {
            const std::string line = e.what();
            if (std::any_of(line.begin(), line.end(), [](unsigned char c) { return c < ' '; }))
            {
                std::cerr << "mutant " << k << ": more than a line: " << line << '\n';
                return 1;
            }
            ++bad;
        }
        if ((k + 1) % 10000 == 0)
        {
            std::cout << k + 1 << " mutants" << std::endl;
        }
    }
    std::cout << count << " mutants: " << good << " networks, " << bad << " errors\n";
    return 0;
}
