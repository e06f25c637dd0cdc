/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-dnn-graph.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-dnn-profile.h"

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns a model in JSON @param layers its layers @param input its input
std::string
Model(const std::string& layers, const std::string& input)
{
    return R"({"format":"noma-dnn/1","name":"m","input":)" + input + R"(,"layers":[)" + layers +
           "]}";
}

const std::string IMAGE = R"({"channels":4,"height":9,"width":6})"; //!< input of most cases
const std::string TOKENS = R"({"channels":12,"length":5})";         //!< 5 tokens of 12 features

/**
 * @ingroup noma-test
 * Shapes, work and parameters of operators beside those of plain classifiers, worked out by hand.
 */
class DnnMoreOperatorsTestCase : public TestCase
{
  public:
    DnnMoreOperatorsTestCase()
        : TestCase("shape, FLOPs and parameters of operators on images and sequences")
    {
    }

  private:
    /// Checks the last operator, and that it can be written and read again.
    /// @param input input of the model @param layers its layers @param shape its output
    /// @param flops its FLOPs @param params its parameters
    void Check(const std::string& input,
               const std::string& layers,
               const DnnShape& shape,
               uint64_t flops,
               uint64_t params)
    {
        const DnnGraph graph = ParseDnn(Model(layers, input));
        const DnnOperator& op = graph.GetOperators().back();
        NS_TEST_EXPECT_MSG_EQ(op.output.ToString(), shape.ToString(), "shape of " << layers);
        NS_TEST_EXPECT_MSG_EQ(op.flops, flops, "FLOPs of " << layers);
        NS_TEST_EXPECT_MSG_EQ(op.params, params, "parameters of " << layers);
        const std::string text = FormatDnn(graph);
        const DnnGraph again = ParseDnn(text);
        NS_TEST_EXPECT_MSG_EQ(FormatDnn(again), text, "round trip of " << layers);
        NS_TEST_EXPECT_MSG_EQ(again.GetFlops(), graph.GetFlops(), "round trip of " << layers);
        NS_TEST_EXPECT_MSG_EQ(again.GetParams(), graph.GetParams(), "round trip of " << layers);
    }

