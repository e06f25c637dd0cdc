/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ARGUMENTS_H
#define NOMA_ARGUMENTS_H

#include "noma-output.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <iterator>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-tools
 * Command line of a tool: `--name value`, `--name=value` and flags, nothing else. Every mistake
 * is a std::invalid_argument of one line, which RunTool() turns into exit status 2.
 */
class Arguments
{
  public:
    /**
     * @param program name of the tool
     * @param summary what it does, for --help
     */
    Arguments(std::string program, std::string summary)
        : m_program(std::move(program)),
          m_summary(std::move(summary))
    {
        AddFlag("help", "print this text");
    }

    /**
     * An option that must be given.
     *
     * @param name option without the dashes
     * @param placeholder what stands for the value in --help
     * @param help one line of explanation
     */
    void AddRequired(const std::string& name,
                     const std::string& placeholder,
                     const std::string& help)
    {
        m_options.push_back({name, placeholder, help, "", "", true, false});
    }

    /**
     * An option that may be left out.
     *
     * @param name option without the dashes
     * @param placeholder what stands for the value in --help
     * @param help one line of explanation
     * @param byDefault value when it is left out; empty for none
     */
    void AddOption(const std::string& name,
                   const std::string& placeholder,
                   const std::string& help,
                   const std::string& byDefault = "")
    {
        m_options.push_back({name, placeholder, help, byDefault, byDefault, false, false});
    }

    /**
     * An option without a value.
     *
     * @param name option without the dashes
     * @param help one line of explanation
     */
    void AddFlag(const std::string& name, const std::string& help)
    {
        m_options.push_back({name, "", help, "", "", false, true});
    }

    /// @param text printed below the options by --help
    void SetEpilogue(const std::string& text)
    {
        m_epilogue = text;
    }

    /**
     * Reads the command line; prints the help if it is asked for.
     *
     * @param argc number of words
     * @param argv words, the program first
     * @returns whether to go on; false after --help
     */
    bool Parse(int argc, char* argv[])
    {
        for (int i = 1; i < argc; ++i)
        {
            const std::string word = argv[i];
            if (word.compare(0, 2, "--") != 0 || word.size() == 2)
            {
                throw std::invalid_argument("unexpected argument '" + word +
                                            "' (options begin with --; see --help)");
            }
            const auto equals = word.find('=');
            const std::string name =
                word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
            Option* option = Find(name);
            if (!option)
            {
                throw std::invalid_argument("unknown option '--" + name + "' (see --help)");
            }
            if (option->given)
            {
                throw std::invalid_argument("--" + name + " is given twice");
            }
            option->given = true;
            if (option->flag)
            {
                if (equals != std::string::npos)
                {
                    throw std::invalid_argument("--" + name + " takes no value");
                }
            }
            else if (equals != std::string::npos)
            {
                option->value = word.substr(equals + 1);
            }
            else if (i + 1 < argc)
            {
                option->value = argv[++i];
            }
            else
            {
                throw std::invalid_argument("--" + name + " needs a value, " + option->placeholder);
            }
        }
        if (Has("help"))
        {
            PrintHelp(std::cout);
            return false;
        }
        for (const auto& option : m_options)
        {
            if (option.required && !option.given)
            {
                throw std::invalid_argument("--" + option.name + " " + option.placeholder +
                                            " is missing (see --help)");
            }
        }
        return true;
    }

    /// @param name an option @returns whether it was given on the command line
    bool Has(const std::string& name) const
    {
        return Get(name).given;
    }

    /// @param name an option @returns its value or its default
    const std::string& GetString(const std::string& name) const
    {
        return Get(name).value;
    }

    /**
     * @tparam List range of texts
     * @param name an option
     * @param allowed the values it may have
     * @returns its value, one of those
     */
    template <typename List = std::initializer_list<const char*>>
    const std::string& GetChoice(const std::string& name, const List& allowed) const
    {
        const std::string& value = GetString(name);
        if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
        {
            std::string list;
            for (const auto& a : allowed)
            {
                list += std::string(list.empty() ? "" : ", ") + a;
            }
            throw std::invalid_argument("--" + name + " is '" + value + "', allowed: " + list);
        }
        return value;
    }

    /**
     * @param name an option
     * @param min smallest value allowed
     * @param max largest value allowed
     * @returns its value as a finite number
     */
    double GetDouble(const std::string& name, double min, double max) const
    {
        return ToDouble(name, GetString(name), min, max);
    }

