/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-dnn-graph.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-dnn-profile.h"
#include "ns3/noma-model-library.h"

#include <map>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns a model in JSON @param layers its layers @param input its input
std::string
Model(const std::string& layers,
      const std::string& input = R"({"channels":3,"height":8,"width":8})")
{
    return R"({"format":"noma-dnn/1","name":"m","input":)" + input + R"(,"layers":[)" + layers +
           "]}";
}

/// @returns last operator of a model @param layers its layers
DnnOperator
Last(const std::string& layers)
{
    return ParseDnn(Model(layers)).GetOperators().back();
}

/**
 * @ingroup noma-test
 * Totals of the built-in models against the published ones (torchvision, Darknet and Caffe), and
 * the number of cut positions the literature gives them.
 */
class DnnTotalsTestCase : public TestCase
{
  public:
    DnnTotalsTestCase()
        : TestCase("published MACs, parameters and cut positions of the built-in models")
    {
    }

  private:
    void DoRun() override
    {
        /// What is published.
        struct Published
        {
            std::string name;      //!< model
            double gmacs;          //!< 1e9 multiply-accumulates, to three or four digits
            uint64_t params;       //!< parameters
            std::size_t positions; //!< vertices of the fused view
        };

        const Published list[] = {{"nin-cifar10", 0.2225, 966986, 9},
                                  {"nin-imagenet", 1.100, 7595176, 9},
                                  {"yolov2-tiny-voc", 3.486, 15861773, 17},
                                  {"yolov2-tiny-coco", 2.703, 11232057, 17},
                                  {"vgg16", 15.47, 138357544, 24},
                                  {"alexnet", 0.7142, 61100840, 23},
                                  {"alexnet-caffe", 0.7244, 60965224, 23},
                                  {"resnet18", 1.814, 11689512, 20}};
        NS_TEST_EXPECT_MSG_EQ(BuiltInModelNames().size(), std::size(list), "number of models");
        for (const Published& p : list)
        {
            const DnnGraph graph = BuiltInModel(p.name);
            NOMA_TEST_EXPECT_CLOSE(graph.GetMacs() / 1e9, p.gmacs, 5e-4, p.name << " MACs");
            NS_TEST_EXPECT_MSG_EQ(graph.GetParams(), p.params, p.name << " parameters");
            const DnnProfile fused(graph, DnnView::FUSED);
            NS_TEST_EXPECT_MSG_EQ(fused.GetVertices().size(), p.positions, p.name << " positions");
            NS_TEST_EXPECT_MSG_EQ(fused.GetFlops(), graph.GetFlops(), p.name << " FLOPs are kept");
            const DnnProfile operators(graph, DnnView::OPERATORS);
            NS_TEST_EXPECT_MSG_EQ(operators.GetVertices().size(),
                                  graph.GetOperators().size(),
                                  p.name << " operators");
            // the description is enough to build the same network again
            const DnnGraph again = ParseDnn(FormatDnn(graph));
            NS_TEST_EXPECT_MSG_EQ(again.GetFlops(), graph.GetFlops(), p.name << " round trip");
            NS_TEST_EXPECT_MSG_EQ(FormatDnn(again), FormatDnn(graph), p.name << " round trip");
        }
    }
};

/**
 * @ingroup noma-test
 * Shapes and work of single operators, worked out by hand.
 */
class DnnOperatorTestCase : public TestCase
{
  public:
    DnnOperatorTestCase()
        : TestCase("shape, MACs, FLOPs and parameters of each operator")
    {
    }

  private:
    /// Checks the last operator. @param layers layers of a model with a 3x8x8 input
    /// @param shape its output @param flops its FLOPs @param params its parameters
    void Check(const std::string& layers, const DnnShape& shape, uint64_t flops, uint64_t params)
    {
        const DnnOperator op = Last(layers);
        NS_TEST_EXPECT_MSG_EQ(op.output.ToString(), shape.ToString(), "shape of " << layers);
        NS_TEST_EXPECT_MSG_EQ(op.flops, flops, "FLOPs of " << layers);
        NS_TEST_EXPECT_MSG_EQ(op.params, params, "parameters of " << layers);
    }

