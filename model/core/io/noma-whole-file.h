/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_WHOLE_FILE_H
#define NOMA_WHOLE_FILE_H

#include <string>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-core-io
 * Writes a file whole or not at all: beside it first, then in its place. What is there and is no
 * regular file (a pipe, a device) is written to directly.
 *
 * @param path a file
 * @param text what to write
 * @throws std::runtime_error of one line
 */
void WriteWholeFile(const std::string& path, const std::string& text);

} // namespace noma
} // namespace ns3

#endif // NOMA_WHOLE_FILE_H
