/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Proportional fairness in one cell: NOMA with K users superposed at most against OMA, through
 * packets and from theory (noma-fairness-theory.h), over the spread of the users' mean SNRs.
 *
 * Downlink, full buffers, Rayleigh fading new in every slot and subchannel, codes up to capacity,
 * the split of power with the greatest weighted sum of rates. Prints the sum of rates and their
 * geometric mean, which is what proportional fairness makes great, writes them as CSV (--out),
 * which utils/plot-noma-fairness draws.
 */
#include "../tools/noma-output.h"
#include "noma-fairness-theory.h"
#include "noma-numbers.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-full-buffer.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-metric-scheduler.h"
#include "ns3/noma-metric.h"
#include "ns3/noma-power-control.h"
#include "ns3/noma-version.h"

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

constexpr double EXPONENT = 5; //!< of the path loss, without loss at 1 m
constexpr double AP_DBM = 43;  //!< power of the access point (dBm)
constexpr double NOISE = -174; //!< thermal noise (dBm/Hz)
constexpr double WIDTH = 1e6;  //!< of a subchannel (Hz)

/// The settings of a run.
struct Settings
{
    uint32_t users{8};       //!< users
    uint32_t subchannels{4}; //!< subchannels
    double snrDb{30};        //!< mean SNR of the first user (dB)
    double window{1000};     //!< of the averages (slots)
    double warmUp{3};        //!< not counted (s)
    double seconds{4};       //!< counted (s)
    uint32_t runs{2};        //!< independent runs
    uint32_t seed{1};        //!< seed
};

/// Rates of users and what is made of them (bit/s/Hz).
struct Rates
{
    std::vector<double> perUser; //!< by user
    double sum{0};               //!< sum
    double geometric{0};         //!< geometric mean

    /// @param rates by user
    explicit Rates(const std::vector<double>& rates)
        : perUser(rates)
    {
        for (const double r : rates)
        {
            sum += r;
            geometric += std::log(r) / static_cast<double>(rates.size());
        }
        geometric = std::exp(geometric);
    }
};

/// @param s settings @param gapDb spread @returns mean SNRs in even steps of dB (dB)
std::vector<double>
SnrsDb(const Settings& s, double gapDb)
{
    std::vector<double> snr;
    for (uint32_t i = 0; i < s.users; ++i)
    {
        snr.push_back(s.snrDb - (s.users > 1 ? gapDb * i / (s.users - 1) : 0));
    }
    return snr;
}

/// Adds up what is received.
struct Counter
{
    std::vector<double> bits; //!< by user

    /// A block ended. @param o its outcome
    void Block(const GrantOutcome& o)
    {
        bits[o.grant.ue] += o.decoded ? static_cast<double>(o.blockBits) : 0.0;
    }

    /// Forgets what there was.
    void Reset()
    {
        bits.assign(bits.size(), 0);
    }
};

/**
 * Runs a cell once.
 *
 * @param s settings
 * @param snrDb mean SNRs (dB)
 * @param superposed K
 * @returns rates
 */
