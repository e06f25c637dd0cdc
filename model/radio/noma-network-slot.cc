/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * NomaNetwork from slot to slot.
 */
#include "noma-distribution.h"
#include "noma-network.h"
#include "noma-prefetch.h"
#include "noma-shared-log.h"

#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/simulator.h"

#include <functional>
#include <utility>

namespace ns3
{
namespace noma
{

/// Defined in noma-network.cc.
[[maybe_unused]] static const SharedLog g_log("NomaNetwork");

template <typename F>
void
NomaNetwork::PrefetchLinks(const F& at, std::size_t i, bool receivers) const
{
    if (const Grant* const far = at(i + PREFETCH_USERS))
    {
        const Link& link = m_links[far->direction][far->ue];
        link.sender.PrefetchSelf();
        if (receivers)
        {
            link.receiver.PrefetchSelf();
        }
    }
    if (const Grant* const near = at(i + PREFETCH_USERS / 2))
    {
        const Link& link = m_links[near->direction][near->ue];
        link.sender.PrefetchWindow();
        if (receivers)
        {
            link.receiver.PrefetchWindow();
        }
    }
}

void
NomaNetwork::Slot()
{
    EndSlot();
    m_csi->Update(m_slotDuration);
    if (Simulator::Now() >= m_nextAssociation)
    {
        Associate();
        m_nextAssociation = Simulator::Now() + m_associationInterval;
    }
    TakeSnapshot();
    const auto& grants = m_scheduler->Schedule(m_snapshot);
    m_slotTrace(m_snapshot, grants);
    FillBlocks(grants);
    WakeDevices();
    StartSlot();
    ++m_slots;
    m_slotEvent = Simulator::Schedule(m_slotDuration, &NomaNetwork::Slot, this);
}

void
NomaNetwork::Attach(uint32_t ue, uint32_t ap)
{
    NS_ABORT_MSG_IF(ue >= m_ues.size(),
                    "NomaNetwork: user is " << ue << ": must be below " << m_ues.size());
    NS_ABORT_MSG_IF(ap != NONE && ap >= m_aps.size(),
                    "NomaNetwork: access point is " << ap << ": must be below " << m_aps.size());
    m_attached[ue] = ap;
    m_nextAssociation = Simulator::Now();
}

uint32_t
NomaNetwork::ChooseAp(uint32_t ue) const
{
    if (!m_ues[ue]->IsOn())
    {
        return NONE;
    }
    if (m_attached[ue] != NONE)
    {
        return m_aps[m_attached[ue]]->IsOn() ? m_attached[ue] : NONE;
    }
    const double least = FromDb(-m_maxPathLossDb);
    const uint32_t present = m_ues[ue]->GetServingAp();
    uint32_t best = NONE;
    double bestGain = 0;
    for (uint32_t n = 0; n < m_aps.size(); ++n)
    {
        const double gain = m_aps[n]->IsOn() ? m_csi->GetPathGain(DOWNLINK, ue, n) : 0;
        // staying is worth the hysteresis; of equals the first is taken
        const double value = n == present ? gain * FromDb(m_hysteresisDb) : gain;
        if (gain >= least && value > bestGain)
        {
            best = n;
            bestGain = value;
        }
    }
    return best;
}

void
NomaNetwork::Associate()
{
    for (uint32_t i = 0; i < m_ues.size(); ++i)
    {
        const uint32_t from = m_ues[i]->GetServingAp();
        const uint32_t to = ChooseAp(i);
        if (from != to)
        {
            NS_LOG_INFO("user " << i << ": access point " << from << " -> " << to);
            m_ues[i]->SetServingAp(to);
            m_lastAp[i] = to != NONE ? to : m_lastAp[i];
            GiveUp(m_harq.End(i));
            m_associationTrace(i, from, to);
        }
    }
}

void
NomaNetwork::TakeSnapshot()
{
    auto& s = m_snapshot;
    s.slot = m_slots;
    for (std::size_t n = 0; n < m_aps.size(); ++n)
    {
        s.apOn[n] = m_aps[n]->IsOn();
        s.apMaxPowerW[n] = m_aps[n]->GetMaxPowerW();
    }
    for (std::size_t i = 0; i < m_ues.size(); ++i)
    {
        auto& ue = s.ues[i];
        if (i + PREFETCH_USERS < m_ues.size())
        {
            m_links.up[i + PREFETCH_USERS].sender.PrefetchBacklog();
            m_links.down[i + PREFETCH_USERS].sender.PrefetchBacklog();
        }
        for (const Direction d : DIRECTIONS)
        {
            ue.repeats[d] = m_harq.GetWaiting(d, i);
            ue.backlogBits[d] = m_links[d][i].sender.GetBacklogBits() + m_harq.GetWaitingBits(d, i);
        }
    }
    // to look at every device takes long, and most often nothing happened to any
    if (m_deviceChanges != NomaNetDevice::GetChanges())
    {
        m_deviceChanges = NomaNetDevice::GetChanges();
        for (std::size_t i = 0; i < m_ues.size(); ++i)
        {
            auto& ue = s.ues[i];
            ue.ap = m_ues[i]->GetServingAp();
            ue.on = m_ues[i]->IsOn();
            ue.maxPowerW.up = m_ues[i]->GetMaxPowerW();
            ue.maxPowerW.down = ue.ap == NONE ? 0 : s.apMaxPowerW[ue.ap];
        }
    }
}

void
NomaNetwork::FillBlocks(const std::vector<Grant>& grants)
{
    m_outcomes.clear();
    m_blocks.clear();
    m_segments.clear();
    m_txUes.clear();
    m_rxUes.clear();
    uint64_t last = UINT64_MAX; // group of the block before
    const GrantOutcome blank;   // to be copied, which takes less time than to make one in place
    const auto at = [&](std::size_t i) { return i < grants.size() ? &grants[i] : nullptr; };
    for (std::size_t i = 0; i < grants.size(); ++i)
    {
        PrefetchLinks(at, i, false);
        if (const Grant* const next = at(i + PREFETCH_USERS))
        {
            const uint32_t sender = next->direction == UPLINK ? next->ue : next->ap;
            if (m_layersSlot[next->direction][sender] != m_slots + 1)
            {
                const auto& room = m_layers[next->direction][sender];
                Prefetch(room.data(), room.data() + room.size());
            }
        }
        const auto& grant = grants[i];
        auto& outcome = m_outcomes.emplace_back(blank);
        auto& block = m_blocks.emplace_back();
        outcome.grant = grant;
        MakeBlock(outcome, block);
        if (block.begin == block.end)
        {
            m_outcomes.pop_back();
            m_blocks.pop_back();
            continue;
        }
        LayOut(outcome, block);
        const uint64_t cell = uint64_t{grant.ap} * m_subchannels + grant.subchannel;
        const uint64_t group = 2 * cell + grant.direction;
        if (group != last)
        {
            m_firstBlock[grant.direction][cell] = static_cast<uint32_t>(m_blocks.size() - 1);
            last = group;
        }
    }
}

void
NomaNetwork::LayOut(const GrantOutcome& outcome, const Block& block)
{
    const Grant& g = outcome.grant;
    const bool up = g.direction == UPLINK;
    auto& layers = m_layers[g.direction][up ? g.ue : g.ap];
    auto& slot = m_layersSlot[g.direction][up ? g.ue : g.ap];
    auto& expected = m_expected[g.direction][up ? g.ap : g.ue];
    if (slot != m_slots + 1)
    {
        slot = m_slots + 1;
        layers.clear(); // of an earlier slot
        if (up)
        {
            m_txUes.push_back(g.ue);
        }
    }
    if (!up && expected.empty())
    {
        m_rxUes.push_back(g.ue);
    }
    NomaLayer& layer = layers.emplace_back();
    layer.grant = g;
    layer.blockBits = outcome.blockBits;
    layer.block = block.number;
    expected.push_back(g);
}

void
NomaNetwork::StartSlot()
{
    ReportActivity(); // before anything is sent: a source that runs out switches its device off
    const auto send = [this](NomaSpectrumPhy& phy, bool on, std::vector<NomaLayer>& layers) {
        if (on)
        {
            phy.StartTx(std::move(layers), m_slotDuration);
        }
    };
    const auto listen = [oldest = m_harq.GetOldest()](NomaSpectrumPhy& phy,
                                                      const NomaNetDevice& device,
                                                      std::vector<Grant>& expected) {
        if (!expected.empty() && device.IsOn())
        {
            phy.ForgetBlocks(oldest);
            phy.OpenSlot(std::move(expected));
        }
        expected.clear();
    };
    for (std::size_t k = 0; k < m_txUes.size(); ++k)
    {
        if (k + PREFETCH_USERS < m_txUes.size())
        {
            m_uePhys[m_txUes[k + PREFETCH_USERS]]->PrefetchSelf(0);
        }
        if (k + PREFETCH_USERS / 2 < m_txUes.size())
        {
            const uint32_t next = m_txUes[k + PREFETCH_USERS / 2];
            const auto& layers = m_layers.up[next];
            Prefetch(layers.data(), layers.data() + layers.size());
            m_uePhys[next]->PrefetchSelf(1);
        }
        const uint32_t i = m_txUes[k];
        const bool same = m_deviceChanges == NomaNetDevice::GetChanges();
        send(*m_uePhys[i], same ? m_snapshot.ues[i].on : m_ues[i]->IsOn(), m_layers.up[i]);
    }
    for (std::size_t n = 0; n < m_aps.size(); ++n)
    {
        send(*m_apPhys[n],
             m_layersSlot.down[n] == m_slots + 1 && m_aps[n]->IsOn(),
             m_layers.down[n]);
    }
    for (std::size_t n = 0; n < m_aps.size(); ++n)
    {
        listen(*m_apPhys[n], *m_aps[n], m_expected.up[n]);
    }
    for (const uint32_t i : m_rxUes)
    {
        listen(*m_uePhys[i], *m_ues[i], m_expected.down[i]);
    }
}

void
NomaNetwork::ReportActivity()
{
    if (!NomaNetDevice::IsAnyMetered())
    {
        return;
    }
    m_ueActivityW.assign(m_ues.size(), 0.0);
    m_apActivityW.assign(m_aps.size(), 0.0);
    for (const auto& outcome : m_outcomes)
    {
        const Grant& g = outcome.grant;
        (g.direction == UPLINK ? m_ueActivityW[g.ue] : m_apActivityW[g.ap]) += g.powerW;
    }
    for (std::size_t i = 0; i < m_ues.size(); ++i)
    {
        if (i + PREFETCH_USERS < m_ues.size())
        {
            m_ues[i + PREFETCH_USERS]->PrefetchSelf();
        }
        if (m_ues[i]->IsMetered())
        {
            m_ues[i]->SetActivity(m_ueActivityW[i], !m_expected.down[i].empty());
        }
    }
    for (std::size_t n = 0; n < m_aps.size(); ++n)
    {
        if (m_aps[n]->IsMetered())
        {
            m_aps[n]->SetActivity(m_apActivityW[n], !m_expected.up[n].empty());
        }
    }
}

void
NomaNetwork::TakeOutcomes(const std::vector<LayerOutcome>& outcomes)
{
    std::size_t i = 0;
    for (const auto& o : outcomes)
    {
        const Grant& g = o.grant;
        const auto isBlock = [&](const Grant& x) {
            return x.ue == g.ue && x.subchannel == g.subchannel && x.ap == g.ap &&
                   x.direction == g.direction;
        };
        ++i; // most often they come in order
        if (i >= m_outcomes.size() || !isBlock(m_outcomes[i].grant))
        {
            i = m_firstBlock[g.direction][std::size_t{g.ap} * m_subchannels + g.subchannel];
            while (i < m_outcomes.size() && m_outcomes[i].grant.ue != g.ue)
            {
                ++i;
            }
        }
        NS_ABORT_MSG_IF(i == m_outcomes.size(), "NomaNetwork: outcome of a block never sent");
        m_outcomes[i].decoded = o.decoded;
        m_outcomes[i].sinr = o.sinr;
        m_outcomes[i].keptSinr = o.keptSinr;
    }
}

void
NomaNetwork::EndSlot()
{
    for (const auto& phy : m_apPhys)
    {
        phy->CloseSlot();
    }
    for (const uint32_t i : m_rxUes)
    {
        m_uePhys[i]->CloseSlot();
    }
    const auto at = [&](std::size_t i) {
        return i < m_outcomes.size() ? &m_outcomes[i].grant : nullptr;
    };
    for (std::size_t i = 0; i < m_blocks.size(); ++i)
    {
        PrefetchLinks(at, i, true);
        Acknowledge(m_outcomes[i], m_blocks[i]);
        m_blockTrace(m_outcomes[i]);
    }
    GiveUp(m_harq.TakeFeedback(m_slots));
    m_blocks.clear();
    m_segments.clear();
    if (!m_outcomes.empty())
    {
        m_scheduler->Report(m_outcomes);
        m_outcomes.clear();
    }
}

void
NomaNetwork::Acknowledge(const GrantOutcome& outcome, const Block& block)
{
    const Direction d = outcome.grant.direction;
    const uint32_t ue = outcome.grant.ue;
    if (!outcome.decoded && m_harq.IsUsed())
    {
        KeepFailed(outcome, block);
        return;
    }
    m_harqTrace(outcome, outcome.decoded ? HarqResult::DECODED : HarqResult::LIMIT);
    m_harq.Received(block.number);
    Link& link = m_links[d][ue];
    const NomaArqReceiver::DeliverCallback deliver = [this, d, ue](const Ptr<Packet>& frame) {
        Deliver(d, ue, frame);
    };
    const auto onDrop = [&](const Ptr<Packet>& frame, uint64_t sequence) {
        Drop(d, ue, frame, DropReason::RETRY_LIMIT);
        link.receiver.Skip(sequence, deliver);
    };
    const NomaArqSender::DropCallback drop = std::cref(onDrop); // a reference needs no memory
    for (std::size_t i = block.begin; i < block.end; ++i)
    {
        if (outcome.decoded)
        {
            // the sender lets go of the packet before the receiver counts it as held or delivered
            link.sender.Report(m_segments[i], true, drop);
            link.receiver.Receive(m_segments[i], deliver);
        }
        else
        {
            link.sender.Report(m_segments[i], false, drop);
        }
        m_segments[i].packet = nullptr; // now that it is at hand
    }
}

} // namespace noma
} // namespace ns3
