/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * One cell with full-buffer traffic and no inference: NOMA (K users superposed) against OMA (one
 * user per subchannel) under the same scheduler, over one of: the gap between the SNRs of near and
 * far users, the residual of imperfect cancellation, the age of channel state information, the
 * number of users.
 *
 * Half of the users are near, half are far, or all are spread over a disc. Prints a table, writes
 * it as CSV (--out), which utils/plot-noma-cell draws.
 */
#include "../tools/noma-output.h"
#include "noma-numbers.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-metric-scheduler.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-stats-helper.h"
#include "ns3/noma-version.h"

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

constexpr double EXPONENT = 5;  //!< of the path loss, without loss at 1 m
constexpr double AP_DBM = 43;   //!< power of the access point (dBm)
constexpr double USER_DBM = 23; //!< power of a user (dBm)
constexpr double NOISE = -174;  //!< thermal noise (dBm/Hz)

/// What is varied, what it is called, and its values by default.
const std::map<std::string, std::string> SWEEPS{{"none", "0"},
                                                {"gap", "0,5,10,15,20,25,30"},
                                                {"residual", "0,0.001,0.003,0.01,0.03,0.1"},
                                                {"age", "0,2,4,6,8,10,15,20"},
                                                {"users", "2,4,8,16,32"}};

/// Schedulers by name: type, and metric or nothing.
const std::map<std::string, std::pair<std::string, std::string>> SCHEDULERS{
    {"pf", {"NomaMetricScheduler", "NomaProportionalFairMetric"}},
    {"maxrate", {"NomaMetricScheduler", "NomaMaxRateMetric"}},
    {"maxweight", {"NomaMetricScheduler", "NomaMaxWeightMetric"}},
    {"rr", {"RoundRobinScheduler", ""}}};

/// Groupings by name.
const std::map<std::string, std::string> GROUPINGS{{"default", ""},
                                                   {"strongweak", "NomaStrongWeakGrouping"},
                                                   {"distance", "NomaDistanceGrouping"},
                                                   {"random", "NomaRandomGrouping"}};

/// Power rules of either direction by name.
const std::map<std::string, std::string> POWERS{{"default", ""},
                                                {"fixed", "NomaFixedSplit"},
                                                {"fractional", "NomaFractionalSplit"},
                                                {"optimum", "NomaWeightedSumRateSplit"},
                                                {"full", "NomaUplinkPower"},
                                                {"compensated", "NomaFractionalUplinkPower"},
                                                {"target", "NomaTargetSnrPower"}};

/// The settings of a run.
struct Settings
{
    std::string direction{"down"};   //!< direction
    std::string layout{"nearfar"};   //!< where users are
    std::string scheduler{"pf"};     //!< scheduler
    std::string grouping{"default"}; //!< grouping
    std::string power{"default"};    //!< power rule
    uint32_t users{8};               //!< users
    uint32_t subchannels{8};         //!< subchannels
    uint32_t superposed{2};          //!< K of NOMA
    uint32_t perUser{0};             //!< most subchannels of a user, 0 = any
    double bandwidthMhz{8};          //!< bandwidth (MHz)
    double snrDb{25};                //!< mean SNR of near users, or at a tenth of the radius (dB)
    double gapDb{15};                //!< far users have this much less (dB)
    double residual{0};              //!< residual of cancellation
    double kmh{3};                   //!< speed for Doppler (km/h)
    double exponent{0.4};            //!< of the fractional power split
    double fraction{0.8};            //!< of the fixed power split
    uint32_t age{0};                 //!< age of channel state information (slots)
    uint32_t harq{1};                //!< most transmissions of a block
    uint32_t feedback{0};            //!< until a lost block is known (slots)
    double warmUp{0.3};              //!< not counted (s)
    double seconds{1};               //!< counted (s)
    bool outerLoop{true};            //!< whether margins follow block errors
    uint32_t runs{3};                //!< independent runs
    uint32_t seed{1};                //!< seed
};

/// What a run gives.
struct Result
{
    double sumMbps{0};  //!< cell throughput
    double edgeMbps{0}; //!< 5th percentile of users
    double jain{0};     //!< fairness
    double bler{0};     //!< block error rate
    double shared{0};   //!< fraction of blocks that shared their subchannel
};

/// @param name a type of this module, without its namespace @returns a pointer value to a new one
PointerValue
Make(const std::string& name)
{
    ObjectFactory factory("ns3::noma::" + name);
    return PointerValue(factory.Create<Object>());
}

