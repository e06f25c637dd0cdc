/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-inference-header.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(InferenceHeader);

namespace
{

constexpr uint16_t MAGIC = 0x4e49;    //!< "NI"
constexpr uint8_t VERSION = 2;        //!< of the format
constexpr uint32_t COMMON_BYTES = 20; //!< up to the sizes
constexpr uint32_t TENSOR_BYTES = 16; //!< more in a tensor, without its size
constexpr uint32_t RESULT_BYTES = 32; //!< more in a result

/**
 * @param wide whether sizes need more than 32 bits
 * @returns bytes that a size takes
 */
constexpr uint32_t
SizeBytes(bool wide)
{
    return wide ? 8 : 4;
}

static_assert(COMMON_BYTES + 3 * SizeBytes(true) + std::max(TENSOR_BYTES + 8, RESULT_BYTES) ==
                  InferenceHeader::MAX_SEGMENT_HEADER,
              "the largest segment header");

/**
 * Writes a size.
 *
 * @param i where; moved on
 * @param size number of bytes
 * @param wide whether it takes 8 bytes
 */
void
WriteSize(Buffer::Iterator& i, uint64_t size, bool wide)
{
    if (wide)
    {
        i.WriteHtonU64(size);
    }
    else
    {
        i.WriteHtonU32(static_cast<uint32_t>(size));
    }
}

/**
 * Reads a size.
 *
 * @param i where; moved on
 * @param wide whether it takes 8 bytes
 * @returns number of bytes
 */
uint64_t
ReadSize(Buffer::Iterator& i, bool wide)
{
    return wide ? i.ReadNtohU64() : i.ReadNtohU32();
}

/**
 * Reinterprets the bits of a floating point value.
 *
 * @tparam To target type
 * @tparam From source type of the same size
 * @param from value
 * @returns the same bits
 */
template <typename To, typename From>
To
Bits(From from)
{
    static_assert(sizeof(To) == sizeof(From), "sizes differ");
    To to;
    std::memcpy(&to, &from, sizeof(To));
    return to;
}

} // namespace

TypeId
InferenceHeader::GetTypeId()
{
    static TypeId tid = TypeId("ns3::noma::InferenceHeader")
                            .SetParent<Header>()
                            .SetGroupName("Noma")
                            .AddConstructor<InferenceHeader>();
    return tid;
}

TypeId
InferenceHeader::GetInstanceTypeId() const
{
    return GetTypeId();
}

bool
InferenceHeader::IsWide() const
{
    uint64_t largest = std::max({total, offset, length});
    if (kind == TENSOR)
    {
        largest = std::max(largest, resultBytes);
    }
    else if (kind == STATUS)
    {
        for (const auto& range : missing)
        {
            largest = std::max({largest, range.first, range.second});
        }
    }
    return largest > std::numeric_limits<uint32_t>::max();
}

uint32_t
InferenceHeader::GetSerializedSize() const
{
    const uint32_t size = SizeBytes(IsWide());
    const uint32_t common = COMMON_BYTES + 3 * size;
    switch (kind)
    {
    case TENSOR:
        return common + TENSOR_BYTES + size;
    case RESULT:
        return common + RESULT_BYTES;
    case STATUS:
        return common + 2 + 2 * size * static_cast<uint32_t>(missing.size());
    default:
        return common;
    }
}

void
InferenceHeader::Serialize(Buffer::Iterator i) const
{
    const bool wide = IsWide();
    i.WriteHtonU16(MAGIC);
    i.WriteU8(VERSION);
    i.WriteU8(kind);
    i.WriteU8((statusWanted ? 1 : 0) | (aboutResult ? 2 : 0) | (wide ? 4 : 0));
    i.WriteU8(state);
    i.WriteHtonU16(cut);
    i.WriteHtonU32(user);
    i.WriteHtonU32(task);
    i.WriteHtonU32(serial);
    WriteSize(i, total, wide);
    WriteSize(i, offset, wide);
    WriteSize(i, length, wide);
    if (kind == TENSOR)
    {
        i.WriteHtonU64(Bits<uint64_t>(edgeFlops));
        WriteSize(i, resultBytes, wide);
        i.WriteHtonU32(Bits<uint32_t>(units));
        i.WriteHtonU32(Bits<uint32_t>(weight));
    }
    else if (kind == RESULT)
    {
        i.WriteHtonU64(static_cast<uint64_t>(upEnd.GetNanoSeconds()));
        i.WriteHtonU64(static_cast<uint64_t>(edgeStart.GetNanoSeconds()));
        i.WriteHtonU64(static_cast<uint64_t>(edgeEnd.GetNanoSeconds()));
        i.WriteHtonU64(Bits<uint64_t>(edgeEnergyJ));
    }
    else if (kind == STATUS)
    {
        i.WriteHtonU16(static_cast<uint16_t>(missing.size()));
        for (const auto& range : missing)
        {
            WriteSize(i, range.first, wide);
            WriteSize(i, range.second, wide);
        }
    }
}

