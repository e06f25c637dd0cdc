/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-compute-processor.h"
#include "ns3/noma-data-files.h"
#include "ns3/noma-edge-computer.h"
#include "ns3/noma-onnx.h"

#include <fstream>
#include <map>
#include <set>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// Network, bits per element and devices of these tests.
const std::string MODEL = "squeezenet-1.0";
const std::string DEVICE = "a03s-gpu";
const std::string EDGE = "iphonexs-gpu";
const DnnCutParameters BITS{8, 8, 0, 0};

/// Runs one user who asks every few seconds. @param scene where, the model being set
/// @param allocator name @returns the tasks that completed
std::vector<TaskRecord>
RunTasks(Scene& scene, const std::string& allocator)
{
    scene.inference.SetControllerAttribute("Allocator", StringValue(allocator));
    scene.inference.SetProcessorAttribute("ClockHz", DoubleValue(3e8));
    scene.inference.SetEdgeAttribute("ClockHz", DoubleValue(7e9));
    scene.inference.SetEdgeAttribute("Units", DoubleValue(1));
    scene.inference.SetWorkload("ns3::noma::PeriodicWorkload",
                                "Interval",
                                TimeValue(Seconds(5)),
                                "MaxTasks",
                                UintegerValue(3));
    scene.Install();
    Scene::Run(Seconds(20));
    auto records = scene.inference.GetTracker()->GetRecords();
    Simulator::Destroy();
    return records;
}

/**
 * @ingroup noma-test
 * Under light load head and tail of a task take the seconds that the operators on their side take
 * in the profiles, whatever the processors' speeds; a cut table with these seconds gives the same.
 */
class DeviceSimulationTestCase : public TestCase
{
  public:
    DeviceSimulationTestCase()
        : TestCase("tasks take the seconds of the profiles")
    {
    }

  private:
    /// Checks the tasks of one run. @param records tasks @param head seconds by cut
    /// @param tail seconds by cut @param what run @returns the cut
    uint32_t Check(const std::vector<TaskRecord>& records,
                   const std::vector<double>& head,
                   const std::vector<double>& tail,
                   const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(records.size(), 3, what);
        for (const TaskRecord& r : records)
        {
            NS_TEST_EXPECT_MSG_EQ(r.IsCompleted(), true, what);
            NOMA_TEST_EXPECT_NEAR((r.deviceEnd - r.deviceStart).GetSeconds(),
                                  head[r.cut],
                                  3e-9,
                                  what << ": head of cut " << r.cut);
            NOMA_TEST_EXPECT_NEAR((r.edgeEnd - r.edgeStart).GetSeconds(),
                                  tail[r.cut],
                                  3e-9,
                                  what << ": tail of cut " << r.cut);
        }
        return records.empty() ? 0 : records[0].cut;
    }

    void DoRun() override
    {
        const DnnGraph graph = LoadDnn(MODEL);
        const DeviceProfile device = LoadDevice(DEVICE);
        const DeviceProfile edge = LoadDevice(EDGE);
        const auto onDevice = PredictSeconds(device, graph);
        const auto onEdge = PredictSeconds(edge, graph);
        std::map<std::string, std::size_t> place;
        for (std::size_t v = 0; v < graph.GetOperators().size(); ++v)
        {
            place[graph.GetOperators()[v].layer.name] = v;
        }
        const DnnProfile profile(WithDeviceSeconds(graph, device, edge), DnnView::FUSED);
        DnnCutParameters parameters = BITS;
        parameters.deviceFlopsPerSecond = parameters.edgeFlopsPerSecond = 1;
        const auto cuts = UsefulCuts(profile, parameters);
        std::vector<double> head;
        std::vector<double> tail;
        for (const DeviceSet& set : cuts)
        {
            double first = 0;
            double second = 0;
            bool some = false;
            bool rest = false;
            for (std::size_t v = 1; v < set.size(); ++v)
            {
                for (const std::string& name : profile.GetVertices()[v].members)
                {
                    first += set[v] ? onDevice[place.at(name)] : 0;
                    second += set[v] ? 0 : onEdge[place.at(name)];
                }
                some = some || set[v];
                rest = rest || !set[v];
            }
            head.push_back(first + (some ? device.constantSeconds : 0));
            tail.push_back(second + (rest ? edge.constantSeconds : 0));
        }
        std::set<uint32_t> seen;
        for (const char* allocator : {"edge-only", "neurosurgeon", "device-only"})
        {
            Scene scene(1, 1);
            scene.inference.SetModel(MODEL, 0, BITS);
            scene.inference.SetDevice(DEVICE);
            scene.inference.SetEdgeDevice(EDGE);
            seen.insert(Check(RunTasks(scene, allocator), head, tail, allocator));
        }
        NS_TEST_EXPECT_MSG_EQ(seen.size(), 3, "at the edge, inside and on the device");

        const std::string path = CreateTempDirFilename("cuts.csv");
        std::ofstream file(path);
        file.precision(17);
        file << "# seconds\nname, upBits, downBits, deviceSeconds, edgeSeconds\n";
        const auto options = MakeCutOptions(profile, cuts, parameters);
        for (std::size_t k = 0; k < options.size(); ++k)
        {
            file << "cut" << k << ", " << options[k].upBits << ", " << options[k].downBits << ", "
                 << head[k] << ", " << tail[k] << "\n";
        }
        file.close();
        Scene scene(1, 1);
        scene.inference.SetModel(path);
        const auto records = RunTasks(scene, "neurosurgeon");
        NS_TEST_EXPECT_MSG_EQ(seen.count(Check(records, head, tail, "table")), 1, "the same cut");
        NS_TEST_EXPECT_MSG_EQ(records.at(0).model, "cuts", "named like the file");
    }
};