    void DoRun() override
    {
        // SqueezeNet's last convolution has one row of padding around a 1x1 window
        Check(R"({"channels":512,"height":13,"width":13})",
              R"({"name":"a","op":"conv","outputs":1000,"kernel":1,"padding":1})",
              {1000, 15, 15},
              2ULL * 1000 * 225 * 512,
              513000);
        // (9 - (2*2 + 1))/1 + 1 = 5 rows, (6 + 2 - 3) + 1 = 6 columns
        Check(IMAGE,
              R"({"name":"a","op":"conv","outputs":8,"kernel":3,"dilation":[2,1],"padding":[0,1]})",
              {8, 5, 6},
              2 * 8 * 30 * 4 * 9,
              8 * 36 + 8);
        Check(IMAGE,
              R"({"name":"a","op":"max-pool","kernel":2,"dilation":3})",
              {4, 6, 3},
              4 * 18 * 4,
              0);
        // (9 - 1)*2 - 2 + 3 + 1 = 18 rows, (6 - 1)*2 - 2 + 3 = 11 columns
        Check(IMAGE,
              R"({"name":"a","op":"transposed-conv","outputs":6,"kernel":3,"stride":2,"padding":1,
                 "outputPadding":[1,0],"groups":2})",
              {6, 18, 11},
              2 * 4 * 54 * 3 * 9,
              4 * 3 * 9 + 6);
        // in one dimension, a window of 3 rows over the positions
        Check(TOKENS,
              R"({"name":"a","op":"conv","outputs":7,"kernel":[3,1],"padding":[1,0]})",
              {7, 5, 1},
              2 * 7 * 5 * 12 * 3,
              7 * 36 + 7);
        for (const char* op :
             {"sigmoid", "hard-sigmoid", "silu", "hard-swish", "gelu", "tanh", "relu"})
        {
            Check(IMAGE, R"({"name":"a","op":")" + std::string(op) + R"("})", {4, 9, 6}, 216, 0);
        }
        Check(IMAGE, R"({"name":"a","op":"layer-norm"})", {4, 9, 6}, 5 * 216, 8);
        Check(IMAGE, R"({"name":"a","op":"group-norm","groups":2})", {4, 9, 6}, 5 * 216, 8);
        Check(IMAGE,
              R"({"name":"p","op":"global-pool"},{"name":"a","op":"mul","inputs":["input","p"]})",
              {4, 9, 6},
              216,
              0);
        Check(IMAGE, R"({"name":"a","op":"resize","scale":[2,3]})", {4, 18, 18}, 0, 0);
        Check(IMAGE, R"({"name":"a","op":"resize","size":[5,7]})", {4, 5, 7}, 0, 0);
        Check(IMAGE,
              R"({"name":"a","op":"slice","axis":"height","begin":2,"end":9})",
              {4, 7, 6},
              0,
              0);
        Check(IMAGE, R"({"name":"a","op":"split","parts":2,"part":1})", {2, 9, 6}, 0, 0);
        Check(IMAGE, R"({"name":"a","op":"gather","axis":"width","count":2})", {4, 9, 2}, 0, 0);
        Check(IMAGE, R"({"name":"a","op":"pad","padding":[1,2,3,4]})", {4, 12, 13}, 0, 0);
        Check(IMAGE, R"({"name":"a","op":"reshape","shape":[2,27,4]})", {2, 27, 4}, 0, 0);
        Check(IMAGE,
              R"({"name":"a","op":"transpose","order":["width","channels","height"]})",
              {6, 4, 9},
              0,
              0);
        Check(IMAGE,
              R"({"name":"s","op":"slice","axis":"height","begin":0,"end":2},
                 {"name":"a","op":"concat","axis":"height","inputs":["input","s"]})",
              {4, 11, 6},
              0,
              0);
        Check(IMAGE,
              R"({"name":"a","op":"custom","flops":123,"params":45,"shape":[1,2,3]})",
              {1, 2, 3},
              123,
              45);
        Check(TOKENS,
              R"({"name":"a","op":"linear","outputs":8})",
              {8, 5, 1},
              2 * 5 * 12 * 8,
              12 * 8 + 8);
        Check(TOKENS,
              R"({"name":"a","op":"linear","outputs":8,"bias":false,"tied":true})",
              {8, 5, 1},
              2 * 5 * 12 * 8,
              0);
        // 5 x 12 times 12 x 5, then 5 x 5 times 5 x 12
        Check(TOKENS,
              R"({"name":"a","op":"matmul","inputs":["input","input"],"transposed":true})",
              {5, 5, 1},
              2 * 5 * 5 * 12,
              0);
        Check(TOKENS,
              R"({"name":"s","op":"matmul","inputs":["input","input"],"transposed":true},
                 {"name":"a","op":"matmul","inputs":["s","input"]})",
              {12, 5, 1},
              2 * 5 * 5 * 12,
              0);
        // 5 queries on 5 + 7 keys: products of 12 features there and back, 3 heads of scores
        Check(TOKENS,
              R"({"name":"a","op":"attention","inputs":["input","input","input"],"heads":3,
                 "past":7})",
              {12, 5, 1},
              2 * 5 * 12 * 24 + 4 * 3 * 5 * 12,
              0);
        Check(R"({"channels":1,"length":5})",
              R"({"name":"a","op":"embedding","outputs":8,"entries":100})",
              {8, 5, 1},
              0,
              800);
        // four gates of 6 rows over 12 inputs and 6 states, two biases each; PyTorch has as many
        Check(TOKENS,
              R"({"name":"a","op":"lstm","outputs":6})",
              {6, 5, 1},
              2 * 5 * 4 * 6 * 18,
              4 * 6 * (12 + 6 + 2));
        Check(TOKENS,
              R"({"name":"a","op":"gru","outputs":6,"bidirectional":true,"bias":false})",
              {12, 5, 1},
              2 * 2 * 5 * 3 * 6 * 18,
              2 * 3 * 6 * 18);
    }
};

