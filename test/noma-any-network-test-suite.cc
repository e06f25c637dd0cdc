/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-test-scene.h"
#include "noma-test.h"

#include "ns3/data-rate.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/simple-net-device-helper.h"

using namespace ns3;
using namespace ns3::noma;
using namespace ns3::noma::tests;

namespace
{

/**
 * @ingroup noma-test
 * Clients and a server on a wired network: fixed cuts, and Neurosurgeon's at the rate it measures.
 */
class AnyNetworkTestCase : public TestCase
{
  public:
    AnyNetworkTestCase()
        : TestCase("clients and servers on any network")
    {
    }

  private:
    /// Runs. @param rate of the links @param chooser whether there is one @param cut fixed cut
    /// @returns cut of every task
    std::vector<uint32_t> RunTasks(const std::string& rate, bool chooser, uint32_t cut)
    {
        NodeContainer nodes(4);
        SimpleNetDeviceHelper lan;
        lan.SetDeviceAttribute("DataRate", StringValue(rate));
        lan.SetChannelAttribute("Delay", StringValue("1ms"));
        const auto devices = lan.Install(nodes);
        InternetStackHelper().Install(nodes);
        Ipv4AddressHelper addresses("10.1.1.0", "255.255.255.0");
        const auto interfaces = addresses.Assign(devices);
        SplitInferenceHelper inference;
        inference.SetModel("nin-cifar10");
        inference.SetProcessorAttribute("ClockHz", DoubleValue(1e9));
        inference.SetEdgeAttribute("ClockHz", DoubleValue(1e11));
        inference.SetClientAttribute("Cut", UintegerValue(cut));
        if (chooser)
        {
            inference.SetCutChooser("ns3::noma::NeurosurgeonCutChooser",
                                    "EdgeFlops",
                                    DoubleValue(1e11),
                                    "InitialRate",
                                    DataRateValue(DataRate("1Gbps")));
        }
        inference.SetWorkload("ns3::noma::PeriodicWorkload",
                              "Interval",
                              TimeValue(Seconds(20)),
                              "MaxTasks",
                              UintegerValue(4));
        const auto server = inference.InstallServer(nodes.Get(0));
        NodeContainer clients(nodes.Get(1), nodes.Get(2), nodes.Get(3));
        const auto apps = inference.InstallClients(
            clients,
            InetSocketAddress(interfaces.GetAddress(0), server->GetPort()));
        NS_TEST_EXPECT_MSG_EQ(apps.GetN(), 3, "clients");
        inference.AssignStreams(1);
        Scene::Run(Seconds(200));
        const auto tracker = inference.GetTracker();
        NS_TEST_EXPECT_MSG_EQ(tracker->Check(), "", "conservation");
        NS_TEST_EXPECT_MSG_EQ(tracker->GetCompleted(), 12, "all tasks");
        std::vector<uint32_t> cuts;
        double joules = 0;
        for (const TaskRecord& r : tracker->GetRecords())
        {
            cuts.push_back(r.cut);
            joules += r.energy.edge;
        }
        NOMA_TEST_EXPECT_NEAR(server->GetComputer()->GetEnergyJ(), joules, 1e-9, "joules");
        Simulator::Destroy();
        return cuts;
    }

    void DoRun() override
    {
        for (uint32_t cut : RunTasks("10Mbps", false, 2))
        {
            NS_TEST_EXPECT_MSG_EQ(cut, 2, "as fixed");
        }
        for (uint32_t cut : RunTasks("100Mbps", true, NONE))
        {
            NS_TEST_EXPECT_MSG_EQ(cut, 0, "a fast network: all at the edge");
        }
        // 3072 bytes take 0.25 s at 100 kbit/s, the device alone 0.45 s; at 20 kbit/s 1.2 s
        const auto slow = RunTasks("20kbps", true, NONE);
        for (std::size_t k = 0; k < slow.size(); ++k)
        {
            const uint32_t last = static_cast<uint32_t>(9 - 1);
            NS_TEST_EXPECT_MSG_EQ(slow[k],
                                  (k < 3 ? 0 : last),
                                  "it learns from the first task " << k);
        }
    }
};

/**
 * @ingroup noma-test
 * Split inference without NOMA.
 */
class AnyNetworkTestSuite : public TestSuite
{
  public:
    AnyNetworkTestSuite()
        : TestSuite("noma-any-network", Type::SYSTEM)
    {
        AddTestCase(new AnyNetworkTestCase);
    }
};

AnyNetworkTestSuite g_anyNetworkTestSuite; //!< registers the suite

} // namespace