/// @param s settings @param random source of places @returns where users are
std::vector<Vector>
Places(const Settings& s, const Ptr<UniformRandomVariable>& random)
{
    const bool up = s.direction == "up";
    const double noiseDbm = NOISE + 10 * std::log10(s.bandwidthMhz * 1e6 / s.subchannels);
    const double powerDbm = up ? USER_DBM : AP_DBM - 10 * std::log10(s.subchannels);
    const auto distance = [&](double snrDb) {
        return std::pow(10.0, (powerDbm - noiseDbm - snrDb) / (10 * EXPONENT));
    };
    std::vector<Vector> places;
    for (uint32_t i = 0; i < s.users; ++i)
    {
        double radius = distance(s.snrDb - (i % 2 ? s.gapDb : 0));
        double angle = 2 * M_PI * i / s.users;
        if (s.layout == "disc")
        {
            radius = distance(s.snrDb - s.gapDb) * std::sqrt(random->GetValue());
            angle = 2 * M_PI * random->GetValue();
        }
        places.emplace_back(radius * std::cos(angle), radius * std::sin(angle), 0);
    }
    return places;
}

/// Applies what the command line says of the scheduler. @param s settings @param scheduler it
void
SetUpScheduler(const Settings& s, const Ptr<SlotScheduler>& scheduler)
{
    const auto& metric = SCHEDULERS.at(s.scheduler).second;
    const auto& grouping = GROUPINGS.at(s.grouping);
    const auto& power = POWERS.at(s.power);
    if (!grouping.empty())
    {
        scheduler->SetAttribute("Grouping", Make(grouping));
    }
    PointerValue adaptation;
    scheduler->GetAttribute("LinkAdaptation", adaptation);
    adaptation.GetObject()->SetAttribute("OuterLoop", BooleanValue(s.outerLoop));
    if (metric.empty())
    {
        scheduler->SetAttribute("PowerExponent", DoubleValue(s.exponent));
        return;
    }
    scheduler->SetAttribute("Metric", Make(metric));
    scheduler->SetAttribute("MaxPerUser", UintegerValue(s.perUser));
    if (!power.empty())
    {
        const PointerValue rule = Make(power);
        if (s.power == "fixed")
        {
            rule.GetObject()->SetAttribute("Fraction", DoubleValue(s.fraction));
        }
        if (s.power == "fractional")
        {
            rule.GetObject()->SetAttribute("Exponent", DoubleValue(s.exponent));
        }
        scheduler->SetAttribute(s.direction == "up" ? "UplinkPower" : "DownlinkPower", rule);
    }
}

/**
 * Runs a cell once.
 *
 * @param s settings
 * @param superposed K
 * @param details prefix of files with all statistics; empty = none
 * @param parameters parameters of the run, for those files
 * @returns what it gives
 */
Result
Run(const Settings& s,
    uint32_t superposed,
    const std::string& details,
    const NomaStatsHelper::Parameters& parameters)
{
    const Direction d = s.direction == "up" ? UPLINK : DOWNLINK;
    const auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(1);
    NodeContainer ap(1);
    NodeContainer users(s.users);
    MobilityHelper mobility;
    const auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 0));
    for (const Vector& place : Places(s, random))
    {
        places->Add(place);
    }
    mobility.SetPositionAllocator(places);
    mobility.Install(ap);
    mobility.Install(users);

    NomaHelper noma;
    noma.SetIdealRadio();
    noma.DisableFlowControl();
    noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(superposed));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(s.subchannels));
    noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(s.bandwidthMhz * 1e6));
    noma.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(s.bandwidthMhz * 1e6));
    noma.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
    noma.SetNetworkAttribute("HarqTransmissions", UintegerValue(s.harq));
    noma.SetNetworkAttribute("FeedbackDelay", UintegerValue(s.feedback));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(1000000));
    noma.SetApAttribute("TxPower", DoubleValue(AP_DBM));
    noma.SetUeAttribute("TxPower", DoubleValue(USER_DBM));
    noma.SetFading("ns3::noma::NomaJakesFadingModel",
                   "CoherenceTime",
                   StringValue("1ms"),
                   "Speed",
                   DoubleValue(s.kmh / 3.6));
    noma.SetCsiEstimator("ns3::noma::NomaAgedCsiEstimator", "Delay", UintegerValue(s.age));
    noma.SetCanceller("ns3::noma::NomaResidualCanceller", "Residual", DoubleValue(s.residual));
    noma.SetScheduler("ns3::noma::" + SCHEDULERS.at(s.scheduler).first);
    const NetDeviceContainer apDevice = noma.InstallAp(ap);
    const NetDeviceContainer devices(apDevice, noma.InstallUe(users));
    SetUpScheduler(s, noma.GetNetwork()->GetScheduler());
    noma.AssignStreams(devices, 100);

    Result result;
    {
        // all that one slot can carry, up to 20 bit/s/Hz
        const auto bytes = static_cast<uint64_t>(s.bandwidthMhz * 1e6 * 1e-3 * 20 / 8);
        const NomaFullBuffer traffic(noma.GetNetwork(), d, bytes);
        NomaStatsHelper stats;
        stats.Install(noma.GetNetwork());
        Simulator::Schedule(Seconds(s.warmUp), &NomaStatsHelper::Reset, &stats);
        Simulator::Stop(Seconds(s.warmUp + s.seconds));
        Simulator::Run();
        const NomaCellStats cell = stats.GetCell(d);
        result = {cell.throughputBps / 1e6, cell.edgeBps / 1e6, cell.jain, cell.blockErrorRate, 0};
        double blocks = 0;
        for (uint32_t i = 0; i < s.users; ++i)
        {
            const NomaUserStats user = stats.GetUser(d, i);
            result.shared += user.sharedFraction * static_cast<double>(user.blocks);
            blocks += static_cast<double>(user.blocks);
        }
        result.shared /= std::max(blocks, 1.0);
        if (!details.empty())
        {
            stats.WriteCsv(details, parameters);
        }
    }
    const std::string error = noma.GetNetwork()->CheckConservation();
    Simulator::Destroy();
    if (!error.empty())
    {
        throw std::runtime_error(error);
    }
    return result;
}

