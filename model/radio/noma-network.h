/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef NOMA_NETWORK_H
#define NOMA_NETWORK_H

#include "noma-arq.h"
#include "noma-csi-estimator.h"
#include "noma-harq.h"
#include "noma-mcs-table.h"
#include "noma-net-device.h"
#include "noma-receiver-view.h"
#include "noma-slot-scheduler.h"
#include "noma-spectrum-phy.h"
#include "noma-traffic-counters.h"

#include "ns3/event-id.h"
#include "ns3/noma-slot.h"
#include "ns3/nstime.h"
#include "ns3/spectrum-model.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace noma
{

class NomaDistribution;

/**
 * @ingroup noma-radio
 * A NOMA network: access points and users that share slots, bands and one scheduler.
 *
 * At the start of each slot, the same for all cells,
 * 1. receivers decode what was sent in the slot that ends, and segments are acknowledged,
 *    repeated or given up; packets complete and in order leave their link. With
 *    HarqTransmissions above 1 a lost block is first sent again as it is, and receivers combine;
 * 2. from time to time, users are associated with the access point of least path loss;
 * 3. the scheduler gets a snapshot of backlogs and estimated gains and returns grants;
 * 4. each grant is filled with segments of its user's packets; one that stays empty is withdrawn;
 * 5. physical layers send and listen.
 *
 * There is one link, with queue and ARQ, per user and direction. Links belong to users, not to
 * access points, so that what waits follows a user to its next access point, and waits while the
 * user is out of coverage.
 *
 * Idealisations: scheduling requests, channel reports, grants and acknowledgements take no air
 * time and are never lost; access points exchange frames without delay or limit; a frame to a
 * group is sent to each user apart.
 *
 * At any time CheckConservation() holds.
 */
class NomaNetwork : public Object
{
  public:
    /**
     * Signature of the Slot trace source.
     *
     * @param snapshot the network at the start of the slot
     * @param grants the grants; of these, what stays empty is withdrawn
     */
    typedef void (*SlotTracedCallback)(const SlotSnapshot& snapshot,
                                       const std::vector<Grant>& grants);

    /**
     * Signature of the Block trace source.
     *
     * @param outcome what became of a transport block
     */
    typedef void (*BlockTracedCallback)(const GrantOutcome& outcome);

    /**
     * Signature of the Harq trace source.
     *
     * @param last the block's last transmission: its number of transmissions, its SINR and what
     *        was kept before
     * @param result how they ended
     */
    typedef void (*HarqTracedCallback)(const GrantOutcome& last, HarqResult result);

    /**
     * Signature of the Association trace source.
     *
     * @param ue user index
     * @param from index of the access point that served the user, NONE = none
     * @param to index of the one that does now, NONE = none
     */
    typedef void (*AssociationTracedCallback)(uint32_t ue, uint32_t from, uint32_t to);

    /**
     * Signature of the Drop trace source.
     *
     * @param d direction of the link
     * @param ue user index
     * @param frame the frame
     * @param reason why it was dropped
     */
    typedef void (*DropTracedCallback)(Direction d,
                                       uint32_t ue,
                                       Ptr<const Packet> frame,
                                       DropReason reason);

    /**
     * @brief Get the type ID.
     * @returns the object TypeId
     */
    static TypeId GetTypeId();

    NomaNetwork();
    ~NomaNetwork() override;

    /**
     * Adds a user. Its node has a mobility model.
     *
     * @param device device, added to its node
     * @param phy physical layer of the device
     * @returns user index
     */
    uint32_t AddUe(Ptr<NomaUeNetDevice> device, Ptr<NomaSpectrumPhy> phy);

    /**
     * Adds an access point. Its node has a mobility model.
     *
     * @param device device, added to its node
     * @param phy physical layer of the device
     * @returns access point index
     */
    uint32_t AddAp(Ptr<NomaApNetDevice> device, Ptr<NomaSpectrumPhy> phy);

    /// @returns number of users
    uint32_t GetNUes() const;

    /// @returns number of access points
    uint32_t GetNAps() const;

    /// @param ue user index
    /// @returns a user's device
    Ptr<NomaUeNetDevice> GetUe(uint32_t ue) const;

    /// @param ap access point index
    /// @returns an access point's device
    Ptr<NomaApNetDevice> GetAp(uint32_t ap) const;

    /// @param d direction
    /// @returns the band, one for all devices
    Ptr<const SpectrumModel> GetBand(Direction d);

    /// @returns duration of a slot
    Time GetSlotDuration() const;

    /// @returns number of superposed users allowed, K
    uint32_t GetMaxSuperposed() const;

    /// @param scheduler scheduler
    void SetScheduler(Ptr<SlotScheduler> scheduler);

    /// @returns the scheduler
    Ptr<SlotScheduler> GetScheduler() const;

    /// @param estimator source of the channel state information that the scheduler sees
    void SetCsiEstimator(Ptr<NomaCsiEstimator> estimator);

    /// @returns the source of the channel state information
    Ptr<NomaCsiEstimator> GetCsiEstimator() const;

    /**
     * Binds a user to an access point, in place of the least path loss.
     *
     * @param ue user index
     * @param ap access point index; NONE = least path loss again
     */
    void Attach(uint32_t ue, uint32_t ap);

    /// @returns what is wrong with the set-up, a message; empty = nothing
    std::string CheckSetUp() const;

    /// @returns a message if any frame was lost silently on a link or device; empty otherwise
    std::string CheckConservation() const;

    /// @param d direction
    /// @param ue user index
    /// @returns what became of the frames of a link
    const TrafficCounters& GetLinkCounters(Direction d, uint32_t ue) const;

    /// @param d direction
    /// @param ue user index
    /// @returns frames that wait or are under way
    PacketCount GetLinkQueued(Direction d, uint32_t ue) const;

    /// @returns number of slots begun
    uint64_t GetSlots() const;

    /**
     * @param stream first stream index to use
     * @returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * Takes a frame over for a link.
     *
     * @param d direction
     * @param ue user index
     * @param frame the frame
     * @returns whether it was taken
     */
    bool SendToLink(Direction d, uint32_t ue, Ptr<Packet> frame);

    /**
     * Takes a frame over from an access point's node.
     *
     * @param ap access point index
     * @param frame the frame
     * @returns whether it was taken
     */
    bool SendFromAp(uint32_t ap, Ptr<Packet> frame);

    /// Counts a frame that a user's device refused. @param ue user index @param size size (byte)
    /// @param reason reason
    void CountRefused(uint32_t ue, uint32_t size, DropReason reason);

    /// Called by a device that was switched on or off. @param device the device
    void NotifyPower(Ptr<NomaNetDevice> device);

    /// Called by a device whose address changed.
    void NotifyAddress();

  protected:
    void DoInitialize() override;
    void DoDispose() override;

  private:
    /// A user's link in one direction.
    struct Link
    {
        NomaArqSender sender;     //!< sending end
        NomaArqReceiver receiver; //!< receiving end
        TrafficCounters counters; //!< what became of its frames
    };

    /// What is in a transport block under way.
    struct Block
    {
        std::size_t begin{0}; //!< its first segment in m_segments
        std::size_t end{0};   //!< after its last one
        uint64_t number{0};   //!< number by which transmissions are combined; 0 = they are not
        uint32_t epoch{0};    //!< of its link when it was sent
    };

    /// A device whose upper layer holds packets back.
    struct Stopped
    {
        Direction direction{UPLINK}; //!< direction of the full queue
        uint32_t ue{0};              //!< its user
        Ptr<NomaNetDevice> device;   //!< device that feeds it
        Time since;                  //!< since when
    };

    /// Makes the bands.
    void MakeBands();

    /// @param d direction
    /// @param ue user index
    /// @returns whether a link's queue has room for a frame
    bool HasRoom(Direction d, uint32_t ue) const;

    /// Holds back what feeds a full queue. @param d direction @param ue user index
    void StopDevice(Direction d, uint32_t ue);

    /// Lets devices go on whose queues have room again, or that waited long.
    void WakeDevices();

    /**
     * Ties device and physical layer to this network.
     *
     * @param device device
     * @param phy physical layer
     * @param role user or access point
     * @param index its index
     */
    void SetUp(const Ptr<NomaNetDevice>& device,
               const Ptr<NomaSpectrumPhy>& phy,
               NomaRole role,
               uint32_t index);

    /// One slot.
    void Slot();

    /// Ends the slot that is under way.
    void EndSlot();

    /// Takes note of decoded blocks. @param outcomes outcomes at one receiver
    void TakeOutcomes(const std::vector<LayerOutcome>& outcomes);

    /// Acknowledges or repeats the segments of a block. @param outcome what became of it
    /// @param block block
    void Acknowledge(const GrantOutcome& outcome, const Block& block);

    /**
     * Puts a grant's block together: one that is sent again, or a new one.
     *
     * @param [in,out] outcome with the grant; its block's sizes are filled in
     * @param [out] block the block, without segments if nothing is left to send
     */
    void MakeBlock(GrantOutcome& outcome, Block& block);

    /// Puts a failed block where it waits for feedback. @param outcome what became of it
    /// @param block block
    void KeepFailed(const GrantOutcome& outcome, const Block& block);

    /// Gives blocks that are not sent again back to the ARQ. @param blocks blocks
    void GiveUp(const std::vector<NomaHarq::LinkBlock>& blocks);

    /// Hands on a frame that left its link. @param d direction @param ue user index
    /// @param frame the frame
    void Deliver(Direction d, uint32_t ue, const Ptr<Packet>& frame);

    /**
     * Drops a frame of a link.
     *
     * @param d direction
     * @param ue user index
     * @param frame the frame
     * @param reason reason
     */
    void Drop(Direction d, uint32_t ue, const Ptr<Packet>& frame, DropReason reason);

    /// Drops all frames of a link. @param d direction @param ue user index
    void FlushLink(Direction d, uint32_t ue);

    /// Associates users with access points.
    void Associate();

    /// @param ue user index
    /// @returns the access point that should serve a user
    uint32_t ChooseAp(uint32_t ue) const;

    /// Brings m_snapshot up to date.
    void TakeSnapshot();

    /// Fills m_blocks with what is sent, and says who sends and listens. @param grants grants
    void FillBlocks(const std::vector<Grant>& grants);

    /// Puts a block where its sender and its receiver find it. @param outcome with the grant and
    /// the block's sizes @param block block
    void LayOut(const GrantOutcome& outcome, const Block& block);

    /// Makes the physical layers send and listen.
    void StartSlot();

    /**
     * Asks for the memory of links that grants are about to use.
     *
     * @param at of a place in a list, gives the grant there; null beyond its end
     * @param i place of the grant in use
     * @param receivers whether receiving ends are used as well
     */
    template <typename F>
    void PrefetchLinks(const F& at, std::size_t i, bool receivers) const;

    /// Tells metered devices what their radios do.
    void ReportActivity();

    Time m_slotDuration;                      //!< duration of a slot
    uint32_t m_subchannels;                   //!< M
    uint32_t m_maxSuperposed;                 //!< K
    double m_centerUp;                        //!< centre of the uplink band (Hz)
    double m_centerDown;                      //!< centre of the downlink band (Hz)
    double m_bandwidthUp;                     //!< width of the uplink band (Hz)
    double m_bandwidthDown;                   //!< width of the downlink band (Hz)
    NomaMcsTable m_mcs;                       //!< table that rates are taken from
    uint32_t m_queuePackets;                  //!< limit of a queue in packets
    uint64_t m_queueBytes;                    //!< limit of a queue in bytes
    uint32_t m_retryLimit;                    //!< retransmissions of a segment
    uint32_t m_transmissions;                 //!< most transmissions of a block
    uint32_t m_feedbackSlots;                 //!< slots until a failure is known
    Time m_associationInterval;               //!< time between re-evaluations
    double m_hysteresisDb;                    //!< advantage a new access point needs (dB)
    double m_maxPathLossDb;                   //!< coverage limit (dB)
    bool m_snooping;                          //!< whether address resolution goes to the owner
    Ptr<SlotScheduler> m_scheduler;           //!< scheduler
    Ptr<NomaCsiEstimator> m_csi;              //!< estimated gains
    PerDirection<Ptr<SpectrumModel>> m_bands; //!< bands

    std::vector<Ptr<NomaUeNetDevice>> m_ues;          //!< by user index
    std::vector<Ptr<NomaApNetDevice>> m_aps;          //!< by access point index
    std::vector<Ptr<NomaSpectrumPhy>> m_uePhys;       //!< by user index
    std::vector<Ptr<NomaSpectrumPhy>> m_apPhys;       //!< by access point index
    std::vector<uint32_t> m_attached;                 //!< by user: fixed access point, NONE = free
    std::vector<uint32_t> m_lastAp;                   //!< by user: access point that served it last
    PerDirection<std::vector<Link>> m_links;          //!< by user index
    std::unique_ptr<NomaDistribution> m_distribution; //!< forwards frames
    std::string m_setUpError;                         //!< first error when devices were added

    std::vector<Stopped> m_stopped;       //!< devices held back
    NomaReceiverView m_receivers;         //!< what the receivers are known to do
    SlotSnapshot m_snapshot;              //!< what the scheduler sees
    uint64_t m_deviceChanges{0};          //!< NomaNetDevice::GetChanges() that it is of
    uint64_t m_slots{0};                  //!< slots begun
    Time m_nextAssociation;               //!< when users are associated again
    EventId m_slotEvent;                  //!< next slot
    std::vector<GrantOutcome> m_outcomes; //!< what becomes of the slot's blocks, in order of grants
    std::vector<Block> m_blocks;          //!< what is in them
    std::vector<NomaSegment> m_segments;  //!< their segments
    NomaHarq m_harq;                      //!< blocks that failed
    PerDirection<std::vector<uint32_t>> m_firstBlock; //!< [access point][subchannel] in m_outcomes
    std::vector<uint32_t> m_txUes;                    //!< users that send in the slot
    std::vector<uint32_t> m_rxUes;                    //!< users that listen in the slot
    PerDirection<std::vector<std::vector<NomaLayer>>> m_layers; //!< by sender: what it sends
    PerDirection<std::vector<uint64_t>> m_layersSlot; //!< by sender: slot, from 1, that it is of
    PerDirection<std::vector<std::vector<Grant>>> m_expected; //!< by receiver: what it listens to
    std::vector<double> m_ueActivityW;                        //!< scratch: transmit power by user
    std::vector<double> m_apActivityW; //!< scratch: transmit power by access point

    /// The Slot trace source.
    TracedCallback<const SlotSnapshot&, const std::vector<Grant>&> m_slotTrace;
    /// The Block trace source.
    TracedCallback<const GrantOutcome&> m_blockTrace;
    /// The Harq trace source.
    TracedCallback<const GrantOutcome&, HarqResult> m_harqTrace;
    /// The Association trace source.
    TracedCallback<uint32_t, uint32_t, uint32_t> m_associationTrace;
    /// The Drop trace source.
    TracedCallback<Direction, uint32_t, Ptr<const Packet>, DropReason> m_dropTrace;
};

} // namespace noma
} // namespace ns3

#endif // NOMA_NETWORK_H
