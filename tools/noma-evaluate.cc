/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Evaluates a given decision of an instance: delay, energy, rates, SINRs and utility per user, and
 * the objective.
 */
#include "noma-arguments.h"

#include "ns3/noma-json.h"

namespace
{

/// Reads one input file; errors begin with the file's name. @param path the file
/// @param parse what makes a value of its text @returns the value
template <typename Parse>
auto
ReadFile(const std::string& path, Parse&& parse)
{
    const std::string text = ns3::noma::ReadTextFile(path);
    try
    {
        return parse(text);
    }
    catch (const std::invalid_argument& e)
    {
        throw std::invalid_argument((path == "-" ? "standard input" : path) + ": " + e.what());
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    using namespace ns3::noma;
    return RunTool("noma-evaluate", [&] {
        Arguments arguments("noma-evaluate",
                            "what a decision means for an instance of NOMA split inference");
        arguments.AddRequired("instance", "FILE", "instance, noma-instance/1; - is standard input");
        arguments.AddRequired("decision", "FILE", "decision, noma-decision/1; - is standard input");
        arguments.AddFlag("feasible", "fail unless the decision meets every constraint");
        arguments.AddOption("out", "FILE", "write there instead of to standard output", "-");
        arguments.SetEpilogue(
            "Prints JSON: per user the utility, delay (s) and energy (J) by stage, rates (bit/s)\n"
            "and the SINR on every subchannel (linear), and gamma, the sum of the utilities.\n"
            "Exit status 0, or 2 after one line on standard error.");
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const std::string& instanceFile = arguments.GetString("instance");
        const std::string& decisionFile = arguments.GetString("decision");
        if (instanceFile == "-" && decisionFile == "-")
        {
            throw std::invalid_argument("--decision is '-', but so is --instance");
        }
        const Instance instance = ReadFile(instanceFile, ParseInstance);
        const bool feasible = arguments.Has("feasible");
        const Decision decision = ReadFile(decisionFile, [&](const std::string& text) {
            Decision read = ParseDecision(text, instance);
            ValidateDecision(instance, read, feasible);
            return read;
        });
        std::ostringstream text;
        WriteEvaluation(text, Evaluate(instance, decision));
        WriteTextFile(arguments.GetString("out"), text.str());
        return 0;
    });
}
