/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_SCENE_H
#define NOMA_TEST_SCENE_H

#include "ns3/boolean.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/noma-helper.h"
#include "ns3/noma-split-inference-helper.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <cstdint>

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * Cells in a row, 400 m apart, with users around them; everything installed but the model.
 */
struct Scene
{
    NodeContainer apNodes;          //!< access points
    NodeContainer ueNodes;          //!< users
    NetDeviceContainer aps;         //!< devices
    NetDeviceContainer ues;         //!< devices
    NomaHelper noma;                //!< radio
    SplitInferenceHelper inference; //!< applications

    /// @param cells number @param perCell users of each
    Scene(uint32_t cells, uint32_t perCell)
    {
        apNodes.Create(cells);
        ueNodes.Create(cells * perCell);
        for (uint32_t n = 0; n < cells; ++n)
        {
            Place(apNodes.Get(n), 400.0 * n, 0);
        }
        for (uint32_t i = 0; i < ueNodes.GetN(); ++i)
        {
            const double angle = 2.4 * i;
            const uint32_t ring = i / cells;
            const double radius = 40 + 25.0 * ring;
            Place(ueNodes.Get(i),
                  400.0 * (i % cells) + radius * std::cos(angle),
                  radius * std::sin(angle));
        }
        noma.SetIdealRadio();
        noma.SetNetworkAttribute("SlotDuration", TimeValue(MilliSeconds(10)));
        noma.SetNetworkAttribute("Subchannels", UintegerValue(4));
        noma.SetNetworkAttribute("QueuePackets", UintegerValue(100000));
        inference.SetControllerAttribute("Allocator", StringValue("edge-only"));
        inference.SetControllerAttribute("MaximumPower", BooleanValue(true));
        inference.SetProcessorAttribute("ClockHz", DoubleValue(1e9));
        inference.SetEdgeAttribute("ClockHz", DoubleValue(1e10));
        inference.SetEdgeAttribute("Kappa", DoubleValue(1e-29));
    }

    /// @param node node @param x place (m) @param y place (m)
    static void Place(Ptr<Node> node, double x, double y)
    {
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(Vector(x, y, 1.5));
        node->AggregateObject(mobility);
    }

    /// Installs devices and applications.
    void Install()
    {
        aps = noma.InstallAp(apNodes);
        ues = noma.InstallUe(ueNodes);
        inference.Install(noma, ues, aps);
        NetDeviceContainer all(aps, ues);
        noma.AssignStreams(all, 1000);
        inference.AssignStreams(5000);
    }

    /// Runs. @param stop end
    static void Run(Time stop)
    {
        Simulator::Stop(stop);
        Simulator::Run();
    }
};

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_SCENE_H
