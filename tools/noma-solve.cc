/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Solves one instance outside the simulator: options, subchannels, powers and compute units for
 * every user, by any of the module's allocators.
 */
#include "noma-arguments.h"

#include "ns3/noma-accuracy-floor.h"
#include "ns3/noma-allocator.h"
#include "ns3/noma-evaluation.h"
#include "ns3/noma-gamma-bound.h"
#include "ns3/noma-json-writer.h"
#include "ns3/noma-json.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <unistd.h>

namespace
{

using namespace ns3::noma;

/// @param report how a solver came to its decision
/// @returns the JSON form
nlohmann::ordered_json
ReportToJson(const SolverReport& report)
{
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const LayerReport& layer : report.layers)
    {
        nlohmann::ordered_json gamma; // null: not everybody can have that option
        if (std::isfinite(layer.gamma))
        {
            gamma = layer.gamma;
        }
        layers.push_back({{"option", layer.option},
                          {"gamma", gamma},
                          {"iterations", layer.iterations},
                          {"projectedGradientNorm", layer.projectedGradientNorm}});
    }
    return {{"status", SolverStatusName(report.status)},
            {"message", report.message},
            {"iterations", report.iterations},
            {"evaluations", report.evaluations},
            {"activeEvaluations", report.activeEvaluations},
            {"projectedGradientNorm", report.projectedGradientNorm},
            {"layers", layers}};
}

/// Shows how far a long solve is, on a terminal only.
class ProgressLine
{
  public:
    /// @param fraction what is done @returns true: go on
    bool operator()(double fraction)
    {
        const int percent = static_cast<int>(100 * fraction);
        if (m_terminal && percent != m_shown)
        {
            m_shown = percent;
            std::cerr << "\rnoma-solve: " << percent << " % " << std::flush;
        }
        return true;
    }

    /// Takes the line away.
    ~ProgressLine()
    {
        if (m_shown >= 0)
        {
            std::cerr << "\r\033[K" << std::flush;
        }
    }

  private:
    bool m_terminal{isatty(STDERR_FILENO) == 1}; //!< whether somebody is watching
    int m_shown{-1};                             //!< percent on the line
};

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-solve", [&] {
        std::string names;
        for (const std::string& name : AllocatorNames())
        {
            names += (names.empty() ? "" : ", ") + name;
        }
        Arguments arguments("noma-solve", "solves one instance of NOMA split inference");
        arguments.AddRequired("instance", "FILE", "instance, noma-instance/1; - is standard input");
        arguments.AddRequired("allocator", "NAME", "method, see below");
        arguments.AddOption("effort",
                            "E",
                            "0 = what a controller affords per slot, at most 1000",
                            "1");
        arguments.AddOption("seed", "S", "of everything random", "1");
        arguments.AddOption("start", "FILE", "decision to start from, noma-decision/1");
        arguments.AddOption("max-iterations", "N", "per layer or descent; 0 = the method's", "0");
        arguments.AddOption("epsilon", "X", "stopping tolerance; 0 = the method's own", "0");
        arguments.AddOption("step", "X", "fixed step of a descent; 0 = the method's own", "0");
        arguments.AddOption("accuracy-floor",
                            "A",
                            "least mean accuracy of the users; 0 = none",
                            "0");
        arguments.AddFlag("bound", "add report.lowerBound: no decision's gamma is below it");
        arguments.AddFlag("timing", "add the seconds it took to the report");
        arguments.AddOption("out", "FILE", "write there instead of to standard output", "-");
        arguments.SetEpilogue(
            "Allocators: " + names +
            ".\nAn option that the allocator makes no use of is refused, but for the seed.\n"
            "Prints JSON: the decision, noma-decision/1, and with it per user the utility,\n"
            "delay (s), energy (J), rates (bit/s) and SINRs (linear), gamma, and a report of how\n"
            "it was found; a layer's gamma is null where not everybody can have its option.\n"
            "The answer can be given to noma-evaluate and to --start.\n"
            "Exit status 0, or 2 after one line on standard error.");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        AllocatorOptions options;
        options.effort = arguments.GetDouble("effort", 0, MAX_EFFORT);
        options.seed = arguments.GetUint("seed", 0, std::numeric_limits<uint64_t>::max());
        options.maxIterations =
            arguments.GetUint("max-iterations", 0, std::numeric_limits<uint64_t>::max());
        options.epsilon = arguments.GetDouble("epsilon", 0, 1e9);
        options.accuracyFloor = arguments.GetDouble("accuracy-floor", 0, 1);
        options.step = arguments.GetDouble("step", 0, 1e300);
        const auto allocator = CreateAllocator(arguments.GetChoice("allocator", AllocatorNames()));

        const std::string& file = arguments.GetString("instance");
        const auto parse = [](const std::string& path, auto&& read) {
            const std::string text = ReadTextFile(path);
            try
            {
                return read(text);
            }
            catch (const std::invalid_argument& e)
            {
                throw std::invalid_argument((path == "-" ? "standard input" : path) + ": " +
                                            e.what());
            }
        };
        const Instance instance = parse(file, ParseInstance);
        Decision start;
        if (arguments.Has("start"))
        {
            const std::string& startFile = arguments.GetString("start");
            if (startFile == "-" && file == "-")
            {
                throw std::invalid_argument("--start is '-', but so is --instance");
            }
            start = parse(startFile,
                          [&](const std::string& text) { return ParseDecision(text, instance); });
            options.warmStart = &start;
        }

        const auto begin = std::chrono::steady_clock::now();
        Allocation allocation;
        {
            ProgressLine progress;
            options.progress = [&](double fraction) { return progress(fraction); };
            allocation = allocator->Allocate(instance, options);
        }
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

        auto answer = DecisionToJson(instance, allocation.decision);
        const auto evaluation = EvaluationToJson(Evaluate(instance, allocation.decision));
        for (std::size_t i = 0; i < instance.users.size(); ++i)
        {
            answer["users"][i].update(evaluation["users"][i]);
        }
        answer["gamma"] = evaluation["gamma"];
        answer["report"] = ReportToJson(allocation.report);
        if (options.accuracyFloor > 0)
        {
            answer["report"]["meanAccuracy"] = MeanAccuracy(instance, allocation.decision);
        }
        if (arguments.Has("bound"))
        {
            answer["report"]["lowerBound"] = GammaBound(instance).Maximise();
        }
        if (arguments.Has("timing"))
        {
            answer["report"]["seconds"] = seconds.count();
        }
        WriteTextFile(arguments.GetString("out"), JsonText(answer));
        return 0;
    });
}
