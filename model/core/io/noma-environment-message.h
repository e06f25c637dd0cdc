/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ENVIRONMENT_MESSAGE_H
#define NOMA_ENVIRONMENT_MESSAGE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * What somebody outside the simulator decides.
 */
enum class ExternalDecision : uint8_t
{
    CUTS,   //!< the cut of every task that waits for one
    GRANTS, //!< who sends on which subchannel in a slot
    POWERS, //!< the powers of a slot's grants
    WEIGHTS //!< how much each user counts for the slot rule
};

/// @param decision what is decided
/// @returns its name: cuts, grants, powers or weights
const char* ExternalDecisionName(ExternalDecision decision);

/**
 * @ingroup noma-core-io
 * Kinds of messages between a simulator and whoever decides for it (its agent). On the wire a
 * message is its length (32 bits, type and body), its type (8 bits) and its body. All numbers are
 * little-endian, floating-point numbers are IEEE 754 of 64 bits.
 *
 *     HELLO    agent:     magic, version (16), decision (8)
 *              simulator: the same, then EnvironmentLayout
 *     RESET    agent:     seed (64), run (64)
 *     OBSERVE  simulator: flags (8), then 64 bits each: rewards and other numbers that are not
 *                         whole, then those that are, as signed integers
 *     ACT      agent:     kind (8: 0 whole numbers, 1 others), count (32), numbers (32 or 64 each)
 *     CLOSE    agent:     nothing
 *     ERROR    either:    a line of text
 *
 * An agent says HELLO and is answered, then RESET and is answered with OBSERVE, then ACT and so on
 * until an OBSERVE has a flag set; RESET and CLOSE may come instead of ACT at any time.
 */
enum class EnvironmentMessageType : uint8_t
{
    HELLO = 1,   //!< who is there, which version, what is decided
    RESET = 2,   //!< a new episode
    OBSERVE = 3, //!< what there is to see
    ACT = 4,     //!< what is decided
    CLOSE = 5,   //!< no more episodes
    ERROR = 6    //!< why it ends
};

/// First word of HELLO: the letters NOMA.
inline constexpr uint32_t ENVIRONMENT_MAGIC = 0x414d4f4e;
/// Version of the protocol.
inline constexpr uint16_t ENVIRONMENT_VERSION = 2;
/// Greatest length of a message to the simulator (byte).
inline constexpr uint32_t MAX_REQUEST_BYTES = 1U << 20;
/// Greatest length of a message from the simulator (byte).
inline constexpr uint32_t MAX_REPLY_BYTES = 1U << 27;
/// Greatest length of the text of ERROR (byte).
inline constexpr std::size_t MAX_ERROR_BYTES = 1000;
/// Greatest seed of RESET, one below ns-3's.
inline constexpr uint64_t MAX_ENVIRONMENT_SEED = 0xfffffffeU;
/// Greatest run of RESET: whole numbers of agents that compute in floating point.
inline constexpr uint64_t MAX_ENVIRONMENT_RUN = uint64_t{1} << 53;
/// OBSERVE: the episode has come to its end.
inline constexpr uint8_t ENVIRONMENT_TERMINATED = 1;
/// OBSERVE: its time is over.
inline constexpr uint8_t ENVIRONMENT_TRUNCATED = 2;
/// EnvironmentField::userAxis of a field that has none.
inline constexpr uint8_t NO_USER_AXIS = 255;

/**
 * @ingroup noma-core-io
 * An array of numbers, as the layout describes it.
 */
struct EnvironmentField
{
    std::string name;               //!< at most 31 letters, digits and _
    bool whole{false};              //!< whether its values are whole numbers
    uint8_t userAxis{NO_USER_AXIS}; //!< which of its axes counts users
    double low{0};                  //!< least value
    double high{0};                 //!< greatest value
    std::vector<uint32_t> shape;    //!< at most 4 axes; none = one number

    /// @returns the number of values
    std::size_t GetSize() const;
};

