/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test.h"

#include "ns3/noma-data-files.h"
#include "ns3/noma-device-fit.h"
#include "ns3/noma-device-json.h"
#include "ns3/noma-dnn-cut.h"
#include "ns3/noma-dnn-json.h"

#include <numeric>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Every kind in turn has other terms: kind k takes k + 1 s, (k + 1) FLOP/s and byte/s.
/// @returns the profile
DeviceProfile
Staircase()
{
    DeviceProfile profile;
    profile.name = "staircase";
    profile.constantSeconds = 100;
    for (std::size_t k = 0; k < DeviceKindNames().size(); ++k)
    {
        const auto step = static_cast<double>(k + 1);
        profile.kinds[static_cast<DeviceKind>(k)] = {step, 7 * step, 11 * step};
    }
    return profile;
}

/// @returns a model with an input of 4x9x6 @param layers its layers @param input its input
DnnGraph
Model(const std::string& layers,
      const std::string& input = R"({"channels":4,"height":9,"width":6})")
{
    return ParseDnn(R"({"format":"noma-dnn/1","name":"m","input":)" + input + R"(,"layers":[)" +
                    layers + "]}");
}

/**
 * @ingroup noma-test
 * Kind, FLOPs, bytes and seconds of operators, worked out by hand.
 */
class DeviceWorkTestCase : public TestCase
{
  public:
    DeviceWorkTestCase()
        : TestCase("seconds of operators by kind, FLOPs and bytes")
    {
    }

  private:
    /// Checks the last operator. @param graph the network @param kind name of its kind, "" = none
    /// @param elements elements in, out and learned
    void Check(const DnnGraph& graph, const std::string& kind, double elements)
    {
        const DnnOperator& op = graph.GetOperators().back();
        const DeviceWork work = GetDeviceWork(graph, graph.GetOperators().size() - 1);
        const double seconds = PredictSeconds(Staircase(), graph).back();
        if (kind.empty())
        {
            NS_TEST_EXPECT_MSG_EQ(work.kind.has_value(), false, DnnOpName(op.layer.op));
            NS_TEST_EXPECT_MSG_EQ(seconds, 0, DnnOpName(op.layer.op));
            return;
        }
        NS_TEST_ASSERT_MSG_EQ(work.kind.has_value(), true, DnnOpName(op.layer.op));
        const auto k = static_cast<std::size_t>(*work.kind);
        const double step = static_cast<double>(k) + 1;
        NS_TEST_EXPECT_MSG_EQ(DeviceKindNames()[k], kind, DnnOpName(op.layer.op));
        NOMA_TEST_EXPECT_CLOSE(work.bytes, 4 * elements, 1e-12, kind);
        NOMA_TEST_EXPECT_CLOSE(seconds,
                               step + static_cast<double>(op.flops) / (7 * step) +
                                   4 * elements / (11 * step),
                               1e-12,
                               kind);
    }

    void DoRun() override
    {
        const std::string tokens = R"({"channels":12,"length":5})";
        Check(Model(R"({"name":"a","op":"conv","outputs":8,"kernel":1})"),
              "conv-1x1",
              216 + 432 + 32);
        // of 9 rows the windows cover 4 x 2, of 6 columns 2 x 2: a file may give padded maps
        Check(Model(R"({"name":"a","op":"conv","outputs":8,"kernel":3,"stride":2})"),
              "conv-3x3",
              4 * 8 * 4 + 8 * 4 * 2 + 8 * 36);
        Check(Model(R"({"name":"a","op":"conv","outputs":8,"kernel":5,"padding":2,"bias":false})"),
              "conv",
              216 + 432 + 800);
        Check(Model(R"({"name":"a","op":"conv","outputs":8,"kernel":1,"groups":2})"),
              "conv-grouped",
              216 + 432 + 16);
        Check(Model(R"({"name":"a","op":"conv","outputs":8,"kernel":1,"groups":4})"),
              "depthwise",
              216 + 432 + 8);
        Check(Model(R"({"name":"a","op":"fc","outputs":10})"), "fc", 216 + 10 + 2160);
        Check(Model(R"({"name":"p","op":"global-pool"},
                       {"name":"a","op":"conv","outputs":8,"kernel":1})"),
              "fc",
              4 + 8 + 32);
        Check(Model(R"({"name":"a","op":"max-pool","kernel":2,"stride":2})"),
              "pool",
              4 * 8 * 6 + 4 * 4 * 3);
        Check(Model(R"({"name":"a","op":"avg-pool","kernel":[9,6]})"), "global-pool", 4 + 4);
        Check(Model(R"({"name":"a","op":"global-pool"})"), "global-pool", 216 + 4);
        Check(Model(R"({"name":"r","op":"relu"},
                       {"name":"a","op":"concat","inputs":["input","r"]})"),
              "concat",
              4 * 216);
        Check(Model(R"({"name":"r","op":"relu"},
                       {"name":"a","op":"add","inputs":["input","r"]})"),
              "element-wise",
              3 * 216);
        Check(Model(R"({"name":"a","op":"resize","scale":2})"), "move", 5 * 216);
        Check(Model(R"({"name":"a","op":"linear","outputs":8})", tokens), "conv-1x1", 60 + 40 + 96);
        Check(Model(R"({"name":"a","op":"attention","inputs":["input","input","input"],
                        "heads":3,"past":7})",
                    tokens),
              "matmul",
              4 * 60 + 7 * 24);
        Check(Model(R"({"name":"a","op":"embedding","outputs":8,"entries":1000})",
                    R"({"channels":1,"length":5})"),
              "move",
              5 + 40 + 40);
        for (const char* op : {"relu", "gelu", "batch-norm", "flatten", "dropout"})
        {
            Check(Model(R"({"name":"a","op":")" + std::string(op) + R"("})"), "", 0);
        }
    }
};

