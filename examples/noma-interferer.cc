/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * A transmitter of another technology (ns-3's waveform generator) in the uplink band of a NOMA
 * cell, silent in the first third of the time and switched on in the second. Prints, per third,
 * throughput, block error rate, mean SINR and mean margin of the outer loop, which is how the
 * scheduler gets to know of interference that it cannot predict.
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-round-robin-scheduler.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-timeline-helper.h"
#include "ns3/spectrum-module.h"

#include <iostream>

using namespace ns3;
using namespace ns3::noma;

namespace
{

constexpr uint32_t USERS = 4; //!< number of users

/// What happens between two prints.
struct Meter
{
    Ptr<NomaNetwork> network; //!< network
    Address destination;      //!< where users send
    uint64_t blocks{0};       //!< blocks
    uint64_t lost{0};         //!< lost blocks
    double sinrDb{0};         //!< sum of SINR (dB)
    uint64_t bytes{0};        //!< bytes delivered until the last print

    /// Keeps the users' queues filled.
    void Refill(const SlotSnapshot&, const std::vector<Grant>&)
    {
        for (uint32_t i = 0; i < USERS; ++i)
        {
            while (network->GetLinkQueued(UPLINK, i).packets < 100)
            {
                network->GetUe(i)->Send(Create<Packet>(1400), destination, 0x0800);
            }
        }
    }

    /// Takes note of a block.
    void Count(const GrantOutcome& outcome)
    {
        ++blocks;
        lost += !outcome.decoded;
        sinrDb += ToDb(outcome.sinr);
    }

    /// Prints and starts anew. @param name name of the period @param seconds its length
    void Print(const std::string& name, double seconds)
    {
        uint64_t total = 0;
        double marginDb = 0;
        const auto scheduler = DynamicCast<RoundRobinScheduler>(network->GetScheduler());
        for (uint32_t i = 0; i < USERS; ++i)
        {
            total += network->GetLinkCounters(UPLINK, i).delivered.bytes;
            marginDb += scheduler->GetLinkAdaptation()->GetMarginDb(UPLINK, i) / USERS;
        }
        const auto n = static_cast<double>(blocks);
        std::cout << name << "," << 8e-6 * static_cast<double>(total - bytes) / seconds << ","
                  << static_cast<double>(lost) / n << "," << sinrDb / n << "," << marginDb
                  << std::endl;
        bytes = total;
        blocks = 0;
        lost = 0;
        sinrDb = 0;
    }
};

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    double duration = 3;
    double psdDbm = -75;
    double dutyCycle = 0.5;
    double distance = 60;
    std::string timeline;
    Options options(__FILE__, "A foreign transmitter in the uplink band.");
    options.Add("duration", "simulated time (s)", duration, 0.3, 1e6);
    options.Add("psd", "power density of the interferer (dBm/Hz)", psdDbm, -300, 100);
    options.Add("dutyCycle", "fraction of the time in which it sends", dutyCycle, 1e-3, 1);
    options.Add("distance", "its distance from the access point (m)", distance, 1, 1e6);
    options.Add("timeline", TIMELINE_HELP, timeline);
    options.Parse(argc, argv);

    NodeContainer ap(1);
    NodeContainer users(USERS);
    NodeContainer stranger(1);
    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 10));
    for (uint32_t i = 0; i < USERS; ++i)
    {
        places->Add(Vector(40.0 + 20 * i, 0, 1.5));
    }
    places->Add(Vector(0, distance, 1.5));
    MobilityHelper mobility;
    mobility.SetPositionAllocator(places);
    mobility.Install(ap);
    mobility.Install(users);
    mobility.Install(stranger);

    NomaHelper noma;
    noma.SetIdealRadio(); // any rate up to capacity, as in the paper
    const auto apDevice = noma.InstallAp(ap);
    const auto userDevices = noma.InstallUe(users);
    noma.AssignStreams(NetDeviceContainer(apDevice, userDevices), 1);
    Meter meter;
    meter.network = noma.GetNetwork();
    meter.destination = apDevice.Get(0)->GetAddress();
    meter.network->TraceConnectWithoutContext("Slot", MakeCallback(&Meter::Refill, &meter));
    meter.network->TraceConnectWithoutContext("Block", MakeCallback(&Meter::Count, &meter));
    NomaTimelineHelper().Enable(timeline, noma);

    // 5 MHz in the middle of the uplink band, on a grid of its own
    auto psd = Create<SpectrumValue>(MakeNomaSpectrumModel(1.95e9, 5e6, 5));
    *psd = FromDb(psdDbm - 30);
    WaveformGeneratorHelper generators;
    generators.SetChannel(noma.GetChannel());
    generators.SetTxPowerSpectralDensity(psd);
    generators.SetPhyAttribute("Period", TimeValue(MicroSeconds(700)));
    generators.SetPhyAttribute("DutyCycle", DoubleValue(dutyCycle));
    const auto generator = DynamicCast<WaveformGenerator>(
        DynamicCast<NonCommunicatingNetDevice>(generators.Install(stranger).Get(0))->GetPhy());
    Simulator::Schedule(Seconds(duration / 3), &WaveformGenerator::Start, generator);
    Simulator::Schedule(Seconds(2 * duration / 3), &WaveformGenerator::Stop, generator);

    std::cout << "interferer,mbit_per_second,block_error_rate,mean_sinr_db,mean_margin_db\n";
    for (const char* name : {"before", "during", "after"})
    {
        Simulator::Stop(Seconds(duration / 3));
        Simulator::Run();
        meter.Print(name, duration / 3);
    }
    const auto error = meter.network->CheckConservation();
    Simulator::Destroy();
    if (!error.empty())
    {
        std::cerr << error << std::endl;
        return 1;
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-interferer", [&] { return Example(argc, argv); });
}
