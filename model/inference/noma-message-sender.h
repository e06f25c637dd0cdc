/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_MESSAGE_SENDER_H
#define NOMA_MESSAGE_SENDER_H

#include "ns3/event-id.h"
#include "ns3/noma-inference-header.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>

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

class MessageSender;

/**
 * @ingroup noma-inference
 * A window that messages to one peer share: first come, first served. It outlives its senders.
 */
class SendWindow
{
  public:
    /// @param bytes most bytes of all messages sent and not yet accounted for
    explicit SendWindow(uint64_t bytes);

    /// @returns bytes that may be sent now
    uint64_t GetRoom() const;
    /// No more room for anybody: what is left is about to be thrown away.
    void Close();

  private:
    friend class MessageSender;

    uint64_t m_limit;                     //!< most bytes
    uint64_t m_used{0};                   //!< bytes sent and not accounted for
    std::deque<MessageSender*> m_waiting; //!< senders with segments to send, oldest first
};

/**
 * @ingroup noma-inference
 * Sends one message as segments over an unreliable path and sends again what was lost.
 *
 * 1. Segments go out as far as the window allows, which messages to one peer may share. The last
 *    one, one every half window, and one that fills the window ask for a status.
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
        std::function<void(uint64_t offset, uint32_t length, uint32_t serial, bool statusWanted)>;
    /// Asks for a status about everything before offset.
    using ProbeCallback = std::function<void(uint32_t serial, uint64_t offset)>;
    /// The receiver does not answer.
    using FailedCallback = std::function<void()>;

    /**
     * @param parameters how to send
     * @param total bytes of the message; an empty message is one empty segment
     * @param segment sends a segment
     * @param probe sends a question
     * @param failed told when the receiver does not answer; may destroy this object
     * @param window shared with other messages, or null
     */
    MessageSender(const MessageSenderParameters& parameters,
                  uint64_t total,
                  SegmentCallback segment,
                  ProbeCallback probe,
                  FailedCallback failed,
                  SendWindow* window = nullptr);
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
    uint64_t GetUnsentBytes() const;
    /// @returns bytes sent more than once, each time counted
    uint64_t GetResentBytes() const;

  private:
    /// Sends new segments as far as the windows allow.
    void SendNew();
    /// Lets those go on that wait for the shared window, while it has room.
    void ServeWaiting();
    /// @param offset first byte @param statusWanted ask @param again whether it was sent before
    void SendSegment(uint64_t offset, bool statusWanted, bool again);
    /// Asks about everything sent so far.
    void Probe();
    /// No answer came.
    void OnTimeout();
    /// Waits for an answer.
    void Arm();

    MessageSenderParameters m_parameters; //!< how to send
    uint64_t m_total;                     //!< bytes of the message
    SegmentCallback m_segment;            //!< sends a segment
    ProbeCallback m_probe;                //!< sends a question
    FailedCallback m_failed;              //!< told when nobody answers
    SendWindow* m_window;                 //!< shared, or null
    std::map<uint64_t, uint32_t> m_stamp; //!< segments sent again and not yet accounted for:
                                          //!< number of the question sent after them
    uint64_t m_next{0};                   //!< first byte not yet sent
    uint64_t m_confirmed{0};              //!< everything before is accounted for
    uint64_t m_asked{0};                  //!< m_next when a status was last asked for
    bool m_waiting{false};                //!< whether in the shared window's queue
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