/**
 * @ingroup noma-test
 * Profiles that come with the module, and networks by name: operators sum to the network's time
 * less its constant, and cuts of the sequence share it out.
 */
class DeviceCutsTestCase : public TestCase
{
  public:
    DeviceCutsTestCase()
        : TestCase("seconds of cuts on shipped profiles")
    {
    }

  private:
    void DoRun() override
    {
        const DeviceProfile edge = LoadDevice("iphonexs-gpu");
        std::vector<DnnGraph> graphs;
        for (const char* model : {"alexnet", "squeezenet-1.0", "gpt2-step"})
        {
            graphs.push_back(LoadDnn(model));
        }
        for (const char* name : {"pixel4-gpu",
                                 "pixel4-cpu",
                                 "s10-gpu",
                                 "mi8se-gpu",
                                 "a03s-gpu",
                                 "iphone7-gpu",
                                 "iphonexs-gpu"})
        {
            const DeviceProfile device = LoadDevice(name);
            NS_TEST_EXPECT_MSG_EQ(device.name, name, "name");
            for (const DnnGraph& graph : graphs)
            {
                const auto seconds = PredictSeconds(device, graph);
                const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
                const DnnProfile profile(WithDeviceSeconds(graph, device, edge), DnnView::FUSED);
                DnnCutParameters parameters;
                parameters.deviceFlopsPerSecond = parameters.edgeFlopsPerSecond = 1;
                const auto options = MakeCutOptions(profile, ChainCuts(profile), parameters);
                NOMA_TEST_EXPECT_CLOSE(options.back().deviceFlops - device.constantSeconds,
                                       sum,
                                       1e-12,
                                       name << " runs " << graph.GetName());
                NS_TEST_EXPECT_MSG_EQ(options.back().edgeFlops, 0, "nothing at the edge");
                NS_TEST_EXPECT_MSG_EQ(options.front().deviceFlops, 0, "nothing on the device");
                NS_TEST_EXPECT_MSG_GT_OR_EQ(options[1].deviceFlops,
                                            device.constantSeconds,
                                            "a head pays the constant");
                NS_TEST_EXPECT_MSG_GT_OR_EQ(options[options.size() - 2].edgeFlops,
                                            edge.constantSeconds,
                                            "a tail pays the constant");
            }
        }
        NOMA_TEST_EXPECT_INVALID(LoadDevice("pixel5"), "device: \"pixel5\" is not a file and not");
        NOMA_TEST_EXPECT_INVALID(LoadDevice("no/such.json"), "cannot read 'no/such.json'");
        NOMA_TEST_EXPECT_INVALID(LoadDnn("lenet"), "model: \"lenet\" is not a file and not one of");
        NOMA_TEST_EXPECT_INVALID(
            WithDeviceSeconds(WithDeviceSeconds(LoadDnn("alexnet"), edge, edge), edge, edge),
            "alexnet: has measured seconds");
    }
};

/**
 * @ingroup noma-test
 * Bad profiles end in one line.
 */
class DeviceErrorsTestCase : public TestCase
{
  public:
    DeviceErrorsTestCase()
        : TestCase("bad profiles")
    {
    }

