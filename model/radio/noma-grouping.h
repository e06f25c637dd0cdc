/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_GROUPING_H
#define NOMA_GROUPING_H

#include "ns3/noma-slot.h"
#include "ns3/object.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-radio
 * Says who shares a subchannel with whom. Users are ranked, and dealt out like cards: with g groups
 * the first g users of the ranking begin one each, the next g join them in the same order, so that
 * ranks within a group are g apart. Subclasses say what the ranking is.
 */
class NomaGrouping : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    ~NomaGrouping() override;

    /**
     * Ranks users of one access point.
     *
     * @param snapshot the network
     * @param d direction
     * @param ap access point
     * @param subchannel subchannel
     * @param [in,out] users distinct user indices, ascending; afterwards in order of the ranking
     */
    void Rank(const SlotSnapshot& snapshot,
              Direction d,
              uint32_t ap,
              uint32_t subchannel,
              std::vector<uint32_t>& users);

    /**
     * Deals ranked users out to groups.
     *
     * @param rank position in the ranking
     * @param users number of users
     * @param k most users of a group, at least 1
     * @returns number of the group, from 0
     */
    static uint32_t Deal(uint32_t rank, uint32_t users, uint32_t k);

    /**
     * Fixes the random streams.
     *
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  private:
    /**
     * Says where a user stands.
     *
     * @param snapshot the network
     * @param d direction
     * @param ap access point
     * @param subchannel subchannel
     * @param ue user index
     * @returns key; the greatest comes first, of equals the lower index
     */
    virtual double DoKey(const SlotSnapshot& snapshot,
                         Direction d,
                         uint32_t ap,
                         uint32_t subchannel,
                         uint32_t ue) = 0;

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    virtual int64_t DoAssignStreams(int64_t stream);

    /// Keys and users.
    typedef std::vector<std::pair<double, uint32_t>> Keys;

    /// A ranking.
    struct Ranking
    {
        Keys asked;                  //!< what was ranked
        std::vector<uint32_t> users; //!< users in order of the ranking
    };

    PerDirection<std::vector<Ranking>> m_last; //!< by access point: the last one
    Keys m_keys;                               //!< scratch: what is to be ranked
};

/**
 * @ingroup noma-radio
 * Ranks by the estimated gain of the slot, fading included: the strong half with the weak half.
 */
class NomaStrongWeakGrouping : public NomaGrouping
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoKey(const SlotSnapshot& snapshot,
                 Direction d,
                 uint32_t ap,
                 uint32_t subchannel,
                 uint32_t ue) override;
};

/**
 * @ingroup noma-radio
 * Ranks by distance as far as the radio knows it, which is by path loss: near with far, whatever
 * the fading.
 */
class NomaDistanceGrouping : public NomaGrouping
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

  private:
    double DoKey(const SlotSnapshot& snapshot,
                 Direction d,
                 uint32_t ap,
                 uint32_t subchannel,
                 uint32_t ue) override;
};

/**
 * @ingroup noma-radio
 * Ranks at random, anew for every slot and subchannel.
 */
class NomaRandomGrouping : public NomaGrouping
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaRandomGrouping();

  private:
    double DoKey(const SlotSnapshot& snapshot,
                 Direction d,
                 uint32_t ap,
                 uint32_t subchannel,
                 uint32_t ue) override;
    int64_t DoAssignStreams(int64_t stream) override;

    Ptr<UniformRandomVariable> m_uniform; //!< keys
};

} // namespace noma
} // namespace ns3

#endif // NOMA_GROUPING_H