/**
 * @ingroup noma-core-io
 * What an action has to look like. Entries count directions first, then users, or users only.
 */
struct EnvironmentAction
{
    bool whole{false};             //!< whether entries are whole numbers
    std::vector<uint32_t> choices; //!< whole: entry i is 0 to choices[i] - 1
    uint32_t count{0};             //!< number of entries
    double low{0};                 //!< not whole: least value
    double high{0};                //!< not whole: greatest value
};

/**
 * @ingroup noma-core-io
 * All that an agent needs to know before the first episode; it holds for all episodes.
 */
struct EnvironmentLayout
{
    uint32_t users{0};                          //!< users
    EnvironmentAction action;                   //!< what ACT holds
    std::vector<EnvironmentField> constants;    //!< what does not change in an episode
    std::vector<double> values;                 //!< of the constants, one field after the other
    std::vector<EnvironmentField> info;         //!< what OBSERVE holds first, beside the rewards
    std::vector<EnvironmentField> observations; //!< what OBSERVE holds last

    /// @returns numbers in an OBSERVE: rewards by user, info, observations
    std::size_t GetObserveSize() const;
};

/**
 * @ingroup noma-core-io
 * A message from the agent.
 */
struct EnvironmentRequest
{
    EnvironmentMessageType type{EnvironmentMessageType::CLOSE}; //!< which
    ExternalDecision decision{ExternalDecision::GRANTS};        //!< HELLO: what it decides
    uint64_t seed{0};                                           //!< RESET
    uint64_t run{0};                                            //!< RESET
    std::vector<double> action;                                 //!< ACT
    std::string text;                                           //!< ERROR
};

/**
 * @ingroup noma-core-io
 * Reads the length of a message.
 *
 * @param bytes 4 bytes
 * @returns length of type and body
 * @throws std::invalid_argument if it is 0 or above MAX_REQUEST_BYTES
 */
uint32_t DecodeRequestLength(const uint8_t* bytes);

/**
 * @ingroup noma-core-io
 * Reads a message from the agent. Nothing in it is believed: lengths and counts are compared with
 * what is there, numbers with what is allowed.
 *
 * @param bytes type and body
 * @param size their number
 * @param action what ACT has to look like; null = ACT is not allowed
 * @returns the message
 * @throws std::invalid_argument of one line naming field, value and what is allowed
 */
EnvironmentRequest DecodeRequest(const uint8_t* bytes,
                                 std::size_t size,
                                 const EnvironmentAction* action);

/**
 * @ingroup noma-core-io
 * @param request a message from the agent
 * @param action what ACT has to look like, for ACT
 * @returns length, type and body
 */
std::vector<uint8_t> EncodeRequest(const EnvironmentRequest& request,
                                   const EnvironmentAction& action = {});

/**
 * @ingroup noma-core-io
 * @param decision what the agent decides
 * @param layout what it has to know
 * @returns the simulator's HELLO: length, type and body
 */
std::vector<uint8_t> EncodeHello(ExternalDecision decision, const EnvironmentLayout& layout);

/**
 * @ingroup noma-core-io
 * @param flags 0, ENVIRONMENT_TERMINATED or ENVIRONMENT_TRUNCATED
 * @param layout says which numbers are whole
 * @param values rewards by user, info and observations, in its order
 * @param [in,out] out OBSERVE: length, type and body; memory is used again
 * @throws std::invalid_argument if there are not as many numbers as the layout says
 */
void EncodeObserve(uint8_t flags,
                   const EnvironmentLayout& layout,
                   const std::vector<double>& values,
                   std::vector<uint8_t>& out);

/**
 * @ingroup noma-core-io
 * @param text why it ends; is cut off at MAX_ERROR_BYTES
 * @returns ERROR: length, type and body
 */
std::vector<uint8_t> EncodeError(const std::string& text);

} // namespace noma
} // namespace ns3

#endif // NOMA_ENVIRONMENT_MESSAGE_H
