/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_PREFETCH_H
#define NOMA_PREFETCH_H

#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * So many users ahead memory is asked for: what a slot needs of a thousand users does not fit into
 * the nearest cache, and grants visit them in no order that a processor could guess. What lies
 * behind a pointer in that memory is asked for when half of them are left.
 */
constexpr std::size_t PREFETCH_USERS = 12;

/**
 * @ingroup noma-radio
 * Asks the processor for memory that is needed soon. Changes nothing but the time it takes.
 *
 * @param begin first byte
 * @param end byte after the last one
 */
inline void
Prefetch(const void* begin, const void* end)
{
    constexpr std::uintptr_t LINE = 64;
    const auto last = reinterpret_cast<std::uintptr_t>(end);
    for (auto at = reinterpret_cast<std::uintptr_t>(begin) & ~(LINE - 1); at < last; at += LINE)
    {
        __builtin_prefetch(reinterpret_cast<const void*>(at));
    }
    asm volatile(""); // or else compilers drop calls of functions that do nothing else
}

} // namespace noma
} // namespace ns3

#endif // NOMA_PREFETCH_H
