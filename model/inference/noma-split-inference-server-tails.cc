/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The life of a tail in SplitInferenceServer, here or at another server.
 */
#include "ns3/log.h"
#include "ns3/noma-shared-log.h"
#include "ns3/noma-split-inference-server.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace ns3
{
namespace noma
{

/// Defined in noma-split-inference-server.cc.
[[maybe_unused]] static const SharedLog g_log("NomaSplitInferenceServer");

namespace
{

/**
 * Number of the kind of a tail: the wire names no network, but tails of one network and cut agree
 * in cut, work and bytes of the result.
 *
 * @param header what came with its tensors
 * @returns the kind, never 0
 */
uint64_t
KindOf(const InferenceHeader& header)
{
    uint64_t bits = 0;
    std::memcpy(&bits, &header.edgeFlops, sizeof(bits));
    // mixed as in SplitMix64
    for (uint64_t part : {uint64_t{header.cut}, uint64_t{header.resultBytes}})
    {
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL + part;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    }
    return bits | 1;
}

} // namespace

bool
SplitInferenceServer::OnTensors(const TaskKey& key, const InferenceHeader& header)
{
    if (!Admit())
    {
        NS_LOG_INFO("task " << header.task << " of user " << header.user << " turned down");
        m_rejectedTrace(header.user, header.task);
        return false;
    }
    const Address elsewhere = FindPlace(header.user);
    if (!elsewhere.IsInvalid())
    {
        Job job;
        job.header = header;
        job.upEnd = Simulator::Now();
        Forward(key, job, elsewhere);
        return true;
    }
    const auto [units, weight] = GetUnits(header);
    Job& job = m_jobs[key];
    job.header = header;
    job.upEnd = Simulator::Now();
    job.id = m_computer->Submit(
        header.edgeFlops,
        units,
        weight,
        [this, key](const ComputeResult& done) { OnDone(key, done); },
        KindOf(header));
    m_arrivedTrace(header.user, header.task, units);
    return true;
}

void
SplitInferenceServer::OnCancelled(const TaskKey& key)
{
    auto it = m_jobs.find(key);
    if (it != m_jobs.end())
    {
        m_computer->Cancel(it->second.id);
        m_jobs.erase(it);
    }
    else if (m_sent.erase(key) > 0)
    {
        m_forwarder.Cancel(key);
    }
}

void
SplitInferenceServer::OnDone(TaskKey key, const ComputeResult& done)
{
    auto it = m_jobs.find(key);
    if (it == m_jobs.end())
    {
        return;
    }
    const Job job = it->second;
    m_jobs.erase(it);
    InferenceHeader result;
    result.kind = InferenceHeader::RESULT;
    result.cut = job.header.cut;
    result.user = job.header.user;
    result.task = job.header.task;
    result.total = job.header.resultBytes;
    result.upEnd = job.upEnd;
    result.edgeStart = done.start;
    result.edgeEnd = done.end;
    result.edgeEnergyJ = done.energyJ;
    SendResult(key, result);
}

void
SplitInferenceServer::SetUnits(uint32_t user, double units, double weight)
{
    auto& set = m_units[user];
    if (set.first == units && set.second == weight)
    {
        return;
    }
    set = {units, weight};
    for (const auto& [key, job] : m_jobs)
    {
        if (job.header.user == user)
        {
            m_computer->SetUnits(job.id, units);
        }
    }
}

std::pair<double, double>
SplitInferenceServer::GetUnits(const InferenceHeader& header) const
{
    const auto set = m_units.find(header.user);
    return set != m_units.end() ? set->second
                                : std::pair<double, double>(header.units, header.weight);
}

double
SplitInferenceServer::GetRemainingFlops(uint32_t user) const
{
    double flops = 0;
    for (const auto& [key, job] : m_jobs)
    {
        if (job.header.user == user)
        {
            flops += m_computer->GetRemainingFlops(job.id);
        }
    }
    return flops;
}

bool
SplitInferenceServer::HasRoom() const
{
    return m_computer->GetWaiting() < m_maxQueue || m_maxQueue == 0;
}

void
SplitInferenceServer::BindServer(Ptr<Node> node)
{
    m_servers.insert(node->GetId());
}

void
SplitInferenceServer::SetCloud(const Address& cloud)
{
    m_cloud = cloud;
}

const ForwardCounters&
SplitInferenceServer::GetForwarded() const
{
    return m_forwarder.GetCounters();
}

std::size_t
SplitInferenceServer::GetUnderWay() const
{
    return m_forwarder.GetUnderWay();
}

Address
SplitInferenceServer::FindPlace(uint32_t user) const
{
    const auto home = m_homes.find(user);
    if (m_handOver == FOLLOW && home != m_homes.end())
    {
        return home->second;
    }
    const bool cloud = m_cloudPolicy == ALWAYS || (m_cloudPolicy == WHEN_FULL && !HasRoom());
    return cloud ? m_cloud : Address();
}

void
SplitInferenceServer::SetHome(uint32_t user, const Address& server)
{
    if (server.IsInvalid())
    {
        m_homes.erase(user);
        return;
    }
    m_homes[user] = server;
    if (m_handOver != FOLLOW || !m_up)
    {
        return;
    }
    std::vector<std::pair<TaskKey, Job>> moved;
    for (const auto& [key, job] : m_jobs)
    {
        if (job.header.user == user)
        {
            moved.emplace_back(key, job);
        }
    }
    for (auto& [key, job] : moved)
    {
        const double left = m_computer->GetRemainingFlops(job.id);
        job.started = left < job.header.edgeFlops;
        job.start = m_computer->GetStart(job.id);
        job.spentJ = m_computer->Cancel(job.id);
        job.header.edgeFlops = left;
        m_jobs.erase(key);
        Forward(key, job, server);
    }
}

void
SplitInferenceServer::Forward(const TaskKey& key, Job job, const Address& to)
{
    InferenceHeader tail = job.header;
    tail.kind = InferenceHeader::TENSOR;
    // what came from a server has its state with it
    const bool follows =
        m_handOver == FOLLOW && m_homes.count(tail.user) > 0 && !IsServer(key.first);
    tail.total = std::min(tail.total + (follows ? m_stateBytes : 0), m_maxTensorBytes);
    const auto [units, weight] = GetUnits(tail);
    tail.units = static_cast<float>(units);
    tail.weight = static_cast<float>(weight);
    NS_LOG_INFO("task " << tail.task << " of user " << tail.user << " sent on, " << tail.total
                        << " bytes");
    m_forwardedTrace(tail.user, tail.task, tail.total);
    m_sent[key] = job;
    m_forwarder.Send(GetNode(), to, key, tail);
}

void
SplitInferenceServer::OnReturned(const TaskKey& key, const InferenceHeader& header)
{
    const auto it = m_sent.find(key);
    const Job job = it->second;
    m_sent.erase(it);
    InferenceHeader result = header;
    result.user = job.header.user;
    result.task = job.header.task;
    result.upEnd = job.upEnd;
    result.edgeStart = job.started ? job.start : header.edgeStart;
    result.edgeEnergyJ = job.spentJ + header.edgeEnergyJ;
    result.statusWanted = false;
    SendResult(key, result);
}

void
SplitInferenceServer::OnForwardFailed(const TaskKey& key)
{
    const auto it = m_sent.find(key);
    const InferenceHeader header = it->second.header;
    m_sent.erase(it);
    m_rejectedTrace(header.user, header.task);
    if (key.second & STREAM_TASK)
    {
        m_tcp.Decline(key);
    }
    else
    {
        m_udp.Decline(key);
    }
}

void
SplitInferenceServer::SendResult(const TaskKey& key, const InferenceHeader& result)
{
    if (key.second & STREAM_TASK)
    {
        m_tcp.SendResult(key, result);
    }
    else
    {
        m_udp.SendResult(key, result);
    }
}

} // namespace noma
} // namespace ns3
