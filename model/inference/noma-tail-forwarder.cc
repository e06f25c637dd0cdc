/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-tail-forwarder.h"

#include "ns3/noma-udp-client-transport.h"

namespace ns3
{
namespace noma
{

void
TailForwarder::SetEvents(const Events& events)
{
    m_events = events;
}

void
TailForwarder::Send(Ptr<Node> node,
                    const Address& to,
                    const TaskKey& key,
                    const InferenceHeader& tail)
{
    if (!m_transport)
    {
        ClientTransport::Events events;
        events.uploaded = [](uint32_t) {};
        events.result = [this](const InferenceHeader& result) {
            const TaskKey task = Take(result.task);
            ++m_counters.returned;
            m_counters.resultBytes += result.total;
            m_events.result(task, result);
        };
        events.failed = [this](uint32_t number, TaskFailure) {
            const TaskKey task = Take(number);
            ++m_counters.failed;
            m_events.failed(task);
        };
        events.fault = m_events.fault;
        m_transport = CreateObject<UdpClientTransport>();
        m_transport->Open(node, to, events);
    }
    InferenceHeader header = tail;
    header.task = m_next++;
    m_keys.emplace(header.task, key);
    m_numbers.emplace(key, header.task);
    ++m_counters.forwarded;
    m_counters.stateBytes += header.total;
    m_transport->SetRemote(to);
    m_transport->Upload(header);
}

TaskKey
TailForwarder::Take(uint32_t number)
{
    const auto it = m_keys.find(number);
    TaskKey key = it->second;
    m_keys.erase(it);
    m_numbers.erase(key);
    return key;
}

bool
TailForwarder::Cancel(const TaskKey& key)
{
    const auto it = m_numbers.find(key);
    if (it == m_numbers.end())
    {
        return false;
    }
    const uint32_t number = it->second;
    Take(number);
    ++m_counters.cancelled;
    m_transport->Cancel(number);
    return true;
}

void
TailForwarder::Close()
{
    if (m_transport)
    {
        m_transport->Close();
    }
    LetGo();
}

void
TailForwarder::LetGo()
{
    m_counters.cancelled += m_keys.size();
    m_keys.clear();
    m_numbers.clear();
    if (m_transport)
    {
        m_transport->Dispose();
        m_transport = nullptr;
    }
}

const ForwardCounters&
TailForwarder::GetCounters() const
{
    return m_counters;
}

std::size_t
TailForwarder::GetUnderWay() const
{
    return m_keys.size();
}

} // namespace noma
} // namespace ns3