    /**
     * @param name an option
     * @param min smallest value allowed
     * @param max largest value allowed
     * @returns its value as a whole number
     */
    uint64_t GetUint(const std::string& name, uint64_t min, uint64_t max) const
    {
        const std::string& text = GetString(name);
        const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return c >= '0' && c <= '9';
        });
        errno = 0;
        const uint64_t value = digits ? std::strtoull(text.c_str(), nullptr, 10) : 0;
        if (!digits || errno == ERANGE || value < min || value > max)
        {
            throw std::invalid_argument("--" + name + " is '" + text +
                                        "', allowed: a whole number from " + std::to_string(min) +
                                        " to " + std::to_string(max));
        }
        return value;
    }

    /**
     * @param name an option
     * @param min smallest value allowed
     * @param max largest value allowed
     * @returns its value as a comma-separated list of finite numbers; empty if the value is
     */
    std::vector<double> GetDoubles(const std::string& name, double min, double max) const
    {
        std::vector<double> list;
        const std::string& text = GetString(name);
        for (std::size_t begin = 0; !text.empty() && begin <= text.size();)
        {
            const std::size_t end = std::min(text.find(',', begin), text.size());
            list.push_back(ToDouble(name, text.substr(begin, end - begin), min, max));
            begin = end + 1;
        }
        return list;
    }

    /// @param out where the help goes
    void PrintHelp(std::ostream& out) const
    {
        out << m_program << ": " << m_summary << "\n\n";
        std::size_t width = 0;
        for (const auto& o : m_options)
        {
            width = std::max(width, o.name.size() + o.placeholder.size());
        }
        for (const auto& o : m_options)
        {
            const std::string head = o.name + (o.flag ? "" : " ") + o.placeholder;
            out << "  --" << head << std::string(width + 3 - head.size(), ' ') << o.help;
            if (!o.byDefault.empty())
            {
                out << " [" << o.byDefault << "]";
            }
            out << (o.required ? " (required)\n" : "\n");
        }
        if (!m_epilogue.empty())
        {
            out << "\n" << m_epilogue << (m_epilogue.back() == '\n' ? "" : "\n");
        }
    }

  private:
    /// One option as declared and as found.
    struct Option
    {
        std::string name;        //!< without the dashes
        std::string placeholder; //!< stands for the value in the help
        std::string help;        //!< explanation
        std::string byDefault;   //!< default value
        std::string value;       //!< value in force
        bool required;           //!< must be given
        bool flag;               //!< has no value
        bool given{false};       //!< was on the command line
    };

    /// @param name an option @returns it, null if undeclared
    Option* Find(const std::string& name)
    {
        for (auto& option : m_options)
        {
            if (option.name == name)
            {
                return &option;
            }
        }
        return nullptr;
    }

    /// @param name a declared option @returns it
    const Option& Get(const std::string& name) const
    {
        for (const auto& option : m_options)
        {
            if (option.name == name)
            {
                return option;
            }
        }
        throw std::logic_error("option --" + name + " was never declared");
    }

    /// @param name an option @param text the number @param min smallest @param max largest
    /// @returns the number
    static double ToDouble(const std::string& name, const std::string& text, double min, double max)
    {
        char* end = nullptr;
        const double value = std::strtod(text.c_str(), &end);
        if (text.empty() || std::isspace(static_cast<unsigned char>(text[0])) || *end ||
            !std::isfinite(value) || value < min || value > max)
        {
            std::ostringstream message;
            message << "--" << name << " has '" << text << "', allowed: a number from " << min
                    << " to " << max;
            throw std::invalid_argument(message.str());
        }
        return value;
    }

    std::string m_program;         //!< name of the tool
    std::string m_summary;         //!< what it does
    std::string m_epilogue;        //!< last part of the help
    std::vector<Option> m_options; //!< options in the order of declaration
};

/**
 * @ingroup noma-tools
 * @param path a file, "-" for standard input
 * @returns its whole text
 */
inline std::string
ReadTextFile(const std::string& path)
{
    if (path == "-")
    {
        return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    }
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    // a folder opens, but reading it fails
    if (!file || (file.peek(), file.bad()))
    {
        throw std::invalid_argument("cannot read '" + path + "': " + std::strerror(errno));
    }
    text << file.rdbuf();
    return text.str();
}

/**
 * @ingroup noma-tools
 * @param path a file, "" or "-" for standard output
 * @param text what to write
 */
inline void
WriteTextFile(const std::string& path, const std::string& text)
{
    if (path.empty() || path == "-")
    {
        std::cout << text;
        CheckStandardOutput();
        return;
    }
    WriteWholeFile(path, text);
}

} // namespace noma
} // namespace ns3

#endif // NOMA_ARGUMENTS_H
