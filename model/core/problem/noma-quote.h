/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_QUOTE_H
#define NOMA_QUOTE_H

#include <algorithm>
#include <cstddef>
#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-problem
 * Text from a file as an error shows it: on one line, of bounded length, without control
 * characters, which a terminal would obey.
 *
 * @param text any text
 * @param most bytes kept of it
 * @returns the text, with blanks for control characters and dots for what is left out
 */
inline std::string
OneLine(const std::string& text, std::size_t most = 64)
{
    std::string out = text.substr(0, most);
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    std::replace_if(out.begin(), out.end(), control, ' ');
    return text.size() > most ? out + "..." : out;
}

/**
 * @ingroup noma-core-problem
 * @param text any text
 * @returns the same in quotation marks
 */
inline std::string
Quote(const std::string& text)
{
    return "\"" + OneLine(text) + "\"";
}

} // namespace noma
} // namespace ns3

#endif // NOMA_QUOTE_H
