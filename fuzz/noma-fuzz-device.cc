/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Device profiles in noma-device/1.
 */
#include "noma-fuzz-models.h"

using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    fuzz::Accepts([&] { fuzz::TryDevice(fuzz::Text(data, size)); });
    return 0;
}
