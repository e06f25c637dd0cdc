/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The main experiment: the same users, channels and tasks, served by one scheme after the other,
 * packet by packet.
 *
 *     noma-split-inference --allocators=all --usersPerAp=12 --out=results/mine
 */
#include "../tools/noma-output.h"
#include "noma-experiment.h"
#include "noma-options.h"

#include "ns3/noma-allocator.h"
#include "ns3/rng-seed-manager.h"

#include <array>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <unistd.h>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::experiment;

namespace
{

/// Columns of a result: names and values as text.
using Columns = std::vector<std::pair<std::string, std::string>>;

/// @param value number
/// @returns a number as text
std::string
Text(double value)
{
    std::ostringstream os;
    os << std::setprecision(9) << value;
    return os.str();
}

/// Appends statistics of a sample. @param [in,out] columns columns @param name of the quantity
/// @param s statistics
void
Append(Columns& columns, const std::string& name, const SampleSummary& s)
{
    columns.emplace_back(name + "Mean", Text(s.mean));
    columns.emplace_back(name + "HalfWidth95", Text(s.halfWidth));
    columns.emplace_back(name + "Median", Text(s.median));
    columns.emplace_back(name + "P95", Text(s.p95));
    columns.emplace_back(name + "P99", Text(s.p99));
}

/// Appends means by stage. @param [in,out] columns columns @param name of the quantity
/// @param s means
void
Append(Columns& columns, const std::string& name, const Stages& s)
{
    columns.emplace_back(name + "Device", Text(s.device));
    columns.emplace_back(name + "Up", Text(s.up));
    columns.emplace_back(name + "Edge", Text(s.edge));
    columns.emplace_back(name + "Down", Text(s.down));
}

/// @param settings scenario
/// @param r its result
/// @returns everything there is to say about a scheme, in one row
Columns
Row(const Settings& settings, const Result& r)
{
    Columns columns{{"scheme", r.scheme}, {"terms", TermsName(r.terms)}};
    for (auto item : settings.List())
    {
        std::replace(item.second.begin(), item.second.end(), ',', '+');
        columns.push_back(item);
    }
    columns.emplace_back("created", std::to_string(r.summary.created));
    columns.emplace_back("completed", std::to_string(r.summary.completed));
    columns.emplace_back("failed", std::to_string(r.summary.failed));
    columns.emplace_back("inFlight", std::to_string(r.summary.inFlight));
    columns.emplace_back("withDeadline", std::to_string(r.summary.withDeadline));
    columns.emplace_back("deadlineMisses", std::to_string(r.summary.deadlineMisses));
    columns.emplace_back("deadlineCostMean", Text(r.summary.meanDeadlineCost));
    Append(columns, "delay", r.summary.delay);
    Append(columns, "delay", r.summary.meanDelay);
    Append(columns, "energy", r.summary.energy);
    Append(columns, "energy", r.summary.meanEnergy);
    Append(columns, "utility", r.summary.utility);
    columns.emplace_back("accuracyMean", Text(r.summary.GetMeanAccuracy()));
    columns.emplace_back("splitFraction", Text(r.split));
    columns.emplace_back("simulatedSeconds", Text(r.simulatedSeconds));
    columns.emplace_back("decisions", std::to_string(r.decisions));
    columns.emplace_back("evaluations", std::to_string(r.evaluations));
    columns.emplace_back("grants", std::to_string(r.grants));
    columns.emplace_back("superposed", std::to_string(r.superposed));
    columns.emplace_back("blocksLost", std::to_string(r.lost));
    // what became of the (user, subchannel) pairs decided, slot by slot
    const std::array<const char*, GRANT_REASONS> reasons{"slotsAsDecided",
                                                         "slotsNothingToSend",
                                                         "slotsTurn",
                                                         "slotsPower",
                                                         "slotsFallBack",
                                                         "slotsLinkAdaptation",
                                                         "slotsNotDecided"};
    for (std::size_t k = 0; k < GRANT_REASONS; ++k)
    {
        columns.emplace_back(reasons[k], std::to_string(r.reasons[k]));
    }
    return columns;
}

/// Writes rows as CSV. @param os stream @param rows rows with the same columns
void
WriteCsv(std::ostream& os, const std::vector<Columns>& rows)
{
    for (std::size_t i = 0; i < rows.front().size(); ++i)
    {
        os << (i ? "," : "") << rows.front()[i].first;
    }
    os << "\n";
    for (const auto& row : rows)
    {
        for (std::size_t i = 0; i < row.size(); ++i)
        {
            os << (i ? "," : "") << row[i].second;
        }
        os << "\n";
    }
}

/// Prints what a person wants to see. @param settings scenario @param results one per scheme
void
PrintTable(const Settings& settings, const std::vector<Result>& results)
{
    std::cout << settings.aps << " cells of " << settings.usersPerAp << " users, "
              << settings.Subchannels() << " subchannels, K = " << settings.maxSuperposed
              << ", networks " << settings.models << ", seed " << RngSeedManager::GetSeed()
              << ", run " << RngSeedManager::GetRun() << "\n\n"
              << "                      delay (s)               energy (J)  utility          "
                 "tasks done  cut inside  superposed\n"
              << "scheme                mean   median      p95  mean        mean     +-95 %  "
                 "of created  (of tasks)  (of grants)\n";
    const Terms* terms = nullptr;
    for (const auto& r : results)
    {
        const auto& s = r.summary;
        if (!terms || *terms != r.terms)
        {
            std::cout << "  " << TermsText(r.terms) << "\n";
            terms = &r.terms;
        }
        std::cout << std::left << std::setw(18) << r.scheme << std::right << std::fixed
                  << std::setprecision(2) << std::setw(8) << s.delay.mean << std::setw(9)
                  << s.delay.median << std::setw(9) << s.delay.p95 << std::setprecision(3)
                  << std::setw(10) << s.energy.mean << std::setw(11) << s.utility.mean
                  << std::setw(9) << s.utility.halfWidth << std::setw(9) << s.completed << "/"
                  << std::left << std::setw(6) << s.created << std::right << std::setprecision(0)
                  << std::setw(6) << 100 * r.split << " %" << std::setw(11)
                  << 100.0 * static_cast<double>(r.superposed) /
                         static_cast<double>(std::max<uint64_t>(1, r.grants))
                  << " %\n";
        if (!s.exits.empty())
        {
            std::cout << "                  mean accuracy " << std::setprecision(4)
                      << s.GetMeanAccuracy() << "\n";
        }
        if (s.withDeadline > 0)
        {
            std::cout << "                  deadline missed by " << s.deadlineMisses << " of "
                      << s.withDeadline << "\n";
        }
        for (std::size_t f = 1; f < TASK_FAILURES; ++f)
        {
            if (s.failures[f] > 0)
            {
                std::cout << "                  failed: " << s.failures[f] << " "
                          << TaskFailureName(static_cast<TaskFailure>(f)) << "\n";
            }
        }
    }
    std::cout << "\nutility = wT * delay / device's own delay + wE * energy / device's own energy; "
                 "lower is better\n";
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    Settings s;
    std::string allocators = "all";
    std::string out;
    std::string format = "table";
    bool progress = isatty(STDERR_FILENO) != 0;

    Options options(
        __FILE__,
        "Split inference over NOMA: the same users, channels and tasks under several schemes.");
    options.Add(
        "allocators",
        "all, or schemes and allocators, separated by commas; NAME+same: under ECC-NOMA's slot "
        "rule and powers; NAME+smith: greedy grants, the plan's powers",
        allocators);
    options.Add("models", "networks that users take in turn, separated by commas", s.models);
    options.Add("aps", "access points", s.aps, 1, 1000);
    options.Add("usersPerAp", "users per access point", s.usersPerAp, 1, 10000);
    options.Add("subchannels", "subchannels M; 0 = a third of usersPerAp", s.subchannels, 0, 10000);
    options.Add("maxPerUser",
                "subchannels of a user per slot under LiGdSlotRule",
                s.maxPerUser,
                1,
                10000);
    options.Add("maxSuperposed", "users per subchannel K", s.maxSuperposed, 1, 64);
    options.Add("radius", "cell radius (m)", s.radius, 1, 1e6);
    options.Add("bandwidthMhz", "bandwidth per direction (MHz)", s.bandwidthMhz, 1e-3, 100);
    options.Add("slotMs", "slot (ms)", s.slotMs, 1e-3, 1e6);
    options.Add("coherenceSlots", "slots per coherence block", s.coherenceSlots, 1, 1000000);
    options.Add("deviceFlops", "device speed (FLOP/s)", s.deviceFlops, 1, 1e15);
    options.Add("edgeRatio", "speed of one edge unit over a device's", s.edgeRatio, 1e-6, 1e6);
    options.Add("edgeUnits", "compute units of a server; 0 = usersPerAp", s.edgeUnits, 0, 1000000);
    options.Add("joulesPerGflop",
                "energy of devices (J per 1e9 FLOP)",
                s.joulesPerGflop,
                1e-9,
                1e6);
    options.Add("edgeJoulesPerGflop",
                "energy of the edge on one unit (J per 1e9 FLOP)",
                s.edgeJoulesPerGflop,
                1e-9,
                1e6);
    options.Add("edgeCircuitW",
                "circuit power of a server while it serves (W); the paper's 50 dBm are 100",
                s.edgeCircuitW,
                0,
                1e9);
    options.Add("lambda", "speed-up of a task over units: linear, power:a, amdahl:f", s.lambda);
    options.Add("minUnits", "least compute units of a task", s.minUnits, 1e-6, 1e6);
    options.Add("maxUnits", "most compute units of a task", s.maxUnits, 1e-6, 1e6);
    options.Add("input",
                "height and width of the images, 0 = the network's native",
                s.input,
                0,
                4096);
    options.Add("delayWeight", "weight of delay, wT", s.delayWeight, 0, 1);
    options.Add("deadline", "deadline of a task (s), 0 = none", s.deadline, 0, 1e6);
    options.Add("deadlineWeight",
                "weight of the deadline in the utility, wQ",
                s.deadlineWeight,
                0,
                1e6);
    options.Add("deadlineSoftness",
                "part of the deadline over which a task turns late",
                s.deadlineSoftness,
                1e-6,
                1e6);
    options.Add("accuracyFloor",
                "least mean accuracy of tasks of networks that name exits, 0 = none; with it the "
                "allocators choose all cuts",
                s.accuracyFloor,
                0,
                1);
    options.Add("splitRule",
                "SplitRule (the allocator's cuts), QueueAwareSplitRule or DadsSplitRule for all "
                "schemes; empty = the scheme's own",
                s.splitRule);
    options.Add(
        "slotRule",
        "RoundRobinRule, CreditRule, ProportionalFairRule, SmithRule or LiGdSlotRule for all "
        "schemes; empty = the scheme's own",
        s.slotRule);
    options.Add("fallBack", "serve one user alone where superposing does not gain", s.fallBack);
    options.Add("maximumPower", "greatest powers in all schemes", s.maximumPower);
    options.Add("csiAge", "age of the known gains (slots)", s.csiAge, 0, 1000000);
    options.Add("images", "inferences per task", s.images, 1, 1000000);
    options.Add("tasks", "tasks per user", s.tasks, 1, 1000000);
    options.Add("gap", "mean time between a user's tasks (s)", s.gap, 1e-6, 1e6);
    options.Add("controlPeriod", "slots between decisions", s.controlPeriod, 1, 1000000);
    options.Add("effort", "effort of the allocators that know efforts", s.effort, 0, MAX_EFFORT);
    options.Add("warmLiGd", "start scheme li-gd from its last decision as well", s.warmLiGd);
    options.Add("maxEfficiency",
                "cap on spectral efficiency (bit/s/Hz), 0 = none",
                s.maxEfficiency,
                0,
                1000);
    options.Add("limit", "most simulated time (s)", s.limit, 1e-3, 1e9);
    options.Add("out", "new folder for summary.csv and tasks-SCHEME.csv", out);
    options.Add("timeline",
                "new file for a timeline in Chrome trace JSON, for ui.perfetto.dev and "
                "utils/report; with several schemes one each, whose name is added",
                s.timeline);
    options.Add("format", "table | csv: what is printed", format);
    options.Add("progress", "show progress on standard error", progress);
    options.Parse(argc, argv);

    s.Check();
    const std::vector<Scheme> schemes = SelectSchemes(allocators);
    CheckName("format", format, std::vector<std::string>{"table", "csv"});
    // tried now: a long run must not end with nowhere to write
    ResultFolder folder = out.empty() ? ResultFolder() : ResultFolder("--out", out);

    std::vector<Settings> settings(schemes.size(), s);
    for (std::size_t k = 0; schemes.size() > 1 && k < schemes.size(); ++k)
    {
        settings[k].timeline = TimelineFile(s.timeline, schemes[k].name);
    }

    std::vector<Result> results;
    std::vector<Columns> rows;
    for (const auto& scheme : schemes)
    {
        int shown = -1;
        const auto show = [&](double fraction) {
            const int percent = static_cast<int>(100 * fraction);
            if (progress && percent != shown)
            {
                shown = percent;
                std::cerr << "\r" << results.size() + 1 << "/" << schemes.size() << " " << std::left
                          << std::setw(14) << scheme.name << std::right << std::setw(3) << percent
                          << " % of tasks " << std::flush;
            }
        };
        results.push_back(Run(settings[results.size()], scheme, show));
        rows.push_back(Row(s, results.back()));
    }
    if (progress)
    {
        std::cerr << "\r" << std::string(40, ' ') << "\r";
    }
    if (folder)
    {
        std::ostringstream summary;
        WriteCsv(summary, rows);
        std::vector<std::pair<std::string, std::string>> files{{"summary.csv", summary.str()}};
        for (const auto& r : results)
        {
            files.emplace_back("tasks-" + r.scheme + ".csv", r.tasks);
        }
        folder.Write(files);
    }
    if (format == "csv")
    {
        WriteCsv(std::cout, rows);
    }
    else
    {
        PrintTable(s, results);
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-split-inference", [&] { return Example(argc, argv); });
}