uint32_t
InferenceHeader::Deserialize(Buffer::Iterator start)
{
    Buffer::Iterator i = start;
    m_valid = false;
    if (i.GetRemainingSize() < COMMON_BYTES)
    {
        return 0;
    }
    const uint16_t magic = i.ReadNtohU16();
    const uint8_t version = i.ReadU8();
    const uint8_t rawKind = i.ReadU8();
    const uint8_t flags = i.ReadU8();
    const uint8_t rawState = i.ReadU8();
    if (magic != MAGIC || version != VERSION || rawKind < TENSOR || rawKind > CANCEL ||
        rawState > REFUSED)
    {
        return 0;
    }
    kind = static_cast<Kind>(rawKind);
    state = static_cast<State>(rawState);
    statusWanted = flags & 1;
    aboutResult = flags & 2;
    const bool wide = flags & 4;
    const uint32_t size = SizeBytes(wide);
    cut = i.ReadNtohU16();
    user = i.ReadNtohU32();
    task = i.ReadNtohU32();
    serial = i.ReadNtohU32();
    if (i.GetRemainingSize() < 3 * size)
    {
        return 0;
    }
    total = ReadSize(i, wide);
    offset = ReadSize(i, wide);
    length = ReadSize(i, wide);
    missing.clear();
    bool good = total <= MAX_BYTES && offset <= total && length <= MAX_BYTES;
    if (kind == TENSOR)
    {
        if (i.GetRemainingSize() < TENSOR_BYTES + size)
        {
            return 0;
        }
        edgeFlops = Bits<double>(i.ReadNtohU64());
        resultBytes = ReadSize(i, wide);
        units = Bits<float>(i.ReadNtohU32());
        weight = Bits<float>(i.ReadNtohU32());
        good = good && resultBytes <= MAX_BYTES && std::isfinite(edgeFlops) && edgeFlops >= 0 &&
               std::isfinite(units) && units > 0 && std::isfinite(weight) && weight >= 0;
    }
    else if (kind == RESULT)
    {
        if (i.GetRemainingSize() < RESULT_BYTES)
        {
            return 0;
        }
        upEnd = NanoSeconds(static_cast<int64_t>(i.ReadNtohU64()));
        edgeStart = NanoSeconds(static_cast<int64_t>(i.ReadNtohU64()));
        edgeEnd = NanoSeconds(static_cast<int64_t>(i.ReadNtohU64()));
        edgeEnergyJ = Bits<double>(i.ReadNtohU64());
        good = good && std::isfinite(edgeEnergyJ) && edgeEnergyJ >= 0;
    }
    else if (kind == STATUS)
    {
        if (i.GetRemainingSize() < 2)
        {
            return 0;
        }
        const uint16_t ranges = i.ReadNtohU16();
        if (ranges > MAX_RANGES || i.GetRemainingSize() < 2 * size * ranges)
        {
            return 0;
        }
        for (uint16_t r = 0; r < ranges; ++r)
        {
            const uint64_t begin = ReadSize(i, wide);
            const uint64_t end = ReadSize(i, wide);
            good = good && begin < end && end <= total;
            missing.emplace_back(begin, end);
        }
    }
    if (kind == TENSOR || kind == RESULT)
    {
        good = good && length <= total - offset;
    }
    m_valid = good && wide == IsWide();
    return i.GetDistanceFrom(start);
}

bool
InferenceHeader::IsValid() const
{
    return m_valid;
}

void
InferenceHeader::Print(std::ostream& os) const
{
    static const char* const kinds[] = {"?", "tensor", "result", "request", "status", "cancel"};
    os << kinds[kind] << " user=" << user << " task=" << task << " cut=" << cut
       << " bytes=" << offset << "+" << length << "/" << total;
    if (kind == STATUS)
    {
        os << " state=" << static_cast<int>(state) << " missing=" << missing.size();
    }
}

} // namespace noma
} // namespace ns3
