/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-workload.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/noma-quote.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

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

std::vector<TaskArrival>
ReadTaskTrace(std::istream& in, const std::string& name, uint32_t images, Time deadline)
{
    std::vector<TaskArrival> arrivals;
    Time last;
    std::string line;
    for (uint32_t number = 1; std::getline(in, line); ++number)
    {
        auto fail = [&](const std::string& what) {
            throw std::invalid_argument(name + ":" + std::to_string(number) + ": " + what);
        };
        std::string text = line;
        std::replace(text.begin(), text.end(), ',', ' ');
        const auto first = text.find_first_not_of(" \t\r");
        if (first == std::string::npos || text[first] == '#')
        {
            continue;
        }
        std::istringstream fields(text);
        std::vector<double> values;
        bool good = true;
        for (std::string field; fields >> field;)
        {
            char* end = nullptr;
            values.push_back(std::strtod(field.c_str(), &end));
            good = good && end == field.c_str() + field.size() &&
                   field.find_first_of("xX") == std::string::npos;
        }
        values.resize(std::max<std::size_t>(values.size(), 1));
        const double time = values[0];
        const double count = values.size() > 1 ? values[1] : images;
        const double until = values.size() > 2 ? values[2] : deadline.GetSeconds();
        good = good && values.size() <= 3 && time >= 0 && time <= MAX_TIME_S && count >= 1 &&
               count <= 1000000 && count == std::floor(count) && until >= 0 && until <= MAX_TIME_S;
        if (!good)
        {
            fail(
                "must be time [images [deadline]], with times in [0, 1e9] s and 1 to 1000000 whole "
                "images, not " +
                Quote(line));
        }
        const Time now = Seconds(time);
        if (now < last)
        {
            fail("the time must ascend, not go back as in " + Quote(line));
        }
        TaskArrival arrival;
        arrival.gap = now - last;
        arrival.images = static_cast<uint32_t>(count);
        arrival.deadline = Seconds(until);
        arrivals.push_back(arrival);
        last = now;
    }
    return arrivals;
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
    in.clear(); // an empty file is no error
    try
    {
        m_arrivals = ReadTaskTrace(in, name, GetImages(), GetDeadline());
    }
    catch (const std::invalid_argument& e)
    {
        NS_ABORT_MSG("TraceWorkload: " << e.what());
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
    arrival = m_arrivals[m_next++];
    return true;
}

} // namespace noma
} // namespace ns3
