/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-instance.h"
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-accuracy-account.h"
#include "ns3/noma-accuracy-floor.h"
#include "ns3/noma-data-files.h"
#include "ns3/noma-dnn-json.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-json-writer.h"
#include "ns3/noma-json.h"
#include "ns3/noma-model-library.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/// A network of five layers, one of them a branch. @param exits the text of "exits"
/// @returns its text
std::string
Branched(const std::string& exits)
{
    return R"({"format":"noma-dnn/1","name":"branched","input":{"channels":1,"height":4,"width":4},
        "layers":[{"name":"a","op":"conv","outputs":2,"kernel":1},
                  {"name":"side","op":"fc","outputs":10},
                  {"name":"b","op":"conv","inputs":["a"],"outputs":4,"kernel":1},
                  {"name":"main","op":"fc","outputs":10}],
        "exits":)" +
           exits + "}";
}

/**
 * @ingroup noma-test
 * Exits become networks, cuts x exits x bits become options with the accuracies of the file.
 */
class ExitOptionsTestCase : public TestCase
{
  public:
    ExitOptionsTestCase()
        : TestCase("cuts x exits x bits are options")
    {
    }

  private:
    void DoRun() override
    {
        const std::string text = Branched(
            R"([{"name":"early","layer":"side","accuracy":0.5},
                {"name":"late","layer":"main","accuracy":0.75,
                 "accuracyByBits":[{"bits":8,"accuracy":0.7},{"bits":2,"accuracy":0.25}]}])");
        const auto exits = ParseDnnExits(text);
        NS_TEST_ASSERT_MSG_EQ(exits.size(), 2, "two exits");
        NS_TEST_EXPECT_MSG_EQ(exits[0].graph.GetMacs(), 32 + 320, "the branch, not the trunk");
        NS_TEST_EXPECT_MSG_EQ(exits[1].graph.GetMacs(), 32 + 128 + 640, "the trunk, no branch");
        NS_TEST_EXPECT_MSG_EQ(ParseDnn(text).GetMacs(), exits[1].graph.GetMacs(), "last exit");
        DnnCutParameters p;
        const auto options = MakeExitOptions(exits, p, DnnCuts::ALL);
        // early: 3 cuts; late: 2 of its 4 send features, at 8 and at 2 bit
        NS_TEST_ASSERT_MSG_EQ(options.size(), 3 + 2 + 2 + 4, "options");
        const double accuracy[] = {0.5, 0.5, 0.5, 0.7, 0.7, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75};
        const uint32_t exit[] = {1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2};
        const double bits[] = {32, 32, 32, 8, 8, 2, 2, 32, 32, 32, 32};
        for (std::size_t k = 0; k < options.size(); ++k)
        {
            NOMA_TEST_EXPECT_CLOSE(options[k].accuracy, accuracy[k], 1e-15, "option " << k);
            NS_TEST_EXPECT_MSG_EQ(options[k].exit, exit[k], "option " << k);
            NS_TEST_EXPECT_MSG_EQ(options[k].featureBits, bits[k], "option " << k);
        }
        NS_TEST_EXPECT_MSG_EQ(options[3].upBits, 8 * 32, "2 maps of 16 at 8 bit");
        NS_TEST_EXPECT_MSG_EQ(options[6].upBits, 2 * 64, "4 maps of 16 at 2 bit");
        NS_TEST_EXPECT_MSG_EQ(options[6].downBits, options[7].downBits, "the result stays");
        NS_TEST_EXPECT_MSG_EQ(options[7].upBits, 8 * 16, "the image has its own bits");
        NS_TEST_EXPECT_MSG_EQ(IsDeviceOnly(options.back()), true, "all on the device comes last");
        NS_TEST_EXPECT_MSG_EQ(options.back().deviceFlops, 1600, "2 FLOPs per MAC");
        p.elementBits = 4;
        NS_TEST_EXPECT_MSG_EQ(MakeExitOptions(exits, p, DnnCuts::ALL).size(),
                              3 + 2 + 4,
                              "more bits than are sent are no option");
        const auto plain = LoadDnnExits("resnet18");
        NS_TEST_EXPECT_MSG_EQ(plain.size(), 1, "a network without exits");
        NS_TEST_EXPECT_MSG_EQ(plain[0].name.empty(), true, "a network without exits");
        NS_TEST_EXPECT_MSG_EQ(MakeExitOptions(plain, p, DnnCuts::ALL).back().exit, 0, "no exit");
        NS_TEST_EXPECT_MSG_EQ(LoadDnn("resnet18-exits").GetMacs(),
                              BuiltInModel("resnet18").GetMacs(),
                              "the last exit is the network");
    }
};

