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

namespace
{

/// Longest time (s): what ns-3's clock holds with room to spare.
constexpr double MAX_TIME_S = 1e9;

} // namespace

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
                          MakeUintegerChecker<uint32_t>(1, 1000000))
            .AddAttribute("Deadline",
                          "Deadline of each task after its arrival; zero = none.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&Workload::m_deadline),
                          MakeTimeChecker(Time(0), Seconds(MAX_TIME_S)))
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
                                          MakeTimeChecker(NanoSeconds(1), Seconds(MAX_TIME_S)))
                            .AddAttribute("Offset",
                                          "Time from the client's start to the first task.",
                                          TimeValue(Time(0)),
                                          MakeTimeAccessor(&PeriodicWorkload::m_offset),
                                          MakeTimeChecker(Time(0), Seconds(MAX_TIME_S)));
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
                                          MakeDoubleChecker<double>(1e-7, 1e9));
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
    // a folder opens, but reading it fails
    NS_ABORT_MSG_IF(!in || (in.peek(), in.bad()),
                    "TraceWorkload: cannot read FileName = '" << name << "'");
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
        std::vector<double> values;
        bool good = true;
        for (std::string field; fields >> field;)
        {
            char* end = nullptr;
            values.push_back(std::strtod(field.c_str(), &end));
            good = good && *end == '\0' && field.find_first_of("xX") == std::string::npos;
        }
        values.resize(std::max<std::size_t>(values.size(), 1));
        const double time = values[0];
        const double images = values.size() > 1 ? values[1] : GetImages();
        const double deadline = values.size() > 2 ? values[2] : GetDeadline().GetSeconds();
        good = good && values.size() <= 3 && time >= 0 && time <= MAX_TIME_S && images >= 1 &&
               images <= 1000000 && images == std::floor(images) && deadline >= 0 &&
               deadline <= MAX_TIME_S;
        NS_ABORT_MSG_IF(!good,
                        "TraceWorkload: "
                            << name << ":" << number << ": '" << line
                            << "', must be time [images [deadline]], with times in [0, "
                            << MAX_TIME_S << "] s and 1 to 1000000 whole images");
        TaskArrival arrival;
        arrival.gap = Seconds(time);
        arrival.images = static_cast<uint32_t>(images);
        arrival.deadline = Seconds(deadline);
        NS_ABORT_MSG_IF(!m_arrivals.empty() && arrival.gap < m_arrivals.back().gap,
                        "TraceWorkload: " << name << ":" << number << ": time " << time
                                          << " is before the line above; must ascend");
        m_arrivals.push_back(arrival);
    }
    NS_ABORT_MSG_IF(in.bad(), "TraceWorkload: error while reading FileName = '" << name << "'");
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
