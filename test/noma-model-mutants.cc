/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Changes networks with their exits, device profiles and cut tables at random, values and bytes,
 * and reads them: every one must become what it says or one line of error. Mutant k depends on the
 * files, the seed and k only.
 *
 *   noma-model-mutants COUNT FIRST SEED FILE...
 */
#include "../fuzz/noma-fuzz-models.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>

namespace
{

using namespace ns3::noma;
using nlohmann::json;

/// Source of random numbers.
using Random = std::mt19937_64;

/// What a file is.
enum Kind
{
    NETWORK,
    DEVICE,
    TABLE,
    KINDS
};

/// A file to change.
struct Source
{
    std::string text; //!< its bytes
    json document;    //!< its document, null for tables
    Kind kind;        //!< what it is
};

/// @param random source @param n limit, 0 gives 0 @returns a number below n
std::size_t
Below(Random& random, std::size_t n)
{
    return n == 0 ? 0 : random() % n;
}

/// @param random source @returns a value that is likely to hurt
json
Hurtful(Random& random)
{
    static const json values = json::parse(R"([0, 1, 2, 3, 7, 28, 255, 65535, 65536, 16777216,
        2147483647, 2147483648, 4294967295, 4294967296, 10000000000, 9007199254740993,
        9223372036854775807, 18446744073709551615, -1, -2, -2147483648, -9223372036854775808,
        0.5, -0.5, 1e-300, 1e-9, 1e9, 1e30, 1e300, -1e300, 1.7976931348623157e308, 5e-324,
        null, true, false, "", "input", "results", "conv", "custom", "\u0000\n", [], {}, [1],
        [1, 1], [0, -1, 2], [1, 1, 1], [1, 2, 3, 4], {"a": 1}, [[[[[[[[]]]]]]]]])");
    if (Below(random, 64) == 0)
    {
        return std::string(1 + Below(random, 2000), 'x');
    }
    return values[Below(random, values.size())];
}

/// All places of a document. @param at where to begin @param [out] places the places
void
Collect(json& at, std::vector<json*>& places)
{
    places.push_back(&at);
    for (json& item : at)
    {
        if (at.is_structured())
        {
            Collect(item, places);
        }
    }
}

/// Takes away, doubles or moves what an array or object has. @param at it @param other another
/// place of the document @param random source
void
ChangeItems(json& at, const json& other, Random& random)
{
    const std::size_t k = Below(random, at.size());
    const auto item = std::next(at.begin(), static_cast<std::ptrdiff_t>(k));
    switch (Below(random, 4))
    {
    case 0:
        if (!at.empty())
        {
            at.erase(item);
        }
        break;
    case 1:
        at.is_array() ? void(at.push_back(at.empty() ? other : *item)) : void(at["more"] = other);
        break;
    case 2:
        if (at.is_object() && other.is_string())
        {
            at[other.get<std::string>()] = Hurtful(random);
        }
        else if (!at.empty())
        {
            std::swap(*item, at.front());
        }
        break;
    default:
        if (!at.empty())
        {
            *item = other;
        }
        break;
    }
}

/// Changes values of a document. @param document it @param random source
void
ChangeDocument(json& document, Random& random)
{
    for (std::size_t n = 1 + Below(random, 3); n > 0; --n)
    {
        std::vector<json*> places;
        Collect(document, places);
        json& at = *places[Below(random, places.size())];
        const json other = *places[Below(random, places.size())];
        if (at.is_structured() && Below(random, 8) != 0)
        {
            ChangeItems(at, other, random);
        }
        else if (at.is_string() && Below(random, 2) == 0)
        {
            // names of layers, operators and kinds come to where others stood: cycles, strays
            at = other.is_string() ? other : json(DnnOpNames()[Below(random, DnnOpNames().size())]);
        }
        else if (at.is_number() && Below(random, 3) == 0)
        {
            at = at.get<double>() * std::array{-1.0, 2.0, 0.5, 1e6, 1e-6}[Below(random, 5)];
        }
        else
        {
            at = Hurtful(random);
        }
    }
}

