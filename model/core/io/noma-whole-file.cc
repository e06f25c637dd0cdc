/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-whole-file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ns3
{
namespace noma
{

void
WriteWholeFile(const std::string& path, const std::string& text)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const auto status = fs::status(path, error);
    const bool direct = fs::exists(status) && !fs::is_regular_file(status);
    const std::string name = direct ? path : path + ".part";
    errno = 0;
    std::ofstream file(name, std::ios::binary);
    const bool opened = static_cast<bool>(file);
    file << text;
    file.close();
    if (file)
    {
        if (!direct)
        {
            fs::rename(name, path, error);
        }
        if (direct || !error)
        {
            return;
        }
        errno = error.value();
    }
    const std::string why = std::strerror(errno);
    if (opened && !direct)
    {
        fs::remove(name, error);
    }
    throw std::runtime_error("cannot write '" + path + "': " + why);
}

} // namespace noma
} // namespace ns3
