/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-inference-task.h"

#include "ns3/noma-deadline.h"

namespace ns3
{
namespace noma
{

const char*
TaskFailureName(TaskFailure failure)
{
    switch (failure)
    {
    case TaskFailure::NONE:
        return "none";
    case TaskFailure::TIMEOUT:
        return "timeout";
    case TaskFailure::DEADLINE:
        return "deadline";
    case TaskFailure::CANCELLED:
        return "cancelled";
    case TaskFailure::CLIENT_STOPPED:
        return "client-stopped";
    case TaskFailure::BATTERY:
        return "battery";
    case TaskFailure::DEVICE_QUEUE:
        return "device-queue";
    case TaskFailure::SERVER_QUEUE:
        return "server-queue";
    case TaskFailure::SERVER_LOST:
        return "server-lost";
    case TaskFailure::UNREACHABLE:
        return "unreachable";
    case TaskFailure::TRANSPORT:
        return "transport";
    case TaskFailure::NO_COVERAGE:
        return "no-coverage";
    case TaskFailure::REFUSED:
        return "refused";
    }
    return "?";
}

const char*
TaskStageName(TaskStage stage)
{
    switch (stage)
    {
    case TaskStage::WAITING:
        return "waiting";
    case TaskStage::DEVICE:
        return "device";
    case TaskStage::UP:
        return "up";
    case TaskStage::EDGE:
        return "edge";
    case TaskStage::DOWN:
        return "down";
    case TaskStage::CLOSED:
        return "closed";
    }
    return "?";
}

namespace
{

/// @param r record
/// @returns a task's weights as the core's functions take them
User
Weights(const TaskRecord& r)
{
    User u;
    u.wT = r.delayWeight;
    u.wE = 1 - r.delayWeight;
    u.delayScale = r.delayScale;
    u.energyScale = r.energyScale;
    u.wQ = r.deadlineWeight;
    u.deadlineSeconds = (r.deadline - r.created).GetSeconds();
    u.deadlineScale = r.deadlineScale;
    return u;
}

} // namespace

double
TaskRecord::DeadlineCost() const
{
    return noma::DeadlineCost(Weights(*this), Delay().GetSeconds());
}

double
TaskRecord::Utility() const
{
    return noma::Utility(Weights(*this), Delay().GetSeconds(), energy.Total());
}

Stages
TaskRecord::DelayByStage() const
{
    Stages s;
    s.device = (deviceEnd - created).GetSeconds();
    if (!IsDeviceOnly(option))
    {
        s.up = (upEnd - deviceEnd).GetSeconds();
        s.edge = (edgeEnd - upEnd).GetSeconds();
        s.down = (closed - edgeEnd).GetSeconds();
    }
    return s;
}

} // namespace noma
} // namespace ns3
