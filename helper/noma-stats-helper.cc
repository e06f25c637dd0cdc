/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-stats-helper.h"

#include "ns3/abort.h"
#include "ns3/ethernet-header.h"
#include "ns3/noma-sic-rate.h"
#include "ns3/noma-version.h"
#include "ns3/noma-whole-file.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace ns3
{
namespace noma
{

NomaStatsHelper::NomaStatsHelper() = default;

NomaStatsHelper::~NomaStatsHelper()
{
    Connect(false);
}

void
NomaStatsHelper::Install(Ptr<NomaNetwork> network)
{
    NS_ABORT_MSG_IF(m_network, "NomaStatsHelper::Install: a network is observed already");
    m_network = network;
    Connect(true);
    Reset();
}

void
NomaStatsHelper::Connect(bool connect)
{
    const auto tie = [connect](const Ptr<Object>& object, const char* source, const auto& sink) {
        if (connect)
        {
            object->TraceConnectWithoutContext(source, sink);
        }
        else
        {
            object->TraceDisconnectWithoutContext(source, sink);
        }
    };
    const auto tieDevice = [&](const Ptr<NomaNetDevice>& device, Place place) {
        tie(device, "MacTx", MakeBoundCallback(&NomaStatsHelper::Send, place));
        tie(device, "MacRx", MakeBoundCallback(&NomaStatsHelper::Receive, place));
        tie(device, "Drop", MakeBoundCallback(&NomaStatsHelper::Drop, place));
        if (device->GetPhy())
        {
            tie(device->GetPhy(), "SicStage", MakeBoundCallback(&NomaStatsHelper::SicStage, place));
        }
    };
    if (!m_network)
    {
        return;
    }
    tie(m_network, "Block", MakeCallback(&NomaStatsHelper::Block, this));
    tie(m_network, "Harq", MakeCallback(&NomaStatsHelper::Harq, this));
    for (uint32_t i = 0; i < m_network->GetNUes(); ++i)
    {
        tieDevice(m_network->GetUe(i), {this, true, i});
    }
    for (uint32_t n = 0; n < m_network->GetNAps(); ++n)
    {
        tieDevice(m_network->GetAp(n), {this, false, n});
    }
}

void
NomaStatsHelper::Reset()
{
    NS_ABORT_MSG_IF(!m_network, "NomaStatsHelper::Reset: no network is observed");
    m_from = Simulator::Now();
    m_stages.clear();
    for (const Direction d : DIRECTIONS)
    {
        m_counts[d].assign(m_network->GetNUes(), {});
        for (uint32_t i = 0; i < m_network->GetNUes(); ++i)
        {
            const TrafficCounters& c = m_network->GetLinkCounters(d, i);
            m_counts[d][i].deliveredBytes = c.delivered.bytes;
            m_counts[d][i].deliveredPackets = c.delivered.packets;
            m_counts[d][i].droppedPackets = c.DroppedTotal().packets;
        }
    }
}

void
NomaStatsHelper::Block(const GrantOutcome& outcome)
{
    Count& c = m_counts[outcome.grant.direction][outcome.grant.ue];
    ++c.blocks;
    c.lost += !outcome.decoded;
    c.position += outcome.grant.order;
    c.rateBps += outcome.grant.rateBps;
}

void
NomaStatsHelper::Harq(const GrantOutcome& last, HarqResult result)
{
    Count& c = m_counts[last.grant.direction][last.grant.ue];
    ++c.ended;
    c.notReceived += result != HarqResult::DECODED;
    c.transmissions += last.transmission;
}

void
NomaStatsHelper::SicStage(Place place, const LayerOutcome& outcome)
{
    const bool own = !place.user || outcome.grant.ue == place.index;
    const Direction d = outcome.grant.direction;
    Stage& stage = place.helper->m_stages[{d, own, outcome.layers, outcome.stage}];
    ++stage.stages;
    ++stage.results[static_cast<std::size_t>(outcome.result)];
    if (outcome.sinr > 0)
    {
        ++stage.withSignal;
        stage.sinrDb += ToDb(outcome.sinr);
    }
    if (own)
    {
        place.helper->m_counts[d][outcome.grant.ue].shared += outcome.layers > 1;
    }
}

void
NomaStatsHelper::Send(Place place, Ptr<const Packet> packet)
{
    EthernetHeader header(false);
    packet->PeekHeader(header);
    if (!header.GetDestination().IsGroup())
    {
        place.helper->m_sent[packet->GetUid()] = {Simulator::Now(), place};
    }
}

void
NomaStatsHelper::Receive(Place place, Ptr<const Packet> packet)
{
    auto& sent = place.helper->m_sent;
    const auto found = sent.find(packet->GetUid());
    if (found == sent.end())
    {
        return;
    }
    const Place from = found->second.from;
    if (place.user || from.user)
    {
        Count& c = place.user ? place.helper->m_counts.down[place.index]
                              : place.helper->m_counts.up[from.index];
        const double delay = (Simulator::Now() - found->second.when).GetSeconds();
        ++c.delays;
        c.delayS += delay;
        c.maxDelayS = std::max(c.maxDelayS, delay);
    }
    sent.erase(found);
}

void
NomaStatsHelper::Drop(Place place, Ptr<const Packet> packet)
{
    place.helper->m_sent.erase(packet->GetUid());
}

NomaUserStats
NomaStatsHelper::GetUser(Direction d, uint32_t ue) const
{
    NS_ABORT_MSG_IF(!m_network || ue >= m_counts[d].size(),
                    "NomaStatsHelper: user is " << ue << ": must be below " << m_counts[d].size());
    const Count& c = m_counts[d][ue];
    const TrafficCounters& link = m_network->GetLinkCounters(d, ue);
    const double seconds = (Simulator::Now() - m_from).GetSeconds();
    const auto blocks = static_cast<double>(std::max<uint64_t>(c.blocks, 1));
    NomaUserStats s;
    s.ap = m_network->GetUe(ue)->GetServingAp();
    s.throughputBps =
        seconds > 0 ? 8.0 * static_cast<double>(link.delivered.bytes - c.deliveredBytes) / seconds
                    : 0.0;
    s.delivered = link.delivered.packets - c.deliveredPackets;
    s.dropped = link.DroppedTotal().packets - c.droppedPackets;
    s.delays = c.delays;
    s.meanDelayS = c.delays > 0 ? c.delayS / static_cast<double>(c.delays) : 0.0;
    s.maxDelayS = c.maxDelayS;
    s.blocks = c.blocks;
    s.blockErrorRate = static_cast<double>(c.lost) / blocks;
    s.sharedFraction = static_cast<double>(c.shared) / blocks;
    s.meanPosition = c.position / blocks;
    s.meanGrantedBps = c.rateBps / blocks;
    const auto ended = static_cast<double>(std::max<uint64_t>(c.ended, 1));
    s.meanTransmissions = static_cast<double>(c.transmissions) / ended;
    s.residualBlockErrorRate = static_cast<double>(c.notReceived) / ended;
    return s;
}

NomaCellStats
NomaStatsHelper::GetCell(Direction d, uint32_t ap) const
{
    NomaCellStats s;
    std::vector<double> throughput;
    double lost = 0;
    double ended = 0;
    double notReceived = 0;
    double transmissions = 0;
    double delay = 0;
    double delays = 0;
    for (uint32_t i = 0; i < m_counts[d].size(); ++i)
    {
        const NomaUserStats user = GetUser(d, i);
        if (ap != NONE && user.ap != ap)
        {
            continue;
        }
        throughput.push_back(user.throughputBps);
        s.throughputBps += user.throughputBps;
        s.blocks += user.blocks;
        lost += user.blockErrorRate * static_cast<double>(user.blocks);
        ended += static_cast<double>(m_counts[d][i].ended);
        notReceived += static_cast<double>(m_counts[d][i].notReceived);
        transmissions += static_cast<double>(m_counts[d][i].transmissions);
        delay += user.meanDelayS * static_cast<double>(user.delays);
        delays += static_cast<double>(user.delays);
    }
    s.users = static_cast<uint32_t>(throughput.size());
    s.meanBps = s.users > 0 ? s.throughputBps / s.users : 0.0;
    s.jain = Jain(throughput);
    s.edgeBps = Percentile(throughput, 0.05);
    s.meanDelayS = delays > 0 ? delay / delays : 0.0;
    s.blockErrorRate = s.blocks > 0 ? lost / static_cast<double>(s.blocks) : 0.0;
    s.meanTransmissions = ended > 0 ? transmissions / ended : 0.0;
    s.residualBlockErrorRate = ended > 0 ? notReceived / ended : 0.0;
    return s;
}

std::vector<NomaSicStats>
NomaStatsHelper::GetSic() const
{
    std::vector<NomaSicStats> all;
    for (const auto& [key, stage] : m_stages)
    {
        NomaSicStats s;
        std::tie(s.direction, s.own, s.layers, s.position) = key;
        s.stages = stage.stages;
        s.results = stage.results;
        s.meanSinrDb =
            stage.withSignal > 0 ? stage.sinrDb / static_cast<double>(stage.withSignal) : 0.0;
        all.push_back(s);
    }
    return all;
}

std::vector<std::pair<std::string, std::string>>
NomaStatsHelper::MakeTables(const std::string& header) const
{
    std::ostringstream users;
    std::ostringstream cells;
    std::ostringstream sic;
    users << header
          << "direction,user,ap,throughput_bps,delivered,dropped,mean_delay_s,max_delay_s,blocks,"
             "block_error_rate,shared_fraction,mean_position,mean_granted_bps,mean_transmissions,"
             "residual_block_error_rate\n";
    cells << header
          << "direction,ap,users,throughput_bps,mean_bps,edge_bps,jain,mean_delay_s,blocks,"
             "block_error_rate,mean_transmissions,residual_block_error_rate\n";
    sic << header
        << "direction,own,layers,position,stages,decoded,below_threshold,earlier_failed,no_signal,"
           "too_many_layers,mean_sinr_db\n";
    const auto index = [](uint32_t i) { return i == NONE ? "none" : std::to_string(i); };
    for (const Direction d : DIRECTIONS)
    {
        for (uint32_t i = 0; i < m_counts[d].size(); ++i)
        {
            const NomaUserStats s = GetUser(d, i);
            users << DirectionName(d) << "," << i << "," << index(s.ap) << "," << s.throughputBps
                  << "," << s.delivered << "," << s.dropped << "," << s.meanDelayS << ","
                  << s.maxDelayS << "," << s.blocks << "," << s.blockErrorRate << ","
                  << s.sharedFraction << "," << s.meanPosition << "," << s.meanGrantedBps << ","
                  << s.meanTransmissions << "," << s.residualBlockErrorRate << "\n";
        }
        for (uint32_t n = 0; n <= m_network->GetNAps(); ++n)
        {
            const uint32_t ap = n < m_network->GetNAps() ? n : NONE;
            const NomaCellStats s = GetCell(d, ap);
            cells << DirectionName(d) << "," << (ap == NONE ? "all" : index(ap)) << "," << s.users
                  << "," << s.throughputBps << "," << s.meanBps << "," << s.edgeBps << "," << s.jain
                  << "," << s.meanDelayS << "," << s.blocks << "," << s.blockErrorRate << ","
                  << s.meanTransmissions << "," << s.residualBlockErrorRate << "\n";
        }
    }
    for (const NomaSicStats& s : GetSic())
    {
        sic << DirectionName(s.direction) << "," << (s.own ? 1 : 0) << "," << s.layers << ","
            << s.position << "," << s.stages;
        for (const uint64_t n : s.results)
        {
            sic << "," << n;
        }
        sic << "," << s.meanSinrDb << "\n";
    }
    return {{"-users.csv", users.str()}, {"-cells.csv", cells.str()}, {"-sic.csv", sic.str()}};
}

void
NomaStatsHelper::WriteCsv(const std::string& prefix, const Parameters& parameters) const
{
    namespace fs = std::filesystem;
    std::string header = "# ";
    Parameters all = parameters;
    all.emplace_back("seed", std::to_string(RngSeedManager::GetSeed()));
    all.emplace_back("run", std::to_string(RngSeedManager::GetRun()));
    all.emplace_back("version", NOMA_VERSION);
    for (const auto& [name, value] : all)
    {
        header.append(header.size() > 2 ? " " : "").append(name).append("=").append(value);
    }
    const auto tables = MakeTables(header + "\n");
    std::error_code error;
    for (const auto& [name, text] : tables)
    {
        NS_ABORT_MSG_IF(fs::exists(prefix + name, error),
                        "NomaStatsHelper: '" << prefix << name << "' is there already");
    }
    for (const auto& [name, text] : tables)
    {
        try
        {
            WriteWholeFile(prefix + name, text);
        }
        catch (const std::runtime_error& e)
        {
            NS_ABORT_MSG("NomaStatsHelper: " << e.what());
        }
    }
}

double
NomaStatsHelper::Jain(const std::vector<double>& values)
{
    double sum = 0;
    double squares = 0;
    for (const double x : values)
    {
        sum += x;
        squares += x * x;
    }
    return squares > 0 ? sum * sum / (static_cast<double>(values.size()) * squares) : 0.0;
}

double
NomaStatsHelper::Percentile(std::vector<double> values, double q)
{
    if (values.empty())
    {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const double at = q * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

} // namespace noma
} // namespace ns3
