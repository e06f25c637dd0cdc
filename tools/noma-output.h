/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_OUTPUT_H
#define NOMA_OUTPUT_H

#include "ns3/noma-whole-file.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-tools
 * Makes sure that what was printed has arrived.
 *
 * @throws std::runtime_error of one line
 */
inline void
CheckStandardOutput()
{
    errno = 0;
    if (!(std::cout << std::flush))
    {
        throw std::runtime_error(std::string("cannot write to standard output: ") +
                                 std::strerror(errno != 0 ? errno : EIO));
    }
}

/**
 * @ingroup noma-tools
 * A new folder for results. It is made, and tried by writing into it, before a long run. Unless
 * everything is written in the end, it is taken away again.
 */
class ResultFolder
{
  public:
    /// No folder: nothing is written.
    ResultFolder() = default;

    /**
     * Makes the folder.
     *
     * @param option name of the option, for messages
     * @param path a folder that is not there
     * @throws std::invalid_argument of one line
     */
    ResultFolder(const std::string& option, const std::string& path)
        : m_path(path)
    {
        namespace fs = std::filesystem;
        std::error_code error;
        if (fs::exists(path, error))
        {
            throw std::invalid_argument(option + ": '" + path +
                                        "' is there already, expected a new folder");
        }
        // folders above it that are not there either are taken away with it
        for (fs::path p = fs::absolute(path, error).lexically_normal();
             !fs::exists(p, error) && p != p.parent_path();
             p = p.parent_path())
        {
            if (error)
            {
                break;
            }
            m_made = p;
        }
        fs::create_directories(path, error);
        if (error)
        {
            const std::string why = error.message();
            Remove();
            throw std::invalid_argument(option + ": cannot make '" + path + "': " + why);
        }
        try
        {
            WriteWholeFile((m_path / "try").string(), "");
            fs::remove(m_path / "try", error);
        }
        catch (const std::runtime_error& e)
        {
            Remove();
            throw std::invalid_argument(option + ": " + e.what());
        }
    }

    ResultFolder(const ResultFolder&) = delete;
    ResultFolder& operator=(const ResultFolder&) = delete;

    ResultFolder(ResultFolder&& other) noexcept
    {
        *this = std::move(other);
    }

    ResultFolder& operator=(ResultFolder&& other) noexcept
    {
        std::swap(m_path, other.m_path);
        std::swap(m_made, other.m_made);
        std::swap(m_done, other.m_done);
        return *this;
    }

    ~ResultFolder()
    {
        if (!m_done)
        {
            Remove();
        }
    }

    /**
     * Writes all results.
     *
     * @param files names and contents
     * @throws std::runtime_error of one line; then the folder is not there
     */
    void Write(const std::vector<std::pair<std::string, std::string>>& files)
    {
        for (const auto& [name, text] : files)
        {
            WriteWholeFile((m_path / name).string(), text);
        }
        m_done = true;
    }

    /// @returns whether there is a folder
    explicit operator bool() const
    {
        return !m_path.empty();
    }

  private:
    /// Takes away what was made.
    void Remove()
    {
        std::error_code error;
        if (!m_made.empty())
        {
            std::filesystem::remove_all(m_made, error);
        }
    }

    std::filesystem::path m_path; //!< the folder
    std::filesystem::path m_made; //!< first folder of its path that was not there
    bool m_done{false};           //!< whether all is written
};

/**
 * @ingroup noma-tools
 * Body of every program's main(): an exception, or standard output that does not take what is
 * printed, becomes one line on standard error and exit status 2.
 *
 * @param program name of the program, which begins the line
 * @param body what the program does; its result is the exit status
 * @returns the exit status
 */
template <typename Body>
int
RunTool(const std::string& program, Body&& body)
{
    std::string message;
    try
    {
        const int status = body();
        CheckStandardOutput();
        return status;
    }
    catch (const std::bad_alloc&)
    {
        message = "out of memory";
    }
    catch (const std::exception& e)
    {
        message = e.what();
    }
    // what was quoted from the input may hold anything
    for (char& c : message)
    {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        {
            c = ' ';
        }
    }
    std::cerr << program << ": " << message << std::endl;
    return 2;
}

} // namespace noma
} // namespace ns3

#endif // NOMA_OUTPUT_H
