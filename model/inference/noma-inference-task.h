/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INFERENCE_TASK_H
#define NOMA_INFERENCE_TASK_H

#include "ns3/noma-evaluation.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @defgroup noma-inference Split inference applications and controller
 *
 * A task is one request to run a DNN: a client runs the head on its device, sends the tensors that
 * cross the cut, a server runs the tail and returns the result.
 */

/**
 * @ingroup noma-inference
 * @param o cut
 * @returns whether neither radio nor edge is used; a cut behind the last layer with work still
 *          sends its tensors and gets the result back
 */
inline bool
IsDeviceOnly(const CutOption& o)
{
    return o.edgeFlops == 0 && o.upBits == 0 && o.downBits == 0;
}

/**
 * @ingroup noma-inference
 * Why a task did not complete.
 */
enum class TaskFailure : uint8_t
{
    NONE,           //!< it did
    TIMEOUT,        //!< the client's time-out
    DEADLINE,       //!< given up at its deadline
    CANCELLED,      //!< taken back by the user
    CLIENT_STOPPED, //!< the client application stopped
    BATTERY,        //!< the device ran out of energy
    DEVICE_QUEUE,   //!< the device held as many tasks as it may
    SERVER_QUEUE,   //!< the server held as many jobs as it may
    SERVER_LOST,    //!< the server forgot the task: it crashed after the tensors had arrived
    UNREACHABLE,    //!< the server did not answer
    TRANSPORT,      //!< the TCP connection failed
    NO_COVERAGE,    //!< no access point served the user
    REFUSED         //!< larger than the client's limit or the server's, or not the user's address
};

/// Number of values of TaskFailure.
inline constexpr std::size_t TASK_FAILURES = 13;

/// @param failure reason
/// @returns name used in tables
const char* TaskFailureName(TaskFailure failure);

/**
 * @ingroup noma-inference
 * Where a task is.
 */
enum class TaskStage : uint8_t
{
    WAITING, //!< for the choice of a cut
    DEVICE,  //!< head on the device, or waiting for the processor
    UP,      //!< tensors to the edge
    EDGE,    //!< tail on the edge, or waiting for units
    DOWN,    //!< result to the device
    CLOSED   //!< completed or failed
};

/// @param stage stage
/// @returns name used in tables
const char* TaskStageName(TaskStage stage);

/**
 * @ingroup noma-inference
 * What a decision expects of the tasks it dispatches, all that is left of their user's work
 * included.
 */
struct TaskForecast
{
    double seconds{0}; //!< from the decision to the result (s); 0 = nothing was forecast
    double joules{0};  //!< energy of device, radio and edge from then on (J)
};

/**
 * @ingroup noma-inference
 * Everything there is to say about a task once it is closed. Times are simulation times; a stage
 * that was not reached has start and end zero. The waits and stages of a completed task add up to
 * its delay exactly: every moment between creation and closing belongs to one of them.
 */
struct TaskRecord
{
    uint32_t user{0};       //!< user number of the client
    uint32_t task{0};       //!< number within the client, from 0
    std::string model;      //!< name of the DNN
    uint32_t images{1};     //!< inferences asked for
    uint32_t cut{0};        //!< cut chosen; meaningless before it was dispatched
    uint32_t cuts{0};       //!< cuts there were, F + 1
    bool dispatched{false}; //!< whether a cut was chosen
    CutOption option; //!< the chosen cut, work and bits of all images together; its accuracy, exit
                      //!< and bits per value

    Time created;     //!< arrival
    Time chosen;      //!< cut known
    Time deviceStart; //!< head starts to run
    Time deviceEnd;   //!< head done
    Time upEnd;       //!< all tensors at the server
    Time edgeStart;   //!< tail starts to run
    Time edgeEnd;     //!< tail done
    Time closed;      //!< completed or failed
    Time deadline;    //!< absolute; zero = none

    Stages energy;                  //!< energy by stage (J)
    double units{0};                //!< compute units asked for at the edge
    double delayWeight{0.5};        //!< wT when it was created; wE = 1 - wT
    double delayScale{1};           //!< delay of the device alone (s)
    double energyScale{1};          //!< energy of the device alone (J)
    double deadlineWeight{0};       //!< wQ, 0 without a deadline
    double deadlineScale{0};        //!< it turns from timely to late over this (s)
    uint64_t retransmittedBytes{0}; //!< tensor bytes the client sent again
    TaskForecast forecast;          //!< what the decision that chose its cut expected

    TaskStage stage{TaskStage::WAITING};    //!< where it is, or was when it failed
    TaskFailure failure{TaskFailure::NONE}; //!< reason, NONE = completed

    /// @returns from arrival to closing
    Time Delay() const
    {
        return closed - created;
    }

    /// @returns whether it completed
    bool IsCompleted() const
    {
        return stage == TaskStage::CLOSED && failure == TaskFailure::NONE;
    }

    /// @returns whether it completed late or not at all, having a deadline
    bool MissedDeadline() const
    {
        return !deadline.IsZero() && (failure != TaskFailure::NONE || closed > deadline);
    }

    /// @returns delay by stage, waits for processor and units included, of a completed task (s)
    Stages DelayByStage() const;

    /// @returns wait for the choice of a cut (s)
    double ChoiceWait() const
    {
        return (chosen - created).GetSeconds();
    }

    /// @returns wait for the device's processor (s)
    double DeviceWait() const
    {
        return (deviceStart - chosen).GetSeconds();
    }

    /// @returns wait for compute units (s)
    double EdgeWait() const
    {
        return (edgeStart - upEnd).GetSeconds();
    }

    /// @returns wQ * S((delay - deadline) / scale) of the model, section 15, 0 without a deadline
    double DeadlineCost() const;

    /// @returns eq. (18): wT * delay / delayScale + wE * energy / energyScale, and DeadlineCost()
    double Utility() const;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_INFERENCE_TASK_H
