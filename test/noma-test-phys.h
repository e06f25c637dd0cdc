/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_PHYS_H
#define NOMA_TEST_PHYS_H

#include "ns3/callback.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/noma-fading-model.h"
#include "ns3/noma-sic-receiver.h"
#include "ns3/noma-spectrum-phy.h"
#include "ns3/noma-spectrum-signal.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-channel.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// Physical layers on a channel, and what they report.
class PhyNetwork
{
  public:
    /// @param channel channel @param subchannels number of subchannels
    PhyNetwork(Ptr<SpectrumChannel> channel, uint32_t subchannels)
        : m_channel(channel),
          m_up(MakeNomaSpectrumModel(2e9, subchannels * 1e6, subchannels)),
          m_down(MakeNomaSpectrumModel(2.1e9, subchannels * 1e6, subchannels))
    {
    }

    ~PhyNetwork()
    {
        Simulator::Destroy();
        // without devices nobody else disposes of them, and they hold each other: by the channel
        // and by signals that they still remember
        for (const auto* side : {&m_aps, &m_ues})
        {
            for (const auto& phy : *side)
            {
                phy->Dispose();
            }
        }
        m_channel->Dispose();
    }

    /// @returns a new physical layer @param role role @param index index @param where place
    Ptr<NomaSpectrumPhy> Add(NomaRole role, uint32_t index, Vector where)
    {
        auto phy = CreateObject<NomaSpectrumPhy>();
        auto mobility = CreateObject<ConstantPositionMobilityModel>();
        mobility->SetPosition(where);
        phy->SetMobility(mobility);
        phy->SetIdentity(role, index);
        phy->SetBands(m_up, m_down);
        phy->SetFading(m_fading);
        phy->SetChannel(m_channel);
        phy->AssignStreams(100 + 2 * index + (role == NomaRole::AP ? 1 : 0));
        phy->SetReceiveCallback(MakeCallback(&PhyNetwork::Receive, this));
        phy->TraceConnectWithoutContext("SicStage", MakeCallback(&PhyNetwork::Stage, this));
        m_channel->AddRx(phy);
        (role == NomaRole::AP ? m_aps : m_ues).push_back(phy);
        return phy;
    }

    /// @param outcomes outcomes of one receiver
    void Receive(const std::vector<LayerOutcome>& outcomes)
    {
        m_outcomes.insert(m_outcomes.end(), outcomes.begin(), outcomes.end());
    }

    /// @param outcome outcome of one stage
    void Stage(const LayerOutcome& outcome)
    {
        m_stages.push_back(outcome);
    }

    Ptr<SpectrumChannel> m_channel;          //!< channel
    Ptr<SpectrumModel> m_up;                 //!< uplink band
    Ptr<SpectrumModel> m_down;               //!< downlink band
    Ptr<NomaFadingModel> m_fading;           //!< fading
    std::vector<Ptr<NomaSpectrumPhy>> m_aps; //!< access points
    std::vector<Ptr<NomaSpectrumPhy>> m_ues; //!< users
    std::vector<LayerOutcome> m_outcomes;    //!< outcomes so far
    std::vector<LayerOutcome> m_stages;      //!< SIC stages so far
};

/// @returns a layer @param d direction @param ue user @param ap access point
/// @param m subchannel @param powerW power @param order order @param bits block size
inline NomaLayer
MakeLayer(Direction d,
          uint32_t ue,
          uint32_t ap,
          uint32_t m,
          double powerW,
          uint32_t order = 0,
          uint64_t bits = 100)
{
    NomaLayer layer;
    layer.grant.direction = d;
    layer.grant.ue = ue;
    layer.grant.ap = ap;
    layer.grant.subchannel = m;
    layer.grant.powerW = powerW;
    layer.grant.order = order;
    layer.blockBits = bits;
    return layer;
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_PHYS_H
