/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Streams of inference messages as a connection brings them, in pieces of any size: messages have
 * valid headers, and the stream ends at the first thing that is none.
 */
#include "noma-fuzz-socket.h"
#include "noma-fuzz.h"

#include "ns3/noma-inference-stream.h"

using namespace ns3;
using namespace ns3::noma;

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size)
{
    if (size == 0)
    {
        return 0;
    }
    const auto socket = CreateObject<fuzz::FuzzSocket>(data + 1, size - 1, 1 + data[0]);
    uint64_t bytes = 0;
    bool closed = false;
    const auto stream = Create<InferenceStream>(
        socket,
        [&](const InferenceHeader& header) {
            fuzz::Require(header.IsValid(), "a message has a valid header");
            fuzz::Require(!closed, "nothing comes after the end");
            bytes += header.GetSerializedSize() + header.length;
        },
        [&](WireFault) {
            fuzz::Require(!closed, "a stream ends once");
            closed = true;
        });
    socket->Deliver();
    fuzz::Require(bytes <= size - 1, "no message is longer than what came");
    stream->Close();
    return 0;
}