Rates
Run(const Settings& s, const std::vector<double>& snrDb, uint32_t superposed)
{
    NodeContainer ap(1);
    NodeContainer users(s.users);
    MobilityHelper mobility;
    const auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 0));
    const double noiseDbm = NOISE + 10 * std::log10(WIDTH * s.subchannels);
    for (const double snr : snrDb)
    {
        places->Add(Vector(std::pow(10.0, (AP_DBM - noiseDbm - snr) / (10 * EXPONENT)), 0, 0));
    }
    mobility.SetPositionAllocator(places);
    mobility.Install(ap);
    mobility.Install(users);

    NomaHelper noma;
    noma.SetIdealRadio();
    noma.DisableFlowControl();
    noma.SetNetworkAttribute("MaxSuperposed", UintegerValue(superposed));
    noma.SetNetworkAttribute("Subchannels", UintegerValue(s.subchannels));
    noma.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(WIDTH * s.subchannels));
    noma.SetNetworkAttribute("UplinkBandwidth", DoubleValue(WIDTH * s.subchannels));
    noma.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
    noma.SetNetworkAttribute("QueuePackets", UintegerValue(1000000));
    noma.SetApAttribute("TxPower", DoubleValue(AP_DBM));
    noma.SetPhyAttribute("MaxLayers", UintegerValue(superposed));
    noma.SetFading("ns3::noma::NomaBlockFadingModel", "CoherenceTime", StringValue("1ms"));
    noma.SetScheduler("ns3::noma::NomaMetricScheduler");
    const NetDeviceContainer apDevice = noma.InstallAp(ap);
    const NetDeviceContainer devices(apDevice, noma.InstallUe(users));
    const auto scheduler = DynamicCast<NomaMetricScheduler>(noma.GetNetwork()->GetScheduler());
    scheduler->GetMetric()->SetAttribute("Window", DoubleValue(s.window));
    scheduler->SetDownlinkPower(CreateObject<NomaWeightedSumRateSplit>());
    noma.AssignStreams(devices, 100);

    Counter counter{std::vector<double>(s.users, 0)};
    std::string error;
    {
        // all that one slot can carry, up to 20 bit/s/Hz
        const auto bytes = static_cast<uint64_t>(WIDTH * s.subchannels * 1e-3 * 20 / 8);
        const NomaFullBuffer traffic(noma.GetNetwork(), DOWNLINK, bytes);
        noma.GetNetwork()->TraceConnectWithoutContext("Block",
                                                      MakeCallback(&Counter::Block, &counter));
        Simulator::Schedule(Seconds(s.warmUp), &Counter::Reset, &counter);
        Simulator::Stop(Seconds(s.warmUp + s.seconds));
        Simulator::Run();
        error = noma.GetNetwork()->CheckConservation();
    }
    Simulator::Destroy();
    if (!error.empty())
    {
        throw std::runtime_error(error);
    }
    for (double& x : counter.bits)
    {
        x /= s.seconds * WIDTH * s.subchannels;
    }
    return Rates(counter.bits);
}

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    Settings s;
    std::string gaps = "0,10,20,30";
    std::string superposed = "1,2,3,8";
    std::string out;
    Options options(__FILE__, "Proportional fairness with NOMA and OMA, packets beside theory.");
    options.Add("gaps", "spreads of the users' mean SNRs (dB), with commas", gaps);
    options.Add("superposed", "users superposed at most, with commas; 1 = OMA", superposed);
    options.Add("users", "users, mean SNRs in even steps of dB", s.users, 1, 64);
    options.Add("subchannels", "subchannels of 1 MHz", s.subchannels, 1, 1024);
    options.Add("snrDb", "mean SNR of the best user (dB)", s.snrDb, -20, 60);
    options.Add("window", "window of the averages (slots of 1 ms)", s.window, 1, 1e6);
    options.Add("warmUp", "time not counted (s)", s.warmUp, 0, 1e4);
    options.Add("seconds", "time counted (s)", s.seconds, 0.01, 1e4);
    options.Add("runs", "independent runs", s.runs, 1, 1000);
    options.Add("seed", "seed", s.seed, 1, 4294944442U);
    options.Add("out", "file for the table as CSV; none if empty", out);
    options.Parse(argc, argv);
    const auto spreads = ReadNumbers(gaps, "gaps", 0, 60);
    const auto limits = ReadNumbers(superposed, "superposed", 1, 64, true);
    if (!out.empty() && std::filesystem::exists(out))
    {
        throw std::invalid_argument("--out: '" + out + "' is there already");
    }
    std::ostringstream csv;
    csv << "# users=" << s.users << " subchannels=" << s.subchannels << " snrDb=" << s.snrDb
        << " window=" << s.window << " warmUp=" << s.warmUp << " seconds=" << s.seconds
        << " runs=1.." << s.runs << " seed=" << s.seed << " version=" << NOMA_VERSION << "\n"
        << "gap,superposed,sum,sum_error,geometric,geometric_error,theory_sum,theory_geometric\n";
    std::cout << "rates in bit/s/Hz; theory: exact for K = 1, a bound for K above 1\n"
              << " gap dB   K    sum   +-      theory   geometric mean  +-      theory\n"
              << std::fixed << std::setprecision(3);
    RngSeedManager::SetSeed(s.seed);
    for (const double gap : spreads)
    {
        const auto snrDb = SnrsDb(s, gap);
        std::vector<double> snr;
        snr.reserve(snrDb.size());
        for (const double db : snrDb)
        {
            snr.push_back(std::pow(10.0, db / 10));
        }
        const Rates alone(FairnessTheory::Rates(snr, false));
        const Rates bound(FairnessTheory::Rates(snr, true));
        for (const double k : limits)
        {
            std::vector<double> sums;
            std::vector<double> means;
            for (uint32_t run = 1; run <= s.runs; ++run)
            {
                RngSeedManager::SetRun(run);
                const Rates rates = Run(s, snrDb, static_cast<uint32_t>(k));
                sums.push_back(rates.sum);
                means.push_back(rates.geometric);
            }
            const auto [sum, sumError] = MeanAndError(sums);
            const auto [mean, meanError] = MeanAndError(means);
            const Rates& theory = k == 1 ? alone : bound;
            csv << gap << "," << k << "," << sum << "," << sumError << "," << mean << ","
                << meanError << "," << theory.sum << "," << theory.geometric << "\n";
            std::cout << std::setw(7) << std::setprecision(1) << gap << std::setw(4)
                      << static_cast<uint32_t>(k) << std::setprecision(3) << std::setw(9) << sum
                      << std::setw(7) << sumError << std::setw(9) << theory.sum << std::setw(14)
                      << std::setprecision(4) << mean << std::setw(9) << meanError << std::setw(10)
                      << theory.geometric << std::endl;
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
    return RunTool("noma-fairness", [&] { return Example(argc, argv); });
}
