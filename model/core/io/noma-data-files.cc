/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-data-files.h"

#include "noma-device-json.h"
#include "noma-dnn-json.h"
#include "noma-onnx.h"

#include "ns3/noma-model-library.h"
#include "ns3/noma-quote.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <vector>

namespace ns3
{
namespace noma
{

namespace
{

namespace fs = std::filesystem;

/// @param path the file
/// @returns whole text of a file
std::string
ReadFile(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    // a folder opens, but reading it fails
    if (!file || (file.peek(), file.bad()))
    {
        throw std::invalid_argument("cannot read '" + path + "': " + std::strerror(errno));
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// @returns folders that may hold the module's data
std::vector<fs::path>
DataFolders()
{
    std::vector<fs::path> folders;
    if (const char* given = std::getenv("NOMA_DATA"))
    {
        folders.emplace_back(given);
    }
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&LoadDevice), &info) != 0 && info.dli_fname)
    {
        std::error_code error;
        const fs::path object = fs::canonical(info.dli_fname, error);
        if (!error)
        {
            folders.push_back(object.parent_path().parent_path() / "share" / "noma");
        }
    }
#ifdef NOMA_DATA_SOURCE
    folders.emplace_back(NOMA_DATA_SOURCE);
#endif
    return folders;
}

/// @param source name or path
/// @param end its end
/// @returns whether a source ends so
bool
EndsWith(const std::string& source, const std::string& end)
{
    return source.size() > end.size() &&
           source.compare(source.size() - end.size(), end.size(), end) == 0;
}

/// @param source name or path
/// @returns whether a source is meant as a path
bool
IsPath(const std::string& source)
{
    return source.find('/') != std::string::npos || EndsWith(source, ".json") ||
           EndsWith(source, ".onnx");
}

/// @param path the file
/// @returns name of a model: that of its file, as far as a name allows
std::string
NameOf(const std::string& path)
{
    std::string name = fs::path(path).stem().string().substr(0, 64);
    for (char& c : name)
    {
        const auto u = static_cast<unsigned char>(c);
        c = u < 0x80 && (std::isalnum(u) != 0 || c == '_' || c == '.' || c == '-') ? c : '_';
    }
    return name;
}

/// @param below folder below the data
/// @param name its name
/// @returns path of a file of the module
std::optional<std::string>
FindShipped(const std::string& below, const std::string& name)
{
    for (const fs::path& folder : DataFolders())
    {
        std::error_code error;
        const fs::path path = folder / below / (name + ".json");
        if (fs::is_regular_file(path, error))
        {
            return path.string();
        }
    }
    return std::nullopt;
}

/// @param below folder
/// @returns names of the files of the module, sorted, after a comma each
std::string
ShippedNames(const std::string& below)
{
    std::vector<std::string> names;
    for (const fs::path& folder : DataFolders())
    {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder / below, error))
        {
            if (entry.path().extension() == ".json")
            {
                names.push_back(entry.path().stem().string());
            }
        }
        if (!names.empty())
        {
            break;
        }
    }
    std::sort(names.begin(), names.end());
    std::string all;
    for (const std::string& name : names)
    {
        all += ", " + name;
    }
    return all;
}

} // namespace

std::vector<DnnExit>
LoadDnnExits(const std::string& source,
             uint32_t input,
             const std::map<std::string, uint32_t>& sizes,
             std::map<std::string, uint32_t>* uncounted)
{
    if (!sizes.empty() && !EndsWith(source, ".onnx"))
    {
        throw std::invalid_argument("dim: " + OneLine(source) +
                                    " is not an ONNX file, which alone has dynamic axes");
    }
    const auto& names = BuiltInModelNames();
    if (std::find(names.begin(), names.end(), source) != names.end())
    {
        return {DnnExit{"", BuiltInModel(source, input), 1, {}}};
    }
    const auto shipped = IsPath(source) ? std::nullopt : FindShipped("", source);
    if (!shipped && !IsPath(source) && !fs::exists(source))
    {
        std::string all;
        for (const auto& name : names)
        {
            all += (all.empty() ? "" : ", ") + name;
        }
        throw std::invalid_argument("model: " + Quote(source) + " is not a file and not one of " +
                                    all + ShippedNames(""));
    }
    const std::string path = shipped.value_or(source);
    const std::string text = ReadFile(path);
    try
    {
        if (EndsWith(path, ".onnx"))
        {
            if (input != 0)
            {
                throw std::invalid_argument("input: " + std::to_string(input) +
                                            " is not allowed, an ONNX file has its own size; "
                                            "dynamic axes are given by name");
            }
            const OnnxModel model = ParseOnnx(text, NameOf(path), sizes);
            if (uncounted)
            {
                *uncounted = model.uncounted;
            }
            return {DnnExit{"", model.graph, 1, {}}};
        }
        return ParseDnnExits(text, input);
    }
    catch (const std::invalid_argument& e)
    {
        throw std::invalid_argument(source + ": " + e.what());
    }
}

DnnGraph
LoadDnn(const std::string& source,
        uint32_t input,
        const std::map<std::string, uint32_t>& sizes,
        std::map<std::string, uint32_t>* uncounted)
{
    return LoadDnnExits(source, input, sizes, uncounted).back().graph;
}

bool
IsCutTable(const std::string& source)
{
    return EndsWith(source, ".csv");
}

CutTable
LoadCutTable(const std::string& path)
{
    const std::string text = ReadFile(path);
    try
    {
        return ParseCutTable(text, NameOf(path));
    }
    catch (const std::invalid_argument& e)
    {
        throw std::invalid_argument(path + ": " + e.what());
    }
}

DeviceProfile
LoadDevice(const std::string& source)
{
    const auto shipped = IsPath(source) ? std::nullopt : FindShipped("devices", source);
    if (!shipped && !IsPath(source) && !fs::exists(source))
    {
        const std::string all = ShippedNames("devices");
        throw std::invalid_argument(
            "device: " + Quote(source) + " is not a file and not one of " +
            (all.empty() ? "the profiles, of which none was found" : all.substr(2)));
    }
    const std::string text = ReadFile(shipped.value_or(source));
    try
    {
        return ParseDeviceProfile(text);
    }
    catch (const std::invalid_argument& e)
    {
        throw std::invalid_argument(source + ": " + e.what());
    }
}

} // namespace noma
} // namespace ns3
