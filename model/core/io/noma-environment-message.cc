/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-environment-message.h"

#include <cmath>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/**
 * @param field what is wrong
 * @param value its value
 * @param allowed what is allowed
 * @throws std::invalid_argument always
 */
template <typename T>
[[noreturn]] void
Refuse(const std::string& field, T value, const std::string& allowed)
{
    std::ostringstream os;
    os.precision(12);
    os << field << " is " << value << ", allowed: " << allowed;
    throw std::invalid_argument(os.str());
}

/// Takes numbers out of a message.
class Reader
{
  public:
    /// @param bytes type and body
    /// @param size their number
    Reader(const uint8_t* bytes, std::size_t size)
        : m_at(bytes),
          m_end(bytes + size)
    {
    }

    /**
     * @tparam T unsigned
     * @param field what it is
     * @returns the next number
     */
    template <typename T>
    T Whole(const std::string& field)
    {
        if (static_cast<std::size_t>(m_end - m_at) < sizeof(T))
        {
            throw std::invalid_argument(field + " is missing: the message ends before it");
        }
        T value = 0;
        for (std::size_t k = 0; k < sizeof(T); ++k)
        {
            value = static_cast<T>(value | static_cast<T>(static_cast<T>(m_at[k]) << (8 * k)));
        }
        m_at += sizeof(T);
        return value;
    }

    /// @param field what it is
    /// @returns the next floating-point number
    double Real(const std::string& field)
    {
        const auto bits = Whole<uint64_t>(field);
        double value;
        std::memcpy(&value, &bits, sizeof(value));
        return value;
    }

    /// @returns bytes left
    std::size_t GetLeft() const
    {
        return static_cast<std::size_t>(m_end - m_at);
    }

    /// @returns the bytes left as text
    std::string Text()
    {
        std::string text(m_at, m_end);
        m_at = m_end;
        return text;
    }

    /// @param message name of the message
    /// @throws std::invalid_argument if anything is left
    void End(const std::string& message) const
    {
        if (m_at != m_end)
        {
            Refuse(message + ": length", m_end - m_at, "no byte after its last field");
        }
    }

  private:
    const uint8_t* m_at;  //!< next byte
    const uint8_t* m_end; //!< one past the last
};

/// Without a loop, so that compilers make one instruction of it.
/// @param value a number
/// @param [out] to 4 bytes
void
Put32(uint32_t value, uint8_t* to)
{
    to[0] = static_cast<uint8_t>(value);
    to[1] = static_cast<uint8_t>(value >> 8);
    to[2] = static_cast<uint8_t>(value >> 16);
    to[3] = static_cast<uint8_t>(value >> 24);
}

/// @param value a number
/// @param [out] to 8 bytes
void
Put64(uint64_t value, uint8_t* to)
{
    Put32(static_cast<uint32_t>(value), to);
    Put32(static_cast<uint32_t>(value >> 32), to + sizeof(uint32_t));
}

/// Puts numbers into a message, whose length is filled in at the end.
class Writer
{
  public:
    /**
     * @param type type of the message
     * @param [in,out] out is emptied
     */
    Writer(EnvironmentMessageType type, std::vector<uint8_t>& out)
        : m_out(out)
    {
        m_out.assign(sizeof(uint32_t), 0);
        m_out.push_back(static_cast<uint8_t>(type));
    }

    /**
     * @tparam T unsigned
     * @param value a number
     */
    template <typename T>
    void Whole(T value)
    {
        for (std::size_t k = 0; k < sizeof(T); ++k)
        {
            m_out.push_back(static_cast<uint8_t>(value >> (8 * k)));
        }
    }

    /// @param value a number
    void Real(double value)
    {
        uint64_t bits;
        std::memcpy(&bits, &value, sizeof(bits));
        Whole(bits);
    }

    /// @param text a text, without its length
    void Text(const std::string& text)
    {
        m_out.insert(m_out.end(), text.begin(), text.end());
    }

    /// @param fields a list of fields
    void Fields(const std::vector<EnvironmentField>& fields)
    {
        Whole(static_cast<uint16_t>(fields.size()));
        for (const EnvironmentField& f : fields)
        {
            Whole(static_cast<uint8_t>(f.name.size()));
            Text(f.name);
            Whole(static_cast<uint8_t>(f.whole));
            Whole(f.userAxis);
            Real(f.low);
            Real(f.high);
            Whole(static_cast<uint8_t>(f.shape.size()));
            for (uint32_t n : f.shape)
            {
                Whole(n);
            }
        }
    }

    /// Fills the length in.
    void End()
    {
        Put32(static_cast<uint32_t>(m_out.size() - sizeof(uint32_t)), m_out.data());
    }

  private:
    std::vector<uint8_t>& m_out; //!< the message
};

