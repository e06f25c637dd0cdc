/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Instances: what was read is written and read again without a change.
 */
#include "noma-fuzz.h"

#include "ns3/noma-json.h"

#include <sstream>

using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    fuzz::Accepts([&] {
        const Instance instance = ParseInstance(fuzz::Text(data, size));
        std::ostringstream once;
        WriteInstance(once, instance);
        std::ostringstream twice;
        WriteInstance(twice, ParseInstance(once.str()));
        fuzz::Require(once.str() == twice.str(), "an instance reads back as it was written");
    });
    return 0;
}