  private:
    void DoRun() override
    {
        const auto profile = [](const std::string& kinds) {
            return R"({"format":"noma-device/1","name":"d","constantSeconds":0,"kinds":)" + kinds +
                   "}";
        };
        const DeviceProfile good = ParseDeviceProfile(
            profile(R"({"fc":{"like":"conv"},"conv":{"seconds":2,"flopsPerSecond":3},"pool":{}})"));
        NS_TEST_EXPECT_MSG_EQ(good.kinds.size(), 3, "kinds");
        NS_TEST_EXPECT_MSG_EQ(good.kinds.at(DeviceKind::FC).flopsPerSecond, 3, "like");
        NOMA_TEST_EXPECT_INVALID(PredictSeconds(good, LoadDnn("alexnet")),
                                 "d: the kind \"conv-3x3\" is missing");
        const std::pair<std::string, std::string> cases[] = {
            {profile(R"({"conv-2x2":{}})"), "kinds: \"conv-2x2\" is not one of conv-1x1"},
            {profile(R"({"conv\u001f":{}})"), "kinds: \"conv \" is not one of conv-1x1"},
            {profile(R"({"conv":{"seconds":-1}})"), "kinds.conv.seconds: -1 is not"},
            {profile(R"({"conv":{"flopsPerSecond":0}})"), "kinds.conv.flopsPerSecond: 0 is not"},
            {profile(R"({"conv":{"seconds":1e300}})"), "kinds.conv.seconds: 1e+300 is not"},
            {profile(R"({"fc":{"bytesPerSecond":1e-300}})"), "bytesPerSecond: 1e-300 is not"},
            {profile(R"({"conv":{"bytesPerSecond":1e999}})"), "device: not JSON"},
            {profile(R"({"conv":{"rate":1}})"), "kinds.conv.rate: the key is not"},
            {profile(R"({"conv":{"like":"fc"}})"), "kinds.conv.like: \"fc\" is not a kind with"},
            {profile(R"({"fc":{"like":"pool"},"conv":{"like":"fc"},"pool":{}})"),
             "kinds.conv.like: \"fc\" is not a kind with"},
            {profile(R"({"fc":{"like":"pool","seconds":1},"pool":{}})"), "kinds.fc.seconds: "},
            {profile("[]"), "kinds: an empty list is not"},
            {R"({"format":"noma-device/2","name":"d","constantSeconds":0,"kinds":{}})", "format: "},
            {R"({"format":"noma-device/1","name":"d","constantSeconds":-1,"kinds":{}})",
             "constantSeconds: -1 is not"},
            {R"({"format":"noma-device/1","name":"d","kinds":{}})", "constantSeconds: missing"},
            {R"({"format":"noma-device/1",)", "device: not JSON"},
        };
        for (const auto& [text, part] : cases)
        {
            NOMA_TEST_EXPECT_INVALID(ParseDeviceProfile(text), part);
        }
    }
};

/**
 * @ingroup noma-test
 * Fitting finds terms that made the times, takes none below zero, and what it writes reads back.
 */
class DeviceFitTestCase : public TestCase
{
  public:
    DeviceFitTestCase()
        : TestCase("fitted terms of measured operators")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<OperatorTime> times;
        for (int i = 1; i <= 12; ++i)
        {
            const double flops = 1e6 * i * i;
            const double bytes = 1e5 * (1 + i % 5);
            times.push_back({DeviceKind::CONV, flops, bytes, 1e-4 + flops / 1e9 + bytes / 1e8});
            times.push_back({DeviceKind::POOL, flops, bytes, bytes / 2e8});
            // a constant below zero would fit best
            times.push_back({DeviceKind::FC, flops, bytes, flops / 1e9 - 2e-4});
        }
        DeviceProfile fit = FitDeviceProfile(times);
        NS_TEST_ASSERT_MSG_EQ(fit.kinds.size(), 3, "kinds measured");
        const DeviceTerms conv = fit.kinds[DeviceKind::CONV];
        NOMA_TEST_EXPECT_CLOSE(conv.seconds, 1e-4, 1e-9, "constant");
        NOMA_TEST_EXPECT_CLOSE(conv.flopsPerSecond, 1e9, 1e-9, "rate");
        NOMA_TEST_EXPECT_CLOSE(conv.bytesPerSecond, 1e8, 1e-9, "bandwidth");
        const DeviceTerms pool = fit.kinds[DeviceKind::POOL];
        NOMA_TEST_EXPECT_CLOSE(pool.bytesPerSecond, 2e8, 1e-9, "bandwidth alone");
        NOMA_TEST_EXPECT_NEAR(pool.seconds, 0, 1e-12, "no constant");
        const DeviceTerms fc = fit.kinds[DeviceKind::FC];
        NS_TEST_EXPECT_MSG_EQ((fc.seconds >= 0 && fc.flopsPerSecond > 0), true, "not negative");
        const DeviceTerms lone = FitDeviceTerms({{DeviceKind::CONV, 1e6, 0, 0.5}});
        NOMA_TEST_EXPECT_CLOSE(lone.seconds +
                                   (lone.flopsPerSecond > 0 ? 1e6 / lone.flopsPerSecond : 0),
                               0.5,
                               1e-12,
                               "one operator is met");
        fit.name = "fitted";
        fit.constantSeconds = 0.25;
        const DeviceProfile back = ParseDeviceProfile(FormatDeviceProfile(fit, "made up", "test"));
        NS_TEST_EXPECT_MSG_EQ(back.kinds.size(), 3, "kinds written");
        NOMA_TEST_EXPECT_CLOSE(back.kinds.at(DeviceKind::CONV).flopsPerSecond,
                               conv.flopsPerSecond,
                               1e-15,
                               "written and read");
        NS_TEST_EXPECT_MSG_EQ(back.constantSeconds, 0.25, "constant");
    }
};

/**
 * @ingroup noma-test
 * Times of kinds of operators.
 */
class DeviceProfileTestSuite : public TestSuite
{
  public:
    DeviceProfileTestSuite()
        : TestSuite("noma-device-profile", Type::UNIT)
    {
        AddTestCase(new DeviceWorkTestCase);
        AddTestCase(new DeviceCutsTestCase);
        AddTestCase(new DeviceErrorsTestCase);
        AddTestCase(new DeviceFitTestCase);
    }
};

DeviceProfileTestSuite g_deviceProfileTestSuite; //!< registers the suite

} // namespace