/**
 * @ingroup noma-test
 * What is wrong with exits is said in one line.
 */
class ExitErrorsTestCase : public TestCase
{
  public:
    ExitErrorsTestCase()
        : TestCase("bad exits are one line")
    {
    }

  private:
    void DoRun() override
    {
        const auto parse = [](const std::string& exits) { ParseDnnExits(Branched(exits)); };
        NOMA_TEST_EXPECT_INVALID(parse("[]"), "a list of 1 to 1000 exits");
        NOMA_TEST_EXPECT_INVALID(parse(R"([{"name":"e","layer":"x","accuracy":0.5}])"),
                                 "\"x\" is not");
        NOMA_TEST_EXPECT_INVALID(parse(R"([{"name":"e","layer":"main","accuracy":0.5}])"),
                                 "\"side\" leads to no exit");
        NOMA_TEST_EXPECT_INVALID(parse(R"([{"name":"e","layer":"side","accuracy":1.5}])"),
                                 "from 0 to 1");
        NOMA_TEST_EXPECT_INVALID(parse(R"([{"name":"e","layer":"side","accuracy":0.5},
                                           {"name":"e","layer":"main","accuracy":0.5}])"),
                                 "no other exit");
        NOMA_TEST_EXPECT_INVALID(
            parse(R"([{"name":"e","layer":"side","accuracy":0.5,"accuracyByBits":
                       [{"bits":4,"accuracy":0.4},{"bits":8,"accuracy":0.4}]}])"),
            "less than the one before");
    }
};

/// Gives every option of an instance two more, with half and a quarter of the work and of the
/// accuracy lost. @param instance the instance @returns it
Instance
WithExits(Instance instance)
{
    for (User& user : instance.users)
    {
        std::vector<CutOption> all;
        for (double part : {0.25, 0.5, 1.0})
        {
            for (CutOption o : user.options)
            {
                o.deviceFlops *= part;
                o.edgeFlops *= part;
                o.accuracy = 0.5 + 0.4 * part;
                o.exit = 1 + static_cast<uint32_t>(part > 0.3) + static_cast<uint32_t>(part > 0.6);
                all.push_back(o);
            }
        }
        user.options = all;
    }
    return instance;
}

/**
 * @ingroup noma-test
 * The floor holds under every allocator; the answer is no worse than without the options below the
 * floor, no better than the best of all choices that keep it, and often between.
 */
class AccuracyFloorTestCase : public TestCase
{
  public:
    AccuracyFloorTestCase()
        : TestCase("a floor on mean accuracy")
    {
    }

  private:
    /// @returns wishes of a controller, which is all that these tests can wait for
    static AllocatorOptions Quick()
    {
        AllocatorOptions options;
        options.effort = 0;
        return options;
    }

    /// The least Gamma of all choices that keep a floor, by trying all.
    /// @param instance the problem @param floor the floor @returns it
    static double Best(const Instance& instance, double floor)
    {
        double best = std::numeric_limits<double>::infinity();
        const auto& options = instance.users[0].options;
        for (std::size_t a = 0; a < options.size(); ++a)
        {
            for (std::size_t b = 0; b < instance.users[1].options.size(); ++b)
            {
                Instance one = instance;
                one.users[0].options = {options[a]};
                one.users[1].options = {instance.users[1].options[b]};
                if (options[a].accuracy + one.users[1].options[0].accuracy >= 2 * floor - 1e-9)
                {
                    best =
                        std::min(best, CreateAllocator("ecc-noma")->Allocate(one, Quick()).gamma);
                }
            }
        }
        return best;
    }

