/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Measures a device profile on this machine.
 */
#include "noma-arguments.h"
#include "noma-measure-net.h"

#include "ns3/noma-data-files.h"
#include "ns3/noma-device-fit.h"
#include "ns3/noma-device-json.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace
{

using namespace ns3::noma;

/// A network that was measured.
struct Measured
{
    DnnGraph graph; //!< the network
    NetTimes times; //!< what it took
};

/// Declares the command line. @returns it
Arguments
MakeArguments()
{
    Arguments arguments("noma-measure", "measures a device profile on this machine");
    arguments.AddRequired("name", "NAME", "name of the profile");
    arguments.AddOption("models",
                        "NAME,...",
                        "networks to run, names or files",
                        "squeezenet-1.0,mobilenet-v2,resnet18,alexnet,alexnet-caffe,nin-imagenet");
    arguments.AddOption("runs", "N", "runs of each, after one that does not count", "10");
    arguments.AddOption("threads", "N", "threads", "1");
    arguments.AddOption("times", "FILE", "write what each layer took there, as CSV", "");
    arguments.AddOption("out", "FILE", "write there instead of to standard output", "-");
    arguments.SetEpilogue(
        "Networks run with random weights in single precision on the processor, layer by layer,\n"
        "through OpenCV's dnn module. Prints noma-device/1, for --device of noma-profile and\n"
        "SetDevice(), and on standard error what the profile makes of the same networks.\n"
        "utils/fit-device fits profiles to measurements made elsewhere.");
    return arguments;
}

/// @param text names, separated by commas
/// @returns the names
std::vector<std::string>
Names(const std::string& text)
{
    std::vector<std::string> names;
    std::istringstream list(text);
    for (std::string name; std::getline(list, name, ',');)
    {
        names.push_back(name);
    }
    return names;
}

/// @param all networks
/// @returns their operators that took time
std::vector<OperatorTime>
Times(const std::vector<Measured>& all)
{
    std::vector<OperatorTime> times;
    for (const Measured& m : all)
    {
        for (std::size_t v = 1; v < m.times.seconds.size(); ++v)
        {
            const DeviceWork work = GetDeviceWork(m.graph, v);
            if (work.kind && m.times.seconds[v] > 0)
            {
                times.push_back({*work.kind, work.flops, work.bytes, m.times.seconds[v]});
            }
        }
    }
    return times;
}

/// Adds kinds that ran inside others: they take no time. @param all networks
/// @param [in,out] profile the profile
void
AddFreeKinds(const std::vector<Measured>& all, DeviceProfile& profile)
{
    for (const Measured& m : all)
    {
        for (std::size_t v = 1; v < m.times.seconds.size(); ++v)
        {
            const DeviceWork work = GetDeviceWork(m.graph, v);
            if (work.kind)
            {
                profile.kinds.try_emplace(*work.kind);
            }
        }
    }
}

/// Sets what a run takes beside its operators, and how far off whole networks are.
/// @param all networks @param [in,out] profile the profile
void
FitWhole(const std::vector<Measured>& all, DeviceProfile& profile)
{
    std::vector<double> rest;
    std::vector<double> sums;
    for (const Measured& m : all)
    {
        double sum = 0;
        double measured = 0;
        const auto predicted = PredictSeconds(profile, m.graph);
        for (std::size_t v = 0; v < predicted.size(); ++v)
        {
            sum += predicted[v];
            measured += m.times.seconds[v];
        }
        sums.push_back(sum);
        rest.push_back(std::max(0.0, m.times.total - measured));
    }
    profile.constantSeconds = Median(rest);
    double squares = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
    {
        const double error = (sums[i] + profile.constantSeconds) / all[i].times.total - 1;
        squares += error * error;
        std::cerr << "noma-measure: " << all[i].graph.GetName() << ": " << std::setprecision(4)
                  << 1e3 * all[i].times.total << " ms, by the profile "
                  << 1e3 * (sums[i] + profile.constantSeconds) << " ms\n";
    }
    profile.relativeSpread = std::sqrt(squares / static_cast<double>(all.size()));
}

/// @param all networks @param profile the profile
/// @returns what each layer took, as CSV
std::string
TimesCsv(const std::vector<Measured>& all, const DeviceProfile& profile)
{
    std::ostringstream csv;
    csv << "model,layer,kind,flops,bytes,seconds,predictedSeconds\n" << std::setprecision(9);
    for (const Measured& m : all)
    {
        const auto predicted = PredictSeconds(profile, m.graph);
        for (std::size_t v = 1; v < predicted.size(); ++v)
        {
            const DeviceWork work = GetDeviceWork(m.graph, v);
            csv << m.graph.GetName() << "," << m.graph.GetOperators()[v].layer.name << ","
                << (work.kind ? DeviceKindNames()[static_cast<std::size_t>(*work.kind)] : "none")
                << "," << work.flops << "," << work.bytes << "," << m.times.seconds[v] << ","
                << predicted[v] << "\n";
        }
    }
    return csv.str();
}

/// Measures. @param arguments the command line
void
Run(const Arguments& arguments)
{
    if (MeasuringLibrary().empty())
    {
        throw std::invalid_argument("this build has no OpenCV dnn module to measure with; install "
                                    "libopencv-dnn-dev and build again");
    }
    const auto runs = static_cast<uint32_t>(arguments.GetUint("runs", 1, 100000));
    const auto threads = static_cast<uint32_t>(arguments.GetUint("threads", 1, 1024));
    std::vector<Measured> all;
    for (const std::string& name : Names(arguments.GetString("models")))
    {
        const DnnGraph graph = LoadDnn(name);
        all.push_back({graph, MeasureNet(graph, runs, threads)});
    }
    if (all.empty())
    {
        throw std::invalid_argument("--models is empty, expected names of networks");
    }
    DeviceProfile profile = FitDeviceProfile(Times(all));
    profile.name = arguments.GetString("name");
    AddFreeKinds(all, profile);
    FitWhole(all, profile);
    if (arguments.Has("times"))
    {
        WriteTextFile(arguments.GetString("times"), TimesCsv(all, profile));
    }
    WriteTextFile(arguments.GetString("out"),
                  FormatDeviceProfile(profile,
                                      "Measured with " + MeasuringLibrary() + ", " +
                                          std::to_string(threads) + " threads, median of " +
                                          std::to_string(runs) + " runs of " +
                                          arguments.GetString("models"),
                                      "noma-measure"));
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-measure", [&] {
        Arguments arguments = MakeArguments();
        if (arguments.Parse(argc, argv))
        {
            Run(arguments);
        }
        return 0;
    });
}