    void DoRun() override
    {
        Check(
            R"({"name":"a","op":"conv","outputs":6,"kernel":[3,1],"stride":[2,3],"padding":[1,0]})",
            {6, 4, 3},
            2 * 6 * 4 * 3 * 9,
            6 * 9 + 6);
        Check(R"({"name":"a","op":"conv","outputs":6,"kernel":3,"groups":3,"bias":false})",
              {6, 6, 6},
              2 * 6 * 36 * 9,
              6 * 9);
        // floor leaves the last column out, ceil keeps a window that hangs over
        Check(R"({"name":"a","op":"max-pool","kernel":3,"stride":2})", {3, 3, 3}, 27 * 9, 0);
        Check(R"({"name":"a","op":"max-pool","kernel":3,"stride":2,"ceil":true})",
              {3, 4, 4},
              48 * 9,
              0);
        // a window that would start in the padding behind the input is dropped even with ceil
        Check(R"({"name":"a","op":"avg-pool","kernel":2,"stride":8,"ceil":true,"padding":1})",
              {3, 2, 2},
              12 * 4,
              0);
        Check(R"({"name":"a","op":"avg-pool","kernel":2,"stride":9,"ceil":true,"padding":1})",
              {3, 1, 1},
              3 * 4,
              0);
        // the padding of Darknet: below and on the right only
        Check(R"({"name":"a","op":"max-pool","kernel":2,"stride":1,"padding":[0,1,0,1]})",
              {3, 8, 8},
              192 * 4,
              0);
        Check(R"({"name":"a","op":"global-pool"})", {3, 1, 1}, 192, 0);
        Check(R"({"name":"a","op":"fc","outputs":10})", {10, 1, 1}, 2 * 1920, 1930);
        Check(R"({"name":"a","op":"relu"})", {3, 8, 8}, 192, 0);
        Check(R"({"name":"a","op":"leaky"})", {3, 8, 8}, 192, 0);
        Check(R"({"name":"a","op":"lrn"})", {3, 8, 8}, 13 * 192, 0);
        Check(R"({"name":"a","op":"batch-norm"})", {3, 8, 8}, 0, 6);
        Check(R"({"name":"a","op":"softmax"})", {3, 8, 8}, 3 * 192, 0);
        Check(R"({"name":"a","op":"region"})", {3, 8, 8}, 0, 0);
        Check(R"({"name":"a","op":"flatten"})", {192, 1, 1}, 0, 0);
        Check(R"({"name":"a","op":"dropout"})", {3, 8, 8}, 0, 0);
        Check(R"({"name":"r","op":"relu"},{"name":"a","op":"add","inputs":["input","r"]})",
              {3, 8, 8},
              192,
              0);
        Check(R"({"name":"r","op":"conv","outputs":5,"kernel":1},
                 {"name":"a","op":"concat","inputs":["input","r"]})",
              {8, 8, 8},
              0,
              0);
    }
};

/**
 * @ingroup noma-test
 * The models at the size of CIFAR-10: four run, the others say from which size on they do.
 */
class DnnInputTestCase : public TestCase
{
  public:
    DnnInputTestCase()
        : TestCase("inputs other than the native one")
    {
    }

  private:
    void DoRun() override
    {
        const std::map<std::string, uint32_t> smallest{{"nin-imagenet", 55},
                                                       {"alexnet", 63},
                                                       {"alexnet-caffe", 55}};
        for (const std::string& name : BuiltInModelNames())
        {
            const auto found = smallest.find(name);
            if (found == smallest.end())
            {
                NS_TEST_EXPECT_MSG_EQ(BuiltInModel(name, 32).GetOperators()[0].output.height,
                                      32,
                                      name);
                continue;
            }
            const std::string size = std::to_string(found->second);
            NOMA_TEST_EXPECT_INVALID(BuiltInModel(name, 32), "32 is not at least " + size);
            NOMA_TEST_EXPECT_INVALID(BuiltInModel(name, found->second - 1), name);
            BuiltInModel(name, found->second);
        }
        NS_TEST_EXPECT_MSG_EQ(
            BuiltInModel("yolov2-tiny-voc", 32).GetOperators().back().output.height,
            1,
            "one cell");
        NOMA_TEST_EXPECT_INVALID(BuiltInModel("vgg16", 8193), "8193 is not an integer from 1 to");
        NOMA_TEST_EXPECT_INVALID(BuiltInModel("lenet"), "\"lenet\" is not one of nin-cifar10");
    }
};

/**
 * @ingroup noma-test
 * Errors name the place, the value and what is allowed.
 */
class DnnErrorsTestCase : public TestCase
{
  public:
    DnnErrorsTestCase()
        : TestCase("bad models")
    {
    }

