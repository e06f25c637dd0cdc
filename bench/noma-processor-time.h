/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PROCESSOR_TIME_H
#define NOMA_PROCESSOR_TIME_H

#include <ctime>

namespace ns3
{
namespace noma
{
namespace bench
{

/// @returns processor seconds of this process: one thread, so one core
inline double
ProcessorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace bench
} // namespace noma
} // namespace ns3

#endif // NOMA_PROCESSOR_TIME_H
