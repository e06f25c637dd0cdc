/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_OPTIONS_H
#define NOMA_OPTIONS_H

#include "ns3/callback.h"
#include "ns3/command-line.h"
#include "ns3/noma-ns3-compat.h"

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-examples
 * Makes sure that an option names something there is.
 *
 * @tparam Names range of texts
 * @param option option
 * @param value its value
 * @param names what it may be
 * @throws std::invalid_argument of one line
 */
template <typename Names>
void
CheckName(const std::string& option, const std::string& value, const Names& names)
{
    std::string list;
    for (const auto& name : names)
    {
        if (name == value)
        {
            return;
        }
        list.append(list.empty() ? "" : ", ").append(name);
    }
    throw std::invalid_argument("--" + option + " is '" + value + "', allowed: " + list);
}

/// Help of the option --timeline of programs that simulate once.
inline constexpr const char* TIMELINE_HELP =
    "new file for a timeline in Chrome trace JSON, for ui.perfetto.dev and utils/report";

/**
 * @ingroup noma-examples
 * The timeline of one of several simulations: its name goes before the extension.
 *
 * @param file name given, empty = none
 * @param name name of the simulation
 * @returns name of its file, empty = none
 * @throws std::invalid_argument if there is one of this name, before a long run ends with it
 */
inline std::string
TimelineFile(const std::string& file, const std::string& name)
{
    if (file.empty())
    {
        return file;
    }
    const std::filesystem::path path(file);
    auto own = path;
    own.replace_filename(path.stem().string() + "-" + name + path.extension().string());
    std::error_code error;
    if (std::filesystem::exists(own, error))
    {
        throw std::invalid_argument("--timeline: '" + own.string() +
                                    "' is there already, expected a new file");
    }
    return own.string();
}

/**
 * @ingroup noma-examples
 * The command line of an example: ns-3's, with numbers that are checked. A value that is no number,
 * or outside its range, is a std::invalid_argument of one line, which RunTool() turns into exit
 * status 2; the range stands in --help. What is registered must outlive Parse().
 */
class Options
{
  public:
    /// @param file source file of the program, for its name @param usage what it does
    Options(const std::string& file, const std::string& usage)
        : m_command(file)
    {
        m_command.Usage(usage);
    }

    /**
     * A number.
     *
     * @param name option
     * @param help explanation, with the unit
     * @param value holds the default, receives the value
     * @param min smallest value allowed
     * @param max largest value allowed
     */
    void Add(const std::string& name,
             const std::string& help,
             double& value,
             double min,
             double max)
    {
        m_numbers.push_back({name, &value, min, max});
        AddChecked(m_numbers.back(), help);
    }

    /**
     * A whole number.
     *
     * @param name option
     * @param help explanation
     * @param value holds the default, receives the value
     * @param min smallest value allowed
     * @param max largest value allowed
     */
    void Add(const std::string& name,
             const std::string& help,
             uint32_t& value,
             uint32_t min,
             uint32_t max)
    {
        m_wholes.push_back({name, &value, min, max});
        AddChecked(m_wholes.back(), help);
    }

    /**
     * A text or a switch.
     *
     * @tparam T std::string or bool
     * @param name option
     * @param help explanation
     * @param value holds the default, receives the value
     */
    template <typename T>
    void Add(const std::string& name, const std::string& help, T& value)
    {
        m_command.AddValue(name, help, value);
    }

    /// Reads the command line; does not return after --help. @param argc words @param argv words
    void Parse(int argc, char* argv[])
    {
        m_command.Parse(argc, argv);
    }

  private:
    /// Where a number goes, and its range.
    template <typename T>
    struct Number
    {
        std::string name; //!< option
        T* value;         //!< variable
        T min;            //!< smallest
        T max;            //!< largest

        /// Reads the number. @param text its text @returns true, or it throws
        bool Read(NOMA_OPTION_TEXT text) const
        {
            char* end = nullptr;
            errno = 0;
            const double number = std::strtod(text.c_str(), &end);
            const bool begins = !text.empty() && text.find_first_of(" \t\nxX") == std::string::npos;
            const bool whole = std::is_floating_point_v<T> || number == std::floor(number);
            if (!begins || *end || !std::isfinite(number) || !whole ||
                number < static_cast<double>(min) || number > static_cast<double>(max))
            {
                std::ostringstream message;
                message.precision(12);
                message << "--" << name << " is '" << text << "', allowed: "
                        << (std::is_floating_point_v<T> ? "a number from " : "a whole number from ")
                        << min << " to " << max;
                throw std::invalid_argument(message.str());
            }
            *value = static_cast<T>(number);
            return true;
        }
    };

    /// Registers a number. @param number stays where it is @param help explanation
    template <typename T>
    void AddChecked(const Number<T>& number, const std::string& help)
    {
        std::ostringstream text;
        text << help << ", " << number.min << " to " << number.max;
        std::ostringstream byDefault;
        byDefault << *number.value;
        m_command.AddValue(number.name,
                           text.str(),
                           MakeCallback(&Number<T>::Read, &number),
                           byDefault.str());
    }

    CommandLine m_command;                 //!< ns-3's
    std::deque<Number<double>> m_numbers;  //!< numbers registered; references to them stay good
    std::deque<Number<uint32_t>> m_wholes; //!< likewise
};

} // namespace noma
} // namespace ns3

#endif // NOMA_OPTIONS_H