/// Reads the start of HELLO.
/// @param reader behind the type
/// @param [out] request receives the decision
void
DecodeHello(Reader& reader, EnvironmentRequest& request)
{
    const auto magic = reader.Whole<uint32_t>("hello: magic");
    if (magic != ENVIRONMENT_MAGIC)
    {
        Refuse("hello: magic", magic, std::to_string(ENVIRONMENT_MAGIC) + " (NOMA)");
    }
    const auto version = reader.Whole<uint16_t>("hello: version");
    if (version != ENVIRONMENT_VERSION)
    {
        Refuse("hello: version", version, std::to_string(ENVIRONMENT_VERSION));
    }
    const auto decision = reader.Whole<uint8_t>("hello: decision");
    if (decision > static_cast<uint8_t>(ExternalDecision::WEIGHTS))
    {
        Refuse("hello: decision", unsigned{decision}, "0 to 3");
    }
    request.decision = static_cast<ExternalDecision>(decision);
}

/// Reads the body of ACT.
/// @param reader behind the type
/// @param action what is allowed
/// @param [out] values receives the entries
void
DecodeAction(Reader& reader, const EnvironmentAction& action, std::vector<double>& values)
{
    const auto kind = reader.Whole<uint8_t>("act: kind");
    if (kind != (action.whole ? 0 : 1))
    {
        Refuse("act: kind", unsigned{kind}, action.whole ? "0 (whole numbers)" : "1 (others)");
    }
    const auto count = reader.Whole<uint32_t>("act: count");
    if (count != action.count)
    {
        Refuse("act: count", count, std::to_string(action.count));
    }
    const std::size_t bytes = std::size_t{count} * (action.whole ? 4 : 8);
    if (reader.GetLeft() != bytes)
    {
        Refuse("act: length", reader.GetLeft(), std::to_string(bytes) + " bytes of entries");
    }
    values.reserve(count);
    for (uint32_t i = 0; i < count; ++i)
    {
        const auto name = [i] { return "act: entry " + std::to_string(i); };
        if (action.whole)
        {
            const auto value = static_cast<int32_t>(reader.Whole<uint32_t>("act: entry"));
            if (value < 0 || static_cast<uint32_t>(value) >= action.choices[i])
            {
                Refuse(name(), value, "0 to " + std::to_string(action.choices[i] - 1));
            }
            values.push_back(value);
            continue;
        }
        const double value = reader.Real("act: entry");
        if (!(value >= action.low && value <= action.high)) // NaN neither
        {
            std::ostringstream allowed;
            allowed << action.low << " to " << action.high;
            Refuse(name(), value, allowed.str());
        }
        values.push_back(value);
    }
}

} // namespace

const char*
ExternalDecisionName(ExternalDecision decision)
{
    switch (decision)
    {
    case ExternalDecision::CUTS:
        return "cuts";
    case ExternalDecision::GRANTS:
        return "grants";
    case ExternalDecision::POWERS:
        return "powers";
    case ExternalDecision::WEIGHTS:
        break;
    }
    return "weights";
}

std::size_t
EnvironmentField::GetSize() const
{
    std::size_t size = 1;
    for (uint32_t n : shape)
    {
        size *= n;
    }
    return size;
}

std::size_t
EnvironmentLayout::GetObserveSize() const
{
    std::size_t size = users;
    for (const auto* fields : {&info, &observations})
    {
        for (const EnvironmentField& f : *fields)
        {
            size += f.GetSize();
        }
    }
    return size;
}

uint32_t
DecodeRequestLength(const uint8_t* bytes)
{
    const auto length = Reader(bytes, sizeof(uint32_t)).Whole<uint32_t>("length");
    if (length == 0 || length > MAX_REQUEST_BYTES)
    {
        Refuse("message: length", length, "1 to " + std::to_string(MAX_REQUEST_BYTES));
    }
    return length;
}

EnvironmentRequest
DecodeRequest(const uint8_t* bytes, std::size_t size, const EnvironmentAction* action)
{
    Reader reader(bytes, size);
    const auto type = reader.Whole<uint8_t>("message: type");
    EnvironmentRequest request;
    request.type = static_cast<EnvironmentMessageType>(type);
    switch (request.type)
    {
    case EnvironmentMessageType::HELLO:
        DecodeHello(reader, request);
        reader.End("hello");
        return request;
    case EnvironmentMessageType::RESET:
        request.seed = reader.Whole<uint64_t>("reset: seed");
        if (request.seed > MAX_ENVIRONMENT_SEED)
        {
            Refuse("reset: seed", request.seed, "0 to " + std::to_string(MAX_ENVIRONMENT_SEED));
        }
        request.run = reader.Whole<uint64_t>("reset: run");
        if (request.run == 0 || request.run > MAX_ENVIRONMENT_RUN)
        {
            Refuse("reset: run", request.run, "1 to " + std::to_string(MAX_ENVIRONMENT_RUN));
        }
        reader.End("reset");
        return request;
    case EnvironmentMessageType::ACT:
        if (!action)
        {
            throw std::invalid_argument("act: no episode waits for an action");
        }
        DecodeAction(reader, *action, request.action);
        return request;
    case EnvironmentMessageType::CLOSE:
        reader.End("close");
        return request;
    case EnvironmentMessageType::ERROR:
        if (reader.GetLeft() > MAX_ERROR_BYTES)
        {
            Refuse("error: length", reader.GetLeft(), "0 to " + std::to_string(MAX_ERROR_BYTES));
        }
        request.text = reader.Text();
        return request;
    case EnvironmentMessageType::OBSERVE:
        break; // is the simulator's
    }
    Refuse("message: type", unsigned{type}, "1 (hello), 2 (reset), 4 (act), 5 (close), 6 (error)");
}

