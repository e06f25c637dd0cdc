/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_BYTE_RANGES_H
#define NOMA_BYTE_RANGES_H

#include "ns3/noma-inference-header.h"

#include <cstdint>
#include <map>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Which bytes of a message have arrived: a set of disjoint ranges.
 */
class ByteRanges
{
  public:
    /// Most disjoint ranges held, so that memory is bounded whatever arrives.
    static constexpr std::size_t MAX_HELD = 4096;

    /**
     * Adds the bytes [begin, end).
     *
     * @param begin first byte
     * @param end one past the last
     * @returns false when they would be one disjoint range too many and were not added
     */
    bool Add(uint64_t begin, uint64_t end);

    /// @returns number of different bytes added
    uint64_t GetBytes() const;

    /**
     * @param end look at the bytes before this one only
     * @param most return at most so many ranges, the first ones
     * @returns ranges not added, ascending
     */
    std::vector<ByteRange> Missing(uint64_t end, std::size_t most) const;

  private:
    std::map<uint64_t, uint64_t> m_ranges; //!< begin -> end, disjoint, not adjacent
    uint64_t m_bytes{0};                   //!< sum of lengths
};

} // namespace noma
} // namespace ns3

#endif // NOMA_BYTE_RANGES_H
