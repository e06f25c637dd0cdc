/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-device-json.h"

#include "noma-json-reader.h"

#include "ns3/noma-check.h"
#include "ns3/noma-quote.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace noma
{

namespace
{

/// @param name its name
/// @param path where it stands
/// @returns a kind
DeviceKind
ReadKind(const std::string& name, const std::string& path)
{
    const auto& names = DeviceKindNames();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
    {
        std::string all;
        for (const auto& kind : names)
        {
            all += (all.empty() ? "one of " : ", ") + kind;
        }
        ThrowInvalid(Quote(name), all.c_str(), path);
    }
    return static_cast<DeviceKind>(found - names.begin());
}

/// Keeps the times of all networks finite. @param seconds a time @param path where it stands
void
CheckTime(double seconds, const std::string& path)
{
    CheckRange(seconds, 0, 1e9, "from 0 to 1e9", path);
}

/// Keeps the times of all networks finite. @param perSecond a rate @param path where it stands
void
CheckRate(double perSecond, const std::string& path)
{
    CheckRange(perSecond, 1e-9, 1e30, "from 1e-9 to 1e30", path);
}

/// @param reader their object
/// @returns terms of a kind
DeviceTerms
ReadTerms(const JsonReader& reader)
{
    reader.CheckKeys({}, {"seconds", "flopsPerSecond", "bytesPerSecond"});
    DeviceTerms terms;
    if (reader.Raw().contains("seconds"))
    {
        terms.seconds = reader.At("seconds").Number();
        CheckTime(terms.seconds, reader.Path("seconds"));
    }
    if (reader.Raw().contains("flopsPerSecond"))
    {
        terms.flopsPerSecond = reader.At("flopsPerSecond").Number();
        CheckRate(terms.flopsPerSecond, reader.Path("flopsPerSecond"));
    }
    if (reader.Raw().contains("bytesPerSecond"))
    {
        terms.bytesPerSecond = reader.At("bytesPerSecond").Number();
        CheckRate(terms.bytesPerSecond, reader.Path("bytesPerSecond"));
    }
    return terms;
}

} // namespace

DeviceProfile
ParseDeviceProfile(const std::string& text)
{
    const nlohmann::json document = ParseJson(text, "device");
    const JsonReader reader(document);
    reader.CheckKeys({"format", "name", "constantSeconds", "kinds"},
                     {"provenance", "generator", "relativeSpread", "fit"});
    reader.At("format").Choice({"noma-device/1"});
    DeviceProfile profile;
    profile.name = reader.At("name").Text();
    profile.constantSeconds = reader.At("constantSeconds").Number();
    CheckTime(profile.constantSeconds, "constantSeconds");
    if (document.contains("relativeSpread"))
    {
        profile.relativeSpread = reader.At("relativeSpread").Number();
        CheckRange(profile.relativeSpread, 0, 1000, "from 0 to 1000", "relativeSpread");
    }
    const JsonReader kinds = reader.At("kinds");
    if (!kinds.Raw().is_object())
    {
        kinds.Fail("an object of kinds");
    }
    // those with terms first, then those that are like them
    for (const auto& item : kinds.Raw().items())
    {
        const DeviceKind kind = ReadKind(item.key(), kinds.Path());
        const JsonReader value = kinds.At(item.key().c_str());
        if (!value.Raw().is_object() || !value.Raw().contains("like"))
        {
            profile.kinds[kind] = ReadTerms(value);
        }
    }
    const auto measured = profile.kinds;
    for (const auto& item : kinds.Raw().items())
    {
        const JsonReader value = kinds.At(item.key().c_str());
        if (value.Raw().is_object() && value.Raw().contains("like"))
        {
            value.CheckKeys({"like"});
            const auto found = measured.find(ReadKind(value.At("like").Text(), value.Path("like")));
            if (found == measured.end())
            {
                value.At("like").Fail("a kind with terms of its own");
            }
            profile.kinds[ReadKind(item.key(), kinds.Path())] = found->second;
        }
    }
    return profile;
}

std::string
FormatDeviceProfile(const DeviceProfile& profile,
                    const std::string& provenance,
                    const std::string& generator)
{
    nlohmann::ordered_json document;
    document["format"] = "noma-device/1";
    document["name"] = profile.name;
    document["provenance"] = provenance;
    document["generator"] = generator;
    document["constantSeconds"] = profile.constantSeconds;
    document["relativeSpread"] = profile.relativeSpread;
    document["kinds"] = nlohmann::ordered_json::object();
    for (const auto& [kind, terms] : profile.kinds)
    {
        nlohmann::ordered_json json = nlohmann::ordered_json::object();
        if (terms.seconds > 0)
        {
            json["seconds"] = terms.seconds;
        }
        if (terms.flopsPerSecond > 0)
        {
            json["flopsPerSecond"] = terms.flopsPerSecond;
        }
        if (terms.bytesPerSecond > 0)
        {
            json["bytesPerSecond"] = terms.bytesPerSecond;
        }
        document["kinds"][DeviceKindNames()[static_cast<std::size_t>(kind)]] = json;
    }
    return document.dump(1) + "\n";
}

} // namespace noma
} // namespace ns3
