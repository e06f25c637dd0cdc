/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_ROUND_ROBIN_RULE_H
#define NOMA_ROUND_ROBIN_RULE_H

#include "ns3/noma-slot-rule.h"

#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-inference
 * Serves in turn all users of an access point that have something to send, whatever their channels,
 * sizes and shares: each subchannel gets one user, then a second one, up to K. The next slot begins
 * with the next user, one subchannel further. It is what the other rules are measured against.
 */
class RoundRobinRule : public SlotRule
{
  public:
    /// @returns the type
    static TypeId GetTypeId();

  private:
    void DoAssign(const SlotSnapshot& snapshot,
                  SlotChannel& channel,
                  const std::vector<SlotUser>& users,
                  uint32_t k,
                  Direction d,
                  std::vector<Grant>& grants) override;

    /// Where a slot begins.
    struct Turn
    {
        uint32_t ue{0};         //!< first user
        uint32_t subchannel{0}; //!< first subchannel
    };

    PerDirection<std::vector<Turn>> m_turns; //!< by access point index
};

} // namespace noma
} // namespace ns3

#endif // NOMA_ROUND_ROBIN_RULE_H
