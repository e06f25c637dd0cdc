/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Traces of tasks: what was read can be simulated.
 */
#include "noma-fuzz.h"

#include "ns3/noma-workload.h"

#include <sstream>

using namespace ns3;
using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    std::istringstream in(fuzz::Text(data, size));
    fuzz::Accepts([&] {
        Time sum;
        for (const TaskArrival& arrival : ReadTaskTrace(in, "trace", 3, Seconds(2)))
        {
            fuzz::Require(!arrival.gap.IsStrictlyNegative(), "tasks come in order");
            fuzz::Require(!arrival.deadline.IsStrictlyNegative(), "a deadline lies ahead");
            fuzz::Require(arrival.images >= 1 && arrival.images <= 1000000, "images are bounded");
            sum += arrival.gap;
        }
        fuzz::Require(sum <= Seconds(1e9), "the clock reaches the last task");
    });
    return 0;
}
