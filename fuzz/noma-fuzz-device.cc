/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Device profiles in noma-device/1: what was read predicts the times of a network.
 */
#include "noma-fuzz.h"

#include "ns3/noma-device-json.h"
#include "ns3/noma-model-library.h"

#include <cmath>

using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    static const DnnGraph graph = BuiltInModel("nin-cifar10");
    fuzz::Accepts([&] {
        const DeviceProfile profile = ParseDeviceProfile(fuzz::Text(data, size));
        for (const double seconds : PredictSeconds(profile, graph))
        {
            fuzz::Require(std::isfinite(seconds) && seconds >= 0, "a time is finite");
        }
        WithDeviceSeconds(graph, profile, profile);
    });
    return 0;
}
