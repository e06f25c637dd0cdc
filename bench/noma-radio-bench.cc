/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What the packet-level radio costs: against ns-3's LTE module with the same sites, users and
 * load, and how it grows.
 *
 * Every run happens in a process of its own, so that neither sees the other's memory.
 */
#include "noma-lte-peer.h"
#include "noma-processor-time.h"

#include "ns3/core-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-helper.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::bench;

namespace
{

/// A run as its process reports it.
struct Measured
{
    RadioCost cost;         //!< cost
    double events{0};       //!< events in the simulated time
    double blocks{0};       //!< transport blocks in that time
    double lost{0};         //!< of these, lost
    double peakKilobyte{0}; //!< greatest resident size of the process
    double cpuSeconds{0};   //!< processor time of the process, set-up and warm-up included
    double slotSeconds{0};  //!< processor time of a slot, load included
    double gainsSeconds{0}; //!< processor time of computing once all gains that a slot needs
};

/// Keeps every user's uplink backlogged and counts what happens.
class Load
{
  public:
    /// @param network network @param destination address to send to
    Load(Ptr<NomaNetwork> network, const Address& destination)
        : m_network(network),
          m_destination(destination)
    {
        network->TraceConnectWithoutContext("Slot", MakeCallback(&Load::Refill, this));
        network->TraceConnectWithoutContext("Block", MakeCallback(&Load::Count, this));
    }

    /**
     * Computes the gains that the last slot needed: those between all users that sent on a
     * subchannel and all access points, by the estimator that the scheduler asks.
     *
     * @returns processor time (s)
     */
    double TimeGains()
    {
        constexpr uint32_t PASSES = 20;
        const auto csi = m_network->GetCsiEstimator();
        const uint32_t users = m_network->GetNUes();
        std::vector<double> gains;
        const double start = ProcessorSeconds();
        for (uint32_t pass = 0; pass < PASSES; ++pass)
        {
            for (uint32_t m = 0; m < m_senders.size(); ++m)
            {
                auto& senders = m_senders[m];
                for (auto& ue : senders)
                {
                    ue = (ue + 1) % users; // others, so that none is remembered
                }
                gains.resize(senders.size());
                for (uint32_t n = 0; n < m_network->GetNAps() && !senders.empty(); ++n)
                {
                    csi->Few(UPLINK, n, m, senders.data(), senders.size(), gains.data());
                }
            }
        }
        return (ProcessorSeconds() - start) / PASSES;
    }

    double blocks{0}; //!< transport blocks
    double lost{0};   //!< of these, lost

  private:
    /// Fills queues at the start of a slot, and notes who sends on which subchannel.
    void Refill(const SlotSnapshot& snapshot, const std::vector<Grant>& grants)
    {
        m_senders.resize(snapshot.subchannels);
        for (auto& senders : m_senders)
        {
            senders.clear();
        }
        for (const Grant& g : grants)
        {
            m_senders[g.subchannel].push_back(g.ue);
        }
        for (uint32_t i = 0; i < snapshot.ues.size(); ++i)
        {
            while (snapshot.ues[i].ap != NONE && m_network->GetLinkQueued(UPLINK, i).packets < 20)
            {
                m_network->GetUe(i)->Send(Create<Packet>(1400), m_destination, 0x0800);
            }
        }
    }

    /// Counts a block.
    void Count(const GrantOutcome& outcome)
    {
        ++blocks;
        lost += !outcome.decoded;
    }

    Ptr<NomaNetwork> m_network;                   //!< network
    Address m_destination;                        //!< where frames go
    std::vector<std::vector<uint32_t>> m_senders; //!< by subchannel, in the last slot
};

/// @returns nodes at fixed places @param positions where @param z height (m)
NodeContainer
Place(const std::vector<Position>& positions, double z)
{
    NodeContainer nodes;
    nodes.Create(positions.size());
    for (std::size_t i = 0; i < positions.size(); ++i)
    {
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(Vector(positions[i].x, positions[i].y, z));
        nodes.Get(i)->AggregateObject(mobility);
    }
    return nodes;
}

/// @returns cost of this module @param load load
Measured
RunNoma(const RadioLoad& load)
{
    NomaHelper helper;
    helper.SetIdealRadio();
    helper.SetNetworkAttribute("Subchannels", UintegerValue(load.subchannels));
    const auto apNodes = Place(load.aps, 10);
    const auto ueNodes = Place(load.ues, 1.5);
    const auto aps = helper.InstallAp(apNodes);
    const auto ues = helper.InstallUe(ueNodes);
    for (uint32_t i = 0; i < aps.GetN(); ++i)
    {
        // frames end at the access points: no protocol above
        aps.Get(i)->SetReceiveCallback(MakeCallback(
            +[](Ptr<NetDevice>, Ptr<const Packet>, uint16_t, const Address&) { return true; }));
    }
    helper.AssignStreams(NetDeviceContainer(aps, ues), 1);
    const auto network = helper.GetNetwork();
    Load source(network, aps.Get(0)->GetAddress());
    Simulator::Stop(Seconds(load.warmUpSeconds));
    Simulator::Run();
    const auto received = [&] {
        TrafficCounters total;
        for (uint32_t i = 0; i < ues.GetN(); ++i)
        {
            total += network->GetLinkCounters(UPLINK, i);
        }
        return total.delivered.bytes;
    };
    const uint64_t before = received();
    const uint64_t events = Simulator::GetEventCount();
    source.blocks = 0;
    source.lost = 0;
    Simulator::Stop(Seconds(load.seconds));
    const uint64_t slots = network->GetSlots();
    const double cpu = ProcessorSeconds();
    const auto start = std::chrono::steady_clock::now();
    Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    Measured m;
    m.slotSeconds = (ProcessorSeconds() - cpu) / static_cast<double>(network->GetSlots() - slots);
    m.gainsSeconds = source.TimeGains();
    m.cost.wallSeconds = wall.count();
    m.cost.userBits = 8.0 * static_cast<double>(received() - before);
    for (uint32_t i = 0; i < ues.GetN(); ++i)
    {
        m.cost.activeUsers += network->GetLinkCounters(UPLINK, i).delivered.packets > 0;
    }
    m.events = static_cast<double>(Simulator::GetEventCount() - events);
    m.blocks = source.blocks;
    m.lost = source.lost;
    const auto error = network->CheckConservation();
    if (!error.empty())
    {
        std::cerr << "frames lost silently: " << error << std::endl;
        std::exit(1);
    }
    Simulator::Destroy();
    return m;
}

/// Runs something in a process of its own. @param run what @returns what it reports
template <typename F>
Measured
Apart(const F& run)
{
    int ends[2];
    if (pipe(ends) != 0)
    {
        std::perror("pipe");
        std::exit(1);
    }
    const pid_t child = fork();
    if (child == 0)
    {
        Measured m = run();
        rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        m.peakKilobyte = static_cast<double>(usage.ru_maxrss);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
        };
        m.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
        const bool written = write(ends[1], &m, sizeof(m)) == sizeof(m);
        std::_Exit(written ? 0 : 1);
    }
    close(ends[1]);
    Measured m;
    const bool got = child > 0 && read(ends[0], &m, sizeof(m)) == sizeof(m);
    close(ends[0]);
    int status = 0;
    if (child > 0)
    {
        waitpid(child, &status, 0);
    }
    if (!got || status != 0)
    {
        std::cerr << "a run failed" << std::endl;
        std::exit(1);
    }
    return m;
}