/**
 * @ingroup noma-test
 * Networks with several inputs and several results, and what their cuts cost.
 */
class DnnSeveralTestCase : public TestCase
{
  public:
    DnnSeveralTestCase()
        : TestCase("several inputs and results")
    {
    }

  private:
    void DoRun() override
    {
        // two inputs of 4 and 6 elements, results of 2 and 5
        const DnnGraph graph = ParseDnn(Model(R"(
            {"name":"r1","op":"linear","outputs":2},
            {"name":"other","op":"input","shape":[6,1,1]},
            {"name":"hidden","op":"linear","outputs":3},
            {"name":"join","op":"concat","inputs":["r1","hidden"]},
            {"name":"r2","op":"linear","outputs":5},
            {"name":"all","op":"results","inputs":["r1","r2"]})",
                                              R"({"channels":4,"length":1})"));
        NS_TEST_EXPECT_MSG_EQ(FormatDnn(ParseDnn(FormatDnn(graph))), FormatDnn(graph), "again");
        const DnnProfile profile(graph, DnnView::OPERATORS);
        DnnCutParameters bits;
        bits.elementBits = 10;
        bits.inputBits = 1;
        const auto cuts = ChainCuts(profile);
        // inputs; r1; hidden; join; everything: with r2 alone the edge would only collect results
        const auto options = MakeCutOptions(profile, cuts, bits);
        NS_TEST_ASSERT_MSG_EQ(options.size(), 5, "cuts of the sequence");
        const double up[] = {4 + 6, 20 + 6, 20 + 30, 50, 0};
        const double down[] = {20 + 50, 50, 50, 50, 0};
        for (std::size_t k = 0; k < options.size(); ++k)
        {
            NOMA_TEST_EXPECT_CLOSE(options[k].upBits, up[k], 1e-12, "bits up of cut " << k);
            NOMA_TEST_EXPECT_CLOSE(options[k].downBits, down[k], 1e-12, "bits down of cut " << k);
            NOMA_TEST_EXPECT_CLOSE(options[k].deviceFlops + options[k].edgeFlops,
                                   static_cast<double>(graph.GetFlops()),
                                   1e-12,
                                   "work of cut " << k);
        }
        // with or without r1, hidden; both: join, then r2 with everything
        NS_TEST_EXPECT_MSG_EQ(AllCuts(profile).size(), 6, "cuts of the graph");
        DeviceSet none(profile.GetVertices().size(), false);
        none[0] = true;
        NOMA_TEST_EXPECT_INVALID(MakeCutOption(profile, none, bits),
                                 "cut: other is not on the device, as every input is");
        bits.deviceFlopsPerSecond = bits.edgeFlopsPerSecond = 1;
        NOMA_TEST_EXPECT_INVALID(MakePartitionGraph(profile, bits, 1), "one input and one result");
    }
};

/**
 * @ingroup noma-test
 * Errors of these operators name the place, the value and what is allowed.
 */
class DnnMoreErrorsTestCase : public TestCase
{
  public:
    DnnMoreErrorsTestCase()
        : TestCase("bad layers")
    {
    }

