/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Things go wrong: a server crashes, an access point or users are switched off, batteries run down,
 * users are carried off, more comes than can be served, queues drop - or all at once. Every 50 ms
 * of every run tasks, bits and joules are counted: none may be lost or come from nowhere. The
 * program prints a line per scenario and ends with status 1, and the seed, where something does not
 * add up.
 *
 *     noma-fault-scenarios [--scenario=everything] [--seeds=20] [--first=1]
 */
#include "../tools/noma-output.h"
#include "noma-options.h"

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/noma-module.h"
#include "ns3/traffic-control-module.h"

#include <array>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

namespace
{

/// What may go wrong in a run.
struct Faults
{
    std::string name;             //!< how the command line calls it
    bool crash{false};            //!< servers crash and restart
    bool accessPointOff{false};   //!< an access point is switched off and on
    bool usersOff{false};         //!< users are switched off and on
    double batteryJ{0};           //!< capacity of batteries (J), 0 = none
    bool carriedOff{false};       //!< users jump, also to where nobody hears them
    double load{1};               //!< tasks come this many times as often
    std::string queueDisc;        //!< type of the queue discs, empty = ns-3's default
    std::string transport{"Udp"}; //!< how tensors travel
};

/// @returns the scenarios
std::vector<Faults>
Scenarios()
{
    std::vector<Faults> all(10);
    all[0].name = "calm";
    all[1].name = "crash";
    all[1].crash = true;
    all[2].name = "crash-tcp";
    all[2].crash = true;
    all[2].transport = "Tcp";
    all[3].name = "access-point-off";
    all[3].accessPointOff = true;
    all[4].name = "users-off";
    all[4].usersOff = true;
    all[5].name = "batteries";
    all[5].batteryJ = 0.1;
    all[5].load = 5;
    all[6].name = "carried-off";
    all[6].carriedOff = true;
    all[7].name = "overload";
    all[7].load = 20;
    all[8].name = "queue-disc";
    all[8].queueDisc = "ns3::FqCoDelQueueDisc";
    all[8].load = 5;
    all[9] = {"everything", true, true, true, 2, true, 5, "ns3::FqCoDelQueueDisc", "Udp"};
    return all;
}

/// What became of the tasks of a scenario.
struct Outcome
{
    uint64_t created{0};                            //!< tasks created
    uint64_t completed{0};                          //!< completed
    uint64_t open{0};                               //!< open when the run ended
    uint64_t samples{0};                            //!< times that everything was counted
    std::array<uint64_t, TASK_FAILURES> failures{}; //!< failed, by reason
};

/// One run.
class Run
{
  public:
    /// @param faults what goes wrong @param seed when, where and with which channel
    Run(const Faults& faults, uint32_t seed)
        : m_random(CreateObject<UniformRandomVariable>())
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(seed);
        m_random->SetStream(1000);
        Build(faults);
        Spoil(faults);
    }

    /**
     * Runs.
     *
     * @param seconds simulated time (s)
     * @param [in,out] outcome what became of the tasks is added
     * @returns an empty text, or what did not add up
     */
    std::string Go(double seconds, Outcome& outcome)
    {
        Simulator::Schedule(MilliSeconds(50), &Run::Sample, this);
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();
        Count();
        const auto tracker = m_inference.GetTracker();
        outcome.created += tracker->GetCreated();
        outcome.completed += tracker->GetCompleted();
        outcome.open += tracker->GetInFlight();
        outcome.samples += m_samples;
        for (std::size_t f = 0; f < TASK_FAILURES; ++f)
        {
            outcome.failures[f] += tracker->GetFailed(static_cast<TaskFailure>(f));
        }
        return m_wrong;
    }

