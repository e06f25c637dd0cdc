/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-json-reader.h"

#include "ns3/noma-quote.h"
#include "ns3/noma-types.h"

#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

/// Deepest nesting any of the formats needs is 6.
constexpr int MAX_DEPTH = 16;

/// Longest piece of input quoted in an error.
constexpr std::size_t MAX_QUOTE = 60;

/// @param value the value
/// @returns a value as quoted in errors, containers by their kind
std::string
Show(const nlohmann::json& value)
{
    if (value.is_object())
    {
        return value.empty() ? "an empty object" : "an object";
    }
    if (value.is_array())
    {
        return value.empty() ? "an empty list" : "a list of " + std::to_string(value.size());
    }
    return OneLine(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), MAX_QUOTE);
}

} // namespace

nlohmann::json
ParseJson(const std::string& text, const std::string& what)
{
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    {
        throw std::invalid_argument(what + ": empty text is not a JSON object");
    }
    std::vector<std::set<std::string>> keys;
    const auto strict = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start)
        {
            if (depth >= MAX_DEPTH)
            {
                throw std::invalid_argument(what + ": nesting is not at most " +
                                            std::to_string(MAX_DEPTH) + " levels deep");
            }
            keys.resize(depth + 1);
            keys[depth].clear();
        }
        else if (event == Event::key)
        {
            const auto& key = value.get_ref<const std::string&>();
            // of a key, the depth is that of the object's members
            if (!keys[depth - 1].insert(key).second)
            {
                throw std::invalid_argument(what + ": key \"" + OneLine(key, MAX_QUOTE) +
                                            "\" is not given only once");
            }
        }
        return true;
    };
    try
    {
        return nlohmann::json::parse(text, strict);
    }
    catch (const nlohmann::json::exception& e)
    {
        // "[json.exception.NAME.NUMBER] message"
        std::string message = e.what();
        const std::size_t end = message.find("] ");
        message = end == std::string::npos ? message : message.substr(end + 2);
        std::string line;
        for (unsigned char c : message.substr(0, 300))
        {
            line += c < 0x20 || c > 0x7e ? '?' : static_cast<char>(c);
        }
        throw std::invalid_argument(what + ": not JSON: " + line);
    }
}

JsonReader::JsonReader(const nlohmann::json& value, std::string path)
    : m_value(value),
      m_path(std::move(path))
{
}

void
JsonReader::CheckKeys(std::initializer_list<const char*> required,
                      std::initializer_list<const char*> optional) const
{
    if (!m_value.is_object())
    {
        Fail("an object");
    }
    for (const char* key : required)
    {
        if (!m_value.contains(key))
        {
            throw std::invalid_argument(Path(key) + ": missing, and it is not optional");
        }
    }
    for (const auto& item : m_value.items())
    {
        bool known = false;
        std::string all;
        for (const auto& list : {required, optional})
        {
            for (const char* key : list)
            {
                known = known || item.key() == key;
                all += (all.empty() ? "" : ", ") + std::string(key);
            }
        }
        if (!known)
        {
            throw std::invalid_argument(Path(OneLine(item.key(), MAX_QUOTE)) +
                                        ": the key is not one of " + all);
        }
    }
}

bool
JsonReader::Has(const char* key) const
{
    const auto it = m_value.find(key);
    return it != m_value.end() && !it->is_null();
}

JsonReader
JsonReader::At(const char* key) const
{
    return JsonReader(m_value.at(key), Path(key));
}

JsonReader
JsonReader::At(std::size_t i) const
{
    return JsonReader(m_value.at(i), m_path + "[" + std::to_string(i) + "]");
}

std::size_t
JsonReader::Size() const
{
    if (!m_value.is_array())
    {
        Fail("a list");
    }
    return m_value.size();
}

void
JsonReader::CheckSize(std::size_t n, const char* what) const
{
    if (!m_value.is_array() || m_value.size() != n)
    {
        Fail("a list of length " + std::to_string(n) + " (" + what + ")");
    }
}

double
JsonReader::Number() const
{
    if (!m_value.is_number())
    {
        Fail("a number");
    }
    const double value = m_value.get<double>();
    if (!std::isfinite(value))
    {
        Fail("a finite number");
    }
    return value;
}

uint32_t
JsonReader::Index() const
{
    if (!m_value.is_number_unsigned() || m_value.get<uint64_t>() >= NONE)
    {
        Fail("an integer >= 0");
    }
    return m_value.get<uint32_t>();
}

std::string
JsonReader::Text() const
{
    if (!m_value.is_string())
    {
        Fail("a string");
    }
    return m_value.get<std::string>();
}

bool
JsonReader::Bool() const
{
    if (!m_value.is_boolean())
    {
        Fail("true or false");
    }
    return m_value.get<bool>();
}

std::size_t
JsonReader::Choice(std::initializer_list<const char*> names) const
{
    std::string all;
    std::size_t i = 0;
    for (const char* name : names)
    {
        if (m_value.is_string() && m_value.get_ref<const std::string&>() == name)
        {
            return i;
        }
        ++i;
        all += (all.empty() ? "\"" : ", \"") + std::string(name) + "\"";
    }
    Fail("one of " + all);
}

std::string
JsonReader::Path(const std::string& key) const
{
    return key.empty() ? m_path : m_path.empty() ? key : m_path + "." + key;
}

const nlohmann::json&
JsonReader::Raw() const
{
    return m_value;
}

void
JsonReader::Fail(const std::string& allowed) const
{
    throw std::invalid_argument((m_path.empty() ? "the document" : m_path) + ": " + Show(m_value) +
                                " is not " + allowed);
}

} // namespace noma
} // namespace ns3