/// Prints a line. @param name what ran @param load load @param m measurement
void
Print(const std::string& name, const RadioLoad& load, const Measured& m)
{
    std::cout << name << "," << load.aps.size() << "," << load.ues.size() << "," << load.subchannels
              << "," << load.seconds << "," << m.cost.wallSeconds / load.seconds << ","
              << m.events / load.seconds << "," << m.blocks / load.seconds << ","
              << (m.blocks > 0 ? m.lost / m.blocks : 0) << ","
              << m.cost.userBits / load.seconds / 1e6 << "," << m.cost.activeUsers << ","
              << m.peakKilobyte / 1024 << "," << m.cpuSeconds << "," << 1e3 * m.slotSeconds << ","
              << 1e3 * m.gainsSeconds << std::endl;
}

/// @returns five cells with users around them @param users number @param subchannels number
/// @param seconds simulated time
RadioLoad
MakeLoad(uint32_t users, uint32_t subchannels, double seconds)
{
    RadioLoad load;
    load.aps = {{0, 0}, {700, 0}, {-700, 0}, {0, 700}, {0, -700}};
    load.subchannels = subchannels;
    load.seconds = seconds;
    std::mt19937 rng(7);
    for (uint32_t i = 0; i < users; ++i)
    {
        const auto& ap = load.aps[i % load.aps.size()];
        // uniform in a disc of 350 m, not closer than 10 m; by hand, as <random> differs
        const double u = static_cast<double>(rng()) / 4294967296.0;
        const double angle = 6.283185307179586 * static_cast<double>(rng()) / 4294967296.0;
        const double r = std::sqrt(100 + u * (350.0 * 350.0 - 100));
        load.ues.push_back({ap.x + r * std::cos(angle), ap.y + r * std::sin(angle)});
    }
    return load;
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string mode = "compare";
    uint32_t users = 300;
    uint32_t subchannels = 50;
    double seconds = 1;
    CommandLine cmd(__FILE__);
    cmd.AddValue("mode", "compare (against LTE), single, or growth (100 to 2500 users)", mode);
    cmd.AddValue("users", "number of users (compare, single)", users);
    cmd.AddValue("subchannels", "number of subchannels", subchannels);
    cmd.AddValue("seconds", "simulated seconds", seconds);
    cmd.Parse(argc, argv);
    if ((mode != "compare" && mode != "single" && mode != "growth") || users == 0 ||
        subchannels == 0 || !(seconds > 0))
    {
        std::cerr << "mode is '" << mode << "', users " << users << ", subchannels " << subchannels
                  << ", seconds " << seconds
                  << ": must be compare, single or growth, and all numbers positive" << std::endl;
        return 2;
    }
    std::cout
        << "technology,aps,users,subchannels,seconds,wall_per_second,events_per_second,"
           "blocks_per_second,block_error_rate,mbit_per_second,active_users,peak_mb,process_cpu,"
           "slot_cpu_ms,gains_cpu_ms"
        << std::endl;
    if (mode == "growth")
    {
        for (const uint32_t n : {100U, 300U, 600U, 1250U, 2500U})
        {
            const auto load = MakeLoad(n, subchannels, seconds);
            Print("noma", load, Apart([&] { return RunNoma(load); }));
        }
        return 0;
    }
    const auto load = MakeLoad(users, subchannels, seconds);
    const auto own = Apart([&] { return RunNoma(load); });
    Print("noma", load, own);
    if (mode == "compare")
    {
        const auto lte = Apart([&] {
            Measured m;
            m.cost = RunLte(load);
            return m;
        });
        Print("lte", load, lte);
        std::cout << "ratio of wall times: " << lte.cost.wallSeconds / own.cost.wallSeconds
                  << ", of processor times: " << lte.cpuSeconds / own.cpuSeconds << std::endl;
    }
    return 0;
}