  private:
    /// Two access points and six users. @param faults what goes wrong
    void Build(const Faults& faults)
    {
        m_aps.Create(2);
        m_ues.Create(6);
        auto places = CreateObject<ListPositionAllocator>();
        places->Add(Vector(0, 0, 10));
        places->Add(Vector(300, 0, 10));
        for (uint32_t i = 0; i < m_ues.GetN(); ++i)
        {
            places->Add(Place(1));
        }
        MobilityHelper mobility;
        mobility.SetPositionAllocator(places);
        mobility.Install(NodeContainer(m_aps, m_ues));
        m_noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(5)));
        m_noma.SetNetworkAttribute("Subchannels", UintegerValue(2));
        m_noma.SetNetworkAttribute("MaxPathLoss", DoubleValue(130));
        m_apDevices = m_noma.InstallAp(m_aps);
        m_ueDevices = m_noma.InstallUe(m_ues);
        m_noma.AssignStreams(NetDeviceContainer(m_apDevices, m_ueDevices), 1);
        if (!faults.queueDisc.empty())
        {
            InternetStackHelper stack;
            stack.Install(NodeContainer(m_aps, m_ues));
            TrafficControlHelper discs;
            discs.SetRootQueueDisc(faults.queueDisc, "MaxSize", StringValue("50p"));
            discs.Install(NetDeviceContainer(m_apDevices, m_ueDevices));
        }
        //                               device  edge   up      down
        m_inference.SetModel("four cuts",
                             {{0, 8e8, 400000, 8000},
                              {2e8, 6e8, 240000, 8000},
                              {7e8, 1e8, 64000, 8000},
                              {8e8, 0, 0, 0}});
        m_inference.SetWorkload("ns3::noma::PoissonWorkload",
                                "Rate",
                                DoubleValue(2 * faults.load),
                                "Deadline",
                                TimeValue(Seconds(1)));
        m_inference.SetTransport("ns3::noma::" + faults.transport + "ClientTransport");
        m_inference.SetClientAttribute("TaskTimeout", TimeValue(Seconds(3)));
        m_inference.SetServerAttribute("MaxQueue", UintegerValue(20));
        m_inference.SetEdgeAttribute("Units", DoubleValue(4));
        m_inference.SetControllerAttribute("ControlPeriod", UintegerValue(10));
        if (faults.batteryJ > 0)
        {
            m_capacityJ = faults.batteryJ;
            m_inference.SetBattery(m_capacityJ, MilliSeconds(1));
        }
        m_inference.Install(m_noma, m_ueDevices, m_apDevices);
        m_inference.AssignStreams(500);
    }

    /// Lets things go wrong at random times. @param faults what goes wrong
    void Spoil(const Faults& faults)
    {
        for (int k = 0; k < 3; ++k)
        {
            const uint32_t ap = m_random->GetInteger(0, m_aps.GetN() - 1);
            const uint32_t ue = m_random->GetInteger(0, m_ues.GetN() - 1);
            if (faults.crash)
            {
                const auto server = m_inference.GetServer(ap);
                During([server](bool on) { on ? server->Restart() : server->Crash(); });
            }
            if (faults.accessPointOff)
            {
                const auto device = DynamicCast<NomaNetDevice>(m_apDevices.Get(ap));
                During([device](bool on) { device->SetOn(on); });
            }
            if (faults.usersOff)
            {
                const auto device = DynamicCast<NomaNetDevice>(m_ueDevices.Get(ue));
                During([device](bool on) { device->SetOn(on); });
            }
            if (faults.carriedOff)
            {
                const auto mobility = m_ues.Get(ue)->GetObject<MobilityModel>();
                const Vector away = Place(k == 0 ? 1000 : 1);
                const Vector back = Place(1);
                During([=](bool on) { mobility->SetPosition(on ? back : away); });
            }
        }
    }

    /// @param wide factor on the size of the area @returns somewhere in it
    Vector Place(double wide)
    {
        const double x = m_random->GetValue(-100, 400);
        const double y = m_random->GetValue(-150, 150);
        return Vector(wide * x, wide * y, 1.5);
    }

    /// Calls with false at a random time and with true later. @param change what to call
    void During(const std::function<void(bool)>& change)
    {
        const double from = m_random->GetValue(0.2, 4);
        const double until = from + m_random->GetValue(0.05, 2);
        Simulator::Schedule(Seconds(from), [change] { change(false); });
        Simulator::Schedule(Seconds(until), [change] { change(true); });
    }

    /// Counts, now and every 50 ms.
    void Sample()
    {
        Count();
        Simulator::Schedule(MilliSeconds(50), &Run::Sample, this);
    }

    /// Counts tasks, bits and joules, and notes the first thing that does not add up.
    void Count()
    {
        ++m_samples;
        Note(m_inference.GetTracker()->Check());
        Note(m_noma.GetNetwork()->CheckConservation());
        const auto batteries = m_inference.GetBatteries();
        for (uint32_t b = 0; b < batteries.GetN(); ++b)
        {
            const auto source = batteries.Get(b);
            const double left = source->GetRemainingEnergy();
            double spent = 0;
            for (const TypeId& type :
                 {ComputeEnergyModel::GetTypeId(), NomaRadioEnergyModel::GetTypeId()})
            {
                const auto models = source->FindDeviceEnergyModels(type);
                for (auto model = models.Begin(); model != models.End(); ++model)
                {
                    spent += (*model)->GetTotalEnergyConsumption();
                }
            }
            if (left < 0 || !(std::abs(m_capacityJ - left - spent) <= 1e-6 * m_capacityJ))
            {
                std::ostringstream os;
                os << "battery " << b << ": " << m_capacityJ << " J, left " << left << ", spent "
                   << spent;
                Note(os.str());
            }
        }
    }

    /// Keeps the first text that is not empty. @param wrong text
    void Note(const std::string& wrong)
    {
        if (m_wrong.empty() && !wrong.empty())
        {
            std::ostringstream os;
            os << wrong << " at " << Simulator::Now().GetSeconds() << " s";
            m_wrong = os.str();
        }
    }

    Ptr<UniformRandomVariable> m_random; //!< when and where
    NodeContainer m_aps;                 //!< access points
    NodeContainer m_ues;                 //!< users
    NetDeviceContainer m_apDevices;      //!< their devices
    NetDeviceContainer m_ueDevices;      //!< their devices
    NomaHelper m_noma;                   //!< radio
    SplitInferenceHelper m_inference;    //!< applications
    double m_capacityJ{0};               //!< of batteries (J)
    uint64_t m_samples{0};               //!< times that everything was counted
    std::string m_wrong;                 //!< what did not add up
};