  private:
    void DoRun() override
    {
        const std::pair<std::string, std::string> cases[] = {
            {Model(""), "layers: 0 is not from 1"},
            {Model(R"({"name":"a","op":"relu6"})"), "layers[0].op: \"relu6\" is not one of conv"},
            {Model(R"({"name":"a","op":"relu","kernal":3})"), "layers[0].kernal: the key is not"},
            {Model(R"({"name":"a","op":"relu","kernel":3})"),
             "layers[0].kernel: the key is not one of an operator relu"},
            {Model(R"({"name":"a","op":"conv","outputs":3})"), "layers[0].kernel: missing"},
            {Model(R"({"name":"a","op":"fc"})"), "layers[0].outputs: missing"},
            {Model(R"({"name":"a","op":"conv","outputs":0,"kernel":1})"), "a.outputs: 0 is not"},
            {Model(R"({"name":"a","op":"conv","outputs":3,"kernel":0})"), "a.kernel: 0 is not"},
            {Model(R"({"name":"a","op":"conv","outputs":3,"kernel":1,"stride":0})"),
             "a.stride: 0 is not"},
            {Model(R"({"name":"a","op":"max-pool","kernel":2,"padding":2})"),
             "a.padding: 2 is not below the kernel size"},
            {Model(R"({"name":"a","op":"conv","outputs":3,"kernel":2,"padding":65537})"),
             "a.padding: 65537 is not an integer from 0 to 65536"},
            {Model(R"({"name":"a","op":"conv","outputs":3,"kernel":1,"padding":[0,0,0]})"),
             "layers[0].padding: a list of 3 is not"},
            {Model(R"({"name":"a","op":"conv","outputs":4,"kernel":1,"groups":2})"),
             "a.groups: 2 is not a divisor"},
            {Model(R"({"name":"a","op":"conv","outputs":4,"kernel":-1})"),
             "layers[0].kernel: -1 is not an integer"},
            {Model(R"({"name":"a","op":"conv","outputs":4,"kernel":1.5})"),
             "layers[0].kernel: 1.5 is not an integer"},
            {Model(R"({"name":"a","op":"conv","outputs":4,"kernel":9})"),
             "a: input 3x8x8 is not at least as large as the window 9x9"},
            {Model(R"({"name":"a","op":"relu","inputs":["b"]})"), "a.inputs: \"b\" is not"},
            {Model(R"({"name":"a","op":"relu","inputs":[]})"), "a.inputs: 0 is not one input"},
            {Model(R"({"name":"a","op":"add"})"), "a.inputs: 1 is not at least two"},
            {Model(R"({"name":"a","op":"relu"},{"name":"a","op":"relu"})"),
             "layers[1].name: \"a\" is not a name not used before"},
            {Model(R"({"name":"input","op":"relu"})"), "layers[0].name: \"input\" is not"},
            {Model(R"({"name":"a,b","op":"relu"})"), "layers[0].name: \"a,b\" is not"},
            {Model(R"({"name":"a","op":"relu","inputs":["b"]},{"name":"b","op":"relu"})"),
             "layers: the graph has a cycle through \"a\""},
            {Model(R"({"name":"a","op":"relu","inputs":["a"]})"), "cycle through \"a\""},
            {Model(R"({"name":"a","op":"relu"},{"name":"b","op":"relu","inputs":["input"]})"),
             "the output of \"a\" is not used"},
            {Model(R"({"name":"p","op":"global-pool"},
                      {"name":"a","op":"add","inputs":["input","p"]})"),
             "a: input 3x1x1 is not of the shape of the first, 3x8x8"},
            {Model(R"({"name":"p","op":"global-pool"},
                      {"name":"a","op":"concat","inputs":["input","p"]})"),
             "a: input 3x1x1 is not of the shape of the first, 3x8x8"},
            {Model(R"({"name":"a","op":"conv","outputs":16777216,"kernel":1},
                      {"name":"b","op":"fc","outputs":16777216})"),
             "b: the work of the layer is not below 2^48"},
            {Model(R"({"name":"a","op":"relu"})", R"({"channels":3,"height":0,"width":1})"),
             "input.height: 0 is not"},
            {Model(R"({"name":"a","op":"relu"})", R"({"channels":3,"height":1e9,"width":1})"),
             "input.height: 1000000000.0 is not an integer"},
            {Model(R"({"name":"a","op":"relu"})", R"([3,8,8])"), "input: a list of 3 is not"},
            {Model(R"({"name":"a","op":"relu","deviceSeconds":1})"),
             "a: deviceSeconds and edgeSeconds are not given together"},
            {Model(R"({"name":"a","op":"relu","deviceSeconds":-1,"edgeSeconds":1})"),
             "a.deviceSeconds: -1 is not"},
            {Model(R"({"name":"a","op":"relu","deviceSeconds":1,"edgeSeconds":1},
                      {"name":"b","op":"relu"})"),
             "b.deviceSeconds: missing"},
            {R"({"format":"noma-dnn/2","name":"m","input":{},"layers":[]})", "format: "},
            {R"({"format":"noma-dnn/1","name":"m","layers":[]})", "input: missing"},
            {R"({"format":"noma-dnn/1","name":"m","input":{"channels":3)", "model: not JSON"},
            {std::string(10000, '['), "model: nesting"},
            {"", "model: empty"},
        };
        for (const auto& [text, part] : cases)
        {
            NOMA_TEST_EXPECT_INVALID(ParseDnn(text), part);
        }
    }
};

