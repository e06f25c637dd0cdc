/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_TEST_FIXED_SCHEDULER_H
#define NOMA_TEST_FIXED_SCHEDULER_H

#include "noma-test-network.h"

#include "ns3/double.h"
#include "ns3/noma-slot-scheduler.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace noma
{
namespace tests
{

/**
 * @ingroup noma-test
 * Sends all users of one access point on all subchannels in every slot, in the order of their
 * indices, with fixed powers and rates, whatever the channel.
 */
class FixedScheduler : public SlotScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::noma::tests::FixedScheduler")
                                .SetParent<SlotScheduler>()
                                .SetGroupName("Noma")
                                .AddConstructor<FixedScheduler>();
        return tid;
    }

    static inline Direction direction = UPLINK;   //!< direction
    static inline std::vector<double> efficiency; //!< rate by user (bit/s/Hz)
    static inline std::vector<double> fraction;   //!< of the greatest power, by user

  private:
    void DoSchedule(const SlotSnapshot& s, std::vector<Grant>& grants) override
    {
        for (uint32_t m = 0; m < s.subchannels; ++m)
        {
            for (uint32_t i = 0; i < s.ues.size(); ++i)
            {
                Grant g;
                g.direction = direction;
                g.ue = i;
                g.subchannel = m;
                g.order = i;
                g.powerW = fraction[i] * s.ues[i].maxPowerW[direction] / s.subchannels;
                g.rateBps = efficiency[i] * s.subchannelHz[direction];
                grants.push_back(g);
            }
        }
    }
};

/**
 * Sets a network up for hybrid ARQ: subchannels of 1 MHz, slots and coherence blocks of 1 ms, two
 * users superposed, no ARQ, a FixedScheduler.
 *
 * @param [in,out] network network
 * @param subchannels M
 * @param transmissions of a block, at most
 * @param delay of feedback (slots)
 */
inline void
PrepareHarq(TestNetwork& network, uint32_t subchannels, uint32_t transmissions, uint32_t delay)
{
    network.helper.SetNetworkAttribute("Subchannels", UintegerValue(subchannels));
    network.helper.SetNetworkAttribute("MaxSuperposed", UintegerValue(2));
    network.helper.SetNetworkAttribute("UplinkBandwidth", DoubleValue(1e6 * subchannels));
    network.helper.SetNetworkAttribute("DownlinkBandwidth", DoubleValue(1e6 * subchannels));
    network.helper.SetNetworkAttribute("SlotDuration", StringValue("1ms"));
    network.helper.SetNetworkAttribute("RetryLimit", UintegerValue(0));
    network.helper.SetNetworkAttribute("HarqTransmissions", UintegerValue(transmissions));
    network.helper.SetNetworkAttribute("FeedbackDelay", UintegerValue(delay));
    network.helper.SetFading("ns3::noma::NomaBlockFadingModel",
                             "CoherenceTime",
                             StringValue("1ms"));
    network.helper.SetScheduler("ns3::noma::tests::FixedScheduler");
}

} // namespace tests
} // namespace noma
} // namespace ns3

#endif // NOMA_TEST_FIXED_SCHEDULER_H
