/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_NETWORK_H
#define NOMA_TEST_NETWORK_H

#include "ns3/constant-position-mobility-model.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-interface-container.h"
#include "ns3/noma-error-model.h"
#include "ns3/noma-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/traffic-control-helper.h"

#include <string>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * @ingroup noma-test
 * Loses a constant fraction of the blocks that capacity allows.
 */
class LossyErrorModel : public NomaErrorModel
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::noma::tests::LossyErrorModel")
                                .SetParent<NomaErrorModel>()
                                .SetGroupName("Noma")
                                .AddConstructor<LossyErrorModel>();
        return tid;
    }

    static inline double rate = 0.1; //!< fraction lost

  private:
    double DoBlockErrorRate(double sinr, double bits, double uses) const override
    {
        return bits <= uses * std::log2(1 + sinr) ? rate : 1.0;
    }
};

/**
 * @ingroup noma-test
 * A network with an internet stack on every node.
 */
struct TestNetwork
{
    NomaHelper helper;                   //!< helper, to be configured before Build()
    NodeContainer apNodes;               //!< nodes of access points
    NodeContainer ueNodes;               //!< nodes of users
    NetDeviceContainer aps;              //!< devices of access points
    NetDeviceContainer ues;              //!< devices of users
    Ipv4InterfaceContainer apInterfaces; //!< IPv4 of access points
    Ipv4InterfaceContainer ueInterfaces; //!< IPv4 of users
    bool flowControl{false};             //!< whether a full queue holds packets back above it

    /// Fixes seed and run; the radio is ideal. @param run run number
    explicit TestNetwork(uint64_t run = 1)
    {
        helper.SetIdealRadio();
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(run);
    }

    /**
     * @param positions where the nodes stand
     * @returns nodes with mobility models
     */
    static NodeContainer Place(const std::vector<Vector>& positions)
    {
        NodeContainer nodes;
        for (const auto& position : positions)
        {
            auto node = CreateObject<Node>();
            auto mobility = CreateObject<ConstantPositionMobilityModel>();
            mobility->SetPosition(position);
            node->AggregateObject(mobility);
            nodes.Add(node);
        }
        return nodes;
    }

    /**
     * @param apPositions where access points stand
     * @param uePositions where users stand
     * @param internet whether to install IPv4 and IPv6 with IPv4 addresses
     * @param disc type of the queue discs; empty = what IPv4 installs by itself
     */
    void Build(const std::vector<Vector>& apPositions,
               const std::vector<Vector>& uePositions,
               bool internet = true,
               const std::string& disc = "")
    {
        if (!flowControl)
        {
            helper.DisableFlowControl();
        }
        apNodes = Place(apPositions);
        ueNodes = Place(uePositions);
        aps = helper.InstallAp(apNodes);
        ues = helper.InstallUe(ueNodes);
        if (internet)
        {
            InternetStackHelper stack;
            stack.Install(apNodes);
            stack.Install(ueNodes);
            stack.AssignStreams(apNodes, 100000);
            stack.AssignStreams(ueNodes, 200000);
            if (!disc.empty())
            {
                TrafficControlHelper control;
                control.SetRootQueueDisc(disc);
                control.Install(NetDeviceContainer(aps, ues));
            }
            Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
            apInterfaces = addresses.Assign(aps);
            ueInterfaces = addresses.Assign(ues);
        }
        NetDeviceContainer all(aps, ues);
        helper.AssignStreams(all, 1);
    }

    /// @returns the network
    Ptr<NomaNetwork> Network()
    {
        return helper.GetNetwork();
    }

    /// Moves a user. @param ue user index @param where new place
    void Move(uint32_t ue, const Vector& where) const
    {
        ueNodes.Get(ue)->GetObject<MobilityModel>()->SetPosition(where);
    }

    /// @returns sum over users of the counters of a link @param d direction
    TrafficCounters Total(Direction d)
    {
        TrafficCounters total;
        for (uint32_t i = 0; i < ues.GetN(); ++i)
        {
            total += Network()->GetLinkCounters(d, i);
        }
        return total;
    }
};

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_NETWORK_H