  private:
    void DoRun() override
    {
        const std::pair<std::string, std::string> cases[] = {
            {R"({"name":"a","op":"transposed-conv","outputs":4,"kernel":1,"outputPadding":1})",
             "a.outputPadding: 1 is not below stride or dilation"},
            {R"({"name":"a","op":"transposed-conv","outputs":4,"kernel":1,"padding":9})",
             "a: input 4x9x6 does not leave"},
            {R"({"name":"a","op":"conv","outputs":4,"kernel":3,"dilation":5})",
             "a: input 4x9x6 is not at least as large"},
            {R"({"name":"a","op":"conv","outputs":4,"kernel":3,"dilation":0})",
             "a.dilation: 0 is not"},
            {R"({"name":"a","op":"resize"})", "layers[0].scale: exactly one of scale and size"},
            {R"({"name":"a","op":"resize","scale":16777216})", "a: size: "},
            {R"({"name":"a","op":"slice","begin":3,"end":3})", "a: from 3 to 3 is not a part"},
            {R"({"name":"a","op":"slice","begin":0,"end":5})", "a: from 0 to 5 is not a part"},
            {R"({"name":"a","op":"slice","begin":0,"end":5,"axis":"depth"})", "layers[0].axis: "},
            {R"({"name":"a","op":"split","parts":3,"part":0})", "a.parts: 3 is not a divisor"},
            {R"({"name":"a","op":"split","parts":2,"part":2})", "a.part: 2 is not below"},
            {R"({"name":"a","op":"gather","count":0})", "a.count: 0 is not"},
            {R"({"name":"a","op":"reshape","shape":[4,9,7]})", "a.shape: 4x9x7 is not of as many"},
            {R"({"name":"a","op":"reshape","shape":[4,54]})", "layers[0].shape: a list of 2"},
            {R"({"name":"a","op":"transpose","order":["width","width","height"]})",
             "a.order: an axis stands twice"},
            {R"({"name":"a","op":"group-norm","groups":3})", "a.groups: 3 is not a divisor"},
            {R"({"name":"a","op":"matmul","inputs":["input"]})", "a.inputs: 1 is not two"},
            {R"({"name":"a","op":"matmul","inputs":["input","input"]})", "are not factors"},
            {R"({"name":"a","op":"attention","inputs":["input","input","input"],"heads":2})",
             "are not of one attention"},
            {R"({"name":"a","op":"attention","inputs":["input"],"heads":2})",
             "a.inputs: 1 is not three inputs"},
            {R"({"name":"a","op":"embedding","outputs":2,"entries":9})",
             "a: input channels: 4 is not one channel"},
            {R"({"name":"a","op":"lstm","outputs":2})", "a: input width: 6 is not one column"},
            {R"({"name":"a","op":"custom","flops":-1,"params":0,"shape":[1,1,1]})",
             "layers[0].flops: -1 is not an integer"},
            {R"({"name":"a","op":"custom","flops":1e16,"params":0,"shape":[1,1,1]})",
             "layers[0].flops: "},
            {R"({"name":"a","op":"custom","flops":1,"params":0,"shape":[0,1,1]})",
             "a.shape: 0 is not"},
            {R"({"name":"a","op":"custom","flops":1,"params":0,
                 "shape":[16777216,16777216,2]})",
             "a: the work of the layer is not below 2^48"},
            {R"({"name":"a","op":"custom","shape":[1,1,1]})", "layers[0].flops: missing"},
            {R"({"name":"a","op":"results","inputs":["input"]})", "a.inputs: 1 is not at least"},
            {R"({"name":"b","op":"relu"},{"name":"a","op":"results","inputs":["input","b"]},
                {"name":"c","op":"relu"})",
             "a: results is not the last layer"},
            {R"({"name":"b","op":"input","shape":[1,1,1],"inputs":["input"]})",
             "b.inputs: 1 is not no inputs"},
            {R"({"name":"b","op":"input","shape":[1,1,1],"vertex":"v"})",
             "layers[0].vertex: an input is not part"},
        };
        for (const auto& [layers, part] : cases)
        {
            NOMA_TEST_EXPECT_INVALID(ParseDnn(Model(layers, IMAGE)), part);
        }
        NOMA_TEST_EXPECT_INVALID(ParseDnn(Model(R"({"name":"a","op":"relu"})",
                                                R"({"channels":1,"length":2,"width":3})")),
                                 "input.width: the key is not");
    }
};

/**
 * @ingroup noma-test
 * Operators of detectors, segmenters and sequence models.
 */
class DnnOperatorsTestSuite : public TestSuite
{
  public:
    DnnOperatorsTestSuite()
        : TestSuite("noma-dnn-operators", Type::UNIT)
    {
        AddTestCase(new DnnMoreOperatorsTestCase);
        AddTestCase(new DnnSeveralTestCase);
        AddTestCase(new DnnMoreErrorsTestCase);
    }
};

DnnOperatorsTestSuite g_dnnOperatorsTestSuite; //!< registers the suite

} // namespace
