/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-model-library.h"

#include <limits>
#include <random>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// @returns names of the vertices behind the cuts worth keeping @param model built-in model
/// @param view the view @param elementBits bits per element
std::vector<std::string>
KeptCuts(const std::string& model, DnnView view, double elementBits)
{
    const DnnProfile profile(BuiltInModel(model), view);
    DnnCutParameters parameters;
    parameters.elementBits = elementBits;
    std::vector<std::string> names;
    for (std::size_t k : PruneCutOptions(MakeCutOptions(profile, ChainCuts(profile), parameters)))
    {
        names.push_back(profile.GetVertices()[k].name);
    }
    return names;
}

/**
 * @ingroup noma-test
 * Which cuts of the built-in chains can be optimal with uniform speeds: the section "Work" of the
 * model.
 */
class DnnHullTestCase : public TestCase
{
  public:
    DnnHullTestCase()
        : TestCase("VGG16 and NiN never split, tiny YOLOv2 does")
    {
    }

  private:
    void DoRun() override
    {
        using Names = std::vector<std::string>;
        for (DnnView view : {DnnView::OPERATORS, DnnView::FUSED})
        {
            for (double bits : {32.0, 8.0})
            {
                for (const std::string model : {"vgg16", "nin-cifar10", "nin-imagenet"})
                {
                    if (model == "nin-imagenet" && bits == 8)
                    {
                        continue; // its third pool gives a tenth of the input's elements
                    }
                    const Names kept = KeptCuts(model, view, bits);
                    NS_TEST_EXPECT_MSG_EQ(kept.size(), 2, model << " at " << bits << " bit");
                    NS_TEST_EXPECT_MSG_EQ(kept.front(), "input", model << " edge-only");
                }
            }
            NS_TEST_EXPECT_MSG_EQ(KeptCuts("nin-imagenet", view, 8).size(),
                                  4,
                                  "two interior cuts at 8 bit");
            const Names wide = KeptCuts("yolov2-tiny-voc", view, 32);
            NS_TEST_EXPECT_MSG_EQ((wide == Names{"input", "pool5", "region"}), true, "float32");
            const Names narrow = KeptCuts("yolov2-tiny-voc", view, 8);
            NS_TEST_EXPECT_MSG_EQ((narrow == Names{"input", "pool3", "pool4", "pool5", "region"}),
                                  true,
                                  "8 bit");
        }
    }
};

/**
 * @ingroup noma-test
 * Options of a small DAG, worked out by hand: a tensor with two children beyond the cut counts
 * once, the result comes down, device-only uses no radio.
 */
class DnnCutOptionTestCase : public TestCase
{
  public:
    DnnCutOptionTestCase()
        : TestCase("FLOPs and bits of cuts")
    {
    }

  private:
    void DoRun() override
    {
        // input 1x4x4 -> a (conv 2 channels) -> b, c (conv 3 and 5 channels) -> concat -> fc 10
        const std::string text = R"({"format":"noma-dnn/1","name":"fork",
            "input":{"channels":1,"height":4,"width":4},"layers":[
            {"name":"a","op":"conv","outputs":2,"kernel":1},
            {"name":"b","op":"conv","outputs":3,"kernel":1,"inputs":["a"]},
            {"name":"c","op":"conv","outputs":5,"kernel":1,"inputs":["a"]},
            {"name":"d","op":"concat","inputs":["b","c"]},
            {"name":"e","op":"fc","outputs":10}]})";
        const DnnProfile profile(ParseDnn(text), DnnView::OPERATORS);
        DnnCutParameters p;
        p.elementBits = 16;
        p.inputBits = 8;
        const auto check =
            [&](const DeviceSet& device, double deviceFlops, double up, double down) {
                const CutOption o = MakeCutOption(profile, device, p);
                NOMA_TEST_EXPECT_CLOSE(o.deviceFlops, deviceFlops, 1e-15, "device");
                NOMA_TEST_EXPECT_CLOSE(o.deviceFlops + o.edgeFlops,
                                       64 + 192 + 320 + 2560,
                                       1e-15,
                                       "all");
                NOMA_TEST_EXPECT_CLOSE(o.upBits, up, 1e-15, "up");
                NOMA_TEST_EXPECT_CLOSE(o.downBits, down, 1e-15, "down");
            };
        check({true, false, false, false, false, false}, 0, 16 * 8, 160);
        check({true, true, false, false, false, false}, 64, 32 * 16, 160);
        // a still goes to c
        check({true, true, true, false, false, false}, 64 + 192, (32 + 48) * 16, 160);
        check({true, true, false, true, false, false}, 64 + 320, (32 + 80) * 16, 160);
        check({true, true, true, true, false, false}, 576, 128 * 16, 160);
        check({true, true, true, true, true, false}, 576, 128 * 16, 160);
        check({true, true, true, true, true, true}, 3136, 0, 0);
        NS_TEST_EXPECT_MSG_EQ(AllCuts(profile).size(), 7, "down-closed sets");
        NS_TEST_EXPECT_MSG_EQ(ChainCuts(profile).size(), 6, "cuts of the sequence");
        NOMA_TEST_EXPECT_INVALID(AllCuts(profile, 6), "fork: cuts: more than 6 is not");
        NOMA_TEST_EXPECT_INVALID(
            MakeCutOption(profile, {true, false, true, false, false, false}, p),
            "cut: b is not on the device with all its parents");
        NOMA_TEST_EXPECT_INVALID(MakeCutOption(profile, {true, false}, p), "cut: 2 is not");
        p.elementBits = 0;
        NOMA_TEST_EXPECT_INVALID(MakeCutOptions(profile, ChainCuts(profile), p),
                                 "fork: elementBits: 0 is not");
    }
};