    void DoRun() override
    {
        RandomInstanceSpec spec;
        spec.aps = 1;
        spec.usersPerAp = 4;
        const Instance instance = WithExits(RandomInstance(spec));
        for (const std::string& name : AllocatorNames())
        {
            if (name == "exhaustive")
            {
                continue; // too many options for it
            }
            AllocatorOptions options = OnlyHonoured(*CreateAllocator(name), Quick());
            const auto free = CreateAllocator(name)->Allocate(instance, options);
            const AllocatorOptions plain = options;
            for (double floor : {0.62, 0.83})
            {
                options.accuracyFloor = floor;
                const auto kept = CreateAllocator(name)->Allocate(instance, options);
                const double mean = MeanAccuracy(instance, kept.decision);
                NS_TEST_EXPECT_MSG_GT(mean, floor - 1e-9, name << " at " << floor);
                Instance without = instance;
                for (User& user : without.users)
                {
                    auto& o = user.options;
                    o.erase(std::remove_if(o.begin(),
                                           o.end(),
                                           [&](const CutOption& c) { return c.accuracy < floor; }),
                            o.end());
                }
                const double gamma = CreateAllocator(name)->Allocate(without, plain).gamma;
                if (MeanAccuracy(instance, free.decision) >= floor)
                {
                    NS_TEST_EXPECT_MSG_EQ(kept.gamma, free.gamma, name << ": nothing to pay");
                }
                else
                {
                    NS_TEST_EXPECT_MSG_EQ((kept.gamma <= gamma * (1 + 1e-12)), true, name);
                }
            }
        }
        AllocatorOptions options = Quick();
        options.accuracyFloor = 0.95;
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("ecc-noma")->Allocate(instance, options),
                                 "at most 0.9");
        options.accuracyFloor = 0.8;
        options.accuracyWeights = {1, 0, 0, 3};
        const auto weighted = CreateAllocator("ecc-noma")->Allocate(instance, options);
        NS_TEST_EXPECT_MSG_GT(MeanAccuracy(instance, weighted.decision, options.accuracyWeights),
                              0.8 - 1e-9,
                              "some users count");
        options.accuracyWeights = {1};
        NOMA_TEST_EXPECT_INVALID(CreateAllocator("ecc-noma")->Allocate(instance, options),
                                 "accuracyWeights has entries: 1 is not");
        NOMA_TEST_EXPECT_NEAR(
            MeanAccuracy(ParseInstance(InstanceToJson(instance).dump()), weighted.decision),
            MeanAccuracy(instance, weighted.decision),
            1e-15,
            "accuracies are written and read");

        spec.usersPerAp = 2;
        spec.options = 3;
        int between = 0;
        for (uint64_t seed = 1; seed <= 4; ++seed)
        {
            spec.seed = seed;
            const Instance small = WithExits(RandomInstance(spec));
            options = Quick();
            options.accuracyFloor = 0.75;
            const double kept = CreateAllocator("ecc-noma")->Allocate(small, options).gamma;
            const double best = Best(small, 0.75);
            NS_TEST_EXPECT_MSG_EQ((kept >= best * (1 - 1e-6)), true, "seed " << seed);
            NS_TEST_EXPECT_MSG_EQ((kept <= best * 1.25),
                                  true,
                                  "seed " << seed << ": " << kept / best);
            between += kept < best * (1 + 1e-3);
        }
        NS_TEST_EXPECT_MSG_GT(between, 2, "the price mostly finds the best choice");
    }
};

/**
 * @ingroup noma-test
 * What earlier tasks were above the floor, later ones may be below it.
 */
class AccuracyAccountTestCase : public TestCase
{
  public:
    AccuracyAccountTestCase()
        : TestCase("the mean over decisions keeps the floor")
    {
    }

  private:
    void DoRun() override
    {
        CutOption low;
        low.accuracy = 0.5;
        low.exit = 1;
        CutOption high = low;
        high.accuracy = 0.9;
        high.exit = 2;
        User user;
        user.options = {low, high};
        AccuracyAccount account;
        NOMA_TEST_EXPECT_CLOSE(account.Required({user}, {1}, 0.7), 0.7, 1e-15, "the first task");
        account.Book(high, 1);
        NOMA_TEST_EXPECT_CLOSE(account.Required({user}, {1}, 0.7), 0.5, 1e-15, "0.2 to spare");
        NOMA_TEST_EXPECT_CLOSE(account.Required({user}, {4}, 0.7), 0.65, 1e-15, "among four");
        account.Book(low, 3);
        NOMA_TEST_EXPECT_CLOSE(account.Required({user}, {1}, 0.7), 0.9, 1e-15, "no more than all");
        NOMA_TEST_EXPECT_CLOSE(account.GetMean(), 0.6, 1e-15, "the mean");
        CutOption plain;
        account.Book(plain, 5);
        NOMA_TEST_EXPECT_CLOSE(account.GetMean(), 0.6, 1e-15, "a network without exits");
        user.options = {plain};
        NS_TEST_EXPECT_MSG_EQ(account.Required({user}, {1}, 0.7), 0, "nobody counts");
    }
};

