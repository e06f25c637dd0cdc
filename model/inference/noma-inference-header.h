/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_INFERENCE_HEADER_H
#define NOMA_INFERENCE_HEADER_H

#include "ns3/header.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/// A half-open range of bytes [first, second) of a message.
using ByteRange = std::pair<uint64_t, uint64_t>;

/**
 * @ingroup noma-inference
 * Header of everything a client and a server send each other. A message (the tensors of a task, or
 * its result) travels in segments; each carries all the other side needs to know of the task, so
 * that any segment may come first. Numbers are in network byte order. Sizes and places within the
 * message take s bytes: 8 when one of them needs more than 32 bits, else 4.
 *
 * | bytes | field |
 * |---|---|
 * | 2 | magic 0x4e49 |
 * | 1 | version 2 |
 * | 1 | kind |
 * | 1 | flags: 1 = status wanted, 2 = about the result rather than the tensors, 4 = s is 8 |
 * | 1 | state (status only) |
 * | 2 | cut |
 * | 4 | user |
 * | 4 | task |
 * | 4 | serial number of the status request this is, answers, or belongs to |
 * | s | total bytes of the message |
 * | s | offset of this segment; in a status: everything before it is accounted for |
 * | s | bytes of this segment |
 * | tensor: 8 + s + 4 + 4 | work of the tail (FLOP), bytes of the result, units (float), weight
 * (float) | | result: 3 x 8 + 8 | end of upload, start and end of the tail (ns), energy of the tail
 * (J) | | status: 2 + 2 s n | missing ranges: begin, end |
 */
class InferenceHeader : public Header
{
  public:
    /// What a packet is.
    enum Kind : uint8_t
    {
        TENSOR = 1,         //!< segment of the tensors, client to server
        RESULT = 2,         //!< segment of the result, server to client
        STATUS_REQUEST = 3, //!< asks what has arrived of a message
        STATUS = 4,         //!< says what has
        CANCEL = 5          //!< the client no longer wants the task
    };

    /// What the receiver of a message says of it.
    enum State : uint8_t
    {
        INCOMPLETE = 0, //!< ranges are missing
        COMPLETE = 1,   //!< all there
        UNKNOWN = 2,    //!< never heard of this task
        REJECTED = 3,   //!< not wanted: the server is full
        REFUSED = 4     //!< not allowed: the task asks for more than the limits, or for another
    };

    /// Most missing ranges in one status.
    static constexpr std::size_t MAX_RANGES = 64;
    /// Most bytes of a message: so many are exact in a double, also as bits.
    static constexpr uint64_t MAX_BYTES = uint64_t(1) << 53;
    /// No header of tensors or of a result takes more bytes.
    static constexpr uint32_t MAX_SEGMENT_HEADER = 76;

    /// @returns the type
    static TypeId GetTypeId();
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

    /**
     * @returns whether the last Deserialize() found a header of this protocol and version whose
     *          fields agree with each other
     */
    bool IsValid() const;

    Kind kind{TENSOR};              //!< what this is
    bool statusWanted{false};       //!< the receiver is to answer with a status
    bool aboutResult{false};        //!< status and request: about the result
    State state{INCOMPLETE};        //!< status
    uint16_t cut{0};                //!< cut of the DNN
    uint32_t user{0};               //!< user number
    uint32_t task{0};               //!< task number of that user
    uint32_t serial{0};             //!< status request number
    uint64_t total{0};              //!< bytes of the message
    uint64_t offset{0};             //!< offset of the segment
    uint64_t length{0};             //!< bytes of the segment
    double edgeFlops{0};            //!< tensor: work of the tail (FLOP)
    uint64_t resultBytes{0};        //!< tensor: bytes of the result
    float units{1};                 //!< tensor: compute units asked for
    float weight{1};                //!< tensor: importance
    Time upEnd;                     //!< result: all tensors had arrived
    Time edgeStart;                 //!< result: the tail started
    Time edgeEnd;                   //!< result: the tail was done
    double edgeEnergyJ{0};          //!< result: energy of the tail (J)
    std::vector<ByteRange> missing; //!< status: ranges that have not arrived

  private:
    /// @returns whether a size or place needs more than 32 bits
    bool IsWide() const;

    bool m_valid{true}; //!< see IsValid()
};

} // namespace noma
} // namespace ns3

#endif // NOMA_INFERENCE_HEADER_H
