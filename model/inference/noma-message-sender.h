/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MESSAGE_SENDER_H
#define NOMA_MESSAGE_SENDER_H

#include "ns3/event-id.h"
#include "ns3/noma-inference-header.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * How a message is sent over datagrams.
 */
struct MessageSenderParameters
{
    uint32_t segmentBytes{1400};     //!< payload of a datagram
    uint32_t windowBytes{1u << 20};  //!< most bytes sent and not yet accounted for
    Time timeout{MilliSeconds(500)}; //!< wait for a status before asking again
    Time maxTimeout{Seconds(8)};     //!< the wait doubles up to this
    uint32_t maxProbes{16};          //!< unanswered questions in a row before giving up
};

/**
 * @ingroup noma-inference
 * Sends one message as segments over an unreliable path and sends again what was lost.
 *
 * 1. Segments go out as far as the window allows. The last one, and one every half window, ask for
 *    a status.
 * 2. The receiver answers with the ranges that have not arrived (selective, negative) or that all
 *    have. Since a path that keeps order delivers or loses everything sent before the question,
 *    the answer is exact there, and no timer guesses at queueing delays.
 * 3. Missing segments are sent again unless they were sent again after the question.
 * 4. When no answer comes the question is repeated, waiting twice as long each time; after
 *    maxProbes the receiver counts as unreachable.
 */
class MessageSender
{
  public:
    /// Sends bytes [offset, offset + length); serial goes into the header.
    using SegmentCallback =
        std::function<void(uint32_t offset, uint32_t length, uint32_t serial, bool statusWanted)>;
    /// Asks for a status about everything before offset.
    using ProbeCallback = std::function<void(uint32_t serial, uint32_t offset)>;
    /// The receiver does not answer.
    using FailedCallback = std::function<void()>;

    /**
     * @param parameters how to send
     * @param total bytes of the message; an empty message is one empty segment
     * @param segment sends a segment
     * @param probe sends a question
     * @param failed told when the receiver does not answer; may destroy this object
     */
    MessageSender(const MessageSenderParameters& parameters,
                  uint32_t total,
                  SegmentCallback segment,
                  ProbeCallback probe,
                  FailedCallback failed);
    ~MessageSender();
    MessageSender(const MessageSender&) = delete;
    MessageSender& operator=(const MessageSender&) = delete;

    /// Sends as much as the window allows.
    void Start();

    /// The receiver says what has arrived. @param status its answer
    void OnStatus(const InferenceHeader& status);

    /// The message has arrived: no more segments, no more questions.
    void Stop();

    /// @returns bytes never sent so far
    uint32_t GetUnsentBytes() const;
    /// @returns bytes sent more than once, each time counted
    uint64_t GetResentBytes() const;

  private:
    /// Sends new segments as far as the window allows.
    void SendNew();
    /// @param offset first byte @param statusWanted ask @param again whether it was sent before
    void SendSegment(uint32_t offset, bool statusWanted, bool again);
    /// Asks about everything sent so far.
    void Probe();
    /// No answer came.
    void OnTimeout();
    /// Waits for an answer.
    void Arm();

    MessageSenderParameters m_parameters; //!< how to send
    uint32_t m_total;                     //!< bytes of the message
    SegmentCallback m_segment;            //!< sends a segment
    ProbeCallback m_probe;                //!< sends a question
    FailedCallback m_failed;              //!< told when nobody answers
    std::vector<uint32_t> m_stamp;        //!< per segment: number of the question sent after it
    uint32_t m_next{0};                   //!< first byte not yet sent
    uint32_t m_confirmed{0};              //!< everything before is accounted for
    uint32_t m_asked{0};                  //!< m_next when a status was last asked for
    uint32_t m_serial{0};                 //!< number of the last question
    uint32_t m_probes{0};                 //!< unanswered in a row
    uint64_t m_resent{0};                 //!< bytes sent again
    Time m_wait;                          //!< present time-out
    EventId m_timer;                      //!< time-out
    bool m_stopped{false};                //!< done
};

} // namespace noma
} // namespace ns3

#endif // NOMA_MESSAGE_SENDER_H
