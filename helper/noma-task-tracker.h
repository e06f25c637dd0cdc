/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TASK_TRACKER_H
#define NOMA_TASK_TRACKER_H

#include "ns3/noma-inference-task.h"
#include "ns3/noma-split-inference-client.h"
#include "ns3/object.h"

#include <array>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Statistics of a sample.
 */
struct SampleSummary
{
    uint64_t count{0};   //!< values
    double mean{0};      //!< mean
    double median{0};    //!< 50th percentile
    double p95{0};       //!< 95th percentile
    double p99{0};       //!< 99th percentile
    double max{0};       //!< greatest
    double halfWidth{0}; //!< half width of the 95 % confidence interval of the mean

    /**
     * Percentiles interpolate linearly between order statistics. The interval uses Student's t on
     * the means of 20 batches of consecutive values, which allows for correlation between
     * neighbours; with fewer than 40 values, on the values themselves.
     *
     * @param values the sample, in order of time
     * @returns its statistics, all zero for an empty sample
     */
    static SampleSummary Of(const std::vector<double>& values);
};

/**
 * @ingroup noma-inference
 * Tasks that left their network at one exit.
 */
struct ExitSummary
{
    uint64_t completed{0}; //!< completed tasks
    double accuracySum{0}; //!< sum of their accuracies
};

/**
 * @ingroup noma-inference
 * What became of the tasks.
 */
struct TaskSummary
{
    uint64_t created{0};                            //!< tasks created
    uint64_t completed{0};                          //!< completed
    uint64_t failed{0};                             //!< failed, all reasons
    uint64_t inFlight{0};                           //!< neither
    std::array<uint64_t, TASK_FAILURES> failures{}; //!< by reason
    uint64_t withDeadline{0};                       //!< closed tasks that had a deadline
    uint64_t deadlineMisses{0};                     //!< of these, late or failed
    double meanDeadlineCost{0}; //!< mean part of deadlines in the utility of completed tasks
    SampleSummary delay;        //!< of completed tasks (s)
    SampleSummary energy;       //!< of completed tasks (J)
    SampleSummary utility;      //!< of completed tasks
    Stages meanDelay;           //!< mean delay by stage (s)
    Stages meanEnergy;          //!< mean energy by stage (J)
    double meanChoiceWait{0};   //!< mean wait for the choice of a cut, part of the device stage (s)
    double meanDeviceWait{0};   //!< mean wait for the processor, part of the device stage (s)
    double meanEdgeWait{0};     //!< mean wait for compute units, part of the edge stage (s)
    double failedEnergyJ{0};    //!< energy spent on tasks that failed (J)
    std::map<std::string, std::map<uint32_t, uint64_t>> cuts; //!< model -> cut -> completed tasks
    /// Model -> exit -> accuracy of its completed tasks; networks that name exits only.
    std::map<std::string, std::map<uint32_t, ExitSummary>> exits;

    /// @returns mean accuracy of the completed tasks of networks that name exits, 1 without any
    double GetMeanAccuracy() const;

    /// Prints a readable table. @param os stream
    void Print(std::ostream& os) const;
};

/**
 * @ingroup noma-inference
 * Follows the tasks of clients and keeps the record of every closed one.
 *
 * Conserved at any time: created = completed + failed (each with exactly one reason) + in flight.
 */
class TaskTracker : public Object
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

    /// Follows a client from now on. @param client the client
    void Track(Ptr<SplitInferenceClient> client);

    /// @returns records of closed tasks, in order of closing
    const std::vector<TaskRecord>& GetRecords() const;
    /// @returns tasks created
    uint64_t GetCreated() const;
    /// @returns tasks completed
    uint64_t GetCompleted() const;
    /// @param failure for this reason
    /// @returns tasks failed
    uint64_t GetFailed(TaskFailure failure) const;
    /// @returns tasks failed
    uint64_t GetFailed() const;
    /// @returns tasks open
    uint64_t GetInFlight() const;
    /**
     * @returns an empty text if tasks are conserved here and at the clients, and the stages of
     *          every completed task add up to its delay; otherwise what is wrong
     */
    std::string Check() const;

    /// @param from the time
    /// @returns statistics of tasks created at or after a time
    TaskSummary Summarize(Time from = Time(0)) const;

    /**
     * Writes one line per closed task, times in seconds and energies in joules.
     *
     * @param os stream
     * @param parameters written first, as "# name = value" lines: what the run was
     */
    void WriteCsv(std::ostream& os,
                  const std::vector<std::pair<std::string, std::string>>& parameters = {}) const;

  private:
    void DoDispose() override;
    /// @param record new task
    void OnCreated(const TaskRecord& record);
    /// @param record closed task
    void OnClosed(const TaskRecord& record);

    std::vector<Ptr<SplitInferenceClient>> m_clients;     //!< followed
    std::vector<TaskRecord> m_records;                    //!< closed tasks
    std::map<std::pair<uint32_t, uint32_t>, Time> m_open; //!< user, task -> creation
    uint64_t m_created{0};                                //!< tasks created
    std::array<uint64_t, TASK_FAILURES> m_outcomes{};     //!< closed, by reason; NONE = completed
    uint64_t m_strays{0};                                 //!< closings without a creation
};

} // namespace noma
} // namespace ns3

#endif // NOMA_TASK_TRACKER_H