/**
 * @ingroup noma-test
 * The fused view: what joins by rule, what by name, and what may not.
 */
class DnnFusedViewTestCase : public TestCase
{
  public:
    DnnFusedViewTestCase()
        : TestCase("contraction of operators to vertices")
    {
    }

  private:
    /// @returns the fused view of a model @param layers its layers
    static DnnProfile Fuse(const std::string& layers)
    {
        return DnnProfile(ParseDnn(Model(layers)), DnnView::FUSED);
    }

    void DoRun() override
    {
        // a relu whose input is used elsewhere too stands alone
        const DnnProfile skip = Fuse(R"({"name":"c","op":"conv","outputs":3,"kernel":1},
            {"name":"b","op":"batch-norm"},{"name":"r","op":"relu"},
            {"name":"s","op":"add","inputs":["b","r"]},{"name":"t","op":"relu"})");
        NS_TEST_EXPECT_MSG_EQ(skip.GetVertices().size(), 4, "input, c+b, r, s+t");
        NS_TEST_EXPECT_MSG_EQ(skip.GetVertices()[1].members.size(), 2, "c+b");
        NS_TEST_EXPECT_MSG_EQ(skip.GetVertices()[3].members.size(), 2, "s+t");
        NS_TEST_EXPECT_MSG_EQ(skip.GetVertices()[3].parents.size(), 2, "both branches");
        NS_TEST_EXPECT_MSG_EQ(skip.GetVertices()[3].kind, "add", "the heaviest, first of equals");
        NS_TEST_EXPECT_MSG_EQ(skip.GetEdges().size(), 4, "edges");
        // the input never joins
        NS_TEST_EXPECT_MSG_EQ(Fuse(R"({"name":"r","op":"relu"})").GetVertices().size(), 2, "relu");

        const DnnProfile residual(BuiltInModel("resnet18"), DnnView::FUSED);
        std::size_t joins = 0;
        for (const DnnVertex& vertex : residual.GetVertices())
        {
            joins += vertex.parents.size() == 2;
        }
        NS_TEST_EXPECT_MSG_EQ(joins, 8, "eight residual blocks");

        NOMA_TEST_EXPECT_INVALID(Fuse(R"({"name":"a","op":"relu","vertex":"v"},
            {"name":"b","op":"flatten","vertex":"w"},
            {"name":"c","op":"flatten","vertex":"v"})"),
                                 "its outputs \"a\" and \"c\" are not one tensor");
        NOMA_TEST_EXPECT_INVALID(Fuse(R"({"name":"a","op":"relu","vertex":"v"},
            {"name":"b","op":"relu","inputs":["input"],"vertex":"v"},
            {"name":"c","op":"add","inputs":["a","b"]})"),
                                 "its outputs \"a\" and \"b\" are not one tensor");
        NOMA_TEST_EXPECT_INVALID(Fuse(R"({"name":"a","op":"relu","vertex":"input"})"),
                                 "a.vertex: \"input\" is not");
        NOMA_TEST_EXPECT_INVALID(Fuse(R"({"name":"a","op":"relu","vertex":"b"},
            {"name":"b","op":"flatten"})"),
                                 "b.vertex: \"b\" is not different");
    }
};

/**
 * @ingroup noma-test
 * DNNs: graphs, their JSON, the model library and profiles.
 */
class DnnGraphTestSuite : public TestSuite
{
  public:
    DnnGraphTestSuite()
        : TestSuite("noma-dnn-graph", Type::UNIT)
    {
        AddTestCase(new DnnTotalsTestCase);
        AddTestCase(new DnnOperatorTestCase);
        AddTestCase(new DnnInputTestCase);
        AddTestCase(new DnnErrorsTestCase);
        AddTestCase(new DnnFusedViewTestCase);
    }
};

DnnGraphTestSuite g_dnnGraphTestSuite; //!< registers the suite

} // namespace