/**
 * @ingroup noma-test
 * Measured seconds instead of a uniform speed open interior cuts.
 */
class DnnSecondsTestCase : public TestCase
{
  public:
    DnnSecondsTestCase()
        : TestCase("measured seconds per layer")
    {
    }

  private:
    void DoRun() override
    {
        // the second layer is slow on the device, the first is not
        const std::string text = R"({"format":"noma-dnn/1","name":"timed",
            "input":{"channels":1,"height":4,"width":4},"layers":[
            {"name":"a","op":"conv","outputs":2,"kernel":1,"deviceSeconds":1,"edgeSeconds":1},
            {"name":"b","op":"conv","outputs":2,"kernel":1,"deviceSeconds":9,"edgeSeconds":1}]})";
        const DnnProfile profile(ParseDnn(text), DnnView::FUSED);
        DnnCutParameters p;
        NOMA_TEST_EXPECT_INVALID(MakeCutOptions(profile, ChainCuts(profile), p),
                                 "timed: deviceFlopsPerSecond: 0 is not");
        p.deviceFlopsPerSecond = 100;
        p.edgeFlopsPerSecond = 1000;
        p.inputBits = 64;
        const auto options = MakeCutOptions(profile, ChainCuts(profile), p);
        NOMA_TEST_EXPECT_CLOSE(options[1].deviceFlops, 100, 1e-15, "1 s of the device");
        NOMA_TEST_EXPECT_CLOSE(options[1].edgeFlops, 1000, 1e-15, "1 s of the edge");
        NS_TEST_EXPECT_MSG_EQ(PruneCutOptions(options).size(), 3, "the interior cut stays");
        NOMA_TEST_EXPECT_INVALID(ResizeDnn(ParseDnn(text), 8),
                                 "1x8x8 is not the input the seconds");
        const PartitionGraph graph = MakePartitionGraph(profile, p, 1e3);
        NOMA_TEST_EXPECT_CLOSE(graph.vertices[2].deviceSeconds, 9, 1e-15, "seconds as measured");
    }
};

/**
 * @ingroup noma-test
 * Pruning never drops what is optimal for some prices: random options, random prices.
 */
class DnnPruneTestCase : public TestCase
{
  public:
    DnnPruneTestCase()
        : TestCase("no dropped option is ever better than all kept ones")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 rng(11);
        std::uniform_real_distribution<double> uniform(0, 1);
        std::size_t dropped = 0;
        for (int trial = 0; trial < 400; ++trial)
        {
            const bool conserved = trial % 2 == 0;
            std::vector<CutOption> options;
            double device = 0;
            for (int k = 0; k < 12; ++k)
            {
                options.push_back({device,
                                   conserved ? 12 - device : std::round(12 * uniform(rng)),
                                   std::round(20 * uniform(rng)),
                                   1});
                device += std::floor(2 * uniform(rng));
            }
            options.push_back({12, 0, 0, 0});
            const auto kept = PruneCutOptions(options);
            dropped += options.size() - kept.size();
            for (int draw = 0; draw < 200; ++draw)
            {
                const double price[] = {std::pow(uniform(rng), 3),
                                        std::pow(uniform(rng), 3),
                                        std::pow(uniform(rng), 3),
                                        uniform(rng)};
                const auto cost = [&](const CutOption& o) {
                    return price[0] * o.deviceFlops + price[1] * o.edgeFlops + price[2] * o.upBits +
                           price[3] * o.downBits;
                };
                double least = std::numeric_limits<double>::infinity();
                double leastKept = least;
                for (const CutOption& o : options)
                {
                    least = std::min(least, cost(o));
                }
                for (std::size_t k : kept)
                {
                    leastKept = std::min(leastKept, cost(options[k]));
                }
                NS_TEST_EXPECT_MSG_EQ((leastKept <= least * (1 + 1e-12)), true, "trial " << trial);
            }
        }
        NS_TEST_EXPECT_MSG_GT(dropped, 400U * 4, "pruning does something");
    }
};

/**
 * @ingroup noma-test
 * Cuts of DNNs and what they cost.
 */
class DnnCutTestSuite : public TestSuite
{
  public:
    DnnCutTestSuite()
        : TestSuite("noma-dnn-cut", Type::UNIT)
    {
        AddTestCase(new DnnHullTestCase);
        AddTestCase(new DnnCutOptionTestCase);
        AddTestCase(new DnnSecondsTestCase);
        AddTestCase(new DnnPruneTestCase);
    }
};

DnnCutTestSuite g_dnnCutTestSuite; //!< registers the suite

} // namespace