/// What the program does. @param argc words @param argv words @returns the exit status
int
Example(int argc, char* argv[])
{
    std::string name = "all";
    uint32_t seeds = 1;
    uint32_t first = 1;
    double seconds = 6;
    Options options(__FILE__, "Faults, and whether tasks, bits and joules add up all the time.");
    options.Add("scenario", "one of those the program prints; all", name);
    options.Add("seeds", "runs of each scenario", seeds, 1, 1000000);
    options.Add("first", "seed of the first run", first, 1, 1000000000);
    options.Add("seconds", "simulated time of a run (s)", seconds, 0.1, 1e6);
    options.Parse(argc, argv);
    const auto scenarios = Scenarios();
    std::vector<std::string> names{"all"};
    for (const Faults& faults : scenarios)
    {
        names.push_back(faults.name);
    }
    CheckName("scenario", name, names);

    for (const Faults& faults : scenarios)
    {
        if (name != "all" && name != faults.name)
        {
            continue;
        }
        Outcome outcome;
        for (uint32_t seed = first; seed < first + seeds; ++seed)
        {
            std::string wrong;
            {
                Run run(faults, seed);
                wrong = run.Go(seconds, outcome);
            }
            Simulator::Destroy();
            if (!wrong.empty())
            {
                std::cerr << "noma-fault-scenarios: --scenario=" << faults.name
                          << " --first=" << seed << ": " << wrong << "\n";
                return 1;
            }
        }
        std::cout << std::left << std::setw(17) << faults.name << std::right << seeds << " runs, "
                  << outcome.samples << " counts: created " << outcome.created << " = completed "
                  << outcome.completed << " + open " << outcome.open;
        for (std::size_t f = 1; f < TASK_FAILURES; ++f)
        {
            if (outcome.failures[f] > 0)
            {
                std::cout << " + " << TaskFailureName(static_cast<TaskFailure>(f)) << " "
                          << outcome.failures[f];
            }
        }
        std::cout << std::endl;
    }
    return 0;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunTool("noma-fault-scenarios", [&] { return Example(argc, argv); });
}
