/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-workload.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(Workload);
NS_OBJECT_ENSURE_REGISTERED(PeriodicWorkload);
NS_OBJECT_ENSURE_REGISTERED(PoissonWorkload);
NS_OBJECT_ENSURE_REGISTERED(TraceWorkload);

TypeId
Workload::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::noma::Workload")
            .SetParent<Object>()
            .SetGroupName("Noma")
            .AddAttribute("Images",
                          "Inferences per task: work and bits of a task are multiplied by it.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Workload::m_images),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Deadline",
                          "Deadline of each task after its arrival; zero = none.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&Workload::m_deadline),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("MaxTasks",
                          "Number of tasks after which the stream ends; 0 = never.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Workload::m_maxTasks),
                          MakeUintegerChecker<uint32_t>());
    return tid;
}

bool
Workload::Next(TaskArrival& arrival)
{
    if (m_maxTasks > 0 && m_tasks >= m_maxTasks)
    {
        return false;
    }
    arrival = TaskArrival();
    arrival.images = m_images;
    arrival.deadline = m_deadline;
    if (!DoNext(arrival))
    {
        return false;
    }
    ++m_tasks;
    return true;
}

int64_t
Workload::AssignStreams(int64_t /* stream */)
{
    return 0;
}

uint32_t
Workload::GetImages() const
{
    return m_images;
}

Time
Workload::GetDeadline() const
{
    return m_deadline;
}

TypeId
PeriodicWorkload::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::PeriodicWorkload")
                            .SetParent<Workload>()
                            .SetGroupName("Noma")
                            .AddConstructor<PeriodicWorkload>()
                            .AddAttribute("Interval",
                                          "Time between tasks.",
                                          TimeValue(Seconds(1)),
                                          MakeTimeAccessor(&PeriodicWorkload::m_interval),
                                          MakeTimeChecker(NanoSeconds(1)))
                            .AddAttribute("Offset",
                                          "Time from the client's start to the first task.",
                                          TimeValue(Time(0)),
                                          MakeTimeAccessor(&PeriodicWorkload::m_offset),
                                          MakeTimeChecker(Time(0)));
    return tid;
}

bool
PeriodicWorkload::DoNext(TaskArrival& arrival)
{
    arrival.gap = m_first ? m_offset : m_interval;
    m_first = false;
    return true;
}

TypeId
PoissonWorkload::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::PoissonWorkload")
                            .SetParent<Workload>()
                            .SetGroupName("Noma")
                            .AddConstructor<PoissonWorkload>()
                            .AddAttribute("Rate",
                                          "Tasks per second.",
                                          DoubleValue(1.0),
                                          MakeDoubleAccessor(&PoissonWorkload::m_rate),
                                          MakeDoubleChecker<double>(1e-9));
    return tid;
}

PoissonWorkload::PoissonWorkload()
    : m_random(CreateObject<ExponentialRandomVariable>())
{
}

int64_t
PoissonWorkload::AssignStreams(int64_t stream)
{
    m_random->SetStream(stream);
    return 1;
}

bool
PoissonWorkload::DoNext(TaskArrival& arrival)
{
    arrival.gap = Seconds(m_random->GetValue(1.0, 0) / m_rate);
    return true;
}

TypeId
TraceWorkload::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::TraceWorkload")
                            .SetParent<Workload>()
                            .SetGroupName("Noma")
                            .AddConstructor<TraceWorkload>()
                            .AddAttribute("FileName",
                                          "Text file with one task per line: arrival time (s)[, "
                                          "images[, deadline (s)]].",
                                          StringValue(""),
                                          MakeStringAccessor(&TraceWorkload::m_fileName),
                                          MakeStringChecker());
    return tid;
}

void
TraceWorkload::Load()
{
    const std::string& name = m_fileName;
    m_loaded = true;
    std::ifstream in(name);
    NS_ABORT_MSG_IF(!in, "TraceWorkload: cannot read FileName = '" << name << "'");
    std::string line;
    for (uint32_t number = 1; std::getline(in, line); ++number)
    {
        std::replace(line.begin(), line.end(), ',', ' ');
        const auto first = line.find_first_not_of(" \t\r");
        if (first == std::string::npos || line[first] == '#')
        {
            continue;
        }
        std::istringstream fields(line);
        double time = -1;
        int64_t images = GetImages();
        double deadline = GetDeadline().GetSeconds();
        fields >> time;
        bool good = static_cast<bool>(fields);
        for (bool second = true; good && !(fields >> std::ws).eof(); second = false)
        {
            if (second)
            {
                fields >> images;
            }
            else
            {
                fields >> deadline;
            }
            good = static_cast<bool>(fields);
        }
        good = good && std::isfinite(time) && time >= 0 && images >= 1 && images <= 1000000 &&
               std::isfinite(deadline) && deadline >= 0;
        NS_ABORT_MSG_IF(!good,
                        "TraceWorkload: " << name << ":" << number << ": '" << line
                                          << "', must be time >= 0 [images >= 1 [deadline >= 0]]");
        TaskArrival arrival;
        arrival.gap = Seconds(time);
        arrival.images = static_cast<uint32_t>(images);
        arrival.deadline = Seconds(deadline);
        NS_ABORT_MSG_IF(!m_arrivals.empty() && arrival.gap < m_arrivals.back().gap,
                        "TraceWorkload: " << name << ":" << number << ": time " << time
                                          << " is before the line above; must ascend");
        m_arrivals.push_back(arrival);
    }
}

bool
TraceWorkload::DoNext(TaskArrival& arrival)
{
    if (!m_loaded)
    {
        Load();
    }
    if (m_next == m_arrivals.size())
    {
        return false;
    }
    arrival = m_arrivals[m_next];
    if (m_next > 0)
    {
        arrival.gap -= m_arrivals[m_next - 1].gap;
    }
    ++m_next;
    return true;
}

} // namespace noma
} // namespace ns3