/// Changes cells of a table. @param text it @param random source
void
ChangeCells(std::string& text, Random& random)
{
    for (std::size_t n = 1 + Below(random, 3); n > 0; --n)
    {
        const std::size_t begin = text.find_first_of(",\n", Below(random, text.size()));
        if (begin == std::string::npos)
        {
            return;
        }
        const std::size_t end = std::min(text.find_first_of(",\n", begin + 1), text.size());
        const json value = Hurtful(random);
        text.replace(begin + 1,
                     end - begin - 1,
                     value.is_string() ? value.get<std::string>() : value.dump());
    }
}

/// Changes bytes. @param text the file @param random source
void
ChangeBytes(std::string& text, Random& random)
{
    for (std::size_t n = 1 + Below(random, 8); n > 0 && !text.empty(); --n)
    {
        const std::size_t at = Below(random, text.size());
        switch (Below(random, 6))
        {
        case 0:
            text.resize(at);
            break;
        case 1:
            text.erase(at, 1 + Below(random, 64));
            break;
        case 2:
            text.insert(at, text.substr(Below(random, text.size()), Below(random, 256)));
            break;
        default:
            text[at] = Below(random, 2) == 0 ? static_cast<char>(random())
                                             : "{}[]\",:0-.e9"[Below(random, 12)];
            break;
        }
    }
}

/// @param path its name @returns a file
Source
Read(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    Source source{{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()},
                  {},
                  TABLE};
    fuzz::Require(!source.text.empty(), path + " has something in it");
    source.document = json::parse(source.text, nullptr, false);
    if (!source.document.is_discarded())
    {
        source.kind = source.document.value("format", "") == "noma-device/1" ? DEVICE : NETWORK;
    }
    return source;
}

/// @param source a file @param random source of the change @returns its bytes, changed
std::string
Mutant(const Source& source, Random& random)
{
    std::string text = source.text;
    if (Below(random, 4) == 0)
    {
        ChangeBytes(text, random);
    }
    else if (source.kind == TABLE)
    {
        ChangeCells(text, random);
    }
    else
    {
        json document = source.document;
        ChangeDocument(document, random);
        text = document.dump(-1, ' ', true, json::error_handler_t::replace);
    }
    return text;
}

/// Reads a file of a kind. @param kind what it may be @param text it
void
Try(Kind kind, const std::string& text)
{
    kind == NETWORK  ? fuzz::TryNetwork(text)
    : kind == DEVICE ? fuzz::TryDevice(text)
                     : fuzz::TryCutTable(text);
}

} // namespace

int
main(int argc, char* argv[])
{
    if (argc < 5)
    {
        std::cerr << "usage: noma-model-mutants COUNT FIRST SEED FILE...\n";
        return 2;
    }
    const uint64_t count = std::stoull(argv[1]);
    const uint64_t first = std::stoull(argv[2]);
    const uint64_t seed = std::stoull(argv[3]);
    std::vector<Source> sources;
    for (int i = 4; i < argc; ++i)
    {
        sources.push_back(Read(argv[i]));
        Try(sources.back().kind, sources.back().text); // before it is changed it is good
    }
    std::array<std::array<uint64_t, 2>, KINDS> seen{};
    const char* trail = std::getenv("NOMA_MUTANT"); // where a mutant is left that ends the program
    for (uint64_t k = first; k < first + count; ++k)
    {
        Random random(seed * 1000003 + k);
        const Source& source = sources[Below(random, sources.size())];
        const std::string text = Mutant(source, random);
        if (trail)
        {
            std::ofstream(trail, std::ios::binary) << text;
        }
        const bool good = fuzz::Accepts([&] { Try(source.kind, text); });
        ++seen[source.kind][good ? 0 : 1];
        if ((k + 1) % 10000 == 0)
        {
            std::cout << k + 1 << " mutants" << std::endl;
        }
    }
    const std::array names{"networks", "device profiles", "cut tables"};
    for (std::size_t kind = 0; kind < KINDS; ++kind)
    {
        std::cout << seen[kind][0] + seen[kind][1] << " mutants of " << names[kind] << ": "
                  << seen[kind][0] << " taken, " << seen[kind][1] << " errors\n";
    }
    return 0;
}
