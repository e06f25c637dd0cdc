/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_WORKLOAD_H
#define NOMA_WORKLOAD_H

#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/random-variable-stream.h"

#include <istream>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * When the next task comes and what it asks for.
 */
struct TaskArrival
{
    Time gap;           //!< time since the last arrival, or since the client started
    uint32_t images{1}; //!< inferences asked for
    Time deadline;      //!< relative to the arrival; zero = none
};

/**
 * @ingroup noma-inference
 * A client's stream of tasks.
 */
class Workload : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /// @param [out] arrival the task
    /// @returns whether there is another task
    bool Next(TaskArrival& arrival);

    /// @param stream first stream number
    /// @returns number of streams used
    virtual int64_t AssignStreams(int64_t stream);

  protected:
    /// @returns inferences per task
    uint32_t GetImages() const;
    /// @returns relative deadline
    Time GetDeadline() const;

  private:
    /// @param [out] arrival the task
    /// @returns whether there is another task
    virtual bool DoNext(TaskArrival& arrival) = 0;

    uint32_t m_images;   //!< inferences per task
    Time m_deadline;     //!< relative deadline
    uint32_t m_maxTasks; //!< tasks in all, 0 = no end
    uint32_t m_tasks{0}; //!< tasks so far
};

/**
 * @ingroup noma-inference
 * A task every Interval, the first after Offset.
 */
class PeriodicWorkload : public Workload
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    bool DoNext(TaskArrival& arrival) override;

    Time m_interval;    //!< time between tasks
    Time m_offset;      //!< time before the first
    bool m_first{true}; //!< whether the first is to come
};

/**
 * @ingroup noma-inference
 * Tasks with exponential gaps.
 */
class PoissonWorkload : public Workload
{
  public:
    /// @returns the type
    static TypeId GetTypeId();
    PoissonWorkload();

    int64_t AssignStreams(int64_t stream) override;

  private:
    bool DoNext(TaskArrival& arrival) override;

    double m_rate;                           //!< tasks per second
    Ptr<ExponentialRandomVariable> m_random; //!< gaps, mean 1
};

/**
 * @ingroup noma-inference
 * Reads tasks, one per line: arrival time since the client's start (s), then optionally images and
 * relative deadline (s, 0 = none), separated by commas or blanks; lines that start with # are
 * skipped.
 *
 * @param in the text
 * @param name how messages call it
 * @param images inferences of tasks whose line does not say
 * @param deadline relative deadline of tasks whose line does not say
 * @returns the tasks
 * @throws std::invalid_argument with name, line and what is wrong
 */
std::vector<TaskArrival> ReadTaskTrace(std::istream& in,
                                       const std::string& name,
                                       uint32_t images,
                                       Time deadline);

/**
 * @ingroup noma-inference
 * Tasks read from a text file, as ReadTaskTrace() reads it.
 */
class TraceWorkload : public Workload
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    bool DoNext(TaskArrival& arrival) override;

    /// Reads the file.
    void Load();

    std::string m_fileName;              //!< file
    bool m_loaded{false};                //!< whether it has been read
    std::vector<TaskArrival> m_arrivals; //!< what it says
    std::size_t m_next{0};               //!< next arrival
};

} // namespace noma
} // namespace ns3

#endif // NOMA_WORKLOAD_H