/**
 * @ingroup noma-test
 * In a simulation the mean accuracy of the tasks keeps the floor, and the records, their CSV and
 * the summary say the same by exit.
 */
class AccuracySimulationTestCase : public TestCase
{
  public:
    AccuracySimulationTestCase()
        : TestCase("accuracy is conserved in records and keeps its floor")
    {
    }

  private:
    /// Runs. @param floor floor @param allocator allocator @returns mean accuracy
    double RunTasks(double floor, const std::string& allocator)
    {
        Scene scene(2, 3);
        scene.inference.SetControllerAttribute("Allocator", StringValue(allocator));
        scene.inference.SetControllerAttribute("AccuracyFloor", DoubleValue(floor));
        scene.inference.SetModel("resnet18-exits", 64);
        scene.inference.SetWorkload("ns3::noma::PoissonWorkload",
                                    "Rate",
                                    DoubleValue(2),
                                    "MaxTasks",
                                    UintegerValue(5));
        scene.Install();
        Scene::Run(Seconds(60));
        const auto tracker = scene.inference.GetTracker();
        const TaskSummary summary = tracker->Summarize();
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "conservation");
        NS_TEST_EXPECT_MSG_EQ(summary.completed, 30, "all tasks");
        const auto& options = scene.inference.GetClient(0)->GetOptions();
        std::map<uint32_t, std::pair<uint64_t, double>> byExit;
        double sum = 0;
        for (const TaskRecord& r : tracker->GetRecords())
        {
            NOMA_TEST_EXPECT_CLOSE(r.option.accuracy, options[r.cut].accuracy, 1e-15, "as chosen");
            NS_TEST_EXPECT_MSG_EQ(r.option.exit, options[r.cut].exit, "as chosen");
            ++byExit[r.option.exit].first;
            byExit[r.option.exit].second += r.option.accuracy;
            sum += r.option.accuracy;
        }
        const auto& exits = summary.exits.at("resnet18-exits");
        NS_TEST_EXPECT_MSG_EQ(exits.size(), byExit.size(), "exits that were used");
        for (const auto& [exit, all] : exits)
        {
            NS_TEST_EXPECT_MSG_EQ(all.completed, byExit[exit].first, "exit " << exit);
            NOMA_TEST_EXPECT_CLOSE(all.accuracySum, byExit[exit].second, 1e-12, "exit " << exit);
        }
        NOMA_TEST_EXPECT_CLOSE(summary.GetMeanAccuracy() * 30, sum, 1e-12, "by exit or by task");
        std::stringstream csv;
        tracker->WriteCsv(csv);
        double written = 0;
        std::string line;
        std::getline(csv, line);
        NS_TEST_EXPECT_MSG_EQ(line.substr(line.size() - 26), ",exit,featureBits,accuracy", "CSV");
        while (std::getline(csv, line))
        {
            written += std::stod(line.substr(line.rfind(',') + 1));
        }
        NOMA_TEST_EXPECT_CLOSE(written, sum, 1e-9, "what is written");
        Simulator::Destroy();
        return sum / 30;
    }

    void DoRun() override
    {
        for (const std::string allocator : {"ecc-noma", "edge-only"})
        {
            const double free = RunTasks(0, allocator);
            if (allocator == "ecc-noma")
            {
                NS_TEST_EXPECT_MSG_LT(free, 0.6, "the early exit costs least");
            }
            for (double floor : {0.6, 0.68})
            {
                const double kept = RunTasks(floor, allocator);
                NS_TEST_EXPECT_MSG_GT(kept, floor - 1e-9, allocator << " keeps " << floor);
            }
        }
    }
};

/**
 * @ingroup noma-test
 * Exits, precision and accuracy.
 */
class AccuracyTestSuite : public TestSuite
{
  public:
    AccuracyTestSuite()
        : TestSuite("noma-accuracy", Type::UNIT)
    {
        AddTestCase(new ExitOptionsTestCase);
        AddTestCase(new ExitErrorsTestCase);
        AddTestCase(new AccuracyFloorTestCase);
        AddTestCase(new AccuracyAccountTestCase);
        AddTestCase(new AccuracySimulationTestCase);
    }
};

AccuracyTestSuite g_accuracyTestSuite; //!< registers the suite

} // namespace
