/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_FUZZ_H
#define NOMA_FUZZ_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

/**
 * @ingroup noma-core noma-radio noma-inference
 * @defgroup noma-fuzz Fuzzing
 * Programs that feed anything to the readers, for libFuzzer ("./noma fuzz"): a reader takes it or
 * throws std::invalid_argument with one line. What it took must survive what follows.
 */

namespace ns3
{
namespace noma
{
namespace fuzz
{

/**
 * @ingroup noma-fuzz
 * Ends the program if something that must hold does not.
 *
 * @param holds whether it does
 * @param what what should
 */
inline void
Require(bool holds, const std::string& what)
{
    if (!holds)
    {
        std::fprintf(stderr, "does not hold: %s\n", what.c_str());
        std::abort();
    }
}

/**
 * @ingroup noma-fuzz
 * Runs a reader.
 *
 * @tparam F a function without parameters
 * @param reader what to run
 * @returns whether it went through; not if it refused its input, in one line
 */
template <typename F>
bool
Accepts(F&& reader)
{
    try
    {
        reader();
        return true;
    }
    catch (const std::invalid_argument& e)
    {
        const std::string line = e.what();
        Require(!line.empty(), "an error has a text");
        Require(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < ' '; }),
                "an error is one line without control characters: " + line);
        return false;
    }
}

/**
 * @ingroup noma-fuzz
 * The input as text.
 *
 * @param data first byte
 * @param size number of bytes
 * @returns the text
 */
inline std::string
Text(const uint8_t* data, std::size_t size)
{
    return std::string(reinterpret_cast<const char*>(data), size);
}

} // namespace fuzz
} // namespace noma
} // namespace ns3

/// What libFuzzer calls. @param data first byte @param size number of bytes @returns 0
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

#endif // NOMA_FUZZ_H