std::vector<uint8_t>
EncodeRequest(const EnvironmentRequest& request, const EnvironmentAction& action)
{
    std::vector<uint8_t> out;
    Writer writer(request.type, out);
    switch (request.type)
    {
    case EnvironmentMessageType::HELLO:
        writer.Whole(ENVIRONMENT_MAGIC);
        writer.Whole(ENVIRONMENT_VERSION);
        writer.Whole(static_cast<uint8_t>(request.decision));
        break;
    case EnvironmentMessageType::RESET:
        writer.Whole(request.seed);
        writer.Whole(request.run);
        break;
    case EnvironmentMessageType::ACT:
        writer.Whole(static_cast<uint8_t>(action.whole ? 0 : 1));
        writer.Whole(static_cast<uint32_t>(request.action.size()));
        for (double value : request.action)
        {
            if (action.whole)
            {
                writer.Whole(static_cast<uint32_t>(static_cast<int32_t>(value)));
            }
            else
            {
                writer.Real(value);
            }
        }
        break;
    case EnvironmentMessageType::ERROR:
        writer.Text(request.text);
        break;
    case EnvironmentMessageType::CLOSE:
    case EnvironmentMessageType::OBSERVE:
        break;
    }
    writer.End();
    return out;
}

std::vector<uint8_t>
EncodeHello(ExternalDecision decision, const EnvironmentLayout& layout)
{
    std::vector<uint8_t> out;
    Writer writer(EnvironmentMessageType::HELLO, out);
    writer.Whole(ENVIRONMENT_MAGIC);
    writer.Whole(ENVIRONMENT_VERSION);
    writer.Whole(static_cast<uint8_t>(decision));
    writer.Whole(layout.users);
    writer.Whole(static_cast<uint8_t>(layout.action.whole ? 0 : 1));
    writer.Whole(layout.action.count);
    if (layout.action.whole)
    {
        for (uint32_t n : layout.action.choices)
        {
            writer.Whole(n);
        }
    }
    else
    {
        writer.Real(layout.action.low);
        writer.Real(layout.action.high);
    }
    writer.Fields(layout.constants);
    for (double value : layout.values)
    {
        writer.Real(value);
    }
    writer.Fields(layout.info);
    writer.Fields(layout.observations);
    writer.End();
    return out;
}

void
EncodeObserve(uint8_t flags,
              const EnvironmentLayout& layout,
              const std::vector<double>& values,
              std::vector<uint8_t>& out)
{
    if (values.size() != layout.GetObserveSize())
    {
        Refuse("observe: numbers", values.size(), std::to_string(layout.GetObserveSize()));
    }
    constexpr std::size_t HEAD = sizeof(uint32_t) + 2;
    out.resize(HEAD + sizeof(uint64_t) * values.size());
    Put32(static_cast<uint32_t>(out.size() - sizeof(uint32_t)), out.data());
    out[HEAD - 2] = static_cast<uint8_t>(EnvironmentMessageType::OBSERVE);
    out[HEAD - 1] = flags;
    std::size_t whole = 0;
    for (const auto* fields : {&layout.info, &layout.observations})
    {
        for (const EnvironmentField& f : *fields)
        {
            whole += f.whole ? f.GetSize() : 0;
        }
    }
    const double* value = values.data();
    uint8_t* real = out.data() + HEAD;
    uint8_t* integer = real + sizeof(uint64_t) * (values.size() - whole);
    const auto reals = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
        {
            uint64_t bits;
            std::memcpy(&bits, value++, sizeof(bits));
            Put64(bits, real);
            real += sizeof(bits);
        }
    };
    reals(layout.users);
    for (const auto* fields : {&layout.info, &layout.observations})
    {
        for (const EnvironmentField& f : *fields)
        {
            if (!f.whole)
            {
                reals(f.GetSize());
                continue;
            }
            for (std::size_t i = f.GetSize(); i > 0; --i)
            {
                Put64(static_cast<uint64_t>(static_cast<int64_t>(*value++)), integer);
                integer += sizeof(uint64_t);
            }
        }
    }
}

std::vector<uint8_t>
EncodeError(const std::string& text)
{
    EnvironmentRequest request;
    request.type = EnvironmentMessageType::ERROR;
    request.text = text.substr(0, MAX_ERROR_BYTES);
    return EncodeRequest(request);
}

} // namespace noma
} // namespace ns3
