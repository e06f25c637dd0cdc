/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_SLOT_TIMELINE_H
#define NOMA_SLOT_TIMELINE_H

#include "ns3/noma-network.h"
#include "ns3/noma-slot.h"
#include "ns3/noma-split-inference-controller.h"
#include "ns3/noma-timeline-tracks.h"
#include "ns3/nstime.h"
#include "ns3/simple-ref-count.h"
#include "ns3/vector.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

/**
 * @ingroup noma-helper
 * The part of a timeline that tells of slots: on the track of every subchannel of an access point
 * the groups sent there (users, powers, rates, SINR, outcome of SIC), the decisions, queues and
 * use of the subchannels, associations, drops, and where everybody is.
 */
class SlotTimeline : public SimpleRefCount<SlotTimeline>
{
  public:
    /**
     * @param tracks where to write
     * @param network followed
     * @param positions least time between two positions of a node
     */
    SlotTimeline(Ptr<TimelineTracks> tracks, Ptr<NomaNetwork> network, Time positions);

    /// Follows the network from now on.
    void Follow();

    /// Follows a controller. @param controller the controller
    void FollowController(Ptr<SplitInferenceController> controller);

    /// Writes nothing from now on.
    void Close();

  private:
    /// What a receiver made of a layer.
    struct Heard
    {
        uint64_t key{0};                            //!< see Key()
        LayerResult result{LayerResult::NO_SIGNAL}; //!< why it was decoded, or not
        double interferenceW{0};                    //!< interference and noise (W)
    };

    /// Hears one receiver.
    class Ear : public SimpleRefCount<Ear>
    {
      public:
        /// @param owner told of it @param ue user index of the receiver, NONE = an access point
        Ear(SlotTimeline* owner, uint32_t ue);
        /// @param outcome a layer that went through a stage of the SIC receiver
        void OnStage(const LayerOutcome& outcome);

        SlotTimeline* owner; //!< told of it; null = nobody any more

      private:
        uint32_t m_ue; //!< user index of the receiver
    };

    /// What the counters of an access point last said.
    struct Counters
    {
        PerDirection<double> queuedBits;     //!< waiting (bit)
        PerDirection<double> writtenBits;    //!< the same, as written
        PerDirection<uint32_t> inUse;        //!< subchannels used in the slot
        PerDirection<uint32_t> writtenInUse; //!< the same, as written
    };

    /// @param grant a grant of this network @returns a number that no other grant of a slot has
    uint64_t Key(const Grant& grant) const;
    /// A slot begins. @param snapshot the network @param grants its grants
    void OnSlot(const SlotSnapshot& snapshot, const std::vector<Grant>& grants);
    /// A block of the slot that ends. @param outcome what became of it
    void OnBlock(const GrantOutcome& outcome);
    /// @param ue user index @param from access point before @param to access point now
    void OnAssociation(uint32_t ue, uint32_t from, uint32_t to);
    /// @param d direction @param ue user index @param frame the frame @param reason why it went
    void OnDrop(Direction d, uint32_t ue, Ptr<const Packet> frame, DropReason reason);
    /// @param report a decision
    void OnDecided(const ControlReport& report);
    /// @param report what became of the decision of a slot
    void OnSlotDecided(const SlotDecisionReport& report);

    /// Writes the group that is under way, if there is any.
    void WriteGroup();
    /// Writes counters that changed. @param snapshot the network
    void WriteCounters(const SlotSnapshot& snapshot);
    /// Writes positions that changed.
    void WritePositions();
    /// @param node a node @param name its kind @param index its index @param [in,out] last place
    void WritePosition(Ptr<Node> node, const char* name, uint32_t index, Vector& last);

    Ptr<TimelineTracks> m_tracks;                    //!< where to write
    Ptr<NomaNetwork> m_network;                      //!< followed; null = no more
    Time m_interval;                                 //!< between positions
    Time m_nextPositions;                            //!< when they are due
    std::vector<Vector> m_apPlaces;                  //!< as written
    std::vector<Vector> m_uePlaces;                  //!< as written
    std::vector<Ptr<Ear>> m_ears;                    //!< of all receivers
    Time m_slotStart;                                //!< of the slot under way
    Time m_slotEnd;                                  //!< of the same
    uint64_t m_slot{0};                              //!< its number
    std::vector<Heard> m_heard;                      //!< in the slot
    bool m_sorted{false};                            //!< whether these are
    std::vector<GrantOutcome> m_group;               //!< group under way
    std::vector<Counters> m_counters;                //!< by access point
    std::array<uint64_t, GRANT_REASONS> m_reasons{}; //!< as written
    double m_gamma{0};                               //!< of the last decision written
};

} // namespace noma
} // namespace ns3

#endif // NOMA_SLOT_TIMELINE_H
