/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Timelines: what they say is what happened, they are valid and bounded, and change nothing.
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/noma-timeline-helper.h"
#include "ns3/noma-trace-event-file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;
using nlohmann::json;

namespace
{

/// Timelines replace no file: removes what an earlier run of the tests left. @param path a file
/// @returns its path
std::string
MakeAbsent(const std::string& path)
{
    std::remove(path.c_str());
    return path;
}

/// @param path a file @returns its content
std::string
Read(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// @param event an event @param key a time of it @returns that time (ns)
int64_t
Nanoseconds(const json& event, const char* key)
{
    return std::llround(event.at(key).get<double>() * 1000);
}

/// Two cells with tasks that are done, fail and stay open, and what is known of them apart from
/// the timeline.
struct Watched
{
    Scene scene{2, 4};                          //!< the cells
    Ptr<NomaTimeline> timeline;                 //!< null = none
    std::vector<std::string> layers;            //!< every block as text, in order
    std::vector<std::array<double, 3>> numbers; //!< their powers (W), rates (bit/s), SINR (dB)
    std::vector<TaskRecord> records;            //!< closed tasks
    std::string tasks;                          //!< the same as CSV
    uint64_t open{0};                           //!< open tasks

    /// @param outcome a block
    void OnBlock(const GrantOutcome& outcome)
    {
        const Grant& g = outcome.grant;
        std::ostringstream text;
        text << int(g.direction) << " " << g.ap << " " << g.subchannel << " " << g.ue << " "
             << outcome.blockBits << " " << outcome.decoded;
        numbers.push_back({g.powerW, g.rateBps, 10 * std::log10(outcome.sinr)});
        layers.push_back(text.str());
    }

    /// @param file name of the timeline, empty = none @param maxEvents its bound
    Watched(const std::string& file, uint64_t maxEvents)
    {
        auto& inference = scene.inference;
        scene.noma.SetCsiEstimator("ns3::noma::NomaAgedCsiEstimator", "Delay", UintegerValue(5));
        scene.noma.SetFading("ns3::noma::NomaBlockFadingModel",
                             "CoherenceTime",
                             TimeValue(MilliSeconds(40)));
        inference.SetModel("three \"cuts\"",
                           {{0, 4e9, 6e5, 2e4}, {5e8, 3.5e9, 3e5, 2e4}, {4e9, 0, 0, 0}});
        inference.SetControllerAttribute("Allocator", StringValue("ecc-noma"));
        inference.SetControllerAttribute("MaximumPower", BooleanValue(false));
        inference.SetControllerAttribute("SlotRule", StringValue("ns3::noma::SmithRule"));
        inference.SetEdgeAttribute("Units", DoubleValue(2));
        inference.SetClientAttribute("TaskTimeout", TimeValue(MilliSeconds(900)));
        inference.SetBattery(30);
        inference.SetWorkload("ns3::noma::PoissonWorkload", "Rate", DoubleValue(1.5));
        scene.Install();
        for (uint32_t i = 0; i < 8; i += 4)
        {
            inference.GetClient(i)->SetAttribute("Cut", UintegerValue(1));
        }
        NomaTimelineHelper helper;
        helper.Set("MaxEvents", UintegerValue(maxEvents));
        helper.SetParameters({{"scheme", "one \\ two"}});
        timeline = helper.Enable(file, scene.noma, inference);
        scene.noma.GetNetwork()->TraceConnectWithoutContext("Block",
                                                            MakeCallback(&Watched::OnBlock, this));
        Scene::Run(MilliSeconds(4005));
        records = inference.GetTracker()->GetRecords();
        open = inference.GetTracker()->GetInFlight();
        std::ostringstream csv;
        inference.GetTracker()->WriteCsv(csv);
        tasks = csv.str();
    }

    ~Watched()
    {
        Simulator::Destroy();
    }
};

/**
 * What viewers expect of every event, and no slice of a track half inside another.
 *
 * @param events the events
 * @returns what is wrong, empty = nothing
 */
std::string
CheckFormat(const json& events)
{
    std::set<std::pair<uint32_t, uint32_t>> named;
    std::set<uint32_t> groups;
    std::map<std::pair<uint32_t, uint32_t>, std::vector<std::pair<int64_t, int64_t>>> slices;
    for (const auto& e : events)
    {
        const std::string phase = e.at("ph");
        const std::pair<uint32_t, uint32_t> track{e.at("pid"), e.at("tid")};
        if (!e.at("name").is_string() || !e.at("args").is_object())
        {
            return "no name or arguments: " + e.dump();
        }
        if (phase == "M" && e["name"] == "thread_name")
        {
            named.insert(track);
        }
        else if (phase == "M" && e["name"] == "process_name")
        {
            groups.insert(track.first);
        }
        else if (phase != "M" && e.at("ts").get<double>() < 0)
        {
            return "negative time: " + e.dump();
        }
        if (phase != "M" &&
            (groups.count(track.first) == 0 || (phase != "C" && named.count(track) == 0)))
        {
            return "no name of its track: " + e.dump();
        }
        if (phase == "X")
        {
            const int64_t begin = Nanoseconds(e, "ts");
            slices[track].emplace_back(begin, -(begin + Nanoseconds(e, "dur")));
        }
    }
    for (auto& [track, all] : slices)
    {
        std::stable_sort(all.begin(), all.end());
        std::vector<int64_t> ends;
        for (const auto& [begin, end] : all)
        {
            while (!ends.empty() && ends.back() <= begin)
            {
                ends.pop_back();
            }
            if (!ends.empty() && ends.back() < -end)
            {
                return "overlap on track " + std::to_string(track.second);
            }
            ends.push_back(-end);
        }
    }
    return "";
}

/// What stands in a timeline is what happened.
class TimelineContentTestCase : public TestCase
{
  public:
    TimelineContentTestCase()
        : TestCase("slices are tasks, stages and groups as they were")
    {
    }

  private:
    void DoRun() override
    {
        const std::string file = MakeAbsent(CreateTempDirFilename("content.json"));
        std::unique_ptr<Watched> run = std::make_unique<Watched>(file, 1000000);
        NS_TEST_EXPECT_MSG_EQ(Read(file).empty(), true, "no file by its name before the end");
        const auto records = run->records;
        const auto layers = run->layers;
        const auto numbers = run->numbers;
        const uint64_t open = run->open;
        run.reset();
        const json all = json::parse(Read(file));
        const json& events = all.at("traceEvents");
        NS_TEST_EXPECT_MSG_EQ(CheckFormat(events), "", "what viewers expect");
        NS_TEST_EXPECT_MSG_EQ(all["otherData"]["scheme"], "one \\ two", "parameters");
        NS_TEST_EXPECT_MSG_EQ(all["otherData"]["RngRun"], "1", "run");
        NS_TEST_EXPECT_MSG_EQ(events.back()["name"], "noma_end", "the end");
        NS_TEST_EXPECT_MSG_EQ(events.back()["args"]["leftOut"].size(), 0, "nothing left out");
        CheckTasks(events, records, open);
        CheckGroups(events, layers, numbers);
        std::set<std::string> counters;
        std::set<std::string> notes;
        for (const auto& e : events)
        {
            (e["ph"] == "C" ? counters : notes).insert(e["name"]);
        }
        for (const char* name : {"Gamma",
                                 "battery of user 7",
                                 "decided",
                                 "edge units in use",
                                 "queued (bit)",
                                 "subchannels in use",
                                 "tails waiting"})
        {
            NS_TEST_EXPECT_MSG_EQ(counters.count(name), 1, "a counter: " << name);
        }
        NS_TEST_EXPECT_MSG_EQ(notes.count("served by access point 1"), 1, "association");
        NS_TEST_EXPECT_MSG_EQ(notes.count("noma_position"), 1, "positions");
    }

    /// @param events timeline @param records closed tasks @param open number of open tasks
    void CheckTasks(const json& events, const std::vector<TaskRecord>& records, uint64_t open)
    {
        std::map<std::pair<uint32_t, uint32_t>, const TaskRecord*> known;
        std::map<std::string, uint32_t> outcomes;
        std::set<std::string> stages;
        for (const auto& r : records)
        {
            known[{r.user, r.task}] = &r;
        }
        uint64_t inFlight = 0;
        uint64_t tails = 0;
        uint64_t completed = 0;
        for (std::size_t k = 0; k < events.size(); ++k)
        {
            tails += events[k].value("cat", "") == "tail";
            if (events[k].value("cat", "") != "task")
            {
                continue;
            }
            const json& says = events[k]["args"];
            const int64_t begin = Nanoseconds(events[k], "ts");
            const int64_t length = Nanoseconds(events[k], "dur");
            int64_t at = begin;
            double joules = 0;
            // a task's stages follow it
            for (std::size_t s = k + 1; events[s].value("cat", "") == "stage"; ++s)
            {
                NS_TEST_EXPECT_MSG_EQ(events[s]["tid"], events[k]["tid"], "track of its stages");
                NS_TEST_EXPECT_MSG_EQ(Nanoseconds(events[s], "ts"), at, "no gap between stages");
                at += Nanoseconds(events[s], "dur");
                joules += events[s]["args"].value("joules", 0.0);
                stages.insert(events[s]["name"]);
            }
            NS_TEST_EXPECT_MSG_EQ(at, begin + length, "stages add up to the task");
            ++outcomes[says["outcome"]];
            if (says["outcome"] == "in flight")
            {
                ++inFlight;
                NS_TEST_EXPECT_MSG_EQ(begin + length, 4005000000, "open until the end");
                continue;
            }
            const auto it = known.find({says["user"], says["task"]});
            NS_TEST_ASSERT_MSG_EQ((it != known.end()), true, "a task there was, once");
            const TaskRecord& r = *it->second;
            NS_TEST_EXPECT_MSG_EQ(begin, r.created.GetNanoSeconds(), "creation");
            NS_TEST_EXPECT_MSG_EQ(length, r.Delay().GetNanoSeconds(), "delay");
            if (r.IsCompleted())
            {
                ++completed;
                tails += IsDeviceOnly(r.option); // none of these
                NOMA_TEST_EXPECT_CLOSE(joules, r.energy.Total(), 1e-6, "energy by stage");
                NOMA_TEST_EXPECT_CLOSE(says["utility"].get<double>(), r.Utility(), 1e-6, "utility");
            }
            known.erase(it);
        }
        NS_TEST_EXPECT_MSG_EQ(known.size(), 0, "every closed task is there");
        NS_TEST_EXPECT_MSG_EQ(inFlight, open, "and every open one");
        NS_TEST_EXPECT_MSG_GT(open, 0, "some are open");
        NS_TEST_EXPECT_MSG_GT(outcomes["timeout"], 0, "some failed");
        NS_TEST_EXPECT_MSG_GT(completed, 5, "some are done");
        NS_TEST_EXPECT_MSG_EQ(tails, completed, "a tail each");
        for (const char* name : {"choice", "device queue", "head", "upload", "edge queue", "tail"})
        {
            NS_TEST_EXPECT_MSG_EQ(stages.count(name), 1, "a stage: " << name);
        }
    }

    /// @param events timeline @param layers all blocks as text @param numbers powers, rates, SINR
    void CheckGroups(const json& events,
                     const std::vector<std::string>& layers,
                     const std::vector<std::array<double, 3>>& numbers)
    {
        std::map<uint32_t, std::pair<uint32_t, uint32_t>> tracks; // direction, subchannel
        std::vector<std::string> written;
        uint64_t superposed = 0;
        uint64_t lost = 0;
        for (const auto& e : events)
        {
            if (e["name"] == "thread_name" && e["pid"].get<uint32_t>() > TimelineTracks::USERS)
            {
                std::istringstream name(e["args"]["name"].get<std::string>());
                std::string direction;
                uint32_t subchannel;
                name >> direction >> subchannel;
                tracks[e["tid"]] = {direction == "uplink" ? UPLINK : DOWNLINK, subchannel};
            }
            if (e.value("cat", "") != "group")
            {
                continue;
            }
            const auto [direction, subchannel] = tracks[e["tid"]];
            superposed += e["args"]["layers"].size() > 1;
            NS_TEST_EXPECT_MSG_EQ(Nanoseconds(e, "ts"),
                                  e["args"]["slot"].get<int64_t>() * 10000000,
                                  "a group is of its slot");
            for (const auto& l : e["args"]["layers"])
            {
                const bool decoded = l["SIC"] == "decoded";
                lost += !decoded;
                std::ostringstream text;
                text << direction << " " << e["pid"].get<uint32_t>() - TimelineTracks::USERS - 1
                     << " " << subchannel << " " << l["user"] << " " << l["bits"] << " " << decoded;
                NS_TEST_ASSERT_MSG_LT(written.size(), numbers.size(), "a block there was");
                const auto& n = numbers[written.size()];
                NOMA_TEST_EXPECT_CLOSE(l["W"].get<double>(), n[0], 1e-6, "power");
                NOMA_TEST_EXPECT_CLOSE(l["bit/s"].get<double>(), n[1], 1e-6, "rate");
                NOMA_TEST_EXPECT_CLOSE(l["SINR (dB)"].get<double>(), n[2], 1e-6, "SINR");
                written.push_back(text.str());
            }
        }
        NS_TEST_EXPECT_MSG_EQ(written.size(), layers.size(), "as many layers as blocks");
        for (std::size_t k = 0; k < std::min(written.size(), layers.size()); ++k)
        {
            NS_TEST_ASSERT_MSG_EQ(written[k], layers[k], "the same ones");
        }
        NS_TEST_EXPECT_MSG_GT(superposed, 0, "some superposed");
        NS_TEST_EXPECT_MSG_GT(lost, 0, "some lost");
    }
};

/// Bounded, and without effect on what is simulated.
class TimelineBoundTestCase : public TestCase
{
  public:
    TimelineBoundTestCase()
        : TestCase("events beyond the bound are counted; watching changes nothing")
    {
    }

  private:
    void DoRun() override
    {
        const std::string file = MakeAbsent(CreateTempDirFilename("bound.json"));
        std::string tasks;
        uint64_t written = 0;
        uint64_t leftOut = 0;
        {
            Watched run(file, 100);
            tasks = run.tasks;
            run.timeline->Close();
            written = run.timeline->GetEvents();
            leftOut = run.timeline->GetLeftOut();
        }
        const json events = json::parse(Read(file)).at("traceEvents");
        uint64_t count = 0;
        for (const auto& e : events)
        {
            count += e["ph"] != "M" || e["name"] == "noma_position";
        }
        NS_TEST_EXPECT_MSG_EQ(count, 100, "as many events as are allowed");
        NS_TEST_EXPECT_MSG_EQ(written, 100, "it says so");
        uint64_t said = 0;
        for (const auto& [category, number] : events.back()["args"]["leftOut"].items())
        {
            said += number.get<uint64_t>();
        }
        NS_TEST_EXPECT_MSG_EQ(said, leftOut, "the others are counted");
        const std::string whole = MakeAbsent(CreateTempDirFilename("whole.json"));
        {
            Watched run(whole, 1000000);
            run.timeline->Close();
            NS_TEST_EXPECT_MSG_EQ(run.timeline->GetEvents(), written + leftOut, "all of them");
            NS_TEST_EXPECT_MSG_EQ(run.tasks, tasks, "the same tasks");
        }
        Watched run("", 0);
        NS_TEST_EXPECT_MSG_EQ((run.timeline == nullptr), true, "no name, no timeline");
        NS_TEST_EXPECT_MSG_EQ(run.tasks, tasks, "and without");
    }
};

/// The file: exact times, escapes, and what cannot be written.
class TraceEventFileTestCase : public TestCase
{
  public:
    TraceEventFileTestCase()
        : TestCase("times to the nanosecond, escapes, errors of one line")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = MakeAbsent(CreateTempDirFilename("events.json"));
        TraceEventFile file(path, 10, {});
        file.NameGroup(1, "a");
        const auto track = file.AddTrack(1, "\x01\xff\"", 0);
        file.Slice("x",
                   track,
                   "n",
                   NanoSeconds(9007199254740993),
                   NanoSeconds(9007199254740994),
                   JsonObject().Add("z", std::numeric_limits<double>::infinity()));
        NOMA_TEST_EXPECT_INVALID(TraceEventFile("/nowhere/x.json", 1, {}), "/nowhere/x.json");
        file.Close();
        const std::string text = Read(path);
        const json events = json::parse(text).at("traceEvents");
        NS_TEST_EXPECT_MSG_EQ(
            (text.find("\"ts\":9007199254740.993,\"dur\":0.001") != std::string::npos),
            true,
            "times: " << text);
        NS_TEST_EXPECT_MSG_EQ((text.find("\\u0001\\ufffd\\\"") != std::string::npos),
                              true,
                              "escapes: " << text);
        NS_TEST_EXPECT_MSG_EQ(events[4]["args"]["z"].is_null(), true, "not finite");
        NOMA_TEST_EXPECT_INVALID(TraceEventFile(path, 1, {}), "is there already");
        TraceEventFile full("/dev/full", 10, {});
        std::string what;
        try
        {
            full.Close();
        }
        catch (const std::runtime_error& e)
        {
            what = e.what();
        }
        NS_TEST_EXPECT_MSG_EQ(what,
                              "timeline: cannot write '/dev/full': No space left on device",
                              "a full disk");
    }
};

/// The suite.
class NomaTimelineTestSuite : public TestSuite
{
  public:
    NomaTimelineTestSuite()
        : TestSuite("noma-timeline", Type::UNIT)
    {
        AddTestCase(new TimelineContentTestCase);
        AddTestCase(new TimelineBoundTestCase);
        AddTestCase(new TraceEventFileTestCase);
    }
};

const NomaTimelineTestSuite g_nomaTimelineTestSuite; //!< the suite

} // namespace