/// @param map choices by name @returns the names
template <typename T>
std::vector<std::string>
Names(const std::map<std::string, T>& map)
{
    std::vector<std::string> names;
    names.reserve(map.size());
    for (const auto& [name, value] : map)
    {
        names.push_back(name);
    }
    return names;
}

/// Sets what is varied. @param [in,out] s settings @param sweep what @param value its value
void
Vary(Settings& s, const std::string& sweep, double value)
{
    const double most = sweep == "gap" ? 100 : sweep == "residual" ? 1 : 1000;
    const bool whole = sweep == "age" || sweep == "users";
    if (value > most || (whole && value != std::floor(value)) || (sweep == "users" && value < 1))
    {
        std::ostringstream message;
        message << "--values has " << value << ", allowed for " << sweep << ": up to " << most
                << (whole ? ", whole" : "") << (sweep == "users" ? ", from 1" : "");
        throw std::invalid_argument(message.str());
    }
    if (sweep == "gap")
    {
        s.gapDb = value;
    }
    else if (sweep == "residual")
    {
        s.residual = value;
    }
    else if (sweep == "age")
    {
        s.age = static_cast<uint32_t>(value);
    }
    else if (sweep == "users")
    {
        s.users = static_cast<uint32_t>(value);
    }
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    Settings s;
    std::string sweep = "gap";
    std::string values;
    std::string out;
    std::string details;
    Options options(__FILE__, "NOMA against OMA in one cell with full-buffer traffic.");
    options.Add("sweep", "what is varied: none, gap, residual, age or users", sweep);
    options.Add("values", "its values with commas between them; empty = usual ones", values);
    options.Add("direction", "down or up", s.direction);
    options.Add("layout", "nearfar (half of the users each) or disc (uniform)", s.layout);
    options.Add("scheduler", "pf, maxrate, maxweight or rr", s.scheduler);
    options.Add("grouping", "default, strongweak, distance or random", s.grouping);
    options.Add("power",
                "default; down: fixed, fractional or optimum; up: full, compensated or target",
                s.power);
    options.Add("users", "users", s.users, 1, 1000);
    options.Add("subchannels", "subchannels", s.subchannels, 1, 1024);
    options.Add("superposed", "users superposed at most with NOMA", s.superposed, 2, 64);
    options.Add("perUser", "subchannels per user at most, 0 = any number", s.perUser, 0, 1024);
    options.Add("bandwidthMhz", "bandwidth (MHz)", s.bandwidthMhz, 0.01, 1000);
    options.Add("snrDb", "mean SNR of near users (dB)", s.snrDb, -50, 100);
    options.Add("gapDb",
                "far users, or the rim of the disc, have this much less (dB)",
                s.gapDb,
                0,
                100);
    options.Add("residual", "fraction left by cancellation", s.residual, 0, 1);
    options.Add("kmh", "speed for Doppler (km/h)", s.kmh, 0.01, 1000);
    options.Add("age", "age of channel state information (slots)", s.age, 0, 1000);
    options.Add("harq", "transmissions of a block at most, combined", s.harq, 1, 16);
    options.Add("feedback", "slots until a lost block is known", s.feedback, 0, 1000);
    options.Add("exponent", "of the fractional power split", s.exponent, 0, 2);
    options.Add("fraction", "of the fixed power split: first layer's", s.fraction, 0, 1);
    options.Add("outerLoop", "whether SINR margins follow block errors", s.outerLoop);
    options.Add("warmUp", "time not counted (s)", s.warmUp, 0, 1e4);
    options.Add("seconds", "time counted (s)", s.seconds, 0.01, 1e4);
    options.Add("runs", "independent runs per value", s.runs, 1, 1000);
    options.Add("seed", "seed", s.seed, 1, 4294944442U);
    options.Add("out", "file for the table as CSV; none if empty", out);
    options.Add("details",
                "prefix of files with all statistics of the first run; none if empty",
                details);
    options.Parse(argc, argv);
    CheckName("sweep", sweep, Names(SWEEPS));
    CheckName("direction", s.direction, std::vector<std::string>{"down", "up"});
    CheckName("layout", s.layout, std::vector<std::string>{"disc", "nearfar"});
    CheckName("scheduler", s.scheduler, Names(SCHEDULERS));
    CheckName("grouping", s.grouping, Names(GROUPINGS));
    const bool up = s.direction == "up";
    const bool metric = s.scheduler != "rr";
    CheckName("power",
              s.power,
              !metric ? std::vector<std::string>{"default"}
              : up    ? std::vector<std::string>{"default", "full", "compensated", "target"}
                      : std::vector<std::string>{"default", "fixed", "fractional", "optimum"});
    if (!metric && s.perUser > 0)
    {
        throw std::invalid_argument(
            "--perUser is of use with a metric only, not with --scheduler=rr");
    }
    if (!out.empty() && std::filesystem::exists(out))
    {
        throw std::invalid_argument("--out: '" + out + "' is there already");
    }

    std::ostringstream header;
    header << "# sweep=" << sweep << " direction=" << s.direction << " layout=" << s.layout
           << " scheduler=" << s.scheduler << " grouping=" << s.grouping << " power=" << s.power
           << " users=" << s.users << " subchannels=" << s.subchannels
           << " superposed=" << s.superposed << " perUser=" << s.perUser
           << " bandwidthMhz=" << s.bandwidthMhz << " snrDb=" << s.snrDb << " gapDb=" << s.gapDb
           << " residual=" << s.residual << " kmh=" << s.kmh << " age=" << s.age
           << " harq=" << s.harq << " feedback=" << s.feedback << " exponent=" << s.exponent
           << " fraction=" << s.fraction << " outerLoop=" << s.outerLoop << " warmUp=" << s.warmUp
           << " seconds=" << s.seconds << " runs=1.." << s.runs << " seed=" << s.seed
           << " version=" << NOMA_VERSION << "\n";
    std::ostringstream csv;
    csv << header.str()
        << "value,access,sum_mbps,sum_error,edge_mbps,edge_error,jain,block_error_rate,shared\n";
    std::cout << std::setw(9) << sweep
              << " access  sum Mbit/s  +-      edge Mbit/s  +-      Jain   "
              << "BLER   shared\n"
              << std::fixed;
    RngSeedManager::SetSeed(s.seed);
    for (const double value : ReadNumbers(values.empty() ? SWEEPS.at(sweep) : values, "values", 0))
    {
        Settings settings = s;
        Vary(settings, sweep, value);
        for (const uint32_t k : {1U, s.superposed})
        {
            std::map<std::string, std::vector<double>> seen;
            for (uint32_t run = 1; run <= s.runs; ++run)
            {
                RngSeedManager::SetRun(run);
                const std::string access = k == 1 ? "oma" : "noma";
                std::ostringstream text;
                text << value;
                const Result r = Run(
                    settings,
                    k,
                    run == 1 && !details.empty() ? details + "-" + access + "-" + text.str() : "",
                    {{"access", access}, {sweep, text.str()}});
                seen["sum"].push_back(r.sumMbps);
                seen["edge"].push_back(r.edgeMbps);
                seen["jain"].push_back(r.jain);
                seen["bler"].push_back(r.bler);
                seen["shared"].push_back(r.shared);
            }
            const auto [sum, sumError] = MeanAndError(seen["sum"]);
            const auto [edge, edgeError] = MeanAndError(seen["edge"]);
            const double jain = MeanAndError(seen["jain"]).first;
            const double bler = MeanAndError(seen["bler"]).first;
            const double shared = MeanAndError(seen["shared"]).first;
            const char* access = k == 1 ? "oma" : "noma";
            csv << value << "," << access << "," << sum << "," << sumError << "," << edge << ","
                << edgeError << "," << jain << "," << bler << "," << shared << "\n";
            std::cout << std::setw(9) << std::setprecision(3) << value << " " << std::setw(6)
                      << access << std::setprecision(1) << std::setw(12) << sum << std::setw(6)
                      << sumError << std::setprecision(2) << std::setw(15) << edge << std::setw(7)
                      << edgeError << std::setprecision(3) << std::setw(9) << jain << std::setw(7)
                      << bler << std::setw(8) << shared << std::endl;
        }
    }
    if (!out.empty())
    {
        WriteWholeFile(out, csv.str());
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-cell", [&] { return Example(argc, argv); });
}
