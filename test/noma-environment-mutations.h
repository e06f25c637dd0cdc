/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ENVIRONMENT_MUTATIONS_H
#define NOMA_ENVIRONMENT_MUTATIONS_H

#include "ns3/noma-environment-message.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/// Feeds messages with faults to the decoder of requests.
class EnvironmentMutations
{
  public:
    /// @param seed of the mutations
    explicit EnvironmentMutations(uint64_t seed)
        : m_random(seed)
    {
        m_whole.whole = true;
        m_whole.choices = {3, 1, 7, 250};
        m_whole.count = 4;
        m_real.count = 3;
        m_real.high = 10;
        EnvironmentRequest r;
        for (const auto type : {EnvironmentMessageType::HELLO,
                                EnvironmentMessageType::RESET,
                                EnvironmentMessageType::CLOSE,
                                EnvironmentMessageType::ERROR})
        {
            r.type = type;
            r.decision = ExternalDecision::POWERS;
            r.seed = 12345;
            r.run = 7;
            r.text = "why";
            m_seeds.push_back(EncodeRequest(r));
        }
        r.type = EnvironmentMessageType::ACT;
        r.action = {2, 0, 6, 249};
        m_seeds.push_back(EncodeRequest(r, m_whole));
        r.action = {0, 10, 0.3};
        m_seeds.push_back(EncodeRequest(r, m_real));
    }

    /**
     * Makes a message with faults and decodes it.
     *
     * @returns an empty text if it was refused with one line or is as allowed, otherwise what is
     *          wrong
     */
    std::string Next()
    {
        std::vector<uint8_t> bytes = Mutate();
        const EnvironmentAction* const allowed[] = {&m_whole, &m_real, nullptr};
        const EnvironmentAction* const action = allowed[Below(3)];
        try
        {
            if (bytes.size() < 4)
            {
                return "";
            }
            const uint32_t length = DecodeRequestLength(bytes.data());
            if (length == 0 || length > MAX_REQUEST_BYTES)
            {
                return "length " + std::to_string(length) + " was accepted";
            }
            const EnvironmentRequest r = DecodeRequest(bytes.data() + 4, bytes.size() - 4, action);
            ++m_accepted;
            return Check(r, bytes, action);
        }
        catch (const std::invalid_argument& e)
        {
            ++m_refused;
            const std::string text = e.what();
            return text.size() > 5 && text.size() < 200 && text.find('\n') == std::string::npos
                       ? ""
                       : "not one line: " + text;
        }
        catch (const std::exception& e)
        {
            return std::string("another exception: ") + e.what();
        }
    }

    /// @returns messages refused
    uint64_t GetRefused() const
    {
        return m_refused;
    }

    /// @returns messages accepted
    uint64_t GetAccepted() const
    {
        return m_accepted;
    }

  private:
    /// @param n bound
    /// @returns a whole number below it
    std::size_t Below(std::size_t n)
    {
        return m_random() % n;
    }

    /// @returns a message with faults
    std::vector<uint8_t> Mutate()
    {
        std::vector<uint8_t> bytes = m_seeds[Below(m_seeds.size())];
        for (std::size_t k = Below(4); k-- > 0;)
        {
            const std::size_t at = bytes.empty() ? 0 : Below(bytes.size());
            switch (Below(7))
            {
            case 0:
                bytes.resize(at);
                break;
            case 1:
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), 1 + Below(9), 0xff);
                break;
            case 2: {
                const auto& other = m_seeds[Below(m_seeds.size())];
                bytes.resize(at);
                bytes.insert(bytes.end(),
                             other.begin() + static_cast<std::ptrdiff_t>(Below(other.size())),
                             other.end());
                break;
            }
            case 3:
                bytes.insert(bytes.end(), Below(3000), static_cast<uint8_t>(Below(256)));
                break;
            default:
                if (!bytes.empty())
                {
                    bytes[at] =
                        static_cast<uint8_t>(Below(2) ? Below(256) : bytes[at] ^ (1U << Below(8)));
                }
            }
        }
        return bytes;
    }

    /// @param r what was decoded
    /// @param bytes what from
    /// @param action what is allowed
    /// @returns what is wrong with it
    std::string Check(const EnvironmentRequest& r,
                      const std::vector<uint8_t>& bytes,
                      const EnvironmentAction* action) const
    {
        if (r.type == EnvironmentMessageType::ACT)
        {
            if (!action || r.action.size() != action->count)
            {
                return "an action of another size was accepted";
            }
            for (std::size_t i = 0; i < r.action.size(); ++i)
            {
                const double x = r.action[i];
                const bool good = action->whole
                                      ? x >= 0 && x < action->choices[i] && x == std::floor(x)
                                      : x >= action->low && x <= action->high;
                if (!good)
                {
                    return "entry " + std::to_string(x) + " was accepted";
                }
            }
        }
        if (r.seed > MAX_ENVIRONMENT_SEED || r.run > MAX_ENVIRONMENT_RUN ||
            r.text.size() > MAX_ERROR_BYTES)
        {
            return "a number out of range was accepted";
        }
        // what was accepted says what was understood, to the bit
        const auto again = EncodeRequest(r, action ? *action : EnvironmentAction());
        const bool same = again.size() == bytes.size() &&
                          std::equal(again.begin() + 4, again.end(), bytes.begin() + 4);
        return same ? "" : "what was accepted reads differently when written again";
    }

    std::mt19937_64 m_random;                  //!< mutations
    EnvironmentAction m_whole;                 //!< of whole numbers
    EnvironmentAction m_real;                  //!< of others
    std::vector<std::vector<uint8_t>> m_seeds; //!< good messages
    uint64_t m_refused{0};                     //!< messages
    uint64_t m_accepted{0};                    //!< messages
};

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_ENVIRONMENT_MUTATIONS_H