/**
 * @ingroup noma-test
 * An ONNX file is a model like another; without libonnx it is refused in one line. The file is
 * what "utils/make-onnx data/lenet-5.json" writes.
 */
class OnnxSimulationTestCase : public TestCase
{
  public:
    OnnxSimulationTestCase()
        : TestCase("tasks of a network in an ONNX file")
    {
    }

  private:
    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        const std::string path = CreateDataDirFilename("data/lenet-5.onnx");
        if (!HasOnnx())
        {
            NOMA_TEST_EXPECT_INVALID(LoadDnn(path), "this build reads no ONNX files");
            return;
        }
        std::vector<std::vector<TaskRecord>> runs;
        for (const std::string& model : {path, std::string("lenet-5")})
        {
            Scene scene(1, 1);
            scene.inference.SetModel(model, 0, BITS, DnnCuts::SEQUENCE);
            scene.inference.SetDevice(DEVICE);
            runs.push_back(RunTasks(scene, "edge-only"));
        }
        NS_TEST_ASSERT_MSG_EQ(runs[0].size(), runs[1].size(), "tasks");
        NS_TEST_EXPECT_MSG_EQ(runs[0].size(), 3, "tasks");
        for (std::size_t k = 0; k < runs[0].size(); ++k)
        {
            NS_TEST_EXPECT_MSG_EQ(runs[0][k].IsCompleted(), true, "completed");
            NS_TEST_EXPECT_MSG_EQ(runs[0][k].option.upBits, runs[1][k].option.upBits, "bits");
            NS_TEST_EXPECT_MSG_EQ(runs[0][k].option.edgeFlops, runs[1][k].option.edgeFlops, "work");
            NS_TEST_EXPECT_MSG_EQ(runs[0][k].closed, runs[1][k].closed, "end");
        }
        NS_TEST_EXPECT_MSG_EQ(runs[0].at(0).model, "lenet-5", "named like the file");
    }
};

/**
 * @ingroup noma-test
 * Times that scatter: mean and spread as asked, energy goes with the time, and a stream gives the
 * same times again.
 */
class TimeSpreadTestCase : public TestCase
{
  public:
    TimeSpreadTestCase()
        : TestCase("computing times drawn with a spread")
    {
    }

  private:
    /// @returns times of 2000 jobs of one second @param edge on an edge computer, else a processor
    /// @param stream random stream
    std::vector<double> Times(bool edge, int64_t stream)
    {
        const std::size_t jobs = 2000;
        std::vector<double> times(jobs, 0);
        auto processor = CreateObject<ComputeProcessor>();
        auto computer = CreateObject<EdgeComputer>();
        for (Ptr<Object> object : {Ptr<Object>(processor), Ptr<Object>(computer)})
        {
            object->SetAttribute("TimeSpread", DoubleValue(0.2));
            object->SetAttribute("ClockHz", DoubleValue(1e9));
            object->SetAttribute("Kappa", DoubleValue(3e-27)); // 3 W
        }
        computer->SetAttribute("Units", DoubleValue(1));
        NS_TEST_EXPECT_MSG_EQ(processor->AssignStreams(stream), 1, "one stream");
        NS_TEST_EXPECT_MSG_EQ(computer->AssignStreams(stream), 1, "one stream");
        for (std::size_t k = 0; k < jobs; ++k)
        {
            const auto done = [&times, k, this](const ComputeResult& r) {
                times[k] = (r.end - r.start).GetSeconds();
                NOMA_TEST_EXPECT_CLOSE(r.energyJ, 3 * times[k], 1e-7, "energy");
            };
            if (edge)
            {
                computer->Submit(1e9, 1, 1, done);
            }
            else
            {
                processor->Submit(1e9, done);
            }
        }
        Simulator::Run();
        Simulator::Destroy();
        return times;
    }

    void DoRun() override
    {
        for (bool edge : {false, true})
        {
            const auto times = Times(edge, 77);
            double mean = 0;
            double square = 0;
            for (double t : times)
            {
                mean += t / static_cast<double>(times.size());
                square += t * t / static_cast<double>(times.size());
            }
            // four standard errors: 0.2/sqrt(2000), and of the spread about 0.2/sqrt(4000)
            NOMA_TEST_EXPECT_NEAR(mean, 1, 4 * 0.0045, "mean");
            NOMA_TEST_EXPECT_NEAR(std::sqrt(square - mean * mean), 0.2, 4 * 0.0036, "spread");
            const bool again = Times(edge, 77) == times;
            NS_TEST_EXPECT_MSG_EQ(again, true, "the same stream");
            const bool other = Times(edge, 78) == times;
            NS_TEST_EXPECT_MSG_EQ(other, false, "another stream");
        }
        // by the helper, with the spread of the fit
        Scene scene(1, 1);
        scene.inference.SetModel(MODEL, 0, BITS);
        scene.inference.SetDevice(DEVICE, true);
        scene.inference.SetEdgeDevice(EDGE, true);
        const auto records = RunTasks(scene, "device-only");
        std::set<Time> times;
        for (const TaskRecord& r : records)
        {
            times.insert(r.deviceEnd - r.deviceStart);
        }
        NS_TEST_EXPECT_MSG_EQ(times.size(), 3, "every task takes its own time");
    }
};

/**
 * @ingroup noma-test
 * The test suite of computing times.
 */
class DeviceTimeTestSuite : public TestSuite
{
  public:
    DeviceTimeTestSuite()
        : TestSuite("noma-device-time", Type::SYSTEM)
    {
        AddTestCase(new DeviceSimulationTestCase);
        AddTestCase(new OnnxSimulationTestCase);
        AddTestCase(new TimeSpreadTestCase);
    }
};

DeviceTimeTestSuite g_deviceTimeTestSuite; //!< registers the suite

} // namespace
