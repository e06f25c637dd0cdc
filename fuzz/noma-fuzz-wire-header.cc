/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Headers of inference messages as datagrams bring them: a valid one is written back to the same
 * bytes, and its claims agree with each other.
 */
#include "noma-fuzz.h"

#include "ns3/noma-inference-header.h"
#include "ns3/packet.h"

#include <cmath>
#include <sstream>
#include <vector>

using namespace ns3;
using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    const auto packet = Create<Packet>(data, static_cast<uint32_t>(size));
    InferenceHeader header;
    const uint32_t read = packet->PeekHeader(header);
    fuzz::Require(read <= size, "a header lies within its packet");
    if (!header.IsValid())
    {
        return 0;
    }
    fuzz::Require(read == header.GetSerializedSize(), "a header has the size it says");
    fuzz::Require(std::isfinite(header.edgeFlops) && header.edgeFlops >= 0, "work is finite");
    fuzz::Require(std::isfinite(header.edgeEnergyJ) && header.edgeEnergyJ >= 0, "energy is finite");
    fuzz::Require(header.missing.size() <= InferenceHeader::MAX_RANGES, "ranges are bounded");
    if (header.kind == InferenceHeader::TENSOR || header.kind == InferenceHeader::RESULT)
    {
        fuzz::Require(header.offset <= header.total &&
                          header.length <= header.total - header.offset,
                      "a segment lies within its message");
    }
    for (const auto& range : header.missing)
    {
        fuzz::Require(range.first < range.second && range.second <= header.total,
                      "a missing range lies within its message");
    }
    std::ostringstream text;
    header.Print(text);

    const auto copy = Create<Packet>();
    copy->AddHeader(header);
    std::vector<uint8_t> bytes(read);
    copy->CopyData(bytes.data(), read);
    bytes[4] = data[4]; // of the flags only two are used
    fuzz::Require(std::equal(bytes.begin(), bytes.end(), data), "a header is written as it came");
    return 0;
}
