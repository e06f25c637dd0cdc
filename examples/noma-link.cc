/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Outage or block error rate of superposed users on one subchannel, through the packet-level
 * receiver: for any mean SNRs, power split, rates, decoding order, residual factor and interferers.
 *
 *     noma-link --direction down --snrDb 10,25 --split 0.8,0.2 --rate 0.5,2 --blocks 100000
 */
#include "../tools/noma-arguments.h"

#include "ns3/noma-module.h"
#include "ns3/rng-seed-manager.h"

#include <iomanip>
#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// Declares the options. @returns the parser
Arguments
MakeArguments()
{
    Arguments arguments("noma-link",
                        "outage of superposed users through the packet-level receiver");
    arguments.AddRequired("direction", "up|down", "link direction");
    arguments.AddRequired("snrDb", "A,B,...", "mean received SNR of each user (dB)");
    arguments.AddOption("split", "A,B,...", "down: fraction of the power of each user");
    arguments.AddRequired("rate",
                          "A,B,...",
                          "bit per channel use of each user, or one value for all");
    arguments.AddOption("order", "listed|gain|power", "decoding order", "listed");
    arguments.AddOption("residual", "EPS", "residual factor of cancellation, 0 to 1", "0");
    arguments.AddOption("channel-error",
                        "V",
                        "error variance of the receivers' channel estimates, 0 to 1",
                        "0");
    arguments.AddOption("interfererDb", "A,B,...", "mean INR of each inter-cell interferer (dB)");
    arguments.AddOption("disc",
                        "D",
                        "users are anywhere in a disc of this radius in reference distances, anew "
                        "in every block; --snrDb is their mean SNR at distance 0",
                        "0");
    arguments.AddOption("field",
                        "L",
                        "users are the nearest points of a Poisson field of so many points per "
                        "squared reference distance, likewise",
                        "0");
    arguments.AddOption("exponent", "A", "disc or field: path gain 1/(1 + distance^A)", "3");
    arguments.AddOption("by",
                        "user|position",
                        "uplink: rates and results belong to users, or to positions in the order "
                        "of --order gain or power",
                        "user");
    arguments.AddOption("propagation",
                        "on|off|physical",
                        "a failed layer fails all later ones | is cancelled all the same | stays "
                        "as interference",
                        "on");
    arguments.AddOption("fading", "rayleigh|none", "block fading", "rayleigh");
    arguments.AddOption("correlation",
                        "A",
                        "correlation of the fading of neighbouring blocks, 0 to 0.999999",
                        "0");
    arguments.AddOption("csi-age",
                        "N",
                        "the order is decided by the gains of so many blocks ago",
                        "0");
    arguments.AddOption("ergodic",
                        "on|off",
                        "also print each user's mean of log2(1 + SINR); with --propagation off the "
                        "ergodic rate",
                        "off");
    arguments.AddOption("error-model",
                        "capacity|normal|FILE",
                        "capacity threshold, normal approximation, or a table of block error rates",
                        "capacity");
    arguments.AddOption("uses", "N", "channel uses per block [1000000, with normal 500]");
    arguments.AddOption("channel",
                        "fast|generic",
                        "this module's spectrum channel, or ns-3's MultiModelSpectrumChannel",
                        "fast");
    arguments.AddOption("blocks", "N", "number of blocks", "100000");
    arguments.AddOption("seed", "N", "seed of the random numbers", "1");
    arguments.SetEpilogue(
        "Prints one line per user: user,outage,stderr,blocks, and with --ergodic on\n"
        "efficiency,efficiency_stderr. With --order listed users are "
        "listed\n"
        "in decoding order. With --order gain in the downlink, fractions, rates and results "
        "belong\n"
        "to positions in the decoding order, weakest user first; otherwise to users, or as --by "
        "says.\n"
        "Exit status 0, or 2 after one line on standard error.");
    return arguments;
}

/// @param arguments the command line @returns the study it describes
LinkStudy
MakeStudy(const Arguments& arguments)
{
    LinkStudy study;
    study.direction = arguments.GetChoice("direction", {"up", "down"}) == "up" ? UPLINK : DOWNLINK;
    study.snrDb = arguments.GetDoubles("snrDb", -200, 200);
    study.split = arguments.GetDoubles("split", 0, 1);
    study.rate = arguments.GetDoubles("rate", 0, 100);
    if (study.rate.size() == 1)
    {
        study.rate.resize(study.snrDb.size(), study.rate.front());
    }
    const auto& order = arguments.GetChoice("order", {"listed", "gain", "power"});
    study.order = order == "gain"    ? LinkOrder::GAIN
                  : order == "power" ? LinkOrder::POWER
                                     : LinkOrder::LISTED;
    study.residual = arguments.GetDouble("residual", 0, 1);
    study.channelError = arguments.GetDouble("channel-error", 0, 1);
    study.correlation = arguments.GetDouble("correlation", 0, 0.999999);
    study.csiAge = static_cast<uint32_t>(arguments.GetUint("csi-age", 0, 1000000));
    study.discRadius = arguments.GetDouble("disc", 0, 1e6);
    study.density = arguments.GetDouble("field", 0, 1e12);
    study.exponent = arguments.GetDouble("exponent", 1e-3, 10);
    study.byPosition = arguments.GetChoice("by", {"user", "position"}) == "position";
    study.interfererDb = arguments.GetDoubles("interfererDb", -200, 200);
    const auto& propagation = arguments.GetChoice("propagation", {"on", "off", "physical"});
    study.propagation = propagation == "on"    ? PROPAGATION_STRICT
                        : propagation == "off" ? PROPAGATION_GENIE
                                               : PROPAGATION_PHYSICAL;
    study.fading = arguments.GetChoice("fading", {"rayleigh", "none"}) == "rayleigh";
    study.blocks = arguments.GetUint("blocks", 1, 1000000000);
    const auto& model = arguments.GetString("error-model");
    study.uses = 1e6;
    if (model == "normal")
    {
        study.uses = 500;
        study.errorModel = CreateObject<NomaNormalErrorModel>();
    }
    else if (model != "capacity")
    {
        std::istringstream text(ReadTextFile(model));
        auto table = CreateObject<NomaTableErrorModel>();
        table->SetCurves(ReadErrorCurves(text, model));
        study.errorModel = table;
    }
    if (arguments.Has("uses"))
    {
        study.uses = arguments.GetDouble("uses", 1, 1e9);
    }
    if (arguments.GetChoice("channel", {"fast", "generic"}) == "generic")
    {
        study.channel = CreateObject<MultiModelSpectrumChannel>();
    }
    return study;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-link", [&] {
        auto arguments = MakeArguments();
        if (!arguments.Parse(argc, argv))
        {
            return 0;
        }
        const auto study = MakeStudy(arguments);
        RngSeedManager::SetSeed(static_cast<uint32_t>(arguments.GetUint("seed", 1, 4294944442)));
        const auto users = RunLinkStudy(study);
        const bool ergodic = arguments.GetChoice("ergodic", {"on", "off"}) == "on";
        std::cout << "user,outage,stderr,blocks"
                  << (ergodic ? ",efficiency,efficiency_stderr\n" : "\n") << std::setprecision(10);
        for (std::size_t i = 0; i < users.size(); ++i)
        {
            std::cout << i << "," << users[i].GetOutage() << "," << users[i].GetStandardError()
                      << "," << users[i].blocks;
            if (ergodic)
            {
                std::cout << "," << users[i].GetEfficiency() << ","
                          << users[i].GetEfficiencyError();
            }
            std::cout << "\n";
        }
        return 0;
    });
}
