/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "noma-cut-table.h"

#include "ns3/noma-check.h"
#include "ns3/noma-quote.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace noma
{

namespace
{

/// Most cuts: anything more is a mistake.
constexpr std::size_t MAX_CUTS = 65535;

/// Greatest number of a table: FLOPs, bits or seconds.
constexpr double MAX_VALUE = 1e30;

/// Places of the numbers of a cut.
enum Column
{
    DEVICE,
    EDGE,
    UP,
    DOWN,
    COLUMNS
};

/// @param line the line
/// @returns the cells of a line, without blanks around them
std::vector<std::string>
Split(const std::string& line)
{
    std::vector<std::string> cells;
    std::string cell;
    std::istringstream in(line + ",");
    while (std::getline(in, cell, ','))
    {
        const auto first = cell.find_first_not_of(" \t\r");
        const auto last = cell.find_last_not_of(" \t\r");
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    return cells;
}

/// @param cell its text
/// @param path where it stands
/// @returns a number from 0 on
double
ReadNumber(const std::string& cell, const std::string& path)
{
    char* end = nullptr;
    const double value = std::strtod(cell.c_str(), &end);
    const bool plain = cell.find_first_not_of("0123456789.eE+-") == std::string::npos;
    if (cell.empty() || *end != '\0' || !plain || !(value >= 0 && value <= MAX_VALUE))
    {
        ThrowInvalid(Quote(cell), "a number from 0 to 1e30", path);
    }
    return value;
}

/**
 * Reads the line of column names.
 *
 * @param cells its cells
 * @param path where it stands
 * @param table told what seconds are
 * @param name told the place of names, the number of cells if there are none
 * @returns places of the numbers
 */
std::array<std::size_t, COLUMNS>
ReadHead(const std::vector<std::string>& cells,
         const std::string& path,
         CutTable& table,
         std::size_t& name)
{
    std::array<std::size_t, COLUMNS> place;
    place.fill(cells.size());
    name = cells.size();
    for (std::size_t i = 0; i < cells.size(); ++i)
    {
        const std::string& cell = cells[i];
        std::size_t* at = nullptr;
        if (cell == "deviceFlops" || cell == "deviceSeconds")
        {
            at = &place[DEVICE];
            table.deviceSeconds = cell == "deviceSeconds";
        }
        else if (cell == "edgeFlops" || cell == "edgeSeconds")
        {
            at = &place[EDGE];
            table.edgeSeconds = cell == "edgeSeconds";
        }
        else if (cell == "upBits" || cell == "downBits")
        {
            at = &place[cell == "upBits" ? UP : DOWN];
        }
        else if (cell == "name")
        {
            at = &name;
        }
        if (at == nullptr || *at != cells.size())
        {
            ThrowInvalid(Quote(cell),
                         "one of name, deviceFlops or deviceSeconds, edgeFlops or edgeSeconds, "
                         "upBits and downBits, each once",
                         path);
        }
        *at = i;
    }
    static const std::array<const char*, COLUMNS> names{"deviceFlops or deviceSeconds",
                                                        "edgeFlops or edgeSeconds",
                                                        "upBits",
                                                        "downBits"};
    for (std::size_t c = 0; c < COLUMNS; ++c)
    {
        if (place[c] == cells.size())
        {
            throw std::invalid_argument(path + ": the column " + names[c] + " is missing");
        }
    }
    return place;
}

} // namespace

CutTable
ParseCutTable(const std::string& text, const std::string& name)
{
    CutTable table;
    table.name = name;
    std::array<std::size_t, COLUMNS> place{};
    std::size_t nameAt = 0;
    std::size_t columns = 0;
    std::istringstream in(text);
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);)
    {
        ++number;
        const std::vector<std::string> cells = Split(line);
        if ((cells.size() == 1 && cells[0].empty()) || cells[0].rfind('#', 0) == 0)
        {
            continue;
        }
        const std::string path = "line " + std::to_string(number);
        if (columns == 0)
        {
            columns = cells.size();
            place = ReadHead(cells, path, table, nameAt);
            continue;
        }
        if (cells.size() != columns)
        {
            throw std::invalid_argument(path + ": has " + std::to_string(cells.size()) +
                                        " cells, and the head " + std::to_string(columns));
        }
        const CutOption option{ReadNumber(cells[place[DEVICE]], path + ": device"),
                               ReadNumber(cells[place[EDGE]], path + ": edge"),
                               ReadNumber(cells[place[UP]], path + ": upBits"),
                               ReadNumber(cells[place[DOWN]], path + ": downBits")};
        table.options.push_back(option);
        table.names.push_back(nameAt < columns ? cells[nameAt] : "");
        if (table.options.size() > MAX_CUTS)
        {
            throw std::invalid_argument(path + ": more than 65535 cuts are not allowed");
        }
    }
    if (table.options.empty())
    {
        throw std::invalid_argument("no cut: a line of column names and one line at least follow");
    }
    return table;
}

std::vector<CutOption>
MakeCutOptions(const CutTable& table, double deviceFlopsPerSecond, double edgeFlopsPerSecond)
{
    std::vector<CutOption> options = table.options;
    if (table.deviceSeconds)
    {
        CheckPositive(deviceFlopsPerSecond, table.name, ": deviceFlopsPerSecond");
    }
    if (table.edgeSeconds)
    {
        CheckPositive(edgeFlopsPerSecond, table.name, ": edgeFlopsPerSecond");
    }
    for (CutOption& o : options)
    {
        o.deviceFlops *= table.deviceSeconds ? deviceFlopsPerSecond : 1;
        o.edgeFlops *= table.edgeSeconds ? edgeFlopsPerSecond : 1;
    }
    return options;
}

} // namespace noma
} // namespace ns3
