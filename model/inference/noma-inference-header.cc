/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/noma-inference-header.h"

#include <cmath>
#include <cstring>

namespace ns3
{
namespace noma
{

NS_OBJECT_ENSURE_REGISTERED(InferenceHeader);

namespace
{

constexpr uint16_t MAGIC = 0x4e49;    //!< "NI"
constexpr uint8_t VERSION = 1;        //!< of the format
constexpr uint32_t COMMON_BYTES = 32; //!< up to and including length
constexpr uint32_t TENSOR_BYTES = 20; //!< more in a tensor
constexpr uint32_t RESULT_BYTES = 32; //!< more in a result

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

uint32_t
InferenceHeader::GetSerializedSize() const
{
    switch (kind)
    {
    case TENSOR:
        return COMMON_BYTES + TENSOR_BYTES;
    case RESULT:
        return COMMON_BYTES + RESULT_BYTES;
    case STATUS:
        return COMMON_BYTES + 2 + 8 * static_cast<uint32_t>(missing.size());
    default:
        return COMMON_BYTES;
    }
}

void
InferenceHeader::Serialize(Buffer::Iterator i) const
{
    i.WriteHtonU16(MAGIC);
    i.WriteU8(VERSION);
    i.WriteU8(kind);
    i.WriteU8((statusWanted ? 1 : 0) | (aboutResult ? 2 : 0));
    i.WriteU8(state);
    i.WriteHtonU16(cut);
    i.WriteHtonU32(user);
    i.WriteHtonU32(task);
    i.WriteHtonU32(serial);
    i.WriteHtonU32(total);
    i.WriteHtonU32(offset);
    i.WriteHtonU32(length);
    if (kind == TENSOR)
    {
        i.WriteHtonU64(Bits<uint64_t>(edgeFlops));
        i.WriteHtonU32(resultBytes);
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
            i.WriteHtonU32(range.first);
            i.WriteHtonU32(range.second);
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
    cut = i.ReadNtohU16();
    user = i.ReadNtohU32();
    task = i.ReadNtohU32();
    serial = i.ReadNtohU32();
    total = i.ReadNtohU32();
    offset = i.ReadNtohU32();
    length = i.ReadNtohU32();
    missing.clear();
    bool good = true;
    if (kind == TENSOR)
    {
        if (i.GetRemainingSize() < TENSOR_BYTES)
        {
            return 0;
        }
        edgeFlops = Bits<double>(i.ReadNtohU64());
        resultBytes = i.ReadNtohU32();
        units = Bits<float>(i.ReadNtohU32());
        weight = Bits<float>(i.ReadNtohU32());
        good = std::isfinite(edgeFlops) && edgeFlops >= 0 && std::isfinite(units) && units > 0 &&
               std::isfinite(weight) && weight >= 0;
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
        good = std::isfinite(edgeEnergyJ) && edgeEnergyJ >= 0;
    }
    else if (kind == STATUS)
    {
        if (i.GetRemainingSize() < 2)
        {
            return 0;
        }
        const uint16_t ranges = i.ReadNtohU16();
        if (ranges > MAX_RANGES || i.GetRemainingSize() < 8u * ranges)
        {
            return 0;
        }
        for (uint16_t r = 0; r < ranges; ++r)
        {
            const uint32_t begin = i.ReadNtohU32();
            const uint32_t end = i.ReadNtohU32();
            good = good && begin < end && end <= total;
            missing.emplace_back(begin, end);
        }
    }
    if (kind == TENSOR || kind == RESULT)
    {
        good = good && offset <= total && length <= total - offset;
    }
    m_valid = good;
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
